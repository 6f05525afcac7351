"""Exclusions and waivers: which of them name a code, reach a measure, or are open to every code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.schema import ALL_CODES, Exclusion


def exclusions_of(ledger: Ledger, code: str, measure_id: str, on: date) -> Iterator[Exclusion]:
    """Yield the exclusions that could be claimed for a code against a measure on a day."""
    by_code = _by_measure(ledger).get(measure_id)
    if by_code:
        for name in names_of(code):
            for row in by_code.get(name, ()):
                if row.valid_from <= on < row.valid_to:
                    yield row


def exclusions_naming(ledger: Ledger, code: str) -> tuple[Exclusion, ...]:
    """Return the exclusions of any day that name a code or what it starts with."""
    by_code = _by_code(ledger.whole)
    return tuple(row for name in names_of(code) for row in by_code.get(name, ()))


def names_of(code: str) -> tuple[str, ...]:
    """Return the codes by which an exclusion can name a code: `all`, what it starts with, and itself."""
    return (ALL_CODES, *(code[:size] for size in range(2, len(code) + 1)))


@per_ledger
def exclusions_from(ledger: Ledger, importer: str) -> dict[str, list[Exclusion]]:
    """Return the exclusions from an importer's measures by code."""
    own = {row.measure_id for row in ledger.measures_of.get(importer, ())}
    by_code: dict[str, list[Exclusion]] = {}
    for row in ledger.exclusions:
        if named_measures(ledger, row.measure_group) & own:
            by_code.setdefault(row.code, []).append(row)
    return by_code


def has_waiver(ledger: Ledger, importer: str) -> bool:
    """Return whether some exclusion from an importer's measures is open to every code."""
    return ALL_CODES in exclusions_from(ledger, importer)


def open_exclusions(ledger: Ledger) -> list[Exclusion]:
    """Return the exclusions and waivers that goods of any code can have."""
    return _by_code(ledger).get(ALL_CODES, [])


@per_ledger
def _by_code(ledger: Ledger) -> dict[str, list[Exclusion]]:
    index: dict[str, list[Exclusion]] = {}
    for row in ledger.exclusions:
        index.setdefault(row.code, []).append(row)
    return index


@per_ledger
def _by_measure(ledger: Ledger) -> dict[str, dict[str, list[Exclusion]]]:
    """Return the exclusions by measure and code."""
    index: dict[str, dict[str, list[Exclusion]]] = {}
    for row in ledger.exclusions:
        for identity in named_measures(ledger, row.measure_group):
            index.setdefault(identity, {}).setdefault(row.code, []).append(row)
    return index
