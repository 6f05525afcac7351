"""The phases of the truce: intervals between acts of the ledger, each named once in data/law/phases.csv."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd

from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import Ledger
from trucewatch.paths import law_dir

COLUMNS = ["phase_id", "label", "act_id", "date_field", "is_truce", "note"]
DATE_FIELDS = ("date_announced", "date_signed", "date_published", "date_effective")
_FILE = "phases.csv"


def phases(ledger: Ledger, root: Path | None = None) -> pd.DataFrame:
    """Return the phases in order, each from the day of its act to the day of the next one's.

    Parameters
    ----------
    ledger
        The acts that the table names.
    root
        The project; found from the working directory if not given.

    Returns
    -------
    pandas.DataFrame
        `phase_id`, `label`, `act_id`, `is_truce`, `valid_from`, `valid_to` (half-open; the last phase ends
        the day after `law_asof`), `note`.

    Raises
    ------
    LedgerError
        If a row names no act of the ledger or a date it does not have, or the phases are not in order.
    """
    path = law_dir(root) / _FILE
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    if list(frame.columns) != COLUMNS:
        raise LedgerError("wrong columns", remedy="use " + ", ".join(COLUMNS), file=_FILE)
    starts = [
        _start(ledger, row["act_id"], row["date_field"], line)
        for line, row in enumerate(frame.to_dict("records"), start=2)
    ]
    for line, (before, after) in enumerate(pairwise(starts), start=3):
        if after <= before:
            raise LedgerError(
                "the phase does not start after the one before it",
                remedy="order the rows by date",
                file=_FILE,
                row=line,
                column="act_id",
                value=frame["act_id"].iloc[line - 2],
            )
    return pd.DataFrame(
        {
            "phase_id": frame["phase_id"],
            "label": frame["label"],
            "act_id": frame["act_id"],
            "is_truce": frame["is_truce"] == "true",
            "valid_from": starts,
            "valid_to": [*starts[1:], ledger.law_asof + timedelta(days=1)],
            "note": frame["note"],
        }
    )


def _start(ledger: Ledger, act_id: str, field: str, line: int) -> date:
    def fail(problem: str, remedy: str, column: str, value: str) -> LedgerError:
        return LedgerError(problem, remedy=remedy, file=_FILE, row=line, column=column, value=value)

    if act_id not in ledger.act:
        raise fail("no such act", "name an act_id of acts.csv", "act_id", act_id)
    if field not in DATE_FIELDS:
        raise fail("no such date", "use " + ", ".join(DATE_FIELDS), "date_field", field)
    day: date | None = getattr(ledger.act[act_id], field)
    if day is None:
        raise fail("the act has no such date", "name another date", "date_field", field)
    return day
