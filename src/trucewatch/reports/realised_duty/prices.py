"""Unit values of imports before duty: did sellers lower their prices when the duty rose?

A unit value is customs value over quantity. It moves with prices and with what is in a code, so it is a weak
measure of prices. The index is Tornqvist's: the mean change of the logarithm, weighted by the mean of the
shares of value that a code has in the two years.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trucewatch.errors import DataError

#: Codes whose unit value moved by more than this factor are left out: other goods, or an error.
LARGEST = 4.0


def changes(
    values: pd.DataFrame, quantities: pd.DataFrame, partner: str, years: tuple[int, int]
) -> pd.DataFrame:
    """Return the change of the unit value by code.

    By `hs6`: `before_usd`, `after_usd` (customs value), `log_change` of the unit value, empty where there is
    no quantity in one unit in both years.

    `values`: `us_trade_hs6_annual`; `quantities`: `us_imports_quantity_hs6_annual`; `partner`: ISO code of
    the supplier; `years`: the earlier and the later year.

    Raises `DataError` if one of the years has no imports from the partner.
    """
    own = values[(values["flow"] == "imports") & (values["partner_iso3"] == partner)]
    rows = own.merge(quantities, how="left", on=["year", "partner_iso3", "hs6"]).set_index("hs6")
    before, after = (rows[rows["year"] == year] for year in years)
    if before.empty or after.empty:
        problem = "imports of both years are needed"
        remedy = "choose years that the table holds for this partner"
        raise DataError(problem, file="us_trade_hs6_annual", column="year", value=years, remedy=remedy)
    codes = before.index.union(after.index)
    before, after = before.reindex(codes), after.reindex(codes)
    found = pd.DataFrame({"before_usd": before["value_usd"], "after_usd": after["value_usd"]}).fillna(0.0)
    ratio = (after["value_usd"] / after["quantity"]) / (before["value_usd"] / before["quantity"])
    is_alike = (before["quantity_unit"] == after["quantity_unit"]) & (ratio > 0)
    found["log_change"] = np.log(ratio.where(is_alike))
    return found


def index(changed: pd.DataFrame) -> pd.Series:
    """Return the price index of a supplier and what it rests on.

    `change_pct` of the index, `median_pct` over codes, `codes`, and shares of the value of both years:
    `covered` by the index, `no_quantity` (none in one unit), `left_out` (moved by more than `LARGEST` times).
    """
    value = changed["before_usd"] + changed["after_usd"]
    known = changed["log_change"].notna()
    kept = known & (changed["log_change"].abs() <= np.log(LARGEST))
    rows = changed[kept]
    weight = (rows["before_usd"] / rows["before_usd"].sum() + rows["after_usd"] / rows["after_usd"].sum()) / 2
    return pd.Series(
        {
            "change_pct": 100 * np.expm1((weight * rows["log_change"]).sum()),
            "median_pct": 100 * np.expm1(rows["log_change"].median()),
            "codes": float(len(rows)),
            "covered": value[kept].sum() / value.sum(),
            "no_quantity": value[~known].sum() / value.sum(),
            "left_out": value[known & ~kept].sum() / value.sum(),
        }
    )


def indexes(
    values: pd.DataFrame, quantities: pd.DataFrame, names: Mapping[str, str], years: tuple[int, int]
) -> pd.DataFrame:
    """Return `index` for every supplier with quantities, its name first."""
    partners = sorted(quantities["partner_iso3"].unique())
    rows = {names.get(iso3, iso3): index(changes(values, quantities, iso3, years)) for iso3 in partners}
    return pd.DataFrame(rows).T.rename_axis("supplier").reset_index()


def fall_if_sellers_paid(before_pct: float, after_pct: float) -> float:
    """Return the change of prices before duty, percent, at which buyers would have paid no more with duty."""
    return 100 * ((1 + before_pct / 100) / (1 + after_pct / 100) - 1)
