"""Columns of published tables: unit, label and how a reader sees them, said once for each name.

A column is a row of `columns.csv`, here for names that several reports share, else in the report's room. The
CSV that a reader downloads keeps the base unit, which the name carries (`receipts_usd`, `assessed_pct`); the
page and the workbook show the unit of `shown`.

`shown` is a format of Python's (`,.1f`, `+.2f`, `,d`, `.1%`), with the unit it shows before it where that is
not the base unit (`USD bn ,.1f`). A name may end in `*`, for columns that a parameter names
(`exports_usd_2024`).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from trucewatch.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd

#: In place of a report: the columns that several reports share.
SHARED = ""
_FILE = "columns.csv"
_FIELDS = ["name", "label", "unit", "shown", "description"]
#: How many base units one shown unit holds.
_SCALES = {
    ("US dollars", "USD bn"): 1e9,
    ("US dollars", "USD m"): 1e6,
    ("tonnes", "million t"): 1e6,
    ("tonnes per week", "million t a week"): 1e6,
}

#: Endings of amounts that tables are computed in, with the ending and factor of the base unit.
_LARGE = {"_usd_bn": ("_usd", 1e9), "_usd_mn": ("_usd", 1e6), "_mt": ("_t", 1e6)}


@dataclass(frozen=True)
class ShownColumn:
    """One column of published tables.

    - `name`: its name in every download; a trailing `*` stands for any ending
    - `label`: the name a reader sees
    - `unit`: base unit in words, empty for texts, days and codes
    - `shown_unit`, `spec`: the unit and number format on the page and in the workbook; empty: as they are
    - `scale`: base units in one shown unit
    - `description`: what a cell says
    """

    name: str
    label: str
    unit: str
    shown_unit: str
    spec: str
    scale: float
    description: str

    def label_of(self, name: str) -> str:
        """Return the label of a column by its full name: `{}` in the label is what `*` stands for."""
        return self.label.replace("{}", name.removeprefix(self.name.removesuffix("*")))


def base_units(table: pd.DataFrame, is_described: Callable[[str], bool]) -> pd.DataFrame:
    """Return a table with its amounts in base units, as published: `cost_usd_bn` becomes `cost_usd`.

    A column is left as it is where nothing is said of its base unit.
    """
    found = {
        name: (f"{name.removesuffix(large)}{small}", factor)
        for name in map(str, table.columns)
        for large, (small, factor) in _LARGE.items()
        if name.endswith(large) and is_described(f"{name.removesuffix(large)}{small}")
    }
    scaled = table.assign(**{name: (table[name] * factor).round(2) for name, (_, factor) in found.items()})
    return scaled.rename(columns={name: base for name, (base, _) in found.items()})


@cache
def columns_of(report: str) -> tuple[ShownColumn, ...]:
    """Return the columns a report may publish: those of its room, then the shared ones."""
    own = _read(f"trucewatch.reports.{report}") if report else ()
    return (*own, *_read("trucewatch.page"))


def find_column(name: str, report: str) -> ShownColumn | None:
    """Return what is said of a column of a report, or None where nothing is."""
    known = columns_of(report)
    exact = next((column for column in known if column.name == name), None)
    return exact or next(
        (column for column in known if column.name.endswith("*") and name.startswith(column.name[:-1])), None
    )


def _read(package: str) -> tuple[ShownColumn, ...]:
    try:
        path = files(package).joinpath(_FILE)
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except ModuleNotFoundError:  # a notebook that is no report of the package
        return ()
    place = f"{package.rpartition('.')[2]}/{_FILE}"
    rows = csv.DictReader(text.splitlines())
    if text and rows.fieldnames != _FIELDS:
        raise ReportError(f"{place}: the columns are {', '.join(_FIELDS)}")
    return tuple(_column(row, f"{place}, row {line}") for line, row in enumerate(rows, start=2))


def _column(row: dict[str, str], place: str) -> ShownColumn:
    if not row["name"] or not row["description"]:
        raise ReportError(f"{place}: a column needs a name and a description")
    shown_unit, _, spec = row["shown"].rpartition(" ")
    scale = 1.0
    if shown_unit and shown_unit != row["unit"]:
        if (row["unit"], shown_unit) not in _SCALES:
            raise ReportError(f"{place}: {row['unit']!r} cannot be shown as {shown_unit!r}")
        scale = _SCALES[row["unit"], shown_unit]
    unit = shown_unit or ("" if spec.endswith("%") else row["unit"])
    return ShownColumn(
        row["name"],
        row["label"] or row["name"].replace("_", " "),
        row["unit"],
        unit,
        spec,
        scale,
        row["description"],
    )
