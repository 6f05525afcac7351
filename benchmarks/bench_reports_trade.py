"""Reports on trade: diversion and realised duty, each whole, in a process of its own."""

from __future__ import annotations

import sys
import tempfile

from benchmarks.measure import Result, command
from trucewatch.paths import project_root

REPORTS = ("diversion", "realised_duty")
_RUN = (
    "import sys; from pathlib import Path; from trucewatch.params import load_params; "
    "from trucewatch.report import run_report; name = sys.argv[1]; "
    "run_report(name, getattr(load_params(), name).model_dump(mode='json'), Path(sys.argv[2]) / name)"
)


def main() -> list[Result]:
    """Measure both reports on the project's own tables and panel."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            command(
                f"report {name}, whole",
                [sys.executable, "-c", _RUN, name, folder],
                cwd=project_root(),
                note="kernel, notebook and page, on the built tables; peak of the largest process",
            )
            for name in REPORTS
        ]
