"""Codes that the law treats alike on a few days: fewer classes than over all days, and quick to tell apart.

Most rows that name a code are over or not yet in force on the days asked about, and whole lists belong to
measures that charge nothing on them. Only what bears on what is charged on those days counts here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple

from trucewatch.duty.matching import Match, listed_measures
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.reading import CodeSheet

_SIZES = (2, 4, 6, 8, 10)
_LIST = ("is_included", "condition", "citation", "confidence")
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
        self._charging = tuple(
            measure
            for measure in ledger.measures_of.get(importer, ())
            if any(moment.has(row) for row in rates.get(measure.measure_id, ()) for moment in moments)
        )
        links = {
            link.scope_id
            for measure in self._charging
            for link in ledger.scopes_of.get(measure.measure_id, ())
        }
        lists = sorted(links & ledger.scopes.keys())
        schedule = ledger.base_rates[importer]
        self._listed = self._said((name, ledger.scopes[name], _LIST) for name in lists)
        self._charged = self._said([("", schedule, _BASE)])
        # the longest line that has a code decides, though no row of it may be in force
        self._lines = schedule.index
        self._numbers: dict[Hashable, int] = {}
        self._pairs: dict[str, tuple[int, int]] = {}

    def _said(self, sheets: Iterable[tuple[str, CodeSheet, Sequence[str]]]) -> _Said:
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

    def keys(self, code: str) -> tuple[Hashable, Hashable]:
        """Return the keys of the column 1 duty and of all others of a code: with equal keys, equal duties."""
        pairs = [self._pair(code[:size]) if size <= len(code) else (0, 0) for size in _SIZES]
        base, others = zip(*pairs, strict=True)
        return base, others

    def _pair(self, prefix: str) -> tuple[int, int]:
        if prefix not in self._pairs:
            base = (True, *self._charged.get(prefix, ())) if prefix in self._lines else ()
            content = self._ledger.content_shares.cells(prefix, _CONTENT)
            self._pairs[prefix] = (
                self._number(base),
                self._number((*self._listed.get(prefix, ()), *content)),
            )
        return self._pairs[prefix]

    def _number(self, said: tuple[Any, ...]) -> int:
        """Return the number of what is said of a code, 0 if nothing is."""
        return self._numbers.setdefault(said, len(self._numbers) + 1) if said else 0

    def match(self, code: str) -> Match:
        """Return what the ledger says about a code at the moments, without rates that must be claimed."""
        law = self._ledger
        lists = {said[0] for size in _SIZES for said in self._listed.get(code[:size], ())}
        base = law.base_rates[self._importer].matching(code)
        content = law.content_shares.matching(code)
        return Match(
            self._importer,
            code,
            tuple(row for row in base if len(row.code) == len(base[-1].code)),
            tuple(listed_measures(law, code, lists, self._charging)),
            content[-1] if content else None,
            (),
            schedules_from=law.schedules_from(self._importer),
        )
