"""The tables: their definitions, the one reader, the one writer, what they refuse."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.errors import DataError
from trucewatch.made import HASHES
from trucewatch.paths import project_root
from trucewatch.sources.doc_pages import data_dictionary
from trucewatch.tables import (
    TABLES,
    get_table,
    read_provenance,
    read_table,
    table_path,
    tables_of,
    validate,
    write_table,
)
from trucewatch.tables.io import read_csv, read_parquet
from trucewatch.tables.registry import DOMAINS

GOODS = "us_china_goods_monthly"


def goods() -> pd.DataFrame:
    months = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-01", "2025-02-01"]).astype("datetime64[us]")
    return pd.DataFrame(
        {"month": months, "flow": ["exports", "imports"] * 2, "value_usd": [9.9e9, 41.6e9, 9.1e9, 30.2e9]}
    )


# the definitions


def test_no_table_is_defined_twice() -> None:
    names = [table.name for tables in DOMAINS.values() for table in tables]
    assert len(names) == len(set(names)) == len(TABLES)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_definition_is_complete(table) -> None:
    assert len(table.column_names) == len(set(table.column_names))
    assert set(table.key) <= set(table.column_names)
    assert table.layer == "raw" or table.key
    assert ("__" in table.name) == (table.layer == "raw")
    assert (table.path is not None) == (table.layer == "input")
    assert bool(table.sources) == (table.layer == "clean")
    for source in table.sources:
        assert get_table(source).layer == "raw"
    for column in table.columns:
        assert column.description.endswith((".", "…")) or ":" in column.description
        if column.nullable and column.dtype != "bool":
            assert "Empty" in column.description


def test_every_description_of_a_column_is_used() -> None:
    used = {(column.name, column.description) for table in TABLES.values() for column in table.columns}
    text = files("trucewatch.tables").joinpath("columns.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert (row["name"], row["description"]) in used
        for table in row["tables"].split():
            assert row["name"] in get_table(table).column_names


def test_one_name_has_one_type_and_one_unit_everywhere() -> None:
    seen: dict[str, set[tuple[str, str | None]]] = {}
    for table in TABLES.values():
        for column in table.columns:
            seen.setdefault(column.name, set()).add((column.dtype, column.unit))
    assert {name: kinds for name, kinds in seen.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize(
    ("unit", "suffix"),
    [("US dollars", "_usd"), ("billion US dollars", "_bn_usd"), ("tonnes", "_t"), ("percent", "_pct")],
)
def test_the_unit_stands_in_the_name(unit: str, suffix: str) -> None:
    columns = [column for table in TABLES.values() for column in table.columns if column.unit == unit]
    assert columns
    assert all(column.name.endswith(suffix) for column in columns)


def test_codes_are_text() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.name.startswith(("hs", "naics")) and not column.name.endswith("title"):
                assert column.dtype == "string", f"{table.name}.{column.name}"


def test_an_unknown_table_names_the_known_ones() -> None:
    with pytest.raises(DataError, match="us_china_goods_monthly"):
        get_table("us_china_goods")


# validate


@pytest.mark.parametrize(
    ("change", "column", "row", "problem"),
    [
        (lambda f: f.drop(columns="flow"), "flow", None, "missing"),
        (lambda f: f.assign(extra=1), "extra", None, "unknown"),
        (lambda f: pd.concat([f, f.iloc[[1]]], ignore_index=True), "flow", 4, "twice"),
        (lambda f: f.assign(value_usd=f["value_usd"].where(f.index != 2)), "value_usd", 2, "empty"),
        (lambda f: f.assign(value_usd=f["value_usd"].where(f.index != 3, -1.0)), "value_usd", 3, "below 0"),
        (lambda f: f.assign(flow=f["flow"].where(f.index != 1, "import")), "flow", 1, "none of"),
        (lambda f: f.assign(month=f["month"] + pd.Timedelta(days=1)), None, 0, "first day"),
    ],
    ids=["missing column", "unknown column", "key twice", "empty", "negative", "not allowed", "statement"],
)
def test_validate_says_what_is_wrong_and_where(change, column, row, problem) -> None:
    with pytest.raises(DataError, match=problem) as raised:
        validate(change(goods()), GOODS)
    error = raised.value
    assert (error.file, error.column) == (GOODS, column)
    assert row is None or error.row == row
    assert error.remedy


def test_validate_holds_text_against_its_pattern() -> None:
    frame = pd.DataFrame({"hs6_2022": ["850511", "8505.1"], "hs6_2017": ["850511", "850511"]})
    with pytest.raises(DataError) as raised:
        validate(frame, "hs6_2022_2017")
    assert (raised.value.row, raised.value.column, raised.value.value) == (1, "hs6_2022", "8505.1")


def test_a_good_table_comes_back_unchanged() -> None:
    pd.testing.assert_frame_equal(validate(goods(), GOODS), goods())


# the writer and the reader


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_table(goods(), GOODS, tmp_path)
    pd.testing.assert_frame_equal(read_table(GOODS, tmp_path), goods())
    assert read_table(GOODS, tmp_path, columns=["value_usd", "month"]).columns.tolist() == [
        "value_usd",
        "month",
    ]


@given(order=st.permutations(range(4)))
def test_the_order_of_rows_does_not_change_the_bytes(order: list[int], tmp_path_factory) -> None:
    root = tmp_path_factory.mktemp("order")
    first = write_table(goods(), GOODS, root).read_bytes()
    again = write_table(goods().iloc[order].reset_index(drop=True), GOODS, root).read_bytes()
    assert first == again


def test_provenance_travels_with_the_file(tmp_path: Path) -> None:
    source = {"dataset": "d", "vintage": "2026-10", "producer": "US Census Bureau"}
    path = write_table(goods(), GOODS, tmp_path, [source])
    assert read_provenance(GOODS, tmp_path) == [source]
    assert pq.read_schema(path).names == get_table(GOODS).column_names


def test_an_illegal_frame_leaves_the_last_good_file(tmp_path: Path) -> None:
    path = write_table(goods(), GOODS, tmp_path)
    good = path.read_bytes()
    with pytest.raises(DataError):
        write_table(goods().assign(flow="both"), GOODS, tmp_path)
    assert path.read_bytes() == good
    assert {entry.name for entry in path.parent.iterdir()} == {path.name, HASHES}


def test_a_broken_write_leaves_the_last_good_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_table(goods(), GOODS, tmp_path)
    good = path.read_bytes()

    def full_disk(data: object, where: Path, **settings: object) -> None:
        where.write_bytes(b"PAR1 half")
        raise OSError("no space left on device")

    monkeypatch.setattr(pq, "write_table", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_table(goods(), GOODS, tmp_path)
    assert path.read_bytes() == good
    assert {entry.name for entry in path.parent.iterdir()} == {path.name, HASHES}


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    path = write_table(goods(), GOODS, tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="not as the pipeline wrote it"):
        read_table(GOODS, tmp_path)
    (path.parent / HASHES).unlink()
    with pytest.raises(DataError, match="no whole Parquet file") as raised:
        read_table(GOODS, tmp_path)
    assert raised.value.file == path
    assert "dvc repro" in raised.value.remedy


def test_a_clean_table_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    path = write_table(goods(), GOODS, tmp_path)
    whole = path.read_bytes()
    read_table(GOODS, tmp_path)
    data = pq.read_table(path)
    doubled = pa.array([2 * value for value in data["value_usd"].to_pylist()], data["value_usd"].type)
    changed = data.set_column(data.column_names.index("value_usd"), "value_usd", doubled)
    pq.write_table(changed.replace_schema_metadata(data.schema.metadata), path)
    with pytest.raises(DataError, match="not as the pipeline wrote it") as raised:
        read_table(GOODS, tmp_path)
    assert raised.value.file == path
    assert "trucewatch build" in raised.value.remedy
    path.write_bytes(whole)
    read_table(GOODS, tmp_path)
    (path.parent / HASHES).write_text("0" * 64 + "  other.parquet\n")
    with pytest.raises(DataError, match="not as the pipeline wrote it"):
        read_table(GOODS, tmp_path)


def test_a_wrong_type_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="value_usd"):
        write_table(goods().assign(value_usd=["a", "b", "c", "d"]), GOODS, tmp_path)


def test_a_table_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dvc repro clean"):
        read_table(GOODS, tmp_path)


def test_an_unknown_column_is_refused_before_reading(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="choose from month, flow, value_usd"):
        read_table(GOODS, tmp_path, columns=["value"])


def test_a_parquet_file_without_a_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "half.parquet"
    goods().drop(columns="flow").to_parquet(path)
    with pytest.raises(DataError) as raised:
        read_parquet(path, get_table(GOODS))
    assert (raised.value.file, raised.value.column) == (path, "flow")


@pytest.mark.parametrize(
    ("text", "column", "row", "value"),
    [
        ("month,cny_per_usd\n2025-01-01,7.3\n2025-02-30,7.3\n", "month", 3, "2025-02-30"),
        ("month,cny_per_usd\n2025-01-01,7.3\n2025-02-01,7.3 CNY\n", "cny_per_usd", 3, "7.3 CNY"),
        ("month,rate\n2025-01-01,7.3\n", "cny_per_usd", None, None),
    ],
)
def test_a_bad_cell_of_a_csv_file_is_named(tmp_path: Path, text, column, row, value) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(DataError) as raised:
        read_csv(path, get_table("fed__usd_cny_monthly"))
    error = raised.value
    assert (error.file, error.column, error.row, error.value) == (path, column, row, value)


def test_a_truncated_gzip_file_is_named(tmp_path: Path) -> None:
    source = project_root() / "data/sources/gacc/china_soybean_imports_2023_2025.csv.gz"
    path = tmp_path / source.name
    path.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(DataError, match="cannot be read"):
        read_csv(path, get_table("gacc__china_soybean_imports_2023_2025"))


def test_empty_whole_numbers_stay_empty(tmp_path: Path) -> None:
    head = "date_published,fr_document,title,total_added,china_added,mentions_china,url\n"
    path = tmp_path / "rules.csv"
    path.write_text(head + "2024-05-14,2024-10485,Additions,37.0,,1,https://example.org\n")
    row = read_csv(path, get_table("bis__entity_list_rules")).iloc[0]
    assert row["total_added"] == 37
    assert pd.isna(row["china_added"])


# the tables kept by hand, and the pages written from the definitions


@pytest.mark.parametrize("table", tables_of("input"), ids=lambda table: table.name)
def test_a_hand_kept_table_is_legal(table) -> None:
    assert table_path(table.name).is_file()
    assert len(validate(read_table(table.name), table)) > 0


def test_every_gate_has_a_tolerance_and_a_reason() -> None:
    gates = read_table("published").query('status == "gate"')
    assert len(gates) >= 4
    assert gates[["report", "tolerance", "tolerance_kind", "tolerance_reason"]].notna().all(axis=None)


def test_the_pages_are_not_stale() -> None:
    from trucewatch.docs import PAGES

    for name, write in PAGES.items():
        assert (project_root() / "docs" / name).read_text(encoding="utf-8") == write(), name


def test_the_page_of_sources_forgets_no_month() -> None:
    """Every file that can grow says how far it goes, what brings it further and what then moves."""
    from trucewatch.sources.newest import newest_period
    from trucewatch.sources.vintages import active_vintages

    grows = {name for table in tables_of("clean") if table.moves for name in table.sources[:1]}
    sections = (project_root() / "docs/data_sources.md").read_text(encoding="utf-8").split("\n## ")
    said = {section.partition("\n")[0]: section for section in sections if ", not active" not in section}
    for vintage in active_vintages(project_root()):
        if vintage.dataset in grows:
            section = said[vintage.dataset]
            assert f"\n- Newest: {newest_period(vintage, project_root())}\n" in section
            assert "\n- Brought further by: " in section
            assert "\n- A later one changes: " in section
    assert "`trucewatch refresh treasury`" in said["treasury__customs_duties_monthly"]
    assert "hand, see" in said["gacc__magnet_exports_monthly"]


def test_the_data_dictionary_names_every_table_and_column() -> None:
    page = data_dictionary()
    for table in TABLES.values():
        section = page.split(f"### {table.name}\n")[1].split("\n### ")[0]
        assert all(f"| `{column}` |" in section for column in table.column_names)
