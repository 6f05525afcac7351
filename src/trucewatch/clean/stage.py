"""The clean stage: correct, clean, validate, reconcile, write."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from inspect import isfunction
from pathlib import Path
from types import ModuleType

import pandas as pd

from trucewatch.clean import codes, export_controls, finance, phase_one, rare_earths, soybeans, trade
from trucewatch.clean.corrections import apply_corrections
from trucewatch.clean.reconcile import reconcile
from trucewatch.errors import DataError
from trucewatch.paths import project_root
from trucewatch.tables.io import read_provenance, read_table, write_table
from trucewatch.tables.model import Table
from trucewatch.tables.registry import TABLES, tables_of

_ROOMS: tuple[ModuleType, ...] = (
    codes,
    trade,
    soybeans,
    rare_earths,
    phase_one,
    export_controls,
    finance,
)


def run(root: Path | None = None, progress: Callable[[str], None] = print) -> list[Path]:
    """Build every clean table from data/raw.

    Parameters
    ----------
    root
        The project; found from the working directory by default.
    progress
        Receives one line a table: name, rows, published totals met, seconds.

    Returns
    -------
    list of Path
        data/clean/<table>.parquet, one a clean table.

    Raises
    ------
    DataError
        If a raw table is missing, a correction no longer matches, a table is not legal, or a total leaves its
        band. The table at fault and those after it keep their last good file.
    """
    root = root or project_root()
    corrections, totals = read_table("corrections", root), read_table("reconciliation", root)
    _require_known(corrections, "raw", "corrections")
    _require_known(totals, "clean", "reconciliation")

    @cache
    def corrected(name: str) -> pd.DataFrame:
        return apply_corrections(read_table(name, root), name, corrections)

    paths = []
    for table in tables_of("clean"):
        started = time.perf_counter()
        frame = build(table, *(corrected(name) for name in table.sources))
        met = reconcile(frame, table.name, totals)
        provenance = [entry for name in table.sources for entry in read_provenance(name, root)]
        paths.append(write_table(frame, table.name, root, provenance))
        progress(
            f"clean {table.name}: {len(frame):,} rows, "
            + (f"reconciled with {met} published figures, " if met else "")
            + f"{time.perf_counter() - started:.2f} s"
        )
    return paths


def build(table: Table, *raw: pd.DataFrame) -> pd.DataFrame:
    """Return a clean table, its columns in the order of the definition, from its raw tables."""
    for room in _ROOMS:
        function = getattr(room, table.name, None)
        if isfunction(function) and function.__module__ == room.__name__:
            frame: pd.DataFrame = function(*raw)
            return frame[[name for name in table.column_names if name in frame]]
    raise DataError(
        "no function makes this table",
        file=table.name,
        remedy="write one of that name in trucewatch.clean",
    )


def _require_known(rows: pd.DataFrame, layer: str, name: str) -> None:
    for line, table in rows["table"].items():
        if table not in TABLES or TABLES[table].layer != layer:
            raise DataError(
                f"no such {layer} table",
                file=f"data/sources/{name}.csv",
                row=int(str(line)) + 2,
                column="table",
                value=table,
                remedy="see docs/data_dictionary.md for the names",
            )
