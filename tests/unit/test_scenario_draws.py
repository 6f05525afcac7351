"""Draws: seeded, within their limits, in order, with the moments they are said to have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.golden.test_scenario_model import random_market
from trucewatch.errors import DataError, ParameterError
from trucewatch.scenario import draws
from trucewatch.scenario.equilibrium import solve
from trucewatch.scenario.presets import PARAMETERS, Parameter, assumptions, preset, presets


@pytest.mark.parametrize("name", ["estimated", "fgkk", "one_year", "long_run"])
def test_draws_keep_order_limits_and_count(name: str) -> None:
    chosen = preset(name)
    found = draws.draw(chosen, 2000, 7)
    assert found.draws == 2000
    assert (found.sigma >= found.eta).all()
    assert (np.asarray(found.eta) >= found.kappa).all()
    for item in chosen.values():
        if item.distribution != "as_sigma":
            values = np.asarray(getattr(found, item.name))
            assert item.low <= values.min() <= values.max() <= item.high, item.name


def test_moments_of_parameters_that_are_not_rejected() -> None:
    found = draws.draw(preset("fgkk"), 8192, 3)
    # beta with mean .92 and spread .04 on [.8, 1]; uniform on [.89, 1.08]: mean .985 and spread .19 / sqrt 12
    assert np.mean(found.rho) == pytest.approx(0.92, abs=0.002)
    assert np.std(found.rho) == pytest.approx(0.04, abs=0.002)
    assert np.mean(found.wedge) == pytest.approx(0.985, abs=0.002)
    assert np.std(found.wedge) == pytest.approx(0.19 / 12**0.5, abs=0.002)


def test_the_seed_decides() -> None:
    chosen = preset("fgkk")
    one, same, other = (draws.draw(chosen, 200, seed) for seed in (1, 1, 2))
    for name in PARAMETERS:
        assert getattr(one, name).tobytes() == getattr(same, name).tobytes()
    assert one.sigma.tobytes() != other.sigma.tobytes()


def test_sobol_draws_are_more_even_than_chance() -> None:
    """256 chance draws of a uniform on [.89, 1.08] miss its mean by .0027 on average; Sobol by far less."""
    free = {**preset("fgkk")}
    free["kappa"] = Parameter("kappa", "uniform", 1.06, low=1.05, high=1.07)
    free["eta"] = Parameter("eta", "uniform", 1.2, low=1.1, high=1.3)
    free["sigma"] = Parameter("sigma", "uniform", 2.0, low=1.5, high=2.5)
    found = draws.draw(free, 256, 11)
    assert abs(np.mean(found.wedge) - 0.985) < 0.0003


def test_bands_enclose_the_median_and_move_with_the_doubt() -> None:
    market = random_market(5)
    found = solve(market, market.rate + 0.5, draws.draw(preset("fgkk"), 500, 1))
    frame = draws.bands(found)
    assert (frame["p5"] <= frame["p50"]).all()
    assert (frame["p50"] <= frame["p95"]).all()
    assert frame.loc["buyer_cost_usd", "p5"] == np.percentile(found.totals["buyer_cost_usd"], 5)


def test_tornado_finds_what_matters() -> None:
    market = random_market(6)
    chosen = preset("fgkk")
    drawn = draws.draw(chosen, 500, 1)
    frame = draws.tornado(market, market.rate + 0.2, chosen, drawn).set_index("parameter")
    assert list(frame["swing"]) == sorted(frame["swing"], reverse=True)
    assert frame.loc["rho", "at_low"] < frame.loc["rho", "at_high"], "more pass-through costs buyers more"
    assert frame.loc["sigma", "at_low"] > frame.loc["sigma", "at_high"], "easier substitution costs less"


def test_agreement_is_one_for_one_order_and_low_for_chance() -> None:
    central = np.arange(50.0)
    rng = np.random.default_rng(0)
    assert draws.agreement(central, np.vstack([central, 3 * central + 1])) == pytest.approx(1.0)
    assert draws.agreement(central, rng.permuted(np.tile(central, (40, 1)), axis=1)) < draws.STABLE_TAU / 2


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5])
def test_seeds_out_of_range_are_refused(seed: int) -> None:
    with pytest.raises(ParameterError, match="seed: found"):
        draws.draw(preset("fgkk"), 100, seed)


@pytest.mark.parametrize("count", [99, 100_001, 200.5])
def test_counts_out_of_range_are_refused(count: int) -> None:
    with pytest.raises(ParameterError, match="n_draws"):
        draws.draw(preset("fgkk"), count, 1)


def test_every_preset_has_every_parameter_with_a_source() -> None:
    for group in presets().values():
        assert set(group) == set(PARAMETERS)
        assert all(item.source for item in group.values())
    assert 0 < assumptions()["import_penetration"] < 1


def test_the_users_own_numbers() -> None:
    own = {"sigma": 4.0, "eta": 2.0, "kappa": 1.5, "rho": 0.7}
    chosen = preset("user", own)
    assert {name: chosen[name].centre for name in own} == own
    found = draws.draw(chosen, 500, 1)
    assert np.median(found.sigma) == pytest.approx(4.0, abs=0.1)
    assert np.median(found.rho) == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize(
    "own",
    [
        {},
        {"sigma": 1.0, "eta": 2.0, "kappa": 1.5, "rho": 0.9},
        {"sigma": 3.0, "eta": 2.0, "kappa": 1.5, "rho": 0.3},
    ],
)
def test_unusable_numbers_of_the_user_are_refused(own: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match="preset user"):
        preset("user", own)


def test_the_users_preset_is_offered_where_its_numbers_can_be_given() -> None:
    for name in ("x", "user"):
        with pytest.raises(ParameterError, match=r"legal: estimated, fgkk, long_run, one_year$"):
            preset(name)
    with pytest.raises(ParameterError, match=r"one_year, user$"):
        preset("x", {})


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(ParameterError, match="one_year"):
        preset("short")


def test_a_broken_file_is_refused_by_row(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "scenario"
    folder.mkdir(parents=True)
    head = "preset,parameter,distribution,centre,sd,low,high,source,confidence,note\n"
    (folder / "elasticities.csv").write_text(head + "mine,sigma,uniform,two,,1,3,here,unverified,\n")
    with pytest.raises(DataError, match="illegal value") as caught:
        presets(tmp_path)
    assert (caught.value.row, caught.value.column) == (2, "centre")
    (folder / "elasticities.csv").write_text(head + "mine,sigma,uniform,5,,1,3,here,unverified,\n")
    with pytest.raises(DataError, match="outside its limits"):
        presets(tmp_path)
    (folder / "elasticities.csv").write_text(head + "mine,sigma,uniform,2,,1,3,here,unverified,\n")
    with pytest.raises(DataError, match="lacks eta"):
        presets(tmp_path)


def test_agreement_is_that_of_kendall_with_ties_too() -> None:
    rng = np.random.default_rng(11)
    central = rng.integers(0, 9, 40).astype(float)
    drawn = central + rng.integers(-3, 4, (50, 40))
    taus = [stats.kendalltau(central, row).statistic for row in drawn]
    assert draws.agreement(central, drawn) == np.percentile(taus, 5)
    assert np.isnan(draws.agreement(central * 0, drawn * 0))
