"""All products on all dates: the US panel of each origin, and one point query from its Parquet."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.measure import Result, timed

ORIGINS = ("CHN", "HKG", "MAC")
_BUILD = """
import resource, sys, time
from pathlib import Path
from trucewatch.ledger.ledger import load_ledger
from trucewatch.duty.panel import build_panel, write_panel
ledger, folder = load_ledger(), Path(sys.argv[2])
started = time.perf_counter()
panel = build_panel(ledger, "USA", sys.argv[1])
write_panel(panel, folder)
print(
    time.perf_counter() - started,
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    panel.duties.num_rows,
    len(set(panel.totals["code"].to_pylist())),
    len(set(panel.totals["valid_from"].to_pylist())),
    sum(path.stat().st_size for path in folder.iterdir()),
)
"""
_POINT = """
import sys, time
import duckdb
connection = duckdb.connect()
started = time.perf_counter()
connection.execute(sys.argv[1], [sys.argv[2], "2025-04-10", "2025-04-10"]).fetchall()
print(time.perf_counter() - started)
"""
QUERY = "SELECT authority, rate_pct FROM '{}' WHERE code = ? AND valid_from <= ?::DATE AND valid_to > ?::DATE"


def main() -> list[Result]:
    """Build and write the panel of each origin, then ask the one of China for a product on a day."""
    results = []
    with tempfile.TemporaryDirectory() as name:
        for origin in ORIGINS:
            folder = Path(name) / origin
            folder.mkdir()
            results.append(_panel(origin, folder))
        duties = Path(name) / "CHN" / "USA.duties.parquet"
        query = QUERY.format(duties)
        cold = Result("point query from the Parquet, first of a process", aim="< 20 ms")
        for _ in range(7):
            done = subprocess.run(
                [sys.executable, "-c", _POINT, query, "95030000"], capture_output=True, text=True, check=True
            )
            cold.seconds.append(float(done.stdout))
        cold.note = "DuckDB, connection open, file not read before"
        connection = duckdb.connect()
        asked = ["95030000", "2025-04-10", "2025-04-10"]
        warm = timed("the same again", lambda: connection.execute(query, asked).fetchall(), 50)
    return [*results, cold, warm]


def _panel(origin: str, folder: Path, runs: int = 3) -> Result:
    result = Result(f"US panel of goods of {origin}, built and written", note="")
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, origin, str(folder)], capture_output=True, text=True, check=True
        )
        seconds, peak, rows, codes, dates, size = map(float, done.stdout.split())
        result.seconds.append(seconds)
        result.peak_mb = max(result.peak_mb or 0.0, peak)
    result.note = (
        f"{rows:,.0f} duties of {codes:,.0f} products on {dates:,.0f} dates of change, {size / 1e6:.1f} MB"
    )
    return result


if __name__ == "__main__":
    for item in main():
        print(item.name, item.median, item.spread, item.peak_mb, item.note)
