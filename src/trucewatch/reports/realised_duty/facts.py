"""What the sentences of the report on realised duty rest on: facts computed from its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from trucewatch.ledger.chronicle import SpecialEntry
from trucewatch.ledger.schema import ALL_CODES
from trucewatch.reports.realised_duty.gap_causes import LAST, SLACK_PP
from trucewatch.trade.realised import SPECIAL, Voyage, realised_rate

#: Causes that say the rate of the ledger was paid, though not by all.
RATE_PAID = ("most paid it", "neighbors paid it")
#: A reader's name of each step from law to assessed duty.
STEPS = {
    "mix_pp": "the mix of industries",
    "transit_pp": "goods on the water",
    "special_pp": "special provisions",
    "claims_pp": "exclusions and the rest",
}


def gap_by_month(ladder: pd.DataFrame) -> dict[str, Any]:
    """Return law, assessed duty and their gap in the newest month, and the month of the widest gap.

    `ladder`: from `trucewatch.trade.realised.ladder`.
    """
    gap = ladder["statutory_pct"] - ladder["realised_pct"]
    return {
        "month": ladder.index[-1],
        "law_pct": ladder["statutory_pct"].iloc[-1],
        "paid_pct": ladder["realised_pct"].iloc[-1],
        "pp": gap.iloc[-1],
        "widest": gap.idxmax(),
        "widest_pp": gap.max(),
    }


def steps_of(row: pd.Series, month: pd.Timestamp) -> dict[str, Any]:
    """Return the steps of a month from law to assessed duty by name (None: not known), and the largest."""
    steps: list[dict[str, Any]] = [
        {"name": name, "pp": None if pd.isna(row[column]) else float(row[column])}
        for column, name in STEPS.items()
    ]
    return {
        "month": month,
        "law_pct": row["statutory_pct"],
        "paid_pct": row["realised_pct"],
        "steps": steps,
        "largest": max(steps, key=lambda step: abs(step["pp"] or 0.0)),
    }


def at_sea(ladder: pd.DataFrame, voyage: Voyage, shares: pd.Series | None) -> dict[str, Any]:
    """Return what the voyage explains in the month of its peak, and the measured shares by sea.

    `ladder`: from `trucewatch.trade.realised.ladder`; `voyage`: days from loading to entry, and the share by
    sea where none is measured; `shares`: measured share by sea by month; None: the share is a parameter.
    """
    row = ladder.iloc[int(ladder["transit_pp"].argmin())]
    gap = row["statutory_pct"] - row["realised_pct"]
    by_sea = voyage.vessel_share if shares is None else shares.get(row.name, voyage.vessel_share)
    peak = {"month": row.name, "pp": -row["transit_pp"], "gap_pp": gap, "share": -row["transit_pp"] / gap}
    measured = None if shares is None else {
        "low": shares.min(), "high": shares.max(), "last": shares.iloc[-1], "month": shares.index[-1],
    }  # fmt: skip
    return {"peak": peak | {"by_sea": by_sea}, "voyage": voyage, "shares": measured}


def held_unlawful(void: pd.DataFrame, held: pd.DataFrame) -> dict[str, Any] | None:
    """Return how much of the assessed duty was later held unlawful, None without any such duty.

    `void`: from `trucewatch.trade.realised.void_part`; `held`: the ladder without the duties held unlawful.
    """
    if void.empty:
        return None
    most = void.index[int(void["void_usd"].argmax())]
    sums = void[["duty_usd", "void_usd"]].sum()
    return {
        **sums,
        "share": sums["void_usd"] / sums["duty_usd"],
        "first": void.index[0],
        "last": void.index[-1],
        "most": most,
        "held_pct": held["statutory_pct"][most],
    }


def check_list_counts(causes: pd.DataFrame, listed: pd.DataFrame) -> dict[str, Any]:
    """Return how many numbers are listed, on how many the rate was paid, and what stays unexplained.

    `causes`, `listed`: `gap_causes.by_cause` and `gap_causes.check_list`.
    """
    whole, last = causes["wedge_usd"].sum(), listed[listed["cause"] == LAST]
    return {
        "whole_usd": whole,
        "count": len(listed),
        "rate_paid": int(listed["cause"].isin(RATE_PAID).sum()),
        "unexplained": len(last),
        "unexplained_share": last["wedge_usd"].sum() / whole,
        "first": None if last.empty else last.iloc[0],
    }


def claimed_share(listed: pd.DataFrame) -> float:
    """Return the part of the duty not paid on the listed numbers that exclusions could explain."""
    by_cause = listed.groupby("cause")["wedge_usd"].sum()
    return float(by_cause.get("exclusion claimed", 0.0) / by_cause.sum())


def grades(explained: pd.DataFrame, differing: pd.DataFrame) -> dict[str, Any]:
    """Return the shares of imports by how well law and assessed duty are understood.

    Keys: `within` (agree), `named` (agree, or a cause is named), `known` (with those on which the rate is
    confirmed), `open`, all shares of imports, and the largest open number (`first`, its `first_share`).

    `explained`, `differing`: `gap_causes.explained`, and the list it counts.
    """
    shares = explained.groupby("grade")["value_share"].sum()
    within, named, confirmed, left = (
        float(shares.get(grade, 0.0)) for grade in ("agrees", "cause named", "rate confirmed", "open")
    )
    rest = differing[differing["cause"] == LAST].sort_values("value_usd", ascending=False, kind="stable")
    first = None if rest.empty else rest.iloc[0]
    return {
        "within": within,
        "named": within + named,
        "known": within + named + confirmed,
        "open": left,
        "first": first,
        "first_share": 0.0 if first is None else first["value_usd"] / explained["value_usd"].sum(),
    }


def hidden_provisions(entries: Iterable[SpecialEntry], numbers: pd.Series) -> list[str]:
    """Return the provisions of the schedule that the table of imports has no number for."""
    hidden = [row for row in entries if row.code == ALL_CODES and not row.has_own_number(numbers)]
    return [f"{row.provision} ({row.what})" for row in hidden]


def tests_table(listed: pd.DataFrame, descriptions: Mapping[str, str]) -> pd.DataFrame:
    """Return what each test found on the numbers that exclusions, dates and column 1 leave over."""
    rows = listed[listed["cause"].isin((*RATE_PAID, "section 232 exclusion", "special entry", LAST))]
    low, high = rows[["met_pct", "unmet_pct"]].min(axis=1), rows[["met_pct", "unmet_pct"]].max(axis=1)
    return pd.DataFrame(
        {
            "number": rows["hs10"],
            "goods": rows["hs10"].map(descriptions).fillna(""),
            "cause": rows["cause"],
            "not_assessed": rows["wedge_usd"] / 1e6,
            "unpaid": 100 * rows["unpaid"],
            "usual": 100 * rows["usual_unpaid"],
            "neighbours": 100 * rows["neighbours_unpaid"],
            "neighbours_musd": rows["neighbours_usd"] / 1e6,
            "exclusion": rows["headings"].where(
                rows["headings"] != "", ("other number: " + rows["near"]).where(rows["near"] != "", "none")
            ),
            "rates": _range(rows["lowest_pct"], rows["highest_pct"]),
            "bounds": _range(low, high),
            "column_1": rows["column_1_pct"],
            "others": rows["others_pct"],
            "special": rows["special"].str.partition(":")[0].where(rows["special"] != "", "none known"),
            "text": rows["confidence"].fillna("no added duty"),
        }
    )


def _range(low: pd.Series, high: pd.Series) -> pd.Series:
    one = low.map("{:.1f}".format)
    return one.where(high - low <= SLACK_PP, one + " to " + high.map("{:.1f}".format))


def listed_table(listed: pd.DataFrame, descriptions: Mapping[str, str]) -> pd.DataFrame:
    """Return the check list as a reader sees it."""
    return pd.DataFrame(
        {
            "number": listed["hs10"],
            "goods": listed["hs10"].map(descriptions).fillna(""),
            "not_assessed": listed["wedge_usd"] / 1e6,
            "cause": listed["cause"],
            "evidence": listed["evidence"],
            "assessed": listed["assessed_pct"],
            "law": listed["rate_pct"],
            "imports": listed["value_usd"] / 1e6,
        }
    )


def agreement(wedges: pd.DataFrame, wedge_pp: float) -> dict[str, Any]:
    """Return on how many numbers law and assessed duty agree, with their share of imports.

    `wedges`: `line_gaps.line_wedges`; `wedge_pp`: points within which they count as agreeing.
    """
    near = wedges[wedges["wedge_pp"].abs() <= wedge_pp]
    share = near["value_usd"].sum() / wedges["value_usd"].sum()
    return {"count": len(near), "all": len(wedges), "share": share, "wedge_pp": wedge_pp}


def twelve_months(receipts: pd.Series, duty: pd.Series) -> dict[str, Any]:
    """Return by how much receipts were above assessed duty over the newest twelve months, a fraction."""
    both = pd.DataFrame({"receipts": receipts, "duty": duty}).dropna().tail(12)
    return {"gap": both["receipts"].sum() / both["duty"].sum() - 1, "month": both.index[-1]}


def partner_table(totals: pd.DataFrame, names: Mapping[str, str], base_year: int) -> pd.DataFrame:
    """Return realised rates by partner: base year, newest month, highest month."""
    rows = []
    for partner in sorted(totals["partner_iso3"].unique()):
        rates = realised_rate(totals, partner)
        year = totals[(totals["partner_iso3"] == partner) & (totals["month"].dt.year == base_year)]
        before = 100 * year["duty_usd"].sum() / year["value_usd"].sum() if len(year) else float("nan")
        latest = rates.iloc[-1]
        peak_month = f"{rates.idxmax():%Y-%m}"
        rows.append((names.get(partner, partner), before, latest, latest - before, rates.max(), peak_month))
    table = pd.DataFrame(rows, columns=["partner", "before", "latest", "change", "peak", "peak_month"])
    return table.sort_values("latest", ascending=False, ignore_index=True)


def rates_of_rivals(rates: pd.DataFrame) -> dict[str, Any]:
    """Return the newest rate on Chinese goods, and the rivals with the highest and the lowest."""
    others = rates[rates["partner"] != "China"].sort_values("latest", ascending=False, kind="stable")
    china = rates.set_index("partner")["latest"]["China"]
    return {"china": china, "highest": others.iloc[0], "lowest": others.iloc[-1]}


def country_steps(steps: pd.DataFrame, names: Mapping[str, str], largest: Sequence[str]) -> dict[str, Any]:
    """Return which of the three steps raised the assessed rate of China and of its rivals.

    `steps`: `other_countries.steps`; `names`: reader's name by partner; `largest`: ISO codes of the largest
    suppliers.
    """
    rows = steps.loc[[code for code in largest if code in steps.index and code != "CHN"]]
    most = str(rows["exemption_pp"].idxmax())
    return {
        "china": steps.loc["CHN"],
        "by_rate": int((rows["rate_pp"] > rows["exemption_pp"]).sum()),
        "count": len(rows),
        "most": {"name": names.get(most, most), "exemption_pp": rows["exemption_pp"][most]},
    }


def partner_rates(table: pd.DataFrame, origin: str, world: str) -> dict[str, Any]:
    """Return the rate on one partner and on all, first and last, and the partners that pay more.

    `table`: `assessed_rates.by_partner`; `origin`, `world`: names of the partner and of all partners in it.
    """
    ends = {}
    for end, month in (("first", table["month"].min()), ("last", table["month"].max())):
        rates = table[table["month"] == month].set_index("partner")["assessed"]
        ends[end] = {"month": month, "origin": rates[origin], "world": rates[world]}
    others = rates.drop([origin, world])
    more = others[others > rates[origin]].sort_values(ascending=False)
    return {**ends, "origin": origin, "others": len(others), "more": list(more.items())}


def usmca_claims(months: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what was claimed under the USMCA in the first and the newest month, a row a country.

    `months`: `trucewatch.trade.preference.by_month`; `names`: reader's name by partner.
    """
    own = {code: months[months["partner_iso3"] == code] for code in ("MEX", "CAN")}
    return [{"name": names[code], "first": rows.iloc[0], "last": rows.iloc[-1]} for code, rows in own.items()]


