"""Figures of scenarios. Each takes frames of `trucewatch.scenario` and returns a figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import SymLogNorm, to_rgba

from trucewatch.page.numbers import number
from trucewatch.page.style import (
    BLUE,
    DASHES,
    DIVERGING,
    FAINT,
    GREEN,
    INK,
    KEY_PT,
    MUTED,
    PAPER,
    SMALL_PT,
    VERMILLION,
    canvas,
    drawing,
    key,
    scale_across,
    slack,
    width,
    words_beside,
    words_near,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT = 2.35
_LABEL_PT = 155
"""Points kept for a row's label."""

_CELL, _MAP_LEFT, _HEAD_PT = 0.235, 1.72, 140
"""Of the heat map: inches of a row and of the margin, points of a column's head."""

_COLUMN, _MAP_SHARE = 0.25, 0.64
"""Inches a column needs at least, and the share of the width that all of them have."""

_DARKEST, _WHITE_FROM = 300.0, 0.3
"""Points at which colours end, darker than any, and how far from the middle text turns white."""

_HALF = 0.5 + 1e-9
"""Halves go up, also where a mean of halves is a hair below."""


@drawing
def cost_bands(rows: pd.DataFrame, focus: str) -> Figure:
    """Dots and bands of the cost to a household, a row a scenario, dearest on top.

    `rows`: `scenario`, `title`, `p50`, `p5`, `p95` (US dollars a household and year); `focus`: the scenario
    drawn in the second colour.
    """
    ordered = rows.sort_values("p50", kind="stable")
    figure, axes = _rows(ordered["title"].tolist())
    for at, row in enumerate(ordered.to_dict("records")):
        colour = VERMILLION if row["scenario"] == focus else BLUE
        axes.plot([row["p5"], row["p95"]], [at, at], color=colour, linewidth=5, alpha=0.35)
        axes.plot(row["p50"], at, "o", color=colour, markersize=7)
        is_right = row["p50"] >= 0
        end = row["p95"] if is_right else row["p5"]
        words_beside(axes, end, at, number(row["p50"], ",.0f"), gap=5 if is_right else -5)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.use_sticky_edges = False
    axes.margins(x=0.2 * slack() ** 2)
    axes.xaxis.set_major_formatter(lambda value, _: number(value, ",.0f"))
    return figure


@drawing
def rate_shift(rows: pd.DataFrame) -> Figure:
    """The average duty on all imports at unchanged trade (hollow) and after buyers moved (full).

    `rows`: `title`, `static_pct`, `after_pct`.
    """
    ordered = rows.sort_values("static_pct", kind="stable")
    figure, axes = _rows(ordered["title"].tolist(), above=0.3)
    for at, row in enumerate(ordered.to_dict("records")):
        axes.plot([row["after_pct"], row["static_pct"]], [at, at], color=FAINT, linewidth=3, zorder=1)
    _rings_and_dots(axes, ordered["static_pct"], ordered["after_pct"], BLUE)
    key(axes, [("ring", "same trade", BLUE), ("o", "buyers have moved", BLUE)])
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    return figure


@drawing
def regime_changes(rows: pd.DataFrame) -> Figure:
    """Imports by regime of duties: what the model makes of the law (hollow) and what came (full).

    `rows`: `regime`, `predicted`, `actual` (fractions), in order of time.
    """
    ordered = rows.iloc[::-1]
    figure, axes = _rows(ordered["regime"].tolist(), above=0.3)
    for at, row in enumerate(ordered.to_dict("records")):
        ends = [100 * row["predicted"], 100 * row["actual"]]
        axes.plot(ends, [at, at], color=FAINT, linewidth=3, zorder=1)
    _rings_and_dots(axes, 100 * ordered["predicted"], 100 * ordered["actual"], VERMILLION)
    key(axes, [("ring", "model, from the law", BLUE), ("o", "actual", VERMILLION)])
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.xaxis.set_major_formatter(lambda value, _: f"{number(value, '+.0f')} %")
    return figure


