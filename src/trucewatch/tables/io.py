"""Read and write tables: one reader, one writer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trucewatch.errors import DataError
from trucewatch.made import check_as_written, note_as_written, whole_parquet
from trucewatch.paths import clean_dir, project_root, raw_dir
from trucewatch.tables.checking import validate
from trucewatch.tables.conform import parse_text, to_arrow, to_frame
from trucewatch.tables.model import Table
from trucewatch.tables.registry import get_table

_METADATA_KEY = b"trucewatch"
#: Settings of the writer, fixed so that the same rows give the same bytes.
_PARQUET = {"compression": "zstd", "version": "2.6", "row_group_size": 1_000_000}


def table_path(name: str, root: Path | None = None) -> Path:
    """Return the file of a table."""
    table = get_table(name)
    if table.layer == "input":
        return (root or project_root()) / str(table.path)
    folder = raw_dir(root) if table.layer == "raw" else clean_dir(root)
    return folder / f"{table.name}.parquet"


def read_table(name: str, root: Path | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a table of the project.

    Sorted by the key; codes are `str`, dates `datetime64[us]`, units as in the data dictionary.

    Raises `DataError` if the table is unknown, not built yet, damaged, lacks a column, or is a clean table
    whose bytes are not those that the pipeline wrote.

    - `name`: name in the registry, e.g. `us_china_goods_monthly`; the data dictionary lists them
    - `columns`: only these columns, in this order
    """
    table, path = get_table(name), table_path(name, root)
    for column in columns or ():
        if column not in table.column_names:
            remedy = f"choose from {', '.join(table.column_names)}"
            raise DataError("no such column", file=table.name, column=column, remedy=remedy)
    if not path.is_file():
        stage = {"raw": "ingest", "clean": "clean"}.get(table.layer)
        remedy = f"run `dvc repro {stage}`" if stage else "restore the file from the repository"
        raise DataError("the table is not there", file=path, remedy=remedy)
    if table.layer == "clean":
        check_as_written(path)
    if path.suffix != ".parquet":
        frame = read_csv(path, table)
        return frame[list(columns)] if columns else frame
    return read_parquet(path, table, columns)


def read_csv(path: Path, table: Table) -> pd.DataFrame:
    """Return a CSV file (plain or gzip) typed as `table`; empty text is an empty cell.

    Raises `DataError` if the file cannot be read or a cell does not fit its column.
    """
    try:
        cells = pd.read_csv(path, dtype="str", keep_default_na=False, na_filter=False, encoding="utf-8")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, EOFError, OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"the file cannot be read as CSV ({error})", file=path, remedy="restore the bundled copy"
        ) from error
    return parse_text(cells, table, path)


def read_parquet(path: Path, table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a Parquet file typed as `table`.

    Raises `DataError` if the file is damaged or its columns are not those of the table.
    """
    with whole_parquet(path, "delete it and run `dvc repro`, or restore the bundled copy"):
        data = pq.read_table(path, columns=list(columns) if columns else None, partitioning=None)
    wanted = list(columns) if columns else table.column_names
    for name in wanted:
        if name not in data.column_names:
            remedy = "rebuild with `dvc repro`, or restore the bundled copy"
            raise DataError("a column is missing", file=path, column=name, remedy=remedy)
    return to_frame(data.select(wanted), table)


def write_table(
    frame: pd.DataFrame, name: str, root: Path | None = None, provenance: Sequence[dict[str, Any]] = ()
) -> Path:
    """Validate a frame and write it; the same rows give the same bytes.

    The file is written under a temporary name and renamed, so a failure leaves the last good one.

    `frame`: the columns of the table; a clean table is sorted by its key here; `name`: name in the registry;
    a raw or clean table; `provenance`: where the rows come from: dataset, vintage, producer, citation,
    licence, ... one entry a source.

    Raises `DataError` if the frame is no legal table.
    """
    table, path = get_table(name), table_path(name, root)
    validate(frame, table)
    data = to_arrow(frame.reset_index(drop=True), table, table.name)
    if table.layer == "clean":
        data = data.sort_by([(column, "ascending") for column in table.key])
    described = {"table": table.name, "title": table.title, "sources": list(provenance)}
    text = json.dumps(described, sort_keys=True, ensure_ascii=False, default=str)
    data = data.replace_schema_metadata({_METADATA_KEY: text.encode()})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".parquet.tmp")
    try:
        write_parquet(data, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    if table.layer == "clean":
        note_as_written(path)
    return path


def write_parquet(data: pa.Table, path: Path) -> None:
    """Write Arrow data as Parquet; the same data give the same bytes."""
    pq.write_table(data, path, **_PARQUET)


def read_provenance(name: str, root: Path | None = None) -> list[dict[str, Any]]:
    """Return where the rows of a built table come from, as its Parquet metadata says."""
    path = table_path(name, root)
    with whole_parquet(path, "delete it and run `dvc repro`"):
        metadata = pq.read_schema(path).metadata or {}
    sources: list[dict[str, Any]] = json.loads(metadata.get(_METADATA_KEY, b"{}")).get("sources", [])
    return sources
