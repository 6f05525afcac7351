"""What customs assess on the goods of other countries, and why it rose: mix, exemption, rate.

With chapters c, value v, dutiable value d and duty t, s = v / sum v, b = d / v (the part that bore a duty)
and q = t / d (the rate on it), the assessed rate is e = sum s b q. Between two periods, 0 and 1:

    mix        sum (s1 - s0) b0 q0     other chapters
    exemption  sum s1 (b1 - b0) q0     more or less of a chapter bears a duty
    rate       sum s1 b1 (q1 - q0)     the rate on what bears one

The three sum exactly. A chapter in which nothing bore a duty in one of the periods has the rate of the other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trucewatch.errors import DataError

STEPS = ("mix_pp", "exemption_pp", "rate_pp")


def largest(totals: pd.DataFrame, count: int = 12) -> list[str]:
    """Return the largest suppliers of the last twelve months, groups left out, largest first.

    `totals`: `us_imports_monthly`; `count`: how many.
    """
    year = totals[totals["month"] > totals["month"].max() - pd.DateOffset(years=1)]
    sums = year[~year["is_aggregate"]].groupby("partner_iso3")["value_usd"].sum()
    return [str(code) for code in sums.sort_values(ascending=False, kind="stable").index[:count]]


def steps(chapters: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
    """Return the steps from the assessed rate of one period to that of another, by country.

    By `partner_iso3`, and `WLD` for all: `value_usd` of the later period, `before_pct`, `mix_pp`,
    `exemption_pp`, `rate_pp`, `after_pct`; a country without imports in one of the periods is left out.

    `chapters`: `us_imports_hs2_partner`; `before`, `after`: periods as printed.

    Raises `DataError` if the table lacks a period.
    """
    for period in (before, after):
        if period not in set(chapters["period"]):
            raise DataError(
                "no such period",
                file="us_imports_hs2_partner",
                column="period",
                value=period,
                remedy=f"use one of {', '.join(sorted(set(chapters['period'])))}",
            )
    values = ["value_usd", "dutiable_value_usd", "duty_usd"]
    by = ["period", "partner_iso3", "hs2"]
    world = chapters.groupby(["period", "hs2"], as_index=False)[values].sum().assign(partner_iso3="WLD")
    rows = pd.concat([chapters[by + values], world]).set_index(by)
    was, now = (rows.xs(period, level="period") for period in (before, after))
    cells = was.index.union(now.index)
    was, now = was.reindex(cells, fill_value=0), now.reindex(cells, fill_value=0)
    s0, s1 = (
        side["value_usd"] / side["value_usd"].groupby("partner_iso3").transform("sum") for side in (was, now)
    )
    b0, b1 = (_part(side["dutiable_value_usd"], side["value_usd"]) for side in (was, now))
    q0, q1 = (_part(side["duty_usd"], side["dutiable_value_usd"]) for side in (was, now))
    q0, q1 = q0.fillna(q1).fillna(0.0), q1.fillna(q0).fillna(0.0)
    b0, b1 = b0.fillna(0.0), b1.fillna(0.0)
    terms = {
        "before_pct": s0 * b0 * q0,
        "mix_pp": (s1 - s0) * b0 * q0,
        "exemption_pp": s1 * (b1 - b0) * q0,
        "rate_pp": s1 * b1 * (q1 - q0),
        "after_pct": s1 * b1 * q1,
    }
    found = pd.DataFrame({name: 100 * term.groupby("partner_iso3").sum() for name, term in terms.items()})
    totals = {
        side: frame["value_usd"].groupby("partner_iso3").sum() for side, frame in (("a", was), ("b", now))
    }
    found.insert(0, "value_usd", totals["b"])
    return found[(totals["a"] > 0) & (totals["b"] > 0)].sort_values(
        "value_usd", ascending=False, kind="stable"
    )


def _part(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0, np.nan)
