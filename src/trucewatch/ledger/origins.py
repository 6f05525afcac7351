"""The law as goods of one origin meet it: an edition of the ledger with the rows that can reach them.

What answers for an origin reads `seen_from` first. It gives a ledger like any other: the measures whose set
of origins ever names the origin, the rules between them, the schedule column the origin pays, and the special
rates it may claim as lower rates of that column.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import Ledger, SeenAs
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.reading import CodeSheet, Sheet
from trucewatch.ledger.schema import ANY_ORIGIN, Preference, ReducedRate, kinds_of

if TYPE_CHECKING:
    import pyarrow as pa

Kind = frozenset[tuple[str, date, date]]
"""The sets an origin is in, each with its first day and the day after its last."""

CHINA_AND_TERRITORIES = ("CHN", "HKG", "MAC")
"""China and its two customs territories: three origins that the acts name apart and readers take for one."""

COLUMN_2 = "column2"
"""The set of origins whose goods pay column 2."""
EU, EU_SET = "EUU", "eu27"
"""The European Union in tables of trade, and its set in the ledger."""


def eu_members(ledger: Ledger) -> frozenset[str]:
    """Return the members of the European Union: in tables of trade they stand beside it, or in it."""
    return frozenset(row.iso3 for row in ledger.members_of.get(EU_SET, ()))


def seen_from(ledger: Ledger, importer: str, origin: str) -> Ledger:
    """Return the ledger as goods of an origin meet it.

    `ledger`: the law; one that is already seen from this origin is returned as it is; `importer`: whose duty;
    `origin`: ISO3 of the country of origin.
    """
    kind, seen_as = kind_of(ledger, origin), ledger.seen_as
    if seen_as is not None and (seen_as.importer, seen_as.kind) == (importer, kind):
        return ledger
    return _seen(ledger, importer, kind)


_SHARED = ("act", "rates_of", "scopes_of", "suspensions_of", "transit_of", "members_of")
"""What is derived from tables that every origin sees whole."""


def kind_of(ledger: Ledger, origin: str) -> Kind:
    """Return the sets an origin is in, with the days: origins of one kind meet the same law."""
    kinds = _kinds(ledger)
    return kinds.get(origin, kinds[ANY_ORIGIN])


@per_ledger
def _kinds(ledger: Ledger) -> dict[str, Kind]:
    kinds: dict[str, set[tuple[str, date, date]]] = {ANY_ORIGIN: set()}
    for row in ledger.origin_sets:
        kinds.setdefault(row.iso3, set()).add((row.origin_set, row.valid_from, row.valid_to))
    return {iso3: frozenset(own | kinds[ANY_ORIGIN]) for iso3, own in kinds.items()}


@per_ledger
def _seen(ledger: Ledger, importer: str, kind: Kind) -> Ledger:
    sets = {name for name, _, _ in kind}
    measures = tuple(row for row in ledger.measures if row.importer != importer or row.origin_set in sets)
    kept = {row.measure_id for row in measures}
    reached = {name for name, found in _named(ledger).items() if found & kept}
    seen = dataclasses.replace(
        ledger,
        measures=measures,
        stack_rules=tuple(row for row in ledger.stack_rules if {row.winner, row.loser} <= reached),
        exclusions=tuple(row for row in ledger.exclusions if row.measure_group in reached),
        base_rates=_base_rates(ledger, importer, kind),
        reduced_rates=_reduced_rates(ledger, importer, kind),
    )
    seen.__dict__["seen_as"] = SeenAs(ledger, importer, kind)
    for name in _SHARED:
        seen.__dict__[name] = getattr(ledger, name)
    return seen


@per_ledger
def _named(ledger: Ledger) -> dict[str, frozenset[str]]:
    """Return the measures by every name that a rule or an exclusion uses."""
    names = {name for row in ledger.stack_rules for name in (row.winner, row.loser)}
    names |= {row.measure_group for row in ledger.exclusions}
    return {name: named_measures(ledger, name) for name in names}


def preferences_of(ledger: Ledger, importer: str, origin: str) -> tuple[Preference, ...]:
    """Return the programs under which goods of an origin may claim a special rate, on any day."""
    sets = {row.origin_set for row in ledger.origin_sets if row.iso3 in (origin, ANY_ORIGIN)}
    return tuple(row for row in ledger.preferences if row.importer == importer and row.origin_set in sets)


def _base_rates(ledger: Ledger, importer: str, kind: Kind) -> Mapping[str, CodeSheet]:
    """Return the schedules, the importer's with column 2 on the days on which the origin pays it."""
    spans = _days_in(kind, COLUMN_2)
    if not spans or importer not in ledger.column_2_rates:
        return ledger.base_rates
    return {**ledger.base_rates, importer: _with_column_2(ledger, importer, spans)}


