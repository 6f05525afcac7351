"""The licensing shock as a regression over codes, destinations and months.

It needs tonnes by tariff line, destination and month, of controlled goods and of goods that are not. The
bundled tables hold one product and two destinations, so the report does not run it; it is here, and tested on
made data, for those who bring the panel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trucewatch.errors import DataError

COLUMNS = ("hs8", "partner_iso3", "month", "is_controlled", "quantity_t")


@dataclass(frozen=True)
class Licensing:
    """Effect of a control on the logarithm of tonnes.

    Attributes
    ----------
    by_month : pandas.DataFrame
        `rel_month`, `effect`, `low`, `high` (95 %, clustered by code), against the month before the control.
    effect : float
        Mean change after the control, log points.
    clustered_p, placebo_p : float
        Its p-value, clustered by code, and from drawing at random which codes were controlled. With few codes
        believe the second.
    """

    by_month: pd.DataFrame
    effect: float
    clustered_p: float
    placebo_p: float


def licensing_effect(
    panel: pd.DataFrame, event: pd.Timestamp, *, draws: int = 999, seed: int = 0
) -> Licensing:
    """Estimate what a control did to the tonnes of controlled codes.

    Log tonnes on relative month x controlled, with fixed effects of code x destination and of destination x
    month; standard errors clustered by code, and randomisation over which codes are called controlled.

    Parameters
    ----------
    panel
        `hs8`, `partner_iso3`, `month` (first day), `is_controlled`, `quantity_t` (positive; months without
        trade have no row).
    event
        Day the control took effect.
    draws, seed
        Random relabellings of the codes.

    Raises
    ------
    DataError
        If a column is missing, a quantity is not positive, or codes of one kind only are there.
    """
    import pyfixest

    data = _checked(panel)
    start = pd.Timestamp(event).normalize().replace(day=1)
    data["rel_month"] = (data["month"].dt.year - start.year) * 12 + data["month"].dt.month - start.month
    data["treated"] = data["is_controlled"].astype(float)
    data["post"] = data["treated"] * (data["rel_month"] >= 0)
    fixed = "| unit + cell"
    clusters = {"CRV1": "hs8"}
    path = pyfixest.feols(f"ln_t ~ i(rel_month, treated, ref=-1) {fixed}", data, vcov=clusters)
    pooled = pyfixest.feols(f"ln_t ~ post {fixed}", data, vcov=clusters)
    effect = float(pooled.coef()["post"])
    return Licensing(
        _by_month(path.tidy()), effect, float(pooled.pvalue()["post"]), _placebo_p(data, effect, draws, seed)
    )


def _checked(panel: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in COLUMNS if name not in panel]
    if missing:
        raise DataError(
            "a column is missing", column=", ".join(missing), remedy=f"give the panel {', '.join(COLUMNS)}"
        )
    bad = panel.index[~(panel["quantity_t"] > 0)]
    if len(bad):
        raise DataError(
            "tonnes must be above zero: the regression takes their logarithm",
            column="quantity_t",
            row=bad[0],
            value=panel.loc[bad[0], "quantity_t"],
            remedy="leave months without trade out of the panel",
        )
    if panel["is_controlled"].nunique() < 2:
        raise DataError(
            "codes of one kind only",
            column="is_controlled",
            value=bool(panel["is_controlled"].iloc[0]) if len(panel) else None,
            remedy="bring in codes that are controlled and placebo codes that are not",
        )
    return panel.assign(
        month=pd.to_datetime(panel["month"]),
        ln_t=np.log(panel["quantity_t"]),
        unit=panel["hs8"] + "_" + panel["partner_iso3"],
        cell=panel["partner_iso3"] + "_" + pd.to_datetime(panel["month"]).dt.strftime("%Y-%m"),
    )


def _by_month(tidy: pd.DataFrame) -> pd.DataFrame:
    """Relative months and effects from the names the library gives its coefficients."""
    months = tidy.index.to_series().str.extract(r"(-?\d+)(?:\.0)?\]?:")[0].astype(int)
    table = pd.DataFrame(
        {
            "rel_month": months.to_numpy(),
            "effect": tidy["Estimate"].to_numpy(),
            "low": tidy["2.5%"].to_numpy(),
            "high": tidy["97.5%"].to_numpy(),
        }
    )
    return table.sort_values("rel_month", ignore_index=True)


def _placebo_p(data: pd.DataFrame, effect: float, draws: int, seed: int) -> float:
    """Share of random relabellings of codes with an effect at least as large, the true one counted in."""
    codes = data.groupby("hs8")["is_controlled"].first()
    outcome = _within(data["ln_t"], data)
    later = (data["rel_month"] >= 0).to_numpy()
    rng = np.random.default_rng(seed)
    as_large = 1
    for _ in range(draws):
        drawn = pd.Series(rng.permutation(codes.to_numpy()), index=codes.index)
        post = _within(
            pd.Series(data["hs8"].map(drawn).to_numpy(dtype=float) * later, index=data.index), data
        )
        as_large += abs(float(post @ outcome) / float(post @ post)) >= abs(effect) - 1e-12
    return as_large / (draws + 1)


def _within(values: pd.Series, data: pd.DataFrame, rounds: int = 200, tolerance: float = 1e-12) -> np.ndarray:
    """Take both fixed effects out by alternating projections."""
    left = values.astype(float)
    for _ in range(rounds):
        before = left
        for group in ("unit", "cell"):
            left = left - left.groupby(data[group]).transform("mean")
        if float((left - before).abs().max()) < tolerance:
            break
    return left.to_numpy()
