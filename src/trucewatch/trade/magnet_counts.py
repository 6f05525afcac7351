"""China's controls on rare earths and the tonnes of magnets that left the country.

Licences are not published: what the controls did is inferred from tonnes. Months the tables lack stay
missing; months solved from printed rates or totals are marked as derived wherever they are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trucewatch.errors import DataError, ParameterError

WORLD, UNITED_STATES = "WLD", "USA"
REPORTED, DERIVED = "reported", "derived"


def tonnes(magnets: pd.DataFrame, destination: str) -> pd.DataFrame:
    """Magnets to one destination, in order of period.

    Columns: `first` (first day), `end` (first day after), `months` (how many the period holds), `quantity_t`,
    `per_month_t`, `basis`, `source`.

    `magnets`: `magnet_exports_monthly`; `destination`: `WLD` or `USA`.
    """
    rows = magnets[magnets["partner_iso3"] == destination].sort_values("period_from")
    if rows.empty:
        raise DataError(
            "no magnets to this destination",
            file="magnet_exports_monthly",
            column="partner_iso3",
            value=destination,
            remedy=f"choose from {', '.join(sorted(magnets['partner_iso3'].unique()))}",
        )
    first, end = rows["period_from"], rows["period_to"]
    months = (end.dt.year - first.dt.year) * 12 + end.dt.month - first.dt.month
    return pd.DataFrame(
        {
            "first": first,
            "end": end,
            "months": months,
            "quantity_t": rows["quantity_t"],
            "per_month_t": rows["quantity_t"] / months,
            "basis": rows["basis"],
            "source": rows["source"],
        }
    ).reset_index(drop=True)


def absent_months(periods: pd.DataFrame) -> pd.DatetimeIndex:
    """Months between the first and the last period that no period holds."""
    held = [
        month
        for row in periods.to_dict("records")
        for month in pd.date_range(row["first"], row["end"], freq="MS", inclusive="left")
    ]
    return pd.date_range(held[0], held[-1], freq="MS").difference(pd.DatetimeIndex(held))


@dataclass(frozen=True)
class Span:
    """Tonnes over some months in a row: the mean month, and whether a derived figure is among them."""

    first: pd.Timestamp
    last: pd.Timestamp
    mean_t: float
    basis: str


def mean_month(periods: pd.DataFrame, first: pd.Timestamp, count: int) -> Span | None:
    """Mean tonnes a month over `count` months from `first`; None where the table does not hold them all."""
    end = first + pd.DateOffset(months=count)
    inside = periods[(periods["first"] >= first) & (periods["end"] <= end)]
    if int(inside["months"].sum()) != count:
        return None
    basis = REPORTED if (inside["basis"] == REPORTED).all() else DERIVED
    return Span(first, end - pd.DateOffset(months=1), float(inside["quantity_t"].sum()) / count, basis)


def before_control(periods: pd.DataFrame, effective: pd.Timestamp, count: int) -> Span:
    """Mean month before the month a control took effect.

    Raises `ParameterError` if the table does not hold the `count` months before it.
    """
    month = effective.normalize().replace(day=1)
    found = mean_month(periods, month - pd.DateOffset(months=count), count)
    if found is None:
        raise ParameterError(
            f"before_months {count}: the table does not hold all of the {count} months before {month:%B %Y}",
            remedy="give another number",
        )
    return found


@dataclass(frozen=True)
class SameMonths:
    """Tonnes over the newest months and over the same months of the last year before a control."""

    now: Span
    before: Span

    @property
    def change(self) -> float:
        """Now over before less one."""
        return self.now.mean_t / self.before.mean_t - 1


def same_months(periods: pd.DataFrame, effective: pd.Timestamp, count: int) -> SameMonths | None:
    """Set the newest months against the same ones before a control; None where the table lacks one of them.

    `periods`: from `tonnes`; `effective`: day the control took effect: the months before all end by its
    month; `count`: months in a row, the newest last.
    """
    first = periods["end"].max() - pd.DateOffset(months=count)
    limit = effective.normalize().replace(day=1)
    back = first
    while back + pd.DateOffset(months=count) > limit:
        back = back - pd.DateOffset(years=1)
    now, before = mean_month(periods, first, count), mean_month(periods, back, count)
    return SameMonths(now, before) if now and before else None


def trough(periods: pd.DataFrame, since: pd.Timestamp) -> pd.Series:
    """The lowest single month from the month of `since` on."""
    later = periods[(periods["months"] == 1) & (periods["end"] > since)]
    return later.sort_values("per_month_t", kind="stable").iloc[0]


def against_norm(periods: pd.DataFrame, norm_years: Sequence[int]) -> pd.DataFrame:
    """Compare single months with the mean of the same month in the norm years, both in whole tonnes.

    Rounded before they are subtracted: what is missing then adds up as it is shown.

    Months after the norm years that have a twin: `month`, `actual_t`, `norm_t`, `index` (norm = 100),
    `missing_t` (norm less actual, at least 0), `basis` of the month and `norm_basis` of its twins.

    `periods`: from `tonnes`; `norm_years`: years whose months make the norm; those a month has no figure in
    are left out of its mean.
    """
    single = periods[periods["months"] == 1]
    base = single[single["first"].dt.year.isin(list(norm_years))]
    rows = []
    for row in single[single["first"].dt.year > max(norm_years)].to_dict("records"):
        twins = base[base["first"].dt.month == row["first"].month]
        if twins.empty:
            continue
        actual, norm = round(row["quantity_t"]), round(twins["quantity_t"].mean())
        rows.append(
            {
                "month": row["first"],
                "actual_t": actual,
                "norm_t": norm,
                "index": 100 * actual / norm,
                "missing_t": max(0, norm - actual),
                "basis": row["basis"],
                "norm_basis": REPORTED if (twins["basis"] == REPORTED).all() else DERIVED,
            }
        )
    if not rows:
        years = ", ".join(map(str, norm_years))
        raise ParameterError(f"norm_years {years}: no later month has a twin in them", remedy="give 2024")
    return pd.DataFrame(rows)


def controls(acts: pd.DataFrame, act_ids: Sequence[str]) -> pd.DataFrame:
    """The life of each control: announced, effective, suspended, until when.

    A control that is suspended ends, in the ledger, on the day the suspending act takes effect; that act's
    own end is when the control comes back unless something else is done.

    By announcement: `act_id`, `instrument`, `title`, `scope`, `announced`, `effective`, `suspended`, `until`
    (first day the control would apply again; NaT where no end is set), `status`, `has_applied` (whether it
    was in force on any day), `confidence`, `note`.

    `acts`: the acts of the ledger; `act_ids`: the controls, in any order.
    """
    known = acts.set_index("act_id")
    unknown = [act_id for act_id in act_ids if act_id not in known.index]
    if unknown:
        raise ParameterError(
            f"control_acts names {', '.join(unknown)}, which the ledger does not hold",
            remedy="take the ids from data/law/acts.csv",
        )
    dates = {name: pd.to_datetime(known[f"date_{name}"]) for name in ("announced", "effective", "ended")}
    rows = []
    for act_id in act_ids:
        act = known.loc[act_id]
        announced, effective, ended = (dates[name][act_id] for name in ("announced", "effective", "ended"))
        suspending = known[
            (dates["effective"] == ended) & dates["ended"].notna() & (known["kind"] == act["kind"])
        ]
        rows.append(
            {
                "act_id": act_id,
                "instrument": act["citation"],
                "title": act["title"],
                "scope": act["scope_note"],
                "announced": announced,
                "effective": effective,
                "suspended": ended,
                "until": dates["ended"][suspending.index[0]] if len(suspending) else pd.NaT,
                "status": act["status"],
                "has_applied": pd.isna(ended) or effective < ended,
                "confidence": act["confidence"],
                "note": act["note"],
            }
        )
    return pd.DataFrame(rows).sort_values(["announced", "act_id"], ignore_index=True)


@dataclass(frozen=True)
class Resumption:
    """Whether supplies had come back by a date: the newest months then, against those before the control."""

    destination: str
    before: Span
    lowest_t: float
    lowest_month: pd.Timestamp
    later: Span
    share: float
    verdict: str


def resumption(
    periods: pd.DataFrame,
    destination: str,
    effective: pd.Timestamp,
    claimed: pd.Timestamp,
    *,
    before_months: int,
    claim_months: int,
    resumed_share: float,
) -> Resumption:
    """Put "supplies resumed" to the test.

    Supplies have `resumed` if the mean of the newest `claim_months` whole months before the claim's month
    reaches `resumed_share` of the mean month before the control; they have `partly resumed` if it lies above
    the trough but short of that, `not resumed` at or below the trough.

    `periods`: from `tonnes`; `destination`: its name in the answer; `effective`, `claimed`: day the control
    took effect; day of the claim.

    Raises `ParameterError` if the table does not hold the months.
    """
    before = before_control(periods, effective, before_months)
    start = claimed.normalize().replace(day=1) - pd.DateOffset(months=claim_months)
    later = mean_month(periods, start, claim_months)
    if later is None or start < effective:
        raise ParameterError(
            f"claim_date {claimed.date()} with claim_months {claim_months}: the table does not hold these "
            "months after the control",
            remedy="give another day or fewer months",
        )
    known = periods[periods["end"] <= claimed]
    lowest = trough(known, effective)
    share = later.mean_t / before.mean_t
    if share >= resumed_share:
        verdict = "resumed"
    else:
        verdict = "partly resumed" if later.mean_t > lowest["per_month_t"] else "not resumed"
    return Resumption(
        destination, before, float(lowest["per_month_t"]), lowest["first"], later, share, verdict
    )
