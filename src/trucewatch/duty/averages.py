"""Averages of the panel: computed once an interval, given to days only at the end.

With weights w_h that add up to 1 and T(h, d) the duty on product h on day d,

    A(d) = sum_h w_h T(h, d),   A_a(d) = sum_h w_h pp_a(h, d),   sum_a A_a = A.

Every average is piecewise constant with breaks at dates of the ledger only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trucewatch.duty.day_duties import VARIANTS
from trucewatch.duty.panel import Panel, runs
from trucewatch.duty.stacking import AS_COLLECTED, AS_FINALLY_HELD, LENSES
from trucewatch.errors import ParameterError, check_choice
from trucewatch.ledger.cell_types import UNVERIFIED

TOTAL = "total"
_DIGITS = 12
"""Sums are rounded to this many decimals: what is left below is noise of floating point."""

DRIVERS = ("met", "unmet", "claimed")
"""Variants that differ from the law as read only in facts a code does not show."""


@dataclass(frozen=True)
class Cells:
    """Rows of a table spread over the intervals between two changes: `row`, `interval`, `weight`."""

    cuts: np.ndarray
    row: np.ndarray
    interval: np.ndarray
    weight: np.ndarray

    @property
    def size(self) -> int:
        """Number of intervals."""
        return len(self.cuts) - 1

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the weighted sum of a column over the rows of each interval."""
        return self.table(values, np.zeros(len(values), dtype=np.int64), 1)[0]

    def table(self, values: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
        """Return the weighted sum of a column, a row a group of rows, a column an interval."""
        place = group[self.row] * self.size + self.interval
        added = np.bincount(place, weights=self.weight * values[self.row], minlength=count * self.size)
        return np.round(added.reshape(count, self.size), _DIGITS)

    def frame(self, **columns: np.ndarray | str) -> pd.DataFrame:
        """Return columns of one number an interval beside its first day and the day after its last."""
        days = self.cuts.astype("datetime64[D]").astype(object)
        return pd.DataFrame({"valid_from": days[:-1], "valid_to": days[1:], **columns})


def average_rate(
    panel: Panel,
    weights: pd.DataFrame,
    by: str = "authority",
    variant: str = "rate",
    lens: str = AS_COLLECTED,
    waived: bool = False,
    cells: Cells | None = None,
) -> pd.DataFrame:
    """Return the weighted average duty of every interval.

    Columns: `valid_from`, `valid_to`, `authority`, `rate_pct` (percent of customs value), by interval, then
    authority with `total` last.

    Raises `ParameterError` if `by`, `variant` or `lens` is unknown.

    - `panel`: duties of one importer
    - `weights`: `code`, `valid_from`, `valid_to`, `share`, as `trade.weights.WeightSet.shares`
    - `by`: `authority`: one row an authority, and `total`; `total`: that alone
    - `variant`: `rate` the law as it stands; `snapback`, `political`, `met`, `unmet`, `claimed` as in `Panel`
    - `lens`: `as_collected`, or `as_finally_held` (duties held unlawful count 0)
    - `waived`: add `waived_pct`, the same with every exclusion and waiver claimed
    - `cells`: what `weighed` returned for panel and weights; for those who ask more than once
    """
    for name, value, legal in (
        ("by", by, ("authority", TOTAL)),
        ("variant", variant, VARIANTS),
        ("lens", lens, LENSES),
    ):
        check_choice(name, value, legal)
    cells = weighed(panel, weights) if cells is None else cells
    shown = {"rate_pct": variant, **({"waived_pct": "claimed"} if waived else {})}
    values = {name: _floats(panel.duties, f"{of}_pct") for name, of in shown.items()}
    if lens == AS_FINALLY_HELD:
        values = {name: of * ~panel.duties["is_void"].to_numpy().astype(bool) for name, of in values.items()}
    if by == TOTAL:
        sums = {name: cells.sums(of) for name, of in values.items()}
        return joined(cells.frame(authority=TOTAL, **sums))
    names, authority = _encoded(panel.duties["authority"])
    added = {name: cells.table(of, authority, len(names)) for name, of in values.items()}
    parts = [
        cells.frame(authority=names[at], **{name: of[at] for name, of in added.items()})
        for at in np.argsort(names)
    ]
    whole = {name: np.round(of.sum(axis=0), _DIGITS) for name, of in added.items()}
    return _total_last(pd.concat([*parts, cells.frame(authority=TOTAL, **whole)]))


def _total_last(frame: pd.DataFrame) -> pd.DataFrame:
    """Order averages by interval and authority, the total after its parts."""
    ordered = frame.assign(order=frame["authority"] == TOTAL)
    by = ["valid_from", "order", "authority"]
    return ordered.sort_values(by, ignore_index=True, kind="stable").drop(columns="order")


def weighed(panel: Panel, weights: pd.DataFrame) -> Cells:
    """Return the duties of a panel with the weights of their products, whatever is then averaged."""
    return _cells(panel, panel.duties, weights)


def summed(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add averages whose weights are parts of one whole, interval by interval and authority by authority."""
    if len(frames) == 1:
        return frames[0]
    keys = ["valid_from", "valid_to", "authority"]
    days = sorted({day for frame in frames for name in keys[:2] for day in frame[name]})
    spans = pd.DataFrame({"valid_from": days[:-1], "valid_to": days[1:]})
    parts = []
    for frame in frames:
        spread = frame.rename(columns={"valid_from": "from", "valid_to": "to"}).merge(spans, how="cross")
        inside = (spread["from"] <= spread["valid_from"]) & (spread["valid_to"] <= spread["to"])
        parts.append(spread[inside].drop(columns=["from", "to"]))
    total = pd.concat(parts).groupby(keys, as_index=False, sort=False).sum(numeric_only=True)
    return _total_last(total.round(_DIGITS))


def bounded(frame: pd.DataFrame, panel: Panel, weights: pd.DataFrame, lens: str) -> pd.DataFrame:
    """Return averages as `average_rate` does, with `low_pct` and `high_pct` of the total; parts have none.

    An interval in which a bound moves is cut there.
    """
    limits = _held_bounds(panel, weights) if lens == AS_FINALLY_HELD else bounds(panel, weights)
    ends = [*frame["valid_from"], *frame["valid_to"], *limits["valid_from"], *limits["valid_to"]]
    cuts = np.array(sorted(set(ends)), dtype=object)
    start, end = (np.searchsorted(cuts, frame[name].to_numpy()) for name in ("valid_from", "valid_to"))
    row, at = runs(start, end - start)
    found = frame.iloc[row].assign(valid_from=cuts[at], valid_to=cuts[at + 1])
    of = np.searchsorted(limits["valid_from"].to_numpy(), cuts[at], side="right") - 1
    for name in ("low_pct", "high_pct"):
        found[name] = np.where(found["authority"] == TOTAL, limits[name].to_numpy()[of], np.nan)
    return found.sort_values("valid_from", kind="stable", ignore_index=True)


def _held_bounds(panel: Panel, weights: pd.DataFrame) -> pd.DataFrame:
    """Return the bounds without what was held unlawful, product by product, as `bounds` does with it."""
    cells = _cells(panel, panel.duties, weights)
    codes, product = _encoded(panel.duties["code"])
    stands = ~panel.duties["is_void"].to_numpy().astype(bool)
    by_product = [
        cells.table(_floats(panel.duties, f"{name}_pct") * stands, product, len(codes))
        for name in ("rate", *DRIVERS)
    ]
    low, high = (np.round(of(by_product, axis=0).sum(axis=0), _DIGITS) for of in (np.min, np.max))
    return joined(cells.frame(low_pct=low, high_pct=high))


def bounds(panel: Panel, weights: pd.DataFrame) -> pd.DataFrame:
    """Return the average and how far it could be off, by interval, and what drives that.

    Columns: `valid_from`, `valid_to`; `rate_pct`; `low_pct` and `high_pct`, the average of the lowest and
    highest duty of each product over what its code does not show; by driver the shift of the average if it
    alone went the other way (`met_pp` every condition of a duty met, `unmet_pp` none met and every
    conditional exemption granted, `claimed_pp` every exclusion claimed); `not_modelled_share`, the share of
    weight on lines with a part the ledger cannot compute.
    """
    cells = _cells(panel, panel.totals, weights)
    rate = _floats(panel.totals, "rate_pct")
    other = {name: _floats(panel.totals, f"{name}_pct") for name in DRIVERS}
    stack = np.vstack([rate, *other.values()])
    incomplete = ~panel.totals["is_complete"].to_numpy().astype(bool)
    columns = {
        "rate_pct": cells.sums(rate),
        "low_pct": cells.sums(stack.min(axis=0)),
        "high_pct": cells.sums(stack.max(axis=0)),
        **{f"{name}_pp": cells.sums(values - rate) for name, values in other.items()},
        "not_modelled_share": cells.sums(incomplete.astype(float)),
    }
    return joined(cells.frame(**columns))


def dispersion(panel: Panel, weights: pd.DataFrame) -> pd.DataFrame:
    """Return weighted quantiles of the duty over products, and the share of weight above some rates.

    Columns: `valid_from`, `valid_to`, `p10_pct`, `p50_pct`, `p90_pct`, `above_50_share`, `above_100_share`;
    the quantile is the lowest duty that at least that share of weight does not exceed.
    """
    cells = _cells(panel, panel.totals, weights)
    values = _floats(panel.totals, "rate_pct")[cells.row]
    order = np.lexsort((values, cells.interval))
    at, value, weight = cells.interval[order], values[order], cells.weight[order]
    starts = np.searchsorted(at, np.arange(cells.size + 1))
    found: dict[str, np.ndarray] = {}
    for percent in (10, 50, 90):
        found[f"p{percent}_pct"] = np.array(
            [_quantile(value[low:high], weight[low:high], percent / 100) for low, high in pairwise(starts)]
        )
    for rate in (50, 100):
        is_above = (value > rate).astype(float)
        shares = np.bincount(at, weights=weight * is_above, minlength=cells.size)
        found[f"above_{rate}_share"] = np.round(shares, _DIGITS)
    return joined(cells.frame(**found))


def _quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    reached = np.cumsum(weights)
    # a hair of slack: cumulated shares meet 0.5 only up to floating point
    return float(values[np.searchsorted(reached, share * reached[-1] * (1 - 1e-12))])


def average_where(
    panel: Panel, weights: pd.DataFrame, day: date, all_of: Sequence[str], any_of: Sequence[str]
) -> float:
    """Return the average duty on a day over the products that pay some authorities.

    Percent of customs value; nan if no product counts.

    `day`: day of entry; `all_of`, `any_of`: authorities: a product counts if it pays points to each of the
    first and to one of the second.
    """
    paid = _payers(panel, day)
    some = set().union(*(paid.get(name, set()) for name in any_of))
    mine = _weights_on(weights, day)
    mine = mine[mine["code"].isin(some.intersection(*(paid.get(name, set()) for name in all_of)))]
    totals = live(panel.totals, day)
    rate = dict(zip(totals["code"].to_pylist(), _floats(totals, "rate_pct").tolist(), strict=True))
    share = mine["share"].to_numpy(dtype=float)
    values = np.array([rate[code] for code in mine["code"]], dtype=float)
    return float((share * values).sum() / share.sum()) if share.sum() else float("nan")


def share_paying(panel: Panel, weights: pd.DataFrame, day: date, but: Sequence[str]) -> float:
    """Return the share of weight that pays points to any authority but some, on a day."""
    paid = _payers(panel, day)
    codes = set().union(*(found for name, found in paid.items() if name not in but))
    mine = _weights_on(weights, day)
    return float(mine.loc[mine["code"].isin(codes), "share"].sum())


def unverified_shares(panel: Panel, weights: pd.DataFrame, day: date) -> pd.Series:
    """Return by authority the share of weight that pays it points on a day by an unverified rate or list.

    The confidence is that of a lookup: the worst of measure, rate and list behind the duty of a product.

    Fractions by authority, the largest first; empty if every duty charged is verified or inferred.
    """
    mine = _weights_on(weights, day)
    paid = _payers(panel, day, UNVERIFIED)
    shares = {name: float(mine.loc[mine["code"].isin(codes), "share"].sum()) for name, codes in paid.items()}
    found = pd.Series(shares, dtype=float)
    return found[found > 0].sort_values(ascending=False, kind="stable")


def _payers(panel: Panel, day: date, confidence: str = "") -> dict[str, set[str]]:
    """Return the codes that pay points on a day, by authority; if asked, only at one confidence."""
    rows = live(panel.duties, day)
    if confidence:
        rows = rows.filter(pc.equal(rows["confidence"], confidence))
    rows = rows.filter(pc.not_equal(rows["rate_pct"], pa.scalar(0, rows["rate_pct"].type)))
    names, authority = _encoded(rows["authority"])
    codes = rows["code"].to_numpy(zero_copy_only=False)
    return {name: set(codes[authority == at]) for at, name in enumerate(names)}


def _weights_on(weights: pd.DataFrame, day: date) -> pd.DataFrame:
    return weights[(weights["valid_from"] <= day) & (day < weights["valid_to"])]


def live(table: pa.Table, day: date) -> pa.Table:
    """Return the rows of a table of a panel that hold on a day."""
    then = pa.scalar(day, pa.date32())
    return table.filter(
        pc.and_(pc.less_equal(table["valid_from"], then), pc.greater(table["valid_to"], then))
    )


def on(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the rows of a table of intervals that hold on a day, without the interval."""
    found = frame[(frame["valid_from"] <= day) & (day < frame["valid_to"])]
    return found.drop(columns=["valid_from", "valid_to"]).reset_index(drop=True)


def value_on(frame: pd.DataFrame, day: date, column: str = "rate_pct") -> float:
    """Return one number of a table of intervals with one row an interval.

    Raises `ParameterError` if the day lies outside the table.
    """
    found = on(frame, day)
    if len(found) != 1:
        raise ParameterError(f"{day} holds {len(found)} rows; one is wanted")
    return float(found[column].iloc[0])


def daily(frame: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Give a table of intervals one row a day.

    Columns: `date` (ISO text) in place of the interval, in order of day.

    `frame`: `valid_from`, `valid_to` and what holds between them; `first`, `last`: first and last day, both
    included.
    """
    starts = np.array([max(day, first).toordinal() for day in frame["valid_from"]])
    ends = np.array([min(day, last + timedelta(days=1)).toordinal() for day in frame["valid_to"]])
    row, day = runs(starts, np.maximum(ends - starts, 0))
    order = np.argsort(day, kind="stable")
    text = [date.fromordinal(number).isoformat() for number in range(first.toordinal(), last.toordinal() + 1)]
    result = frame.drop(columns=["valid_from", "valid_to"]).iloc[row[order]].reset_index(drop=True)
    result.insert(0, "date", np.array(text, dtype=object)[day[order] - first.toordinal()])
    return result


def _floats(table: pa.Table, column: str) -> np.ndarray:
    return table[column].cast(pa.float64()).to_numpy()


def _days(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return column.cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64)


def _encoded(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """Return the distinct values of a column and, for each row, the position of its own."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)


def _cells(panel: Panel, table: pa.Table, weights: pd.DataFrame) -> Cells:
    """Join the rows of a table with the weights of their product, interval by interval."""
    first, end = (np.datetime64(day).astype(np.int64) for day in (panel.first, panel.end))
    row_from, row_to = _days(table["valid_from"]), _days(table["valid_to"])
    bounds_of = [pa.array(weights[name], pa.date32()) for name in ("valid_from", "valid_to")]
    weight_from, weight_to = (np.clip(_days(bound), first, end) for bound in bounds_of)
    cuts = np.unique(np.concatenate([row_from, row_to, weight_from, weight_to, [first, end]]))
    cuts = cuts[(cuts >= first) & (cuts <= end)]
    codes, product = _encoded(table["code"])
    position = {code: at for at, code in enumerate(codes)}
    place = np.array([position.get(code, -1) for code in weights["code"]], dtype=np.int64)
    known = place >= 0
    share = weights["share"].to_numpy(dtype=float)
    parts = []
    for start, stop in sorted(set(zip(weight_from.tolist(), weight_to.tolist(), strict=True))):
        mine = known & (weight_from == start) & (weight_to == stop)
        by_product = np.bincount(place[mine], weights=share[mine], minlength=len(codes))
        low, high = np.maximum(row_from, start), np.minimum(row_to, stop)
        row = np.flatnonzero((low < high) & (by_product[product] > 0))
        at, until = np.searchsorted(cuts, low[row]), np.searchsorted(cuts, high[row])
        owner, interval = runs(at, until - at)
        parts.append((row[owner], interval, by_product[product[row]][owner]))
    row, at, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Cells(cuts, row, at, weight)


def joined(frame: pd.DataFrame) -> pd.DataFrame:
    """Join neighbouring intervals that say the same."""
    values = frame.drop(columns=["valid_from", "valid_to"])
    is_new = (values != values.shift()).any(axis=1)
    run = is_new.cumsum()
    result = frame[is_new].reset_index(drop=True)
    result["valid_to"] = frame.groupby(run)["valid_to"].last().to_numpy()
    return result
