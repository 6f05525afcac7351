"""How far buyers turn from a supplier whose relative duty rises: Poisson with fixed effects (PPML).

    imports_ipt ~ b ln(1 + assessed duty_ipt)  | industry x supplier + supplier x month + industry x month

Industry x month effects absorb what happens to an industry's imports from everyone; supplier x month effects
what happens to a supplier in all goods. What is left is the duty of a supplier against the others of its
industry and month. The average gain of third countries is absorbed and NOT identified.

The assessed duty is also a result of what is bought. Its instrument is z = ln(1 + l), l the duty in the law
of each origin on the goods of 2024. The estimate then solves

    sum of z (imports - fitted) = 0,   and sum of (imports - fitted) = 0 for every fixed effect

(Poisson with additive moments; Windmeijer and Santos Silva 1997, Journal of Applied Econometrics 12(3)).
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyfixest as pf
from pyfixest.estimation import demean
from scipy import stats

from trucewatch.errors import ParameterError

#: Columns `product`, `partner`, `time`.
FIXED_EFFECTS = ("product^partner", "partner^time", "product^time")
LEVEL = 0.95
#: Months by which the duty leads imports in the equation with duties to come.
LEADS = (3, 6)
NOW, LAW = "duty", "log_law"
ASSESSED, INSTRUMENTED, REDUCED = "assessed duty", "assessed duty, by the law", "law"
"""What a row of the estimates rests on: `REDUCED` puts the law itself in the place of the assessed duty."""
SAMPLES = ("all suppliers", "without computers and electronics", "without China")
TO_COME = "with duties to come"
OVER_TIME = "recent and older duties"
PAST = 12
"""Months after which a duty counts as older."""
RECENT, OLDER = f"{NOW}_recent", f"{NOW}_older"
"""The duty of `PAST` months before, and what has come on top of it since: both together are the duty."""
_CLOSE, _MOST_STEPS = 1e-9, 200


def relative_data(panel: pd.DataFrame, without: Sequence[str]) -> pd.DataFrame:
    """Return imports and assessed duty by industry, supplier and month, with the duty of later months.

    Columns: `product`, `partner`, `month`, `time` (YYYY-MM), `value` (million US dollars, above zero: without
    imports there is no assessed duty), `duty` (log of one plus the duty as a fraction of value) and
    `duty_in_<n>`, the same n months later; empty past the table. `duty_older`, the duty of `PAST` months
    before, and `duty_recent`, what came since; empty where there were no imports then.

    `panel`: `us_imports_naics3_monthly`; `without`: industries left out: they hold no goods of one kind.
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
    then = pd.MultiIndex.from_arrays(
        [found["product"], found["partner"], found["month"] - pd.DateOffset(months=PAST)]
    )
    found[OLDER] = known.reindex(then).to_numpy()
    found[RECENT] = found[NOW] - found[OLDER]
    return found


def with_law(data: pd.DataFrame, law: pd.DataFrame, members: Collection[str], union: str) -> pd.DataFrame:
    """Add the duty of the law to each row, and that of later months; rows of an unknown law stay empty.

    The same with `log_law` and `log_law_in_<n>`.

    `data`: as `relative_data` returns it; `law`: `panel_tables.industry_law`; `members`, `union`: suppliers
    that share the law and the mix of goods of one other.
    """
    of = data["partner"].where(~data["partner"].isin(list(members)), union)
    known = law.set_index(["product", "law_of", "month"])[LAW]
    found = data.copy()
    for name, lead in ((LAW, 0), *((f"{LAW}_in_{lead}", lead) for lead in LEADS)):
        later = pd.MultiIndex.from_arrays([data["product"], of, data["month"] + pd.DateOffset(months=lead)])
        found[name] = known.reindex(later).to_numpy()
    return found


