"""What many entries owe: entries that the law treats alike are one case, and a case is worked out once.

The column 1 duty adds to everything and meets nothing, so the other duties are worked out without it wherever
no rule and no floor looks at it: some hundred groups of products in place of twenty thousand numbers.
"""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
from collections.abc import Hashable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, pairwise
from typing import NamedTuple

from trucewatch.answers.exact import common
from trucewatch.answers.inputs import first_day
from trucewatch.answers.paid_at import NUMBER_DIGITS, PaidAt, numbers_of, paid_at, place_days
from trucewatch.duty.code_classes import LINE_DIGITS, grouper
from trucewatch.duty.exclusions import exclusions_naming
from trucewatch.duty.lines import (
    NOT_DECIDING,
    ON_QUANTITY,
    ZERO,
    Entry,
    Line,
    base_line,
    counts_units,
    measure_line,
)
from trucewatch.duty.matching import (
    Match,
    MeasureMatch,
    bounds,
    breakpoints,
    line_days,
    longer_codes,
    match,
    signature,
)
from trucewatch.duty.open_facts import excludable_lines, total_bounds
from trucewatch.duty.product_groups import relevant_days, relevant_line_days, rules_name_base
from trucewatch.duty.specific import Quantity
from trucewatch.duty.stacking import (
    AS_COLLECTED,
    Rule,
    in_order,
    is_complete,
    readings,
    refundable,
    rules_between,
    rules_on,
    total,
)
from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import worst

_MOST_PLACES = 50_000
_MOST_NOTES = 6


class Case(NamedTuple):
    """The duties of entries that the law treats alike.

    - `total_pct`: percent of customs value; None where the numbers below the code differ.
    - `lower_pct`, `upper_pct`: bounds over what the code does not show and over the numbers below it
    - `refund_low_pp`, `refund_high_pp`: points collected and later held unlawful, over the numbers below the
      code
    - `lines`: lines of duty; empty where the numbers below the code differ
    - `confidence`: the worst of the lines that decide
    - `waived_pct`: the total as traded under a waiver that any importer may ask for; None where there is
      none.
    - `notes`: what a reader must know of this code
    - `is_complete`: whether every duty is in the total and its bounds; if not, they are the least that is
      paid
    """

    total_pct: Decimal | None
    lower_pct: Decimal
    upper_pct: Decimal
    refund_low_pp: Decimal
    refund_high_pp: Decimal
    lines: tuple[Line, ...]
    confidence: str
    waived_pct: Decimal | None = None
    notes: tuple[str, ...] = ()
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class _Group:
    """Codes that meet the same rows of the ledger: one match for all, and the days on which that changes."""

    found: Match
    cuts: tuple[date, ...]
    relevant: tuple[date, ...]
    """Those of the days that count for goods that are not at sea, by the law as known last."""
    has_base: bool = True
    parts: tuple[_Group, ...] = ()
    """The column 1 duty, and what is shared by all that agree on the rest; none where the two meet."""

    def days(self, is_plain: bool) -> tuple[date, ...]:
        """Return the days on which an entry's duties can change."""
        return self.relevant if is_plain else self.cuts


class _Part(NamedTuple):
    """Resolved lines that meet none but each other: their total, its bounds, and it under the waivers."""

    lines: tuple[Line, ...]
    total: Decimal
    low: Decimal
    high: Decimal
    waived: Decimal
    has_waiver: bool
    refund_low: Decimal
    refund_high: Decimal
    confidence: str
    notes: tuple[str, ...]
    is_complete: bool


