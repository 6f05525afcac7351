"""The house style: one look for every figure of every report.

A figure names its lines where they end and its acts by number under the axes; the page, and the file that
leaves the page, add title (the finding), subtitle (definition and unit) and the line that says what it
rests on. Colours are chosen to read on white; nothing relies on colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec
from weakref import WeakKeyDictionary

import matplotlib as mpl
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Affine2D, blended_transform_factory

from trucewatch.page.numbers import percent, short_day, unbroken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAPER, INK, MUTED, FAINT = "#ffffff", "#1b2530", "#59636e", "#d5dae0"
#: Okabe and Ito's palette, darkened until each colour reads as text on the paper (contrast 4.5 or more).
BLUE, VERMILLION, GREEN = "#00639c", "#b84700", "#00745a"
PURPLE, BROWN, GREY = "#9a3f75", "#8a5a00", "#626c77"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, BROWN, GREY)
#: Colours with a fixed meaning across reports; a country that is not here is drawn in `OTHERS`.
COUNTRY = {
    "USA": BLUE, "CHN": VERMILLION, "MEX": GREEN, "TWN": PURPLE, "VNM": BROWN, "BRA": GREEN, "ARG": BROWN,
}  # fmt: skip
SIDE = {side: COUNTRY[side] for side in ("USA", "CHN")}
OTHERS = GREY
DASHES = (0, (4, 2))
#: Below zero to above zero, safe for the colour-blind, white in the middle.
DIVERGING = "RdBu"

#: Points. No text of a figure is smaller than the last.
TEXT_PT, KEY_PT, SMALL_PT = 9.5, 8.6, 8.0
_POINTS = 72.0


@dataclass(frozen=True)
class Shape:
    """What a figure is drawn for: its width, inches, the stretch of its rows, and whether acts have a key."""

    width: float
    stretch: float = 1.0
    has_key: bool = True


PAGE = Shape(5.6)
#: On a phone 390 px wide a drawing is 374 px wide, so that `SMALL_PT` is 11 px high.
PHONE = Shape(3.6, stretch=1.4)
#: For the picture that is shared: the key of the acts stays on the page.
CARD = Shape(6.2, has_key=False)
_SHAPE: ContextVar[Shape] = ContextVar("shape", default=PAGE)
P = ParamSpec("P")
_REDRAW: WeakKeyDictionary[Figure, Callable[[], Figure]] = WeakKeyDictionary()

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


def disc(number: int) -> dict[str, Any]:
    """Return how the number of an act is written on a disc, on an axis and in the key: all of one size."""
    pad = 0.2 if number < 10 else 0.0
    return {
        "s": str(number),
        "ha": "center",
        "va": "center_baseline",
        "fontsize": SMALL_PT,
        "fontweight": "bold",
        "color": PAPER,
        "bbox": {"boxstyle": f"circle,pad={pad}", "facecolor": MUTED, "edgecolor": "none"},
    }


@contextmanager
def house() -> Iterator[None]:
    """Give the house style to what is drawn inside, or by a function marked with it, and to nothing else."""
    with mpl.rc_context(RC):
        yield


def width() -> float:
    """Return the width of what is being drawn, inches."""
    return _SHAPE.get().width


def drawing(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Mark a function that draws in the house style; `redrawn` can draw it again for a phone or a card."""
    styled = house()(draw)

    @wraps(draw)
    def drawn(*args: P.args, **given: P.kwargs) -> Figure:
        figure = styled(*args, **given)
        _REDRAW[figure] = lambda: styled(*args, **given)
        return figure

    return drawn


def redrawn(figure: Figure, shape: Shape) -> Figure | None:
    """Return a figure drawn anew in another shape; None if nobody knows how it was drawn."""
    draw = _REDRAW.get(figure)
    if draw is None:
        return None
    before = _SHAPE.set(shape)
    try:
        again = draw()
        if shape is PHONE:
            _break_row_names(again)
            _pull_in(again)
        return again
    finally:
        _SHAPE.reset(before)


