"""Figures of trade flows over time. Each takes tables of `trucewatch.trade` and returns a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.ticker import MaxNLocator

from trucewatch.page.numbers import MONTHS, percent
from trucewatch.page.style import (
    BLUE,
    COUNTRY,
    DASHES,
    DIVERGING,
    FAINT,
    GREEN,
    GREY,
    KEY_PT,
    OTHERS,
    PAPER,
    VERMILLION,
    Act,
    EndLabel,
    canvas,
    drawing,
    label_ends,
    mark_acts,
    percent_axis,
    width,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BILLION = 1e9


@drawing
def imports_against_counterfactual(
    imports: pd.Series,
    counterfactual: pd.DataFrame,
    acts: Sequence[Act],
    *,
    since: pd.Timestamp,
    gap_text: str,
    control: pd.Series | None = None,
) -> Figure:
    """Imports since 2023, the path expected before the shock with its band, and the gap, shaded.

    - `imports`: monthly imports, US dollars
    - `counterfactual`: `value_usd`, `counterfactual_usd`, `low_usd`, `high_usd` by month
      (`Counterfactual.table`)
    - `acts`: acts to mark, in order of date
    - `since`: first month of the shaded gap
    - `gap_text`: words written into the gap
    - `control`: the matched control by month, US dollars, drawn as a second expectation
    """
    figure, (axes,) = canvas(height=3.1, acts=acts, left=0.34, right=1.12)
    shown = imports.loc["2023-01":] / _BILLION
    table = counterfactual / _BILLION
    axes.set_ylim(0, max(shown.max(), table["high_usd"].max()) * 1.04)
    axes.set_xlim(shown.index[0], shown.index[-1])
    axes.fill_between(table.index, table["low_usd"], table["high_usd"], color=FAINT, alpha=0.75, linewidth=0)
    gap = table.loc[since:]
    axes.fill_between(
        gap.index, gap["value_usd"], gap["counterfactual_usd"], color=VERMILLION, alpha=0.28, linewidth=0
    )
    axes.plot(table.index, table["counterfactual_usd"], color=GREY, linestyle=DASHES)
    labels = [
        EndLabel(shown.iloc[-1], "Imports", BLUE),
        EndLabel(table["counterfactual_usd"].iloc[-1], "Expected", GREY),
    ]
    if control is not None:
        scaled = control / _BILLION
        axes.plot(scaled.index, scaled, color=GREEN, linewidth=1.3, linestyle=(0, (1, 1.2)))
        peak = (scaled.idxmax(), scaled.max())
        _point_at(axes, "Had China kept pace\nwith other suppliers", peak, GREEN)
    axes.plot(shown.index, shown, color=BLUE, linewidth=2.2)
    middle = gap.index[len(gap) // 2]
    axes.annotate(
        gap_text,
        (middle, min(gap.loc[middle, ["value_usd", "counterfactual_usd"]])),
        xytext=(0, -30),
        textcoords="offset points",
        ha="center",
        va="top",
        color=VERMILLION,
        fontweight="bold",
        linespacing=1.25,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
        arrowprops={"arrowstyle": "-", "color": VERMILLION, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0},
    )
    year_axis(axes)
    mark_acts(axes, acts)
    label_ends(axes, labels)
    return figure


@drawing
def industry_heat_map(growth: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Heat map of growth on the year before: industries down, months across.

    `growth`: months x industries, fractions; the colour is full at 1, both ways; `names`: reader's name of
    each industry code.
    """
    # Imported here: only this figure needs it.
    import seaborn as sns
    from matplotlib.ticker import FixedLocator, FuncFormatter

    figure, (axes,) = canvas(height=0.24 * growth.shape[1] + 0.1, left=2.0, right=0.62, above=0.1)
    matrix = growth.T
    matrix.index = pd.Index([names.get(code, code) for code in matrix.index])
    matrix.columns = pd.Index(_month_labels(pd.DatetimeIndex(growth.index)))
    scale = figure.add_axes((0.9, axes.get_position().y0, 0.022, axes.get_position().height))
    sns.heatmap(
        matrix,
        ax=axes,
        cbar_ax=scale,
        cmap=DIVERGING,
        vmin=-1,
        vmax=1,
        linewidths=0.6,
        linecolor="#ffffff",
        xticklabels=True,
        yticklabels=True,
        cbar_kws={"ticks": FixedLocator([-1, -0.5, 0, 0.5, 1])},
    )
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.set_xlabel("")
    axes.set_ylabel("")
    axes.tick_params(axis="y", labelrotation=0, labelsize=KEY_PT)
    axes.tick_params(axis="x", labelrotation=0, labelsize=KEY_PT)
    scale.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0, signed=True)))
    scale.tick_params(labelsize=KEY_PT, length=0)
    scale.grid(visible=False)
    return figure


