"""What part of imports from Canada and Mexico entered with a claim of preference under the USMCA.

A claim is made line by line at entry. Goods that qualify and were not claimed paid the general duty, so the
share is a fact about entries, not about the goods.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from trucewatch.errors import DataError, ParameterError

TABLE = "us_imports_hs10_usmca_monthly"
"""Clean table with the value that entered under the USMCA, by ten digits and month."""


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


def split(shares: pd.DataFrame, lines: pd.DataFrame, partner: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split weights into the part that pays the general duty and the part that claims the preference.

    The share is that of the product in the month; months before the first at hand take the first, later ones
    the last. A product without trade in a month takes the share of the partner.

    Parameters
    ----------
    shares
        `code`, `valid_from`, `valid_to`, `share`, as `trade.weights.WeightSet.shares`.
    lines
        `us_imports_hs10_usmca_monthly`.
    partner
        ISO3 of the country of origin.

    Returns
    -------
    tuple of pandas.DataFrame
        Two frames like `shares`; their shares add up to it.
    """
    own = lines[lines["partner_iso3"] == partner]
    if own.empty:
        raise DataError(
            "no month of this partner",
            file=TABLE,
            column="partner_iso3",
            value=partner,
            remedy=f"use one of {', '.join(sorted(set(lines['partner_iso3'])))}",
        )
    whole = by_month(own).set_index("month")["share"]
    months = list(whole.index)
    starts = [date.min, *(month.date() for month in months[1:]), date.max]
    general, claimed = [], []
    for at, month in enumerate(months):
        first, end = starts[at], starts[at + 1]
        rows = shares[(shares["valid_from"] < end) & (shares["valid_to"] > first)]
        found = by_code(own, f"{month:%Y-%m}", f"{month:%Y-%m}").set_index("code")
        by_line = by_code(own, f"{month:%Y-%m}", f"{month:%Y-%m}", 8).set_index("code")
        share = (
            rows["code"].map(pd.concat([found, by_line])["share"]).astype(float).fillna(float(whole[month]))
        )
        spans = rows.assign(
            valid_from=rows["valid_from"].where(rows["valid_from"] > first, first),
            valid_to=rows["valid_to"].where(rows["valid_to"] < end, end),
        )
        general.append(spans.assign(share=rows["share"] * (1 - share)))
        claimed.append(spans.assign(share=rows["share"] * share))
    return pd.concat(general, ignore_index=True), pd.concat(claimed, ignore_index=True)