def slack() -> float:
    """Return by how much more of an axis words beside a bar take than on a page."""
    return PAGE.width / width()


def _pull_in(figure: Figure) -> None:
    """Narrow the axes by what is drawn beyond the right edge, so that no type shrinks with the figure."""
    for _ in range(2):
        figure.draw_without_rendering()
        over = figure.get_tightbbox().x1 - width()
        if over <= 0.05:
            return
        for axes in figure.axes:
            box = axes.get_position()
            kept = max(box.width * width() - over, 0.9) / width()
            axes.set_position((box.x0, box.y0, min(kept, box.width), box.height))


def _break_row_names(figure: Figure) -> None:
    """Break the names of rows that are wider than the margin they stand in."""
    for axes in figure.axes:
        labels = axes.get_yticklabels()
        room = axes.get_position().x0 * width() * _POINTS - 8
        names = [label.get_text() for label in labels]
        sizes = [float(label.get_fontsize()) for label in labels]
        wide = [
            text_width(name.replace("\n", " "), size) > room for name, size in zip(names, sizes, strict=True)
        ]
        if any(wide) and room > 30:
            broken = [
                _cut(name, room, size) if is_wide else name
                for name, size, is_wide in zip(names, sizes, wide, strict=True)
            ]
            axes.set_yticks(axes.get_yticks(), broken)
            for label, size in zip(axes.get_yticklabels(), sizes, strict=True):
                label.set_fontsize(size)
                label.set_linespacing(1.0)


def _cut(name: str, room: float, size: float) -> str:
    """Break a name into lines; one that is cut already stays on one line."""
    lines = wrap(name.removesuffix(" …"), room - (14 if name.endswith("…") else 0), size)
    return f"{lines[0]} …" if name.endswith("…") else "\n".join(lines)


def words_beside(
    axes: Axes,
    value: Any,
    at: Any,
    words: str,
    *,
    size: float = KEY_PT,
    color: str = INK,
    bold: bool = False,
    gap: float = 4.0,
) -> None:
    """Write words `gap` points to the right of a mark or the end of a bar; to the left if it is negative."""
    side = "left" if gap >= 0 else "right"
    words_near(axes, (value, at), words, (gap, 0), ha=side, va="center", size=size, color=color, bold=bold)


def words_near(
    axes: Axes,
    at: tuple[Any, Any],
    words: str,
    shift: tuple[float, float],
    *,
    ha: str = "center",
    va: str = "baseline",
    size: float = KEY_PT,
    color: str = INK,
    bold: bool = False,
    **more: Any,
) -> None:
    """Write words some points to the right of a place and above it; `more` as matplotlib's `annotate`."""
    weight = "bold" if bold else "normal"
    axes.annotate(
        words, at, xytext=shift, textcoords="offset points", ha=ha, va=va, fontsize=size, color=color,
        fontweight=weight, **more,
    )  # fmt: skip


def words_outside(axes: Axes, value: float, at: float, words: str) -> None:
    """Write words beyond the end of a bar from zero, on whichever side it ends."""
    words_beside(axes, value, at, words, gap=4 if value >= 0 else -4)


def bare(axes: Axes) -> None:
    """Take away the scale across: bars that carry their own numbers need none."""
    axes.xaxis.set_visible(False)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