class Cases:
    """Prices entries of one importer and remembers what it worked out, origin by origin.

    `importer`: `USA` or `CHN`; `lens`: `as_collected` or `as_finally_held`.
    """

    def __init__(self, ledger: Ledger, importer: str, lens: str = AS_COLLECTED) -> None:
        self.ledger, self.importer, self.lens = ledger, importer, lens
        self._origins: dict[str, _OriginCases] = {}

    def plan(self, code: str, origin: str) -> Hashable:
        """Return a key; codes of one key and origin have the same answers on every day."""
        return origin, self._from(origin).plan(code)

    def cuts(self, code: str, origin: str | None = None, is_plain: bool = False) -> Sequence[date]:
        """Return the days on which the answer for a code can change, sorted.

        Fewer if `is_plain`: no day of loading is given, and the law is that known last.
        """
        return self._from(origin or DEFAULT_ORIGIN[self.importer]).cuts(code, is_plain)

    def of(self, code: str, entry: Entry) -> Case:
        """Return the case of a code (parameters and errors as `_OriginCases.of`)."""
        return self._from(entry.origin).of(code, entry)

    def _from(self, origin: str) -> _OriginCases:
        if origin not in self._origins:
            law = seen_from(self.ledger, self.importer, origin)
            self._origins[origin] = _OriginCases(law, self.importer, self.lens)
        return self._origins[origin]


