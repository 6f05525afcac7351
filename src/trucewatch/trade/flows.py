"""Monthly flows: series, growth, shares, seasonality, industries.

Every function takes clean tables (see `trucewatch.tables`) or series in US dollars, monthly, first day of
the month, not seasonally adjusted, and returns a new object. Nothing here reads a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trucewatch.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Hashable

#: NAICS-3 code of the row that holds the total of a partner.
ALL_INDUSTRIES = "000"
#: Codes of the Census Bureau's industries that hold goods of no industry: waste, used goods, goods returned,
#: special provisions (chapters 98 and 99 of the schedule).
NOT_INDUSTRIES = ("910", "930", "980", "990")
WORLD = "WLD"


def monthly_series(table: pd.DataFrame, value: str = "value_usd", **where: Hashable) -> pd.Series:
    """Take one gapless monthly series out of a clean table.

    Values by month (a monthly DatetimeIndex), sorted, unit of the column.

    Raises `DataError` if no row is left, a month occurs twice, or a month between the first and the last is
    missing.

    - `table`: a table with a column `month` and the column named by `value`
    - `value`: the column to take, US dollars
    - `**where`: column = value pairs that select the rows, e.g. `flow="imports"`
    """
    chosen = table
    for column, wanted in where.items():
        chosen = chosen[chosen[column] == wanted]
    chosen = chosen.dropna(subset=[value])
    asked = ", ".join(f"{column}={wanted}" for column, wanted in where.items()) or "all rows"
    if chosen.empty:
        raise DataError(
            f"no row for {asked}", remedy="check the codes and the coverage of the table", column=value
        )
    index = pd.DatetimeIndex(pd.to_datetime(chosen["month"])).as_unit("s")
    series = pd.Series(chosen[value].to_numpy(float), index=index, name=value).sort_index()
    twice = series.index[series.index.duplicated()]
    if len(twice):
        problem = f"a month occurs twice for {asked}"
        remedy = "select one series with further column = value pairs"
        raise DataError(problem, remedy=remedy, column="month", value=f"{twice[0]:%Y-%m}")
    full = months(series.index[0], series.index[-1])
    missing = absent(full, series)
    if len(missing):
        problem = f"a month is missing for {asked}"
        remedy = "add the month to the source table or end the series before it"
        raise DataError(problem, remedy=remedy, column="month", value=f"{missing[0]:%Y-%m}")
    return series.reindex(full).rename_axis("month")


def yoy(series: pd.Series) -> pd.Series:
    """Growth on the same month a year earlier, m_t / m_{t-12} - 1 (a fraction; 0.1 = 10 %).

    The first twelve months have no base and are missing; so is a month whose base is zero.
    """
    base = series.shift(12)
    return series / base.where(base != 0) - 1


def share(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Share s_t = part_t / whole_t over the months both have.

    Raises `DataError` if the part exceeds the whole in a month: then the two are not the same measure.
    """
    part, whole = part.align(whole, join="inner")
    result = part / whole
    if (result > 1).any():
        month = result.index[result > 1][0]
        problem = "the part is larger than the whole"
        remedy = "use the same measure (general or consumption, same vintage) for both"
        raise DataError(problem, remedy=remedy, column=part.name, row=f"{month:%Y-%m}", value=result[month])
    return result


def total(series: pd.Series, first: str | pd.Timestamp, last: str | pd.Timestamp) -> float:
    """Sum over the months first..last, both counted.

    Raises `DataError` if one of the months is not in the series: a sum over fewer months would look like a
    fall.
    """
    wanted = months(first, last)
    missing = absent(wanted, series.dropna())
    if len(missing) or not len(wanted):
        raise DataError(
            f"the sum over {pd.Timestamp(first):%Y-%m}..{pd.Timestamp(last):%Y-%m} cannot be taken",
            remedy=f"the series runs {series.index[0]:%Y-%m}..{series.index[-1]:%Y-%m}",
            column="month",
            value=f"{missing[0]:%Y-%m}" if len(missing) else "no month",
        )
    return float(series.loc[wanted].sum())


def splice(older: pd.Series, newer: pd.Series) -> pd.Series:
    """One series from two vintages: `newer` where it exists, `older` before it.

    Months of `older` that lie inside the span of `newer` are dropped, not averaged: the newer vintage holds
    the publisher's revisions.
    """
    before = older[older.index < newer.index[0]]
    joined = pd.concat([before, newer])
    return joined.asfreq("MS").rename_axis("month")


