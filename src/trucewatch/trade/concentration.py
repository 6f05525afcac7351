"""Which products a change falls on: HS chapters, and how concentrated trade is."""

from __future__ import annotations

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.paths import packaged_rows

#: Short names of the HS chapters that carry most trade; other chapters go by their number.
CHAPTERS = {row["chapter"]: row["name"] for row in packaged_rows(__package__, "chapter_names.csv")}


def last_two_years(products: pd.DataFrame) -> tuple[int, int]:
    """The two latest years of a product table that hold values."""
    years = sorted(products.dropna(subset=["value_usd"])["year"].unique())
    if len(years) < 2:
        raise DataError("the product table holds fewer than two years", remedy="add a year", column="year")
    return int(years[-2]), int(years[-1])


def chapter_change(
    products: pd.DataFrame, base_year: int, year: int, value: str = "value_usd"
) -> pd.DataFrame:
    """Change by HS chapter (the first two digits of `hs6`) between two years.

    By `chapter`, largest fall first: `base_usd`, `value_usd`, `change_usd`, `change` (fraction),
    `share_of_fall` (of the sum of all changes), `lines` (HS6 codes traded in either year).

    `products`: one flow with one partner: `year`, `hs6`, and the value column in US dollars; `base_year`,
    `year`: the years compared.

    Raises `DataError` if a year is not in the table.
    """
    for wanted in (base_year, year):
        if wanted not in set(products["year"]):
            remedy = f"choose one of {', '.join(str(found) for found in sorted(set(products['year'])))}"
            raise DataError("the product table has no such year", remedy=remedy, column="year", value=wanted)
    chosen = products[products["year"].isin([base_year, year])]
    chapter = chosen["hs6"].str[:2].rename("chapter")
    sums = chosen.pivot_table(index=chapter, columns="year", values=value, aggfunc="sum", fill_value=0.0)
    table = pd.DataFrame({"base_usd": sums[base_year], "value_usd": sums[year]}).astype(float)
    table["change_usd"] = table["value_usd"] - table["base_usd"]
    table["change"] = table["change_usd"] / table["base_usd"].where(table["base_usd"] != 0)
    table["share_of_fall"] = table["change_usd"] / table["change_usd"].sum()
    table["lines"] = chosen.groupby(chapter)["hs6"].nunique()
    return table.sort_values(["change_usd", "base_usd"], kind="stable").reset_index()


def herfindahl(values: pd.Series) -> float:
    """Herfindahl index of the shares, sum of s_i^2: 1/n when all are equal, 1 when one holds all."""
    if (values < 0).any() or not values.sum() > 0:
        raise DataError(
            "shares need values of zero or more that do not all vanish", remedy="check the value column"
        )
    return float(((values / values.sum()) ** 2).sum())
