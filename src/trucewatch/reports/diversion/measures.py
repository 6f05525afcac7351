"""Who took China's place: imports by the rise of the duty on goods of China, by industry, and by heading.

The rise of a product's duty is the mean over the days of a window less the duty on the day before the first
act of 2025, products of six digits weighted by 2024 imports of their lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from trucewatch.duty.panel import Panel
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.tables.concordance import Families, check_totals
from trucewatch.trade.realised import law_by_group

ORIGIN = "CHN"


def duty_rise(panel: Panel, weights: pd.DataFrame, before: date, window: tuple[date, date]) -> pd.DataFrame:
    """Return the rise of the duty on goods of China by HS6.

    By `hs6`: `before_pct`, `after_pct`, `rise_pp`, `basket_share` and `log_rise`, the rise of log(1 + duty).

    `panel`, `weights`: duties, and shares of products as `trade.weights.WeightSet.shares`; `before`: the last
    day before the first act; `window`: days, half-open, over which the duty after is averaged.
    """
    codes = sorted(set(weights["code"]))
    day = (before, date.fromordinal(before.toordinal() + 1))
    law = law_by_group(panel, weights, {code: code[:6] for code in codes}, [day, window])
    after = law[law["month"] == pd.Timestamp(window[0])].set_index("group")
    found = pd.DataFrame({"after_pct": after["rate_pct"], "basket_share": after["basket_share"]})
    found.insert(0, "before_pct", law[law["month"] == pd.Timestamp(before)].set_index("group")["rate_pct"])
    found.insert(2, "rise_pp", found["after_pct"] - found["before_pct"])
    found["log_rise"] = np.log1p(found["after_pct"] / 100) - np.log1p(found["before_pct"] / 100)
    return found.dropna().rename_axis("hs6")


def bin_labels(edges: Sequence[float]) -> list[str]:
    """Return the names of the bins of the rise, in points.

    Raises `ParameterError` if the edges do not rise.
    """
    if not edges or any(high <= low for low, high in pairwise(edges)):
        raise ParameterError(f"bins: found {list(edges)}; legal: rising numbers")
    names = [f"{edge:g}" for edge in edges]
    middle = [f"{low} to {high}" for low, high in pairwise(names)]
    return [f"up to {names[0]}", *middle, f"over {names[-1]}"]


def bin_of(rise: pd.Series, edges: Sequence[float]) -> pd.Series:
    """Return the bin of each rise; an edge belongs to the bin below it."""
    labels = bin_labels(edges)
    at = np.searchsorted(np.asarray(edges, dtype=float), rise.round(6).to_numpy(), side="left")
    return pd.Series(np.asarray(labels, dtype=object)[at], index=rise.index)


def by_family(six: pd.DataFrame, rise: pd.DataFrame, families: Families) -> pd.DataFrame:
    """Return imports by family of codes, partner and year, with the rise of China's duty.

    Columns: `family`, `partner_iso3`, `year`, `value_usd`, `rise_pp` and `log_rise` (empty where no line of
    the family has a weight). Every family has every partner and year, zeros included, if it was ever traded
    by one of them.

    Raises `DataError` if a total changed on the way.

    - `six`: `us_trade_hs6_annual`, all years or some. Each partner is on one basis over the years given:
      customs value if it has that in all of them, else with cost, insurance and freight.
    - `rise`: as `duty_rise` returns it; a family has the mean of its codes, weighted by the basket
    - `families`: families of the editions of 2022 and 2017
    """
    rows = six[(six["flow"] == "imports") & ~six["hs6"].str[:2].isin(SPECIAL_CHAPTERS)].copy()
    has_customs = rows["value_usd"].notna().groupby(rows["partner_iso3"]).transform("all")
    rows["value"] = rows["value_usd"].where(has_customs, rows["cif_value_usd"])
    if rows["value"].isna().any():
        lost = rows[rows["value"].isna()].iloc[0]
        raise DataError(
            "an import has no value", remedy="fill it, or leave the partner out", value=lost["partner_iso3"]
        )
    parts = []
    for (partner, year, edition), group in rows.groupby(["partner_iso3", "year", "hs_revision"]):
        totals = families.totals(group.groupby("hs6")["value"].sum(), "old" if edition == "HS2017" else "new")
        parts.append(
            pd.DataFrame(
                {"family": totals.index, "partner_iso3": partner, "year": year, "value_usd": totals.array}
            )
        )
    whole = pd.concat(parts).groupby(["family", "partner_iso3", "year"])["value_usd"].sum()
    check_totals(rows["value"].sum(), whole.sum(), "families, partners and years")
    table = balanced(whole).reset_index()
    codes = pd.Series(rise.index, index=rise.index)
    family = codes.map(families.of_new).fillna(codes).to_numpy()
    weight = rise["basket_share"].groupby(family).sum()
    for column in ("rise_pp", "log_rise"):
        mean = (rise[column] * rise["basket_share"]).groupby(family).sum() / weight.where(weight > 0)
        table[column] = table["family"].map(mean)
    return table


def balanced(values: pd.Series) -> pd.Series:
    """Give a series a value for every combination of its index levels, zero where it had none."""
    levels = [values.index.get_level_values(str(name)).unique().sort_values() for name in values.index.names]
    full: pd.MultiIndex = pd.MultiIndex.from_product(levels, names=values.index.names)
    return values.reindex(full, fill_value=0.0)


def by_bin(
    table: pd.DataFrame, edges: Sequence[float], base_year: int, least_usd: float = 0.0
) -> pd.DataFrame:
    """Return imports by bin of the rise and partner, in the base year and the newest.

    Columns: `bin`, `partner_iso3`, `base_usd`, `value_usd`, `change_usd`, `base_share`, `share` (of these
    partners together) and `change_pp`; families without a rise are in the bin `no duty known`.

    `table`: as `by_family` returns it; `edges`: of the bins, points; `base_year`: year to compare with;
    `least_usd`: families whose imports from all partners stay below this in both years are left out.
    """
    newest = int(table["year"].max())
    years = table[table["year"].isin([base_year, newest])]
    size = years.groupby(["family", "year"])["value_usd"].sum().groupby("family").max()
    years = years[years["family"].isin(size.index[size >= least_usd])]
    bins = bin_of(years["rise_pp"].fillna(0.0), edges).where(years["rise_pp"].notna(), NO_RISE)
    sums = years.groupby([bins.rename("bin"), "partner_iso3", "year"])["value_usd"].sum().unstack("year")  # noqa: PD010
    found = pd.DataFrame({"base_usd": sums[base_year], "value_usd": sums[newest]})
    found["change_usd"] = found["value_usd"] - found["base_usd"]
    whole = found.groupby("bin")[["base_usd", "value_usd"]].transform("sum")
    found["base_share"] = found["base_usd"] / whole["base_usd"]
    found["share"] = found["value_usd"] / whole["value_usd"]
    found["change_pp"] = 100 * (found["share"] - found["base_share"])
    order = {name: place for place, name in enumerate([*bin_labels(edges), NO_RISE])}
    return found.reset_index().sort_values(["bin", "partner_iso3"], key=_ordered(order), ignore_index=True)


NO_RISE = "no duty known"


def _ordered(order: dict[str, int]):  # type: ignore[no-untyped-def]
    return lambda column: column.map(order) if column.name == "bin" else column


def is_loss(losses: pd.Series) -> pd.Series:
    """Whether each loss is one to divide by: at least a hundredth of the largest."""
    return (losses > 0) & (losses >= losses.max() / 100)


def replacement(bins: pd.DataFrame) -> pd.DataFrame:
    """Return how much of what China lost the others gained, by group.

    The group, `loss_usd` (positive where China lost), `gain_usd` (change of all others together) and `ratio`,
    gain over loss; empty where there was no loss.

    `bins`: first column the group, then `partner_iso3` and `change_usd`.
    """
    name = str(bins.columns[0])
    is_origin = bins["partner_iso3"] == ORIGIN
    loss = -bins[is_origin].groupby(name, sort=False)["change_usd"].sum()
    gain = bins[~is_origin].groupby(name, sort=False)["change_usd"].sum().reindex(loss.index, fill_value=0.0)
    return pd.DataFrame(
        {"loss_usd": loss, "gain_usd": gain, "ratio": gain / loss.where(loss > 0)}
    ).reset_index()


def industries(panel: pd.DataFrame, since: pd.Timestamp, base_year: int) -> pd.DataFrame:
    """Return imports by industry and partner since a month, against the same months of the base year.

    Columns: `naics3`, `partner_iso3` (`ROW` the rest of the world), `base_usd`, `value_usd`, `change_usd`.

    `panel`: `us_imports_naics3_monthly`, aggregates among its partners; the rest of the world is the
    difference; `since`: first month; the last is the panel's; `base_year`: year whose same months are the
    base; beyond a year, a month counts once for each that it is compared with.
    """
    keep = panel[~panel["is_aggregate"] | (panel["partner_iso3"] == "WLD")]
    now = keep[keep["month"] >= since]
    times = now["month"].drop_duplicates().dt.month.value_counts()
    then = keep[(keep["month"].dt.year == base_year) & keep["month"].dt.month.isin(times.index)]
    then = then.assign(value_usd=then["value_usd"] * then["month"].dt.month.map(times))
    sums = pd.DataFrame(
        {
            name: rows.groupby(["naics3", "partner_iso3"])["value_usd"].sum()
            for name, rows in (("base_usd", then), ("value_usd", now))
        }
    ).fillna(0.0)
    world = sums.xs("WLD", level="partner_iso3")
    named = sums.drop("WLD", level="partner_iso3")
    rest = world - named.groupby("naics3").sum()
    rest.index = pd.MultiIndex.from_product([rest.index, ["ROW"]], names=["naics3", "partner_iso3"])
    found = pd.concat([named, rest]).sort_index()
    found["change_usd"] = found["value_usd"] - found["base_usd"]
    return found.reset_index()


def industry_shares(panel: pd.DataFrame) -> pd.DataFrame:
    """Return China's share of US imports by month and industry, over three months each."""
    wide = [
        panel[panel["partner_iso3"] == partner]
        .pivot_table(index="month", columns="naics3", values="value_usd", aggfunc="sum")
        .fillna(0.0)
        .rolling(3)
        .sum()
        for partner in (ORIGIN, "WLD")
    ]
    return (wide[0] / wide[1]).dropna(how="all")


def shares_of_years(panel: pd.DataFrame) -> pd.Series:
    """Return China's share of all US imports for consumption, by year; years of twelve months only."""
    years = panel["month"].dt.to_period("Y").dt.start_time
    complete = panel["month"].groupby(years).nunique() == 12
    sums = panel.groupby([years, "partner_iso3"])["value_usd"].sum()
    share = sums.xs(ORIGIN, level=1) / sums.xs("WLD", level=1)
    return share[complete]
