"""Take the periods of a clean table from trade by month and line, where this is landed.

The clean tables that reports read keep their form: which codes, which partners, which months make a year. A
period is taken only if the lines hold it whole: every month of it for every partner of the clean table, so
that no table mixes partners of two vintages within a period. Lines accessed after the coarser source replace
its periods; others only add the periods after its last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.tables.concordance import check_totals, industry_of
from trucewatch.tables.model import Table

_VALUES = ["general_imports_usd", "value_usd", "duty_usd"]
_CIF = "cif_value_usd"
_CELL = ["month", "partner_iso3", "is_aggregate", "code"]
#: The United States and its partners that the panel of industries sums as one.
_USMCA, _USMCA_MEMBERS = "USM", ("CAN", "MEX")
#: Partners whose customs value in the annual table is that of imports for consumption, not general imports.
_CONSUMPTION = ("TWN",)
#: First year of each edition of the Harmonized System that the annual table may carry.
_EDITIONS = {2017: "HS2017", 2022: "HS2022"}


@dataclass(frozen=True)
class Rule:
    """How one clean table is made from lines.

    - `derive`: lines, the concordance of statistical numbers, the clean table as it is, and the annex of
      Phase One to rows of the table
    - `months`: calendar months that a year must hold, for a table by year; None for a table by month.
    - `partners`: the partners, if the table has no such column
    - `flow`: the flow that the rows stand for, if the table has several
    - `last`: how many of the newest periods the table keeps; None: all.
    - `needs_cif`: whether months count only if every line has its value with cost, insurance and freight
    """

    derive: Callable[..., pd.DataFrame]
    months: tuple[int, ...] | None = None
    partners: tuple[str, ...] | None = None
    flow: str | None = None
    last: int | None = None
    needs_cif: bool = False


def prepare(raw: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of a raw table by month, partner and code, districts added up.

    Columns: `month`, `partner_iso3`, `is_aggregate`, `code`; of imports `general_imports_usd`, `value_usd`,
    `duty_usd` and `cif_value_usd`, the last empty where a line has none; of exports `value_usd`, `quantity`
    and `quantity_unit`.

    - `raw`: imports or exports by month and line (`census__us_imports_hs6_partner_monthly` and its like)
    - `partners`: `reference__partners`. A partner is known by its name, else by its Census code; partners
      known by neither are left out: no clean table has them.
    """
    code = "hs10" if "hs10" in raw else "hs6"
    by_name = partners.set_index("partner_name")["partner_iso3"]
    coded = partners.dropna(subset=["census_code"]).drop_duplicates("census_code")
    by_code = coded.set_index("census_code")["partner_iso3"]
    groups = partners.drop_duplicates("partner_iso3").set_index("partner_iso3")["is_aggregate"]
    iso3 = raw["partner_name"].map(by_name).fillna(raw["partner_code"].map(by_code))
    lines = raw.assign(partner_iso3=iso3, is_aggregate=iso3.map(groups), code=raw[code])
    lines = lines.dropna(subset=["partner_iso3"])
    if _CIF not in lines:
        return lines[[*_CELL, "value_usd", "quantity", "quantity_unit"]].astype({"is_aggregate": "bool"})
    lines = _added_up(lines)
    if _USMCA not in set(lines["partner_iso3"]):
        members = lines[lines["partner_iso3"].isin(_USMCA_MEMBERS)]
        together = members.assign(partner_iso3=_USMCA, is_aggregate=True)
        lines = pd.concat([lines, _added_up(together)], ignore_index=True)
    return lines.astype({"is_aggregate": "bool"})


