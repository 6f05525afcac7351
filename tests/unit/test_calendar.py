"""The cliffs: dates counted from the texts, doubts shown, nothing before the day asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from trucewatch.answers.calendar import KINDS, Calendar, Cliff, calendar
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger


@pytest.fixture(scope="module")
def now(ledger: Ledger) -> Calendar:
    return calendar(ledger=ledger)


def cliffs(found: Calendar, authority: str, kind: str) -> list[Cliff]:
    return [cliff for cliff in found.cliffs if (cliff.authority, cliff.kind) == (authority, kind)]


def test_section_122_lapses_after_150_days(ledger: Ledger) -> None:
    found = cliffs(calendar("2026-03-01", "USA", "2026-03-01", ledger=ledger), "S122", "rate ends")
    # 19 U.S.C. 2132(a): 150 days unless Congress extends; from 24 February 2026 (Proclamation 11012)
    assert [(cliff.on, cliff.from_pct, cliff.to_pct) for cliff in found] == [
        (date(2026, 2, 24) + timedelta(150), Decimal(10), Decimal(0))
    ]


def test_geneva_suspension_runs_90_days(ledger: Ledger) -> None:
    found = calendar("2025-05-14", "USA", "2025-05-14", ledger=ledger)
    # EO 14298: 24 of 34 points suspended for 90 days from 14 May 2025
    (cliff,) = cliffs(found, "IEEPA_RECIP", "suspension ends")
    assert cliff.on == date(2025, 5, 14) + timedelta(90)
    assert (cliff.from_pct, cliff.to_pct) == (Decimal(10), Decimal(34))
    assert "34 %" in cliff.what


def test_knowledge_decides(ledger: Ledger) -> None:
    # EO 14334 of 11 August 2025 moved the end to 10 November 2025
    known_later = calendar("2025-05-14", "USA", "2025-08-12", ledger=ledger)
    days = [cliff.on for cliff in cliffs(known_later, "IEEPA_RECIP", "suspension ends")]
    assert date(2025, 11, 10) in days


def test_china_24_points_with_their_doubt(now: Calendar) -> None:
    first = cliffs(now, "CN_RECIP", "suspension ends")[0]
    # Tariff Commission 2025 No. 10: one year from 10 November 2025; announced to run on
    assert (first.on, first.from_pct, first.to_pct) == (date(2026, 11, 10), Decimal(10), Decimal(34))
    assert "2027-01-10" in first.doubt and "unverified" in first.doubt
    assert first.confidence != "verified"
    assert "DOUBT" in str(now)


def test_exclusions_and_scheduled_starts(now: Calendar) -> None:
    # 90 FR 55232: to 9 November 2026, 11:59 pm; proclamation of 31 December 2025: furniture to 30 a year on
    assert [cliff.on for cliff in cliffs(now, "S301_TT", "exclusions end")] == [date(2026, 11, 10)]
    furniture = [cliff for cliff in cliffs(now, "S232_WOOD", "rate changes") if "pholstered" in cliff.title]
    assert [(cliff.on, cliff.from_pct, cliff.to_pct) for cliff in furniture] == [
        (date(2027, 1, 1), Decimal(25), Decimal(30))
    ]
    # MOFCOM and GACC 2025 No. 70: controls of 9 October suspended to 10 November 2026
    assert any(
        c.on == date(2026, 11, 10) and c.kind == "act ends" and "No. 70" in c.citation for c in now.cliffs
    )


def test_order_and_bounds(ledger: Ledger) -> None:
    found = calendar("2025-01-01", ledger=ledger)
    assert [cliff.on for cliff in found.cliffs] == sorted(cliff.on for cliff in found.cliffs)
    assert all(date(2025, 1, 1) <= cliff.on < date.max for cliff in found.cliffs)
    assert {cliff.kind for cliff in found.cliffs} <= set(KINDS)
    assert {cliff.side for cliff in calendar("2025-01-01", "CHN", ledger=ledger).cliffs} <= {"CHN", "both"}


def test_cost_of_a_day(ledger: Ledger) -> None:
    found = calendar("2026-11-10", "CHN", with_cost=True, ledger=ledger)
    first = cliffs(found, "CN_RECIP", "suspension ends")[0]
    # 24 points on all US goods, whatever the weights
    assert first.change_pp == pytest.approx(24)
    assert "+24 points" in str(found).replace("\n    ", " ")


def test_a_cliff_is_as_sure_as_the_least_sure_of_its_parts(ledger: Ledger) -> None:
    unsure = tuple(
        replace(row, confidence="unverified") if row.authority == "S232_WOOD" else row
        for row in ledger.measures
    )
    for law, sure in ((ledger, "verified"), (replace(ledger, measures=unsure), "unverified")):
        found = cliffs(calendar(ledger=law), "S232_WOOD", "rate changes")
        assert [cliff.confidence for cliff in found] == [sure, sure]


def test_views(now: Calendar) -> None:
    assert max(map(len, str(now).splitlines())) <= 80
    assert len(now.to_frame()) == len(now.cliffs) == len(now.to_dict()["cliffs"])
    assert "<table" in now._repr_html_()
    assert repr(now) == f"<Calendar: {now.headline()}>"
    same = [cliff for cliff in now.cliffs if cliff.on == now.cliffs[0].on]
    assert len(same) > 1 and f"({len(same)} items)" in now.headline()
    assert "(1 item)" in replace(now, cliffs=now.cliffs[:1]).headline()
    empty = calendar("2031-06-01")
    assert empty.is_empty and str(empty).startswith("No cliff")


@pytest.mark.parametrize("asked", [{"start": "soon"}, {"known": "2099-01-01"}, {"importer": "FRA"}])
def test_refused(ledger: Ledger, asked: dict) -> None:
    with pytest.raises(DataError, match="Remedy"):
        calendar(**asked, ledger=ledger)
