"""Names and concordances of products, industries and partners."""

from __future__ import annotations

from dataclasses import replace

from trucewatch.tables.columns import (
    DESCRIPTION,
    HS10,
    IS_AGGREGATE,
    NAICS3,
    PARTNER_ISO3,
    PARTNER_NAME,
    YEAR,
    described,
)
from trucewatch.tables.model import Column, Table


def _hs6(edition: str) -> Column:
    return Column(
        name=f"hs6_{edition}", dtype="string", pattern="[0-9]{6}", description=f"HS {edition} subheading."
    )


_NOTE = Column(name="note", dtype="string", nullable=True, description="Remark. Empty: none.")
_CENSUS_CODE = Column(
    name="census_code",
    dtype="string",
    nullable=True,
    pattern=r"[0-9]{4}|-",
    description="Census country code. Empty: the publisher of this spelling gives none.",
)
_CODES = (
    Column(name="sitc", dtype="string", pattern="[0-9X]{5}", description="SITC revision 4; X: several."),
    Column(name="end_use", dtype="string", pattern="[0-9]{5}", description="Census end-use code, 5 digits."),
    Column(name="naics", dtype="string", pattern="[0-9X]{6}", description="NAICS-based code; X: several."),
    Column(
        name="hitech",
        dtype="string",
        pattern="[0-9]{2}",
        description="Advanced technology category; 00 is none.",
    ),
)
_NUMBER_COLUMNS = (
    HS10,
    Column(name="valid_from", dtype="date", description="First day of the first edition that prints it."),
    Column(name="valid_to", dtype="date", description="First day of the next edition without it."),
    Column(
        name="unit",
        dtype="string",
        nullable=True,
        description="Unit customs asks for. Empty: none.",
    ),
    Column(name="name", dtype="string", description="Path of the number in the schedule, from > to."),
)
_PARTNER_COLUMNS = (PARTNER_NAME, _CENSUS_CODE, PARTNER_ISO3, IS_AGGREGATE, _NOTE)

RAW = (
    Table(
        name="reference__partners",
        layer="raw",
        title="Spellings of partners and their codes",
        description="Every partner name of the bundled tables with its ISO code; groups get our own code.",
        columns=_PARTNER_COLUMNS,
        key=("partner_name",),
    ),
    Table(
        name="census__hs10_descriptions",
        layer="raw",
        title="Short descriptions of statistical numbers",
        description="Import statistics of 2024.",
        columns=(YEAR, HS10, DESCRIPTION),
        key=("year", "hs10"),
    ),
    Table(
        name="usitc__hts_numbers",
        layer="raw",
        title="Statistical numbers of the schedule, with names",
        description="Ten-digit numbers of the editions of 2025 and 2026; one row per span of days.",
        columns=_NUMBER_COLUMNS,
        key=("hs10", "valid_from"),
    ),
    Table(
        name="census__hs10_concordance",
        layer="raw",
        title="Import concordance of statistical numbers",
        description="Edition of 2022; some codes have lost leading zeros.",
        columns=(
            YEAR,
            HS10,
            *(replace(column, pattern=None) for column in _CODES),
        ),
        key=("year", "hs10"),
    ),
    Table(
        name="un__hs6_2022_to_2017",
        layer="raw",
        title="HS 2022 to HS 2017",
        description="One target a code.",
        columns=(_hs6("2022"), _hs6("2017")),
        key=("hs6_2022",),
    ),
    Table(
        name="un__hs6_2017_to_2012",
        layer="raw",
        title="HS 2017 to HS 2012",
        description="One target a code.",
        columns=(_hs6("2017"), _hs6("2012")),
        key=("hs6_2017",),
    ),
)

CLEAN = (
    Table(
        name="partners",
        layer="clean",
        title="Spellings of partners and their codes",
        description="Groups carry WLD, EUU, USM or a code that begins with X and is no ISO code.",
        columns=_PARTNER_COLUMNS,
        key=("partner_name",),
        sources=("reference__partners",),
    ),
    Table(
        name="naics3_names",
        layer="clean",
        title="Names of the industries",
        description="Titles of the import panel in sentence case; those of codes 980 and 990 are ours.",
        columns=(NAICS3, Column(name="industry", dtype="string", description="Name of the industry.")),
        key=("naics3",),
        sources=("census__us_imports_naics3_monthly",),
    ),
    Table(
        name="hs10_descriptions",
        layer="clean",
        title="Short descriptions of statistical numbers",
        description="Import statistics of 2024; upper-case abbreviations of the publisher.",
        columns=(YEAR, HS10, DESCRIPTION),
        key=("year", "hs10"),
        sources=("census__hs10_descriptions",),
    ),
    Table(
        name="hts_numbers",
        layer="clean",
        title="Statistical numbers of the schedule, with names",
        description="Ten-digit numbers of the editions of 2025 and 2026; one row per span of days.",
        columns=_NUMBER_COLUMNS,
        key=("hs10", "valid_from"),
        sources=("usitc__hts_numbers",),
    ),
    Table(
        name="hs10_concordance",
        layer="clean",
        title="Import concordance of statistical numbers",
        description="Codes of 2022, later ones are missing; 97.4 % of imports from China in 2024 are mapped.",
        columns=(described(YEAR, "Edition of the concordance."), HS10, *_CODES),
        key=("year", "hs10"),
        sources=("census__hs10_concordance",),
    ),
    Table(
        name="hs6_2022_2017",
        layer="clean",
        title="HS 2022 to HS 2017",
        description="One target a code: many-to-many splits are collapsed, so their share is a lower bound.",
        columns=(_hs6("2022"), _hs6("2017")),
        key=("hs6_2022",),
        sources=("un__hs6_2022_to_2017",),
    ),
    Table(
        name="hs6_2017_2012",
        layer="clean",
        title="HS 2017 to HS 2012",
        description="One target a code: many-to-many splits are collapsed, so their share is a lower bound.",
        columns=(_hs6("2017"), _hs6("2012")),
        key=("hs6_2017",),
        sources=("un__hs6_2017_to_2012",),
    ),
)

TABLES = RAW + CLEAN
