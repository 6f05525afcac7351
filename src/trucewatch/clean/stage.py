"""The clean stage: correct, clean, validate, reconcile, write."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from trucewatch.clean import (
    codes,
    export_controls,
    finance,
    finer,
    phase_one,
    rare_earths,
    soybeans,
    suppliers,
    trade,
)
from trucewatch.clean.corrections import apply_corrections
from trucewatch.clean.reconcile import reconcile
from trucewatch.errors import DataError
from trucewatch.paths import project_root
from trucewatch.tables.io import read_provenance, read_table, table_path, write_table
from trucewatch.tables.model import Table
from trucewatch.tables.registry import TABLES, tables_of

_ROOMS: tuple[ModuleType, ...] = (
    codes,
    trade,
    suppliers,
    soybeans,
    rare_earths,
    phase_one,
    export_controls,
    finance,
)


def run(root: Path | None = None, progress: Callable[[str], None] = print) -> list[Path]:
    """Build every clean table from data/raw; a period that a finer table holds whole comes from that.

    Returns data/clean/<table>.parquet, one a clean table.

    `progress`: receives one line a table: name, rows, published totals met, seconds.

    Raises `DataError` if a raw table is missing, a correction no longer matches, a table is not legal, or a
    total leaves its band. The table at fault and those after it keep their last good file.
    """
    root = root or project_root()
    corrections, totals = read_table("corrections", root), read_table("reconciliation", root)
    _require_known(corrections, "raw", "corrections")
    _require_known(totals, "clean", "reconciliation")

    @cache
    def corrected(name: str) -> pd.DataFrame:
        return apply_corrections(read_table(name, root), name, corrections)

    @cache
    def provenance(name: str) -> list[dict[str, Any]]:
        return read_provenance(name, root) if table_path(name, root).is_file() else []

    def accessed(name: str) -> str:
        return max((str(entry["date_accessed"]) for entry in provenance(name)), default="")

    bench = Bench(corrected, accessed)
    paths = []
    for table in tables_of("clean"):
        started = time.perf_counter()
        made = make(table, bench, totals)
        entries = [entry for name in (*table.sources, *made.finer) for entry in provenance(name)]
        paths.append(write_table(made.frame, table.name, root, entries))
        progress(
            f"clean {table.name}: {len(made.frame):,} rows, "
            + "".join(f"{len(taken)} periods from {name}, " for name, taken in made.finer.items())
            + (f"reconciled with {made.met} published figures, " if made.met else "")
            + f"{time.perf_counter() - started:.2f} s"
        )
    return paths


@dataclass(frozen=True)
class Bench:
    """Where the raw tables lie.

    `corrected`: returns a raw table after its corrections; `accessed`: returns the day a raw table was
    accessed (ISO date), or an empty text if none of it is at hand; `lines`: raw tables of imports by month
    and line, as `trucewatch.clean.finer` prepares them; filled as needed.
    """

    corrected: Callable[[str], pd.DataFrame]
    accessed: Callable[[str], str]
    lines: dict[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A clean table before it is written.

    `frame`: its rows; `met`: number of published totals that it meets; `finer`: by finer raw table, the
    periods taken from it.
    """

    frame: pd.DataFrame
    met: int
    finer: dict[str, list[object]]


def make(table: Table, bench: Bench, totals: pd.DataFrame) -> Made:
    """Make a clean table from its raw tables, with what finer tables hold, and reconcile it.

    Raises `DataError` if a correction no longer matches or a published total leaves its band.
    """
    frame = build(table, *(bench.corrected(name) for name in table.sources))
    taken: dict[str, list[object]] = {}
    own, last = bench.accessed(table.sources[0]), _last_period(frame)
    for name in table.finer:
        if not bench.accessed(name):
            continue
        if name not in bench.lines:
            bench.lines[name] = finer.prepare(bench.corrected(name), bench.corrected("reference__partners"))
        concordance = codes.hs10_concordance(bench.corrected("census__hs10_concordance"))
        after = None if bench.accessed(name) > own else last
        annex = None
        if name.startswith("census__us_exports_"):
            annex = phase_one.phase_one_products(bench.corrected("phase_one__annex_6_1_products"))
        frame, periods = finer.refine(frame, table, bench.lines[name], concordance, after, annex)
        if periods:
            taken[name] = periods
    return Made(frame, reconcile(frame, table.name, totals), taken)


def _last_period(frame: pd.DataFrame) -> object:
    return frame["month" if "month" in frame else "year"].max() if {"month", "year"} & set(frame) else None


def build(table: Table, *raw: pd.DataFrame) -> pd.DataFrame:
    """Return a clean table, its columns in the order of the definition, from its raw tables.

    The function of its name makes it; a table of one raw table without a function is that table as landed.
    """
    functions = [vars(room)[table.name] for room in _ROOMS if _makes(room, table.name)]
    if not functions and len(raw) != 1:
        remedy = "write one of that name in trucewatch.clean"
        raise DataError("no function makes this table", file=table.name, remedy=remedy)
    frame: pd.DataFrame = functions[0](*raw) if functions else raw[0]
    return frame[[name for name in table.column_names if name in frame]]


def _makes(room: ModuleType, name: str) -> bool:
    function = getattr(room, name, None)
    return isfunction(function) and function.__module__ == room.__name__


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
