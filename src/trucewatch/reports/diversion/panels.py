"""Tables of the report on diversion: what the figures draw and what the regressions are fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from trucewatch.duty.panel import Panel
from trucewatch.errors import ParameterError
from trucewatch.reports.diversion import models as models
from trucewatch.reports.diversion.measures import (
    NO_RISE,
    ORIGIN,
    balanced,
    bin_labels,
    bin_of,
    industry_shares,
    share_of_year,
)
from trucewatch.tables.concordance import NO_INDUSTRY, industry_of
from trucewatch.trade.realised import SPECIAL, law_by_group, months_between

#: Industries without a duty of their own kind: waste, used goods, special provisions.
NOT_GOODS = ("910", "930", *SPECIAL)
PER_POINTS = 10.0
NOT_REPRODUCIBLE = (
    "the fall of targeted imports in the first trade war (Fajgelbaum and others), for want of products by "
    "month of those years",
    "the overlap of Vietnam's purchases and sales (Iyoha and others), for want of Vietnam's imports",
)
#: check_id: year of China's share of US imports for consumption.
SHARES = {"alfaro_chor_china_share_2017": 2017, "alfaro_chor_china_share_2022": 2022}
UNSUPPORTED = (
    "fajgelbaum_targeted_imports_2018_19",
    "fajgelbaum_variety_elasticity_2018_19",
    "iyoha_vietnam_product_overlap_2021",
    "iyoha_vietnam_product_overlap_usd_2021",
    "iyoha_vietnam_firm_overlap_2021",
)


def window(first: str, last: str) -> tuple[date, date]:
    """Return the days from the first to the last month (YYYY-MM), half-open.

    Raises
    ------
    ParameterError
        If the last month comes before the first.
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
    return table[["duty_up", "year", *table.columns.drop(["duty_up", "year"])]]


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
    sizes = sold[~sold["naics3"].isin(NOT_GOODS)].groupby("naics3")["value_usd"].sum()
    now = shares.loc[since - pd.DateOffset(months=3) :, list(sizes.nlargest(count).index)]
    then = [
        month.replace(year=base_year if month >= pd.Timestamp(base_year + 1, 1, 1) else base_year - 1)
        for month in now.index
    ]
    return 100 * (now - shares[now.columns].reindex(then).to_numpy())


def map_title(change: pd.DataFrame, industries: Mapping[str, str]) -> str:
    """Return the title of the heat map: who lost most in the newest month."""
    last = change.iloc[-1].dropna()
    code = str(last.idxmin())
    fell = int((last < 0).sum())
    return (
        f"In {change.index[-1]:%B %Y} China's share was lower in {fell} of {len(last)} large industries, "
        f"most in {industries.get(code, code).lower()} ({-last[code]:.0f} points)"
    )


def map_table(change: pd.DataFrame, industries: Mapping[str, str]) -> pd.DataFrame:
    """Return `share_change` one row a month and industry, newest month first: `change` in points."""
    long = change.rename(columns=dict(industries)).rename_axis("month").reset_index()
    table = long.melt("month", var_name="industry", value_name="change")
    return table.sort_values("month", ascending=False, kind="stable", ignore_index=True)


def product_data(table: pd.DataFrame) -> pd.DataFrame:
    """Return imports by family, partner and year for the regressions.

    Returns
    -------
    pandas.DataFrame
        `product`, `partner`, `time` (year), `sector` (chapter), `value` (million US dollars, zeros kept where
        the
        family was ever bought from the partner), `exposure` (tens of points) and `log_rise`.
    """
    known = table.dropna(subset=["rise_pp"])
    traded = known.groupby(["family", "partner_iso3"])["value_usd"].transform("sum") > 0
    known = known[traded]
    return pd.DataFrame(
        {
            "product": known["family"],
            "partner": known["partner_iso3"],
            "time": known["year"].astype(str),
            "sector": known["family"].str[:2],
            "value": known["value_usd"] / 1e6,
            "exposure": known["rise_pp"] / PER_POINTS,
            "log_rise": known["log_rise"],
        }
    ).reset_index(drop=True)


def industry_rise(
    panel: Panel, weights: pd.DataFrame, numbers: pd.DataFrame, before: date, days: tuple[date, date]
) -> pd.Series:
    """Return the rise of the duty on goods of China by industry, points (weights of 2024 by HTS10)."""
    found = industry_of(pd.Series(sorted(set(weights["code"]))), numbers)
    found = found[found["naics"] != NO_INDUSTRY]
    groups = dict(zip(found["code"], found["naics"], strict=True))
    law = law_by_group(panel, weights, groups, [(before, date.fromordinal(before.toordinal() + 1)), days])
    wide = law.pivot_table(index="group", columns="month", values="rate_pct", aggfunc="sum")
    return (wide[pd.Timestamp(days[0])] - wide[pd.Timestamp(before)]).dropna()


