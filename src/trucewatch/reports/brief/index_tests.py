"""May the dials be put into one number? Three tests, their thresholds fixed before any number was seen.

The index is the mean of the dials. It is published only if (a) other weightings rank the months the same,
(b) no single dial carries its moves, and (c) it moves with an index that others made from other material.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from trucewatch.errors import DataError

#: (a) share of random weightings that must keep the rank of every month within some places.
STABLE_SHARE, RANK_PLACES = 0.9, 2
#: (b) moves of more points than this must keep their sign when any one dial is left out.
MOVE_POINTS = 10.0
#: (c) rank correlation with the outside index on months not used for the scale, and how many it needs.
LEAST_CORRELATION, LEAST_MONTHS = 0.5, 12
#: A month needs this many dials to have an index.
LEAST_DIALS = 4


def index(dials: pd.DataFrame, weights: np.ndarray | None = None) -> pd.Series:
    """Return the weighted mean of the dials by month.

    Missing where a month has fewer than `LEAST_DIALS` dials.

    - `dials`: a row a month, a column a dial, 0 to 100; a dial without data is missing
    - `weights`: one a dial; equal by default. They are scaled to 1 over the dials a month has.
    """
    given = np.ones(dials.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    has = dials.notna().to_numpy()
    whole = (has * given).sum(axis=1)
    enough = has.sum(axis=1) >= min(LEAST_DIALS, dials.shape[1])
    mean = np.divide(
        (dials.fillna(0.0).to_numpy() * given).sum(axis=1),
        whole,
        out=np.full(len(dials), np.nan),
        where=enough & (whole > 0),
    )
    return pd.Series(mean, index=dials.index, name="index")


def stable_share(dials: pd.DataFrame, draws: int, seed: int) -> float:
    """Return the share of random weightings that keep the rank of every month within `RANK_PLACES`.

    Weights are drawn from the Dirichlet distribution with all parameters 1: uniform over all weightings.
    """
    equal = index(dials).dropna()
    kept = dials.loc[equal.index]
    has = kept.notna().to_numpy(dtype=float)
    drawn = np.random.default_rng(seed).dirichlet(np.ones(dials.shape[1]), size=draws)
    means = (drawn @ kept.fillna(0.0).to_numpy().T) / (drawn @ has.T)
    moved = pd.DataFrame(means).rank(axis=1).to_numpy() - equal.rank().to_numpy()
    return float((np.abs(moved).max(axis=1) <= RANK_PLACES).mean())


def turned_moves(dials: pd.DataFrame) -> pd.DataFrame:
    """Return the large moves from month to month that change sign when one dial is left out.

    Columns: `month`, `left_out`, `move` (of the index), `move_without`.
    """
    moves = index(dials).diff()
    rows = []
    for name in dials.columns:
        without = index(dials.drop(columns=name)).diff()
        turned = (moves.abs() > MOVE_POINTS) & (np.sign(without) == -np.sign(moves))
        rows += [(month, name, moves[month], without[month]) for month in dials.index[turned.to_numpy()]]
    return pd.DataFrame(rows, columns=["month", "left_out", "move", "move_without"])


def rank_correlation(
    ours: pd.Series, outside: pd.Series, worst: tuple[pd.Timestamp, pd.Timestamp]
) -> tuple[float, int]:
    """Return Spearman's correlation on the months that did not set the scale, and their number."""
    both = pd.DataFrame({"ours": ours, "outside": outside}).dropna()
    both = both[(both.index < worst[0]) | (both.index > worst[1])]
    if len(both) < 2:
        return float("nan"), len(both)
    ranked = both.rank()
    if ranked["ours"].nunique() < 2 or ranked["outside"].nunique() < 2:
        return float("nan"), len(both)
    return float(ranked["ours"].corr(ranked["outside"])), len(both)


@dataclass(frozen=True)
class Verdict:
    """What the three tests found; the index is published only if all three pass."""

    stable: float
    turned: pd.DataFrame
    correlation: float
    months: int

    @property
    def passes(self) -> dict[str, bool]:
        """Whether each test passed."""
        return {
            "weightings": self.stable >= STABLE_SHARE,
            "leave_one_out": self.turned.empty,
            "outside_index": self.months >= LEAST_MONTHS and self.correlation >= LEAST_CORRELATION,
        }

    @property
    def is_published(self) -> bool:
        """Whether the index may be shown."""
        return all(self.passes.values())


def judge(
    dials: pd.DataFrame, outside: pd.Series, worst: tuple[pd.Timestamp, pd.Timestamp], draws: int, seed: int
) -> Verdict:
    """Run the three tests."""
    correlation, months = rank_correlation(index(dials), outside, worst)
    return Verdict(stable_share(dials, draws, seed), turned_moves(dials), correlation, months)


def read_outside(path: Path) -> pd.Series:
    """Read a monthly index made by others: a CSV with the columns `month` (YYYY-MM) and `value`.

    Raises `DataError` if the file is missing, lacks a column, repeats a month, or holds what is no month or
    number.
    """
    if not path.is_file():
        raise DataError(
            "there is no such file", remedy="give the path of a CSV with month and value", file=str(path)
        )
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    if not {"month", "value"} <= set(frame.columns):
        raise DataError("wrong columns", remedy="name two columns month and value", file=path.name)
    months = pd.to_datetime(frame["month"], format="%Y-%m", errors="coerce")
    values = pd.to_numeric(frame["value"], errors="coerce")
    for column, read, remedy in (
        ("month", months, "write months as YYYY-MM"),
        ("value", values, "write a number"),
    ):
        bad = frame.index[read.isna() | ~np.isfinite(read.astype("int64") if column == "month" else read)]
        if len(bad):
            at = int(bad[0])
            raise DataError(
                "not readable",
                remedy=remedy,
                file=path.name,
                row=at + 2,
                column=column,
                value=frame[column][at],
            )
    if months.duplicated().any():
        at = int(months.index[months.duplicated()][0])
        raise DataError(
            "the month occurs twice",
            remedy="keep one row a month",
            file=path.name,
            row=at + 2,
            column="month",
            value=frame["month"][at],
        )
    return pd.Series(values.to_numpy(), index=pd.DatetimeIndex(months), name="outside").sort_index()
