"""Growth: made tables of the Census shape cleaned, added up and joined with the law, by four engines."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.measure import Result
from trucewatch.duty.panel import read_panel
from trucewatch.scale import engines, synthetic
from trucewatch.tables import read_table

CHINA, MONTHS = "5700", 116
SIZES = {"1 million": 10**6, "10 million": 10**7, "100 million": 10**8}
ROOT = Path(__file__).parent.parent
SPARK = ROOT / ".venv" / "scale"
"""Where `make test-scale` installs Spark; without it, that engine is left out."""
HELD = {"duckdb": 10**8, "polars": 10**8, "pandas": 10**7, "spark": 10**7 if SPARK.is_dir() else 0}
"""The largest table given to each engine: pandas at 100 million rows would need more memory than there is."""


def main() -> list[Result]:
    """Make each size once, build it with each engine in a process of its own, and compare their dollars."""
    codes = sorted(read_table("us_imports_hs10_partner_annual")["hs10"].unique())
    partners = read_table("partners")
    partners = partners[~partners["is_aggregate"] & partners["census_code"].notna()]
    countries = sorted(partners["census_code"].unique())
    results = []
    for label, rows in SIZES.items():
        with tempfile.TemporaryDirectory(prefix="growth-") as name:
            folder = Path(name)
            started = time.perf_counter()
            files = synthetic.write_imports(folder / "raw", rows, codes, countries, CHINA, MONTHS)
            made = Result(f"generator, {label} rows", [time.perf_counter() - started])
            made.note = f"{sum(path.stat().st_size for path in files) / 1e6:,.0f} MB of Parquet"
            results.append(made)
            law = engines.write_law([read_panel("USA")], partners, folder / "law", date(2017, 1, 1), MONTHS)
            found = {
                engine: _build(engine, label, rows, folder, law)
                for engine, most in HELD.items()
                if rows <= most
            }
            _compare([result for result, _ in found.values()], [answer for _, answer in found.values()])
            results.extend(result for result, _ in found.values())
    return results


def _build(engine: str, label: str, rows: int, folder: Path, law: Path) -> tuple[Result, tuple[int, float]]:
    """Build one size with one engine; return seconds and memory, and rows and dollars of duty."""
    arguments = ["-m", "benchmarks.growth_rivals", engine, folder / "raw", law, folder / engine]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("_peak.py")), sys.executable, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env=_environment(engine),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{engine} failed on {label} rows:\n{done.stderr}")
    seconds, duties, usd = done.stdout.split()
    result = Result(f"{engine}, {label} rows", [float(seconds)])
    if engine != "spark":  # its Java is no child that is waited for
        result.peak_mb = float(done.stderr.rsplit("peak_kb=", 1)[1]) / 1024
    result.aim = "4,000 MB" if engine == "duckdb" else ""
    result.note = f"{rows / float(seconds) / 1e6:.2f} million rows a second; {int(duties):,} duties"
    return result, (int(duties), float(usd))


def _environment(engine: str) -> dict[str, str]:
    own = {"PYTHONPATH": str(SPARK), "PYSPARK_PYTHON": sys.executable} if engine == "spark" else {}
    return os.environ | own


def _compare(results: list[Result], answers: list[tuple[int, float]]) -> None:
    """Refuse engines that disagree, and note how each compares with the first."""
    for result, (duties, usd) in zip(results[1:], answers[1:], strict=True):
        if duties != answers[0][0] or abs(usd / answers[0][1] - 1) > 1e-9:
            raise RuntimeError(
                f"{result.name}: {duties} duties, {usd} USD; the first engine has {answers[0]}"
            )
        ratio = result.median / results[0].median
        result.note += f", the same to 1e-9; {ratio:.1f} times the seconds of DuckDB"


if __name__ == "__main__":
    for item in main():
        print(item.name, item.median, item.peak_mb, item.note)
