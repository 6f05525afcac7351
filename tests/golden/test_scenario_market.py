"""The base year against the tables and the averages of the law; the whole from file to outcome."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from trucewatch.duty.averages import average_rate, value_on
from trucewatch.duty.panel import Panel, build_panel
from trucewatch.duty.pricing import Pricing
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.scenario import edited, read_scenario
from trucewatch.scenario.equilibrium import Elasticities, solve
from trucewatch.scenario.market import TABLES, Base, Prices, base_year, on_products, rivals_of, trade_of
from trucewatch.scenario.presets import preset
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
def prices() -> Prices:
    return Prices(law(), tables())


@cache
def base() -> Base:
    return base_year(prices(), law(), tables(), 0.3, CENTRE, "2024")


def of_panel(panel: Panel, lens: str = "as_collected") -> pd.Series:
    """Return the duty by HS6 over the days of a panel: another way to the same numbers, line by line."""
    shares = weight_set("imports_2024", panel, tables()).shares
    column = "held_pct" if lens == "as_finally_held" else "rate_pct"
    totals = panel.totals.select(["code", "valid_from", "valid_to", column]).to_pandas()
    totals = totals.rename(columns={"valid_from": "from", "valid_to": "to", column: "rate"})
    rows = shares[shares["share"] > 0].merge(totals, on="code")
    starts, ends = (
        rows[list(names)].map(date.toordinal).agg(how, axis=1)
        for names, how in ((("valid_from", "from"), "max"), (("valid_to", "to"), "min"))
    )
    days = ends.clip(upper=panel.end.toordinal()) - starts.clip(lower=panel.first.toordinal())
    weight, hs6 = rows["share"] * days.clip(lower=0), rows["code"].str[:6].rename("hs6")
    rate = (weight * rows["rate"].astype(float)).groupby(hs6).sum() / weight.groupby(hs6).sum()
    return (rate.dropna() / 100).rename("rate")


def test_nothing_of_the_year_is_lost_or_counted_twice() -> None:
    imports = tables()[TABLES[0]]
    union_member = imports["partner_iso3"] == "SVK"
    market = base().observed
    held = market.value_usd.sum() + market.other_usd.sum() + base().outside_usd
    assert held == pytest.approx(imports.loc[~union_member, "value_usd"].sum(), rel=1e-12)
    assert base().partners.to_numpy().sum() == pytest.approx(base().market.other_usd.sum(), rel=1e-12)
    assert base().unpriced_usd < 0.001 * market.value_usd.sum()
    # Census: imports for consumption of 2024, all countries, the publisher's own total
    monthly = read_table("us_imports_monthly")
    year = monthly[(monthly["month"].dt.year == 2024) & (monthly["partner_iso3"] == "WLD")]
    assert held == pytest.approx(year["value_usd"].sum(), rel=0.02)


def test_the_duty_of_a_day_is_the_average_of_the_law() -> None:
    day = date(2025, 11, 10)
    panel = build_panel(law(), "USA", None, day, day)
    rates = on_products(prices().hs6(law(), "USA", day), base().observed)
    weighted = (rates * base().observed.value_usd).sum() / base().observed.value_usd.sum()
    weights = weight_set("imports_2024", panel, tables())
    average = value_on(average_rate(panel, weights.shares, by="total"), day)
    assert 100 * weighted == pytest.approx(average, abs=0.05)


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_one_day_is_priced_as_a_panel_of_that_day(importer: str) -> None:
    scenario = read_scenario("s2a_legal_lapse")
    supposed = edited(law(), scenario)
    panel = build_panel(supposed, importer, None, scenario.day, scenario.day)
    for lens in ("as_collected", "as_finally_held"):
        ours = prices().hs6(supposed, importer, scenario.day, lens=lens)
        pd.testing.assert_series_equal(ours, of_panel(panel, lens), check_exact=True)


def test_the_base_year_is_the_mean_of_its_panel() -> None:
    """Section 301 moved on 27 September 2024 (89 FR 76581): the year is no single day."""
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    ours = prices().hs6(law(), "USA", first, last)
    panel = of_panel(build_panel(law(), "USA", None, first, last))
    pd.testing.assert_series_equal(ours, panel, rtol=1e-12)
    assert (ours - prices().hs6(law(), "USA", first)).abs().max() > 0


def test_days_of_a_window_count_the_same() -> None:
    """A window over the first step of the truce is the mean of its days."""
    before, after = date(2025, 5, 13), date(2025, 5, 14)
    one, two = (prices().hs6(law(), "USA", day) for day in (before, after))
    both = prices().hs6(law(), "USA", before, after)
    toys = "950300"
    # EO 14298: 125 to 10 points
    assert one[toys] - two[toys] == pytest.approx(1.15)
    assert both[toys] == pytest.approx((one[toys] + two[toys]) / 2)


def test_a_hundred_points_on_all_goods_of_china() -> None:
    """Published orders: 13.2 points (consumption) to 13.5 (general imports) on the rate of all imports."""
    market, outside = base().observed, base().outside_usd
    imports = tables()[TABLES[0]]
    china = imports.loc[imports["partner_iso3"] == "CHN", "value_usd"].sum()
    total = market.value_usd.sum() + market.other_usd.sum() + outside
    assert 100 * china / total == pytest.approx(13.4, abs=0.2)
    # the model's own, outside chapters 98 and 99
    found = [solve(market, market.rate + step, CENTRE).one("static_rate") for step in (0.0, 1.0)]
    assert 100 * (found[1] - found[0]) == pytest.approx(13.4, abs=0.3)


def test_the_lens_takes_out_what_was_held_unlawful() -> None:
    day = date(2025, 12, 1)
    paid, held = (prices().hs6(law(), "USA", day, lens=lens) for lens in ("as_collected", "as_finally_held"))
    # 9503.00.00 paid 10 + 10 under the two orders and nothing else
    assert (paid["950300"], held["950300"]) == (pytest.approx(0.2), 0.0)


def test_scenarios_are_in_the_order_of_their_duties() -> None:
    market = base().observed
    found = {}
    for name in (
        "s7_before_2018",
        "s6_january_2025",
        "s3_busan",
        "s2a_legal_lapse",
        "s2b_political_snapback",
    ):
        scenario = read_scenario(name)
        rates = prices().hs6(edited(law(), scenario), "USA", scenario.day, lens=scenario.lens)
        found[name] = solve(market, on_products(rates, market), CENTRE).one("buyer_cost_usd")
    assert list(found.values()) == sorted(found.values())
    assert found["s7_before_2018"] < 0 < found["s3_busan"]


def test_altered_trade_alters_the_outcome() -> None:
    altered = dict(tables())
    imports = altered[TABLES[0]].copy()
    imports.loc[imports["partner_iso3"] == "CHN", "value_usd"] *= 2
    altered[TABLES[0]] = imports
    doubled = base_year(Prices(law(), altered), law(), altered, 0.3, CENTRE, "2024").observed
    assert doubled.value_usd.sum() == pytest.approx(2 * base().observed.value_usd.sum())
    costs = [
        solve(item, item.rate + 0.5, CENTRE).one("buyer_cost_usd") for item in (base().observed, doubled)
    ]
    assert costs[1] > 1.3 * costs[0]


def test_the_newest_trade_adds_up_to_the_totals_of_its_months() -> None:
    """Census Bureau, imports for consumption, September 2025 to August 2026: all partners, and China."""
    trade = trade_of("last_12_months", tables())
    monthly = tables()["us_imports_monthly"]
    months = monthly[monthly["month"].between("2025-09-01", "2026-08-01")]
    totals = months.groupby("partner_iso3")["value_usd"].sum()
    assert (trade.first, trade.last) == (date(2025, 9, 1), date(2026, 8, 31))
    assert trade.value.sum().sum() + trade.outside_usd == pytest.approx(totals["WLD"], rel=1e-9)
    outside = 1 - trade.value["CHN"].sum() / totals["CHN"]
    assert 0.02 < outside < 0.15, "chapters 98 and 99"


def test_the_newest_trade_follows_its_headings() -> None:
    """Telephones and computers were a fifth of imports from China in 2024, and less since."""
    now, then = (trade_of(name, tables()).value["CHN"] for name in ("last_12_months", "2024"))
    for heading in ("8471", "8517"):
        before, after = (goods[goods.index.str[:4] == heading].sum() / goods.sum() for goods in (then, now))
        assert after < before


def us_share(product: str) -> float:
    sold = trade_of("2024", tables()).sold
    return float(sold[product] / (sold[product] + rivals_of(sold, tables())[product]))


def test_soybeans_have_the_share_that_customs_print() -> None:
    """China's customs, 2024: 22.1 of 105.0 million tonnes of soybeans from the United States."""
    assert us_share("120190") == pytest.approx(22.1 / 105.0, abs=0.001)


