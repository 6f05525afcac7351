"""What trade would have been: an expected path with a band, and the control of other suppliers.

1. A forecast from the months before the shock (`Counterfactual`), with the errors that the same forecast made
   at past origins as its band.
2. `matched_control`: the rest of the world's present. Each industry of the base year grows as US imports of
   that industry from everyone else grew. It knows the business cycle, but where buyers turned from one
   partner to others the control grows *because* of the shock, and so overstates what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trucewatch.errors import DataError
from trucewatch.trade.flows import absent, months, same_months

BAND = (5, 95)
"""Ends of every band, percent of the simulated paths."""


@dataclass(frozen=True)
class Counterfactual:
    """The path expected without the shock, and random paths around it.

    `actual`: the observed months after training, US dollars; `central`: the expected path, US dollars, same
    months; `paths`: random paths, US dollars, shape (months, n_sim); `train_start`, `train_end`: first and
    last month of training.
    """

    actual: pd.Series
    central: pd.Series
    paths: np.ndarray
    train_start: pd.Timestamp
    train_end: pd.Timestamp

    def table(self) -> pd.DataFrame:
        """By month: `value_usd`, `counterfactual_usd`, percentiles `low_usd` and `high_usd`, `gap_usd`."""
        bounds = np.percentile(self.paths, BAND, axis=1)
        return pd.DataFrame(
            {
                "value_usd": self.actual,
                "counterfactual_usd": self.central,
                "low_usd": bounds[0],
                "high_usd": bounds[1],
                "gap_usd": self.actual - self.central,
            }
        ).rename_axis("month")

    def sums(self, first: pd.Timestamp, last: pd.Timestamp) -> tuple[float, float, np.ndarray]:
        """Return what came and what was expected over the months first..last, and the latter by path."""
        at = self.positions(first, last)
        return (
            float(self.actual.iloc[at].sum()),
            float(self.central.iloc[at].sum()),
            self.paths[at].sum(axis=0),
        )

    def positions(self, first: pd.Timestamp, last: pd.Timestamp) -> np.ndarray:
        """Positions of the months first..last, both counted.

        Raises `DataError` if a month lies in training or after the data: the gap is not defined there.
        """
        wanted = months(first, last)
        missing = absent(wanted, self.actual)
        if len(missing) or not len(wanted):
            raise DataError(
                "the counterfactual does not cover a month that is asked for",
                remedy=f"ask for {self.actual.index[0]:%Y-%m}..{self.actual.index[-1]:%Y-%m}",
                column="month",
                value=f"{missing[0]:%Y-%m}" if len(missing) else f"{first:%Y-%m}..{last:%Y-%m}",
            )
        return self.actual.index.get_indexer(wanted)


@dataclass(frozen=True)
class Gap:
    """Actual minus counterfactual over some months, US dollars; `share` and its bounds as fractions."""

    value: float
    low: float
    high: float
    share: float
    share_low: float
    share_high: float
    actual: float
    first: pd.Timestamp
    last: pd.Timestamp


def random_paths(central: np.ndarray, errors: np.ndarray, n_sim: int, seed: int) -> np.ndarray:
    """Draw paths around a forecast from the errors it made before, shape (months, n_sim).

    Each path is the forecast times exp of a normal combination of the error paths, so that months err
    together as they did, and with the same size.

    `central`: the forecast by month; `errors`: logarithm of what came over what was said, origins x months
    ahead; `n_sim`, `seed`: number of paths and seed of the draws.
    """
    weights = np.random.default_rng(seed).standard_normal((n_sim, len(errors))) / np.sqrt(len(errors))
    return np.asarray(central[:, None] * np.exp(weights @ errors).T)


def cumulative_gap(
    counterfactual: Counterfactual, first: str | pd.Timestamp, last: str | pd.Timestamp
) -> Gap:
    """Gap summed over the months first..last: sum(m_t - m^_t), its band from the simulated sums.

    The band is that of the sum, not the sum of monthly bands: months err together. `share` divides by the
    counterfactual's sum.
    """
    actual, central, sums = counterfactual.sums(pd.Timestamp(first), pd.Timestamp(last))
    low, high = np.percentile(actual - sums, BAND)
    share_low, share_high = np.percentile(actual / sums - 1, BAND)
    return Gap(
        value=actual - central,
        low=float(low),
        high=float(high),
        share=actual / central - 1,
        share_low=float(share_low),
        share_high=float(share_high),
        actual=actual,
        first=pd.Timestamp(first),
        last=pd.Timestamp(last),
    )


def matched_control(partner: pd.DataFrame, world: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Product-mix matched control, months after the base year.

    m^_{h,t} = m_{h,b(t)} * R_{h,t} / R_{h,b(t)} with R = world - partner and b(t) the same calendar month
    of the base year, so that the season cancels.

    One row a month and industry: `month`, `naics3`, `value_usd`, `control_usd`, `growth` (the ratio of R),
    `gap_usd`. An industry in which the rest of the world sold nothing in the base month has no control: its
    own base value is kept, so that it adds no gap by construction, and `has_control` is False.

    `partner`, `world`: months x industries, US dollars (`flows.industry_matrix`); `base_year`: year of the
    base months.

    Raises `DataError` if a base month is missing, or the partner exceeds the world in a cell.
    """
    partner = partner.reindex(columns=world.columns, fill_value=0.0)
    rest = world - partner.reindex(world.index)
    # Half a dollar: the tables are whole dollars.
    if (rest < -0.5).any(axis=None):
        month = pd.Timestamp(str(rest.min(axis=1).idxmin()))
        raise DataError(
            "the partner exceeds the world",
            remedy="use one vintage for both",
            row=f"{month:%Y-%m}",
            column=rest.loc[month].idxmin(),
            value=rest.loc[month].min(),
        )
    held = pd.DatetimeIndex(partner.index)
    later = held[held.year > base_year]
    base = same_months(later, base_year)
    if len(absent(base, partner)) or not len(later):
        remedy = f"choose a base year inside {partner.index[0]:%Y-%m}..{partner.index[-1]:%Y-%m}"
        raise DataError("the control has no base months", remedy=remedy, column="base_year", value=base_year)
    rest_now, rest_base = rest.loc[later].to_numpy(), rest.loc[base].to_numpy()
    own_base = partner.loc[base].to_numpy()
    has_control = rest_base > 0
    growth = np.where(has_control, rest_now / np.where(has_control, rest_base, 1.0), 1.0)
    cells = pd.MultiIndex.from_product([later, world.columns], names=["month", "naics3"])
    table = pd.DataFrame(
        {
            "value_usd": partner.loc[later].to_numpy().ravel(),
            "control_usd": (own_base * growth).ravel(),
            "growth": growth.ravel(),
            "has_control": has_control.ravel(),
        },
        index=cells,
    ).reset_index()
    table["gap_usd"] = table["value_usd"] - table["control_usd"]
    return table


