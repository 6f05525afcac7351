"""Read the periods that the press prints."""

from __future__ import annotations

import re

import pandas as pd

_PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])(?:\.\.(?P<last>0[1-9]|1[0-2])|-(?P<day>\d{2}))?|-H(?P<half>[12])|-Q(?P<quarter>[1-4]))?"
)


def parse_period(text: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the half-open interval of days of a printed period, or None if it is no plain period.

    Examples
    --------
    `2025` is the year, `2025-03` the month, `2025-01..09` the months January to September, `2025-H1` the
    first half, `2026-Q1` the first quarter, `2025-10-30` the day.
    """
    found = _PERIOD.fullmatch(text)
    if found is None:
        return None
    part = {name: int(value) for name, value in found.groupdict().items() if value is not None}
    if "day" in part:
        day = pd.Timestamp(part["year"], part["month"], part["day"])
        return day, day + pd.Timedelta(days=1)
    if "half" in part:
        first, months = 6 * part["half"] - 5, 6
    elif "quarter" in part:
        first, months = 3 * part["quarter"] - 2, 3
    elif "month" in part:
        first = part["month"]
        months = part.get("last", first) - first + 1
    else:
        first, months = 1, 12
    start = pd.Timestamp(part["year"], first, 1)
    return start, start + pd.DateOffset(months=months)


def with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with `period_from` and `period_to` read from `period`; empty if it is none."""
    parsed = {text: parse_period(text) for text in frame["period"].unique()}
    first, after = ({text: span and span[end] for text, span in parsed.items()} for end in (0, 1))
    return frame.assign(
        period_from=frame["period"].map(first).astype("datetime64[us]"),
        period_to=frame["period"].map(after).astype("datetime64[us]"),
    )
