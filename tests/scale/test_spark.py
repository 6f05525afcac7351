"""The same expressions on DuckDB and on Spark: the same rows, numbers equal to 1e-9."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.unit.test_scale import CHINA, COUNTRIES, PARTNERS, made_codes, made_panel
from trucewatch.scale import engines, synthetic

pytestmark = [
    pytest.mark.scale,
    # Spark's own code warns under pandas 3 wherever a frame crosses, and a frame only carries rows here.
    pytest.mark.filterwarnings("default"),
]

KEYS = {
    "clean": ("month", "hs10", "partner_iso3", "district"),
    "by_chapter": ("month", "partner_iso3", "hs2"),
    "rates": ("origin", "code", "month", "authority"),
    "codes": ("hs10",),
    "statutory": ("month", "hs10", "partner_iso3", "district", "authority"),
}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, and there is no java on the path")
    sql = pytest.importorskip("pyspark.sql", reason="the extra `scale` is not installed")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    found = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "3g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.local.dir", str(tmp_path_factory.mktemp("spark")))
        .getOrCreate()
    )
    yield found
    found.stop()


@pytest.mark.parametrize("rows", [1_000_000, 10_000_000])
def test_spark_and_duckdb_write_the_same_tables(session, tmp_path: Path, rows: int) -> None:
    codes = made_codes(4_000)
    synthetic.write_imports(tmp_path / "raw", rows, codes, COUNTRIES, CHINA, months=60)
    law = engines.write_law([made_panel(codes)], PARTNERS, tmp_path / "law", date(2017, 1, 1), 60)
    ours = engines.build(engines.duckdb(tmp_path), tmp_path / "raw", law, tmp_path / "duckdb")
    theirs = engines.build(engines.spark(session), tmp_path / "raw", law, tmp_path / "spark")
    for step in engines.STEPS:
        left, right = f"'{ours[step]}'", f"'{theirs[step]}/*.parquet'"
        assert differing(left, right, KEYS[step]) == [], step
    assert count(f"'{ours['clean']}'") == rows
    assert count(f"'{ours['statutory']}'") > rows * synthetic.CHINA_SHARE / 2


def count(table: str) -> int:
    return duckdb.sql(f"SELECT count(*) FROM read_parquet({table})").fetchall()[0][0]


def differing(left: str, right: str, key: tuple[str, ...]) -> list[tuple]:
    """Return up to five rows that only one table has, or whose values differ by more than 1e-9."""
    columns = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet({left})").fetchall()]
    values = [column for column in columns if column not in key]
    apart = " OR ".join(
        [f"l.{key[0]} IS NULL", f"r.{key[0]} IS NULL"]
        + [
            f"l.{v} IS DISTINCT FROM r.{v}"
            if v == "code"
            else f"abs(l.{v} - r.{v}) > 1e-9 * greatest(1, abs(l.{v}))"
            for v in values
        ]
    )
    on = " AND ".join(f"l.{name} = r.{name}" for name in key)
    both = f"read_parquet({left}) l FULL JOIN read_parquet({right}) r ON {on}"
    return duckdb.sql(f"SELECT l.*, r.* FROM {both} WHERE {apart} LIMIT 5").fetchall()
