"""Tables of the report on diversion: what the figures draw and what the regressions are fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from trucewatch.errors import ParameterError
from trucewatch.paths import packaged_rows
from trucewatch.reports.diversion.measures import (
    NO_RISE,
    ORIGIN,
    bin_labels,
    bin_of,
    industry_shares,
    shares_of_years,
)
from trucewatch.trade.flows import NOT_INDUSTRIES, industries_of
from trucewatch.trade.realised import months_between

#: The industry of computers and electronics, and groups of industries that moved for reasons of their own.
ELECTRONICS = "334"
GROUPS = {
    "computers and electronics": (ELECTRONICS,),
    "vehicles, aircraft, ships": ("336",),
    "oil, gas and fuels": ("211", "324"),
    "chemicals and medicines": ("325",),
    "metals, gold included": ("331",),
    "returned, used, not classified": NOT_INDUSTRIES,
}
OTHER_INDUSTRIES = "all other goods"
#: Names of published columns, by those used here.
PUBLISHED = {
    **{name: f"{name}_usd_bn" for name in ("base", "newest", "change", "on_2025", "early_2025")},
    **{name: f"{name}_usd_bn" for name in ("china_lost", "others_gained")},
    "share_change": "share_pp",
    "ratio": "gain_share",
}
NOT_REPRODUCIBLE = (
    "the fall of targeted imports in the first trade war (Fajgelbaum and others), for want of products by "
    "month of those years",
    "the overlap of Vietnam's purchases and sales (Iyoha and others), for want of Vietnam's imports",
)


def window(first: str, last: str) -> tuple[date, date]:
    """Return the days from the first to the last month (YYYY-MM), half-open.

    Raises `ParameterError` if the last month comes before the first.
    """
    if last < first:
        raise ParameterError(f"post_last: found {last!r}, before post_first {first!r}")
    months = months_between(first, last)
    return months[0][0], months[-1][1]


def shares_by_year(table: pd.DataFrame, edges: Sequence[float]) -> dict[str, pd.DataFrame]:
    """Return partners' shares by year for each bin of the rise (`diversion.by_family`)."""
    known = table.dropna(subset=["rise_pp"])
    bins = bin_of(known["rise_pp"], edges)
    found = {}
    for name in bin_labels(edges):
        rows = known[bins == name]
        if len(rows):
            wide = rows.pivot_table(index="year", columns="partner_iso3", values="value_usd", aggfunc="sum")
            found[name] = wide.div(wide.sum(axis=1), axis=0)
    return found


