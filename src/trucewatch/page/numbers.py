"""The one writer of numbers, days and periods for readers: true minus signs, no signed zero."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "about_billions",
    "billions",
    "day_name",
    "millions",
    "month_name",
    "number",
    "out_of",
    "percent",
    "period_name",
    "period_text",
    "points",
    "short_day",
    "size",
    "unbroken",
]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUS = "\N{MINUS SIGN}"


def number(value: Any, spec: str = ",.1f") -> str:
    """Write a number by a format of Python's: a true minus sign, and no sign on what rounds to zero.

    >>> number(-0.04), number(-1234.56), number(0.04, "+.1f"), number(0.731, ".1%")
    ('0.0', '−1,234.6', '0.0', '73.1 %')
    """
    text = format(value, spec).replace("%", " %")
    return (text if re.search(r"[1-9]", text) else text.lstrip("+-")).replace("-", _MINUS)


def points(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write percent or points without the unit: 12.3; with `signed` also +12.3."""
    return number(value, f"{'+' if signed else ''},.{digits}f")


def percent(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write a fraction in percent: −0.123 becomes −12.3 %."""
    return number(value, f"{'+' if signed else ''},.{digits}%")


def billions(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write US dollars in billions without the unit."""
    return points(value / 1e9, digits, signed=signed)


def about_billions(value: float) -> str:
    """Write US dollars in billions without the unit: whole from ten billion on, below that with a decimal."""
    return billions(value, 0 if abs(value) >= 1e10 else 1)


def millions(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write tonnes, dollars or people in millions without the unit."""
    return points(value / 1e6, digits, signed=signed)


def out_of(part: int, whole: int) -> str:
    """Write how many of a number: 13 of 14, all 14, both, or the only.

    >>> out_of(13, 14), out_of(14, 14), out_of(2, 2), out_of(1, 1)
    ('13 of 14', 'all 14', 'both', 'the only')
    """
    if part != whole:
        return f"{part} of {whole}"
    return {1: "the only", 2: "both"}.get(whole, f"all {whole}")


def unbroken(text: str) -> str:
    """Keep a number and its percent sign on one line."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def size(value: float) -> float:
    """Return a number without its sign, for a text that says its direction in a word."""
    return abs(value)


#: A stretch of days, months or years; of its end only what differs need be written.
_STRETCH = re.compile(r"(\d{4}(?:-\d\d){0,2})\.\.(\d\d(?:\d\d)?(?:-\d\d){0,2})")


def day_name(day: date) -> str:
    """Write a day in full: 9 November 2026."""
    return f"{day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """Write a day short: 9 Nov 2026."""
    return f"{day.day} {day:%b %Y}"


def month_name(month: date) -> str:
    """Write a month in full: February 2025."""
    return f"{month:%B %Y}"


def period_text(iso: str) -> str:
    """Write a day, a month, a year or a stretch of them as tables name it in words; other texts as they are.

    >>> period_text("2026-08-27"), period_text("2026-08"), period_text("2025"), period_text("2026-Q1")
    ('27 August 2026', 'August 2026', '2025', '2026-Q1')
    >>> period_text("2025-01..07"), period_text("2025-10-27..2025-11-02")
    ('January 2025 to July 2025', '27 October 2025 to 2 November 2025')
    """
    stretch = _STRETCH.fullmatch(iso)
    if stretch:
        first, last = stretch.groups()
        return f"{period_text(first)} to {period_text(first[: len(first) - len(last)] + last)}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", iso):
        return day_name(date.fromisoformat(iso))
    return month_name(date.fromisoformat(f"{iso}-01")) if re.fullmatch(r"\d{4}-(0\d|1[012])", iso) else iso


def period_name(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Write a run of months short: 2025; Apr 2025; Jan–Feb 2026."""
    if first.year == last.year and (first.month, last.month) == (1, 12):
        return str(first.year)
    if first == last:
        return f"{first:%b %Y}"
    return f"{first:%b}–{last:%b %Y}" if first.year == last.year else f"{first:%b %Y}–{last:%b %Y}"
