"""The policy timeline: gaps are computed from dates, doubt is shown, and the committed page is not stale."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pandas as pd
import pytest

from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.policy_timeline import (
    TARGET,
    doubt,
    gap_days,
    known_day,
    notice_days,
    policy_timeline,
)
from trucewatch.ledger.schema import Act
from trucewatch.paths import project_root

BLANK: dict[str, Any] = {
    field.name: None if "date" in field.name else ""
    for field in dataclasses.fields(Act)
    if field.name not in ("file", "line")
}
GENEVA = BLANK | {
    "act_id": "us_geneva",
    "side": "USA",
    "title": "Geneva | carried out",
    "date_signed": date(2025, 5, 12),
    "date_effective": date(2025, 5, 14),
    "schedule_date": date(2025, 4, 14),
    "status": "in_force",
    "confidence": "verified",
}
RUMOUR = BLANK | {
    "act_id": "both_rumour",
    "side": "both",
    "title": "A rumour",
    "date_announced": date(2026, 9, 23),
    "status": "announced",
    "confidence": "unverified",
    "note": "No text found",
}


def test_gap_is_schedule_less_legal_day() -> None:
    # 14 April to 14 May is 30 days: the schedule-dated series ends the peak a month early
    assert gap_days(GENEVA) == -30


def test_a_missing_date_gives_no_gap() -> None:
    assert gap_days(RUMOUR) is None
    assert notice_days(RUMOUR) is None


def test_notice_counts_from_the_first_day_the_act_could_be_known() -> None:
    assert known_day(GENEVA) == date(2025, 5, 12)
    assert notice_days(GENEVA) == 2
    assert notice_days(GENEVA | {"date_announced": date(2025, 5, 20)}) == -6


@pytest.mark.parametrize(("act", "wanted"), [(GENEVA, ""), (RUMOUR, "**unverified**. No text found")])
def test_doubt_is_shown_only_where_there_is_some(act: dict[str, Any], wanted: str) -> None:
    assert doubt(act) == wanted


def test_page_orders_acts_and_escapes_cells() -> None:
    page = policy_timeline(pd.DataFrame([RUMOUR, GENEVA]))
    assert page.index("## 2025") < page.index("## 2026")
    assert r"| Geneva \| carried out | US | 2025-05-12 | 2025-05-14 | 2025-04-14 | -30 |" in page
    assert "2 acts and events, of which 1 are not verified." in page
    assert page == policy_timeline(pd.DataFrame([GENEVA, RUMOUR]))


def test_a_gap_of_zero_is_no_difference() -> None:
    same = GENEVA | {"schedule_date": GENEVA["date_effective"]}
    page = policy_timeline(pd.DataFrame([same]))
    differing = page.split("## Where the schedule and the law differ")[1].split("## 2025")[0]
    assert "Geneva" not in differing


def test_committed_page_is_what_the_ledger_gives() -> None:
    committed = (project_root() / TARGET).read_text(encoding="utf-8")
    assert committed == policy_timeline(load_ledger()), "run `python -m trucewatch.ledger.policy_timeline`"


def test_an_act_whose_rate_or_list_is_not_verified_says_so() -> None:
    ledger = load_ledger()
    acts = ledger.frame("acts").set_index("act_id")
    unsure = {
        row.act_id
        for row in ledger.rates
        if "unverified" in (row.confidence, ledger.measure[row.measure_id].confidence)
    }
    assert "us_20251016_s301_maritime" in unsure  # whether 9 November 2025 was charged, no text says
    assert [name for name in sorted(unsure - {""}) if not doubt(acts.loc[name].to_dict())] == []


@pytest.mark.parametrize(
    ("act_id", "days"),
    [
        # legal days: EO 14195 sec. 2, EO 14266, EO 14298, EO 14357; schedule days: revision dates of the
        # public Budget Lab tracker (revisions 1, 9, 12 and 27 of the 2025 schedule)
        ("us_20250201_eo14195", -8),
        ("us_20250409_eo14266", -5),
        ("us_20250512_eo14298", -30),
        ("us_20251104_eo14357", -26),
    ],
)
def test_known_gaps_between_schedule_and_law(act_id: str, days: int) -> None:
    acts = load_ledger().frame("acts").set_index("act_id")
    assert gap_days(acts.loc[act_id].to_dict()) == days


def test_duties_on_other_countries_have_a_part_of_their_own() -> None:
    """Rates: EO 14257 and 14326 (Annex I); 90 FR 59281 of 18 December 2025, back to 14 November (Swiss)."""
    page = policy_timeline(load_ledger()).partition("## Duties on the goods of other countries")[2]
    rows = [line for line in page.splitlines() if line.startswith("| 20")]
    assert any(
        line.startswith("| 2025-12-18 | 2025-11-14 | 2026-02-24 | IEEPA_RECIP |")
        and "Liechtenstein; Switzerland | 15 | 90 FR 59281" in line
        for line in rows
    )
    assert any(
        line.startswith("| 2025-04-02 | 2025-04-09 | 2025-04-10 | IEEPA_RECIP |") and "| 11 to 50 |" in line
        for line in rows
    )
    assert not [line for line in rows if "China" in line.split("|")[5]]


def test_countries_that_come_and_go_have_their_days() -> None:
    """Public Law 117-110; CBP quota bulletin 18-119; Proclamation 9902 (India leaves the GSP)."""
    rows = policy_timeline(load_ledger()).partition("### Countries that come and go")[2].splitlines()
    for start in (
        "| 2022-04-09 |  | Column 2 of the schedule | Belarus, Russia |",
        "| 2018-05-01 | 2025-03-12 | Steel mill articles: countries under a quota | South Korea |",
        "|  | 2019-06-05 | Preference: GSP | India |",
    ):
        assert any(row.startswith(start) for row in rows), start
