"""Choose which vintage of a table the pipeline reads: list, pin, roll back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trucewatch.errors import ParameterError
from trucewatch.sources.files import locked
from trucewatch.sources.ingest import load
from trucewatch.sources.vintages import Vintage, read_vintages, verify, write_vintages
from trucewatch.tables.registry import tables_of

#: In place of a vintage: the last one of the list, and every one fetched after it.
NEWEST = "newest"


def vintage_lines(root: Path) -> list[str]:
    """Return one line a vintage: table, vintage, day, size, whether it is active, pinned, refused."""
    rows = [
        (v.dataset, v.vintage, v.date_accessed.isoformat(), f"{v.bytes:,}", _state(v))
        for v in read_vintages(root)
    ]
    head = ("table", "vintage", "accessed", "bytes", "")
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return [
        f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:<{widths[2]}}  {d:>{widths[3]}}  {e}".rstrip()
        for a, b, c, d, e in [head, *rows]
    ]


def pin(table: str, vintage: str, root: Path) -> Vintage:
    """Make a vintage active, and keep it so when newer ones are fetched.

    `table`: name of a raw table with a vintage; `vintage`: name of the vintage, or `newest`: the last one no
    refresh refused, which then is not pinned.

    Raises `ParameterError` if there is no such table or vintage, or no `newest` because all were refused;
    `DataError` if its file is missing, is not the one that was kept, or does not fit its table;
    `TrucewatchError` if another process changes the vintages, or the disk does not take the list.
    """
    with locked(root):
        own = _of_table(table, root)
        if vintage == NEWEST:
            newest = _last_good(own)
            if newest is None:
                raise ParameterError(
                    f"every vintage of {table} was refused when it was fetched",
                    remedy=f"look at them, then name one: {', '.join(entry.vintage for entry in own)}",
                )
            return _activate(newest, root, is_pinned=False)
        chosen = next((entry for entry in own if entry.vintage == vintage), None)
        if chosen is None:
            names = ", ".join([*(entry.vintage for entry in own), NEWEST])
            raise ParameterError(f"{table} has no vintage {vintage!r}", remedy=f"use one of {names}")
        return _activate(chosen, root, is_pinned=True)


def rollback(table: str, root: Path) -> Vintage | None:
    """Make the vintage before the active one active, and keep it so; return it.

    Vintages that were refused are passed over. If there is none before, a table that no clean table needs
    goes back to having none: then None.

    Raises `ParameterError` if there is no such table, none of its vintages is active, or there is none
    before; `DataError`, `TrucewatchError` as for `pin`.
    """
    with locked(root):
        own = _of_table(table, root)
        at = next((position for position, entry in enumerate(own) if entry.is_active), None)
        if at is None:
            raise ParameterError(f"no vintage of {table} is active", remedy="pin one")
        if before := _last_good(own[:at]):
            return _activate(before, root, is_pinned=True)
        if any(table in clean.sources for clean in tables_of("clean")):
            raise ParameterError(
                f"{table} has no vintage to go back to before {own[at].vintage}",
                remedy="pin the one you want",
            )
        _write(table, None, root)
        return None


def _of_table(table: str, root: Path) -> list[Vintage]:
    listed = read_vintages(root)
    own = [entry for entry in listed if entry.dataset == table]
    if not own:
        names = ", ".join(dict.fromkeys(entry.dataset for entry in listed))
        raise ParameterError(f"there is no vintage of a table {table!r}", remedy=f"use one of {names}")
    return own


def _last_good(vintages: list[Vintage]) -> Vintage | None:
    return next((entry for entry in reversed(vintages) if not entry.is_refused), None)


def _activate(chosen: Vintage, root: Path, *, is_pinned: bool) -> Vintage:
    load(chosen, verify(chosen, root))
    chosen = replace(chosen, is_active=True, is_pinned=is_pinned)
    _write(chosen.dataset, chosen, root)
    return chosen


def _write(table: str, chosen: Vintage | None, root: Path) -> None:
    """Write the list with `chosen`, and no other vintage of the table, active."""
    rows = []
    for entry in read_vintages(root):
        if entry.dataset == table:
            is_it = chosen is not None and entry.vintage == chosen.vintage
            entry = chosen if is_it and chosen else replace(entry, is_active=False, is_pinned=False)
        rows.append(entry)
    write_vintages(rows, root)


def _state(vintage: Vintage) -> str:
    state = "pinned" if vintage.is_pinned else "active" if vintage.is_active else ""
    return ", ".join(word for word in (state, "refused" if vintage.is_refused else "") if word)
