"""Our numbers for the published figures of the report on rare earths."""

from __future__ import annotations

import pandas as pd

from trucewatch.trade.magnet_counts import UNITED_STATES, WORLD, mean_month, tonnes


def checked_numbers(magnets: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against, tonnes.

    By destination: months, less those the table only holds together, and whole years, which hold these too.
    """
    found = {}
    for destination in (WORLD, UNITED_STATES):
        rows = tonnes(magnets, destination)
        years = pd.to_datetime(sorted({f"{first.year}-01-01" for first in rows["first"]}))
        sums = {year: 12 * span.mean_t for year in years if (span := mean_month(rows, year, 12))}
        found[f"magnets_to_{destination}_t"] = rows[rows["months"] == 1].set_index("first")["quantity_t"]
        found[f"magnets_to_{destination}_by_year_t"] = pd.Series(sums)
    return found
