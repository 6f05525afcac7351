"""Law against assessed duty by statistical number, and the list of numbers to check, each with a cause.

A wedge says that importers paid something else than the ledger computes: because they claimed what a code
does
not show, because the rate moved within the year, or because the ledger is wrong. Causes come from a fixed
list
and each needs its evidence; without evidence a line is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from trucewatch.errors import DataError
from trucewatch.law.panel import Panel
from trucewatch.law.schema import Exclusion

OUTSIDE = ("98", "99")
#: Partners without a trade agreement that frees most goods: what they pay shows the column 1 duty in
#: practice.
MFN_PARTNERS = ("CHE", "EUU", "GBR", "IDN", "IND", "JPN", "MYS", "THA", "TUR", "TWN", "VNM")
LEAST_VALUE = 1e6
"""US dollars of imports from those partners below which what they paid is no evidence."""

CAUSES = {
    "exclusion claimed": "an exclusion in force names the number, and what was paid lies between all and "
    "none claimed",
    "rate moved in the year": "what was paid lies between the lowest and the highest rate of the year",
    "condition": "what was paid lies within the bounds of a condition that the code does not show",
    "column 1 duty not paid": "importers from other countries paid less than the column 1 duty too, by half "
    "the wedge or more",
    "open": "no evidence in these tables",
}
SLACK_PP = 0.5
"""Points by which a bound may be missed: assessed duties of a year are rounded and reported late."""

_VARIANTS = ("rate", "met", "unmet", "claimed")


def law_of_year(panel: Panel, year: int) -> pd.DataFrame:
    """Return the duties of every product over a year.

    Returns
    -------
    pandas.DataFrame
        By `code`: `rate_pct`, `met_pct`, `unmet_pct`, `claimed_pct` (means over the days), `lowest_pct` and
        `highest_pct` (of the law as read), `lowest_claimed_pct`, `column_1_pct`.
    """
    start, stop = date(year, 1, 1), date(year + 1, 1, 1)
    totals = _days_in(panel.totals, start, stop, [f"{name}_pct" for name in _VARIANTS])
    groups = totals.groupby("code")
    weighted = (
        totals[[f"{name}_pct" for name in _VARIANTS]]
        .mul(totals["days"], axis=0)
        .groupby(totals["code"])
        .sum()
    )
    law = weighted.div(groups["days"].sum(), axis=0)
    law["lowest_pct"], law["highest_pct"] = groups["rate_pct"].min(), groups["rate_pct"].max()
    law["lowest_claimed_pct"] = groups["claimed_pct"].min()
    base = _days_in(panel.duties, start, stop, ["rate_pct"], authority="MFN")
    column_1 = (base["rate_pct"] * base["days"]).groupby(base["code"]).sum() / groups["days"].sum()
    law["column_1_pct"] = column_1.reindex(law.index).fillna(0.0)
    return law


def _days_in(
    table: pa.Table, start: date, stop: date, columns: list[str], authority: str | None = None
) -> pd.DataFrame:
    frame = pd.DataFrame({"code": table["code"].to_pandas()})
    for name in columns:
        frame[name] = table[name].cast(pa.float64()).to_numpy()
    days = [table[name].cast(pa.int32()).to_numpy() for name in ("valid_from", "valid_to")]
    first, last = (np.datetime64(day).astype(int) for day in (start, stop))
    frame["days"] = np.minimum(days[1], last) - np.maximum(days[0], first)
    keep = frame["days"] > 0
    if authority is not None:
        keep &= table["authority"].to_pandas() == authority
    return frame[keep]


def line_wedges(imports: pd.DataFrame, law: pd.DataFrame, origin: str, year: int) -> pd.DataFrame:
    """Return law, assessed duty and wedge by statistical number, chapters 98 and 99 left out.

    Parameters
    ----------
    imports
        `year`, `partner_iso3`, `hs10`, `value_usd`, `duty_usd` of all partners.
    law
        As `law_of_year` returns it; a number takes the product with its longest prefix.
    origin, year
        Whose goods, and when.

    Returns
    -------
    pandas.DataFrame
        By `hs10`: `value_usd`, `duty_usd`, `assessed_pct`, the columns of the law, `wedge_pp` (law less
        assessed),
        `wedge_usd`, `others_pct` (what `MFN_PARTNERS` paid, empty where they sold less than `LEAST_VALUE`)
        and
        `sisters_pp` (the wedge of the other numbers of the same line and rate, empty likewise).

    Raises
    ------
    DataError
        If there are no imports.
    """
    rows = imports[(imports["year"] == year) & ~imports["hs10"].str[:2].isin(OUTSIDE)]
    own = rows[rows["partner_iso3"] == origin].set_index("hs10")[["value_usd", "duty_usd"]]
    if own.empty:
        raise DataError(f"no imports from {origin} in {year}", remedy="choose a year the table holds")
    known = own.index.to_series()
    code = known.where(known.isin(law.index), known.str[:8])
    found = own.join(law.reindex(code.to_numpy()).set_index(own.index))
    found["assessed_pct"] = 100 * found["duty_usd"] / found["value_usd"]
    found["wedge_pp"] = found["rate_pct"] - found["assessed_pct"]
    found["wedge_usd"] = found["wedge_pp"] / 100 * found["value_usd"]
    others = rows[rows["partner_iso3"].isin(MFN_PARTNERS)].groupby("hs10")[["value_usd", "duty_usd"]].sum()
    others = others[others["value_usd"] >= LEAST_VALUE]
    found["others_pct"] = (100 * others["duty_usd"] / others["value_usd"]).reindex(found.index)
    found = found[found["value_usd"] > 0]
    found["sisters_pp"] = _sisters(found)
    return found


def _sisters(wedges: pd.DataFrame) -> pd.Series:
    """Return the wedge of the other numbers of each eight-digit line under the same rate, points."""
    line = [wedges.index.str[:8], wedges["rate_pct"].round(6)]
    value = wedges["value_usd"].groupby(line).transform("sum") - wedges["value_usd"]
    wedge = wedges["wedge_usd"].groupby(line).transform("sum") - wedges["wedge_usd"]
    return 100 * wedge / value.where(value >= LEAST_VALUE)


def check_list(
    wedges: pd.DataFrame, exclusions: Iterable[Exclusion], year: int, wedge_pp: float, value_usd: float
) -> pd.DataFrame:
    """Return the numbers whose wedge asks for a look, each with its cause and evidence.

    Parameters
    ----------
    wedges
        As `line_wedges` returns them.
    exclusions
        Of the ledger.
    year
        The year of the wedges.
    wedge_pp, value_usd
        A number is listed if law and assessed duty differ by more points than that, and its imports reach
        that value.

    Returns
    -------
    pandas.DataFrame
        `hs10`, the columns of `wedges`, `cause` (a key of `CAUSES`) and `evidence`; largest |wedge| in
        dollars
        first.
    """
    listed = wedges[(wedges["wedge_pp"].abs() > wedge_pp) & (wedges["value_usd"] >= value_usd)]
    by_code = _exclusions(exclusions, year)
    found = [(*_cause(row, _naming(by_code, str(row.Index))),) for row in listed.itertuples()]
    listed = listed.assign(cause=[cause for cause, _ in found], evidence=[why for _, why in found])
    order = listed["wedge_usd"].abs().sort_values(ascending=False, kind="stable").index
    return listed.loc[order].rename_axis("hs10").reset_index()


def _exclusions(rows: Iterable[Exclusion], year: int) -> dict[str, set[str]]:
    """Return the headings of the exclusions in force in a year, by code."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.valid_from < date(year + 1, 1, 1) and row.valid_to > date(year, 1, 1):
            found.setdefault(row.code, set()).add(row.heading)
    return found


