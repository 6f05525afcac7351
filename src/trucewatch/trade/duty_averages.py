"""The tariff timeline: averages of both sides by day and weights, steps, phases, definitions, cliffs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from trucewatch.duty.averages import (
    AS_COLLECTED,
    DRIVERS,
    TOTAL,
    average_rate,
    bounds,
    daily,
    dispersion,
    on,
    value_on,
    weighed,
)
from trucewatch.duty.exclusions import has_waiver
from trucewatch.duty.panel import Panel, build_panel, days_of, read_panel
from trucewatch.errors import ParameterError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.trade.weights import IMPORTS_2024, WEIGHTS, WeightSet, has_trade, weight_set

SIDES = ("USA", "CHN")


_DOUBTS = {"met": "conditions met", "unmet": "exemptions granted", "claimed": "exclusions claimed"}
"""What widens the bounds, as the columns of the table of widths are headed."""

_NO_STEP = 1e-9
"""Points below which an average has not moved."""


@dataclass(frozen=True)
class Side:
    """One side of the timeline: its panel, its weight sets, and the tables of averages by weights.

    `panel`: duties of the importer; `weights`: weight sets by name; `average`: `valid_from`, `valid_to`,
    `authority`, `rate_pct` under the report's lens, by weights; `snapback`: the same total with dated legal
    suspensions lifted; `waived`: the same total as traded under a waiver that any importer may ask for; empty
    where there is none.
    """

    panel: Panel
    weights: Mapping[str, WeightSet]
    average: Mapping[str, pd.DataFrame]
    snapback: Mapping[str, pd.DataFrame]
    waived: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def _bounds(self) -> dict[str, pd.DataFrame]:
        return {}

    def bounds(self, name: str) -> pd.DataFrame:
        """Return the bounds of the average under one weight set (`averages.bounds`), computed once."""
        if name not in self._bounds:
            self._bounds[name] = bounds(self.panel, self.weights[name].shares)
        return self._bounds[name]

    def total(self, name: str) -> pd.DataFrame:
        """Return the total by interval under one weight set."""
        frame = self.average[name]
        return frame[frame["authority"] == TOTAL].reset_index(drop=True)


def side(
    panel: Panel, weights: Iterable[WeightSet], lens: str = AS_COLLECTED, *, is_waived: bool = False
) -> Side:
    """Compute the averages of one side under each weight set; if asked, also as traded under a waiver."""
    sets = {item.name: item for item in weights}
    average, snapback, waived = {}, {}, {}
    for name, item in sets.items():
        of = partial(average_rate, panel, item.shares, lens=lens, cells=weighed(panel, item.shares))
        average[name], snapback[name] = of(), of(by=TOTAL, variant="snapback")
        if is_waived:
            waived[name] = of(by=TOTAL, variant="claimed")
    return Side(panel, sets, average, snapback, waived)


def read_sides(
    ledger: Ledger,
    tables: Mapping[str, pd.DataFrame],
    origin: str = "CHN",
    voyage_days: int = 0,
    products: Sequence[str] = (),
    lens: str = AS_COLLECTED,
    lead: str = IMPORTS_2024,
    names: Sequence[str] = WEIGHTS,
    ahead: bool = False,
) -> dict[str, Side]:
    """Return both sides: the panels of the pipeline, or panels built anew for another origin or a voyage.

    Raises `ParameterError` if there is no trade for the weight set that must be there.

    - `tables`: clean tables, as `weights.weight_set` takes them
    - `origin`: whose goods the US side taxes; the China side is always goods of the US
    - `voyage_days`: days from loading to entry; 0: no transit rule applies
    - `products`: only codes that start so; all if empty
    - `lens`: `as_collected` or `as_finally_held`
    - `lead`: weight set that must be there
    - `names`: weight sets; those without trade of an origin are left out
    - `ahead`: from `law_asof` on as the texts say, instead of up to it
    """
    sides = {}
    for importer, of in (("USA", origin), ("CHN", "USA")):
        if voyage_days or (importer, of) not in (("USA", "CHN"), ("CHN", "USA")):
            panel = build_panel(ledger, importer, of, *days_of(ledger, ahead=ahead), voyage_days)
        else:
            panel = read_panel(importer, ahead=ahead, ledger=ledger)
        panel = panel.only(tuple(products))
        mine = [name for name in names if has_trade(name, importer, of, tables)]
        if lead not in mine:
            legal = ", ".join(mine)
            raise ParameterError(f"weights: {lead!r} has no trade in goods of {of}; legal for it: {legal}")
        sets = [weight_set(name, panel, tables, products) for name in mine]
        sides[importer] = side(panel, sets, lens, is_waived=has_waiver(ledger, importer))
    return sides


def intervals(sides: Mapping[str, Side]) -> pd.DataFrame:
    """Return the averages by interval, importer, weights and authority.

    Rows of an authority that charges nothing are left out.
    """
    parts = []
    for importer, one in sides.items():
        for name, frame in one.average.items():
            part = frame[(frame["rate_pct"] != 0) | (frame["authority"] == TOTAL)].copy()
            part.insert(2, "importer", importer)
            part.insert(3, "weights", name)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def weight_table(sides: Mapping[str, Side]) -> pd.DataFrame:
    """Return what each weight set is, the trade behind it, and what the ledger does not speak for today."""
    rows = []
    for importer, one in sides.items():
        for name, item in one.weights.items():
            matching = item.matching.pivot_table(
                index="valid_from", columns="method", values="share", sort=False, observed=False
            )
            first, last = matching.iloc[0], matching.iloc[-1]
            width = one.bounds(name)
            rows.append(
                {
                    "importer": importer,
                    "weights": name,
                    "definition": item.definition,
                    "value_usd_bn": None if item.value_usd is None else item.value_usd / 1e9,
                    "outside_usd_bn": None if item.outside_usd is None else item.outside_usd / 1e9,
                    "first_unmatched_share": first["none"],
                    "last_unmatched_share": last["none"],
                    "first_concorded_share": first["concorded"],
                    "last_concorded_share": last["concorded"],
                    "not_modelled_share": float(width["not_modelled_share"].iloc[-1]),
                }
            )
    return pd.DataFrame(rows)


def widths(sides: Mapping[str, Side], lead: str, days: Sequence[date]) -> pd.DataFrame:
    """Return by side and day the bounds of the average, their width, and what each doubt adds to it."""
    rows = []
    for importer, one in sides.items():
        table = one.bounds(lead)
        spread_ = dispersion(one.panel, one.weights[lead].shares)
        for day in days:
            here, around = on(table, day).iloc[0], on(spread_, day).iloc[0]
            rows.append({"importer": importer, "date": day.isoformat(), **here.to_dict(), **around.to_dict()})
    frame = pd.DataFrame(rows)
    frame.insert(5, "width_pp", frame["high_pct"] - frame["low_pct"])
    shifts = frame[[f"{name}_pp" for name in DRIVERS]].abs()
    driver = shifts.idxmax(axis=1).map({f"{name}_pp": words for name, words in _DOUBTS.items()})
    frame.insert(6, "driver", driver.where(shifts.max(axis=1) > 0, ""))
    return frame


def average_rate_daily(sides: Mapping[str, Side], first: date, last: date) -> pd.DataFrame:
    """Return `date`, `importer`, `weights`, `authority`, `rate_pct` for every day, `total` included.

    Sorted by date; importer, weights and authority in the order of the sides and tables given.
    """
    parts = []
    for importer, one in sides.items():
        for name, frame in one.average.items():
            part = daily(frame, first, last)
            part.insert(1, "importer", importer)
            part.insert(2, "weights", name)
            parts.append(part)
    result = pd.concat(parts, ignore_index=True)
    return result.sort_values("date", kind="stable", ignore_index=True)


def steps(one: Side, name: str, ledger: Ledger, since: date, at_least_pp: float) -> pd.DataFrame:
    """Return the days on which the average moves by some points, and what each duty adds or takes away.

    A row per day and duty that moves: `date`, `step_pp` (of the whole average), `authority`, `move_pp` (its
    own points, largest first; together the step), `title`, `act_id` of the act behind it.
    """
    totals = one.total(name)
    totals = totals.assign(step_pp=totals["rate_pct"].diff())
    moved = totals[(totals["step_pp"].abs() >= at_least_pp) & (totals["valid_from"] >= since)]
    rows = []
    for day, step in zip(moved["valid_from"], moved["step_pp"], strict=True):
        moves = _moves(one.average[name], day)
        acts = {
            authority: _act(ledger, one.panel.importer, authority, day, points)
            for authority, points in moves.items()
        }
        # a duty that no text touches moves because another starts or ends on the same goods
        other = next((act for act in acts.values() if act), "")
        for authority, points in moves.items():
            act = acts[authority] or other
            rows.append((day, step, authority, points, ledger.act[act].title if act else "", act))
    return pd.DataFrame(rows, columns=["date", "step_pp", "authority", "move_pp", "title", "act_id"])


#: A duty that moves the average by less than this (points) is not listed.
_LEAST_MOVE_PP = 0.005


def all_steps(
    sides: Mapping[str, Side], name: str, ledger: Ledger, since: date, at_least_pp: float
) -> pd.DataFrame:
    """Return the steps of both sides by date, with a column `importer`."""
    parts = []
    for importer, one in sides.items():
        part = steps(one, name, ledger, since, at_least_pp)
        part.insert(1, "importer", importer)
        parts.append(part)
    return pd.concat(parts, ignore_index=True).sort_values("date", kind="stable", ignore_index=True)


def write_daily(frame: pd.DataFrame, folder: Path) -> None:
    """Write the averages of every day to tables/average_rate_daily.csv of a report's folder."""
    path = folder / "tables" / "average_rate_daily.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    # a tenth of the time of pandas for a quarter of a million rows; only what a run is of needs quotes
    quotes = "needed" if "run_of" in frame else "none"
    options = csv.WriteOptions(include_header=False, quoting_style=quotes)
    with path.open("wb") as handle:
        handle.write((",".join(frame.columns) + "\n").encode())
        csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), handle, options)


