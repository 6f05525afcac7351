"""Figures of scenarios. Each takes frames of `trucewatch.scenario` and returns a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trucewatch.charts.style import (
    BLUE,
    FAINT,
    INK,
    KEY_PT,
    MUTED,
    VERMILLION,
    canvas,
    house,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT = 2.35
_LABEL_PT = 155
"""Points kept for a row's label."""


def cost_bands(rows: pd.DataFrame, focus: str) -> Figure:
    """Dots and bands of the cost to a household, a row a scenario, dearest on top.

    Parameters
    ----------
    rows
        `scenario`, `title`, `p50`, `p5`, `p95` (US dollars a household and year).
    focus
        The scenario drawn in the second colour.
    """
    ordered = rows.sort_values("p50", kind="stable")
    with house():
        figure, axes = _rows(ordered["title"].tolist())
        for at, row in enumerate(ordered.to_dict("records")):
            colour = VERMILLION if row["scenario"] == focus else BLUE
            axes.plot([row["p5"], row["p95"]], [at, at], color=colour, linewidth=5, alpha=0.35)
            axes.plot(row["p50"], at, "o", color=colour, markersize=7)
            axes.annotate(
                f"{row['p50']:,.0f}".replace("-", "−"),
                (max(row["p95"], row["p50"]), at),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=KEY_PT,
                color=INK,
            )
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.margins(x=0.14)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}".replace("-", "−"))
        return figure


def rate_shift(rows: pd.DataFrame) -> Figure:
    """The average duty on all imports at unchanged trade (hollow) and after buyers moved (full).

    Parameters
    ----------
    rows
        `title`, `static_rate`, `after_rate` (fractions).
    """
    ordered = rows.sort_values("static_rate", kind="stable")
    with house():
        figure, axes = _rows(ordered["title"].tolist())
        for at, row in enumerate(ordered.to_dict("records")):
            axes.plot(
                [100 * row["after_rate"], 100 * row["static_rate"]],
                [at, at],
                color=FAINT,
                linewidth=3,
                zorder=1,
            )
        every = np.arange(len(ordered))
        axes.plot(
            100 * ordered["static_rate"],
            every,
            "o",
            color="none",
            markeredgecolor=BLUE,
            markeredgewidth=1.6,
            markersize=7,
            label="same trade",
        )
        axes.plot(
            100 * ordered["after_rate"], every, "o", color=BLUE, markersize=7, label="buyers have moved"
        )
        axes.legend(loc="lower right", frameon=False, fontsize=KEY_PT)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
        return figure


def product_costs(rows: pd.DataFrame) -> Figure:
    """Bands of what buyers pay more, a row a product, dearest on top.

    Parameters
    ----------
    rows
        `label`, `p5`, `p95` (US dollars a year).
    """
    ordered = rows.iloc[::-1]
    with house():
        figure, axes = _rows(ordered["label"].tolist())
        axes.barh(
            np.arange(len(ordered)), (ordered["p95"] - ordered["p5"]) / 1e9, left=ordered["p5"] / 1e9,
            color=BLUE, height=0.55,
        )  # fmt: skip
        axes.set_xlim(left=0)
        return figure


def tornado(rows: pd.DataFrame, names: dict[str, str]) -> Figure:
    """Bars of a total with each parameter alone at its low and its high end, widest on top.

    Parameters
    ----------
    rows
        `parameter`, `low_value`, `high_value`, `at_low`, `at_high` (US dollars).
    names
        Reader's name of each parameter.
    """
    ordered = rows.iloc[::-1]
    labels = [
        f"{names[row['parameter']]} ({row['low_value']:.2f} to {row['high_value']:.2f})"
        for row in ordered.to_dict("records")
    ]
    with house():
        figure, axes = _rows(labels)
        for at, row in enumerate(ordered.to_dict("records")):
            low, high = row["at_low"] / 1e9, row["at_high"] / 1e9
            axes.barh(at, high - low, left=low, color=BLUE, height=0.5)
            for value, word in ((low, "low"), (high, "high")):
                inner = value == min(low, high)
                axes.annotate(
                    word,
                    (value, at),
                    xytext=(-4 if inner else 4, 0),
                    textcoords="offset points",
                    ha="right" if inner else "left",
                    va="center",
                    fontsize=KEY_PT,
                    color=MUTED,
                )
        axes.use_sticky_edges = False
        axes.margins(x=0.14)
        return figure


def _rows(labels: list[str]) -> tuple[Figure, Axes]:
    """Lay out a figure with one labelled row an entry, first at the bottom."""
    wrapped = ["\n".join(wrap(label, _LABEL_PT, KEY_PT)) for label in labels]
    lines = sum(max(1.35, 0.95 * (text.count("\n") + 1)) for text in wrapped)
    figure, (axes,) = canvas(height=0.2 * lines, left=_LEFT, right=0.3, above=0.1, below=0.3)
    axes.set_yticks(np.arange(len(labels)), wrapped, fontsize=KEY_PT)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.tick_params(axis="y", length=0)
    return figure, axes
