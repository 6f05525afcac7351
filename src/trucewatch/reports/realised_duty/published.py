"""Our numbers for the published rates of assessed and collected duty."""

from __future__ import annotations

import pandas as pd


def checked_numbers(
    china: pd.Series, world: pd.Series, receipts: pd.DataFrame, fentanyl_usd: float | None
) -> dict[str, pd.Series | float | None]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against.

    `china`: assessed rate on goods of China by month, in the vintage of the industry panel; `world`: assessed
    rate on all goods by month; `receipts`: `receipts_usd` and `imports_usd` by month; `fentanyl_usd`: our
    estimate of the fentanyl duty on goods of China to the day customs printed.
    """
    cash = 100 * receipts["receipts_usd"] / receipts["imports_usd"]
    return {
        "assessed_from_china_pct": china,
        "assessed_pct": world,
        "receipts_pct": cash,
        "fentanyl_duty_usd": fentanyl_usd,
    }
