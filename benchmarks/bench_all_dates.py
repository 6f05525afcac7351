"""All products of all origins on all dates: the panel, a point, averages, and the same cell by cell."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from benchmarks.measure import Result, timed
from trucewatch.duty.origin_panel import OriginPanel, read_origin_panel
from trucewatch.duty.stacking import applicable, resolve, rules_on, total
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import ALL_CODES, ANY_ORIGIN
from trucewatch.tables import read_table
from trucewatch.trade.rivals import origin_of
from trucewatch.trade.weights import CONCORDANCE, TRADE_2024, partner_shares

SINCE = {date(2025, 1, 1): "30 s, 1,500 MB, 20 MB on disk", date(2018, 1, 1): "90 s"}
"""First days, and what is aimed at."""
CELLS = 500
"""Cells that are also computed one by one."""
MERGED = 1_000
"""Products that are also merged with their duties the plain way."""
TRACKER = (250.0, 10_000.0)
"""CPU seconds and MB of one revision of the Budget Lab's tariff-rate-tracker, all products of 240 countries.

The middle of 205 to 295 s and of 9.5 to 10.5 GB, as run in 2026 on another machine.
"""

_BUILD = """
import sys, time
from datetime import date
from pathlib import Path
from benchmarks.measure import peak_mb
from trucewatch.ledger.ledger import load_ledger
from trucewatch.duty.origin_panel import build_origin_panel
ledger = load_ledger()
started = time.perf_counter()
build_origin_panel(ledger, first=date.fromisoformat(sys.argv[1])).write(Path(sys.argv[2]))
print(time.perf_counter() - started, peak_mb())
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
        plain = [_one_by_one(panel, built[0]), _merged(panel, built[0])]
        return [*built, cold, warm, *_averages(panel), *plain]


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
    seconds, megabytes = TRACKER
    result.note = (
        f"one core; {panel}; {size / 1e6:.1f} MB on disk; the tracker's one revision, on another machine, "
        f"took {seconds:g} s and {megabytes:,g} MB: {seconds / result.median:.1f} times the time of all "
        f"these days, {megabytes / (result.peak_mb or 1):.1f} times the memory"
    )
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


def _merged(panel: OriginPanel, built: Result) -> Result:
    """Join some products with the duties and the origins of one day and add up, without any rule."""
    ledger, on = load_ledger(), panel.first + (panel.end - panel.first) / 2
    codes = panel.products["code"].to_pylist()
    some = random.Random(2).sample(codes, MERGED)
    everyone = panel.origins["origin"].to_pylist()

    def live(rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.valid_from <= on < row.valid_to]

    duties = [
        (measure.measure_id, link.scope_id, float(rate.rate_pct), member.iso3)
        for measure in ledger.measures_of["USA"]
        for rate in live(ledger.rates_of.get(measure.measure_id, ()))
        if rate.known_from <= ledger.law_asof < rate.known_to and rate.rate_pct
        for link in live(ledger.scopes_of.get(measure.measure_id, ()))
        if link.role == "cover"
        for member in live(ledger.members_of[measure.origin_set])
    ]
    duty = pd.DataFrame(duties, columns=["duty", "list", "rate", "origin"])
    named = pd.DataFrame(
        [
            (name, code)
            for name in sorted(set(duty["list"]) - {ALL_CODES})
            for code in ledger.scopes[name].codes
            if any(row.is_included for row in live(ledger.scopes[name].at(code)))
        ],
        columns=["list", "prefix"],
    )
    prefixes = pd.DataFrame(
        [(code, code[:size]) for code in some for size in range(2, len(code) + 1)], columns=["code", "prefix"]
    )
    whole = pd.DataFrame({"code": some}).assign(list=ALL_CODES)

    def merged() -> pd.DataFrame:
        reached = pd.concat([prefixes.merge(named, on="prefix")[["code", "list"]], whole])
        cells = reached.merge(duty, on="list").drop_duplicates(["code", "duty", "origin"])
        of_all = cells[cells["origin"] == ANY_ORIGIN].drop(columns="origin")
        cells = pd.concat([cells, of_all.merge(pd.DataFrame({"origin": everyone}), how="cross")])
        return cells.groupby(["code", "origin"])["rate"].sum()

    result = timed(f"plain merge of {MERGED:,} products of one day, no rules", merged, 3)
    day = result.median * len(codes) / MERGED
    own = built.median / (panel.end - panel.first).days
    result.note = (
        f"all products of a day would take {day:.1f} s and know neither exemption nor stacking; the panel "
        f"takes {1000 * own:.0f} ms a day with both: {day / own:,.0f} times as fast"
    )
    return result


if __name__ == "__main__":
    for item in main():
        print(item.name, item.median, item.spread, item.peak_mb, item.note)
