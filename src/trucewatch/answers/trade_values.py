"""Customs value by product in 2024, from the clean tables: what a change of law is weighed with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from trucewatch.errors import DataError

YEAR = 2024
_IMPORTS, _EXPORTS = "us_imports_hs10_partner_annual", "us_trade_hs6_annual"


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
        `USA`: imports for consumption from the origin by ten-digit code, customs value. `CHN`: US exports to
        China by six-digit code, FAS, since China's own by line are not at hand.
    root
        The project; found from the working directory if not given.

    Returns
    -------
    Values
        Without codes, and with a note that says what to do, if the clean tables are not built or have no such
        trade.
    """
    from trucewatch.tables import read_table

    try:
        if importer == "USA":
            table = read_table(_IMPORTS, root, ["year", "partner_iso3", "hs10", "value_usd"])
            code, partner, title = "hs10", origin, f"US imports for consumption of {YEAR} from {origin}"
            note = ""
        else:
            table = read_table(_EXPORTS, root, ["year", "flow", "partner_iso3", "hs6", "value_usd"])
            table = table[table["flow"] == "exports"]
            code, partner, title = "hs6", importer, f"US exports of {YEAR} to {importer}"
            note = "Exports are known by six digits: each is spread evenly over its lines."
    except DataError as error:
        return Values("no trade values", {}, f"No dollars and no weights: {error}")
    rows = table[(table["year"] == YEAR) & (table["partner_iso3"] == partner)]
    if rows.empty:
        return Values(
            "no trade values", {}, f"No dollars and no weights: the table has no trade with {partner}."
        )
    pairs = zip(rows[code].tolist(), rows["value_usd"].fillna(0.0).tolist(), strict=True)
    return Values(title, dict(pairs), note)
