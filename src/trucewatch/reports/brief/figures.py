"""Figures of the brief: the five dials, and the chronology of the acts that mattered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trucewatch.ledger.cell_types import UNVERIFIED
from trucewatch.ledger.stances import CONCILIATORY, HOSTILE
from trucewatch.page.numbers import short_day
from trucewatch.page.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    KEY_PT,
    MUTED,
    PAPER,
    TEXT_PT,
    VERMILLION,
    drawing,
    spread,
    width,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS = 72.0
#: Colour and mark of each stance; the mark tells them apart without colour.
STANCE: dict[str, tuple[str, str]] = {HOSTILE: (VERMILLION, "v"), CONCILIATORY: (GREEN, "^")}
_OTHER = (GREY, "o")
_LINE = KEY_PT * 1.3
#: Stands for a blank where a line must not break.
_GLUE = "¤"


@drawing
def dials(table: pd.DataFrame, names: Mapping[str, str], then_name: str) -> Figure:
    """One bar a dial from calm to worst, with its value, its day, and where it stood at an earlier day.

    - `table`: by dial: `value` (0 to 100), `then` (the same at the earlier day, may be missing), `words`
      (what it rests on, with its day)
    - `names`: what a reader calls each dial
    - `then_name`: the earlier day in words
    """
    from matplotlib.figure import Figure

    told = [wrap(str(words), 0.86 * width() * _POINTS, KEY_PT) for words in table["words"]]
    more = max(len(lines) for lines in told) - 1
    row, head, foot = 0.82 + 0.16 * more, 0.2, 0.36 if width() > 5 else 0.55
    tall = head + row * len(table) + foot
    figure = Figure(figsize=(width(), tall))
    axes = figure.add_axes((0.02, foot / tall, 0.86, row * len(table) / tall))
    axes.set_xlim(0, 100)
    axes.set_ylim(len(table), 0)
    axes.axis("off")
    for at, (name, dial) in enumerate(table.iterrows()):
        _bar(axes, at, names.get(str(name), str(name)), dial, told[at], row)
    axes.plot([0, 100], [len(table)] * 2, color=MUTED, linewidth=0.8, transform=axes.transData, clip_on=False)
    for x, text, place in ((0, "0 calm", "left"), (100, "100 worst", "right")):
        axes.text(x, len(table) + 0.07, text, ha=place, va="top", fontsize=KEY_PT, color=MUTED)
    left, low = (28, 0.0) if width() > 5 else (2, 0.19 / row)
    axes.plot(left, len(table) + 0.2 + low, marker="D", markersize=5, **_HOLLOW)
    x, y = left + 2, len(table) + 0.07 + low
    axes.text(x, y, f" {then_name}", ha="left", va="top", fontsize=KEY_PT, color=MUTED)
    return figure


_HOLLOW: Any = {
    "markerfacecolor": PAPER,
    "markeredgecolor": INK,
    "markeredgewidth": 1.2,
    "linestyle": "none",
    "clip_on": False,
    "zorder": 5,
}


def _bar(axes: Axes, at: int, name: str, dial: pd.Series, lines: Sequence[str], row: float) -> None:
    """Draw one dial: its name, what it rests on, its bar; `row` is its height, inches."""
    value = float(dial["value"])
    middle, thick = at + 1 - 0.2 / row, 0.165 / row
    axes.text(0, at + 0.115 / row, name, fontsize=TEXT_PT + 0.5, fontweight="bold", va="center")
    for number, words in enumerate(lines):
        y = at + (0.345 + 0.155 * number) / row
        axes.text(0, y, words, fontsize=KEY_PT, color=MUTED, va="center")
    axes.barh(middle, 100, height=thick, color=FAINT)
    axes.barh(middle, value, height=thick, color=BLUE)
    if pd.notna(dial["then"]):
        axes.plot(float(dial["then"]), middle, marker="D", markersize=5, **_HOLLOW)
    axes.text(
        103, middle, f"{value:.0f}", fontsize=15, fontweight="bold", color=BLUE, va="center", clip_on=False
    )


@drawing
def chronology(acts: pd.DataFrame, phases: pd.DataFrame, today: pd.Timestamp) -> Figure:
    """Draw the acts that mattered on one line of time that runs down: the United States left, China right.

    `acts`: `date`, `side` (USA, CHN, both), `title`, `stance`, `confidence`, in order; `phases`:
    `valid_from`, `valid_to`, `is_truce`: truces are shaded; `today`: last day of the law; acts after it are
    drawn open.
    """
    from matplotlib.dates import date2num
    from matplotlib.figure import Figure

    half = width() / 2
    column = (half - 0.42) * _POINTS
    days = np.asarray(date2num(pd.to_datetime(acts["date"].astype(str))), dtype=float)
    texts = [
        [short_day(day) + (", unverified" if confidence == UNVERIFIED else ""), *_wrapped(title, column)]
        for day, title, confidence in zip(acts["date"], acts["title"], acts["confidence"], strict=True)
    ]
    sizes = np.array([len(lines) * _LINE + 5.0 for lines in texts])
    left = (acts["side"] != "CHN").to_numpy()
    # long enough for the fuller column, and for one month to be seen
    body = max(sizes[left].sum(), sizes[~left].sum(), 420.0) * 1.06
    head = 34.0
    tall = body + head + 10.0
    figure = Figure(figsize=(width(), tall / _POINTS))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width() * _POINTS)
    axes.set_ylim(tall, 0)
    axes.axis("off")
    first, last = days.min() - 12, days.max() + 12

    def place(day: Any) -> Any:
        return head + (np.asarray(day, dtype=float) - first) / (last - first) * body

    spine = half * _POINTS
    _truces(axes, phases, spine, place)
    axes.plot([spine, spine], [head - 4, head + body], color=MUTED, linewidth=1.2)
    _months(axes, spine, place, first, last)
    for text, x, ha in (("United States, or both", spine - 22, "right"), ("China", spine + 22, "left")):
        axes.text(x, 10, text, ha=ha, va="center", fontsize=TEXT_PT, fontweight="bold")
    for side in (True, False):
        which = np.flatnonzero(left == side)
        ys = spread(place(days[which]), sizes[which], head, head + body)
        for at, y in zip(which, ys, strict=True):
            _entry(axes, acts.iloc[at], texts[at], spine, float(place(days[at])), float(y), side, today)
    return figure


def _entry(
    axes: Axes,
    act: pd.Series,
    lines: list[str],
    spine: float,
    true: float,
    y: float,
    is_left: bool,
    today: pd.Timestamp,
) -> None:
    colour, mark = STANCE.get(str(act["stance"]), _OTHER)
    way = -1 if is_left else 1
    is_ahead = pd.Timestamp(str(act["date"])) > today
    axes.plot([spine, spine + way * 10, spine + way * 20], [true, true, y], color=colour, linewidth=0.7)
    axes.plot(
        spine,
        true,
        marker=mark,
        markersize=6,
        color=colour,
        markerfacecolor=PAPER if is_ahead else colour,
        linestyle="none",
        zorder=4,
    )
    top = y - (len(lines) - 1) * _LINE / 2
    for number, line in enumerate(lines):
        axes.text(
            spine + way * 23,
            top + number * _LINE,
            line,
            fontsize=KEY_PT,
            fontweight="normal" if number else "bold",
            ha="right" if is_left else "left",
            va="center",
            color=INK if number else colour,
        )


def _truces(axes: Axes, phases: pd.DataFrame, spine: float, place: Any) -> None:
    from matplotlib.dates import date2num

    for row in phases.to_dict("records"):
        if row["is_truce"]:
            top, end = (float(place(date2num(row[name]))) for name in ("valid_from", "valid_to"))
            axes.fill_between([spine - 7, spine + 7], top, end, color="#cfe5dd", linewidth=0, zorder=0)


def _months(axes: Axes, spine: float, place: Any, first: float, last: float) -> None:
    from matplotlib.dates import date2num, num2date

    start, end = num2date(first).replace(tzinfo=None), num2date(last).replace(tzinfo=None)
    for month in pd.date_range(start, end, freq="MS"):
        y = float(place(date2num(month)))
        is_year = month.month == 1
        reach = 7 if is_year else 3
        axes.plot([spine - reach, spine + reach], [y, y], color=MUTED, linewidth=0.6, zorder=1)


def _wrapped(title: str, width: float) -> list[str]:
    """Break a title into lines; a number and its percent sign stay together."""
    return [line.replace(_GLUE, " ") for line in wrap(title.replace(" %", f"{_GLUE}%"), width, KEY_PT)]
