"""Customs value by product in 2024, from the clean tables: what a change of law is weighed with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from trucewatch.errors import DataError

YEAR = 2024
_USA, _CHINA = "us_imports_hs10_partner_annual", "china_imports_from_us_hs6"


@dataclass(frozen=True)
class Values:
    """US dollars by code, with what they are; no codes where there is no table, and why in `note`."""

    title: str
    by_code: dict[str, float] = field(repr=False)
    note: str = ""

    def of(self, products: tuple[str, ...]) -> dict[str, float]:
        """Return the dollars of each product.

        A longer code counts for the longest product it belongs to; the value of a shorter code is spread
        evenly over its products. What belongs to no product is left out.
        """
        dollars = dict.fromkeys(products, 0.0)
        below: dict[str, list[str]] = {}
        for product in products:
            for length in (4, 6):
                if length < len(product):
                    below.setdefault(product[:length], []).append(product)
        for code, value in self.by_code.items():
            for length in (10, 8):
                if length <= len(code) and code[:length] in dollars:
                    dollars[code[:length]] += value
                    break
            else:
                lines = below.get(code, [])
                for product in lines:
                    dollars[product] += value / len(lines)
        return dollars


def trade_values(importer: str, origin: str, root: Path | None = None) -> Values:
    """Return the trade of 2024 between origin and importer.

    Parameters
    ----------
    importer, origin
        `USA`: imports for consumption from the origin by ten-digit code, customs value. `CHN`: its
        imports from the United States by six-digit code, as its customs count them.
    root
        The project; found from the working directory if not given.

    Returns
    -------
    Values
        Without codes, and with a note that says what to do, if the clean tables are not built or have no such
        trade.
    """
    try:
        by_code = imports_by_code(importer, origin, root)
    except DataError as error:
        return Values("no trade values", {}, f"No dollars and no weights: {error}")
    if not by_code:
        return Values(
            "no trade values",
            {},
            f"No dollars and no weights: the table has no trade of {origin} with {importer}.",
        )
    if importer == "USA":
        return Values(f"US imports for consumption of {YEAR} from {origin}", by_code)
    note = "Imports are known by six digits: each is spread evenly over its lines."
    return Values(f"China's imports of {YEAR} from {origin}", by_code, note)


def imports_by_code(importer: str, origin: str, root: Path | None = None) -> dict[str, float]:
    """Return the imports of 2024 in US dollars by code, as `trade_values`; empty if there are none.

    Raises
    ------
    DataError
        If the clean tables are not built.
    """
    from trucewatch.tables import read_table

    if importer == "USA":
        table, code = read_table(_USA, root, ["year", "partner_iso3", "hs10", "value_usd"]), "hs10"
        rows = table[(table["partner_iso3"] == origin) & (table["year"] == YEAR)]
    else:
        table, code = read_table(_CHINA, root, ["year", "hs6", "value_usd"]), "hs6"
        rows = table[(table["year"] == YEAR) & (origin == "USA")]
    return dict(zip(rows[code].tolist(), rows["value_usd"].fillna(0.0).tolist(), strict=True))
