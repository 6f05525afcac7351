"""Phases, causes and words of the tariff timeline, on made data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from trucewatch.ledger.chronicle import Phase
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.ledger.phases import phases
from trucewatch.page.benchmarks import read_published
from trucewatch.page.numbers import points
from trucewatch.page.words import words_of
from trucewatch.paths import project_root
from trucewatch.reports.tariff_timeline import facts, reconcile
from trucewatch.trade.duty_averages import mean_over

say = words_of("trucewatch.reports.tariff_timeline")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


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


def test_every_published_number_has_one_rule_and_a_cause_from_the_list() -> None:
    rows = read_published(project_root() / "data" / "benchmarks" / "published.csv", "tariff_timeline")
    assert len(rows) > 40
    for check_id in rows:
        assert reconcile.rule_of(check_id).cause in reconcile.CAUSES
    used = {reconcile.rule_of(check_id).start for check_id in rows}
    assert used | {""} == {rule.start for rule in reconcile.RULES} | {""}, "a rule that no number needs"


def test_direction_of_a_published_number() -> None:
    assert reconcile.importer_of("piie_average_chn_on_us_2018_01_01") == "CHN"
    assert reconcile.importer_of("uibe_simple_average_tariff_us_on_chn_2025_05_14") == "USA"


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
    assert "10 November 2026: 2 entries" in text
    assert "+24.0 points on 10 November 2026 (b; confidence: inferred)" in text
    none = facts.cliff_counts(cliffs.iloc[:0])
    assert "no date after 9 November 2026" in say("cliffs", **none, last=date(2026, 11, 9))
