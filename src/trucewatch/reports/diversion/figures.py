"""Figures of diversion. Each takes tables of `trucewatch.reports.diversion.measures` and its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trucewatch.page.numbers import MONTHS, billions, number, percent, points
from trucewatch.page.style import (
    BLUE,
    BROWN,
    DIVERGING,
    GREEN,
    INK,
    KEY_PT,
    MUTED,
    PURPLE,
    TEXT_PT,
    VERMILLION,
    Act,
    EndLabel,
    canvas,
    house,
    label_ends,
    mark_acts,
    percent_axis,
    wrap,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trucewatch.reports.diversion.models import Fit

PARTNER_COLOURS = {"CHN": VERMILLION, "MEX": GREEN, "TWN": PURPLE, "VNM": BLUE, "ROW": BROWN}


def share_slopes(shares: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Figure:
    """Slopes of partners' shares between years, one panel a bin of the rise.

    Parameters
    ----------
    shares
        By bin: years x partners, fractions.
    names
        Reader's name of each partner.
    """
    with house():
        figure, panels = canvas(
            height=2.1 * len(shares), panels=len(shares), left=0.46, right=1.15, above=0.36
        )
        high = max(float(table.max().max()) for table in shares.values())
        for axes, (bin_name, table) in zip(panels, shares.items(), strict=True):
            at = np.arange(len(table))
            labels = []
            for partner in table.columns:
                colour = PARTNER_COLOURS.get(partner, MUTED)
                wide = 2.6 if partner == "CHN" else 1.6
                axes.plot(at, table[partner], color=colour, linewidth=wide, marker="o", markersize=5)
                words = f"{names.get(partner, partner)} {percent(table[partner].iloc[-1], 0)}"
                labels.append(EndLabel(float(table[partner].iloc[-1]), words, colour))
            axes.set_xticks(at, [str(year) for year in table.index])
            axes.set_xlim(-0.08, at[-1])
            axes.set_ylim(0, high * 1.1)
            percent_axis(axes)
            axes.text(
                0,
                1.04,
                f"Duty up by {bin_name} points",
                transform=axes.transAxes,
                fontweight="bold",
                color=INK,
            )
            label_ends(axes, labels, size=KEY_PT)
    return figure


def replaced(table: pd.DataFrame) -> Figure:
    """Pairs of bars a group: what China lost, and what the others gained, US dollars.

    Parameters
    ----------
    table
        `trucewatch.reports.diversion.measures.replacement`; first column the group.
    """
    with house():
        rows = table.iloc[::-1]
        figure, (axes,) = canvas(height=0.52 * len(rows), left=1.9, right=0.2, above=0.3, below=0.1)
        at = np.arange(len(rows))
        axes.barh(at + 0.19, -rows["loss_usd"] / 1e9, height=0.36, color=VERMILLION)
        axes.barh(at - 0.19, rows["gain_usd"] / 1e9, height=0.36, color=BLUE)
        axes.set_yticks(at, rows.iloc[:, 0])
        axes.axvline(0, color=MUTED, linewidth=0.8)
        ends = np.concatenate([-rows["loss_usd"], rows["gain_usd"]]) / 1e9
        span = ends.max() - ends.min()
        axes.set_xlim(min(ends.min(), 0) - 0.16 * span, max(ends.max(), 0) + 0.28 * span)
        for place, row in zip(at, rows.to_dict("records"), strict=True):
            _outside(axes, -row["loss_usd"] / 1e9, place + 0.19, billions(-row["loss_usd"], signed=True))
            ratio = (
                ""
                if pd.isna(row["ratio"]) or row["gain_usd"] <= 0
                else f"  ({percent(row['ratio'], 0)} of the loss)"
            )
            _outside(
                axes, row["gain_usd"] / 1e9, place - 0.19, billions(row["gain_usd"], signed=True) + ratio
            )
        axes.xaxis.set_visible(False)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        for x, words, colour in ((0, "▬ China", VERMILLION), (0.4, "▬ the others together", BLUE)):
            axes.text(
                x, 1.03, words, transform=axes.transAxes, color=colour, fontsize=KEY_PT, fontweight="bold"
            )
    return figure


def coefficients(fits: Mapping[str, Fit], notes: Mapping[str, str], acts: Sequence[Act] = ()) -> Figure:
    """Coefficients by period with their bands, one panel an equation; the pre-trend test stands in the panel.

    Parameters
    ----------
    fits
        By name of the equation.
    notes
        Text of the pre-trend test, by the same names.
    acts
        Acts to mark on a monthly axis.
    """
    with house():
        figure, panels = canvas(
            height=1.9 * len(fits), panels=len(fits), acts=acts, left=0.5, right=0.15, above=0.66, below=0.36
        )
        for place, (axes, (name, fit)) in enumerate(zip(panels, fits.items(), strict=True)):
            table, is_yearly = fit.table, len(str(fit.reference)) == 4
            at: Any = np.arange(len(table)) if is_yearly else pd.DatetimeIndex(pd.to_datetime(table.index))
            axes.axhline(0, color=MUTED, linewidth=0.8)
            axes.vlines(at, table["low"], table["high"], color=BLUE, linewidth=1.4)
            axes.plot(at, table["estimate"], "o", color=BLUE, markersize=5 if is_yearly else 3.5)
            reference = list(table.index).index(fit.reference)
            axes.plot(at[reference], 0, "o", markersize=6, markerfacecolor="#ffffff", markeredgecolor=INK)
            if is_yearly:
                axes.set_xticks(at, list(table.index))
                axes.set_xlim(-0.4, len(at) - 0.6)
            else:
                axes.set_xlim(at[0] - pd.Timedelta(days=20), at[-1] + pd.Timedelta(days=20))
                year_axis(axes)
            axes.yaxis.set_major_formatter(lambda value, _: points(value, signed=True))
            lift = 1.2 if place == 0 and acts else 1.04
            axes.text(
                0,
                lift + 0.13,
                name,
                transform=axes.transAxes,
                fontweight="bold",
                color=INK,
                fontsize=KEY_PT + 0.6,
            )
            axes.text(0, lift, notes[name], transform=axes.transAxes, color=MUTED, fontsize=KEY_PT)
        if acts:
            mark_acts(panels[0], acts)
    return figure


def share_map(change: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Heat map of the change of China's share, industries in rows, months in columns, points."""
    with house():
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


