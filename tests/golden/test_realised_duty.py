"""Assessed duty against published rates, and the ladder against the engine that made the law's averages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.data_project import built
from trucewatch.duty.averages import TOTAL, average_rate, daily
from trucewatch.duty.panel import Panel, build_panel
from trucewatch.ledger.ledger import Ledger
from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.paths import project_root
from trucewatch.reports.realised_duty import assessed_rates as realised_tables
from trucewatch.reports.realised_duty import gap_causes as realised_causes
from trucewatch.reports.realised_duty import line_gaps as realised_lines
from trucewatch.reports.realised_duty import published as realised_checks
from trucewatch.tables import concordance, read_table
from trucewatch.trade import realised
from trucewatch.trade.weights import WeightSet, weight_set

FIRST, LAST = date(2024, 1, 1), date(2025, 6, 30)


def table(name: str) -> pd.DataFrame:
    return read_table(name, built())


@pytest.fixture(scope="module")
def panel(ledger: Ledger) -> Panel:
    return build_panel(ledger, "USA", first=FIRST, last=LAST)


@pytest.fixture(scope="module")
def weigh() -> Callable[[Panel], WeightSet]:
    tables = {name: table(name) for name in ("us_imports_hs10_partner_annual", "hs6_2022_2017")}
    return lambda panel: weight_set("imports_2024", panel, tables)


# Census Bureau, calculated duty over imports for consumption; the vintage of January 2026
@pytest.mark.parametrize(("month", "published"), [("2025-01", 11.0), ("2025-05", 48.2), ("2025-11", 32.3)])
def test_the_rate_on_china_in_the_older_vintage(month: str, published: float) -> None:
    rates = realised.realised_rate(table("us_imports_naics3_monthly"), "CHN")
    assert rates[pd.Timestamp(month)] == pytest.approx(published, abs=0.1)


# Budget Lab calibration note and review of 23 July 2026, current basket
@pytest.mark.parametrize(
    ("month", "published"),
    [("2025-06", 9.3), ("2026-02", 8.6), ("2026-03", 6.8), ("2026-04", 6.7), ("2026-05", 6.9)],
)
def test_the_rate_on_all_goods(month: str, published: float) -> None:
    rates = realised.realised_rate(table("us_imports_monthly"), "WLD")
    assert rates[pd.Timestamp(month)] == pytest.approx(published, abs=0.2)


def test_the_tables_by_month_hold_the_published_rates() -> None:
    """All goods: Budget Lab; China in May 2025: Census Bureau, summed over industries here."""
    panel = table("us_imports_naics3_monthly")
    partners = realised_tables.by_partner(panel, table("us_imports_monthly"), {"CHN": "China"}).set_index(
        "partner"
    )
    world = partners.loc["WLD"].set_index("month")["assessed"]
    assert world[pd.Timestamp("2025-06")] == pytest.approx(9.3, abs=0.2)
    assert f"{world.index.min():%Y-%m}" == "2013-01"
    industries = realised_tables.by_industry(panel, "CHN", {"334": "Computers"})
    may = industries[industries["month"] == pd.Timestamp("2025-05")]
    assert 100 * may["duty"].sum() / may["imports"].sum() == pytest.approx(48.2, abs=0.1)


def test_every_claimed_check_is_answered() -> None:
    industry, totals = table("us_imports_naics3_monthly"), table("us_imports_monthly")
    numbers = realised_checks.checked_numbers(
        realised.realised_rate(industry, "CHN"),
        realised.realised_rate(totals, "WLD"),
        table("customs_receipts_monthly").set_index("month"),
        fentanyl_usd=34.7e9,
    )
    rows = read_published("realised_duty")
    found = answers(rows, numbers)
    assert {check for check, ours in found.items() if ours is None} == {
        check for check, row in rows.items() if row.status == "not_reproducible"
    }


def test_receipts_are_read_as_published() -> None:
    """The Budget Lab's table prints the rate of each month since 2018 to three decimals."""
    receipts = table("customs_receipts_monthly").set_index("month")
    rates = 100 * receipts["receipts_usd"] / receipts["imports_usd"]
    path = Path(project_root()) / "data" / "benchmarks" / "published.csv"
    published = pd.read_csv(path).query("check_id.str.startswith('tbl_receipts_collected')")
    assert len(published) == 99
    ours = rates[pd.to_datetime(published["date"])].to_numpy()
    assert np.abs(ours - published["value"].to_numpy()).max() <= 0.0005 + 1e-9


def test_the_first_rung_is_the_average_of_the_timeline(
    panel: Panel, weigh: Callable[[Panel], WeightSet]
) -> None:
    weights = weigh(panel).shares
    groups = {code: code[:2] for code in set(weights["code"])}
    months = realised.months_between("2025-01", "2025-06")
    law = realised.law_by_group(panel, weights, groups, months)
    ours = (law["basket_share"] * law["rate_pct"]).groupby(law["month"]).sum()
    days = daily(average_rate(panel, weights, by=TOTAL), date(2025, 1, 1), LAST)
    other = days["rate_pct"].groupby(days["date"].str[:7]).mean()
    assert ours.to_numpy() == pytest.approx(other.to_numpy(), abs=1e-9)


