"""Figures of the report on Phase One. Each takes tables of `measures.py` and returns a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.dates import DateFormatter, MonthLocator

from trucewatch.page.numbers import percent, points
from trucewatch.page.style import (
    BLUE,
    COLOURS,
    DASHES,
    FAINT,
    GREEN,
    GREY,
    INK,
    KEY_PT,
    MUTED,
    PAPER,
    SMALL_PT,
    VERMILLION,
    EndLabel,
    bare,
    canvas,
    drawing,
    key,
    label_ends,
    percent_axis,
    width,
    words_beside,
    words_near,
    year_axis,
)
from trucewatch.reports.phase_one.burden import Market, collected, most_collected, peak, revenue_curve
from trucewatch.reports.phase_one.measures import BASE_YEAR, GOODS, SERVICES, YEARS, Whole, cell, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TINT = {"manufactured goods": BLUE, "agriculture": GREEN, "energy": VERMILLION}


@drawing
def promised_and_bought(card: pd.DataFrame, total: Whole, services: float) -> Figure:
    """Draw one bar a category: the promise as an outline, purchases filled, twice the year before as a tick.

    `card`: `trucewatch.reports.phase_one.measures.scorecard`; `total`: the whole promise as PIIE counts it,
    drawn in another colour; `services`: the promise of services, which no table of purchases answers.
    """
    goods = card.loc[list(GOODS)].sort_values("share_met", ascending=False)
    names = [name.capitalize() for name in goods.index] + [
        SERVICES.capitalize(),
        "Goods and services,\nPIIE's count",
    ]
    promised = [*goods["promised"], services, total.promised]
    bought = [*goods["bought"], np.nan, total.bought]
    base = [*goods["base"], np.nan, total.base]
    floor = [*goods["is_floor"], False, False]
    colours = [*(_TINT[name] for name in goods.index), GREY, GREY]
    figure, (axes,) = canvas(height=0.5 * len(names), left=1.5, right=0.62, above=0.28, below=0.1)
    at = np.arange(len(names))[::-1]
    axes.barh(at, promised, height=0.56, color=PAPER, edgecolor=MUTED, linewidth=1.1)
    axes.barh(at, bought, height=0.56, color=colours)
    axes.set_xlim(0, max(promised) * 1.02)
    for place, outline, filled, before, is_floor, colour in zip(
        at, promised, bought, base, floor, colours, strict=True
    ):
        if np.isnan(filled):
            axes.text(outline / 2, place, "no table", ha="center", va="center", fontsize=KEY_PT, color=MUTED)
            words = f"of {points(outline, 0)}"
        else:
            words = f"{percent(filled / outline, 0)} of {points(outline, 0)}"
            words = f"≥ {words}" if is_floor else words
            axes.plot([before] * 2, [place - 0.4, place + 0.4], color=INK, linewidth=1.6)
        words_beside(axes, outline, place, words, color=colour, bold=True, gap=5)
    axes.set_yticks(at, names, fontsize=KEY_PT)
    bare(axes)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    key(axes, [("bar", "bought", GREY), ("outline", "promised", MUTED), ("tick", f"twice {BASE_YEAR}", INK)])
    return figure


@drawing
def twelve_months(rolled: pd.DataFrame, promised: pd.DataFrame, bought: pd.DataFrame) -> Figure:
    """Draw purchases of twelve months by category against the base and the two yearly targets.

    `rolled`: `trucewatch.reports.phase_one.measures.rolling_year`; `promised`, `bought`: `promises` and
    `purchases`; the last year stands as a point, from the annual table.
    """
    figure, panels = canvas(height=4.6, panels=len(GOODS), left=0.42, right=1.25, above=0.24, below=0.3)
    first, last = YEARS
    shown = rolled.loc[f"{first - 3}-12" :]
    for axes, category in zip(panels, GOODS, strict=True):
        colour, row = _TINT[category], line(promised, category)
        axes.set_xlim(shown.index[0], _day(last + 1, 1))
        axes.set_ylim(0, float(row[f"promised_{last}"]) * 1.18)
        axes.axhline(float(row["base"]), color=MUTED, linewidth=1, linestyle=DASHES)
        for year in YEARS:
            target = float(row[f"promised_{year}"])
            axes.hlines(target, _day(year, 1), _day(year, 12), color=INK, linewidth=1.8)
            words = f"promised {points(target, 0)}"
            words_near(axes, (_day(year, 7), target), words, (0, 3), size=SMALL_PT)
        axes.plot(shown.index, shown[category], color=colour, linewidth=2.2)
        final = cell(bought, category, f"bought_{last}")
        is_floor = bool(line(bought, category)["is_floor"])
        face = PAPER if is_floor else colour
        axes.plot(_day(last, 12), final, "o", color=colour, markerfacecolor=face, markersize=7)
        label = f"{'≥ ' if is_floor else ''}{points(final, 0)} in {last}"
        label_ends(
            axes,
            [EndLabel(final, label, colour), EndLabel(float(row["base"]), "the base", MUTED)],
            size=KEY_PT,
        )
        year_axis(axes)
        _tag(axes, category.capitalize(), colour)
    return figure


@drawing
def revenue_curves(burden: float, markets: Sequence[Market]) -> Figure:
    """Draw what an added duty collects by rate, one line an elasticity, with the burden as a line across.

    Where a curve never reaches the line, no rate collects that much.
    """
    figure, (axes,) = canvas(height=2.7, left=0.45, right=1.2, above=0.2, below=0.45)
    tops = [most_collected(at) for at in markets if at.elasticity > 1]
    height = max([burden, *tops]) * 1.2
    axes.set_xlim(0, 2)
    axes.set_ylim(0, height)
    axes.axhline(burden, color=INK, linewidth=1.6, linestyle=DASHES)
    axes.text(
        1.98, burden, "the burden of a year", ha="right", va="bottom", fontsize=KEY_PT, fontweight="bold"
    )
    labels = []
    for at, colour in zip(markets, COLOURS, strict=False):
        curve = revenue_curve(at)
        axes.plot(curve.index, curve, color=colour, linewidth=2.2)
        name = f"elasticity {at.elasticity:g}"
        if curve.iloc[-1] <= height:
            labels.append(EndLabel(float(curve.iloc[-1]), name, colour))
        else:
            _name_where_it_leaves(axes, curve, height, name, colour)
        if peak(at) <= 2:
            axes.plot(peak(at), collected(at, peak(at)), "o", color=colour, markersize=6)
    label_ends(axes, labels, size=KEY_PT)
    axes.xaxis.set_major_formatter(lambda value, _: percent(value, 0))
    axes.set_xlabel("added duty", fontsize=KEY_PT)
    return figure


@drawing
def months_of_the_first_year(table: pd.DataFrame) -> Figure:
    """Draw the share of the promise so far that was bought, by month and category.

    `table`: `trucewatch.reports.phase_one.measures.first_year`.
    """
    figure, (axes,) = canvas(height=2.4, left=0.5, right=1.45, above=0.15)
    axes.set_xlim(table["month"].min(), table["month"].max())
    axes.set_ylim(0, max(1.05, float(table["share_so_far"].max()) * 1.05))
    axes.axhline(1, color=INK, linewidth=1.4, linestyle=DASHES)
    labels = [EndLabel(1, "the promise so far", INK)]
    for category, rows in table.groupby("category", sort=False):
        colour = _TINT[str(category)]
        axes.plot(rows["month"], rows["share_so_far"], color=colour, linewidth=2.2)
        final = float(rows["share_so_far"].iloc[-1])
        labels.append(EndLabel(final, f"{category}".capitalize(), colour))
    label_ends(axes, labels, size=KEY_PT)
    axes.xaxis.set_major_locator(MonthLocator(interval=1 if width() > 5 else 3))
    axes.xaxis.set_major_formatter(DateFormatter("%b"))
    percent_axis(axes)
    return figure


def _name_where_it_leaves(axes: Axes, curve: pd.Series, height: float, name: str, colour: str) -> None:
    """Name a curve beside the point near which it leaves the axes at the top."""
    at = float(curve.index[curve > height * 0.94][0])
    words_beside(axes, at, height * 0.94, name, color=colour, bold=True, gap=7)


def _day(year: int, month: int) -> Any:
    """The first of a month, as the time axis takes it."""
    return pd.Timestamp(year, month, 1)


def _tag(axes: Axes, words: str, colour: str) -> None:
    """A coloured name over the axes, in place of a legend."""
    style: dict[str, Any] = {"color": colour, "fontsize": KEY_PT, "fontweight": "bold", "va": "bottom"}
    axes.text(0, 1.02, words, transform=axes.transAxes, **style)
