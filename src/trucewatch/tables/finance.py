"""Customs receipts, the exchange rate and prices of imports."""

from __future__ import annotations

from trucewatch.tables.columns import HS6, MONTH, MONTH_START, PARTNER_ISO3, YEAR
from trucewatch.tables.model import Column, Table

_CNY_PER_USD = Column(
    name="cny_per_usd",
    dtype="float",
    unit="yuan per US dollar",
    minimum=0,
    description="Mean of the month.",
)

_PRICES = (
    MONTH,
    PARTNER_ISO3,
    Column(name="series_id", dtype="string", description="Name of the series at FRED."),
    Column(name="base", dtype="string", description="Period in which the index is 100, as published."),
    Column(
        name="price_index",
        dtype="float",
        unit="index",
        minimum=0,
        description="Prices that importers pay the seller, duties left out.",
    ),
)

_QUANTITIES = (
    YEAR,
    PARTNER_ISO3,
    HS6,
    Column(name="quantity", dtype="float", minimum=0, description="In the unit of quantity_unit."),
    Column(name="quantity_unit", dtype="string", description="Unit, as UN Comtrade abbreviates it."),
)
_ESTIMATES = (
    Column(name="study", dtype="string", description="Authors and title."),
    YEAR,
    Column(
        name="level",
        dtype="string",
        allowed=("border", "store"),
        description="Where the price is measured: what importers pay, or what shops ask.",
    ),
    Column(name="sample", dtype="string", description="Duties, goods and months behind the estimate."),
    Column(name="price", dtype="string", description="The price that the duty is looked for in."),
    Column(
        name="pass_through",
        dtype="float",
        nullable=True,
        minimum=0,
        description="Share of the duty that is in the price; 1 is all of it. Empty: told in words (note).",
    ),
    Column(name="note", dtype="string", nullable=True, description="Remark. Empty: none."),
    Column(name="url", dtype="string", description="Where it was read."),
    Column(
        name="reading",
        dtype="string",
        allowed=("seen", "press"),
        description="`seen`: in a text of the authors or their institution. `press`: in a report of others.",
    ),
)

RAW = (
    Table(
        name="treasury__customs_duties_monthly",
        layer="raw",
        title="US customs receipts by month",
        description="Monthly Treasury Statement, with goods imports beside them.",
        columns=(
            MONTH,
            Column(
                name="customs_duties_m_usd",
                dtype="float",
                unit="million US dollars",
                description="Net customs receipts.",
            ),
            Column(
                name="imports_m_usd",
                dtype="float",
                unit="million US dollars",
                minimum=0,
                description="US goods imports of the month, all partners, customs value.",
            ),
        ),
        key=("month",),
        checks=(MONTH_START,),
    ),
    Table(
        name="fed__usd_cny_monthly",
        layer="raw",
        title="Yuan per US dollar by month",
        description="Release H.10.",
        columns=(MONTH, _CNY_PER_USD),
        key=("month",),
        checks=(MONTH_START,),
    ),
    Table(
        name="bls__import_prices_monthly",
        layer="raw",
        title="Prices of US imports by origin and month",
        description="Import price indexes by locality of origin.",
        columns=_PRICES,
        key=("month", "partner_iso3"),
        checks=(MONTH_START,),
    ),
    Table(
        name="comtrade__us_imports_quantity_hs6_annual",
        layer="raw",
        title="Quantities of US imports by year, partner and HS6",
        description="China, Mexico and Vietnam, where a quantity is known.",
        columns=_QUANTITIES,
        key=("year", "partner_iso3", "hs6"),
    ),
    Table(
        name="press__pass_through_estimates",
        layer="raw",
        title="Published estimates of who paid the duties",
        description="One row an estimate.",
        columns=_ESTIMATES,
        key=("study", "sample"),
    ),
)

CLEAN = (
    Table(
        name="customs_receipts_monthly",
        layer="clean",
        title="US customs receipts by month",
        description="Net of refunds, which are not shown apart; all partners; cash, not duty at entry.",
        columns=(
            MONTH,
            Column(
                name="receipts_usd", dtype="float", unit="US dollars", description="Net customs receipts."
            ),
            Column(
                name="imports_usd",
                dtype="float",
                unit="US dollars",
                minimum=0,
                description="US goods imports of the month, all partners, customs value.",
            ),
        ),
        key=("month",),
        checks=(MONTH_START,),
        moves="receipts of the Treasury beside assessed duty",
        sources=("treasury__customs_duties_monthly",),
    ),
    Table(
        name="usd_cny_monthly",
        layer="clean",
        title="Yuan per US dollar by month",
        description="Release H.10.",
        columns=(MONTH, _CNY_PER_USD),
        key=("month",),
        checks=(MONTH_START,),
        moves="the yuan beside trade",
        sources=("fed__usd_cny_monthly",),
    ),
    Table(
        name="import_prices_monthly",
        layer="clean",
        title="Prices of US imports by origin and month, before duty",
        description="Import price indexes by locality of origin (XSE: ASEAN). Each origin has its own base: "
        "compare changes, not levels. A month without a row is not published, or not in this vintage.",
        columns=_PRICES,
        key=("month", "partner_iso3"),
        checks=(MONTH_START,),
        moves="prices before duty, in who paid",
        sources=("bls__import_prices_monthly",),
    ),
    Table(
        name="us_imports_quantity_hs6_annual",
        layer="clean",
        title="Quantities of US imports by year, partner and HS6",
        description="China, Mexico and Vietnam in 2024 and 2025, for the unit values of "
        "`us_trade_hs6_annual`. Some quantities are estimates of UN Comtrade; which is not marked.",
        columns=_QUANTITIES,
        key=("year", "partner_iso3", "hs6"),
        moves="unit values, in who paid",
        sources=("comtrade__us_imports_quantity_hs6_annual",),
    ),
    Table(
        name="pass_through_estimates",
        layer="clean",
        title="Published estimates of who paid the duties",
        description="Of the duties of 2018-19 and of 2025, at the border and in stores.",
        columns=_ESTIMATES,
        key=("study", "sample"),
        sources=("press__pass_through_estimates",),
    ),
)

TABLES = RAW + CLEAN