def share_table(shares: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> pd.DataFrame:
    """Return `shares_by_year` as one table: `duty_up`, `year`, and the share of each supplier by its name."""
    parts = [
        rows.rename(columns=dict(names)).reset_index().assign(duty_up=f"{name} points")
        for name, rows in shares.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    countries = table.columns.drop(["duty_up", "year"])
    return table[["duty_up", "year", *countries]].rename(
        columns={name: f"imports_share_{name}" for name in countries}
    )


def named(bins: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the table by bin and partner as a reader sees it, billions of US dollars."""
    return pd.DataFrame(
        {
            "duty_up": bins["bin"].where(bins["bin"] == NO_RISE, bins["bin"] + " points"),
            "supplier": bins["partner_iso3"].map(names).fillna(bins["partner_iso3"]),
            "base": bins["base_usd"] / 1e9,
            "newest": bins["value_usd"] / 1e9,
            "change": bins["change_usd"] / 1e9,
            "base_share": bins["base_share"],
            "newest_share": bins["share"],
            "share_change": bins["change_pp"],
        }
    )


def industry_law(averages: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Return the duty of the law by industry, supplier and month, mean of the days of the month.

    Columns: `product`, `law_of` (the supplier whose law it is), `month`, `log_law`: log of one plus the duty.

    `averages`: `trade.rivals.read_by_industry`; `first`, `last`: months, YYYY-MM; months before the averages
    start are left out.
    """
    earliest = f"{averages['valid_from'].min():%Y-%m}"
    starts, ends = (pd.to_datetime(averages[name]).to_numpy() for name in ("valid_from", "valid_to"))
    parts = []
    for start, stop in months_between(max(first, earliest), last):
        spans = np.minimum(ends, np.datetime64(stop)) - np.maximum(starts, np.datetime64(start))
        days = np.clip(spans / np.timedelta64(1, "D"), 0.0, None)
        sums = (
            pd.DataFrame({"days": days, "points": days * averages["rate_pct"]})
            .groupby([averages["naics3"], averages["partner_iso3"]])
            .sum()
        )
        rate = (sums["points"] / sums["days"].where(sums["days"] > 0)).dropna() / 100
        parts.append(np.log1p(rate).rename("log_law").reset_index().assign(month=pd.Timestamp(start)))
    found = pd.concat(parts, ignore_index=True)
    return found.rename(columns={"naics3": "product", "partner_iso3": "law_of"})


def industry_table(
    lost: pd.DataFrame, changes: pd.DataFrame, industries: Mapping[str, str], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return loss, gain and the three largest gainers of each industry, largest loss first."""
    others = changes[changes["partner_iso3"] != ORIGIN]
    gainers = {}
    for code, rows in others.groupby("naics3"):
        best = rows.nlargest(3, "change_usd")
        best = best[best["change_usd"] > 0]
        gainers[code] = ", ".join(
            f"{names.get(code3, 'rest of the world')} {value / 1e9:.1f}"
            for code3, value in zip(best["partner_iso3"], best["change_usd"], strict=True)
        )
    ordered = lost.sort_values("loss_usd", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "industry": ordered["naics3"].map(industries).fillna(ordered["naics3"]),
            "china_lost": ordered["loss_usd"] / 1e9,
            "others_gained": ordered["gain_usd"] / 1e9,
            "ratio": ordered["ratio"],
            "largest_gains": ordered["naics3"].map(gainers),
        }
    ).reset_index(drop=True)


def share_change(panel: pd.DataFrame, since: pd.Timestamp, base_year: int, count: int = 14) -> pd.DataFrame:
    """Return the change of China's share by month and industry on the same months of the base year, points.

    The industries are those that sold most in the base year, largest first; months start three before
    `since`.
    """
    shares = industry_shares(panel)
    sold = panel[(panel["partner_iso3"] == ORIGIN) & (panel["month"].dt.year == base_year)]
    sizes = sold[industries_of(sold["naics3"])].groupby("naics3")["value_usd"].sum()
    now = shares.loc[since - pd.DateOffset(months=3) :, list(sizes.nlargest(count).index)]
    then = [
        month.replace(year=base_year if month >= pd.Timestamp(base_year + 1, 1, 1) else base_year - 1)
        for month in now.index
    ]
    return 100 * (now - shares[now.columns].reindex(then).to_numpy())


def map_table(change: pd.DataFrame, industries: Mapping[str, str]) -> pd.DataFrame:
    """Return `share_change` one row a month and industry, newest month first: `change` in points."""
    long = change.rename(columns=dict(industries)).rename_axis("month").reset_index()
    table = long.melt("month", var_name="industry", value_name="change")
    return table.sort_values("month", ascending=False, kind="stable", ignore_index=True)


def checked_numbers(panel: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against."""
    return {"china_share_pct": 100 * shares_of_years(panel)}


def heading_names(products: pd.DataFrame, descriptions: Mapping[str, str]) -> dict[str, str]:
    """Name each heading: as `heading_names.csv` does, else by its largest number from China, "such as …".

    `products`: `us_imports_hs10_partner_annual`; `descriptions`: text by number.
    """
    sold = products[products["partner_iso3"] == ORIGIN].sort_values("value_usd", kind="stable")
    largest = sold.groupby(sold["hs10"].str[:4])["hs10"].last()
    examples = {str(code): descriptions.get(number, "") for code, number in largest.items()}
    named = packaged_rows("trucewatch.reports.diversion", "heading_names.csv")
    return {code: f"such as {text[:1].lower()}{text[1:]}" for code, text in examples.items() if text} | {
        row["hs4"]: row["name"] for row in named
    }


def in_words(headings: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return `gains_by_supplier.by_heading` as a reader sees it, billions of US dollars."""
    return pd.DataFrame(
        {
            "heading": headings["hs4"],
            "goods": headings["hs4"].map(names).fillna(""),
            "cause": headings["cause"],
            "china_lost": headings["loss_usd"] / 1e9,
            "others": headings["gain_usd"] / 1e9,
            "ratio": headings["ratio"],
            "share_before": headings["base_share"],
            "share": headings["share"],
            "took": headings["took"],
        }
    )


def supplier_totals(
    chosen: pd.DataFrame, on_years: Mapping[int, pd.DataFrame], early: pd.Series, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return imports by supplier on the chosen base and on 2025, billions of US dollars."""
    return pd.DataFrame(
        {
            "supplier": [names.get(str(code), str(code)) for code in chosen.index],
            "base": chosen["base_usd"].to_numpy() / 1e9,
            "newest": chosen["value_usd"].to_numpy() / 1e9,
            "change": chosen["change_usd"].to_numpy() / 1e9,
            "on_2025": on_years[2025]["change_usd"].reindex(chosen.index).to_numpy() / 1e9,
            "early_2025": early.reindex(chosen.index).to_numpy() / 1e9,
        }
    )
