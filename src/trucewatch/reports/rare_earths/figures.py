"""Figures of rare earths. Each takes tables of `measures.py` and returns a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trucewatch.page.numbers import percent
from trucewatch.page.style import (
    BLUE,
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
    Act,
    canvas,
    drawing,
    key,
    mark_acts,
    scale_across,
    width,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DAY = pd.Timedelta(days=1)


@drawing
def magnets(
    panels: Mapping[str, pd.DataFrame],
    before: Mapping[str, float],
    twins: Mapping[str, pd.DataFrame],
    acts: Sequence[Act],
) -> Figure:
    """Bars of magnet tonnes by month, one panel a destination: full when reported, hatched when derived.

    - `panels`: by destination's name: `first`, `end`, `per_month_t`, `basis` (`rare_earths.tonnes`). A period
      of more months is one wide bar at its mean.
    - `before`: mean month before the control, drawn as a line
    - `twins`: `month`, `norm_t` by destination (`against_norm`), drawn as diamonds
    - `acts`: acts to mark
    """
    figure, axes_list = canvas(height=3.7, acts=acts, panels=len(panels), left=0.55, right=0.1, above=0.42)
    start = min(rows["first"].min() for rows in panels.values())
    stop = max(rows["end"].max() for rows in panels.values())
    for number, (axes, (name, rows)) in enumerate(zip(axes_list, panels.items(), strict=True)):
        colour = (GREY, BLUE)[number % 2]
        for row in rows.to_dict("records"):
            is_reported = row["basis"] == "reported"
            axes.bar(
                row["first"] + 2 * _DAY,
                row["per_month_t"],
                width=(row["end"] - row["first"]).days - 4,
                align="edge",
                facecolor=colour if is_reported else PAPER,
                edgecolor=colour,
                hatch=None if is_reported else "/////",
                linewidth=0.9,
            )
        axes.axhline(before[name], color=INK, linewidth=1.0, linestyle=DASHES)
        axes.plot(
            twins[name]["month"] + 14 * _DAY,
            twins[name]["norm_t"],
            "D",
            color=GREEN,
            markersize=5,
            markeredgecolor=PAPER,
        )
        limits: Any = (start, stop)
        axes.set_xlim(*limits)
        axes.set_ylim(0, float(rows["per_month_t"].max()) * 1.12)
        axes.set_title(name, loc="left", fontsize=KEY_PT + 0.6, fontweight="bold", color=colour, pad=15)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_major_locator(MonthLocator(bymonth=(1, 4, 7, 10)))
        axes.xaxis.set_major_formatter(DateFormatter("%b\n%Y" if number == len(panels) - 1 else "%b"))
        axes.tick_params(axis="x", labelsize=KEY_PT)
        mark_acts(axes, acts)
    return figure


@drawing
def lives(table: pd.DataFrame, end: pd.Timestamp) -> Figure:
    """One line a control: announced, in force, suspended.

    `table`: from `trucewatch.trade.magnet_counts.controls`; `end`: last day drawn.
    """
    rows = table.iloc[::-1].reset_index(drop=True)
    figure, (axes,) = canvas(height=0.52 * len(rows), left=2.15, right=0.12, above=0.3, below=0.3)
    dots: Any = rows["announced"]
    for at, row in enumerate(rows.to_dict("records")):
        stop = end if pd.isna(row["suspended"]) else row["suspended"]
        if row["has_applied"]:
            _bar(axes, row["effective"], stop, at, facecolor=VERMILLION, edgecolor=VERMILLION)
        if not pd.isna(row["suspended"]):
            back = end if pd.isna(row["until"]) else row["until"]
            _bar(axes, row["suspended"], back, at, facecolor=PAPER, edgecolor=VERMILLION, hatch="////")
            _bar(axes, back, end, at, facecolor=FAINT, edgecolor=FAINT)
        if not row["has_applied"]:
            axes.plot([row["announced"], row["suspended"]], [at, at], color=MUTED, linewidth=1.2)
    axes.plot(dots, rows.index, "o", color=INK, markersize=6, markeredgecolor=PAPER)
    names = [_name(name, 2.05 * 72, KEY_PT, lines=3) for name in rows["short"]]
    axes.set_yticks(range(len(rows)), names, fontsize=KEY_PT)
    limits: Any = (table["announced"].min() - 20 * _DAY, end)
    axes.set_xlim(*limits)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.xaxis.set_major_locator(MonthLocator(bymonth=(1, 7)))
    axes.xaxis.set_major_formatter(DateFormatter("%b\n%Y"))
    axes.tick_params(axis="x", labelsize=KEY_PT)
    scale_across(axes)
    key(
        axes,
        [
            ("o", "announced", INK),
            ("bar", "in force", VERMILLION),
            ("hatch", "suspended", VERMILLION),
            ("bar", "back unless extended", FAINT),
        ],
    )
    return figure


def _name(text: str, width: float, size: float, lines: int) -> str:
    """Break the name of a row into at most `lines` lines; one that is cut says so."""
    broken = wrap(text, width, size)
    return "\n".join(broken[:lines]) + (" …" if len(broken) > lines else "")


def _bar(axes: Any, first: Any, stop: Any, at: int, **style: Any) -> None:
    if stop > first:
        axes.barh(at, (stop - first).days, left=first, height=0.5, linewidth=0.9, **style)


@drawing
def exposure(table: pd.DataFrame, count: int = 12) -> Figure:
    """Bars of China's share in US imports by product, with the value at risk and the effective suppliers.

    `table`: `goods`, `share`, `at_risk_usd`, `effective_suppliers` (`concentration`, `named`); `count`: how
    many are drawn, largest value at risk first.
    """
    rows = table.head(count).iloc[::-1]
    figure, (axes,) = canvas(
        height=0.34 * len(rows), left=2.25, right=1.42 if width() > 5 else 2.35, above=0.16, below=0.28
    )
    at = np.arange(len(rows))
    axes.barh(at, np.ones(len(rows)), color=FAINT, height=0.6)
    axes.barh(at, rows["share"], color=VERMILLION, height=0.6)
    names = [_name(name, 2.15 * 72, SMALL_PT, lines=2) for name in rows["goods"]]
    axes.set_yticks(at, names, fontsize=SMALL_PT)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0)))
    axes.grid(visible=False)
    wide = axes.get_position().width * width()
    columns = ((0.41 / wide, "share"), (0.85 / wide, "USD mn"), (1.35 / wide, "suppliers"))
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        numbers = (
            percent(row["share"], 0),
            f"{row['at_risk_usd'] / 1e6:,.0f}",
            f"{row['effective_suppliers']:.1f}",
        )
        for (shift, _), words in zip(columns, numbers, strict=True):
            axes.text(1 + shift, float(place), words, ha="right", va="center", fontsize=KEY_PT)
    for shift, head in columns:
        axes.text(
            1 + shift,
            1.0,
            head,
            transform=axes.transAxes,
            ha="right",
            va="bottom",
            fontsize=SMALL_PT,
            color=MUTED,
        )
    return figure
