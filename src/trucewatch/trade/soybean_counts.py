"""US soybeans to China: what was sold, shipped and arrived, against the norm and against the promise.

Sold, shipped and arrived are three things and never added. Weeks and months are counted whole; a week or
month the tables do not hold is missing, never filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trucewatch.errors import DataError, ParameterError

MT = 1e6
WEEK = pd.Timedelta(days=7)
DAY = pd.Timedelta(days=1)
#: First month of the US soybean marketing year.
FIRST_MONTH = 9
NEWEST = "newest"


def marketing_year(day: pd.Timestamp) -> str:
    """Name the US marketing year (1 September to 31 August) a day lies in: 2025/26."""
    start = day.year if day.month >= FIRST_MONTH else day.year - 1
    return f"{start}/{(start + 1) % 100:02d}"


def year_start(year: str) -> pd.Timestamp:
    """First day of a marketing year written 2025/26.

    Raises `ParameterError` if the text names no marketing year.
    """
    head, _, tail = year.partition("/")
    if not (head.isdigit() and len(head) == 4 and tail == f"{(int(head) + 1) % 100:02d}"):
        raise ParameterError(f"{year!r} is no marketing year", remedy="write two years, such as 2024/25")
    return pd.Timestamp(int(head), FIRST_MONTH, 1)


def year_end(year: str) -> pd.Timestamp:
    """Last day of a marketing year."""
    return year_start(year) + pd.DateOffset(years=1) - DAY


def known_by(sales: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Keep the weekly reports up to a day, `newest` for all of them.

    Raises `ParameterError` if no week had ended by then.
    """
    if as_of == NEWEST:
        return sales
    kept = sales[sales["week_ending"] <= pd.Timestamp(as_of)]
    if kept.empty:
        first = sales["week_ending"].min().date()
        raise ParameterError(f"as_of {as_of}: no weekly report had come", remedy=f"give {first} or later")
    return kept


def season(sales: pd.DataFrame, year: str, column: str) -> pd.Series:
    """One marketing year of the weekly reports, tonnes by week ending; weeks without a report are NaN."""
    rows = sales[sales["marketing_year"] == year].set_index("week_ending")[column]
    if rows.empty:
        known = ", ".join(sorted(sales["marketing_year"].unique()))
        raise DataError(
            "the table has no such marketing year",
            file="soybean_sales_weekly",
            column="marketing_year",
            value=year,
            remedy=f"choose from {known}",
        )
    return rows.reindex(pd.date_range(rows.index[0], rows.index[-1], freq=WEEK)).rename_axis("week_ending")


