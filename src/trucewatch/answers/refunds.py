"""What a list of entries was charged under duties later held unlawful, by programme, and what is open.

By the law as charged at entry, not by what was paid. Whether an entry is open depends on its liquidation:
where that is not given, it is not known. Interest runs from the deposit of the duty to the liquidation or
reliquidation of the entry (19 U.S.C. 1505(c)), compounded daily (26 U.S.C. 6622(a)), at the published rate of
each quarter.
"""

from __future__ import annotations

import bisect
import calendar
import csv
import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from trucewatch.answers.catalogue import NOTHING, Catalogue
from trucewatch.answers.catalogue_file import write_text
from trucewatch.answers.catalogue_views import View
from trucewatch.answers.inputs import read_day
from trucewatch.errors import DataError
from trucewatch.ledger.hand_kept import (
    INTEREST_RATES,
    REFUND_WINDOWS,
    InterestRate,
    RefundWindow,
    read_kept,
)

_UNKNOWN = "not known: no day of liquidation given"
CAPE_HEADER, MOST_IN_CAPE = "Entry Number", 9_999
"""What CBP's template asks for, and how many entries one declaration holds (CBP Publication 5537-0426)."""
_FINAL = "final: no route in the ledger is open; refunds of final entries are contested"


def refunds(found: Catalogue, as_of: date | str | None = None) -> View:
    """Return the refundable part of every row in dollars by programme, and until when it is open.

    `found`: the entries: each with its own day, or all with one; `as_of`: the day on which the windows are
    looked at; the ledger's own date if not given.

    Raises `DataError` if the entries have no values, or stand for several days.
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
    rates = read_kept(INTEREST_RATES)
    names = ["refund_usd", "refund_high_usd", *(f"refund_{name}_usd" for name in programmes)]
    names += ["interest_corporation_usd", "interest_other_usd"]
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
                if line.status == "void_refundable" and line.pp and not line.is_least:
                    name = f"refund_{line.authority}_usd"
                    cells[name] = (cells[name] or Decimal(0)) + _cents(value, line.pp)
            liquidated = found.entries.liquidated[row] if found.entries.liquidated else None
            cells["open"], cells["open_until"], cells["by"] = _status(windows, liquidated, day)
            cells["interest_corporation_usd"], cells["interest_other_usd"] = _interests(
                rates, cells["refund_usd"], _deposited(found, row), day
            )
            kind = str(cells["open"]).partition(":")[0]
            sums[kind] = sums.get(kind, Decimal(0)) + cells["refund_usd"]
        for name, cell in cells.items():
            columns[name].append(cell)
    total = sum(sums.values(), Decimal(0))
    parts = "; ".join(f"{kind} {amount:,.2f}" for kind, amount in sorted(sums.items()))
    said = [
        f"Charged under duties later held unlawful: {total:,.2f} US dollars ({parts or 'nothing'}); "
        f"windows on {day}. By the law as charged at entry, not by what was paid.",
        _interest_in_words(rates, columns, day, found.entries.deposited is not None),
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


def _deposited(found: Catalogue, row: int) -> date:
    """Return the day on which the duty of an entry was paid; that of the entry if it is not told."""
    entries = found.entries
    told = entries.deposited[row] if entries.deposited else None
    return told or (found.on[0] if found.on else entries.days[entries.day_at[row]])


def interest(
    rates: Sequence[InterestRate], amount: Decimal, start: date, end: date, of: str
) -> Decimal | None:
    """Return the interest on an amount paid too much, to the cent, compounded daily.

    None where no rate is known for a day between the two.

    `rates`: rates by quarter, in order; `amount`: US dollars; `start`, `end`: day of the deposit, and of the
    liquidation or reliquidation; `of`: `corporation_pct` or `other_pct`.
    """
    factor, day = Decimal(1), start
    quarters = [rate.quarter for rate in rates]
    while day < end:
        at = bisect.bisect_right(quarters, day + timedelta(1)) - 1
        last = _next_quarter(quarters[at]) - timedelta(1)
        if at < 0 or day >= last:
            return None
        until = min(end, last)
        daily: Decimal = getattr(rates[at], of) / 100 / (366 if calendar.isleap(until.year) else 365)
        factor *= (1 + daily) ** (until - day).days
        day = until
    return (amount * (factor - 1)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _next_quarter(first: date) -> date:
    return date(first.year + (first.month > 9), (first.month + 2) % 12 + 1, 1)


def _interests(
    rates: Sequence[InterestRate], amount: Decimal, start: date, end: date
) -> tuple[Decimal | None, Decimal | None]:
    return (
        interest(rates, amount, start, end, "corporation_pct"),
        interest(rates, amount, start, end, "other_pct"),
    )


def _interest_in_words(
    rates: Sequence[InterestRate], columns: dict[str, list[Any]], day: date, is_told: bool
) -> str:
    """Return the sums of interest, what they rest on and what is not known."""
    sums = [
        sum((usd for usd in columns[f"interest_{of}_usd"] if usd is not None), Decimal(0))
        for of in ("corporation", "other")
    ]
    unknown = sum(
        usd is not None and earned is None
        for usd, earned in zip(columns["refund_usd"], columns["interest_corporation_usd"], strict=True)
    )
    start = "the day of payment" if is_told else "the day of entry (no column of payment dates)"
    copies = [
        f"{rate.quarter:%Y}-Q{(rate.quarter.month + 2) // 3}"
        for rate in rates
        if rate.confidence != "verified"
    ]
    doubt = f" The rates of {', '.join(copies)} are from secondary copies." if copies else ""
    gap = f" Not known for {unknown:,} rows: no rate is published for a quarter of theirs." if unknown else ""
    return (
        f"Interest from {start} to {day}, as if liquidated or reliquidated then, compounded daily at the "
        f"rates of each quarter: {sums[0]:,.2f} US dollars for a corporation, {sums[1]:,.2f} for others."
        f"{doubt}{gap}"
    )


def write_cape(found: Catalogue, view: View, out: Path) -> list[Path]:
    """Write the entry numbers to be claimed in the form CBP's CAPE takes: one column, one entry a row.

    `found`, `view`: the entries and their refunds; `out`: CSV to write; further files for more than
    `MOST_IN_CAPE` entries get -2, -3 before the ending.

    Raises `DataError` if there is no column of entry numbers, one has not eleven letters and digits, or none
    is open.
    """
    at = found.entries.columns.get("entry")
    if at is None:
        raise DataError(
            "no column of entry numbers was found", remedy="--column entry=NAME names it", column="entry"
        )
    chosen: dict[str, None] = {}
    for row, state in enumerate(view.columns["open"]):
        if state is None or "CAPE" not in state:
            continue
        text = found.table.columns[at][row].as_py()
        entry = re.sub(r"[\s-]", "", text).upper()
        if not re.fullmatch(r"[A-Z0-9]{3}\d{8}", entry):
            raise DataError(
                "not an entry number",
                remedy="give filer code, seven digits and check digit, as XXX-1234567-8",
                row=found.table.rows[row].as_py(),
                column=found.table.header[at],
                value=text[:40],
            )
        chosen[entry] = None
    if not chosen:
        raise DataError("no entry is open for CAPE by what is told", remedy="give days of liquidation")
    entries, written = list(chosen), []
    for number, first in enumerate(range(0, len(entries), MOST_IN_CAPE), 1):
        path = out if number == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
        text = io.StringIO(newline="")
        csv.writer(text).writerows(
            [[CAPE_HEADER], *([entry] for entry in entries[first : first + MOST_IN_CAPE])]
        )
        written.append(write_text(text.getvalue(), found, path))
    return written


def _cents(value: Decimal, points: Decimal) -> Decimal:
    return round(value * points / 100, 2)