@pytest.mark.parametrize(
    ("product", "sold_bn", "bought_bn"),
    [
        # billion dollars of 2024: US exports by UN Comtrade, China's imports by BACI, as they print them
        ("270900", 6.1604, 290.8631),  # crude oil: a heading
        ("100790", 1.2604, 2.2001),  # sorghum: a heading
        ("848620", 12.86, 177.0150),  # chip-making machines: the chapter
        ("870323", 6.39, 56.6637),  # cars: the chapter
        (
            "270112",
            2.01,
            462.3618 - 290.8631 - 28.4465 - 87.8266,
        ),  # coal: what the headings leave of chapter 27
    ],
)
def test_a_product_has_the_us_share_of_its_heading_or_chapter(
    product: str, sold_bn: float, bought_bn: float
) -> None:
    assert us_share(product) == pytest.approx(sold_bn / bought_bn, rel=0.003)


@pytest.mark.parametrize(
    ("product", "printed"),
    [
        ("270900", 0.019),  # S&P Global, February 2025: the US part of China's crude oil
        ("100790", 0.668),  # China's customs, sorghum of 2024, as printed in March 2025
    ],
)
def test_the_share_is_near_the_one_others_print(product: str, printed: float) -> None:
    """Theirs are with freight and by origin as China's customs sees it; ours are by what was shipped."""
    assert us_share(product) == pytest.approx(printed, abs=0.1)


