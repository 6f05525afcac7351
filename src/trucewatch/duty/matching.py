"""Which measures meet a commodity code, without any date: the slow half of the law, done once a code.

`match` finds every row of every list that could decide about a code; `stacking` then does the arithmetic of
a day. Codes with the same `signature` have the same lines of duty on every day, so a panel needs to do it
once a group.
"""

from __future__ import annotations

import bisect
import difflib
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from trucewatch.duty.exclusions import open_exclusions
from trucewatch.errors import LedgerError
from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.schema import (
    ALL_CODES,
    CONFIDENCE,
    BaseRate,
    ContentShare,
    Measure,
    MeasureScope,
    ReducedRate,
    ScopeRow,
    worst,
)


def bounds(rows: Iterable[Any]) -> frozenset[date]:
    """Return the days on which some rows of the ledger start, and those on which they end."""
    days: set[date] = set()
    for row in rows:
        days.add(row.valid_from)
        days.add(row.valid_to)
    return frozenset(days)


@dataclass(frozen=True, slots=True)
class ListHit:
    """The rows of one list that could decide about a code, longest prefix first."""

    link: MeasureScope
    rows: tuple[ScopeRow, ...]

    def including(self, on: date, known: date) -> ScopeRow | None:
        """Return the row that includes the code on a day, as known on a day, else None.

        The longest prefix in force decides; a row with `is_included=false` carves out.

        Raises `LedgerError` if two rows of the same length decide.
        """
        if not self.link.valid_from <= on < self.link.valid_to:
            return None
        best: ScopeRow | None = None
        for row in self.rows:
            if best is not None and len(row.code) < len(best.code):
                break
            if row.valid_from <= on < row.valid_to and row.known_from <= known < row.known_to:
                if best is not None:
                    raise LedgerError(
                        f"two rows of one list decide about the same day (the other is row {best.line})",
                        remedy="end one of the two where the other starts",
                        file=row.file,
                        row=row.line,
                        column="code",
                        value=row.code,
                    )
                best = row
        return best if best is not None and best.is_included else None


@dataclass(frozen=True, eq=False)
class MeasureMatch:
    """A measure that could reach a code, with the lists that cover the code and those that exempt it.

    Codes that the same rows name share one: it is equal to itself alone.
    """

    measure: Measure
    covers: tuple[ListHit, ...]
    exempts: tuple[ListHit, ...]

    @cached_property
    def list_days(self) -> frozenset[date]:
        """The days on which a row of these lists starts or ends."""
        return bounds(row for hit in (*self.covers, *self.exempts) for row in (hit.link, *hit.rows))

    @cached_property
    def way(self) -> tuple[Hashable, ...]:
        """The measure and what its lists do about the code: all that its line depends on but for contents."""
        return (self.measure.measure_id, _hits_signature(self.covers), _hits_signature(self.exempts))


@dataclass(frozen=True, slots=True)
class Match:
    """Everything in the ledger about one code, for one importer.

    `base` holds the rows of the longest schedule line that contains the code, `reduced` the lower rates that
    part of it can have, `below` the longer codes that some list names (the law splits the code there).
    From `schedules_from` on the editions of the schedule follow each other without a gap.
    """

    importer: str
    code: str
    base: tuple[BaseRate, ...]
    measures: tuple[MeasureMatch, ...]
    content: ContentShare | None
    below: tuple[str, ...]
    reduced: tuple[ReducedRate, ...] = ()
    schedules_from: date = date.min


_EVERY_CODE = ScopeRow(
    code="",
    valid_from=date.min,
    known_from=date.min,
    valid_to=date.max,
    known_to=date.max,
    is_included=True,
    condition="",
    citation="",
    source="",
    confidence=CONFIDENCE[0],
)
"""The one row of the list `all`."""


def match(ledger: Ledger, code: str, importer: str = "USA", rate_of: str = "") -> Match:
    """Return what the ledger says about a code, on all days.

    `code`: 2 to 10 digits, without dots; `importer`: whose duty: `USA` or `CHN`; `rate_of`: the line whose
    column 1 rates stand for those of the code, if not its own; they are then `inferred` at best.

    Raises `LedgerError` if there are no base rates for the importer.
    """
    found = _match(ledger, code, importer)
    if not rate_of:
        return found
    rates = ledger.base_rates[importer].longest(rate_of)
    return replace(
        found, base=tuple(replace(row, confidence=worst(row.confidence, "inferred")) for row in rates)
    )


