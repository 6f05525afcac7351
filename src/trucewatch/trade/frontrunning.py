"""Goods pulled forward ahead of a deadline, and the hole they leave behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trucewatch.errors import DataError
from trucewatch.trade.counterfactual import BAND, Counterfactual
from trucewatch.trade.flows import absent

#: A deadline after this day leaves most of its month before it.
MID_MONTH = 15


def deadlines(acts: pd.DataFrame, act_ids: list[str]) -> pd.DataFrame:
    """Look the deadlines up among the acts of the ledger.

    Columns: `act_id`, `title`, `date` (Timestamp), sorted by date.

    `acts`: the acts, with `act_id`, `title`, `date_effective`; `act_ids`: the acts that set a deadline, in
    any order.

    Raises `DataError` if an act is unknown, named twice, or has no effective date.
    """
    known = acts.set_index("act_id")
    for act_id in act_ids:
        if act_id not in known.index or act_ids.count(act_id) > 1:
            problem = "a deadline must name one act of the ledger, once"
            remedy = "take the act_id from data/law/acts.csv"
            raise DataError(problem, remedy=remedy, column="deadline_acts", value=act_id)
    chosen = known.loc[act_ids, ["title", "date_effective"]]
    dates = pd.to_datetime(chosen["date_effective"], errors="coerce")
    if dates.isna().any():
        problem = "an act named as a deadline has no effective date"
        remedy = "name an act with date_effective in data/law/acts.csv"
        raise DataError(problem, remedy=remedy, column="date_effective", row=dates.index[dates.isna()][0])
    table = pd.DataFrame({"title": chosen["title"], "date": dates})
    return table.rename_axis("act_id").reset_index().sort_values(["date", "act_id"], ignore_index=True)


def first_month(dated: pd.DataFrame) -> pd.Timestamp:
    """The month of the earliest deadline: the first month counted into a shortfall."""
    return pd.Timestamp(dated["date"].min()).normalize().replace(day=1)


def months_before(month: pd.Timestamp, count: int) -> pd.Timestamp:
    """The month `count` months earlier."""
    return month - pd.DateOffset(months=count)


def steps(acts: pd.DataFrame, side: str, since: pd.Timestamp) -> pd.DataFrame:
    """Acts by which one side moved its duties, one a day of effect: the one announced last.

    Columns: `act_id`, `title`, `date`, in order of date.

    `acts`: the acts, with `act_id`, `title`, `side`, `kind`, `date_announced`, `date_effective`; `side`:
    `USA` or `CHN`; `since`: first day of effect.
    """
    dates = pd.to_datetime(acts["date_effective"], errors="coerce")
    is_step = (acts["side"] == side) & acts["kind"].isin(["tariff_up", "tariff_down"]) & (dates >= since)
    chosen = acts.assign(date=dates, announced=pd.to_datetime(acts["date_announced"], errors="coerce"))[
        is_step
    ]
    ordered = chosen.sort_values(["date", "announced", "act_id"], kind="stable")
    return ordered.drop_duplicates("date", keep="last")[["act_id", "title", "date"]].reset_index(drop=True)


def windows(
    date: pd.Timestamp, window_months: int, payback_months: int
) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Months before and after a deadline.

    The month of the deadline counts as after it when the deadline falls on the 15th or earlier, and as
    before it otherwise: monthly data cannot be cut finer.
    """
    month = pd.Timestamp(date).normalize().replace(day=1)
    after = month if date.day <= MID_MONTH else month + pd.DateOffset(months=1)
    before = pd.date_range(
        after - pd.DateOffset(months=window_months), periods=window_months, freq="MS", unit="s"
    )
    return before, pd.date_range(after, periods=payback_months, freq="MS", unit="s")


def front_running(
    counterfactual: Counterfactual, dated: pd.DataFrame, window_months: int, payback_months: int
) -> pd.DataFrame:
    """Front-running, payback and what both leave for each deadline.

    F = sum_window (m - m^) / sum_window m^;  P = the same over the months after;  net = the same over both
    windows together;  swing = F - P. F and P are shares of different months, so they have no sum: net is
    their mean with the expected imports of the windows as weights. They compare with a path that saw no
    shock, so once the level has shifted for good both carry the shift; the swing does not: it is above zero
    when imports stood higher before the deadline than after it, season removed.

    One row a deadline: the windows, `front_running`, `payback`, `net`, `swing` (fractions), `_low` and
    `_high` of front_running and swing, `shares_months_with` (act_ids whose windows overlap this one: the
    months cannot be divided between them), `status` (`complete`, or why a number is missing).

    `counterfactual`: the expected path; `dated`: `act_id`, `title`, `date` (`deadlines`); `window_months`,
    `payback_months`: lengths of the two windows, months.
    """
    acts = [(str(act["act_id"]), pd.Timestamp(act["date"]), act["title"]) for act in dated.to_dict("records")]
    spans = {act_id: windows(date, window_months, payback_months) for act_id, date, _ in acts}
    rows = []
    for act_id, date, title in acts:
        before, after = spans[act_id]
        row: dict[str, object] = {
            "act_id": act_id,
            "title": title,
            "date": date,
            "window_first": before[0],
            "window_last": before[-1],
            "payback_first": after[0],
            "payback_last": after[-1],
        }
        ahead, behind = _ratio(counterfactual, before), _ratio(counterfactual, after)
        row |= {"front_running": ahead[0], "payback": behind[0]}
        row |= {"net": _ratio(counterfactual, before.union(after))[0], "swing": ahead[0] - behind[0]}
        for name, draws in (("front_running", ahead[1]), ("swing", ahead[1] - behind[1])):
            row[f"{name}_low"], row[f"{name}_high"] = np.percentile(draws, BAND)
        row["shares_months_with"] = ", ".join(
            other
            for other, (window, _) in spans.items()
            if other != act_id and len(window.intersection(before))
        )
        row["status"] = _status(counterfactual, before, after)
        rows.append(row)
    return pd.DataFrame(rows)


def _ratio(counterfactual: Counterfactual, months: pd.DatetimeIndex) -> tuple[float, np.ndarray]:
    """Relative gap over some months, central and by path; missing where a month is not covered."""
    if len(absent(months, counterfactual.actual)):
        return np.nan, np.full(counterfactual.paths.shape[1], np.nan)
    actual, central, sums = counterfactual.sums(months[0], months[-1])
    return actual / central - 1, actual / sums - 1


def _status(counterfactual: Counterfactual, before: pd.DatetimeIndex, after: pd.DatetimeIndex) -> str:
    covered = counterfactual.actual.index
    if before[0] < covered[0]:
        return "window reaches into the training months"
    if before[-1] > covered[-1]:
        return "window not over yet in the data"
    if after[-1] > covered[-1]:
        return "payback months not all published yet"
    return "complete"
