"""Codes that meet the same rows of the ledger, found without matching each: what makes all products quick.

Two codes whose prefixes carry the same rows of the same lists, the same column 1 rate and the same metal
content owe the same lines of duty on every day (`matching.signature` would agree): one of them is enough.
"""

from __future__ import annotations

import bisect
from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from typing import Any

from trucewatch.duty.matching import codes_named, is_split, lists_naming
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import per_ledger

_PAIRS = 5
"""Pairs of digits in the longest code."""
LINE_DIGITS = 8
_LIST = (
    "valid_from",
    "valid_to",
    "known_from",
    "known_to",
    "is_included",
    "condition",
    "citation",
    "confidence",
)
_BASE = (
    "valid_from",
    "valid_to",
    "rate_pct",
    "rate_text",
    "kind",
    "ave_pct",
    "ave_method",
    "edition",
    "confidence",
)
_REDUCED = ("valid_from", "valid_to", "condition", "rate_pct", "citation", "confidence")
_CONTENT = ("steel", "aluminum", "copper")
_SCHEDULE, _SHARES, _LOWER = "", " ", "  "
_Cells = tuple[tuple[Any, ...], ...]


class Grouper:
    """Gives every code of an importer a key; equal keys mean equal lines of duty on every day.

    `importer`: `USA` or `CHN`. With `on`, equal keys mean equal lines on that day, and there are fewer.
    """

    def __init__(self, ledger: Ledger, importer: str, on: date | None = None) -> None:
        self._ledger, self._importer, self._on = ledger, importer, on
        self._others = [
            (_SCHEDULE, ledger.base_rates[importer], _BASE),
            (_SHARES, ledger.content_shares, _CONTENT),
        ]
        if importer in ledger.reduced_rates:
            self._others.append((_LOWER, ledger.reduced_rates[importer], _REDUCED))
        # a number a distinct set of rows: short keys, quick to compare
        self._numbers: dict[Hashable, int] = {}
        self._paths: dict[str, tuple[int | None, ...]] = {"": ()}
        self._are_split: dict[str, bool] = {}

    def key(self, code: str) -> Hashable:
        """Return the key of a code; a code that the law splits further down keeps a key of its own."""
        path = self._path(code[: len(code) // 2 * 2])
        key = (*path, *[None] * (_PAIRS - len(path)))
        return (code, *key) if is_split(self._ledger, code, self._importer) else key

    def whole(self, code: str) -> str:
        """Return the line of a number if no row of the law names any number below it: they are all alike."""
        line = code[:LINE_DIGITS]
        if line == code:
            return code
        if line not in self._are_split:
            self._are_split[line] = is_split(self._ledger, line, self._importer) or any(
                sheet.below(line) for _, sheet, _ in self._others
            )
        return code if self._are_split[line] else line

    def _path(self, code: str) -> tuple[int | None, ...]:
        """Return the numbers of the rows that name what a code begins with, pair of digits by pair."""
        if code not in self._paths:
            self._paths[code] = (*self._path(code[:-2]), self._number_of(code))
        return self._paths[code]

    def _number_of(self, prefix: str) -> int | None:
        """Return the number of the rows that name a prefix, None if there are none."""
        law = self._ledger
        sheets = [
            *((name, law.scopes[name], _LIST) for name in lists_naming(law, prefix, self._importer)),
            *self._others,
        ]
        found = tuple((name, cells) for name, sheet, cols in sheets if (cells := sheet.cells(prefix, cols)))
        if self._on is not None:
            found = tuple(_live(found, self._on))
        return self._numbers.setdefault(found, len(self._numbers)) if found else None


def _live(found: Iterable[tuple[str, _Cells]], on: date) -> Iterator[tuple[str, _Cells]]:
    """Yield what the rows in force on a day say; a line of the schedule counts though none of its rows is."""
    for name, cells in found:
        live = cells if name == _SHARES else tuple(row[2:] for row in cells if row[0] <= on < row[1])
        if live or name == _SCHEDULE:
            yield name, live


@per_ledger
def grouper(ledger: Ledger, importer: str) -> Grouper:
    """Return the grouper of an importer, with all it has found out so far."""
    return Grouper(ledger, importer)


def products(ledger: Ledger, importer: str, *days: date) -> tuple[str, ...]:
    """Return the eight-digit lines of a schedule that are in force on any of the days, sorted."""
    typed = ledger.base_rates[importer].sheet.typed
    rows = zip(typed["code"], typed["valid_from"], typed["valid_to"], strict=True)
    return tuple(
        sorted(
            {
                code
                for code, start, end in rows
                if len(code) == LINE_DIGITS and any(start <= day < end for day in days)
            }
        )
    )


def with_splits(ledger: Ledger, importer: str, codes: Iterable[str]) -> list[str]:
    """Return lines of the schedule, each followed by the longer codes at which some list splits it."""
    named = codes_named(ledger, importer)
    return [
        code
        for line in codes
        for code in (line, *named[bisect.bisect_right(named, line) : bisect.bisect_left(named, line + ":")])
    ]
