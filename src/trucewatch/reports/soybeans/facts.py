"""What the sentences of the soybean report rest on: facts computed from its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trucewatch.page.numbers import day_name, period_name
from trucewatch.trade.soybean_counts import MT, WEEK, Pace, pace

#: Counts that differ by less than this look the same in millions with one digit.
_EDGE_T = 0.05 * MT
_READING_KEYS = ("fact_sheet", "officials", "calendar_year")
_UNKNOWN = ("no data", "not begun")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table with None for what is missing."""
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def season_name(years: Sequence[int]) -> str:
    """Return the years of a season as runs: 2014–2017, 2021–2024."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def seasons_named(names: Sequence[str]) -> str:
    """Return marketing years in words: 2020/21 to 2024/25, or each of them where one between is left out."""
    ordered = sorted(names)
    first, last = (int(name[:4]) for name in (ordered[0], ordered[-1]))
    if len(ordered) > 2 and last - first == len(ordered) - 1:
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(ordered)


def first_promise(cells: pd.DataFrame) -> dict[str, Any]:
    """Return target and deadline of the first reading, whether it is still open, and what was counted.

    Keys: `target_t`, `deadline`, `open`, `known`: pairs of metric and tonnes.
    """
    rows = cells[cells["reading"] == cells["reading"].iloc[0]]
    known = rows[~rows["status"].isin(_UNKNOWN)]
    return {
        "target_t": float(rows["target_t"].iloc[0]),
        "deadline": rows["deadline"].iloc[0],
        "open": bool((rows["status"] == "open").any()),
        "known": list(zip(known["metric"], known["quantity_t"].astype(float), strict=True)),
    }


def verdicts(cells: pd.DataFrame) -> dict[str, int]:
    """Return how many cells of the grid are met, missed, open, not begun and without data."""
    counts = cells["status"].value_counts()
    keys = {"met": "met", "missed": "not met", "open": "open", "not_begun": "not begun", "no_data": "no data"}
    return {"all": len(cells)} | {key: int(counts.get(status, 0)) for key, status in keys.items()}


def grid_rows(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the cells; `edge` says whether weeks that only touch the period change the count."""
    return [
        row | {"edge": row["inside_t"] is not None and abs(row["quantity_t"] - row["inside_t"]) >= _EDGE_T}
        for row in records(cells)
    ]


def grid_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the grid as it is published; a cell without data has no number."""
    shown = cells.copy()
    shown.loc[shown["status"] == "no data", ["quantity_t", "inside_t", "share"]] = float("nan")
    return published(shown)


def newest_gap(gaps: pd.DataFrame) -> dict[str, Any]:
    """Return the last row of the gap to normal; `short` is the gap as a share of normal (0-1)."""
    last = records(gaps)[-1]
    return last | {"short": last["gap_t"] / last["norm_t"]}


def pace_of(paces: pd.DataFrame, promise: pd.DataFrame, place: int) -> dict[str, Any] | None:
    """Return one row of the paces with the promise it is of; None if there is none."""
    if paces.empty:
        return None
    reading = promise.iloc[-1]
    span = {"first": reading["first"], "deadline": reading["deadline"], "year": reading["deadline"].year}
    return records(paces)[place] | span


def pace_rows(
    promise: pd.DataFrame,
    names: Mapping[str, str],
    cells: pd.DataFrame,
    past: Mapping[str, pd.Series],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Return what each reading needed per week from its first day, and needs from `as_of` on.

    Columns: `reading`, `metric`, `from_start_t`, `start_verdict`, `from_now_t`, `now_verdict`, `usual_t`,
    `record_t`; tonnes per week.

    `promise`, `cells`: from `trade.soybean_promise`; `names`: what a reader sees of each reading; `past`:
    tonnes of past weeks by metric (`measures.past_weeks`); `as_of`: day of the newest report.
    """
    rows = []
    for row in promise.to_dict("records"):
        for metric in ("sold", "shipped"):
            cell = cells[(cells["reading"] == row["reading"]) & (cells["metric"] == metric)].iloc[0]
            start = pace(row["target_t"], 0.0, (row["deadline"] - row["first"]).days + 1, past[metric])
            left = (row["deadline"] - as_of).days
            # Without a count there is no remainder to spread.
            known = not pd.isna(cell["quantity_t"])
            now = pace(row["target_t"], cell["quantity_t"], left, past[metric]) if known else None
            rows.append(
                {
                    "reading": names[row["reading"]],
                    "metric": metric,
                    "from_start_t": start.needed_t if start else None,
                    "start_verdict": start.verdict if start else "",
                    "from_now_t": now.needed_t if now else None,
                    "now_verdict": _verdict_now(now, known, left),
                    "usual_t": past[metric].quantile(0.9),
                    "record_t": past[metric].max(),
                }
            )
    return pd.DataFrame(rows)


