"""The ladder over a year or part of one, where the mix is known by product or heading but not by month."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trucewatch.duty.panel import Panel
from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.trade.realised import OTHER, SPECIAL, ladder, law_by_group, months_between


def over_period(law: pd.DataFrame, values: pd.Series) -> pd.DataFrame:
    """Average the law of months into one period, weighted by the imports of each month.

    `law`: as `law_by_group` returns it, by month; `values`: all imports by month, US dollars; its months make
    the period, named by the first of them.
    """
    rows = law[law["month"].isin(values.index)]
    weight = rows["month"].map(values / values.sum())
    columns = ["basket_share", "rate_pct", "held_pct", "relief_pp", "held_relief_pp"]
    averaged = rows[columns].mul(weight, axis=0).groupby(rows["group"].to_numpy()).sum()
    averaged.insert(0, "month", values.index.min())
    return averaged.rename_axis("group").reset_index()


def period_ladder(law: pd.DataFrame, totals: pd.DataFrame, values: pd.Series, base: pd.Series) -> pd.Series:
    """Return the ladder of a period of several months, with a mix that is known for the period only.

    As a row of `ladder`.

    `law`: as `law_by_group` returns it, by month and group; `totals`: `value_usd` and `duty_usd` by month;
    its months make the period; `values`, `base`: imports of the period and of the base year by group, US
    dollars.
    """
    averaged = over_period(law, totals["value_usd"])
    start = totals.index.min()
    realised = pd.Series({start: 100 * totals["duty_usd"].sum() / totals["value_usd"].sum()})
    return ladder(averaged, values.to_frame(start).T, base, realised).iloc[0]


def known_periods(
    panel: Panel,
    weights: pd.DataFrame,
    relief: Mapping[str, np.ndarray],
    totals: pd.DataFrame,
    six_digits: pd.DataFrame,
    headings: pd.DataFrame,
    products: pd.DataFrame,
) -> pd.DataFrame:
    """Return the ladder of the newest year known by HS6 and of the months of the newest year known by
    heading.

    Columns: `period`, `mix_by`, then the columns of `ladder`.

    `panel`, `weights`, `relief`: law, basket and goods on the water, as for `law_by_group`; `totals`:
    `us_imports_monthly`; `six_digits`, `headings`, `products`: `us_trade_hs6_annual`, `us_imports_hs4_2026`,
    `us_imports_hs10_partner_annual`.
    """
    own = totals[totals["partner_iso3"] == panel.origin].set_index("month").sort_index()
    codes = sorted(set(weights["code"]))
    bought = six_digits[(six_digits["flow"] == "imports") & (six_digits["partner_iso3"] == panel.origin)]
    year, before = int(bought["year"].max()), int(products["year"].max())
    months = own[pd.DatetimeIndex(own.index).year == year]
    mix, base_mix = (
        bought[bought["year"] == when]
        .assign(group=_without_special_chapters(bought["hs6"]))
        .groupby("group")["value_usd"]
        .sum()
        for when in (year, before)
    )
    law = _law(panel, weights, {code: code[:6] for code in codes}, relief, months)
    rows = [(str(year), "by product (HS6)", *period_ladder(law, months, mix, base_mix))]

    newest = int(headings["year"].max())
    listed = headings[(headings["year"] == newest) & (headings["partner_iso3"] == panel.origin)]
    known = listed.set_index("hs4")["general_imports_usd"]
    months = own.loc[f"{newest}-01" : f"{newest}-08"]
    now = with_rest(known, months["general_imports_usd"].sum())
    sold = products[(products["partner_iso3"] == panel.origin) & (products["year"] == before)]
    by_heading = sold.groupby(sold["hs10"].str[:4])["value_usd"].sum()
    base = with_rest(by_heading.reindex(known.index, fill_value=0.0), by_heading.sum())
    law = _law(panel, weights, {code: code[:4] for code in codes if code[:4] in known.index}, relief, months)
    span = f"{months.index[0]:%b} to {months.index[-1]:%b %Y}"
    rows.append((span, "by heading (HS4)", *period_ladder(law, months, now, base)))
    columns = [
        "period",
        "mix_by",
        "statutory_pct",
        "mix_pp",
        "transit_pp",
        "special_pp",
        "claims_pp",
        "realised_pct",
    ]
    table = pd.DataFrame(rows, columns=columns)
    table.loc[table["mix_by"] == "by heading (HS4)", "special_pp"] = np.nan
    return table


def with_rest(known: pd.Series, whole: float) -> pd.Series:
    """Return values by group with what is left of a whole as the group `other`."""
    return pd.concat([known, pd.Series({OTHER: whole - known.sum()})])


def _without_special_chapters(codes: pd.Series) -> pd.Series:
    return codes.where(~codes.str[:2].isin(SPECIAL_CHAPTERS), SPECIAL[0])


def _law(
    panel: Panel,
    weights: pd.DataFrame,
    groups: Mapping[str, str],
    relief: Mapping[str, np.ndarray],
    months: pd.DataFrame,
) -> pd.DataFrame:
    periods = months_between(f"{months.index[0]:%Y-%m}", f"{months.index[-1]:%Y-%m}")
    return law_by_group(panel, weights, groups, periods, relief)