def scale_across(axes: Axes) -> None:
    """Draw the grid up and down, for rows that are read against a scale across."""
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text in points."""
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0])


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break text into lines no wider than `width` points; a single longer word stands alone."""
    lines: list[str] = []
    for word in unbroken(" ".join(text.split())).split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, weight) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def first_line(text: str, width: float, size: float) -> str:
    """Return the first line of a text, with an ellipsis where more follows."""
    lines = wrap(text, width, size)
    return lines[0] if len(lines) == 1 else f"{lines[0]} …"


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

    The axes come from top to bottom. Call inside `house()`.

    - `height`: height of all panels together, inches. The figure grows with its key.
    - `acts`: acts that `mark_acts` will number; the key under the panels names them
    - `panels`, `ratios`: number of panels, and their relative heights
    - `left`, `right`, `below`, `above`: inches kept for axis labels on the left, labels at line ends, the
      axis under each panel, and what stands over it
    """
    shape = _SHAPE.get()
    wide = shape.width
    if shape is PHONE:
        # the margins of names give way to what is drawn; rows grow, as names then take more lines
        height *= shape.stretch if left > 1 else 1.0
        left, right = (
            kept if kept <= most else most + 0.4 * (kept - most) for kept, most in ((left, 1.0), (right, 0.8))
        )
    if shape is CARD and left <= 1 and panels == 1:
        height = min(height, 2.6)
    keys = [
        wrap(f"{short_day(act.date)}: {act.name}", wide * _POINTS - 20, KEY_PT)
        for act in (acts if shape.has_key else ())
    ]
    row = KEY_PT * 1.45 / _POINTS
    foot = sum(len(lines) for lines in keys) * row + (0.1 if keys else 0.0)
    tall = height + panels * (below + above) + foot
    figure = Figure(figsize=(wide, tall))
    sizes = np.asarray(ratios if ratios is not None else [1.0] * panels, dtype=float)
    axes, top = [], tall
    for part in sizes / sizes.sum() * height:
        bottom = top - above - part
        box = (left / wide, bottom / tall, (wide - left - right) / wide, part / tall)
        axes.append(figure.add_axes(box))
        top = bottom - below
    y = foot - 0.1
    for number, lines in enumerate(keys, start=1):
        for at, line in enumerate(lines):
            y -= row
            figure.text(20 / _POINTS / wide, y / tall, line, fontsize=KEY_PT, color=INK)
            if at == 0:
                figure.text(7 / _POINTS / wide, (y + 0.035) / tall, **disc(number))
    return figure, axes


def mark_acts(axes: Axes, acts: Sequence[Act]) -> None:
    """Mark acts on a time axis: a hairline and its number at the top, numbers pushed apart where they meet.

    Call after the limits of the axes are set. Where no key names the acts, hairlines alone are drawn.
    """
    if not acts:
        return
    if not _SHAPE.get().has_key:
        for act in acts:
            axes.axvline(axes.convert_xunits(act.date), color=MUTED, linewidth=0.7, linestyle=(0, (2, 2)))
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
        axes.text(at / wide, 1 + 11 / tall, transform=axes.transAxes, **disc(number))


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
    if _SHAPE.get() is PHONE:
        room = width() * _POINTS * (1 - axes.get_position().x1) - 10
        labels = [
            EndLabel(label.y, "\n".join(wrap(label.text, room, size, "bold")), label.colour)
            for label in labels
        ]
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


def key(axes: Axes, entries: Sequence[tuple[str, str, Any]], lift: float = 5.0) -> None:
    """Write a legend over the axes, line by line as the width of the figure allows.

    - `entries`: mark, words and colour of each: `bar`, `outline`, `hatch`, `line`, `dash`, `tick`, `ring`, or
      a marker of matplotlib's such as `o`. A mark looks like what it names.
    - `lift`: points between the axes and the lowest line
    """
    top = axes.bbox.y1 * _POINTS / axes.figure.dpi
    room = width() * _POINTS - 4
    lines: list[list[tuple[str, str, Any]]] = [[]]
    used = 0.0
    for entry in entries:
        needed = 13 + text_width(entry[1], KEY_PT) + 14
        if lines[-1] and used + needed > room:
            lines.append([])
            used = 0.0
        lines[-1].append(entry)
        used += needed
    # in points of the figure: axes that give way to words beyond them do not press the legend together
    tall = axes.figure.bbox.height * _POINTS / axes.figure.dpi
    placed = Affine2D().scale(1 / (width() * _POINTS), 1 / tall) + axes.figure.transFigure
    for at, line in enumerate(lines):
        x, y = 2.0, top + lift + 4 + (len(lines) - 1 - at) * KEY_PT * 1.45
        for mark, words, colour in line:
            axes.figure.add_artist(_swatch(mark, colour, x, y, placed))
            axes.figure.text(
                x + 13, y, words, transform=placed, fontsize=KEY_PT, color=INK, va="center_baseline"
            )
            x += 13 + text_width(words, KEY_PT) + 14


def _swatch(mark: str, colour: Any, x: float, y: float, transform: Any) -> Any:
    """Return the mark of a legend, ten points wide from x, its middle at y; it is no data of the axes."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    boxes: dict[str, Any] = {
        "bar": {"facecolor": colour, "edgecolor": "none"},
        "outline": {"facecolor": PAPER, "edgecolor": colour, "linewidth": 1.0},
        "hatch": {"facecolor": PAPER, "edgecolor": colour, "hatch": "/////", "linewidth": 0.9},
    }
    if mark in boxes:
        return Rectangle((x, y - 3.5), 10, 7, transform=transform, **boxes[mark])
    lines: dict[str, Any] = {
        "line": ([0, 10], [0, 0], {}),
        "dash": ([0, 10], [0, 0], {"linestyle": DASHES}),
        "tick": ([5, 5], [-5, 5], {"linewidth": 1.6}),
        "ring": ([5], [0], {"marker": "o", "markerfacecolor": PAPER}),
    }
    across, up, look = lines.get(mark, ([5], [0], {"marker": mark}))
    ends = [x + step for step in across], [y + step for step in up]
    return Line2D(*ends, **{"color": colour, "markersize": 6, "transform": transform, **look})


