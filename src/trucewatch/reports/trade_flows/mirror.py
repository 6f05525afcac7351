"""One flow, two customs offices: what the buyer's side counts and what the seller's side counts.

A gap is not a fault of either office. It has known causes; how much of it each explains cannot be read from
the two totals.
"""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from trucewatch.trade.flows import total


def mirror(importer: pd.Series, exporter: pd.DataFrame) -> pd.DataFrame:
    """Set the exporter's reported periods against the importer's months.

    gap = exporter - importer (US dollars); gap_share = gap / importer.

    The rows of `exporter` whose months the importer has published, with `first_month`, `last_month`, `months`
    (length of the period), `importer_usd`, `gap_usd`, `gap_share`.

    - `importer`: monthly imports by the importer's customs, US dollars
    - `exporter`: the exporter's figures: `period_from`, `period_to` (half-open: first day of the first month,
      and of the month after the last), `value_usd`; further columns are kept
    """
    rows = []
    for row in exporter.sort_values(["period_from", "period_to"]).to_dict("records"):
        first = pd.Timestamp(row["period_from"])
        last = pd.Timestamp(row["period_to"]) - pd.DateOffset(months=1)
        if first < importer.index[0] or last > importer.index[-1]:
            continue
        counted = total(importer, first, last)
        gap = row["value_usd"] - counted
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        found: dict[Hashable, object] = {"first_month": first, "last_month": last, "months": months}
        rows.append({**row, **found, "importer_usd": counted, "gap_usd": gap, "gap_share": gap / counted})
    return pd.DataFrame(rows)


def separate_periods(rows: pd.DataFrame) -> pd.DataFrame:
    """The calendar years, then the shortest periods that do not overlap, in order of time.

    Press figures come by month and as running sums; drawn together they would count a month more than once.
    """
    is_year = rows["months"] == 12
    taken: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    kept = []
    for at, row in rows[~is_year].sort_values(["months", "first_month"], kind="stable").iterrows():
        if all(row["last_month"] < first or row["first_month"] > last for first, last in taken):
            taken.append((row["first_month"], row["last_month"]))
            kept.append(at)
    years = rows[is_year].sort_values("first_month")
    return pd.concat([years, rows.loc[kept].sort_values("first_month")], ignore_index=True)
