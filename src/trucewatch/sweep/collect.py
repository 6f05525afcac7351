"""The headlines of all cells in one table, and a figure of how they move with the parameters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd

from trucewatch.errors import ParameterError
from trucewatch.page.folder import write_json
from trucewatch.rerun import REPORT_MARK, SWEEP_MARK
from trucewatch.sweep import figures as chart
from trucewatch.sweep.grid import Cell, as_text
from trucewatch.sweep.processes import Failure, report_folder
from trucewatch.tables.spreadsheet import csv_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLE, FIGURE = "headlines", "headlines"
#: Panels of the figure if none are asked for by name.
_PANELS = 4


def collect(
    name: str, cells: Sequence[Cell], failures: Sequence[Failure], folder: Path, headlines: Sequence[str] = ()
) -> list[Path]:
    """Write table, figure and `sweep.json` into the sweep's folder and return what was written.

    Raises `ParameterError` if a headline is not one of the report's, or holds no number.

    - `cells`, `failures`: the grid, and what of it is missing
    - `headlines`: those to draw; by default the first four that move. If none does there is no figure, and
      that of an earlier sweep in the folder goes.
    """
    failed = {failure.cell.key: failure.reason for failure in failures}
    done = [cell for cell in cells if cell.key not in failed]
    write_json(folder / SWEEP_MARK, _described(name, cells, failed))
    written = [folder / SWEEP_MARK]
    if done:
        table = headline_table(name, done, folder)
        for path in (folder / f"{TABLE}.csv", folder / f"{TABLE}.parquet"):
            _write(table, path)
            written.append(path)
        drawn = headlines or _moving(table)[:_PANELS]
        _check_drawable(table, drawn)
        figures = [folder / f"{FIGURE}.{suffix}" for suffix in ("svg", "png")]
        for path in figures:
            path.unlink(missing_ok=True)
        if drawn:
            varied = list(done[0].varied)
            title = f"{name}: headlines by {', '.join(varied)}"
            _save(chart.headlines(table, varied, drawn, title), folder)
            written += figures
    return written


def headline_table(name: str, cells: Sequence[Cell], folder: Path) -> pd.DataFrame:
    """Return one row a cell and headline.

    The parameters of the grid (a list as text), `headline`, `value` (missing where the headline is in words),
    `text` (as the page prints it), `unit`, `definition`, `checks_failed` (of the cell's report) and `cell`.
    """
    rows = []
    for cell in cells:
        path = report_folder(folder, name, cell) / REPORT_MARK
        summary = json.loads(path.read_text(encoding="utf-8"))
        varied = {
            key: as_text(value) if isinstance(value, list) else value for key, value in cell.varied.items()
        }
        for key, item in summary["headlines"].items():
            words = isinstance(item["value"], str)
            rows.append(
                {
                    **varied,
                    "headline": key,
                    "value": None if words else float(item["value"]),
                    "text": item["text"],
                    "unit": item["unit"],
                    "definition": item["definition"],
                    "checks_failed": summary["checks"]["failed"],
                    "cell": cell.key,
                }
            )
    table = pd.DataFrame(rows)
    return table.assign(value=table["value"].astype(float)) if rows else table


def _moving(table: pd.DataFrame) -> list[str]:
    """Return the headlines with more than one value over the grid, in the report's order."""
    count = table.groupby("headline", sort=False)["value"].nunique()
    return [str(name) for name in count.index[count > 1]]


def _check_drawable(table: pd.DataFrame, names: Sequence[str]) -> None:
    known = list(dict.fromkeys(table.loc[table["value"].notna(), "headline"]))
    if unknown := [name for name in names if name not in known]:
        raise ParameterError(f"no headline {unknown[0]!r} with a number; known: {', '.join(known)}")


def _write(table: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        path.write_text(csv_text(table), encoding="utf-8")
    else:
        table.to_parquet(path, index=False)


def _save(fig: Figure, folder: Path) -> None:
    """Write the figure as SVG and PNG, the same bytes from the same table."""
    with mpl.rc_context({"svg.hashsalt": f"trucewatch-{FIGURE}"}):
        fig.savefig(folder / f"{FIGURE}.svg", metadata={"Date": None, "Creator": None})
    fig.savefig(folder / f"{FIGURE}.png", dpi=200, metadata={"Software": None})


def _described(name: str, cells: Sequence[Cell], failed: dict[str, str]) -> dict[str, Any]:
    varied = list(cells[0].varied)
    return {
        "report": name,
        "fixed": {key: value for key, value in cells[0].values.items() if key not in varied},
        "cells": [{"cell": cell.key, **cell.varied, "failed": failed.get(cell.key)} for cell in cells],
    }
