"""Ways of entry that a statistical number does not show: data/law/special_entries.csv.

They change what an importer pays, not what the law says of a number, so that no total uses them. A report
names them where a number was assessed less than the law asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from trucewatch.errors import LedgerError
from trucewatch.ledger.schema import ALL_CODES
from trucewatch.paths import law_dir

COLUMNS = ["code", "provision", "what", "citation", "source", "confidence", "note"]
CONFIDENCES = ("verified", "inferred", "unverified")
_FILE = "special_entries.csv"


@dataclass(frozen=True)
class SpecialEntry:
    """A provision that takes a duty off goods of a number.

    Attributes
    ----------
    code
        Prefix of the numbers it names; `all` for a provision open to any of them.
    provision
        Headings of the schedule.
    what
        What it does, in words.
    citation, source, confidence, note
        As everywhere in the ledger.
    """

    code: str
    provision: str
    what: str
    citation: str
    source: str
    confidence: str
    note: str

    def names(self, number: str) -> bool:
        """Return whether it names a statistical number (a provision open to all names none)."""
        return self.code != ALL_CODES and number.startswith(self.code)

    def has_own_number(self, numbers: pd.Series) -> bool:
        """Return whether some of the numbers are statistical numbers of the provision itself."""
        return bool(numbers.str.startswith(self.provision.replace(".", "")).any())


def special_entries(root: Path | None = None) -> tuple[SpecialEntry, ...]:
    """Return all rows, in the order of the file.

    Parameters
    ----------
    root
        The project; found from the working directory if not given.

    Raises
    ------
    LedgerError
        If a column is missing, a cell that must be filled is empty, a code is neither digits nor `all`, or
        a confidence is unknown.
    """
    frame = pd.read_csv(law_dir(root) / _FILE, dtype=str, keep_default_na=False)
    if list(frame.columns) != COLUMNS:
        raise LedgerError("wrong columns", remedy="use " + ", ".join(COLUMNS), file=_FILE)
    rows = [SpecialEntry(*cells) for cells in frame.itertuples(index=False, name=None)]
    for line, row in enumerate(rows, start=2):
        for column in COLUMNS[:-1]:
            if not getattr(row, column):
                raise LedgerError("the cell is empty", remedy="fill it", file=_FILE, row=line, column=column)
        if row.code != ALL_CODES and not re.fullmatch(r"\d{4,10}", row.code):
            raise LedgerError(
                "no code",
                remedy=f"write digits or `{ALL_CODES}`",
                file=_FILE,
                row=line,
                column="code",
                value=row.code,
            )
        if row.confidence not in CONFIDENCES:
            raise LedgerError(
                "no such confidence",
                remedy="use " + ", ".join(CONFIDENCES),
                file=_FILE,
                row=line,
                column="confidence",
                value=row.confidence,
            )
    return tuple(rows)
