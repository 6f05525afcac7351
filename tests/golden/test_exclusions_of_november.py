"""The exclusions that end on 10 November 2026: the numbers that U.S. notes 20(vvv) and (www) name, no other.

`exclusions_to_2026_11_10.csv` has every number that the two notes print in 2026 Revision 6, with the days the
note gives it, and the changes of 1 July 2026. It was read from the text of the note apart from the ledger.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from trucewatch.answers.calendar import calendar
from trucewatch.answers.catalogue import catalogue
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.ledger.schema import ALL_CODES

HERE = Path(__file__).parent
FIRST, LAST = "2024-06-15", "2026-11-09"
HEADINGS = ("9903.88.69", "9903.88.70")


@pytest.fixture(scope="module")
def printed() -> list[dict[str, str]]:
    with (HERE / "data" / "exclusions_to_2026_11_10.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def law() -> Ledger:
    return load_ledger()


def on(printed: list[dict[str, str]], day: str, *kinds: str) -> set[str]:
    """The numbers in force on a day."""
    return {
        row["number"].replace(".", "")
        for row in printed
        if row["kind"] in kinds and row["from"] <= day and not "" < row["to"] <= day
    }


def whole_in_ledger(day: str) -> set[str]:
    found = set()
    for path in (HERE.parents[1] / "data" / "law" / "scopes").glob("us_s301_excluded_*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            found |= {
                row["code"]
                for row in csv.DictReader(stream)
                if any(heading in row["citation"] for heading in HEADINGS)
                and row["valid_from"] <= day < row["valid_to"]
            }
    return found


def test_the_notes_print_163_numbers_of_which_147_remain_to_the_end(printed: list[dict[str, str]]) -> None:
    of_revision_6 = [row for row in printed if row["source"].startswith("HTSUS")]
    assert len(of_revision_6) == len({row["number"] for row in of_revision_6}) == 163
    assert sum(row["paragraph"] == "www" for row in of_revision_6) == 3
    ended_before = [row for row in of_revision_6 if "" < row["to"] <= FIRST]
    assert len(ended_before) == 18  # never excluded by these notes: what they now are called is
    assert len(on(printed, "2026-06-30", "described", "whole")) == 144
    assert len(on(printed, LAST, "described")) == 118 and len(on(printed, LAST, "whole")) == 29


@pytest.mark.parametrize("day", ["2024-07-01", "2025-08-01", "2026-06-30", "2026-07-01", LAST])
def test_the_ledger_excludes_the_numbers_of_the_note(
    printed: list[dict[str, str]], law: Ledger, day: str
) -> None:
    claims = {
        row.code
        for row in law.exclusions
        if row.heading in HEADINGS and row.valid_from <= date.fromisoformat(day) < row.valid_to
    }
    assert claims == on(printed, day, "described")
    assert whole_in_ledger(day) == on(printed, day, "whole")


def test_nothing_is_left_on_the_day_after(law: Ledger) -> None:
    end = date(2026, 11, 10)
    assert not whole_in_ledger(end.isoformat())
    assert not [
        row for row in law.exclusions if row.code != ALL_CODES and row.valid_from <= end < row.valid_to
    ]


def test_the_calendar_names_every_number_that_loses_an_exclusion(printed: list[dict[str, str]]) -> None:
    ending = [
        cliff
        for cliff in calendar(LAST, "USA").cliffs
        if cliff.on == date(2026, 11, 10) and cliff.authority == "S301_TT"
    ]
    named = {code for cliff in ending for code in cliff.codes}
    assert named == on(printed, LAST, "described", "whole")


def test_a_list_is_told_of_every_number_that_loses_an_exclusion(printed: list[dict[str, str]]) -> None:
    numbers = sorted(on(printed, LAST, "described", "whole"))
    ahead = catalogue(pd.DataFrame({"code": numbers}), origin="CHN", on=LAST).ahead()
    told = [
        bool(ends) or "no longer exempt by 9903.88.69" in (why or "")
        for ends, why in zip(ahead.columns["exclusion_ends"], ahead.columns["why"], strict=True)
    ]
    assert len(numbers) == 147 and all(told)


def test_a_number_that_has_ended_loses_the_exclusions_of_its_successors() -> None:
    # 8413.91.9085 is 8413.91.9039 and others from 1 July 2026 (91 FR 56538)
    ahead = catalogue(pd.DataFrame({"code": ["8413919085"]}), origin="CHN", on=LAST).ahead()
    assert ahead.columns["exclusion_ends"] == ["2026-11-10: 9903.88.69"]
