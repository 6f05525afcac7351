"""The duties of a day for the panel: the stacking in all its variants, each distinct question asked once.

Thousands of groups of products meet the same measures in the same way. A line is asked for once a measure,
way of matching and day, and lines that meet are resolved once a set of lines and day: the functions are those
of `lines` and `stacking`, their answers are only remembered.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from trucewatch.duty.lines import ZERO, Entry, Line, base_line, measure_line
from trucewatch.duty.matching import Match, MeasureMatch, base_signature, line_signature
from trucewatch.duty.stacking import Readings, entry_of, is_complete, points, readings, rules_on
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.ledger.schema import worst

VARIANTS = ("rate", "met", "unmet", "claimed", "snapback", "political")
"""The law as it stands, and what each unknown or suspended part would make of it (see `panel.Panel`)."""

Points = tuple[Decimal, ...]
"""Points of customs value, one a variant."""


class Duty(NamedTuple):
    """What one authority charges: points in every variant, and the worst confidence behind them."""

    points: Points
    confidence: str


State = dict[tuple[str, bool], Duty]
"""Duties by authority and whether they were held unlawful later."""

_Sums = dict[tuple[str, bool], tuple[Decimal, str]]


@dataclass(frozen=True)
class Grid:
    """What a panel is about: law, importer, origin, days [first, end), days of voyage, what all claim.

    With `subheadings`, only products that start with one of these six digits.
    """

    ledger: Ledger
    importer: str
    origin: str
    first: date
    end: date
    voyage_days: int = 0
    claims: frozenset[str] = frozenset()
    subheadings: frozenset[str] | None = None

    def entry(self, on: date, claims: frozenset[str] = frozenset(), lifted: str = "") -> Entry:
        """Return the facts of an entry on a day."""
        loaded = on - timedelta(days=self.voyage_days) if self.voyage_days else None
        kinds = frozenset({lifted} - {""})
        return entry_of(self.ledger, self.origin, on, loaded, claims=claims | self.claims, lifted=kinds)


class Stacker:
    """Answers what a group of products owes on a day, without the column 1 duty.

    `grid`: law, importer and origin.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._base = BASE_AUTHORITY[grid.importer]
        self._keys: dict[Hashable, int] = {}
        self._lines: dict[Hashable, Line | None] = {}
        self._bases: dict[Hashable, Line] = {}
        self._sums: dict[Hashable, tuple[Readings, list[_Sums]]] = {}
        self._keep: list[tuple[Line, ...]] = []

    def keys(self, found: Match) -> list[int]:
        """Return one number a measure of a match: those with equal numbers give equal lines on every day."""
        return [self._keys.setdefault(line_key(found, item), len(self._keys)) for item in found.measures]

    def state(
        self, found: Match, keys: Sequence[int], on: date, claims: frozenset[str]
    ) -> tuple[State, bool]:
        """Return the duties on a day in every variant, and whether the ledger can compute all of them.

        `found`: the matched code; `base` may be empty where no measure looks at the column 1 rate; `keys`:
        one number a measure of the match, from `keys`; `on`: day of entry; `claims`: exclusions that the
        variant `claimed` claims.
        """
        ledger = self._grid.ledger
        read, (law, met, unmet, _) = self._read(self._raw(found, keys, on), on)
        kinds = {
            row.kind
            for item in found.measures
            for row in ledger.suspensions_of.get(item.measure.measure_id, ())
            if row.valid_from <= on < row.valid_to
        }

        def other(is_other: bool, **facts: frozenset[str] | str) -> _Sums:
            return self._read(self._raw(found, keys, on, **facts), on)[1][0] if is_other else law  # type: ignore[arg-type]

        variants = {
            "rate": law,
            "met": met,
            "unmet": unmet,
            "claimed": other(bool(claims), claims=claims),
            "snapback": other("legal" in kinds, lifted="legal"),
            "political": other("political" in kinds, lifted="political"),
        }
        return _side_by_side([variants[name] for name in VARIANTS]), is_complete(read.law[1:])

    def _raw(
        self,
        found: Match,
        keys: Sequence[int],
        on: date,
        claims: frozenset[str] = frozenset(),
        lifted: str = "",
    ) -> tuple[Line, ...]:
        """Return the lines before they meet, as `stacking.lines_of` does."""
        key = (found.base, found.reduced if self._grid.claims else (), on)
        if key not in self._bases:
            self._bases[key] = base_line(found, on, self._grid.claims)
        base = self._bases[key]
        entry = self._grid.entry(on, claims, lifted)
        lines = [base]
        for item, line_of in zip(found.measures, keys, strict=True):
            question = (line_of, on, claims, lifted)
            if question not in self._lines:
                self._lines[question] = measure_line(self._grid.ledger, found, item, base, entry)
            line = self._lines[question]
            if line is not None:
                lines.append(line)
        return tuple(lines)

    def _read(self, raw: tuple[Line, ...], on: date) -> tuple[Readings, list[_Sums]]:
        """Return the lines in every reading, and their points by authority."""
        question = (tuple(map(id, raw)), on)
        if question not in self._sums:
            self._keep.append(raw)  # so that the ids stay their own
            read = readings(raw, rules_on(self._grid.ledger, on))
            self._sums[question] = (read, [_summed(lines, self._base) for lines in read])
        return self._sums[question]


def line_key(found: Match, item: MeasureMatch) -> Hashable:
    """Return what the line of one measure depends on; equal keys give equal lines on every day."""
    base = base_signature(found) if item.measure.mode == "floor" else ()  # no other looks at column 1
    return (*line_signature(found, item), *base)


def _summed(lines: Sequence[Line], base: str) -> _Sums:
    """Add the points of the lines of each authority, all but the column 1 duty."""
    sums: _Sums = {}
    for line in lines:
        added = points(line)
        if added and line.authority != base:
            key = (line.authority, line.status == "void_refundable")
            before, confidence = sums.get(key, (ZERO, "verified"))
            sums[key] = (before + added, worst(confidence, line.confidence))
    return sums


def _side_by_side(variants: Sequence[_Sums]) -> State:
    """Return the points of all variants by authority; the confidence is that of the law as it stands."""
    state: State = {}
    for key in sorted({key for sums in variants for key in sums}):
        found = [sums.get(key) for sums in variants]
        confidence = found[0][1] if found[0] else worst(*(pair[1] for pair in found if pair))
        state[key] = Duty(tuple(pair[0] if pair else ZERO for pair in found), confidence)
    return state
