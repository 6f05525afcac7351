"""What a scenario costs: pricing a day, one run, all draws, and the same by slower ways kept in the tests."""

from __future__ import annotations

from benchmarks.measure import Result, timed
from tests.golden.test_scenario_market import of_panel
from tests.golden.test_scenario_model import CENTRE, loop
from trucewatch.duty.panel import build_panel
from trucewatch.scenario import edited, read_scenario
from trucewatch.scenario.draws import draw
from trucewatch.scenario.equilibrium import Elasticities, Outcome, solve
from trucewatch.scenario.market import on_products
from trucewatch.scenario.presets import preset
from trucewatch.scenario.run import price, run, setting

NAME = "s2b_political_snapback"
"""Edits duties of both sides."""


def main() -> list[Result]:
    """Measure on the project's own tables, 2,000 draws."""
    shared = setting()
    market = shared.base.market
    scenario = read_scenario(NAME)
    result = run(scenario, shared)
    drawn = draw(preset("fgkk"), 2000, 1)
    kept = result.drawn.kept
    one = Elasticities(**CENTRE, rho=0.92)

    def priced() -> object:
        return shared.prices.hs6(edited(shared.ledger, scenario), "USA", scenario.day)

    def by_panel() -> object:
        law = edited(shared.ledger, scenario)
        return on_products(of_panel(build_panel(law, "USA", None, scenario.day, scenario.day)), market)

    def deterministic() -> list[Outcome]:
        rates = price(scenario, shared)
        sides = ((market, rates["USA"]), (shared.base.exports, rates["CHN"]))
        return [solve(side, rate, shared.centre) for side, rate in sides]

    return [
        timed("scenario: model, one run", lambda: solve(market, result.rate, one)),
        timed(
            "scenario: model, 2,000 draws",
            lambda: solve(market, result.rate, drawn, kept),
            runs=3,
            aim="< 10 s, 2 GB",
            note=f"{len(market.products):,} products; sources whose duty stands still count as one, exactly",
        ),
        timed(
            "scenario: plain loop over products, one run",
            lambda: loop(market, result.rate, CENTRE, 0.92, 1.0),
            runs=3,
            note="the same formulas in Python; 2,000 draws would take 2,000 times as long",
        ),
        timed(
            "scenario: ledger edited, US duties of a day by HS6", priced, note="matches shared with the law"
        ),
        timed(
            "scenario: the same by a panel of that day", by_panel, runs=3, note="every reading, from nothing"
        ),
        timed(
            "scenario: one deterministic run",
            deterministic,
            aim="< 0.5 s",
            note="edit the ledger, price every product of both sides on a day, solve both markets",
        ),
        timed("scenario: whole, both sides, 2,000 draws", lambda: run(scenario, shared), runs=3),
        timed("scenario: law, tables and base year, once for all scenarios", setting, runs=3),
    ]
