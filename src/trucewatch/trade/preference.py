"""What part of imports entered with a claim of preference.

A claim is made line by line at entry. Goods that qualify and were not claimed paid the general duty, so the
share is a fact about entries, not about the goods. For Canada and Mexico it is counted, by number and month.
For other programs it follows from the duty collected: with n the duty in law without the claim, a that with
it, and c the duty collected, all in percent of value, the part that claimed is (n - c) / (n - a).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from trucewatch.duty.averages import live
from trucewatch.duty.panel import Panel
from trucewatch.errors import DataError, ParameterError
from trucewatch.trade.weights import TRADE_2024

TABLE = "us_imports_hs10_usmca_monthly"
"""Clean table with the value that entered under the USMCA, by ten digits and month."""

COUNTED = ("CAN", "MEX")
"""Partners of that table."""

YEAR, MIDDLE = 2024, date(2024, 7, 1)
"""Year of the duty collected by line, and the day whose law is compared with it."""

_LEAST_MARGIN = 0.05
"""Points of duty that a claim must be worth before the duty collected can tell whether it was made."""


def by_month(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the share by month and partner.

    Columns: `month`, `partner_iso3`, `value_usd`, `usmca_value_usd`, `share`.

    `lines`: `us_imports_hs10_usmca_monthly`.
    """
    return _shares(lines, ["month", "partner_iso3"])


def by_code(lines: pd.DataFrame, first: str, last: str, digits: int = 10) -> pd.DataFrame:
    """Return the share by partner and code over some months.

    Columns: `partner_iso3`, `code`, `value_usd`, `usmca_value_usd`, `share`.

    `lines`: `us_imports_hs10_usmca_monthly`; `first`, `last`: months, YYYY-MM, both included; `digits`:
    digits of the code: 2, 4, 6, 8 or 10.

    Raises `ParameterError` if the digits are none of these; `DataError` if the table does not hold all of the
    months.
    """
    if digits not in (2, 4, 6, 8, 10):
        raise ParameterError(f"digits {digits}: legal are 2, 4, 6, 8, 10")
    wanted = pd.date_range(first, last, freq="MS")
    missing = wanted.difference(pd.DatetimeIndex(lines["month"].unique()))
    if len(missing) or not len(wanted):
        raise DataError(
            "not all months are in the table",
            file="us_imports_hs10_usmca_monthly",
            column="month",
            value=f"{first} to {last}",
            remedy=f"choose months from {lines['month'].min():%Y-%m} to {lines['month'].max():%Y-%m}",
        )
    rows = lines[lines["month"].isin(wanted)]
    return _shares(rows.assign(code=rows["hs10"].str[:digits]), ["partner_iso3", "code"])


def _shares(lines: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    found = lines.groupby(by, as_index=False)[["value_usd", "usmca_value_usd"]].sum()
    return found.assign(share=found["usmca_value_usd"] / found["value_usd"])


def used(
    general: Panel, claiming: Panel, shares: pd.DataFrame, partner: str, tables: Mapping[str, pd.DataFrame]
) -> list[tuple[Panel, pd.DataFrame]]:
    """Return the panels of a preference with their weights: without the claim, and with it.

    - `general`, `claiming`: the duties of one origin if nothing is claimed and if everything is; for partners
      that are not `COUNTED` they must cover `MIDDLE`
    - `shares`: `code`, `valid_from`, `valid_to`, `share`, as `trade.weights.WeightSet.shares`
    - `partner`: the origin as the tables name it
    - `tables`: `us_imports_hs10_usmca_monthly` for those `COUNTED`, else `us_imports_hs10_partner_annual`
    """
    if partner in COUNTED:
        without, with_claim = split(shares, tables[TABLE], partner)
    else:
        trade = tables[TRADE_2024]
        claimed = from_duty(general, claiming, trade[trade["partner_iso3"] == partner])
        part = shares["code"].str[:8].map(claimed).astype(float).fillna(0.0)
        without, with_claim = (shares.assign(share=shares["share"] * own) for own in (1 - part, part))
    return [(general, without), (claiming, with_claim)]


def from_duty(general: Panel, claiming: Panel, trade: pd.DataFrame) -> pd.Series:
    """Return the part of imports that claimed a preference, 0 to 1 by line of eight digits.

    A line on which the claim is worth nothing, or nearly, is left out.

    `general`, `claiming`: the duties of one origin if nothing is claimed and if everything is, on `MIDDLE`;
    `trade`: rows of one partner in `us_imports_hs10_partner_annual`, of `YEAR`.
    """
    return part_claimed(_by_line(general), _by_line(claiming), trade)


def part_claimed(general: pd.Series, claiming: pd.Series, trade: pd.DataFrame) -> pd.Series:
    """Return what `from_duty` does, from the duty of each line of eight digits, percent, on `MIDDLE`."""
    trade = trade[trade["year"] == YEAR]
    sums = trade.groupby(trade["hs10"].str[:8])[["value_usd", "duty_usd"]].sum()
    collected = 100 * sums["duty_usd"] / sums["value_usd"].where(sums["value_usd"] > 0)
    margin = (general - claiming).reindex(collected.index)
    found = (general - collected) / margin.where(margin > _LEAST_MARGIN)
    return found.dropna().clip(0.0, 1.0)


def _by_line(panel: Panel) -> pd.Series:
    rows = live(panel.totals, MIDDLE).to_pandas()
    return rows["rate_pct"].astype(float).groupby(rows["code"].str[:8]).mean()


def split(shares: pd.DataFrame, lines: pd.DataFrame, partner: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split weights into the part that pays the general duty and the part that claims the preference.

    The share is that of the product in the month; months before the first at hand take the first, later ones
    the last. A product without trade in a month takes the share of the partner.

    Returns two frames like `shares`; their shares add up to it.

    `shares`: `code`, `valid_from`, `valid_to`, `share`, as `trade.weights.WeightSet.shares`; `lines`:
    `us_imports_hs10_usmca_monthly`; `partner`: ISO3 of the country of origin.
    """
    own = lines[lines["partner_iso3"] == partner]
    if own.empty:
        problem = "no month of this partner"
        remedy = f"use one of {', '.join(sorted(set(lines['partner_iso3'])))}"
        raise DataError(problem, file=TABLE, column="partner_iso3", value=partner, remedy=remedy)
    whole = by_month(own).set_index("month")["share"]
    months = list(whole.index)
    starts = [date.min, *(month.date() for month in months[1:]), date.max]
    general, claimed = [], []
    for at, month in enumerate(months):
        first, end = starts[at], starts[at + 1]
        rows = shares[(shares["valid_from"] < end) & (shares["valid_to"] > first)]
        found = by_code(own, f"{month:%Y-%m}", f"{month:%Y-%m}").set_index("code")
        by_line = by_code(own, f"{month:%Y-%m}", f"{month:%Y-%m}", 8).set_index("code")
        share = (
            rows["code"].map(pd.concat([found, by_line])["share"]).astype(float).fillna(float(whole[month]))
        )
        spans = rows.assign(
            valid_from=rows["valid_from"].where(rows["valid_from"] > first, first),
            valid_to=rows["valid_to"].where(rows["valid_to"] < end, end),
        )
        general.append(spans.assign(share=rows["share"] * (1 - share)))
        claimed.append(spans.assign(share=rows["share"] * share))
    return pd.concat(general, ignore_index=True), pd.concat(claimed, ignore_index=True)