@drawing
def import_shares(shares: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Lines of partners' shares, named at their ends.

    `shares`: months x partners, fractions; the first column is drawn heaviest; `names`: reader's name of each
    partner.
    """
    figure, (axes,) = canvas(height=2.7, left=0.46, right=1.1)
    labels = []
    for column in shares.columns:
        colour = COUNTRY.get(column, OTHERS)
        line = shares[column].dropna()
        is_first = column == shares.columns[0]
        axes.plot(line.index, line, color=colour, linewidth=2.4 if is_first else 1.4)
        words = f"{names.get(column, column)} {percent(line.iloc[-1])}"
        labels.append(EndLabel(line.iloc[-1], words, colour))
    axes.set_ylim(0, float(shares.max().max()) * 1.1)
    axes.set_xlim(shares.index[0], shares.index[-1])
    percent_axis(axes)
    year_axis(axes, 2)
    label_ends(axes, labels, size=KEY_PT)
    return figure


@drawing
def flow_with_average(flow: pd.Series, acts: Sequence[Act], *, name: str, first: str) -> Figure:
    """Thin monthly line and heavy twelve-month average of one flow, US dollars a month."""
    figure, (axes,) = canvas(height=2.5, acts=acts, left=0.34, right=1.1)
    average = (flow.rolling(12).mean() / _BILLION).loc[first:]
    shown = (flow / _BILLION).loc[first:]
    axes.plot(shown.index, shown, color=BLUE, linewidth=0.9, alpha=0.55)
    axes.plot(average.index, average, color=BLUE, linewidth=2.4)
    axes.set_ylim(0, shown.max() * 1.08)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlim(shown.index[0], shown.index[-1])
    year_axis(axes, 2 if len(shown) > 96 else 1)
    mark_acts(axes, acts)
    labels = [EndLabel(average.iloc[-1], f"{name},\n12-month mean\n{average.iloc[-1]:.1f}", BLUE)]
    label_ends(axes, labels, size=KEY_PT)
    return figure


def _point_at(axes: Axes, words: str, at: tuple[Any, float], colour: str) -> None:
    """Write words into the empty upper left of the axes, with a line to what they name."""
    axes.annotate(
        words,
        at,
        xytext=(0.34, 0.93),
        textcoords="axes fraction",
        ha="center",
        va="center",
        color=colour,
        fontsize=KEY_PT + 0.4,
        fontweight="bold",
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.9, "shrinkA": 4, "shrinkB": 0},
    )


def _month_labels(months: pd.DatetimeIndex) -> list[str]:
    """First letters of months; with the year where one begins, and before if there is room for it."""
    texts = [MONTHS[month.month - 1][0] for month in months]
    for at, month in enumerate(months):
        if month.month == 1 or (at == 0 and (month.month < 8 or width() > 5)):
            texts[at] = f"{MONTHS[month.month - 1][: 3 if width() > 5 else 1]}\n{month.year}"
    return texts
