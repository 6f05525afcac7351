"""What a scenario costs: one run, all draws, and the same by a plain loop over products."""

from __future__ import annotations

from benchmarks.measure import Result, timed
from tests.golden.test_scenario_model import CENTRE, loop
from trucewatch.scenario.draws import draw
from trucewatch.scenario.market import hs6_rates, on_products, panel_on
from trucewatch.scenario.model import Elasticities, solve
from trucewatch.scenario.presets import preset
from trucewatch.scenario.run import run, setting


def main() -> list[Result]:
    """Measure on the project's own tables, 2,000 draws."""
    shared = setting()
    market = shared.base.market
    result = run("s2b_political_snapback", shared)
    drawn = draw(preset("fgkk"), 2000, 1)
    kept = result.drawn.kept
    one = Elasticities(**CENTRE, rho=0.92)
    return [
        timed("scenario: model, one run", lambda: solve(market, result.rate, one), aim="< 0.5 s"),
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
            "scenario: duties by HS6 of one day from the ledger",
            lambda: on_products(
                hs6_rates(panel_on(shared.ledger, "USA", result.scenario.day), shared.tables), market
            ),
            runs=3,
        ),
        timed("scenario: whole, both sides", lambda: run("s2b_political_snapback", shared), runs=3),
    ]
