"""Charts: `tw.chart.timeline()` and the others. Each shows itself in a notebook and saves itself to files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from trucewatch.api import picture
from trucewatch.errors import DataError, ParameterError, check_choice

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.api.picture import Chart

__all__ = ["change", "gains", "product", "scenarios", "timeline"]

_SINCE = date(2025, 1, 1)
"""First day drawn if none is given: the year of the second trade war."""


def timeline(
    since: date | str = _SINCE,
    until: date | str | None = None,
    *,
    weights: str = "imports_2024",
    lens: str = "as_collected",
) -> Chart:
    """Draw the average duty each way over time, by the law behind it, with the acts that moved it.

    Parameters
    ----------
    since, until
        First and last day drawn; the last is `law_asof()` if not given.
    weights, lens
        As in `average_rate`.

    Returns
    -------
    Chart
        `data`: `valid_from`, `valid_to`, `importer`, `weights`, `authority`, `rate_pct` (percent of customs
        value). Sources: the panel of the ledger, and the clean tables of trade.

    Raises
    ------
    DataError
        If a day lies outside the panel, or panel or tables are not built.
    ParameterError
        If weights or lens are none of those listed.
    """
    from trucewatch.answers.inputs import current_ledger
    from trucewatch.api.average_rate import trade_tables
    from trucewatch.ledger.phases import phases
    from trucewatch.page.numbers import day_name
    from trucewatch.page.words import words_of
    from trucewatch.reports.tariff_timeline import facts, figures
    from trucewatch.trade.duty_averages import all_steps, intervals, read_sides
    from trucewatch.trade.weights import WEIGHTS

    law = current_ledger()
    start, end = _window(since, until)
    check_choice("weights", weights, WEIGHTS)
    sides = read_sides(law, trade_tables(), lens=lens, lead=weights, names=[weights])
    truce = phases(law)
    # short windows show every act of a point or more; over years only the large ones can be told apart
    least = 1.0 if (end - start).days < 200 else 5.0
    steps = all_steps(sides, weights, law, start, least)
    marked = [act for act in facts.figure_acts(steps, law, start) if act.date.date() <= end]
    figure = figures.two_sides(
        {name: one.average[weights] for name, one in sides.items()},
        {name: one.snapback[weights] for name, one in sides.items()},
        marked,
        start,
        end,
        truce,
    )
    data = intervals(sides)
    data = data[(data["valid_to"] > start) & (data["valid_from"] <= end)].reset_index(drop=True)
    levels = "; ".join(
        f"{facts.charges(name, one.panel.origin)} "
        f"{_level(one.total(weights), start)} % on {day_name(start)}, "
        f"{_level(one.total(weights), end)} % on {day_name(end)}"
        for name, one in sides.items()
    )
    return picture.Chart(
        figure,
        "timeline",
        levels[0].upper() + levels[1:],
        words_of("trucewatch.reports.tariff_timeline")("subtitle", weights=weights, lens=lens),
        f"Two step charts on one scale, stacked by authority. {levels}.",
        _source("average duties by authority", _weight_tables(weights)),
        data,
    )


def product(
    code: str,
    since: date | str = _SINCE,
    until: date | str | None = None,
    *,
    importer: str = "USA",
    origin: str | None = None,
    lens: str = "as_collected",
) -> Chart:
    """Draw the duty on one line over time, by the law behind it.

    Parameters
    ----------
    code
        A line of the importer's schedule, with or without dots, or a shorter code with one line under it.
    since, until
        First and last day drawn; the last is `law_asof()` if not given.
    importer, origin, lens
        As in `lookup`.

    Returns
    -------
    Chart
        `data`: as `history`. Source: the ledger.

    Raises
    ------
    DataError
        As `history`.
    """
    from trucewatch.answers.inputs import check_importer, check_origin, current_ledger
    from trucewatch.answers.lookup_view import dotted
    from trucewatch.api import desk_figures as figures
    from trucewatch.api.duties import history
    from trucewatch.ledger.ledger import DEFAULT_ORIGIN
    from trucewatch.page.numbers import day_name, points

    law = current_ledger()
    start, end = _window(since, until)
    side = check_importer(law, importer)
    goods_of = check_origin(law, side, origin or DEFAULT_ORIGIN[side])
    duty = history(code, start, end, importer=side, origin=goods_of, lens=lens)
    digits = duty.attrs["code"]
    totals = duty["total_pct"].astype(float)
    top = int(totals.to_numpy().argmax())
    words = (
        f"{dotted(digits)}: {points(totals.iloc[0])} % on {day_name(start)}, at most "
        f"{points(totals[top])} % from {day_name(duty['valid_from'][top])}, "
        f"{points(totals.iloc[-1])} % on {day_name(end)}"
    )
    doubt = {"inferred", "unverified"} & set(duty["confidence"])
    kept = f"; confidence of some stretches: {' and '.join(sorted(doubt))}" if doubt else ""
    last = duty.iloc[-1]
    width = ""
    if last["lower_pct"] != last["upper_pct"]:
        low, high = points(float(last["lower_pct"])), points(float(last["upper_pct"]))
        width = f"; at the end {low} to {high} % by facts the code does not show"
    paid = "as collected at entry" if lens == "as_collected" else "duties held unlawful counted as zero"
    return picture.Chart(
        figures.product_duty(duty, side, start, end),
        f"duty_{digits}",
        words,
        f"Duty of {side} on goods from {goods_of}, percent of customs value, {paid}{width}{kept}",
        f"A step chart, stacked by authority. {words}.",
        _source(f"duty on {dotted(digits)}", ()),
        duty,
    )


def change(
    a: date | str,
    b: date | str,
    *,
    importer: str = "USA",
    origin: str | None = None,
    lens: str = "as_collected",
) -> Chart:
    """Draw what moved the average duty between two days, by authority.

    Parameters
    ----------
    a, b, importer, origin, lens
        As in `diff`.

    Returns
    -------
    Chart
        `data`: `authority`, `change_pp` (points of customs value). Sources as `diff`.

    Raises
    ------
    DataError
        As `diff`.
    """
    import pandas as pd

    from trucewatch.answers.diff_view import headline
    from trucewatch.api import desk_figures as figures
    from trucewatch.api.duties import diff
    from trucewatch.trade.weights import IMPORTS_2024, SOURCES

    found = diff(a, b, importer=importer, origin=origin, lens=lens)
    points = {name: value for name, value in found.by("authority").items() if round(value, 2)}
    weights = [SOURCES[found.importer, IMPORTS_2024][0]] if found.values.by_code else []
    weighed = found.values.title if found.values.by_code else "every line counts the same"
    return picture.Chart(
        figures.moved_by(points),
        "change",
        headline(found),
        f"Points of customs value by authority; weights: {weighed}",
        f"Horizontal bars. {headline(found)}",
        _source("what moved the average duty", weights),
        pd.DataFrame({"authority": list(points), "change_pp": list(points.values())}),
    )


def gains(partner: str, *, since: date | str = "2025-04", base_year: int = 2024, top: int = 8) -> Chart:
    """Draw what China lost and what one partner gained, in the industries where China lost most.

    Parameters
    ----------
    partner, since, base_year
        As in `trucewatch.gains`.
    top
        Number of industries.

    Returns
    -------
    Chart
        `data`: as `trucewatch.gains`. Source: the clean table `us_imports_naics3_monthly`.

    Raises
    ------
    DataError, ParameterError
        As `trucewatch.gains`; also if `top` is not from 1 to 30.
    """
    from trucewatch.api import desk_figures as figures
    from trucewatch.api.tables import gains as by_industry
    from trucewatch.page.numbers import billions, period_name

    if top not in range(1, 31):
        raise ParameterError(f"top: found {top!r}; legal: 1 to 30")
    # no partner is no wish for all of them here: a chart shows one
    everything = by_industry(partner or "", since=since, base_year=base_year)
    rows = everything[everything["china_change_usd"] < 0].head(top)
    if rows.empty:
        raise DataError(
            "imports from China fell in no industry", remedy="choose another base year", value=base_year
        )
    name = str(rows["partner"].iloc[0])
    first, last = rows.attrs["months"]
    lost, gained = (
        billions(rows[column].sum(), signed=True) for column in ("china_change_usd", "change_usd")
    )
    words = (
        f"The {len(rows)} industries where imports from China fell most: China {lost}, {name} {gained} "
        "billion US dollars"
    )
    return picture.Chart(
        figures.gains(rows, name),
        f"gains_{str(rows['partner_iso3'].iloc[0]).lower()}",
        words,
        f"US imports for consumption, {period_name(first, last)} against the same months of {base_year}, "
        "billion US dollars. Side by side in the same goods: no proof that one replaced the other",
        f"Pairs of horizontal bars by industry. {words}.",
        _source(f"imports from China and from {name}", ["us_imports_naics3_monthly"]),
        rows,
    )


def scenarios(names: Sequence[str | Path], *, preset: str = "fgkk", draws: int = 2000) -> Chart:
    """Draw what scenarios would cost a household, with the band of the draws.

    Parameters
    ----------
    names
        Each as `scenario` takes it; the first is drawn in the second colour.
    preset, draws
        As in `scenario`.

    Returns
    -------
    Chart
        `data`: `scenario`, `title`, `p50`, `p5`, `p95`, US dollars per household and year against today's
        law. Sources as `scenario`.

    Raises
    ------
    DataError, LedgerError, ParameterError
        As `scenario`; also if no name is given.
    """
    import pandas as pd

    from trucewatch.api.what_if import scenario
    from trucewatch.reports.scenarios.figures import cost_bands
    from trucewatch.scenario.market import TABLES

    if not names or isinstance(names, str):
        raise ParameterError(f"names: found {names!r}; give a list of scenarios")
    found = [scenario(name, preset=preset, draws=draws) for name in names]
    rows = pd.DataFrame(
        [
            {
                "scenario": item.scenario.name,
                "title": item.scenario.title,
                **item.to_frame().loc["household_cost_usd", ["p50", "p5", "p95"]].to_dict(),
            }
            for item in found
        ]
    )
    from trucewatch.page.numbers import number  # a lookup needs no pages

    words = "; ".join(f"{row['title']}: {number(row['p50'], ',.0f')}" for row in rows.to_dict("records"))
    return picture.Chart(
        cost_bands(rows, found[0].scenario.name),
        "scenarios",
        f"Cost per household, US dollars a year. {words}",
        f"Against today's law, at the trade of {found[0].result.setting.base.label}; median and the 5th to "
        f"95th percentile of {draws:,} draws, parameters {preset}. A model, not a forecast",
        f"Dots with bands, dearest on top. {words}.",
        _source("what scenarios would cost", TABLES),
        rows,
    )


def _window(since: date | str, until: date | str | None) -> tuple[date, date]:
    """Return first and last day drawn, if the panel of the law has them."""
    from trucewatch.answers.inputs import current_ledger, read_day
    from trucewatch.duty.panel import FIRST_DAY

    last = current_ledger().law_asof
    start, end = read_day(since, "since"), last if until is None else read_day(until, "until")
    if not FIRST_DAY <= start < end <= last:
        raise DataError(
            "no such window",
            remedy=f"give two days from {FIRST_DAY} to {last}, the earlier first",
            column="since, until",
            value=f"{start}, {end}",
        )
    return start, end


def _level(totals: pd.DataFrame, day: date) -> str:
    from trucewatch.duty.averages import value_on
    from trucewatch.page.numbers import points

    return points(value_on(totals, day))


def _weight_tables(weights: str) -> list[str]:
    from trucewatch.trade.weights import CONCORDANCE, SOURCES

    used = {source[0] for (_, name), source in SOURCES.items() if name == weights}
    return sorted({*used, CONCORDANCE}) if used else []


def _source(what: str, tables: Sequence[str]) -> str:
    """Return the line to print under a chart: what, and how far data and law reach."""
    from trucewatch.page import provenance
    from trucewatch.paths import project_root

    root = project_root()
    facts = [provenance.table_facts(name, root) for name in tables]
    producers = dict.fromkeys(
        source["producer"] for fact in facts for source in fact["sources"] if source["producer"]
    )
    named = f" Data: {', '.join(producers)}." if producers else ""
    return provenance.citation(what, provenance.latest(facts), provenance.law_asof(root)) + named
