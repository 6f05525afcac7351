"""Every origin at once: products and origins that share their rules are priced once.

Most of what the United States charges depends on neither the product nor the origin alone. A line of duty is
worked out once for each way in which a list names a code and a set names an origin; lines that meet are
resolved once for each set of lines; and the column 1 duty is added last, where no rule and no floor looks at
it. The functions that decide are those of `lines` and `stacking`, as a lookup uses them.
"""

from __future__ import annotations

import bisect
import dataclasses
from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from trucewatch.duty.lines import CERTAIN, NOT_DECIDING, ZERO, Line, base_line, measure_line, measure_names
from trucewatch.duty.matching import Match, MeasureMatch, bounds, line_signature, match
from trucewatch.duty.product_groups import Product, product_keys, rules_name_base
from trucewatch.duty.stacking import (
    AS_FINALLY_HELD,
    Readings,
    Rule,
    all_rules,
    entry_of,
    is_complete,
    readings,
    resolve,
    rules_on,
    total,
)
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.origins import COLUMN_2, preferences_of, seen_from
from trucewatch.ledger.reading import CodeSheet
from trucewatch.ledger.schema import ANY_ORIGIN, BaseRate, Measure, OriginMember, ReducedRate, worst

ABSENT = -1
"""In place of a number: no line of the schedule is in force, or a measure does not reach the goods."""


class Outcome(NamedTuple):
    """What duties come to: points as collected and as finally held, and how far to rely on that.

    Of the readings of `stacking.readings`, `unmet_pct` is what the one comes to that takes column 1 at
    its lower rate; `least_pct` and `most_pct` are the lowest and the highest of the others.
    """

    rate_pct: Decimal
    held_pct: Decimal
    least_pct: Decimal
    most_pct: Decimal
    unmet_pct: Decimal
    is_complete: bool
    confidence: str


class Total(NamedTuple):
    """The total of an interval, the points if the origin's preferences are claimed, and the bounds."""

    rate_pct: Decimal
    held_pct: Decimal
    claimed_pct: Decimal
    low_pct: Decimal
    high_pct: Decimal
    is_complete: bool
    confidence: str


_Thing = TypeVar("_Thing", bound=Hashable)
Steps = tuple[tuple[int, int], ...]
"""Days from which something is so, as ordinals, each with its number; the first is that of the window."""


@dataclass(frozen=True)
class Grid:
    """Totals of all products from all origins, as groups.

    - `products`, `product_group`: the products, sorted by code, and the group of each
    - `origins`, `origin_group`: ISO3, sorted, and the group of each
    - `course`: for each product group and origin group, the number of its course of totals
    - `starts`: where each course begins in `day` and `outcome`; one more than there are courses
    - `day`, `outcome`: ordinal of the first day of each step and number of its total, `ABSENT` where the
      schedule does not have the product
    - `totals`: the totals by number
    """

    products: tuple[Product, ...]
    product_group: np.ndarray
    origins: tuple[str, ...]
    origin_group: np.ndarray
    course: np.ndarray
    starts: np.ndarray
    day: np.ndarray
    outcome: np.ndarray
    totals: tuple[Total, ...]


@dataclass(frozen=True)
class _Kind:
    """Origins in the same sets on the same days: how one of them is seen, and what it may claim."""

    origin: str
    members: dict[str, tuple[OriginMember, ...]]
    claims: frozenset[str]
    base_rates: CodeSheet
    reduced_rates: CodeSheet | None


@dataclass(frozen=True)
class _Cell:
    """Products that every origin's law treats alike: the match of one of them, and its lines by number."""

    code: str
    found: Match
    lines: tuple[int, ...]


def grid_of(
    ledger: Ledger,
    importer: str,
    first: date,
    end: date,
    origins: Sequence[str] = (),
    *,
    is_bounded: bool = False,
) -> Grid:
    """Price all products from some origins, all if none is named, on the days [first, end).

    Only if `is_bounded` are the bounds worked out; else both are the rate.
    """
    pricer = _Pricer(ledger, importer, first, end, is_bounded)
    return pricer.grid(tuple(sorted(set(origins))) or ledger.origins(importer))