def import_series(
    goods: pd.DataFrame, panel: pd.DataFrame, totals: pd.DataFrame, partner_iso3: str, value_type: str
) -> pd.Series:
    """US imports from a partner by month, on one of two bases.

    Raises `DataError` if the basis is unknown, or general imports are asked for another partner than China.

    - `goods`: general imports by month and flow (`us_china_goods_monthly`); China only.
    - `panel`: imports for consumption by month, partner and industry (`us_imports_naics3_monthly`), the older
      vintage
    - `totals`: general imports and imports for consumption by month and partner (`us_imports_monthly`), the
      newer vintage
    - `partner_iso3`: the partner
    - `value_type`: `general`: goods as they arrive, from `goods`. `consumption`: goods as they enter the
      customs territory, by `panel` and, from its first month, by `totals`
    """
    if value_type == "consumption":
        return splice(
            industry_matrix(panel, partner_iso3).sum(axis=1),
            monthly_series(totals, partner_iso3=partner_iso3),
        ).rename("value_usd")
    if value_type == "general" and partner_iso3 == "CHN":
        return monthly_series(goods, flow="imports")
    problem, remedy = "no such series of imports", "ask for `general` (China) or `consumption`"
    raise DataError(problem, remedy=remedy, column="value_type", value=f"{value_type}, {partner_iso3}")


def trailing_shares(panel: pd.DataFrame, totals: pd.DataFrame, partners: list[str]) -> pd.DataFrame:
    """Partners' shares of US imports for consumption over the twelve months that end in each month.

    s_t = sum_{k=0..11} m_{p,t-k} / sum_{k=0..11} m_{WLD,t-k}; a fraction. Twelve-month sums hold every
    season once.
    """

    def year_sum(partner: str) -> pd.Series:
        older = industry_matrix(panel, partner).sum(axis=1)
        newer = monthly_series(totals, partner_iso3=partner)
        return splice(older, newer).rolling(12).sum()

    whole = year_sum(WORLD)
    return pd.DataFrame({partner: share(year_sum(partner), whole) for partner in partners}).dropna()


def seasonal(series: pd.Series) -> pd.DataFrame:
    """Seasonal split by STL on the logarithm: period 12, robust weights (Cleveland and others 1990).

    log m_t = T_t + S_t + R_t, so the seasonal factor exp(S_t) - 1 is the usual distance of a month from
    trend.

    By month: `value` (as given), `trend` = exp(T), `factor` = exp(S) - 1 (fraction), `adjusted` = value /
    exp(S).

    `series`: monthly values above zero, at least two years.

    Raises `DataError` if the series is shorter than 24 months or holds a value not above zero.
    """
    # Imported here: half a second that callers of the small functions need not pay.
    from statsmodels.tsa.stl._stl import STL

    check_positive(series)
    if len(series) < 24:
        raise DataError("too short for a season", remedy="give at least 24 months", value=len(series))
    logs = np.log(series.to_numpy(float))
    # A locally constant season over three years: a locally linear one, under robust weights, drifts with a
    # few outlying autumns and would put the yearly peak in November.
    split = STL(logs, period=12, robust=True, seasonal=35, seasonal_deg=0, trend=23).fit()
    season = np.exp(split.seasonal)
    return pd.DataFrame(
        {"value": series, "trend": np.exp(split.trend), "factor": season - 1, "adjusted": series / season},
        index=series.index,
    )


def seasonal_profile(split: pd.DataFrame) -> pd.Series:
    """Mean seasonal factor of each calendar month (1..12), as a fraction (`seasonal`)."""
    factor = split["factor"]
    return factor.groupby(pd.DatetimeIndex(factor.index).month).mean().rename_axis("calendar_month")


def check_positive(series: pd.Series) -> None:
    """Refuse a value that has no logarithm, naming its month."""
    bad = series[~(series > 0)]
    if len(bad):
        raise DataError(
            "a value is not above zero, so it has no logarithm",
            remedy="end the series before it or correct the source row",
            column=series.name,
            row=f"{bad.index[0]:%Y-%m}",
            value=bad.iloc[0],
        )


def annual(imports: pd.Series, exports: pd.Series) -> pd.DataFrame:
    """Whole calendar years that both series cover.

    By `year`: `imports_usd`, `exports_usd`, `balance_usd` = exports - imports, and the growth of both on the
    year before (`imports_change`, `exports_change`, fractions).
    """
    table = pd.DataFrame({"imports_usd": imports, "exports_usd": exports}).dropna()
    years = table.groupby(pd.DatetimeIndex(table.index).year)
    sums = years.sum()[years["imports_usd"].count() == 12].rename_axis("year")
    sums["balance_usd"] = sums["exports_usd"] - sums["imports_usd"]
    for flow in ("imports", "exports"):
        sums[f"{flow}_change"] = sums[f"{flow}_usd"].pct_change()
    return sums