@per_ledger
def _match(ledger: Ledger, code: str, importer: str) -> Match:
    if importer not in ledger.base_rates:
        remedy = "use " + " or ".join(ledger.importers)
        raise LedgerError("the ledger has no base rates for this importer", remedy=remedy, value=importer)
    content = ledger.content_shares.matching(code)
    reduced = ledger.reduced_rates.get(importer)
    return Match(
        importer,
        code,
        ledger.base_rates[importer].longest(code),
        tuple(_measures(ledger, code, importer)),
        content[-1] if content else None,
        longer_codes(ledger, code, importer),
        reduced.matching(code) if reduced else (),
        ledger.schedules_from(importer),
    )


def _measures(ledger: Ledger, code: str, importer: str) -> Iterator[MeasureMatch]:
    own, naming = _own(ledger, importer), _listed(ledger, code[:2], importer).naming
    prefixes = (code[:length] for length in range(2, len(code) + 1))
    lists = {scope for prefix in prefixes for scope in naming.get(prefix, ()) if scope in own}
    return listed_measures(ledger, code, lists, ledger.measures_of.get(importer, ()))


def listed_measures(
    ledger: Ledger, code: str, lists: Iterable[str], measures: Iterable[Measure]
) -> Iterator[MeasureMatch]:
    """Yield those of some measures that could reach a code, which these lists name in full or in part."""
    rows = {scope: tuple(reversed(ledger.scopes[scope].matching(code))) for scope in lists}
    rows[ALL_CODES] = (_EVERY_CODE,)
    covers = _covers(ledger)
    for measure in measures:
        item = None if covers[measure.measure_id].isdisjoint(rows) else _item(ledger, measure, rows)
        if item is not None:
            yield item


@per_ledger
def _covers(ledger: Ledger) -> dict[str, frozenset[str]]:
    """Return the lists that cover what each measure reaches."""
    return {
        row.measure_id: frozenset(
            link.scope_id for link in ledger.scopes_of.get(row.measure_id, ()) if link.role == "cover"
        )
        for row in ledger.measures
    }


def _item(ledger: Ledger, measure: Measure, rows: Mapping[str, tuple[ScopeRow, ...]]) -> MeasureMatch | None:
    links = [link for link in ledger.scopes_of.get(measure.measure_id, ()) if link.scope_id in rows]
    # codes that the same rows name share one match; the ledger keeps its rows, so that the ids stay their own
    key = (measure.measure_id, *(id(row) for link in links for row in rows[link.scope_id]))
    known = _items(ledger)
    if key not in known:
        covers, exempts = (
            tuple(ListHit(link, rows[link.scope_id]) for link in links if link.role == role)
            for role in ("cover", "exempt")
        )
        known[key] = MeasureMatch(measure, covers, exempts) if covers else None
    return known[key]


@per_ledger
def _items(ledger: Ledger) -> dict[tuple[object, ...], MeasureMatch | None]:  # noqa: ARG001 - what it is kept by
    return {}


def measure_match(ledger: Ledger, code: str, measure: Measure) -> MeasureMatch | None:
    """Return what the ledger says about a code and one measure, or None if it does not cover the code."""
    rows: dict[str, tuple[ScopeRow, ...]] = {ALL_CODES: (_EVERY_CODE,)}
    for link in ledger.scopes_of.get(measure.measure_id, ()):
        if link.scope_id not in rows and (named := ledger.scopes[link.scope_id].matching(code)):
            rows[link.scope_id] = tuple(reversed(named))
    return _item(ledger, measure, rows)


def lists_naming(ledger: Ledger, code: str, importer: str) -> list[str]:
    """Return the lists of the importer's measures that name exactly this code, sorted."""
    own = _own(ledger, importer)
    named = _listed(ledger, code[:2], importer).naming.get(code, ())
    return sorted(scope for scope in named if scope in own)


