"""The desk: lists, a single command, two dates."""

from __future__ import annotations

import csv
import random
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmarks.measure import Result, command, timed

TRUCEWATCH = [sys.executable, "-c", "from trucewatch.cli import main; main()"]
FIRST, DAYS = date(2025, 1, 1), 676


def main() -> list[Result]:
    """Measure with random codes of the whole schedule on random days of 2025 and 2026: the worst mix."""
    import pandas as pd

    from trucewatch.answers.catalogue import catalogue
    from trucewatch.answers.diff import diff
    from trucewatch.answers.trade_values import trade_values
    from trucewatch.duty.code_classes import products
    from trucewatch.ledger.ledger import load_ledger
    from trucewatch.paths import project_root

    root = project_root()
    codes = products(load_ledger(), "USA", FIRST)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.csv", Path(folder) / "out.csv"

        write(source, codes, 10_000)
        # every run with a ledger that has answered nothing yet
        fresh = [load_ledger() for _ in range(3)]
        name = "catalogue of 10,000 rows, ledger read before"
        results.append(timed(name, lambda: catalogue(source, ledger=fresh.pop()).write(out), 3, "< 2 s"))

        for rows in (10_000, 1_000_000):
            write(source, codes, rows)
            arguments = [*TRUCEWATCH, "catalogue", str(source), "--out", str(out)]
            aim = "< 10 s, 1 GB" if rows > 100_000 else "< 3 s"
            results.append(
                command(f"catalogue of {rows:,} rows, start to answer", arguments, root, runs=1, aim=aim)
            )
        frame, law = pd.read_csv(source, dtype={"code": str}), load_ledger()
        name = f"catalogue of a frame of {len(frame):,} rows, ledger read before"
        results.append(timed(name, lambda: catalogue(frame, ledger=law).to_frame(), 1, "< 10 s"))

    single = [*TRUCEWATCH, "lookup", "8517.13.00", "--origin", "CHN", "--on", "2025-04-10"]
    results.append(command("a single lookup, start to answer", single, root, runs=5, aim="< 0.25 s"))
    for name, asked, aim in (
        ("the calendar", ["calendar"], "< 0.5 s"),
        ("a history", ["history", "9503.00.00"], "< 0.5 s"),
    ):
        results.append(command(f"{name}, start to answer", [*TRUCEWATCH, *asked], root, runs=3, aim=aim))
    words = [*TRUCEWATCH, "search", "lithium batteries"]
    results.append(command("a search, start to answer", words, root, runs=5, aim="< 0.3 s"))

    values = trade_values("USA", "CHN")
    fresh = [load_ledger() for _ in range(3)]
    name = "diff of two dates, all products, ledger read before"
    results.append(
        timed(
            name,
            lambda: str(diff("2025-05-14", "2025-11-10", ledger=fresh.pop(), values=values)),
            3,
            "< 2 s",
        )
    )
    whole = [*TRUCEWATCH, "diff", "2025-05-14", "2025-11-10"]
    results.append(command("diff of two dates, start to answer", whole, root, runs=3, aim="< 0.5 s"))
    return results


def write(path: Path, codes: tuple[str, ...], rows: int) -> None:
    """Write a file of random lookups, the same every time."""
    rng = random.Random(17)
    days = [str(FIRST + timedelta(number)) for number in range(DAYS)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sku", "code", "origin", "on", "value"])
        for number in range(rows):
            origin = rng.choice(("CHN", "CHN", "CHN", "HKG"))
            writer.writerow(
                [f"A{number}", rng.choice(codes), origin, rng.choice(days), rng.randrange(100_000)]
            )


if __name__ == "__main__":
    for result in main():
        print(
            f"{result.name}: {result.median:.2f} s ({result.spread}), {result.peak_mb} MB, aim {result.aim}"
        )
