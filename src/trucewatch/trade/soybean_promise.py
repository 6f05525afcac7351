"""The promise to buy US soybeans in each reading given of it, against what was sold, shipped, arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.errors import ParameterError
from trucewatch.trade.season import expected_share
from trucewatch.trade.soybean_counts import MT, WEEK

METRICS = ("sold", "shipped", "arrived")
#: Longest period a count can lag behind a day: a week of reports, a month of customs.
_LAG = {"sold": WEEK, "shipped": WEEK, "arrived": pd.Timedelta(days=31)}


def agreement(acts: pd.DataFrame, act_id: str) -> dict[str, str]:
    """Day and title of the act that holds the promise.

    Raises `ParameterError` if the ledger has no such act.
    """
    found = acts[acts["act_id"] == act_id]
    if found.empty:
        raise ParameterError(f"agreement_act {act_id!r} is unknown", remedy="take it from data/law/acts.csv")
    row = found.iloc[0]
    return {"date_announced": str(row["date_announced"]), "title": str(row["title"])}


@dataclass(frozen=True)
class Count:
    """What was counted between two days, tonnes: periods that touch the span, and those wholly inside it."""

    touching_t: float
    inside_t: float
    covered_to: pd.Timestamp


def count_between(periods: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> Count | None:
    """Count periods between two days; None where the table lacks the first of them or one between.

    `periods`: `first`, `last`, `quantity_t`, in order (`weekly`, `arrivals`); `first`, `last`: days of the
    span, both inside.
    """
    touching = periods[(periods["last"] >= first) & (periods["first"] <= last)]
    if touching.empty or touching["first"].iloc[0] > first or touching["quantity_t"].isna().any():
        return None
    inside = touching[(touching["first"] >= first) & (touching["last"] <= last)]
    return Count(
        float(touching["quantity_t"].sum()), float(inside["quantity_t"].sum()), touching["last"].iloc[-1]
    )


def readings(
    announced: pd.Timestamp,
    target_mt: float,
    annual_target_mt: float,
    deadlines: Sequence[str],
    year: int,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """The three readings of the promise: two deadlines of the first target, and the calendar-year target.

    Columns: `reading`, `first`, `deadline`, `target_t`.

    Raises `ParameterError` if the agreement lies after `as_of`, or a deadline is not after the agreement.

    - `announced`: day of the agreement; the first target counts from it
    - `target_mt`, `annual_target_mt`: million tonnes
    - `deadlines`: of the first target: as the fact sheet words it, and as officials put it later
    - `year`: calendar year of the second target
    - `as_of`: day of the newest report that is read
    """
    if as_of < announced:
        raise ParameterError(
            f"as_of: the newest report is of {as_of.date()}, before the agreement of {announced.date()}",
            remedy="give a later day",
        )
    rows = [
        ("fact sheet", announced, pd.Timestamp(deadlines[0]), target_mt * MT),
        ("officials", announced, pd.Timestamp(deadlines[1]), target_mt * MT),
        (f"calendar {year}", pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31), annual_target_mt * MT),
    ]
    table = pd.DataFrame(rows, columns=["reading", "first", "deadline", "target_t"])
    if (table["deadline"] <= table["first"]).any():
        raise ParameterError(
            f"a deadline ({', '.join(deadlines)}) is not after the agreement of {announced.date()}",
            remedy="give later days",
        )
    return table


def grid(promise: pd.DataFrame, counts: dict[str, pd.DataFrame], as_of: pd.Timestamp) -> pd.DataFrame:
    """Answer each reading of the promise with each of sold, shipped and arrived.

    Weeks and months that touch a span count whole, in the buyer's favour; `inside_t` counts only those wholly
    inside it.

    One row a reading and metric: `reading`, `metric`, `deadline`, `target_t`, `quantity_t`, `inside_t`,
    `share`, `covered_to`, `status`: `met`, `not met`, `open` (the count runs up to `as_of`, short of the
    deadline), `not begun`, or `no data` (no table reaches it; what is known to `covered_to` stays).

    `promise`: from `readings`; `counts`: periods by metric (`weekly`, `arrivals`); `as_of`: day up to which
    the weekly reports reach; later periods are not looked at.
    """
    rows = []
    for row in promise.to_dict("records"):
        for metric in METRICS:
            periods = counts[metric]
            seen = periods[periods["last"] <= as_of]
            found = count_between(seen, row["first"], row["deadline"])
            rows.append(_cell(row, metric, found, as_of))
    return pd.DataFrame(rows)


def _cell(
    promise: Mapping[Any, Any], metric: str, found: Count | None, as_of: pd.Timestamp
) -> dict[str, Any]:
    quantity = found.touching_t if found else np.nan
    if as_of < promise["first"]:
        status = "not begun"
    elif found and quantity >= promise["target_t"]:
        status = "met"
    elif found and found.covered_to >= promise["deadline"]:
        status = "not met"
    elif found and found.covered_to > as_of - _LAG[metric]:
        status = "open"
    else:
        status = "no data"
    return {
        "reading": promise["reading"],
        "metric": metric,
        "deadline": promise["deadline"],
        "target_t": promise["target_t"],
        "quantity_t": quantity,
        "inside_t": found.inside_t if found else np.nan,
        "share": quantity / promise["target_t"],
        "covered_to": found.covered_to if found else pd.NaT,
        "status": status,
    }


def reached(periods: pd.DataFrame, first: pd.Timestamp, target_t: float) -> pd.Timestamp | None:
    """Last day of the first week by whose end the target was reached; None if it never was or weeks lack."""
    counted = periods[periods["last"] >= first]
    total = counted["quantity_t"].cumsum(skipna=False)
    over = counted.loc[total >= target_t, "last"]
    return None if over.empty else over.iloc[0]


def season_paces(
    cells: pd.DataFrame, promise: pd.DataFrame, seasons: Mapping[str, pd.Series]
) -> pd.DataFrame:
    """Measure shipments against the part of a promise that each season would have brought by the same day.

    A row per season: `season`, `covered_to`, `target_t`, `expected_share` (0-1), `expected_t`, `shipped_t`,
    `pace` (1 is on pace). No row where shipments of the reading are not counted.

    `cells`, `promise`: from `grid` and `readings`: the last reading is measured; `seasons`: usual quantity by
    calendar month, by the name of the season (`trade.season.usual_months`).
    """
    reading = promise.iloc[-1]
    columns = ["season", "covered_to", "target_t", "expected_share", "expected_t", "shipped_t", "pace"]
    cell = cells[(cells["reading"] == reading["reading"]) & (cells["metric"] == "shipped")].iloc[0]
    if pd.isna(cell["quantity_t"]):
        return pd.DataFrame(columns=columns)
    day = min(cell["covered_to"], reading["deadline"])
    rows = []
    for name, usual in seasons.items():
        share = expected_share(usual, reading["first"], reading["deadline"], day)
        expected, shipped = share * reading["target_t"], cell["quantity_t"]
        rows.append((name, day, reading["target_t"], share, expected, shipped, shipped / expected))
    return pd.DataFrame(rows, columns=columns)


def promised(commitments: pd.DataFrame) -> pd.DataFrame:
    """Rows on US soybeans among the promises and reported outcomes, as printed, in order of period."""
    about = commitments["item"].str.contains("soybean", case=False) | (commitments["kind"] == "outcome")
    rows = commitments[about & commitments["kind"].isin(["commitment", "outcome"])]
    return rows[["item", "kind", "period", "value_text", "unit", "source"]].reset_index(drop=True)
