"""Run the expressions over a folder of Parquet files: on DuckDB within a memory limit, or on Spark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trucewatch.errors import DataError
from trucewatch.scale import expressions

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

STEPS = ("clean", "by_chapter", "rates", "codes", "statutory")
"""The tables that `build` writes, in order."""


def duckdb(folder: Path, memory: str = "3GB", threads: int = 2) -> BaseBackend:
    """Return a DuckDB connection that spills to `folder` past a limit of memory.

    `folder`: where tables too large for memory are parked while a query runs; `memory`: limit of DuckDB's
    buffers, such as `3GB`; the process needs a few hundred MB on top; `threads`: cores to use.
    """
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"SET memory_limit = '{memory}'")
    connection.raw_sql(f"SET temp_directory = '{str(folder).replace(chr(39), chr(39) * 2)}'")
    connection.raw_sql(f"SET threads = {threads}")
    connection.raw_sql("SET preserve_insertion_order = false")
    return connection


def spark(session: Any) -> BaseBackend:
    """Return the Ibis backend of a Spark session, local or of a cluster, with dates in UTC."""
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return ibis.pyspark.connect(session)


def build(connection: BaseBackend, raw: Path, law: Path, out: Path) -> dict[str, Path]:
    """Write the tables of `STEPS` from raw imports and the law.

    The path of each table of `STEPS`.

    `connection`: from `duckdb` or `spark`; `raw`: folder of Parquet files in the shape of the Census API;
    `law`: folder of `write_law`; `out`: where to write `<step>.parquet` (one file from DuckDB, a folder of
    files from Spark).

    Raises `DataError` if a folder holds no table of that kind, or the imports have a country that is no
    partner of the law.
    """
    if not any(raw.glob("*.parquet")):
        raise DataError("no Parquet files", remedy="write or point to a table of imports", file=str(raw))
    missing = [
        name for name in ("duties", "codes", "months", "partners") if not (law / f"{name}.parquet").exists()
    ]
    if missing:
        raise DataError(f"no {', '.join(missing)}.parquet", remedy="call write_law first", file=str(law))
    out.mkdir(parents=True, exist_ok=True)
    paths = {step: out / f"{step}.parquet" for step in STEPS}

    def read(path: Path) -> ibis.Table:
        return connection.read_parquet(str(path))

    def write(step: str, table: ibis.Table) -> ibis.Table:
        connection.to_parquet(table, str(paths[step]))
        return read(paths[step])

    # Every step is written before the next reads it: the small tables of rates and codes joined unwritten
    # made DuckDB choose a plan fifteen times as slow.
    raw_files = raw / "*.parquet" if connection.name == "duckdb" else raw
    rows, partners = read(raw_files), read(law / "partners.parquet")
    unknown = expressions.unknown_partners(rows, partners).to_pyarrow()["CTY_CODE"].to_pylist()
    if unknown:
        raise DataError(
            f"{len(unknown)} country code(s) that no partner has; their trade would be lost",
            remedy="add them to the partners given to write_law, and write the law again",
            file=raw,
            column="CTY_CODE",
            value=", ".join(sorted(map(str, unknown))),
        )
    imports = write("clean", expressions.clean(rows, partners))
    write("by_chapter", expressions.by_chapter(imports))
    duties, months = read(law / "duties.parquet"), read(law / "months.parquet")
    rates = write("rates", expressions.monthly_rates(duties, months))
    codes = write("codes", expressions.codes_of_panel(read(law / "codes.parquet"), imports))
    write("statutory", expressions.statutory(imports, codes, rates))
    return paths


def write_law(panels: Sequence[Any], partners: pd.DataFrame, out: Path, first: date, months: int) -> Path:
    """Write what `build` joins to the imports: duties, codes, months and partners.

    `panels`: panels of duties (`trucewatch.duty.panel`), one an origin; `partners`: `census_code`,
    `partner_iso3`; `out`: folder to write; `first`, `months`: first month and how many.
    """
    out.mkdir(parents=True, exist_ok=True)
    duties = pa.concat_tables([panel.duties for panel in panels])
    starts = pd.date_range(first, periods=months + 1, freq="MS")
    calendar = pa.table(
        {
            "month": pa.array(starts[:-1].date),
            "next_month": pa.array(starts[1:].date),
            "days": pa.array((starts[1:] - starts[:-1]).days, pa.int32()),
        }
    )
    columns = ["origin", "code", "authority", "valid_from", "valid_to", "rate_pct"]
    pq.write_table(duties.select(columns), out / "duties.parquet")
    codes = pa.concat_tables([panel.totals for panel in panels]).select(["code"])
    pq.write_table(codes.group_by("code").aggregate([]), out / "codes.parquet")
    pq.write_table(calendar, out / "months.parquet")
    known = partners.loc[partners["census_code"].notna(), ["census_code", "partner_iso3"]].drop_duplicates()
    pq.write_table(pa.Table.from_pandas(known, preserve_index=False), out / "partners.parquet")
    return out
