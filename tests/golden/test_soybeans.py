"""Published figures of soybeans, from the clean tables, each with its source."""

import pandas as pd
import pytest

from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.reports.soybeans import other_sellers as soybeans_trade
from trucewatch.reports.soybeans import published as soybeans_published
from trucewatch.tables import read_table
from trucewatch.trade import soybean_counts as soybeans
from trucewatch.trade import soybean_promise as soybeans_promise
from trucewatch.trade.season import expected_share, usual_months

DAY = pd.Timestamp
BUSAN = DAY("2025-10-30")  # White House fact sheet of 1 November 2025


def ours_of(customs, sales, exports):
    return answers(read_published("soybeans"), soybeans_published.checked_numbers(customs, sales, exports))


@pytest.fixture(scope="module")
def sales():
    return read_table("soybean_sales_weekly")


@pytest.fixture(scope="module")
def customs():
    return read_table("china_soybean_imports_monthly")


@pytest.fixture(scope="module")
def exports():
    return read_table("us_soybean_exports_monthly")


@pytest.mark.parametrize(
    ("check_id", "printed", "decimals"),
    [
        # Reuters of 20 January 2025 on China's customs
        ("gacc_soybeans_usa_2024", 22.13, 2),
        ("gacc_soybeans_bra_2024", 74.65, 2),
        ("gacc_soybeans_arg_2024", 4.1, 1),
        # Reuters of 20 November 2025 on China's customs
        ("gacc_soybeans_usa_ytd_2025_10", 16.82, 2),
        ("gacc_soybeans_bra_ytd_2025_10", 70.81, 2),
        ("gacc_soybeans_arg_ytd_2025_10", 4.46, 2),
        ("gacc_soybeans_usa_2024_10", 541_434, 0),
        # Argus of 25 September 2025 on the export sales of the department of agriculture
        ("usda_soybeans_sales_2024_09_19", 6.81, 2),
    ],
)
def test_the_printed_figure_comes_out_to_its_last_digit(check_id, printed, decimals, customs, sales, exports):
    assert round(ours_of(customs, sales, exports)[check_id], decimals) == printed


def test_no_us_beans_arrived_from_september_2025(customs):
    landed = soybeans.arrivals(customs, read_table("purchase_commitments"))
    since = landed[landed["first"] >= "2025-09-01"]
    # customs for September and October; Reuters of 20 December 2025 and 14 January 2026 for the rest
    assert since["quantity_t"].tolist() == [0.0] * 4
    assert since["source"].tolist() == ["customs", "customs", "press", "press"]
    assert landed.loc[landed["first"] == "2025-08-01", "quantity_t"].item() > 0


def test_a_week_the_table_lacks_is_not_computed(customs, sales, exports):
    assert ours_of(customs, sales, exports)["usda_soybeans_sales_2025_09_18"] is None


def test_commitments_of_the_season_by_the_end_of_august(sales):
    """Export sales, week to 27 August 2026: 12,498 thousand tonnes for 2025/26, 7,761 for 2026/27."""
    old = soybeans.season(sales, "2025/26", "total_commitments_t")
    new = soybeans.season(sales, "2026/27", "total_commitments_t")
    assert round(old[DAY("2026-08-27")] / 1000) == 12_498
    assert new[DAY("2026-08-27")] == 7_761_000


def test_the_grid_of_the_promise(sales, customs):
    """Sales of the newest report on or after each day, from the same weekly reports read by hand."""
    newest = sales["week_ending"].max()
    promise = soybeans_promise.readings(BUSAN, 12, 25, ["2025-12-31", "2026-02-28"], 2026, newest)
    counts = {metric: soybeans.weekly(sales, metric) for metric in ("sold", "shipped")}
    counts["arrived"] = soybeans.arrivals(customs, read_table("purchase_commitments"))
    table = soybeans_promise.grid(promise, counts, newest)
    status = table.groupby("reading", sort=False)["status"].agg(list).to_dict()
    assert status == {
        "fact sheet": ["not met"] * 3,
        "officials": ["not met", "not met", "no data"],
        "calendar 2026": ["open", "open", "no data"],
    }
    sold = table[table["metric"] == "sold"].set_index("reading")["quantity_t"]
    assert sold["fact sheet"] == 6_892_500  # report of 1 January 2026
    assert sold["officials"] == 10_899_900  # report of 5 March 2026
    assert sold["calendar 2026"] == 12_498_100 + 7_761_000 - 6_422_400  # less the report of 25 December


def test_the_two_counts_of_shipments_agree_within_two_percent(sales, exports):
    census, reports = soybeans.two_counts(exports, sales, "2024/25")
    assert reports == pytest.approx(census, rel=0.02)


def test_the_earlier_war_moved_trade_to_brazil(customs):
    """China's customs, 2017 to 2018: 32.9 to 16.6 million tonnes from the US, 50.9 to 66.1 from Brazil."""
    row = soybeans_trade.substitution(soybeans_trade.by_origin(customs)).iloc[0]
    assert row["first"] == DAY("2018-01-01")
    assert row["usa_t"] / 1e6 == pytest.approx(16.64 - 32.85, abs=0.02)
    assert row["bra_t"] / 1e6 == pytest.approx(66.08 - 50.93, abs=0.02)


def test_the_pace_against_the_usual_season(sales, exports):
    """Census exports to China, read by hand: by August a third of a usual year had left, in 2019 58 %.

    Summed over the twelve months of 2014 to 2017 and 2021 to 2024: 80.15 of 236.65 million tonnes to August.
    """
    to_china = soybeans.monthly_to(exports, "CHN")
    year = (DAY("2026-01-01"), DAY("2026-12-31"))
    usual = usual_months(to_china, [2014, 2015, 2016, 2017, 2021, 2022, 2023, 2024])
    assert expected_share(usual, *year, DAY("2026-08-31")) == pytest.approx(0.339, abs=5e-4)
    assert expected_share(usual_months(to_china, [2019]), *year, DAY("2026-08-31")) == pytest.approx(
        0.578, abs=5e-4
    )
    newest = sales["week_ending"].max()
    promise = soybeans_promise.readings(BUSAN, 12, 25, ["2025-12-31", "2026-02-28"], 2026, newest)
    counts = {metric: soybeans.weekly(sales, metric) for metric in ("sold", "shipped")}
    counts["arrived"] = counts["shipped"]
    cells = soybeans_promise.grid(promise, counts, newest)
    pace = soybeans_promise.season_paces(cells, promise, {"usual": usual}).iloc[0]
    # 11.56 of 25 million tonnes, and four days of August still to come
    assert pace["shipped_t"] / pace["target_t"] == pytest.approx(0.4625, abs=1e-4)
    assert 1.36 < pace["pace"] < 1.40
