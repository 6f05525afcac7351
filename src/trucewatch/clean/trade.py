"""Clean tables of trade: one function a table, raw frames in the order of the table's sources."""

from __future__ import annotations

import pandas as pd

from trucewatch.clean.partners import with_iso3
from trucewatch.clean.periods import with_dates
from trucewatch.errors import DataError

BILLION = 1_000_000_000
THOUSAND = 1_000


def us_china_goods_monthly(goods: pd.DataFrame) -> pd.DataFrame:
    """Billions to dollars (the source prints ten thousandths of a billion), one row a flow."""
    _require_balance(goods)
    flows = goods.rename(columns={"imports_bn_usd": "imports", "exports_bn_usd": "exports"})
    long = flows.melt("month", ["imports", "exports"], var_name="flow", value_name="value_usd").dropna()
    return long.assign(value_usd=(long["value_usd"] * BILLION).round(-5))


def us_imports_naics3_monthly(panel: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Drop the total after proving that the industries sum to it in every cell."""
    _require_industries_sum(panel)
    return with_iso3(panel[panel["naics3"] != "00"], partners)[
        ["month", "partner_iso3", "is_aggregate", "naics3", "value_usd", "duty_usd"]
    ]


def us_imports_monthly(totals: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Partners by ISO code."""
    return with_iso3(totals, partners).drop(columns=["partner_code", "partner_name"])


def us_imports_hs4_2026(headings: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Partners by ISO code."""
    coded = with_iso3(headings, partners)
    return coded[["year", "partner_iso3", "hs4", "general_imports_usd"]]


def us_imports_hs10_partner_annual(lines: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Partners by ISO code; the EU is flagged as the group it is."""
    return with_iso3(lines, partners).drop(columns=["partner_code", "partner_name"])


def us_exports_hs6_monthly(exports: pd.DataFrame) -> pd.DataFrame:
    """Sum the rows that stand for one month and HS6.

    They are ten-digit lines of the energy list cut to six digits: in 2017 their sum, and not either row, is
    what UN Comtrade reports (2709.00: 4,378,735,544 dollars). Units that differ in a cell are not summed.
    """
    key = ["month", "hs6"]
    unit = exports["quantity_unit"].mask(exports["quantity_unit"] == "-")
    grouped = exports.assign(quantity_unit=unit).groupby(key, as_index=False, sort=True)
    summed = grouped.agg(
        value_usd=("value_usd", "sum"),
        quantity=("quantity", "sum"),
        quantity_unit=("quantity_unit", "first"),
        units=("quantity_unit", "nunique"),
        phase_one_category=("phase_one_category", "first"),
        phase_one_sub_category=("phase_one_sub_category", "first"),
    )
    return summed.assign(
        quantity=summed["quantity"].where(summed["units"] == 1),
        quantity_unit=summed["quantity_unit"].where(summed["units"] == 1),
        phase_one_category=summed["phase_one_category"].str.lower(),
    ).drop(columns="units")


def us_imports_enduse_monthly(groups: pd.DataFrame) -> pd.DataFrame:
    """Keep the three groups of goods; the copy's total is not the Census total, its splits are no groups."""
    goods = groups[groups["end_use_group"].isin(["capital_goods", "intermediate_goods", "consumption_goods"])]
    return goods.assign(end_use_group=goods["end_use_group"].str.removesuffix("_goods"))[
        ["month", "end_use_group", "value_usd", "rate_pct"]
    ]


def us_trade_hs6_annual(trade: pd.DataFrame) -> pd.DataFrame:
    """Separate customs value (or FAS) from CIF; say empty where the reporter left the customs value out.

    The rows from USITC (Taiwan) carry no HS edition; they take the one of the year, because the US tariff
    schedule of 2017 follows HS 2017 and that of 2024 and 2025 follows HS 2022.
    """
    is_usitc = trade["partner_iso3"] == "TWN"
    is_filled = trade["fob_value_usd"] > 0
    edition = trade["hs_revision"].map({"H5": "HS2017", "H6": "HS2022"})
    of_year = trade["year"].map(edition.groupby(trade["year"]).first())
    return pd.DataFrame(
        {
            "year": trade["year"],
            "flow": trade["flow"],
            "partner_iso3": trade["partner_iso3"],
            "hs6": trade["hs6"],
            "value_usd": trade["reported_value_usd"].where(is_usitc, trade["fob_value_usd"].where(is_filled)),
            "cif_value_usd": trade["cif_value_usd"].where(trade["flow"] == "imports"),
            "hs_revision": edition.fillna(of_year),
        }
    )


def china_imports_from_us_hs8(lines: pd.DataFrame) -> pd.DataFrame:
    """Thousands to dollars."""
    return lines.assign(value_usd=lines["value_k_usd"] * THOUSAND).drop(columns="value_k_usd")


def china_reported_trade(figures: pd.DataFrame) -> pd.DataFrame:
    """The trade China's customs reports with the United States, in dollars."""
    flows = {"GACC exports to US": "exports", "GACC imports from US": "imports"}
    own = figures[figures["series"].isin(flows)]
    return with_dates(own).assign(
        flow=own["series"].map(flows), value_usd=(own["value"] * BILLION).round(-7)
    )[["period", "period_from", "period_to", "flow", "value_usd", "source", "corroboration"]]


def press_figures(figures: pd.DataFrame) -> pd.DataFrame:
    """Every figure with its period as dates."""
    return with_dates(figures)


def _require_balance(goods: pd.DataFrame) -> None:
    off = (goods["exports_bn_usd"] - goods["imports_bn_usd"] - goods["balance_bn_usd"]).abs() > 1e-6
    if off.any():
        row = int(off.to_numpy().argmax())
        raise DataError(
            "the balance is not exports less imports",
            file="census__us_china_goods_monthly",
            row=row,
            column="balance_bn_usd",
            value=goods["balance_bn_usd"].iloc[row],
            remedy="compare the month with the publisher and correct the faulty figure",
        )


def _require_industries_sum(panel: pd.DataFrame) -> None:
    is_total = panel["naics3"] == "00"
    cell = ["month", "partner_name"]
    for column in ("value_usd", "duty_usd"):
        total = panel[is_total].set_index(cell)[column]
        summed = panel[~is_total].groupby(cell)[column].sum()
        off = (summed.reindex(total.index) - total).abs() > 0.5
        if off.any() or not summed.index.isin(total.index).all():
            where = off[off].index[0] if off.any() else summed.index.difference(total.index)[0]
            raise DataError(
                "the industries do not sum to the total",
                file="census__us_imports_naics3_monthly",
                row=f"{where[0]:%Y-%m} {where[1]}",
                column=column,
                value=summed.get(where),
                remedy="an industry is missing or occurs twice; restore the bundled copy",
            )
