"""Trade of the United States as the Census Bureau counts it."""

from __future__ import annotations

from trucewatch.tables.columns import (
    DUTY_USD,
    FLOW,
    GENERAL_IMPORTS_USD,
    GROUPS_FLAGGED,
    HS4,
    HS6,
    HS10,
    IS_AGGREGATE,
    MONTH,
    MONTH_START,
    NAICS3,
    PARTNER_CODE,
    PARTNER_ISO3,
    PARTNER_NAME,
    VALUE_USD,
    YEAR,
    described,
    nullable,
)
from trucewatch.tables.lines import EXPORTS, FINE
from trucewatch.tables.model import Column, Table

_BN = "billion US dollars"
#: Of a month: dollars or millions typed for billions are refused.
_MOST_BN = 1000
_END_USE_GROUP = Column(
    name="end_use_group", dtype="string", description="Group of end-use codes, made by M. Waugh."
)

RAW = (
    Table(
        name="census__us_china_goods_monthly",
        layer="raw",
        title="US goods trade with China by month",
        description="General imports, total exports and the balance, not seasonally adjusted, as printed.",
        columns=(
            MONTH,
            Column(
                name="imports_bn_usd",
                dtype="float",
                unit=_BN,
                minimum=0,
                maximum=_MOST_BN,
                description="General imports.",
            ),
            Column(
                name="exports_bn_usd",
                dtype="float",
                unit=_BN,
                minimum=0,
                maximum=_MOST_BN,
                nullable=True,
                description="Total exports, FAS. Empty: not yet published in this vintage.",
            ),
            Column(
                name="balance_bn_usd",
                dtype="float",
                unit=_BN,
                nullable=True,
                description="Exports less imports. Empty: as for exports.",
            ),
            Column(name="retrieved_from", dtype="string", description="Public repository of the row."),
        ),
        key=("month",),
        checks=(MONTH_START,),
    ),
    Table(
        name="census__us_imports_naics3_monthly",
        layer="raw",
        title="US imports for consumption by month, partner and industry",
        description="32 NAICS-based industries and their total (00), 30 partners, EU, USMCA and world.",
        columns=(
            MONTH,
            PARTNER_NAME,
            Column(
                name="naics3", dtype="string", pattern="[0-9]{3}|00", description="Industry; 00 the total."
            ),
            Column(name="naics_title", dtype="string", description="Title as printed."),
            VALUE_USD,
            DUTY_USD,
        ),
        key=("month", "partner_name", "naics3"),
        checks=(MONTH_START,),
    ),
    Table(
        name="census__us_imports_partner_monthly",
        layer="raw",
        title="US imports by month and partner, totals",
        description="World and partners; the newest vintage of the totals.",
        columns=(MONTH, PARTNER_CODE, PARTNER_NAME, GENERAL_IMPORTS_USD, VALUE_USD, DUTY_USD),
        key=("month", "partner_name"),
        checks=(MONTH_START,),
    ),
    Table(
        name="census__us_imports_hs4_jan_aug",
        layer="raw",
        title="US imports by heading, January to August of 2025 and 2026",
        description="Every heading of 26 suppliers; an older vintage has the largest of China and Vietnam.",
        columns=(YEAR, PARTNER_CODE, PARTNER_NAME, HS4, GENERAL_IMPORTS_USD),
        key=("year", "partner_code", "hs4"),
    ),
    Table(
        name="census__us_imports_hs10_partner_annual",
        layer="raw",
        title="US imports for consumption by year, partner and statistical number",
        description="Fifty countries and the EU as one.",
        columns=(YEAR, PARTNER_CODE, PARTNER_NAME, HS10, VALUE_USD, DUTY_USD),
        key=("year", "partner_code", "hs10"),
    ),
    Table(
        name="census__us_exports_to_china_hs6_monthly",
        layer="raw",
        title="US exports to China by month and HS6, with Phase One group",
        description="May repeat month and HS6 where the agreement names ten-digit lines (see clean table).",
        columns=(
            MONTH,
            HS6,
            VALUE_USD,
            Column(name="quantity", dtype="float", minimum=0, description="In the unit of quantity_unit."),
            Column(name="quantity_unit", dtype="string", description="Census unit code; - for none."),
            Column(name="phase_one_category", dtype="string", description="Category of the agreement."),
            Column(
                name="phase_one_sub_category",
                dtype="string",
                nullable=True,
                description="Sub-category. Empty: not in the agreement.",
            ),
        ),
        checks=(MONTH_START,),
    ),
    Table(
        name="census__us_imports_enduse_monthly",
        layer="raw",
        title="US imports by month and group of end use",
        description="Grouped by M. Waugh from Census end-use codes.",
        columns=(
            MONTH,
            _END_USE_GROUP,
            nullable(VALUE_USD, "a row that only splits a group."),
            Column(
                name="rate_pct",
                dtype="float",
                unit="percent",
                nullable=True,
                minimum=0,
                description="Calculated duty over customs value. Empty: a row that only splits a group.",
            ),
            Column(
                name="ai_value_usd",
                dtype="float",
                unit="US dollars",
                nullable=True,
                minimum=0,
                description="Part held relevant for artificial intelligence. Empty: not split.",
            ),
            Column(
                name="non_ai_value_usd",
                dtype="float",
                unit="US dollars",
                nullable=True,
                minimum=0,
                description="The other part. Empty: not split.",
            ),
        ),
        key=("month", "end_use_group"),
        checks=(MONTH_START,),
    ),
)


