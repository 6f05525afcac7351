"""Statistical numbers that ended before the editions that were read: answered by those of their line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trucewatch.answers.lookup import lookup
from trucewatch.errors import LedgerError


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
