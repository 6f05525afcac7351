"""What must hold for goods of any origin, any line and any day: floors, bounds, preferences and content."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from trucewatch.answers.at_sea import AT_SEA
from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.claims import claimable
from trucewatch.answers.every_origin import from_every_origin
from trucewatch.answers.history_view import history_of
from trucewatch.answers.lookup import lookup
from trucewatch.answers.paid_at import paid_at
from trucewatch.duty.lines import metals_of
from trucewatch.duty.matching import match
from trucewatch.duty.stacking import entry_of
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.origins import preferences_of, seen_from

LEDGER = load_ledger()
ORIGINS = sorted(row.iso3 for row in LEDGER.partners if row.iso3 in LEDGER.origins("USA"))
CODES = [code for code in LEDGER.base_rates["USA"].codes if len(code) == 8]
CHINESE = [code for code in LEDGER.base_rates["CHN"].codes if len(code) == 8]
DEALS = ["CAN", "MEX", "DEU", "GBR", "JPN", "KOR", "CHE", "TWN", "BRA"]
"""Origins with acts of their own, and so with claims of their own."""
METAL = [code for code in CODES if code[:2] in ("72", "73", "74", "76", "84", "85", "87", "94")]
FLOORS = {row.measure_id for row in LEDGER.measures if row.mode == "floor" and row.importer == "USA"}
COLLECTED = ("charged", "void_refundable")

many = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
days = st.dates(date(2018, 1, 1), LEDGER.law_asof)
recent = st.dates(date(2025, 3, 1), LEDGER.law_asof)


@cache
def _found(code, origin, day, claims=(), content=()):
    return lookup(code, origin, day, claims=claims, content=dict(content) or None, ledger=LEDGER)


def _answers(found):
    """Return the answers at the depth at which a code has lines of duty."""
    return [deep for part in found.parts for deep in _answers(part)] if not found.lines else [found]


def _ask(code, origin, day, claims=(), content=()):
    try:
        return _answers(_found(code, origin, day, claims, content))
    except (DataError, ParameterError):
        assume(False)  # no line of the schedule on that day, or nothing asks for the claim or the metal


@many
@given(st.sampled_from(CODES), st.sampled_from(ORIGINS), days)
def test_a_floor_fills_column_1_up_and_is_never_broken(code, origin, day):
    """EO 14326 section 2, EO 14345, 14346, U.S. notes 2(v), 16(f), 52(k): the sum of both is the rate."""
    for found in _ask(code, origin, day):
        base = next(line for line in found.lines if line.measure_id == "MFN")
        for line in found.lines:
            if line.measure_id in FLOORS and line.status in COLLECTED and base.rate_pct is not None:
                assert line.pp == max(Decimal(0), line.rate_pct - base.rate_pct) * line.value_share


@many
@given(st.sampled_from(CODES), st.sampled_from(ORIGINS), days)
def test_the_total_is_the_sum_of_its_lines_and_lies_in_the_bounds(code, origin, day):
    for found in _ask(code, origin, day):
        assert found.total_pct == sum(line.pp for line in found.lines if line.status in COLLECTED)
        assert found.lower_pct <= found.total_pct <= found.upper_pct


@many
@given(st.sampled_from(CODES), st.sampled_from(ORIGINS), days)
def test_a_preference_never_raises_the_total(code, origin, day):
    """No program of the special column is dearer than column 1."""
    programs = preferences_of(LEDGER, "USA", origin)
    claims = tuple(sorted({row.claim for row in programs if row.valid_from <= day < row.valid_to}))
    assume(claims)
    plain = [found.total_pct for found in _ask(code, origin, day)]
    claimed = [found.total_pct for found in _ask(code, origin, day, claims)]
    assert max(claimed) <= max(plain) and min(claimed) <= min(plain)
    assert min(found.lower_pct for found in _ask(code, origin, day)) <= min(claimed)


@many
@given(
    st.sampled_from(METAL), st.sampled_from(ORIGINS), recent, st.sampled_from(["steel", "aluminum", "copper"])
)
def test_more_metal_never_pays_less_where_only_the_metal_is_charged(code, origin, day, metal):
    """Proclamation 10947 clause (6): the metal pays its duty, the rest what the metal is spared."""
    parts = [_ask(code, origin, day, (), ((metal, share),)) for share in ("0.2", "0.6", "1")]
    assume(len({len(found) for found in parts}) == 1)
    for few, more, whole in zip(*parts, strict=True):
        metals = [
            line for line in few.lines if line.authority.startswith("S232") and line.status in COLLECTED
        ]
        by_content = [line for line in metals if line.value_share == Decimal("0.2")]
        spared = sum(
            line.rate_pct for line in whole.lines if line.status == "suppressed" and line not in metals
        )
        if by_content == metals != [] and min(line.rate_pct for line in by_content) >= spared:
            assert few.total_pct <= more.total_pct <= whole.total_pct


def _offered(found, importer, origin, day):
    """Return the claims that an answer offers and its bounds count on, and the metals that it asks about."""
    law = seen_from(LEDGER, importer, origin)
    place, entry = paid_at(law, importer, found.code, day), entry_of(law, origin, day)
    claims = {
        claim
        for code in {found.code, *place.codes, *place.longer}
        for claim in claimable(law, match(law, code, importer), entry).legal
    }
    rare = {
        name
        for row in law.measures
        if row.conditional_default == "exceptional"
        for name in (row.measure_id, row.condition)
    }
    bases = {
        law.measure[line.measure_id].basis
        for answer in _answers(found)
        for line in answer.lines
        if line.measure_id in law.measure
    }
    metals = {metal for basis in bases for metal in metals_of(basis)}
    return sorted(claim for claim in claims if not rare & {claim, *law.meanings(claim)}), sorted(metals)


@settings(many, max_examples=400)
@given(
    st.one_of(
        st.tuples(st.just("USA"), st.sampled_from(METAL), st.sampled_from(["CHN", *DEALS]), recent),
        st.tuples(st.just("USA"), st.sampled_from(CODES), st.sampled_from(["CHN", *ORIGINS]), days),
        st.tuples(st.just("CHN"), st.sampled_from(CHINESE), st.just("USA"), days),
    ),
    st.sampled_from(["as_collected", "as_finally_held"]),
    st.randoms(),
)
def test_the_bounds_hold_all_that_an_answer_leaves_open(asked, lens, random):
    """Any claims that the answer offers, met or denied, exclusions of ten digits and any metal content.

    What hardly occurs (Russian metal, a finding of transshipment) is said to stay outside.
    """
    importer, code, origin, day = asked
    try:
        plain = lookup(code, origin, day, importer, LEDGER, lens=lens)
    except DataError:
        assume(False)  # no line of the schedule on that day
    offered, metals = _offered(plain, importer, origin, day)
    assume(offered or metals)
    for _ in range(4):
        drawn = random.sample(offered, min(len(offered), random.randrange(5)))
        claims = tuple(random.choice(["", "", "not:"]) + claim for claim in drawn)
        left, content = Decimal(1), {}
        for metal in random.sample(metals, random.randrange(len(metals) + 1)):
            content[metal] = random.choice([Decimal(0), left, left * random.randrange(1000) / 1000])
            left -= content[metal]
        try:
            said = lookup(code, origin, day, importer, LEDGER, lens=lens, claims=claims, content=content)
        except ParameterError:
            continue  # what a fact denies may not be claimed besides
        totals = [part.total_pct for part in _answers(said)]
        assert plain.lower_pct <= min(totals) and max(totals) <= plain.upper_pct, (claims, content)


entered_with_goods_at_sea = st.sampled_from(
    [
        (rule.entered_from, rule.entered_before)
        for rule in LEDGER.transit_rules
        if rule.entered_from < LEDGER.law_asof
    ]
).flatmap(lambda span: st.dates(span[0], span[1] - timedelta(1)))


@settings(many, max_examples=300)
@given(
    st.one_of(
        st.tuples(st.just("USA"), st.sampled_from(CODES), st.sampled_from(["CHN", *DEALS, *ORIGINS])),
        st.tuples(st.just("CHN"), st.sampled_from(CHINESE), st.just("USA")),
    ),
    entered_with_goods_at_sea,
    st.integers(0, 60),
)
def test_a_day_of_loading_changes_no_total_that_does_not_say_so(asked, day, voyage):
    importer, code, origin = asked
    try:
        plain = lookup(code, origin, day, importer, LEDGER)
        loaded = lookup(code, origin, day, importer, LEDGER, loaded=day - timedelta(voyage))
    except DataError:
        assume(False)  # no line of the schedule on that day
    is_said = any(note.startswith(AT_SEA) for note in plain.notes)
    assert is_said or [part.total_pct for part in _answers(plain)] == [
        part.total_pct for part in _answers(loaded)
    ]
    row = pd.DataFrame({"code": [code], "origin": [origin]})
    listed = catalogue(row, on=day, importer=importer, ledger=LEDGER).to_frame()
    assert not is_said or listed["notes"].iloc[0].startswith(AT_SEA)


def test_no_day_of_loading_is_said_where_one_is_given_or_none_counts():
    # EO 14257 section 3(a): loaded before 5 April 2025; silent once customs' last day has passed
    for facts in ({"on": "2025-04-15", "loaded": "2025-04-12"}, {"on": "2025-06-16"}):
        assert not any(
            note.startswith(AT_SEA) for note in lookup("95030000", "CHN", ledger=LEDGER, **facts).notes
        )
    said = " ".join(lookup("95030000", "CHN", "2025-04-15", ledger=LEDGER).notes)
    assert "20 % if before 2025-04-05, 30 % if before 2025-04-10" in said


@pytest.mark.parametrize("origin", ["DEU", "JPN", "KOR", "CHE", "LIE", "TWN"])
def test_deals_never_charge_more_than_the_duty_they_replace(origin):
    """Autos, parts, wood and drones: a deal is a relief from the duty on everyone (EO 14345, 14346)."""
    for code in ("8703230140", "8708103050", "9401614011", "8806220000"):
        for day in ("2025-12-01", "2026-06-01", "2026-10-01"):
            deal = lookup(code, origin, day, ledger=LEDGER)
            other = lookup(code, "ZAF", day, ledger=LEDGER)
            assert deal.total_pct <= max(other.total_pct, Decimal(15)), (code, day)


def test_ranks_and_histories_say_that_goods_at_sea_are_left_out():
    # EO 14257 section 3(a), EO 14326 section 3: toys from Vietnam in April and August 2025
    ranked = from_every_origin("95030000", "2025-08-15", ["VNM", "CHN"], ledger=LEDGER)
    assert ranked.missing[0].startswith(f"{AT_SEA} 2025-08-07")
    assert history_of("95030000", "2025-03-01", origin="VNM").notes[0].startswith(AT_SEA)
    # the first ended before, and chips stand on the list that is exempt (Annex II)
    for code, first in (("95030000", "2025-11-01"), ("85423100", "2025-03-01")):
        notes = history_of(code, first, "2026-01-31", origin="VNM").notes
        assert not any(note.startswith(AT_SEA) for note in notes)
