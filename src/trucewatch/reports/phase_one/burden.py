"""What an action "equivalent in value to the burden" could mean: three readings, as arithmetic.

Section 301 caps a mandatory action at goods or services "in an amount that is equivalent in value to the
burden or restriction" (19 USC 2411(a)(3)) and does not say how to measure. Here demand for imports from China
answers the price with one constant elasticity: with an average duty t0 now and a duty d on top, at full
pass-through,

    V(d) = V0 * ((1 + t0 + d) / (1 + t0)) ** -e.

Nothing here is legal advice, and no finding of any authority is assumed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from trucewatch.errors import DataError, ParameterError


class Market(NamedTuple):
    """Imports from China that an action would meet.

    `imports`: Customs value of a year, billions of US dollars; `duty`: average duty paid now, a fraction of
    customs value; `elasticity`: fall of imports in percent for one percent more in the duty-paid price; above
    zero.
    """

    imports: float
    duty: float
    elasticity: float


def market(monthly: pd.DataFrame, period: str, elasticity: float) -> Market:
    """Return imports for consumption from China and the duty calculated on them over a year.

    `monthly`: the table `us_imports_monthly`; `period`: a calendar year, such as `"2024"`, or `"last 12
    months"` of the table; `elasticity`: of import demand.
    """
    if not elasticity > 0:
        raise ParameterError(f"elasticity is {elasticity}; it must be above 0")
    rows = monthly[monthly["partner_iso3"] == "CHN"].sort_values("month")
    in_year = rows["month"].dt.year.astype(str) == period
    year = rows.tail(12) if period == "last 12 months" else rows[in_year]
    if len(year) != 12 or year[["value_usd", "duty_usd"]].isna().any(axis=None):
        problem = f"{len(year)} months with value and duty for {period}; twelve are wanted"
        remedy = "choose a year that the table holds in full"
        raise DataError(problem, remedy=remedy, file="us_imports_monthly", column="month", value=period)
    value = float(year["value_usd"].sum())
    return Market(value / 1e9, float(year["duty_usd"].sum()) / value, elasticity)


def imports_after(at: Market, added: float) -> float:
    """Return imports once a duty `added` (a fraction) comes on top, billions of US dollars."""
    return float(at.imports * ((1 + at.duty + added) / (1 + at.duty)) ** -at.elasticity)


def collected(at: Market, added: float) -> float:
    """Return what the added duty collects in a year, billions of US dollars (not net of duties lost)."""
    return added * imports_after(at, added)


def peak(at: Market) -> float:
    """Return the added duty that collects most; infinite where a higher rate always collects more."""
    return (1 + at.duty) / (at.elasticity - 1) if at.elasticity > 1 else math.inf


def most_collected(at: Market) -> float:
    """Return the most any rate can collect; infinite for an elasticity below one."""
    if at.elasticity > 1:
        return collected(at, peak(at))
    return at.imports * (1 + at.duty) if at.elasticity == 1 else math.inf


def rate_to_collect(at: Market, amount: float) -> float | None:
    """Return the lowest added duty that collects `amount` a year; None where no rate does.

    Found by halving an interval on which the sum collected rises.
    """
    most = most_collected(at)
    if amount > most or (amount == most and at.elasticity == 1):
        return None
    low, high = 0.0, min(peak(at), 1.0)
    while collected(at, high) < amount and high < peak(at):
        high = min(2 * high, peak(at))
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if collected(at, middle) < amount else (low, middle)
    return high


def rate_to_reduce(at: Market, amount: float) -> float | None:
    """Return the added duty that makes imports fall by `amount` a year; None where imports are smaller."""
    if amount >= at.imports:
        return None
    return float((1 + at.duty) * ((1 - amount / at.imports) ** (-1 / at.elasticity) - 1))


def readings(burden: float, markets: list[Market]) -> pd.DataFrame:
    """Return the three readings of an action worth `burden` a year, for each market.

    Columns: `reading` (`trade covered`, `duty collected`, `trade reduced`), `elasticity` (empty for the
    first, which needs none), `share` of imports (covered, or lost), `added_rate` (a fraction; empty: not
    given by the reading, or no rate reaches it), `imports_after`, `collected`, `most_collected`,
    `rate_of_most` and `has_solution`.

    `burden`: billions of US dollars a year; `markets`: the same imports at several elasticities.
    """
    first = markets[0]
    rows: list[dict[str, object]] = [
        {"reading": "trade covered", "share": burden / first.imports, "has_solution": burden <= first.imports}
    ]
    for name, solve in (("duty collected", rate_to_collect), ("trade reduced", rate_to_reduce)):
        for at in markets:
            rate = solve(at, burden)
            rows.append({"reading": name, **_row(at, rate)})
    columns = [
        "reading",
        "elasticity",
        "has_solution",
        "added_rate",
        "share",
        "imports_after",
        "collected",
        "most_collected",
        "rate_of_most",
    ]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys([columns[1], *columns[3:]], float))


def _row(at: Market, rate: float | None) -> dict[str, object]:
    row: dict[str, object] = {
        "elasticity": at.elasticity,
        "has_solution": rate is not None,
        "most_collected": most_collected(at) if math.isfinite(most_collected(at)) else None,
        "rate_of_most": peak(at) if math.isfinite(peak(at)) else None,
    }
    if rate is not None:
        after = imports_after(at, rate)
        row |= {
            "added_rate": rate,
            "share": 1 - after / at.imports,
            "imports_after": after,
            "collected": collected(at, rate),
        }
    return row


def revenue_curve(at: Market) -> pd.Series:
    """Return what added duties from zero to 200 percent collect, by rate (a fraction)."""
    rates = [step / 100 for step in range(201)]
    return pd.Series([collected(at, rate) for rate in rates], index=pd.Index(rates, name="added_rate"))