class _Numbers(Generic[_Thing]):
    """Gives equal things one number: the place of the first of them among `things`."""

    def __init__(self) -> None:
        self.things: list[_Thing] = []
        self._number_of: dict[_Thing, int] = {}

    def __call__(self, thing: _Thing) -> int:
        number = self._number_of.setdefault(thing, len(self.things))
        if number == len(self.things):
            self.things.append(thing)
        return number


class _Pricer:
    """Prices the goods of all origins for one importer, each distinct question once."""

    def __init__(self, ledger: Ledger, importer: str, first: date, end: date, is_bounded: bool) -> None:
        self.ledger, self.importer, self.first, self.end = ledger, importer, first, end
        self.is_bounded = is_bounded
        self.keeps_base = rules_name_base(ledger, importer)
        self.measures = {
            row.measure_id: row for row in ledger.measures_of.get(importer, ()) if self._is_live(row)
        }
        self.line_sets: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.items: list[tuple[Match, MeasureMatch]] = []
        self.signatures = _Numbers[Hashable]()
        self.number_of: dict[tuple[int, int], int] = {}
        self.lines, self.steps = _Numbers[Line](), _Numbers[Steps]()
        self.outcomes, self.totals = _Numbers[Outcome](), _Numbers[Total]()
        self.line_steps: dict[Hashable, int] = {}
        self.base_steps: dict[Hashable, int] = {}
        self.courses: dict[Hashable, int] = {}
        self.resolved: dict[Hashable, int] = {}
        self.on_epoch: dict[Hashable, int] = {}
        self.total_of: dict[tuple[int, ...], int] = {}
        self.rule_days: dict[frozenset[str], tuple[int, ...]] = {}
        self.bases: dict[Hashable, list[int]] = {}
        self.added: dict[tuple[int, ...], int] = {}
        self.starts, self.day, self.outcome = array("q", [0]), array("i"), array("i")
        self.summed: dict[tuple[int, int, int, int], int] = {}
        rules = {day for rule in all_rules(ledger) for day in (rule.row.valid_from, rule.row.valid_to)}
        self.epochs = sorted(day.toordinal() for day in rules)

    def _is_live(self, measure: Measure) -> bool:
        rates = self.ledger.rates_of.get(measure.measure_id, ())
        return any(self._meets(row.valid_from, row.valid_to) for row in rates)

    def _meets(self, valid_from: date, valid_to: date) -> bool:
        return valid_from < self.end and valid_to > self.first

    # ---------------------------------------------------------------- products and origins

    def grid(self, origins: tuple[str, ...]) -> Grid:
        """Return the totals of all products from some origins."""
        products, cell_of, cells = self._cells()
        kind_of, kinds = self._kinds(origins)
        course = np.empty((len(cells), len(kinds)), dtype=np.int32)
        for at, kind in enumerate(kinds):
            course[:, at] = self._priced(kind, cells)
        rows, of_cell = np.unique(course, axis=0, return_inverse=True)
        columns, of_kind = np.unique(rows, axis=1, return_inverse=True)
        return Grid(
            products,
            of_cell.ravel()[cell_of],
            origins,
            of_kind.ravel()[kind_of],
            columns,
            np.frombuffer(self.starts, dtype=np.int64),
            np.frombuffer(self.day, dtype=np.int32),
            np.frombuffer(self.outcome, dtype=np.int32),
            tuple(self.totals.things),
        )

    def _cells(self) -> tuple[tuple[Product, ...], np.ndarray, list[_Cell]]:
        """Return the products, the position of the cell of each, and the cells."""
        law, importer = self.ledger, self.importer
        others = [
            (sheets[importer], columns)
            for sheets, columns in ((law.column_2_rates, _BASE), (law.special_rates, _SPECIAL))
            if importer in sheets
        ]
        keys = product_keys(law, importer, ())
        position: dict[Hashable, int] = {}
        member = np.empty(len(keys), dtype=np.int64)
        cells: list[_Cell] = []
        alike: dict[Hashable, tuple[Match, tuple[int, ...]]] = {}
        for at, (product, key) in enumerate(keys):
            code = product.code
            prefixes = [code[:size] for size in range(2, len(code) + 1, 2)]
            own = tuple(
                tuple(rows for prefix in prefixes if (rows := sheet.cells(prefix, columns)))
                for sheet, columns in others
            )
            if (key, own) not in position:
                position[key, own] = len(cells)
                if key not in alike:
                    found = match(law, code, importer)
                    alike[key] = (found, self._numbered(found))
                cells.append(_Cell(code, *alike[key]))
            member[at] = position[key, own]
        return tuple(product for product, _ in keys), member, cells

    def _numbered(self, found: Match) -> tuple[int, ...]:
        numbers = []
        for item in found.measures:
            if item.measure.measure_id in self.measures:
                own = (id(item), id(found.content))  # the ledger keeps both, so that the ids stay their own
                if own not in self.number_of:
                    self.number_of[own] = self.signatures(line_signature(found, item))
                    if self.number_of[own] == len(self.items):
                        self.items.append((found, item))
                numbers.append(self.number_of[own])
        # equal tuples are one object
        return self.line_sets.setdefault(tuple(numbers), tuple(numbers))

    def _kinds(self, origins: tuple[str, ...]) -> tuple[np.ndarray, list[_Kind]]:
        """Return the position of the kind of each origin, and the kinds."""
        law, importer = self.ledger, self.importer
        sets = sorted({row.origin_set for row in self.measures.values()} | {COLUMN_2})
        position: dict[Hashable, int] = {}
        kinds: list[_Kind] = []
        member = np.empty(len(origins), dtype=np.int64)
        for at, origin in enumerate(origins):
            members = {name: rows for name in sets if (rows := self._members(name, origin))}
            programs = tuple(
                (row.claim, max(row.valid_from, own.valid_from), min(row.valid_to, own.valid_to), row.symbol)
                for row in preferences_of(law, importer, origin)
                for own in self._members(row.origin_set, origin)
                if self._meets(row.valid_from, row.valid_to)
            )
            key = (tuple((name, _membership(rows)) for name, rows in members.items()), programs)
            if key not in position:
                position[key] = len(kinds)
                seen = seen_from(law, importer, origin) if programs or COLUMN_2 in members else law
                kinds.append(
                    _Kind(
                        origin,
                        members,
                        frozenset(program[0] for program in programs),
                        seen.base_rates[importer],
                        seen.reduced_rates.get(importer),
                    )
                )
            member[at] = position[key]
        return member, kinds

    def _members(self, origin_set: str, origin: str) -> tuple[OriginMember, ...]:
        """Return the rows that put an origin into a set on some day of the window."""
        return tuple(
            row
            for row in self.ledger.members_of.get(origin_set, ())
            if row.iso3 in (origin, ANY_ORIGIN) and self._meets(row.valid_from, row.valid_to)
        )

    # ---------------------------------------------------------------- one kind of origin

    def _priced(self, kind: _Kind, cells: Sequence[_Cell]) -> np.ndarray:
        """Return the course of every cell for goods of one kind of origin."""
        pairs = []
        for claims in (frozenset[str](), kind.claims) if kind.claims else (frozenset[str](),):
            bases = self._bases(kind, cells, claims)
            added = self._all_added(kind, cells, bases, claims)
            pairs.append(list(zip(bases, added, strict=True)))
        return np.array(
            [self._course(*own, *claiming) for own, claiming in zip(pairs[0], pairs[-1], strict=True)],
            dtype=np.int32,
        )

    def _bases(self, kind: _Kind, cells: Sequence[_Cell], claims: frozenset[str]) -> list[int]:
        """Return the numbers of the steps of the column 1 duty, or of column 2 where the origin pays it."""
        # the ledger keeps its sheets, so that the ids stay their own
        key = (id(kind.base_rates), (claims or self.is_bounded) and id(kind.reduced_rates), claims)
        if key not in self.bases:
            self.bases[key] = [self._base(kind, cell, claims) for cell in cells]
        return self.bases[key]

    def _base(self, kind: _Kind, cell: _Cell, claims: frozenset[str]) -> int:
        base = cell.found.base
        if kind.base_rates is not self.ledger.base_rates[self.importer]:
            base = kind.base_rates.longest(cell.code)
        base = tuple(row for row in base if self._meets(row.valid_from, row.valid_to))
        reduced: tuple[ReducedRate, ...] = ()
        if (claims or self.is_bounded) and kind.reduced_rates is not None:
            reduced = tuple(
                row
                for row in kind.reduced_rates.matching(cell.code)
                if (not claims or row.condition in claims) and self._meets(row.valid_from, row.valid_to)
            )
        same = (_rows(base), _rows(reduced), bool(claims))
        if same not in self.base_steps:
            self.base_steps[same] = self._steps_of_base(
                dataclasses.replace(cell.found, base=base, reduced=reduced), claims
            )
        return self.base_steps[same]

    def _steps_of_base(self, found: Match, claims: frozenset[str]) -> int:
        days = {found.schedules_from, *bounds([*found.base, *found.reduced])}
        steps = []
        for day in self._window(days):
            line = self._bare(base_line(found, day, claims))
            in_force = any(row.valid_from <= day < row.valid_to for row in found.base)
            steps.append((day.toordinal(), self.lines(line) if in_force else ABSENT))
        return self.steps(_joined(steps))

    def _all_added(
        self, kind: _Kind, cells: Sequence[_Cell], bases: Sequence[int], claims: frozenset[str]
    ) -> list[int]:
        """Return the numbers of the steps of all that is added to the column 1 duty."""
        of_line: dict[int, int] = {}
        of_lines: dict[int, tuple[list[int], list[int]]] = {}
        found = []
        for cell, base in zip(cells, bases, strict=True):
            if id(cell.lines) not in of_lines:
                for number in cell.lines:
                    if number not in of_line:
                        of_line[number] = self._line_course(kind, number, claims)
                of_lines[id(cell.lines)] = (
                    [steps for number in cell.lines if (steps := of_line[number]) >= 0],
                    [number for number in cell.lines if of_line[number] == _ON_BASE],
                )
            plain, floors = of_lines[id(cell.lines)]
            on_base = [self._line_course(kind, number, claims, base) for number in floors]
            key = (*plain, *(steps for steps in on_base if steps >= 0), *([base] if self.keeps_base else []))
            if key not in self.added:
                self.added[key] = self._resolved_steps(key)
            found.append(self.added[key])
        return found

    def _line_course(self, kind: _Kind, number: int, claims: frozenset[str], base: int | None = None) -> int:
        """Return the number of the steps of one line, `ABSENT` if it never reaches goods of the kind."""
        found, item = self.items[number]
        members = kind.members.get(item.measure.origin_set)
        if members is None:
            return ABSENT
        if item.measure.mode == "floor" and base is None:
            return _ON_BASE
        asked = claims & _conditions(self.ledger, item) if claims else claims
        key = (number, _membership(members), asked, base)
        if key not in self.line_steps:
            self.line_steps[key] = self._steps_of_line(kind, found, item, asked, base)
        return self.line_steps[key]

    def _steps_of_line(
        self, kind: _Kind, found: Match, item: MeasureMatch, claims: frozenset[str], base: int | None
    ) -> int:
        law, measure = self.ledger, item.measure
        base_steps = self.steps.things[base] if base is not None else ()
        days = item.list_days | {date.fromordinal(day) for day, _ in base_steps}
        days |= bounds((*law.rates_of.get(measure.measure_id, ()), *kind.members[measure.origin_set]))
        steps = []
        for day in self._window(days):
            if base_steps:
                at = bisect.bisect_right(base_steps, day.toordinal(), key=lambda step: step[0]) - 1
                own = base_steps[at][1]
                if own == ABSENT:
                    steps.append((day.toordinal(), ABSENT))
                    continue
                column_1 = self.lines.things[own]
            else:  # what no floor looks at
                column_1 = base_line(found, day)
            line = measure_line(law, found, item, column_1, entry_of(law, kind.origin, day, claims=claims))
            steps.append((day.toordinal(), ABSENT if line is None else self.lines(self._bare(line))))
        return self.steps(_joined(steps))

    # ---------------------------------------------------------------- lines that meet

    def _resolved_steps(self, met: Sequence[int]) -> int:
        """Return the number of the steps of what lines come to where they meet."""
        courses, line_of = [self.steps.things[steps] for steps in met], self.lines.things
        measures = frozenset(
            line_of[line].measure_id for course in courses for _, line in course if line != ABSENT
        )
        days = (self.first.toordinal(), *self._days_of_rules(measures))
        return self.steps(
            _joined(
                [
                    (day, self._outcome(tuple(line for line in now if line != ABSENT), day))
                    for day, now in _merged_steps(courses, days)
                ]
            )
        )

    def _days_of_rules(self, measures: frozenset[str]) -> tuple[int, ...]:
        """Return the days of the window on which a rule between some measures starts or ends."""
        if measures not in self.rule_days:
            rules = [rule.row for rule in all_rules(self.ledger) if _is_between(rule, measures)]
            self.rule_days[measures] = tuple(day.toordinal() for day in self._window(bounds(rules)))
        return self.rule_days[measures]

    def _outcome(self, ids: tuple[int, ...], day: int) -> int:
        """Return the number of what lines come to on a day."""
        key = (ids, bisect.bisect_right(self.epochs, day))
        if key not in self.on_epoch:
            lines = [self.lines.things[line] for line in ids]
            present = {line.measure_id for line in lines}
            rules = [
                rule for rule in rules_on(self.ledger, date.fromordinal(day)) if _is_between(rule, present)
            ]
            same = (ids, tuple(map(id, rules)))  # the ledger keeps its rules
            if same not in self.resolved:
                read = readings if self.is_bounded else _law_alone
                self.resolved[same] = self.outcomes(_outcome(read(lines, rules)))
            self.on_epoch[key] = self.resolved[same]
        return self.on_epoch[key]

    # ---------------------------------------------------------------- totals

    def _course(self, base: int, added: int, claimed_base: int, claimed_added: int) -> int:
        """Return the number of the course of totals: column 1 and what is added, without and with claims."""
        key = (base, added, claimed_base, claimed_added)
        if key not in self.summed:
            courses = [self.steps.things[number] for number in key]
            steps = _joined([(day, self._total(now)) for day, now in _merged_steps(courses)])
            if steps not in self.courses:
                self.courses[steps] = len(self.courses)
                self.day.extend(day for day, _ in steps)
                self.outcome.extend(total for _, total in steps)
                self.starts.append(len(self.day))
            self.summed[key] = self.courses[steps]
        return self.summed[key]

    def _total(self, now: tuple[int, ...]) -> int:
        """Return the number of a total: a line of column 1 and an outcome, without and with claims."""
        if now not in self.total_of:
            self.total_of[now] = self._added_up(*now)
        return self.total_of[now]

    def _added_up(self, base: int, added: int, claimed_base: int, claimed_added: int) -> int:
        if base == ABSENT:
            return ABSENT
        column_1, claimed = self.lines.things[base], self.lines.things[claimed_base]
        law, claiming = self.outcomes.things[added], self.outcomes.things[claimed_added]
        own, own_claimed, own_lower = (
            (ZERO, ZERO, ZERO) if self.keeps_base else (column_1.pp, claimed.pp, _lower(column_1))
        )
        return self.totals(
            Total(
                own + law.rate_pct,
                own + law.held_pct,
                own_claimed + claiming.rate_pct,
                min(own + law.least_pct, own_lower + law.unmet_pct),
                max(own + law.most_pct, own_lower + law.unmet_pct),
                law.is_complete and column_1.status != "not_modelled",
                worst(column_1.confidence, law.confidence),
            )
        )

    def _window(self, days: Iterable[date]) -> list[date]:
        return sorted({self.first, *(day for day in days if self.first < day < self.end)})

    def _bare(self, line: Line) -> Line:
        """Return a line without the words and days that no arithmetic looks at."""
        bare = dataclasses.replace(
            line, heading="", title="", reason="", valid_from=date.min, valid_to=date.max, next_change=None,
            act_id="", citation="", litigation="", rate_text="",
        )  # fmt: skip
        return bare if self.is_bounded else dataclasses.replace(bare, **_OPEN)


