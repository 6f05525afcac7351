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


def usd_cny_monthly(rates: pd.DataFrame) -> pd.DataFrame:
    """As landed."""
    return rates


def import_prices_monthly(prices: pd.DataFrame) -> pd.DataFrame:
    """As landed."""
    return prices


def us_imports_quantity_hs6_annual(quantities: pd.DataFrame) -> pd.DataFrame:
    """As landed."""
    return quantities


def pass_through_estimates(estimates: pd.DataFrame) -> pd.DataFrame:
    """As landed."""
    return estimates
