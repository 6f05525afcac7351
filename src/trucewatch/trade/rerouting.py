"""Red flags of rerouting: where purchases from China and sales to the United States rise together.

Aggregate data cannot prove transshipment. The same pattern comes from parts that are worked up, from new
factories,
and from two flows of different goods under one code. A flag says: worth a look, with documents of the
shipment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trucewatch.errors import DataError

WARNING = "Aggregate data cannot prove transshipment; a flag only says that a product is worth a look."
COLUMNS = ("partner_iso3", "hs6", "year", "period", "value_usd", "quantity")
FLAGS = ("duty_rose", "moved_together", "same_price", "no_sales_elsewhere")


@dataclass(frozen=True)
class Thresholds:
    """When a pattern is a flag.

    Attributes
    ----------
    rise_pp
        Least rise of the duty on goods of China (0 to 150 points).
    correlation
        Least correlation of the changes from period to period (0 to 1).
    price_low, price_high
        Range of the price at which the partner bought over the price at which it sold (0 to 5).
    growth_elsewhere
        Most growth of the partner's sales to everyone else (-1 to 5).
    """

    rise_pp: float = 10.0
    correlation: float = 0.5
    price_low: float = 0.7
    price_high: float = 1.1
    growth_elsewhere: float = 0.1


def red_flags(
    to_us: pd.DataFrame,
    from_china: pd.DataFrame,
    elsewhere: pd.DataFrame,
    rise_pp: pd.Series,
    base_year: int,
    year: int,
    thresholds: Thresholds = Thresholds(),
) -> pd.DataFrame:
    """Return products of third countries that are worth a look, ranked.

    Parameters
    ----------
    to_us, from_china, elsewhere
        What each partner sold to the United States, bought from China, and sold to all others:
        `partner_iso3`, `hs6`,
        `year`, `period` (month or quarter within the year), `value_usd`, `quantity` (same unit in all tables;
        may be
        empty).
    rise_pp
        Rise of the duty on goods of China by `hs6`, points.
    base_year, year
        Years to compare.

    Returns
    -------
    pandas.DataFrame
        `partner_iso3`, `hs6`, `overlap_usd` (the smaller of both flows in `year`: an upper bound of what
        could have
        been passed on), `excess_usd` (the smaller of both rises, at least 0), `correlation`, `price_ratio`,
        `growth_elsewhere`, the four flags (empty where a number is missing) and `flags`, their count; most
        flags
        first, then the largest excess.

    Raises
    ------
    DataError
        If a table lacks a column, or holds a key twice.
    """
    tables = {"to_us": to_us, "from_china": from_china, "elsewhere": elsewhere}
    for name, table in tables.items():
        _check(table, name)
    sums = {
        name: table.groupby(["partner_iso3", "hs6", "year"])[["value_usd", "quantity"]].sum(min_count=1)
        for name, table in tables.items()
    }
    pairs = [
        pd.MultiIndex.from_frame(tables[name][["partner_iso3", "hs6"]].drop_duplicates())
        for name in ("to_us", "from_china")
    ]
    found = pd.DataFrame(index=pairs[0].intersection(pairs[1]).sort_values())

    def of(name: str, when: int, column: str = "value_usd") -> pd.Series:
        rows = sums[name]
        of_year = rows[rows.index.get_level_values("year") == when]
        return of_year.droplevel("year")[column].reindex(found.index)

    now = {name: of(name, year).fillna(0.0) for name in tables}
    then = {name: of(name, base_year).fillna(0.0) for name in tables}
    found["overlap_usd"] = np.minimum(now["from_china"], now["to_us"])
    rises = np.minimum(now["from_china"] - then["from_china"], now["to_us"] - then["to_us"])
    found["excess_usd"] = np.maximum(rises, 0.0)
    found["correlation"] = _correlations(to_us, from_china).reindex(found.index)
    price = {
        name: now[name] / of(name, year, "quantity").where(lambda x: x > 0)
        for name in ("from_china", "to_us")
    }
    found["price_ratio"] = price["from_china"] / price["to_us"].where(price["to_us"] > 0)
    found["growth_elsewhere"] = now["elsewhere"] / then["elsewhere"].where(then["elsewhere"] > 0) - 1
    rise = rise_pp.reindex(found.index.get_level_values("hs6")).set_axis(found.index)
    limits = thresholds
    found["duty_rose"] = _flag(rise >= limits.rise_pp, rise)
    found["moved_together"] = _flag(found["correlation"] >= limits.correlation, found["correlation"])
    found["same_price"] = _flag(
        found["price_ratio"].between(limits.price_low, limits.price_high), found["price_ratio"]
    )
    found["no_sales_elsewhere"] = _flag(
        found["growth_elsewhere"] <= limits.growth_elsewhere, found["growth_elsewhere"]
    )
    found["flags"] = found[list(FLAGS)].fillna(False).astype(bool).sum(axis=1).astype(int)
    found = found[found["excess_usd"] > 0]
    return found.sort_values(["flags", "excess_usd"], ascending=False, kind="stable").reset_index()


def _check(table: pd.DataFrame, name: str) -> None:
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise DataError(
            f"column {', '.join(missing)} is missing", remedy=f"give it {', '.join(COLUMNS)}", file=name
        )
    twice = table[table.duplicated(list(COLUMNS[:4]))]
    if len(twice):
        raise DataError(
            "a partner, product and period stand twice",
            remedy="sum them",
            file=name,
            value=tuple(twice.iloc[0, :4]),
        )


def _correlations(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Return the correlation of changes from period to period, by partner and product (three changes at
    least)."""
    wide = [
        table.pivot(  # noqa: PD010
            index=["year", "period"], columns=["partner_iso3", "hs6"], values="value_usd"
        ).sort_index()
        for table in (one, other)
    ]
    both = wide[0].columns.intersection(wide[1].columns)
    at = wide[0].index.intersection(wide[1].index)
    changes = [table.loc[at, both].diff() for table in wide]
    enough = (changes[0].notna() & changes[1].notna()).sum() >= 3
    return changes[0].corrwith(changes[1]).where(enough)


def _flag(is_met: pd.Series, rests_on: pd.Series) -> pd.Series:
    return is_met.astype("boolean").where(rests_on.notna(), pd.NA)
