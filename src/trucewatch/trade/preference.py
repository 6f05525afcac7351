"""What part of imports from Canada and Mexico entered with a claim of preference under the USMCA.

A claim is made line by line at entry. Goods that qualify and were not claimed paid the general duty, so the
share is a fact about entries, not about the goods.
"""

from __future__ import annotations

import pandas as pd

from trucewatch.errors import DataError, ParameterError


def by_month(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the share by month and partner.

    Parameters
    ----------
    lines
        `us_imports_hs10_usmca_monthly`.

    Returns
    -------
    pandas.DataFrame
        `month`, `partner_iso3`, `value_usd`, `usmca_value_usd`, `share`.
    """
    return _shares(lines, ["month", "partner_iso3"])


def by_code(lines: pd.DataFrame, first: str, last: str, digits: int = 10) -> pd.DataFrame:
    """Return the share by partner and code over some months.

    Parameters
    ----------
    lines
        `us_imports_hs10_usmca_monthly`.
    first, last
        Months, YYYY-MM, both included.
    digits
        Digits of the code: 2, 4, 6, 8 or 10.

    Returns
    -------
    pandas.DataFrame
        `partner_iso3`, `code`, `value_usd`, `usmca_value_usd`, `share`.

    Raises
    ------
    ParameterError
        If the digits are none of these.
    DataError
        If the table does not hold all of the months.
    """
    if digits not in (2, 4, 6, 8, 10):
        raise ParameterError(f"digits {digits}: legal are 2, 4, 6, 8, 10")
    wanted = pd.date_range(first, last, freq="MS")
    missing = wanted.difference(pd.DatetimeIndex(lines["month"].unique()))
    if len(missing) or not len(wanted):
        raise DataError(
            "not all months are in the table",
            file="us_imports_hs10_usmca_monthly",
            column="month",
            value=f"{first} to {last}",
            remedy=f"choose months from {lines['month'].min():%Y-%m} to {lines['month'].max():%Y-%m}",
        )
    rows = lines[lines["month"].isin(wanted)]
    return _shares(rows.assign(code=rows["hs10"].str[:digits]), ["partner_iso3", "code"])


def _shares(lines: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    found = lines.groupby(by, as_index=False)[["value_usd", "usmca_value_usd"]].sum()
    return found.assign(share=found["usmca_value_usd"] / found["value_usd"])