def elasticities(
    data: pd.DataFrame,
    regressors: Sequence[str] = (NOW,),
    cluster: str = "product",
    fixed_effects: Sequence[str] = FIXED_EFFECTS,
) -> pd.DataFrame:
    """Fit imports on duties; one row per regressor.

    Columns: `regressor`, `estimate`, `se`, `low`, `high` (95 percent, t with clusters less one), `n`,
    `clusters`.

    `data`: `value`, and the columns that the other arguments name; as `relative_data` returns it, for theirs;
    `regressors`: columns of duties; `cluster`: column of the clusters, or two joined by `+`; `fixed_effects`:
    columns, those of one effect joined by `^`.

    Raises `ParameterError` if a duty does not vary.
    """
    rows = data.dropna(subset=list(regressors))
    for name in regressors:
        if rows[name].nunique() < 2:
            raise ParameterError(f"the regressor {name!r} does not vary")
    fitted = poisson(rows, regressors, fixed_effects, cluster)
    found = pd.DataFrame({"estimate": fitted.coef(), "se": fitted.se()}).reindex(list(regressors))
    clusters = int(min(rows[name].nunique() for name in cluster.split("+")))
    half = stats.t.ppf(0.5 + LEVEL / 2, clusters - 1) * found["se"]
    found["low"], found["high"] = found["estimate"] - half, found["estimate"] + half
    return found.assign(n=int(fitted._N), clusters=clusters).rename_axis("regressor").reset_index()


def poisson(data: pd.DataFrame, regressors: Sequence[str], fixed_effects: Sequence[str], cluster: str) -> Any:
    """Fit `value` on regressors by Poisson pseudo maximum likelihood with fixed effects.

    Returns the fitted model, a `pyfixest.estimation.Fepois`; cells of fixed effects that hold only zeros are
    dropped (separation).
    """
    formula = f"value ~ {' + '.join(regressors)} | {' + '.join(fixed_effects)}"
    with warnings.catch_warnings():
        # pyfixest's own deprecations, and its notice of separated rows, which `n` shows
        warnings.simplefilter("ignore")
        return pf.fepois(formula, data, vcov={"CRV1": cluster}, iwls_tol=1e-8)


def instrumented(data: pd.DataFrame) -> pd.DataFrame:
    """Fit imports on the assessed duty with the law as its instrument; clusters are industries.

    The moments are solved by two-stage least squares on the working response, weighted with the fitted
    imports, until the estimate stays: with the duty as its own instrument these are the steps of a Poisson
    regression.

    One row as in `elasticities`, with `first_stage` (of the assessed duty on the law, same weights and fixed
    effects) and `first_stage_f`, the square of its t statistic: below about ten the law is weak.

    `data`: as `with_law` returns it, the rows to fit.

    Raises `ParameterError` if the duty or the law does not vary, or no estimate is found.
    """
    rows = data.dropna(subset=[NOW, LAW])
    for name in (NOW, LAW):
        if rows[name].nunique() < 2:
            raise ParameterError(f"the regressor {name!r} does not vary")
    names = [pair.split("^") for pair in FIXED_EFFECTS]
    groups = np.column_stack([rows.groupby(pair).ngroup() for pair in names]).astype(np.uint64)
    value, duty, law = (rows[name].to_numpy(dtype=float) for name in ("value", NOW, LAW))

    def within(weights: np.ndarray, *columns: np.ndarray) -> np.ndarray:
        found, is_done = demean(np.column_stack(columns), groups, weights, tol=_CLOSE, maxiter=100_000)
        if not is_done:
            raise ParameterError("the fixed effects cannot be taken out of the duties")
        return found.T

    level, estimate = np.log((value + value.mean()) / 2), np.inf
    for _ in range(_MOST_STEPS):
        fitted = np.exp(level)
        response = level + (value - fitted) / fitted
        own, x, z = within(fitted, response, duty, law)
        before, estimate = estimate, (fitted * z * own).sum() / (fitted * z * x).sum()
        level = response - (own - estimate * x)
        if abs(estimate - before) < _CLOSE:
            break
    else:
        raise ParameterError("no estimate is found with the law as instrument")
    fitted = np.exp(level)
    x, z = within(fitted, duty, law)
    cluster = rows["product"].to_numpy()
    clusters = rows["product"].nunique()
    free = 1 + sum(int(groups[:, at].max()) + 1 for at, pair in enumerate(names) if "product" not in pair)
    correction = clusters / (clusters - 1) * (len(rows) - 1) / (len(rows) - free)

    def error(scores: np.ndarray, slope: float) -> float:
        sums = pd.Series(scores).groupby(cluster).sum()
        return float(np.sqrt(correction * (sums**2).sum()) / abs(slope))

    slope, size = float((fitted * z * x).sum()), float((fitted * z * z).sum())
    se = error(z * (value - fitted), slope)
    stage = slope / size
    stage_se = error(fitted * z * (x - stage * z), size)
    half = stats.t.ppf(0.5 + LEVEL / 2, clusters - 1) * se
    row = {
        "regressor": NOW, "estimate": estimate, "se": se, "low": estimate - half, "high": estimate + half,
        "n": len(rows), "clusters": clusters, "first_stage": stage,
        "first_stage_f": (stage / stage_se) ** 2 if stage_se > 0 else np.inf,
    }  # fmt: skip
    return pd.DataFrame([row])


