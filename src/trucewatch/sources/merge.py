"""Put fetched rows in the place of old ones, and say what that changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.tables.model import Table

#: A period that loses more than this share of its rows, or of a sum, is taken for revised to nothing.
MOST = 0.5
#: A partner is looked at by itself if it has at least this share of the period.
LARGE = 0.01
_SHOWN = 12
_STAMP = {"month": "%Y-%m"}


@dataclass(frozen=True)
class Change:
    """What distinguishes a new vintage from the old one.

    - `added`, `emptied`: periods the old vintage did not have; periods that lost more than half of their rows
      or of a sum, whole or for a large partner
    - `rows_added`, `rows_removed`, `rows_revised`: rows whose key is new, is gone, stands in both with other
      cells
    - `revised`: periods with revised rows
    - `columns`: by revised column: rows, and for numbers the sum of the changes and the largest of them in
      size
    """

    added: tuple[str, ...]
    emptied: tuple[str, ...]
    rows_added: int
    rows_removed: int
    rows_revised: int
    revised: tuple[str, ...]
    columns: dict[str, tuple[int, float, float]]

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.rows_added or self.rows_removed or self.rows_revised)

    def lines(self) -> list[str]:
        """Return the change in words, one line a kind."""
        said = [f"added: {self.rows_added:,} rows{_periods(self.added, ', new: ')}"]
        said.append(f"revised: {self.rows_revised:,} rows{_periods(self.revised, ', in ')}")
        for column, (rows, total, largest) in self.columns.items():
            said.append(f"  {column}: {rows:,} rows, in sum {total:+,.10g}, largest change {largest:+,.10g}")
        said.append(f"removed: {self.rows_removed:,} rows")
        if self.emptied:
            said.append(f"REVISED TO NOTHING OR NEARLY SO: {_listed(self.emptied)}")
        return said


def merge(
    old: pd.DataFrame | None,
    new: pd.DataFrame,
    table: Table,
    period: str | None = None,
    complete_from: date | None = None,
) -> pd.DataFrame:
    """Return the rows of the new vintage, sorted by the key (by all columns where there is none).

    Raises `DataError` if a fetched row lies before `complete_from`, days between the old rows and the new
    would be left out, or no column tells the day of a row.

    - `old`: the active vintage, or None
    - `new`: fetched rows
    - `table`: their table
    - `period`: column with the day (or year) of a row
    - `complete_from`: old rows before that day stay, all others give way to the new. None: all give way.
    """
    if complete_from is not None:
        if period not in table.column_names:
            problem = "the part that was fetched cannot be merged: no column tells its days"
            remedy = "fetch the whole table, without --since"
            raise DataError(problem, file=table.name, column=period, remedy=remedy)
        early = _before(new, str(period), complete_from)
        if early.any():
            row = int(early.to_numpy().argmax())
            raise DataError(
                f"a fetched row lies before {complete_from}, the first day asked for",
                file=table.name,
                row=row,
                column=period,
                value=new[period].iloc[row],
                remedy="report it: the client and its publisher disagree",
            )
        if old is not None:
            _require_no_gap(old, table, str(period), complete_from)
            new = pd.concat([old[_before(old, str(period), complete_from)], new], ignore_index=True)
    return new.sort_values(list(table.key) or table.column_names, ignore_index=True, kind="stable")


def compare(old: pd.DataFrame | None, new: pd.DataFrame, table: Table, period: str | None = None) -> Change:
    """Return what changed between two vintages of a table.

    Rows are told apart by the key; where a table has none, by all that is no number, and the numbers of rows
    that share it are added up.
    """
    old = new.iloc[:0] if old is None else old
    key = list(table.key) or [c.name for c in table.columns if c.dtype != "float"]
    cells = [name for name in table.column_names if name not in key]
    before, after = (_by_key(frame, key, table) for frame in (old, new))
    both = before.index.intersection(after.index)
    was, now = before.loc[both], after.loc[both]
    differs = pd.DataFrame({name: ~_same(was[name], now[name]) for name in cells}, index=both)
    columns = {}
    for column in table.columns:
        if column.name in differs and differs[column.name].any():
            rows = differs[column.name]
            steps = pd.Series([0.0])
            if column.dtype in {"float", "int"}:
                steps = (now[column.name].fillna(0) - was[column.name].fillna(0))[rows].astype(float)
            largest = float(steps.iloc[steps.abs().to_numpy().argmax()])
            columns[column.name] = (int(rows.sum()), float(steps.sum()), largest)
    revised = differs.any(axis=1)
    touched = both[revised.to_numpy()].to_frame(index=False) if period in key else pd.DataFrame()
    return Change(
        added=_sorted(set(_stamps(new, period)) - set(_stamps(old, period))),
        emptied=_periods_lost(old, new, table, period),
        rows_added=len(after) - len(both),
        rows_removed=len(before) - len(both),
        rows_revised=int(revised.sum()),
        revised=_sorted(_stamps(touched, period)),
        columns=columns,
    )


def _require_no_gap(old: pd.DataFrame, table: Table, period: str, first: date) -> None:
    """Raise if a month (or a week) between the last old row and the first day asked for would be missing."""
    if old.empty:
        return
    last = pd.Timestamp(int(old[period].max()), 1, 1) if period == "year" else old[period].max()
    step = {"year": pd.DateOffset(years=1), "month": pd.DateOffset(months=1)}.get(
        period, pd.DateOffset(days=7)
    )
    if pd.Timestamp(first) > last + step:
        raise DataError(
            f"the active vintage ends with {last:%Y-%m-%d}, and rows from {first} on are asked for: "
            "those between would be missing",
            file=table.name,
            remedy=f"fetch from there: --since {last + pd.DateOffset(days=1):%Y-%m}",
        )


def _before(frame: pd.DataFrame, period: str, day: date) -> pd.Series:
    return frame[period] < (day.year if period == "year" else pd.Timestamp(day))


def _by_key(frame: pd.DataFrame, key: list[str], table: Table) -> pd.DataFrame:
    if table.key:
        return frame.set_index(key)
    numbers = [column.name for column in table.columns if column.dtype == "float"]
    return frame.groupby(key, dropna=False)[numbers].sum()


def _same(was: pd.Series, now: pd.Series) -> pd.Series:
    return (was == now).fillna(False).astype(bool) | (was.isna() & now.isna())


def _stamps(frame: pd.DataFrame, period: str | None) -> pd.Series:
    """Return the period of each row in words."""
    if period not in frame:
        return pd.Series(dtype="str")
    cells = frame[period]
    return cells.astype("str") if period == "year" else cells.dt.strftime(_STAMP.get(str(period), "%Y-%m-%d"))


def _periods_lost(old: pd.DataFrame, new: pd.DataFrame, table: Table, period: str | None) -> tuple[str, ...]:
    """Name the periods, whole or else by large partner, that lost most of their rows or of a sum."""
    if period not in table.column_names:
        return ("the whole table",) if len(new) < MOST * len(old) else ()
    sums = [column.name for column in table.columns if column.dtype == "float" and column.minimum == 0]
    before, after = (_sizes(frame, [period], sums) for frame in (old, new))
    found = _lost(before, after)
    partner = [name for name in ("partner_name", "partner_iso3") if name in table.column_names][:1]
    if not found and partner:
        before, after = (_sizes(frame, [period, *partner], sums) for frame in (old, new))
        whole = before.groupby(level=0).transform("sum")
        found = _lost(before.where(before >= LARGE * whole, 0.0), after)
    return tuple(found)


def _sizes(frame: pd.DataFrame, by: list[str], sums: list[str]) -> pd.DataFrame:
    """Return rows and sums of numbers by period (in words) and what else `by` names."""
    stamped = frame.assign(**{by[0]: _stamps(frame, by[0])})
    grouped = stamped.assign(rows=1.0).groupby(by)
    return grouped[["rows", *sums]].sum()


def _lost(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    lost = (after.reindex(before.index).fillna(0.0) < MOST * before).any(axis=1)
    return [" ".join(where) if isinstance(where, tuple) else str(where) for where in lost[lost].index]


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _periods(names: tuple[str, ...], lead: str) -> str:
    return f"{lead}{_listed(names)}" if names else ""


def _listed(names: tuple[str, ...]) -> str:
    """Name a few of many; of a long list its ends."""
    if len(names) <= _SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[: _SHOWN - 1])} … {names[-1]} ({len(names)} in all)"
