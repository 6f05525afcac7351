"""Phases, causes and words of the tariff timeline, on made data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from trucewatch.errors import LedgerError
from trucewatch.ledger.chronicle import Phase
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.phases import phases
from trucewatch.page.benchmarks import read_published
from trucewatch.page.numbers import points
from trucewatch.page.words import words_of
from trucewatch.reports.tariff_timeline import facts, published_averages
from trucewatch.trade.duty_averages import mean_over

say = words_of("trucewatch.reports.tariff_timeline")


def test_phases_follow_each_other_to_the_newest_law(ledger: Ledger) -> None:
    rows = (
        Phase("a", "A", "us_20250201_eo14195", "date_signed", False, ""),
        Phase("b", "B", "us_20250303_eo14228", "date_effective", True, ""),
    )
    found = phases(replace(ledger, phases=rows))
    assert found["valid_from"].tolist() == [date(2025, 2, 1), date(2025, 3, 4)]
    assert found["valid_to"].iloc[0] == date(2025, 3, 4)
    assert found["valid_to"].iloc[1] > ledger.law_asof
    assert found["is_truce"].tolist() == [False, True]


def test_every_published_number_says_what_it_measures_and_an_average_why_it_may_differ(
    ledger: Ledger,
) -> None:
    rows = read_published("tariff_timeline")
    assert len(rows) > 40
    for check_id, row in rows.items():
        asked = published_averages.read_measured(row, ledger)
        assert ("chn_on_us" in check_id) == (asked.importer == "CHN"), check_id
        assert bool(row.cause) == (asked.kind == "average"), check_id


@pytest.mark.parametrize(
    "measured", ["", "median:USA", "average:USA", "average:DEU,simple,2025-05-14", "step:USA,mine,2025-05-14",
                 "blanket:USA,may", "blanket:USA,us_none.date_effective"]
)  # fmt: skip
def test_a_reference_that_names_nothing_is_refused_with_its_place(ledger: Ledger, measured: str) -> None:
    rows = read_published("tariff_timeline")
    row = replace(next(iter(rows.values())), measured=measured)
    with pytest.raises(LedgerError, match=r"published\.csv, row \d+, column measured"):
        published_averages.read_measured(row, ledger)


def test_mean_over_days() -> None:
    """One day at 10 and three at 30 make 25."""
    table = pd.DataFrame(
        {
            "valid_from": [date(2025, 1, 1), date(2025, 1, 3)],
            "valid_to": [date(2025, 1, 3), date(2026, 1, 1)],
            "rate_pct": [10.0, 30.0],
        }
    )
    assert mean_over(table, date(2025, 1, 2), date(2025, 1, 6)) == pytest.approx(25)


@pytest.mark.parametrize(
    ("value", "expected"), [(-0.04, "0.0"), (0.0, "0.0"), (-1.25, "−1.2"), (24.0, "24.0")]
)
def test_numbers_have_a_true_minus_and_no_signed_zero(value: float, expected: str) -> None:
    assert points(value) == expected


def test_cliffs_in_words() -> None:
    cliffs = pd.DataFrame(
        {
            "on": [date(2026, 11, 10), date(2026, 11, 10), date(2027, 1, 1)],
            "average_pp": [None, 24.0, -0.1],
            "what": ["a: x", "b: y", "c"],
            "confidence": ["verified", "inferred", "verified"],
        }
    )
    text = say("cliffs", **facts.cliff_counts(cliffs), last=date(2026, 11, 9))
    assert "is 10 November 2026, with 2 entries" in text
    assert "+24.0 points on 10 November 2026 (b; confidence: inferred)" in text
    none = facts.cliff_counts(cliffs.iloc[:0])
    assert "no date after 9 November 2026" in say("cliffs", **none, last=date(2026, 11, 9))
