"""Realised against statutory duty: the ladder from what the law says to what is assessed.

With months m, industries i, s_i(m) the share of an industry in the month's imports, g_i its share in the base
year, r_i(m) its statutory rate (mean over the days of the month, products weighted by 2024 imports):

    L0 = sum_h w_h T_h            the law on a fixed basket
    L1 = L0 + sum_i (s_i - g_i) r_i       … on the month's mix of industries
    L2 = L1 - sum_a f_a pp_a              … with the rules for goods on the water
    L3 = L2 (1 - z)                       … z the share entered under special provisions, which pay nothing
    e  = assessed duty / customs value

The rungs are the differences, the last one (exclusions and the rest) is e - L3: they sum exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from trucewatch.duty.panel import Panel
from trucewatch.duty.stacking import AS_COLLECTED, AS_FINALLY_HELD, LENSES
from trucewatch.errors import DataError, ParameterError, check_choice
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from

SPECIAL = ("980", "990")
"""Industries of the Census Bureau that are special provisions (goods returned, chapters 98 and 99)."""

RUNGS = ("mix_pp", "transit_pp", "special_pp", "claims_pp")
OTHER = "other"
LATEST = "latest"
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Voyage:
    """Days from loading to entry: two lognormal distributions, by sea and otherwise.

    `vessel_share`: share of value that comes by sea; `vessel_days`, `air_days`: medians; `sigma`: standard
    deviation of the logarithm.
    """

    vessel_share: float
    vessel_days: float
    air_days: float
    sigma: float

    def longer_than(self, days: float) -> float:
        """Return the share of goods whose voyage is longer than some days."""
        if days <= 0:
            return 1.0
        return sum(
            share * 0.5 * math.erfc(math.log(days / median) / self.sigma / math.sqrt(2))
            for share, median in (
                (self.vessel_share, self.vessel_days),
                (1 - self.vessel_share, self.air_days),
            )
        )


def vessel_shares(transport: pd.DataFrame, origin: str) -> pd.Series:
    """Return the part of general imports from an origin that came by vessel, by month.

    `transport`: `us_imports_transport_monthly`; `origin`: ISO code.

    Raises `DataError` if the table has no imports from there.
    """
    own = transport[transport["partner_iso3"] == origin].set_index("month").sort_index()
    if not own["general_imports_usd"].gt(0).any():
        raise DataError(
            "no imports by means of transport",
            file="us_imports_transport_monthly",
            column="partner_iso3",
            value=origin,
            remedy="give `vessel_share` as a number",
        )
    return own["vessel_value_usd"] / own["general_imports_usd"]


def relief(
    ledger: Ledger,
    voyage: Voyage,
    first: date,
    end: date,
    importer: str = "USA",
    shares: pd.Series | None = None,
) -> dict[str, np.ndarray]:
    """Return the share of an authority's points that goods on the water did not owe, by day.

    On day d of entry, f(d) = sum over rules of P(loaded in the rule's window) (1 - rate of the rule / rate of
    the law). Authorities in which charged measures with and without a rule meet are left out, since their
    points cannot be told apart in a sum (the lists of Section 301 in May and June of 2019).

    Fraction by day from `first` on, by authority.

    `voyage`: days from loading to entry; `first`, `end`: days, half-open; `importer`: whose law; `shares`:
    share by sea by month, where it is measured; other months take that of the voyage.
    """
    measured = {} if shares is None else {f"{month:%Y-%m}": float(share) for month, share in shares.items()}
    charged = {row.measure_id for row in ledger.rates if row.is_charged}
    by_authority: dict[str, list[str]] = {}
    for measure in seen_from(ledger, importer, DEFAULT_ORIGIN[importer]).measures_of.get(importer, ()):
        if measure.measure_id in charged:
            by_authority.setdefault(measure.authority, []).append(measure.measure_id)
    days = [date.fromordinal(number) for number in range(first.toordinal(), end.toordinal())]
    return {
        authority: np.array(
            [
                _relief_on(
                    ledger,
                    ids[0],
                    replace(voyage, vessel_share=measured.get(f"{day:%Y-%m}", voyage.vessel_share)),
                    day,
                )
                for day in days
            ]
        )
        for authority, ids in by_authority.items()
        if len(ids) == 1 and ledger.transit_of.get(ids[0])
    }


def _relief_on(ledger: Ledger, measure_id: str, voyage: Voyage, day: date) -> float:
    rules = [row for row in ledger.transit_of[measure_id] if row.entered_from <= day < row.entered_before]
    now = ledger.rate_on(measure_id, day)
    if not rules or now is None or not now.charged_pct:
        return 0.0
    share = 0.0
    for rule in rules:
        before = voyage.longer_than((day - rule.loaded_before).days)
        earlier = voyage.longer_than((day - rule.loaded_from).days) if rule.loaded_from else 0.0
        share += (before - earlier) * (1 - float(rule.rate_pct / now.charged_pct))
    return share


def months_between(first: str, last: str) -> list[tuple[date, date]]:
    """Return the months from `first` to `last` (YYYY-MM, both included) as days, half-open."""
    periods = pd.period_range(first, last, freq="M")
    return [(month.start_time.date(), (month + 1).start_time.date()) for month in periods]


def law_by_group(
    panel: Panel,
    weights: pd.DataFrame,
    group_of: Mapping[str, str],
    periods: Sequence[tuple[date, date]],
    relief_by_day: Mapping[str, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Return the statutory rate of groups of products, as the mean over the days of each period.

    Columns: `month` (first day of the period), `group`, `basket_share` (of the weights), `rate_pct` and
    `held_pct` (without duties held unlawful), `relief_pp` and `held_relief_pp` (points that goods on the
    water did not owe). Rates are per dollar of the group.

    Raises `ParameterError` if a period lies outside the panel.

    - `panel`: duties of one importer
    - `weights`: `code`, `valid_from`, `valid_to`, `share`, as `trade.weights.WeightSet.shares`
    - `group_of`: group by product code; products without one are in the group `other`
    - `periods`: days, half-open; within the panel
    - `relief_by_day`: as `relief` gives it, from the panel's first day on; none if not given
    """
    for start, stop in periods:
        if start < panel.first or stop > panel.end:
            raise ParameterError(
                f"the period from {start} to {stop} lies outside {panel.first} to {panel.end}"
            )
    base = panel.first.toordinal()
    groups = sorted({*group_of.values(), OTHER})
    place = {name: number for number, name in enumerate(groups)}
    basket_at = np.array([place[group_of.get(code, OTHER)] for code in weights["code"]])
    basket_from, basket_to = (_numbers(weights[name]) - base for name in ("valid_from", "valid_to"))
    rows = _weighted(
        panel.duties,
        weights[["code", "share"]].assign(group=basket_at, valid_from=basket_from, valid_to=basket_to),
        base,
    )
    size = (panel.end - panel.first).days
    freed = _cumulated(rows["authority"], relief_by_day or {}, size)
    at, low_all, high_all, points = (rows[name].to_numpy() for name in ("group", "low", "high", "points"))
    is_held = ~rows["is_void"].to_numpy()
    found = []
    for start, stop in periods:
        first, last = start.toordinal() - base, stop.toordinal() - base
        low, high = np.maximum(low_all, first), np.minimum(high_all, last)
        live = np.flatnonzero(low < high)
        share = (high[live] - low[live]) / (last - first) * points[live]
        saved = freed(live, low[live], high[live]) / (last - first) * points[live]
        days = np.clip(np.minimum(basket_to, last) - np.maximum(basket_from, first), 0, None) / (last - first)
        basket = np.bincount(basket_at, weights["share"].to_numpy() * days, len(groups))
        columns = {
            "rate_pct": share, "held_pct": share * is_held[live],
            "relief_pp": saved, "held_relief_pp": saved * is_held[live],
        }  # fmt: skip
        sums = {name: np.bincount(at[live], values, len(groups)) for name, values in columns.items()}
        with np.errstate(invalid="ignore", divide="ignore"):
            rates = {name: values / basket for name, values in sums.items()}
        found.append(
            pd.DataFrame({"month": pd.Timestamp(start), "group": groups, "basket_share": basket, **rates})
        )
    table = pd.concat(found, ignore_index=True)
    return table[table["basket_share"] > 0].reset_index(drop=True)


