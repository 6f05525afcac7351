"""The law as goods of one origin meet it: an edition of the ledger with the rows that can reach them.

What answers for an origin reads `seen_from` first. It gives a ledger like any other: the measures whose set
of origins ever names the origin, the rules between them, the schedule column the origin pays, and the special
rates it may claim as lower rates of that column.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.reading import CodeSheet, Sheet
from trucewatch.ledger.schema import ANY_ORIGIN, OriginMember, Preference, ReducedRate, kinds_of

if TYPE_CHECKING:
    import pyarrow as pa

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
    kind = kind_of(ledger, origin)
    if ledger.cache.get("seen from") == (importer, kind):
        return ledger
    key = ("seen from", importer, kind)
    if key not in ledger.cache:
        seen = _seen(ledger, importer, origin)
        seen.cache["seen from"] = (importer, kind)
        seen.cache["whole"] = ledger
        for name in _SHARED:
            seen.__dict__[name] = getattr(ledger, name)
        ledger.cache[key] = seen
    found: Ledger = ledger.cache[key]
    return found


_SHARED = ("act", "rates_of", "scopes_of", "suspensions_of", "transit_of", "members_of")
"""What is derived from tables that every origin sees whole."""


def kind_of(ledger: Ledger, origin: str) -> frozenset[tuple[str, date, date]]:
    """Return the sets an origin is in, with the days: origins of one kind meet the same law."""
    if "kinds" not in ledger.cache:
        kinds: dict[str, set[tuple[str, date, date]]] = {}
        for row in ledger.origin_sets:
            kinds.setdefault(row.iso3, set()).add((row.origin_set, row.valid_from, row.valid_to))
        anyone = kinds.pop(ANY_ORIGIN, set())
        ledger.cache["kinds"] = {iso3: frozenset(own | anyone) for iso3, own in kinds.items()}
        ledger.cache["kind of anyone"] = frozenset(anyone)
    found: frozenset[tuple[str, date, date]] = ledger.cache["kinds"].get(
        origin, ledger.cache["kind of anyone"]
    )
    return found


def _seen(ledger: Ledger, importer: str, origin: str) -> Ledger:
    sets = {row.origin_set for row in ledger.origin_sets if row.iso3 in (origin, ANY_ORIGIN)}
    measures = tuple(row for row in ledger.measures if row.importer != importer or row.origin_set in sets)
    kept = {row.measure_id for row in measures}
    if "named" not in ledger.cache:
        names = {name for row in ledger.stack_rules for name in (row.winner, row.loser)}
        names |= {row.measure_group for row in ledger.exclusions}
        ledger.cache["named"] = {name: named_measures(ledger, name) for name in names}
    reached = {name for name, found in ledger.cache["named"].items() if found & kept}
    return dataclasses.replace(
        ledger,
        measures=measures,
        stack_rules=tuple(row for row in ledger.stack_rules if {row.winner, row.loser} <= reached),
        exclusions=tuple(row for row in ledger.exclusions if row.measure_group in reached),
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
    key = ("column 2", importer, *spans)
    if key not in ledger.cache:
        parts = [
            *(_clipped(column_2.sheet.table, *span) for span in spans),
            *(_clipped(column_1.table, *span) for span in _gaps(spans)),
        ]
        ledger.cache[key] = CodeSheet(dataclasses.replace(column_1, given=_by_code(parts)))
    return {**ledger.base_rates, importer: ledger.cache[key]}


def _by_code(parts: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(parts).sort_by([("code", "ascending"), ("valid_from", "ascending")])


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
    programs = []
    for row in ledger.preferences:
        if row.importer != importer or row.origin_set not in sets:
            continue
        for member in memberships(ledger, row.origin_set, origin):
            first, end = max(row.valid_from, member.valid_from), min(row.valid_to, member.valid_to)
            if first < end:
                programs.append((row, first, end))
    # many origins share their programs, and one sheet then does for all of them
    key = ("programs", importer, *programs)
    if key not in ledger.cache:
        ledger.cache[key] = _claimable(ledger, importer, special, programs)
    sheet = ledger.cache[key]
    return ledger.reduced_rates if sheet is None else {**ledger.reduced_rates, importer: sheet}


def _claimable(
    ledger: Ledger, importer: str, special: CodeSheet, programs: list[tuple[Preference, date, date]]
) -> CodeSheet | None:
    """Return the lower rates of every origin, and the special rates of some programs; None without any."""
    parts: list[pa.Table] = []
    claims: set[str] = set()
    for row, first, end in programs:
        part = _under_program(ledger, special, row, first, end)
        # two symbols of one claim can name one line twice
        parts.append(_without(part, parts) if row.claim in claims else part)
        claims.add(row.claim)
    if not any(part.num_rows for part in parts):
        return None
    own = ledger.reduced_rates.get(importer)
    if own is not None:
        parts.append(own.sheet.table.select(parts[0].column_names).cast(parts[0].schema))
    return CodeSheet(Sheet(special.sheet.file, ReducedRate, _by_code(parts)))


def _under_program(
    ledger: Ledger, special: CodeSheet, program: Preference, first: date, end: date
) -> pa.Table:
    """Return the special rates of a program as lower rates that its claim opens, worked out once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    key = ("under program", program.importer, program.symbol, program.claim, first, end)
    if key not in ledger.cache:
        table = special.sheet.table
        named = pc.match_substring_regex(table["programs"], f"(^| ){re.escape(program.symbol)}( |$)")
        part = _clipped(table.filter(named), first, end)
        said = {"condition": program.claim, "note": f"under {program.program}"}
        ledger.cache[key] = pa.table(
            {
                name: pa.repeat(said[name], part.num_rows) if name in said else part[name]
                for name in kinds_of(ReducedRate)
            }
        )
    found: pa.Table = ledger.cache[key]
    return found


def _without(table: pa.Table, others: list[pa.Table]) -> pa.Table:
    """Return the rows of a table whose key none of the others has."""
    import pyarrow as pa

    keys = [set(zip(*(t[name].to_pylist() for name in ReducedRate.KEY), strict=True)) for t in (*others,)]
    taken = set().union(*keys)
    own = zip(*(table[name].to_pylist() for name in ReducedRate.KEY), strict=True)
    return table.filter(pa.array([key not in taken for key in own], pa.bool_()))


def _clipped(table: pa.Table, first: date, end: date) -> pa.Table:
    """Return the rows of a table of text with intervals that meet [first, end), cut to it."""
    import pyarrow as pa

    low, high = first.isoformat(), end.isoformat()
    starts = [max(text, low) for text in table["valid_from"].to_pylist()]
    ends = [min(text, high) for text in table["valid_to"].to_pylist()]
    cut = table.set_column(
        table.column_names.index("valid_from"), "valid_from", pa.array(starts, pa.string())
    )
    cut = cut.set_column(table.column_names.index("valid_to"), "valid_to", pa.array(ends, pa.string()))
    return cut.filter(pa.array([a < b for a, b in zip(starts, ends, strict=True)], pa.bool_()))
