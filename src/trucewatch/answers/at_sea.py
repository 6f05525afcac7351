"""Goods on the water when a duty began: many keep the older rate.

An answer without a day of loading is that of goods loaded later, and says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from trucewatch.answers.notes import number
from trucewatch.duty.lines import CERTAIN, Entry, Line
from trucewatch.duty.matching import Match
from trucewatch.duty.stacking import duties, total
from trucewatch.ledger.ledger import Ledger

AT_SEA = "Goods loaded before"
"""How a note begins that says that a day of loading would change the total."""


def leaves_out(day: date) -> str:
    """Return the note of an answer that leaves out goods loaded before a day."""
    return (
        f"{AT_SEA} {day} can pay another total: the one shown and its bounds are of goods loaded later. "
        "Give the day of loading."
    )


def notes_at_sea(
    ledger: Ledger, found: Match, entry: Entry, lines: Sequence[Line], lens: str
) -> Iterator[str]:
    """Yield what goods pay that were loaded before a duty on them began, if no day of loading was given.

    `lines`: those of the entry after they met.
    """
    charged = {line.measure_id for line in lines if line.status in CERTAIN} if entry.loaded is None else set()
    rules = [
        rule
        for measure_id in sorted(charged)
        for rule in ledger.transit_of.get(measure_id, ())
        if rule.entered_from <= entry.on < rule.entered_before
    ]
    days = sorted({rule.loaded_before for rule in rules})
    paid = {
        day: total(duties(ledger, found, dataclasses.replace(entry, loaded=day - timedelta(1))), lens)
        for day in days
    }
    usual = total(lines, lens)
    last = {points: day for day, points in paid.items() if points != usual}
    if last:
        yield leaves_out(max(last.values()))
        told = ", ".join(f"{number(points)} % if before {day}" for points, day in last.items())
        sources = "; ".join(dict.fromkeys(rule.citation for rule in rules))
        yield f"By day of loading they pay {told} ({sources})."
