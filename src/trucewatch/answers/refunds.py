"""What a list of entries was charged under duties later held unlawful, by programme, and what is open.

By the law as charged at entry, not by what was paid. Whether an entry is open hangs on its liquidation: where
that is not given, it is not known.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trucewatch.answers.catalogue import NOTHING, Catalogue
from trucewatch.answers.catalogue_views import View
from trucewatch.answers.inputs import read_day
from trucewatch.errors import DataError
from trucewatch.ledger.hand_kept import REFUND_WINDOWS, RefundWindow, read_kept

_UNKNOWN = "not known: no day of liquidation given"
_FINAL = "final: no route at hand is open; refunds of final entries are contested"


def refunds(found: Catalogue, as_of: date | str | None = None) -> View:
    """Return the refundable part of every row in dollars by programme, and until when it is open.

    Parameters
    ----------
    found
        The entries: each with its own day, or all with one.
    as_of
        The day on which the windows are looked at; the ledger's own date if not given.

    Raises
    ------
    DataError
        If the entries have no values, or stand for several days.
    """
    if found.entries.values is None:
        raise DataError("no column of values", remedy="--column value=NAME names it", column="value")
    if len(found.answers) > 1:
        raise DataError("several days of entry", remedy="give the day of each entry in a column, or one --on")
    day = found.law.law_asof if as_of is None else read_day(as_of, "as-of")
    windows = read_kept(REFUND_WINDOWS)
    answers = found.answers[0]
    programmes = sorted(
        {line.authority for case in answers.cases for line in case.lines if line.status == "void_refundable"}
    )
    names = ["refund_usd", "refund_high_usd", *(f"refund_{name}_usd" for name in programmes)]
    columns: dict[str, list[Any]] = {name: [] for name in (*names, "open", "open_until", "by")}
    sums: dict[str, Decimal] = {}
    for row, at in enumerate(answers.case_at):
        cells: dict[str, Any] = dict.fromkeys(columns)
        value = found.value_of(row)
        if at != NOTHING and value is not None and answers.cases[at].refund_high_pp:
            case = answers.cases[at]
            cells["refund_usd"] = _cents(value, case.refund_low_pp)
            cells["refund_high_usd"] = _cents(value, case.refund_high_pp)
            for line in case.lines:
                if line.status == "void_refundable" and line.pp:
                    name = f"refund_{line.authority}_usd"
                    cells[name] = (cells[name] or Decimal(0)) + _cents(value, line.pp)
            liquidated = found.entries.liquidated[row] if found.entries.liquidated else None
            cells["open"], cells["open_until"], cells["by"] = _status(windows, liquidated, day)
            kind = str(cells["open"]).partition(":")[0]
            sums[kind] = sums.get(kind, Decimal(0)) + cells["refund_usd"]
        for name, cell in cells.items():
            columns[name].append(cell)
    total = sum(sums.values(), Decimal(0))
    parts = "; ".join(f"{kind} {amount:,.2f}" for kind, amount in sorted(sums.items()))
    said = [
        f"Charged under duties later held unlawful: {total:,.2f} US dollars ({parts or 'nothing'}); "
        f"windows on {day}.",
        "By the law as charged at entry, not by what was paid; without interest (19 U.S.C. 1505(c)): no "
        "table of its quarterly rates is at hand.",
    ]
    return View(found, columns, tuple(said), ("refund_usd", "refund_high_usd", "open", "open_until"))


def _status(
    windows: tuple[RefundWindow, ...], liquidated: date | None, day: date
) -> tuple[str, str | None, str | None]:
    """Return whether an entry is open on a day, until when, and by which rule."""
    if liquidated is None:
        return _UNKNOWN, None, None
    state = "not_liquidated" if liquidated > day else "liquidated"
    for window in windows:
        if window.applies_to != state or day < window.opens:
            continue
        if window.days is None:
            return f"open: {window.title}", None, window.citation
        last = liquidated + timedelta(days=int(window.days))
        if day <= last:
            return f"open: {window.title}", last.isoformat(), window.citation
    return _FINAL, None, None


def _cents(value: Decimal, points: Decimal) -> Decimal:
    return round(value * points / 100, 2)
