"""Columns that several tables share: the same quantity in the same unit has the same name everywhere."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from trucewatch.tables.model import Check, Column

MONTH = Column(name="month", dtype="date", description="First day of the month.")
YEAR = Column(name="year", dtype="int", description="Calendar year.", minimum=1980, maximum=2100)
WEEK_ENDING = Column(
    name="week_ending", dtype="date", description="Last day of the reporting week (a Thursday)."
)
PARTNER_ISO3 = Column(
    name="partner_iso3",
    dtype="string",
    pattern="[A-Z]{3}",
    description="Partner: ISO 3166-1 alpha-3; WLD the world, EUU the EU, USM the USMCA partners, "
    "X.. other groups (see `partners`).",
)
PARTNER_CODE = Column(
    name="partner_code",
    dtype="string",
    pattern=r"[0-9]{4}|-",
    description="Census country code; `-` for the world, 0003 for the EU.",
)
PARTNER_NAME = Column(name="partner_name", dtype="string", description="Partner as the publisher spells it.")
IS_AGGREGATE = Column(
    name="is_aggregate",
    dtype="bool",
    description="Whether the partner is a group: never sum it with its members.",
)
FLOW = Column(
    name="flow",
    dtype="string",
    allowed=("imports", "exports"),
    description="Direction, seen from the United States.",
)
VALUE_USD = Column(
    name="value_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Imports: customs value of imports for consumption. Exports: free alongside ship.",
)
GENERAL_IMPORTS_USD = Column(
    name="general_imports_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Customs value of general imports: all arrivals, also into bonded warehouses and zones.",
)
DUTY_USD = Column(
    name="duty_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    description="Calculated duty on imports for consumption (estimated at entry; not receipts).",
)
QUANTITY_T = Column(name="quantity_t", dtype="float", unit="tonnes", minimum=0, description="Net weight.")
HS4 = Column(name="hs4", dtype="string", pattern="[0-9]{4}", description="HS heading.")
HS6 = Column(name="hs6", dtype="string", pattern="[0-9]{6}", description="HS subheading.")
HS8 = Column(name="hs8", dtype="string", pattern="[0-9]{8}", description="Tariff line, 8 digits.")
HS10 = Column(
    name="hs10", dtype="string", pattern="[0-9]{10}", description="US statistical number, 10 digits."
)
NAICS3 = Column(name="naics3", dtype="string", pattern="[0-9]{3}", description="NAICS-based industry.")
DESCRIPTION = Column(name="description", dtype="string", description="Text of the publisher.")
SOURCE = Column(name="source", dtype="string", description="Where the row was read.")
UNIT = Column(name="unit", dtype="string", description="Unit of the value.")
PERIOD = Column(
    name="period",
    dtype="string",
    description="Period as printed: 2025, 2025-03, 2025-01..09, 2025-H1, 2026-Q1.",
)
PERIOD_FROM = Column(name="period_from", dtype="date", description="First day of the period.")
PERIOD_TO = Column(name="period_to", dtype="date", description="First day after the period (half-open).")


def nullable(column: Column, meaning: str) -> Column:
    """Return the column with empty cells allowed; `meaning` says what an empty cell stands for."""
    return replace(column, nullable=True, description=f"{column.description} Empty: {meaning}")


def described(column: Column, description: str) -> Column:
    """Return the column with a description of its own."""
    return replace(column, description=description)


def _is_month_start(frame: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(frame["month"]).dt.day == 1


MONTH_START = Check(
    name="first_of_month", description="month is the first day of a month", holds=_is_month_start
)


def _is_half_open(frame: pd.DataFrame) -> pd.Series:
    return (frame["period_from"] < frame["period_to"]) | frame["period_from"].isna()


HALF_OPEN = Check(name="half_open", description="period_from is before period_to", holds=_is_half_open)


def _groups_are_flagged(frame: pd.DataFrame) -> pd.Series:
    groups = frame["partner_iso3"].isin(["WLD", "EUU", "USM"]) | frame["partner_iso3"].str.startswith("X")
    return groups == frame["is_aggregate"]


GROUPS_FLAGGED = Check(
    name="groups_flagged",
    description="a partner group, and nothing else, carries is_aggregate",
    holds=_groups_are_flagged,
)
