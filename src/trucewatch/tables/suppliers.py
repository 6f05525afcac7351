"""Imports of the United States by supplier: how they travel, what enters under the USMCA, all countries."""

from __future__ import annotations

import pandas as pd

from trucewatch.tables.columns import (
    DUTY_USD,
    GENERAL_IMPORTS_USD,
    GROUPS_FLAGGED,
    HS10,
    IS_AGGREGATE,
    MONTH,
    MONTH_START,
    PARTNER_CODE,
    PARTNER_ISO3,
    PARTNER_NAME,
    PERIOD,
    PERIOD_FROM,
    PERIOD_TO,
    VALUE_USD,
    described,
)
from trucewatch.tables.model import Check, Column, Table

_AIR = Column(
    name="air_value_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Part of general imports that came by air.",
)
_VESSEL = Column(
    name="vessel_value_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Part of general imports that came by vessel.",
)
_USMCA = Column(
    name="usmca_value_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Part of the value that was entered with a claim of preference under the USMCA.",
)
_HS2 = Column(name="hs2", dtype="string", pattern="[0-9]{2}", description="HS chapter.")
_COUNTRY = described(
    PARTNER_ISO3, "Country: ISO 3166-1 alpha-3; XKX Kosovo, XGZ the Gaza Strip, XWB the West Bank. No groups."
)
_DUTIABLE = Column(
    name="dutiable_value_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Customs value of what bore a duty.",
)
_CHARGES = Column(
    name="charges_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Freight, insurance and other charges up to the US port.",
)


def _part_of(part: tuple[str, ...], whole: str) -> Check:
    def holds(frame: pd.DataFrame) -> pd.Series:
        return frame[list(part)].sum(axis=1) <= frame[whole]

    return Check(
        name=f"part_of_{whole}", description=f"{' and '.join(part)} are no more than {whole}", holds=holds
    )


_BY_TRANSPORT = _part_of(("air_value_usd", "vessel_value_usd"), "general_imports_usd")
_BY_CLAIM = _part_of(("usmca_value_usd",), "value_usd")
_BORE_DUTY = _part_of(("dutiable_value_usd",), "value_usd")

RAW = (
    Table(
        name="census__us_imports_transport_monthly",
        layer="raw",
        title="US imports by month, partner and means of transport",
        description="World and 40 partners.",
        columns=(MONTH, PARTNER_CODE, PARTNER_NAME, GENERAL_IMPORTS_USD, _AIR, _VESSEL),
        key=("month", "partner_name"),
        checks=(MONTH_START, _BY_TRANSPORT),
    ),
    Table(
        name="census__us_imports_hs10_usmca_monthly",
        layer="raw",
        title="US imports from Canada and Mexico by month and statistical number, with the USMCA part",
        description="Rows without trade are left out.",
        columns=(MONTH, PARTNER_CODE, HS10, VALUE_USD, _USMCA),
        key=("month", "partner_code", "hs10"),
        checks=(MONTH_START, _BY_CLAIM),
    ),
    Table(
        name="census__us_imports_hs2_partner",
        layer="raw",
        title="US imports for consumption by chapter and country",
        description="Years and a part of 2025; rows without trade are left out.",
        columns=(PERIOD, _COUNTRY, _HS2, VALUE_USD, _DUTIABLE, DUTY_USD, _CHARGES),
        key=("period", "partner_iso3", "hs2"),
        checks=(_BORE_DUTY,),
    ),
)

CLEAN = (
    Table(
        name="us_imports_transport_monthly",
        layer="clean",
        title="US imports by month, partner and means of transport",
        description="General imports, and what of them came by air and by vessel. The rest came by truck, "
        "rail, pipeline or post.",
        columns=(MONTH, PARTNER_ISO3, IS_AGGREGATE, GENERAL_IMPORTS_USD, _AIR, _VESSEL),
        key=("month", "partner_iso3"),
        checks=(MONTH_START, GROUPS_FLAGGED, _BY_TRANSPORT),
        moves="the share by sea, and with it the duty that goods on the water kept",
        sources=("census__us_imports_transport_monthly", "reference__partners"),
    ),
    Table(
        name="us_imports_hs10_usmca_monthly",
        layer="clean",
        title="US imports from Canada and Mexico by month and statistical number, with the USMCA part",
        description="The preference that was claimed at entry. A month x partner x number without a row had "
        "no trade.",
        columns=(MONTH, PARTNER_ISO3, HS10, VALUE_USD, _USMCA),
        key=("month", "partner_iso3", "hs10"),
        checks=(MONTH_START, _BY_CLAIM),
        moves="the part of imports from Canada and Mexico entered under the USMCA",
        sources=("census__us_imports_hs10_usmca_monthly", "reference__partners"),
    ),
    Table(
        name="us_imports_hs2_partner",
        layer="clean",
        title="US imports for consumption by chapter and country, with dutiable value and duty",
        description="All countries: 2023, 2024 and January to July 2025. Value with freight and insurance is "
        "value_usd + charges_usd.",
        columns=(PERIOD, PERIOD_FROM, PERIOD_TO, _COUNTRY, _HS2, VALUE_USD, _DUTIABLE, DUTY_USD, _CHARGES),
        key=("period", "partner_iso3", "hs2"),
        checks=(_BORE_DUTY,),
        moves="the steps behind the assessed duty of every country",
        sources=("census__us_imports_hs2_partner",),
    ),
)

TABLES = RAW + CLEAN
