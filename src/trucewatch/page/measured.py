"""Which of a report's own numbers answers a published one: its column `measured` says."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from trucewatch.errors import LedgerError, nearest
from trucewatch.ledger.hand_kept import PUBLISHED, Published

Numbers = Mapping[str, float | pd.Series | None]
"""What a report can answer, by name: one number, or a series by day, month or year.

Dollars, tonnes, percent and counts, never millions of them: the unit of the row says how many.
"""
NOT_OURS = "none"
BUSHEL_T = 60 * 0.45359237 / 1000
"""A bushel of soybeans weighs 60 pounds."""
_FREQUENCIES = {4: "Y", 7: "M", 10: "D"}  # by the length of a date as written
SIZES = {
    "USD bn": 1e9,
    "billion US dollars": 1e9,
    "million tonnes": 1e6,
    "thousand tonnes": 1e3,
    "million bushels": 1e6 * BUSHEL_T,
}
"""How many dollars or tonnes one of a unit is; every other unit counts as it stands."""


def answers(rows: Mapping[str, Published], numbers: Numbers) -> dict[str, float | None]:
    """Return our number for each published one, in the unit of its row; None where we have none."""
    return {check_id: answer(row, numbers) for check_id, row in rows.items()}


def answer(row: Published, numbers: Numbers) -> float | None:
    """Return our number for a published one, in the unit of its row.

    None for `none`, for a number that is None, and where a series lacks one of the days or months.

    Raises `LedgerError` if `measured` has no known form, or names what the report does not have.
    """
    if row.measured == NOT_OURS:
        return None
    name, colon, span = row.measured.partition(":")
    if name not in numbers:
        raise refused(row, nearest(name, [NOT_OURS, *numbers]))
    found = numbers[name]
    if isinstance(found, pd.Series):
        found = _over(found, span, row)
    elif colon:
        raise refused(row, f"{name} is one number: write it without {span!r}")
    return None if found is None else float(found) / SIZES.get(row.unit, 1)


def _over(series: pd.Series, span: str, row: Published) -> float | None:
    """Return the sum of a series over the days, months or years named; None if it lacks one of them."""
    first, _, last = span.partition("..")
    try:
        freq = _FREQUENCIES[len(first)]
        periods = pd.period_range(first, last or first, freq=freq)
        held = series.set_axis(pd.PeriodIndex(series.index, freq=freq))
        values = held.reindex(periods)
    except (KeyError, ValueError):  # no date, or a year of a monthly series
        raise refused(row, "write YYYY-MM-DD, YYYY-MM or YYYY, as the series has; a..b for a sum") from None
    return None if values.isna().any() or values.empty else float(values.sum())


def refused(row: Published, remedy: str) -> LedgerError:
    """Return the error of a row whose `measured` names no number of ours."""
    return LedgerError(
        "no number of ours is named so",
        remedy=remedy,
        file=PUBLISHED,
        row=row.line,
        column="measured",
        value=row.measured,
    )
