"""Trade by month and product: what the live publisher gives, finer than any bundled table.

No bundled file stands behind these tables. Once one is landed, the clean stage takes the months it holds from
it (`trucewatch.clean.finer`).
"""

from __future__ import annotations

from trucewatch.tables.columns import (
    DUTY_USD,
    GENERAL_IMPORTS_USD,
    HS6,
    HS10,
    MONTH,
    MONTH_START,
    PARTNER_CODE,
    PARTNER_NAME,
    VALUE_USD,
    described,
)
from trucewatch.tables.model import Column, Table

DISTRICT = Column(
    name="district",
    dtype="string",
    pattern="[0-9]{2}|-",
    description="Customs district of entry; `-` for all districts together.",
)
CIF_VALUE_USD = Column(
    name="cif_value_usd",
    dtype="float",
    unit="US dollars",
    minimum=0,
    nullable=True,
    description="General imports with cost, insurance and freight. Empty: not asked for.",
)
_QUANTITY = (
    Column(
        name="quantity",
        dtype="float",
        minimum=0,
        nullable=True,
        description="First quantity (imports: of imports for consumption). Empty: no quantity is kept.",
    ),
    Column(
        name="quantity_unit",
        dtype="string",
        nullable=True,
        description="Census unit code. Empty: no quantity is kept.",
    ),
)


def _by_month(digits: int, code: Column) -> Table:
    return Table(
        name=f"census__us_imports_{code.name}_partner_monthly",
        layer="raw",
        title=f"US imports by month, partner and {digits}-digit code",
        description="As the Census Bureau's interface gives them; the world as a partner of its own. "
        "Not bundled: `trucewatch refresh` fetches it.",
        columns=(
            MONTH,
            PARTNER_CODE,
            PARTNER_NAME,
            DISTRICT,
            code,
            GENERAL_IMPORTS_USD,
            CIF_VALUE_USD,
            VALUE_USD,
            DUTY_USD,
            *_QUANTITY,
        ),
        key=("month", "partner_code", "district", code.name),
        checks=(MONTH_START,),
    )


def _exports(digits: int, code: Column) -> Table:
    return Table(
        name=f"census__us_exports_{code.name}_partner_monthly",
        layer="raw",
        title=f"US exports to China and the world by month and {digits}-digit code",
        description="As the Census Bureau's interface gives them; the world as a partner of its own. "
        "Not bundled: `trucewatch refresh census_exports` fetches it.",
        columns=(MONTH, PARTNER_CODE, PARTNER_NAME, code, VALUE_USD, *_QUANTITY),
        key=("month", "partner_code", code.name),
        checks=(MONTH_START,),
    )


_IMPORT_TABLES = (_by_month(6, HS6), _by_month(10, HS10))
_EXPORT_TABLES = (
    _exports(6, HS6),
    _exports(10, described(HS10, "Number of the export schedule, 10 digits.")),
)
RAW = _IMPORT_TABLES + _EXPORT_TABLES
#: The finer table last: where both hold a month, it counts.
FINE = tuple(table.name for table in _IMPORT_TABLES)
EXPORTS = tuple(table.name for table in _EXPORT_TABLES)
TABLES = RAW