def _moves(average: pd.DataFrame, day: date) -> dict[str, float]:
    """Return by authority what it adds to the average on a day, largest first; moves of nothing left out."""
    now, before = (
        on(average, at).set_index("authority")["rate_pct"].drop(TOTAL)
        for at in (day, day - timedelta(days=1))
    )
    moves = now.sub(before, fill_value=0.0)
    moves = moves[moves.abs() >= _LEAST_MOVE_PP]
    ordered = moves.reindex(moves.abs().sort_values(ascending=False, kind="stable").index)
    return {str(authority): float(points) for authority, points in ordered.items()}


def _act(ledger: Ledger, importer: str, authority: str, day: date, points: float) -> str:
    """Return the act behind a move: of a rate row that starts that day, else one that then takes effect."""
    for measure in seen_from(ledger, importer, DEFAULT_ORIGIN[importer]).measures_of.get(importer, ()):
        if measure.authority == authority:
            for row in ledger.rates_of.get(measure.measure_id, ()):
                if row.valid_from == day and row.act_id and row.known_from <= ledger.law_asof < row.known_to:
                    return row.act_id
    kinds = ("tariff_up",) if points > 0 else ("tariff_down", "exemption")
    found = [
        act.act_id
        for kind in kinds
        for act in ledger.acts
        if act.date_effective == day and act.side in (importer, "both") and act.kind == kind
    ]
    return found[0] if found else ""