def test_other_suppliers_stay_when_us_exports_fall() -> None:
    sold = trade_of("2024", tables()).sold
    full, halved = rivals_of(sold, tables()), rivals_of(sold / 2, tables())
    assert halved.sum() == pytest.approx(full.sum())


def test_imports_below_us_exports_are_refused() -> None:
    sold, altered = trade_of("2024", tables()).sold, dict(tables())
    imports = altered["china_imports_by_heading"]
    altered["china_imports_by_heading"] = imports.assign(
        value_usd=imports["value_usd"].where(imports["code"] != "88", 1.0)
    )
    with pytest.raises(DataError, match="in 88"):
        rivals_of(sold, altered)


def test_an_unknown_base_is_refused() -> None:
    with pytest.raises(ParameterError, match="last_12_months, 2024"):
        trade_of("2023", tables())


def test_the_charged_share_is_what_customs_assessed() -> None:
    """Rise of the assessed duty on 2024 over the rise of the law, by month: the file's centre and limits."""
    china = tables()["us_imports_monthly"].query("partner_iso3 == 'CHN'").set_index("month")
    assessed = china["duty_usd"] / china["value_usd"]
    year = china[china.index.year == 2024]
    before = year["duty_usd"].sum() / year["value_usd"].sum()
    market = base().observed
    weight = market.value_usd / market.value_usd.sum()
    shares = []
    for month in pd.date_range("2025-06-01", "2026-08-01", freq="MS"):
        rates = prices().hs6(law(), "USA", month.date(), (month + pd.offsets.MonthEnd(0)).date())
        rise = ((on_products(rates, market) - market.rate) * weight).sum()
        shares.append((assessed[month] - before) / rise)
    known = preset("fgkk")["wedge"]
    assert np.median(shares) == pytest.approx(known.centre, abs=0.01)
    assert np.percentile(shares, [5, 95]) == pytest.approx([known.low, known.high], abs=0.02)


def test_windows_that_overlap_price_their_days_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[date] = []
    before = Pricing.on
    monkeypatch.setattr(Pricing, "on", lambda self, law, day: calls.append(day) or before(self, law, day))
    own = Prices(law(), tables())
    whole = own.hs6(law(), "USA", date(2025, 2, 1), date(2025, 4, 30))
    count = len(calls)
    assert count == len(set(calls)) > 5
    part = own.hs6(law(), "USA", date(2025, 2, 20), date(2025, 4, 30))
    assert len(calls) == count
    monkeypatch.undo()
    assert part.equals(of_window(date(2025, 2, 20), date(2025, 4, 30)))
    assert not part.equals(whole)


def of_window(first: date, last: date) -> pd.Series:
    return Prices(law(), tables()).hs6(law(), "USA", first, last)
