"""Soybeans: US exports and sales, China's imports, Brazil's exports, promises."""

from __future__ import annotations

from dataclasses import replace

from trucewatch.tables.columns import (
    GROUPS_FLAGGED,
    HALF_OPEN,
    HS8,
    IS_AGGREGATE,
    MONTH,
    MONTH_START,
    PARTNER_ISO3,
    PARTNER_NAME,
    PERIOD,
    PERIOD_FROM,
    PERIOD_TO,
    QUANTITY_T,
    SOURCE,
    UNIT,
    VALUE_USD,
    WEEK_ENDING,
    described,
    nullable,
)
from trucewatch.tables.model import Column, Table

_MARKETING_YEAR = Column(
    name="marketing_year",
    dtype="string",
    pattern="20[0-9]{2}/[0-9]{2}",
    description="US soybean marketing year, 1 September to 31 August.",
)
_KIND = Column(
    name="kind",
    dtype="string",
    allowed=("commitment", "framework", "outcome", "level", "tariff"),
    description="What the row is: a promise, a frame for one, what came, a level to compare, a duty.",
)
_ITEM = Column(name="item", dtype="string", description="What was promised or bought.")
_VALUE_CNY = Column(name="value_cny", dtype="float", unit="yuan", minimum=0, description="Import value, CIF.")


def _sales(suffix: str, unit: str) -> tuple[Column, ...]:
    named = (
        ("accumulated_exports", "Shipped since the start of the marketing year.", 0.0),
        ("outstanding_sales", "Sold, not yet shipped.", 0.0),
        ("net_sales", "New sales less cancellations of the week; negative when cancellations win.", None),
        ("total_commitments", "Shipped plus outstanding.", 0.0),
    )
    return tuple(
        Column(name=f"{name}_{suffix}", dtype="float", unit=unit, description=text, minimum=minimum)
        for name, text, minimum in named
    )


RAW = (
    Table(
        name="census__us_soybean_exports_monthly",
        layer="raw",
        title="US soybean exports by month and destination",
        description="Destinations and regional totals as printed.",
        columns=(MONTH, PARTNER_NAME, QUANTITY_T, IS_AGGREGATE),
        key=("month", "partner_name"),
        checks=(MONTH_START,),
    ),
    Table(
        name="usda__soybean_sales_weekly",
        layer="raw",
        title="US soybean export sales to China by week",
        description="Export Sales Reporting of the Foreign Agricultural Service.",
        columns=(WEEK_ENDING, _MARKETING_YEAR, *_sales("kt", "thousand tonnes")),
        key=("week_ending", "marketing_year"),
    ),
    Table(
        name="usda__soybean_inspections_weekly",
        layer="raw",
        title="US soybeans inspected for export to China by week",
        description="Federal Grain Inspection Service.",
        columns=(WEEK_ENDING, QUANTITY_T),
        key=("week_ending",),
    ),
    Table(
        name="gacc__china_soybean_imports_2010_2024",
        layer="raw",
        title="China's soybean imports by month and origin, 2010 to 2024",
        description="Origins and total as first collected.",
        columns=(MONTH, PARTNER_NAME, QUANTITY_T),
        key=("month", "partner_name"),
        checks=(MONTH_START,),
    ),
    Table(
        name="gacc__china_soybean_imports_2023_2025",
        layer="raw",
        title="China's soybean imports by month and origin, 2023 to 2025",
        description="Line 1201.90.19 from the United States, Brazil and Argentina.",
        columns=(MONTH, PARTNER_NAME, HS8, QUANTITY_T, _VALUE_CNY),
        key=("month", "partner_name"),
        checks=(MONTH_START,),
    ),
    Table(
        name="mdic__brazil_soybean_exports_to_china_monthly",
        layer="raw",
        title="Brazil's soybean exports to China by month",
        description="Value only; the product filter is not stated by the copy.",
        columns=(MONTH, described(VALUE_USD, "Exports of Brazil to China, FOB.")),
        key=("month",),
        checks=(MONTH_START,),
    ),
    Table(
        name="press__purchase_commitments",
        layer="raw",
        title="What China promised to buy, and what was reported of it",
        description="Fact sheets, ministry statements and press, each row with its source.",
        columns=(
            _KIND,
            PERIOD,
            _ITEM,
            Column(name="value_text", dtype="string", description="Value as printed; may be a range."),
            UNIT,
            SOURCE,
        ),
        key=("kind", "period", "item"),
    ),
)

