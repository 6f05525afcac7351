"""The product page holds what a lookup says, for any line and day of either side."""

from __future__ import annotations

import bisect
import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from trucewatch.answers.lookup import lookup
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import load_ledger
from trucewatch.page.products import _together, contents
from trucewatch.paths import project_root

EPOCH, FIRST = date(1970, 1, 1), date(2018, 1, 1)
CELLS = 100


def agree(answer, rate, low, high, cell):
    """Assert that a cell of the page is what a lookup says: its total where it has one, in its bounds.

    The bounds of a lookup hold any metal content and every exclusion besides.
    """
    if rate is not None:
        assert float(answer.total_pct) == pytest.approx(rate, abs=1e-3), cell
    assert float(answer.lower_pct) <= low + 1e-3, cell
    assert float(answer.upper_pct) >= high - 1e-3, cell


@pytest.mark.parametrize("importer", ["USA", "CHN"])
@pytest.mark.parametrize("cells", [CELLS, pytest.param(1000, marks=pytest.mark.exhaustive)])
def test_random_cells_equal_the_lookup(held, importer, cells):
    side, chance = held["sides"][importer], random.Random(20251030 + cells)
    last = date.fromisoformat(held["asof"])
    compared = 0
    for _ in range(cells):
        at = chance.randrange(len(side["codes"]))
        on = FIRST + timedelta(days=chance.randrange((last - FIRST).days + 1))
        steps = side["paths"][side["path"][at]]
        place = bisect.bisect_right([step[0] for step in steps], (on - EPOCH).days) - 1
        _, rate, low, high = steps[place] if place >= 0 else (0, None, None, None)
        if low is None:
            continue  # not in the schedule of that day, or with a part that is not known
        answer = lookup(side["codes"][at], on=on, importer=importer)
        cell = f"{side['codes'][at]} {on}"
        agree(answer, rate, low, high, cell)
        compared += 1
    assert compared > cells / 3


def test_numbers_that_pay_differently_are_a_range():
    one, other = [(0, 10.0, 10.0, 10.0)], [(0, 10.0, 10.0, 10.0), (5, 25.0, 20.0, 30.0)]
    assert _together([one, other]) == ((0, 10.0, 10.0, 10.0), (5, None, 10.0, 30.0))


def test_a_line_that_an_exclusion_splits_has_both_rates(held):
    """List 1 charged 25% (83 FR 28710), 8537.10.8000 was excluded until 4 June 2020 (84 FR 25895)."""
    side = held["sides"]["USA"]
    steps = side["paths"][side["path"][side["codes"].index("85371080")]]
    days = [step[0] for step in steps]
    then = {
        day: tuple(steps[bisect.bisect_right(days, (date.fromisoformat(day) - EPOCH).days) - 1][1:])
        for day in ("2020-03-09", "2020-06-04")
    }
    assert then == {"2020-03-09": (25, 0, 25), "2020-06-04": (25, 25, 25)}


def test_a_panel_of_another_law_is_refused():
    with pytest.raises(DataError, match="dvc repro panel"):
        contents(replace(load_ledger(), ledger_hash="0" * 64), project_root())


def test_every_code_has_a_name_and_a_path(held):
    for side in held["sides"].values():
        assert len(side["codes"]) == len(side["names"]) == len(side["path"]) == len(set(side["codes"]))
        assert max(side["path"]) < len(side["paths"])


def test_every_path_moves_forward_and_what_is_next_is_to_come(held):
    last = (date.fromisoformat(held["asof"]) - EPOCH).days
    for side in held["sides"].values():
        assert all(one[0] < other[0] for path in side["paths"] for one, other in pairwise(path))
        assert side["next"]
        assert all(step[0] > last for step in side["next"].values())


@pytest.mark.parametrize("cells", [60, pytest.param(1000, marks=pytest.mark.exhaustive)])
def test_other_suppliers_pay_what_the_lookup_says(held, cells):
    side, others, chance = held["sides"]["USA"], held["others"], random.Random(20251030 + cells)
    ledger = load_ledger()
    codes = {one.name: one.iso3 for one in ledger.partners}
    assert {"Mexico", "Canada", "Vietnam"} <= set(others["names"])
    assert "China" not in others["names"]
    compared = 0
    for _ in range(cells):
        at, origin = chance.randrange(len(side["codes"])), chance.randrange(len(others["names"]))
        rate, low, high = others["duties"][others["index"][at]][origin]
        if low is None:
            continue
        answer = lookup(side["codes"][at], origin=codes[others["names"][origin]])
        cell = f"{side['codes'][at]} {others['names'][origin]}"
        agree(answer, rate, low, high, cell)
        compared += 1
    assert compared > cells / 3


def test_an_act_on_the_page_leads_to_its_text(held):
    """The order of 1 February 2025 applied from the 4th: 90 FR 9121."""
    acts = {act_id: text for act_id, _, text in held["acts"]["USA"]["2025-02-04"]}
    assert acts["us_20250201_eo14195"] == "https://www.federalregister.gov/citation/90-FR-9121"