def _rings_and_dots(axes: Axes, rings: pd.Series, dots: pd.Series, colour: str) -> None:
    """Mark two values of every row: the first by a blue ring, the second by a dot in a colour."""
    rows = np.arange(len(rings))
    axes.plot(rings, rows, "o", color="none", markeredgecolor=BLUE, markeredgewidth=1.6, markersize=7)
    axes.plot(dots, rows, "o", color=colour, markersize=7)


@drawing
def product_costs(rows: pd.DataFrame) -> Figure:
    """Bands of what buyers pay more, a row a product, dearest on top.

    `rows`: `label`, `p5`, `p95` (US dollars a year).
    """
    ordered = rows.iloc[::-1]
    figure, axes = _rows(ordered["label"].tolist())
    axes.barh(
        np.arange(len(ordered)), (ordered["p95"] - ordered["p5"]) / 1e9, left=ordered["p5"] / 1e9,
        color=BLUE, height=0.55,
    )  # fmt: skip
    axes.set_xlim(left=0)
    return figure


@drawing
def tornado(rows: pd.DataFrame, names: dict[str, str]) -> Figure:
    """Bars of a total with each parameter alone at its low and its high end, widest on top.

    `rows`: `parameter`, `low_value`, `high_value`, `at_low`, `at_high` (US dollars); `names`: reader's name
    of each parameter.
    """
    ordered = rows.iloc[::-1]
    labels = [
        f"{names[row['parameter']]} ({row['low_value']:.2f} to {row['high_value']:.2f})"
        for row in ordered.to_dict("records")
    ]
    figure, axes = _rows(labels)
    for at, row in enumerate(ordered.to_dict("records")):
        low, high = row["at_low"] / 1e9, row["at_high"] / 1e9
        axes.barh(at, high - low, left=low, color=BLUE, height=0.5)
        for value, word in ((low, "low"), (high, "high")):
            words_beside(axes, value, at, word, color=MUTED, gap=-4 if value == min(low, high) else 4)
    axes.use_sticky_edges = False
    axes.margins(x=0.14 * slack() ** 2)
    return figure


@drawing
def duty_map(points: pd.DataFrame, focus: str) -> Figure:
    """Heat map of the change of duty: products in rows, scenarios in columns, the number in each cell.

    Columns that do not fit beside each other stand in further maps below.

    `points`: points of customs value, a row a group of products, a column a scenario; the last row is set
    apart; `focus`: the column whose head stands in the second colour.
    """
    count = points.shape[1]
    maps = math.ceil(count * _COLUMN / (_MAP_SHARE * width()))
    columns = math.ceil(count / maps)
    figure, panels = canvas(
        height=_CELL * (len(points) + 0.5) * maps, panels=maps, left=_MAP_LEFT, right=0.06,
        above=_HEAD_PT / 72 + 0.12, below=0.06,
    )  # fmt: skip
    for at, axes in enumerate(panels):
        _map(axes, points.iloc[:, at * columns : (at + 1) * columns], focus)
        axes.set_xlim(0, columns)
    return figure


