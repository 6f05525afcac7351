"""The house style: one look for every figure of every report.

A figure names its lines where they end and its acts by number under the axes; the page, and the file that
leaves the page, add title (the finding), subtitle (definition and unit) and the line that says what it
rests on. Colours are chosen to read on white; nothing relies on colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import blended_transform_factory

from trucewatch.page.numbers import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, INK, MUTED, FAINT = "#ffffff", "#1b2530", "#59636e", "#d5dae0"
#: Okabe and Ito's palette, darkened until each colour reads as text on the paper (contrast 4.5 or more).
BLUE, VERMILLION, GREEN = "#00639c", "#b84700", "#00745a"
PURPLE, BROWN, GREY = "#9a3f75", "#8a5a00", "#626c77"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, BROWN, GREY)
#: Colours with a fixed meaning across reports.
SIDE = {"USA": BLUE, "CHN": VERMILLION}
#: Below zero to above zero, safe for the colour-blind, white in the middle.
DIVERGING = "RdBu"

#: Inches. On a phone 390 px wide the smallest text is still 7 px high.
WIDTH = 5.6
TEXT_PT, KEY_PT = 9.5, 8.6
_POINTS = 72.0
_LEADING = 1.28

RC: Any = {
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=list(COLOURS)),
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": TEXT_PT,
    "ytick.labelsize": TEXT_PT,
    "ytick.major.size": 0,
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_PT,
    "text.color": INK,
    "text.parse_math": False,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
}
#: A number on a disc: how an act is named on an axis and in the key.
DISC: Any = {
    "ha": "center",
    "fontsize": KEY_PT - 1,
    "fontweight": "bold",
    "color": PAPER,
    "bbox": {"boxstyle": "circle,pad=0.2", "facecolor": MUTED, "edgecolor": "none"},
}


@contextmanager
def house() -> Iterator[None]:
    """Draw inside this context to get the house style; the reader's own settings come back afterwards."""
    with mpl.rc_context(RC):
        yield


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text in points."""
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0])


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break text into lines no wider than `width` points; a single longer word stands alone."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, weight) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Act:
    """An act that is marked on a time axis: when, and its name for the key."""

    date: pd.Timestamp
    name: str


def acts_from(table: pd.DataFrame) -> list[Act]:
    """Acts to mark from a table with `date` and `title`, in order of date."""
    ordered = table.sort_values("date", kind="stable")
    return [Act(pd.Timestamp(row["date"]), str(row["title"])) for row in ordered.to_dict("records")]


def canvas(
    *,
    height: float = 2.9,
    acts: Sequence[Act] = (),
    panels: int = 1,
    left: float = 0.5,
    right: float = 0.95,
    below: float = 0.32,
    above: float = 0.3,
    ratios: Sequence[float] | None = None,
) -> tuple[Figure, list[Axes]]:
    """Lay out an empty figure: panels above each other, and a key under them.

    Parameters
    ----------
    height
        Height of all panels together, inches. The figure grows with its key.
    acts
        Acts that `mark_acts` will number; the key under the panels names them.
    panels, ratios
        Number of panels, and their relative heights.
    left, right, below, above
        Inches kept for axis labels on the left, labels at line ends, the axis under each panel, and what
        stands over it.

    Returns
    -------
    Figure, list of Axes
        From top to bottom. Call inside `house()`.
    """
    from matplotlib.figure import Figure

    keys = [
        wrap(f"{act.date.day} {act.date:%b %Y}: {act.name}", WIDTH * _POINTS - 20, KEY_PT) for act in acts
    ]
    row = KEY_PT * 1.45 / _POINTS
    foot = sum(len(lines) for lines in keys) * row + (0.1 if keys else 0.0)
    tall = height + panels * (below + above) + foot
    figure = Figure(figsize=(WIDTH, tall))
    sizes = np.asarray(ratios if ratios is not None else [1.0] * panels, dtype=float)
    axes, top = [], tall
    for part in sizes / sizes.sum() * height:
        bottom = top - above - part
        box = (left / WIDTH, bottom / tall, (WIDTH - left - right) / WIDTH, part / tall)
        axes.append(figure.add_axes(box))
        top = bottom - below
    y = foot - 0.1
    for number, lines in enumerate(keys, start=1):
        for at, line in enumerate(lines):
            y -= row
            figure.text(20 / _POINTS / WIDTH, y / tall, line, fontsize=KEY_PT, color=INK)
            if at == 0:
                figure.text(
                    7 / _POINTS / WIDTH, (y + 0.035) / tall, str(number), va="center_baseline", **DISC
                )
    return figure, axes


def mark_acts(axes: Axes, acts: Sequence[Act]) -> None:
    """Mark acts on a time axis: a hairline and its number at the top, numbers pushed apart where they meet.

    Call after the limits of the axes are set.
    """
    if not acts:
        return
    wide, tall = _points(axes)
    left, right = axes.get_xlim()
    stamps = np.array([axes.convert_xunits(act.date) for act in acts], dtype=float)
    exact = (stamps - left) / (right - left) * wide
    placed = spread(exact, np.full(len(acts), 12.5), 0.0, wide)
    over = blended_transform_factory(axes.transData, axes.transAxes)
    for number, (stamp, at, true) in enumerate(zip(stamps, placed, exact, strict=True), start=1):
        if not 0 <= true <= wide:
            continue
        axes.plot([stamp, stamp], [0, 1], color=MUTED, linewidth=0.7, linestyle=(0, (2, 2)), transform=over)
        axes.plot(
            [true / wide, at / wide],
            [1, 1 + 5 / tall],
            color=MUTED,
            linewidth=0.7,
            transform=axes.transAxes,
            clip_on=False,
        )
        axes.text(
            at / wide, 1 + 11 / tall, str(number), transform=axes.transAxes, va="center_baseline", **DISC
        )


@dataclass(frozen=True)
class EndLabel:
    """A label at the end of a line: the last value, the words, the colour."""

    y: float
    text: str
    colour: str


def label_ends(axes: Axes, labels: Sequence[EndLabel], size: float = TEXT_PT) -> None:
    """Write labels to the right of the axes at the height of their values, pushed apart until none overlap.

    A label that had to move is joined to its value by a hairline. Call after the limits of the axes are set.
    """
    wide, tall = _points(axes)
    low, high = axes.get_ylim()
    exact = np.array([(label.y - low) / (high - low) * tall for label in labels])
    heights = np.array([(label.text.count("\n") + 1) * size * 1.2 for label in labels])
    placed = spread(exact, heights, 0.0, tall + size)
    for label, at, true in zip(labels, placed, exact, strict=True):
        if abs(at - true) > 2:
            axes.plot(
                [1 + 2 / wide, 1 + 8 / wide],
                [true / tall, at / tall],
                color=label.colour,
                linewidth=0.7,
                transform=axes.transAxes,
                clip_on=False,
            )
        axes.text(
            1 + 10 / wide,
            at / tall,
            label.text,
            transform=axes.transAxes,
            color=label.colour,
            fontsize=size,
            fontweight="bold",
            va="center",
            linespacing=1.1,
        )


def _points(axes: Axes) -> tuple[float, float]:
    """Width and height of the axes in points."""
    scale = _POINTS / axes.figure.dpi
    return axes.bbox.width * scale, axes.bbox.height * scale


def spread(centres: np.ndarray, sizes: np.ndarray, low: float, high: float) -> np.ndarray:
    """Move boxes along a line until none overlap, keeping their order and moving groups as little as
    possible.

    Boxes that would overlap are pooled and set side by side around the mean of their wishes (pool adjacent
    violators), then shifted inside [low, high] as far as there is room.

    Parameters
    ----------
    centres, sizes
        Wanted centres and sizes of the boxes, same unit.
    low, high
        The room.

    Returns
    -------
    numpy.ndarray
        New centres, in the order given.
    """
    order = np.argsort(centres, kind="stable")
    groups: list[tuple[float, float, list[int]]] = []  # lower edge, length, members
    for at in order:
        start, length, members = float(centres[at] - sizes[at] / 2), float(sizes[at]), [int(at)]
        start = _inside(start, length, low, high)
        while groups and groups[-1][0] + groups[-1][1] > start:
            _, length_before, before = groups.pop()
            members = before + members
            length += length_before
            start = _inside(_pooled_start(centres, sizes, members), length, low, high)
        groups.append((start, length, members))
    placed = np.empty(len(centres))
    for start, _, members in groups:
        for at in members:
            placed[at] = start + sizes[at] / 2
            start += float(sizes[at])
    return placed


def _pooled_start(centres: np.ndarray, sizes: np.ndarray, members: list[int]) -> float:
    """Lower edge of a row of touching boxes whose members are, on average, where they wish to be."""
    offsets = np.cumsum([0.0, *(sizes[at] for at in members[:-1])])
    wishes = [centres[at] - sizes[at] / 2 - offset for at, offset in zip(members, offsets, strict=True)]
    return float(np.mean(wishes))


def _inside(start: float, length: float, low: float, high: float) -> float:
    return max(low, min(start, high - length))


def year_axis(axes: Axes, every: int = 1) -> None:
    """Label a time axis with years, each in the middle of nothing: a tick at 1 January."""
    from matplotlib.dates import DateFormatter, YearLocator

    axes.xaxis.set_major_locator(YearLocator(every))
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def percent_axis(axes: Axes, signed: bool = False) -> None:
    """Label the vertical axis of fractions in percent."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0, signed=signed)))
