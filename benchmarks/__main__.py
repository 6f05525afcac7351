"""`make bench`: run every benchmark and write benchmarks/RESULTS.md."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Result

MODULES = (
    "bench_data",
    "bench_law",
    "bench_panel",
    "bench_desk",
    "bench_report",
    "bench_reports",
    "bench_scenario",
    "bench_refresh",
    "bench_all_dates",
    "bench_growth",
    "bench_pipeline",
)
VERSIONS = ("pandas", "pyarrow", "polars", "duckdb", "dvc", "papermill", "statsmodels")


def main(names: tuple[str, ...] = MODULES) -> None:
    """Run the named benchmark modules and write the results."""
    sections = []
    for name in names:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"{name} …", flush=True)
        sections.append(f"## {(module.__doc__ or name).strip().splitlines()[0]}\n\n{table(module.main())}")
    path = Path(__file__).with_name("RESULTS.md")
    path.write_text(head() + "\n\n".join(sections) + "\n", encoding="utf-8")
    print(f"wrote {path}")


def head() -> str:
    """Return the title and the machine."""
    cpus = len(os.sched_getaffinity(0))
    libraries = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    return (
        "# Measured\n\n"
        f"{date.today():%Y-%m-%d}, {platform.system()} {platform.machine()}, {cpus} cores, "
        f"Python {platform.python_version()}; {libraries}.\n"
        "Medians; the spread is the fastest and the slowest run. `make bench` writes this page.\n\n"
    )


def table(results: list[Result]) -> str:
    """Return results as a markdown table."""
    rows = [
        "| what | median s | spread s | runs | peak MB | aim | note |",
        "|---|---:|---|---:|---:|---|---|",
    ]
    for result in results:
        peak = "" if result.peak_mb is None else f"{result.peak_mb:.0f}"
        rows.append(
            f"| {result.name} | {result.median:.3g} | {result.spread} | {len(result.seconds)} | {peak} "
            f"| {result.aim} | {result.note} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or MODULES)