@per_ledger
def _with_column_2(ledger: Ledger, importer: str, spans: tuple[tuple[date, date], ...]) -> CodeSheet:
    """Return the schedule of an importer with column 2 on some days; origins share theirs."""
    column_1, column_2 = ledger.base_rates[importer].sheet, ledger.column_2_rates[importer].sheet
    parts = [
        *(_clipped(column_2.table, *span) for span in spans),
        *(_clipped(column_1.table, *span) for span in _gaps(spans)),
    ]
    return CodeSheet(dataclasses.replace(column_1, given=_by_code(parts)))


def _days_in(kind: Kind, origin_set: str) -> tuple[tuple[date, date], ...]:
    """Return the intervals in which an origin is in a set, in order."""
    return tuple(sorted((first, end) for name, first, end in kind if name == origin_set))


def _by_code(parts: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(parts).sort_by([("code", "ascending"), ("valid_from", "ascending")])


def _gaps(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Return what some intervals leave of all days."""
    left, start = [], date.min
    for first, end in sorted(spans):
        if start < first:
            left.append((start, first))
        start = max(start, end)
    return [*left, (start, date.max)] if start < date.max else left


def _reduced_rates(ledger: Ledger, importer: str, kind: Kind) -> Mapping[str, CodeSheet]:
    """Return the lower rates, with the special rates an origin may claim on the days of its program."""
    if importer not in ledger.special_rates:
        return ledger.reduced_rates
    programs = []
    for row in ledger.preferences:
        if row.importer != importer:
            continue
        for joined, left in _days_in(kind, row.origin_set):
            first, end = max(row.valid_from, joined), min(row.valid_to, left)
            if first < end:
                programs.append(_Program(row.symbol, row.program, row.claim, first, end))
    sheet = _claimable(ledger, importer, tuple(programs))
    return ledger.reduced_rates if sheet is None else {**ledger.reduced_rates, importer: sheet}


class _Program(NamedTuple):
    """A program of the special column, on the days on which an origin may claim it."""

    symbol: str
    name: str
    claim: str
    first: date
    end: date


@per_ledger
def _claimable(ledger: Ledger, importer: str, programs: tuple[_Program, ...]) -> CodeSheet | None:
    """Return the lower rates of every origin, and the special rates of some programs; None without any.

    Many origins share their programs.
    """
    parts: list[pa.Table] = []
    claims: set[str] = set()
    for program in programs:
        part = _under_program(ledger, importer, program)
        # two symbols of one claim can name one line twice
        parts.append(_without(part, parts) if program.claim in claims else part)
        claims.add(program.claim)
    if not any(part.num_rows for part in parts):
        return None
    own = ledger.reduced_rates.get(importer)
    if own is not None:
        parts.append(own.sheet.table.select(parts[0].column_names).cast(parts[0].schema))
    return CodeSheet(Sheet(ledger.special_rates[importer].sheet.file, ReducedRate, _by_code(parts)))


@per_ledger
def _under_program(ledger: Ledger, importer: str, program: _Program) -> pa.Table:
    """Return the special rates of a program as lower rates that its claim opens."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = ledger.special_rates[importer].sheet.table
    listed = pc.match_substring_regex(table["programs"], f"(^| ){re.escape(program.symbol)}( |$)")
    part = _clipped(table.filter(listed), program.first, program.end)
    said = {"condition": program.claim, "note": f"under {program.name}"}
    return pa.table(
        {
            name: pa.repeat(said[name], part.num_rows) if name in said else part[name]
            for name in kinds_of(ReducedRate)
        }
    )


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