def unit_value_changes(indexes: pd.DataFrame) -> dict[str, Any]:
    """Return the change of unit values of Chinese goods, of the others, and who fell by more.

    `indexes`: `prices.indexes`, suppliers by name.
    """
    is_china = indexes["supplier"] == "China"
    china, others = indexes[is_china].iloc[0], indexes[~is_china]
    deeper = others.loc[others["change_pct"] < china["change_pct"], "supplier"].tolist()
    return {"china": china, "others": others.to_dict("records"), "deeper": deeper}


def import_price_change(prices: pd.DataFrame) -> dict[str, Any]:
    """Return the change over a year of the official index of prices of Chinese goods, and its last month."""
    own = prices[prices["partner_iso3"] == "CHN"].set_index("month")["price_index"]
    last = own.index[-1]
    return {"year_pct": 100 * (own.iloc[-1] / own[last - pd.DateOffset(years=1)] - 1), "month": last}


def most_and_least(table: pd.DataFrame) -> dict[str, Any]:
    """Return the industries on which most and least was assessed in the newest month.

    `table`: `assessed_rates.by_industry`; industries with less than a hundredth of imports do not count.
    """
    newest = table[table["month"] == table["month"].max()]
    goods = newest[~newest["naics3"].isin(SPECIAL) & (newest["imports"] >= newest["imports"].sum() / 100)]
    rows = goods.sort_values("assessed", ascending=False, kind="stable").to_dict("records")
    return {"month": newest["month"].iloc[0], "count": len(rows), "most": rows[:3], "least": rows[-1]}


def vintages(older: pd.Series, newer: pd.Series) -> pd.DataFrame:
    """Return two vintages of a rate side by side, over the months that both have."""
    both = pd.DataFrame({"older_pct": older, "newer_pct": newer}).dropna()
    both["difference_pp"] = both["newer_pct"] - both["older_pct"]
    return both.rename_axis("month").reset_index()


def vintage_gap(both: pd.DataFrame) -> dict[str, Any]:
    """Return how far two vintages of a rate are apart: in the mean, and at most."""
    apart = both["difference_pp"].abs()
    most = both.iloc[int(apart.argmax())]
    return {
        "months": len(both),
        "mean_pp": apart.mean(),
        "most_pp": most["difference_pp"],
        "month": most["month"],
    }
