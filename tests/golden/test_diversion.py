"""Diversion against published shares, and totals of the real tables on their way through families."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from tests.data_project import built
from trucewatch.duty.panel import build_panel
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.origins import EU, eu_members
from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.reports.diversion import measures as diversion
from trucewatch.reports.diversion import models, panel_tables
from trucewatch.scenario.presets import presets
from trucewatch.tables import concordance, read_table
from trucewatch.trade import flows, rivals
from trucewatch.trade.weights import weight_set


def table(name: str) -> pd.DataFrame:
    return read_table(name, built())


# Alfaro and Chor, Global Supply Chains: The Looming "Great Reallocation" (2023)
@pytest.mark.parametrize(("year", "published"), [(2017, 21.6), (2022, 16.5)])
def test_chinas_share_of_imports(year: int, published: float) -> None:
    shares = diversion.shares_of_years(table("us_imports_naics3_monthly"))
    assert 100 * shares[pd.Timestamp(year, 1, 1)] == pytest.approx(published, abs=0.2)


def test_every_claimed_check_is_answered() -> None:
    rows = read_published("diversion")
    found = answers(rows, panel_tables.checked_numbers(table("us_imports_naics3_monthly")))
    assert {check for check, ours in found.items() if ours is None} == {
        check for check, row in rows.items() if row.status == "not_reproducible"
    }


@pytest.fixture(scope="module")
def rise() -> pd.DataFrame:
    panel = build_panel(load_ledger(), "USA", first=date(2025, 2, 3), last=date(2025, 12, 31))
    tables = {name: table(name) for name in ("us_imports_hs10_partner_annual", "hs6_2022_2017")}
    weights = weight_set("imports_2024", panel, tables).shares
    return diversion.duty_rise(panel, weights, date(2025, 2, 3), panel_tables.window("2025-06", "2025-08"))


def test_the_rise_of_known_goods(rise: pd.DataFrame) -> None:
    """June to August 2025 against 3 February: fentanyl duty 20 (EO 14195, 14228), reciprocal duty 10 (EO
    14298)."""
    toys, telephones = rise.loc["950300", "rise_pp"], rise.loc["851713", "rise_pp"]
    assert toys == pytest.approx(30.0)
    assert telephones == pytest.approx(20.0)  # exempt from the reciprocal duty, Annex II
    assert diversion.bin_of(rise["rise_pp"], [25.0])[["950300", "851713"]].tolist() == ["over 25", "up to 25"]


def test_real_totals_survive_families(rise: pd.DataFrame) -> None:
    six = table("us_trade_hs6_annual")
    found = diversion.by_family(six, rise, concordance.families(table("hs6_2022_2017")))
    china = six[
        (six["flow"] == "imports") & (six["partner_iso3"] == "CHN") & ~six["hs6"].str[:2].isin(["98", "99"])
    ]
    ours = found[found["partner_iso3"] == "CHN"].groupby("year")["value_usd"].sum()
    assert ours.to_numpy() == pytest.approx(china.groupby("year")["cif_value_usd"].sum().to_numpy(), rel=1e-9)


def test_industries_add_up_to_the_world() -> None:
    panel = table("us_imports_naics3_monthly")
    found = diversion.industries(panel, pd.Timestamp("2025-04-01"), 2024)
    world = panel[(panel["partner_iso3"] == "WLD") & (panel["month"] >= "2025-04-01")]["value_usd"].sum()
    assert found["value_usd"].sum() == pytest.approx(world, rel=1e-9)
    # the named partners never exceed the world: the rest is not negative beyond rounding
    assert found[found["partner_iso3"] == "ROW"]["value_usd"].min() >= -1.0


def test_an_independent_fit_gives_the_same_response() -> None:
    """The panel of 2024-01 to 2025-11 fitted on its own: -2.02, s.e. 0.50 by industry, 18,104 rows."""
    data = models.relative_data(table("us_imports_naics3_monthly"), flows.NOT_INDUSTRIES)
    fit = models.elasticities(data[data["time"] >= "2024-01"]).iloc[0]
    assert fit["estimate"] == pytest.approx(-2.02, abs=0.005)
    assert fit["se"] == pytest.approx(0.50, abs=0.005)
    assert fit["n"] == 18_104


@pytest.mark.parametrize(
    # apparel (NAICS 315) is on every list whole, so its average moves by what the orders print:
    # EO 14257 and 14266 (10 from 5 April 2025; on 9 April 46 for Vietnam, 20 for the Union), EO 14326
    # (20 for Vietnam from 7 August); EO 14195 and 14228 (10 and 10 on China); the ruling of February 2026
    # took away 20 and Section 122 added 10
    ("partner", "day", "step"),
    [
        ("VNM", date(2025, 4, 5), 10.0),
        ("VNM", date(2025, 4, 9), 36.0),
        ("VNM", date(2025, 4, 10), -36.0),
        ("VNM", date(2025, 8, 7), 10.0),
        ("VNM", date(2026, 2, 24), -10.0),
        ("EUU", date(2025, 4, 9), 10.0),
        ("CHN", date(2025, 2, 4), 10.0),
        ("CHN", date(2025, 3, 4), 10.0),
        ("CHN", date(2025, 11, 10), -10.0),
    ],
)
def test_the_law_by_industry_moves_by_what_the_orders_print(partner: str, day: date, step: float) -> None:
    found = rivals.read_by_industry()
    own = found[(found["partner_iso3"] == partner) & (found["naics3"] == "315")]
    before = own.loc[own["valid_to"] == day, "rate_pct"].item()
    assert own.loc[own["valid_from"] == day, "rate_pct"].item() - before == pytest.approx(step, abs=1e-6)


def test_claims_that_came_after_the_duty_are_not_in_the_instrument() -> None:
    """Canada's apparel: 25 points on what does not claim the USMCA from 7 March 2025, and no change since."""
    found = rivals.read_by_industry()
    own = found[(found["partner_iso3"] == "CAN") & (found["naics3"] == "315")]
    inside = own[(own["valid_from"] > date(2025, 3, 4)) & (own["valid_from"] < date(2025, 8, 1))]
    assert list(inside["valid_from"]) == [date(2025, 3, 7)]


def test_the_preset_estimated_is_the_estimate_of_the_report() -> None:
    ledger = load_ledger()
    data = models.relative_data(table("us_imports_naics3_monthly"), flows.NOT_INDUSTRIES)
    law = panel_tables.industry_law(rivals.read_by_industry(), "2024-01", "2025-11")
    rows = models.with_law(data[data["time"] >= "2024-01"], law, eu_members(ledger), EU)
    fit = models.instrumented(rows[rows["product"] != panel_tables.ELECTRONICS]).iloc[0]
    sigma = presets()["estimated"]["sigma"]
    assert (sigma.centre, sigma.sd) == pytest.approx((-fit["estimate"], fit["se"]), abs=0.005)
    assert fit["first_stage_f"] > 10


def test_vehicles_made_the_two_percent(rise: pd.DataFrame) -> None:
    """UN Comtrade, chapter 87 from Mexico: 136.6 billion dollars in 2024, 123.5 in 2025."""
    six = table("us_trade_hs6_annual")
    pair = diversion.by_family(
        six[six["year"].isin([2024, 2025])], rise, concordance.families(table("hs6_2022_2017"))
    )
    vehicles = pair[pair["family"].str.startswith("87") & (pair["partner_iso3"] == "MEX")]
    sums = vehicles.groupby("year")["value_usd"].sum() / 1e9
    assert sums.round(1).to_dict() == {2024: 136.6, 2025: 123.5}
