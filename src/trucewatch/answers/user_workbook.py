"""A user's workbook as a table of text: of Excel, old and new, or of OpenDocument."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from html import unescape
from typing import Any

import pyarrow as pa

from trucewatch.answers.user_table import (
    LOOKED_AT,
    TWO_ROWS,
    IsHeader,
    UserTable,
    cell_text,
    counted,
    header_at,
    joined,
    no_header,
)
from trucewatch.errors import DataError

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_MOST_MARKUP = 64 << 20
"""Bytes of a sheet's markup up to which it is searched for what is hidden or merged."""

_NO_RESULT = re.compile(
    r"<c r=\"([A-Z]+)(\d+)\"(?:(?!t=\"str\")[^>])*><f[^>]*?(?:/>|>([^<]*)</f>)(?:<v ?/>|<v></v>)?</c>"
)
"""A cell with a formula and no result, as programs write it that do not calculate."""


class _Book:
    """A workbook of Excel since 2007: its sheets, their cells as text and their layout."""

    def __init__(self, raw: bytes) -> None:
        from openpyxl import load_workbook

        self._raw = raw
        self._book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        self.titles = [page.title for page in self._book.worksheets]
        self.visible = {page.title for page in self._book.worksheets if page.sheet_state == "visible"}
        self.note = ""

    def rows(self, title: str, most: int | None = None) -> list[list[str]]:
        sheet = self._book[title]
        sheet.reset_dimensions()  # what some programs write there is wrong
        return [
            [cell_text(cell.value, cell.number_format if cell.value is not None else "") for cell in row]
            for row in sheet.iter_rows(max_row=most)
        ]

    def layout(self, title: str) -> _Layout:
        return _Layout.of(self._raw, self._book[title])


class _OtherBook:
    """A workbook of another kind (.xls, .xlsb, .ods): what it hides and how it shows numbers is not known."""

    def __init__(self, raw: bytes) -> None:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum

        if raw.startswith(b"PK") and b"xl/workbook.bin" in raw and _has_short_cells(raw):
            raise ValueError("cells without the number of their column, as some programs write .xlsb")
        self._book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        self.titles = self._book.sheet_names
        self.visible = {
            page.name for page in self._book.sheets_metadata if page.visible == SheetVisibleEnum.Visible
        }
        self.note = "Not told by a workbook of this kind: hidden rows and columns, zeros before a number."

    def rows(self, title: str, most: int | None = None) -> list[list[str]]:
        sheet = self._book.get_sheet_by_name(title)
        return [[cell_text(cell) for cell in row] for row in sheet.to_python(False, most)]

    def layout(self, title: str) -> _Layout:
        areas = self._book.get_sheet_by_name(title).merged_cell_ranges or []
        merged = [(left, top, bottom) for (top, left), (bottom, right) in areas if left == right]
        return _Layout(frozenset(), frozenset(), tuple(merged))


