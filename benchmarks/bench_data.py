"""The data stages: bundled files to raw to clean tables."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, command, timed
from trucewatch.paths import project_root
from trucewatch.tables import read_table, tables_of

_INGEST = "from pathlib import Path; from trucewatch.sources import ingest; ingest.run(Path('.'))"
_CLEAN = "from pathlib import Path; from trucewatch import clean; clean.run(Path('.'))"


def main() -> list[Result]:
    """Measure ingest, clean, both in one process, and reading two tables, in a temporary copy."""
    project = project_root()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(project / "data" / "sources", root / "data" / "sources")
        shutil.copytree(project / "src", root / "src")

        def stage(name: str, code: str, aim: str = "") -> Result:
            return command(name, [sys.executable, "-c", code], root, runs=5, aim=aim, note="whole process")

        return [
            stage(f"ingest, {len(tables_of('raw'))} tables", _INGEST),
            stage(f"clean, {len(tables_of('clean'))} tables", _CLEAN),
            stage("ingest and clean", f"{_INGEST}; {_CLEAN}", aim="< 10 s, 1 GB"),
            timed(
                "read_table, largest clean table", lambda: read_table("us_exports_hs6_monthly", root), runs=7
            ),
            timed(
                "read_table, goods trade by month", lambda: read_table("us_china_goods_monthly", root), runs=7
            ),
        ]


if __name__ == "__main__":
    for row in main():
        peak = "" if row.peak_mb is None else f", peak {row.peak_mb:.0f} MB"
        print(f"{row.name}: median {row.median:.3g} s ({row.spread}){peak}")
