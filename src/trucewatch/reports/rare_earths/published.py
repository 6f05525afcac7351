"""Our numbers for the published figures of the report on rare earths."""

from __future__ import annotations

import pandas as pd

from trucewatch.trade.magnet_counts import UNITED_STATES, WORLD, mean_month, tonnes


def magnet_checks(magnets: pd.DataFrame) -> dict[str, float | None]:
    """Compute what the rows of data/benchmarks/published.csv named for this report print, tonnes.

    Parameters
    ----------
    magnets
        `magnet_exports_monthly`.

    Returns
    -------
    dict
        By check_id; None where the table does not hold all of the months.
    """
    flows = {"wld": tonnes(magnets, WORLD), "usa": tonnes(magnets, UNITED_STATES)}

    def total(flow: str, first: str, count: int = 1) -> float | None:
        found = mean_month(flows[flow], pd.Timestamp(first), count)
        return None if found is None else found.mean_t * count

    months = [
        ("wld", "2025-05"),
        ("wld", "2025-06"),
        ("wld", "2025-07"),
        ("wld", "2025-10"),
        ("wld", "2026-03"),
        ("usa", "2025-05"),
        ("usa", "2025-06"),
        ("usa", "2025-07"),
        ("usa", "2025-10"),
        ("usa", "2026-03"),
    ]
    single = {f"gacc_magnets_{flow}_{month.replace('-', '_')}": total(flow, month) for flow, month in months}
    return single | {
        "gacc_magnets_wld_2025_h1": total("wld", "2025-01", 6),
        "gacc_magnets_wld_ytd_2025_07": total("wld", "2025-01", 7),
        "gacc_magnets_wld_ytd_2025_09": total("wld", "2025-01", 9),
        "gacc_magnets_wld_ytd_2025_10": total("wld", "2025-01", 10),
        "gacc_magnets_wld_2025": total("wld", "2025-01", 12),
        "gacc_magnets_usa_2025": total("usa", "2025-01", 12),
        "gacc_magnets_wld_2026_01_02": total("wld", "2026-01", 2),
        "gacc_magnets_usa_2026_01_02": total("usa", "2026-01", 2),
        "gacc_magnets_wld_2026_q1": total("wld", "2026-01", 3),
    }
