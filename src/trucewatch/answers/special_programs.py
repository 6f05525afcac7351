"""Special program indicators: the letters by which an entry claims a preference, such as S, KR or A+.

The indicators are those of the special column of the schedule (General Note 3(c)); the ledger keeps each with
its program, the origins that may claim it, and its days.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from trucewatch.answers.catalogue_columns import Cells
from trucewatch.answers.countries import folded
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.origins import preferences_of

_NONE = {"", "NONE", "NO", "N/A", "NA", "NULL", "NIL", "0", "00", "-", "--"}
_AROUND = re.compile(r"\b(us|united states|fta|tpa|trade agreement|free trade agreement|preference)\b|[-,]")


def read_indicators(law: Ledger, cells: Sequence[str]) -> Cells:
    """Read cells of indicators, or of names of programs, as tuples of indicators."""
    names = {folded(_short(row.program)): row.symbol for row in reversed(law.preferences)}
    values = [
        tuple(
            names.get(folded(_short(part)), part.strip().upper())
            for part in re.split(r"[;|/\n]", cell.strip("() ") if cell.strip().upper() not in _NONE else "")
            if part.strip()
        )
        or None
        for cell in cells
    ]
    empty = [""] * len(cells)
    return values, empty, empty, "each claims its program, where country of origin and day allow it"


def _short(program: str) -> str:
    return _AROUND.sub(" ", program.lower()).strip()


def claimed(
    law: Ledger, importer: str, symbol: str, origin: str, days: Sequence[date]
) -> tuple[str, str, str]:
    """Return what an indicator claims for goods of an origin, or why the row is refused, or what to note.

    Each is empty where it does not apply. An indicator whose program had lapsed is no error, since entries
    carry it in the hope of a refund: it is noted, and frees nothing. So is one of no program of origin.
    """
    known = {row.symbol: row.program for row in law.preferences if row.importer == importer}
    named = f"special program indicator {symbol}"
    if symbol not in known:
        return "", "", f"{named}: not a preference in the ledger, so nothing is claimed"
    rows = [row for row in preferences_of(law, importer, origin) if row.symbol == symbol]
    if not rows:
        problem = f"{named} ({known[symbol]}) cannot be claimed for goods from {origin}"
        return "", f"{problem}: correct the indicator or the country of origin", ""
    valid = [row for row in rows if any(row.valid_from <= day < row.valid_to for day in days)]
    if not valid:
        spans = " and ".join(f"[{row.valid_from}, {row.valid_to})" for row in rows)
        return "", "", f"{named}: {known[symbol]} is in force in {spans}, so nothing is claimed"
    return valid[0].claim, "", ""
