"""One day priced for all products: the same answers as code by code, under the law and under edits of it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trucewatch.answers.lookup import lookup
from trucewatch.duty.lines import Line, base_line, measure_line
from trucewatch.duty.matching import Match, match
from trucewatch.duty.panel import build_panel
from trucewatch.duty.pricing import Pricing
from trucewatch.duty.stacking import AS_FINALLY_HELD, duties, entry_of, total
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.scenario import Scenario, edited, read_scenario

SAMPLE = 150
ORIGIN = {"USA": "CHN", "CHN": "USA"}
OWN = """
title: "Edits of every kind"
question: "What if?"
day: 2026-11-09
edits:
  - suspend: us_s301_list_*
    from: 2026-01-01
    source: "supposed"
  - replace: us_s301_fl
    rate_pct: 15
    exempt: ["8471", us_s301_fl_exempt]
    from: 2026-07-24
    source: "supposed"
  - add: toys_ten
    rate_pct: 10
    cover: ["950300", "8703230110", "0101210010"]
    gives_way_to: ["S232_*"]
    from: 2026-11-01
    source: "supposed"
"""


@cache
def law() -> Ledger:
    return load_ledger()


@cache
def pricing(importer: str) -> Pricing:
    return Pricing(law(), importer)


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_the_column_1_duty_is_that_of_the_day_and_worked_out_once_between_changes(
    importer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = pricing(importer)
    draw = random.Random(importer)
    founds = [cell.found for cell in draw.sample(asked._layout.cells, 60)]
    days = [date(2016, 1, 1) + timedelta(draw.randrange(4300)) for _ in range(60)]
    # days next to a change are where a wrong bound would show
    days += [
        row.valid_from + timedelta(off) for found in founds[:20] for row in found.base for off in (-1, 0)
    ]
    calls = 0

    def counted(found: Match, day: date) -> Line:
        nonlocal calls
        calls += 1
        return base_line(found, day)

    monkeypatch.setattr("trucewatch.duty.pricing.base_line", counted)
    for found in founds:
        for day in days:
            stands = any(row.valid_from <= day < row.valid_to for row in found.base)
            assert asked._base(found, day) == (base_line(found, day) if stands else None)
    assert 0 < calls < len(founds) * len(days) / 5


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path: Path = tmp_path_factory.mktemp("own") / "own.yaml"
    path.write_text(OWN)
    return read_scenario(path)


SHIPPED = (
    "s1_threat_100",
    "s2b_political_snapback",
    "s4_ruling_alone",
    "s7_before_2018",
    "s8b_truce_ends_both",
)


@pytest.mark.parametrize("importer", ["USA", "CHN"])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_day_of_a_scenario_is_what_each_code_owes(name: str, importer: str) -> None:
    _agrees(read_scenario(name), importer)


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_lists_that_no_measure_had_are_priced(own: Scenario, importer: str) -> None:
    _agrees(own, importer)


def test_a_code_that_only_the_edit_names_is_a_product(own: Scenario) -> None:
    supposed = edited(law(), own)
    rates = pricing("USA").on(supposed, own.day)
    before = pricing("USA").on(law(), own.day)
    new = sorted(set(rates.codes) - set(before.codes))
    assert new and all(code in ("8703230110", "0101210010") for code in new)
    # a day of a panel of the same ledger, built from nothing
    panel = build_panel(supposed, "USA", None, own.day, own.day).totals
    assert list(rates.codes) == panel["code"].to_pylist()
    assert rates.is_line.tolist() == panel["is_line"].to_pylist()
    for name, values in (("rate_pct", rates.rate_pct), ("held_pct", rates.held_pct)):
        assert [float(value) for value in panel[name].to_pylist()] == values.tolist(), name
    toys = rates.codes.index("95030000")
    assert rates.rate_pct[toys] == before.rate_pct[before.codes.index("95030000")] + 10 + _forced_labour()


def _forced_labour() -> float:
    """Return what the edit adds to the duty on toys besides its own ten points: 15 in place of the rate."""
    line = next(
        line
        for line in lookup("95030000", "CHN", date(2026, 11, 9), ledger=law()).lines
        if line.measure_id == "us_s301_fl"
    )
    return 15 - float(line.pp)


def test_an_edit_of_one_side_leaves_the_other_alone() -> None:
    threat = edited(law(), read_scenario("s1_threat_100"))
    assert pricing("USA").is_touched(threat)
    assert not pricing("CHN").is_touched(threat)
    assert not pricing("USA").is_touched(law())


def test_the_law_is_not_changed_by_pricing_an_edit() -> None:
    day = read_scenario("s8b_truce_ends_both").day
    before = pricing("USA").on(law(), day)
    changed = pricing("USA").on(edited(law(), read_scenario("s8b_truce_ends_both")), day)
    after = pricing("USA").on(law(), day)
    assert np.array_equal(before.rate_pct, after.rate_pct)
    assert not np.array_equal(before.rate_pct, changed.rate_pct)


def _agrees(scenario: Scenario, importer: str) -> None:
    supposed = edited(law(), scenario)
    rates = pricing(importer).on(supposed, scenario.day)
    picked = sorted(random.Random(scenario.name + importer).sample(range(len(rates.codes)), SAMPLE))
    entry = entry_of(supposed, ORIGIN[importer], scenario.day)
    for at in picked:
        code = rates.codes[at]
        found = match(supposed, code, importer)
        lines = duties(supposed, found, entry)
        assert rates.rate_pct[at] == float(total(lines)), code
        assert rates.held_pct[at] == float(total(lines, AS_FINALLY_HELD)), code
        if not found.below and len(code) < 10:  # a list may name a number that has ended
            asked = lookup(code, ORIGIN[importer], scenario.day, importer, ledger=supposed)
            # a line whose numbers pay different duties has no one total
            assert asked.total_pct is None or rates.rate_pct[at] == float(asked.total_pct), code


@pytest.mark.parametrize(("importer", "most"), [("USA", 1000), ("CHN", 300)])
def test_a_line_that_looks_at_no_column_1_duty_is_asked_for_once(
    importer: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products differ in thousands of ways, the lines of the law in hundreds."""
    asked = 0

    def counted(*given: Any) -> Line | None:
        nonlocal asked
        asked += 1
        return measure_line(*given)

    monkeypatch.setattr("trucewatch.duty.pricing.measure_line", counted)
    pricing(importer).on(law(), law().law_asof)
    assert 0 < asked <= most
