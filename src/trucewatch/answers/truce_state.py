"""Where the truce stands on the last day of the law: its phase, its age, what lapses next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from trucewatch.answers.calendar import Calendar
from trucewatch.ledger.ledger import Ledger

PRINTED_END, ANNOUNCED_END = "truce_end_printed", "truce_end_announced"


@dataclass(frozen=True)
class State:
    """The state of the truce on one day.

    - `on`: the day it speaks of: `law_asof`
    - `phase`, `phase_from`: phase of the truce and its first day
    - `truce_from`, `truce_phase`: first day of the run of phases that are a truce and still last, and the
      name of the first of them; None and "" while no truce holds.
    - `next_cliff`: the next day on which something lapses or starts by the texts; None if the ledger holds
      none.
    - `printed_end`, `announced_end`: the end of the truce in the printed texts, and the one announced without
      a text
    """

    on: date
    phase: str
    phase_from: date
    truce_from: date | None
    truce_phase: str
    next_cliff: date | None
    printed_end: date | None
    announced_end: date | None


def state(ledger: Ledger, truce: pd.DataFrame, ahead: Calendar) -> State:
    """Return the state of the truce on the last day of the law.

    `truce`: its phases (`law.phases.phases`); `ahead`: the cliffs after that day.
    """
    now = truce.iloc[-1]
    start, name = None, ""
    for row in truce.iloc[::-1].to_dict("records"):
        if not row["is_truce"]:
            break
        start, name = row["valid_from"], row["label"]
    return State(
        on=ledger.law_asof,
        phase=str(now["label"]),
        phase_from=now["valid_from"],
        truce_from=start,
        truce_phase=name,
        next_cliff=min((cliff.on for cliff in ahead.cliffs), default=None),
        printed_end=ledger.edition_day(PRINTED_END),
        announced_end=announced_end(ledger),
    )


def announced_end(ledger: Ledger) -> date | None:
    """Return the end of the truce that is announced without a text; None if the ledger names none."""
    return ledger.edition_day(ANNOUNCED_END)


def cliff_days(ledger: Ledger, ahead: Calendar, effects: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return what lapses or starts on the next days on which something does, a row a cliff.

    Columns: `on`, `in_days`, `side`, `what`, `average_pp` (what the day does to the average of its side, at
    the first cliff of the authority that moves; missing elsewhere), `confidence`, `doubt`.

    `ledger`: the acts behind the cliffs: what is only announced is no cliff but a doubt about one; `ahead`:
    the cliffs after the last day of the law; `effects`: `trade.timeline.cliff_effects`: what a day does to
    the average of its side; `count`: days shown.
    """
    real = [
        cliff
        for cliff in ahead.cliffs
        if not cliff.kind.startswith("act") or ledger.act[cliff.act_id].status not in ("event", "announced")
    ]
    days = sorted({cliff.on for cliff in real})[:count]
    moved = effects.dropna(subset=["average_pp"]).groupby(["on", "side", "what"])["average_pp"].first()
    rows, told = [], set()
    for cliff in real:
        if cliff.on not in days:
            continue
        is_end = cliff.kind == "act ends"
        what = f"“{cliff.title}” ends" if is_end else f"{cliff.title}: {cliff.what}"
        step = moved.get((cliff.on, cliff.side, what), float("nan"))
        at = (cliff.on, cliff.side, cliff.authority)
        is_first = at not in told and step == step
        if is_first:
            told.add(at)
        rows.append(
            {
                "on": cliff.on,
                "in_days": (cliff.on - ledger.law_asof).days,
                "side": cliff.side,
                "what": what,
                "average_pp": step if is_first else float("nan"),
                "confidence": cliff.confidence,
                "doubt": cliff.doubt,
            }
        )
    columns = ["on", "in_days", "side", "what", "average_pp", "confidence", "doubt"]
    return pd.DataFrame(rows, columns=columns)