def longer_codes(ledger: Ledger, code: str, importer: str) -> tuple[str, ...]:
    """Return the codes below a code that some list or exclusion of the importer names, sorted."""
    return tuple(sorted(_below(ledger, code, importer)))


@per_ledger
def codes_named(ledger: Ledger, importer: str) -> list[str]:
    """Return every code that some list or exclusion of the importer names, sorted."""
    own = _own(ledger, importer)
    named = {row.code for row in ledger.exclusions if _GROUP + row.measure_group in own}
    for scope in own & ledger.scopes.keys():
        named.update(ledger.scopes[scope].codes)
    return sorted(named)


def is_split(ledger: Ledger, code: str, importer: str) -> bool:
    """Return whether some list or exclusion of the importer names codes below a code."""
    return any(True for _ in _below(ledger, code, importer))


def _below(ledger: Ledger, code: str, importer: str) -> Iterator[str]:
    own = _own(ledger, importer)
    for longer, names in _listed(ledger, code[:2], importer).below.get(code, {}).items():
        if not own.isdisjoint(names):
            yield longer


@dataclass(frozen=True, slots=True)
class _Listed:
    """The codes of a chapter: which lists name each, and which longer codes are named below it, by what.

    Exclusions name longer codes too: there the group of measures they exclude from is the name. `read` has
    the names that are in, those that some origin asked for.
    """

    naming: dict[str, list[str]]
    below: dict[str, dict[str, list[str]]]
    read: set[str]

    def add(self, code: str, name: str) -> None:
        for length in range(2, len(code), 2):
            self.below.setdefault(code[:length], {}).setdefault(code, []).append(name)


@per_ledger
def _listed(ledger: Ledger, chapter: str, importer: str) -> _Listed:
    """Return an index of the lists for a chapter that has at least those that reach the goods of an origin.

    Origins share one: a list is read when the first of them asks.
    """
    whole = ledger.whole
    index = _listed_by_all(whole, chapter, importer)
    new = _own(ledger, importer) - index.read
    for scope in new & whole.scopes.keys():
        sheet = whole.scopes[scope]
        for named in (chapter, *sheet.below(chapter)):
            if named in sheet:
                index.naming.setdefault(named, []).append(scope)
                index.add(named, scope)
    for row in whole.exclusions:
        group = _GROUP + row.measure_group
        if group in new and row.code.startswith(chapter):
            index.add(row.code, group)
    index.read.update(new)
    return index


@per_ledger
def _listed_by_all(ledger: Ledger, chapter: str, importer: str) -> _Listed:  # noqa: ARG001 - what it is kept by
    return _Listed({}, {}, set())


_GROUP = "group "
"""Before the name of a group of measures, so that it is not taken for that of a list."""


@per_ledger
def _own(ledger: Ledger, importer: str) -> frozenset[str]:
    """Return the lists of an importer's measures, and the groups of exclusions that reach one of them."""
    measures = {row.measure_id for row in ledger.measures_of.get(importer, ())}
    lists = {link.scope_id for name in measures for link in ledger.scopes_of.get(name, ())}
    groups = {row.measure_group for row in ledger.exclusions}
    reached = {_GROUP + group for group in groups if named_measures(ledger, group) & measures}
    return frozenset(lists | reached)


def schedule_lines(ledger: Ledger, code: str, importer: str, on: date) -> tuple[str, ...]:
    """Return the schedule lines under a short code that are in force on a day."""
    sheet = ledger.base_rates[importer]
    return tuple(
        line
        for line in sheet.below(code)
        if any(row.valid_from <= on < row.valid_to for row in sheet.at(line))
    )


def vat_rate(ledger: Ledger, found: Match, on: date) -> Decimal | None:
    """Return the value-added tax on imports of a code on a day, in percent, or None if there is none."""
    sheet = ledger.vat.get(found.importer)
    if sheet is None:
        return None
    # the longest code comes last; `all` is the rate of what has none of its own
    rows = [*sheet.at(ALL_CODES), *sheet.matching(found.code)]
    rates = [row.rate_pct for row in rows if row.valid_from <= on < row.valid_to]
    return rates[-1] if rates else None


