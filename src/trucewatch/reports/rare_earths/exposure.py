"""How much of US purchases of rare earths comes from China, and how concentrated their supply is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from trucewatch.errors import ParameterError
from trucewatch.ledger.origins import EU
from trucewatch.trade.concentration import herfindahl

#: What a reader calls the headings of the Harmonized System.
HEADINGS = {
    "850511": "permanent magnets of metal",
    "850519": "other permanent magnets",
    "280530": "rare earth metals",
    "2846": "rare earth compounds",
    "284610": "cerium compounds",
    "284690": "other rare earth compounds",
}


def suppliers(imports: pd.DataFrame, codes: Sequence[str], members: Collection[str]) -> pd.DataFrame:
    """US imports of some codes by supplier and statistical number.

    Columns: `code` (the prefix), `hs10`, `partner_iso3`, `value_usd`: countries, and the European Union as
    one.

    `imports`: `us_imports_hs10_partner_annual`; its newest year is used; `codes`: prefixes of the statistical
    numbers; `members`: members of the European Union: counted inside it, never beside it.
    """
    newest = imports[imports["year"] == imports["year"].max()]
    single = (~newest["is_aggregate"] & ~newest["partner_iso3"].isin(members)) | (
        newest["partner_iso3"] == EU
    )
    parts = []
    for code in codes:
        chosen = newest[single & newest["hs10"].str.startswith(code)]
        if chosen.empty:
            raise ParameterError(f"codes: no imports under {code!r}", remedy="give digits of the HTS")
        parts.append(chosen.assign(code=code))
    return pd.concat(parts, ignore_index=True)[["code", "hs10", "partner_iso3", "value_usd"]]


def concentration(rows: pd.DataFrame, by: Sequence[str], partner: str = "CHN") -> pd.DataFrame:
    """Share of one supplier and concentration of all, by code.

    Columns: `by`, `imports_usd`, `at_risk_usd` (from the partner), `share`, `hhi` (sum of squared shares, 0
    to 1), `effective_suppliers` (1 / hhi), `next_supplier` and `next_share` (the largest other one), largest
    value at risk first.

    `rows`: from `suppliers`; `by`: `["code"]` or `["code", "hs10"]`; `partner`: the supplier whose share is
    taken.
    """
    found = []
    for key, group in rows.groupby(list(by), sort=True):
        values = group.groupby("partner_iso3")["value_usd"].sum()
        whole = float(values.sum())
        if whole <= 0:
            continue
        others = values.drop(partner, errors="ignore")
        index = herfindahl(values)
        at_risk = float(values.get(partner, 0.0))
        found.append(
            {
                **dict(zip(by, key, strict=True)),
                "imports_usd": whole,
                "at_risk_usd": at_risk,
                "share": at_risk / whole,
                "hhi": index,
                "effective_suppliers": 1 / index,
                "next_supplier": str(others.idxmax()) if len(others) else "",
                "next_share": float(others.max()) / whole if len(others) else 0.0,
            }
        )
    return pd.DataFrame(found).sort_values(
        ["at_risk_usd", "imports_usd"], ascending=False, kind="stable", ignore_index=True
    )


def named(table: pd.DataFrame, names: Mapping[str, str], descriptions: Mapping[str, str]) -> pd.DataFrame:
    """Add the reader's name of each code in front, and spell the next supplier out."""
    shown = table.assign(next_supplier=table["next_supplier"].map(lambda iso3: names.get(iso3, iso3)))
    if "hs10" in table:
        goods = [descriptions.get(code, "") for code in table["hs10"]]
    else:
        goods = [HEADINGS.get(code, code) for code in table["code"]]
    shown.insert(0, "goods", goods)
    return shown


def imports_from_china(products: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """Customs value of US imports from China by HS6 in the two newest years, controlled codes and placebo.

    Columns: `hs6`, `base_usd`, `value_usd`, `change`, and `base_year`, `year`.
    """
    rows = products[
        (products["flow"] == "imports")
        & (products["partner_iso3"] == "CHN")
        & products["hs6"].str.startswith(tuple(codes))
        & products["value_usd"].notna()
    ]
    base_year, year = sorted(rows["year"].unique())[-2:]
    sums = rows.pivot_table(index="hs6", columns="year", values="value_usd", aggfunc="sum")
    table = pd.DataFrame({"base_usd": sums[base_year], "value_usd": sums[year]}).dropna()
    table["change"] = table["value_usd"] / table["base_usd"] - 1
    return table.reset_index().assign(base_year=base_year, year=year)
