"""From the day an act could be known to the day its duty is charged, and the goods at sea meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from trucewatch.answers.calendar import calendar
from trucewatch.duty.lines import ZERO
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import Measure, Rate
from trucewatch.scenario.edits import AUTHORITY, edited
from trucewatch.scenario.scenario_file import Edit, Scenario

IMPORTER = "USA"
COLUMNS = (
    "scenario", "title", "duty", "from_pct", "to_pct", "act", "known_on", "charged_from", "notice_days",
    "sailed_by", "is_at_sea", "relief_until", "next_on", "next_days", "next_what",
)  # fmt: skip


def notice(ledger: Ledger, scenarios: Sequence[Scenario], voyage_days: int) -> pd.DataFrame:
    """Return the way from act to effect of every US duty that a scenario brings.

    One row a duty whose rate is another on the scenario's day than on the day before; one without duty for a
    scenario that brings none. `known_on`: the first day anyone could know the act behind the rate (blank
    where no act is: the day is supposed); `charged_from`; `notice_days` between them; `sailed_by`: the day on
    which a ship had to be loaded to arrive before; `is_at_sea`: the act became known later than that;
    `relief_until`: end of the entries that a transit rule of the ledger spares; `next_on`, `next_days`,
    `next_what`: the next day on which a US duty moves by the texts, as edited.

    - `scenarios`: from `read_scenario`. Duties are those that an edit names, or, where there is none, those
      whose rate another starts to follow on the scenario's day.
    - `voyage_days`: days from loading to entry
    """
    rows = []
    for scenario in scenarios:
        law = edited(ledger, scenario)
        following = _next(law, scenario.day)
        found = list(_duties(ledger, law, scenario, voyage_days)) or [{}]
        for row in found:
            rows.append({"scenario": scenario.name, "title": scenario.title, **row, **following})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def title(begun: pd.DataFrame, voyage_days: int) -> str:
    """Return the title of the timeline: how many duties come sooner than a ship."""
    early = int(begun["is_at_sea"].astype(bool).sum())
    return f"{early} of {len(begun)} duties come with less notice than a voyage of {voyage_days} days"


def begun(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the duties that start or rise by an act of known date, with the days until relief ends."""
    rows = frame[frame["notice_days"].notna() & (frame["to_pct"] > frame["from_pct"])]
    relief = [
        float("nan") if pd.isna(end) else (end - known).days
        for known, end in zip(rows["known_on"], rows["relief_until"], strict=True)
    ]
    return rows.assign(relief_days=relief).reset_index(drop=True)


def text(frame: pd.DataFrame) -> str:
    """Return which scenarios bring no duty, which a lower one, and which one that no act is behind."""
    idle = frame.loc[frame["duty"].isna(), "title"]
    bare = frame.loc[frame["duty"].notna() & frame["known_on"].isna(), "title"]
    cut = frame.loc[frame["to_pct"] < frame["from_pct"], "title"]
    parts = (
        (idle, "No US duty comes with {}."),
        (cut, "A duty falls in {}: goods at sea gain."),
        (bare, "No act of the ledger is behind the duty of {}: its day is supposed, and so is any notice."),
    )
    return " ".join(
        text.format(", ".join(f"“{title}”" for title in dict.fromkeys(titles)))
        for titles, text in parts
        if len(titles)
    )


def _duties(ledger: Ledger, law: Ledger, scenario: Scenario, voyage_days: int) -> Iterator[dict[str, Any]]:
    by_name = {edit.name: edit for edit in scenario.edits}
    day = scenario.day
    for measure in seen_from(law, IMPORTER, DEFAULT_ORIGIN[IMPORTER]).measures_of.get(IMPORTER, ()):
        edit = by_name.get(measure.measure_id)
        if (by_name and edit is None) or measure.mode == "apart":
            continue
        now, earlier = (law.rate_on(measure.measure_id, at) for at in (day, day - timedelta(days=1)))
        before, after = (ZERO if row is None else row.charged_pct for row in (earlier, now))
        if now is None or before == after:
            continue
        known = None if measure.authority == AUTHORITY else _known(ledger, measure, now, edit, day)
        act, known_on = known if known is not None else ("", None)
        sailed_by = day - timedelta(days=voyage_days)
        rule = next(
            (
                rule
                for rule in law.transit_of.get(measure.measure_id, ())
                if rule.entered_from <= day < rule.entered_before
            ),
            None,
        )
        yield {
            "duty": measure.title,
            "from_pct": float(before),
            "to_pct": float(after),
            "act": act,
            "known_on": known_on,
            "charged_from": day,
            "notice_days": (day - known_on).days if known_on else None,
            "sailed_by": sailed_by,
            "is_at_sea": known_on > sailed_by if known_on else None,
            "relief_until": rule.entered_before if rule is not None else None,
        }


def _known(
    ledger: Ledger, measure: Measure, now: Rate, edit: Edit | None, day: date
) -> tuple[str, date] | None:
    """Return the act behind a rate, and the first day anyone could know it; None if there is none."""
    act_id = now.act_id
    if edit is not None and edit.lifts:
        # what comes back when a suspension ends is in the act that set it; no text brings back a former peak
        ended = [
            row
            for row in ledger.suspensions_of.get(measure.measure_id, ())
            if row.kind == edit.lifts == "legal" and row.valid_to == day
        ]
        act_id = ended[0].act_id if ended else ""
    act = ledger.act.get(act_id)
    told = act and (act.date_announced or act.date_signed or act.date_published)
    return (act.title, told) if act and told else None


def _next(law: Ledger, day: date) -> dict[str, Any]:
    """Return the next day after a day on which a US duty moves by the texts of the ledger."""
    moves = [
        cliff
        for cliff in calendar(day + timedelta(days=1), IMPORTER, ledger=law).cliffs
        if cliff.to_pct is not None and cliff.from_pct != cliff.to_pct
    ]
    if not moves:
        return {}
    first = [cliff for cliff in moves if cliff.on == moves[0].on]
    others = f", and {len(first) - 1} more" if len(first) > 1 else ""
    return {
        "next_on": first[0].on,
        "next_days": (first[0].on - day).days,
        "next_what": f"{first[0].title}: {first[0].what}{others}",
    }
