"""The clean tables against totals that their publishers print, and against each other.

Expected values are read from the publishers or from agencies that quote them, never from our own output.
"""

from __future__ import annotations

import pandas as pd
import pytest

from tests.data_project import built
from trucewatch.paths import project_root
from trucewatch.tables import read_table


def table(name: str) -> pd.DataFrame:
    return read_table(name, built())


def of_year(frame: pd.DataFrame, year: int, column: str = "month") -> pd.DataFrame:
    return frame[frame[column].dt.year == year]


# Census, Trade in Goods with China (general imports, total exports, not seasonally adjusted)
@pytest.mark.parametrize(
    ("year", "flow", "published", "printed_to"),
    [
        (2017, "imports", 505.2, 0.1),
        (2018, "imports", 538.5, 0.1),
        (2022, "imports", 536.3, 0.1),
        (2023, "imports", 427.2, 0.1),
        (2024, "imports", 440.32, 0.01),
        (2025, "imports", 308.65, 0.01),
        (2025, "exports", 105.98, 0.01),
    ],
)
def test_goods_trade_with_china(year: int, flow: str, published: float, printed_to: float) -> None:
    goods = of_year(table("us_china_goods_monthly").query("flow == @flow"), year)
    assert len(goods) == 12
    assert goods["value_usd"].sum() / 1e9 == pytest.approx(published, abs=printed_to / 2)


# Census, imports for consumption, customs value
@pytest.mark.parametrize(("year", "published"), [(2017, 503.7), (2018, 543.3), (2022, 526.1), (2023, 421.1)])
def test_imports_for_consumption_from_china(year: int, published: float) -> None:
    industries = table("us_imports_naics3_monthly").query('partner_iso3 == "CHN"')
    assert of_year(industries, year)["value_usd"].sum() / 1e9 == pytest.approx(published, abs=0.05)


def test_industries_and_statistical_numbers_agree_on_2024() -> None:
    industries = of_year(table("us_imports_naics3_monthly"), 2024).groupby("partner_iso3")["value_usd"].sum()
    lines = table("us_imports_hs10_partner_annual").groupby("partner_iso3")["value_usd"].sum()
    both = industries.index.intersection(lines.index)
    assert {"CHN", "VNM", "MEX", "EUU", "JPN"} <= set(both)
    # two copies of one publication taken months apart: revisions of single entries only
    assert (industries[both] / lines[both] - 1).abs().max() < 0.001


def test_the_two_copies_of_general_imports_agree() -> None:
    goods = table("us_china_goods_monthly").query('flow == "imports"').set_index("month")["value_usd"]
    totals = table("us_imports_monthly").query('partner_iso3 == "CHN"').set_index("month")
    gap = (goods.reindex(totals.index) - totals["general_imports_usd"]).abs()
    assert gap.notna().all()
    assert gap.max() <= 100_000  # the series is printed to 0.1 million


def test_a_group_of_partners_is_never_summed_with_its_members() -> None:
    industries = of_year(table("us_imports_naics3_monthly"), 2024)
    world = industries.query('partner_iso3 == "WLD"')["value_usd"].sum()
    countries = industries.query("not is_aggregate")["value_usd"].sum()
    assert 0.85 * world < countries < world
    usmca = industries.query('partner_iso3 == "USM"')["value_usd"].sum()
    members = industries.query('partner_iso3 in ["CAN", "MEX"]')["value_usd"].sum()
    assert usmca == pytest.approx(members, rel=1e-9)


# UN Comtrade, United States as reporter, exports to China, bn dollars: all goods and soybeans (1201.90)
@pytest.mark.parametrize(
    ("year", "all_goods", "soy"), [(2017, 129.8, 12.22), (2024, 143.5, 12.76), (2025, 106.3, 3.08)]
)
def test_exports_to_china_in_comtrade(year: int, all_goods: float, soy: float) -> None:
    exports = table("us_trade_hs6_annual").query('flow == "exports" and year == @year')
    assert exports["value_usd"].sum() / 1e9 == pytest.approx(all_goods, abs=0.05)
    assert exports.query('hs6 == "120190"')["value_usd"].sum() / 1e9 == pytest.approx(soy, abs=0.005)


def test_summed_lines_are_what_comtrade_reports_for_2017() -> None:
    census = of_year(table("us_exports_hs6_monthly"), 2017).groupby("hs6")["value_usd"].sum()
    comtrade = table("us_trade_hs6_annual").query('flow == "exports" and year == 2017')
    comtrade = comtrade.set_index("hs6")["value_usd"]
    for hs6 in ("270112", "270119", "270900", "120190"):
        assert census[hs6] == comtrade[hs6], hs6


# General Administration of Customs of China, as Reuters printed them (January 2025; 20 November 2025)
@pytest.mark.parametrize(
    ("origin", "year", "last_month", "published"),
    [
        ("USA", 2024, 12, 22.13),
        ("BRA", 2024, 12, 74.65),
        ("USA", 2025, 10, 16.82),
        ("BRA", 2025, 10, 70.81),
        ("ARG", 2025, 10, 4.46),
    ],
)
def test_china_soybean_imports(origin: str, year: int, last_month: int, published: float) -> None:
    imports = of_year(table("china_soybean_imports_monthly").query("partner_iso3 == @origin"), year)
    assert imports["month"].dt.month.max() == last_month
    assert imports["quantity_t"].sum() / 1e6 == pytest.approx(published, abs=0.005)


