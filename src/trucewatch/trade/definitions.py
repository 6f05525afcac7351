"""What "the average duty" can mean: one law, many definitions, on the same day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from trucewatch.duty.averages import TOTAL, average_where, on, value_on
from trucewatch.ledger.ledger import BASE_AUTHORITY, DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.trade.duty_averages import Side

BLANKET = {"USA": ("IEEPA_FENT", "IEEPA_RECIP", "S122", "S301_FL"), "CHN": ("CN_RECIP",)}
"""Authorities that reach all goods but those on their exempt lists."""
SPARING = {"USA": ("IEEPA_RECIP", "S122", "S301_FL"), "CHN": ("CN_RECIP",)}
"""Those of them with long exempt lists, where there are any."""
LISTS = {"USA": "S301_TT", "CHN": "CN_301R"}
"""The authority of the lists of 2018 and 2019."""


def definitions(one: Side, lead: str, ledger: Ledger, days: Sequence[date]) -> pd.DataFrame:
    """Return what each definition of "the average duty" says on some days: the grid that explains the press.

    Down a column the law is the same and the definition changes; along a row the definition is the same and
    the law changes.

    Columns: `definition_id`, `differs_in` (what sets it apart from the first row), `short` and `definition`
    in words, then a column an ISO date, percent of customs value.
    """
    importer = one.panel.importer
    shares, average = one.weights[lead].shares, one.average[lead]
    width = one.bounds(lead)
    totals = _at(one.total(lead), days)
    base, lists = BASE_AUTHORITY[importer], LISTS[importer]
    rows: list[tuple[str, str, str, str, list[float]]] = [
        (
            name,
            "weights",
            name.replace("_", " ") + " weights",
            one.weights[name].definition,
            _at(one.total(name), days),
        )
        for name in (lead, *(name for name in one.weights if name != lead))
    ]
    rows += [
        (
            "no_base", "duties counted", "without the base duty",
            "Added duties only, the base (MFN) duty left out",
            [points_of(average, day, but=(base,)) for day in days],
        ),
        (
            "no_lists", "duties counted", "without the lists of the first trade war",
            "Base duty and the duties of the second trade war, the lists of the first left out",
            [points_of(average, day, but=(lists,)) for day in days],
        ),
        (
            "no_exemptions", "exemptions", "with no exemption",
            "As if the duties on all goods exempted nothing",
            [rate + _spared(average, ledger, importer, day) for rate, day in zip(totals, days, strict=True)],
        ),
        (
            "duties_on_all", "duties counted", "duties on all goods alone",
            "The headline: the duties on all goods added up, no base duty, no lists, no exemptions",
            [sum(blanket_rates(ledger, importer, day).values()) for day in days],
        ),
        (
            "listed_goods", "weights", "listed goods without an exemption",
            "Only goods that pay a list of the first trade war and the duty on all goods that has exemptions",
            [average_where(one.panel, shares, day, (lists,), SPARING[importer]) for day in days],
        ),
        (
            "lower_bound", "our doubt", "lowest of our bounds",
            "Every doubt in favor of the importer: exclusions, waivers and conditional exemptions granted",
            _at(width, days, "low_pct"),
        ),
        (
            "upper_bound", "our doubt", "highest of our bounds", "Every doubt against the importer",
            _at(width, days, "high_pct"),
        ),
        *(
            [(
                "under_waiver", "our doubt", "as traded under the waiver",
                "Every importer holds the waiver from the answer to section 301 that it may ask for",
                _at(one.waived[lead], days),
            )] if one.waived else []
        ),
        (
            "suspensions_lifted", "dates", "suspensions lifted",
            "As if the dated suspensions had ended that day",
            _at(one.snapback[lead], days),
        ),
    ]  # fmt: skip
    columns = ["definition_id", "differs_in", "short", "definition", *(day.isoformat() for day in days)]
    return pd.DataFrame([[*words, *values] for *words, values in rows], columns=columns)


def _at(table: pd.DataFrame, days: Sequence[date], column: str = "rate_pct") -> list[float]:
    return [value_on(table, day, column) for day in days]


def points_of(
    average: pd.DataFrame, day: date, authorities: Sequence[str] | None = None, but: Sequence[str] = ()
) -> float:
    """Return the points of some authorities in an average on a day; of all but some if none is named."""
    found = on(average, day)
    found = found[(found["authority"] != TOTAL) & ~found["authority"].isin(list(but))]
    if authorities is not None:
        found = found[found["authority"].isin(list(authorities))]
    return float(found["rate_pct"].sum())


def blanket_rates(ledger: Ledger, importer: str, day: date) -> dict[str, float]:
    """Return the rates of the duties on all goods in force on a day, percent, by authority."""
    found: dict[str, float] = {}
    for measure in seen_from(ledger, importer, DEFAULT_ORIGIN[importer]).measures_of.get(importer, ()):
        if measure.authority not in BLANKET[importer]:
            continue
        row = ledger.rate_on(measure.measure_id, day)
        if row is not None and row.is_charged:
            found[measure.authority] = found.get(measure.authority, 0.0) + float(row.rate_pct)
    return found


def _spared(average: pd.DataFrame, ledger: Ledger, importer: str, day: date) -> float:
    """Return the points that exempt lists and other duties take from the duties on all goods."""
    rates = blanket_rates(ledger, importer, day)
    return sum(rate - points_of(average, day, (authority,)) for authority, rate in rates.items())


def reached_share(one: Side, name: str, authority: str, ledger: Ledger, day: date) -> float:
    """Return the share of trade that pays a duty on all goods on a day: its points over its rate."""
    rates = blanket_rates(ledger, one.panel.importer, day)
    return points_of(one.average[name], day, (authority,)) / rates[authority] if rates.get(authority) else 0.0
