"""Codes that the law treats alike on a few days: fewer classes than over all days, and quick to tell apart.

Most rows that name a code are over or not yet in force on the days asked about, and whole lists belong to
measures that charge nothing on them. Only what bears on what is charged on those days counts here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple

from trucewatch.duty.matching import Match
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.reading import CodeSheet
from trucewatch.ledger.schema import ALL_CODES, Measure

_SIZES = (2, 4, 6, 8, 10)
"""Digits of codes."""
_LIST = ("is_included", "condition", "confidence")
"""What a row of a list says of a code; one that exempts is cited besides."""
_BASE = ("valid_to", "rate_pct", "kind", "ave_pct", "confidence")
_CONTENT = ("steel", "aluminum", "copper")

_Said = dict[str, list[tuple[Any, ...]]]
"""What rows in force say, by code; each with the moments at which they do."""


class Moment(NamedTuple):
    """A day of entry, and the day up to which the texts are read."""

    on: date
    known: date

    def has(self, row: Any) -> bool:
        """Return whether a rate is in force."""
        in_force: bool = row.valid_from <= self.on < row.valid_to
        return in_force and row.known_from <= self.known < row.known_to


class DayClasses:
    """Tells which codes of an importer are charged alike at some moments, where nothing is claimed.

    `ledger`: the law as an origin meets it; `importer`: `USA` or `CHN`; `moments`: the days; a class is good
    for all of them.
    """

    def __init__(self, ledger: Ledger, importer: str, moments: Sequence[Moment]) -> None:
        self._ledger, self._importer, self._moments = ledger, importer, moments
        rates = ledger.rates_of
        self._charging = {
            measure: frozenset(link.scope_id for link in ledger.scopes_of.get(measure.measure_id, ()))
            for measure in ledger.measures_of.get(importer, ())
            if any(moment.has(row) for row in rates.get(measure.measure_id, ()) for moment in moments)
        }
        lists = sorted(frozenset().union(*self._charging.values()) & ledger.scopes.keys())
        schedule = ledger.base_rates[importer]
        exempting = {
            link.scope_id for links in ledger.scopes_of.values() for link in links if link.role == "exempt"
        }
        self._listed = self._cells_by_code(
            (name, ledger.scopes[name], (*_LIST, "citation") if name in exempting else _LIST)
            for name in lists
        )
        self._charged = self._cells_by_code([("", schedule, _BASE)])
        shares = ledger.content_shares
        self._contents = {code: shares.cells(code, _CONTENT) for code in shares.index}
        # the longest line that has a code decides, though no row of it may be in force
        self._lines = schedule.index
        self._numbers: dict[Hashable, int] = {}
        self._paths: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {"": ((), ())}

    def _cells_by_code(self, sheets: Iterable[tuple[str, CodeSheet, Sequence[str]]]) -> _Said:
        said: _Said = {}
        held: dict[tuple[date, ...], tuple[int, ...]] = {}
        for name, sheet, columns in sheets:
            typed = sheet.sheet.typed
            known = (typed.get("known_from", repeat(date.min)), typed.get("known_to", repeat(date.max)))
            spans = zip(typed["valid_from"], typed["valid_to"], *known, strict=False)
            cells = zip(*(typed[column] for column in columns), strict=True)
            for code, span, own in zip(typed["code"], spans, cells, strict=False):
                if span not in held:
                    held[span] = self._held(*span)
                if held[span]:
                    said.setdefault(code, []).append((name, held[span], *own))
        return said

    def _held(self, start: date, end: date, known: date, replaced: date) -> tuple[int, ...]:
        return tuple(
            number
            for number, moment in enumerate(self._moments)
            if start <= moment.on < end and known <= moment.known < replaced
        )

    def keys(self, code: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the keys of the column 1 duty and of all others of a code: with equal keys, equal duties."""
        return self._paths.get(code) or self._path(code)

    def _path(self, code: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Number what is said of a code and of all that it begins with: of column 1, and of the rest."""
        base, others = self.keys(code[:-2])
        if code in self._lines:
            base = (*base, self._number((len(code), *self._charged.get(code, ()))))
        if said := (*self._listed.get(code, ()), *self._contents.get(code, ())):
            others = (*others, self._number((len(code), *said)))
        self._paths[code] = base, others
        return base, others

    def _number(self, said: tuple[Any, ...]) -> int:
        return self._numbers.setdefault(said, len(self._numbers))

    def base(self, code: str) -> Match:
        """Return what the ledger says of the column 1 duty of a code, without rates that must be claimed."""
        law = self._ledger
        content = law.content_shares.matching(code)
        return Match(
            self._importer,
            code,
            law.base_rates[self._importer].longest(code),
            (),
            content[-1] if content else None,
            (),
            schedules_from=law.schedules_from(self._importer),
        )

    def measures(self, code: str) -> Iterator[tuple[Measure, Hashable]]:
        """Yield the measures that could charge a code, and what the line of each depends on but for its base.

        With equal measures and equal keys, the lines are equal but for the days on which they change.
        """
        sizes = [size for size in _SIZES if size <= len(code)]
        said = [(size, row) for size in sizes for row in self._listed.get(code[:size], ())]
        named = {row[0] for _, row in said} | {ALL_CODES}
        content = [cells for size in sizes if (cells := self._contents.get(code[:size]))][-1:]
        for measure, lists in self._charging.items():
            if not lists.isdisjoint(named):
                own = tuple(item for item in said if item[1][0] in lists)
                yield measure, (own, () if measure.basis == "full" else tuple(content))
