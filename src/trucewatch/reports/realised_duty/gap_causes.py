"""Why law and assessed duty differ on a number: a fixed list of causes, all tried on every listed number.

A wedge says that importers paid something else than the ledger computes: because they claimed what a code
does not show, because the rate moved within the year, or because the ledger is wrong. The causes stand in the
order in which they are tried. Those up to the special entries say what was paid. The next two say less: that
the rate of the ledger is confirmed, and a part of the entries did without it. The last is what only single
entries can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.ledger.chronicle import SpecialEntry
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.schema import Exclusion
from trucewatch.reports.realised_duty.line_gaps import LEAST_VALUE

LAST = "needs entry-level data"
NOT_LISTED = "not on the list"
CAUSES = (
    "exclusion claimed",
    "exclusion not used",
    "rate moved in the year",
    "condition",
    "column 1 duty not paid",
    "section 232 exclusion",
    "special entry",
    "most paid it",
    "neighbors paid it",
    LAST,
)
"""In the order in which they are tried; what each means stands in `words.md`, `meaning`."""
SLACK_PP = 0.5
"""Points by which a bound may be missed: assessed duties of a year are rounded and reported late."""
WHOLE_NUMBERS = "us_s301_excluded_"
"""How the lists of the numbers start that exclusions free as a whole."""
USUAL = 0.9
"""Share of the numbers that no exclusion names, by which the usual unpaid part is set."""
NEIGHBOURS_UNPAID = 0.1
"""Part of the added duty that neighbours may leave unpaid and still count as having paid it."""


def freed_numbers(ledger: Ledger, year: int) -> dict[str, tuple[str, float]]:
    """Return the numbers that exclusions free as a whole, each with what frees it and the listed duty.

    `year`: the year of the wedges.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    freed: dict[str, tuple[str, float]] = {}
    for link in ledger.measure_scopes:
        if link.role != "exempt" or not link.scope_id.startswith(WHOLE_NUMBERS):
            continue
        listed = max(
            float(rate.rate_pct or 0)
            for rate in ledger.rates_of[link.measure_id]
            if rate.valid_from <= last and rate.valid_to > first
        )
        sheet = ledger.scopes[link.scope_id]
        for row in (row for code in sheet.codes for row in sheet.at(code)):
            if row.valid_from <= last and row.valid_to > first:
                freed[row.code] = (row.citation, listed)
    return freed


def check_list(
    wedges: pd.DataFrame,
    exclusions: Iterable[Exclusion],
    special: Iterable[SpecialEntry],
    year: int,
    wedge_pp: float,
    value_usd: float,
    freed: Mapping[str, tuple[str, float]] | None = None,
) -> pd.DataFrame:
    """Return the numbers whose wedge asks for a look, each with its cause, evidence and all tests.

    Columns: `hs10`, the columns of `wedges`, `cause` (one of `CAUSES`), `evidence`, and what the tests look
    at: `headings` (of exclusions that name the number) and `near` (that name another number of its line),
    `added_pp` (points over column 1), `unpaid` and `usual_unpaid` (parts of these points not paid: here, and
    at most on nine in ten numbers), `neighbours_unpaid` and `neighbours_usd` (the other numbers of the line
    under the same rate that no exclusion names), `special` (provisions that name it). Largest |wedge| in
    dollars first.

    - `wedges`: as `realised_lines.line_wedges` returns them
    - `exclusions`: of the ledger
    - `special`: those of the ledger
    - `year`: the year of the wedges
    - `wedge_pp`, `value_usd`: a number is listed if law and assessed duty differ by more points than that,
      and its imports reach that value
    - `freed`: as `freed_numbers` returns it
    """
    facts = _facts(wedges, exclusions, year)
    listed = facts[(facts["wedge_pp"].abs() > wedge_pp) & (facts["value_usd"] >= value_usd)].copy()
    listed["usual_unpaid"] = usual_unpaid(facts, wedge_pp)
    entries = tuple(special)
    listed["special"] = [
        "; ".join(
            f"{row.provision}: {row.what} ({row.citation})" for row in entries if row.names(str(number))
        )
        for number in listed.index
    ]
    listed["freed"] = [(freed or {}).get(str(number), ("", 0.0)) for number in listed.index]
    found = [_cause(row) for row in listed.itertuples()]
    listed = listed.drop(columns="freed")
    listed = listed.assign(cause=[cause for cause, _ in found], evidence=[why for _, why in found])
    order = listed["wedge_usd"].abs().sort_values(ascending=False, kind="stable").index
    return listed.loc[order].rename_axis("hs10").reset_index()


