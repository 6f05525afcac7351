"""Which way an act points, and which acts a short chronology shows: two tables kept by hand in data/law.

`stances.csv` gives every kind of act a stance, and single acts another where their kind misleads.
`chronology.csv` names the acts that mattered and which of their days places them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.phases import DATE_FIELDS
from trucewatch.ledger.schema import Act
from trucewatch.paths import law_dir

HOSTILE, CONCILIATORY, NEUTRAL = "hostile", "conciliatory", "neutral"
STANCES = (HOSTILE, CONCILIATORY, NEUTRAL)
_STANCES_FILE, _CHRONOLOGY_FILE = "stances.csv", "chronology.csv"
#: Rows of the ledger that record what happened rather than what a side did.
EVENT = "event"


def known_on(act: Act) -> date | None:
    """Return the first day an act could be known: announced, else signed, else published."""
    return act.date_announced or act.date_signed or act.date_published


def act_days(ledger: Ledger, root: Path | None = None) -> pd.DataFrame:
    """Return every act with the day it stands at and its stance, in order of day.

    Parameters
    ----------
    ledger
        The acts.
    root
        The project; found from the working directory if not given.

    Returns
    -------
    pandas.DataFrame
        `date` (the first day it could be known, else the day of effect), `act_id`, `side`, `kind`, `status`,
        `title`, `stance`, `is_official` (a side's own act, no event), `confidence`, `note`. Acts without any
        day are left out.

    Raises
    ------
    LedgerError
        If stances.csv lacks a kind of the ledger, names an act the ledger does not have, or gives no legal
        stance.
    """
    by_kind, by_act = _read_stances(ledger, root)
    rows = [
        {
            "date": known_on(act) or act.date_effective,
            "act_id": act.act_id,
            "side": act.side,
            "kind": act.kind,
            "status": act.status,
            "title": act.title,
            "stance": NEUTRAL if act.status == EVENT else by_act.get(act.act_id, by_kind[act.kind]),
            "is_official": act.status != EVENT,
            "confidence": act.confidence,
            "note": act.note,
        }
        for act in ledger.acts
        if known_on(act) or act.date_effective
    ]
    return pd.DataFrame(rows).sort_values(["date", "act_id"], kind="stable", ignore_index=True)


def _read_stances(ledger: Ledger, root: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    frame = _read(_STANCES_FILE, ["level", "name", "stance", "reason"], root)
    found: dict[str, dict[str, str]] = {"kind": {}, "act": {}}
    for line, row in enumerate(frame.to_dict("records"), start=2):
        known = {"kind": {act.kind for act in ledger.acts}, "act": set(ledger.act)}.get(row["level"])
        if known is None:
            raise _fault(_STANCES_FILE, "no such level", "use kind or act", line, "level", row["level"])
        if row["level"] == "act" and row["name"] not in known:
            raise _fault(
                _STANCES_FILE, "no such act", "name an act_id of acts.csv", line, "name", row["name"]
            )
        if row["stance"] not in STANCES:
            raise _fault(
                _STANCES_FILE, "no such stance", "use " + ", ".join(STANCES), line, "stance", row["stance"]
            )
        found[row["level"]][row["name"]] = row["stance"]
    lacking = sorted({act.kind for act in ledger.acts} - set(found["kind"]))
    if lacking:
        raise LedgerError(
            "a kind of act has no stance",
            remedy="add a row of level kind",
            file=_STANCES_FILE,
            column="name",
            value=", ".join(lacking),
        )
    return found["kind"], found["act"]


def chronology(ledger: Ledger, root: Path | None = None) -> pd.DataFrame:
    """Return the acts that mattered, in order of day.

    Returns
    -------
    pandas.DataFrame
        `date`, `act_id`, `side`, `title`, `stance`, `status`, `confidence`.

    Raises
    ------
    LedgerError
        If a row names no act of the ledger, or a date the act does not have.
    """
    stance = act_days(ledger, root).set_index("act_id")["stance"]
    rows = []
    frame = _read(_CHRONOLOGY_FILE, ["act_id", "date_field", "note"], root)
    for line, row in enumerate(frame.to_dict("records"), start=2):
        name, field = row["act_id"], row["date_field"]
        act = ledger.act.get(name)
        if act is None:
            raise _fault(_CHRONOLOGY_FILE, "no such act", "name an act_id of acts.csv", line, "act_id", name)
        day = getattr(act, field) if field in DATE_FIELDS else None
        if day is None:
            raise _fault(
                _CHRONOLOGY_FILE,
                "the act has no such date",
                "name one of its dates",
                line,
                "date_field",
                field,
            )
        rows.append((day, name, act.side, act.title, stance[name], act.status, act.confidence))
    columns = ["date", "act_id", "side", "title", "stance", "status", "confidence"]
    return pd.DataFrame(rows, columns=columns).sort_values("date", kind="stable", ignore_index=True)


def _read(name: str, columns: list[str], root: Path | None) -> pd.DataFrame:
    frame = pd.read_csv(law_dir(root) / name, dtype=str, keep_default_na=False)
    if list(frame.columns) != columns:
        raise LedgerError("wrong columns", remedy="use " + ", ".join(columns), file=name)
    return frame


def _fault(file: str, problem: str, remedy: str, line: int, column: str, value: str) -> LedgerError:
    return LedgerError(problem, remedy=remedy, file=file, row=line, column=column, value=value)
