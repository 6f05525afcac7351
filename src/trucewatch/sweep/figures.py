"""How the headlines of a report move with its parameters: one panel a headline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from trucewatch.page.style import COLOURS, KEY_PT, TEXT_PT, house, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANEL_HEIGHT = 1.9
_MARKERS = "osD^vP"
#: A line for each value of the other parameters, as long as they can be told apart.
MOST_LINES = len(COLOURS)


@house()
def headlines(table: pd.DataFrame, varied: Sequence[str], names: Sequence[str], title: str) -> Figure:
    """Draw each headline over the first parameter of the grid, one line for each value of the others.

    `table`: one row a cell and headline: the parameters, `headline`, `value`, `unit`; `varied`: the
    parameters of the grid, the one of the horizontal axis first; `names`: the headlines to draw, one panel
    each; `title`: what stands over the panels.
    """
    from matplotlib import pyplot as plt

    across, others = varied[0], list(varied[1:])
    lines = table[others].astype(str).agg(", ".join, axis=1) if others else pd.Series("", index=table.index)
    drawn = table.assign(_line=lines)
    labels = list(dict.fromkeys(lines))
    told_apart = len(labels) <= MOST_LINES
    fig, grid = plt.subplots(
        len(names),
        1,
        figsize=(width(), _PANEL_HEIGHT * len(names) + 0.4),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    for axes, name in zip(grid[:, 0], names, strict=True):
        _panel(axes, drawn[drawn["headline"] == name], across, labels if told_apart else [])
    fig.suptitle(title, x=0.01, ha="left", fontsize=TEXT_PT + 2, fontweight="bold")
    grid[-1, 0].set_xlabel(across)
    if others and told_apart:
        handles, shown = grid[0, 0].get_legend_handles_labels()
        title = ", ".join(others)
        fig.legend(
            handles, shown, title=title, loc="outside lower center", ncols=3, frameon=False, fontsize=KEY_PT
        )
    plt.close(fig)
    return fig


def _panel(axes: Axes, rows: pd.DataFrame, across: str, labels: Sequence[str]) -> None:
    """Lines for each label, or dots alone where there are too many lines to tell apart."""
    units = ", ".join(unit for unit in dict.fromkeys(rows["unit"]) if unit)
    axes.set_title(
        f"{rows['headline'].iloc[0]} ({units})" if units else rows["headline"].iloc[0],
        loc="left",
        fontsize=TEXT_PT,
    )
    numeric = pd.api.types.is_numeric_dtype(rows[across]) and rows[across].dtype != bool
    places = rows[across] if numeric else rows[across].astype(str)
    if not labels:
        axes.plot(places, rows["value"], linestyle="none", marker="o", color=COLOURS[0], alpha=0.5)
        return
    for place, label in enumerate(labels):
        own = rows["_line"] == label
        axes.plot(
            places[own],
            rows.loc[own, "value"],
            marker=_MARKERS[place],
            color=COLOURS[place],
            linestyle="-" if numeric else ":",
            label=label,
        )
