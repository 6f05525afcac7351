"""Reports: what the runner costs on top of what a notebook computes."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat

from benchmarks.measure import Result, command, peak_of_this_process, timed
from tests.fixtures.report_project import PARAMETERS, make_project

_RUN = (
    "import sys; from pathlib import Path; from trucewatch.page import run_report; "
    "root = Path(sys.argv[1]); "
    "run_report('sample', {parameters!r}, root / 'reports/sample', root)"
)


def main() -> list[Result]:
    """Measure a small report whole, and the page alone."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder) / "project", "sample")
        script = _RUN.replace("{parameters!r}", repr(PARAMETERS))
        whole = command(
            "report of one figure and one table, in a process of its own",
            [sys.executable, "-c", script, str(root)],
            cwd=root,
            aim="under 8 s",
            note="kernel, imports of pandas and matplotlib, page, swap; peak of the largest process",
        )
        return [whole, _again(root), _page(root)]


def _again(root: Path) -> Result:
    """Run the same report in a process that has its imports."""
    from trucewatch.page import run_report

    out = root / "reports/sample"
    return timed(
        "the same report in a warm runner",
        lambda: run_report("sample", PARAMETERS, out, root),
        runs=3,
        note="kernel start and the notebook's own imports dominate",
    )


def _page(root: Path) -> Result:
    """Render the page from the executed notebook."""
    import json

    from trucewatch.page.html import build_page

    folder = root / "reports/sample"
    notebook = nbformat.read(folder / "sample.ipynb", as_version=4)
    summary, checks = (json.loads((folder / name).read_text()) for name in ("summary.json", "checks.json"))
    result = timed(
        "page from an executed notebook", lambda: build_page(notebook, summary, checks), aim="under 0.2 s"
    )
    with peak_of_this_process(result):
        build_page(notebook, summary, checks)
    return result
