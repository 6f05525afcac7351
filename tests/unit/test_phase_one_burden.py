"""Three readings of an action equivalent to a burden: algebra with known answers."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.errors import DataError, ParameterError
from trucewatch.reports.phase_one.burden import (
    Market,
    collected,
    imports_after,
    market,
    most_collected,
    peak,
    rate_to_collect,
    rate_to_reduce,
    readings,
)

#: 100 of imports free of duty, elasticity 2: V = 100 / (1 + d)^2; most is collected at d = 1, namely 25.
SIMPLE = Market(100.0, 0.0, 2.0)


def test_the_simple_market_in_closed_form() -> None:
    assert imports_after(SIMPLE, 1.0) == pytest.approx(25)
    assert (peak(SIMPLE), most_collected(SIMPLE)) == pytest.approx((1, 25))
    assert rate_to_reduce(SIMPLE, 75) == pytest.approx(1.0)
    # 100 d = 16 (1 + d)^2 has the roots 1/4 and 4: the lower one is the answer
    assert rate_to_collect(SIMPLE, 16) == pytest.approx(0.25)
    assert rate_to_collect(SIMPLE, 25) == pytest.approx(1.0, abs=1e-6)


def test_no_solution_is_none_and_never_a_number() -> None:
    assert rate_to_collect(SIMPLE, 25.001) is None
    assert rate_to_reduce(SIMPLE, 100) is None
    unit = Market(100.0, 0.0, 1.0)
    assert most_collected(unit) == 100
    assert rate_to_collect(unit, 100) is None
    assert rate_to_collect(unit, 50) == pytest.approx(1.0)


def test_a_weak_answer_of_demand_can_collect_anything() -> None:
    weak = Market(100.0, 0.0, 0.5)
    assert math.isinf(peak(weak))
    rate = rate_to_collect(weak, 1000)
    assert rate is not None
    assert collected(weak, rate) == pytest.approx(1000)


@given(st.floats(0.3, 6), st.floats(0, 0.5), st.floats(0.01, 0.99))
def test_a_rate_that_is_found_does_what_it_says(elasticity: float, duty: float, part: float) -> None:
    at = Market(400.0, duty, elasticity)
    less = rate_to_reduce(at, part * 400)
    assert less is not None
    assert 400 - imports_after(at, less) == pytest.approx(part * 400)
    most = most_collected(at)
    amount = part * (most if math.isfinite(most) else 400)
    rate = rate_to_collect(at, amount)
    assert rate is not None
    assert rate <= peak(at) * (1 + 1e-9)
    assert collected(at, rate) == pytest.approx(amount, rel=1e-6)


def test_readings_show_a_solution_or_the_most_that_can_be_had() -> None:
    table = readings(30, [SIMPLE, SIMPLE._replace(elasticity=0.5)])
    assert table["reading"].tolist() == ["trade covered", *["duty collected"] * 2, *["trade reduced"] * 2]
    assert table["share"].iloc[0] == 0.3
    money = table.iloc[1]
    assert not money["has_solution"]
    assert pd.isna(money["added_rate"])
    assert (money["most_collected"], money["rate_of_most"]) == pytest.approx((25, 1))
    assert table["has_solution"].iloc[2]
    assert pd.isna(table["most_collected"].iloc[2])
    assert table["share"].iloc[3] == pytest.approx(0.3)
    assert not readings(101, [SIMPLE])["has_solution"].any()


def test_the_market_is_read_off_a_full_year() -> None:
    months = pd.date_range("2024-01-01", periods=14, freq="MS")
    table = pd.DataFrame({"month": months, "partner_iso3": "CHN", "value_usd": 1e9, "duty_usd": 2e8})
    table.loc[13, "value_usd"] = 2e9
    found = market(table, "2024", 1.5)
    assert found == pytest.approx((12, 0.2, 1.5))
    assert market(table, "last 12 months", 1.5).imports == pytest.approx(13)
    with pytest.raises(DataError, match="2 months"):
        market(table, "2025", 1.5)
    with pytest.raises(ParameterError, match="elasticity"):
        market(table, "2024", 0)
