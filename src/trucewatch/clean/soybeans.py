"""Clean tables of soybeans."""

from __future__ import annotations

import pandas as pd

from trucewatch.clean.partners import with_iso3
from trucewatch.clean.periods import with_dates
from trucewatch.errors import DataError

KILOTONNE = 1_000
#: The newer collection of China's customs covers these origins from this month on.
NEWER_FROM = pd.Timestamp(2023, 1, 1)


def us_soybean_exports_monthly(exports: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Destinations by ISO code; the publisher's control total (the sum of its regions) is left out."""
    coded = with_iso3(exports.drop(columns="is_aggregate"), partners)
    wanted = coded["partner_iso3"] != "XRT"
    return coded.loc[wanted, ["month", "partner_iso3", "is_aggregate", "quantity_t"]]


def soybean_sales_weekly(sales: pd.DataFrame) -> pd.DataFrame:
    """Thousand tonnes to tonnes, after proving that commitments are shipped plus outstanding."""
    gap = sales["accumulated_exports_kt"] + sales["outstanding_sales_kt"] - sales["total_commitments_kt"]
    off = (gap.abs() > 0.05).to_numpy()
    if off.any():
        row = int(off.argmax())
        raise DataError(
            "commitments are not shipped plus outstanding",
            file="usda__soybean_sales_weekly",
            row=row,
            column="total_commitments_kt",
            value=sales["total_commitments_kt"].iloc[row],
            remedy="compare the week with the publisher and correct the faulty figure",
        )
    quantities = [name for name in sales.columns if name.endswith("_kt")]
    tonnes = {f"{name.removesuffix('_kt')}_t": (sales[name] * KILOTONNE).round() for name in quantities}
    return sales.drop(columns=quantities).assign(**tonnes)


def china_soybean_imports_monthly(
    older: pd.DataFrame, newer: pd.DataFrame, partners: pd.DataFrame
) -> pd.DataFrame:
    """Join the two collections: where both speak, the newer one holds.

    Customs revised early 2023 after the older collection was made: that one has 3.0 million tonnes more from
    the United States in January to June 2023.
    """
    replaced = older["partner_name"].isin(newer["partner_name"]) & (older["month"] >= NEWER_FROM)
    joined = pd.concat(
        [
            older[~replaced].assign(dataset="gacc__china_soybean_imports_2010_2024", value_cny=float("nan")),
            newer.drop(columns="hs8").assign(dataset="gacc__china_soybean_imports_2023_2025"),
        ],
        ignore_index=True,
    )
    return with_iso3(joined, partners).drop(columns="partner_name")


def purchase_commitments(rows: pd.DataFrame) -> pd.DataFrame:
    """A number where the printed value is one; ranges stay text."""
    return with_dates(rows).assign(value=pd.to_numeric(rows["value_text"], errors="coerce"))
