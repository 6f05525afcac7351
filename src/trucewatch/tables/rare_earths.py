"""China's exports of rare earths and magnets."""

from __future__ import annotations

from trucewatch.tables.columns import (
    GROUPS_FLAGGED,
    HALF_OPEN,
    IS_AGGREGATE,
    PARTNER_ISO3,
    PARTNER_NAME,
    PERIOD,
    PERIOD_FROM,
    PERIOD_TO,
    QUANTITY_T,
    SOURCE,
)
from trucewatch.tables.model import Column, Table

_BASIS = Column(
    name="basis",
    dtype="string",
    allowed=("reported", "derived"),
    description="`reported` in the source, or `derived` from a printed rate of change or a total.",
)
_PRODUCT = Column(name="product", dtype="string", description="Product group as printed.")

RAW = (
    Table(
        name="gacc__magnet_exports_monthly",
        layer="raw",
        title="China's exports of rare earth magnets by month",
        description="World and United States, as agencies printed them or as solved from what they printed.",
        columns=(PERIOD, PARTNER_NAME, QUANTITY_T, _BASIS, SOURCE),
        key=("period", "partner_name"),
    ),
    Table(
        name="gacc__rare_earth_exports",
        layer="raw",
        title="China's exports of rare earths and magnets, totals of periods",
        description="Printed totals of years, quarters and months.",
        columns=(PERIOD, PARTNER_NAME, _PRODUCT, QUANTITY_T, SOURCE),
        key=("period", "partner_name", "product"),
    ),
)

CLEAN = (
    Table(
        name="magnet_exports_monthly",
        layer="clean",
        title="China's exports of rare earth magnets by month",
        description="Mostly single months; January and February 2025 to the United States is one period. "
        "Derived rows were solved from printed rates or totals: never count them as a check of those.",
        columns=(PERIOD_FROM, PERIOD_TO, PARTNER_ISO3, IS_AGGREGATE, QUANTITY_T, _BASIS, SOURCE),
        key=("period_from", "period_to", "partner_iso3"),
        checks=(HALF_OPEN, GROUPS_FLAGGED),
        moves="whether magnets came back after the truce",
        sources=("gacc__magnet_exports_monthly", "reference__partners"),
    ),
    Table(
        name="rare_earth_exports",
        layer="clean",
        title="China's exports of rare earths and magnets, totals of periods",
        description="`rare earth magnets` and `rare earths` (17 elements, no magnets) are different goods.",
        columns=(
            PERIOD,
            PERIOD_FROM,
            PERIOD_TO,
            PARTNER_ISO3,
            IS_AGGREGATE,
            Column(
                name="product",
                dtype="string",
                allowed=("rare earth magnets", "rare earths"),
                description="Product group.",
            ),
            QUANTITY_T,
            SOURCE,
        ),
        key=("period_from", "period_to", "partner_iso3", "product"),
        checks=(HALF_OPEN, GROUPS_FLAGGED),
        moves="rare earths shipped by quarter",
        sources=("gacc__rare_earth_exports", "reference__partners"),
    ),
)

TABLES = RAW + CLEAN
