"""The dated changes of the law after its last day, as a build wrote them, and how old the law is on a day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TypedDict

from trucewatch.paths import write_whole

#: Written by the stage `panel`, read by every page and by the terminal.
FILE = "data/panel/dated_changes.json"


class DatedChange(TypedDict):
    """One day on which the texts let something lapse or start: ISO day, and what, in one line."""

    on: str
    what: str


def write_dated_changes(changes: list[DatedChange], root: Path) -> Path:
    """Write the dated changes where pages and the terminal find them."""
    path = root / FILE
    write_whole(path, json.dumps(changes, indent=1, ensure_ascii=False) + "\n")
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


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
