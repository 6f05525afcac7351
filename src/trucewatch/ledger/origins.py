"""The law as goods of one origin meet it: an edition of the ledger with the rows that can reach them.

What answers for an origin reads `seen_from` first. It gives a ledger like any other: the measures whose set
of origins ever names the origin, the rules between them, the schedule column the origin pays, and the special
rates it may claim as lower rates of that column.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.reading import CodeSheet, Sheet
from trucewatch.ledger.schema import ANY_ORIGIN, OriginMember, Preference, ReducedRate, kinds_of

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger

COLUMN_2 = "column2"
"""The set of origins whose goods pay column 2."""


def seen_from(ledger: Ledger, importer: str, origin: str) -> Ledger:
    """Return the ledger as goods of an origin meet it, worked out once a ledger and origin.

    Parameters
    ----------
    ledger
        The law; one that is already seen from this origin is returned as it is.
    importer
        Whose duty.
    origin
        ISO3 of the country of origin.
    """
    if ledger.cache.get("seen from") == (importer, origin):
        return ledger
    key = ("seen from", importer, origin)
    if key not in ledger.cache:
        seen = _seen(ledger, importer, origin)
        seen.cache["seen from"] = (importer, origin)
        ledger.cache[key] = seen
    found: Ledger = ledger.cache[key]
    return found


def _seen(ledger: Ledger, importer: str, origin: str) -> Ledger:
    sets = {row.origin_set for row in ledger.origin_sets if row.iso3 in (origin, ANY_ORIGIN)}
    measures = tuple(row for row in ledger.measures if row.importer != importer or row.origin_set in sets)
    kept = {row.measure_id for row in measures}
    rules = tuple(
        row
        for row in ledger.stack_rules
        if named_measures(ledger, row.winner) & kept and named_measures(ledger, row.loser) & kept
    )
    return dataclasses.replace(
        ledger,
        measures=measures,
        stack_rules=rules,
        base_rates=_base_rates(ledger, importer, origin),
        reduced_rates=_reduced_rates(ledger, importer, origin, sets),
    )


def preferences_of(ledger: Ledger, importer: str, origin: str) -> tuple[Preference, ...]:
    """Return the programs under which goods of an origin may claim a special rate, on any day."""
    sets = {row.origin_set for row in ledger.origin_sets if row.iso3 in (origin, ANY_ORIGIN)}
    return tuple(row for row in ledger.preferences if row.importer == importer and row.origin_set in sets)


def memberships(ledger: Ledger, origin_set: str, origin: str) -> Iterator[OriginMember]:
    """Yield the rows that put an origin into a set."""
    for row in ledger.members_of.get(origin_set, ()):
        if row.iso3 in (origin, ANY_ORIGIN):
            yield row


def _base_rates(ledger: Ledger, importer: str, origin: str) -> Mapping[str, CodeSheet]:
    """Return the schedules, the importer's with column 2 on the days on which the origin pays it."""
    spans = [(row.valid_from, row.valid_to) for row in memberships(ledger, COLUMN_2, origin)]
    column_2 = ledger.column_2_rates.get(importer)
    if not spans or column_2 is None:
        return ledger.base_rates
    column_1 = ledger.base_rates[importer].sheet
    outside = _gaps(spans)
    parts = [
        *(_clipped(column_2.sheet.table, *span) for span in spans),
        *(_clipped(column_1.table, *span) for span in outside),
    ]
    table = pa.concat_tables(parts).sort_by([("code", "ascending"), ("valid_from", "ascending")])
    return {**ledger.base_rates, importer: CodeSheet(dataclasses.replace(column_1, table=table))}


def _gaps(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Return what some intervals leave of all days."""
    left, start = [], date.min
    for first, end in sorted(spans):
        if start < first:
            left.append((start, first))
        start = max(start, end)
    return [*left, (start, date.max)] if start < date.max else left


def _reduced_rates(ledger: Ledger, importer: str, origin: str, sets: set[str]) -> Mapping[str, CodeSheet]:
    """Return the lower rates, with the special rates an origin may claim on the days of its program."""
    special = ledger.special_rates.get(importer)
    if special is None:
        return ledger.reduced_rates
    table = special.sheet.table
    parts = []
    programs = [text.split(" ") for text in table["programs"].to_pylist()]
    taken: set[tuple[str, str, str]] = set()
    for row in ledger.preferences:
        if row.importer != importer or row.origin_set not in sets:
            continue
        named = table.filter(pa.array([row.symbol in symbols for symbols in programs]))
        for member in memberships(ledger, row.origin_set, origin):
            first, end = max(row.valid_from, member.valid_from), min(row.valid_to, member.valid_to)
            if first < end:
                part = _as_reduced(_clipped(named, first, end), row, taken)
                parts.append(part)
    if not any(part.num_rows for part in parts):
        return ledger.reduced_rates
    table = pa.concat_tables(parts).sort_by([("code", "ascending"), ("valid_from", "ascending")])
    sheet = Sheet(special.sheet.file, ReducedRate, table)
    return {**ledger.reduced_rates, importer: CodeSheet(sheet)}


def _as_reduced(table: pa.Table, program: Preference, taken: set[tuple[str, str, str]]) -> pa.Table:
    """Return special rates as rows of lower rates that the program's claim opens, each once."""
    claim = program.claim
    keys = list(
        zip(table["code"].to_pylist(), [claim] * table.num_rows, table["valid_from"].to_pylist(), strict=True)
    )
    fresh = [key not in taken for key in keys]
    taken |= set(keys)
    count = table.num_rows
    columns = {
        **{name: table[name] for name in ("code", "valid_from", "valid_to", "rate_pct", "citation")},
        "source": table["source"],
        "confidence": table["confidence"],
        "condition": pa.array([claim] * count, pa.string()),
        "note": pa.array([f"under {program.program}"] * count, pa.string()),
    }
    names = list(kinds_of(ReducedRate))
    return pa.table({name: columns[name] for name in names}).filter(pa.array(fresh, pa.bool_()))


def _clipped(table: pa.Table, first: date, end: date) -> pa.Table:
    """Return the rows of a table of text with intervals that meet [first, end), cut to it."""
    low, high = first.isoformat(), end.isoformat()
    starts = [max(text, low) for text in table["valid_from"].to_pylist()]
    ends = [min(text, high) for text in table["valid_to"].to_pylist()]
    cut = table.set_column(
        table.column_names.index("valid_from"), "valid_from", pa.array(starts, pa.string())
    )
    cut = cut.set_column(table.column_names.index("valid_to"), "valid_to", pa.array(ends, pa.string()))
    return cut.filter(pa.array([a < b for a, b in zip(starts, ends, strict=True)], pa.bool_()))
