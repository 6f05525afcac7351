"""Duties worked out by hand from the legal texts, each a row with its citation, against ledger and algebra.

An expectation that no text settles is marked `unverified` in its row, and the lookup must then say so too.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from trucewatch.law import Ledger, load_ledger, lookup, snapback
from trucewatch.law.lookup import Lookup

PATH = Path(__file__).parent / "data" / "worked_examples.csv"
CASES = list(csv.DictReader(PATH.read_text(encoding="utf-8").splitlines()))
NAMES = ["{case} into {importer} {entry_date} {kind} {loaded_date}{known_on}".format(**row) for row in CASES]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def look_up(ledger: Ledger, row: dict[str, str]) -> Lookup:
    return lookup(
        row["code"],
        row["origin"],
        row["entry_date"],
        row["importer"],
        loaded=row["loaded_date"] or None,
        known=row["known_on"] or None,
        claims=filter(None, row["claims"].split(";")),
        ledger=ledger,
    )


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_total(ledger: Ledger, row: dict[str, str]) -> None:
    expected = Decimal(row["total_pct"])
    found = look_up(ledger, row)
    if row["kind"] == "total":
        assert found.total_pct == expected, str(found)
    elif row["kind"] == "snapback":
        assert found.snapback_pct == expected, str(found)
    elif row["kind"] == "snapback_political":
        day = date.fromisoformat(row["entry_date"])
        assert snapback(ledger, row["code"], row["origin"], day, kind="political") == expected
    else:
        assert row["kind"] == "total_with_vat"
        assert found.total_with_vat_pct is not None
        assert round(found.total_with_vat_pct, 2) == expected  # published to two places


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_confidence(ledger: Ledger, row: dict[str, str]) -> None:
    found = look_up(ledger, row)
    assert found.confidence == row["confidence"], str(found)


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_points_sum_to_the_total_exactly(ledger: Ledger, row: dict[str, str]) -> None:
    found = look_up(ledger, row)
    assert sum(found.by_authority().values(), Decimal(0)) == found.total_pct


def test_what_was_held_unlawful_counts_as_collected_and_not_as_finally_held(ledger: Ledger) -> None:
    # Learning Resources v. Trump, 20 February 2026: the toy of 10 April 2025 paid 145, all of it refundable
    collected = lookup("95030000", on="2025-04-10", ledger=ledger)
    held = lookup("95030000", on="2025-04-10", lens="as_finally_held", ledger=ledger)
    before = lookup("95030000", on="2025-04-10", known="2026-02-19", ledger=ledger)
    assert (collected.total_pct, held.total_pct) == (145, 0)
    assert collected.refundable_pp == 145
    assert {line.status for line in before.lines if line.pp} == {"charged"}
    assert before.total_pct == 145
    assert before.refundable_pp == 0
