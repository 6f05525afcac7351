"""Expected paths and the control of other suppliers: known gaps, exact controls."""

import numpy as np
import pandas as pd
import pytest

from trucewatch.errors import DataError
from trucewatch.trade import counterfactual as cf
from trucewatch.trade import flows

TRAIN = ("2013-01", "2020-12")


def series(loss=0.0, seed=7, months=108):
    """Level, slope, season and a little noise; from 2021-03 on a share `loss` is gone."""
    index = pd.date_range("2013-01", periods=months, freq="MS", unit="s")
    at = np.arange(months)
    noise = np.random.default_rng(seed).normal(0, 0.01, months)
    values = 1e9 * np.exp(3 + 0.003 * at + 0.15 * np.sin(2 * np.pi * at / 12) + noise)
    values[index >= "2021-03"] *= 1 - loss
    return pd.Series(values, index=index, name="value_usd")


@pytest.fixture(scope="module")
def model():
    """The path without loss as the forecast, with errors of a few percent at four past origins."""
    actual = series(loss=0.3).loc["2021-01":]
    errors = 0.05 * np.random.default_rng(3).standard_normal((4, len(actual)))
    central = series().loc["2021-01":]
    paths = cf.random_paths(central.to_numpy(), errors, 1000, 1)
    return cf.Counterfactual(actual, central, paths, pd.Timestamp(TRAIN[0]), pd.Timestamp(TRAIN[1]))


def test_a_known_loss_is_found_inside_its_band(model):
    gap = cf.cumulative_gap(model, "2021-03", "2021-12")
    whole = series().loc["2021-03":"2021-12"].sum()
    assert gap.value == pytest.approx(-0.3 * whole)
    assert gap.low < -0.3 * whole < gap.high
    assert gap.share_low < gap.share < gap.share_high


def test_the_gap_is_zero_where_actual_is_the_counterfactual(model):
    still = cf.Counterfactual(**{**vars(model), "actual": model.central})
    assert cf.cumulative_gap(still, "2021-01", "2021-12").value == 0
    assert (still.table()["gap_usd"] == 0).all()


def test_monthly_gaps_add_up_to_the_cumulative_one(model):
    gap = cf.cumulative_gap(model, "2021-02", "2021-11")
    assert gap.value == pytest.approx(model.table()["gap_usd"].loc["2021-02":"2021-11"].sum(), rel=1e-12)


def test_paths_err_as_the_forecast_did():
    """Their mean is the forecast and their spread the root mean square of its errors, month by month."""
    errors = np.array([[0.1, 0.2, -0.3], [-0.1, 0.2, 0.1], [0.2, -0.1, 0.0]])
    central = np.array([100.0, 200.0, 300.0])
    logs = np.log(cf.random_paths(central, errors, 20_000, 5))
    assert logs.mean(axis=1) == pytest.approx(np.log(central), abs=0.01)
    assert logs.std(axis=1) == pytest.approx(np.sqrt((errors**2).mean(axis=0)), rel=0.03)
    together = np.corrcoef(logs)[0, 1]
    first, second = errors[:, 0], errors[:, 1]
    assert together == pytest.approx(first @ second / np.sqrt((first @ first) * (second @ second)), abs=0.03)


def test_the_same_seed_gives_the_same_paths_and_another_does_not():
    errors, central = np.ones((2, 3)), np.ones(3)
    same = [cf.random_paths(central, errors, 50, seed) for seed in (1, 1, 2)]
    assert np.array_equal(same[0], same[1])
    assert not np.array_equal(same[0], same[2])


def test_a_gap_over_months_of_training_is_refused(model):
    with pytest.raises(DataError, match="2020-12"):
        cf.cumulative_gap(model, "2020-12", "2021-03")


def matrices():
    """Two industries, two years. The rest of the world sells half more of one and as much of the other."""
    index = pd.date_range("2024-01", "2025-12", freq="MS", unit="s")
    later = (index.year == 2025)[:, None]
    season = np.tile(np.arange(1.0, 13.0), 2)[:, None]
    rest = season * np.array([[10.0, 20.0]]) * np.where(later, [[1.5, 1.0]], 1.0)
    own = season * np.array([[4.0, 6.0]]) * np.where(later, [[1.0, 0.5]], 1.0)
    columns = ["315", "334"]
    partner = pd.DataFrame(own, index=index, columns=columns)
    return partner, partner + pd.DataFrame(rest, index=index, columns=columns)


def test_the_control_is_exact_on_made_data():
    control = cf.matched_control(*matrices(), base_year=2024)
    assert control["month"].min() == pd.Timestamp("2025-01-01")
    gaps = cf.control_gap(control, pd.Timestamp("2025-01-01"))
    # industry 315: 4 a month sold, 6 expected; industry 334: 3 sold, 6 expected; times 1 + 2 + ... + 12 = 78
    assert gaps["315"] == pytest.approx(-2 * 78)
    assert gaps["334"] == pytest.approx(-3 * 78)


def test_the_control_gap_is_zero_for_a_partner_that_kept_pace():
    partner, world = matrices()
    rest = world - partner
    pace = partner.copy()
    pace.iloc[12:] = partner.iloc[:12].to_numpy() * rest.iloc[12:].to_numpy() / rest.iloc[:12].to_numpy()
    control = cf.matched_control(pace, rest + pace, base_year=2024)
    assert abs(control["gap_usd"]).max() < 1e-9


def test_an_industry_nobody_else_sells_adds_no_growth():
    partner, world = matrices()
    world["315"] = partner["315"]
    control = cf.matched_control(partner, world, base_year=2024)
    alone = control[control["naics3"] == "315"]
    assert not alone["has_control"].any()
    assert (alone["growth"] == 1).all()


def test_a_partner_above_the_world_is_refused_with_its_cell():
    partner, world = matrices()
    world.loc["2025-04-01", "334"] = 0.0
    with pytest.raises(DataError, match="2025-04, column 334"):
        cf.matched_control(partner, world, base_year=2024)


def test_a_base_year_outside_the_panel_is_refused():
    with pytest.raises(DataError, match="base_year"):
        cf.matched_control(*matrices(), base_year=2025)


def gap_of(value, low, high):
    stamp = pd.Timestamp("2025-02-01")
    return cf.Gap(value, low, high, -0.1, -0.2, 0.0, 100.0, stamp, pd.Timestamp("2025-11-01"))


@pytest.mark.parametrize(
    ("control", "verdict"), [(-5.0, "agree"), (-20.0, "same sign"), (3.0, "disagree"), (-10.0, "agree")]
)
def test_agreement_is_said_in_words(control, verdict):
    assert cf.agreement(gap_of(-6.0, -10.0, -2.0), control) == verdict


def test_the_three_measures_stand_on_the_same_months():
    partner, world = matrices()
    control = cf.matched_control(partner, world, base_year=2024)
    change = flows.industry_change(partner, "2025-02", "2025-11", 2024)
    table = cf.measures(gap_of(-6.0, -10.0, -2.0), control, change).set_index("measure")
    assert table.loc["own past (forecast)", "expected_usd"] == 106
    weights = sum(range(2, 12))
    assert table.loc["other suppliers (matched control)", "gap_usd"] == pytest.approx(-5 * weights)
    assert table.loc["same months of the base year", "gap_usd"] == pytest.approx(-3 * weights)
