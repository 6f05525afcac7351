"""Our numbers for the published rates of assessed and collected duty, by check."""

from __future__ import annotations

import pandas as pd

from trucewatch.reports.realised_duty.programmes import CUSTOMS_PRINT


def _months(first: str, last: str) -> pd.DatetimeIndex:
    return pd.date_range(first, last, freq="MS")


#: Checks named by publisher and month, `…_YYYY_MM_DD`: collected duty over imports, all countries.
WORLD = (
    *(f"tbl_model_collected_us_on_all_{month:%Y_%m}_01" for month in _months("2025-06", "2026-03")),
    *(f"tbl_eta_collected_us_on_all_{month:%Y_%m}_01" for month in _months("2026-04", "2026-05")),
    *(f"pwbm_collected_rate_us_on_all_{month}_01" for month in ("2025_01", "2025_05", "2025_10", "2026_01")),
    "richmond_fed_actual_rate_us_on_all_2025_05_01",
)
CASH = tuple(f"tbl_receipts_collected_us_on_all_{month:%Y_%m}_01" for month in _months("2025-01", "2026-03"))
CHINA = ("2025_01", "2025_05", "2025_11")
#: What needs the law of all countries, which is not in the ledger.
NOT_OURS = (
    "gopinath_neiman_statutory_rate_us_on_all_2025_09_01",
    "richmond_fed_predicted_rate_us_on_all_2025_05_01",
)


def published(
    china: pd.Series, world: pd.Series, receipts: pd.DataFrame, fentanyl_usd: float | None
) -> dict[str, float | None]:
    """Return our number for every published figure: rates in percent, sums in billion US dollars.

    Parameters
    ----------
    china
        Assessed rate on goods of China by month, in the vintage of the industry panel.
    world
        Assessed rate on all goods by month.
    receipts
        `receipts_usd` and `imports_usd` by month.
    fentanyl_usd
        Our estimate of the fentanyl duty on goods of China to the day customs printed.

    Returns
    -------
    dict
        None where the tables hold no such month, or the number needs more than they hold.
    """
    cash = 100 * receipts["receipts_usd"] / receipts["imports_usd"]
    found = {f"census_realised_us_on_chn_{month}": _at(china, month.replace("_", "-")) for month in CHINA}
    found |= {check: _at(world, check[-10:].replace("_", "-")) for check in WORLD}
    found |= {check: _at(cash, check[-10:].replace("_", "-")) for check in CASH}
    found[CUSTOMS_PRINT] = None if fentanyl_usd is None else fentanyl_usd / 1e9
    return found | dict.fromkeys(NOT_OURS)


def _at(rates: pd.Series, day: str) -> float | None:
    value = rates.get(pd.Timestamp(day))
    return None if value is None or pd.isna(value) else float(value)
