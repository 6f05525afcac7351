"""Published totals of US-China goods trade, reproduced from the clean tables.

The gates are the Census Bureau's figures of the bundled vintage (data/benchmarks/published.csv). Other
vintages and China's own count come with a tolerance of their own, stated beside each.
"""

import dataclasses

import pandas as pd
import pytest

from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.reports.trade_flows import forecasts, mirror, published
from trucewatch.tables import read_table
from trucewatch.trade import concentration, counterfactual, flows

#: First and last month of training.
TRAINED = (pd.Timestamp("2013-01-01"), pd.Timestamp("2024-10-01"))


@pytest.fixture(scope="module")
def imports():
    return flows.monthly_series(read_table("us_china_goods_monthly"), flow="imports")


@pytest.fixture(scope="module")
def exports():
    return flows.monthly_series(read_table("us_china_goods_monthly"), flow="exports")


@pytest.fixture(scope="module")
def panel():
    return read_table("us_imports_naics3_monthly")


@pytest.fixture(scope="module")
def totals():
    return read_table("us_imports_monthly")


def rows_of(status):
    return [row for row in read_published("trade_flows").values() if row.status == status]


def ours_of(imports, exports):
    return answers(read_published("trade_flows"), published.checked_numbers(imports, exports))


@pytest.mark.parametrize("row", rows_of("gate"), ids=lambda row: row.check_id)
def test_gated_totals(row, imports, exports):
    ours = ours_of(imports, exports)[row.check_id]
    assert ours == pytest.approx(float(row.value), rel=float(row.tolerance))


def press_census():
    return [
        row
        for row in rows_of("information")
        if row.check_id.startswith("census_press") and "_sa_" not in row.check_id
    ]


@pytest.mark.parametrize("row", press_census(), ids=lambda row: row.check_id)
def test_press_figures_of_other_vintages(row, imports, exports):
    """Within 1.5 %: yearly revisions of the Census series stay below that."""
    ours = ours_of(imports, exports)[row.check_id]
    assert ours == pytest.approx(float(row.value), rel=0.015)


def test_growth_of_imports_in_2025(imports):
    """Press, Census release of 2026: 308.4 after 438.7 bn USD; half a point for the vintage."""
    now, before = flows.total(imports, "2025-01", "2025-12"), flows.total(imports, "2024-01", "2024-12")
    assert now / before - 1 == pytest.approx(308.4 / 438.7 - 1, abs=0.005)
    growth = flows.yoy(imports)
    weights = imports.loc["2024"].to_numpy() / before
    assert (growth.loc["2025"].to_numpy() * weights).sum() == pytest.approx(now / before - 1, rel=1e-12)


def test_the_mirror_gap_of_2025(imports):
    """China's customs: 420.05 bn USD against 308.65 counted by the US, 36 % more (both published)."""
    reported = read_table("china_reported_trade")
    separate = mirror.separate_periods(mirror.mirror(imports, reported[reported["flow"] == "exports"]))
    year = separate.iloc[0]
    assert (year["first_month"], year["months"]) == (pd.Timestamp("2025-01-01"), 12)
    assert year["value_usd"] == pytest.approx(420.05e9)
    assert year["gap_share"] == pytest.approx(420.05 / 308.65 - 1, abs=0.0005)


def test_seasonally_adjusted_months_of_june_2025(imports, exports):
    """Press, Census: imports 19.4, exports 10.1 bn USD, adjusted by X-13; ours by STL: 5 % apart."""
    ours = ours_of(imports, exports)
    assert ours["census_press_imports_sa_2025_06"] == pytest.approx(19.4, rel=0.05)
    assert ours["census_press_exports_sa_2025_06"] == pytest.approx(10.1, rel=0.05)


def test_two_tables_of_general_imports_agree(imports, totals):
    other = flows.monthly_series(totals, value="general_imports_usd", partner_iso3="CHN")
    assert (abs(imports / other - 1).dropna() < 0.001).all()


def test_industries_add_up_to_the_newer_total_within_revisions(panel, totals):
    older = flows.industry_matrix(panel, "CHN").sum(axis=1)
    newer = flows.monthly_series(totals, partner_iso3="CHN")
    assert (abs(older / newer - 1).dropna() < 0.018).all()


