"""Duties worked out by hand from the legal texts, each a row with its citation, against ledger and algebra.

An expectation that no text settles is marked `unverified` in its row, and the lookup must then say so too.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.snapback import snapback
from trucewatch.answers.lookup import Lookup, lookup
from trucewatch.errors import ParameterError
from trucewatch.ledger.ledger import Ledger

PATH = Path(__file__).parent / "data" / "worked_examples.csv"
CASES = list(csv.DictReader(PATH.read_text(encoding="utf-8").splitlines()))
NAMES = [
    "{case} into {importer} {entry_date} {kind} {loaded_date}{known_on}{content}".format(**row)
    for row in CASES
]


def look_up(ledger: Ledger, row: dict[str, str]) -> Lookup:
    return lookup(
        row["code"],
        row["origin"],
        row["entry_date"],
        row["importer"],
        loaded=row["loaded_date"] or None,
        known=row["known_on"] or None,
        content={metal: float(share) for metal, share in _pairs(row["content"])},
        claims=filter(None, row["claims"].split(";")),
        ledger=ledger,
    )


def _pairs(text: str) -> list[list[str]]:
    return [pair.split("=") for pair in text.split(";") if pair]


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_total(ledger: Ledger, row: dict[str, str]) -> None:
    expected = Decimal(row["total_pct"])
    found = look_up(ledger, row)
    if row["kind"] in ("total", "lower", "upper", "waived"):
        assert getattr(found, f"{row['kind']}_pct") == expected, str(found)
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


def test_bounds_of_a_derivative_article_that_may_hold_too_little_metal(ledger: Ledger) -> None:
    """Metal parts of furniture, 9403.99.9020, entered on 2026-07-24, column 1 free.

    List 3 of section 301 takes 25 (84 FR 20459). Annex I-B of Proclamation 11021 (91 FR 18201, heading
    9903.82.09) takes 25 more on the full value, and 9903.05.90 frees that value from the 12.5 of forced
    labour (91 FR 47318): 50. With too little metal by weight there is no section 232 duty, so that forced
    labour is due: 25 + 12.5. Nothing can make it dearer than 50.
    """
    asked = ("9403.99.9020", "CHN", "2026-07-24")
    found = lookup(*asked, ledger=ledger)
    assert (found.total_pct, found.bounds) == (50, (Decimal("37.5"), 50))
    denied = lookup(*asked, claims=["not:metal_is_15_percent_of_weight"], ledger=ledger)
    assert (denied.total_pct, denied.bounds) == (Decimal("37.5"), (Decimal("37.5"), Decimal("37.5")))


def test_tyres_of_cars_are_parts_whatever_is_claimed(ledger: Ledger) -> None:
    """U.S. note 33(g) lists 4011.10.10 outright: MFN 4, auto parts 25, List 3 25; nothing to claim."""
    found = lookup("4011.10.10", "CHN", "2026-07-24", ledger=ledger)
    assert (found.total_pct, found.bounds) == (54, (54, 54))
    with pytest.raises(ParameterError, match="leave it out"):
        lookup("4011.10.10", "CHN", "2026-07-24", claims=["not:dual_use_part"], ledger=ledger)


def test_a_metal_content_is_used_or_refused(ledger: Ledger) -> None:
    """No duty on toys asks for steel; Annex I-A (Proclamation 11021) charges 7326.90.86 on the full value."""
    with pytest.raises(ParameterError, match="asks for its steel content"):
        lookup("9503.00.00", on="2025-09-10", content={"steel": 0.5}, ledger=ledger)
    none = lookup("9503.00.00", on="2025-09-10", content={"steel": 0}, ledger=ledger)
    assert none.notes[0].startswith("steel=0 counts for nothing on 2025-09-10")
    found = lookup("7326.90.8688", on="2026-04-10", content={"steel": 0.6}, ledger=ledger)
    assert any("whatever the metal content" in note for note in found.notes)


def test_an_exclusion_that_has_ended_is_refused_for_that_day(ledger: Ledger) -> None:
    """Heading 9903.88.56 ended on 31 December 2020 (85 FR 48600)."""
    with pytest.raises(
        ParameterError, match=r"not in force on 2021-02-01.*holds in \[2020-08-07, 2021-01-01\)"
    ):
        lookup("8414.90.1040", on="2021-02-01", claims=["9903.88.56/8414901040"], ledger=ledger)


def test_a_whole_number_excluded_in_arrears_was_charged_until_the_notice(ledger: Ledger) -> None:
    """83 FR 67463 of 28 December 2018 freed 8482.10.5044 back to 6 July 2018; List 1 was 25, MFN 9."""
    before = lookup("8482105044", on="2018-12-01", known="2018-12-27", ledger=ledger)
    assert before.total_pct == 34
    assert lookup("8482105044", on="2018-12-01", ledger=ledger).total_pct == 9


@pytest.mark.parametrize(("code", "importer"), [("95030000", "USA"), ("12019000", "CHN")])
def test_a_lookup_says_that_the_lists_of_september_2026_are_not_known(
    ledger: Ledger, code: str, importer: str
) -> None:
    """Announced at the summit of 24 September 2026; no text with codes was found (act of 29 September)."""
    told = "the lists announced after the summit of 24 September 2026"
    after = lookup(code, on="2026-11-01", importer=importer, ledger=ledger)
    before = lookup(code, on="2026-09-01", importer=importer, ledger=ledger)
    assert any(told in note for note in after.notes)
    assert not any(told in note for note in before.notes)
