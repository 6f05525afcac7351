"""Every table of the project, by name."""

from __future__ import annotations

from trucewatch.errors import DataError
from trucewatch.tables import (
    codes,
    export_controls,
    finance,
    lines,
    mirror,
    phase_one,
    project,
    rare_earths,
    soybeans,
    suppliers,
    trade,
)
from trucewatch.tables.model import Layer, Table

DOMAINS: dict[str, tuple[Table, ...]] = {
    "Trade": (*trade.TABLES, *suppliers.TABLES, *lines.TABLES, *mirror.TABLES),
    "Soybeans": soybeans.TABLES,
    "Rare earths": rare_earths.TABLES,
    "Phase One": phase_one.TABLES,
    "Export controls": export_controls.TABLES,
    "Receipts, exchange rate, prices": finance.TABLES,
    "Codes and names": codes.TABLES,
    "Kept by hand": project.TABLES,
}
TABLES: dict[str, Table] = {table.name: table for tables in DOMAINS.values() for table in tables}


def get_table(name: str) -> Table:
    """Return the definition of a table.

    Raises
    ------
    DataError
        If no table has that name.
    """
    if name not in TABLES:
        raise DataError("no such table", value=name, remedy=f"use one of: {', '.join(sorted(TABLES))}")
    return TABLES[name]


def tables_of(layer: Layer) -> list[Table]:
    """Return the tables of a layer in the order they are defined."""
    return [table for table in TABLES.values() if table.layer == layer]