def industry_matrix(panel: pd.DataFrame, partner_iso3: str) -> pd.DataFrame:
    """Months x NAICS-3 industries for one partner, US dollars; an absent cell is zero trade.

    The total row (`000`) is left out, so the row sums are the partner's total.
    """
    rows = panel[(panel["partner_iso3"] == partner_iso3) & (panel["naics3"] != ALL_INDUSTRIES)]
    if rows.empty:
        problem = "the industry panel has no such partner"
        remedy = "use an ISO 3166 code of the panel, or WLD for the world"
        raise DataError(problem, remedy=remedy, column="partner_iso3", value=partner_iso3)
    wide = rows.pivot(index="month", columns="naics3", values="value_usd").astype(float)  # noqa: PD010
    wide.index = pd.DatetimeIndex(pd.to_datetime(wide.index)).as_unit("s")
    return wide.asfreq("MS").fillna(0.0).sort_index(axis=1).rename_axis("month")


def industry_change(
    matrix: pd.DataFrame, first: str | pd.Timestamp, last: str | pd.Timestamp, base_year: int
) -> pd.DataFrame:
    """Change by industry, months first..last against the same calendar months of the base year.

    By `naics3`, largest fall first, goods of no industry (`NOT_INDUSTRIES`) last: `value_usd`, `base_usd`,
    `change_usd`, `change` (fraction of the base; missing where the base is zero), `share_of_fall` (of the sum
    of all changes).

    `matrix`: months x industries, US dollars (`industry_matrix`); `first`, `last`: the months compared, both
    counted; beyond a year, a base month counts as often as its calendar month; `base_year`: the year the base
    months are taken from.
    """
    compared = months(first, last)
    base = same_months(compared, base_year)
    for wanted in (compared, base):
        _refuse_absent(wanted, matrix)
    table = pd.DataFrame({"value_usd": matrix.loc[compared].sum(), "base_usd": matrix.loc[base].sum()})
    table["change_usd"] = table["value_usd"] - table["base_usd"]
    table["change"] = table["change_usd"] / table["base_usd"].where(table["base_usd"] != 0)
    table["share_of_fall"] = table["change_usd"] / table["change_usd"].sum()
    table["last"] = table.index.isin(NOT_INDUSTRIES)
    ordered = table.sort_values(["last", "change_usd", "base_usd"], kind="stable").drop(columns="last")
    return ordered.rename_axis("naics3").reset_index()


def _refuse_absent(wanted: pd.DatetimeIndex, held: pd.DataFrame | pd.Series) -> None:
    missing = absent(wanted, held)
    if len(missing):
        problem = "a month that is compared is missing"
        remedy = f"the data run {held.index[0]:%Y-%m}..{held.index[-1]:%Y-%m}"
        raise DataError(problem, remedy=remedy, column="month", value=f"{missing[0]:%Y-%m}")


def industries_of(codes: pd.Index | pd.Series) -> np.ndarray:
    """Tell which codes are of an industry: what is ranked or counted as an industry leaves the others out."""
    return np.asarray(~codes.isin(NOT_INDUSTRIES), dtype=bool)


def against_base_year(series: pd.Series, wanted: pd.DatetimeIndex, base_year: int) -> tuple[float, float]:
    """Sum over some months, and over the same calendar months of the base year (repeated beyond a year)."""
    base = same_months(wanted, base_year)
    for asked in (wanted, base):
        _refuse_absent(asked, series)
    return float(series.loc[wanted].sum()), float(series.loc[base].sum())


def months(first: str | pd.Timestamp, last: str | pd.Timestamp) -> pd.DatetimeIndex:
    """First days of the months first..last, both counted."""
    return pd.date_range(pd.Timestamp(first), pd.Timestamp(last), freq="MS", unit="s")


def same_months(wanted: pd.DatetimeIndex, year: int) -> pd.DatetimeIndex:
    """The same calendar months in another year."""
    return pd.DatetimeIndex([month.replace(year=year) for month in wanted]).as_unit("s")


def absent(wanted: pd.DatetimeIndex, table: pd.Series | pd.DataFrame) -> pd.DatetimeIndex:
    """The wanted months that a monthly series or table does not hold."""
    return wanted.difference(pd.DatetimeIndex(table.index))
