"""A table of a report: semantic HTML on the page, a CSV beside it, a sheet of the report's workbook."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from html import escape
from numbers import Number
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trucewatch.errors import ReportError
from trucewatch.page.columns import ShownColumn, base_units
from trucewatch.page.headlines import downloads_html, label_of
from trucewatch.page.ids import cell_html, source_name
from trucewatch.page.numbers import number, unbroken

_NONE = "–"
_SPEC = re.compile(r"(?P<sign>\+?)(?P<comma>,?)(?:\.(?P<digits>\d+))?(?P<kind>[fd%])")
#: The workbook carries no moment of its making.
_NO_MOMENT = dt.datetime(2000, 1, 1)
_SHEET_NAME = 31
_WIDEST_COLUMN = 60


class Sheet(NamedTuple):
    """A table as the report keeps it until the workbook is written."""

    name: str
    frame: pd.DataFrame
    caption: str
    units: Mapping[str, str]
    formats: Mapping[str, str]
    note: str
    scales: Mapping[str, float] = MappingProxyType({})
    labels: Mapping[str, str] = MappingProxyType({})

    @property
    def shown(self) -> pd.DataFrame:
        """The table in the units a reader sees; `frame` has the base units."""
        return self.frame.assign(
            **{name: self.frame[name] / scale for name, scale in self.scales.items() if scale != 1}
        )


def prepare(
    frame: pd.DataFrame,
    name: str,
    caption: str,
    units: Mapping[str, str] | None,
    formats: Mapping[str, str] | None,
    note: str,
    *,
    labels: Mapping[str, str] | None = None,
    find: Callable[[str], ShownColumn | None] = lambda _: None,
) -> Sheet:
    """Check a table and its settings; a named index becomes columns.

    What `find` says of a column holds where `units`, `formats` and `labels` say nothing of it.

    Raises `ReportError` if `units` or `formats` name a column the table does not have, a format is none of
    Python's for numbers, or column names repeat.
    """
    units, formats, labels = dict(units or {}), dict(formats or {}), dict(labels or {})
    flat = base_units(_flat(frame), lambda column: find(column) is not None)
    _check_settings(flat, name, units, formats)
    described = {column: said for column in flat.columns if (said := find(column)) is not None}
    told = {column: said for column, said in described.items() if column not in {*units, *formats}}
    return Sheet(
        name,
        flat,
        caption,
        {column: said.shown_unit for column, said in told.items() if said.shown_unit} | units,
        {column: said.spec for column, said in told.items() if said.spec} | formats,
        note,
        {column: said.scale for column, said in told.items()},
        {column: said.label_of(column) for column, said in described.items()} | labels,
    )


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table without an index: a named one becomes columns, names in several levels are joined."""
    is_named = any(level is not None for level in frame.index.names)
    flat = (frame.reset_index() if is_named else frame).reset_index(drop=True)
    flat.columns = pd.Index(
        [
            " – ".join(str(part) for part in column) if isinstance(column, tuple) else str(column)
            for column in flat
        ]
    )
    return flat


def _check_settings(
    flat: pd.DataFrame, name: str, units: Mapping[str, str], formats: Mapping[str, str]
) -> None:
    if flat.columns.has_duplicates:
        raise ReportError(f"table {name!r}: two columns have the same name")
    for label, given in (("units", units), ("formats", formats)):
        unknown = sorted(set(given) - set(flat.columns))
        if unknown:
            known = ", ".join(flat.columns)
            raise ReportError(f"table {name!r}: {label} names {', '.join(unknown)}; its columns are {known}")
    for column, spec in formats.items():
        if not _SPEC.fullmatch(spec):
            raise ReportError(
                f"table {name!r}: format {spec!r} of {column} is none of the kind ',.1f', '+.2f', ',d', '.1%'"
            )