def estimates(data: pd.DataFrame, first: str, electronics: str, origin: str) -> pd.DataFrame:
    """Estimate the response to the relative duty over several periods and groups.

    Columns: `design` (`INSTRUMENTED`, `ASSESSED` or `REDUCED`), `sample`, `first`, `last`, `regressor`,
    `estimate`, `se`, `low`, `high`, `se_two_way` (clusters of industry and supplier; not of `INSTRUMENTED`),
    `n`, `clusters`, `first_stage`, `first_stage_f` (of `INSTRUMENTED` alone). Rows with duties to come, and
    those of recent and older duties of a sample, are of one equation.

    `data`: as `with_law` returns it; `first`: first month of the newest period, YYYY-MM; rows by the law
    start with the law, if that is later; `electronics`: the industry of computers and electronics; `origin`:
    the supplier left out in one of the rows.
    """
    now = data[data["time"] >= first]
    by_law = now.dropna(subset=[LAW])
    chosen = (
        lambda rows: rows,
        lambda rows: rows[rows["product"] != electronics],
        lambda rows: rows[rows["partner"] != origin],
    )
    samples = dict(zip(SAMPLES, chosen, strict=True))
    years = data[data["time"] >= "2017-01"]
    parts = [
        _named(instrumented(own(by_law)), own(by_law), INSTRUMENTED, name) for name, own in samples.items()
    ]
    plain: list[tuple[str, str, pd.DataFrame, tuple[str, ...]]] = [
        *((ASSESSED, name, own(now), (NOW,)) for name, own in samples.items()),
        (ASSESSED, "all years", years, (NOW,)),
        (ASSESSED, "first trade war", data[data["time"].between("2017-01", "2019-12")], (NOW,)),
        (ASSESSED, TO_COME, now, _with_leads(NOW)),
        (REDUCED, TO_COME, by_law, _with_leads(LAW)),
        *((ASSESSED, f"{OVER_TIME}, {name}", samples[name](years), (RECENT, OLDER)) for name in SAMPLES[:2]),
    ]
    for design, name, rows, regressors in plain:
        fitted = elasticities(rows, regressors)
        two_way = elasticities(rows, regressors, "product+partner")
        used = rows.dropna(subset=list(regressors))
        parts.append(_named(fitted.assign(se_two_way=two_way["se"]), used, design, name))
    columns = ["design", "sample", "first", "last", "regressor", "estimate", "se", "low", "high"]
    table = pd.concat(parts, ignore_index=True)
    return table[[*columns, "se_two_way", "n", "clusters", "first_stage", "first_stage_f"]]


def _with_leads(name: str) -> tuple[str, ...]:
    return (name, *(f"{name}_in_{lead}" for lead in LEADS))


def _named(fitted: pd.DataFrame, rows: pd.DataFrame, design: str, sample: str) -> pd.DataFrame:
    first, last = rows["time"].min(), rows["time"].max()
    return fitted.assign(design=design, sample=sample, first=first, last=last)
