"""What the law charges on all products on one day: one reading, and what a ledger shares with its edits.

A panel asks for every reading on every day; a scenario needs what is charged on one. Matching codes with
lists is the slow half, and an edit of the ledger leaves nearly all of it as it was: it is done once for the
ledger, and again for an edit only where the edit changes which codes a measure reaches.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from trucewatch.duty.code_classes import grouper
from trucewatch.duty.day_duties import line_key
from trucewatch.duty.lines import ZERO, Line, base_line, measure_line
from trucewatch.duty.matching import Match, MeasureMatch, bounds, match, measure_match
from trucewatch.duty.product_groups import Product, product_keys, products_of, rules_name_base
from trucewatch.duty.stacking import AS_COLLECTED, AS_FINALLY_HELD, entry_of, resolve, rules_on, total
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.memory import uncollected
from trucewatch.ledger.origins import kind_of, seen_from
from trucewatch.ledger.schema import ALL_CODES, MeasureScope


@dataclass(frozen=True)
class DayRates:
    """The duty on every product that stands in the schedule on a day, percent of customs value.

    `codes`: the products, sorted: lines of the schedule and longer codes that a list names; `is_line`:
    whether each is a line of the schedule; `rate_pct`, `held_pct`: what is charged, and the same without what
    was held unlawful later.
    """

    codes: tuple[str, ...]
    is_line: np.ndarray
    rate_pct: np.ndarray
    held_pct: np.ndarray


@dataclass(frozen=True)
class _Cell:
    """Products that the law treats alike: how one of them is matched, and a number a line of duty."""

    found: Match
    lines: tuple[tuple[MeasureMatch, int], ...]


@dataclass(frozen=True)
class _Layout:
    """The products of a ledger, the cell of each as a position, and the cells."""

    products: tuple[Product, ...]
    member: np.ndarray
    cells: tuple[_Cell, ...]


class Pricing:
    """Prices all products of one importer on a day, under a ledger or an edit of it.

    `importer`: `USA` or `CHN`; the origin is the other side.
    """

    def __init__(self, ledger: Ledger, importer: str) -> None:
        self.ledger, self.importer = _seen(ledger, importer), importer
        self._origin = DEFAULT_ORIGIN[importer]
        ledger = self.ledger
        self._lists = _linked(ledger, importer)
        self._numbers: dict[Hashable, int] = {}
        self._cuts: dict[int, list[date]] = {}
        self._bases: dict[tuple[int, int, int], Line | None] = {}
        with uncollected():
            self._layout = _layout_by_key(product_keys(ledger, importer, ()), self._matched)

    def is_touched(self, law: Ledger) -> bool:
        """Return whether an edited ledger could charge this importer anything other than the ledger does."""
        ours, law = self.ledger, _seen(law, self.importer)
        if not self._shares_with(law):
            return True
        if law.stack_rules != ours.stack_rules:
            return True
        return bool(self._rescoped(law)) or any(
            law.rates_of.get(row.measure_id) != ours.rates_of.get(row.measure_id)
            for row in law.measures_of.get(self.importer, ())
        )

    def _shares_with(self, law: Ledger) -> bool:
        """Return whether an edited ledger has the tables of ours that an edit leaves as they are."""
        return kind_of(law, self._origin) == kind_of(self.ledger, self._origin) and all(
            getattr(law, name) is getattr(self.ledger, name) for name in _FIXED
        )

    def on(self, law: Ledger, day: date) -> DayRates:
        """Return what a ledger charges on a day, as `lookup` would code by code.

        `law`: the ledger given at the start, or an edit of it; `day`: day of entry; goods loaded after every
        cut-off, no exclusion claimed.
        """
        law = _seen(law, self.importer)
        if not self._shares_with(law):
            return Pricing(law, self.importer).on(law, day)
        layout = self._layout_of(law)
        rate, held = self._charged(law, day, layout.cells)[layout.member].T
        stands = np.flatnonzero(~np.isnan(rate))
        products = [layout.products[at] for at in stands]
        return DayRates(
            tuple(product.code for product in products),
            np.array([product.is_line for product in products], dtype=bool),
            rate[stands],
            held[stands],
        )

    def changes(self, law: Ledger, first: date, last: date) -> tuple[date, ...]:
        """Return the first day and all later ones up to the last on which a row of the law starts or ends.

        Between two of them no duty of this importer changes; on some of them none does either.
        """
        law = _seen(law, self.importer)
        measures = law.measures_of.get(self.importer, ())
        rows: list[Any] = [*law.stack_rules, *law.origin_sets]
        sheets = [law.base_rates[self.importer], *(law.scopes[name] for name in _linked(law, self.importer))]
        for measure in measures:
            rows += [*law.rates_of.get(measure.measure_id, ()), *_links(law, measure.measure_id)]
        ends = ("valid_from", "valid_to")
        texts = {text for sheet in sheets for name in ends for text in sheet.sheet.distinct(name)}
        days = bounds(rows) | {date.fromisoformat(text) for text in texts}
        return (first, *sorted(day for day in days if first < day <= last))

    def _charged(self, law: Ledger, day: date, cells: Sequence[_Cell]) -> np.ndarray:
        """Return the rate as collected and as finally held of every cell; nan where no line is in force."""
        entry, rules = entry_of(law, self._origin, day), rules_on(law, day)
        keeps_base = rules_name_base(law, self.importer)
        lines: dict[int, Line | None] = {}
        sums: dict[Hashable, tuple[Decimal, Decimal]] = {}
        charged = np.full((len(cells), 2), np.nan)
        for at, cell in enumerate(cells):
            base = self._base(cell.found, day)
            if base is None:
                continue
            reached = []
            for item, number in cell.lines:
                if number not in lines:
                    lines[number] = measure_line(law, cell.found, item, base, entry)
                if lines[number] is not None:
                    reached.append(number)
            question = (tuple(reached), base if keeps_base else None)
            if question not in sums:
                met = [line for number in reached if (line := lines[number]) is not None]
                resolved = resolve([base, *met], rules)[0 if keeps_base else 1 :]
                sums[question] = total(resolved, AS_COLLECTED), total(resolved, AS_FINALLY_HELD)
            # the column 1 duty adds to everything where nothing looks at it
            own = ZERO if keeps_base else base.pp
            charged[at] = [float(own + added) for added in sums[question]]
        return charged

    def _base(self, found: Match, day: date) -> Line | None:
        """Return the column 1 duty on a day, or None where no line of the schedule is in force.

        Worked out once for all days between two on which a row of it starts or ends.
        """
        own = id(found)  # the ledger keeps its matches, so that the ids stay their own
        if own not in self._cuts:
            rows = (*found.base, *found.reduced)
            self._cuts[own] = sorted(bounds(rows))
        # before the schedules were read one after another, the line names the year that none was read of
        year = day.year if day < found.schedules_from else 0
        key = (own, bisect.bisect_right(self._cuts[own], day), year)
        if key not in self._bases:
            stands = any(row.valid_from <= day < row.valid_to for row in found.base)
            self._bases[key] = base_line(found, day) if stands else None
        return self._bases[key]

    def _matched(self, code: str) -> _Cell:
        found = match(self.ledger, code, self.importer)
        return _Cell(found, tuple(self._numbered(found, item) for item in found.measures))

    def _numbered(self, found: Match, item: MeasureMatch) -> tuple[MeasureMatch, int]:
        return item, self._numbers.setdefault(line_key(found, item), len(self._numbers))

    def _layout_of(self, law: Ledger) -> _Layout:
        """Return products and cells under an edited ledger; what it gives other codes is matched again."""
        rescoped = self._rescoped(law)
        if not rescoped:
            return self._layout
        rows = [row for row in law.measures_of.get(self.importer, ()) if row.measure_id in rescoped]

        def again(code: str, cell: _Cell) -> _Cell:
            kept = [pair for pair in cell.lines if pair[0].measure.measure_id not in rescoped]
            new = [item for row in rows if (item := measure_match(law, code, row)) is not None]
            return _Cell(cell.found, (*kept, *(self._numbered(cell.found, item) for item in new)))

        lists = _linked(law, self.importer)
        if lists == self._lists:
            firsts = np.unique(self._layout.member, return_index=True)[1]
            codes = [self._layout.products[at].code for at in firsts]
            cells = tuple(again(code, cell) for code, cell in zip(codes, self._layout.cells, strict=True))
            return _Layout(self._layout.products, self._layout.member, cells)
        fresh = [law.scopes[name].index for name in sorted(lists - self._lists)]
        keys = [
            (product, (grouper(self.ledger, self.importer).key(product.code), _named(product.code, fresh)))
            for product in products_of(law, self.importer)
        ]
        return _layout_by_key(keys, lambda code: again(code, self._matched(code)))

    def _rescoped(self, law: Ledger) -> set[str]:
        """Return the measures of this importer that an edit adds, alters or gives other codes."""
        ours = self.ledger
        return {
            name
            for name in {
                row.measure_id for of in (law, ours) for row in of.measures_of.get(self.importer, ())
            }
            if law.measure.get(name) != ours.measure.get(name)
            or _links(law, name) != _links(ours, name)
            or any(
                law.scopes.get(row.scope_id) is not ours.scopes.get(row.scope_id) for row in _links(law, name)
            )
        }


def _layout_by_key(keys: Sequence[tuple[Product, Hashable]], cell_of: Callable[[str], _Cell]) -> _Layout:
    """Give products with equal keys one cell, made of the first of them."""
    position: dict[Hashable, int] = {}
    cells: list[_Cell] = []
    member = np.empty(len(keys), dtype=np.int64)
    for at, (product, key) in enumerate(keys):
        if key not in position:
            position[key] = len(cells)
            cells.append(cell_of(product.code))
        member[at] = position[key]
    return _Layout(tuple(product for product, _ in keys), member, tuple(cells))


def _seen(law: Ledger, importer: str) -> Ledger:
    return seen_from(law, importer, DEFAULT_ORIGIN[importer])


_FIXED = ("edition", "suspensions", "base_rates", "content_shares")
"""Tables that no edit touches: a ledger with others shares nothing, nor one where the origin is in others."""


def _links(law: Ledger, measure_id: str) -> list[MeasureScope]:
    return law.scopes_of.get(measure_id, [])


def _linked(law: Ledger, importer: str) -> frozenset[str]:
    """Return the lists that the measures of an importer name."""
    rows = law.measures_of.get(importer, ())
    return frozenset(link.scope_id for row in rows for link in _links(law, row.measure_id)) - {ALL_CODES}


def _named(code: str, lists: Iterable[dict[str, list[int]]]) -> Hashable:
    """Return what some lists name of a code: it, and what it starts with."""
    prefixes = [code[:size] for size in range(2, len(code) + 1, 2)]
    return tuple(tuple(prefix for prefix in prefixes if prefix in index) for index in lists)
