"""Clean tables of receipts, the exchange rate and prices of imports."""

from __future__ import annotations

import pandas as pd

MILLION = 1_000_000


def customs_receipts_monthly(receipts: pd.DataFrame) -> pd.DataFrame:
    """Millions to dollars."""
    return pd.DataFrame(
        {
            "month": receipts["month"],
            "receipts_usd": (receipts["customs_duties_m_usd"] * MILLION).round(-3),
            "imports_usd": (receipts["imports_m_usd"] * MILLION).round(-3),
        }
    )
