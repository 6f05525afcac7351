"""Give partners their ISO codes."""

from __future__ import annotations

import pandas as pd

from trucewatch.errors import DataError


def with_iso3(frame: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with `partner_iso3` and `is_aggregate` in place of the publisher's partner name.

    `frame`: has a column `partner_name`; `partners`: the table `reference__partners`.

    Raises `DataError` if a name is unknown.
    """
    codes = partners.set_index("partner_name")
    unknown = ~frame["partner_name"].isin(codes.index)
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        raise DataError(
            "a partner without a code",
            row=row,
            column="partner_name",
            value=frame["partner_name"].iloc[row],
            remedy="add the spelling to data/sources/reference/partners.csv",
        )
    return frame.assign(
        partner_iso3=frame["partner_name"].map(codes["partner_iso3"]),
        is_aggregate=frame["partner_name"].map(codes["is_aggregate"]).astype("bool"),
    )


def code_to_iso3(codes: pd.Series, partners: pd.DataFrame) -> pd.Series:
    """Return the ISO code of each Census country code.

    Raises `DataError` if a code is unknown.
    """
    known = partners.dropna(subset=["census_code"]).drop_duplicates("census_code")
    found = codes.map(known.set_index("census_code")["partner_iso3"])
    if found.isna().any():
        row = int(found.isna().to_numpy().argmax())
        problem = "a country code without an ISO code"
        remedy = "add it to data/sources/reference/partners.csv"
        raise DataError(problem, row=row, column=codes.name, value=codes.iloc[row], remedy=remedy)
    return found
