"""Mexico and Canada line by line: did they sell more of the goods whose duty from China rose most?

    imports_lpt ~ b ln(1 + duty on Chinese goods_l) x later_t  | line x country + country x time   (PPML)

Two times are compared: a year with the year before, or the newest months with the same months of the year
before. Country x time takes out what moved all lines of a country; what is left is whether its lines moved
with the duty on China. Duties of their own, on metals and on goods outside the USMCA, are not taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.reports.diversion.gains_by_supplier import VEHICLES, cause_of
from trucewatch.reports.diversion.measures import NO_RISE, bin_labels, bin_of
from trucewatch.reports.diversion.models import elasticities

NEIGHBORS = ("MEX", "CAN")
TOGETHER = "Mexico and Canada"
_VEHICLES = "87"
_FIXED_EFFECTS = ("partner_iso3^hs10", "partner_iso3^later")
#: Columns of the two comparisons: before, after.
YEARS, MONTHS = ("base_usd", "newest_usd"), ("months_base_usd", "months_usd")


def times(monthly: pd.DataFrame) -> tuple[int, pd.DatetimeIndex]:
    """Return the last whole year of `us_imports_hs10_usmca_monthly`, and the months known after it."""
    months = pd.DatetimeIndex(sorted(pd.to_datetime(monthly["month"]).unique()))
    year = max(year for year in months.year.unique() if (months.year == year).sum() == 12)
    return int(year), months[months.year > year]


def lines(
    monthly: pd.DataFrame, annual: pd.DataFrame, rise: pd.DataFrame, edges: Sequence[float]
) -> pd.DataFrame:
    """Return imports from the neighbors by statistical number at the times compared.

    Columns: `partner_iso3`, `hs10`, `bin`, `goods` (the cause, vehicles apart), `log_rise`, and US dollars:
    `base_usd`, `newest_usd` (years), `months_base_usd`, `months_usd` (the months after, and the same a year
    before). Chapters 98 and 99 are left out.

    `monthly`: `us_imports_hs10_usmca_monthly`; `annual`: `us_imports_hs10_partner_annual`, the year before
    the last whole one of `monthly`; `rise`: as `measures.duty_rise` returns it; `edges`: of the bins of the
    rise, points.
    """
    year, newest = times(monthly)
    by = ["partner_iso3", "hs10"]
    dated = monthly.assign(month=pd.to_datetime(monthly["month"]))
    parts = {
        "base_usd": annual[annual["partner_iso3"].isin(NEIGHBORS)],
        "newest_usd": dated[dated["month"].dt.year == year],
        "months_base_usd": dated[dated["month"].isin(newest - pd.DateOffset(years=1))],
        "months_usd": dated[dated["month"].isin(newest)],
    }
    sums = {name: rows.groupby(by)["value_usd"].sum() for name, rows in parts.items()}
    found = pd.DataFrame(sums).fillna(0.0).reset_index()
    found = found[~found["hs10"].str[:2].isin(SPECIAL_CHAPTERS)]
    goods, six = cause_of(found["hs10"]), found["hs10"].str[:6]
    known = six.map(rise["rise_pp"])
    return found.assign(
        goods=goods.mask(found["hs10"].str.startswith(_VEHICLES), VEHICLES),
        bin=bin_of(known.fillna(0.0), edges).where(known.notna(), NO_RISE),
        log_rise=six.map(rise["log_rise"]),
    )


def by_bin(rows: pd.DataFrame, edges: Sequence[float], names: Mapping[str, str]) -> pd.DataFrame:
    """Return `lines` summed by rise of the duty on China and country, with changes and their shares."""
    order = [*bin_labels(edges), NO_RISE]
    amounts = [*YEARS, *MONTHS]
    found = rows.groupby(["bin", "partner_iso3"])[amounts].sum().reset_index()
    found = found.sort_values("newest_usd", ascending=False)
    found = found.sort_values("bin", key=lambda bins: bins.map(order.index), kind="stable", ignore_index=True)
    for (before, after), change, share in (
        (YEARS, "change_usd", "change_share"),
        (MONTHS, "months_change_usd", "months_change_share"),
    ):
        found[change] = found[after] - found[before]
        found[share] = found[change] / found[before].where(found[before] > 0)
    found.insert(1, "supplier", found.pop("partner_iso3").map(names))
    return found


def responses(
    rows: pd.DataFrame, names: Mapping[str, str], periods: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """Return the response of imports to the rise of the duty on China, by country and period.

    Columns: `sample` (country), `period`, `estimate`, `se`, `low`, `high`, `n` (rows), `clusters` (headings).

    `rows`: `lines`, the goods to fit; `names`: country by ISO3 code; `periods`: columns before and after, by
    the name of the comparison.
    """
    known = rows.dropna(subset=["log_rise"])
    samples = {TOGETHER: NEIGHBORS} | {names[code]: (code,) for code in NEIGHBORS}
    found = []
    for period, (before, after) in periods.items():
        for sample, codes in samples.items():
            kept = known[known["partner_iso3"].isin(codes) & (known[before] + known[after] > 0)]
            data = pd.concat(
                [
                    kept.assign(value=kept[before], later=0, response=0.0),
                    kept.assign(value=kept[after], later=1, response=kept["log_rise"]),
                ]
            ).assign(heading=lambda both: both["hs10"].str[:4])
            fitted = elasticities(data, ["response"], "heading", _FIXED_EFFECTS)
            found.append(fitted.drop(columns="regressor").assign(sample=sample, period=period))
    columns = ["sample", "period", "estimate", "se", "low", "high", "n", "clusters"]
    return pd.concat(found, ignore_index=True)[columns]
