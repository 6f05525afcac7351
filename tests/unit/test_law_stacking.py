"""Each stacking rule on a made ledger of fictional measures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.snapback import snapback
from tests.unit.law_made import base, duty, lines, link, listed, made, measure, rate, rule, simple
from trucewatch.duty import applicable, resolve, total
from trucewatch.duty.stacking import if_conditional, rules_on
from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import Ledger

DAY = date(2022, 1, 1)
SOURCED = {"citation": "Act", "source": "the test", "confidence": "verified"}


def test_duties_add_on_the_customs_value_and_never_on_each_other() -> None:
    assert duty(simple(("ada", "20"), ("bob", "125"))) == Decimal("150")


def test_of_a_group_only_the_highest_stays() -> None:
    ledger = simple(("low", "25"), ("high", "100"), stack_rules=[rule("r", "max_within", "*", "*")])
    found = lines(ledger)
    assert (found["low"].status, found["high"].status) == ("suppressed", "charged")
    assert found["low"].suppressed_by == ("high",)
    assert duty(ledger) == 105


def test_among_equals_the_lower_rank_stays() -> None:
    measures = [measure("ada", "A", stack_rank="2"), measure("bob", "B", stack_rank="1")]
    ledger = simple(
        ("ada", "25"), ("bob", "25"), measures=measures, stack_rules=[rule("r", "max_within", "*", "*")]
    )
    assert {name: line.status for name, line in lines(ledger).items() if line.status != "charged"} == {
        "ada": "suppressed"
    }


def test_a_charged_winner_suppresses_and_an_exempt_one_does_not() -> None:
    rules = [rule("r", "suppress", "WIN", "LOSE")]
    links = [link("win", "few"), link("lose")]
    ledger = simple(
        ("win", "25"), ("lose", "10"), stack_rules=rules, measure_scopes=links, scopes__few=[listed("1111")]
    )
    assert duty(ledger, "11110000") == 5 + 25
    assert duty(ledger, "22220000") == 10 + 10


def test_a_winner_at_zero_points_still_wins() -> None:
    measures = [measure("floor", "FLOOR", mode="floor"), measure("lose", "LOSE")]
    ledger = simple(
        ("floor", "3"),
        ("lose", "10"),
        measures=measures,
        stack_rules=[rule("r", "suppress", "FLOOR", "LOSE")],
    )
    assert duty(ledger) == 5


def test_a_suppressed_line_suppresses_nothing() -> None:
    rules = [rule("r1", "priority", "CAR", "METAL"), rule("r2", "suppress", "METAL", "GENERAL")]
    ledger = simple(("car", "25"), ("metal", "50"), ("general", "10"), stack_rules=rules)
    assert {name: line.status for name, line in lines(ledger).items()} == {
        "MFN": "charged",
        "car": "charged",
        "general": "charged",
        "metal": "suppressed",
    }


def test_rules_in_a_circle_are_refused() -> None:
    rules = [rule("r1", "suppress", "ADA", "BOB"), rule("r2", "suppress", "BOB", "ADA")]
    with pytest.raises(LedgerError, match=r"circle"):
        duty(simple(("ada", "1"), ("bob", "2"), stack_rules=rules))


@pytest.mark.parametrize(
    ("steel", "aluminum", "expected"),
    # b + r232 C + rRECIP (1 - C), C = steel + aluminum
    [
        ("0.4", "0", "5 + 50 * 0.4 + 10 * 0.6"),
        ("0.4", "0.1", "5 + 50 * 0.5 + 10 * 0.5"),
        ("0", "0", "5 + 10"),
        ("1", "0", "5 + 50"),
    ],
)
def test_the_general_duty_is_on_the_value_the_metal_duties_leave(
    steel: str, aluminum: str, expected: str
) -> None:
    measures = [
        measure("steel", "STEEL", basis="steel"),
        measure("alu", "ALU", basis="aluminum"),
        measure("general", "GENERAL"),
    ]
    rules = [rule(f"r{name}", "suppress_share", name, "GENERAL") for name in ("STEEL", "ALU")]
    ledger = simple(
        ("steel", "50"), ("alu", "50"), ("general", "10"), measures=measures, stack_rules=rules,
        content_shares=[{"code": "1111", "steel": steel, "aluminum": aluminum, "copper": "0"}],
    )  # fmt: skip
    found = lines(ledger)
    exact = sum(
        (Decimal(term) if "*" not in term else Decimal(term.split("*")[0]) * Decimal(term.split("*")[1])
         for term in expected.replace(" ", "").split("+")),
        Decimal(0),
    )  # fmt: skip
    assert total(found.values()) == exact
    # an article that is metal throughout is charged on its whole value, as Customs does: no estimate
    assert found["steel"].is_estimate == (steel != "1")
    assert found["steel"].confidence == ("unverified" if steel != "1" else "inferred")


def test_content_given_by_the_user_replaces_the_estimate_and_is_none() -> None:
    measures = [measure("steel", "STEEL", basis="steel")]
    content = [{"code": "1111", "steel": "0.4", "aluminum": "0", "copper": "0"}]
    ledger = simple(("steel", "50"), measures=measures, content_shares=content)
    assert duty(ledger, content={"steel": 0.1}) == 10
    line = lines(ledger, content={"steel": 0.1})["steel"]
    assert (line.is_estimate, line.confidence) == (False, "verified")


def test_an_unknown_content_is_not_modelled_and_never_zero_in_silence() -> None:
    ledger = simple(("steel", "50"), measures=[measure("steel", "STEEL", basis="steel")])
    line = lines(ledger)["steel"]
    assert (line.status, line.confidence) == ("not_modelled", "unverified")
    assert "metal content" in line.reason


def test_a_floor_is_the_rest_up_to_a_total_with_the_base_duty() -> None:
    ledger = simple(("floor", "15"), measures=[measure("floor", "FLOOR", mode="floor")])
    assert duty(ledger, "11110000") == 15
    assert duty(ledger, "22220000") == 15
    assert lines(ledger, "22220000")["floor"].pp == 5


def test_fees_and_taxes_stand_apart() -> None:
    ledger = simple(("fee", "0.3464"), measures=[measure("fee", "FEE", mode="apart")])
    assert duty(ledger) == 5
    assert lines(ledger)["fee"].pp == Decimal("0.3464")


@pytest.mark.parametrize("status", ["suspended", "threatened", "announced"])
def test_a_duty_that_is_not_in_force_is_shown_and_not_charged(status: str) -> None:
    ledger = simple(("ada", "34"), rates=[rate("ada", "34", status=status)])
    line = lines(ledger)["ada"]
    assert (line.status, line.rate_pct, line.pp) == (status, 34, 0)
    assert duty(ledger) == 5


def test_a_scheduled_duty_is_charged_from_its_day() -> None:
    ledger = simple(("ada", "34"), rates=[rate("ada", "34", "2024-12-01", status="scheduled")])
    assert duty(ledger, on="2024-11-30") == 5
    assert duty(ledger, on="2024-12-01") == 39


def test_what_was_held_unlawful_has_two_clocks_and_two_lenses() -> None:
    rows = [
        rate("ada", "20", valid_to="2022-06-01", known_to="2022-05-20"),
        rate("ada", "20", valid_to="2022-06-01", known_from="2022-05-20", status="void"),
    ]
    ledger = simple(("ada", "20"), rates=rows)
    before = lines(ledger, known_on=date(2022, 5, 19))["ada"]
    after = lines(ledger, known_on=date(2022, 5, 20))["ada"]
    assert (before.status, after.status) == ("charged", "void_refundable")
    assert total([after]) == 20
    assert total([after], lens="as_finally_held") == 0
    assert total([before], lens="as_finally_held") == 20
    assert after.litigation


def test_an_unknown_lens_is_refused() -> None:
    with pytest.raises(ValueError, match="as_collected"):
        total([], lens="as_wished")


def test_an_exempt_list_frees_and_a_carve_out_charges_again() -> None:
    links = [link("ada"), link("ada", "free", "exempt")]
    free = [listed("1111"), listed("11110000", included=False)]
    ledger = simple(("ada", "10"), measure_scopes=links, scopes__free=free,
                    base_rates__USA=[base("11110000"), base("11119000")])  # fmt: skip
    assert duty(ledger, "11110000") == 15  # the longer prefix decides
    assert duty(ledger, "11119000") == 5


def exempted_ledger() -> Ledger:
    links = [link("ada"), link("ada", "planes", "exempt"), link("ada", "books", "exempt")]
    planes = [listed("1111", condition="civil_aircraft")]
    books = [listed("11110000", condition="informational_materials")]
    return simple(("ada", "10"), measure_scopes=links, scopes__planes=planes, scopes__books=books)


def test_an_exemption_on_a_condition_is_named_and_not_given_unasked() -> None:
    line = lines(exempted_ledger())["ada"]
    assert (line.status, line.pp, line.exempt_if) == ("charged", 10, "informational_materials")
    assert "informational materials" in line.reason


@pytest.mark.parametrize("claim", ["civil_aircraft", "informational_materials"])
def test_an_exemption_on_a_condition_is_given_to_who_claims_it(claim: str) -> None:
    line = lines(exempted_ledger(), claims=frozenset({claim}))["ada"]
    assert (line.status, line.pp) == ("exempt", 0)


def test_an_exemption_claimed_not_to_hold_leaves_the_other() -> None:
    claims = {"not:informational_materials"}
    line = lines(exempted_ledger(), claims=frozenset(claims))["ada"]
    assert (line.status, line.exempt_if) == ("charged", "civil_aircraft")
    line = lines(exempted_ledger(), claims=frozenset({*claims, "not:civil_aircraft"}))["ada"]
    assert (line.status, line.reason, line.exempt_if) == ("charged", "", "")


def conditional_ledger(**cells: str):
    parts = [listed("11110000", **cells), listed("1111000010", condition="always")]
    asked = measure("part", "PART", condition="dual_use_part", conditional_default="conditional")
    return simple(
        ("part", "25"), measures=[asked], measure_scopes=[link("part", "parts")], scopes__parts=parts
    )


def test_a_conditional_duty_is_in_the_upper_bound_only() -> None:
    ledger = conditional_ledger()
    raw = applicable(ledger, "11110000", "CHN", DAY)
    rules = rules_on(ledger, DAY)
    assert total(resolve(raw, rules)) == 5
    assert total(if_conditional(raw, rules)) == 30
    assert lines(ledger)["part"].rate_pct == 25


def test_a_row_that_says_always_and_a_claim_settle_the_condition() -> None:
    ledger = conditional_ledger()
    assert duty(ledger, "1111000010") == 30
    assert duty(ledger, claims=frozenset({"dual_use_part"})) == 30
    assert lines(ledger, claims=frozenset({"not:part"}))["part"].status == "exempt"


def test_as_if_met_the_conditional_duty_also_suppresses() -> None:
    measures = [
        measure("part", "PART", condition="dual_use_part", conditional_default="conditional"),
        measure("general", "GENERAL"),
    ]
    ledger = simple(
        ("part", "25"), ("general", "125"), measures=measures,
        stack_rules=[rule("r", "suppress_share", "PART", "GENERAL")],
    )  # fmt: skip
    raw, rules = applicable(ledger, "11110000", "CHN", DAY), rules_on(ledger, DAY)
    assert (total(resolve(raw, rules)), total(if_conditional(raw, rules))) == (130, 30)


def test_an_exclusion_counts_only_if_claimed() -> None:
    row = {"exclusion_id": "x1", "code": "1111000010", "valid_from": "2020-01-01", "valid_to": "2023-01-01"}
    ledger = simple(("ada", "25"), exclusions=[{**row, "measure_group": "ADA", **SOURCED}])
    claims = frozenset({"x1"})
    assert duty(ledger, "1111000010") == 30
    assert lines(ledger, "1111000010", claims=claims)["ada"].status == "excluded"
    assert duty(ledger, "1111000010", claims=claims) == 5
    assert duty(ledger, "1111000020", claims=claims) == 30
    assert duty(ledger, "1111000010", on="2023-01-01", claims=claims) == 30


def test_goods_on_the_water_keep_the_older_rate_inside_both_bounds() -> None:
    row = {"rule_id": "t", "measure_id": "ada", "entered_from": "2022-04-05", "entered_before": "2022-05-27"}
    transit = [{**row, "loaded_before": "2022-04-05", "rate_pct": "0", **SOURCED}]
    ledger = simple(("ada", "10"), rates=[rate("ada", "10", "2022-04-05")], transit_rules=transit)

    def total_of(loaded: date | None, on: str) -> Decimal:
        return duty(ledger, on=on, loaded_date=loaded)

    assert total_of(date(2022, 4, 4), "2022-05-26") == 5
    assert total_of(date(2022, 4, 5), "2022-05-26") == 15
    assert total_of(date(2022, 4, 4), "2022-05-27") == 15
    assert total_of(None, "2022-05-26") == 15


def test_two_transit_rules_for_one_entry_are_refused() -> None:
    row = {"measure_id": "ada", "entered_from": "2021-01-01", "entered_before": "2023-01-01"}
    transit = [
        {**row, "rule_id": name, "loaded_before": "2022-01-01", "rate_pct": "0", **SOURCED} for name in "ab"
    ]
    with pytest.raises(LedgerError, match="two transit rules"):
        duty(simple(("ada", "10"), transit_rules=transit), loaded_date=date(2021, 6, 1))


def suspension(name: str, percent: str, valid_to: str, kind: str = "legal") -> dict[str, str]:
    row = {"suspension_id": name, "measure_id": "ada", "valid_from": "2021-01-01", "valid_to": valid_to}
    return {**row, "rate_if_lifted_pct": percent, "kind": kind, **SOURCED}


def test_the_snapback_lifts_dated_suspensions_of_its_kind() -> None:
    rows = [
        suspension("legal", "34", "2023-01-01"),
        suspension("political", "125", "2023-01-01", "political"),
    ]
    ledger = simple(("ada", "10"), suspensions=rows)
    assert duty(ledger) == 15
    assert snapback(ledger, "11110000", "CHN", DAY) == 39
    assert snapback(ledger, "11110000", "CHN", DAY, kind="political") == 130
    assert snapback(ledger, "11110000", "CHN", date(2023, 1, 1)) == 15


def test_a_suspension_without_an_end_does_not_end_by_itself() -> None:
    rows = [suspension("open", "15", "9999-12-31")]
    ledger = simple(("ada", "15"), rates=[rate("ada", "15", status="suspended")], suspensions=rows)
    assert snapback(ledger, "11110000", "CHN", DAY) == 5


def test_an_origin_set_decides_who_pays() -> None:
    measures = [measure("ada", "ADA"), measure("bob", "BOB", origin_set="two")]
    ledger = simple(("ada", "25"), ("bob", "20"), measures=measures)
    assert duty(ledger, origin="CHN") == 50
    assert duty(ledger, origin="HKG") == 25


def test_a_specific_duty_counts_by_its_equivalent_or_is_not_modelled() -> None:
    specific = {"kind": "specific", "rate_text": "3 cents/kg"}
    rows = [
        base("11110000", "", ave_pct="2.5", ave_method="unit value", confidence="inferred", **specific),
        base("22220000", "", **specific),
    ]
    ledger = simple(("ada", "10"), base_rates__USA=rows)
    first, second = lines(ledger, "11110000")["MFN"], lines(ledger, "22220000")["MFN"]
    assert (first.status, first.pp, first.is_estimate) == ("charged", Decimal("2.5"), True)
    assert (second.status, second.pp, second.rate_text) == ("not_modelled", 0, "3 cents/kg")
    assert "3 cents/kg" in second.reason


def test_with_an_unknown_base_duty_a_floor_is_the_least_both_come_to() -> None:
    """15 in all: the 3 cents are part of it, or more than it."""
    rows = [base("11110000", "", kind="specific", rate_text="3 cents/kg")]
    ledger = simple(("floor", "15"), measures=[measure("floor", "FLOOR", mode="floor")], base_rates__USA=rows)
    found = lines(ledger)["floor"]
    assert (found.status, found.pp, found.confidence) == ("charged", 15, "unverified")
    assert found.is_least
    assert "at least" in found.reason


def test_intervals_are_half_open() -> None:
    rows = [rate("ada", "10", valid_to="2022-02-01"), rate("ada", "20", "2022-02-01")]
    ledger = simple(("ada", "10"), rates=rows)
    assert [duty(ledger, on=day) for day in ("2022-01-31", "2022-02-01")] == [15, 25]


def test_confidence_is_the_worst_of_the_rows_behind_a_line() -> None:
    ledger = simple(("ada", "10"), rates=[rate("ada", "10", confidence="unverified")])
    assert lines(ledger)["ada"].confidence == "unverified"


def test_a_conditional_line_needs_no_measure_condition() -> None:
    ledger = made(
        measures=[measure("ada", "ADA")],
        rates=[rate("ada", "10")],
        measure_scopes=[link("ada", "few")],
        scopes__few=[listed("11110000", condition="patented")],
    )
    assert lines(ledger)["ada"].status == "conditional"
