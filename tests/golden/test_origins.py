"""Goods of every origin: worked examples from the acts, and what must hold for floors, deals and preferences.

`data/origins.csv` was worked out by hand from acts and headings, or taken from public tests of others; its
totals are no output of this package.
"""

import csv
import dataclasses
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from trucewatch.answers.calendar import calendar
from trucewatch.answers.diff import diff
from trucewatch.answers.every_origin import from_every_origin
from trucewatch.answers.history import history
from trucewatch.answers.history_view import history_of
from trucewatch.answers.lookup import lookup
from trucewatch.answers.trade_values import Values
from trucewatch.duty.matching import match
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.origins import seen_from

CASES = list(csv.DictReader((Path(__file__).parent / "data" / "origins.csv").open(encoding="utf-8")))
DAYS = ("2025-04-07", "2025-09-02", "2025-12-01", "2026-03-15", "2026-05-01", "2026-08-10", "2026-10-01")


@pytest.fixture(scope="module")
def codes(ledger):
    """Lines of every chapter, spread over the schedule."""
    lines = [code for code in ledger.base_rates["USA"].codes if len(code) == 8]
    return lines[:: len(lines) // 60]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: " ".join(case[name] for name in ("on", "origin", "code", "claims"))
)
def test_worked_examples(ledger, case):
    found = lookup(case["code"], case["origin"], case["on"], claims=case["claims"].split(), ledger=ledger)
    assert abs(found.total_pct - Decimal(case["total_pct"])) <= Decimal("0.05"), case["citation"]


def test_every_example_names_the_text_that_it_was_worked_from():
    texts = r"\b(EO|Procs?|Proclamations?|FR|HTSUS|headings?|note|CBP|CSMS|USC|Act|General Notes?|Annex)\b"
    named = re.compile(texts + r"|\b9[89]\d\d\.", re.IGNORECASE)
    assert [case for case in CASES if not named.search(case["citation"])] == []


@pytest.mark.parametrize("origin", ["CHN", "CAN", "DEU", "KOR", "BRA", "RUS", "ISR"])
def test_what_origins_share_is_what_each_would_find_alone(ledger, codes, origin):
    """Views of one ledger share the index of the lists; a replaced ledger shares nothing."""
    seen = seen_from(ledger, "USA", origin)
    alone = dataclasses.replace(seen)
    for code in codes:
        shared, own = match(seen, code), match(alone, code)
        parts = [
            [(item.measure, item.covers, item.exempts) for item in found.measures] for found in (shared, own)
        ]
        assert parts[0] == parts[1], code
        assert dataclasses.replace(shared, measures=()) == dataclasses.replace(own, measures=()), code
    for row in seen.exclusions:
        assert named_measures(seen, row.measure_group) == named_measures(alone, row.measure_group)
    assert (seen.rates_of, seen.members_of) == (alone.rates_of, alone.members_of)


def test_a_floor_fills_column_1_up_and_never_beyond(ledger, codes):
    """EO 14326 and EO 14345: with column 1 the duty is 15 percent, or column 1 if that is higher."""
    for code in codes:
        found = lookup(code, "DEU", "2025-10-10", ledger=ledger)
        lines = {line.measure_id: line for line in found.lines}
        floor = lines.get("us_ieepa_reciprocal__floor_eu27")
        base = lines.get("MFN")
        if floor is None or floor.status != "void_refundable" or base.rate_pct is None:
            continue
        assert floor.pp == max(Decimal(0), 15 - base.rate_pct) * floor.value_share, code


def test_a_claim_never_costs_and_stays_within_the_bounds(ledger, codes):
    for origin, claim in (("CAN", "usmca_claim"), ("KOR", "fta_claim"), ("SLV", "cafta_dr_claim")):
        for code in codes[::3]:
            for day in DAYS[::2]:
                try:
                    plain = lookup(code, origin, day, ledger=ledger)
                except Exception:
                    continue  # not in the schedule of that day
                if plain.total_pct is None or not (plain.lines and plain.confidence):
                    continue
                try:
                    claimed = lookup(code, origin, day, claims=[claim], ledger=ledger)
                except Exception as error:
                    assert "means nothing" in str(error)
                    continue
                if claimed.total_pct is not None:
                    assert plain.lower_pct <= claimed.total_pct <= plain.total_pct, (code, origin, day)


