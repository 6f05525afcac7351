"""Months and years that a client asks for."""

from __future__ import annotations

from datetime import date


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months from that of `first` to that of `last`, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    starts = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + count)
    return [date(start // 12, start % 12 + 1, 1) for start in starts]
