"""Five dials of the tension, each from 0 (calm) to 100: a description of where things stand, no forecast.

With A_s(d) the average duty of side s on day d, "calm" a chosen day and "worst" a chosen run of months:

    tariffs    100 * mean_s (A_s(d) - A_s(calm)) / (max_worst A_s - A_s(calm))
    at risk    100 * mean_s G_s(d) / scale
    controls   100 * mean(1 - min(1, tonnes / norm), 1 - years since the last new control)
    purchases  100 * max(0, 1 - pace / needed)
    acts       100 * (hostile - conciliatory acts of the last days) / 95th percentile

each held within 0 and 100. G is the rise of the average if the dated suspensions that end within some days
were lifted, already weighted with trade, and scale the largest such rise of either side in the worst months.
The pace needed of purchases is that of a usual season. A dial whose data do not reach
a day has no value there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.duty.averages import average_rate, daily, weighed
from trucewatch.duty.panel import Panel
from trucewatch.errors import ParameterError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import OPEN_END
from trucewatch.ledger.stances import CONCILIATORY, HOSTILE
from trucewatch.trade.season import expected_share

DIALS = ("tariffs", "at_risk", "controls", "purchases", "acts")
#: Kinds of act that withhold goods; a new hostile one restarts the clock of the dial of controls.
CONTROL_KINDS = ("export_control", "entity_list")
YEAR = 365.25
PERCENTILE = 0.95


@dataclass(frozen=True)
class Span:
    """The days the dials are scaled on: the calm day, the worst months, the last day of the law."""

    calm: date
    worst_first: date
    worst_last: date
    last: date

    def __post_init__(self) -> None:
        """Refuse days out of order."""
        if not self.worst_first <= self.worst_last <= self.last or self.calm > self.worst_last:
            raise ParameterError(
                f"the calm day {self.calm} and the worst months {self.worst_first} to {self.worst_last} must "
                f"lie in order and end by {self.last}"
            )

    @property
    def first(self) -> date:
        """First day of the daily series."""
        return min(self.calm, self.worst_first)

    @property
    def days(self) -> pd.DatetimeIndex:
        """Every day from the first to the last."""
        return pd.date_range(self.first, self.last)


def worst_days(first_month: str, last_month: str) -> tuple[date, date]:
    """Return the first and the last day of a run of months written YYYY-MM."""
    first, last = pd.Period(first_month, "M"), pd.Period(last_month, "M")
    return first.start_time.date(), last.end_time.date()


def by_day(intervals: pd.DataFrame, span: Span, column: str = "rate_pct") -> pd.Series:
    """Turn a table with one row an interval into a series by day."""
    values = daily(intervals[["valid_from", "valid_to", column]], span.first, span.last)[column]
    return pd.Series(values.to_numpy(dtype=float), index=span.days)


def tariffs(averages: Mapping[str, pd.Series], span: Span) -> pd.Series:
    """Return the dial of the level of duties by day.

    `averages`: average duty of each side by day, percent; `span`: calm day and worst months.
    """
    parts = []
    for side, average in averages.items():
        calm = average[pd.Timestamp(span.calm)]
        peak = average[span.worst_first.isoformat() : span.worst_last.isoformat()].max()
        if peak <= calm:
            raise ParameterError(f"the duty of {side} did not rise from {span.calm} to the worst months")
        parts.append((average - calm) / (peak - calm))
    return _dial(sum(parts[1:], parts[0]) / len(parts))


def at_risk(sides: Mapping[str, pd.DataFrame], span: Span) -> pd.Series:
    """Return the dial of what lapses soon by day.

    `sides`: by side a frame by day with `gap_pp` (`suspended_soon`), a rise of the average, weighted with
    trade; `span`: the worst months give the scale.
    """
    worst = slice(span.worst_first.isoformat(), span.worst_last.isoformat())
    scale = max(float(frame["gap_pp"][worst].max()) for frame in sides.values())
    gaps = [frame["gap_pp"] for frame in sides.values()]
    mean = sum(gaps[1:], gaps[0]) / len(gaps)
    return _dial(mean / scale if scale > 0 else mean * 0.0)


def suspended_soon(
    panel: Panel, weights: pd.DataFrame, ledger: Ledger, span: Span, within_days: int
) -> pd.DataFrame:
    """Return by day what the average would rise by if the suspensions that end soon were lifted.

    By day: `gap_pp`, points of the average.

    - `panel`: duties of one importer
    - `weights`: `code`, `valid_from`, `valid_to`, `share`, adding up to 1 on every day
    - `ledger`: its legal, dated suspensions say when they end
    - `span`: days
    - `within_days`: a suspension counts from this many days before its end
    """
    cells = weighed(panel, weights)
    lifted, charged = (
        {
            str(name): by_day(rows, span)
            for name, rows in average_rate(panel, weights, variant=variant, cells=cells).groupby("authority")
        }
        for variant in ("snapback", "rate")
    )
    gap = pd.Series(0.0, index=span.days)
    ending = _ending_days(ledger, panel.importer, span, within_days)
    days = {name: soon for name, soon in ending.items() if name in lifted}  # else it falls on no goods
    for authority, soon in days.items():
        rise = lifted[authority] - charged[authority]
        gap = gap + rise.where(soon & (rise > 0), 0.0)
    return pd.DataFrame({"gap_pp": gap})


def _ending_days(ledger: Ledger, importer: str, span: Span, within_days: int) -> dict[str, pd.Series]:
    """Return by authority the days on which one of its dated legal suspensions has at most so long to go."""
    found: dict[str, pd.Series] = {}
    for measure in seen_from(ledger, importer, DEFAULT_ORIGIN[importer]).measures_of.get(importer, ()):
        rates = [row for row in ledger.rates_of.get(measure.measure_id, ()) if row.known_to > ledger.law_asof]
        for row in ledger.suspensions_of.get(measure.measure_id, ()):
            if row.kind != "legal" or row.valid_to == OPEN_END:
                continue
            if not any(rate.valid_from <= row.valid_to < rate.valid_to for rate in rates):
                continue  # the duty itself ended that day: nothing comes back, and no text had set that day
            first = max(row.valid_from, row.valid_to - timedelta(days=within_days))
            soon = (span.days >= pd.Timestamp(first)) & (span.days < pd.Timestamp(row.valid_to))
            before = found.get(measure.authority, pd.Series(False, index=span.days))
            found[measure.authority] = before | soon
    return found


def controls(magnets: pd.DataFrame, norm_t: float, acts: pd.DataFrame, span: Span) -> pd.Series:
    """Return the dial of export controls by day; no value on days that no period of the tonnes holds.

    `magnets`: periods of tonnes to the United States (`sectors.rare_earths.tonnes`): `first`, `end`,
    `per_month_t`; `norm_t`: tonnes of the mean month before the control; `acts`: `law.stances.act_days`;
    `span`: days.
    """
    return _dial((shortfall(magnets, norm_t, span.days) + recency(acts, span.days)) / 2)


def shortfall(magnets: pd.DataFrame, norm_t: float, days: pd.DatetimeIndex) -> pd.Series:
    """Return by day the part of the norm that did not come in the period that holds the day."""
    share = pd.Series(np.nan, index=days)
    for row in magnets.to_dict("records"):
        share[(days >= row["first"]) & (days < row["end"])] = 1 - min(1.0, row["per_month_t"] / norm_t)
    return share


def recency(acts: pd.DataFrame, days: pd.DatetimeIndex) -> pd.Series:
    """Return by day one on the day of a new control, falling to zero a year later."""
    is_new = acts["kind"].isin(CONTROL_KINDS) & (acts["stance"] == HOSTILE)
    dates = pd.DatetimeIndex(sorted(pd.to_datetime(acts.loc[is_new, "date"].astype(str))))
    place = dates.searchsorted(days, side="right") - 1
    known = place >= 0
    since = (days[known] - dates[place[known]]).days.to_numpy()
    found = pd.Series(0.0, index=days)
    found[known] = np.maximum(0.0, 1 - since / YEAR)
    return found


def purchases(
    promises: pd.DataFrame, shipped: pd.DataFrame, days: pd.DatetimeIndex, usual: pd.Series
) -> pd.Series:
    """Return the dial of purchases by day: how far shipments lag behind the promise that runs on the day.

    `promises`: `first`, `deadline`, `target_t`, in order; where two run at once the later one counts;
    `shipped`: weeks (`sectors.soybeans.weekly`): `first`, `last`, `quantity_t`; `days`: no value on days
    before the first promise, or past the newest week; `usual`: what each calendar month brings in a usual
    year (`trade.season.usual_months`).
    """
    found = pd.Series(np.nan, index=days)
    for promise in promises.to_dict("records"):
        for day in days[(days >= promise["first"]) & (days <= promise["deadline"])]:
            found[day] = 1 - (pace(promise, shipped, day, usual) if day <= shipped["last"].max() else np.nan)
    return _dial(found)


def pace(promise: Mapping[Any, Any], shipped: pd.DataFrame, day: pd.Timestamp, usual: pd.Series) -> float:
    """Return shipments so far over what a usual season would have brought by a day; one is on course.

    Weeks that touch the span count whole, in the buyer's favour.
    """
    first, deadline = pd.Timestamp(promise["first"]), pd.Timestamp(promise["deadline"])
    inside = shipped[(shipped["last"] >= first) & (shipped["first"] <= day)]
    expected = float(promise["target_t"]) * expected_share(usual, first, deadline, day)
    arrived = float(inside["quantity_t"].sum())
    return arrived / expected if expected > 0 else 1.0


def net_acts(acts: pd.DataFrame, span: Span, window_days: int) -> pd.Series:
    """Return hostile less conciliatory acts of the last days, by day."""
    sign = acts["stance"].map({HOSTILE: 1, CONCILIATORY: -1}).fillna(0)
    count = sign.groupby(pd.to_datetime(acts["date"].astype(str))).sum()
    before = pd.date_range(span.first - timedelta(days=window_days), span.last)
    return count.reindex(before, fill_value=0).rolling(window_days).sum().loc[span.days[0] :]


def acts_dial(net: pd.Series) -> pd.Series:
    """Return the dial of acts by day: the net count over its own 95th percentile."""
    scale = float(net.quantile(PERCENTILE))
    return _dial(net / scale if scale > 0 else net * 0.0)


def month_ends(dials: Mapping[str, pd.Series], last: date, first: date) -> pd.DataFrame:
    """Return the dials on the last day of each month, and on the last day of the law; a row a month."""
    frame = pd.DataFrame({name: dials[name] for name in DIALS})[first.isoformat() : last.isoformat()]
    month = pd.DatetimeIndex(frame.index).to_period("M").to_timestamp()
    ends = frame[~month.duplicated(keep="last")]
    return ends.set_axis(month.unique(), axis=0).rename_axis("month")


def newest(dials: Mapping[str, pd.Series], names: Sequence[str] = DIALS) -> pd.DataFrame:
    """Return for each dial its last value and the day that value is of: `value`, `as_of`."""
    rows = {}
    for name in names:
        known = dials[name].dropna()
        if known.empty:
            raise ParameterError(f"the dial {name!r} has no value on any day")
        rows[name] = (float(known.iloc[-1]), known.index[-1].date())
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "as_of"]).rename_axis("dial")


def _dial(fraction: pd.Series) -> pd.Series:
    return 100 * fraction.clip(0, 1)
