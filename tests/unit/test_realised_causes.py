"""The causes of a wedge: each needs its evidence, and every listed number shows every test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.unit.law_made import OPEN, SOURCED, START
from trucewatch.ledger.chronicle import SpecialEntry
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.schema import Exclusion
from trucewatch.page.words import words_of
from trucewatch.reports.realised_duty import facts
from trucewatch.reports.realised_duty import gap_causes as realised_causes
from trucewatch.reports.realised_duty.gap_causes import CAUSES, LAST, NOT_LISTED, WITHIN

NUMBER = "1111111111"
SPECIAL = SpecialEntry("11111111", "9999.00.10", "free", "a note", "the schedule", "verified", "")


def line(number: str = NUMBER, **cells: float) -> pd.DataFrame:
    """25 points over a column 1 duty of 0, of which 10 were paid."""
    row: dict[str, object] = {
        "value_usd": 2e8, "duty_usd": 0.0, "rate_pct": 25.0, "met_pct": 25.0, "unmet_pct": 25.0,
        "claimed_pct": 25.0, "lowest_claimed_pct": 25.0, "lowest_pct": 25.0, "highest_pct": 25.0,
        "column_1_pct": 0.0, "section_232_pct": 0.0, "assessed_pct": 10.0, "others_pct": float("nan"),
        "confidence": "verified",
        **cells,
    }  # fmt: skip
    frame = pd.DataFrame([row], index=[number])
    frame["wedge_pp"] = frame["rate_pct"] - frame["assessed_pct"]
    frame["wedge_usd"] = frame["wedge_pp"] / 100 * frame["value_usd"]
    return frame


def usual(paid: float = 25.0) -> pd.DataFrame:
    """Ten ordinary numbers of other lines, too small to be listed."""
    return pd.concat([line(f"22{place:02d}000000", value_usd=2e6, assessed_pct=paid) for place in range(10)])


def exclusion(code: str, valid_to: str = OPEN) -> Exclusion:
    return Exclusion(
        exclusion_id=f"X/{code}", code=code, valid_from=date.fromisoformat(START),
        valid_to=date.fromisoformat(valid_to), heading="9903.00.01", measure_group="S301", note="", **SOURCED,
    )  # fmt: skip


def check_list(*lines: pd.DataFrame, exclusions: tuple = (), special: tuple = ()) -> pd.DataFrame:
    return realised_causes.check_list(pd.concat([*lines, usual()]), exclusions, special, 2024, 2.0, 1e8)


def cause_of(*lines: pd.DataFrame, exclusions: tuple = (), special: tuple = ()) -> str:
    return str(check_list(*lines, exclusions=exclusions, special=special).set_index("hs10")["cause"][NUMBER])


def test_each_cause_needs_its_evidence() -> None:
    claimable = line(claimed_pct=0.0, lowest_claimed_pct=0.0)
    assert cause_of(claimable, exclusions=(exclusion(NUMBER),)) == "exclusion claimed"
    assert cause_of(claimable, exclusions=(exclusion(NUMBER[:8]),)) == "exclusion claimed"
    assert cause_of(claimable) == LAST
    assert cause_of(claimable, exclusions=(exclusion("1111111112"),)) == LAST
    assert cause_of(claimable, exclusions=(exclusion(NUMBER, "2023-12-31"),)) == LAST
    assert cause_of(line(lowest_pct=5.0)) == "rate moved in the year"
    assert cause_of(line(unmet_pct=8.0)) == "condition"
    assert cause_of(line(column_1_pct=20.0, others_pct=6.0)) == "column 1 duty not paid"
    assert cause_of(line(column_1_pct=20.0, others_pct=15.0)) == LAST
    assert cause_of(line(), special=(SPECIAL,)) == "special entry"
    assert cause_of(line("1111111111"), special=(replace(SPECIAL, code="all"),)) == LAST


def test_most_paid_it_is_set_by_ordinary_numbers() -> None:
    """Half of the ordinary numbers leave 20 percent unpaid, so that nine in ten leave 20 at most."""
    lenient = usual(20.0).set_axis([f"33{place:02d}000000" for place in range(10)])
    assert cause_of(line(assessed_pct=20.5), lenient) == "most paid it"
    assert cause_of(line(assessed_pct=19.5), lenient) == LAST
    assert cause_of(line(assessed_pct=20.5)) == LAST  # here the ordinary numbers paid in full
    named = tuple(exclusion(str(number)) for number in lenient.index)
    assert cause_of(line(assessed_pct=20.5), lenient, exclusions=named) == LAST


def test_neighbours_are_the_plain_numbers_of_the_line_under_the_same_rate() -> None:
    payer = line("1111111112", value_usd=5e6, assessed_pct=24.0)
    assert cause_of(line(), payer) == "neighbors paid it"
    assert cause_of(line(), payer, exclusions=(exclusion("1111111112"),)) == LAST
    assert cause_of(line(), line("1111111112", value_usd=5e6, assessed_pct=20.0)) == LAST
    assert cause_of(line(), line("1111111112", value_usd=5e5, assessed_pct=24.0)) == LAST
    assert cause_of(line(), line("1111111112", value_usd=5e6, rate_pct=7.5, assessed_pct=7.5)) == LAST


@pytest.mark.parametrize(
    ("paid", "said", "unsaid"),
    [
        (19.375, "; claims on 50 % of value would do", "less was paid"),
        (8.0, "less was paid, as if more had entered while it was in force", "of value would do"),
    ],
)
def test_an_exclusion_of_half_a_year_can_free_more_than_half(paid: float, said: str, unsaid: str) -> None:
    """Free of 25 points for 45 percent of the days: even imports, all claimed, would pay 13.75 percent."""
    frame = line(claimed_pct=13.75, lowest_claimed_pct=0.0, assessed_pct=paid)
    found = check_list(frame, exclusions=(exclusion(NUMBER, "2024-06-15"),)).iloc[0]
    assert found["cause"] == "exclusion claimed"
    assert "13.8 % if all were claimed" in found["evidence"]
    assert said in found["evidence"]
    assert unsaid not in found["evidence"]


def test_paying_less_than_any_claim_explains_needs_entries() -> None:
    frame = line(claimed_pct=15.0, lowest_claimed_pct=14.0)
    found = check_list(frame, exclusions=(exclusion(NUMBER),)).iloc[0]
    assert found["cause"] == LAST
    assert "less than with every exclusion claimed" in found["evidence"]


def test_paying_more_is_never_a_special_entry() -> None:
    assert cause_of(line(assessed_pct=40.0), special=(SPECIAL,)) == LAST


def test_a_number_on_no_list_is_seen() -> None:
    """What 9506.99.5500 looks like: column 1 in full, nothing of the added duty."""
    frame = line(column_1_pct=5.3, rate_pct=12.8, lowest_pct=12.8, highest_pct=12.8, assessed_pct=5.3)
    found = check_list(frame.assign(met_pct=12.8, unmet_pct=12.8)).iloc[0]
    assert (found["cause"], found["unpaid"]) == (LAST, pytest.approx(1.0))
    assert "as if no list named it" in found["evidence"]


def test_small_wedges_and_small_imports_are_not_listed() -> None:
    assert check_list(line(assessed_pct=24.0), line("1111111119", value_usd=9e7)).empty


def test_every_number_left_over_shows_every_test() -> None:
    listed = check_list(
        line(column_1_pct=5.0, others_pct=4.9),
        line("4400000000", lowest_pct=5.0),
        exclusions=(exclusion("1111111112"),),
        special=(SPECIAL,),
    )
    shown = facts.tests_table(listed, {NUMBER: "Things"}).set_index("number")
    assert list(shown.index) == [NUMBER]
    row = shown.loc[NUMBER]
    assert row["unpaid"] == pytest.approx(75.0)
    assert row["usual"] == pytest.approx(0.0)
    assert (row["exclusion"], row["special"], row["rates"], row["text"]) == (
        "other number: 9903.00.01",
        "9999.00.10",
        "25.0",
        "verified",
    )
    assert (row["column_1"], row["others"], row["goods"]) == (5.0, 4.9, "Things")
    assert set(CAUSES) >= {*facts.RATE_PAID}


def test_provisions_without_a_number_of_their_own_are_named() -> None:
    hidden = SpecialEntry("all", "9802.00.80", "American parts", "a", "b", "inferred", "")
    seen = SpecialEntry("all", "9801.00.10", "goods returned", "a", "b", "inferred", "")
    found = facts.hidden_provisions((hidden, seen, SPECIAL), pd.Series(["9801001055", NUMBER]))
    assert found == ["9802.00.80 (American parts)"]
    assert "for 9802.00.80 (American parts). How much" in words_of("trucewatch.reports.realised_duty")(
        "tests", hidden=found
    )


# ------------------------------------------------------------------------------------------ special entries


def test_the_file_names_sets_by_the_note() -> None:
    """U.S. note 20(z)-(cc): entries under 8215.20.00; (dd)-(gg): under 8215.10.00."""
    rows = load_ledger().special_entries
    assert [row.provision for row in rows if row.names("8215200000")] == ["9903.88.21 to .24"]
    assert [row.provision for row in rows if row.names("8215100000")] == ["9903.88.25 to .28"]
    assert not any(row.names("8507600020") for row in rows)
    keys = [(row.code, row.provision) for row in rows]
    assert keys == sorted(set(keys))


def test_an_exclusion_of_the_whole_number_that_some_did_not_use() -> None:
    frame = pd.concat([line(rate_pct=0.0, met_pct=0.0, unmet_pct=0.0, assessed_pct=5.0), usual()])
    freed = {NUMBER: ("a note", 25.0)}
    listed = realised_causes.check_list(frame, [], [], 2024, 0.5, 1e8, freed)
    assert listed["cause"].tolist() == ["exclusion not used"]
    assert "20 % of value paid the 25.0 points" in listed["evidence"].iloc[0]
    more = frame.assign(assessed_pct=30.0, wedge_pp=-30.0)
    assert realised_causes.check_list(more, [], [], 2024, 0.5, 1e8, freed)["cause"].tolist() == [LAST]
    assert realised_causes.check_list(frame, [], [], 2024, 0.5, 1e8)["cause"].tolist() == [LAST]


def test_the_metals_duty_explains_no_more_than_its_points() -> None:
    assert cause_of(line(rate_pct=50.0, section_232_pct=25.0, assessed_pct=30.0)) == "section 232 exclusion"
    assert cause_of(line(rate_pct=50.0, section_232_pct=10.0, assessed_pct=30.0)) == LAST


def test_what_is_explained_adds_up_to_all_imports() -> None:
    frame = pd.concat([line(), line("2222222222", assessed_pct=24.8), usual()])
    differing = realised_causes.check_list(frame, [], [], 2024, 0.5, 0.0)
    found = realised_causes.explained(frame, differing).set_index("cause")
    assert found["value_share"].sum() == pytest.approx(1)
    assert found["numbers"].to_dict() == {"within half a point": 11, LAST: 1}
    assert found["grade"].to_dict() == {"within half a point": "agrees", LAST: "open"}
    grades = facts.grades(found.reset_index(), differing)
    assert grades["open"] == pytest.approx(2e8 / (4e8 + 2e7))
    assert grades["within"] + grades["open"] == pytest.approx(1)
    assert grades["first"]["hs10"] == NUMBER


@pytest.mark.parametrize("cause", [WITHIN, NOT_LISTED, *CAUSES])
def test_a_reader_is_told_what_each_cause_means(cause: str) -> None:
    assert words_of("trucewatch.reports.realised_duty")("meaning", cause=cause)