def test_the_deal_of_one_origin_leaves_the_others_alone(ledger):
    """Autos in October 2025: 15 in all for Japan (EO 14345), 10 for the UK (EO 14309), 27.5 for others."""
    totals = {
        origin: lookup("8703230140", origin, "2025-10-10", ledger=ledger).total_pct
        for origin in ("JPN", "GBR", "CHN", "ZAF")
    }
    assert (totals["JPN"], totals["GBR"], totals["ZAF"]) == (15, 10, Decimal("27.5"))
    assert totals["CHN"] > totals["ZAF"]


def test_column_2_starts_for_russia_with_the_act(ledger):
    """Public Law 117-110: column 2 for Russia and Belarus from 9 April 2022; toys 70 percent there."""
    assert lookup("95030000", "RUS", "2022-04-08", ledger=ledger).total_pct == 0
    assert lookup("95030000", "RUS", "2022-04-09", ledger=ledger).total_pct == 70


def test_what_was_held_unlawful_is_refundable_for_every_origin(ledger):
    found = lookup("6109100012", "VNM", "2025-09-02", ledger=ledger)
    assert found.refundable_pp == 20
    held = lookup("6109100012", "VNM", "2025-09-02", lens="as_finally_held", ledger=ledger)
    assert held.total_pct == Decimal("16.5")


def test_goods_on_the_water_keep_the_old_rate(ledger):
    """EO 14326 section 3: loaded before 7 August 2025 and entered before 5 October pays 10."""
    facts = {"origin": "VNM", "on": "2025-08-20", "ledger": ledger}
    assert lookup("95030000", loaded="2025-08-06", **facts).total_pct == 10
    assert lookup("95030000", loaded="2025-08-07", **facts).total_pct == 20


@pytest.mark.parametrize(
    ("code", "origin", "on", "loaded", "total"),
    [
        # EO 14326 section 3: entered before 5 October 2025; the duty then is 10 on top of column 1
        ("42022160", "ITA", "2025-08-20", "2025-08-01", "20"),
        ("61091000", "VNM", "2025-10-04", "2025-08-06", "26.5"),
        ("61091000", "VNM", "2025-10-05", "2025-08-06", "36.5"),
        # EO 14323: loaded before 6 August 2025, without the 40; heading 9903.01.78
        ("64039960", "BRA", "2025-08-10", "2025-08-01", "18.5"),
        # EO 14329: loaded before 27 August 2025 and entered before 17 September, without the second 25
        ("61091000", "IND", "2025-09-16", "2025-08-26", "41.5"),
        ("61091000", "IND", "2025-09-17", "2025-08-26", "66.5"),
        # U.S. note 2(aa): loaded before 24 February 2026 and entered before 28 February
        ("61091000", "VNM", "2026-02-26", "2026-02-20", "16.5"),
        # 91 FR 47318, heading 9903.05.85: loaded before 24 July 2026 and entered before 28 July
        ("61091000", "VNM", "2026-07-27", "2026-07-20", "16.5"),
        ("61091000", "VNM", "2026-07-28", "2026-07-20", "29"),
    ],
)
def test_goods_in_transit_by_act(ledger, code, origin, on, loaded, total):
    assert lookup(code, origin, on, loaded=loaded, ledger=ledger).total_pct == Decimal(total)


def test_a_duty_is_entered_under_the_heading_of_its_day(ledger):
    """Annex I of EO 14257 gave Vietnam heading 9903.01.72, Annex I of EO 14326 gives it 9903.02.69."""

    def headings(day):
        lines = lookup("61091000", "VNM", day, ledger=ledger).lines
        return [line.heading for line in lines if line.measure_id == "us_ieepa_reciprocal__vnm"]

    assert (headings("2025-04-09"), headings("2025-08-07")) == (["9903.01.72"], ["9903.02.69"])