CLEAN = (
    Table(
        name="us_soybean_exports_monthly",
        layer="clean",
        title="US soybean exports by month and destination",
        description="A destination without a row in a month had no shipments (China: June to October 2025).",
        columns=(MONTH, PARTNER_ISO3, IS_AGGREGATE, QUANTITY_T),
        key=("month", "partner_iso3"),
        checks=(MONTH_START, GROUPS_FLAGGED),
        moves="tonnes shipped, against the promise",
        sources=("census__us_soybean_exports_monthly", "reference__partners"),
    ),
    Table(
        name="soybean_sales_weekly",
        layer="clean",
        title="US soybean export sales to China by week",
        description="Commitments are shipped plus outstanding (tested). Some flat weeks are left out.",
        columns=(WEEK_ENDING, _MARKETING_YEAR, *_sales("t", "tonnes")),
        key=("week_ending", "marketing_year"),
        moves="tonnes sold, against the promise",
        sources=("usda__soybean_sales_weekly",),
    ),
    Table(
        name="soybean_inspections_weekly",
        layer="clean",
        title="US soybeans inspected for export to China by week",
        description="A week without a row had none or was not collected; nothing after January 2025.",
        columns=(WEEK_ENDING, QUANTITY_T),
        key=("week_ending",),
        moves="tonnes inspected, beside those shipped",
        sources=("usda__soybean_inspections_weekly",),
    ),
    Table(
        name="china_soybean_imports_monthly",
        layer="clean",
        title="China's soybean imports by month and origin",
        description="Two collections joined: the United States, Brazil and Argentina from 2023 come from the "
        "newer one, everything else from the older one (to 2024), so that the world row of 2023 and 2024 "
        "is not the sum of the origins.",
        columns=(
            MONTH,
            PARTNER_ISO3,
            IS_AGGREGATE,
            QUANTITY_T,
            nullable(_VALUE_CNY, "not in the older collection."),
            Column(name="dataset", dtype="string", description="The raw table the row comes from."),
        ),
        key=("month", "partner_iso3"),
        checks=(MONTH_START, GROUPS_FLAGGED),
        moves="what arrived in China, and from whom",
        sources=(
            "gacc__china_soybean_imports_2010_2024",
            "gacc__china_soybean_imports_2023_2025",
            "reference__partners",
        ),
    ),
    Table(
        name="brazil_soybean_exports_to_china_monthly",
        layer="clean",
        title="Brazil's soybean exports to China by month",
        description="Value only; the product filter is not stated by the copy.",
        columns=(MONTH, described(VALUE_USD, "Exports of Brazil to China, FOB.")),
        key=("month",),
        checks=(MONTH_START,),
        moves="Brazil's exports to China",
        sources=("mdic__brazil_soybean_exports_to_china_monthly",),
    ),
    Table(
        name="purchase_commitments",
        layer="clean",
        title="What China promised to buy, and what was reported of it",
        description="The printed value beside the number it stands for.",
        columns=(
            _KIND,
            PERIOD,
            replace(PERIOD_FROM, nullable=True, description="First day. Empty: the period is no plain one."),
            replace(PERIOD_TO, nullable=True, description="First day after. Empty: as for period_from."),
            _ITEM,
            Column(
                name="value",
                dtype="float",
                nullable=True,
                description="In the unit of the row. Empty: a range or several numbers, see value_text.",
            ),
            Column(name="value_text", dtype="string", description="Value as printed."),
            UNIT,
            SOURCE,
        ),
        key=("kind", "period", "item"),
        checks=(HALF_OPEN,),
        moves="what was promised and what was reported of it",
        sources=("press__purchase_commitments",),
    ),
)

TABLES = RAW + CLEAN
