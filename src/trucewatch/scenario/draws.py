"""Uncertainty: scrambled Sobol draws over the parameters, their bands, and what a ranking is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from trucewatch.errors import ParameterError
from trucewatch.scenario.equilibrium import RESULTS, Elasticities, Market, Outcome, solve
from trucewatch.scenario.presets import PARAMETERS, Parameter, Preset

QUANTILES = (5, 50, 95)
STABLE_TAU = 0.8
"""Products are ranked only if their order in the draws agrees this well with that of the centre."""

_NESTS = ("sigma", "eta", "kappa")
_MOST_TRIES = 64


def centre(chosen: Preset) -> Elasticities:
    """Return the parameters of the run without draws."""
    return Elasticities(**{name: chosen[name].centre for name in PARAMETERS})


def draw(chosen: Preset, count: int, seed: int) -> Elasticities:
    """Return draws of the parameters, rejecting those out of order (sigma >= eta >= kappa).

    `chosen`: a preset; `count`: draws wanted, 100 to 100,000; `seed`: the same seed gives the same draws.

    Raises `ParameterError` if the count or the seed is out of range, or nearly every draw is out of order.
    """
    for name, found, least, most in (("n_draws", count, 100, 100_000), ("seed", seed, 0, 2**32 - 1)):
        if not isinstance(found, int) or not least <= found <= most:
            raise ParameterError(f"{name}: found {found!r}; legal: {least} to {most}, whole")
    size = 1 << (count - 1).bit_length()
    for _ in range(_MOST_TRIES.bit_length()):
        # a power of two keeps the balance of the sequence; more of it where many are rejected
        unit = stats.qmc.Sobol(len(PARAMETERS), scramble=True, seed=seed).random(size)
        values = {name: _quantile(chosen[name], unit[:, at]) for at, name in enumerate(PARAMETERS)}
        for name in _NESTS:
            if chosen[name].distribution == "as_sigma":
                values[name] = values["sigma"]
        ordered = (values["sigma"] >= values["eta"]) & (values["eta"] >= values["kappa"])
        if ordered.sum() >= count:
            kept = np.flatnonzero(ordered)[:count]
            return Elasticities(**{name: column[kept] for name, column in values.items()})
        size *= 2
    raise ParameterError("nearly no draw has sigma >= eta >= kappa; move the centres apart")


def _quantile(item: Parameter, unit: np.ndarray) -> np.ndarray:
    """Return the values of a parameter at points of (0, 1)."""
    if item.distribution == "as_sigma":
        return np.full(len(unit), item.centre)
    width = item.high - item.low
    if item.distribution == "uniform":
        return item.low + width * unit
    if item.distribution == "scaled_beta":
        mean, spread = (item.centre - item.low) / width, item.sd / width
        size = mean * (1 - mean) / spread**2 - 1
        return item.low + width * stats.beta.ppf(unit, mean * size, (1 - mean) * size)
    low, high = (item.low - item.centre) / item.sd, (item.high - item.centre) / item.sd
    return stats.truncnorm.ppf(unit, low, high, loc=item.centre, scale=item.sd)


def bands(found: Outcome, names: Sequence[str] = RESULTS) -> pd.DataFrame:
    """Return the quantiles of totals over the draws: `p5`, `p50`, `p95`, a row a total."""
    columns = {f"p{at}": [float(np.percentile(found.totals[name], at)) for name in names] for at in QUANTILES}
    return pd.DataFrame(columns, index=pd.Index(names, name="result"))


def tornado(
    market: Market, rate: np.ndarray, chosen: Preset, drawn: Elasticities, result: str = "buyer_cost_usd"
) -> pd.DataFrame:
    """Return a total with each parameter alone at its 5th and 95th percentile, widest swing first.

    Where that would break the order of the nests, the neighbours move along to keep it.

    Columns: `parameter`, `low_value`, `high_value` (of the parameter), `at_low`, `at_high`, `swing` (of it).
    """
    rows = []
    for name in PARAMETERS:
        ends = [float(np.percentile(getattr(drawn, name), at)) for at in (QUANTILES[0], QUANTILES[-1])]
        low, high = (solve(market, rate, _with(chosen, name, value)).one(result) for value in ends)
        rows.append((name, *ends, low, high, abs(high - low)))
    frame = pd.DataFrame(rows, columns=["parameter", "low_value", "high_value", "at_low", "at_high", "swing"])
    return frame.sort_values(["swing", "parameter"], ascending=[False, True], ignore_index=True)


def _with(chosen: Preset, name: str, value: float) -> Elasticities:
    numbers = {key: chosen[key].centre for key in PARAMETERS} | {name: value}
    if name in _NESTS:
        at = _NESTS.index(name)
        for other in _NESTS[:at]:
            numbers[other] = max(numbers[other], value)
        for other in _NESTS[at + 1 :]:
            tied = chosen[other].distribution == "as_sigma"
            numbers[other] = value if tied else min(numbers[other], value)
    return Elasticities(**numbers)


def agreement(central: np.ndarray, drawn: np.ndarray) -> float:
    """Return how well the order of products holds: the 5th percentile of Kendall's tau over the draws.

    `central`: numbers of the products at the centre (K); `drawn`: the same by draw (N x K).
    """
    first, second = np.triu_indices(len(central), 1)

    def order(numbers: np.ndarray) -> np.ndarray:
        """Return which of each pair of products is the larger; 0 for a tie."""
        return np.sign(numbers[first] - numbers[second]).astype(np.int8)

    own = order(central)
    taus = []
    with np.errstate(invalid="ignore"):  # nothing is in order where all are equal
        for row in drawn:
            other = order(row)
            agreeing = (own * other).sum(dtype=np.int64)
            taus.append(agreeing / np.sqrt(np.count_nonzero(own)) / np.sqrt(np.count_nonzero(other)))
    return float(np.percentile(np.clip(taus, -1.0, 1.0), QUANTILES[0]))