def weekly(sales: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Turn the reports into what was sold or shipped in each week, all marketing years together.

    A marketing year not yet opened counts zero. One that has ended counts what it shipped: what was still
    outstanding then is carried into the next year's book by the publisher, and would count twice.

    Columns: `first`, `last` (days, both inside), `quantity_t` (NaN where a week or the one before has no
    report).

    `sales`: `soybean_sales_weekly`, tonnes; `metric`: `sold` or `shipped`.
    """
    column = {"sold": "total_commitments_t", "shipped": "accumulated_exports_t"}[metric]
    weeks = pd.date_range(sales["week_ending"].min(), sales["week_ending"].max(), freq=WEEK)
    level = pd.Series(0.0, index=weeks)
    for year in sales["marketing_year"].unique():
        book = season(sales, year, column)
        held = book.reindex(weeks)
        held[weeks < book.index[0]] = 0.0
        if marketing_year(book.index[-1]) == year and book.index[-1] + WEEK > year_end(year):
            held[weeks > book.index[-1]] = season(sales, year, "accumulated_exports_t").iloc[-1]
        level = level + held
    return _periods(weeks - WEEK + DAY, weeks, level.diff())


def arrivals(customs: pd.DataFrame, press: pd.DataFrame) -> pd.DataFrame:
    """China's imports from the United States by month: customs, then what the press printed of customs.

    Columns: `first`, `last`, `quantity_t`, `source` (`customs` or `press`), by month.

    `customs`: `china_soybean_imports_monthly`; `press`: `purchase_commitments`: its outcomes that give a
    month of China's customs imports, million tonnes.
    """
    counted = customs[customs["partner_iso3"] == "USA"].set_index("month")["quantity_t"]
    wanted = press["item"].str.startswith("China customs imports of US soybeans")
    printed = press[wanted & (press["kind"] == "outcome")].set_index("period_from")["value"] * MT
    later = printed[printed.index > counted.index[-1]]
    whole = pd.concat([counted, later]).sort_index()
    months = pd.date_range(whole.index[0], whole.index[-1], freq="MS")
    table = _periods(months, months + pd.offsets.MonthEnd(0), whole.reindex(months))
    return table.assign(source=np.where(months > counted.index[-1], "press", "customs"))


def _periods(first: pd.DatetimeIndex, last: pd.DatetimeIndex, quantity: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"first": first, "last": last, "quantity_t": quantity.to_numpy(dtype=float)})


def shipments_norm(exports: pd.DataFrame, base_years: Sequence[str]) -> pd.DataFrame:
    """Cumulative shipments to China by month of the marketing year, over the base years.

    Index `month_number` 1 (September) to 12; `mean_t`, `low_t`, `high_t`, tonnes shipped by its end.

    `exports`: `us_soybean_exports_monthly`; a month the table holds without a row for China had none;
    `base_years`: marketing years, each complete in the table.
    """
    months = pd.DatetimeIndex(exports["month"].unique())
    china = monthly_to(exports, "CHN")
    paths = {}
    for year in base_years:
        wanted = pd.date_range(year_start(year), periods=12, freq="MS")
        if not wanted.isin(months).all():
            raise DataError(
                "a base year is not complete in the table",
                file="us_soybean_exports_monthly",
                column="month",
                value=year,
                remedy="name marketing years whose twelve months it holds in base_years",
            )
        paths[year] = china[wanted].cumsum().to_numpy()
    table = pd.DataFrame(paths, index=pd.RangeIndex(1, 13, name="month_number"))
    return pd.DataFrame(
        {"mean_t": table.mean(axis=1), "low_t": table.min(axis=1), "high_t": table.max(axis=1)}
    )


def monthly_to(exports: pd.DataFrame, partner_iso3: str) -> pd.Series:
    """Shipments to a destination by month, zero in months the table holds without a row for it."""
    rows = exports[exports["partner_iso3"] == partner_iso3].set_index("month")["quantity_t"]
    months = pd.date_range(exports["month"].min(), exports["month"].max(), freq="MS")
    held = months.isin(exports["month"].unique())
    return rows.reindex(months).where(~held, rows.reindex(months).fillna(0.0))


def gap_by_month(shipped: pd.Series, norm: pd.DataFrame) -> pd.DataFrame:
    """Shipments of a marketing year against the norm at each month's end.

    Columns: `month_end`, `week_ending` (the report nearest to it, at most six days away), `shipped_t`,
    `norm_t`, `low_t`, `high_t`, `gap_t` (norm less shipped). Months without a report are left out.

    `shipped`: cumulative shipments by week ending (`season`), tonnes; `norm`: from `shipments_norm`.
    """
    known = shipped.dropna()
    start = year_start(marketing_year(known.index[-1]))
    rows = []
    for number, row in norm.iterrows():
        month_end = start + pd.DateOffset(months=int(str(number))) - DAY
        away = np.abs(pd.DatetimeIndex(known.index) - month_end)
        if away.min() >= WEEK:
            continue
        week = known.index[int(away.argmin())]
        rows.append((month_end, week, known[week], row["mean_t"], row["low_t"], row["high_t"]))
    table = pd.DataFrame(rows, columns=["month_end", "week_ending", "shipped_t", "norm_t", "low_t", "high_t"])
    return table.assign(gap_t=table["norm_t"] - table["shipped_t"])


@dataclass(frozen=True)
class Pace:
    """Tonnes a week that a target needs, against what weeks of the past brought."""

    needed_t: float
    usual_t: float
    record_t: float

    @property
    def verdict(self) -> str:
        """`done`, `feasible` (nine weeks in ten are below it at most), `hard` (to the record), `not seen`."""
        if self.needed_t <= 0:
            return "done"
        if self.needed_t <= self.usual_t:
            return "feasible"
        return "hard" if self.needed_t <= self.record_t else "not seen"


def pace(target_t: float, reached_t: float, days_left: int, past_t: pd.Series) -> Pace | None:
    """Pace needed to reach a target; None when no day is left.

    `target_t`, `reached_t`: tonnes; `days_left`: until the deadline; `past_t`: tonnes of past weeks: their
    90th percentile and maximum are the measure.
    """
    if days_left <= 0:
        return None
    needed = max(0.0, target_t - reached_t) / (days_left / 7)
    past = past_t.dropna()
    return Pace(needed, float(past.quantile(0.9)), float(past.max()))


def aligned(sales: pd.DataFrame, year: str, start: pd.Timestamp) -> pd.Series:
    """Sales of a marketing year, moved to the calendar of the one that begins at `start`."""
    book = season(sales, year, "total_commitments_t")
    moved = book.set_axis(pd.DatetimeIndex(book.index) + (start - year_start(year)))
    return moved[moved.index >= start]


def past_weeks(
    sales: pd.DataFrame, inspections: pd.DataFrame, year: str, base_years: Sequence[str]
) -> dict[str, pd.Series]:
    """Weeks to measure a pace by: net sales of one season, inspections of the base seasons, tonnes."""
    in_base = inspections["week_ending"].map(marketing_year).isin(list(base_years))
    return {
        "sold": sales.loc[sales["marketing_year"] == year, "net_sales_t"],
        "shipped": inspections.loc[in_base, "quantity_t"],
    }


def two_counts(exports: pd.DataFrame, sales: pd.DataFrame, year: str) -> tuple[float, float]:
    """Shipments of a marketing year as Census counts them and as the weekly reports do, tonnes."""
    months = pd.date_range(year_start(year), periods=12, freq="MS")
    reports = season(sales, year, "accumulated_exports_t").iloc[-1]
    return float(monthly_to(exports, "CHN")[months].sum(skipna=False)), float(reports)
