"""All products of all origins on all dates: the panel, a point, averages, and the same cell by cell."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.measure import Result, timed
from trucewatch.duty.origin_panel import OriginPanel, read_origin_panel
from trucewatch.duty.stacking import applicable, resolve, rules_on, total
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.tables import read_table
from trucewatch.trade.rivals import origin_of
from trucewatch.trade.weights import CONCORDANCE, TRADE_2024, partner_shares

SINCE = {date(2025, 1, 1): "30 s, 1,500 MB, 20 MB on disk", date(2018, 1, 1): "90 s"}
"""First days, and what is aimed at."""
CELLS = 500
"""Cells that are also computed one by one."""

_BUILD = """
import resource, sys, time
from datetime import date
from pathlib import Path
from trucewatch.ledger.ledger import load_ledger
from trucewatch.duty.origin_panel import build_origin_panel
ledger = load_ledger()
started = time.perf_counter()
build_origin_panel(ledger, first=date.fromisoformat(sys.argv[1])).write(Path(sys.argv[2]))
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
_POINT = """
import sys, time
import duckdb
connection = duckdb.connect()
started = time.perf_counter()
connection.execute(sys.argv[1], sys.argv[2:]).fetchall()
print(time.perf_counter() - started)
"""
QUERY = """
SELECT rate_pct, confidence
FROM '{0}/products.parquet' JOIN '{0}/totals.parquet' USING (product_group)
JOIN '{0}/origins.parquet' USING (origin_group)
WHERE code = ? AND origin = ? AND valid_from <= ?::DATE AND ?::DATE < valid_to
"""
ASKED = ["95030000", "VNM", "2025-09-15", "2025-09-15"]


def main() -> list[Result]:
    """Build and write the panel of all origins, then ask it for a point and for averages by day."""
    with tempfile.TemporaryDirectory() as name:
        folders = {first: Path(name) / str(first) for first in SINCE}
        built = [_built(first, folder) for first, folder in folders.items()]
        folder = folders[date(2025, 1, 1)]
        panel, query = read_origin_panel(folder), QUERY.format(folder)
        cold = Result("a point from the Parquet, first of a process", aim="< 20 ms")
        for _ in range(7):
            done = subprocess.run(
                [sys.executable, "-c", _POINT, query, *ASKED], capture_output=True, text=True, check=True
            )
            cold.seconds.append(float(done.stdout))
        cold.note = "DuckDB, connection open, files not read before"
        connection = duckdb.connect()
        warm = timed("the same again", lambda: connection.execute(query, ASKED).fetchall(), 50)
        return [*built, cold, warm, *_averages(panel), _one_by_one(panel, built[0])]


def _built(first: date, folder: Path, runs: int = 2) -> Result:
    result = Result(f"panel of all origins since {first.year}, built and written", aim=SINCE[first])
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(first), str(folder)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds, peak = map(float, done.stdout.split())
        result.seconds.append(seconds)
        result.peak_mb = max(result.peak_mb or 0.0, peak)
    panel, size = read_origin_panel(folder), sum(path.stat().st_size for path in folder.iterdir())
    result.note = f"one core; {panel}; {size / 1e6:.1f} MB on disk"
    return result


def _averages(panel: OriginPanel) -> list[Result]:
    trade = read_table(TRADE_2024).rename(columns={"hs10": "code"})
    concordance = read_table(CONCORDANCE)
    shares = partner_shares(trade, panel.spans(), concordance)
    weights = shares.assign(origin=shares["partner_iso3"].map(origin_of))
    count = weights["partner_iso3"].nunique()
    return [
        timed(f"averages of {count} partners by day", lambda: panel.averages(weights), 5, "< 2 s"),
        timed("their weights", lambda: partner_shares(trade, panel.spans(), concordance), 3),
    ]


def _one_by_one(panel: OriginPanel, built: Result) -> Result:
    """Compute some cells of the panel one by one, and compare time and totals."""
    ledger, draw = load_ledger(), random.Random(1)
    codes, origins = panel.products["code"].to_pylist(), panel.origins["origin"].to_pylist()
    days = (panel.end - panel.first).days
    cells = []
    while len(cells) < CELLS:
        code, origin = draw.choice(codes), draw.choice(origins)
        on = panel.first + timedelta(days=draw.randrange(days))
        if row := panel.at(code, origin, on):
            cells.append((code, origin, on, row["rate_pct"]))

    def priced() -> list[object]:
        return [
            total(
                resolve(applicable(ledger, code, origin, on), rules_on(seen_from(ledger, "USA", origin), on))
            )
            for code, origin, on, _ in cells
        ]

    result = timed(f"{CELLS} cells one by one", priced, 3)
    agree = sum(found == cell[3] for found, cell in zip(priced(), cells, strict=True))
    each, all_cells = min(result.seconds) / CELLS, len(codes) * len(origins) * days
    result.note = (
        f"{agree / CELLS:.1%} equal to the panel; {1e6 * each:,.0f} microseconds a cell, law already read, "
        f"against {1e6 * built.median / all_cells:.3f}: the panel is "
        f"{each / (built.median / all_cells):,.0f} times as fast"
    )
    return result


if __name__ == "__main__":
    for item in main():
        print(item.name, item.median, item.spread, item.peak_mb, item.note)
