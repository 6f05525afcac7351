"""What must hold for any ledger, on made ledgers drawn at random."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.law_made import duty, lines, link, listed, measure, rate, rule, simple
from trucewatch.duty import resolve, total
from trucewatch.duty.matching import breakpoints, match, signature
from trucewatch.duty.stacking import applicable, if_conditional, rules_on
from trucewatch.ledger.ledger import Ledger

FIRST, LAST = date(2021, 1, 1), date(2021, 3, 1)
NAMES = ("ada", "bob", "cyd", "dan")
days = st.dates(FIRST, LAST)
percents = st.decimals("0", "200", places=2).map(str)
shares = st.decimals("0", "0.5", places=3).map(str)


@st.composite
def histories(draw: st.DrawFn, name: str) -> list[dict[str, str]]:
    """A rate history: steps without overlap, one of them changed by a text published later."""
    cuts = sorted(draw(st.sets(days, min_size=2, max_size=4)))
    rows = [rate(name, draw(percents), str(start), str(end)) for start, end in pairwise(cuts)]
    if draw(st.booleans()):
        later = str(draw(days))
        changed = {**rows[-1], "rate_pct": draw(percents), "known_from": later}
        rows = [*rows[:-1], {**rows[-1], "known_to": later}, changed]
    return rows


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A ledger of four measures with histories, lists, contents and rules that cannot run in a circle."""
    basis = st.sampled_from(["full", "steel", "aluminum"])
    names = NAMES
    measures = [
        measure(
            name, name.upper(), basis=draw(basis), condition=draw(st.sampled_from(["", "dual_use"])),
            conditional_default="conditional", stack_rank=str(draw(st.integers(0, 2))),
        )
        for name in names
    ]  # fmt: skip
    kinds = st.sampled_from(["suppress", "priority", "suppress_share", "max_within"])
    rules = []
    for number in range(draw(st.integers(0, 4))):
        winner, loser = sorted(draw(st.sets(st.sampled_from(names), min_size=2, max_size=2)))
        start, end = sorted(draw(st.sets(days, min_size=2, max_size=2)))
        span = {"valid_from": str(start), "valid_to": str(end)}
        rules.append(rule(f"r{number}", draw(kinds), winner.upper(), loser.upper(), **span))
    scope = st.sampled_from(["all", "few"])
    return simple(
        measures=measures,
        rates=[row for name in names for row in draw(histories(name))],
        measure_scopes=[link(name, draw(scope)) for name in names],
        scopes__few=[listed("1111", valid_from=str(draw(days)))],
        stack_rules=rules,
        content_shares=[
            {"code": "1111", "steel": draw(shares), "aluminum": draw(shares), "copper": "0"},
            {"code": "2222", "steel": "0", "aluminum": "0.25", "copper": "0"},
        ],
    )


bounded = settings(max_examples=60, deadline=None)


@bounded
@given(ledgers(), days)
def test_added_duties_never_lower_the_total_below_the_base(ledger: Ledger, on: date) -> None:
    assert duty(ledger, on=str(on)) >= lines(ledger, on=str(on))["MFN"].pp


@bounded
@given(ledgers(), days, st.randoms())
def test_the_order_of_rows_does_not_matter(ledger: Ledger, on: date, random) -> None:
    mixed = {}
    for table in ("measures", "rates", "measure_scopes", "stack_rules"):
        rows = list(getattr(ledger, table))
        random.shuffle(rows)
        mixed[table] = tuple(rows)
    assert lines(dataclasses.replace(ledger, **mixed), on=str(on)) == lines(ledger, on=str(on))


@bounded
@given(ledgers(), days, st.randoms())
def test_the_order_of_lines_and_rules_does_not_matter(ledger: Ledger, on: date, random) -> None:
    raw, rules = list(applicable(ledger, "11110000", "CHN", on)), list(rules_on(ledger, on))
    expected = sorted(resolve(raw, rules), key=lambda line: line.measure_id)
    random.shuffle(raw)
    random.shuffle(rules)
    assert sorted(resolve(raw, rules), key=lambda line: line.measure_id) == expected


@bounded
@given(ledgers(), days)
def test_points_by_authority_sum_to_the_total_exactly_and_no_line_is_dropped(
    ledger: Ledger, on: date
) -> None:
    raw = applicable(ledger, "11110000", "CHN", on)
    found = resolve(raw, rules_on(ledger, on))
    by_authority: dict[str, Decimal] = {}
    for line in found:
        by_authority[line.authority] = by_authority.get(line.authority, Decimal(0)) + line.pp
    assert sum(by_authority.values(), Decimal(0)) == total(found)
    assert [line.measure_id for line in found] == [line.measure_id for line in raw]
    assert all(0 <= line.value_share <= 1 for line in found)


@bounded
@given(ledgers())
def test_the_total_changes_only_on_days_of_the_ledger(ledger: Ledger) -> None:
    breaks = set(breakpoints(ledger, match(ledger, "11110000")))
    before = duty(ledger, on=str(FIRST))
    for step in range(1, (LAST - FIRST).days + 2):
        on = FIRST + timedelta(step)
        now = duty(ledger, on=str(on))
        assert now == before or on in breaks
        before = now


@bounded
@given(ledgers(), days, days)
def test_knowing_later_matters_only_where_a_text_was_published_between(
    ledger: Ledger, on: date, known: date
) -> None:
    published = any(row.known_from > known for row in ledger.rates)
    if not published:
        assert duty(ledger, on=str(on), known_on=known) == duty(ledger, on=str(on))


@bounded
@given(ledgers(), days)
def test_codes_of_one_signature_pay_the_same(ledger: Ledger, on: date) -> None:
    one, other = match(ledger, "1111000010"), match(ledger, "1111000020")
    assert signature(one) == signature(other)
    assert duty(ledger, "1111000010", str(on)) == duty(ledger, "1111000020", str(on))


@bounded
@given(ledgers(), days)
def test_assuming_the_conditions_leaves_nothing_conditional(ledger: Ledger, on: date) -> None:
    raw = applicable(ledger, "11110000", "CHN", on)
    assumed = if_conditional(raw, rules_on(ledger, on))
    assert "conditional" not in {line.status for line in assumed}
    assert len(assumed) == len(raw)
