"""The base year against the tables and the averages of the law; the whole from file to outcome."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd
import pytest

from trucewatch.law import Ledger, load_ledger
from trucewatch.law.averages import average_rate, value_on
from trucewatch.scenario import edited, read_scenario
from trucewatch.scenario.market import TABLES, Base, Prices, base_year, hs6_rates, on_products, panel_on
from trucewatch.scenario.model import Elasticities, solve
from trucewatch.tables import read_table
from trucewatch.trade.weights import weight_set

CENTRE = Elasticities(2.53, 1.53, 1.19, 0.92)


@cache
def law() -> Ledger:
    return load_ledger()


@cache
def tables() -> dict[str, pd.DataFrame]:
    return {name: read_table(name) for name in TABLES}


@cache
def base() -> Base:
    return base_year(law(), tables(), 0.3, 0.065)


def test_nothing_of_the_year_is_lost_or_counted_twice() -> None:
    imports = tables()[TABLES[0]]
    union_member = imports["partner_iso3"] == "SVK"
    market = base().market
    held = market.value_usd.sum() + market.other_usd.sum() + base().outside_usd
    assert held == pytest.approx(imports.loc[~union_member, "value_usd"].sum(), rel=1e-12)
    assert base().partners.to_numpy().sum() == pytest.approx(market.other_usd.sum(), rel=1e-12)
    assert base().unpriced_usd < 0.001 * market.value_usd.sum()
    # Census: imports for consumption of 2024, all countries, the publisher's own total
    monthly = read_table("us_imports_monthly")
    year = monthly[(monthly["month"].dt.year == 2024) & (monthly["partner_iso3"] == "WLD")]
    assert held == pytest.approx(year["value_usd"].sum(), rel=0.02)


def test_the_duty_of_a_day_is_the_average_of_the_law() -> None:
    day = date(2025, 11, 10)
    panel = panel_on(law(), "USA", day)
    rates = on_products(hs6_rates(panel, tables()), base().market)
    weighted = (rates * base().market.value_usd).sum() / base().market.value_usd.sum()
    weights = weight_set("imports_2024", panel, tables())
    average = value_on(average_rate(panel, weights.shares, by="total"), day)
    assert 100 * weighted == pytest.approx(average, abs=0.05)


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_one_day_is_priced_as_a_panel_of_that_day(importer: str) -> None:
    scenario = read_scenario("s2a_legal_lapse")
    supposed = edited(law(), scenario)
    panel = panel_on(supposed, importer, scenario.day)
    prices = Prices(law(), tables())
    for lens in ("as_collected", "as_finally_held"):
        pd.testing.assert_series_equal(
            prices.hs6(supposed, importer, scenario.day, lens),
            hs6_rates(panel, tables(), lens),
            check_exact=True,
        )


def test_days_of_a_window_count_the_same() -> None:
    """A window over the first step of the truce is the mean of its days."""
    before, after = date(2025, 5, 13), date(2025, 5, 14)
    one, two = (hs6_rates(panel_on(law(), "USA", day), tables()) for day in (before, after))
    both = hs6_rates(panel_on(law(), "USA", before, after), tables())
    toys = "950300"
    # EO 14298: 125 to 10 points
    assert one[toys] - two[toys] == pytest.approx(1.15)
    assert both[toys] == pytest.approx((one[toys] + two[toys]) / 2)


def test_a_hundred_points_on_all_goods_of_china() -> None:
    """Published orders: 13.2 points (consumption) to 13.5 (general imports) on the rate of all imports."""
    market, outside = base().market, base().outside_usd
    imports = tables()[TABLES[0]]
    china = imports.loc[imports["partner_iso3"] == "CHN", "value_usd"].sum()
    total = market.value_usd.sum() + market.other_usd.sum() + outside
    assert 100 * china / total == pytest.approx(13.4, abs=0.2)
    # the model's own, outside chapters 98 and 99
    found = [solve(market, market.rate + step, CENTRE).one("static_rate") for step in (0.0, 1.0)]
    assert 100 * (found[1] - found[0]) == pytest.approx(13.4, abs=0.3)


def test_the_lens_takes_out_what_was_held_unlawful() -> None:
    panel = panel_on(law(), "USA", date(2025, 12, 1))
    paid, held = (hs6_rates(panel, tables(), lens) for lens in ("as_collected", "as_finally_held"))
    # 9503.00.00 paid 10 + 10 under the two orders and nothing else
    assert (paid["950300"], held["950300"]) == (pytest.approx(0.2), 0.0)


def test_scenarios_stand_in_the_order_of_their_duties() -> None:
    market, prices = base().market, Prices(law(), tables())
    found = {}
    for name in (
        "s7_before_2018",
        "s6_january_2025",
        "s3_busan",
        "s2a_legal_lapse",
        "s2b_political_snapback",
    ):
        scenario = read_scenario(name)
        rates = prices.hs6(edited(law(), scenario), "USA", scenario.day, scenario.lens)
        found[name] = solve(market, on_products(rates, market), CENTRE).one("buyer_cost_usd")
    assert list(found.values()) == sorted(found.values())
    assert found["s7_before_2018"] < 0 < found["s3_busan"]


def test_altered_trade_alters_the_outcome() -> None:
    altered = dict(tables())
    imports = altered[TABLES[0]].copy()
    imports.loc[imports["partner_iso3"] == "CHN", "value_usd"] *= 2
    altered[TABLES[0]] = imports
    doubled = base_year(law(), altered, 0.3, 0.065).market
    assert doubled.value_usd.sum() == pytest.approx(2 * base().market.value_usd.sum())
    costs = [solve(item, item.rate + 0.5, CENTRE).one("buyer_cost_usd") for item in (base().market, doubled)]
    assert costs[1] > 1.3 * costs[0]