def _facts(wedges: pd.DataFrame, exclusions: Iterable[Exclusion], year: int) -> pd.DataFrame:
    """Return the wedges with what the tests look at."""
    facts = wedges.copy()
    by_code: dict[str, set[str]] = {}
    for row in exclusions:
        if row.valid_from < date(year + 1, 1, 1) and row.valid_to > date(year, 1, 1):
            by_code.setdefault(row.code, set()).add(row.heading)
    by_line: dict[str, set[str]] = {}
    for code, headings in by_code.items():
        by_line.setdefault(code[:8], set()).update(headings)
    numbers = [str(number) for number in facts.index]
    named = [{*by_code.get(number[:8], ()), *by_code.get(number, ())} for number in numbers]
    facts["headings"] = [", ".join(sorted(found)) for found in named]
    facts["near"] = [
        ", ".join(sorted(by_line.get(number[:8], set()) - found))
        for number, found in zip(numbers, named, strict=True)
    ]
    facts["added_pp"] = facts["rate_pct"] - facts["column_1_pct"]
    facts["unpaid"] = facts["wedge_pp"] / facts["added_pp"].where(facts["added_pp"] > SLACK_PP)
    plain = facts["headings"] == ""
    line = [facts.index.str[:8], facts["rate_pct"].round(6)]
    sums = {
        name: _rest(values, plain, line)
        for name, values in (
            ("value", facts["value_usd"]),
            ("wedge", facts["wedge_usd"]),
            ("added", facts["added_pp"] / 100 * facts["value_usd"]),
        )
    }
    enough = (sums["value"] >= LEAST_VALUE) & (facts["added_pp"] > SLACK_PP)
    facts["neighbours_usd"] = sums["value"].where(enough)
    facts["neighbours_unpaid"] = (sums["wedge"] / sums["added"].where(enough)).where(enough)
    return facts


def _rest(values: pd.Series, plain: pd.Series, line: list[Any]) -> pd.Series:
    """Return the sum over the other plain numbers of each line."""
    counted = values.where(plain, 0.0)
    return counted.groupby(line).transform("sum") - counted


def usual_unpaid(facts: pd.DataFrame, least_pp: float) -> float:
    """Return the part of the added duty that nine in ten ordinary numbers leave unpaid at most.

    Ordinary is a number that no exclusion names, whose law stood still, with more than `least_pp` points over
    column 1 and imports of `LEAST_VALUE` or more; the numbers on the list are among them.
    """
    ordinary = facts[
        (facts["headings"] == "")
        & (facts["highest_pct"] - facts["lowest_pct"] <= SLACK_PP)
        & (facts["added_pp"] > least_pp)
        & (facts["value_usd"] >= LEAST_VALUE)
    ]
    return float(ordinary["unpaid"].quantile(USUAL))


def _cause(row: Any) -> tuple[str, str]:
    """Return the first cause whose test holds, with its evidence."""
    paid, law, less = row.assessed_pct, row.rate_pct, row.wedge_pp > 0
    if row.headings and _between(paid, row.lowest_claimed_pct, law):
        return "exclusion claimed", _what_claims_do(row)
    if (heading := row.freed[0]) and not less and _between(paid, law, law + row.freed[1]):
        part = _part(-row.wedge_pp / row.freed[1])
        return "exclusion not used", f"free by {heading}; {part} of value paid the {row.freed[1]:.1f} points"
    if row.highest_pct - row.lowest_pct > SLACK_PP and _between(paid, row.lowest_pct, row.highest_pct):
        return (
            "rate moved in the year",
            f"from {row.lowest_pct:.1f} to {row.highest_pct:.1f} % within the year",
        )
    low, high = sorted((row.met_pct, row.unmet_pct))
    if high - low > SLACK_PP and _between(paid, low, high):
        return "condition", f"{low:.1f} to {high:.1f} % over what the code does not show"
    others, column_1 = row.others_pct, row.column_1_pct
    if less and not np.isnan(others) and column_1 - others >= max(SLACK_PP, 0.5 * row.wedge_pp):
        return ("column 1 duty not paid", f"others paid {others:.1f} % where column 1 says {column_1:.1f} %")
    if less and row.section_232_pct > SLACK_PP and row.wedge_pp <= row.section_232_pct + SLACK_PP:
        return "section 232 exclusion", (
            f"{row.section_232_pct:.1f} points of the law are on metals; exclusions by firm and volume: "
            "15 CFR part 705, supplement 1, to March 2025"
        )
    if less and row.special:
        return "special entry", row.special
    if less and row.unpaid <= row.usual_unpaid:
        return "most paid it", (
            f"{_part(1 - row.unpaid)} of the {row.added_pp:.1f} points over column 1 were paid; nine in ten "
            f"numbers paid {_part(1 - row.usual_unpaid)} or more"
        )
    if less and row.neighbours_unpaid <= NEIGHBOURS_UNPAID:
        return "neighbors paid it", (
            f"the other numbers of the line paid {_part(1 - row.neighbours_unpaid)} of the points over "
            f"column 1 (USD {row.neighbours_usd / 1e6:,.0f} m), this one {_part(1 - row.unpaid)}"
        )
    return LAST, _what_is_known(row)