@dataclass(frozen=True)
class _Layout:
    """What a sheet hides and merges: rows by number, columns by position, merged areas."""

    rows: frozenset[int]
    columns: frozenset[int]
    merged: tuple[tuple[int, int, int], ...]
    """Column, first and last row (from 0) of the cells merged downwards."""
    formulas: tuple[tuple[int, int, str], ...] = ()
    """Column, row (from 0) and text of the formulas whose result the workbook does not have."""

    @classmethod
    def of(cls, raw: bytes, sheet: Any) -> _Layout:
        """Return the layout of a sheet from its markup, which a streamed sheet does not tell."""
        from openpyxl.utils import column_index_from_string

        path = sheet._worksheet_path
        with zipfile.ZipFile(io.BytesIO(raw)) as files:
            if files.getinfo(path).file_size > _MOST_MARKUP:
                return cls(frozenset(), frozenset(), ())
            markup = files.read(path).decode("utf-8", "replace")
        rows: set[int] = set()
        columns: set[int] = set()
        for tag in re.findall(r"<(?:row|col) [^>]*?hidden=\"(?:1|true)\"[^>]*>", markup):
            told = dict(re.findall(r"(\w+)=\"([^\"]*)\"", tag))
            if tag.startswith("<row"):
                rows.add(int(told["r"]))
            else:
                columns.update(range(int(told["min"]) - 1, min(int(told["max"]), 1000)))
        areas = re.findall(r"<mergeCell [^>]*?ref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"", markup)
        merged = [
            (column_index_from_string(left) - 1, int(top) - 1, int(bottom) - 1)
            for left, top, right, bottom in areas
            if left == right
        ]
        formulas = [
            (column_index_from_string(column) - 1, int(row) - 1, f"={unescape(formula)}")
            for column, row, formula in _NO_RESULT.findall(markup)
        ]
        return cls(frozenset(rows), frozenset(columns), tuple(merged), tuple(formulas))

    def fill(self, rows: list[list[str]], header: int) -> None:
        """Write formulas without a result, and the text of cells merged downwards into every row below."""
        for place, number, formula in self.formulas:
            rows[number][place] = formula
        for column, first, last in self.merged:
            for row in rows[first + 1 : last + 1] if first > header else ():
                row[column] = rows[first][column]


def _has_short_cells(raw: bytes) -> bool:
    """Return whether a binary workbook has records that the reader of workbooks passes over.

    [MS-XLSB] 2.1.4: a record starts with its type (one or two bytes) and its size (one to four), seven bits a
    byte. The types 12 to 18 are cells that stand right of the one before and do not name their column.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    for sheet in sheets:
        at = 0
        while at < len(sheet):
            kind, at = _seven_bits(sheet, at, 2)
            size, at = _seven_bits(sheet, at, 4)
            if 12 <= kind <= 18:
                return True
            at += size
    return False


def _seven_bits(raw: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(raw[at : at + most]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return value, at + most


def _opened(raw: bytes, name: object) -> _Book | _OtherBook:
    """Return a workbook of any kind."""
    from python_calamine import CalamineError

    is_other = raw.startswith(OLD_WORKBOOK) or b"opendocument" in raw[:200] or b"xl/workbook.bin" in raw
    try:
        return _OtherBook(raw) if is_other else _Book(raw)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, CalamineError) as error:
        problem = f"not a workbook that can be read, or one with a password ({error})"
        raise DataError(problem, remedy="save it as .xlsx or CSV UTF-8", file=name) from error


def read_workbook(raw: bytes, name: object, is_header: IsHeader, sheet: str | None) -> UserTable:
    """Read the sheet named, or the first with a header, as a table; hidden rows and columns are told."""
    book = _opened(raw, name)
    title, first, at, others = _chosen(book, name, is_header, sheet)
    layout = book.layout(title)
    notes = [f"Sheet {title!r}."] if len(book.titles) > 1 else []
    notes += [book.note] if book.note else []
    if others:
        notes.append(f"Not read: {', '.join(map(repr, others))}, with codes too; --sheet names another.")
    rows = _sheet_rows(book, title)
    if any(any(row) for row in rows[:first]):
        notes.append(f"{counted(first, 'row')} before the header passed over.")
    if first < at:
        notes.append(TWO_ROWS)
    names = joined(rows[first : at + 1])
    layout.fill(rows, at)
    if layout.formulas:
        cells = counted(len(layout.formulas), "formula")
        notes.append(
            f"{cells} without a result: open the workbook in a spreadsheet program and save it there."
        )
    body = [(number + 1, row) for number, row in enumerate(rows) if number > at and any(row)]
    places = [place for place, head in enumerate(names) if head or any(row[place] for _, row in body)]
    if unseen := sum(number in layout.rows for number, _ in body):
        notes.append(f"{counted(unseen, 'hidden row')} read too.")
    heads_of = [names[place] or f"column {place + 1}" for place in places]
    hidden = frozenset(number for number, place in enumerate(places) if place in layout.columns)
    if hidden:
        notes.append(f"Hidden columns: {', '.join(heads_of[number] for number in sorted(hidden))}.")
    merged = tuple(
        (places.index(column), top + 1, bottom + 1)
        for column, top, bottom in layout.merged
        if column in places and top > at
    )
    return UserTable(
        [pa.array([row[place] for _, row in body], pa.string()) for place in places],
        heads_of,
        pa.array([number for number, _ in body], pa.int64()),
        notes=notes,
        hidden=hidden,
        merged=merged,
        header_row=at + 1,
    )


def _chosen(
    book: _Book | _OtherBook, name: object, is_header: IsHeader, sheet: str | None
) -> tuple[str, int, int, list[str]]:
    """Return the sheet to read, the first and last row of its header, and other sheets that have one too."""
    titles = book.titles
    if sheet is not None and sheet not in titles:
        raise DataError("no such sheet", remedy=f"use one of {', '.join(titles)}", file=name, value=sheet)
    tops = {title: _sheet_rows(book, title, LOOKED_AT) for title in titles}
    heads = {title: header_at(tops[title], is_header) for title in titles}
    usable = [title for title in titles if heads[title] is not None and title in book.visible]
    title = sheet or next(iter(usable), next((name for name in titles if heads[name] is not None), None))
    at = None if title is None else heads[title]
    if title is None or at is None:
        raise no_header(name, tops[sheet] if sheet else next((top for top in tops.values() if top), []))
    return title, *at, [other for other in usable if other != title]


def _sheet_rows(book: _Book | _OtherBook, title: str, most: int | None = None) -> list[list[str]]:
    """Return the cells of a sheet, all rows or the first, each row as wide as the widest."""
    rows = book.rows(title, most)
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]
