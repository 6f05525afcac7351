"""The dated changes of the texts after the last day of the law."""

from __future__ import annotations

from datetime import date, timedelta

from trucewatch.answers.calendar import calendar
from trucewatch.edition_age import DatedChange
from trucewatch.ledger.ledger import Ledger

#: What is told of one day at most; the rest is counted.
_TOLD = 2
_SIDES = {"USA": "US", "CHN": "China"}


def dated_changes(ledger: Ledger) -> list[DatedChange]:
    """Return the days after the last day of the law on which its texts change something, in order.

    What is only announced, or is an event, changes no text and is left out.
    """
    ahead = calendar(ledger.law_asof + timedelta(days=1), ledger=ledger)
    titles: dict[date, list[str]] = {}
    for cliff in ahead.cliffs:
        if cliff.kind.startswith("act") and ledger.act[cliff.act_id].status in ("event", "announced"):
            continue
        told = f"“{cliff.title}” ends" if cliff.kind == "act ends" else cliff.title
        if not cliff.kind.startswith("act"):
            told = f"{_SIDES[cliff.side]}: {cliff.title}: {cliff.what}"
        if told not in titles.setdefault(cliff.on, []):
            titles[cliff.on].append(told)
    return [{"on": day.isoformat(), "what": _line(found)} for day, found in sorted(titles.items())]


def _line(titles: list[str]) -> str:
    more = len(titles) - _TOLD
    return "; ".join(titles[:_TOLD]) + (f"; and {more} more" if more > 0 else "")