def phase_levels(sides: Mapping[str, Side], phases: pd.DataFrame, lead: str) -> pd.DataFrame:
    """Return the average duty in each phase, a row a phase and side: mean over its days, and its last day."""
    rows = []
    for phase in phases.to_dict("records"):
        start, end = phase["valid_from"], phase["valid_to"]
        last = end - timedelta(days=1)
        for importer, one in sides.items():
            row: dict[str, object] = {
                "phase": phase["label"],
                "from": start,
                "to": last,
                "importer": importer,
            }
            for name in one.average:
                row[f"{name}_pct"] = mean_over(one.total(name), start, end)
            row["last_day_pct"] = value_on(one.total(lead), last)
            row["snapback_pp"] = suspended(one, lead, last)
            rows.append(row)
    return pd.DataFrame(rows)


def suspended(one: Side, name: str, day: date) -> float:
    """Return the points by which the average would rise if the dated suspensions were lifted on a day."""
    gap = value_on(one.snapback[name], day) - value_on(one.total(name), day)
    return round(gap, 9) + 0.0  # no noise, no negative zero


def mean_over(table: pd.DataFrame, start: date, end: date) -> float:
    """Return the mean over the days of [start, end) of a table with one row an interval."""
    first = np.array([max(day, start).toordinal() for day in table["valid_from"]])
    last = np.array([min(day, end).toordinal() for day in table["valid_to"]])
    days = np.maximum(last - first, 0)
    return float((table["rate_pct"].to_numpy() * days).sum() / days.sum())


def step_on(one: Side, name: str, day: date, authority: str = TOTAL) -> float:
    """Return by how many points the total, or the part of one authority, moves on a day."""
    part = one.average[name][one.average[name]["authority"] == authority]
    return 0.0 if part.empty else value_on(part, day) - value_on(part, day - timedelta(days=1))


def cliff_effects(cliffs: pd.DataFrame, ahead: Mapping[str, Side], lead: str, days: int) -> pd.DataFrame:
    """Add to the calendar what a day does to the average of its side, by the authority that moves.

    A cliff whose authority moves no average has none: a code does not show its goods, or it is no duty. The
    first cliff of an authority and day has the move of all.

    Columns: `on`, `side`, `average_pp`, `what`, `doubt`, `confidence`.

    `cliffs`: `Calendar.to_frame()`; `ahead`: sides of panels that start on `law_asof` and run on as the texts
    say; `lead`: weight set; `days`: how many days past the first day of those panels are shown.
    """
    horizon = min(one.panel.end for one in ahead.values())
    first = min(one.panel.first for one in ahead.values())
    until = min(horizon, first + timedelta(days=days + 1))
    shown = cliffs[(cliffs["on"] > first) & (cliffs["on"] < until)].copy()
    steps = [
        step_on(ahead[side_of], lead, day, authority) if side_of in ahead else 0.0
        for side_of, day, authority in zip(shown["side"], shown["on"], shown["authority"], strict=True)
    ]
    shown["average_pp"] = [step if abs(step) > _NO_STEP else float("nan") for step in steps]
    shown.loc[shown.duplicated(["on", "side", "authority"]), "average_pp"] = float("nan")
    shown["what"] = [
        f"“{title}” ends" + (f" ({what})" if what else "")
        if kind == "act ends"
        else ": ".join(filter(None, (title, what)))
        for kind, title, what in zip(shown["kind"], shown["title"], shown["what"], strict=True)
    ]
    columns = ["on", "side", "average_pp", "what", "doubt", "confidence"]
    return shown[columns].reset_index(drop=True)
