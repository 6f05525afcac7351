"""Forecasts of a monthly series, judged at past origins before one of them is shown.

Every candidate estimates its parameters once, on months before the first origin; at each origin it reads the
months up to it and forecasts as far as the report does. Its error is what came over what it said. The one
that errs least leads, and the band of the report is drawn from its errors.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.errors import DataError
from trucewatch.trade.counterfactual import Counterfactual, random_paths

#: A forecaster reads months and returns as many values as there are months to come.
Forecaster = Callable[[pd.Series, pd.DatetimeIndex], np.ndarray]
#: Months between origins, and how many there are at most.
STEP, ORIGINS = 3, 25
#: Percent of held-out sums that a band should hold.
LEVEL = 90
#: Paths per band while the band is calibrated, at most.
TRIAL = 500
#: Least months a forecast is trained on.
LEAST = 36
#: Ships loaded in the weeks in which plants are closed would have arrived a voyage later.
VOYAGE_DAYS, CLOSED_DAYS = 25, 21


@cache
def new_year_pull() -> pd.Series:
    """Return by month the part of the Lunar New Year's lull that falls in it, less the month's usual part.

    The days of `new_years.csv` are those of the Hong Kong Observatory.
    """
    text = files("trucewatch.reports.trade_flows").joinpath("new_years.csv").read_text(encoding="utf-8")
    days = [date.fromisoformat(day) for day in text.split()[1:]]
    hit = [day + timedelta(days=VOYAGE_DAYS + after) for day in days for after in range(CLOSED_DAYS)]
    months = pd.date_range(f"{days[0].year}-01-01", f"{days[-1].year}-12-01", freq="MS")
    at = pd.DatetimeIndex(hit).to_period("M").to_timestamp()
    part = pd.Series(1 / CLOSED_DAYS, index=at).groupby(level=0).sum().reindex(months).fillna(0.0)
    return part - part.groupby(months.month).transform("mean")


def last_year_repeated(training: pd.Series, future: pd.DatetimeIndex) -> np.ndarray:
    """Forecast the last twelve months again."""
    return np.resize(training.to_numpy(float)[-12:], len(future))


def _smoothed(logs: np.ndarray, _: pd.DatetimeIndex) -> Any:
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

    return ExponentialSmoothing(logs, seasonal=12, initialization_method="heuristic", concentrate_scale=True)


def _airline(logs: np.ndarray, months: pd.DatetimeIndex) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    pull = new_year_pull().reindex(months).to_numpy()[:, None]
    return SARIMAX(logs, exog=pull, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12), concentrate_scale=True)


def _structural(logs: np.ndarray, _: pd.DatetimeIndex) -> Any:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return UnobservedComponents(logs, level="lltrend", seasonal=12)


def state_space(model_of: Callable[[np.ndarray, pd.DatetimeIndex], Any], training: pd.Series) -> Forecaster:
    """Fit a model of the logarithm to some months; the forecaster keeps its parameters."""
    with warnings.catch_warnings():
        # an optimiser that stops early shows in the errors of the forecasts
        warnings.simplefilter("ignore")
        fitted = model_of(np.log(training.to_numpy(float)), pd.DatetimeIndex(training.index)).fit(
            disp=False, maxiter=25
        )

    def forecast(months: pd.Series, future: pd.DatetimeIndex) -> np.ndarray:
        model = model_of(np.log(months.to_numpy(float)), pd.DatetimeIndex(months.index))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = model.filter(fitted.params)
        extra = {} if model.exog is None else {"exog": new_year_pull().reindex(future).to_numpy()[:, None]}
        return np.asarray(np.exp(read.forecast(len(future), **extra)))

    return forecast


def growth_of_others(others: pd.Series) -> Forecaster:
    """Let the last year grow as imports from everyone else did later: no forecast, it reads later months."""

    def forecast(training: pd.Series, future: pd.DatetimeIndex) -> np.ndarray:
        last = training.index[-1]
        base = pd.DatetimeIndex(
            [month.replace(year=last.year - (month.month > last.month)) for month in future]
        )
        growth = others.reindex(future).to_numpy() / others.reindex(base).to_numpy()
        return np.asarray(training.reindex(base).to_numpy() * growth)

    return forecast


#: Candidates by the name a reader sees; the last one reads later months and may not lead.
REPEAT, SMOOTHED = "last twelve months repeated", "exponential smoothing of level and season"
AIRLINE, STRUCTURAL = "airline model with Lunar New Year", "structural model (level, slope, season)"
CONTROL = "growth of other suppliers"


def candidates(training: pd.Series, others: pd.Series) -> dict[str, Forecaster]:
    """Return the candidates, fitted to some months.

    `training`: the months the parameters are estimated on; `others`: imports from everyone else by month.
    """
    return {
        REPEAT: last_year_repeated,
        SMOOTHED: state_space(_smoothed, training),
        AIRLINE: state_space(_airline, training),
        STRUCTURAL: state_space(_structural, training),
        CONTROL: growth_of_others(others),
    }


@dataclass(frozen=True)
class HeldOut:
    """Errors of one candidate at past origins.

    `forecasts`: US dollars, origins x months ahead; `errors`: logarithm of what came over the forecast, same
    shape.
    """

    forecasts: np.ndarray
    errors: np.ndarray

    def sums(self, first: int) -> np.ndarray:
        """Return by origin the log of what came over the forecast, summed from a month ahead on."""
        came = (self.forecasts * np.exp(self.errors))[:, first:].sum(axis=1)
        return np.asarray(np.log(came / self.forecasts[:, first:].sum(axis=1)))

    def inside(self, scale: float, first: int, n_sim: int, seed: int) -> float:
        """Return the share of origins whose sum lies in the band from the others' scaled errors (0-1)."""
        tail = (100 - LEVEL) / 2
        hits = []
        for place, (forecast, error) in enumerate(zip(self.forecasts, self.errors, strict=True)):
            others = scale * np.delete(self.errors, place, axis=0)
            sums = random_paths(forecast[first:], others[:, first:], min(n_sim, TRIAL), seed).sum(axis=0)
            low, high = np.percentile(sums, [tail, 100 - tail])
            hits.append(low <= (forecast * np.exp(error))[first:].sum() <= high)
        return float(np.mean(hits))

    def scale(self, first: int, n_sim: int, seed: int) -> float:
        """Return the least factor on the errors at which bands hold nine tenths of the sums held out."""
        low, high = 0.4, 2.5
        for _ in range(7):
            middle = (low + high) / 2
            is_wide = self.inside(middle, first, n_sim, seed) >= LEVEL / 100
            low, high = (low, middle) if is_wide else (middle, high)
        return high

    def band_errors(self, first: int, n_sim: int, seed: int) -> np.ndarray:
        """Return the errors times `scale`: a band drawn from them holds nine tenths of what was held out."""
        return np.asarray(self.errors * self.scale(first, n_sim, seed))

    def covered(self, first: int, n_sim: int, seed: int) -> float:
        """Return the share of origins inside their band, each drawn without its own error (0-1)."""
        return self.inside(self.scale(first, n_sim, seed), first, n_sim, seed)


