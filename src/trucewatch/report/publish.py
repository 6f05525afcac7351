"""The front page over all reports that exist, and their headline numbers in one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trucewatch.errors import ReportError
from trucewatch.paths import project_root, reports_dir
from trucewatch.report.book import write_json
from trucewatch.report.page import environment, style

#: What a newcomer reads first. A report with another name follows these, by name.
READING_ORDER = (
    "brief",
    "tariff_timeline",
    "trade_flows",
    "diversion",
    "realised_duty",
    "soybeans",
    "rare_earths",
    "phase_one",
    "export_controls",
    "scenarios",
    "claim_check",
)


def publish(root: Path | None = None) -> Path:
    """Write reports/index.html and reports/metrics.json from the reports that are there.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    ReportError
        If a report folder is incomplete.
    """
    root = root or project_root()
    folder = reports_dir(root)
    folder.mkdir(parents=True, exist_ok=True)
    found = summaries(folder)
    write_json(folder / "metrics.json", {summary["report"]: metrics(summary) for summary in found})
    page = (
        environment()
        .get_template("index.html.j2")
        .render(
            reports=[entry(summary) for summary in found],
            css=style(),
            data_asof=max((summary["data_asof"] for summary in found if summary["data_asof"]), default=None),
            law_asof=max((summary["law_asof"] for summary in found if summary["law_asof"]), default=None),
            failed=sum(summary["checks"]["failed"] for summary in found),
        )
    )
    index = folder / "index.html"
    index.write_text(page, encoding="utf-8")
    return index


def summaries(folder: Path) -> list[dict[str, Any]]:
    """Return the summary of every report in the folder, in reading order."""
    names = [
        path.parent.name for path in folder.glob("*/report.html") if not path.parent.name.startswith(".")
    ]
    found = []
    for name in sorted(names, key=_rank):
        try:
            found.append(json.loads((folder / name / "summary.json").read_text(encoding="utf-8")))
        except (OSError, json.JSONDecodeError) as error:
            raise ReportError(
                f"reports/{name} has no usable summary.json ({error}); rebuild it: dvc repro report@{name}"
            ) from error
    return found


def metrics(summary: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a report for `dvc metrics`: headlines by key, and the count of checks."""
    numbers = {
        key: item["value"] for key, item in summary["headlines"].items() if not isinstance(item["value"], str)
    }
    return {**numbers, "checks": summary["checks"]}


def entry(summary: dict[str, Any]) -> dict[str, Any]:
    """Return what the front page says of one report."""
    key = next(iter(summary["headlines"].values()), None)
    checks = summary["checks"]
    return {
        "name": summary["report"],
        "title": summary["title"],
        "finding": summary["finding"],
        "key": key,
        "passed": checks["passed"],
        "gates": checks["passed"] + checks["failed"],
        "failed": checks["failed"],
        "data_asof": summary["data_asof"],
        "has_tables": bool(summary["tables"]),
    }


def _rank(name: str) -> tuple[int, str]:
    return (READING_ORDER.index(name) if name in READING_ORDER else len(READING_ORDER), name)
