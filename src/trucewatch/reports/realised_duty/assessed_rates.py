"""Assessed duty over customs value in full: by partner and month, by industry and month, by number.

Millions of US dollars are rounded to the thousand dollars and rates to a thousandth of a point, which keeps
the files small.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

DIGITS = 3
#: Vintages of `by_partner`.
OLDER, NEWER = "industry panel", "newer totals"
#: Names of published columns, by those used here and in the tables of a reader.
PUBLISHED = {
    **{name: f"{name}_usd_mn" for name in ("imports", "duty", "not_assessed")},
    **{name: f"{name}_pct" for name in ("assessed", "assessed_all", "law", "before", "latest", "peak")},
    **{name: f"{name}_pct" for name in ("unpaid", "usual", "neighbours", "column_1", "others")},
    **{name: f"{name}_share" for name in ("covered", "no_quantity", "left_out")},
    "change": "change_pp",
    "wedge": "wedge_pp",
    "neighbours_musd": "neighbours_usd_mn",
}


def by_partner(panel: pd.DataFrame, totals: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the assessed rate of every partner and month that one of two vintages holds.

    Columns: `month`, `partner`, `imports` and `duty` (million US dollars), `assessed` (percent, empty without
    imports) and `vintage`; newest month first, largest imports first.

    - `panel`: `us_imports_naics3_monthly`; industries are summed. It counts for the months before `totals`
      starts, and for the partners that `totals` does not name.
    - `totals`: `us_imports_monthly`
    - `names`: reader's name by partner
    """
    keys, sums = ["month", "partner_iso3"], ["value_usd", "duty_usd"]
    old = panel.groupby(keys, as_index=False)[sums].sum().assign(vintage=OLDER)
    starts = old["partner_iso3"].map(totals.groupby("partner_iso3")["month"].min())
    table = pd.concat(
        [old[~(old["month"] >= starts)], totals[[*keys, *sums]].assign(vintage=NEWER)], ignore_index=True
    )
    table = table.sort_values(["month", "value_usd"], ascending=False, kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "month": table["month"],
            "partner": table["partner_iso3"].map(names).fillna(table["partner_iso3"]),
            "imports": _millions(table["value_usd"]),
            "duty": _millions(table["duty_usd"]),
            "assessed": _rate(table),
            "vintage": table["vintage"],
        }
    )


def by_industry(panel: pd.DataFrame, origin: str, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the assessed rate of every industry and month, of one partner and of all.

    Columns: `month`, `naics3`, `industry`, `imports` and `duty` (from the partner, million US dollars),
    `assessed` and `assessed_all` (on goods of the partner, and of all countries; percent, empty without
    imports); newest month first, largest imports first.

    `panel`: `us_imports_naics3_monthly`, the world (`WLD`) among its partners; `origin`: the partner;
    `names`: reader's name by industry.
    """
    keys = ["month", "naics3"]
    own = panel[panel["partner_iso3"] == origin].set_index(keys)[["value_usd", "duty_usd"]]
    world = panel[panel["partner_iso3"] == "WLD"].set_index(keys)
    table = own.assign(assessed_all=_rate(world).reindex(own.index)).reset_index()
    table = table.sort_values(["month", "value_usd"], ascending=False, kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "month": table["month"],
            "naics3": table["naics3"],
            "industry": table["naics3"].map(names).fillna(table["naics3"]),
            "imports": _millions(table["value_usd"]),
            "duty": _millions(table["duty_usd"]),
            "assessed": _rate(table),
            "assessed_all": table["assessed_all"],
        }
    )


def by_number(wedges: pd.DataFrame, listed: pd.DataFrame, descriptions: Mapping[str, str]) -> pd.DataFrame:
    """Return law and assessed duty of every statistical number of a year.

    Columns: `number`, `goods`, `imports` (million US dollars), `law`, `assessed` (percent), `wedge` (law less
    assessed, points), `not_assessed` (million US dollars) and `cause` (empty off the list); largest duty not
    assessed first.

    `wedges`: as `realised_lines.line_wedges` returns them; `listed`: as `realised_causes.check_list` returns
    it; `descriptions`: text by number.
    """
    order = wedges["wedge_usd"].sort_values(ascending=False, kind="stable").index
    table = wedges.loc[order].rename_axis("hs10").reset_index()
    return pd.DataFrame(
        {
            "number": table["hs10"],
            "goods": table["hs10"].map(descriptions).fillna(""),
            "imports": _millions(table["value_usd"]),
            "law": table["rate_pct"].round(DIGITS),
            "assessed": table["assessed_pct"].round(DIGITS),
            "wedge": table["wedge_pp"].round(DIGITS),
            "not_assessed": _millions(table["wedge_usd"]),
            "cause": table["hs10"].map(listed.set_index("hs10")["cause"]).fillna(""),
        }
    )


def _millions(values: pd.Series) -> pd.Series:
    return (values / 1e6).round(DIGITS)


def _rate(table: pd.DataFrame) -> pd.Series:
    bought = table["value_usd"]
    return (100 * table["duty_usd"] / bought.where(bought > 0)).round(DIGITS)