def refine(
    frame: pd.DataFrame,
    table: Table,
    lines: pd.DataFrame,
    concordance: pd.DataFrame,
    after: Any = None,
    annex: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[Any]]:
    """Return a clean table with the periods that the lines hold whole taken from them.

    - `frame`: the clean table from its coarser source
    - `table`: its definition
    - `lines`: from `prepare`
    - `concordance`: the clean table `hs10_concordance`
    - `after`: only periods after this one; None: all.
    - `annex`: the clean table `phase_one_products`, if the lines are of exports

    Returns `frame`, `taken`: the table, and its periods (months or years) that came from the lines.
    """
    rule = (RULES if annex is None else EXPORT_RULES)[table.name]
    period = "month" if rule.months is None else "year"
    own = frame["flow"] == rule.flow if rule.flow else pd.Series(True, index=frame.index)
    wanted = rule.partners or tuple(sorted(frame.loc[own, "partner_iso3"].unique()))
    lines = lines[lines["partner_iso3"].isin(wanted)]
    if rule.needs_cif:
        lines = lines[~lines["month"].isin(lines.loc[lines[_CIF].isna(), "month"])]
    if rule.months is not None:
        lines = lines[lines["month"].dt.month.isin(rule.months)].assign(year=lines["month"].dt.year)
    taken = _whole_periods(lines, period, wanted, len(rule.months or (1,)))
    taken = [value for value in taken if after is None or value > after]
    rows = rule.derive(lines[lines[period].isin(taken)], concordance, frame, annex)
    kept = frame[~(own & frame[period].isin(set(rows[period])))]
    columns = [name for name in table.column_names if name in rows]
    together = pd.concat([kept, rows[columns]], ignore_index=True) if len(rows) else frame
    newest = sorted(set(together[period]))[-(rule.last or 0) :]
    together = together[together[period].isin(newest)].reset_index(drop=True).astype(frame.dtypes)
    return together, sorted(set(rows[period]) & set(newest))


def _whole_periods(lines: pd.DataFrame, period: str, partners: tuple[str, ...], months: int) -> list[Any]:
    """Return the periods in which every partner has every month."""
    cells = lines[["month", "partner_iso3", *({period} - {"month"})]].drop_duplicates()
    counts = cells.groupby(period).size()
    return list(counts[counts == months * len(partners)].index)