def test_soybeans_that_left_are_soybeans_inspected() -> None:
    exports = table("us_soybean_exports_monthly").query('partner_iso3 == "CHN"')
    inspected = table("soybean_inspections_weekly")
    for year in range(2014, 2025):
        left = of_year(exports, year)["quantity_t"].sum()
        seen = of_year(inspected, year, "week_ending")["quantity_t"].sum()
        # two agencies: containers are not all inspected, and weeks straddle the turn of the year
        assert left == pytest.approx(seen, rel=0.08), year


# US Treasury, Monthly Treasury Statement: fiscal year 2025, and net receipts of single months
def test_customs_receipts() -> None:
    receipts = table("customs_receipts_monthly").set_index("month")["receipts_usd"] / 1e9
    assert receipts["2024-10":"2025-09"].sum() == pytest.approx(194.9, abs=0.05)  # type: ignore[misc]
    for text, published in (("2025-03-01", 8.2), ("2025-04-01", 15.6), ("2025-06-01", 26.6)):
        assert receipts[pd.Timestamp(text)] == pytest.approx(published, abs=0.05)


# General Administration of Customs of China through TASS and Sputnik, 14 January 2026
def test_trade_as_china_reports_it() -> None:
    reported = table("china_reported_trade").query('period == "2025-01..12"').set_index("flow")
    assert reported.loc["exports", "value_usd"] / 1e9 == pytest.approx(420.05, abs=0.005)
    assert reported.loc["imports", "value_usd"] / 1e9 == pytest.approx(139.70, abs=0.015)
    assert reported.loc["exports", "period_to"] == pd.Timestamp(2026, 1, 1)


# Economic and Trade Agreement of 15 January 2020, article 6.2: 76.7 and 123.3 billion, 200 in all
def test_phase_one_promises_sum_to_the_article() -> None:
    promised = table("phase_one_commitments")
    assert promised["added_2020_bn_usd"].sum() == pytest.approx(76.7, abs=0.05)
    assert promised["added_2021_bn_usd"].sum() == pytest.approx(123.3, abs=0.05)
    assert promised["added_total_bn_usd"].sum() == pytest.approx(200.0, abs=0.05)


def test_37_entities_of_may_2024_are_chinese() -> None:  # 89 FR 41886
    rule = table("entity_list_rules").set_index("fr_document").loc["2024-10485"]
    assert rule["total_added"] == rule["china_added"] == 37


# what the sidecars say about coverage and disagreement


def test_the_headings_of_26_suppliers_are_their_monthly_totals_to_the_dollar() -> None:
    headings = table("us_imports_hs4_2026").groupby(["year", "partner_iso3"])["general_imports_usd"].sum()
    totals = table("us_imports_monthly")
    first_eight = totals[(totals["month"].dt.month <= 8) & totals["month"].dt.year.isin([2025, 2026])]
    whole = first_eight.groupby([first_eight["month"].dt.year, "partner_iso3"])["general_imports_usd"].sum()
    assert len(headings) == 2 * 26
    assert (headings == whole.reindex(headings.index)).all()
    assert headings.groupby("year").sum()[2026] / whole[2026, "WLD"] == pytest.approx(0.88, abs=0.005)


def test_the_means_of_transport_are_of_the_monthly_totals() -> None:
    key = ["month", "partner_iso3"]
    totals = table("us_imports_monthly").set_index(key)["general_imports_usd"]
    transport = table("us_imports_transport_monthly").set_index(key)["general_imports_usd"]
    pd.testing.assert_series_equal(transport, totals)


def test_the_newer_totals_repeat_the_older_for_the_partners_of_both() -> None:
    root = project_root() / "data" / "sources" / "census"
    key = ["month", "partner_code"]
    older, newer = (
        pd.read_csv(root / f"us_imports_partner_monthly{name}.csv.gz", dtype={"partner_code": "str"})
        .set_index(key)
        .drop(columns="partner_name")
        for name in ("", "_40")
    )
    assert len(older) == 36 * 16
    assert newer.reindex(older.index).astype("int64").equals(older.astype("int64"))


def test_the_preference_claimed_for_canada_and_mexico_rose_as_published() -> None:
    """Penn Wharton Budget Model: claims under the USMCA from 33-38 % of imports to 88 % in December 2025."""
    lines = table("us_imports_hs10_usmca_monthly")
    sums = lines.groupby("month")[["usmca_value_usd", "value_usd"]].sum()
    share = sums["usmca_value_usd"] / sums["value_usd"]
    assert share["2025-12-01"] == pytest.approx(0.88, abs=0.01)
    assert share["2025-01-01"] < 0.45


def test_the_concordance_maps_what_its_sidecar_says() -> None:
    lines = table("us_imports_hs10_partner_annual").query('partner_iso3 == "CHN"')
    mapped = lines["hs10"].isin(table("hs10_concordance")["hs10"])
    assert lines.loc[mapped, "value_usd"].sum() / lines["value_usd"].sum() == pytest.approx(0.974, abs=0.001)


def test_the_two_vintages_of_imports_differ_as_their_sidecar_says() -> None:
    key = ["month", "partner_iso3"]
    older = table("us_imports_naics3_monthly").groupby(key)[["value_usd", "duty_usd"]].sum()
    newer = table("us_imports_monthly").set_index(key)[["value_usd", "duty_usd"]]
    change = (newer / older - 1).dropna()
    china = change.xs("CHN", level="partner_iso3").abs().max()
    assert china["value_usd"] == pytest.approx(0.017, abs=0.001)
    assert china["duty_usd"] == pytest.approx(0.035, abs=0.001)
    assert change.loc[(pd.Timestamp("2025-05-01"), "CAN"), "duty_usd"] == pytest.approx(0.74, abs=0.01)
    assert change.loc[(pd.Timestamp("2025-11-01"), "KOR"), "duty_usd"] == pytest.approx(-0.40, abs=0.01)
