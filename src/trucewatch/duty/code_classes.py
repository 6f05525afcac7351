"""Codes that meet the same rows of the ledger, found without matching each: what makes all products quick.

Two codes whose prefixes carry the same rows of the same lists, the same column 1 rate and the same metal
content owe the same lines of duty on every day (`matching.signature` would agree): one of them is enough.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date

from trucewatch.duty.matching import is_split, longer_codes, schedule_lines
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.reading import CodeSheet
from trucewatch.ledger.schema import ALL_CODES

_PREFIXES = (2, 4, 6, 8, 10)
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
_REDUCED = ("condition", "valid_from", "valid_to", "rate_pct", "citation", "confidence")
_CONTENT = ("steel", "aluminum", "copper")


class Grouper:
    """Gives every code of an importer a key; equal keys mean equal lines of duty on every day.

    Parameters
    ----------
    ledger
        The law.
    importer
        `USA` or `CHN`.
    """

    def __init__(self, ledger: Ledger, importer: str) -> None:
        rows: dict[str, list[Hashable]] = {}
        self._ledger, self._importer = ledger, importer
        scopes = {
            link.scope_id
            for measure in ledger.measures_of.get(importer, ())
            for link in ledger.scopes_of.get(measure.measure_id, ())
        } - {ALL_CODES}
        for scope in sorted(scopes):
            _collect(rows, ledger.scopes[scope], _LIST, scope)
        _collect(rows, ledger.base_rates[importer], _BASE, "")
        _collect(rows, ledger.content_shares, _CONTENT, " ")
        if importer in ledger.reduced_rates:
            _collect(rows, ledger.reduced_rates[importer], _REDUCED, "  ")
        # a number a distinct set of rows: short keys, quick to compare
        numbers: dict[Hashable, int] = {}
        self._number = {
            prefix: numbers.setdefault(tuple(found), len(numbers)) for prefix, found in rows.items()
        }

    def key(self, code: str) -> Hashable:
        """Return the key of a code; a code that the law splits further down keeps a key of its own."""
        number = self._number
        key = tuple(number.get(code[:length]) if length <= len(code) else None for length in _PREFIXES)
        return (code, *key) if is_split(self._ledger, code, self._importer) else key


def _collect(rows: dict[str, list[Hashable]], sheet: CodeSheet, columns: tuple[str, ...], name: str) -> None:
    table = sheet.sheet.table
    cells = zip(*(table[column].to_pylist() for column in columns), strict=True)
    for code, row in zip(table["code"].to_pylist(), cells, strict=True):
        rows.setdefault(code, []).append((name, *row))


def grouper(ledger: Ledger, importer: str) -> Grouper:
    """Return the grouper of an importer, built once a ledger."""
    key = ("grouper", importer)
    if key not in ledger.cache:
        ledger.cache[key] = Grouper(ledger, importer)
    found: Grouper = ledger.cache[key]
    return found


def grouped(ledger: Ledger, importer: str, codes: Iterable[str]) -> dict[str, list[str]]:
    """Return codes by the first code of their group, in the order given."""
    keys = grouper(ledger, importer)
    groups: dict[Hashable, list[str]] = {}
    for code in codes:
        groups.setdefault(keys.key(code), []).append(code)
    return {members[0]: members for members in groups.values()}


def products(ledger: Ledger, importer: str, *days: date) -> tuple[str, ...]:
    """Return the eight-digit lines of a schedule that are in force on any of the days, sorted."""
    return tuple(
        sorted(
            {
                code
                for day in days
                for chapter in range(1, 100)
                for code in schedule_lines(ledger, f"{chapter:02}", importer, day)
                if len(code) == LINE_DIGITS
            }
        )
    )


def with_splits(ledger: Ledger, importer: str, codes: Iterable[str]) -> list[str]:
    """Return lines of the schedule, each followed by the longer codes at which some list splits it."""
    return [code for line in codes for code in (line, *longer_codes(ledger, line, importer))]
