"""The product page holds what a lookup says, for any line and day of either side."""

from __future__ import annotations

import bisect
import random
from datetime import date, timedelta

import pytest

from trucewatch.answers.lookup import lookup
from trucewatch.ledger.ledger import load_ledger
from trucewatch.page.products import _together, contents
from trucewatch.paths import project_root

EPOCH, FIRST = date(1970, 1, 1), date(2018, 1, 1)
CELLS = 100


@pytest.fixture(scope="module")
def held():
    return contents(load_ledger(), project_root())


@pytest.mark.parametrize("importer", ["USA", "CHN"])
@pytest.mark.parametrize("cells", [CELLS, pytest.param(1000, marks=pytest.mark.slow)])
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
        if rate is not None:
            assert float(answer.total_pct) == pytest.approx(rate, abs=1e-3), cell
        assert float(answer.lower_pct) >= low - 1e-3, cell
        assert float(answer.upper_pct) <= high + 1e-3, cell
        compared += 1
    assert compared > cells / 3


def test_numbers_that_pay_differently_are_a_range():
    one, other = [(0, 10.0, 10.0, 10.0)], [(0, 10.0, 10.0, 10.0), (5, 25.0, 20.0, 30.0)]
    assert _together([one, other]) == ((0, 10.0, 10.0, 10.0), (5, None, 10.0, 30.0))


def test_every_code_has_a_name_and_a_path(held):
    for side in held["sides"].values():
        assert len(side["codes"]) == len(side["names"]) == len(side["path"]) == len(set(side["codes"]))
        assert max(side["path"]) < len(side["paths"])


@pytest.mark.parametrize("cells", [60, pytest.param(1000, marks=pytest.mark.slow)])
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
        if rate is not None:
            assert float(answer.total_pct) == pytest.approx(rate, abs=1e-3), cell
        assert float(answer.lower_pct) >= low - 1e-3, cell
        assert float(answer.upper_pct) <= high + 1e-3, cell
        compared += 1
    assert compared > cells / 3


def test_an_act_on_the_page_leads_to_its_text(held):
    """The order of 1 February 2025 applied from the 4th: 90 FR 9121."""
    acts = {act_id: text for act_id, _, text in held["acts"]["USA"]["2025-02-04"]}
    assert acts["us_20250201_eo14195"] == "https://www.federalregister.gov/citation/90-FR-9121"
