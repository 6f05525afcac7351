"""Regressions of diversion: Poisson with high-dimensional fixed effects (PPML), and what their results mean.

    third countries   imp ~ sum_t b_t 1[t] d_h  | product x partner + partner x time + sector x time
    China, relative   imp ~ sum_t b_t 1[t] d_h 1[China] | product x partner + partner x time + product x time

d_h is the rise of the duty on goods of China. With product x time effects a duty that is the same for all
third
countries is absorbed: the average diversion is then NOT identified, only differences between partners are.
The
first equation therefore keeps sector x time effects and leaves China out; the second measures China against
the
others and mixes its loss with their gain.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyfixest as pf
from scipy import stats

from trucewatch.errors import ParameterError

#: Fixed effects of the two equations; columns `product`, `partner`, `time`, `sector`.
THIRD = ("product^partner", "partner^time", "sector^time")
RELATIVE = ("product^partner", "partner^time", "product^time")
LEVEL = 0.95


@dataclass(frozen=True)
class Fit:
    """Coefficients of one regression, one a period (the reference is 0 by definition).

    Attributes
    ----------
    table
        By `time`: `estimate`, `se`, `low`, `high` (95 percent, t with clusters less one).
    covariance
        Of the estimates, cluster-robust, in the order of the table without the reference.
    reference
        The period left out.
    n, clusters
        Observations kept, and the number of clusters.
    """

    table: pd.DataFrame
    covariance: np.ndarray
    reference: str
    n: int
    clusters: int


@dataclass(frozen=True)
class PreTrend:
    """Two tests of no trend before the reference: all coefficients at once, and their slope.

    Attributes
    ----------
    statistic, p_value, restrictions
        Wald F of all coefficients before the reference being 0.
    slope, slope_p
        Mean change of the coefficients from one period to the next before the reference (it included), and
        its
        p-value: one restriction, so that few clusters suffice.
    """

    statistic: float
    p_value: float
    restrictions: int
    slope: float
    slope_p: float


def event_study(
    data: pd.DataFrame,
    exposure: str,
    reference: str,
    fixed_effects: Sequence[str],
    cluster: str = "product",
) -> Fit:
    """Fit one coefficient a period on an exposure, by Poisson with fixed effects.

    Parameters
    ----------
    data
        `value` (zeros kept), `time` (text that sorts), the exposure and the columns of the fixed effects.
    exposure
        Column that does not change over time.
    reference
        Period whose coefficient is 0.
    fixed_effects
        As pyfixest writes them: `product^partner`.
    cluster
        Column of the clusters, or two joined by `+`.

    Raises
    ------
    ParameterError
        If the reference is not in the data, or the exposure does not vary.
    """
    times = sorted(data["time"].unique())
    if reference not in times:
        raise ParameterError(f"reference period {reference!r} is not in the data, {times[0]} to {times[-1]}")
    if data[exposure].nunique() < 2:
        raise ParameterError(f"the exposure {exposure!r} does not vary")
    free = [time for time in times if time != reference]
    names = [f"at_{place}" for place in range(len(free))]
    columns = {name: data[exposure] * (data["time"] == time) for name, time in zip(names, free, strict=True)}
    fitted = poisson(data.assign(**columns), names, fixed_effects, cluster)
    found = pd.DataFrame({"estimate": fitted.coef(), "se": fitted.se()}).reindex(names)
    covariance = pd.DataFrame(fitted._vcov, index=fitted._coefnames, columns=fitted._coefnames)
    found.index = pd.Index(free, name="time")
    clusters = int(min(data[name].nunique() for name in cluster.split("+")))
    half = stats.t.ppf(0.5 + LEVEL / 2, clusters - 1) * found["se"]
    found["low"], found["high"] = found["estimate"] - half, found["estimate"] + half
    found.loc[reference] = 0.0
    ordered = covariance.reindex(index=names, columns=names).to_numpy()
    return Fit(found.sort_index(), ordered, reference, int(fitted._N), clusters)


def poisson(data: pd.DataFrame, regressors: Sequence[str], fixed_effects: Sequence[str], cluster: str) -> Any:
    """Fit `value` on regressors by Poisson pseudo maximum likelihood with fixed effects.

    Returns
    -------
    pyfixest.estimation.Fepois
        The fitted model; cells of fixed effects that hold only zeros are dropped (separation).
    """
    formula = f"value ~ {' + '.join(regressors)} | {' + '.join(fixed_effects)}"
    with warnings.catch_warnings():
        # pyfixest's own deprecations, and its notice of separated rows, which `Fit.n` shows
        warnings.simplefilter("ignore")
        return pf.fepois(formula, data, vcov={"CRV1": cluster}, iwls_tol=1e-8)


def pre_trend(fit: Fit) -> PreTrend:
    """Test that nothing moved before the reference.

    Raises
    ------
    ParameterError
        If no period lies before the reference.
    """
    free = [time for time in fit.table.index if time != fit.reference]
    before = [place for place, time in enumerate(free) if time < fit.reference]
    if not before:
        raise ParameterError("no period before the reference; start the window earlier")
    estimate = fit.table.loc[[free[place] for place in before], "estimate"].to_numpy()
    covariance = fit.covariance[np.ix_(before, before)]
    degrees = fit.clusters - 1
    k = int(min(len(before), np.linalg.matrix_rank(covariance)))
    statistic = float(estimate @ np.linalg.pinv(covariance) @ estimate) / k
    # slope of the coefficients on time, the reference (0) as the last point: linear in the estimates
    steps = np.arange(len(before) + 1, dtype=float)
    contrast = (steps - steps.mean()) / ((steps - steps.mean()) ** 2).sum()
    slope = float(contrast[:-1] @ estimate)
    error = float(np.sqrt(contrast[:-1] @ covariance @ contrast[:-1]))
    return PreTrend(
        statistic,
        float(stats.f.sf(statistic, k, degrees)),
        k,
        slope,
        float(2 * stats.t.sf(abs(slope) / error, degrees)),
    )


def average_after(fit: Fit, first: str) -> tuple[float, float]:
    """Return the mean coefficient from a period on, and its standard error."""
    free = [time for time in fit.table.index if time != fit.reference]
    after = np.array([float(time >= first) for time in free])
    weight = after / after.sum()
    estimate = fit.table.loc[free, "estimate"].to_numpy()
    return float(weight @ estimate), float(np.sqrt(weight @ fit.covariance @ weight))
