"""Raw to clean: the functions on small tables, then the stage."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.data_project import build, built, copy_of_built, with_sources
from trucewatch import clean
from trucewatch.clean import codes, export_controls, soybeans, trade
from trucewatch.clean.corrections import apply_corrections
from trucewatch.clean.partners import with_iso3
from trucewatch.clean.periods import parse_period
from trucewatch.clean.reconcile import chosen, reconcile
from trucewatch.errors import DataError
from trucewatch.sources.vintages import active_vintages
from trucewatch.tables import get_table, read_provenance, read_table, tables_of

PARTNERS = pd.DataFrame(
    {
        "partner_name": ["CHINA", "United States", "Brazil", "TOTAL", "EUROPEAN UNION"],
        "partner_iso3": ["CHN", "USA", "BRA", "WLD", "EUU"],
        "is_aggregate": [False, False, False, True, True],
    }
)


def month(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


# the functions


def test_billions_become_dollars_and_a_month_without_exports_has_no_row() -> None:
    raw = pd.DataFrame(
        {
            "month": [month("2026-06-01"), month("2026-07-01")],
            "imports_bn_usd": [25.1501, 27.0707],
            "exports_bn_usd": [10.2, None],
            "balance_bn_usd": [10.2 - 25.1501, None],
        }
    )
    found = trade.us_china_goods_monthly(raw).set_index(["month", "flow"])["value_usd"].to_dict()
    assert found == {
        (month("2026-06-01"), "imports"): 25_150_100_000,
        (month("2026-07-01"), "imports"): 27_070_700_000,
        (month("2026-06-01"), "exports"): 10_200_000_000,
    }


def test_a_balance_that_is_not_the_difference_is_refused() -> None:
    raw = pd.DataFrame(
        {
            "month": [month("2025-01-01")],
            "imports_bn_usd": [41.6],
            "exports_bn_usd": [9.9],
            "balance_bn_usd": [-31.6],
        }
    )
    with pytest.raises(DataError) as raised:
        trade.us_china_goods_monthly(raw)
    assert (raised.value.row, raised.value.column, raised.value.value) == (0, "balance_bn_usd", -31.6)


def panel(total: float = 30.0, duty: float = 3.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "month": [month("2025-01-01")] * 3,
            "partner_name": ["CHINA"] * 3,
            "naics3": ["00", "311", "334"],
            "naics_title": ["ALL PRODUCTS", "NAICS CODE 311, FOOD, NESOI", "NAICS CODE 334, COMPUTERS"],
            "value_usd": [total, 10.0, 20.0],
            "duty_usd": [duty, 1.0, 2.0],
        }
    )


def test_industries_replace_their_total() -> None:
    found = trade.us_imports_naics3_monthly(panel(), PARTNERS)
    assert found["naics3"].tolist() == ["311", "334"]
    assert set(found["partner_iso3"]) == {"CHN"}


@pytest.mark.parametrize(("total", "duty", "column"), [(31.0, 3.0, "value_usd"), (30.0, 4.0, "duty_usd")])
def test_industries_that_miss_their_total_are_refused(total: float, duty: float, column: str) -> None:
    with pytest.raises(DataError, match="do not sum") as raised:
        trade.us_imports_naics3_monthly(panel(total, duty), PARTNERS)
    assert (raised.value.row, raised.value.column) == ("2025-01 CHINA", column)


def test_a_cell_without_its_total_is_refused() -> None:
    with pytest.raises(DataError, match="do not sum"):
        trade.us_imports_naics3_monthly(panel().iloc[1:], PARTNERS)


def test_industry_names_lose_their_prefix() -> None:
    assert codes.naics3_names(panel())["industry"].tolist() == ["Food, NESOI", "Computers"]


def test_industry_names_say_what_is_no_industry() -> None:
    titles = ["NAICS CODE 990, OTHER SPECIAL CLASSIFICATION PROVISIONS", "NAICS CODE 315, APPAREL"]
    named = codes.naics3_names(pd.DataFrame({"naics3": ["990", "315"], "naics_title": titles}))
    assert named["industry"].tolist() == ["Special provisions (no industry)", "Apparel"]


def test_a_partner_without_a_code_is_refused() -> None:
    with pytest.raises(DataError) as raised:
        with_iso3(pd.DataFrame({"partner_name": ["CHINA", "ATLANTIS"]}), PARTNERS)
    assert (raised.value.row, raised.value.value) == (1, "ATLANTIS")
    assert "partners.csv" in raised.value.remedy


def test_rows_of_one_month_and_hs6_are_summed_and_units_are_not_mixed() -> None:
    raw = pd.DataFrame(
        {
            "month": [month("2020-07-01")] * 5,
            "hs6": ["270900", "270900", "271112", "271112", "880000"],
            "value_usd": [1.0, 2.0, 4.0, 8.0, 16.0],
            "quantity": [10.0, 20.0, 40.0, 80.0, 0.0],
            "quantity_unit": ["BBL", "BBL", "BBL", "M3", "-"],
            "phase_one_category": ["Energy"] * 4 + ["not covered"],
            "phase_one_sub_category": [
                "Crude oil",
                "Crude oil",
                "Refined products",
                "Refined products",
                None,
            ],
        }
    )
    found = trade.us_exports_hs6_monthly(raw).set_index("hs6")
    assert found["value_usd"].to_dict() == {"270900": 3.0, "271112": 12.0, "880000": 16.0}
    assert found.loc["270900", ["quantity", "quantity_unit"]].tolist() == [30.0, "BBL"]
    assert found.loc[["271112", "880000"], ["quantity", "quantity_unit"]].isna().all(axis=None)


def test_customs_value_is_never_taken_from_cif() -> None:
    raw = pd.DataFrame(
        {
            "year": [2017, 2024, 2024, 2024],
            "flow": ["imports", "imports", "imports", "exports"],
            "partner_iso3": ["CHN", "CHN", "TWN", "CHN"],
            "hs6": ["850511"] * 4,
            "reported_value_usd": [105.0, 210.0, 50.0, 7.0],
            "cif_value_usd": [105.0, 210.0, None, 0.0],
            "fob_value_usd": [0.0, 200.0, None, 7.0],
            "hs_revision": ["H5", "H6", None, "H6"],
        }
    )
    found = trade.us_trade_hs6_annual(raw)
    assert found["value_usd"].tolist()[1:] == [200.0, 50.0, 7.0]
    assert pd.isna(found["value_usd"].iloc[0])
    assert found["cif_value_usd"].tolist()[:2] == [105.0, 210.0]
    assert found["cif_value_usd"].iloc[2:].isna().all()
    assert found["hs_revision"].tolist() == ["HS2017", "HS2022", "HS2022", "HS2022"]


def test_the_newer_soybean_collection_holds_where_both_speak() -> None:
    older = pd.DataFrame(
        {
            "month": pd.to_datetime(["2022-12-01", "2023-01-01", "2023-01-01"]),
            "partner_name": ["United States", "United States", "TOTAL"],
            "quantity_t": [1.0, 2.0, 3.0],
        }
    )
    newer = pd.DataFrame(
        {
            "month": pd.to_datetime(["2023-01-01"]),
            "partner_name": ["United States"],
            "hs8": ["12019019"],
            "quantity_t": [20.0],
            "value_cny": [5.0],
        }
    )
    found = soybeans.china_soybean_imports_monthly(older, newer, PARTNERS)
    quantities = {(r.month.year, r.partner_iso3): r.quantity_t for r in found.itertuples()}
    assert quantities == {(2022, "USA"): 1.0, (2023, "USA"): 20.0, (2023, "WLD"): 3.0}


def test_commitments_that_are_no_sum_are_refused() -> None:
    raw = pd.DataFrame(
        {
            "week_ending": [month("2026-08-27")],
            "marketing_year": ["2025/26"],
            "accumulated_exports_kt": [100.0],
            "outstanding_sales_kt": [20.0],
            "net_sales_kt": [1.0],
            "total_commitments_kt": [121.0],
        }
    )
    with pytest.raises(DataError, match="shipped plus outstanding"):
        soybeans.soybean_sales_weekly(raw)
    whole = soybeans.soybean_sales_weekly(raw.assign(total_commitments_kt=120.0))
    assert whole["total_commitments_t"].tolist() == [120_000.0]


@pytest.mark.parametrize(
    ("title", "which"),
    [
        ("Additions of Entities to the Entity List", "entity list"),
        ("Revisions to the Unverified List", "unverified list"),
        ("Revisions to the Unverified List and the Entity List", "both"),
        (
            "Revisions to the Unverified List; Clarifications to Activities and Criteria That May Lead to "
            "Additions to the Entity List",
            "unverified list",
        ),
        ("Streamlining Export Controls for Drone Exports", "other"),
    ],
)
def test_the_list_is_read_from_the_title(title: str, which: str) -> None:
    raw = pd.DataFrame({"title": [title], "mentions_china": [1]})
    assert export_controls.entity_list_rules(raw)["list"].tolist() == [which]


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2025", "2025-01-01", "2026-01-01"),
        ("2025-03", "2025-03-01", "2025-04-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2025-01..09", "2025-01-01", "2025-10-01"),
        ("2025-H1", "2025-01-01", "2025-07-01"),
        ("2025-H2", "2025-07-01", "2026-01-01"),
        ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("2025-10-30", "2025-10-30", "2025-10-31"),
    ],
)
def test_a_printed_period_is_half_open_days(text: str, first: str, after: str) -> None:
    assert parse_period(text) == (pd.Timestamp(first), pd.Timestamp(after))


@pytest.mark.parametrize("text", ["MY2022/23", "2026 (each of 2026, 2027, 2028)", "", "2025-H3"])
def test_what_is_no_plain_period_stays_unread(text: str) -> None:
    assert parse_period(text) is None


# corrections


def correction(**changes: object) -> pd.DataFrame:
    row = {
        "correction_id": "c1",
        "table": "fed__usd_cny_monthly",
        "row_key": "month=2025-01-01",
        "column": "cny_per_usd",
        "expected_value": "73",
        "action": "replace",
        "value_after": "7.3",
        "reason": "decimal point lost",
        "source": "test",
    }
    return pd.DataFrame([{**row, **changes}])


RATES = pd.DataFrame({"month": pd.to_datetime(["2025-01-01", "2025-02-01"]), "cny_per_usd": [73.0, 73.0]})


def corrected(**changes: object) -> pd.DataFrame:
    return apply_corrections(RATES, "fed__usd_cny_monthly", correction(**changes))


def test_a_correction_changes_its_row_only() -> None:
    assert corrected()["cny_per_usd"].tolist() == [7.3, 73.0]
    assert RATES["cny_per_usd"].tolist() == [73.0, 73.0]


def test_a_correction_without_a_key_changes_every_such_cell() -> None:
    assert corrected(row_key=None)["cny_per_usd"].tolist() == [7.3, 7.3]


def test_a_correction_may_drop_its_row() -> None:
    assert corrected(action="drop", value_after=None)["month"].tolist() == [pd.Timestamp("2025-02-01")]


def test_a_correction_of_another_table_is_passed_over() -> None:
    pd.testing.assert_frame_equal(corrected(table="treasury__customs_duties_monthly"), RATES)


@pytest.mark.parametrize(
    ("changes", "problem", "value"),
    [
        ({"expected_value": "72"}, "no longer says '72'", "73.0"),
        ({"row_key": "month=2024-01-01"}, "no longer says", "no such row"),
        ({"column": "rate"}, "no column 'rate'", "rate"),
        ({"value_after": "x"}, "no number", "x"),
    ],
)
def test_a_correction_that_does_not_fit_fails_loudly(changes, problem, value) -> None:
    with pytest.raises(DataError, match=problem) as raised:
        corrected(**changes)
    assert raised.value.value == value
    assert "corrections.csv" in str(raised.value.file)


# reconciliation


def total(**changes: object) -> pd.DataFrame:
    row = {
        "total_id": "t1",
        "table": "usd_cny_monthly",
        "rows": 'month < "2025-02-01"',
        "column": "cny_per_usd",
        "scale": 1.0,
        "published_value": 72.0,
        "unit": "yuan",
        "tolerance": 1.0,
        "tolerance_kind": "abs",
        "tolerance_reason": "test",
        "publisher": "test",
        "source": "test",
    }
    return pd.DataFrame([{**row, **changes}])


@pytest.mark.parametrize(
    "changes",
    [{}, {"tolerance": 0.02, "tolerance_kind": "rel"}, {"rows": None, "published_value": 146.0}],
    ids=["edge of the band", "relative", "all rows"],
)
def test_a_total_inside_its_band_passes(changes) -> None:
    assert reconcile(RATES, "usd_cny_monthly", total(**changes)) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"tolerance": 0.99}, "sums to 73 yuan, test published 72"),
        ({"tolerance": 0.01, "tolerance_kind": "rel"}, "the band is 0.72"),
        ({"rows": 'month < "2000-01-01"'}, "selection is empty"),
        ({"rows": "monat < 3"}, "cannot be read"),
        ({"column": "rate"}, "cannot be read"),
        ({"published_value": float("nan")}, "published"),
    ],
)
def test_a_total_outside_its_band_fails_loudly(changes, problem) -> None:
    with pytest.raises(DataError, match=problem) as raised:
        reconcile(RATES, "usd_cny_monthly", total(**changes))
    assert raised.value.row == 2
    assert "reconciliation.csv" in str(raised.value.file)


COUNTED = pd.DataFrame({"flow": ["exports", "imports", "and"], "year": [2017, 2018, 2019]})


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ('flow == "imports"', [2018]),
        ("2017 <= year < 2019", [2017, 2018]),
        ('year > 2017 and flow == "and"', [2019]),
        (' 2018>=year and flow=="exports" ', [2017]),
    ],
)
def test_a_selection_is_comparisons_joined_by_and(text: str, years: list[int]) -> None:
    assert list(COUNTED.loc[chosen(COUNTED, text), "year"]) == years


def test_every_selection_of_the_project_is_read_as_pandas_reads_it() -> None:
    totals = read_table("reconciliation", built())
    for total in totals[totals["rows"].notna()].to_dict("records"):
        frame = read_table(str(total["table"]), built())
        assert (chosen(frame, total["rows"]) == frame.eval(total["rows"])).all(), total["total_id"]


@pytest.mark.parametrize(
    "text",
    [
        'year == 2017 and @pd.io.common.os.system("id") == 0',
        "flow.str.len() == 7",
        "`flow` == flow",
        "year == year",
        "year in [2017]",
        "year == 2017 or year == 2018",
        "not year == 2017",
        "year",
        "2017",
        "2017 < 2018",
        "year < < 2018",
        "year == 2017 and",
        "year == 2e3",
        'year == "2017"',
        "flow == 7",
        'flow == "imports',
        'flow == "a\\"b"',
        "__import__",
        "",
    ],
)
def test_nothing_else_is_read_and_nothing_is_run(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.system", lambda _: pytest.fail("data was run"))
    with pytest.raises(DataError, match="cannot be read") as raised:
        reconcile(COUNTED, "usd_cny_monthly", total(rows=text, column="year"))
    assert raised.value.row == 2


# the stage


def test_every_clean_table_is_built() -> None:
    files = {path.stem for path in (built() / "data" / "clean").glob("*.parquet")}
    assert files == {table.name for table in tables_of("clean")}


@pytest.mark.parametrize("table", tables_of("clean"), ids=lambda table: table.name)
def test_a_clean_table_is_sorted_by_a_unique_key_and_knows_its_sources(table) -> None:
    frame = read_table(table.name, built())
    key = frame[list(table.key)]
    assert not key.duplicated().any()
    pd.testing.assert_frame_equal(key, key.sort_values(list(table.key), ignore_index=True))
    assert [entry["dataset"] for entry in read_provenance(table.name, built())] == list(table.sources)


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    lines = build(with_sources(tmp_path))
    for folder in ("raw", "clean"):
        first = {path.name: path.read_bytes() for path in (built() / "data" / folder).iterdir()}
        again = {path.name: path.read_bytes() for path in (tmp_path / "data" / folder).iterdir()}
        assert first == again
    assert len(lines) == len(active_vintages(tmp_path)) + len(tables_of("clean"))


def break_total(root: Path) -> None:
    path = root / "data/sources/reconciliation.csv"
    path.write_text(path.read_text().replace("billion US dollars", "euro").replace(",194.9,", ",199.4,"))


def break_correction(root: Path) -> None:
    path = root / "data/sources/corrections.csv"
    path.write_text(path.read_text().replace(",Aircraf,", ",Airplanes,"))


def break_table_name(root: Path) -> None:
    path = root / "data/sources/corrections.csv"
    path.write_text(path.read_text().replace("bis__entity_list_rules", "bis__entity_rules"))


def truncate(root: Path) -> None:
    path = root / "data/raw/treasury__customs_duties_monthly.parquet"
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (break_total, "receipts_fy2025.*199.4"),
        (break_correction, "sector_aircraft.*no longer says 'Airplanes'"),
        (break_table_name, "no such raw table"),
        (truncate, "no whole Parquet file"),
    ],
    ids=["total", "correction", "table name", "truncated"],
)
def test_a_failed_stage_keeps_every_last_good_table(tmp_path: Path, damage, problem) -> None:
    root = copy_of_built(tmp_path)
    before = {path.name: path.read_bytes() for path in (root / "data" / "clean").iterdir()}
    damage(root)
    with pytest.raises(DataError, match=problem) as raised:
        clean.run(root, lambda line: None)
    assert raised.value.remedy
    assert {path.name: path.read_bytes() for path in (root / "data" / "clean").iterdir()} == before


def test_a_table_without_a_function_is_named() -> None:
    with pytest.raises(DataError, match="no function makes this table"):
        clean.build(get_table("vintages"))
