"""Which way an act points, and which acts a short chronology shows: two tables kept by hand in data/law.

`stances.csv` gives every kind of act a stance, and single acts another where their kind misleads.
`chronology.csv` names the acts that mattered and which of their days places them.
"""

from __future__ import annotations

import pandas as pd

from trucewatch.ledger.checks import kinds_without_stance
from trucewatch.ledger.chronicle import CONCILIATORY, HOSTILE, NEUTRAL
from trucewatch.ledger.ledger import Ledger

__all__ = ["CONCILIATORY", "EVENT", "HOSTILE", "NEUTRAL", "act_days", "chronology"]

#: Rows of the ledger that record what happened rather than what a side did.
EVENT = "event"


def act_days(ledger: Ledger) -> pd.DataFrame:
    """Return every act with the day it stands at and its stance, in order of day.

    Columns: `date` (the first day it could be known, else the day of effect), `act_id`, `side`, `kind`,
    `status`, `title`, `stance`, `is_official` (a side's own act, no event), `confidence`, `note`. Acts
    without any day are left out.

    `ledger`: the acts and their stances.

    Raises `LedgerError` if stances.csv lacks a kind of the ledger.
    """
    by_kind, by_act = _stances(ledger)
    rows = [
        {
            "date": act.stands_on,
            **{name: getattr(act, name) for name in ("act_id", "side", "kind", "status", "title")},
            "stance": NEUTRAL if act.status == EVENT else by_act.get(act.act_id, by_kind[act.kind]),
            "is_official": act.status != EVENT,
            "confidence": act.confidence,
            "note": act.note,
        }
        for act in ledger.acts
        if act.stands_on
    ]
    return pd.DataFrame(rows).sort_values(["date", "act_id"], kind="stable", ignore_index=True)


def _stances(ledger: Ledger) -> tuple[dict[str, str], dict[str, str]]:
    for finding in kinds_without_stance(ledger):
        raise finding.error()
    by_kind = {row.name: row.stance for row in ledger.stances if row.level == "kind"}
    return by_kind, {row.name: row.stance for row in ledger.stances if row.level == "act"}


def chronology(ledger: Ledger) -> pd.DataFrame:
    """Return the acts that mattered, in order of day.

    Columns: `date`, `act_id`, `side`, `title`, `stance`, `status`, `confidence`.
    """
    stance = act_days(ledger).set_index("act_id")["stance"]
    told = [(row, ledger.act[row.act_id]) for row in ledger.chronology]
    rows = [
        (
            getattr(act, row.date_field),
            act.act_id,
            act.side,
            act.title,
            stance[act.act_id],
            act.status,
            act.confidence,
        )
        for row, act in told
    ]
    columns = ["date", "act_id", "side", "title", "stance", "status", "confidence"]
    return pd.DataFrame(rows, columns=columns).sort_values("date", kind="stable", ignore_index=True)
