"""Statistical numbers that ended before the editions that were read: answered by those of their line."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.lookup import lookup
from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import Ledger


def test_a_number_of_the_statistics_of_2024_is_answered_by_its_line():
    # Census counted 143 million dollars of imports from China under 7306.30.5055 in 2024; no edition of the
    # schedule since 2025 prints it. Proclamation 10947, clause 6: 50 % on the steel content, the reciprocal
    # duty on the rest; List 3 of Section 301 25 %, fentanyl 10 %, column 1 free.
    answer = lookup("7306.30.5055", on="2025-12-01", origin="CHN", content={"steel": 0.97})
    assert answer.total_pct == Decimal("83.8")
    assert any("answered by its successors" in note for note in answer.notes)


def test_a_number_that_never_was_is_refused_with_those_that_are():
    with pytest.raises(LedgerError, match=r"8507\.60\.00\.20"):
        lookup("8507.60.0055", on="2025-06-01", origin="CHN")


def test_a_claim_for_a_line_is_read_at_its_numbers():
    # U.S. note 40: patented drugs of 3004.90.92 pay 100 in all from 29 September 2026, others nothing
    claimed = lookup("3004.90.92", on="2026-10-10", origin="CHN", claims=["patented"])
    assert claimed.upper_pct == 100
    assert lookup("3004.90.92", on="2026-10-10", origin="CHN", claims=["not:patented"]).upper_pct == 0


def test_a_number_before_its_first_day_is_answered_by_what_it_replaced(ledger: Ledger) -> None:
    """8418.10.0080 and .0085 took the place of .0075 on 6 June 2025 (HTSUS 2025 Revision 16)."""
    found = lookup("8418.10.0080", "CHN", "2025-06-05", ledger=ledger)
    assert found.notes[0] == (
        "8418.10.00.80 is in the schedule from 2025-06-06 on: answered for 2025-06-05 by 8418.10.00.75; "
        "check which of them the goods were."
    )


def test_a_subheading_known_by_a_mean_is_answered_by_its_lines(ledger: Ledger) -> None:
    """Castor seed: 0 for sowing, 15 else (schedule of China 2018), and 10 of September 2019 on both."""
    found = lookup("1207.30", "USA", "2019-09-01", "CHN", ledger=ledger)
    assert [part.code for part in found.parts] == ["12073010", "12073090"]
    assert (found.total_pct, found.bounds) == (None, (0, 25))


def test_a_mean_without_lines_at_hand_is_the_range_over_the_lines_before_2022(ledger: Ledger) -> None:
    """Bismuth 8106.00 became 8106.10 and 8106.90: its lines pay 3 and 8 (schedule of China 2018), mean 5.5.

    Answers to Section 301 (25, on part) and to the reciprocal duty (10 from 10 November 2025) add.
    """
    for code in ["8106.10", "8106.10.90"]:
        found = lookup(code, "USA", "2025-12-01", "CHN", ledger=ledger)
        assert (found.total_pct, found.bounds) == (None, (13, 43))
        assert found.notes[0].startswith("No edition in the ledger has the lines of 8106.10")


def test_a_range_has_no_total_with_tax_to_tell(ledger: Ledger) -> None:
    """It said "With value-added tax: not known %"; one rate tells it: (1 + T)(1 + VAT) - 1."""
    told = str(lookup("880622", "USA", "2025-12-01", importer="CHN", ledger=ledger))
    assert "%" in told and "value-added tax: " not in told and "not known %" not in told
    assert "With value-added tax: " in str(
        lookup("02011000", "USA", "2025-12-01", importer="CHN", ledger=ledger)
    )


def test_a_mean_of_lines_that_pay_the_same_stays_a_total(ledger: Ledger) -> None:
    """Synthetic stones 7104.90: all five lines pay 4 (schedule of China 2018); 10 of November 2025 on top."""
    assert lookup("7104.91", "USA", "2025-12-01", "CHN", ledger=ledger).total_pct == 14


def test_rates_of_other_lines_are_inferred(ledger: Ledger) -> None:
    """Drones for carrying travelers, 8806.10, were aircraft of 8802.40, whose lines pay 1 and 5."""
    found = lookup("8806.10", "USA", "2026-06-01", "CHN", ledger=ledger)
    assert (found.bounds, found.confidence) == ((11, 15), "inferred")


def test_a_line_that_no_schedule_has_is_said_to_be_answered_by_its_subheading(ledger: Ledger) -> None:
    said = "No edition in the ledger has a line of this code: its subheading answers"
    found = lookup("1201.90.31", "USA", "2025-03-10", "CHN", ledger=ledger)
    assert any(note.startswith(said) for note in found.notes)
    known = lookup("1201.90.19", "USA", "2025-03-10", "CHN", ledger=ledger)
    assert not any(note.startswith(said) for note in known.notes)


def test_one_fact_decides_all_duties_that_ask_it():
    # Proclamation 11020, clause 3(c): patented drugs of Japan pay 15 in all, never the 100 of other origins
    answer = lookup("3004.90.92.01", on="2026-10-10", origin="JPN")
    assert (answer.lower_pct, answer.upper_pct) == (0, 15)


def test_a_relief_that_nobody_claimed_is_no_presumption():
    # Proclamation 11020, clause 3(b): 20 percent with a plan to build in the United States, on request
    answer = lookup("3004.90.92.01", on="2026-10-10", origin="CHN")
    plan = next(line for line in answer.lines if "onshoring" in line.measure_id)
    assert plan.status == "conditional"
    assert not any("presumption" in note for note in answer.notes)


def test_days_of_a_list_part_where_an_exclusion_of_a_code_that_answers_ends() -> None:
    """Collages of 9701.90.0000 had an exclusion from 1 September 2019 to 31 August 2020 (85 FR 41658)."""
    days = ["2020-03-07", "2021-03-07"]
    rows = catalogue(pd.DataFrame({"hts": ["9701.29.00"] * 2, "origin": "CHN", "date": days})).to_frame()
    assert list(rows["lower_pct"]) == [0, 7.5]
