"""How old an edition is on the day it is read: in the terminal, on a page, and without a script."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from trucewatch.answers.age import dated_changes
from trucewatch.edition_age import age_note
from trucewatch.ledger.ledger import load_ledger
from trucewatch.page.html import age, dates_ahead

ASOF = date(2026, 11, 9)
CHANGES = [{"on": "2026-11-10", "what": "a suspension"}, {"on": "2026-11-27", "what": "a control"}]


@pytest.mark.parametrize(
    ("today", "told", "silent"),
    [
        (date(2026, 11, 9), "", "10 November"),
        (date(2026, 11, 10), "1 day ago", "27 November"),
        (date(2026, 11, 29), "20 days ago", "nothing"),
    ],
)
def test_what_has_passed_is_told_and_nothing_else(today, told, silent):
    note = age_note(ASOF, CHANGES, today)
    assert told in note
    assert silent not in note
    assert ("is not recorded here" in note) == (today > ASOF)


def test_the_suspensions_that_end_the_day_after_the_law_are_among_the_changes():
    law = load_ledger()
    days = [change["on"] for change in dated_changes(law)]
    assert days == sorted(days)
    assert min(days) > law.law_asof.isoformat()
    # Tariff Commission Announcement 2025 No. 10: 24 points of China's duty suspended to 10 November 2026
    assert (law.law_asof + timedelta(days=1)).isoformat() in days
    assert "China: " in dated_changes(law)[0]["what"]
    assert "from 10 to 34 %" in dated_changes(law)[0]["what"]


def test_only_days_after_the_law_are_marked():
    html = "<strong>9 November 2026</strong> <strong>10 November 2026, more</strong> 11 November 2026"
    assert dates_ahead(html, "2026-11-09") == (
        "<strong>9 November 2026</strong> "
        '<strong><time class="ahead" datetime="2026-11-10">10 November 2026</time>, more</strong> '
        "11 November 2026"
    )


def test_a_page_allows_the_scripts_it_carries_and_no_other():
    found = age("2026-11-09", CHANGES, "other()")
    assert len(found["scripts"]) == len(found["script_hashes"].split()) == 2
    assert age(None, [])["scripts"] == []
