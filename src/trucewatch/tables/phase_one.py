"""The Phase One agreement of January 2020: products, promises, outcomes."""

from __future__ import annotations

from trucewatch.tables.columns import DESCRIPTION, HS4, SOURCE, VALUE_USD, YEAR, described
from trucewatch.tables.model import Column, Table

_BN = "billion US dollars"
_CODE = Column(
    name="code",
    dtype="string",
    pattern="[0-9]{4,10}",
    description="Code as annex 6.1 names it, 4 to 10 digits.",
)
_CATEGORY = Column(name="category", dtype="string", description="Category of annex 6.1.")
_SUB_CATEGORY = Column(name="sub_category", dtype="string", description="Sub-category of annex 6.1.")
_OUTCOME_COLUMNS = (
    described(_CATEGORY, "Goods the row speaks of."),
    Column(name="period", dtype="string", description="Period as printed."),
    Column(
        name="commitment_bn_usd",
        dtype="float",
        unit=_BN,
        nullable=True,
        minimum=0,
        description="Promised purchases. Empty: not printed.",
    ),
    Column(
        name="purchased_bn_usd",
        dtype="float",
        unit=_BN,
        nullable=True,
        minimum=0,
        description="Purchases. Empty: not printed.",
    ),
    Column(
        name="fulfilment_pct",
        dtype="float",
        unit="percent",
        nullable=True,
        minimum=0,
        description="Purchases over promise. Empty: not printed.",
    ),
    SOURCE,
)


def _promised(name: str, text: str) -> Column:
    return Column(
        name=name,
        dtype="float",
        unit=_BN,
        nullable=True,
        minimum=0,
        description=f"{text} Empty: services, not compared.",
    )


_COMMITMENT_COLUMNS = (
    _CATEGORY,
    _promised("baseline_2017_piie_bn_usd", "US exports of 2017 in PIIE's reading of the list."),
    _promised("baseline_2017_product_list_bn_usd", "US exports of 2017 in M. Waugh's product list."),
    _promised("added_2020_bn_usd", "Additional purchases promised for 2020."),
    _promised("added_2021_bn_usd", "Additional purchases promised for 2021."),
    _promised("added_total_bn_usd", "Both years together."),
    _promised("target_2020_bn_usd", "PIIE baseline plus addition, 2020."),
    _promised("target_2021_bn_usd", "PIIE baseline plus addition, 2021."),
    SOURCE,
)
_SUB_CATEGORY_OR_NONE = Column(
    name="sub_category",
    dtype="string",
    nullable=True,
    description="Sub-category of annex 6.1. Empty: not covered.",
)
_EXPORTS = described(VALUE_USD, "US exports to China, FAS.")

RAW = (
    Table(
        name="phase_one__annex_6_1_products",
        layer="raw",
        title="Products of annex 6.1",
        description="As parsed from the agreement; descriptions hold errors of text recognition.",
        columns=(_CODE, HS4, _CATEGORY, _SUB_CATEGORY, DESCRIPTION),
        key=("code",),
    ),
    Table(
        name="phase_one__commitments",
        layer="raw",
        title="Promised additional purchases by category",
        description="Over 2017, for 2020 and 2021.",
        columns=_COMMITMENT_COLUMNS,
        key=("category",),
    ),
    Table(
        name="piie__phase_one_outcomes",
        layer="raw",
        title="What became of the promise, as PIIE counted",
        description="Purchases against commitments.",
        columns=_OUTCOME_COLUMNS,
        key=("category", "period"),
    ),
    Table(
        name="derived__us_exports_to_china_phase_one_annual",
        layer="raw",
        title="US exports to China by sub-category of annex 6.1",
        description="Aggregated from UN Comtrade by HS4 heading: 2017, 2020, 2021.",
        columns=(YEAR, _CATEGORY, _SUB_CATEGORY_OR_NONE, _EXPORTS),
        key=("year", "category", "sub_category"),
    ),
)

CLEAN = (
    Table(
        name="phase_one_products",
        layer="clean",
        title="Products of annex 6.1",
        description="Use the codes; descriptions hold errors of text recognition.",
        columns=(_CODE, HS4, _CATEGORY, _SUB_CATEGORY, DESCRIPTION),
        key=("code",),
        sources=("phase_one__annex_6_1_products",),
    ),
    Table(
        name="phase_one_commitments",
        layer="clean",
        title="Promised additional purchases by category",
        description="Sums to 200 billion US dollars over two years. The two baselines of manufactured goods "
        "differ (66.5 and 50.2): show both.",
        columns=_COMMITMENT_COLUMNS,
        key=("category",),
        sources=("phase_one__commitments",),
    ),
    Table(
        name="phase_one_outcomes",
        layer="clean",
        title="What became of the promise, as PIIE counted",
        description="The benchmark for our own count.",
        columns=_OUTCOME_COLUMNS,
        key=("category", "period"),
        sources=("piie__phase_one_outcomes",),
    ),
    Table(
        name="phase_one_exports_annual",
        layer="clean",
        title="US exports to China by sub-category of annex 6.1",
        description="Matched on HS4 headings: coarser than the annex where it names tariff lines.",
        columns=(YEAR, _CATEGORY, _SUB_CATEGORY_OR_NONE, _EXPORTS),
        key=("year", "category", "sub_category"),
        sources=("derived__us_exports_to_china_phase_one_annual",),
    ),
)

TABLES = RAW + CLEAN
