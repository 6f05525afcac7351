"""The metals annexes of 6 April 2026 are what U.S. note 16(c) of chapter 99 lists, no more and no less."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.chapter99 import note_codes, note_text
from trucewatch.answers.lookup import lookup
from trucewatch.errors import LedgerError

LAW = Path(__file__).parents[2] / "data" / "law"
START = "2026-04-06"


@pytest.fixture(scope="module")
def note_16() -> str:
    return (LAW / "texts" / "us_note_16.txt").read_text(encoding="utf-8")


def codes_on(scope: str, day: str) -> set[str]:
    with (LAW / "scopes" / f"{scope}.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["code"]
            for row in csv.DictReader(stream)
            if row["valid_from"] <= day < row["valid_to"] and row["is_included"] == "true"
        }


@pytest.mark.parametrize(
    ("scope", "lists"),
    [
        ("us_s232_annex_1a", ("i", "ii", "iii", "iv", "v")),
        ("us_s232_annex_1b", ("vi", "vii", "viii")),
        ("us_s232_annex_3", ("ix", "x")),
    ],
)
def test_scope_is_the_note(note_16: str, scope: str, lists: tuple[str, ...]) -> None:
    printed = {code for numeral in lists for code in note_codes(note_16, f"16(c)({numeral})")}
    assert codes_on(scope, START) == printed


def test_annexes_share_no_code(note_16: str) -> None:
    annexes = [codes_on(f"us_s232_annex_{name}", START) for name in ("1a", "1b", "3")]
    assert sum(map(len, annexes)) == len(set.union(*annexes))
    assert set.union(*annexes) == set(note_codes(note_16))


def test_known_entries_of_each_list(note_16: str) -> None:
    # Read by eye in the printed note: first and last entry of a list, and one ten-digit entry.
    assert note_codes(note_16, "16(c)(viii)") == ["85444210", "85444220", "85444290", "85444910"]
    steel = note_codes(note_16, "16(c)(vii)")
    assert {"73211110", "94069001", "9403999020", "8701210080"} <= set(steel)
    assert "87082921" in steel
    assert "8708" not in steel


def test_parser_reads_levels_and_stops_at_the_next_label() -> None:
    text = "\n".join(
        [
            "7. (a)  As provided in heading 9903.01.01, see 8501.10.",
            "(b) The lists:",
            "    (i) First:",
            "        7601            8471.30.01   8505.11.0070",
            "    (ii) Second, added in 2026:",
            "        8542.31.00",
            "(c) Headings 9802.00.40 and 8703.80.00 are named here.",
            "8. (a) Another note with 0101.21.00.",
        ]
    )
    assert note_codes(text, "7(b)(i)") == ["7601", "84713001", "8505110070"]
    assert note_codes(text, "7(b)(ii)") == ["85423100"]
    assert note_codes(text, "7(c)") == ["87038000"]
    assert note_codes(text, "7") == ["7601", "84713001", "850110", "8505110070", "85423100", "87038000"]
    with pytest.raises(LedgerError, match=r"7\(b\)\(iv\)"):
        note_text(text, "7(b)(iv)")


def test_from_2028_the_temporary_annexes_pay_what_annex_1b_pays() -> None:
    """Proclamation 11021, clause (7), for Annex III; Proclamation 11032, clause (3)(a), for Annex I-C."""
    last, first = "2027-12-31", "2028-01-01"
    assert codes_on("us_s232_annex_3", last) <= codes_on("us_s232_annex_1b", first)
    assert not codes_on("us_s232_annex_3", last) & codes_on("us_s232_annex_1b", last)
    assert codes_on("us_s232_annex_1b", first) >= codes_on("us_s232_annex_1b", last)
    assert lookup("84271040", on=last).total_pct == lookup("84271040", on=first).total_pct
    before, after = (
        {line.measure_id: line.pp for line in lookup("90139080", on=day).lines} for day in (last, first)
    )
    # column 1 duty of 9013.90.80 is 4.5 percent: 10.5 points make 15
    assert (before["us_s232_annex_3"], after["us_s232_annex_1b"]) == (Decimal("10.5"), Decimal(25))
    assert "us_s232_annex_3" not in after
