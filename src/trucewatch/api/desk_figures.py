"""Figures of the desk: the duty on one product, what moved an average, who gained. Each takes a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trucewatch.page.numbers import billions, number
from trucewatch.page.style import (
    BLUE,
    INK,
    KEY_PT,
    MUTED,
    VERMILLION,
    EndLabel,
    bare,
    canvas,
    house,
    label_ends,
    words_outside,
    wrap,
)
from trucewatch.reports.tariff_timeline.figures import (
    band_colours,
    bands,
    day_axis,
    fill_steps,
    in_span,
    layers,
    step_corners,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BILLION = 1e9
_FACTS = ("total_pct", "lower_pct", "upper_pct", "snapback_pct", "confidence")


@house()
def product_duty(duty: pd.DataFrame, importer: str, since: date, until: date) -> Figure:
    """Duty on one product over time, stacked by authority.

    Parameters
    ----------
    duty
        As `trucewatch.answers.history` returns it.
    importer
        Whose duty; it decides the names of the bands.
    since, until
        First and last day drawn.
    """
    authorities = [name for name in duty.columns[2:] if name not in _FACTS]
    tall = duty.melt(
        ["valid_from", "valid_to"], [*authorities, "total_pct"], var_name="authority", value_name="rate_pct"
    ).astype({"rate_pct": float})
    tall["authority"] = tall["authority"].replace("total_pct", "total")
    table = in_span(bands(tall, importer), since, until)
    colours, high = band_colours(importer), np.zeros(len(table))
    figure, (axes,) = canvas(height=2.7, left=0.42, right=1.0, above=0.5)
    day_axis(axes, since, until)
    for name, low, high in layers(table):
        if table[name].any():
            fill_steps(axes, table, low, high, colours[name], label=name)
    axes.step(*step_corners(table, high), where="post", color=INK, linewidth=1.1)
    axes.set_ylim(0, max(float(high.max()), 1) * 1.06)
    label_ends(axes, [EndLabel(float(high[-1]), f"In all {high[-1]:g}", INK)], size=KEY_PT)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, fontsize=KEY_PT - 0.6,
            borderpad=0, borderaxespad=0.3, handlelength=0.9, handletextpad=0.4, columnspacing=1.1,
        )  # fmt: skip
    return figure


@house()
def moved_by(points: Mapping[str, float]) -> Figure:
    """Bars of what moved an average, points of customs value, a bar an authority; rises and falls by colour.

    Parameters
    ----------
    points
        By authority, in the order of the bars from the top.
    """
    figure, axes = _bars(list(points), 1.25, 0.3)
    at, values = np.arange(len(points))[::-1], np.array(list(points.values()), dtype=float)
    axes.barh(at, values, height=0.62, color=np.where(values > 0, VERMILLION, BLUE))
    _room(axes, values)
    for place, value in zip(at, values, strict=True):
        words_outside(axes, value, place, number(value, "+.2f"))
    return figure


@house()
def gains(rows: pd.DataFrame, name: str) -> Figure:
    """Pairs of bars by industry: the change of imports from China, and of those from one partner.

    Parameters
    ----------
    rows
        `industry`, `china_change_usd`, `change_usd`, in the order of the bars from the top.
    name
        The partner's name for the key.
    """
    figure, axes = _bars(rows["industry"].tolist(), 2.05, 0.46, above=0.3)
    at = np.arange(len(rows))[::-1]
    ends = rows[["china_change_usd", "change_usd"]].to_numpy(dtype=float) / _BILLION
    for column, colour, shift in ((0, VERMILLION, 0.19), (1, BLUE, -0.19)):
        axes.barh(at + shift, ends[:, column], height=0.36, color=colour)
        for place, value in zip(at, ends[:, column], strict=True):
            words_outside(axes, value, place + shift, billions(value * _BILLION, signed=True))
    _room(axes, ends.ravel())
    for x, words, colour in ((0, "▬ China", VERMILLION), (0.25, f"▬ {name}", BLUE)):
        axes.text(x, 1.02, words, transform=axes.transAxes, color=colour, fontsize=KEY_PT, fontweight="bold")
    return figure


def _bars(labels: Sequence[str], left: float, row: float, above: float = 0.1) -> tuple[Figure, Axes]:
    """Lay out axes for horizontal bars, their names on the left, no scale: the bars carry their numbers."""
    figure, (axes,) = canvas(height=row * max(len(labels), 1), left=left, right=0.2, above=above, below=0.1)
    shown = ["\n".join(wrap(label, (left - 0.1) * 72, KEY_PT)) for label in labels]
    axes.set_yticks(np.arange(len(labels))[::-1], shown, fontsize=KEY_PT)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    bare(axes)
    return figure, axes


def _room(axes: Axes, ends: np.ndarray) -> None:
    """Leave room for the numbers beside the bars."""
    low, high = min(float(ends.min()), 0.0), max(float(ends.max()), 0.0)
    span = (high - low) or 1.0
    axes.set_xlim(low - 0.16 * span, high + 0.16 * span)