def _added_up(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum the lines of one cell; the value with freight is empty if that of any of them is."""
    grouped = lines.assign(gaps=lines[_CIF].isna()).groupby(_CELL, as_index=False)
    found = grouped[[*_VALUES, _CIF, "gaps"]].sum()
    return found.assign(**{_CIF: found[_CIF].mask(found["gaps"] > 0)}).drop(columns="gaps")


def _summed(lines: pd.DataFrame, by: list[str], values: list[str]) -> pd.DataFrame:
    """Sum values and leave out what had none of them."""
    found = lines.groupby(by, as_index=False)[values].sum()
    return found[(found[values] > 0).any(axis=1)]


def _goods(lines: pd.DataFrame, *_: Any) -> pd.DataFrame:
    found = _summed(lines, ["month"], ["general_imports_usd"])
    return found.rename(columns={"general_imports_usd": "value_usd"}).assign(flow="imports")


def _monthly(lines: pd.DataFrame, *_: Any) -> pd.DataFrame:
    return _summed(lines, ["month", "partner_iso3", "is_aggregate"], _VALUES)


def _naics3(lines: pd.DataFrame, concordance: pd.DataFrame, *_: Any) -> pd.DataFrame:
    """Industry by statistical number; the total of every value survives."""
    industry = _industries(lines["code"].drop_duplicates(), concordance)
    values = ["value_usd", "duty_usd"]
    rows = _summed(
        lines.assign(naics3=lines["code"].map(industry)),
        ["month", "partner_iso3", "is_aggregate", "naics3"],
        values,
    )
    for value in values:
        check_totals(lines[value].sum(), rows[value].sum(), "industries")
    return rows


def _industries(codes: pd.Series, concordance: pd.DataFrame) -> pd.Series:
    """Return the industry by number; one the concordance leaves open takes the commonest of its neighbours.

    Neighbours share the first six, else four, else two digits; of equally common industries the first counts.
    """
    found = industry_of(codes, concordance).set_index("code")["naics"]
    industry = concordance["naics"].str[:3].rename("industry")
    for size in (6, 4, 2):
        prefix = concordance["hs10"].str[:size].rename("prefix")
        counts = industry.groupby([prefix, industry]).size().reset_index(name="numbers")
        ranked = counts.sort_values(["numbers", "industry"], ascending=[False, True])
        commonest = ranked.drop_duplicates("prefix").set_index("prefix")["industry"]
        neighbour = pd.Series(found.index.str[:size], index=found.index).map(commonest)
        found = found.mask((found == "") & neighbour.notna(), neighbour)
    return found


def _hs10_annual(lines: pd.DataFrame, *_: Any) -> pd.DataFrame:
    by = ["year", "partner_iso3", "is_aggregate", "code"]
    return _summed(lines, by, ["value_usd", "duty_usd"]).rename(columns={"code": "hs10"})


def _hs6_annual(lines: pd.DataFrame, *_: Any) -> pd.DataFrame:
    """General imports, as UN Comtrade counts them; Taiwan's, which it lacks, are imports for consumption."""
    is_consumed = lines["partner_iso3"].isin(_CONSUMPTION)
    value = lines["value_usd"].where(is_consumed, lines["general_imports_usd"])
    coded = lines.assign(hs6=lines["code"].str[:6], value_usd=value)
    rows = _summed(coded, ["year", "partner_iso3", "hs6"], ["value_usd", _CIF])
    rows = rows.assign(flow="imports", hs_revision=_edition(rows["year"]))
    return rows.dropna(subset=["hs_revision"])


def _hs4(lines: pd.DataFrame, *_: Any) -> pd.DataFrame:
    coded = lines.assign(hs4=lines["code"].str[:4])
    return _summed(coded, ["year", "partner_iso3", "hs4"], ["general_imports_usd"])


def _goods_out(lines: pd.DataFrame, *_: Any) -> pd.DataFrame:
    return _summed(lines, ["month"], ["value_usd"]).assign(flow="exports")


def _hs6_out(lines: pd.DataFrame, _: pd.DataFrame, frame: pd.DataFrame, annex: pd.DataFrame) -> pd.DataFrame:
    """Exports by six digits; quantity only where the lines of a code share a unit.

    A code takes its Phase One group from the months before; one that had no trade then takes that of its
    heading in the annex if the heading is in one group there, else none.
    """
    coded = lines.assign(hs6=lines["code"].str[:6], gaps=lines["quantity"].isna())
    grouped = coded.groupby(["month", "hs6"], as_index=False)
    found = grouped.agg(
        value_usd=("value_usd", "sum"),
        quantity=("quantity", "sum"),
        quantity_unit=("quantity_unit", "first"),
        units=("quantity_unit", "nunique"),
        gaps=("gaps", "any"),
    )
    is_one = (found["units"] == 1) & ~found["gaps"]
    groups = ["phase_one_category", "phase_one_sub_category"]
    known = frame.drop_duplicates("hs6", keep="last").set_index("hs6")[groups]
    named = annex.rename(columns={"category": groups[0], "sub_category": groups[1]})
    whole = named.drop_duplicates(["hs4", *groups]).drop_duplicates("hs4", keep=False).set_index("hs4")
    heading = found["hs6"].str[:4]
    category = found["hs6"].map(known[groups[0]]).fillna(heading.map(whole[groups[0]])).fillna("not covered")
    sub_category = found["hs6"].map(known[groups[1]])
    sub_category = sub_category.where(found["hs6"].isin(known.index), heading.map(whole[groups[1]]))
    return found.assign(
        quantity=found["quantity"].where(is_one),
        quantity_unit=found["quantity_unit"].where(is_one),
        phase_one_category=category,
        phase_one_sub_category=sub_category,
    )


def _hs6_out_annual(lines: pd.DataFrame, *_: Any) -> pd.DataFrame:
    coded = lines.assign(hs6=lines["code"].str[:6])
    rows = _summed(coded, ["year", "partner_iso3", "hs6"], ["value_usd"])
    return rows.assign(flow="exports", cif_value_usd=np.nan, hs_revision=_edition(rows["year"]))


def _edition(years: pd.Series) -> pd.Series:
    return years.map(
        lambda year: next((name for first, name in reversed(_EDITIONS.items()) if year >= first), None)
    )


_ALL_YEAR = tuple(range(1, 13))
_TO_AUGUST = tuple(range(1, 9))
RULES: dict[str, Rule] = {
    "us_china_goods_monthly": Rule(_goods, partners=("CHN",), flow="imports"),
    "us_imports_monthly": Rule(_monthly),
    "us_imports_naics3_monthly": Rule(_naics3),
    "us_imports_hs4_2026": Rule(_hs4, months=_TO_AUGUST, last=2),
    "us_imports_hs10_partner_annual": Rule(_hs10_annual, months=_ALL_YEAR),
    "us_trade_hs6_annual": Rule(_hs6_annual, months=_ALL_YEAR, flow="imports", needs_cif=True),
}
#: The same for lines of exports.
EXPORT_RULES: dict[str, Rule] = {
    "us_china_goods_monthly": Rule(_goods_out, partners=("CHN",), flow="exports"),
    "us_exports_hs6_monthly": Rule(_hs6_out, partners=("CHN",)),
    "us_trade_hs6_annual": Rule(_hs6_out_annual, months=_ALL_YEAR, partners=("CHN",), flow="exports"),
}
