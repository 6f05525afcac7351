"""Trade as UN Comtrade, China's customs and the press report it."""

from __future__ import annotations

from trucewatch.tables.columns import (
    DESCRIPTION,
    FLOW,
    HS6,
    HS8,
    PARTNER_ISO3,
    PERIOD,
    PERIOD_FROM,
    PERIOD_TO,
    SOURCE,
    UNIT,
    VALUE_USD,
    YEAR,
    described,
    nullable,
)
from trucewatch.tables.lines import EXPORTS, FINE
from trucewatch.tables.model import Column, Table

_HS_REVISION = Column(
    name="hs_revision", dtype="string", description="Edition of the Harmonized System of the code."
)
_CIF = Column(
    name="cif_value_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    nullable=True,
    description="Imports with cost, insurance and freight. Empty: not reported (exports, Taiwan).",
)
RAW = (
    Table(
        name="comtrade__us_trade_hs6_annual",
        layer="raw",
        title="US trade by year, partner and HS6",
        description="Imports from China, Mexico, Vietnam and Taiwan, exports to China: 2017, 2024, 2025.",
        columns=(
            YEAR,
            FLOW,
            PARTNER_ISO3,
            HS6,
            Column(
                name="reported_value_usd",
                dtype="float",
                unit="US dollars",
                minimum=0,
                description="Primary value: CIF for imports, FAS for exports, customs value for Taiwan.",
            ),
            _CIF,
            Column(
                name="fob_value_usd",
                dtype="float",
                unit="US dollars",
                minimum=0,
                nullable=True,
                description="Customs value (imports) or FAS (exports). Empty or 0: not filled.",
            ),
            nullable(described(_HS_REVISION, "H5 is HS 2017, H6 is HS 2022."), "not reported (Taiwan)."),
        ),
        key=("year", "flow", "partner_iso3", "hs6"),
    ),
    Table(
        name="piie__china_imports_from_us_hs8",
        layer="raw",
        title="China's imports from the United States in 2017 by tariff line",
        description="The weights of the Chinese side.",
        columns=(
            YEAR,
            HS8,
            Column(
                name="value_k_usd",
                dtype="float",
                unit="thousand US dollars",
                minimum=0,
                description="Imports of China from the United States.",
            ),
            Column(name="sector", dtype="string", description="Sector of the publisher, some cut short."),
            DESCRIPTION,
        ),
        key=("year", "hs8"),
    ),
    Table(
        name="gacc__china_imports_from_us_hs6",
        layer="raw",
        title="China's imports from the United States in 2024 by subheading",
        description="The newer weights of the Chinese side; HS 2022.",
        columns=(YEAR, HS6, described(VALUE_USD, "Imports of China from the United States, CIF.")),
        key=("year", "hs6"),
    ),
    Table(
        name="press__china_trade_figures",
        layer="raw",
        title="Figures of China's customs and others as news agencies printed them",
        description="Trade with the United States, soybeans, magnets, receipts; each row with its source.",
        columns=(
            Column(name="series", dtype="string", description="What is measured."),
            PERIOD,
            Column(name="value", dtype="float", description="In the unit of the row."),
            UNIT,
            SOURCE,
            Column(
                name="corroboration",
                dtype="string",
                nullable=True,
                description="How many reports agree. Empty: not noted.",
            ),
        ),
        key=("series", "period"),
    ),
)

CLEAN = (
    Table(
        name="us_trade_hs6_annual",
        layer="clean",
        title="US trade by year, partner and HS6",
        description="Imports from China, Mexico, Vietnam and Taiwan, exports to China: 2017, 2024 and 2025. "
        "Code 999999 and chapter 98 hold what has no product.",
        columns=(
            YEAR,
            FLOW,
            PARTNER_ISO3,
            HS6,
            nullable(
                described(VALUE_USD, "Imports: customs value. Exports: FAS."),
                "not reported (imports of 2017 from China, Mexico, Vietnam: only CIF).",
            ),
            _CIF,
            Column(
                name="hs_revision",
                dtype="string",
                allowed=("HS2017", "HS2022"),
                description="Edition of the Harmonized System; Taiwan (not reported) takes that of the year.",
            ),
        ),
        key=("year", "flow", "partner_iso3", "hs6"),
        moves="China's share by the rise of the duty, and unit values",
        sources=("comtrade__us_trade_hs6_annual",),
        finer=(*FINE, *EXPORTS),
    ),
    Table(
        name="china_imports_from_us_hs8",
        layer="clean",
        title="China's imports from the United States in 2017 by tariff line",
        description="The weights of the Chinese side (imports_2017).",
        columns=(
            YEAR,
            HS8,
            described(VALUE_USD, "Imports of China from the United States, CIF."),
            Column(name="sector", dtype="string", description="Sector of the publisher, spelled out."),
            DESCRIPTION,
        ),
        key=("year", "hs8"),
        sources=("piie__china_imports_from_us_hs8",),
    ),
    Table(
        name="china_imports_from_us_hs6",
        layer="clean",
        title="China's imports from the United States in 2024 by subheading",
        description="The weights of the Chinese side in 2024, as China's customs count them; HS 2022. A "
        "subheading without a row had no trade. Chapters 98 and 99 are missing.",
        columns=(YEAR, HS6, described(VALUE_USD, "Imports of China from the United States, CIF.")),
        key=("year", "hs6"),
        moves="the weights of China's average duty",
        sources=("gacc__china_imports_from_us_hs6",),
    ),
    Table(
        name="china_reported_trade",
        layer="clean",
        title="China's trade with the United States as China's customs reports it",
        description="Values printed by news agencies, by month or year to date. Flows are seen from China: "
        "its exports are free on board, its imports include cost, insurance and freight.",
        columns=(
            PERIOD,
            PERIOD_FROM,
            PERIOD_TO,
            Column(
                name="flow",
                dtype="string",
                allowed=("exports", "imports"),
                description="Direction, seen from China.",
            ),
            Column(
                name="value_usd",
                dtype="float",
                unit="US dollars",
                minimum=0,
                description="China's exports to (FOB) or imports from (CIF) the United States.",
            ),
            SOURCE,
            Column(name="corroboration", dtype="string", description="How many reports agree."),
        ),
        key=("period", "flow"),
        moves="what the two sides report, held together",
        sources=("press__china_trade_figures",),
    ),
    Table(
        name="press_figures",
        layer="clean",
        title="Figures read in the press, with their source",
        description="Every figure of the press table, its period read as dates.",
        columns=(
            Column(name="series", dtype="string", description="What is measured."),
            PERIOD,
            PERIOD_FROM,
            PERIOD_TO,
            Column(name="value", dtype="float", description="In the unit of the row."),
            UNIT,
            SOURCE,
            Column(
                name="corroboration",
                dtype="string",
                nullable=True,
                description="How many reports agree. Empty: not noted.",
            ),
        ),
        key=("series", "period"),
        sources=("press__china_trade_figures",),
    ),
)

TABLES = RAW + CLEAN