CLEAN = (
    Table(
        name="us_china_goods_monthly",
        layer="clean",
        title="US goods trade with China by month and flow",
        description="General imports and total exports (FAS), not seasonally adjusted, nominal. "
        "A month without a row is not yet published in this vintage.",
        columns=(
            MONTH,
            FLOW,
            described(VALUE_USD, "Imports: customs value of general imports. Exports: total exports, FAS."),
        ),
        key=("month", "flow"),
        checks=(MONTH_START,),
        moves="the shortfall of imports since February 2025, and the balance",
        sources=("census__us_china_goods_monthly",),
        finer=(*FINE, *EXPORTS),
    ),
    Table(
        name="us_imports_naics3_monthly",
        layer="clean",
        title="US imports for consumption by month, partner and industry",
        description="32 industries; their sum is the published total in every cell (tested). A month x "
        "partner x industry without a row had no trade. Vintage of about January 2026: for totals from "
        "September 2023 prefer `us_imports_monthly`.",
        columns=(MONTH, PARTNER_ISO3, IS_AGGREGATE, NAICS3, VALUE_USD, DUTY_USD),
        key=("month", "partner_iso3", "naics3"),
        checks=(MONTH_START, GROUPS_FLAGGED),
        moves="the steps of the ladder for mix and special provisions, and diversion by industry",
        sources=("census__us_imports_naics3_monthly", "reference__partners"),
        finer=(FINE[-1],),
    ),
    Table(
        name="us_imports_monthly",
        layer="clean",
        title="US imports by month and partner",
        description="General imports, imports for consumption and calculated duty; world and 40 partners.",
        columns=(MONTH, PARTNER_ISO3, IS_AGGREGATE, GENERAL_IMPORTS_USD, VALUE_USD, DUTY_USD),
        key=("month", "partner_iso3"),
        checks=(MONTH_START, GROUPS_FLAGGED),
        moves="the assessed duty of China and its rivals, China's share, imports by supplier",
        sources=("census__us_imports_partner_monthly", "reference__partners"),
        finer=FINE,
    ),
    Table(
        name="us_imports_hs4_2026",
        layer="clean",
        title="US imports by heading, January to August of 2025 and 2026",
        description="Every heading of 26 suppliers, which send 88 % of US imports. Their sums are the "
        "monthly totals of `us_imports_monthly` to the dollar (tested). No row: no trade.",
        columns=(
            described(YEAR, "Year whose months January to August are summed."),
            PARTNER_ISO3,
            HS4,
            GENERAL_IMPORTS_USD,
        ),
        key=("year", "partner_iso3", "hs4"),
        moves="who sold more in the headings where China sold less",
        sources=("census__us_imports_hs4_jan_aug", "reference__partners"),
        finer=FINE,
    ),
    Table(
        name="us_imports_hs10_partner_annual",
        layer="clean",
        title="US imports for consumption by year, partner and statistical number",
        description="Fifty countries and the EU as one; not the world.",
        columns=(YEAR, PARTNER_ISO3, IS_AGGREGATE, HS10, VALUE_USD, DUTY_USD),
        key=("year", "partner_iso3", "hs10"),
        checks=(GROUPS_FLAGGED,),
        moves="the weights of every average duty, and law against assessed duty by product",
        sources=("census__us_imports_hs10_partner_annual", "reference__partners"),
        finer=(FINE[-1],),
    ),
    Table(
        name="us_exports_hs6_monthly",
        layer="clean",
        title="US exports to China by month and HS6",
        description="Where the Phase One annex names ten-digit lines the source gives one row a line; they "
        "are summed here. Quantity is empty where the lines differ in unit.",
        columns=(
            MONTH,
            HS6,
            described(VALUE_USD, "Exports to China, FAS."),
            Column(
                name="quantity",
                dtype="float",
                minimum=0,
                nullable=True,
                description="In the unit of quantity_unit. Empty: lines with different units.",
            ),
            Column(
                name="quantity_unit",
                dtype="string",
                nullable=True,
                description="Census unit code. Empty: none, or lines with different units.",
            ),
            Column(
                name="phase_one_category",
                dtype="string",
                allowed=("manufactured goods", "agriculture", "energy", "not covered"),
                description="Category of the Phase One agreement.",
            ),
            Column(
                name="phase_one_sub_category",
                dtype="string",
                nullable=True,
                description="Sub-category. Empty: not covered.",
            ),
        ),
        key=("month", "hs6"),
        checks=(MONTH_START,),
        moves="US exports to China by group of the Phase One agreement",
        sources=("census__us_exports_to_china_hs6_monthly",),
        finer=EXPORTS,
    ),
    Table(
        name="us_imports_enduse_monthly",
        layer="clean",
        title="US imports by month and group of end use",
        description="Capital, intermediate and consumption goods as grouped by M. Waugh. The three are "
        "neither all imports nor reconciled with the Census total: use their shape, not their level.",
        columns=(
            MONTH,
            Column(
                name="end_use_group",
                dtype="string",
                allowed=("capital", "intermediate", "consumption"),
                description="Group of end-use codes.",
            ),
            VALUE_USD,
            Column(
                name="rate_pct",
                dtype="float",
                unit="percent",
                minimum=0,
                description="Calculated duty over customs value.",
            ),
        ),
        key=("month", "end_use_group"),
        checks=(MONTH_START,),
        moves="imports of capital, intermediate and consumption goods",
        sources=("census__us_imports_enduse_monthly",),
    ),
)

TABLES = RAW + CLEAN
