"""What the long stages work out once and share: counted, since a clock would tell the machine's mood."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.unit.law_made import link, listed, made, measure, rate, simple
from trucewatch.duty.matching import match
from trucewatch.duty.origin_panel import OriginPanel, build_origin_panel
from trucewatch.trade import realised

START, END = date(2024, 1, 1), date(2025, 1, 1)


def test_codes_that_the_same_rows_name_share_one_match() -> None:
    law = simple(("one", "10"), ("two", "20"))
    assert all(
        own is other
        for own, other in zip(match(law, "11110000").measures, match(law, "22220000").measures, strict=True)
    )


def test_a_code_that_a_row_of_its_own_names_has_its_own_match() -> None:
    law = made(
        measures=[measure("one", "ONE")],
        rates=[rate("one", "10")],
        measure_scopes=[link("one"), link("one", "spared", "exempt")],
        scopes__spared=[listed("2222")],
    )
    (own,), (spared,) = match(law, "11110000").measures, match(law, "22220000").measures
    assert not own.exempts
    assert [row.code for hit in spared.exempts for row in hit.rows] == ["2222"]


def test_days_of_weights_are_read_once_however_many_partners(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = build_origin_panel(simple(("one", "10")), first=START, origins=["CHN", "HKG"])
    weights = pd.DataFrame(
        [
            {"partner_iso3": f"P{number}", "origin": origin, "code": code, "share": 0.5}
            for number in range(20)
            for origin, code in (("CHN", "11110000"), ("HKG", "22220000"))
        ]
    ).assign(valid_from=START, valid_to=END)
    calls: list[Any] = []
    before = OriginPanel._offset
    monkeypatch.setattr(OriginPanel, "_offset", lambda *asked: calls.append(asked) or before(*asked))
    found = panel.averages(weights)
    assert list(found["partner_iso3"]) == [f"P{number}" for number in range(20)]
    # China pays 5 and 10, Hong Kong 10 alone: origin set `one` is China's
    assert set(found["rate_pct"]) == {0.5 * (5 + 10) + 0.5 * 10}
    assert len(calls) == 2


def test_an_ordinal_is_asked_for_once_a_day_not_once_a_row() -> None:
    class Counted(date):
        asked = 0

        def toordinal(self) -> int:
            Counted.asked += 1
            return super().toordinal()

    days = pd.Series([Counted(2024, 1, 1), Counted(2024, 1, 2)] * 500, dtype=object)
    found = realised._numbers(days)
    assert list(found[:2]) == [START.toordinal(), START.toordinal() + 1]
    assert Counted.asked == 2


def test_what_runs_a_notebook_loads_nothing_that_its_kernel_loads_again() -> None:
    heavy = {"pandas", "matplotlib", "IPython", "seaborn", "scipy", "statsmodels"}
    told = f"import sys, trucewatch.page.runner; print(*sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert not done.stdout.split()