def test_the_share_of_2024(panel, totals):
    """Yale Budget Lab holds China at 13.4 % of 2024 imports (Census, imports for consumption)."""
    shares = flows.trailing_shares(panel, totals, ["CHN"])
    assert shares.loc["2024-12-01", "CHN"] == pytest.approx(0.134, abs=0.002)


def test_the_control_by_another_road(panel):
    """The matched control summed with plain loops over dictionaries."""
    cells = {
        (row.partner_iso3, row.month.year, row.month.month, row.naics3): row.value_usd
        for row in panel[panel["partner_iso3"].isin(["CHN", "WLD"])].itertuples()
    }
    expected = 0.0
    for month in range(2, 12):
        for naics3 in {code for _, _, _, code in cells}:
            own = cells.get(("CHN", 2024, month, naics3), 0.0)
            rest = {
                year: cells.get(("WLD", year, month, naics3), 0.0)
                - cells.get(("CHN", year, month, naics3), 0.0)
                for year in (2024, 2025)
            }
            expected += own * rest[2025] / rest[2024] if rest[2024] > 0 else own
    control = counterfactual.matched_control(
        flows.industry_matrix(panel, "CHN"), flows.industry_matrix(panel, "WLD"), 2024
    )
    assert control.loc[control["month"] >= "2025-02-01", "control_usd"].sum() == pytest.approx(
        expected, rel=1e-9
    )


def test_chapters_add_up_to_what_the_census_counts(imports):
    """UN Comtrade's customs value is the Census figure of another vintage: within half a percent."""
    table = read_table("us_trade_hs6_annual")
    bought = table[(table["flow"] == "imports") & (table["partner_iso3"] == "CHN")]
    before, now = concentration.last_two_years(bought)
    chapters = concentration.chapter_change(bought, before, now)
    for year, column in ((before, "base_usd"), (now, "value_usd")):
        census = flows.total(imports, f"{year}-01", f"{year}-12")
        assert chapters[column].sum() == pytest.approx(census, rel=0.005)


@pytest.fixture(scope="module")
def others():
    tables = [
        read_table(name)
        for name in ("us_china_goods_monthly", "us_imports_naics3_monthly", "us_imports_monthly")
    ]
    world, china = (flows.import_series(*tables, partner, "consumption") for partner in ("WLD", "CHN"))
    return world - china


@pytest.fixture(scope="module")
def held_out(imports, others):
    return forecasts.judge(imports, others, *TRAINED, 22)


def test_past_errors_are_those_of_an_independent_evaluation(held_out):
    """Rolling origins with numpy alone: repeating the last year errs by 16.4 % of the sum."""
    table = forecasts.scores(held_out, 3, 1000, 1).set_index("forecast")
    assert table.loc[forecasts.REPEAT, "origins"] == 25
    assert table.loc[forecasts.REPEAT, "rmse_share"] == pytest.approx(0.164, abs=0.001)
    assert table.loc[forecasts.REPEAT, "mae_share"] == pytest.approx(0.143, abs=0.001)
    assert table.index[-1] == forecasts.CONTROL
    assert table["rmse_share"].iloc[0] == table["rmse_share"].iloc[:-1].min()


def test_the_leading_band_called_ninety_percent_holds_about_that(held_out):
    table = forecasts.scores(held_out, 3, 1000, 1)
    assert 0.85 <= table["covered_share"].iloc[0] <= 0.95


def test_every_forecast_finds_imports_below_it(imports, others, held_out):
    paths = forecasts.expected(imports, others, *TRAINED, held_out, 3, 200, 1)
    gaps = [counterfactual.cumulative_gap(path, "2025-02", "2026-08").value for path in paths.values()]
    assert len(gaps) == len(held_out)
    assert max(gaps) < -200e9


def test_an_altered_month_moves_the_gap_by_as_much(imports, others, held_out):
    months = ("2025-02-01", imports.index[-1])

    def gap(series):
        model = forecasts.expected(series, others, *TRAINED, held_out, 3, 200, 1)[forecasts.REPEAT]
        return counterfactual.cumulative_gap(model, *months)

    altered = imports.copy()
    altered.loc["2026-01-01"] += 5e9
    before, after = gap(imports), gap(altered)
    assert after.value - before.value == pytest.approx(5e9, rel=1e-6)
    assert dataclasses.asdict(after)["low"] - before.low == pytest.approx(5e9, rel=1e-6)
