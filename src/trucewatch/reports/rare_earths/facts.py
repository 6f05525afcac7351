"""What the sentences of the report on rare earths rest on: facts computed from its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trucewatch.reports.rare_earths.exposure import HEADINGS
from trucewatch.trade.magnet_counts import REPORTED, absent_months

NAMES = {"WLD": "the world", "USA": "the United States"}
PANELS = {"WLD": "To the world", "USA": "To the United States"}
_MONTH = pd.DateOffset(months=1)


def announcements(controls: pd.DataFrame, others: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the acts to mark, by day: `date`, `title`, `more` (controls announced with the first one)."""
    days = [
        {"date": pd.Timestamp(str(day)), "title": rows["title"].iloc[0], "more": len(rows) - 1}
        for day, rows in controls.groupby("announced")
    ]
    days += [
        {"date": pd.Timestamp(row["date_announced"]), "title": str(row["title"]), "more": 0}
        for row in others.to_dict("records")
    ]
    return sorted(days, key=lambda act: (act["date"], act["title"]))


def control_counts(controls: pd.DataFrame) -> dict[str, int]:
    """Return how many controls are suspended, suspended before they applied (`early`), and in force."""
    suspended = int(controls["suspended"].notna().sum())
    return {
        "suspended": suspended,
        "early": int((~controls["has_applied"]).sum()),
        "in_force": len(controls) - suspended,
    }


def controls_table(controls: pd.DataFrame) -> pd.DataFrame:
    """Return the controls as they are published: days without a time of day."""
    days: dict[str, Any] = {
        column: [None if pd.isna(day) else day.date() for day in controls[column]]
        for column in ("announced", "effective", "suspended", "until")
    }
    applied = controls["has_applied"].map({True: "yes", False: "no"})
    shown = controls.assign(**days, has_applied=applied)
    return shown[["instrument", "scope", *days, "has_applied", "confidence"]]


def short_names(controls: pd.DataFrame) -> pd.DataFrame:
    """Add `short`: the instrument and what it covers."""
    numbers = controls["instrument"].str.extract(r"(No\. \d+)")[0].fillna(controls["instrument"])
    return controls.assign(short=numbers + ": " + controls["scope"])


def resumption_table(found: Sequence[Any]) -> pd.DataFrame:
    """Return the test of the claim, one row per destination, from `magnet_counts.resumption`."""
    return pd.DataFrame(
        {
            "destination": row.destination,
            "before_t": row.before.mean_t,
            "before_basis": row.before.basis,
            "lowest_t": row.lowest_t,
            "lowest_month": row.lowest_month.date(),
            "later_t": row.later.mean_t,
            "later_basis": row.later.basis,
            "before_share": row.share,
            "verdict": row.verdict,
        }
        for row in found
    )


def missing(norms: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """Return what is missing against the norm, by name of the destination.

    Keys: `missing_t`, `short` (months below the norm), `derived` (months whose norm is), `months` (the rows).

    `norms`: from `magnet_counts.against_norm`.
    """
    return {
        NAMES[place]: {
            "missing_t": float(table["missing_t"].sum()),
            "short": int((table["missing_t"] > 0).sum()),
            "derived": int((table["norm_basis"] != REPORTED).sum()),
            "months": table.to_dict("records"),
        }
        for place, table in norms.items()
    }


def months_without_norm(
    norms: Mapping[str, pd.DataFrame], effective: pd.Timestamp
) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and the last month since the control that no norm reaches; None without one."""
    first = min(table["month"].min() for table in norms.values())
    return (effective.replace(day=1), first - _MONTH) if effective < first else None


def missing_table(norms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the months of all destinations against the norm, the destination first."""
    parts = [table.assign(month=table["month"].dt.date) for table in norms.values()]
    whole = pd.concat(parts, keys=[NAMES[place] for place in norms], names=["destination", None])
    return whole.reset_index("destination").rename(columns={"index": "norm_pct"})


def value_changes(values: pd.DataFrame, codes: Sequence[str], placebo: Sequence[str]) -> dict[str, Any]:
    """Return the change in value of the listed goods and of the placebo (fractions), with its names.

    Without a placebo its change is NaN and it has no names.
    """

    def change(prefixes: Sequence[str]) -> float:
        rows = values[values["hs6"].str.startswith(tuple(prefixes))]
        return float(rows["value_usd"].sum() / rows["base_usd"].sum() - 1) if len(rows) else float("nan")

    return {
        "base_year": values["base_year"].iloc[0],
        "year": values["year"].iloc[0],
        "listed": change(codes),
        "placebo": change(placebo),
        "names": [HEADINGS.get(code, code) for code in placebo],
    }


def totals_table(totals: pd.DataFrame) -> pd.DataFrame:
    """Return the printed totals as they are published."""
    shown = totals.sort_values(["product", "partner_iso3", "period_from", "period_to"])
    names = {"WLD": "world", "USA": "United States"}
    return shown.assign(destination=shown["partner_iso3"].map(names))[
        ["product", "destination", "period", "quantity_t", "source"]
    ]


def coverage(panels: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """Return what the table of magnets covers, by name of the destination.

    Keys: `first`, `last`, `absent` (months), `joined` (first and last month of figures for more months
    together), `derived` and `figures` (counts).
    """
    return {
        NAMES[place]: {
            "first": rows["first"].iloc[0],
            "last": rows["end"].iloc[-1] - _MONTH,
            "absent": list(absent_months(rows)),
            "joined": [
                (row["first"], row["end"] - _MONTH) for row in rows[rows["months"] > 1].to_dict("records")
            ],
            "derived": int((rows["basis"] != REPORTED).sum()),
            "figures": len(rows),
        }
        for place, rows in panels.items()
    }


def last_day(controls: pd.DataFrame, panels: Mapping[str, pd.DataFrame]) -> pd.Timestamp:
    """Return the last day to draw: half a year past the last day of any control or tonnes."""
    days = [
        controls["until"].max(),
        controls["effective"].max(),
        *(rows["end"].max() for rows in panels.values()),
    ]
    return max(day for day in days if not pd.isna(day)) + pd.DateOffset(months=6)