def table_html(
    sheet: Sheet,
    *,
    rows: int = 60,
    links: tuple[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
) -> str:
    """Return the table as HTML: caption, units under the column names, numbers to the right.

    A cell whose text is a key of `marks` gets the class `mark-<value>`. At most `rows` rows are shown; where
    there are more, a line says so (the files hold all). A table with a long text in it is a list on a phone:
    each cell names its column.
    """
    frame, shown = sheet.shown, sheet.shown.head(rows)
    names = {str(column): sheet.labels.get(column, label_of(column)) for column in frame.columns}
    specs = {column: _spec(frame[column], sheet.formats.get(column)) for column in frame.columns}
    head = "".join(_head(column, specs[column], sheet.units, names) for column in frame.columns)
    is_told = any(
        _is_long(shown[column], first=column == frame.columns[0]) for column in specs if not specs[column]
    )
    spoken = {column: _with_unit(name, sheet.units.get(column, "")) for column, name in names.items()}
    cells = [
        _cells(row, specs, marks or {}, spoken if is_told else {}) for row in shown.itertuples(index=False)
    ]
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    below = [escape(sheet.note)] if sheet.note else []
    if len(frame) > len(shown):
        below.append(f"The first {len(shown):,} of {len(frame):,} rows; the files hold all.")
    downloads = downloads_html({"CSV": links[0], "Excel": links[1]} if links else {})
    table = (
        f'<div class="table" id="table-{sheet.name}"><div class="table-box" role="region" tabindex="0" '
        f'aria-label="{escape(sheet.caption)}"><table{" class=told" if is_told else ""}>'
        f"<caption><span>{escape(sheet.caption)}</span></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="note"><span>{" ".join(below)}</span>{downloads}</p></div>'
    )
    if len(shown) <= _SHORT:
        return table
    # the link to a table opens what it is folded into
    summary = f"<summary>{escape(sheet.caption)} <span>{len(shown)} rows</span></summary>"
    return f'<details class="long">{summary}{table}</details>'


def write_workbook(path: Path, about: Mapping[str, str], sheets: list[Sheet]) -> None:
    """Write one Excel file: a sheet on the report, then a sheet a table. Texts are never formulas.

    The same tables give the same bytes: no times, no author, fixed order.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": about.get("title", ""), "created": _NO_MOMENT})
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        front = book.add_worksheet("About")
        front.set_column(0, 0, 18)
        front.set_column(1, 1, 100)
        names = _sheet_names([sheet.name for sheet in sheets])
        lines = [*about.items(), *((names[sheet.name], sheet.caption) for sheet in sheets)]
        for row, (key, text) in enumerate(lines):
            front.write_string(row, 0, key, bold)
            front.write_string(row, 1, text, wrapped)
        for sheet in sheets:
            _write_sheet(book, names[sheet.name], sheet, bold)
    path.write_bytes(buffer.getvalue())


def _write_sheet(book: Any, name: str, sheet: Sheet, bold: Any) -> None:
    page = book.add_worksheet(name)
    page.write_string(0, 0, sheet.caption, bold)
    if sheet.note:
        page.write_string(1, 0, sheet.note)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    head = 2
    page.freeze_panes(head + 1, 1)
    shown = sheet.shown
    for position, column in enumerate(shown.columns):
        name = sheet.labels.get(column, column)
        label = f"{name} ({sheet.units[column]})" if column in sheet.units else name
        page.write_string(head, position, label, bold)
        spec = _spec(shown[column], sheet.formats.get(column))
        style = book.add_format({"num_format": _excel_format(spec)}) if spec else None
        for row, value in enumerate(shown[column], start=head + 1):
            _write_cell(page, row, position, value, style, day)
        texts = [len(cell_text(value, spec)) for value in shown[column].head(200)]
        page.set_column(position, position, min(max([len(label), *texts], default=8) + 2, _WIDEST_COLUMN))


def _write_cell(page: Any, row: int, column: int, value: Any, style: Any, day: Any) -> None:
    if is_missing(value):
        return
    if is_boolean(value):
        page.write_boolean(row, column, bool(value))
    elif isinstance(value, dt.date):
        moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
        page.write_datetime(row, column, moment.replace(tzinfo=None), day)
    elif is_number(value):
        page.write_number(row, column, float(value), style)
    else:
        page.write_string(row, column, str(value))


def _sheet_names(names: list[str]) -> dict[str, str]:
    """Return sheet names of at most 31 letters, each its own."""
    taken: dict[str, str] = {}
    for name in names:
        short, number = name[:_SHEET_NAME], 2
        while short.lower() in {"about", *(used.lower() for used in taken.values())}:
            short, number = f"{name[: _SHEET_NAME - 3]}_{number}", number + 1
        taken[name] = short
    return taken


def is_missing(value: Any) -> bool:
    """Return whether a cell is empty (None, NaN, NaT, pd.NA)."""
    return value is None or value is pd.NA or value is pd.NaT or (is_number(value) and value != value)


def is_number(value: Any) -> bool:
    """Return whether a cell is a number: Python's, numpy's or an exact decimal, but no boolean."""
    return isinstance(value, Number) and not isinstance(value, bool)


def is_boolean(value: Any) -> bool:
    """Return whether a cell is yes or no."""
    return isinstance(value, (bool, np.bool_))


def cell_text(value: Any, spec: str = "") -> str:
    """Return what a reader sees of one cell."""
    if is_missing(value):
        return _NONE
    if is_boolean(value):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if is_number(value):
        return number(int(value) if spec.endswith("d") else value, spec)
    return str(value)


def _spec(column: pd.Series, given: str | None) -> str:
    """Return the number format of a column: the one given, or one that fits its size; none for text."""
    values = [value for value in column if not is_missing(value)]
    if not values or not all(map(is_number, values)):
        return ""
    if given:
        return given
    if pd.api.types.is_integer_dtype(column):
        return "d" if column.name == "year" else ",d"
    largest = max(abs(float(value)) for value in values)
    return ",.0f" if largest >= 10_000 else ",.1f" if largest >= 10 else ",.2f"


def _excel_format(spec: str) -> str:
    found = _SPEC.fullmatch(spec)
    if found is None:
        return "General"
    digits = 0 if found["kind"] == "d" else int(found["digits"] or 6)
    text = ("#,##0" if found["comma"] else "0") + ("." + "0" * digits if digits else "")
    text += "%" if found["kind"] == "%" else ""
    return f"+{text};-{text};{text}" if found["sign"] else text


def _head(column: str, spec: str, units: Mapping[str, str], labels: Mapping[str, str]) -> str:
    unit = f" <small>{escape(units[column])}</small>" if column in units else ""
    return f'<th scope="col"{_class(spec)}>{escape(labels[column])}{unit}</th>'


def _is_long(column: pd.Series, first: bool) -> bool:
    """Return whether a text of the column would become a tower on a phone; the name of a row stays a name."""
    return any(len(str(value)) > (_LONG if first else _LONG // 2) for value in column)


def _with_unit(name: str, unit: str) -> str:
    return f"{name}, {unit}" if unit else name


#: A day or a month, which must not break at its hyphens.
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")
#: Letters from which a text asks for a wide column, or else it becomes a tower of words.
_LONG = 80
#: Rows up to which a table stands open on a page.
_SHORT = 16


def _cells(
    row: tuple[Any, ...], specs: Mapping[str, str], marks: Mapping[str, str], names: Mapping[str, str]
) -> str:
    """One row: the first cell names it, unless it is a number; with `names`, cells name their columns."""
    cells = []
    for position, (value, (column, spec)) in enumerate(zip(row, specs.items(), strict=True)):
        says = f' data-name="{escape(names[column])}"' if names else ""
        if isinstance(value, str) and value in marks:
            cells.append(f'<td class="mark mark-{marks[value]}"{says}>{escape(value)}</td>')
            continue
        if column == "source" and isinstance(value, str):
            value = source_name(value)
        text = cell_html(value) if isinstance(value, str) else escape(unbroken(cell_text(value, spec)))
        if column == "month" and len(text) == len("YYYY-MM-DD"):
            text = text[: len("YYYY-MM")]
        kind = ' class="day"' if _DAY.fullmatch(text) else _class(spec)
        if not spec and isinstance(value, str) and len(value) > _LONG:
            kind = ' class="wide"'
        named = position == 0 and not spec
        cells.append(f'<th scope="row"{kind}>{text}</th>' if named else f"<td{kind}{says}>{text}</td>")
    return "".join(cells)


def _class(spec: str) -> str:
    return ' class="num"' if spec else ""
