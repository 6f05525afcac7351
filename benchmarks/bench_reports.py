"""Every report, whole, in a process of its own."""

from __future__ import annotations

import sys
import tempfile

from benchmarks.measure import Result, command
from trucewatch.params import Params
from trucewatch.paths import project_root

AIMS = {"trade_flows": "< 8 s", "diversion": "< 20 s, 2 GB", "realised_duty": "< 20 s, 2 GB"}
_RUN = (
    "import sys; from pathlib import Path; from trucewatch.params import load_params; "
    "from trucewatch.page import run_report; name = sys.argv[1]; "
    "run_report(name, getattr(load_params(), name).model_dump(mode='json'), Path(sys.argv[2]) / name)"
)


def main() -> list[Result]:
    """Measure each report on the project's own tables, panel and, for the stories, built reports."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            command(
                f"report {name}, whole",
                [sys.executable, "-c", _RUN, name, folder],
                cwd=project_root(),
                runs=2,
                aim=AIMS.get(name, ""),
            )
            for name in Params.model_fields
        ]
