"""What changed since a day: acts, duties, and the newest month of each series; and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from trucewatch.duty.averages import value_on
from trucewatch.errors import ParameterError
from trucewatch.ledger.cell_types import UNVERIFIED
from trucewatch.ledger.ledger import Ledger

NEWEST = "newest"
#: A move of an average smaller than this (points) is not called a move.
LEAST_MOVE_PP = 0.05


def since_day(since: str, acts: pd.DataFrame, ledger: Ledger) -> date:
    """Return the day changes are counted from.

    `since`: a day, or `newest`: the day before the newest official act in the ledger; `acts`:
    `law.stances.act_days`; `ledger`: its `law_asof` is the last day.

    Raises `ParameterError` if the day lies after `law_asof`.
    """
    if since == NEWEST:
        official = acts.loc[acts["is_official"] & (acts["date"] <= ledger.law_asof), "date"]
        return official.max() - timedelta(days=1)
    day = date.fromisoformat(since)
    if day >= ledger.law_asof:
        raise ParameterError(
            f"since: found {since}; the law is known up to {ledger.law_asof}", remedy="give an earlier day"
        )
    return day


def new_acts(acts: pd.DataFrame, since: date, last: date) -> pd.DataFrame:
    """Return the official acts known after one day and up to another, the newest first."""
    found = acts[acts["is_official"] & (acts["date"] > since) & (acts["date"] <= last)]
    return found.sort_values(["date", "act_id"], ascending=False, kind="stable", ignore_index=True)


def duty_changes(totals: Mapping[str, pd.DataFrame], since: date, last: date) -> pd.DataFrame:
    """Return by side the average duty on two days, its change, and the last day on which it moved.

    Columns: `side`, `before_pct`, `now_pct`, `change_pp`, `last_move`, `last_move_pp`.

    `totals`: average of each side by interval: `valid_from`, `valid_to`, `rate_pct`; `since`, `last`: the two
    days.
    """
    rows = []
    for side, table in totals.items():
        before, now = value_on(table, since), value_on(table, last)
        held = table[table["valid_from"] <= last]
        steps = held["rate_pct"].diff()
        moves = held.assign(step=steps)[steps.abs() >= LEAST_MOVE_PP]
        day, step = (
            (moves["valid_from"].iloc[-1], float(moves["step"].iloc[-1])) if len(moves) else (None, 0.0)
        )
        rows.append((side, before, now, now - before, day, step))
    columns = ["side", "before_pct", "now_pct", "change_pp", "last_move", "last_move_pp"]
    return pd.DataFrame(rows, columns=columns)


def newest_months(series: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return the newest month of each monthly series against the month before and the year before.

    Columns: `series`, `month`, `value`, `month_before` and `year_before` (fractions of change; missing where
    the series lacks that month).
    """
    rows = []
    for name, values in series.items():
        known = values.dropna()
        month = known.index[-1]
        changes = [
            float(known.iloc[-1] / known[earlier] - 1) if earlier in known.index else float("nan")
            for earlier in (month - pd.DateOffset(months=1), month - pd.DateOffset(years=1))
        ]
        rows.append((name, month, float(known.iloc[-1]), *changes))
    return pd.DataFrame(rows, columns=["series", "month", "value", "month_before", "year_before"])


def open_acts(acts: pd.DataFrame, since: date | None, last: date) -> pd.DataFrame:
    """Return the official acts of the present truce that no source at hand confirms, the newest first."""
    found = acts[acts["is_official"] & (acts["confidence"] == UNVERIFIED) & (acts["date"] <= last)]
    if since is not None:
        found = found[found["date"] >= since]
    return found.sort_values(["date", "act_id"], ascending=False, kind="stable", ignore_index=True)


def stale(summaries: Sequence[Mapping[str, Any]], law_asof: date) -> pd.DataFrame:
    """Return by report how many months before the last day of the law its newest data end.

    Columns: `report`, `title`, `data_asof`, `months_behind`, the furthest behind first.
    """
    rows = []
    for summary in summaries:
        if summary["data_asof"]:
            last = pd.Period(summary["data_asof"][:7] if len(summary["data_asof"]) > 4 else
                             f"{summary['data_asof']}-12", "M")  # fmt: skip
            behind = (law_asof.year - last.year) * 12 + law_asof.month - last.month
            rows.append((summary["report"], summary["title"], summary["data_asof"], max(behind, 0)))
    frame = pd.DataFrame(rows, columns=["report", "title", "data_asof", "months_behind"])
    return frame.sort_values(["months_behind", "report"], ascending=[False, True], ignore_index=True)