def _weighted(duties: pa.Table, weights: pd.DataFrame, base: int) -> pd.DataFrame:
    """Join duties with the weights of their product: one row a duty and edition, `points` weighted.

    Days are counted from `base`, in `weights` too. The join makes many rows of a few days and names, so that
    days are numbers and authorities categories before it.
    """
    rows = duties.select(["code", "authority", "is_void"]).to_pandas()
    rows["authority"] = rows["authority"].astype("category")
    rows["rate"] = duties["rate_pct"].cast(pa.float64()).to_numpy()
    for name in ("valid_from", "valid_to"):
        rows[name] = duties[name].cast(pa.int32()).to_numpy().astype(np.int64) + _EPOCH - base
    joined = rows.merge(weights, on="code", suffixes=("", "_weights"))
    joined["low"] = np.maximum(joined["valid_from"], joined["valid_from_weights"])
    joined["high"] = np.minimum(joined["valid_to"], joined["valid_to_weights"])
    joined["points"] = joined["rate"] * joined["share"]
    return joined[joined["low"] < joined["high"]].reset_index(drop=True)


def _numbers(days: pd.Series) -> np.ndarray:
    """Days as ordinal numbers; an open end stays open. There are few days, however many rows."""
    at, found = pd.factorize(days)
    return np.array([day.toordinal() for day in found], dtype=np.int64)[at]


