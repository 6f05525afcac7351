"""`make bench`: run every benchmark on a built project and write benchmarks/RESULTS.md."""

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
    "bench_tests",
    "bench_pages",
    "bench_data",
    "bench_law",
    "bench_panel",
    "bench_desk",
    "bench_report",
    "bench_scenario",
    "bench_refresh",
    "bench_all_dates",
    "bench_growth",
    "bench_pipeline",
)
VERSIONS = ("pandas", "pyarrow", "polars", "duckdb", "dvc", "papermill", "statsmodels")


def main(names: tuple[str, ...] = MODULES) -> None:
    """Run the named benchmark modules and write what each found at once.

    The sections of modules that are not named, or fail, stay as they were.
    """
    path = Path(__file__).with_name("RESULTS.md")
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in MODULES}
    titles = {name: (module.__doc__ or name).strip().splitlines()[0] for name, module in modules.items()}
    failed = []
    for name in names:
        print(f"{name} …", flush=True)
        told = machine()
        try:
            results = modules[name].main()
        except (Exception, SystemExit) as error:  # the others are still worth their time
            failed.append(f"{name}: {error or type(error).__name__}")
            continue
        found = sections(path.read_text(encoding="utf-8") if path.is_file() else "")
        found[titles[name]] = f"{told}\n\n{table(results)}"
        text = "\n\n".join(f"## {title}\n\n{found[title]}" for title in titles.values() if title in found)
        path.write_text(f"{HEAD}\n\n{text}\n", encoding="utf-8")
    print(f"wrote {path}")
    if failed:
        sys.exit("left as they were: " + "; ".join(failed))


HEAD = """# Measured

Medians; the spread is the fastest and the slowest run. `make bench` writes this page, `python -m benchmarks
bench_law` the section of one module and leaves the others as they were. The load is that of other work on the
machine when a section began: its seconds are those of the program only where that is near 0."""


def sections(page: str) -> dict[str, str]:
    """Return what the page says, by the title of the section."""
    parts = [part.partition("\n") for part in page.split("\n## ")[1:]]
    return {title: told.strip() for title, _, told in parts}


def machine() -> str:
    """Return the day, the machine, what else it is doing, and the libraries that count."""
    cpus = len(os.sched_getaffinity(0))
    libraries = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    return (
        f"{date.today():%Y-%m-%d}, {platform.system()} {platform.machine()}, {cpus} cores, load "
        f"{os.getloadavg()[0]:.1f}, Python {platform.python_version()}; {libraries}."
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