@pytest.mark.parametrize(
    ("first", "last", "voyage_days"), [("2025-02", "2025-03", 20), ("2025-04", "2025-05", 33)]
)
def test_goods_on_the_water_pay_what_the_engine_says(
    ledger: Ledger,
    panel: Panel,
    weigh: Callable[[Panel], WeightSet],
    first: str,
    last: str,
    voyage_days: int,
) -> None:
    """A voyage of exactly so many days must give the panel computed with that voyage."""
    months = realised.months_between(first, last)
    slow = build_panel(
        ledger, "USA", first=months[0][0], last=months[-1][1] - timedelta(days=1), voyage_days=voyage_days
    )
    other = realised.law_by_group(slow, weigh(slow).shares, {}, months)
    exactly = realised.Voyage(1.0, voyage_days - 0.5, 1.0, 1e-6)
    freed = realised.relief(ledger, exactly, panel.first, panel.end)
    ours = realised.law_by_group(panel, weigh(panel).shares, {}, months, freed)
    assert (ours["rate_pct"] - ours["relief_pp"]).to_numpy() == pytest.approx(
        other["rate_pct"].to_numpy(), abs=1e-9
    )
    assert (ours["relief_pp"] > 0).any()


def test_the_check_list_accounts_for_the_whole_wedge(ledger: Ledger, panel: Panel) -> None:
    law = realised_lines.law_of_year(panel, 2024)
    wedges = realised_lines.line_wedges(table("us_imports_hs10_partner_annual"), law, "CHN", 2024)
    assert wedges["rate_pct"].notna().all()
    listed = realised_causes.check_list(wedges, ledger.exclusions, ledger.special_entries, 2024, 2.0, 1e8)
    assert set(listed["cause"]) <= set(realised_causes.CAUSES)
    assert (listed["evidence"].str.len() > 0).all()
    causes = realised_causes.by_cause(wedges, listed)
    assert causes["wedge_usd"].sum() == pytest.approx(wedges["wedge_usd"].sum(), rel=1e-9)
    every = realised_causes.check_list(
        wedges,
        ledger.exclusions,
        ledger.special_entries,
        2024,
        0.5,
        0.0,
        realised_causes.freed_numbers(ledger, 2024),
    )
    explained = realised_causes.explained(wedges, every)
    assert explained["value_share"].sum() == pytest.approx(1)
    assert explained["wedge_usd"].sum() == pytest.approx(wedges["wedge_usd"].sum(), rel=1e-9)
    grades = explained.groupby("grade")["value_share"].sum()
    assert grades["agrees"] + grades["cause named"] > 0.85
    assert grades["open"] < 0.06
    causes_of_all = every.set_index("hs10")["cause"]
    # 89 FR 46948, Annex C, names 3923.21.0095 as a whole; importers still paid 5.2 for 3
    assert causes_of_all["3923210095"] == "exclusion not used"
    # docs/law_conflicts.md settled these with their texts; they must not come back unexplained
    by_number = listed.set_index("hs10")["cause"]
    assert by_number["8473301180"] == "exclusion claimed"
    assert by_number["8507600010"] == "rate moved in the year"
    assert by_number["2914620000"] == "column 1 duty not paid"
    assert by_number["8215200000"] == "special entry"
    assert "4015121010" not in by_number.index
    assert "2931909052" not in by_number.index


def test_value_survives_the_way_to_industries() -> None:
    imports = table("us_imports_hs10_partner_annual")
    china = imports[imports["partner_iso3"] == "CHN"].set_index("hs10")["value_usd"]
    totals, methods = concordance.by_industry(china, table("hs10_concordance"))
    assert totals.sum() == pytest.approx(china.sum(), rel=1e-9)
    # the notes of the concordance: 97.4 percent of the value of 2024 by the number itself
    assert methods["direct"] == pytest.approx(0.974, abs=0.001)


def test_lithium_batteries_did_not_enter_free_of_everything() -> None:
    """Customs' dutiable value of chapter 85 leaves too little free value under numbers that bear a duty.

    8507.60.0020 paid 5.9 % in 2024 where column 1 (3.4) and list 4A (7.5) come to 10.9. If 46 % of its value
    had paid nothing, six billion dollars would be missing from the dutiable value; 1.9 are. Census Bureau by
    chapter and partner, and by ten digits.
    """
    chapters = table("us_imports_hs2_partner")
    chapters = chapters[(chapters["period"] == "2024") & (chapters["partner_iso3"] == "CHN")].set_index("hs2")
    free = chapters["value_usd"]["85"] - chapters["dutiable_value_usd"]["85"]
    numbers = table("us_imports_hs10_partner_annual")
    numbers = numbers[(numbers["year"] == 2024) & (numbers["partner_iso3"] == "CHN")].set_index("hs10")
    numbers = numbers[numbers.index.str.startswith("85")]
    assert numbers["value_usd"].sum() == pytest.approx(chapters["value_usd"]["85"], rel=1e-6)
    bears_none = numbers["duty_usd"] < 1e-6 * numbers["value_usd"]
    left = free - numbers.loc[bears_none, "value_usd"].sum()
    battery = numbers.loc["8507600020"]
    unpaid = 1 - battery["duty_usd"] / battery["value_usd"] / 0.109
    assert unpaid == pytest.approx(0.46, abs=0.005)
    assert 0 < left < 2.0e9 < unpaid * battery["value_usd"] / 3
