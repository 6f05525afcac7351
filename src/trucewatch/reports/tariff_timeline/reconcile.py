"""Published averages against ours: what we compute for each, one cause a gap, and the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trucewatch.duty.averages import share_paying
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.trade.definitions import blanket_rates, definitions, points_of, reached_share
from trucewatch.trade.duty_averages import Side, step_on
from trucewatch.trade.weights import IMPORTS_2017, IMPORTS_2024, SIMPLE

if TYPE_CHECKING:
    from trucewatch.page.benchmarks import Published

CAUSES = ("weights", "exemptions", "base duty", "dates", "vintage", "our doubt")
"""Why two averages for one date differ; each gap gets one."""

CLOSE_PP = 1.0
"""Gaps up to this many points are not called a difference: published figures are rounded."""


@dataclass(frozen=True)
class Rule:
    """How a published number is met.

    Attributes
    ----------
    start
        Beginning of the check ids it is for; the first rule that fits counts.
    measure
        `level`, `reached`, `step`, `addon`, `coverage`, or `none` where we can not compute it.
    weights
        Weight set closest to the publisher's.
    cause
        One of `CAUSES`, for a gap.
    why
        The evidence in words; the numbers come from the grid of definitions.
    act_id
        Compare on the day this act takes effect, for a figure that is dated otherwise.
    without
        Authorities left out of our number.
    """

    start: str
    measure: str = "level"
    weights: str = IMPORTS_2024
    cause: str = "weights"
    why: str = ""
    act_id: str = ""
    without: tuple[str, ...] = ()


_PIIE = "weights are each side's exports to the world, not bundled"
_PLAN = "a plan that never took effect; ours is the law of the day"
RULES = (
    Rule("law_addon", "addon", why="the instruments themselves"),
    Rule("step_", "step", why="weight-free"),
    Rule("piie_reached", "reached", cause="weights", why=_PIIE),
    Rule(
        "piie_share", "coverage", IMPORTS_2017, "weights", "lines counted by HS6 here, by finer lines there"
    ),
    Rule(
        "piie_average_us_on_chn_2019_06_14",
        weights=IMPORTS_2017,
        cause="dates",
        why="the publisher counts the raised list once the last goods on the water had landed",
    ),
    Rule(
        "piie_average_us_on_chn_2019_09_01",
        weights=IMPORTS_2017,
        cause="dates",
        why="a forecast made before the rates were raised",
    ),
    Rule("piie_average_us_on_chn_2019_12_15", weights=IMPORTS_2017, cause="dates", why=_PLAN),
    Rule("piie_average_chn_on_us_2019_12_15", weights=IMPORTS_2017, cause="dates", why=_PLAN),
    Rule(
        "piie_average_chn_on_us_2020_02_14_2",
        weights=IMPORTS_2017,
        cause="vintage",
        why="the publisher prints two values for this day",
    ),
    Rule(
        "piie_average_us_on_chn_2025_05_03",
        weights=IMPORTS_2017,
        cause="exemptions",
        why="the publisher's average rises from 12 April as the duty on auto parts starts; ours falls under "
        "all weights, as those parts leave the reciprocal duty (EO 14257, section 3(b)), and rises only if "
        "no good is taken as spared",
    ),
    Rule("piie_average", weights=IMPORTS_2017, why=_PIIE),
    Rule("press_piie", weights=IMPORTS_2017, why=_PIIE),
    Rule(
        "uibe",
        weights=SIMPLE,
        cause="base duty",
        why="another edition of the schedule, and specific duties without an equivalent",
    ),
    Rule(
        "white_house",
        cause="exemptions",
        why="close to what a listed good pays that nothing spares, not to an average over trade",
    ),
    Rule(
        "tbl_state_effective_pre_us_on_chn_2026_01_17",
        cause="vintage",
        why="its own table of April gives as much for a law that charges far fewer points",
    ),
    Rule(
        "tbl_state_effective_pre_us_on_chn_2026_12_31_2",
        act_id="us_20260402_proc11021",
        cause="exemptions",
        why="compared on the day of the metals annexes, the law the table describes",
    ),
    Rule("tbl_state_effective_pre_us_on_chn_2026_12_31_3", "none"),
    Rule("tbl_state_effective_pre_us_on_chn_2026_12_31_4", "none"),
    Rule(
        "tbl_state_effective_pre_us_on_chn_2026_12_31",
        act_id="us_20260402_proc11021",
        without=("S122",),
        cause="our doubt",
        why="compared on the day of the metals annexes, with the surcharge taken out; conditions that a code "
        "does not show could add as much, and no source settles it",
    ),
    Rule(
        "yale_daily",
        cause="our doubt",
        why="equal to a few tenths of a point until the metals annexes of 6 April 2026, which add two points "
        "there and little here; conditions that a code does not show could add as much",
    ),
    Rule(
        "tbl_state_effective_post", "none", why="after substitution between suppliers: no average of the law"
    ),
    Rule("", cause="weights", why="the publisher does not state its weights"),
)


def rule_of(check_id: str) -> Rule:
    """Return the rule for a published number."""
    return next(rule for rule in RULES if check_id.startswith(rule.start))


def importer_of(check_id: str) -> str:
    """Return whose duties a published number speaks of, by its id."""
    return "CHN" if "chn_on_us" in check_id else "USA"


def ours(row: Published, sides: Mapping[str, Side], ledger: Ledger) -> float | None:
    """Return our number for a published one, in its unit; None where we can not compute it."""
    rule, one = rule_of(row.check_id), sides[importer_of(row.check_id)]
    day = _day(row, rule, ledger)
    if rule.measure == "none" or not one.panel.first <= day < one.panel.end:
        return None
    if rule.measure == "addon":
        return sum(blanket_rates(ledger, one.panel.importer, day).values())
    if rule.measure == "step":
        return step_on(one, rule.weights, day)
    if rule.measure == "reached":
        return 100 * reached_share(one, rule.weights, "IEEPA_RECIP", ledger, day)
    if rule.measure == "coverage":
        base = BASE_AUTHORITY[one.panel.importer]
        return 100 * share_paying(one.panel, one.weights[rule.weights].shares, day, but=(base,))
    return points_of(one.average[rule.weights], day, but=rule.without)


def _day(row: Published, rule: Rule, ledger: Ledger) -> date:
    if rule.act_id:
        day = ledger.act[rule.act_id].date_effective
        if day is not None:
            return day
    return date.fromisoformat(row.date)


def gaps(rows: Mapping[str, Published], sides: Mapping[str, Side], ledger: Ledger, lead: str) -> pd.DataFrame:
    """Return every published average we differ from, with one cause and the definition of ours nearest to it.

    Returns
    -------
    pandas.DataFrame
        `publisher`, `date`, `importer`, `published_pct`, `ours_pct`, `weights` (of ours), `gap_pp`, `verdict`
        (`differs`, `close` or `can not be computed`), `cause` (empty if close), `evidence`.
    """
    grids = _grids(rows, sides, ledger, lead)
    found = []
    for check_id, row in rows.items():
        rule = rule_of(check_id)
        if rule.measure not in ("level", "none"):
            continue
        importer, value = importer_of(check_id), float(str(row.value))
        mine = ours(row, sides, ledger)
        base = {
            "publisher": row.publisher,
            "date": row.date,
            "importer": importer,
            "published_pct": value,
            "ours_pct": mine,
            "weights": "" if mine is None else rule.weights,
            "gap_pp": None if mine is None else mine - value,
        }
        nearest: tuple[str, float] = ("", float("nan"))
        if mine is None:
            verdict, cause = "can not be computed", ""
        else:
            verdict = "differs" if abs(mine - value) > CLOSE_PP else "close"
            cause = rule.cause if verdict == "differs" else ""
            if not rule.without:  # the grid is of the whole law
                nearest = _nearest(grids[importer], _day(row, rule, ledger), value)
        found.append(
            {
                **base,
                "verdict": verdict,
                "cause": cause,
                "evidence": _evidence(rule, verdict, *nearest),
            }
        )
    frame = pd.DataFrame(found)
    frame[["ours_pct", "gap_pp"]] = frame[["ours_pct", "gap_pp"]].astype(float)
    order = frame["importer"].map({"USA": 0, "CHN": 1})
    return frame.assign(order=order).sort_values(["order", "date"], kind="stable").drop(columns="order")


def _evidence(rule: Rule, verdict: str, nearest: str, nearest_pct: float) -> str:
    """Say why, and which of our definitions comes nearest; nothing for a number that is met."""
    if verdict == "close":
        return ""
    if verdict != "differs":
        return rule.why
    return f"{rule.why}; nearest of ours: {nearest}, {nearest_pct:.1f} %" if nearest else rule.why


def _grids(
    rows: Mapping[str, Published], sides: Mapping[str, Side], ledger: Ledger, lead: str
) -> dict[str, pd.DataFrame]:
    """Return the grid of definitions of each side, on every day that a published average speaks of."""
    days: dict[str, set[date]] = {importer: set() for importer in sides}
    for check_id, row in rows.items():
        rule, importer = rule_of(check_id), importer_of(check_id)
        day = _day(row, rule, ledger)
        if rule.measure == "level" and sides[importer].panel.first <= day < sides[importer].panel.end:
            days[importer].add(day)
    grids = {name: definitions(one, lead, ledger, sorted(days[name])) for name, one in sides.items()}
    return {name: grid[grid["definition_id"] != "snapback"] for name, grid in grids.items()}


def _nearest(grid: pd.DataFrame, day: date, value: float) -> tuple[str, float]:
    column = grid[day.isoformat()].to_numpy(dtype=float)
    best = int(np.nanargmin(np.abs(column - value)))
    return str(grid["short"].iloc[best]), float(column[best])
