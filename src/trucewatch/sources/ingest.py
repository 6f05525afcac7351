"""Land the active bundled files as typed Parquet in data/raw, content untouched."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.paths import project_root, raw_dir
from trucewatch.sources.vintages import Vintage, active_vintages, provenance_of, verify
from trucewatch.tables.io import read_csv, read_parquet, write_table
from trucewatch.tables.registry import get_table


def run(root: Path | None = None, progress: Callable[[str], None] = print) -> list[Path]:
    """Verify every active file against its pinned hash and land it.

    Returns data/raw/<dataset>.parquet of every active dataset.

    `progress`: receives one line a table: name, rows, seconds.

    Raises `DataError` if a file is missing, is not the pinned one or does not fit its table. Nothing is
    written then unless every hash agrees; tables landed before stay.
    """
    root = root or project_root()
    pinned = [(vintage, verify(vintage, root)) for vintage in active_vintages(root)]
    landed = [_land(vintage, path, root, progress) for vintage, path in pinned]
    for stale in set(raw_dir(root).glob("*.parquet")) - set(landed):
        stale.unlink()
        progress(f"raw {stale.stem}: gone, no vintage of it is active")
    return landed


def load(vintage: Vintage, path: Path) -> pd.DataFrame:
    """Return the typed content of a verified file.

    Raises `DataError` if it does not fit its table, or holds a month that had not begun when the file was
    accessed.
    """
    table = get_table(vintage.dataset)
    is_text = path.suffix != ".parquet"
    frame = read_csv(path, table) if is_text else read_parquet(path, table)
    require_begun(
        frame,
        vintage.date_accessed,
        path,
        first_row=2 if is_text else 0,
        remedy="correct the month, or date_accessed in vintages.csv",
    )
    return frame


def require_begun(frame: pd.DataFrame, accessed: date, file: object, *, first_row: int, remedy: str) -> None:
    """Refuse a month that had not begun when it was accessed.

    `frame`: rows of a raw table; one without a column `month` passes; `accessed`: day of the access; `file`,
    `first_row`, `remedy`: what the message says: where the rows stand, the number of the first, what to do.

    Raises `DataError` at the first such row.
    """
    if "month" not in frame:
        return
    late = frame["month"] > pd.Timestamp(accessed)
    if late.any():
        position = int(late.to_numpy().argmax())
        raise DataError(
            f"this month had not begun when it was accessed, on {accessed}",
            remedy=remedy,
            file=file,
            row=position + first_row,
            column="month",
            value=f"{frame['month'].iloc[position]:%Y-%m-%d}",
        )


def _land(vintage: Vintage, file: Path, root: Path, progress: Callable[[str], None]) -> Path:
    started = time.perf_counter()
    frame = load(vintage, file)
    path = write_table(frame, vintage.dataset, root, [provenance_of(vintage, root)])
    progress(f"raw {vintage.dataset}: {len(frame):,} rows, {time.perf_counter() - started:.2f} s")
    return path