def test_korean_steel_is_under_quota_from_may_2018(ledger):
    """CBP quota bulletin 18-119: absolute quota from 1 May 2018 (Proclamation 9740, 83 FR 20683)."""

    def reasons(day):
        found = lookup("72085100", "KOR", day, ledger=ledger)
        assert found.total_pct == 0
        return {line.measure_id for line in found.lines if line.status == "exempt"}

    assert reasons("2018-04-30") == {"us_s232_steel_mill__s232_steel_exempt"}
    assert reasons("2018-05-01") == {"us_s232_steel_mill__s232_steel_quota"}


def test_what_was_known_of_the_ninth_of_april(ledger):
    """Read on 5 April, the duty on Vietnam of 9 May was to be 46; read on 10 April, 10."""
    facts = {"origin": "VNM", "on": "2025-05-09", "ledger": ledger}
    assert lookup("95030000", known="2025-04-05", **facts).total_pct == 46
    assert lookup("95030000", known="2025-04-10", **facts).total_pct == 10


def test_a_prohibited_entry_is_said(ledger):
    """Proclamation 11061: from 29 September 2026 some dairy products of Canada are refused."""
    before = lookup("04041005", "CAN", "2026-09-28", ledger=ledger)
    after = lookup("04041005", "CAN", "2026-09-29", ledger=ledger)
    assert not any("Entry is prohibited" in note for note in before.notes)
    assert any("Entry is prohibited" in note for note in after.notes)


def test_what_may_be_missing_is_said(ledger):
    def missing(origin, day):
        notes = lookup("6109100012", origin, day, ledger=ledger).notes
        return any("after Revision 21" in note for note in notes)

    assert missing("VNM", "2026-10-20") and not missing("VNM", "2026-10-01")
    assert not missing("CHN", "2026-10-20")


@pytest.mark.parametrize(
    ("origin", "on", "what"),
    [
        ("IRN", "2026-09-15", "31 CFR part 560"),
        ("CUB", "2025-09-15", "31 CFR part 515"),
        ("PRK", "2019-09-15", "31 CFR part 510"),
        ("RUS", "2023-05-01", "import bans"),
        ("MTQ", "2025-10-10", "the rates for the European Union"),
        ("ZAF", "2025-11-01", "the lapse of AGOA"),
        ("THA", "2018-02-01", "the lapse of the GSP"),
        ("VNM", "2019-10-10", "metals and safeguards before 2025"),
    ],
)
def test_every_door_says_what_may_be_missing(ledger, origin, on, what):
    """One line, a family of lines, every origin, two days, and what comes."""
    day = date.fromisoformat(on)
    asked = {"ledger": ledger, "origin": origin}
    doors = [
        lookup("6109100012", on=on, **asked).notes,
        lookup("610910", on=on, **asked).notes,
        from_every_origin("6109100012", on, ledger=ledger).missing,
        diff(day, day + timedelta(days=1), values=Values("none", {}), **asked).doubts,
        calendar(on, **asked).notes,
    ]
    for notes in doors:
        assert any(what in note for note in notes), notes


def test_an_answer_for_another_country_names_no_act_towards_china(ledger):
    """The forced-labor duty of Vietnam has a text of its own; the truce is none of its business."""
    found = diff("2026-07-23", "2026-07-24", origin="VNM", values=Values("none", {}), ledger=ledger)
    assert found.acts and not any("Chin" in act.title for act in found.acts)
    assert any("forced labor: Vietnam" in cause and "91 FR 47318" in cause for cause in found.by("cause"))
    cliffs = calendar(origin="VNM", ledger=ledger).cliffs
    assert cliffs and not any(cliff.kind.startswith("act") for cliff in cliffs)
    assert any(cliff.kind.startswith("act") for cliff in calendar(origin="CHN", ledger=ledger).cliffs)


def test_column_2_is_called_so(ledger):
    found = lookup("61091000", "CUB", "2025-09-15", ledger=ledger)
    assert found.lines[0].title == "Column 2 duty"
    assert any(note.startswith("Goods of Cuba pay column 2") for note in found.notes)
    assert lookup("61091000", "IRN", "2025-09-15", ledger=ledger).lines[0].title == "Column 1 duty"


