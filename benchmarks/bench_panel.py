"""The panel of duties, and the same cells by a plain merge and loop."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import date, timedelta

import pandas as pd

from benchmarks.measure import Result, peak_mb, timed
from trucewatch.duty.averages import average_rate
from trucewatch.duty.panel import Panel, build_panel
from trucewatch.duty.stacking import applicable, resolve, rules_on, total
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.trade.weights import SIMPLE, weight_set

PRODUCTS, DAYS = 100, 60
"""Size of the sample that is also computed the plain way."""


def main() -> list[Result]:
    """Measure the panel alone, its averages, and the plain way on a sample of the same cells."""
    panels = [build_panel(load_ledger(), "USA"), build_panel(load_ledger(), "CHN")]
    whole = _alone()
    cells = sum(_cells(panel) for panel in panels)
    whole.note = (
        f"{cells:,} product-days as {sum(p.duties.num_rows for p in panels):,} rows; ledger in memory"
    )
    weights = weight_set(SIMPLE, panels[0], {})
    averages = timed("averages of one side by authority", lambda: average_rate(panels[0], weights.shares))
    return [whole, averages, *_plain(panels[0], whole, cells)]


_SCRIPT = """
import time
from benchmarks.measure import peak_mb
from trucewatch.ledger.ledger import load_ledger
from trucewatch.duty.panel import build_panel
ledger = load_ledger()
started = time.perf_counter()
panels = [build_panel(ledger, importer) for importer in ledger.importers]
print(time.perf_counter() - started, peak_mb())
"""


def _alone(runs: int = 3) -> Result:
    """Build both panels in a process of its own: seconds from the ledger in memory, and the peak."""
    result = Result("panel of all products, both directions, 2018 to law_asof", aim="5 s, 1,000 MB")
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
        seconds, peak = map(float, done.stdout.split())
        result.seconds.append(seconds)
        result.peak_mb = max(result.peak_mb or 0.0, peak)
    return result


def _cells(panel: Panel) -> int:
    frame = panel.totals.select(["valid_from", "valid_to"]).to_pandas()
    return int((pd.to_datetime(frame["valid_to"]) - pd.to_datetime(frame["valid_from"])).dt.days.sum())


def _plain(panel: Panel, whole: Result, cells: int) -> list[Result]:
    """Compute a sample product by product and day by day, once with lookups and once with merged tables."""
    ledger = load_ledger()
    draw = random.Random(1)
    totals = panel.totals.to_pandas()
    codes = draw.sample(sorted(totals["code"].unique()), PRODUCTS)
    span = (panel.end - panel.first).days
    days = sorted(panel.first + timedelta(days=draw.randrange(span)) for _ in range(DAYS))
    sample = timed(
        f"plain pandas merge and loop, {PRODUCTS} products x {DAYS} days",
        lambda: merged(ledger, codes, days),
        2,
    )
    found = merged(ledger, codes, days)
    live = totals[totals["code"].isin(codes)]
    both = found.merge(live, on="code", suffixes=("", "_of_panel"))
    both = both[(both["valid_from"] <= both["date"]) & (both["date"] < both["valid_to"])]
    agree = int((both["rate_pct"] == both["rate_pct_of_panel"]).sum())
    plain_cell, panel_cell = sample.median / len(found), whole.median / cells
    sample.note = (
        f"{len(found):,} cells, {agree / len(found):.1%} equal to the panel; {1e6 * plain_cell:,.0f} "
        f"microseconds a cell against {1e6 * panel_cell:.3f}: the panel is "
        f"{plain_cell / panel_cell:,.0f} times as fast"
    )
    return [sample]


def merged(ledger: Ledger, codes: list[str], days: list[date]) -> pd.DataFrame:
    """Return the total of each product and day: merge the schedule with the days, then stack cell by cell."""
    base = pd.DataFrame(
        [
            (code, row.valid_from, row.valid_to)
            for code in codes
            for row in ledger.base_rates["USA"].matching(code)
        ],
        columns=["code", "valid_from", "valid_to"],
    )
    grid = base.merge(pd.DataFrame({"date": days}), how="cross")
    grid = grid[(grid["valid_from"] <= grid["date"]) & (grid["date"] < grid["valid_to"])]
    rates = [
        total(resolve(applicable(ledger, code, "CHN", day), rules_on(ledger, day)))
        for code, day in zip(grid["code"], grid["date"], strict=True)
    ]
    return grid[["code", "date"]].assign(rate_pct=pd.Series(rates, index=grid.index))


if __name__ == "__main__":
    started = time.perf_counter()
    for result in main():
        print(result.name, result.median, result.spread, result.peak_mb, result.aim, result.note)
    print(time.perf_counter() - started, peak_mb())
