"""The lookup: what it accepts, what it says beside the total, what it refuses."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.law_made import OPEN, START, base, link, listed, measure, rate, rule, simple
from trucewatch.answers.inputs import read_code, read_day, read_money
from trucewatch.answers.lookup import lookup
from trucewatch.answers.notes import NOT_A_RULING
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import Ledger

SOURCED = {"citation": "Act", "source": "the test", "confidence": "verified"}
ON = "2022-01-01"


@pytest.fixture
def ledger() -> Ledger:
    return simple(("ada", "10"))


@pytest.mark.parametrize("code", ["11110000", "1111.00.00", "1111.00.0000", "1111 00 00"])
def test_codes_come_with_or_without_dots(ledger: Ledger, code: str) -> None:
    assert lookup(code, on=ON, ledger=ledger).total_pct == 15


def test_a_date_may_be_text_or_date_and_defaults_to_that_of_the_law(ledger: Ledger) -> None:
    assert lookup("11110000", on=date(2022, 1, 1), ledger=ledger) == lookup("11110000", on=ON, ledger=ledger)
    assert lookup("11110000", ledger=ledger).on == date(2024, 12, 31)


def test_a_family_gives_the_range_of_its_lines() -> None:
    ledger = simple(("ada", "10"), base_rates__USA=[base("11110000", "5"), base("11119000", "7")])
    found = lookup("1111", on=ON, ledger=ledger)
    assert (found.total_pct, found.bounds) == (None, (15, 17))
    assert [part.code for part in found.parts] == ["11110000", "11119000"]
    assert list(found.to_frame()["total_pct"]) == [15, 17]
    assert str(found).startswith("1111 from CHN into the United States, entered 2022-01-01: 15 to 17 %")


def test_a_family_of_equal_lines_has_a_total() -> None:
    ledger = simple(("ada", "10"), base_rates__USA=[base("11110000"), base("11119000")])
    assert lookup("1111", on=ON, ledger=ledger).total_pct == 15


def test_a_line_that_the_law_splits_says_so_and_widens_its_bounds() -> None:
    ledger = simple(("ada", "10"), measure_scopes=[link("ada", "few")], scopes__few=[listed("1111000010")])
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.bounds) == (5, (5, 15))
    assert [(part.code, part.total_pct) for part in found.parts] == [("1111000010", 15)]
    assert any("1111000010" in note for note in found.notes)
    assert lookup("1111000010", on=ON, ledger=ledger).bounds == (15, 15)


def test_conditional_duties_make_the_upper_bound() -> None:
    asked = measure("ada", "ADA", condition="dual_use_part", conditional_default="conditional")
    found = lookup("11110000", on=ON, ledger=simple(("ada", "10"), measures=[asked]))
    assert (found.total_pct, found.bounds) == (5, (5, 15))
    assert any("dual use part" in note for note in found.notes)


def test_a_duty_charged_unless_its_condition_fails_makes_the_lower_bound() -> None:
    """MFN 5, ada 25 on what meets its condition, and bob 12.5 on what ada leaves: 30, or 17.5."""
    asked = measure("ada", "ADA", condition="metal_by_weight", conditional_default="charged")
    ledger = simple(
        ("ada", "25"), ("bob", "12.5"), measures=[asked, measure("bob", "BOB")],
        stack_rules=[rule("r", "suppress_share", "ADA", "BOB")],
    )  # fmt: skip
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.bounds) == (30, (Decimal("17.5"), 30))
    assert any("not:metal_by_weight is claimed" in note for note in found.notes)
    denied = lookup("11110000", on=ON, claims=["not:metal_by_weight"], ledger=ledger)
    assert (denied.total_pct, denied.bounds) == (Decimal("17.5"), (Decimal("17.5"), Decimal("17.5")))
    for claim in ("metal_by_weight", "ada"):
        granted = lookup("11110000", on=ON, claims=[claim], ledger=ledger)
        assert (granted.total_pct, granted.bounds) == (30, (30, 30))
        assert not any("metal by weight" in note for note in granted.notes)


def test_a_condition_that_hardly_any_entry_meets_is_said_and_left_out_of_the_bounds() -> None:
    asked = measure("ada", "ADA", condition="cast_in_ruritania", conditional_default="exceptional")
    ledger = simple(("ada", "200"), measures=[asked])
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.bounds) == (5, (5, 5))
    assert any("200 %" in note and "the bounds leave it out" in note for note in found.notes)
    claimed = lookup("11110000", on=ON, claims=["cast_in_ruritania"], ledger=ledger)
    assert (claimed.total_pct, claimed.bounds) == (205, (205, 205))
    assert lookup("11110000", on=ON, claims=["not:cast_in_ruritania"], ledger=ledger).bounds == (5, 5)


def test_a_row_that_presumes_its_condition_is_charged_and_may_be_denied() -> None:
    asked = measure("ada", "ADA", condition="dual_use_part", conditional_default="conditional")
    parts = [listed("11110000", condition="presumed_vehicle_part"), listed("22220000")]
    ledger = simple(
        ("ada", "10"), measures=[asked], measure_scopes=[link("ada", "parts")], scopes__parts=parts,
        base_rates__USA=[base("11110000"), base("22220000")],
    )  # fmt: skip
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.bounds) == (15, (5, 15))
    assert any("not:dual_use_part is claimed" in note for note in found.notes)
    for claim in ("not:dual_use_part", "not:ada", "not:presumed_vehicle_part"):
        assert lookup("11110000", on=ON, claims=[claim], ledger=ledger).bounds == (5, 5), claim
    for claim in ("dual_use_part", "ada"):
        assert lookup("11110000", on=ON, claims=[claim], ledger=ledger).bounds == (15, 15), claim


def test_what_a_row_says_always_holds_can_not_be_denied() -> None:
    asked = measure("ada", "ADA", condition="dual_use_part", conditional_default="conditional")
    parts = [listed("11110000", condition="always"), listed("22220000")]
    ledger = simple(
        ("ada", "10"), measures=[asked], measure_scopes=[link("ada", "parts")], scopes__parts=parts,
        base_rates__USA=[base("11110000"), base("22220000")],
    )  # fmt: skip
    assert lookup("11110000", on=ON, ledger=ledger).bounds == (15, 15)
    assert lookup("22220000", on=ON, claims=["dual_use_part"], ledger=ledger).total_pct == 15
    for claim in ("dual_use_part", "ada"):  # what the list takes as given may be said
        assert lookup("11110000", on=ON, claims=[claim], ledger=ledger).bounds == (15, 15)
    for claim in ("not:dual_use_part", "not:ada"):
        with pytest.raises(ParameterError, match="means nothing for 11110000"):
            lookup("11110000", on=ON, claims=[claim], ledger=ledger)


def test_a_claim_for_a_short_code_may_be_one_for_a_number_below() -> None:
    asked = measure("ada", "ADA", condition="for_a_boat", conditional_default="conditional")
    ledger = simple(
        ("ada", "10"), measures=[asked], measure_scopes=[link("ada", "parts")],
        scopes__parts=[listed("1111000010")], base_rates__USA=[base("11110000"), base("22220000")],
    )  # fmt: skip
    for code in ("1111", "11110000"):
        assert lookup(code, on=ON, ledger=ledger).bounds == (5, 15)
        assert lookup(code, on=ON, claims=["not:for_a_boat"], ledger=ledger).bounds == (5, 5)
        with pytest.raises(ParameterError, match="use one of ada, for_a_boat"):
            lookup(code, on=ON, claims=["for_a_car"], ledger=ledger)
    with pytest.raises(ParameterError, match="means nothing for 22220000"):
        lookup("22220000", on=ON, claims=["for_a_boat"], ledger=ledger)


def test_a_usual_name_of_a_claim_stands_for_the_condition_of_the_code() -> None:
    asked = measure("ada", "ADA", condition="in_the_quota_of_widgets", conditional_default="charged")
    names = [{"name": "over_quota", "means": "not:in_the_quota_of_widgets", "note": ""}]
    names += [{"name": "over_quota", "means": "gadget_over_quota", "note": ""}]
    ledger = simple(("ada", "10"), measures=[asked], claim_names=names)
    assert lookup("11110000", on=ON, ledger=ledger).total_pct == 15
    assert lookup("11110000", on=ON, claims=["over_quota"], ledger=ledger).total_pct == 5
    assert lookup("11110000", on=ON, claims=["not:over_quota"], ledger=ledger).total_pct == 15
    with pytest.raises(ParameterError, match="means nothing"):
        lookup("11110000", on=ON, claims=["gadget_over_quota"], ledger=ledger)


def test_a_doubt_in_any_deciding_line_is_the_doubt_of_the_total() -> None:
    doubtful = simple(
        ("ada", "10"), ("bob", "1"), rates=[rate("ada", "10", confidence="unverified"), rate("bob", "1")]
    )
    found = lookup("11110000", on=ON, ledger=doubtful)
    assert found.confidence == "unverified"
    assert any("Unverified: “ada”" in note for note in found.notes)


def test_a_threat_casts_no_doubt_on_the_total() -> None:
    ledger = simple(("ada", "100"), rates=[rate("ada", "100", status="threatened", confidence="unverified")])
    assert lookup("11110000", on=ON, ledger=ledger).confidence == "verified"


def test_an_unmodelled_line_is_named() -> None:
    ledger = simple(
        ("ada", "10"), base_rates__USA=[base("11110000", "", kind="specific", rate_text="3 cents/kg")]
    )
    found = lookup("11110000", on=ON, ledger=ledger)
    assert any("not in the total" in note and "3 cents/kg" in note for note in found.notes)
    assert found.confidence == "unverified"


def test_other_origins_are_told_apart() -> None:
    measures = [measure("ada", "ADA"), measure("bob", "BOB", origin_set="two")]
    found = lookup("11110000", on=ON, ledger=simple(("ada", "25"), ("bob", "20"), measures=measures))
    assert [note for note in found.notes if "HKG" in note] == [
        "Goods from HKG are another origin, without ADA."
    ]


def test_a_possible_exclusion_is_named_and_changes_no_rate() -> None:
    row = {"exclusion_id": "x1", "code": "1111000010", "valid_from": "2020-01-01", "valid_to": "2023-01-01"}
    ledger = simple(("ada", "25"), exclusions=[{**row, "measure_group": "ADA", **SOURCED}])
    found = lookup("1111000010", on=ON, ledger=ledger)
    assert found.total_pct == 30
    assert any("x1" in note for note in found.notes)
    assert lookup("1111000010", on=ON, claims=["x1"], ledger=ledger).total_pct == 5


def test_a_possible_exemption_is_named_with_its_claim_and_given_if_claimed() -> None:
    links = [link("ada"), link("ada", "free", "exempt")]
    free = [listed("1111", condition="civil_aircraft")]
    ledger = simple(("ada", "10"), measure_scopes=links, scopes__free=free)
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.bounds) == (15, (5, 15))
    assert any("unless civil_aircraft is claimed" in note for note in found.notes)
    denied = lookup("11110000", on=ON, claims=["not:civil_aircraft"], ledger=ledger)
    assert (denied.total_pct, denied.bounds) == (15, (15, 15))
    claimed = lookup("11110000", on=ON, claims=["civil_aircraft"], ledger=ledger)
    assert claimed.total_pct == 5
    assert not any("civil aircraft" in note for note in claimed.notes)
    with pytest.raises(ParameterError, match="use one of civil_aircraft"):
        lookup("11110000", on=ON, claims=["ada"], ledger=ledger)


def test_points_by_authority_sum_to_the_total_exactly() -> None:
    content = [{"code": "1111", "steel": "0.333333", "aluminum": "0", "copper": "0"}]
    measures = [measure("steel", "STEEL", basis="steel"), measure("ada", "ADA")]
    rules = [rule("r", "suppress_share", "STEEL", "ADA")]
    ledger = simple(
        ("steel", "50"), ("ada", "34"), measures=measures, stack_rules=rules, content_shares=content
    )
    found = lookup("11110000", on=ON, ledger=ledger)
    assert sum(found.by_authority().values(), Decimal(0)) == found.total_pct
    assert found.total_pct == 5 + 50 * Decimal("0.333333") + 34 * (1 - Decimal("0.333333"))


def test_value_added_tax_is_apart_and_on_the_duty_too() -> None:
    row = {"code": "all", "valid_from": "2020-01-01", "valid_to": "9999-12-31", "rate_pct": "13", **SOURCED}
    rows = [row, {**row, "code": "1111", "rate_pct": "9"}]
    ledger = simple(("ada", "5"), vat__USA=rows)
    first, second = (lookup(code, on=ON, ledger=ledger) for code in ("11110000", "22220000"))
    assert (first.total_pct, first.vat_pct, first.total_with_vat_pct) == (10, 9, Decimal("19.9"))
    assert second.vat_pct == 13


def test_plain_values_are_json(ledger: Ledger) -> None:
    found = lookup("11110000", on=ON, ledger=ledger)
    plain = json.loads(json.dumps(found.to_dict()))
    assert (plain["total_pct"], plain["entry_date"], plain["confidence"]) == (15, ON, "verified")
    assert [line["measure_id"] for line in plain["lines"]] == ["MFN", "ada"]


def test_what_is_shown_is_escaped_and_says_that_it_is_no_ruling() -> None:
    found = lookup(
        "11110000", on=ON,
        ledger=simple(("ada", "10"), measures=[measure("ada", "ADA", heading="<b>9903</b>")]),
    )  # fmt: skip
    page = found._repr_html_()
    assert "<b>9903</b>" not in page
    assert "&lt;b&gt;9903" in page
    assert NOT_A_RULING in page
    assert NOT_A_RULING in str(found)
    assert "2024-12-31" in str(found)
    assert repr(found) == str(found)


@pytest.mark.parametrize(
    ("facts", "hint"),
    [
        ({"code": "11110001"}, "11110000"),
        ({"code": "1111", "on": "2019-12-31"}, "2020-01-01"),
        ({"code": "111"}, "digits"),
        ({"code": "eleven"}, "digits"),
        ({"on": "2022-02-30"}, "2022-02-28"),
        ({"on": "1 Mai"}, "2025-05-14"),
        ({"on": "5/1/2022"}, "2022-05-01 or 2022-01-05"),
        ({"on": "1950-01-01"}, "2020-01-01"),
        ({"known": "2030-01-01"}, "2024-12-31"),
        ({"origin": "CHI"}, "CHN"),
        ({"importer": "DEU"}, "USA"),
        ({"loaded": "2022-01-02"}, ON),
        ({"content": {"iron": 0.1}}, "steel"),
        ({"content": "steel=0.4"}, "{'steel': 0.4}"),
        ({"content": {"steel": 40}}, "0 to 1"),
        ({"content": {"steel": "much"}}, "0 to 1"),
        ({"content": {"steel": 0.7, "copper": 0.7}}, "at most 1"),
        ({"claims": ["x9"]}, "leave it out"),
        ({"claims": ["ada"]}, "leave it out"),  # a duty without a condition
        ({"lens": "as_wished"}, "as_collected"),
    ],
)
def test_what_can_not_be_is_refused_with_what_could(ledger: Ledger, facts: dict, hint: str) -> None:
    with pytest.raises((DataError, ParameterError), match=hint):
        lookup(**{"code": "11110000", "on": ON, "ledger": ledger, **facts})


@pytest.mark.parametrize(
    "day",
    ["2022-05-13", "2022/5/13", "13-May-22", "May 13, 2022", "5/13/2022", "13.05.2022", "Fri 13 May 2022"],
)
def test_a_day_is_read_as_people_write_it(day: str) -> None:
    assert read_day(day) == date(2022, 5, 13)


@pytest.mark.parametrize("value", ["$1,234.50", "1,234.50", "1234.50 USD", "US$1,234.50"])
def test_dollars_are_read_where_a_comma_can_only_part_thousands(value: str) -> None:
    assert read_money(value) == Decimal("1234.50")
    with pytest.raises(DataError, match=r"1234\.50"):
        read_money("1,234")


def test_a_code_is_read_with_its_dashes_and_its_name() -> None:
    assert {read_code(text) for text in ("9503-00-0073", "HTS 9503.00.0073", "'9503000073")} == {"9503000073"}


def test_a_line_of_another_edition_says_when_it_was_one() -> None:
    rows = [base("11110000", valid_to="2021-01-01"), base("11119000")]
    with pytest.raises(DataError, match="2021-01-01"):
        lookup("11110000", on=ON, ledger=simple(("ada", "10"), base_rates__USA=rows))


def waiver(**cells: str) -> dict[str, str]:
    row = {
        "exclusion_id": "any_importer",
        "code": "all",
        "valid_from": "2021-01-01",
        "valid_to": "2023-01-01",
    }
    return {**row, "measure_group": "ADA", "note": "on application", **SOURCED, **cells}


def test_a_waiver_that_any_importer_may_ask_for_stands_beside_the_total_and_in_the_bounds() -> None:
    ledger = simple(("ada", "10"), ("bea", "3"), exclusions=[waiver()])
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.waived_pct, found.bounds) == (18, 8, (8, 18))
    assert found.to_dict()["waived_pct"] == 8
    assert "18 %, 8 % as traded under the waiver, 8 to 18 %" in " ".join(str(found).split())
    assert any(
        note.startswith("The waiver any_importer would lift 10 points (Act): on application")
        for note in found.notes
    )
    claimed = lookup("11110000", on=ON, ledger=ledger, claims=["any_importer"])
    assert (claimed.total_pct, claimed.waived_pct, claimed.bounds) == (8, None, (8, 8))


@pytest.mark.parametrize("day", ["2020-06-01", "2023-01-01"])
def test_a_waiver_outside_its_days_is_not_shown(day: str) -> None:
    found = lookup("11110000", on=day, ledger=simple(("ada", "10"), exclusions=[waiver()]))
    assert (found.waived_pct, found.bounds) == (None, (15, 15))


def quota(condition: str = "in_quota", percent: str = "1") -> dict[str, str]:
    row = {
        "code": "111100",
        "condition": condition,
        "valid_from": START,
        "valid_to": OPEN,
        "rate_pct": percent,
    }
    return {**row, "note": "within the quota", **SOURCED}


def test_a_lower_base_rate_that_a_code_does_not_show_is_the_lower_bound_until_claimed() -> None:
    ledger = simple(("ada", "10"), reduced_rates__USA=[quota()], exclusions=[waiver()])
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.waived_pct, found.bounds) == (15, 5, (1, 15))
    assert any(
        "MFN is 1 % in place of 5 % within the quota (Act): claim in_quota" in text for text in found.notes
    )
    assert lookup("11110000", on=ON, ledger=ledger, claims=["in_quota"]).bounds == (1, 11)
    assert lookup("11110000", on=ON, ledger=ledger, claims=["not:in_quota"]).bounds == (5, 15)
    with pytest.raises(ParameterError, match="means nothing"):
        lookup("22220000", on=ON, ledger=ledger, claims=["in_quota"])


def test_the_lowest_of_several_lower_rates_makes_the_bound_and_one_that_is_no_lower_none() -> None:
    rows = [quota(), quota("part_of_line", "0"), quota("dearer", "7")]
    assert lookup("11110000", on=ON, ledger=simple(("ada", "10"), reduced_rates__USA=rows)).bounds == (10, 15)


def test_a_presumed_exemption_holds_and_the_upper_bound_charges_it() -> None:
    scopes = {
        "measure_scopes": [link("ada"), link("ada", "free", "exempt")],
        "scopes__free": [listed("11110000", condition="presumed_extension")],
    }
    ledger = simple(("ada", "10"), **scopes)
    found = lookup("11110000", on=ON, ledger=ledger)
    assert (found.total_pct, found.bounds) == (5, (5, 15))
    assert any("presumed extension" in note for note in found.notes)
    assert lookup("11110000", on=ON, ledger=ledger, claims=["presumed_extension"]).bounds == (5, 5)
    assert lookup("11110000", on=ON, ledger=ledger, claims=["not:presumed_extension"]).bounds == (15, 15)


def test_goods_without_the_metal_pay_what_gives_way_to_its_duty():
    """Note 2(v)(viii), Proclamation 10947: metal duties apply to metal; EO 14325: 35 percent on Canada."""
    for content, total in (({"steel": 0}, 35), ({"steel": 0.5}, 25)):
        assert lookup("9403.20.0050", "CAN", "2025-10-01", content=content).total_pct == total
    assert lookup("9403.20.0050", "CAN", "2025-10-01").bounds == (0, 50)  # USMCA; all of it metal


def test_the_bounds_hold_any_content_and_exclusions():
    """Proclamation 10947 clause (6): 50 on the steel, 10 on the rest; U.S. note 20(vvv): list 3 excluded."""
    article = lookup("7326.90.8688", on="2025-12-01")
    assert article.bounds == (article.total_pct - 40 - 25, article.total_pct)
    assert any("bounds hold any share" in note for note in article.notes)
    bags = lookup("4202.92.31", on="2026-11-09")
    claimed = lookup("4202.92.3120", on="2026-11-09", claims=["9903.88.69/4202923120"])
    assert bags.lower_pct == claimed.total_pct == bags.total_pct - 25


def test_a_listed_part_for_no_vehicle_can_be_dearer():
    """Heading 9903.94.06 frees it of 25 percent; 50 percent on steel of chapter 73 then apply (note 16)."""
    plain = lookup("7320.10.60", on="2025-12-01")
    other = lookup(
        "7320.10.60", on="2025-12-01", claims=["not:us_s232_auto_parts", "not:us_s232_truck_parts"]
    )
    assert plain.total_pct < other.total_pct == plain.upper_pct