def _naming(by_code: dict[str, set[str]], hs10: str) -> list[str]:
    return sorted({heading for size in (8, 10) for heading in by_code.get(hs10[:size], ())})


def _cause(row: tuple, headings: list[str]) -> tuple[str, str]:
    """Return the first cause of the list that the evidence carries."""
    paid, law = row.assessed_pct, row.rate_pct  # type: ignore[attr-defined]
    claimed, met, unmet = row.claimed_pct, row.met_pct, row.unmet_pct  # type: ignore[attr-defined]
    lowest, highest = row.lowest_pct, row.highest_pct  # type: ignore[attr-defined]
    if headings and _between(paid, row.lowest_claimed_pct, law):  # type: ignore[attr-defined]
        share = (law - paid) / (law - claimed) if law > claimed else 0.0
        return "exclusion claimed", (
            f"heading {', '.join(headings)}; {claimed:.1f} % if all were claimed whenever it was in force; "
            f"claims on {min(max(share, 0.0), 1.0):.0%} of value would do"
        )
    if highest - lowest > SLACK_PP and _between(paid, lowest, highest):
        return "rate moved in the year", f"from {lowest:.1f} to {highest:.1f} % within the year"
    if max(met, unmet) - min(met, unmet) > SLACK_PP and _between(paid, met, unmet):
        return (
            "condition",
            f"{min(met, unmet):.1f} to {max(met, unmet):.1f} % over what the code does not show",
        )
    others, column_1 = row.others_pct, row.column_1_pct  # type: ignore[attr-defined]
    if not np.isnan(others) and column_1 - others >= max(SLACK_PP, 0.5 * (law - paid)) and law > paid:
        return "column 1 duty not paid", f"others paid {others:.1f} % where column 1 says {column_1:.1f} %"
    return "open", _what_is_known(row, headings)


def _between(value: float, one: float, other: float) -> bool:
    return min(one, other) - SLACK_PP <= value <= max(one, other) + SLACK_PP


def _what_is_known(row: tuple, headings: list[str]) -> str:
    """Say what an open line shows all the same."""
    added = row.rate_pct - row.column_1_pct  # type: ignore[attr-defined]
    known = []
    if headings:
        known.append(
            f"named in heading {', '.join(headings)}, but paid less than with every exclusion claimed"
        )
    elif added > SLACK_PP and row.wedge_pp > 0:  # type: ignore[attr-defined]
        share = min(row.wedge_pp / added, 1.0)  # type: ignore[attr-defined]
        known.append(f"as if {share:.0%} of value had not paid the {added:.1f} points over column 1")
    sisters = row.sisters_pp  # type: ignore[attr-defined]
    if not np.isnan(sisters):
        agree = (
            "agree with the law" if abs(sisters) <= 2 * SLACK_PP else f"are {sisters:+.1f} points off as well"
        )
        known.append(f"the other numbers of the line {agree}")
    return "; ".join(known) or "nothing in these tables"


def by_cause(wedges: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Return the whole wedge in dollars by cause, the numbers not on the list in one row.

    Returns
    -------
    pandas.DataFrame
        `cause`, `numbers`, `value_usd`, `wedge_usd`; sums are those of `wedges`.
    """
    cause = (
        pd.Series(listed["cause"].to_numpy(), index=listed["hs10"])
        .reindex(wedges.index)
        .fillna("not on the list")
    )
    grouped = wedges.groupby(cause)
    table = pd.DataFrame(
        {
            "numbers": grouped.size(),
            "value_usd": grouped["value_usd"].sum(),
            "wedge_usd": grouped["wedge_usd"].sum(),
        }
    )
    return (
        table.reindex([name for name in (*CAUSES, "not on the list") if name in table.index])
        .rename_axis("cause")
        .reset_index()
    )
