"""Forecasts at past origins: known errors, windows, and a band that holds what it says."""

import numpy as np
import pandas as pd
import pytest

from trucewatch.errors import DataError
from trucewatch.reports.trade_flows import forecasts

DAY = pd.Timestamp


def series(months=144, first="2005-01", growth=0.0):
    index = pd.date_range(first, periods=months, freq="MS")
    season = 1 + 0.2 * np.sin(2 * np.pi * index.month.to_numpy() / 12)
    return pd.Series(100 * season * np.exp(growth * np.arange(months)), index=index)


def test_the_new_year_falls_in_the_months_its_goods_would_arrive():
    pull = forecasts.new_year_pull()
    # 10 February 2024 and a voyage of 25 days: 6 to 26 March, all in March
    assert pull[DAY("2024-03-01")] == pull[pull.index.month == 3].max()
    # 22 January 2023: 16 February to 8 March
    assert pull[DAY("2023-02-01")] - pull[DAY("2024-02-01")] == pytest.approx(13 / 21)
    assert pull.groupby(pull.index.month).mean().abs().max() < 1e-12


def test_repeating_the_last_year_keeps_the_months():
    whole = series()
    future = pd.date_range("2017-01-01", periods=15, freq="MS")
    said = forecasts.last_year_repeated(whole, future)
    assert said[0] == whole[DAY("2016-01-01")]
    assert said[14] == whole[DAY("2016-03-01")]


def test_the_growth_of_others_is_taken_from_the_same_months():
    whole = series()
    months = pd.date_range("2005-01-01", "2018-12-01", freq="MS")
    others = pd.Series(np.where(months >= DAY("2017-01-01"), 150.0, 100.0), index=months)
    future = pd.date_range("2017-01-01", periods=14, freq="MS")
    said = forecasts.growth_of_others(others)(whole, future)
    assert said[13] == pytest.approx(1.5 * whole[DAY("2016-02-01")])


def test_origins_end_a_horizon_before_training_does():
    kept = forecasts.origins_of(series(240), DAY("2013-01-01"), DAY("2024-10-01"), 22)
    assert kept[-1] == DAY("2022-12-01")
    assert kept[1] - kept[0] <= pd.Timedelta(days=92)
    assert len(kept) == forecasts.ORIGINS


def test_a_series_too_short_to_judge_is_refused():
    with pytest.raises(DataError, match="too short to judge"):
        forecasts.origins_of(series(60, "2020-01"), DAY("2020-01-01"), DAY("2024-10-01"), 22)


def test_no_forecast_reads_what_comes_after_its_origin():
    """A shock after training moves no forecast made at its end."""
    whole = series(220, growth=0.001)
    others = pd.Series(1.0, index=whole.index)
    shocked = whole.copy()
    shocked.loc["2022-01-01":] *= 0.5
    window = (DAY("2012-01-01"), DAY("2021-12-01"))
    plain = forecasts.judge(whole, others, *window, 12)
    same = forecasts.judge(shocked, others, *window, 12)
    for name, held_out in plain.items():
        assert np.allclose(held_out.forecasts, same[name].forecasts), name


def test_the_error_of_a_sum_and_the_band_around_it():
    errors = np.log(np.array([[1.0, 1.1], [1.0, 0.9], [1.0, 1.2], [1.0, 0.8]]))
    held_out = forecasts.HeldOut(np.full((4, 2), 100.0), errors)
    assert held_out.sums(1) == pytest.approx(errors[:, 1])
    assert held_out.sums(0)[0] == pytest.approx(np.log(2.1 / 2))
    # with four origins, only a band that holds them all holds nine tenths
    assert held_out.covered(1, 500, 1) == 1.0
    assert held_out.inside(0.5, 1, 500, 1) < 1.0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_band_from_normal_errors_holds_nine_tenths(seed):
    rng = np.random.default_rng(seed)
    errors = 0.2 * rng.standard_normal((200, 1)) + np.zeros((200, 3))
    held_out = forecasts.HeldOut(np.full((200, 3), 10.0), errors)
    assert held_out.covered(0, 500, 1) == pytest.approx(0.9, abs=0.02)
    assert held_out.scale(0, 500, 1) == pytest.approx(1, abs=0.15)