class _OriginCases:
    """Prices entries of goods of one origin and remembers what it worked out.

    `ledger`: the law as the origin meets it; `importer`: `USA` or `CHN`; `lens`: `as_collected` or
    `as_finally_held`.
    """

    def __init__(self, ledger: Ledger, importer: str, lens: str) -> None:
        self.ledger, self.importer, self.lens = ledger, importer, lens
        self._numbers = numbers_of(ledger, importer)
        self._keys = grouper(ledger, importer)
        self._base_meets_others = rules_name_base(ledger, importer)
        self._groups: dict[Hashable, _Group] = {}
        self._group_of: dict[tuple[str, str], _Group] = {}
        self._rests: dict[Hashable, _Group] = {}
        self._places: dict[tuple[str, int], PaidAt] = {}
        self._place_days: dict[str, list[date]] = {}
        self._same: dict[Line, Line] = {}
        self._days: dict[tuple[MeasureMatch, bool], list[date]] = {}
        self._lines: dict[Hashable, Line | None] = {}
        self._met: dict[Hashable, _Part] = {}
        self._parts: dict[Hashable, _Part] = {}
        self._leaves: dict[Hashable, Case] = {}
        self._cases: dict[tuple[int, ...], Case] = {}
        self._over: dict[Hashable, Case] = {}

    def plan(self, code: str) -> Hashable:
        """Return a key; codes of one key have the same answers on every day, but for what names them."""
        numbers, group = self._numbers, self._group(code)
        base = sorted((row.valid_from, row.valid_to) for row in group.found.base)
        if numbers is None or len(code) < LINE_DIGITS or not base or base[-1][1] != date.max:
            return code
        if base[0][0] > numbers.first or any(a[1] != b[0] for a, b in pairwise(base)):
            return code
        below = numbers.below(code)
        if not below or any(numbers.span(leaf) != (numbers.first, date.max) for leaf in below):
            return code
        if base[0][0] > first_day(self.ledger, self.importer):
            return code  # before that day its predecessors answer
        return (
            len(code),
            id(group),
            frozenset(id(self._group(leaf)) for leaf in set(map(self._keys.whole, below))),
        )

    def cuts(self, code: str, is_plain: bool) -> Sequence[date]:
        """Return the days on which the answer for a code can change, sorted (see `Cases.cuts`)."""
        days: set[date] = set()
        groups = {}
        for leaf in {leaf for line in {code, *self._elsewhere(code)} for leaf in self._leaves_of(line)}:
            group = self._group(leaf)
            groups[id(group)] = group
            if self._numbers is not None:
                days.update(self._numbers.span(leaf) or ())
        for group in groups.values():
            days.update(group.days(is_plain))
        if self._numbers is not None:
            days.add(self._numbers.first)
        return sorted(days - {date.max})

    def _leaves_of(self, line: str) -> Iterator[str]:
        """Yield a line and all longer codes at which its goods may be entered on some day."""
        yield line
        yield from self.ledger.base_rates[self.importer].below(line)
        if self._numbers is not None:
            yield from self._numbers.below(line[:LINE_DIGITS])
        yield from longer_codes(self.ledger, line, self.importer)  # on days whose numbers are not known

    def _elsewhere(self, code: str) -> Iterator[str]:
        """Yield the codes that answer before a line of the schedule began, and after it ended."""
        base = self._group(code).found.base
        if base:
            first, end = min(row.valid_from for row in base), max(row.valid_to for row in base)
            begun = first_day(self.ledger, self.importer)
            for day in (first - timedelta(1) if first > begun else None, end if end < date.max else None):
                with contextlib.suppress(LedgerError):  # nothing answers
                    yield from self._place(code, day).codes if day else ()

    def of(self, code: str, entry: Entry) -> Case:
        """Return the case of a code.

        `code`: 4 to 10 digits; `entry`: the facts of the entry.

        Raises `LedgerError` if the schedule has no such code on that day, with those it has.
        """
        place = self._place(code, entry.on)
        if place.rates_of:
            cases = [self._leaf(code, entry, line) for line in place.rates_of]
        # where the numbers of the day are not known, the line stands for the rest
        elif place.longer or place.codes == (code,) or self._are_numbers(place.codes):
            leaves = dict.fromkeys(map(self._keys.whole, (*place.codes, *place.longer)))
            cases = [self._leaf(leaf, entry) for leaf in leaves]
        else:  # a line below may be split in its turn
            cases = [self.of(leaf, entry) for leaf in place.codes]
        distinct = {id(case): case for case in cases}
        if len(distinct) == 1 and not place.note:
            return cases[0]
        key = (id(cases[0]), *distinct, place.note, len(place.codes))
        if key not in self._over:
            several = tuple(distinct.values())
            self._over[key] = (
                _with_longer(several) if place.longer else _over(several, len(place.codes), place.note)
            )
        return self._over[key]

    def _are_numbers(self, codes: Sequence[str]) -> bool:
        """Return whether codes at which goods are entered are statistical numbers: each is its own place."""
        return self._numbers is not None and all(len(code) == NUMBER_DIGITS for code in codes)

    def _place(self, code: str, on: date) -> PaidAt:
        """Return where a code is entered on a day, once for all days between two that could change it."""
        line = code[:LINE_DIGITS]
        if line not in self._place_days:
            self._place_days[line] = place_days(self.ledger, self.importer, line)
        where = (code, bisect.bisect_right(self._place_days[line], on))
        if where not in self._places:
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            place = paid_at(self.ledger, self.importer, code, on)
            if place.note:  # it names the day
                return place
            self._places[where] = place
        return self._places[where]

    def _group(self, code: str, rate_of: str = "") -> _Group:
        code = self._keys.whole(code)
        asked = (code, rate_of)
        if asked not in self._group_of:
            if len(self._group_of) >= _MOST_PLACES:
                self._group_of.clear()
            key = self._keys.key(code), exclusions_naming(self.ledger, code), rate_of
            if key not in self._groups:
                self._groups[key] = self._new_group(code, rate_of)
            self._group_of[asked] = self._groups[key]
        return self._group_of[asked]

    def _new_group(self, code: str, rate_of: str) -> _Group:
        found = match(self.ledger, code, self.importer, rate_of)
        if self._base_meets_others or any(item.measure.mode == "floor" for item in found.measures):
            return self._grouped(found)
        alone = dataclasses.replace(found, base=(), reduced=())
        key = signature(alone), exclusions_naming(self.ledger, code)
        if key not in self._rests:
            self._rests[key] = dataclasses.replace(self._grouped(alone), has_base=False)
        rest, base = self._rests[key], self._grouped(dataclasses.replace(found, measures=()))
        cuts, relevant = {*base.cuts, *rest.cuts}, {*base.relevant, *rest.relevant}
        return _Group(found, tuple(sorted(cuts)), tuple(sorted(relevant)), parts=(base, rest))

    def _grouped(self, found: Match) -> _Group:
        # exclusions bear on the bounds, a schedule not at hand on the confidence
        exclusions = exclusions_naming(self.ledger, found.code) if found.measures else ()
        relevant = relevant_days(self.ledger, found, exclusions) | {found.schedules_from}
        cuts = bounds(exclusions).union(breakpoints(self.ledger, found))
        ends = {date.min, date.max}
        return _Group(found, tuple(sorted(cuts - ends)), tuple(sorted(relevant - ends)))

    def _leaf(self, code: str, entry: Entry, rate_of: str = "") -> Case:
        """Return the case of a code that is not divided further."""
        group = self._group(code, rate_of)
        facts = (
            entry.origin,
            entry.loaded,
            entry.known,
            frozenset(entry.content.items()),
            entry.lifted,
            # a claim may name one number of ten digits
            (code, entry.claims) if entry.claims else (),
        )
        quantity = entry.quantity if counts_units(group.found) else None
        key = (id(group), self._since(group, entry), facts, quantity)
        if key not in self._leaves:
            parts = [self._part(code, part, entry, facts, quantity) for part in group.parts or (group,)]
            # parts are kept, so that the ids stay their own
            alike = tuple(map(id, parts))
            if alike not in self._cases:
                self._cases[alike] = _case(*parts)
            self._leaves[key] = self._cases[alike]
        return self._leaves[key]

    def _since(self, group: _Group, entry: Entry) -> date:
        """Return the day since which nothing changed for a group."""
        cuts = group.days(self._is_plain(entry))
        at = bisect.bisect_right(cuts, entry.on)
        return cuts[at - 1] if at else date.min

    def _part(
        self, code: str, group: _Group, entry: Entry, facts: Hashable, quantity: Quantity | None
    ) -> _Part:
        key = (id(group), self._since(group, entry), facts, quantity if group.has_base else None)
        if key not in self._parts:
            # a claim may name one number of the group, else all of them are alike
            found = dataclasses.replace(group.found, code=code) if entry.claims else group.found
            lines = self._lines_of(found, entry, facts)[0 if group.has_base else 1 :]
            rules = rules_between(lines, rules_on(self.ledger, entry.on))
            excludable = frozenset(excludable_lines(self.ledger, found, entry, lines))
            # lines and rules are kept, so that the ids stay their own
            question = (tuple(map(id, lines)), tuple(map(id, rules)), excludable)
            if question not in self._met:
                self._met[question] = self._resolved_part(lines, rules, excludable)
            self._parts[key] = self._met[question]
        return self._parts[key]

    def _lines_of(self, found: Match, entry: Entry, facts: Hashable) -> tuple[Line, ...]:
        """Return what `stacking.lines_of` does; a line is worked out once for all codes it reaches alike."""
        base = self._kept(base_line(found, entry.on, entry.claims, entry.quantity))
        content = found.content and (found.content.steel, found.content.aluminum, found.content.copper)
        is_plain = self._is_plain(entry)
        lines = []
        for item in found.measures:
            since = bisect.bisect_right(self._line_days(item, is_plain), entry.on)
            met = id(base) if item.measure.mode == "floor" else None  # no other looks at column 1
            share = content if item.measure.basis != "full" else None
            question = (item, since, met, share, facts)
            if question not in self._lines:
                line = measure_line(self.ledger, found, item, base, entry)
                self._lines[question] = line and self._kept(line)
            lines.append(self._lines[question])
        return in_order(base, lines)

    def _line_days(self, item: MeasureMatch, is_plain: bool) -> list[date]:
        """Return the days on which the line of one measure can change, sorted."""
        key = (item, is_plain)
        if key not in self._days:
            self._days[key] = sorted((relevant_line_days if is_plain else line_days)(self.ledger, item))
        return self._days[key]

    def _is_plain(self, entry: Entry) -> bool:
        """Return whether no day of loading is given and the law is that known last."""
        return entry.loaded is None and entry.known == self.ledger.law_asof

    def _kept(self, line: Line) -> Line:
        """Return the one object that is kept of all lines that say the same."""
        return self._same.setdefault(line, line)

    def _resolved_part(self, lines: Sequence[Line], rules: Sequence[Rule], excludable: Set[str]) -> _Part:
        read = readings(lines, rules)
        return _Part(
            read.law,
            total(read.law, self.lens),
            *total_bounds(lines, rules, excludable, self.lens),
            total(read.waived, self.lens),
            read.waived is not read.law,
            *refundable(read.law),
            worst(*(line.confidence for line in read.law if line.status not in NOT_DECIDING)),
            _notes(read.law),
            is_complete(read.law),
        )


