"""Clean tables of China's rare earth exports."""

from __future__ import annotations

import pandas as pd

from trucewatch.clean.partners import with_iso3
from trucewatch.clean.periods import with_dates

_PRODUCTS = {"rare earth magnets": "rare earth magnets", "rare earths (all 17, not magnets)": "rare earths"}


def magnet_exports_monthly(magnets: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Periods as dates, destinations by ISO code."""
    return with_iso3(with_dates(magnets), partners).drop(columns=["period", "partner_name"])


def rare_earth_exports(totals: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Periods as dates, destinations by ISO code, short product names."""
    coded = with_iso3(with_dates(totals), partners)
    return coded.assign(product=coded["product"].map(_PRODUCTS)).drop(columns="partner_name")
