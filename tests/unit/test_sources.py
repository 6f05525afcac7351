"""What is bundled: pinned, described, read by a stage; and what ingest does with it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.data_project import built, copy_of_built, with_sources
from trucewatch.errors import DataError
from trucewatch.paths import project_root, sources_dir
from trucewatch.sources import ingest
from trucewatch.sources.sidecar import SUFFIX, read_sidecar, sidecar_path
from trucewatch.sources.vintages import active_vintages, read_vintages, sha256_of
from trucewatch.tables import read_provenance, read_table, table_path, tables_of

VINTAGES = read_vintages(project_root())
HAND_KEPT = {"vintages.csv", "corrections.csv", "reconciliation.csv"}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("vintage", VINTAGES, ids=lambda vintage: vintage.dataset)
def test_a_bundled_file_is_the_pinned_one_and_described(vintage) -> None:
    path = sources_dir(project_root()) / vintage.file
    sidecar = read_sidecar(path)
    assert sha256_of(path) == vintage.sha256 == sidecar.sha256
    assert path.stat().st_size == vintage.bytes
    assert sidecar.date_accessed == vintage.date_accessed
    assert sidecar.vintage == vintage.vintage


def test_no_file_is_unlisted_and_no_sidecar_orphaned() -> None:
    folder = sources_dir(project_root())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    sidecars = {name for name in files if name.endswith(SUFFIX)}
    assert files - sidecars - HAND_KEPT == {vintage.file for vintage in VINTAGES}
    assert sidecars == {vintage.file + SUFFIX for vintage in VINTAGES}


def test_every_active_file_is_read_by_the_clean_stage() -> None:
    read = {source for table in tables_of("clean") for source in table.sources}
    assert {vintage.dataset for vintage in active_vintages(project_root())} == read
    finer = {source for table in tables_of("clean") for source in table.finer}  # fetched, never bundled
    assert read | finer == {table.name for table in tables_of("raw")}
    assert not read & finer


@pytest.mark.parametrize("vintage", VINTAGES, ids=lambda vintage: vintage.dataset)
def test_a_bundled_file_holds_no_time_of_packing(vintage) -> None:
    content = (sources_dir(project_root()) / vintage.file).read_bytes()
    if vintage.file.endswith(".gz"):
        assert content[4:8] == b"\0\0\0\0"  # mtime of RFC 1952
        assert not content[3] & 0x08  # no file name


def test_comtrade_is_not_redistributed_beyond_its_terms() -> None:
    years = read_table("comtrade__us_trade_hs6_annual", built(), columns=["year"])
    assert set(years["year"]) == {2017, 2024, 2025}


def test_ingest_lands_every_active_file_untouched() -> None:
    for vintage in active_vintages(project_root()):
        path = sources_dir(project_root()) / vintage.file
        if path.suffix == ".parquet":
            bundled, landed_file = pq.read_table(path), pq.read_table(table_path(vintage.dataset, built()))
            assert bundled.column_names == landed_file.column_names
            for name in bundled.column_names:
                assert bundled[name].equals(landed_file[name]), f"{vintage.dataset}.{name}"
        else:
            landed = read_table(vintage.dataset, built())
            printed = pd.read_csv(path, dtype="str", keep_default_na=False)
            assert list(printed.columns) == list(landed.columns)
            assert len(printed) == len(landed)
            for name in printed.columns:
                assert ((printed[name] == "") == landed[name].isna()).all(), f"{vintage.dataset}.{name}"
        assert read_provenance(vintage.dataset, built())[0]["sha256"] == vintage.sha256


def test_ingest_tells_rows_and_seconds(tmp_path: Path) -> None:
    root = with_sources(tmp_path)
    keep = "fed__usd_cny_monthly"
    path = root / "data" / "sources" / "vintages.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(line for line in lines if line.startswith(keep))]) + "\n")
    told: list[str] = []
    assert [path.name for path in ingest.run(root, told.append)] == [f"{keep}.parquet"]
    assert len(told) == 1
    assert told[0].startswith(f"raw {keep}: 138 rows, ")


def test_a_changed_file_stops_ingest_before_anything_is_written(tmp_path: Path) -> None:
    root = with_sources(tmp_path)
    path = root / "data/sources/usda/soybean_sales_weekly.csv.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        ingest.run(root, lambda line: None)
    message = str(raised.value)
    pinned = next(v for v in VINTAGES if v.dataset == "usda__soybean_sales_weekly")
    assert "data/sources/usda/soybean_sales_weekly.csv.gz" in message
    assert pinned.sha256 in message
    assert sha256_of(path) in message
    assert "git checkout" in message
    assert not (root / "data" / "raw").exists()


def test_a_failed_ingest_keeps_what_was_landed(tmp_path: Path) -> None:
    root = copy_of_built(tmp_path)
    before = {path.name: path.read_bytes() for path in (root / "data" / "raw").iterdir()}
    (root / "data/sources/treasury/customs_duties_monthly.csv.gz").unlink()
    with pytest.raises(DataError, match="missing") as raised:
        ingest.run(root, lambda line: None)
    assert str(raised.value.file) == "data/sources/treasury/customs_duties_monthly.csv.gz"
    assert {path.name: path.read_bytes() for path in (root / "data" / "raw").iterdir()} == before


def test_a_pinned_file_without_a_column_is_named(tmp_path: Path) -> None:
    root = with_sources(tmp_path)
    path = root / "data/sources/fed/usd_cny_monthly.csv"
    old = sha256_of(path)
    path.write_text("month\n2025-01-01\n")
    edit(root / "data/sources/vintages.csv", old, sha256_of(path))
    with pytest.raises(DataError, match="missing") as raised:
        ingest.run(root, lambda line: None)
    assert (raised.value.file, raised.value.column) == (path, "cny_per_usd")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-09-01,27500000000,,,made\n", "imports_bn_usd.*is above 1000"),
        ("2062-09-01,27.5,,,made\n", r"row 502, column month: this month had not begun.* on 2026-10-06"),
    ],
)
def test_a_month_typed_by_hand_is_in_billions_and_over(tmp_path: Path, row: str, said: str) -> None:
    root = with_sources(tmp_path)
    path = root / "data/sources/census/us_china_goods_monthly.csv.gz"
    old = sha256_of(path)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + row.encode(), mtime=0))
    edit(root / "data/sources/vintages.csv", old, sha256_of(path))
    with pytest.raises(DataError, match=said):
        ingest.run(root, lambda line: None)


def test_two_active_files_of_one_dataset_are_refused(tmp_path: Path) -> None:
    root = with_sources(tmp_path)
    path = root / "data/sources/vintages.csv"
    line = next(line for line in path.read_text().splitlines() if line.startswith("fed__"))
    path.write_text(path.read_text() + line.replace(",2026-07,", ",2026-08,") + "\n")
    with pytest.raises(DataError, match="two active files") as raised:
        active_vintages(root)
    assert raised.value.column == "is_active"


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("producer:", "maker:", "producer"),
        ("primary_url: 'https://", "primary_url: 'www.", "primary_url"),
        ("date_accessed: 2026-07-21", "date_accessed: July", "date_accessed"),
        ("known_defects: []", "known_defects: none", "known_defects"),
    ],
)
def test_a_faulty_sidecar_is_named(tmp_path: Path, old: str, new: str, column: str) -> None:
    file = with_sources(tmp_path) / "data/sources/fed/usd_cny_monthly.csv"
    edit(sidecar_path(file), old, new)
    with pytest.raises(DataError) as raised:
        read_sidecar(file)
    assert (raised.value.file, raised.value.column) == (sidecar_path(file), column)


def test_a_missing_or_broken_sidecar_is_named(tmp_path: Path) -> None:
    file = with_sources(tmp_path) / "data/sources/fed/usd_cny_monthly.csv"
    sidecar_path(file).write_text("producer: 'Board\n")
    with pytest.raises(DataError, match="no YAML"):
        read_sidecar(file)
    sidecar_path(file).unlink()
    with pytest.raises(DataError, match="missing"):
        read_sidecar(file)