_ON_BASE = -2
"""In place of the number of a line: it is a floor, and differs with the column 1 duty."""
_BASE = ("valid_from", "valid_to", "rate_pct", "kind", "ave_pct", "confidence")
_SPECIAL = ("programs", "valid_from", "valid_to", "rate_pct", "confidence")


_OPEN: Mapping[str, Any] = {
    "condition": "", "exempt_if": "", "waiver": "", "pp_if_exempt": ZERO, "pp_if_met": ZERO,
    "pp_if_lower": None,
}  # fmt: skip
"""What only the bounds of a line look at, as it is where nothing is open."""


def _outcome(read: Readings) -> Outcome:
    """Return what the readings of some lines come to."""
    lines = read.law
    others = [total(lines), total(read.met), total(read.waived)]
    return Outcome(
        others[0],
        total(lines, AS_FINALLY_HELD),
        min(others),
        max(others),
        total(read.unmet),
        is_complete(lines),
        worst(*(line.confidence for line in lines if line.status not in NOT_DECIDING)),
    )


def _law_alone(lines: Sequence[Line], rules: Iterable[Rule]) -> Readings:
    """Return the law as it stands in place of every reading."""
    law = resolve(lines, rules)
    return Readings(law, law, law, law)


def _lower(column_1: Line) -> Decimal:
    """Return the points of column 1 if what frees it or lowers it holds, such as a claim of preference."""
    return column_1.pp_if_exempt if column_1.exempt_if and column_1.status in CERTAIN else column_1.pp


