"""Names of countries and industries as a reader sees them, from the titles that Census gives."""

from __future__ import annotations

import pandas as pd

_INDUSTRIES = {"331": "Primary metals"}


def country_names(partners: pd.DataFrame) -> dict[str, str]:
    """Return the name of each partner by ISO3 code: `KOREA, SOUTH` is South Korea."""
    named = partners.drop_duplicates("partner_iso3").set_index("partner_iso3")["partner_name"].str.title()
    plain = named.str.replace(r"^(\w+), (\w+)$", r"\2 \1", regex=True)
    return {str(code): name for code, name in plain.items()}


def industry_names(industries: pd.DataFrame) -> dict[str, str]:
    """Return the name of each industry by its three digits, without what Census adds for its own order."""
    named = industries.set_index("naics3")["industry"].str.removesuffix(", NESOI")
    return {str(code): name for code, name in named.items()} | _INDUSTRIES
