"""Published averages against ours. Which number of ours answers one, and why the two differ, its row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trucewatch.duty.averages import share_paying
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.page.measured import refused
from trucewatch.trade.definitions import blanket_rates, definitions, points_of, reached_share
from trucewatch.trade.duty_averages import Side, step_on
from trucewatch.trade.weights import IMPORTS_2024, WEIGHTS

if TYPE_CHECKING:
    from trucewatch.page.benchmarks import Published

CLOSE_PP = 1.0
"""Gaps up to this many points are not called a difference: published figures are rounded."""


PLACES = {
    "average": ("importer", "weights", "day"),
    "step": ("importer", "weights", "day"),
    "reached": ("importer", "weights", "day"),
    "charged": ("importer", "weights", "day"),
    "blanket": ("importer", "day"),
    "none": ("importer",),
}
"""What a reference names, by its kind.

`average` and `blanket` are those of docs/claims.md, an average also without an authority (`but=S122`). `step`
is what the average moves on the day, `reached` the share of trade that pays the reciprocal duty, `charged`
the share that pays any added duty; `none` is a number that we do not compute.
"""


@dataclass(frozen=True)
class Measured:
    """Which number of ours answers a published one.

    `kind`, `importer`, `weights`: a key of `PLACES`, whose duties, and the weight set closest to the
    publisher's; `day`: the day compared: that of the row, or of the act whose law a figure dated otherwise
    describes; `but`: an authority left out of our number; empty for none.
    """

    kind: str
    importer: str
    weights: str = ""
    day: date = date.max
    but: str = ""


def read_measured(row: Published, ledger: Ledger) -> Measured:
    """Return what the column `measured` of a published number names.

    Raises `LedgerError` if it has no known form, or names what does not exist.
    """
    kind, _, rest = row.measured.partition(":")
    parts = [part for part in rest.split(",") if not part.startswith("but=")]
    but = rest.partition(",but=")[2]
    if len(parts) != len(PLACES.get(kind, ())):
        raise refused(row, "use " + " or ".join(f"{name}:<{'>,<'.join(of)}>" for name, of in PLACES.items()))
    named = dict(zip(PLACES[kind], parts, strict=True))
    if named["importer"] not in ledger.importers:
        raise refused(row, "name the importer: " + " or ".join(ledger.importers))
    if named.get("weights", IMPORTS_2024) not in WEIGHTS:
        raise refused(row, "name the weights: " + " or ".join(WEIGHTS))
    if "day" not in named:
        return Measured(kind, named["importer"])
    day = _day(named["day"], ledger)
    if day is None:
        raise refused(row, "write the day as YYYY-MM-DD or <act_id>.date_effective")
    return Measured(kind, named["importer"], named.get("weights", ""), day, but)


def _day(text: str, ledger: Ledger) -> date | None:
    act = ledger.act.get(text.removesuffix(".date_effective"))
    if act is not None:
        return act.date_effective
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def ours(row: Published, sides: Mapping[str, Side], ledger: Ledger) -> float | None:
    """Return our number for a published one, in its unit; None where we cannot compute it."""
    asked = read_measured(row, ledger)
    one = sides[asked.importer]
    if asked.kind == "none" or not one.panel.first <= asked.day < one.panel.end:
        return None
    if asked.kind == "blanket":
        return sum(blanket_rates(ledger, asked.importer, asked.day).values())
    if asked.kind == "step":
        return step_on(one, asked.weights, asked.day)
    if asked.kind == "reached":
        return 100 * reached_share(one, asked.weights, "IEEPA_RECIP", ledger, asked.day)
    if asked.kind == "charged":
        base = BASE_AUTHORITY[asked.importer]
        return 100 * share_paying(one.panel, one.weights[asked.weights].shares, asked.day, but=(base,))
    return points_of(one.average[asked.weights], asked.day, but=(asked.but,))


def gaps(rows: Mapping[str, Published], sides: Mapping[str, Side], ledger: Ledger, lead: str) -> pd.DataFrame:
    """Return every published average we differ from, with one cause and the definition of ours nearest to it.

    Columns: `publisher`, `date`, `importer`, `published_pct`, `ours_pct`, `weights` (of ours), `gap_pp`,
    `verdict` (`differs`, `close` or `cannot be computed`), `cause` (empty if close), `evidence`.
    """
    grids = _grids(rows, sides, ledger, lead)
    found = []
    for row in rows.values():
        asked = read_measured(row, ledger)
        if asked.kind not in ("average", "none"):
            continue
        value = float(str(row.value))
        mine = ours(row, sides, ledger)
        base = {
            "publisher": row.publisher,
            "date": row.date,
            "importer": asked.importer,
            "published_pct": value,
            "ours_pct": mine,
            "weights": "" if mine is None else asked.weights,
            "gap_pp": None if mine is None else mine - value,
        }
        nearest: tuple[str, float] = ("", float("nan"))
        if mine is None:
            verdict, cause = "cannot be computed", ""
        else:
            verdict = "differs" if abs(mine - value) > CLOSE_PP else "close"
            cause = row.cause if verdict == "differs" else ""
            if not asked.but:  # the grid is of the whole law
                nearest = _nearest(grids[asked.importer], asked.day, value)
        found.append(
            {**base, "verdict": verdict, "cause": cause, "evidence": _evidence(row.why, verdict, *nearest)}
        )
    frame = pd.DataFrame(found)
    frame[["ours_pct", "gap_pp"]] = frame[["ours_pct", "gap_pp"]].astype(float)
    order = frame["importer"].map({"USA": 0, "CHN": 1})
    return frame.assign(order=order).sort_values(["order", "date"], kind="stable").drop(columns="order")


def _evidence(why: str, verdict: str, nearest: str, nearest_pct: float) -> str:
    """Say why, and which of our definitions comes nearest; nothing for a number that is met."""
    if verdict == "close":
        return ""
    if verdict != "differs":
        return why
    return f"{why}; nearest of ours: {nearest}, {nearest_pct:.1f} %" if nearest else why


def _grids(
    rows: Mapping[str, Published], sides: Mapping[str, Side], ledger: Ledger, lead: str
) -> dict[str, pd.DataFrame]:
    """Return the grid of definitions of each side, on every day that a published average speaks of."""
    days: dict[str, set[date]] = {importer: set() for importer in sides}
    for row in rows.values():
        asked = read_measured(row, ledger)
        panel = sides[asked.importer].panel
        if asked.kind == "average" and panel.first <= asked.day < panel.end:
            days[asked.importer].add(asked.day)
    grids = {name: definitions(one, lead, ledger, sorted(days[name])) for name, one in sides.items()}
    return {name: grid[grid["definition_id"] != "suspensions_lifted"] for name, grid in grids.items()}


def _nearest(grid: pd.DataFrame, day: date, value: float) -> tuple[str, float]:
    column = grid[day.isoformat()].to_numpy(dtype=float)
    best = int(np.nanargmin(np.abs(column - value)))
    return str(grid["short"].iloc[best]), float(column[best])
