"""Customs receipts, the exchange rate and prices of imports."""

from __future__ import annotations

from trucewatch.tables.columns import MONTH, MONTH_START, PARTNER_ISO3
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
        sources=("bls__import_prices_monthly",),
    ),
)

TABLES = RAW + CLEAN
