"""Our numbers for the published figures of the soybean report."""

from __future__ import annotations

import pandas as pd

from trucewatch.trade.soybean_counts import MT, monthly_to, season

#: A bushel of soybeans weighs 60 pounds.
BUSHEL_T = 60 * 0.45359237 / 1000


def soybean_checks(
    customs: pd.DataFrame, sales: pd.DataFrame, exports: pd.DataFrame
) -> dict[str, float | None]:
    """Compute what the rows of data/benchmarks/published.csv named for this report print.

    Parameters
    ----------
    customs, sales, exports
        `china_soybean_imports_monthly`, `soybean_sales_weekly` (all reports), `us_soybean_exports_monthly`.

    Returns
    -------
    dict
        By check_id, in the row's unit; None where the tables do not hold it.
    """

    def imported(origin: str, first: str, last: str | None = None) -> float | None:
        rows = customs[customs["partner_iso3"] == origin].set_index("month")["quantity_t"]
        months = pd.date_range(first, last or first, freq="MS")
        return float(rows[months].sum()) / MT if months.isin(rows.index).all() else None

    def committed(week: str, year: str) -> float | None:
        level = season(sales, year, "total_commitments_t").get(pd.Timestamp(week))
        return None if level is None or pd.isna(level) else float(level) / MT

    def shipped(first: str, last: str) -> float:
        return float(monthly_to(exports, "CHN")[first:last].sum())

    october = imported("USA", "2024-10-01")
    newest = committed("2026-08-27", "2025/26")
    return {
        "gacc_soybeans_usa_2024": imported("USA", "2024-01-01", "2024-12-01"),
        "gacc_soybeans_bra_2024": imported("BRA", "2024-01-01", "2024-12-01"),
        "gacc_soybeans_arg_2024": imported("ARG", "2024-01-01", "2024-12-01"),
        "gacc_soybeans_wld_2024": imported("WLD", "2024-01-01", "2024-12-01"),
        "gacc_soybeans_usa_2024_10": None if october is None else october * MT,
        "gacc_soybeans_usa_2025_09": imported("USA", "2025-09-01"),
        "gacc_soybeans_bra_2025_09": imported("BRA", "2025-09-01"),
        "gacc_soybeans_usa_ytd_2025_09": imported("USA", "2025-01-01", "2025-09-01"),
        "gacc_soybeans_usa_2025_10": imported("USA", "2025-10-01"),
        "gacc_soybeans_usa_ytd_2025_10": imported("USA", "2025-01-01", "2025-10-01"),
        "gacc_soybeans_bra_ytd_2025_10": imported("BRA", "2025-01-01", "2025-10-01"),
        "gacc_soybeans_arg_ytd_2025_10": imported("ARG", "2025-01-01", "2025-10-01"),
        "usda_soybeans_sales_2024_09_19": committed("2024-09-19", "2024/25"),
        "usda_soybeans_sales_2025_09_18": committed("2025-09-18", "2025/26"),
        "usda_soybeans_sales_2025_11_14": committed("2025-11-13", "2025/26"),
        "usda_soybeans_sales_2026_01_08": committed("2026-01-08", "2025/26"),
        "traders_soybeans_2026_01_12": committed("2026-01-15", "2025/26"),
        "usda_soybeans_sales_2026_08_27": None if newest is None else newest * 1000,
        "usda_soybeans_exports_2024": shipped("2024-01-01", "2024-12-01") / BUSHEL_T / MT,
        "usda_soybeans_my_2022_23": shipped("2022-09-01", "2023-08-01") / MT,
        "usda_soybeans_my_2023_24": shipped("2023-09-01", "2024-08-01") / MT,
        "usda_soybeans_my_2024_25": shipped("2024-09-01", "2025-08-01") / MT,
        "ers_soybean_loss_2018_2019": None,
    }
