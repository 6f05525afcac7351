"""What the sentences of the report on diversion rest on: facts computed from its tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from trucewatch.page.numbers import billions, points
from trucewatch.page.words import listing
from trucewatch.reports.diversion.measures import NO_RISE, ORIGIN, is_loss
from trucewatch.reports.diversion.models import (
    ASSESSED,
    INSTRUMENTED,
    NOW,
    OLDER,
    OVER_TIME,
    RECENT,
    REDUCED,
    TO_COME,
)
from trucewatch.reports.diversion.neighbors import TOGETHER

AGES = {RECENT: "duty of the last year", OLDER: "duty a year old or more"}


def named(changes: pd.Series, names: Mapping[str, str]) -> str:
    """Join suppliers with their changes in billions: Taiwan (+111.3) and Vietnam (+90.4)."""
    return listing(
        [f"{names[str(code)]} ({billions(value, signed=True)})" for code, value in changes.items()]
    )


def months_in_full(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Return months of a year in full: January to August 2026."""
    if first.year == last.year and first != last:
        return f"{first:%B} to {last:%B %Y}"
    return f"{last:%B %Y}" if first == last else f"{first:%B %Y} to {last:%B %Y}"


def all_goods(table: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what China and all others changed in all goods, and who gained most.

    Keys: `china_usd`, `china_share` (change over the base, a fraction), `others_usd`, `gainers`.

    `table`: `gains_by_supplier.since_base`, the world among the partners; `names`: reader's name by supplier.
    """
    change, base = table["change_usd"], table["base_usd"]
    return {
        "china_usd": float(change[ORIGIN]),
        "china_share": float(change[ORIGIN] / base[ORIGIN]),
        "others_usd": float(change["WLD"] - change[ORIGIN]),
        "gainers": named(change.drop(["WLD", ORIGIN]).nlargest(4), names),
    }


def by_group(changes: pd.DataFrame, groups: Mapping[str, Sequence[str]], rest: str) -> pd.DataFrame:
    """Sum changes by industry to groups of goods.

    Columns: `group`, `loss_usd` (of China), `gain_usd` (of all others), `ratio`; `all goods` first, then the
    groups in their order, then the rest.

    `changes`: `measures.industries`; `groups`: industries by the name of their group; `rest`: name of the
    group of all other industries.
    """
    place = {code: name for name, codes in groups.items() for code in codes}
    group = changes["naics3"].map(place).fillna(rest)
    is_origin = changes["partner_iso3"] == ORIGIN
    found = pd.DataFrame(
        {
            "loss_usd": -changes[is_origin].groupby(group[is_origin])["change_usd"].sum(),
            "gain_usd": changes[~is_origin].groupby(group[~is_origin])["change_usd"].sum(),
        }
    ).fillna(0.0)
    found = found.reindex([name for name in (*groups, rest) if name in found.index])
    found = pd.concat([found.sum().to_frame("all goods").T, found])
    found["ratio"] = found["gain_usd"] / found["loss_usd"].where(is_loss(found["loss_usd"]))
    return found.rename_axis("group").reset_index()


def top_bin(table: pd.DataFrame) -> dict[str, Any]:
    """Return the row of all goods, and that without vehicles, in the bin of the largest rise of the duty.

    Keys: `bin`, `all` and `apart`: `loss_usd`, `gain_usd`, `ratio` (None where China lost nothing).
    """
    known = table[table["bin"] != NO_RISE]
    rows = known[known["bin"] == known["bin"].iloc[-1]].set_index("goods")
    numbers = rows[["loss_usd", "gain_usd", "ratio"]].astype(object)
    numbers = numbers.where(numbers.notna(), None)
    return {
        "bin": known["bin"].iloc[-1],
        "all": numbers.loc["all goods"].to_dict(),
        "apart": numbers.loc["all goods but vehicles"].to_dict(),
    }


def concentration_of_rises(rise: pd.DataFrame) -> dict[str, Any]:
    """Return how few different rises of the duty there are: the commonest, its share, that of two (0-1)."""
    shares = rise["basket_share"].groupby(rise["rise_pp"].round(1)).sum()
    return {
        "usual": points(float(shares.index[int(shares.to_numpy().argmax())])),
        "one": float(shares.max() / shares.sum()),
        "two": float(shares.nlargest(2).sum() / shares.sum()),
    }


def largest_loss(lost: pd.DataFrame, industries: Mapping[str, str]) -> dict[str, Any]:
    """Return the industry in which China lost most, with the sums of all industries and of the others."""
    whole, top = lost[["loss_usd", "gain_usd"]].sum(), lost.nlargest(1, "loss_usd").iloc[0]
    rest = whole - top[["loss_usd", "gain_usd"]].astype(float)
    return {
        "name": industries.get(top["naics3"], top["naics3"]).lower(),
        "loss_usd": float(top["loss_usd"]),
        "gain_usd": float(top["gain_usd"]),
        "all_loss_usd": float(whole["loss_usd"]),
        "all_gain_usd": float(whole["gain_usd"]),
        "rest_loss_usd": float(rest["loss_usd"]),
        "rest_gain_usd": float(rest["gain_usd"]),
    }


def newest_map(change: pd.DataFrame, industries: Mapping[str, str]) -> dict[str, Any]:
    """Return, for the newest month of the map, how many industries fell and which fell most, in points."""
    last = change.iloc[-1].dropna()
    code = str(last.idxmin())
    return {
        "month": change.index[-1],
        "fell": int((last < 0).sum()),
        "all": len(last),
        "name": industries.get(code, code).lower(),
        "points": float(-last[code]),
    }


def mostly(moved: pd.DataFrame, changes: pd.Series) -> str:
    """Return in which goods some suppliers gained or lost most: 75.8 in gold and 20.1 in medicines."""
    sums = moved[moved["partner_iso3"].isin(changes.index)].groupby("cause")["change_usd"].sum()
    parts = sums[sums.mul(changes.sum()) > 0].abs().sort_values(ascending=False, kind="stable").head(2)
    return listing([f"{billions(value)} in {cause}" for cause, value in parts.items()])


def suppliers_moved(moved: pd.DataFrame, causes: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """Return who moved most over all headings, and what is left once other causes are apart.

    `moved`, `causes`: `gains_by_supplier.changes` and `gains_by_supplier.by_cause`; `names`: reader's name by
    supplier.
    """
    sums = moved.groupby("partner_iso3")["change_usd"].sum()
    up, down = sums.nlargest(3), sums.drop(ORIGIN).nsmallest(2)
    rest = causes.iloc[0]
    return {
        "count": len(sums),
        "china_usd": float(sums[ORIGIN]),
        "up": named(up, names),
        "up_in": mostly(moved, up),
        "down": named(down, names),
        "down_in": mostly(moved, down),
        "headings": f"{rest['headings']:,}",
        "loss_usd": float(rest["loss_usd"]),
        "gain_usd": float(rest["gain_usd"]),
    }


def matched_headings(table: pd.DataFrame, count: int = 10) -> tuple[int, int]:
    """Return in how many of the headings of the largest losses the others gained as much, and of how many."""
    top = table.head(count)
    return int((top["gain_usd"] >= top["loss_usd"]).sum()), len(top)


def estimate_of(table: pd.DataFrame, design: str, sample: str, regressor: str = NOW) -> dict[str, Any]:
    """Return one row of the estimates; `found` says whether its interval leaves out zero."""
    asked = (table["design"] == design) & (table["sample"] == sample) & (table["regressor"] == regressor)
    return _with_found(table[asked].to_dict("records")[0])


def _with_found(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Return a row of estimates, with `found`: whether its interval leaves out zero."""
    return {
        **{str(key): value for key, value in row.items()},
        "found": bool(row["low"] > 0 or row["high"] < 0),
    }


def hardest_hit(near: pd.DataFrame, label: str) -> list[dict[str, Any]]:
    """Return the rows of the neighbors in the goods whose duty from China rose most."""
    return [
        {str(key): value for key, value in row.items()}
        for row in near[near["bin"] == label].to_dict("records")
    ]


def of_neighbors(fits: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the responses of both neighbors together, one a comparison; `found` as in `estimate_of`."""
    return [_with_found(row) for row in fits[fits["sample"] == TOGETHER].to_dict("records")]


def row_names(table: pd.DataFrame) -> list[str]:
    """Return what a reader sees of each row of the estimates: the duty, the sample or how soon it comes."""
    duties = {INSTRUMENTED: "by the law", ASSESSED: "as assessed", REDUCED: "law itself"}
    names = []
    for row in table.to_dict("records"):
        what = row["sample"]
        if what == TO_COME:
            _, _, months = row["regressor"].partition("_in_")
            what = f"duty in {months} months" if months else "duty of the month"
        elif row["regressor"] in AGES:
            what = what.replace(OVER_TIME, AGES[row["regressor"]])
        elif row["first"] != table["first"].iloc[0]:
            what += f", {row['first'][:4]}–{row['last'][:4]}"
        names.append(f"{duties[row['design']]}: {what}")
    return names