def _what_claims_do(row: Any) -> str:
    """Say which claims would explain what was paid, in a year of even imports if any do."""
    paid, law, claimed = row.assessed_pct, row.rate_pct, row.claimed_pct
    known = f"heading {row.headings}; {claimed:.1f} % if all were claimed whenever it was in force"
    if paid < claimed and claimed - row.lowest_claimed_pct > SLACK_PP:
        return (
            f"{known} and imports were even over the year; less was paid, as if more had entered while it "
            f"was in force, when claims take the duty down to {row.lowest_claimed_pct:.1f} %"
        )
    share = (law - paid) / (law - claimed) if law > claimed else 0.0
    return f"{known}; claims on {_part(min(max(share, 0.0), 1.0))} of value would do"


def _part(share: float) -> str:
    return f"{100 * share:.0f} %"


def _between(value: float, one: float, other: float) -> bool:
    return min(one, other) - SLACK_PP <= value <= max(one, other) + SLACK_PP


def _what_is_known(row: Any) -> str:
    """Say what a number shows that no test explains."""
    known = []
    if row.headings:
        known.append(
            f"named in heading {row.headings}, but paid less than with every exclusion claimed"
            if row.wedge_pp > 0
            else f"named in heading {row.headings}, but paid more than the law asks"
        )
    elif row.unpaid > 1 - SLACK_PP / max(row.added_pp, SLACK_PP):
        known.append(f"as if no list named it: none of the {row.added_pp:.1f} points over column 1 was paid")
    elif row.unpaid > 0:
        known.append(
            f"as if {_part(row.unpaid)} of value had not paid the {row.added_pp:.1f} points over column 1"
        )
    if not np.isnan(row.neighbours_unpaid):
        known.append(f"its neighbors left {_part(max(row.neighbours_unpaid, 0.0))} unpaid")
    if row.near and not row.headings:
        known.append(f"heading {row.near} names another number of the line")
    return "; ".join(known) or "nothing in these tables"


def by_cause(wedges: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Return the whole wedge in dollars by cause, the numbers not on the list in one row.

    Columns: `cause`, `numbers`, `value_usd`, `wedge_usd`; sums are those of `wedges`.
    """
    cause = (
        pd.Series(listed["cause"].to_numpy(), index=listed["hs10"]).reindex(wedges.index).fillna(NOT_LISTED)
    )
    return _summed(wedges, cause, (*CAUSES, NOT_LISTED)).reset_index()


def _summed(wedges: pd.DataFrame, cause: pd.Series, order: Sequence[str]) -> pd.DataFrame:
    """Return count, imports and wedge by cause, in an order."""
    groups = wedges.groupby(cause)
    sums = {"numbers": groups.size(), **{name: groups[name].sum() for name in ("value_usd", "wedge_usd")}}
    table = pd.DataFrame(sums)
    return table.reindex([name for name in order if name in table.index]).rename_axis("cause")


WITHIN = "within half a point"
#: What a reader is told of a number, by cause; every other cause has evidence of its own.
GRADES = {
    WITHIN: "agrees",
    "most paid it": "rate confirmed",
    "neighbors paid it": "rate confirmed",
    LAST: "open",
}


def explained(wedges: pd.DataFrame, differing: pd.DataFrame) -> pd.DataFrame:
    """Return what part of imports agrees with the law, differs for a cause, or stays open.

    Columns: `cause` (`WITHIN` or one of `CAUSES`), `grade` (`agrees`, `cause named`, `rate confirmed`,
    `open`), `numbers`, `value_usd`, `value_share`, `wedge_usd`; shares add up to 1.

    `wedges`: as `line_gaps.line_wedges` returns them; `differing`: `check_list` of every number that differs
    by more than `SLACK_PP`, whatever its imports.
    """
    cause = differing.set_index("hs10")["cause"].reindex(wedges.index).fillna(WITHIN)
    table = _summed(wedges, cause, (WITHIN, *CAUSES))
    table.insert(2, "value_share", table["value_usd"] / wedges["value_usd"].sum())
    table.insert(0, "grade", [GRADES.get(str(name), "cause named") for name in table.index])
    return table.reset_index()