def _joined(steps: Sequence[tuple[int, int]]) -> Steps:
    """Join neighbors that say the same."""
    return tuple(step for at, step in enumerate(steps) if at == 0 or step[1] != steps[at - 1][1])


def _merged_steps(
    courses: Sequence[Steps], more: Iterable[int] = ()
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the days on which one of some steps changes, and `more`, with the number of each from then on."""
    at = [0] * len(courses)
    for day in sorted({*more, *(day for course in courses for day, _ in course)}):
        for number, course in enumerate(courses):
            while at[number] + 1 < len(course) and course[at[number] + 1][0] <= day:
                at[number] += 1
        yield day, tuple(course[place][1] for course, place in zip(courses, at, strict=True))


def _membership(rows: Iterable[OriginMember]) -> Hashable:
    return tuple((row.valid_from, row.valid_to, row.confidence) for row in rows)


def _rows(rows: Iterable[BaseRate | ReducedRate]) -> Hashable:
    """Return what the column 1 duty depends on."""
    return tuple(
        (
            row.valid_from,
            row.valid_to,
            row.rate_pct,
            row.confidence,
            *((row.ave_pct, row.kind) if isinstance(row, BaseRate) else (row.condition,)),
        )
        for row in rows
    )


def _conditions(ledger: Ledger, item: MeasureMatch) -> frozenset[str]:
    """Return the claims that could settle something about the line of a measure."""
    measure = item.measure
    named = {row.condition for hit in (*item.covers, *item.exempts) for row in hit.rows}
    return frozenset({*measure_names(ledger, measure), measure.condition, *named} - {""})


def _is_between(rule: Rule, measures: Set[str]) -> bool:
    return bool(rule.winners & measures and rule.losers & measures)