def _map(axes: Axes, points: pd.DataFrame, focus: str) -> None:
    """One map of `duty_map`."""
    values = points.to_numpy(dtype=float)
    count = len(points)
    # the row of all goods stands half a row below the others
    edges = np.arange(count + 1, dtype=float)
    last = np.array([count - 0.5, count + 0.5])
    scale = SymLogNorm(linthresh=10, vmin=-_DARKEST, vmax=_DARKEST)
    colours = colormaps[f"{DIVERGING}_r"]
    for rows, ends in ((values[:-1], edges[:-1]), (values[-1:], last)):
        axes.pcolormesh(
            np.arange(values.shape[1] + 1), ends, rows, cmap=colours, norm=scale,
            edgecolors="#ffffff", linewidth=0.8,
        )  # fmt: skip
    centres = np.append(edges[:-2] + 0.5, last.mean())
    for at, row in zip(centres, values, strict=True):
        for column, value in enumerate(row):
            dark = abs(scale(value) - 0.5) > _WHITE_FROM
            text = number(np.floor(value + _HALF), ".0f")
            axes.text(
                column + 0.5, at, text, ha="center", va="center", fontsize=SMALL_PT,
                color=PAPER if dark else INK,
            )  # fmt: skip
    axes.set_ylim(count + 0.5, 0)
    axes.set_yticks(centres, list(points.index), fontsize=KEY_PT)
    heads = ["\n".join(wrap(name.replace(" %", "%"), _HEAD_PT, SMALL_PT)) for name in points.columns]
    axes.set_xticks(
        np.arange(len(heads)) + 0.5, heads, rotation=90, fontsize=SMALL_PT, va="bottom",
        multialignment="left",
    )  # fmt: skip
    axes.tick_params(length=0, bottom=False, labelbottom=False, labeltop=True, pad=3)
    for tick, name in zip(axes.get_xticklabels(), points.columns, strict=True):
        tick.set_linespacing(1.0)
        tick.set_color(VERMILLION if name == focus else INK)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


@drawing
def notice_bars(rows: pd.DataFrame, voyage_days: int) -> Figure:
    """Days from act to duty, a row a duty, shortest notice on top, against the days of a voyage.

    - `rows`: `title`, `notice_days`, `relief_days` (days after the act until which goods on the water are
      spared; nan without such a rule)
    - `voyage_days`: days from loading to entry
    """
    ordered = rows.sort_values("notice_days", ascending=False, kind="stable")
    figure, axes = _rows(ordered["title"].tolist(), above=0.5)
    for at, row in enumerate(ordered.to_dict("records")):
        charged = row["notice_days"]
        spared = np.nanmax([charged, row["relief_days"]])
        axes.barh(at, charged, color=FAINT, height=0.5)
        if spared > charged:
            axes.barh(at, spared - charged, left=charged, color=GREEN, height=0.5, alpha=0.55)
        if spared < voyage_days:
            axes.barh(at, voyage_days - spared, left=spared, color=VERMILLION, height=0.5, alpha=0.55)
        axes.plot(charged, at, "o", color=INK, markersize=6)
        end = max(charged, voyage_days if charged < voyage_days else 0)
        words_beside(axes, end, at, f"{charged:.0f} days" if charged != 1 else "1 day", gap=7)
    axes.axvline(voyage_days, color=MUTED, linewidth=1, linestyle=DASHES)
    axes.set_xlim(0, 1.2 * max(ordered["notice_days"].max(), voyage_days))
    shades = [to_rgba(colour, 0.55) for colour in (GREEN, VERMILLION)]
    key(
        axes,
        [
            ("o", "first charged", INK),
            ("bar", "at sea, exempt", shades[0]),
            ("bar", "at sea, pays", shades[1]),
        ],
        lift=18,
    )
    over = axes.get_xaxis_transform()
    words_near(axes, (voyage_days, 1), f"{voyage_days} days at sea", (0, 4), color=MUTED, xycoords=over)
    return figure


def _rows(labels: list[str], above: float = 0.1) -> tuple[Figure, Axes]:
    """Lay out a figure with one labelled row an entry, first at the bottom."""
    wrapped = ["\n".join(wrap(label, _LABEL_PT, KEY_PT)) for label in labels]
    lines = sum(max(1.35, 0.95 * (text.count("\n") + 1)) for text in wrapped)
    figure, (axes,) = canvas(height=0.2 * lines, left=_LEFT, right=0.3, above=above, below=0.3)
    axes.set_yticks(np.arange(len(labels)), wrapped, fontsize=KEY_PT)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    scale_across(axes)
    axes.tick_params(axis="y", length=0)
    return figure, axes