def _points(axes: Axes) -> tuple[float, float]:
    """Width and height of the axes in points."""
    scale = _POINTS / axes.figure.dpi
    return axes.bbox.width * scale, axes.bbox.height * scale


def spread(centres: np.ndarray, sizes: np.ndarray, low: float, high: float) -> np.ndarray:
    """Move boxes along a line until none overlap, keeping their order and moving groups as little as
    possible.

    Boxes that would overlap are pooled and set side by side around the mean of their wishes (pool adjacent
    violators), then shifted inside [low, high] as far as there is room.

    Returns new centres, in the order given.

    `centres`, `sizes`: wanted centres and sizes of the boxes, same unit; `low`, `high`: the room.
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


def mark_moments(figure: Figure, top: Axes, bottom: Axes, days: Sequence[date]) -> None:
    """Draw an unseen line for each day a reader can step to; the script of the page makes one seen.

    `top`, `bottom`: the axes the lines reach from and to; both have the time axis; `days`: in the order of
    the texts handed to `report.figure` as `moments`.
    """
    from matplotlib.lines import Line2D

    left, right = bottom.get_xlim()
    box = bottom.get_position()
    for number, day in enumerate(days, start=1):
        x = box.x0 + box.width * ((day - date(1970, 1, 1)).days - left) / (right - left)
        ends = [box.y0, top.get_position().y1]
        line = Line2D([x, x], ends, color=INK, linewidth=0.9, alpha=0.0, transform=figure.transFigure)
        line.set_gid(f"moment-{number}")
        figure.add_artist(line)


def year_axis(axes: Axes, every: int = 1) -> None:
    """Label a time axis with years, each in the middle of nothing: a tick at 1 January."""
    from matplotlib.dates import DateFormatter, YearLocator

    first, last = axes.get_xlim()
    room = axes.get_position().width * width() * _POINTS / max((last - first) / 365, 1)
    if room * every < text_width("2026", TEXT_PT) + 3:
        every += 1
    axes.xaxis.set_major_locator(YearLocator(every))
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def percent_axis(axes: Axes) -> None:
    """Label the vertical axis of fractions in percent."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0)))
