"""Scenarios on goods of other countries: the duties by product against other ways to the same numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import trucewatch as tw
from trucewatch.api.what_if import Priced
from trucewatch.errors import DataError, LedgerError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.scenario import edited, market, origin_prices, read_scenario
from trucewatch.scenario.origin_prices import OriginPrices, goods_of, partners_priced
from trucewatch.scenario.run import Result, run, setting
from trucewatch.tables import read_table

HEAD = "title: a test\nday: 2026-11-09\nedits:\n"
ADDED = HEAD + (
    "  - add: ten_more\n    rate_pct: 10\n    cover: [all]\n    from: 2026-11-01\n    source: the test\n"
)


@cache
def law() -> Ledger:
    return load_ledger()


@cache
def tables() -> dict[str, pd.DataFrame]:
    return {name: read_table(name) for name in {*market.TABLES, *origin_prices.TABLES}}


def scenario_file(folder: Path, text: str) -> Path:
    path = folder / "supposed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def priced(folder: Path, text: str, origins: str | list[str] | None = None) -> Result:
    scenario = read_scenario(scenario_file(folder, text))
    shared = setting(n_draws=100, ledger=law(), tables=tables(), origins=origins, scenarios=[scenario])
    return run(scenario, shared)


@pytest.mark.slow
def test_china_pays_the_same_by_both_ways() -> None:
    """The panel of all origins and the pricing of one day are two engines for one law."""
    scenario = edited(law(), read_scenario("s1_threat_100"))
    one, other = market.Prices(law(), tables()), OriginPrices(law(), tables(), ["CHN"])
    day = read_scenario("s1_threat_100").day
    for found, wanted in (
        (other.hs6(law(), law().law_asof), one.hs6(law(), "USA", law().law_asof)),
        (other.hs6(scenario, day), one.hs6(scenario, "USA", day)),
        (other.hs6(law(), day, lens="as_finally_held"), one.hs6(law(), "USA", day, lens="as_finally_held")),
    ):
        both = pd.concat([found["CHN"].dropna(), wanted], axis=1)
        assert len(both) > 4000
        assert not both.isna().any(axis=None)
        assert np.abs(both["CHN"] - both["rate"]).max() < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("origin", ["VNM", "MEX", "DEU"])
def test_the_mean_over_products_is_the_average_of_the_origin(origin: str) -> None:
    partner = "EUU" if origin == "DEU" else origin
    prices = OriginPrices(law(), tables(), [partner])
    trade = tables()["us_imports_hs10_partner_annual"]
    trade = trade[(trade["year"] == 2024) & (trade["partner_iso3"] == partner)]
    value = trade.groupby(trade["hs10"].str[:6])["value_usd"].sum()
    value = value[~value.index.str[:2].isin(["98", "99"])]
    rate = prices.hs6(law(), law().law_asof)[partner].dropna()
    value = value.reindex(rate.index).fillna(0.0)
    average = tw.average_rate(origin=origin, on=law().law_asof).set_index("authority")["rate_pct"]["total"]
    # a code whose HS6 is another in the schedule of the day counts there
    assert 100 * (rate * value).sum() / value.sum() == pytest.approx(average, abs=0.02)


@pytest.mark.slow
def test_ten_points_on_vietnam_are_ten_points_on_its_goods(tmp_path: Path) -> None:
    found = priced(tmp_path, ADDED + "    origins: [Vietnam]\n")
    assert (found.setting.origins, found.setting.goods_of) == (("VNM",), "Vietnam")
    products = found.products()
    sold = products[products["value_usd"] > 0]
    more = sold["rate"] - sold["before_rate"]
    # what the schedule of today has no line for keeps its duty
    assert sold.loc[np.abs(more - 0.1) > 1e-9, "value_usd"].sum() / sold["value_usd"].sum() < 0.005
    assert found.export_loss_usd() == pytest.approx(0, abs=1)
    assert "of Vietnam" in str(Priced(found))
    assert "China" not in " ".join(str(Priced(found)).splitlines()[:20])


@pytest.mark.slow
def test_a_duty_on_two_origins_costs_nearly_what_both_cost(tmp_path: Path) -> None:
    """Each alone sends buyers to the other; both together leave less to flee to, and cost a little more."""
    both = priced(tmp_path, ADDED + "    origins: [VNM, THA]\n")
    one, other = (priced(tmp_path, ADDED + f"    origins: [{name}]\n") for name in ("VNM", "THA"))
    cost = both.central.one("buyer_cost_usd")
    parts = one.central.one("buyer_cost_usd") + other.central.one("buyer_cost_usd")
    assert 1 < cost / parts < 1.05
    assert set(both.origins()["partner_iso3"]) == {"VNM", "THA"}
    assert both.origins()["change_usd"].sum() == pytest.approx(
        both.central.one("value_usd") - both.setting.base.market.value_usd.sum(), rel=1e-9
    )


@pytest.mark.parametrize(
    ("text", "partners"),
    [
        (ADDED, ("CHN",)),
        (ADDED + "    origin_set: all_origins\n", ("CHN",)),
        (ADDED + "    origin_set: eu27\n", ("EUU",)),
        (ADDED + "    origins: [JP, Canada]\n", ("CAN", "JPN")),
        (HEAD + "  - suspend: us_s232_steel_mill\n    from: 2026-11-01\n    source: t\n", ("CHN",)),
        # an edit that does not hold on the day says nothing
        (ADDED.replace("2026-11-01", "2026-12-01") + "    origins: [JP]\n", ("CHN",)),
    ],
)
def test_the_goods_are_those_that_the_edits_reach(
    text: str, partners: tuple[str, ...], tmp_path: Path
) -> None:
    scenario = read_scenario(scenario_file(tmp_path, text))
    assert partners_priced(law(), tables(), None, [scenario]) == partners


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("    origins: [DEU]\n", r"row 9.*origins.*part of the European Union.*eu27"),
        ("    origins: [KAZ]\n", r"row 9.*origins.*no country with a row of trade.*EUU"),
        ("    origins: [Atlantis]\n", r"row 9.*origins.*no country is called so"),
        ("    origins: [VNM]\n    origin_set: china\n", r"both say whose goods"),
    ],
)
def test_origins_that_cannot_be_priced_are_refused_by_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=f"(?s){words}"):
        partners_priced(law(), tables(), None, [read_scenario(scenario_file(tmp_path, ADDED + text))])


def test_partners_are_named_as_people_do() -> None:
    everyone = partners_priced(law(), tables(), "all")
    assert len(everyone) == 50
    assert goods_of(law(), tables(), everyone) == "all 50 partners with a row of trade"
    assert partners_priced(law(), tables(), ["Germany", "cn"]) == ("EUU", "CHN")
    assert partners_priced(law(), tables(), "EU") == ("EUU",)
    assert goods_of(law(), tables(), ("EUU", "VNM")) == "the European Union, Vietnam"
    with pytest.raises(DataError, match=r"no imports of 2024.*Kazakhstan"):
        partners_priced(law(), tables(), "Kazakhstan")
