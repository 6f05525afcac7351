"""The policy timeline: every act with its announced, legal and schedule date, and the days between them.

Rate series dated by the day a tariff schedule prints a rate, and not by the day the law sets, start and end
steps on other days; the timeline shows each such gap. `python -m trucewatch.ledger.policy_timeline` rewrites
docs/policy_timeline.md from the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from trucewatch.ledger.cell_types import OPEN_END
from trucewatch.ledger.origins import COLUMN_2
from trucewatch.ledger.schema import worst
from trucewatch.paths import project_root

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger
    from trucewatch.ledger.schema import Rate

TARGET = Path("docs") / "policy_timeline.md"
OTHERS = "data/law/measures.world.csv"
SIDES = {"USA": "US", "CHN": "China", "both": "both"}
_DATES = ("date_announced", "date_signed", "date_published", "date_effective", "date_ended", "schedule_date")

Act = Mapping[str, Any]

_HEAD = """# Policy timeline

Generated from `data/law/acts.csv` by `trucewatch docs`; edit the table, not this page.
{asof}
- **Announced**: the first day anyone could know: announcement, else signature, else publication.
- **Legal**: the first day the act applies to entries. **Until**: the first day on which it no longer does.
- **Schedule**: the day that tariff schedules or public trackers built on them print, where it differs.
- **Gap**: schedule less legal day, in days; negative where the schedule runs ahead of the law.
- **Notice**: legal less announced day, in days; negative where an act reaches back.
- An empty cell is a date that no source used here gives. The last column names what is not verified.
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
_NAMED_IN_FULL = 3
_TITLE = re.compile(r"^(.*: |.* on |)(.*)$")
"""A title of a measure: what it is, and whose it is."""
_STATUS_COLUMNS = ("From", "Until", "What", "Countries", "Text")
_COUNTRIES, _FIRST_YEAR = 6, 2018
_OTHER_COLUMNS = ("Known", "From", "Until", "Authority", "Duty", "Rate, %", "Text", "Status", "Doubt")


def policy_timeline(law: Ledger | pd.DataFrame) -> str:
    """Return the policy timeline as Markdown.

    A page with a count of doubts, a table of the acts whose schedule date differs from the law, and a table a
    year of all acts in the order in which they could be known; of a ledger also the duties on other origins,
    in a part of its own.

    `law`: a ledger, or its table of acts (`ledger.frame("acts")`): one row an act, dates as `datetime.date`
    or missing.
    """
    acts = _acts(law)
    others = [] if isinstance(law, pd.DataFrame) else _other_origins(law)
    asof = "" if isinstance(law, pd.DataFrame) else f"The law is followed up to {law.law_asof}.\n"
    return "\n".join(
        [_HEAD.format(asof=asof), *_doubt_count(acts), *_gap_table(acts), *_year_tables(acts), *others]
    )


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


def _other_origins(law: Ledger) -> Iterator[str]:
    """Yield the part on other origins: a row a day, authority and text, with the rates it sets."""
    groups: dict[tuple[date, str, str], list[Rate]] = {}
    others = {row.measure_id for row in law.measures if row.file == OTHERS}
    for rows in law.rates_of.values():
        for row in rows:
            if row.measure_id in others and row.known_from <= law.law_asof < row.known_to:
                authority = law.measure[row.measure_id].authority
                groups.setdefault((row.valid_from, authority, _text_of(row.citation)), []).append(row)
    yield "## Duties on the goods of other countries\n"
    yield (
        "What the United States charges the rest of the world, as the ledger has it: a row a text, duty and "
        "day. A duty held unlawful ends where its collection did.\n"
    )
    yield from _table(_OTHER_COLUMNS, [_other_row(law, *key, rows) for key, rows in sorted(groups.items())])
    yield from _comings_and_goings(law)


def _comings_and_goings(law: Ledger) -> Iterator[str]:
    """Yield the table of the countries that a duty, an exemption or a program took in or let go."""
    what = {COLUMN_2: "Column 2 of the schedule"}
    for row in law.preferences:
        what.setdefault(row.origin_set, f"Preference: {row.program}")
    for measure in law.measures_of.get("USA", ()):
        what.setdefault(measure.origin_set, measure.title)
    names = {row.iso3: row.name for row in law.partners}
    union = {row.iso3 for row in law.members_of.get("eu27", ())}
    groups: dict[tuple[date, date, str, str], set[str]] = {}
    for name in what.keys() & law.members_of.keys():
        members = law.members_of[name]
        if len({(member.valid_from, member.valid_to) for member in members}) > 1:
            for member in members:
                key = (member.valid_from, member.valid_to, what[name], _text_of(member.citation))
                groups.setdefault(key, set()).add(member.iso3)
    if not groups:
        return
    yield "### Countries that come and go\n"
    yield (
        "Who is in an exemption, a quota, a program or column 2, where countries joined or left. An empty "
        "cell is a day before 2018, or none that is set.\n"
    )
    rows_shown = []
    for (first, end, title, text), found in sorted(groups.items()):
        whole = union and found >= union
        alone = sorted(names.get(iso3, iso3) for iso3 in (found - union if whole else found))
        shown = [*(["the European Union"] if whole else []), *alone]
        more = f" and {len(shown) - _COUNTRIES} more" if len(shown) > _COUNTRIES else ""
        rows_shown.append(
            (
                _text(first) if first.year >= _FIRST_YEAR and first != date(_FIRST_YEAR, 1, 1) else "",
                "" if end == OPEN_END else _text(end),
                title,
                ", ".join(shown[:_COUNTRIES]) + more,
                text,
            )
        )
    yield from _table(_STATUS_COLUMNS, rows_shown)


def _other_row(law: Ledger, day: date, authority: str, text: str, rows: Sequence[Rate]) -> tuple[str, ...]:
    ends = {row.valid_to for row in rows if row.valid_to != OPEN_END}
    known = min(
        old.known_from for row in rows for old in law.rates_of[row.measure_id] if old.valid_from == day
    )
    rates = sorted({row.rate_pct for row in rows if row.status != "prohibited"})
    stances = {"held unlawful" if row.status == "void" else row.status.replace("_", " ") for row in rows}
    confidence = worst(*(row.confidence for row in rows))
    return (
        _text(known),
        _text(day),
        ", ".join(map(_text, sorted(ends))),
        authority,
        _joined(sorted({law.measure[row.measure_id].title for row in rows})),
        " to ".join(f"{rate:g}" for rate in dict.fromkeys((*rates[:1], *rates[-1:]))),
        text,
        ", ".join(sorted(stances)),
        "" if confidence == "verified" else confidence,
    )


def _joined(titles: Sequence[str]) -> str:
    """Return titles as one, what they share said once: `Reciprocal duty on Liechtenstein; Switzerland`."""
    parts = [_TITLE.sub(r"\1\n\2", title).split("\n") for title in titles]
    head = parts[0][0] if len({first for first, _ in parts}) == 1 else ""
    tails = [title.removeprefix(head) for title in titles]
    return head + (
        "; ".join(tails) if len(tails) <= _NAMED_IN_FULL else f"{tails[0]} and {len(tails) - 1} more"
    )


def _text_of(citation: str) -> str:
    """Return the instrument of a citation without the headings of the schedule, which differ by origin."""
    text = re.split(r"[,;] *(?:headings? |U\.S\. note|held unlawful)", citation)[0]
    text = re.sub(r"^(U\.S\. note \d+).*", r"\1 to subchapter III", text)
    return re.sub(r"^headings? .*", "HTSUS chapter 99", text)


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
