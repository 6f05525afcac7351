"""Clean tables of the Phase One agreement."""

from __future__ import annotations

import pandas as pd


def phase_one_products(products: pd.DataFrame) -> pd.DataFrame:
    """Plain category names."""
    return _with_plain_category(products)


def phase_one_exports_annual(exports: pd.DataFrame) -> pd.DataFrame:
    """Plain category names."""
    return _with_plain_category(exports)


def _with_plain_category(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the annex's numbering off: `1. Manufactured Goods` becomes `manufactured goods`."""
    plain = frame["category"].str.replace(r"^\d\. ", "", regex=True).str.lower()
    return frame.assign(category=plain)
