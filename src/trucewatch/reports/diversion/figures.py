"""Figures of diversion. Each takes tables of `trucewatch.reports.diversion.measures` and its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trucewatch.page.numbers import MONTHS, billions, number, percent
from trucewatch.page.style import (
    DIVERGING,
    GREEN,
    INK,
    KEY_PT,
    MUTED,
    TEXT_PT,
    VERMILLION,
    bare,
    canvas,
    drawing,
    key,
    slack,
    words_outside,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@drawing
def replaced(table: pd.DataFrame, others: str = "the others together") -> Figure:
    """Pairs of bars a group: what China lost, and what the others gained, US dollars.

    `table`: `trucewatch.reports.diversion.measures.replacement`; first column the group; `others`: name of
    the second bar.
    """
    rows = table.iloc[::-1]
    figure, (axes,) = canvas(height=0.52 * len(rows), left=1.9, right=0.2, above=0.3, below=0.1)
    at = np.arange(len(rows))
    axes.barh(at + 0.19, -rows["loss_usd"] / 1e9, height=0.36, color=VERMILLION)
    axes.barh(at - 0.19, rows["gain_usd"] / 1e9, height=0.36, color=GREEN)
    axes.set_yticks(at, rows.iloc[:, 0])
    axes.axvline(0, color=MUTED, linewidth=0.8)
    ends = np.concatenate([-rows["loss_usd"], rows["gain_usd"]]) / 1e9
    span = ends.max() - ends.min()
    axes.set_xlim(min(ends.min(), 0) - 0.2 * slack() ** 3 * span, max(ends.max(), 0) + 0.28 * span)
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        words_outside(axes, -row["loss_usd"] / 1e9, place + 0.19, billions(-row["loss_usd"], signed=True))
        ratio = (
            ""
            if pd.isna(row["ratio"]) or row["gain_usd"] <= 0
            else f"  ({percent(row['ratio'], 0)} of the loss)"
        )
        words_outside(
            axes, row["gain_usd"] / 1e9, place - 0.19, billions(row["gain_usd"], signed=True) + ratio
        )
    bare(axes)
    key(axes, [("bar", "China", VERMILLION), ("bar", others, GREEN)])
    return figure


@drawing
def estimates(table: pd.DataFrame, names: Sequence[str]) -> Figure:
    """Estimates with their intervals, one row each.

    `table`: `models.estimates`; `names`: what a reader sees of each row.
    """
    figure, (axes,) = canvas(height=0.3 * len(table), left=2.6, right=0.75, above=0.1, below=0.36)
    at = np.arange(len(table))[::-1]
    axes.axvline(0, color=MUTED, linewidth=0.8)
    colours = [VERMILLION if "_in_" in regressor else INK for regressor in table["regressor"]]
    axes.hlines(at, table["low"], table["high"], color=colours, linewidth=1.6)
    axes.scatter(table["estimate"], at, color=colours, s=28, zorder=3)
    axes.set_yticks(at, list(names), fontsize=KEY_PT)
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(lambda value, _: number(value, "+.0f"))
    for place, row in zip(at, table.to_dict("records"), strict=True):
        axes.annotate(
            number(row["estimate"], "+.2f"),
            (1.02, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=KEY_PT,
        )
    return figure


@drawing
def share_map(change: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Heat map of the change of China's share, industries in rows, months in columns, points."""
    figure, (axes,) = canvas(height=0.25 * change.shape[1] + 0.1, left=2.0, right=0.62, above=0.1)
    limit = float(np.ceil(np.nanquantile(np.abs(change.to_numpy()), 0.98)))
    image = axes.pcolormesh(
        np.arange(len(change) + 1), np.arange(change.shape[1] + 1), change.T.to_numpy(),
        cmap=DIVERGING, vmin=-limit, vmax=limit, edgecolors="#ffffff", linewidth=0.5,
    )  # fmt: skip
    axes.invert_yaxis()
    axes.set_yticks(np.arange(change.shape[1]) + 0.5, [names.get(code, code) for code in change.columns])
    axes.tick_params(axis="y", labelsize=KEY_PT)
    months = pd.DatetimeIndex(change.index)
    shown = [place for place, month in enumerate(months) if place == 0 or month.month in (1, 7)]
    texts = [f"{MONTHS[months[place].month - 1]}\n{months[place].year}" for place in shown]
    axes.set_xticks(np.array(shown) + 0.5, texts, fontsize=KEY_PT)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    box = axes.get_position()
    scale = figure.add_axes((box.x1 + 0.02, box.y0, 0.022, box.height))
    figure.colorbar(image, cax=scale)
    scale.tick_params(labelsize=KEY_PT, length=0)
    scale.grid(visible=False)
    scale.yaxis.set_major_formatter(lambda value, _: number(value, "+.0f"))
    return figure


@drawing
def heading_pairs(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Pairs of bars for ten headings: what China lost, and the change of all other suppliers, US dollars."""
    rows = table.head(10)
    named = ["\n".join(wrap(f"{code} {names.get(code, '')}".strip(), 125, TEXT_PT)) for code in rows["hs4"]]
    return replaced(
        rows[["loss_usd", "gain_usd", "ratio"]].assign(group=named)[
            ["group", "loss_usd", "gain_usd", "ratio"]
        ]
    )


@drawing
def gains(changes: pd.Series, names: Mapping[str, str], count: int = 8) -> Figure:
    """Bars by supplier, US dollars: the largest gains and, below them, the largest losses.

    `changes`: change by supplier, largest gain first; `names`: reader's name by supplier; `count`: bars on
    each side, at most.
    """
    gained, lost = changes[changes > 0].head(count), changes[changes < 0].tail(count)
    rows = pd.concat([gained, lost]).iloc[::-1] / 1e9
    figure, (axes,) = canvas(height=0.26 * len(rows), left=1.3, right=0.2, above=0.1, below=0.1)
    at = np.arange(len(rows))
    colours = [VERMILLION if code == "CHN" else GREEN if value > 0 else MUTED for code, value in rows.items()]
    axes.barh(at, rows, height=0.7, color=colours)
    axes.set_yticks(at, [names.get(str(code), str(code)) for code in rows.index])
    axes.axvline(0, color=MUTED, linewidth=0.8)
    span = max(rows.max(), 0) - min(rows.min(), 0)
    axes.set_xlim(
        min(rows.min(), 0) - 0.14 * slack() ** 3 * span, max(rows.max(), 0) + 0.14 * slack() ** 3 * span
    )
    for place, value in zip(at, rows, strict=True):
        words_outside(axes, value, float(place), billions(1e9 * value, signed=True))
    bare(axes)
    return figure