def industry_data(panel: pd.DataFrame, rise: pd.Series, first: str) -> pd.DataFrame:
    """Return imports by industry, partner and month for the regressions, columns as `product_data`.

    The sector is the first two digits of the industry; special provisions, waste and used goods are left out.
    """
    rows = panel[~panel["is_aggregate"] & (panel["month"] >= pd.Timestamp(first))]
    rows = rows[rows["naics3"].isin(rise.index) & ~rows["naics3"].isin(NOT_GOODS)]
    sums = rows.groupby(["naics3", "partner_iso3", "month"])["value_usd"].sum()
    table = balanced(sums).reset_index()
    traded = table.groupby(["naics3", "partner_iso3"])["value_usd"].transform("sum") > 0
    table = table[traded]
    return pd.DataFrame(
        {
            "product": table["naics3"],
            "partner": table["partner_iso3"],
            "time": table["month"].dt.strftime("%Y-%m"),
            "sector": table["naics3"].str[:2],
            "value": table["value_usd"] / 1e6,
            "exposure": table["naics3"].map(rise) / PER_POINTS,
        }
    ).reset_index(drop=True)


def equations(
    by_product: pd.DataFrame, by_month: pd.DataFrame, reference_month: str, cluster: str
) -> dict[str, models.Fit]:
    """Fit the three equations of the report, by the name a reader sees.

    Parameters
    ----------
    by_product, by_month
        As `product_data` and `industry_data` return them. The reference year is the last before the newest.
    reference_month
        YYYY-MM.
    cluster
        `product` or `sector`, for the products; industries are clustered by industry.
    """
    year = sorted(by_product["time"].unique())[-2]
    third = by_product[by_product["partner"] != ORIGIN]
    china = by_product.assign(relative=by_product["exposure"] * (by_product["partner"] == ORIGIN))
    months = by_month[by_month["partner"] != ORIGIN]
    return {
        "Three other suppliers, by product": models.event_study(
            third, "exposure", year, models.THIRD, cluster
        ),
        "China against them, by product": models.event_study(
            china, "relative", year, models.RELATIVE, cluster
        ),
        "All other suppliers, by industry and month": models.event_study(
            months, "exposure", reference_month, models.THIRD, "product"
        ),
    }


def relative_elasticity(by_product: pd.DataFrame, cluster: str) -> models.Fit:
    """Fit China against the others on the rise of log(1 + duty), as the second of `equations`."""
    year = sorted(by_product["time"].unique())[-2]
    china = by_product.assign(relative=by_product["log_rise"] * (by_product["partner"] == ORIGIN))
    return models.event_study(china, "relative", year, models.RELATIVE, cluster)


def first_after(fit: models.Fit, since: pd.Timestamp) -> str:
    """Return the first period of a fit that counts as after a month."""
    return min(
        time for time in fit.table.index if time > fit.reference and time[:7] >= f"{since:%Y-%m}"[: len(time)]
    )


def level_text() -> str:
    """Return the level of the bands in words."""
    return f"{100 * models.LEVEL:.0f} percent"


def coefficient_table(fits: Mapping[str, models.Fit]) -> pd.DataFrame:
    """Return the coefficients of all equations, one row a period."""
    parts = [fit.table.reset_index().assign(equation=name) for name, fit in fits.items()]
    table = pd.concat(parts, ignore_index=True)
    return table[["equation", "time", "estimate", "se", "low", "high"]]


def published(panel: pd.DataFrame) -> dict[str, float | None]:
    """Return our number for every published figure of the report, in percent; None where tables are
    missing."""
    found: dict[str, float | None] = {
        check: 100 * share_of_year(panel, year) for check, year in SHARES.items()
    }
    return found | dict.fromkeys(UNSUPPORTED)


def heading_names(products: pd.DataFrame, descriptions: Mapping[str, str]) -> dict[str, str]:
    """Name each heading after its largest statistical number among imports from China.

    Parameters
    ----------
    products
        `us_imports_hs10_partner_annual`.
    descriptions
        Text by number.
    """
    sold = products[products["partner_iso3"] == ORIGIN].sort_values("value_usd", kind="stable")
    largest = sold.groupby(sold["hs10"].str[:4])["hs10"].last()
    return {str(code): descriptions.get(number, "").capitalize() for code, number in largest.items()}


def in_words(headings: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return `suppliers.by_heading` as a reader sees it, billions of US dollars."""
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
    chosen: pd.DataFrame,
    on_years: Mapping[int, pd.DataFrame],
    early: pd.Series,
    names: Mapping[str, str],
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