def _verdict_now(now: Pace | None, known: bool, left: int) -> str:
    if now is not None:
        return now.verdict
    return "deadline passed" if left <= 0 and known else "no data"


def substitution_rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the windows of the substitution with the name of their months in `span`."""
    return [row | {"span": period_name(row["first"], row["last"])} for row in records(rows)]


def losses(gaps: pd.DataFrame, net: pd.DataFrame, value: tuple[int, float]) -> dict[str, Any]:
    """Return what was lost: gross volume at the unit value, and net of what other buyers took.

    Keys: `price` (`year`, `usd_t`, `value_usd` of the gap), `span`, changes `china_t`, `others_t`, `all_t`,
    and `offset`: what others took more over what China took less (0-1).

    `gaps`: from `measures.gap_by_month`; `net`, `value`: from `other_sellers.net_of_others` and
    `other_sellers.unit_value`.
    """
    change = net.set_index("destination")["change_t"]
    year, price = value
    return {
        "last": newest_gap(gaps),
        "price": {"year": year, "usd_t": price, "value_usd": float(gaps["gap_t"].iloc[-1]) * price},
        "span": months_of(net),
        "china_t": float(change["China"]),
        "others_t": float(change["other destinations"]),
        "all_t": float(change["all destinations"]),
        "offset": float(-change["other destinations"] / change["China"]),
    }


def months_of(net: pd.DataFrame) -> str:
    """Return the months of the table of destinations as a reader sees them."""
    return period_name(net["first"].iloc[0], net["last"].iloc[0])


def press_months(arrivals: pd.DataFrame) -> str:
    """Return the months of arrivals known from the press alone; empty if there are none."""
    printed = arrivals[arrivals["source"] == "press"]["first"]
    return "" if printed.empty else period_name(printed.iloc[0], printed.iloc[-1])


def ends_of_data(
    sales: pd.DataFrame, arrivals: pd.DataFrame, inspections: pd.DataFrame, exports: pd.DataFrame
) -> dict[str, Any]:
    """Return where each table ends, where weekly reports are missing, and the first season of sales."""
    weeks = sales["week_ending"].drop_duplicates().sort_values()
    later = weeks[weeks.diff() > WEEK]
    before = weeks.shift()[later.index]
    return {
        "customs": arrivals[arrivals["source"] == "customs"]["last"].iloc[-1],
        "press": arrivals["last"].iloc[-1],
        "gaps": "; ".join(f"{day_name(a)} to {day_name(b)}" for a, b in zip(before, later, strict=True)),
        "first_season": min(sales["marketing_year"]),
        "inspected": inspections["week_ending"].max(),
        "exported": exports["month"].max(),
    }


def headline_keys(cells: pd.DataFrame) -> list[str]:
    """Return the headline key of each cell, the same from build to build."""
    readings = dict(zip(cells["reading"].unique(), _READING_KEYS, strict=True))
    return [
        f"{metric}_{readings[reading]}"
        for reading, metric in zip(cells["reading"], cells["metric"], strict=True)
    ]


def headline_value(cell: Mapping[str, Any]) -> tuple[float | str, str]:
    """Return value and unit of a cell's headline: share of the target in percent, `no data`, `not begun`."""
    if cell["status"] in _UNKNOWN:
        return str(cell["status"]), ""
    return 100 * float(cell["share"]), "percent"


def published(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is published: days without a time of day."""
    shown = table.copy()
    for column in table.columns:
        if pd.api.types.is_datetime64_any_dtype(shown[column]):
            days = [None if pd.isna(stamp) else stamp.date() for stamp in shown[column]]
            shown[column] = pd.Series(days, index=shown.index, dtype=object)
    return shown
