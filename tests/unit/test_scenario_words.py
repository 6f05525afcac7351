"""Sentences of the report on scenarios, from made draws."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from trucewatch.reports.scenarios import words

BN = 1e9


def priced(title: str, cost_bn: Any, imports_bn: Any) -> Any:
    """Return what the sentences read of a result."""
    draws = {"buyer_cost_usd": np.asarray(cost_bn) * BN, "value_usd": np.asarray(imports_bn) * BN}
    return SimpleNamespace(
        scenario=SimpleNamespace(title=title, day=date(2026, 11, 9)),
        setting=SimpleNamespace(households=1e8),
        drawn=SimpleNamespace(totals=draws),
    )


def test_the_finding_tells_cost_and_imports_against_the_same_law() -> None:
    """The median of the changes, draw by draw, is no change of the medians: 10 %, and not 100 to 200."""
    law = priced("the law", [5.0, 10.0, 15.0], [100.0, 200.0, 400.0])
    found = priced("a break", [35.0, 40.0, 45.0], [90.0, 100.0, 360.0])
    assert words.finding(found, law) == (
        "A break: US buyers would pay about 30 billion US dollars a year more than under the law of "
        "9 November 2026 (90 % of draws: 30 to 30), 300 dollars a household, and imports from China would be "
        "10 % lower than under that law (100 against 200 billion, at the demand of 2024)."
    )
    assert words.imports_change(found, law)[1] == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0, 100, ("about 50 billion US dollars a year more than", "5.0 to 95")),
        (-100, 0, ("about 50 billion US dollars a year less than", "5.0 to 95")),
        (-100, 400, ("about 150 billion US dollars a year more than", "75 less to 375 more")),
    ],
)
def test_a_band_stands_in_rising_order(first: float, last: float, said: tuple[str, str]) -> None:
    cost = np.linspace(first, last, 101)
    found, law = priced("a turn", cost, cost * 0 + 330), priced("the law", cost * 0, cost * 0 + 300)
    text = words.finding(found, law)
    assert said[0] in text
    assert f"(90 % of draws: {said[1]})" in text
    assert "would be 10 % higher than under that law (330 against 300 billion" in text