def _cumulated(
    authorities: pd.Series, factors: Mapping[str, np.ndarray], size: int
) -> Callable[..., np.ndarray]:
    """Return a function that sums the relief of rows over the days from `low` to `high`.

    The authority of each row is a category.
    """
    names = sorted(factors)
    place = {name: number for number, name in enumerate(names, start=1)}
    which = np.array([place.get(name, 0) for name in authorities.cat.categories])[authorities.cat.codes]
    table = np.zeros((len(names) + 1, size + 1))
    for name in names:
        table[place[name], 1:] = np.cumsum(factors[name][:size])

    def between(rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return np.asarray(table[which[rows], high] - table[which[rows], low])

    return between


def realised_rate(table: pd.DataFrame, partner: str) -> pd.Series:
    """Return calculated duty over customs value of one partner by month, in percent.

    `table`: `month`, `partner_iso3`, `value_usd`, `duty_usd`; rows of a month are summed; `partner`: ISO3, or
    WLD.

    Raises `DataError` if the partner has no rows.
    """
    rows = table[table["partner_iso3"] == partner]
    if rows.empty:
        raise DataError("no imports from this partner", remedy="see the table partners", value=partner)
    sums = rows.groupby("month")[["value_usd", "duty_usd"]].sum()
    return (100 * sums["duty_usd"] / sums["value_usd"]).rename("rate_pct")


def newest(older: pd.Series, newer: pd.Series) -> pd.Series:
    """Join two vintages of a series: the newer where it exists, the older before it starts."""
    return pd.concat([older[older.index < newer.index.min()], newer]).sort_index()


def ladder(
    law: pd.DataFrame,
    values: pd.DataFrame,
    base: pd.Series,
    realised: pd.Series,
    lens: str = AS_COLLECTED,
) -> pd.DataFrame:
    """Return the ladder from statutory to realised, one row a period.

    By period: `statutory_pct`, `mix_pp`, `transit_pp`, `special_pp`, `claims_pp`, `realised_pct`; the four
    rungs and the first sum to the last. Periods without a realised rate are left out.

    Raises `ParameterError` if the lens is unknown.

    - `law`: as `law_by_group` returns it
    - `values`: imports by period (rows) and group (columns), US dollars. Periods of the law that it does not
      hold have no mix: the rungs mix and special are empty there and their parts are in the last rung.
    - `base`: imports of the base year by group
    - `realised`: assessed duty over customs value by period, percent
    - `lens`: `as_collected`, or `as_finally_held` (duties held unlawful count 0 in the law, not in what was
      assessed)
    """
    check_choice("lens", lens, LENSES)
    rate, saved = ("held_pct", "held_relief_pp") if lens == AS_FINALLY_HELD else ("rate_pct", "relief_pp")
    ordinary = [name for name in values.columns if name not in SPECIAL]
    base_share = base.reindex(ordinary, fill_value=0.0)
    base_share = base_share / base_share.sum()
    found = {}
    for month, rows in law.groupby("month"):
        if month not in realised.index:
            continue
        rows = rows.set_index("group")
        statutory = float((rows["basket_share"] * rows[rate]).sum())
        relieved = float((rows["basket_share"] * rows[saved]).sum())
        mix = zero = float("nan")
        if month in values.index:
            whole = values.T[month]
            now = whole[ordinary]
            shift = now / now.sum() - base_share
            mix = float((shift * rows[rate].reindex(ordinary).fillna(statutory)).sum())
            relieved += float((shift * rows[saved].reindex(ordinary).fillna(relieved)).sum())
            zero = 1 - float(now.sum() / whole.sum())
        at = statutory + (0.0 if math.isnan(mix) else mix) - relieved
        special_pp = -at * zero
        rest = float(realised[month]) - at - (0.0 if math.isnan(special_pp) else special_pp)
        found[month] = (statutory, mix, 0.0 - relieved, special_pp, rest, float(realised[month]))
    names = ["statutory_pct", *RUNGS, "realised_pct"]
    return pd.DataFrame.from_dict(found, orient="index", columns=names).rename_axis("month")


def void_part(law: pd.DataFrame, values: pd.DataFrame, base: pd.Series, duty: pd.Series) -> pd.DataFrame:
    """Estimate how much of the assessed duty was of the kind later held unlawful.

    The law gives the share of its points that were held unlawful, after mix and goods on the water; the
    assessed duty is split by that share, as if the wedge were the same for all authorities.

    By month: `duty_usd`, `void_share`, `void_usd`; months without such duties are left out.

    `law`, `values`, `base`: as for `ladder`; `duty`: assessed duty by month, US dollars.
    """
    assessed = pd.Series(0.0, index=duty.index)
    both = [ladder(law, values, base, assessed, lens) for lens in (AS_COLLECTED, AS_FINALLY_HELD)]
    whole, held = (rows["statutory_pct"] + rows["mix_pp"].fillna(0) + rows["transit_pp"] for rows in both)
    share = (1 - held / whole).round(12)
    found = pd.DataFrame({"duty_usd": duty.reindex(share.index), "void_share": share})
    found["void_usd"] = found["duty_usd"] * found["void_share"]
    return found[found["void_share"] > 0]


def chosen_month(month: str, rungs: pd.DataFrame) -> pd.Timestamp:
    """Return the month of the first figure: as asked, or the newest with a mix of industries.

    Raises `ParameterError` if the ladder has no such month.
    """
    if month == LATEST:
        return pd.DatetimeIndex(rungs.index[rungs["mix_pp"].notna()])[-1]
    asked = pd.Timestamp(month)
    if asked not in rungs.index:
        raise ParameterError(
            f"month: found {month!r}; legal: {LATEST!r}, or a month from {rungs.index[0]:%Y-%m} on"
        )
    return asked
