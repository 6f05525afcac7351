"""Every table of the project, by name: a row of `tables.csv`, with its columns as rows of `columns.csv`.

The same quantity in the same unit has the same name in every table, and is described once. Where a column
means something of its own in some tables, a second row names them in `tables`.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from trucewatch.errors import DataError
from trucewatch.paths import packaged_rows
from trucewatch.tables.model import Column, Layer, Table
from trucewatch.tables.row_checks import CHECKS


def _column(row: dict[str, str]) -> Column:
    kept: Any = {name: row[name] for name in ("name", "dtype", "description")}
    return Column(
        **kept,
        unit=row["unit"] or None,
        nullable=row["may_be_empty"] == "true",
        pattern=row["pattern"] or None,
        allowed=tuple(row["allowed"].split("; ")) if row["allowed"] else (),
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
    )


def _columns() -> dict[tuple[str, str], Column]:
    """Return each column by its name and the table it is described for; "" for all others."""
    found: dict[tuple[str, str], Column] = {}
    for row in packaged_rows(__package__, "columns.csv"):
        column = _column(row)
        found |= {(column.name, table): column for table in row["tables"].split() or ("",)}
    return found


def _table(row: dict[str, str], columns: dict[tuple[str, str], Column]) -> Table:
    kept: Any = {name: row[name] for name in ("name", "layer", "title", "description", "moves")}
    return Table(
        **kept,
        columns=tuple(
            columns.get((name, row["name"])) or columns[name, ""] for name in row["columns"].split()
        ),
        key=tuple(row["key"].split()),
        checks=tuple(CHECKS[name] for name in row["checks"].split()),
        sources=tuple(row["sources"].split()),
        finer=tuple(row["finer"].split()),
        path=row["path"] or None,
    )


def _domains() -> dict[str, tuple[Table, ...]]:
    columns = _columns()
    return {
        domain: tuple(_table(row, columns) for row in rows)
        for domain, rows in groupby(packaged_rows(__package__, "tables.csv"), key=lambda row: row["domain"])
    }


DOMAINS = _domains()
TABLES: dict[str, Table] = {table.name: table for tables in DOMAINS.values() for table in tables}


def get_table(name: str) -> Table:
    """Return the definition of a table.

    Raises `DataError` if no table has that name.
    """
    if name not in TABLES:
        raise DataError("no such table", value=name, remedy=f"use one of: {', '.join(sorted(TABLES))}")
    return TABLES[name]


def tables_of(layer: Layer) -> list[Table]:
    """Return the tables of a layer in the order they are defined."""
    return [table for table in TABLES.values() if table.layer == layer]
