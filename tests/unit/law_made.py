"""Small made ledgers: fictional measures on fictional lists, so that each rule can be seen alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from trucewatch.duty import total
from trucewatch.duty.lines import Line
from trucewatch.duty.matching import match
from trucewatch.duty.stacking import duties, entry_of
from trucewatch.ledger.ledger import Ledger, build_ledger

OPEN = "9999-12-31"
SOURCED = {"citation": "Act of the test", "source": "the test", "confidence": "verified"}
START = "2020-01-01"

Tables = dict[str, list[dict[str, str]]]


def measure(name: str, authority: str, **cells: str) -> dict[str, str]:
    row = {"measure_id": name, "authority": authority, "importer": "USA", "origin_set": "one", "title": name}
    return {**row, "basis": "full", "mode": "add", **SOURCED, **cells}


def rate(
    name: str, percent: str, valid_from: str = START, valid_to: str = OPEN, **cells: str
) -> dict[str, str]:
    row = {"measure_id": name, "rate_pct": percent, "valid_from": valid_from, "valid_to": valid_to}
    return {**row, "known_from": START, "known_to": OPEN, "status": "in_force", **SOURCED, **cells}


def link(name: str, scope: str = "all", role: str = "cover", **cells: str) -> dict[str, str]:
    row = {"measure_id": name, "scope_id": scope, "role": role, "valid_from": START, "valid_to": OPEN}
    return {**row, **cells}


def listed(code: str, *, included: bool = True, **cells: str) -> dict[str, str]:
    row = {"code": code, "valid_from": START, "known_from": START, "valid_to": OPEN, "known_to": OPEN}
    return {**row, "is_included": str(included).lower(), **SOURCED, **cells}


def rule(name: str, kind: str, winner: str, loser: str, **cells: str) -> dict[str, str]:
    row = {"rule_id": name, "valid_from": START, "valid_to": OPEN, "kind": kind, "winner": winner}
    return {**row, "loser": loser, **SOURCED, **cells}


def base(code: str, percent: str = "5", **cells: str) -> dict[str, str]:
    row = {"code": code, "valid_from": START, "valid_to": OPEN, "rate_pct": percent, "edition": "made"}
    return {**row, "kind": "ad_valorem", "source": "the test", "confidence": "verified", **cells}


def made_tables(**tables: list[dict[str, str]]) -> Tables:
    """Return the tables of a ledger without a measure, and what is added to them."""
    whole: Tables = {
        "edition": [{"key": "law_asof", "value": "2024-12-31"}],
        "origin_sets": [
            {
                "origin_set": "one",
                "iso3": "CHN",
                "valid_from": START,
                "valid_to": OPEN,
                "confidence": "verified",
            },
            {
                "origin_set": "two",
                "iso3": "CHN",
                "valid_from": START,
                "valid_to": OPEN,
                "confidence": "verified",
            },
            {
                "origin_set": "two",
                "iso3": "HKG",
                "valid_from": START,
                "valid_to": OPEN,
                "confidence": "verified",
            },
        ],
        "base_rates/USA": [base("11110000"), base("22220000", "10")],
    }
    return {**whole, **{name.replace("__", "/"): rows for name, rows in tables.items()}}


def made(**tables: list[dict[str, str]]) -> Ledger:
    """Build a made ledger; `__` in a table's name stands for `/`."""
    return build_ledger(made_tables(**tables))


def simple(*names_and_rates: tuple[str, str], **tables: list[dict[str, str]]) -> Ledger:
    """Build a ledger of measures that cover everything; the authority of each is its name in capitals."""
    rows: dict[str, Any] = {
        "measures": [measure(name, name.upper()) for name, _ in names_and_rates],
        "rates": [rate(name, percent) for name, percent in names_and_rates],
        "measure_scopes": [link(name) for name, _ in names_and_rates],
    }
    return made(**{**rows, **tables})


def lines(ledger: Ledger, code: str = "11110000", on: str = "2022-01-01", **facts: Any) -> dict[str, Line]:
    """Return the resolved lines of an entry by measure."""
    entry = entry_of(ledger, facts.pop("origin", "CHN"), date.fromisoformat(on), **facts)
    return {line.measure_id: line for line in duties(ledger, match(ledger, code), entry)}


def duty(ledger: Ledger, code: str = "11110000", on: str = "2022-01-01", **facts: Any) -> Decimal:
    """Return the total of an entry."""
    return total(lines(ledger, code, on, **facts).values())