def _case(*parts: _Part) -> Case:
    """Return the case of lines in parts that do not meet: their totals and bounds add up."""
    lines, totals, lows, highs, waived, have_waiver, least, most, confidence, notes, are_complete = zip(
        *parts, strict=True
    )
    return Case(
        sum(totals, ZERO),
        sum(lows, ZERO),
        sum(highs, ZERO),
        sum(least, ZERO),
        sum(most, ZERO),
        tuple(chain.from_iterable(lines)),
        worst(*confidence),
        sum(waived, ZERO) if any(have_waiver) else None,
        tuple(chain.from_iterable(notes)),
        all(are_complete),
    )


def _with_longer(cases: Sequence[Case]) -> Case:
    """Widen the bounds of the first, what remains of a line, by the longer codes at which it is split."""
    rest = cases[0]
    differs = any(case.total_pct != rest.total_pct for case in cases)
    note = (
        "the law splits this line and the ledger lacks its numbers of that day: the total is that of the rest"
    )
    return rest._replace(
        lower_pct=min(case.lower_pct for case in cases),
        upper_pct=max(case.upper_pct for case in cases),
        refund_low_pp=min(case.refund_low_pp for case in cases),
        refund_high_pp=max(case.refund_high_pp for case in cases),
        notes=(note, *rest.notes) if differs else rest.notes,
        is_complete=all(case.is_complete for case in cases),
    )