def test_every_origin_is_ranked_with_its_share(ledger):
    table = from_every_origin("6109100012", "2025-09-02", ["Vietnam", "MX", "CHN"], ledger)
    assert [row.origin for row in table.rows] == ["CHN", "MEX", "VNM"]
    assert 0.13 < table.rows[0].share_of_imports < 0.14
    assert table.rows[1].claimed_pct == 0 and "usmca_claim" in table.rows[1].claims


def test_origins_that_pay_the_same_stand_together(ledger):
    # 6109.10.00, 16.5 %: 30 % IEEPA and 7.5 % Section 301 on China, 20 % reciprocal on Vietnam and Sri Lanka
    table = from_every_origin("6109100012", "2025-09-02", ["LKA", "CHN", "VNM"], ledger)
    paid = {float(duty[0]): {row.origin for row in rows} for duty, rows in table.groups().items()}
    assert paid == {54.0: {"CHN"}, 36.5: {"VNM", "LKA"}}
    assert "36.5" in table._repr_html_() and "Vietnam, Sri Lanka" in str(table)


def test_puerto_rico_is_in_the_customs_territory(ledger):
    # General Note 2 of the HTSUS
    with pytest.raises(DataError, match="no import from another country"):
        lookup("6109100012", "Puerto Rico", "2025-09-02", ledger=ledger)


def test_history_speaks_of_the_origin_asked(ledger):
    told = history("61091000", "2025-04-01", "2025-05-01", ledger=ledger, origin="Viet Nam")
    assert [float(total) for total in told["total_pct"]] == [16.5, 26.5, 62.5, 26.5]


@pytest.mark.parametrize("origin", ["DEU", "JPN", "CAN"])
def test_a_reduction_open_to_all_stays_beside_a_preference(origin: str) -> None:
    # Miscellaneous Tariff Bill Act of 2018, Pub. L. 115-239: heading 9902.01.01, free until the end of 2020,
    # whatever the origin; the tariff on 0710.80.70 is 11.3 % otherwise
    answer = lookup("0710.80.70", on="2020-06-01", origin=origin, claims=["9902.01.01"])
    assert answer.total_pct == 0


def test_the_act_for_one_origin_reaches_every_list_of_the_general_act(ledger):
    """One that takes some list of the general act takes all that the act has while its rate holds."""
    for name, links in ledger.scopes_of.items():
        general, _, origin = name.partition("__")
        rates = ledger.rates_of.get(name, ())
        if not origin or not rates or general not in ledger.measure:
            continue
        first, end = min(row.valid_from for row in rates), max(row.valid_to for row in rates)
        taken = {link.scope_id for link in links if link.role == "cover"}
        held = {
            link.scope_id
            for link in ledger.scopes_of[general]
            if link.role == "cover" and link.valid_from < end and first < link.valid_to
        }
        assert not taken & held or held <= taken, name


def test_no_origin_pays_two_rates_of_one_metal_duty(ledger, codes):
    """U.S. notes 16 and 19: an article is entered under one heading for steel and one for aluminum."""
    metal = [code for code in codes if code[:2] in ("72", "73", "76")] + ["73063010", "73181520", "76061230"]
    for origin in ("GBR", "RUS", "CAN", "KOR", "TUR", "DEU", "ARG"):
        for day in ("2018-09-01", "2022-07-01", "2025-04-01", "2025-07-01", "2026-03-01", "2026-05-01"):
            for code in metal:
                charged = [
                    line.measure_id
                    for line in lookup(code, origin, day, ledger=ledger).lines
                    if line.authority in ("S232_STEEL", "S232_ALU", "S232_METAL") and line.pp
                ]
                assert len(charged) <= 1, (code, origin, day, charged)


