"""How far a usual year has come by a day: the season of a monthly flow, and a promise measured against it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trucewatch.errors import DataError, ParameterError


def usual_months(flow: pd.Series, years: Sequence[int]) -> pd.Series:
    """Return what each calendar month brought in some years, on average.

    Index `month_number` 1 to 12.

    `flow`: quantity by month (month starts), without holes in the years; `years`: calendar years that make
    the pattern.

    Raises `DataError` if a year is not complete.
    """
    parts = {}
    for year in years:
        months = pd.date_range(f"{year}-01-01", periods=12, freq="MS")
        values = flow.reindex(months)
        if values.isna().any():
            problem = "a year of the pattern is not complete"
            remedy = "name calendar years whose twelve months the table holds"
            raise DataError(problem, column="month", value=str(year), remedy=remedy)
        parts[year] = values.to_numpy(dtype=float)
    return pd.DataFrame(parts, index=pd.RangeIndex(1, 13, name="month_number")).mean(axis=1)


def expected_share(usual: pd.Series, first: pd.Timestamp, last: pd.Timestamp, day: pd.Timestamp) -> float:
    """Return the part of a span's quantity that the pattern brings by a day (0-1), days of a month alike.

    `usual`: from `usual_months`; `first`, `last`: days of the span, both inside; `day`: the day reached,
    inside as well; the span's last day where it is later.
    """
    days = pd.date_range(first, last)
    by_day = pd.Series(usual[days.month].to_numpy() / days.days_in_month.to_numpy(), index=days)
    if not by_day.sum() > 0:
        raise ParameterError(f"the pattern brings nothing from {first.date()} to {last.date()}")
    return float(by_day[:day].sum() / by_day.sum())
