"""The words of the dials: what each rests on, why they are no index, how they were made. All computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from trucewatch.answers.truce_state import State
from trucewatch.ledger.stances import HOSTILE
from trucewatch.page.numbers import day_name, month_name, percent, points
from trucewatch.reports.brief import index_tests
from trucewatch.reports.brief.dials import CONTROL_KINDS

DIALS = {
    "tariffs": "Tariffs",
    "at_risk": "What lapses soon",
    "controls": "Export controls",
    "purchases": "Purchases",
    "acts": "Acts of recent weeks",
}


def behind_the_dials(
    newest: pd.DataFrame,
    soon: Mapping[str, pd.DataFrame],
    shortfall: float,
    acts: pd.DataFrame,
    net: pd.Series,
    pace: float,
    days: tuple[int, int],
) -> dict[str, float]:
    """Return the numbers that the lines under the dials name.

    Parameters
    ----------
    newest
        `brief.dials.newest`.
    soon
        By side `brief.dials.suspended_soon`.
    shortfall
        Part of the norm of magnets that did not come.
    acts
        `law.stances.act_days`.
    net
        Hostile less conciliatory acts by day.
    pace
        Shipments over the pace of a usual season.
    days
        Within which a suspension is at risk, and over which acts are counted.
    """
    day = newest.loc["controls", "as_of"]
    is_new = acts["kind"].isin(CONTROL_KINDS) & (acts["stance"] == HOSTILE) & (acts["date"] <= day)
    return {
        "gap_USA": float(soon["USA"]["gap_pp"].iloc[-1]),
        "gap_CHN": float(soon["CHN"]["gap_pp"].iloc[-1]),
        "shortfall": shortfall,
        "control_days": float((day - acts.loc[is_new, "date"].max()).days),
        "pace": pace,
        "net_acts": float(net.iloc[-1]),
        "within_days": float(days[0]),
        "window_days": float(days[1]),
    }


def dial_words(
    calm: date, worst: tuple[date, date], parts: Mapping[str, float], newest: pd.DataFrame
) -> dict[str, str]:
    """Return the line under each dial: what it rests on, with the number behind it and its day."""
    months = f"{worst[0]:%b}–{worst[1]:%b %Y}"
    day = {name: f"{row.day} {row:%b %Y}" for name, row in newest["as_of"].items()}
    return {
        "tariffs": f"Average duties: 0 as on {calm.day} {calm:%b %Y}, 100 as at the peak of {months}",
        "at_risk": f"If suspensions that end within {parts['within_days']:.0f} days lapsed: "
        f"US {points(parts['gap_USA'])}, China {points(parts['gap_CHN'])} points",
        "controls": f"Magnets {percent(parts['shortfall'], 0)} short, {day['controls']}; "
        f"last new control {parts['control_days']:,.0f} days before",
        "purchases": f"Soybeans at {percent(parts['pace'], 0)} of the pace of a usual season, "
        f"{day['purchases']}",
        "acts": f"Hostile less conciliatory acts in {parts['window_days']:.0f} days: "
        f"{points(parts['net_acts'], 0, signed=True)}, {day['acts']}",
    }


def dials_title(newest: pd.DataFrame) -> str:
    """Return the title of the dials: which stand highest and lowest."""
    ranked = newest["value"].sort_values(ascending=False, kind="stable")
    high, low = ranked.index[0], ranked.index[-1]
    return (
        f"The dial of {_dial_name(high)} is highest ({ranked.iloc[0]:.0f} of 100), "
        f"that of {_dial_name(low)} lowest ({ranked.iloc[-1]:.0f})"
    )


def _dial_name(name: str) -> str:
    text = DIALS[name]
    return text[0].lower() + text[1:]


def dials_alt(newest: pd.DataFrame) -> str:
    """Return the dials for a reader who cannot see them."""
    listed = "; ".join(
        f"{DIALS[str(name)]} {row['value']:.0f}, {day_name(row['as_of'])}" for name, row in newest.iterrows()
    )
    return f"One bar per dial from 0, calm, to 100, the worst. {listed}."


def why_no_index(stable: float, turned: int, verdict: index_tests.Verdict | None) -> str:
    """Say whether the dials may be one number, test by test, and what follows."""
    places, share = index_tests.RANK_PLACES, percent(index_tests.STABLE_SHARE, 0)
    items = [
        f"Other weightings: {percent(stable, 0)} of random weightings keep the rank of every month within "
        f"{places} places; {share} were asked for. {_passed(stable >= index_tests.STABLE_SHARE)}",
        f"One dial left out: {turned or 'no'} {'move' if turned == 1 else 'moves'} of more than "
        f"{index_tests.MOVE_POINTS:.0f} points from month to month would change sign. {_passed(turned == 0)}",
    ]
    if verdict is None:
        items.append(
            "An index made by others: none is included, so this test did not run (parameter `outside_index`)."
        )
    else:
        items.append(
            f"The index made by others: rank correlation {points(verdict.correlation, 2)} over "
            f"{verdict.months} months that did not set the scale; {points(index_tests.LEAST_CORRELATION)} "
            f"over at least {index_tests.LEAST_MONTHS} were asked for. "
            + _passed(verdict.passes["outside_index"])
        )
    is_published = verdict is not None and verdict.is_published
    head = (
        "**One number for all five dials** is their plain mean; it passed the three tests set for it."
        if is_published
        else "**No index is published.** One number for all five dials would be their mean. Three tests were "
        "set for it before any number was seen, and it has not passed all of them; so the dials are shown "
        "one by one."
    )
    return head + "\n\n" + "\n".join(f"- {point}" for point in items)


def _passed(is_passed: bool) -> str:
    return "Passed." if is_passed else "Failed."


def then_name(day: date, now: State) -> str:
    """Return the name of the earlier day in the figure of the dials."""
    what = "when the truce began" if now.truce_from == day else "when the phase began"
    return f"{day.day} {day:%b %Y}, {what}"


def dials_note(newest: pd.DataFrame, last: date) -> str:
    """Say which dials rest on data older than the law."""
    old = [
        f"{_dial_name(str(name))} to {month_name(pd.Timestamp(row['as_of']))}"
        for name, row in newest.iterrows()
        if row["as_of"] < last
    ]
    tail = f" Data end before the law does: {', '.join(old)}." if old else ""
    return "Where the law is counted, its printed texts decide; what is only announced is not." + tail


def how_measured(weights: str, newest_magnets: pd.Timestamp, norm_t: float) -> str:
    """Say how numbers and dials were made."""
    return "\n".join(
        f"- {point}"
        for point in (
            "**Numbers** are taken over from the reports they link to; the change of imports and the pace of "
            "soybeans are computed here from the same tables.",
            f"**Tariffs:** mean over both sides of (average less that of the calm day) over (peak of the "
            f"worst months less that of the calm day); weights {weights.replace('_', ' ')}.",
            "**What lapses soon:** rise of the average if the dated suspensions near their end were lifted, "
            "mean of both sides, over the largest rise of the worst months. Suspensions of duties that no "
            "longer exist are ignored.",
            f"**Export controls:** mean of the part of the normal tonnes of magnets that did not reach the "
            f"United States ({points(norm_t, 0)} a month are normal; newest month "
            f"{month_name(newest_magnets)}) and of a clock that "
            "starts at one with each new control or listing and runs out in a year.",
            "**Purchases:** what soybean shipments lack against the pace of a usual season to the promise in "
            "force: the share of a usual year that the months gone by bring.",
            "**Acts:** hostile less conciliatory official acts, over the count that one day in twenty "
            "exceeds. Which way an act points is a judgement, kept act by act and kind by kind in "
            "data/law/stances.csv.",
            "All dials are held between 0 and 100. The readings where the definition leaves room are ours.",
        )
    )