def heading_pairs(table: pd.DataFrame, names: Mapping[str, str], count: int = 10) -> Figure:
    """Pairs of bars a heading: what China lost, and the change of all other suppliers, US dollars."""
    rows = table.head(count)
    named = [_first(f"{code} {names.get(code, '')}".strip()) for code in rows["hs4"]]
    return replaced(
        rows[["loss_usd", "gain_usd", "ratio"]].assign(group=named)[
            ["group", "loss_usd", "gain_usd", "ratio"]
        ]
    )


def gains(changes: pd.Series, names: Mapping[str, str], count: int = 8) -> Figure:
    """Bars by supplier, US dollars: the largest gains and, below them, the largest losses.

    Parameters
    ----------
    changes
        Change by supplier, largest gain first.
    names
        Reader's name by supplier.
    count
        Bars on each side, at most.
    """
    gained, lost = changes[changes > 0].head(count), changes[changes < 0].tail(count)
    rows = pd.concat([gained, lost]).iloc[::-1] / 1e9
    with house():
        figure, (axes,) = canvas(height=0.26 * len(rows), left=1.3, right=0.2, above=0.1, below=0.1)
        at = np.arange(len(rows))
        colours = [
            VERMILLION if code == "CHN" else BLUE if value > 0 else MUTED for code, value in rows.items()
        ]
        axes.barh(at, rows, height=0.7, color=colours)
        axes.set_yticks(at, [names.get(str(code), str(code)) for code in rows.index])
        axes.axvline(0, color=MUTED, linewidth=0.8)
        span = max(rows.max(), 0) - min(rows.min(), 0)
        axes.set_xlim(min(rows.min(), 0) - 0.14 * span, max(rows.max(), 0) + 0.14 * span)
        for place, value in zip(at, rows, strict=True):
            _outside(axes, value, float(place), billions(1e9 * value, signed=True))
        axes.xaxis.set_visible(False)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
    return figure


def _first(text: str) -> str:
    """The first line of a name, as wide as the margin."""
    lines = wrap(text, 120, TEXT_PT)
    return lines[0] if len(lines) == 1 else f"{lines[0]} …"


def _outside(axes: Axes, value: float, at: float, words: str) -> None:
    is_right = value >= 0
    axes.annotate(
        words,
        (value, at),
        xytext=(4 if is_right else -4, 0),
        textcoords="offset points",
        ha="left" if is_right else "right",
        va="center",
        fontsize=KEY_PT,
        color=INK,
    )
