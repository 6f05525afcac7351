"""How far each bundled table reaches, and from which month on a publisher has more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from trucewatch.sources.clients.base import Client
from trucewatch.sources.ingest import load
from trucewatch.sources.vintages import Vintage, active_vintages, verify
from trucewatch.tables.registry import get_table, tables_of

#: Columns that say which time a row stands for, the first that a table has.
TIMES = ("month", "week_ending", "year", "date_published", "period")


def newest_period(vintage: Vintage, root: Path) -> str:
    """Return the newest period of a bundled file (2026-08, 2026-08-27, 2025); "" if it has none."""
    return _newest(load(vintage, verify(vintage, root)))


def _newest(frame: pd.DataFrame) -> str:
    column = next((name for name in TIMES if name in frame), None)
    if column is None or frame.empty:
        return ""
    if column == "period":
        return _last_printed(frame[column])
    newest = frame[column].max()
    if column == "year":
        return str(newest)
    return f"{newest:%Y-%m}" if column == "month" else f"{newest:%Y-%m-%d}"


def start_of(client: Client, root: Path) -> date | None:
    """Return the first month that the tables of a client lack, the oldest of them; None: no table says.

    A month counts as there once all its values are. A table that was never fetched begins with the others.
    """
    active = {vintage.dataset: vintage for vintage in active_vintages(root)}
    starts = []
    for name in client.tables:
        if name in active:
            frame = load(active[name], verify(active[name], root))
            values = [column.name for column in get_table(name).columns if column.dtype == "float"]
            starts.append(_next_month(_newest(frame.dropna(subset=values))))
    known = [start for start in starts if start is not None]
    return min(known, default=None)


def brought_by(clients: Sequence[Client]) -> dict[str, str]:
    """Return the client that goes on with each raw table, by table.

    A table from which a clean table is made until finer lines hold its periods goes on with those lines.
    """
    found = {table: client.name for client in clients for table in client.tables}
    for clean in tables_of("clean"):
        finer = next((found[name] for name in clean.finer if name in found), None)
        if finer and clean.sources[0] not in found:
            found[clean.sources[0]] = finer
    return found


def without_client(clients: Sequence[Client], root: Path) -> dict[str, str]:
    """Return the newest period of every series by month, week or period that no client goes on with.

    Series that ended before 2025 are history and left out.
    """
    reached = brought_by(clients)
    newest = {
        vintage.dataset: newest_period(vintage, root)
        for vintage in active_vintages(root)
        if vintage.dataset not in reached
    }
    return {table: period for table, period in newest.items() if len(period) > 4 and period >= "2025"}


def _next_month(period: str) -> date | None:
    """Return the month after that of a period; the week or year that runs on begins with its own."""
    if len(period) == 4:
        return date(int(period) + 1, 1, 1)
    if not period:
        return None
    stamp = pd.Timestamp(period)
    following = stamp.replace(day=1) + pd.DateOffset(months=1)
    return (following if len(period) == 7 else stamp.replace(day=1)).date()


def _last_printed(periods: pd.Series) -> str:
    """Return the period that ends last, of periods as the press prints them."""
    from trucewatch.clean.periods import parse_period

    parsed = {str(text): parse_period(str(text)) for text in periods.dropna().unique()}
    ends = {text: span[1] for text, span in parsed.items() if span is not None}
    return max(ends, key=lambda text: ends[text]) if ends else ""
