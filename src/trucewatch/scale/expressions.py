"""Clean, aggregate and duty of every row, as Ibis expressions that no engine owns.

Each function takes and returns Ibis tables, runs nothing, and gives the same rows on DuckDB and on Spark.
"""

from __future__ import annotations

import ibis
from ibis import Table, _

DETAIL = "DET"
"""Summary level of single countries; the others are groups of them and would count trade twice."""


def clean(raw: Table, partners: Table) -> Table:
    """Return imports by month, HTS10, partner and district, each key once.

    `month` (date), `hs10`, `partner_iso3`, `district`, `value_usd`, `duty_usd`, `quantity`. Country groups
    are dropped; parts of one key are added up.

    - `raw`: rows as the Census API names them: `time` (YYYY-MM), `SUMMARY_LVL`, `I_COMMODITY` (ten digits),
      `CTY_CODE`, `DISTRICT`, `CON_VAL_MO`, `CAL_DUT_MO` (dollars), `CON_QY1_MO` (in the code's own unit)
    - `partners`: `census_code`, `partner_iso3`: single partners, all that `raw` has (see `unknown_partners`)
    """
    detail = raw.filter(raw.SUMMARY_LVL == DETAIL)
    named = detail.inner_join(partners, partners.census_code == detail.CTY_CODE)
    return named.group_by(
        month=(_.time + "-01").cast("date"),
        hs10=_.I_COMMODITY,
        partner_iso3=_.partner_iso3,
        district=_.DISTRICT,
    ).agg(value_usd=_whole(_.CON_VAL_MO), duty_usd=_whole(_.CAL_DUT_MO), quantity=_whole(_.CON_QY1_MO))


def unknown_partners(raw: Table, partners: Table) -> Table:
    """Return `CTY_CODE` of each single country of raw imports that is not among the partners.

    `clean` would drop its trade.
    """
    seen = raw.filter(raw.SUMMARY_LVL == DETAIL).select("CTY_CODE").distinct()
    return seen.anti_join(partners, partners.census_code == seen.CTY_CODE)


def _whole(column: ibis.Deferred) -> ibis.Deferred:
    """Sum of whole numbers as 64 bits on every engine: DuckDB would widen it to a type Parquet lacks."""
    return column.sum().cast("int64")


def by_chapter(imports: Table) -> Table:
    """Return `month`, `partner_iso3`, `hs2`, `value_usd`, `duty_usd`, `cells` of cleaned imports."""
    return imports.group_by(month=_.month, partner_iso3=_.partner_iso3, hs2=_.hs10.substr(0, 2)).agg(
        value_usd=_whole(_.value_usd), duty_usd=_whole(_.duty_usd), cells=_.count()
    )


def monthly_rates(duties: Table, months: Table) -> Table:
    """Return the mean of the daily rate of each code, authority and month.

    `origin`, `code`, `month`, `authority`, `rate_pct` (float, percent of customs value).

    `duties`: the panel: `origin`, `code`, `authority`, `valid_from`, `valid_to` (half-open), `rate_pct`;
    `months`: `month` (first day), `next_month` (first day of the next), `days`.
    """
    live = duties.inner_join(
        months, [duties.valid_from < months.next_month, duties.valid_to > months.month]
    ).select(
        "origin",
        "code",
        "month",
        "authority",
        part=_.rate_pct.cast("float64")
        * ibis.least(_.valid_to, _.next_month).delta(ibis.greatest(_.valid_from, _.month), unit="day")
        / _.days,
    )
    return live.group_by("origin", "code", "month", "authority").agg(rate_pct=_.part.sum())


def codes_of_panel(totals: Table, imports: Table) -> Table:
    """Return the product of the panel behind each `hs10`: the code itself if a list names it, else its line.

    `hs10`, `code`; a code that no schedule of the panel knows has no row.
    """
    known = totals.select("code").distinct()
    seen = imports.select("hs10").distinct().mutate(hs8=_.hs10.substr(0, 8))
    own = known.view()
    found = (
        seen.left_join(own, seen.hs10 == own.code)
        .select("hs10", "hs8", own_code=_.code)
        .left_join(known, _.hs8 == known.code)
        .select("hs10", code=ibis.coalesce(_.own_code, _.code))
    )
    return found.filter(found.code.notnull())


def statutory(imports: Table, codes: Table, rates: Table) -> Table:
    """Return the statutory duty of each row of imports, by authority.

    `month`, `hs10`, `partner_iso3`, `district`, `authority`, `value_usd`, `statutory_usd`.

    `imports`: from `clean`; `codes`: from `codes_of_panel`; `rates`: from `monthly_rates`; origins without
    rates give no rows.
    """
    coded = imports.inner_join(codes, "hs10")
    return coded.inner_join(
        rates, [coded.code == rates.code, coded.month == rates.month, coded.partner_iso3 == rates.origin]
    ).select(
        "month",
        "hs10",
        "partner_iso3",
        "district",
        "authority",
        "value_usd",
        statutory_usd=_.value_usd * _.rate_pct / 100,
    )
