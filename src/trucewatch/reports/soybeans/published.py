"""Our numbers for the published figures of the soybean report."""

from __future__ import annotations

import pandas as pd

from trucewatch.trade.soybean_counts import monthly_to, season


def checked_numbers(
    customs: pd.DataFrame, sales: pd.DataFrame, exports: pd.DataFrame
) -> dict[str, pd.Series]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against, tonnes.

    `customs`, `sales`, `exports`: `china_soybean_imports_monthly`, `soybean_sales_weekly` (all reports),
    `us_soybean_exports_monthly`.
    """
    found = {"us_exports_to_china_t": monthly_to(exports, "CHN")}
    for origin, rows in customs.set_index("month").groupby("partner_iso3"):
        found[f"china_imports_from_{origin}_t"] = rows["quantity_t"]
    for year in sales["marketing_year"].unique():
        found[f"commitments_{year}_t"] = season(sales, year, "total_commitments_t")
    return found
