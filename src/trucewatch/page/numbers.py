"""How numbers are written for readers: units outside, true minus signs, no signed zero."""

from __future__ import annotations

import pandas as pd

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def percent(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write a fraction in percent, with a true minus sign: -0.123 becomes −12.3 %."""
    shown = f"{100 * value:{'+' if signed else ''}.{digits}f}"
    return f"{_no_negative_zero(shown)} %".replace("-", "−")


def billions(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write US dollars in billions without the unit, with a true minus sign."""
    shown = f"{value / 1e9:{'+' if signed else ''},.{digits}f}"
    return _no_negative_zero(shown).replace("-", "−")


def _no_negative_zero(shown: str) -> str:
    """A rounded zero has no sign."""
    return shown.lstrip("+-") if not shown.strip("+-0.,") else shown


def month_name(month: pd.Timestamp) -> str:
    """Write a month in full: February 2025."""
    return f"{month:%B %Y}"


def period_name(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Write a run of months short: 2025; Apr 2025; Jan–Feb 2026."""
    if first.year == last.year and (first.month, last.month) == (1, 12):
        return str(first.year)
    if first == last:
        return f"{first:%b %Y}"
    return f"{first:%b}–{last:%b %Y}" if first.year == last.year else f"{first:%b %Y}–{last:%b %Y}"


def in_billions(table: pd.DataFrame) -> pd.DataFrame:
    """Turn every column of US dollars (`…_usd`) into billions (`…_usd_bn`)."""
    shown = table.copy()
    for column in table.columns:
        if str(column).endswith("_usd"):
            shown[column] = shown[column] / 1e9
    return shown.rename(columns=lambda column: f"{column}_bn" if str(column).endswith("_usd") else column)
