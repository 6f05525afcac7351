"""Clean tables of imports by supplier: one function a table, raw frames in the order of its sources."""

from __future__ import annotations

import pandas as pd

from trucewatch.clean.partners import code_to_iso3, with_iso3
from trucewatch.clean.periods import with_dates


def us_imports_transport_monthly(totals: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Partners by ISO code."""
    return with_iso3(totals, partners)


def us_imports_hs10_usmca_monthly(lines: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Partners by ISO code."""
    return lines.assign(partner_iso3=code_to_iso3(lines["partner_code"], partners))


def us_imports_hs2_partner(chapters: pd.DataFrame) -> pd.DataFrame:
    """Periods as dates."""
    return with_dates(chapters)
