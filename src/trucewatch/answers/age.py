"""How old an edition is: the day it reads the law to, and the dated changes of the texts after that day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from trucewatch.paths import write_whole

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger

#: Written by the stage `panel`, read by every page and by the terminal.
FILE = "data/panel/dated_changes.json"
#: What is told of one day at most; the rest is counted.
_TOLD = 2


class DatedChange(TypedDict):
    """One day on which the texts let something lapse or start: ISO day, and what, in one line."""

    on: str
    what: str


def dated_changes(ledger: Ledger) -> list[DatedChange]:
    """Return the days after the last day of the law on which its texts change something, in order.

    What is only announced, or is an event, changes no text and is left out.
    """
    from trucewatch.answers.calendar import calendar  # a page only reads what a build wrote

    ahead = calendar(ledger.law_asof + timedelta(days=1), ledger=ledger)
    titles: dict[date, list[str]] = {}
    for cliff in ahead.cliffs:
        if cliff.kind.startswith("act") and ledger.act[cliff.act_id].status in ("event", "announced"):
            continue
        told = f"“{cliff.title}” ends" if cliff.kind == "act ends" else cliff.title
        if told not in titles.setdefault(cliff.on, []):
            titles[cliff.on].append(told)
    return [{"on": day.isoformat(), "what": _line(found)} for day, found in sorted(titles.items())]


def write_dated_changes(ledger: Ledger, root: Path) -> Path:
    """Write the dated changes where pages and the terminal find them."""
    path = root / FILE
    write_whole(path, json.dumps(dated_changes(ledger), indent=1, ensure_ascii=False) + "\n")
    return path


def read_dated_changes(root: Path) -> list[DatedChange]:
    """Return the dated changes of the last build; none before the first."""
    path = root / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def age_note(law_asof: date, changes: Iterable[DatedChange], today: date) -> str:
    """Say how old the law is on a day, and which of its dated changes have passed; "" on its last day.

    >>> age_note(date(2026, 11, 9), [{"on": "2026-11-10", "what": "A suspension"}], date(2026, 11, 9))
    ''
    """
    days = (today - law_asof).days
    if days <= 0:
        return ""
    note = f"The law is read to {_day(law_asof)}, {days:,} {'day' if days == 1 else 'days'} ago."
    passed = [one for one in changes if date.fromisoformat(one["on"]) <= today]
    if not passed:
        return note
    listed = "; ".join(f"{_day(date.fromisoformat(one['on']))} ({one['what']})" for one in passed)
    return f"{note} Dated changes since then: {listed}. What happened on those days is not recorded here."


def _line(titles: list[str]) -> str:
    more = len(titles) - _TOLD
    return "; ".join(titles[:_TOLD]) + (f"; and {more} more" if more > 0 else "")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