def origins_of(
    series: pd.Series, train_start: pd.Timestamp, train_end: pd.Timestamp, horizon: int
) -> list[pd.Timestamp]:
    """Return the past origins: as far from the end of training as the report forecasts, and back in steps.

    Raises `DataError` if the series is too short for four of them.
    """
    last = train_end - pd.DateOffset(months=horizon)
    found = [last - pd.DateOffset(months=STEP * place) for place in range(ORIGINS)]
    earliest = series.index[0] + pd.DateOffset(months=LEAST - 1)
    kept = [origin for origin in reversed(found) if origin >= earliest]
    if len(kept) < 4:
        raise DataError(
            "the series is too short to judge a forecast",
            remedy=f"it starts {series.index[0]:%Y-%m}; end training later than {train_end:%Y-%m}",
            column="month",
            value=f"{train_start:%Y-%m}..{train_end:%Y-%m}",
        )
    return kept


def judge(
    series: pd.Series, others: pd.Series, train_start: pd.Timestamp, train_end: pd.Timestamp, horizon: int
) -> dict[str, HeldOut]:
    """Forecast from past origins with every candidate, on windows as long as the report's training.

    `series`: monthly values above zero; `others`: imports from everyone else by month; where they are not
    known at an origin, the candidate is left out; `train_start`, `train_end`: first and last month of the
    report's training; `horizon`: months ahead.
    """
    length = len(pd.date_range(train_start, train_end, freq="MS"))
    origins = origins_of(series, train_start, train_end, horizon)
    windows = [series.loc[:origin].tail(length) for origin in origins]
    fitted = candidates(windows[0], others)
    found = {}
    for name, forecast in fitted.items():
        rows, errors = [], []
        for window in windows:
            future = pd.date_range(window.index[-1] + pd.DateOffset(months=1), periods=horizon, freq="MS")
            said = forecast(window, future)
            rows.append(said)
            errors.append(np.log(series.reindex(future).to_numpy(float) / said))
        if np.isfinite(errors).all():
            found[name] = HeldOut(np.array(rows), np.array(errors))
    return found


def scores(held_out: Mapping[str, HeldOut], first: int, n_sim: int, seed: int) -> pd.DataFrame:
    """Return how each candidate did at past origins; errors in logarithms, near to fractions.

    Columns: `forecast`, `origins`, `rmse_share`, `mae_share`, `bias_share` (of the sum), `month_rmse_share`
    (of single months), `covered_share` (origins inside the band of the others' errors); least error first,
    the growth of other suppliers last.

    `held_out`: from `judge`; `first`: the month ahead from which sums count; `n_sim`, `seed`: of the band
    whose coverage is measured.
    """
    rows = []
    for name, errors in held_out.items():
        sums = errors.sums(first)
        rows.append(
            {
                "forecast": name,
                "origins": len(sums),
                "rmse_share": float(np.sqrt((sums**2).mean())),
                "mae_share": float(np.abs(sums).mean()),
                "bias_share": float(sums.mean()),
                "month_rmse_share": float(np.sqrt((errors.errors[:, first:] ** 2).mean())),
                "covered_share": errors.covered(first, n_sim, seed),
            }
        )
    table = pd.DataFrame(rows)
    table["_later"] = table["forecast"] == CONTROL
    return table.sort_values(["_later", "rmse_share"], ignore_index=True).drop(columns="_later")


def expected(
    series: pd.Series,
    others: pd.Series,
    train_start: pd.Timestamp,
    train_end: pd.Timestamp,
    held_out: Mapping[str, HeldOut],
    first: int,
    n_sim: int,
    seed: int,
) -> dict[str, Counterfactual]:
    """Return the expected path of each candidate after training, its band drawn from its held-out errors.

    A path that needs later months of other suppliers ends with them and is left out.
    """
    training, actual = series.loc[train_start:train_end], series.loc[series.index > train_end]
    fitted = candidates(training, others)
    found = {}
    for name, errors in held_out.items():
        central = fitted[name](training, pd.DatetimeIndex(actual.index))
        if np.isfinite(central).all():
            found[name] = Counterfactual(
                actual=actual,
                central=pd.Series(central, index=actual.index, name="counterfactual_usd"),
                paths=random_paths(central, errors.band_errors(first, n_sim, seed), n_sim, seed),
                train_start=train_start,
                train_end=train_end,
            )
    return found