@pytest.mark.parametrize(
    ("code", "origin", "claim", "last", "first"),
    [
        # U.S. note 17(d): to 7 February 2023; GSP: to 31 December 2020; heading 9903.94.05: from 3 May 2025
        ("8450200040", "KOR", "large_residential_washer_within_quota", "2023-02-07", "2023-02-08"),
        ("42029231", "THA", "gsp_claim", "2020-12-31", "2021-01-01"),
        ("8708103050", "DEU", "not:us_s232_auto_parts", "2025-05-03", "2025-05-02"),
    ],
)
def test_a_fact_that_no_law_asks_for_on_the_day_is_said_to_count_for_nothing(
    ledger, code, origin, claim, last, first
):
    def says_so(day):
        notes = lookup(code, origin, day, claims=[claim], ledger=ledger).notes
        return any(f"{claim} counts for nothing on {day}" in note for note in notes)

    assert says_so(first) and not says_so(last)


@pytest.mark.parametrize(
    ("code", "origin", "claim"),
    [
        ("76061230", "VNM", "metal_of_us"),  # note 16(e): no article of (c)(i)
        ("72085100", "BRA", "metal_of_us"),  # nor of (c)(iii)
        ("74072150", "GBR", "metal_95_percent_of_uk"),  # note 16(d): no copper of (c)(v)
        ("85444910", "GBR", "metal_95_percent_of_uk"),  # nor of (c)(viii)
        (
            "73072110",
            "CAN",
            "commerce_quantity_for_vehicle_producers",
        ),  # note 16(h): nothing of (c)(iv)
    ],
)
def test_a_relief_from_the_metal_annexes_reaches_its_subdivisions_only(ledger, code, origin, claim):
    """U.S. note 16(d), (e), (h), (i) of HTSUS 2026 Revision 6."""
    with pytest.raises(ParameterError, match="means nothing"):
        lookup(code, origin, "2026-05-05", claims=[claim], ledger=ledger)


@pytest.mark.parametrize(
    ("code", "origin", "day", "claim"),
    [
        ("76101000", "GBR", "2026-05-05", "us_s232_annex_1a"),
        ("8703230140", "CAN", "2025-06-05", "us_s232_autos"),
        ("42021221", "CAN", "2025-06-10", "us_ieepa_fentanyl_can"),
        ("42021221", "VNM", "2025-09-10", "us_ieepa_reciprocal"),
    ],
)
def test_the_name_of_a_duty_claims_no_relief_and_no_finding(ledger, code, origin, day, claim):
    """That a duty applies says nothing of 95 percent British metal, the USMCA or a finding of customs."""
    with pytest.raises(ParameterError, match="means nothing"):
        lookup(code, origin, day, claims=[claim], ledger=ledger)


def test_bounds_hold_an_exemption_from_the_act_for_one_origin(ledger):
    """Civil aircraft of the UK, EO 14309 and U.S. note 35(a): free, and so the lower bound is 0."""
    assert lookup("84251100", "GBR", "2026-02-06", ledger=ledger).bounds == (0, 10)
    assert lookup("84251100", "GBR", "2026-02-06", claims=["civil_aircraft"], ledger=ledger).total_pct == 0


def test_bounds_hold_the_dearer_of_two_duties_that_exclude_each_other(ledger):
    """A motor of Japan for a car pays 15 in all (9903.94.43), for a truck 25 more (9903.74.08)."""
    found = lookup("85015140", "JPN", "2026-04-02", ledger=ledger)
    for_truck = lookup("85015140", "JPN", "2026-04-02", claims=["truck_part", "not:auto_part"], ledger=ledger)
    assert for_truck.total_pct == found.upper_pct == Decimal("27.5")


def test_column_2_is_called_so_and_a_snap_back_belongs_to_the_truce():
    russia = str(lookup("8517.13.0000", "RUS", "2026-07-01"))
    assert "COLUMN_2" in russia and "MFN " not in russia.split("Confidence")[0]
    assert "Legal snap-back" not in russia
    assert "Legal snap-back" in str(lookup("8517.13.0000", "CHN", "2026-07-01"))
    told = " ".join(str(history_of("95030000", origin="RUS")).split())
    assert "Goods of Russia pay column 2 from 2022-04-09" in told
