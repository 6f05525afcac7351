"""Which act stands behind a change of a line of duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from trucewatch.duty.lines import ZERO, Line
from trucewatch.duty.stacking import points
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger

_ENDING = ("tariff_down", "court", "extension", "exemption")
"""Kinds of acts that end a duty, most likely first."""


def causes_of(
    ledger: Ledger, importer: str, before: Iterable[Line], after: Iterable[Line], lens: str
) -> dict[str, Decimal]:
    """Return the change in points by cause; they sum to the change of the total exactly.

    By act id where an act of the chronology set the new rate or ended the old one, else by the text or rule
    that decided.

    `before`, `after`: resolved lines of one code on the two days.
    """
    old = {line.measure_id: line for line in before}
    new = {line.measure_id: line for line in after}
    sums: dict[str, Decimal] = {}
    for measure in sorted({*old, *new}):
        was, now = old.get(measure), new.get(measure)
        moved = (points(now, lens) if now else ZERO) - (points(was, lens) if was else ZERO)
        if moved:
            name = _cause(ledger, importer, was, now)
            sums[name] = sums.get(name, ZERO) + moved
    return sums


def _cause(ledger: Ledger, importer: str, was: Line | None, now: Line | None) -> str:
    line = now or was
    assert line is not None
    if line.authority == BASE_AUTHORITY[importer]:
        return "column 1 rate of the schedule"
    if now is None:
        return _ending(ledger, importer, line)
    if was is None or was.act_id != now.act_id:
        return _text(now)
    if (now.status, now.value_share) == (was.status, was.value_share):
        return _text(now)
    # the rate stood still: another duty, a list or a condition decided
    return _decided(now) if now.pp < was.pp else _decided(was, "no longer ")


def _decided(line: Line, prefix: str = "") -> str:
    if line.status == "suppressed" or line.suppressed_by:
        return f"{prefix}giving way to {', '.join(line.suppressed_by)}"
    if line.status in ("exempt", "excluded"):
        return f"{prefix}exempt: {line.citation or line.reason}"
    return f"{prefix}{line.status.replace('_', ' ')}: {_text(line)}"


def _text(line: Line) -> str:
    """Return the act of a line; of one that is not in the chronology, what it is and its text."""
    return line.act_id or f"{line.title} ({line.citation})"


def _ending(ledger: Ledger, importer: str, line: Line) -> str:
    """Return the act that ended a line: one of its side in force from the day the line ends."""
    found = sorted(
        (_ENDING.index(act.kind), act.act_id)
        for act in ledger.acts
        if act.kind in _ENDING and act.side in (importer, "both") and _starts(act.date_effective, line)
    )
    return found[0][1] if found else f"end of {_text(line)}"


def _starts(day: date | None, line: Line) -> bool:
    return day is not None and day == line.valid_to
