"""Our numbers for the published figures of trade between the two countries, by check."""

from __future__ import annotations

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.trade.flows import seasonal, total, yoy

#: check_id: (flow as the US counts it, first month, last month).
SUMS = {
    "census_imports_2024": ("imports", "2024-01", "2024-12"),
    "census_imports_2025": ("imports", "2025-01", "2025-12"),
    "census_exports_2025": ("exports", "2025-01", "2025-12"),
    "census_deficit_2025": ("deficit", "2025-01", "2025-12"),
    "census_press_imports_2024": ("imports", "2024-01", "2024-12"),
    "census_press_imports_2025": ("imports", "2025-01", "2025-12"),
    "census_press_imports_2025_06": ("imports", "2025-06", "2025-06"),
    "census_press_imports_2025_q2": ("imports", "2025-04", "2025-06"),
    "census_press_exports_2024": ("exports", "2024-01", "2024-12"),
    "census_press_exports_2025": ("exports", "2025-01", "2025-12"),
    "census_press_deficit_2024": ("deficit", "2024-01", "2024-12"),
    "census_press_deficit_2024_06": ("deficit", "2024-06", "2024-06"),
    "census_press_deficit_2025": ("deficit", "2025-01", "2025-12"),
    "census_press_deficit_2025_06": ("deficit", "2025-06", "2025-06"),
    "census_press_deficit_ytd_2025_06": ("deficit", "2025-01", "2025-06"),
    "gacc_exports_2025": ("imports", "2025-01", "2025-12"),
    "gacc_exports_2025_05": ("imports", "2025-05", "2025-05"),
    "gacc_exports_2025_08": ("imports", "2025-08", "2025-08"),
    "gacc_exports_2025_09": ("imports", "2025-09", "2025-09"),
    "gacc_imports_2025": ("exports", "2025-01", "2025-12"),
    "gacc_imports_2025_05": ("exports", "2025-05", "2025-05"),
}
#: check_id: (flow, month) of growth on the year before.
GROWTH = {f"gacc_exports_yoy_2025_{month:02d}": ("imports", f"2025-{month:02d}") for month in range(4, 11)}
#: check_id: (flow, month) of a seasonally adjusted value.
ADJUSTED = {
    "census_press_imports_sa_2025_06": ("imports", "2025-06"),
    "census_press_exports_sa_2025_06": ("exports", "2025-06"),
}


def flow_checks(imports: pd.Series, exports: pd.Series) -> dict[str, float | None]:
    """Return our number for every published figure, in its unit (USD bn, or percent for growth).

    Figures of China's customs are set against what the US counts for the same flow: the difference is the gap
    between two customs offices, not an error of either.

    Parameters
    ----------
    imports, exports
        US general imports from and total exports to China by month, US dollars.

    Returns
    -------
    dict
        None where a month is missing.
    """
    deficit = (imports - exports).dropna()
    flows = {"imports": imports, "exports": exports, "deficit": deficit}
    found: dict[str, float | None] = {}
    for check_id, (flow, first, last) in SUMS.items():
        try:
            found[check_id] = total(flows[flow], first, last) / 1e9
        except DataError:
            found[check_id] = None
    for check_id, (flow, month) in GROWTH.items():
        value = yoy(flows[flow]).get(pd.Timestamp(month))
        found[check_id] = None if value is None or pd.isna(value) else 100 * float(value)
    for check_id, (flow, month) in ADJUSTED.items():
        value = seasonal(flows[flow].loc["2013-01":])["adjusted"].get(pd.Timestamp(month))
        found[check_id] = None if value is None else float(value) / 1e9
    return found
