"""The policy timeline: every act with its announced, legal and schedule date, and the days between them.

Rate series dated by the day a tariff schedule prints a rate, and not by the day the law sets, start and end
steps on other days; the timeline shows each such gap. `python -m trucewatch.ledger.policy_timeline` rewrites
docs/policy_timeline.md from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from trucewatch.paths import project_root

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger

TARGET = Path("docs") / "policy_timeline.md"
SIDES = {"USA": "US", "CHN": "China", "both": "both"}
_DATES = (
    "date_announced",
    "date_signed",
    "date_published",
    "date_effective",
    "date_ended",
    "schedule_date",
)

Act = Mapping[str, Any]

_HEAD = """# Policy timeline

Generated from `data/law/acts.csv` by `trucewatch docs`; edit the table, not this page.
{asof}
- **Announced**: the first day anyone could know: announcement, else signature, else publication.
- **Legal**: the first day the act applies to entries. **Until**: the first day on which it no longer does.
- **Schedule**: the day that tariff schedules or public trackers built on them print, where it differs.
- **Gap**: schedule less legal day, in days; negative where the schedule runs ahead of the law.
- **Notice**: legal less announced day, in days; negative where an act reaches back.
- An empty cell is a date that no source at hand gives. The last column names what is not verified.
"""

_GAP_COLUMNS = ("Act", "Side", "Announced", "Legal", "Schedule", "Gap")
_YEAR_COLUMNS = (
    "Announced",
    "Legal",
    "Until",
    "Notice",
    "Schedule",
    "Gap",
    "Side",
    "Act",
    "Text",
    "Status",
    "Doubt and notes",
)


def policy_timeline(law: Ledger | pd.DataFrame) -> str:
    """Return the policy timeline as Markdown.

    Parameters
    ----------
    law
        A ledger, or its table of acts (`ledger.frame("acts")`): one row an act, dates as `datetime.date`
        or missing.

    Returns
    -------
    str
        A page with a count of doubts, a table of the acts whose schedule date differs from the law, and a
        table a year of all acts in the order in which they could be known.
    """
    acts = _acts(law)
    asof = "" if isinstance(law, pd.DataFrame) else f"The law is followed up to {law.law_asof}.\n"
    return "\n".join([_HEAD.format(asof=asof), *_doubt_count(acts), *_gap_table(acts), *_year_tables(acts)])


def known_day(act: Act) -> date | None:
    """Return the first day the act could be known: announced, else signed, else published."""
    days = (act["date_announced"], act["date_signed"], act["date_published"])
    return next((day for day in days if day is not None), None)


def gap_days(act: Act) -> int | None:
    """Return schedule date less legal date in days; None if either is not given."""
    return _between(act["date_effective"], act["schedule_date"])


def notice_days(act: Act) -> int | None:
    """Return legal date less the first day the act could be known, in days; None if either is not given."""
    return _between(known_day(act), act["date_effective"])


def doubt(act: Act) -> str:
    """Return what a reader must know: the confidence where it is not `verified`, and the note."""
    parts = [] if act["confidence"] == "verified" else [f"**{act['confidence']}**"]
    return ". ".join([*parts, *([act["note"]] if act["note"] else [])])


def _between(first: date | None, last: date | None) -> int | None:
    return None if first is None or last is None else (last - first).days


def _acts(law: Ledger | pd.DataFrame) -> list[Act]:
    frame = law if isinstance(law, pd.DataFrame) else law.frame("acts")
    acts: list[Act] = [
        {str(name): None if name in _DATES and pd.isna(value) else value for name, value in record.items()}
        for record in frame.to_dict("records")
    ]
    return sorted(acts, key=lambda act: (_place(act), act["act_id"]))


def _place(act: Act) -> date:
    """Return the day an act stands at in the timeline."""
    return known_day(act) or act["date_effective"] or date.max


def _doubt_count(acts: Sequence[Act]) -> Iterator[str]:
    in_doubt = sum(act["confidence"] != "verified" for act in acts)
    yield f"{len(acts)} acts and events, of which {in_doubt} are not verified.\n"


def _gap_table(acts: Sequence[Act]) -> Iterator[str]:
    yield "## Where the schedule and the law differ\n"
    rows = [
        (
            act["title"],
            SIDES[act["side"]],
            _text(known_day(act)),
            _text(act["date_effective"]),
            _text(act["schedule_date"]),
            _signed(gap_days(act)),
        )
        for act in acts
        if gap_days(act)
    ]
    yield from _table(_GAP_COLUMNS, rows)


def _year_tables(acts: Sequence[Act]) -> Iterator[str]:
    for year in sorted({_place(act).year for act in acts}):
        yield f"## {year}\n"
        yield from _table(_YEAR_COLUMNS, [_year_row(act) for act in acts if _place(act).year == year])


def _year_row(act: Act) -> tuple[str, ...]:
    return (
        _text(known_day(act)),
        _text(act["date_effective"]),
        _text(act["date_ended"]),
        _signed(notice_days(act)),
        _text(act["schedule_date"]),
        _signed(gap_days(act)),
        SIDES[act["side"]],
        act["title"],
        act["citation"] or act["instrument"],
        act["status"].replace("_", " "),
        doubt(act),
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _line(columns)
    yield "|" + "---|" * len(columns)
    yield from (_line(row) for row in rows)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _signed(days: int | None) -> str:
    return "" if days is None else f"{days:+d}" if days else "0"


def main() -> None:
    """Rewrite docs/policy_timeline.md from the ledger of this project."""
    from trucewatch.ledger.ledger import load_ledger

    (project_root() / TARGET).write_text(policy_timeline(load_ledger()), encoding="utf-8")


if __name__ == "__main__":
    main()