def _over(cases: Sequence[Case], count: int, note: str) -> Case:
    """Return the range over the numbers below a code; where all pay alike, what they pay."""
    first = cases[0]
    alike = len({_outcome(case) for case in cases}) == 1
    notes = [note] if note else []
    one = common(case.total_pct for case in cases)
    if one is None:
        notes.append(f"{count} numbers below this code pay different duties: give all ten digits")
    return Case(
        one,
        min(case.lower_pct for case in cases),
        max(case.upper_pct for case in cases),
        min(case.refund_low_pp for case in cases),
        max(case.refund_high_pp for case in cases),
        first.lines if alike else (),
        worst(*(case.confidence for case in cases)),
        common(case.waived_pct for case in cases),
        tuple(dict.fromkeys([*notes, *(found for case in cases for found in case.notes)]))[:_MOST_NOTES],
        all(case.is_complete for case in cases),
    )


def _outcome(case: Case) -> Hashable:
    lines = [(line.measure_id, line.rate_pct, line.value_share, line.pp, line.status) for line in case.lines]
    return (case.total_pct, case.confidence, tuple(lines))


def _notes(lines: Sequence[Line]) -> tuple[str, ...]:
    """Return what a total leaves open, one clause each."""
    notes = []
    for line in lines:
        if line.status == "not_modelled":
            notes.append(f"{line.name} is not in the total: {line.reason}")
        elif line.is_relief and line.status == "conditional":
            notes.append(f"{line.name} takes the place of a dearer duty if {line.condition} is claimed")
        elif line.status == "conditional":
            where = "not in the bounds" if line.is_exceptional else "only in the upper bound"
            notes.append(f"{line.name} {where}: {line.reason}")
        elif ON_QUANTITY in line.reason:
            notes.append(f"{line.name}: {line.reason}")
        elif line.is_estimate and line.pp:
            any_share = "; the bounds hold any share" if line.metals else ""
            notes.append(f"{line.name} rests on an estimate of ours: {line.reason}{any_share}")
        elif line.exempt_if and line.pp:
            notes.append(f"{line.name} is free if {line.exempt_if.replace('_', ' ')}")
        elif line.condition and line.pp:
            notes.append(f"{line.name} is due only if {line.condition.replace('_', ' ')}")
    return tuple(notes)
