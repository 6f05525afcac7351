"""Figures of soybeans. Each takes tables of `measures.py` and returns a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.ticker import MaxNLocator

from trucewatch.page.numbers import short_day
from trucewatch.page.style import (
    BLUE,
    BROWN,
    DASHES,
    FAINT,
    GREEN,
    GREY,
    INK,
    KEY_PT,
    MUTED,
    SMALL_PT,
    VERMILLION,
    Act,
    EndLabel,
    bare,
    canvas,
    drawing,
    label_ends,
    mark_acts,
    width,
    words_near,
    wrap,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MT = 1e6
_UNKNOWN = ("no data", "not begun")
"""States of a reading in which nothing is counted."""
_METRIC = {"sold": VERMILLION, "shipped": BLUE, "arrived": GREEN}


@drawing
def season_lines(
    sold: pd.Series,
    shipped: pd.Series,
    sold_before: pd.Series,
    norm: pd.DataFrame,
    promise: pd.DataFrame,
    acts: Sequence[Act],
    *,
    start: pd.Timestamp,
    before: str,
) -> Figure:
    """Cumulative sales and shipments of a marketing year against the norm, with the slopes a promise needs.

    - `sold`, `shipped`: cumulative tonnes by week ending; a week without a report is NaN and breaks the line
    - `sold_before`: sales of the year before, shifted to this one's weeks
    - `norm`: `mean_t`, `low_t`, `high_t` by month of the marketing year (`shipments_norm`)
    - `promise`: `first`, `deadline`, `target_t`; a thin line joins nought and target of each reading of the
      first one
    - `acts`: days to mark
    - `start`: first day of the marketing year
    - `before`: name of the year before
    """
    figure, (axes,) = canvas(height=3.3, acts=acts, left=0.36, right=1.25)
    ends: Any = [start, *(start + pd.DateOffset(months=int(number)) for number in norm.index)]
    path = pd.concat([pd.DataFrame([dict.fromkeys(norm.columns, 0.0)]), norm]) / _MT
    axes.fill_between(ends, path["low_t"], path["high_t"], color=FAINT, alpha=0.75, linewidth=0)
    axes.plot(ends, path["mean_t"], color=GREY, linestyle=DASHES, linewidth=1.3)
    axes.set_xlim(ends[0], ends[-1])
    axes.set_ylim(0, float(path["high_t"].max()) * 1.04)
    earlier = sold_before.dropna() / _MT
    axes.plot(sold_before.index, sold_before / _MT, color=BROWN, linewidth=1.1, linestyle=(0, (1.5, 1.2)))
    # A report after a gap joins no line: the dot shows the value that the label names.
    axes.plot([earlier.index[-1]], [earlier.iloc[-1]], marker="o", color=BROWN, markersize=3.5)
    # Only what counts from the season's own start can be read off these axes.
    for row in promise[promise["first"] == promise["first"].iloc[0]].to_dict("records"):
        axes.plot([row["first"], row["deadline"]], [0, row["target_t"] / _MT], color=INK, linewidth=1.0)
        axes.plot([row["deadline"]], [row["target_t"] / _MT], marker="D", color=INK, markersize=5)
    axes.plot(shipped.index, shipped / _MT, color=BLUE, linewidth=2.2)
    axes.plot(sold.index, sold / _MT, color=VERMILLION, linewidth=2.2)
    _shade_missing(axes, sold)
    axes.xaxis.set_major_locator(MonthLocator(interval=2))
    axes.xaxis.set_major_formatter(DateFormatter("%b"))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    mark_acts(axes, acts)
    labels = [
        EndLabel(path["mean_t"].iloc[-1], f"Average\nshipments\n{path['mean_t'].iloc[-1]:.1f}", GREY),
        EndLabel(earlier.iloc[-1], f"Sold, {before}\n{earlier.iloc[-1]:.1f}", BROWN),
        EndLabel(sold.iloc[-1] / _MT, f"Sold {sold.iloc[-1] / _MT:.1f}", VERMILLION),
        EndLabel(shipped.iloc[-1] / _MT, f"Shipped {shipped.iloc[-1] / _MT:.1f}", BLUE),
    ]
    label_ends(axes, labels, size=KEY_PT)
    return figure


def _shade_missing(axes: Axes, weeks: pd.Series) -> None:
    """Hatch the stretches of weeks without a report."""
    known: Any = weeks.dropna().index
    for left, right in pairwise(known):
        if right - left > pd.Timedelta(days=7):
            axes.axvspan(left, right, ymax=0.05, facecolor="none", edgecolor=MUTED, hatch="////", linewidth=0)
            axes.annotate(
                "no reports",
                (left, axes.get_ylim()[1] * 0.055),
                fontsize=SMALL_PT,
                color=MUTED,
                bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.4, "alpha": 0.8},
            )


@drawing
def promise_grid(cells: pd.DataFrame, words: Mapping[tuple[str, str], str]) -> Figure:
    """Bars of what was sold, shipped and arrived by each reading of the deadline, the target as a line.

    `cells`: from `trucewatch.trade.soybean_promise.grid`; `words`: what stands beside the bar of a (reading,
    metric).
    """
    names = list(dict.fromkeys(cells["reading"]))
    is_wide = width() > 5
    figure, panels = canvas(
        height=(0.78 if is_wide else 1.15) * len(names),
        panels=len(names),
        left=0.75,
        right=0.12,
        above=0.3 if is_wide else 0.62,
        below=0.06,
    )
    widest = float(cells["target_t"].max()) / _MT
    for axes, name in zip(panels, names, strict=True):
        rows = cells[cells["reading"] == name]
        target = float(rows["target_t"].iloc[0]) / _MT
        at = np.arange(len(rows))[::-1]
        # Words stand in a column behind the target where there is room for one.
        column = target if target < 0.6 * widest else 0.0
        quantities = (rows["quantity_t"] / _MT).fillna(0)
        shown = quantities.where(~rows["status"].isin(_UNKNOWN), 0)
        axes.barh(at, shown, color=[_METRIC[metric] for metric in rows["metric"]], height=0.66)
        axes.axvline(target, color=INK, linewidth=1.4)
        deadline = rows["deadline"].iloc[0]
        head = f"{target:g} million tonnes by {short_day(deadline)} ({name})"
        if (rows["status"] == "open").any():
            until = rows.loc[rows["status"] == "open", "covered_to"].max()
            head += f", counted to {short_day(until)}"
        if not is_wide:
            head = "\n".join(wrap(head, (width() - 0.85) * 72, KEY_PT, "bold"))
        axes.set_title(head, loc="left", fontsize=KEY_PT, fontweight="bold", color=INK, pad=3)
        axes.set_yticks(at, rows["metric"], fontsize=KEY_PT)
        for place, row, length in zip(at, rows.to_dict("records"), shown, strict=True):
            beside = "\n".join(wrap(words[(name, row["metric"])], 400 if is_wide else 105, KEY_PT))
            is_told = row["status"] not in _UNKNOWN
            colour, slant = (INK, "normal") if is_told else (MUTED, "italic")
            at_end = (max(length, column), place)
            words_near(axes, at_end, beside, (6, 0), ha="left", va="center", color=colour, style=slant)
        axes.set_xlim(0, widest * 1.03)
        axes.set_ylim(-0.55, len(rows) - 0.45)
        bare(axes)
        axes.spines["left"].set_visible(True)
    return figure


@drawing
def origins(table: pd.DataFrame, names: Mapping[str, str], first: str = "2015") -> Figure:
    """China's imports by origin over the twelve months that end in each month, million tonnes.

    `table`: months x origins, tonnes (`by_origin`); `names`: reader's name of each origin; `first`: first
    period drawn.
    """
    figure, (axes,) = canvas(height=2.6, left=0.36, right=1.05)
    sums = (table.rolling(12).sum() / _MT).loc[first:]
    colours = {"USA": BLUE, "BRA": GREEN, "ARG": BROWN}
    labels = []
    for origin in table.columns:
        axes.plot(sums.index, sums[origin], color=colours[origin], linewidth=2.2)
        end = float(sums[origin].iloc[-1])
        labels.append(EndLabel(end, f"{names[origin]} {end:.1f}", colours[origin]))
    axes.set_ylim(0, float(sums.max().max()) * 1.06)
    axes.set_xlim(sums.index[0], sums.index[-1])
    year_axis(axes, 2)
    label_ends(axes, labels, size=KEY_PT)
    return figure
