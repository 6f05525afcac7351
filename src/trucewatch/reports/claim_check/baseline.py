"""The committed verdicts: what a verdict is held against, and how a new one is accepted.

`python -m trucewatch.reports.claim_check.baseline` copies the verdicts of the built report into
data/claims/baseline.csv.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from trucewatch.errors import ReportError
from trucewatch.paths import project_root, reports_dir
from trucewatch.reports.claim_check.press_claims import claims_dir
from trucewatch.reports.claim_check.verdicts import Judged

FILE = "baseline.csv"


class Flip(NamedTuple):
    """A claim whose verdict differs from the committed one; `was` is empty for a claim without one."""

    claim_id: str
    was: str
    verdict: str


def flips(judged: Sequence[Judged], baseline: Mapping[str, str]) -> list[Flip]:
    """Return the claims whose verdict is not the committed one, in their order."""
    return [
        Flip(item.claim.claim_id, baseline.get(item.claim.claim_id, ""), item.verdict)
        for item in judged
        if baseline.get(item.claim.claim_id) != item.verdict
    ]


def accept(root: Path | None = None) -> Path:
    """Write the verdicts of the built report into the baseline.

    Verdicts of claims that the report does not hold stay as they are.

    Returns the baseline.

    Raises `ReportError` if the report is not built.
    """
    from trucewatch.reports.claim_check.press_claims import read_baseline

    root = root or project_root()
    built = reports_dir(root) / "claim_check" / "tables" / "verdicts.csv"
    if not built.is_file():
        raise ReportError("the report 'claim_check' is not built", remedy="dvc repro story@claim_check")
    path = claims_dir(root) / FILE
    verdicts = read_baseline(path)
    with built.open(encoding="utf-8", newline="") as handle:
        verdicts |= {row["claim_id"]: row["verdict"] for row in csv.DictReader(handle)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("claim_id", "verdict"))
    writer.writerows(sorted(verdicts.items()))
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(f"written: {accept().relative_to(project_root())}", file=sys.stdout)