def nearest_codes(ledger: Ledger, code: str, importer: str) -> tuple[str, ...]:
    """Return the three schedule lines that look most like a code, for error messages."""
    sheet = ledger.base_rates[importer]
    for length in range(len(code) // 2 * 2, 0, -2):
        family = sheet.below(code[:length]) or list(sheet.index.keys() & {code[:length]})
        if family:
            return tuple(difflib.get_close_matches(code, family, 3, 0.0))
    at = bisect.bisect_left(sheet.codes, code)
    return tuple(sheet.codes[max(0, min(at, len(sheet.codes)) - 3) :][:3])


def signature(found: Match) -> Hashable:
    """Return what the arithmetic of a code depends on; codes with equal signatures have equal lines.

    Citations and places in files are left out: they differ between rows that do the same.
    """
    return (
        *base_signature(found),
        tuple(item.way for item in found.measures),
        _content_signature(found, found.measures),
    )


def base_signature(found: Match) -> tuple[Hashable, ...]:
    """Return what the column 1 duty depends on."""
    return (
        found.importer,
        tuple(
            (row.valid_from, row.valid_to, row.rate_pct, row.ave_pct, row.kind, row.confidence)
            for row in found.base
        ),
        tuple(
            (row.valid_from, row.valid_to, row.rate_pct, row.condition, row.confidence)
            for row in found.reduced
        ),
    )


def line_signature(found: Match, item: MeasureMatch) -> tuple[Hashable, ...]:
    """Return what the line of one measure depends on; a floor looks at the column 1 duty besides."""
    return (*item.way, _content_signature(found, (item,)))


def _hits_signature(hits: tuple[ListHit, ...]) -> Hashable:
    return tuple(
        (
            hit.link.valid_from,
            hit.link.valid_to,
            tuple(
                (
                    len(row.code),
                    row.valid_from,
                    row.valid_to,
                    row.known_from,
                    row.known_to,
                    row.is_included,
                    row.condition,
                    row.confidence,
                )
                for row in hit.rows
            ),
        )
        for hit in hits
    )


def _content_signature(found: Match, measures: tuple[MeasureMatch, ...]) -> Hashable:
    bases = {item.measure.basis for item in measures} - {"full"}
    if not bases or found.content is None:
        return bool(bases)
    return (found.content.steel, found.content.aluminum, found.content.copper)


@per_ledger
def _days_of_all(ledger: Ledger) -> frozenset[date]:
    return bounds((*ledger.stack_rules, *open_exclusions(ledger)))


@per_ledger
def rate_days(ledger: Ledger, measure_id: str) -> frozenset[date]:
    """Return the days on which a rate or a suspension of a measure starts or ends."""
    return bounds((*ledger.rates_of.get(measure_id, ()), *ledger.suspensions_of.get(measure_id, ())))


@per_ledger
def _days_of_members(ledger: Ledger, origin_set: str) -> frozenset[date]:
    return bounds(ledger.members_of.get(origin_set, ()))


def breakpoints(ledger: Ledger, found: Match) -> tuple[date, ...]:
    """Return every day on which the lines of a code can change, sorted; between two of them nothing does.

    Covers rates, lists, base rates, origin sets, rules, suspensions, transit rules and the exclusions open to
    every code, as known on any day.
    For a loading date other than that of entry, the loading bounds are not in it.
    """
    days = {found.schedules_from, *bounds((*found.base, *found.reduced)), *_days_of_all(ledger)}
    days = days.union(*(line_days(ledger, item) for item in found.measures))
    return tuple(sorted(days - {date.min, date.max}))


@per_ledger
def line_days(ledger: Ledger, item: MeasureMatch) -> frozenset[date]:
    """Return the days of `breakpoints` that come from one measure, its lists and what all codes share."""
    days = {*item.list_days, *rate_days(ledger, item.measure.measure_id), *_days_of_all(ledger)}
    days |= _days_of_members(ledger, item.measure.origin_set)
    for rule in ledger.transit_of.get(item.measure.measure_id, ()):
        days |= {rule.entered_from, rule.entered_before}
    return frozenset(days)
