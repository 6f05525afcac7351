"""Our numbers against published ones: data/benchmarks/published.csv, verdicts, the table a reader sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from trucewatch.errors import ReportError, nearest
from trucewatch.ledger.hand_kept import PUBLISHED, Published, read_kept
from trucewatch.page.numbers import number, period_text

#: What a reader sees for each verdict; the sign says it without colour.
VERDICTS = {
    "pass": ("✓", "passed"),
    "fail": ("✗", "failed"),
    "not_computed": ("✗", "not computed"),
    "information": ("i", "information"),
    "by_construction": ("=", "by construction"),
    "not_reproducible": ("–", "not reproducible"),
    "not_applicable": ("–", "not applicable: the run is narrowed"),
}
FAILING = ("fail", "not_computed")


def read_published(report: str | None = None, root: Path | None = None) -> dict[str, Published]:
    """Read the published numbers of one report, or all, by check_id, in the order of the file.

    Raises `LedgerError` if the file is missing, a check_id appears twice, or a cell cannot be used.
    """
    return {row.check_id: row for row in read_kept(PUBLISHED, root) if report in (None, row.report)}


def find(check_id: str, published: Mapping[str, Published], report: str) -> Published:
    """Return the published number, or say which one was perhaps meant."""
    if check_id in published:
        return published[check_id]
    raise ReportError(
        f"{PUBLISHED} has no check {check_id!r} for the report {report!r}",
        remedy=nearest(check_id, published),
    )


_REPEATED = ("tolerance_kind", "tolerance_reason", "definition", "url", "status", "confidence", "note")


def judge(published: Published, ours: float | Decimal | None) -> dict[str, Any]:
    """Compare our number with a published one.

    One entry of checks.json: `published`, `ours`, `difference` (ours - published), `tolerance`, `verdict`,
    and what identifies the published number.

    - `published`: the number, its tolerance (absolute in its own unit, or relative as a share of it) and its
      status
    - `ours`: our number in the same unit; None where we have none. The comparison is exact in decimals, and
      the edge of the tolerance still passes.
    """
    number = None if ours is None else Decimal(str(ours if isinstance(ours, Decimal) else float(ours)))
    if number is not None and not number.is_finite():
        raise ReportError(f"check {published.check_id!r}: ours is {ours}, which is no number")
    difference = None if number is None else number - published.value
    return {
        **{name: getattr(published, name) for name in ("check_id", "publisher", "series", "date", "unit")},
        "published": float(published.value),
        "ours": None if number is None else float(number),
        "difference": None if difference is None else float(difference),
        "decimals": _decimals(published),
        "tolerance": None if published.tolerance is None else float(published.tolerance),
        **{name: getattr(published, name) for name in _REPEATED},
        "verdict": _verdict(published, difference),
    }


def _decimals(published: Published) -> int:
    """Return how many decimals the publisher prints, or an absolute tolerance needs."""
    absolute = published.tolerance if published.tolerance_kind == "abs" else None
    exponents = [number.as_tuple().exponent for number in (published.value, absolute) if number is not None]
    return max(-min(exponent for exponent in exponents if isinstance(exponent, int)), 0)


def _verdict(published: Published, difference: Decimal | None) -> str:
    if published.status != "gate":
        return published.status
    if published.confidence == "low":
        # a number that its own source makes doubtful informs and does not alarm
        return "information"
    if difference is None or published.tolerance is None:
        return "not_computed"
    allowed = published.tolerance * (abs(published.value) if published.tolerance_kind == "rel" else 1)
    return "pass" if abs(difference) <= allowed else "fail"


def count(checks: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many gates passed and failed, and how many comparisons are no gates."""
    verdicts = Counter(check["verdict"] for check in checks)
    failed = sum(verdicts[name] for name in FAILING)
    gates = verdicts["pass"] + failed
    return {"passed": verdicts["pass"], "failed": failed, "other": sum(verdicts.values()) - gates}


def checks_html(checks: Iterable[Mapping[str, Any]]) -> str:
    """Return the comparison as an HTML table: one published number a row, verdict in words."""
    checks = list(checks)
    return (
        '<div class="table-box" id="checks-table" role="region" tabindex="0" '
        'aria-label="Table of the checks">'
        f'<table class="checks told"><caption><span>{_caption(checks)}</span></caption><thead><tr>'
        '<th scope="col" class="wide">Published number</th><th scope="col" class="num">Published</th>'
        '<th scope="col" class="num">Ours</th><th scope="col" class="num">Difference</th>'
        '<th scope="col" class="num">Tolerance</th><th scope="col">Verdict</th></tr></thead>'
        f"<tbody>{''.join(_row(check) for check in checks)}</tbody></table></div>"
    )


def _caption(checks: list[Mapping[str, Any]]) -> str:
    counted = count(checks)
    gates = counted["passed"] + counted["failed"]
    parts = [f"{counted['passed']} of {gates} published numbers met within tolerance"] if gates else []
    if counted["other"]:
        parts.append(f"{counted['other']} shown for comparison")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _row(check: Mapping[str, Any]) -> str:
    sign, words = VERDICTS[check["verdict"]]
    publisher = escape(check["publisher"])
    if check["url"].startswith(("https://", "http://")):
        publisher = f'<a href="{escape(check["url"])}">{publisher}</a>'
    details = [check["definition"], check["tolerance_reason"] and f"Tolerance: {check['tolerance_reason']}"]
    details.append(check["note"])
    if check["confidence"] not in ("", "high", "verified"):
        details.append(f"Confidence: {check['confidence']}")
    fine = " ".join(f"{escape(text[0].upper() + text[1:]).rstrip('.')}." for text in details if text)
    head = f"{publisher}: {escape(check['series'])}" + (
        f", {escape(period_text(check['date']))}" if check["date"] else ""
    )
    finer = check["decimals"] + 1
    numbers = {
        "published": f"{number_text(check['published'], check['decimals'])} {escape(check['unit'])}",
        "ours": number_text(check["ours"], finer),
        "difference": number_text(check["difference"], finer, "+"),
        "tolerance": _tolerance_text(check),
    }
    return (
        f'<tr class="verdict-{check["verdict"]}"><th scope="row" class="wide">{head}'
        + (f"<small>{fine}</small>" if fine else "")
        + "</th>"
        + "".join(f'<td class="num" data-name="{name}">{text}</td>' for name, text in numbers.items())
        + f'<td class="verdict" data-name="verdict"><span aria-hidden="true">{sign}</span> {words}</td></tr>'
    )


def _tolerance_text(check: Mapping[str, Any]) -> str:
    if check["tolerance"] is None:
        return "–"
    relative = check["tolerance_kind"] == "rel"
    size = Decimal(str(check["tolerance"])) * (100 if relative else 1)
    return f"±{size.normalize():f}" + ("&nbsp;%" if relative else "")


def number_text(value: float | None, decimals: int, sign: str = "") -> str:
    """Return a number with thousands marked and a true minus sign; a dash for none."""
    return "–" if value is None else number(value, f"{sign},.{decimals}f")
