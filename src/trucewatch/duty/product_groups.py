"""Products that the law treats alike, and their duties as intervals: the inner half of the panel."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple, TypeVar

from trucewatch.duty.code_classes import Grouper, grouper
from trucewatch.duty.day_duties import VARIANTS, Duty, Grid, Stacker, State
from trucewatch.duty.exclusions import exclusions_from, names_of, open_exclusions
from trucewatch.duty.lines import ZERO, base_line
from trucewatch.duty.matching import Match, MeasureMatch, bounds, breakpoints, match, signature
from trucewatch.duty.stacking import all_rules
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.schema import ALL_CODES, Exclusion, Rate, ScopeRow

_Said = TypeVar("_Said")


class Product(NamedTuple):
    """A code of the panel; `is_line` if the schedule prints it, else some list names it below a line."""

    code: str
    is_line: bool


class Stretch(NamedTuple):
    """An interval in which nothing changes."""

    valid_from: date
    valid_to: date
    state: State
    is_complete: bool
    sums: tuple[Decimal, ...]
    """Points of all authorities in every variant, then of those not held unlawful later."""


class Group(NamedTuple):
    """Rows of the two tables of a panel that all products of a group share, without the code."""

    duties: list[tuple]
    totals: list[tuple]


@per_ledger
def products_of(ledger: Ledger, importer: str) -> tuple[Product, ...]:
    """Return the finest lines of the schedule and the longer codes that a list or exclusion names, sorted."""
    sheet = ledger.base_rates[importer]
    lines = {code for code in sheet.codes if not sheet.below(code)}
    lists = {
        link.scope_id
        for measure in ledger.measures_of.get(importer, ())
        for link in ledger.scopes_of.get(measure.measure_id, ())
    } - {ALL_CODES}
    named = set(exclusions_from(ledger, importer)) - {ALL_CODES}
    named.update(*(ledger.scopes[scope].index for scope in lists))
    longer = {code for code in named if any(code[:size] in lines for size in range(6, len(code)))} - lines
    return tuple(sorted([Product(code, True) for code in lines] + [Product(code, False) for code in longer]))


@per_ledger
def product_keys(
    ledger: Ledger, importer: str, products: tuple[Product, ...]
) -> tuple[tuple[Product, Hashable], ...]:
    """Return the products with their keys of `code_classes.grouper`; those of the ledger if none is given."""
    keys = grouper(ledger, importer)
    return tuple((product, keys.key(product.code)) for product in products or products_of(ledger, importer))


def groups_of(grid: Grid, products: Sequence[Product] = ()) -> tuple[list[Product], list[Group], list[int]]:
    """Return the products of a panel, their groups and, for each product, the position of its group.

    The products are those that the law of the origin tells apart, if none are given.
    """
    keeps_base = rules_name_base(grid.ledger, grid.importer)
    if _is_one_day(grid):
        keys = Grouper(grid.ledger, grid.importer, grid.first)
        every = products or products_of(grid.ledger, grid.importer)
        keyed = tuple((product, keys.key(product.code)) for product in every)
    else:
        keyed = product_keys(grid.ledger, grid.importer, tuple(products))
    if grid.subheadings is not None:
        keyed = tuple(item for item in keyed if item[0].code[:6] in grid.subheadings)
    stacker = Stacker(grid)
    stacked: dict[Hashable, list[Stretch]] = {}
    position: dict[Hashable, int] = {}
    groups: list[Group] = []
    member: list[int] = []
    for product, alike_key in keyed:
        claims, open_claims = _claimable(grid.ledger, grid.importer, _excluding(grid, product.code))
        key = (alike_key, open_claims)
        if key not in position:
            found = match(grid.ledger, product.code, grid.importer)
            bare = found if keeps_base or _has_floor(found) else dataclasses.replace(found, base=())
            alike = (signature(bare), open_claims)
            if alike not in stacked:
                stacked[alike] = list(_stretches(grid, stacker, bare, claims))
            position[key] = len(groups)
            groups.append(_with_base(found, stacked[alike], grid.claims))
        member.append(position[key])
    return [product for product, _ in keyed], groups, member


def rules_name_base(ledger: Ledger, importer: str) -> bool:
    """Return whether a stacking rule looks at the column 1 duty, which then cannot be added at the end."""
    base = BASE_AUTHORITY[importer]
    return any(base in rule.winners | rule.losers for rule in all_rules(ledger))


def _has_floor(found: Match) -> bool:
    return any(item.measure.mode == "floor" for item in found.measures)


def _excluding(grid: Grid, code: str) -> tuple[str, ...]:
    """Return what a code starts with and some exclusion names, `all` first."""
    by_code = exclusions_from(grid.ledger, grid.importer)
    if by_code.keys() <= {ALL_CODES}:
        return (*by_code,)
    return tuple(name for name in names_of(code) if name in by_code)


@per_ledger
def _claimable(
    ledger: Ledger, importer: str, names: tuple[str, ...]
) -> tuple[tuple[Exclusion, ...], Hashable]:
    """Return the exclusions under some names, and what of them bears on a duty."""
    rows = tuple(row for name in names for row in exclusions_from(ledger, importer)[name])
    return rows, tuple(sorted({(row.measure_group, row.valid_from, row.valid_to) for row in rows}))


def _stretches(grid: Grid, stacker: Stacker, found: Match, claims: Sequence[Exclusion]) -> Iterator[Stretch]:
    """Ask for the duties once an interval and join neighbours that say the same."""
    days = {grid.first} if _is_one_day(grid) else {grid.first, *_days(grid, found, claims)}
    cuts = sorted(day for day in days if grid.first <= day < grid.end)
    keys = stacker.keys(found)

    def owed(day: date) -> tuple[State, bool]:
        ids = frozenset(row.exclusion_id for row in claims if row.valid_from <= day < row.valid_to)
        return stacker.state(found, keys, day, ids)

    spans = ((start, end, owed(start)) for start, end in pairwise([*cuts, grid.end]))
    for start, end, (state, is_complete) in _joined(spans):
        yield Stretch(start, end, state, is_complete, _sums(state))


def _joined(spans: Iterable[tuple[date, date, _Said]]) -> Iterator[tuple[date, date, _Said]]:
    """Join spans that touch and say the same."""
    last: tuple[date, date, _Said] | None = None
    for start, end, said in spans:
        if last is not None and last[1] == start and last[2] == said:
            last = (last[0], end, said)
            continue
        if last is not None:
            yield last
        last = (start, end, said)
    if last is not None:
        yield last


def _is_one_day(grid: Grid) -> bool:
    """Return whether a panel is of one day: then nothing changes within it."""
    return grid.end - grid.first == timedelta(days=1)


def relevant_days(ledger: Ledger, found: Match, claims: Sequence[Exclusion] = ()) -> set[date]:
    """Return the days on which something may change: `matching.breakpoints` less what cannot matter here.

    Texts that were replaced before `law_asof`, rules between measures that do not meet on the code, and
    transit rules for goods that are not on the water change nothing; they are two thirds of all days.
    """
    rows = list[object](claims)
    rows += [*found.base, *found.reduced]
    present = {item.measure.measure_id for item in found.measures}
    rows += [rule.row for rule in all_rules(ledger) if rule.winners & present and rule.losers & present]
    of_lines = (relevant_line_days(ledger, item) for item in found.measures)
    return {found.schedules_from, *bounds(rows)}.union(*of_lines)


@per_ledger
def relevant_line_days(ledger: Ledger, item: MeasureMatch) -> frozenset[date]:
    """Return the days of `relevant_days` that come from one measure, its lists and what all codes share."""
    identity = item.measure.measure_id
    rows: list[object] = [*open_exclusions(ledger)]
    rows += [row for row in ledger.rates_of.get(identity, ()) if _is_known(row, ledger)]
    rows += ledger.suspensions_of.get(identity, ())
    rows += ledger.members_of.get(item.measure.origin_set, ())
    for hit in (*item.covers, *item.exempts):
        rows += [hit.link, *(row for row in hit.rows if _is_known(row, ledger))]
    return bounds(rows)


def _days(grid: Grid, found: Match, claims: Sequence[Exclusion]) -> set[date]:
    """Return the days on which something may change for goods of a voyage."""
    ledger = grid.ledger
    days = relevant_days(ledger, found, claims)
    if grid.voyage_days:
        voyage = timedelta(days=grid.voyage_days)
        days |= set(breakpoints(ledger, found))
        for item in found.measures:
            for rule in ledger.transit_of.get(item.measure.measure_id, ()):
                loaded = (rule.loaded_from, rule.loaded_before)
                days |= {day + voyage for day in loaded if day and date.min < day < grid.end}
    return days


def _is_known(row: Rate | ScopeRow, ledger: Ledger) -> bool:
    return row.known_from <= ledger.law_asof < row.known_to


def _with_base(found: Match, stretches: Sequence[Stretch], claims: frozenset[str]) -> Group:
    """Add the column 1 duty, keep the days on which the line stands in the schedule, and lay out the rows."""
    authority = BASE_AUTHORITY[found.importer]
    whole: list[Stretch] = []
    begin, close = stretches[0].valid_from, stretches[-1].valid_to
    for first, last in _base_spans(found):
        if last <= begin or close <= first:
            continue
        line = base_line(found, first, claims)
        own: State = {}
        if line.pp:
            points = tuple(
                line.pp_if_exempt if name == "unmet" and line.exempt_if else line.pp for name in VARIANTS
            )
            own = {(authority, False): Duty(points, line.confidence)}
        for stretch in stretches:
            start, end = max(stretch.valid_from, first), min(stretch.valid_to, last)
            if start < end:
                complete = stretch.is_complete and line.status != "not_modelled"
                state = {**stretch.state, **own}
                whole.append(Stretch(start, end, state, complete, _sums(state) if own else stretch.sums))
    return Group(list(_duty_rows(whole)), list(_total_rows(whole)))


def _base_spans(found: Match) -> Iterator[tuple[date, date]]:
    """Yield the intervals in which the column 1 duty is one, in order."""
    for row in sorted(found.base, key=lambda row: row.valid_from):
        cuts = {day for lower in found.reduced for day in (lower.valid_from, lower.valid_to)}
        cuts.add(found.schedules_from)
        inside = sorted(day for day in cuts if row.valid_from < day < row.valid_to)
        yield from pairwise([row.valid_from, *inside, row.valid_to])


def _sums(state: State) -> tuple[Decimal, ...]:
    variants = [sum((duty.points[at] for duty in state.values()), ZERO) for at in range(len(VARIANTS))]
    held = sum((duty.points[0] for (_, is_void), duty in state.items() if not is_void), ZERO)
    return (*variants, held)


def _duty_rows(stretches: Sequence[Stretch]) -> Iterator[tuple]:
    for key in sorted({key for stretch in stretches for key in stretch.state}):
        own = ((one.valid_from, one.valid_to, one.state[key]) for one in stretches if key in one.state)
        for start, end, duty in _joined(own):
            yield (*key, start, end, *duty.points, duty.confidence)


def _total_rows(stretches: Sequence[Stretch]) -> Iterator[tuple]:
    for start, end, values in _joined(
        (one.valid_from, one.valid_to, (*one.sums, one.is_complete)) for one in stretches
    ):
        yield (start, end, *values)
