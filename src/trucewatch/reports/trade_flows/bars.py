"""Bars and dumbbells of trade flows. Each takes tables of `trucewatch.trade` and returns a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from trucewatch.page.numbers import MONTHS, billions, percent, period_name, short_day
from trucewatch.page.style import (
    BLUE,
    FAINT,
    GREEN,
    KEY_PT,
    MUTED,
    PAPER,
    VERMILLION,
    acts_from,
    bare,
    canvas,
    disc,
    drawing,
    first_line,
    key,
    scale_across,
    slack,
    width,
    words_beside,
    words_near,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BILLION = 1e9


@drawing
def industry_losses(change: pd.DataFrame, names: Mapping[str, str], count: int = 10) -> Figure:
    """Bars of the largest falls by industry, with what the matched control says beside each.

    `change`: `naics3`, `change_usd`, `change`, `control_gap_usd`; largest fall first; `names`: reader's name
    of each industry code; `count`: how many industries are drawn.
    """
    figure, (axes,) = canvas(height=0.27 * count, left=2.0, right=0.15, above=0.28, below=0.28)
    rows = change.head(count).iloc[::-1]
    at = np.arange(len(rows))
    axes.barh(at, rows["change_usd"] / _BILLION, color=BLUE, height=0.62)
    axes.plot(
        rows["control_gap_usd"] / _BILLION,
        at,
        "D",
        color=GREEN,
        markersize=6,
        markeredgecolor=PAPER,
        linestyle="none",
    )
    axes.set_yticks(at, [names.get(code, code) for code in rows["naics3"]], fontsize=KEY_PT)
    scale_across(axes)
    lowest = min(rows["change_usd"].min(), rows["control_gap_usd"].min()) / _BILLION
    axes.set_xlim(lowest * 1.12, max(0.0, rows["change_usd"].max() / _BILLION) - lowest * 0.02)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        inside = min(row["change_usd"], 0) / _BILLION
        words = f"{billions(row['change_usd'])}  ({percent(row['change'], 0)})"
        taken = row["control_gap_usd"] / _BILLION
        left = min(inside, taken) if inside - 0.3 * abs(lowest) < taken < inside else inside
        words_beside(axes, left, place, words, gap=-7 if left != inside else -4)
    key(axes, [("bar", "change on the base year", BLUE), ("D", "gap to the matched control", GREEN)])
    return figure


@drawing
def seasonal_profile(factors: pd.Series) -> Figure:
    """Bars of the usual distance of each calendar month from trend (fractions, index 1..12)."""
    figure, (axes,) = canvas(height=1.7, left=0.5, right=0.1, above=0.15)
    colours = [BLUE if value >= 0 else VERMILLION for value in factors]
    axes.bar(factors.index, factors, color=colours, width=0.72)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    letters = 3 if slack() < 1.3 else 1
    axes.set_xticks(list(factors.index), [MONTHS[month - 1][:letters] for month in factors.index])
    axes.tick_params(axis="x", length=0)
    low, high = float(factors.min()), float(factors.max())
    pad = (high - low) * 0.16
    axes.set_ylim(low - pad, high + pad)
    axes.yaxis.set_visible(False)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    for month, value in factors.items():
        words = percent(value, 0, signed=True).removesuffix(" %")
        shift, side = (3, "bottom") if value >= 0 else (-3, "top")
        words_near(axes, (month, value), words, (0, shift), va=side)
    return figure


@drawing
def before_and_after(rows: pd.DataFrame) -> Figure:
    """One line a deadline: imports against expectation before it and after it, joined.

    `rows`: `trucewatch.trade.frontrunning.front_running`; deadlines without a payback yet show one point.
    """
    count = len(rows)
    figure, (axes,) = canvas(height=0.32 * count, acts=acts_from(rows), left=1.25, right=0.15)
    at = np.arange(count)[::-1]
    box = axes.get_position()
    left = 0.09 / (box.width * width()) - box.x0 / box.width
    for number, place in enumerate(at, start=1):
        axes.text(left, place, transform=axes.get_yaxis_transform(), **disc(number))
    axes.hlines(at, rows["payback"], rows["front_running"], color=FAINT, linewidth=5)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.plot(rows["front_running"], at, "o", color=VERMILLION, markersize=8)
    axes.plot(rows["payback"], at, "s", color=BLUE, markersize=7)
    both = pd.concat([rows["front_running"], rows["payback"]]).dropna()
    low, high = min(float(both.min()), 0.0), max(float(both.max()), 0.0)
    span = high - low
    axes.set_xlim(low - 0.08 * span, high + 0.2 * span)
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        ends = [value for value in (row["front_running"], row["payback"]) if not pd.isna(value)]
        words = "after: not yet known" if pd.isna(row["payback"]) else f"{100 * row['swing']:+.0f} pp"
        if ends:
            words_beside(axes, max(ends), place, words.replace("-", "−"), gap=9)
    axes.set_yticks(at, [short_day(day) for day in rows["date"]])
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_ylim(-0.6, count - 0.4)
    scale_across(axes)
    axes.xaxis.set_major_formatter(lambda value, _: percent(value, 0, signed=True))
    key(axes, [("o", "before the deadline", VERMILLION), ("s", "after it", BLUE)])
    return figure


@drawing
def mirror_bars(rows: pd.DataFrame, *, importer: str, exporter: str) -> Figure:
    """Pairs of bars a period: what the importer counted and what the exporter counted, and the gap.

    `rows`: `trucewatch.reports.trade_flows.mirror.mirror`; `importer`, `exporter`: names of the two counts.
    """
    count = len(rows)
    figure, (axes,) = canvas(height=0.46 * count, left=1.0, right=0.15, above=0.3, below=0.28)
    at = np.arange(count)[::-1]
    axes.barh(at + 0.19, rows["importer_usd"] / _BILLION, height=0.36, color=BLUE)
    axes.barh(at - 0.19, rows["value_usd"] / _BILLION, height=0.36, color=VERMILLION)
    periods = zip(rows["first_month"], rows["last_month"], strict=True)
    axes.set_yticks(at, [period_name(first, last) for first, last in periods])
    axes.set_xlim(0, float(rows["value_usd"].max()) / _BILLION * 1.12)
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        words_beside(axes, row["importer_usd"] / _BILLION, place + 0.19, billions(row["importer_usd"]))
        words = f"{billions(row['value_usd'])}  ({percent(row['gap_share'], 0, signed=True)})"
        words_beside(axes, row["value_usd"] / _BILLION, place - 0.19, words)
    bare(axes)
    key(axes, [("bar", importer, BLUE), ("bar", exporter, VERMILLION)])
    return figure


@drawing
def chapter_losses(change: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Bars of the ten largest falls by HS chapter.

    `change`: `chapter`, `change_usd`, `change` (`trucewatch.trade.concentration.chapter_change`); `names`:
    reader's name of each chapter.
    """
    figure, (axes,) = canvas(height=2.7, left=2.0, right=0.95, above=0.1, below=0.1)
    rows = change.head(10).iloc[::-1]
    at = np.arange(len(rows))
    axes.barh(at, -rows["change_usd"] / _BILLION, color=BLUE, height=0.62)
    full = [f"{code} {names.get(code, '')}".strip() for code in rows["chapter"]]
    labels = [first_line(name, 1.9 * 72, KEY_PT) for name in full]
    axes.set_yticks(at, labels, fontsize=KEY_PT)
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        words = f"{billions(row['change_usd'])}  ({percent(row['change'], 0)})"
        words_beside(axes, -row["change_usd"] / _BILLION, place, words)
    bare(axes)
    return figure
