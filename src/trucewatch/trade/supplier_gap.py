"""Why customs assess less on a supplier's goods than the law says: other goods than in 2024, or an older law.

The law is weighed with what the supplier sold in 2024. With headings h, what it sold of them in a period s_h
and in 2024 w_h, and the law of the period on each L_h (inside a heading the mix of 2024), the part of the gap
that the mix of goods makes is

    mix = sum s_h L_h - sum w_h L_h

Returned goods and the other provisions of chapters 98 and 99 stand in s alone, without a duty. How much the
law of some weeks earlier would change says what goods on the water can make of the gap, at most; how far the
lower bound lies below the law, what claims and facts that no code shows can.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pandas as pd

from trucewatch.duty.origin_panel import OriginPanel
from trucewatch.ledger.origins import EU
from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.trade.weights import IN_UNION

HEADINGS, MONTHLY = "us_imports_hs4_2026", "us_imports_monthly"
TABLES = (HEADINGS, MONTHLY)

VOYAGE = timedelta(days=30)
"""How much earlier the older law is."""


def by_year(
    panel: OriginPanel, weights: pd.DataFrame, tables: Mapping[str, pd.DataFrame], union: frozenset[str]
) -> pd.DataFrame:
    """Return law and assessed duty of every supplier for the months of each year that the headings cover.

    Columns: `partner_iso3`, `year`, `months` (how many, from January on), `value_usd`, and in percent of it
    `law_pct` (goods of 2024), `law_of_mix_pct` (headings as imported; nan where they are not known),
    `law_earlier_pct` (goods of 2024, law of `VOYAGE` before), `law_low_pct` (goods of 2024, lower bound),
    `assessed_pct`. Months count by the value of their imports. The European Union is the sum of its members
    in the table.

    `panel`: the panel of the origins, with bounds; `weights`: the first of `rivals.weights_of`; `tables`:
    clean tables, as `TABLES` names them; `union`: ISO3 of the members.
    """
    weights = weights[~weights["partner_iso3"].isin(IN_UNION)]
    weights = weights.assign(hs4=weights["code"].str[:4])
    headings, monthly = (_with_union(tables[name], union) for name in TABLES)
    parts = []
    for year, of_year in headings.groupby("year"):
        months = [month for month in sorted(monthly["month"].unique()) if month.year == year][:_MONTHS]
        windows = [(month.date(), (month + pd.offsets.MonthEnd()).date()) for month in months]
        older = [(first - VOYAGE, last - VOYAGE) for first, last in windows]
        added, weight = panel.sums(weights, ["partner_iso3", "hs4"], windows)
        earlier = _whole(*panel.sums(weights, ["partner_iso3"], older))
        low = _whole(*panel.sums(weights, ["partner_iso3"], windows, "low_pct"))
        sold = monthly[monthly["month"].isin(months)]
        value, duty = (
            sold.pivot_table(name, "partner_iso3", "month", aggfunc="sum")
            for name in ("value_usd", "duty_usd")
        )
        share = value.div(value.sum(axis=1), axis=0)
        law = _over(share, _whole(added.groupby("partner_iso3").sum(), weight.groupby("partner_iso3").sum()))
        known = law.index[law.notna()]
        by_heading = _whole(added, weight)
        month_share = share.reindex(by_heading.index.get_level_values("partner_iso3")).to_numpy()
        rate = pd.Series((by_heading.to_numpy() * month_share).sum(axis=1), by_heading.index).dropna()
        goods = of_year.groupby(["partner_iso3", "hs4"])["general_imports_usd"].sum()
        is_special = goods.index.get_level_values("hs4").str[:2].isin(SPECIAL_CHAPTERS)
        rate = pd.concat([rate, pd.Series(0.0, goods.index[is_special])])
        goods = goods[goods.index.isin(rate.index)]
        mixed = (goods * rate[goods.index]).groupby("partner_iso3").sum() / goods.groupby(
            "partner_iso3"
        ).sum()
        frame = pd.DataFrame(
            {
                "year": int(str(year)),
                "months": len(months),
                "value_usd": value.sum(axis=1),
                "law_pct": law,
                "law_of_mix_pct": mixed,
                "law_earlier_pct": _over(share, earlier),
                "law_low_pct": _over(share, low),
                "assessed_pct": 100 * duty.sum(axis=1) / value.sum(axis=1),
            }
        )
        parts.append(frame.loc[known])
    return pd.concat(parts).rename_axis("partner_iso3").reset_index()


_MONTHS = 8
"""Months from January on that the table of headings sums."""


def _with_union(table: pd.DataFrame, union: frozenset[str]) -> pd.DataFrame:
    """Return a table with the members of the Union under its code, and without groups."""
    if "is_aggregate" in table:
        table = table[~table["is_aggregate"]]
    return table.assign(partner_iso3=table["partner_iso3"].where(~table["partner_iso3"].isin(union), EU))


def _whole(added: pd.DataFrame, weight: pd.DataFrame) -> pd.DataFrame:
    return added / weight.where(weight > 0)


def _over(share: pd.DataFrame, rate: pd.DataFrame) -> pd.Series:
    """Return the mean over months of a rate by month (columns), each by its share of the imports."""
    rows = rate.reindex(share.index)
    return pd.Series((share.to_numpy() * rows.to_numpy()).sum(axis=1), share.index)
