"""How far buyers turn from a supplier whose relative duty rises: Poisson with fixed effects (PPML).

    imports_ipt ~ b ln(1 + assessed duty_ipt)  | industry x supplier + supplier x month + industry x month

Industry x month effects absorb what happens to an industry's imports from everyone; supplier x month effects
what happens to a supplier in all goods. What is left is the duty of a supplier against the others of its
industry and month. The average gain of third countries is absorbed and NOT identified.
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

#: Columns `product`, `partner`, `time`.
FIXED_EFFECTS = ("product^partner", "partner^time", "product^time")
LEVEL = 0.95
#: Months by which the duty leads imports in the equation with duties to come.
LEADS = (3, 6)
NOW = "duty"


def relative_data(panel: pd.DataFrame, without: Sequence[str]) -> pd.DataFrame:
    """Return imports and assessed duty by industry, supplier and month, with the duty of later months.

    Parameters
    ----------
    panel
        `us_imports_naics3_monthly`.
    without
        Industries left out: they hold no goods of one kind.

    Returns
    -------
    pandas.DataFrame
        `product`, `partner`, `time` (YYYY-MM), `value` (million US dollars, above zero: without imports there
        is no assessed duty), `duty` (log of one plus the duty as a fraction of value) and `duty_in_<n>`, the
        same n months later; empty past the table.
    """
    rows = panel[~panel["is_aggregate"] & ~panel["naics3"].isin(list(without)) & (panel["value_usd"] > 0)]
    found = pd.DataFrame(
        {
            "product": rows["naics3"],
            "partner": rows["partner_iso3"],
            "month": rows["month"],
            "time": rows["month"].dt.strftime("%Y-%m"),
            "value": rows["value_usd"] / 1e6,
            NOW: np.log1p(rows["duty_usd"] / rows["value_usd"]),
        }
    ).reset_index(drop=True)
    known = found.set_index(["product", "partner", "month"])[NOW]
    for lead in LEADS:
        later = pd.MultiIndex.from_arrays(
            [found["product"], found["partner"], found["month"] + pd.DateOffset(months=lead)]
        )
        found[f"{NOW}_in_{lead}"] = known.reindex(later).to_numpy()
    return found.drop(columns="month")


def elasticities(
    data: pd.DataFrame, regressors: Sequence[str] = (NOW,), cluster: str = "product"
) -> pd.DataFrame:
    """Fit imports on duties; one row per regressor.

    Parameters
    ----------
    data
        As `relative_data` returns it, the rows to fit.
    regressors
        Columns of duties.
    cluster
        Column of the clusters, or two joined by `+`.

    Returns
    -------
    pandas.DataFrame
        `regressor`, `estimate`, `se`, `low`, `high` (95 percent, t with clusters less one), `n`, `clusters`.

    Raises
    ------
    ParameterError
        If a duty does not vary.
    """
    rows = data.dropna(subset=list(regressors))
    for name in regressors:
        if rows[name].nunique() < 2:
            raise ParameterError(f"the regressor {name!r} does not vary")
    fitted = poisson(rows, regressors, FIXED_EFFECTS, cluster)
    found = pd.DataFrame({"estimate": fitted.coef(), "se": fitted.se()}).reindex(list(regressors))
    clusters = int(min(rows[name].nunique() for name in cluster.split("+")))
    half = stats.t.ppf(0.5 + LEVEL / 2, clusters - 1) * found["se"]
    found["low"], found["high"] = found["estimate"] - half, found["estimate"] + half
    return found.assign(n=int(fitted._N), clusters=clusters).rename_axis("regressor").reset_index()


def poisson(data: pd.DataFrame, regressors: Sequence[str], fixed_effects: Sequence[str], cluster: str) -> Any:
    """Fit `value` on regressors by Poisson pseudo maximum likelihood with fixed effects.

    Returns
    -------
    pyfixest.estimation.Fepois
        The fitted model; cells of fixed effects that hold only zeros are dropped (separation).
    """
    formula = f"value ~ {' + '.join(regressors)} | {' + '.join(fixed_effects)}"
    with warnings.catch_warnings():
        # pyfixest's own deprecations, and its notice of separated rows, which `n` shows
        warnings.simplefilter("ignore")
        return pf.fepois(formula, data, vcov={"CRV1": cluster}, iwls_tol=1e-8)


@dataclass(frozen=True)
class FirstStage:
    """How the assessed duty follows the law: coefficient, standard error, and F of its being zero."""

    estimate: float
    se: float

    @property
    def f(self) -> float:
        """F statistic of the instrument; below about ten it is weak."""
        return (self.estimate / self.se) ** 2


def first_stage(data: pd.DataFrame, law: pd.DataFrame, origin: str) -> FirstStage:
    """Fit the assessed duty on the duty in law of one origin, with the same fixed effects.

    Parameters
    ----------
    data
        As `relative_data` returns it.
    law
        `product`, `time`, `log_law`: log of one plus the duty of the law on that origin.
    origin
        The supplier whose law is known; the instrument is zero for the others.
    """
    rows = data.merge(law, on=["product", "time"])
    rows["log_law"] = rows["log_law"].where(rows["partner"] == origin, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = pf.feols(f"{NOW} ~ log_law | {' + '.join(FIXED_EFFECTS)}", rows, vcov={"CRV1": "product"})
    return FirstStage(float(fitted.coef()["log_law"]), float(fitted.se()["log_law"]))


def estimates(data: pd.DataFrame, first: str, electronics: str, origin: str) -> pd.DataFrame:
    """Estimate the response to the relative duty over several periods and groups.

    Parameters
    ----------
    data
        As `relative_data` returns it.
    first
        First month of the newest period, YYYY-MM.
    electronics
        The industry of computers and electronics.
    origin
        The supplier left out in one of the rows.

    Returns
    -------
    pandas.DataFrame
        `sample`, `first`, `last`, `regressor`, `estimate`, `se`, `low`, `high`, `se_two_way` (clusters of
        industry and supplier), `n`, `clusters`; the last rows hold the duty of the month and those to come.
    """
    now = data[data["time"] >= first]
    samples = [
        ("all suppliers", now, (NOW,)),
        ("without computers and electronics", now[now["product"] != electronics], (NOW,)),
        ("without China", now[now["partner"] != origin], (NOW,)),
        ("all years", data[data["time"] >= "2017-01"], (NOW,)),
        ("first trade war", data[data["time"].between("2017-01", "2019-12")], (NOW,)),
        ("with duties to come", now, (NOW, *(f"{NOW}_in_{lead}" for lead in LEADS))),
    ]
    parts = []
    for name, rows, regressors in samples:
        fitted = elasticities(rows, regressors)
        two_way = elasticities(rows, regressors, "product+partner")
        used = rows.dropna(subset=list(regressors))["time"]
        parts.append(fitted.assign(sample=name, first=used.min(), last=used.max(), se_two_way=two_way["se"]))
    table = pd.concat(parts, ignore_index=True)
    columns = ["sample", "first", "last", "regressor", "estimate", "se", "low", "high", "se_two_way"]
    return table[[*columns, "n", "clusters"]]