def control_gap(control: pd.DataFrame, since: pd.Timestamp) -> pd.Series:
    """Gap to the matched control by industry, months from `since` on, US dollars; they add up to the gap."""
    return control.loc[control["month"] >= since].groupby("naics3")["gap_usd"].sum()


def measures(gap: Gap, control: pd.DataFrame, change: pd.DataFrame) -> pd.DataFrame:
    """What is missing over the same months, by three measures side by side.

    Columns: `measure`, `value_usd`, `expected_usd`, `gap_usd`, `low_usd`, `high_usd` (missing where a measure
    has no band), `gap_share` (of expected).

    `gap`: to the expected path, over the months of the control; `control`: `matched_control`; `change`:
    `flows.industry_change` over the same months.
    """
    later = control.loc[(control["month"] >= gap.first) & (control["month"] <= gap.last)]
    rows: list[tuple[str, float, float, float, float]] = [
        ("own past (forecast)", gap.actual, gap.actual - gap.value, gap.low, gap.high),
        (
            "other suppliers (matched control)",
            later["value_usd"].sum(),
            later["control_usd"].sum(),
            np.nan,
            np.nan,
        ),
        ("same months of the base year", change["value_usd"].sum(), change["base_usd"].sum(), np.nan, np.nan),
    ]
    table = pd.DataFrame(rows, columns=["measure", "value_usd", "expected_usd", "low_usd", "high_usd"])
    table.insert(3, "gap_usd", table["value_usd"] - table["expected_usd"])
    table["gap_share"] = table["gap_usd"] / table["expected_usd"]
    return table


def agreement(first: Gap, control_gap: float) -> str:
    """Say in one word how two counterfactuals of the same months compare.

    `agree` if the control's gap lies inside the band of the forecast, `same sign` if it lies outside but
    points the same way, `disagree` otherwise.
    """
    if first.low <= control_gap <= first.high:
        return "agree"
    return "same sign" if np.sign(first.value) == np.sign(control_gap) else "disagree"
