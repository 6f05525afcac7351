"""Figures of the tariff timeline. Each takes tables of `trade.duty_averages` and returns a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from trucewatch.page.numbers import number
from trucewatch.page.style import (
    BLUE,
    BROWN,
    FAINT,
    GREEN,
    GREY,
    INK,
    KEY_PT,
    MUTED,
    PAPER,
    PURPLE,
    SIDE,
    SMALL_PT,
    Act,
    EndLabel,
    canvas,
    drawing,
    key,
    label_ends,
    mark_acts,
    mark_moments,
    text_width,
    width,
    words_near,
)
from trucewatch.reports.tariff_timeline.facts import charges

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trucewatch.page.benchmarks import Published

#: Bands from the bottom up: name, authorities (a trailing * takes every name that starts so), colour.
BANDS: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "USA": (
        ("Base duty", ("MFN",), "#9aa3ad"),
        ("Section 301 lists", ("S301_TT", "S301_CHIPS", "S301_SHIP"), "#4f8fbd"),
        ("Section 232, 201", ("S232_*", "S201"), "#c9a45c"),
        ("Forced labor", ("S301_FL",), "#5aa58d"),
        ("Section 122", ("S122",), "#b57a9c"),
        ("Fentanyl", ("IEEPA_FENT",), "#e0926a"),
        ("Reciprocal", ("IEEPA_RECIP",), "#c65f36"),
    ),
    "CHN": (
        ("Base duty", ("CN_MFN",), "#9aa3ad"),
        ("Answers 2018–19", ("CN_301R", "CN_232R"), "#4f8fbd"),
        ("Fentanyl", ("CN_FENT*",), "#e0926a"),
        ("Reciprocal", ("CN_RECIP",), "#c65f36"),
    ),
}
_INK_OF = {"#9aa3ad": GREY, "#4f8fbd": BLUE, "#c9a45c": BROWN, "#5aa58d": GREEN, "#b57a9c": PURPLE}
_SNAP = "#3c2f6b"


def bands(average: pd.DataFrame, importer: str) -> pd.DataFrame:
    """Return an average by authority as bands of the figure: `valid_from`, `valid_to`, a column a band.

    An authority that no band names goes into a last band `Other`: the bands always add up to the total.
    """
    frame = average[average["authority"] != "total"]
    frame = frame[frame.groupby("authority")["rate_pct"].transform("any")]
    names = {}
    for authority in frame["authority"].unique():
        names[authority] = next((band for band, own, _ in BANDS[importer] if _named(authority, own)), "Other")
    summed = frame.assign(band=frame["authority"].map(names)).pivot_table(
        index=["valid_from", "valid_to"], columns="band", values="rate_pct", aggfunc="sum", fill_value=0.0
    )
    order = [band for band, _, _ in BANDS[importer] if band in summed] + ["Other"] * ("Other" in summed)
    return summed[order].reset_index()


def _named(authority: str, own: Sequence[str]) -> bool:
    return any(authority.startswith(name[:-1]) if name.endswith("*") else authority == name for name in own)


@dataclass(frozen=True)
class Moment:
    """A day on which something moved: both sides' average and its bounds from then on, percent, and acts."""

    day: date
    levels: Mapping[str, tuple[float, float, float]]
    acts: str


def moments(
    tables: Mapping[str, pd.DataFrame], acts: Sequence[Act], since: date, until: date
) -> list[Moment]:
    """Return every day since a day on which an average or an act moved, in order.

    `tables`: by importer: `valid_from`, `valid_to`, `rate_pct`, `low_pct`, `high_pct` (`averages.bounds`);
    `acts`: acts that are named, one entry a day.
    """
    named = {act.date.date(): act.name for act in acts}
    moved = {day for table in tables.values() for day in table["valid_from"]} | set(named) | {since}
    found: list[Moment] = []
    for day in sorted(day for day in moved if since <= day <= until):
        levels = {}
        for importer, table in tables.items():
            row = table[(table["valid_from"] <= day) & (table["valid_to"] > day)].iloc[0]
            levels[importer] = (float(row["rate_pct"]), float(row["low_pct"]), float(row["high_pct"]))
        if not found or day in named or _shown(found[-1].levels) != _shown(levels):
            found.append(Moment(day, levels, named.get(day, "")))
    return found


def _shown(levels: Mapping[str, tuple[float, float, float]]) -> list[str]:
    return [number(value) for three in levels.values() for value in three]


@drawing
def both_totals(
    tables: Mapping[str, pd.DataFrame],
    published: pd.DataFrame,
    acts: Sequence[Act],
    steps: Sequence[Moment],
    since: date,
    until: date,
) -> Figure:
    """Average duty of both sides on one axis, with bounds and published points; the peak in a strip above.

    - `tables`: as `moments` takes them
    - `published`: `importer`, `date`, `value`, `publisher` of averages others have published
    - `acts`: acts to number, in order of date
    - `steps`: days a reader can step to
    - `since`, `until`: first and last day drawn
    """
    shown = {importer: in_span(table, since, until) for importer, table in tables.items()}
    ends = [table[name].to_numpy() for table in shown.values() for name in ("low_pct", "high_pct")]
    every = np.sort(np.concatenate([*ends, published["value"].to_numpy(dtype=float)]))
    low, high = _gap(every)
    figure, axes = canvas(
        height=3.7, acts=acts, panels=2, ratios=(1, 3.6), left=0.42, right=1.15, above=0.2, below=0.2
    )
    top, bottom = axes
    _close_up(figure, top, bottom)
    top.set_ylim(high * 0.97, every[-1] * 1.03)
    bottom.set_ylim(0, low * 1.06)
    for panel in axes:
        day_axis(panel, since, until)
        panel.yaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
        for importer, table in shown.items():
            _rate_in_bounds(panel, table, SIDE[importer], alpha=0.16, linewidth=2.0)
        _points_of_others(panel, published)
    top.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    top.tick_params(axis="x", bottom=False, labelbottom=False)
    mark_acts(top, acts)
    _hairlines(bottom, acts)
    last = {importer: float(table["rate_pct"].iloc[-1]) for importer, table in shown.items()}
    labels = [
        EndLabel(rate, f"{SIDE_NAMES[importer]} {number(rate)} %", SIDE[importer])
        for importer, rate in last.items()
    ]
    label_ends(bottom, labels, size=KEY_PT)
    marks = [(mark, name, MUTED) for name, mark in (PUBLISHERS[of] for of in published["publisher"].unique())]
    key(top, [("bar", "our bounds", to_rgba(MUTED, 0.3)), *marks], lift=24)
    mark_moments(figure, top, bottom, [step.day for step in steps])
    return figure


def _rate_in_bounds(
    axes: Axes, table: pd.DataFrame, colour: str, *, alpha: float, linewidth: float
) -> np.ndarray:
    """Draw a rate as steps in the band of its bounds; return its corners."""
    days, rate = step_corners(table, table["rate_pct"].to_numpy())
    fill_steps(axes, table, table["low_pct"], table["high_pct"], colour, alpha)
    axes.step(days, rate, where="post", color=colour, linewidth=linewidth)
    return rate


def _points_of_others(axes: Axes, published: pd.DataFrame) -> None:
    for row in published.to_dict("records"):
        mark, colour = PUBLISHERS[row["publisher"]][1].replace("ring", "o"), SIDE[row["importer"]]
        axes.plot(
            day_number(row["date"]), row["value"], mark, color=colour,
            markerfacecolor=PAPER if mark == "o" else colour, markersize=5, linestyle="none", zorder=4,
        )  # fmt: skip


#: The published series that are averages over all goods.
AVERAGE_SERIES = re.compile(r"average tariff, all goods|statutory rate by country and day")
#: What the key calls a publisher, and its marker.
PUBLISHERS = {
    "The Budget Lab at Yale": ("published by Yale’s Budget Lab", "D"),
    "PIIE (Bown)": ("published by PIIE", "ring"),
}


SIDE_NAMES = {"USA": "US duties", "CHN": "China’s duties"}
#: How the checks of published numbers name the two directions.
DIRECTIONS = {"_us_on_chn_": "USA", "_chn_on_us_": "CHN"}


def points_published(published: Mapping[str, Published], since: date, until: date) -> pd.DataFrame:
    """Return the averages that `PUBLISHERS` have published of a span of days.

    Columns: `importer`, `date`, `value`, `publisher`, `is_projected`.
    """
    rows = [
        (
            importer,
            date.fromisoformat(one.date),
            float(one.value),
            one.publisher,
            one.note.startswith("Projected"),
        )
        for check_id, one in published.items()
        for direction, importer in DIRECTIONS.items()
        if one.publisher in PUBLISHERS and direction in check_id and AVERAGE_SERIES.match(one.series)
    ]
    frame = pd.DataFrame(rows, columns=["importer", "date", "value", "publisher", "is_projected"])
    return frame[(frame["date"] >= since) & (frame["date"] <= until)].reset_index(drop=True)


def _gap(every: np.ndarray) -> tuple[float, float]:
    """Return the values on both sides of the widest empty stretch: what is broken out of the axis."""
    at = int(np.diff(every).argmax())
    return float(every[at]), float(every[at + 1])


def _close_up(figure: Figure, top: Axes, bottom: Axes) -> None:
    """Move two panels together and mark that the axis between them is broken."""
    gap = 0.09 / figure.get_size_inches()[1]
    box, below = top.get_position(), bottom.get_position()
    bottom.set_position((below.x0, below.y0, below.width, box.y0 - gap - below.y0))
    top.spines["bottom"].set_visible(False)
    slant: Any = {"marker": [(-1, -0.6), (1, 0.6)], "markersize": 7, "linestyle": "none", "color": MUTED}
    for panel, y in ((top, 0), (bottom, 1)):
        panel.plot([0, 1], [y, y], transform=panel.transAxes, clip_on=False, **slant)


@drawing
def two_sides(
    averages: Mapping[str, pd.DataFrame],
    snapbacks: Mapping[str, pd.DataFrame],
    acts: Sequence[Act],
    since: date,
    until: date,
    phases: pd.DataFrame | None = None,
    height: float = 4.6,
    is_named: bool = True,
    origin: str = "CHN",
) -> Figure:
    """Average duty of both sides over time, stacked by authority, US above China, on one scale.

    - `averages`: by importer: `valid_from`, `valid_to`, `authority`, `rate_pct`
    - `snapbacks`: by importer: the total with suspensions lifted, drawn dashed where it differs
    - `acts`: acts to number, in order of date
    - `since`, `until`: first and last day drawn
    - `phases`: `label`, `is_truce`, `valid_from`, `valid_to`; those of the truce are shaded
    - `height`: height of both panels together, inches
    - `is_named`: whether bands that ended before the last day, and the dashed line, are named inside the
      panels
    """
    figure, axes = canvas(height=height, acts=acts, panels=2, left=0.42, right=1.6, above=0.42, below=0.3)
    tops = [
        frame.loc[(frame["authority"] == "total") & (frame["valid_to"] > since), "rate_pct"].max()
        for frame in averages.values()
    ]
    for panel, (importer, average) in zip(axes, averages.items(), strict=True):
        day_axis(panel, since, until)
        panel.set_ylim(0, max(tops) * 1.06)
        if phases is not None:
            _shade(panel, phases, since, until)
        table = in_span(bands(average, importer), since, until)
        labels = _stack(panel, table, importer, is_named)
        _dash(panel, in_span(snapbacks[importer], since, until), table, is_named)
        panel.set_title(
            charges(importer, origin) + (", percent of customs value" if width() > 5 else ", %"),
            loc="left",
            fontsize=KEY_PT + 0.6,
            color=INK,
            pad=20 if panel is axes[0] and acts else 6,
        )
        if panel is axes[0]:
            mark_acts(panel, acts)
        else:
            _hairlines(panel, acts)
        label_ends(panel, labels, size=KEY_PT)
    return figure


def in_span(frame: pd.DataFrame, since: date, until: date) -> pd.DataFrame:
    """Return the intervals that reach into a span of days."""
    return frame[(frame["valid_to"] > since) & (frame["valid_from"] <= until)].reset_index(drop=True)


def step_corners(table: pd.DataFrame, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a step line that holds each value from the start to the end of its interval."""
    days = np.append(_numbers(table["valid_from"]), _numbers(table["valid_to"])[-1])
    return days, np.append(values, values[-1])


def fill_steps(
    axes: Axes,
    table: pd.DataFrame,
    low: Any,
    high: Any,
    colour: str,
    alpha: float | None = None,
    label: str = "",
) -> None:
    """Fill between two step lines over the intervals of a table."""
    days, bottom = step_corners(table, np.asarray(low))
    _, top = step_corners(table, np.asarray(high))
    axes.fill_between(
        days, bottom, top, step="post", color=colour, alpha=alpha, linewidth=0, label=label or None
    )


def _stack(axes: Axes, table: pd.DataFrame, importer: str, is_named: bool) -> list[EndLabel]:
    colours, high = band_colours(importer), np.zeros(len(table))
    labels = []
    for name, low, high in layers(table):
        fill_steps(axes, table, low, high, colours[name])
        ink = _INK_OF.get(colours[name], "#a5441d")
        last = float(table[name].iloc[-1])
        if last >= 0.5:
            middle = float(low[-1] + last / 2)
            labels.append(EndLabel(middle, f"{name} {last:.0f}", ink))
        elif is_named and table[name].max() > 1:
            _name_inside(axes, table, name, low, high, ink)
    axes.step(*step_corners(table, high), where="post", color=INK, linewidth=1.1)
    labels.append(EndLabel(float(high[-1]), f"In all {high[-1]:.1f}", INK))
    return labels


def band_colours(importer: str) -> dict[str, str]:
    """Return the colour of each band of a side, that of what no band names among them."""
    return {name: colour for name, _, colour in BANDS[importer]} | {"Other": FAINT}


def layers(table: pd.DataFrame) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield the bands of a table from the bottom up, each with the two lines it lies between."""
    low = np.zeros(len(table))
    for name in table.columns.drop(["valid_from", "valid_to"]):
        high = low + table[name].to_numpy()
        yield name, low, high
        low = high


def _name_inside(
    axes: Axes, table: pd.DataFrame, name: str, low: np.ndarray, high: np.ndarray, ink: str
) -> None:
    """Name a band that ended before the last day, inside its largest part or, if it is narrow, beside it."""
    starts, ends = _numbers(table["valid_from"]), _numbers(table["valid_to"])
    left, right = axes.get_xlim()
    thick = high - low
    at = int(((ends - np.maximum(starts, left)) * thick).argmax())
    is_thin = thick[at] <= 7
    wide = np.flatnonzero(thick > (0 if is_thin else 7))
    first, last = max(starts[wide[0]], left), ends[wide[-1]]
    room = (last - first) / (right - left) * axes.get_position().width * width() * 72
    fits = room > text_width(name, SMALL_PT, "bold") * 1.05 and not is_thin
    is_inside = fits or is_thin
    place = ((first + last) / 2 if is_inside else last, (low[at] + high[at]) / 2)
    shift = (0 if is_inside else 4, 9 if is_thin else 0)
    side, colour = "center" if is_inside else "left", PAPER if fits else ink
    words_near(axes, place, name, shift, ha=side, va="center", size=SMALL_PT, color=colour, bold=True)


def day_number(day: date) -> float:
    """A day as a number of the time axis."""
    return float((day - date(1970, 1, 1)).days)


def _numbers(days: pd.Series) -> np.ndarray:
    return np.array([day_number(day) for day in days])


def _dash(axes: Axes, snapback: pd.DataFrame, table: pd.DataFrame, is_named: bool) -> None:
    """Draw the total with suspensions lifted, dashed, where it lies above the law."""
    total = table.drop(columns=["valid_from", "valid_to"]).sum(axis=1).to_numpy()
    spans: list[tuple[float, float, float]] = []
    for start, end, rate in zip(
        snapback["valid_from"], snapback["valid_to"], snapback["rate_pct"], strict=True
    ):
        inside = (table["valid_from"] < end) & (table["valid_to"] > start)
        if rate > total[inside.to_numpy()].max() + 0.05:
            spans.append((day_number(start), day_number(end), rate))
    for start, end, rate in spans:
        axes.plot([start, end], [rate, rate], color=_SNAP, linewidth=1.3, linestyle=(0, (3, 1.6)))
    if spans and is_named:
        place = (spans[0][0], max(rate for _, _, rate in spans))
        style: Any = {"ha": "left", "va": "bottom", "size": SMALL_PT, "color": _SNAP}
        words_near(axes, place, "if the suspensions ended", (3, 4), **style)


def _shade(axes: Axes, phases: pd.DataFrame, since: date, until: date) -> None:
    for phase in phases[phases["is_truce"]].to_dict("records"):
        start, end = max(phase["valid_from"], since), min(phase["valid_to"], until + timedelta(days=1))
        if start < end:
            axes.axvspan(day_number(start), day_number(end), color="#eef2f6", linewidth=0, zorder=0)


def _hairlines(axes: Axes, acts: Sequence[Act]) -> None:
    for act in acts:
        axes.axvline(day_number(act.date.date()), color=MUTED, linewidth=0.7, linestyle=(0, (2, 2)))


def day_axis(axes: Axes, since: date, until: date) -> None:
    """Let a time axis run over some days, labelled with months, or years where they are many."""
    from matplotlib.dates import DateFormatter, MonthLocator, YearLocator

    axes.set_xlim(day_number(since), day_number(until))
    if (until - since).days > 1200:
        axes.xaxis.set_major_locator(YearLocator(1 if width() > 5 else 3))
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    else:
        axes.xaxis.set_major_locator(MonthLocator(bymonth=(1, 7) if width() < 5 else (1, 4, 7, 10)))
        axes.xaxis.set_major_formatter(DateFormatter("%b\n%Y"))
        axes.tick_params(axis="x", labelsize=KEY_PT)


@drawing
def rivals(table: pd.DataFrame, names: Mapping[str, str], since: date, until: date) -> Figure:
    """Average US duty on Chinese goods, all imports and those of the rivals, with their lowest and highest.

    `table`: as `premium.by_day` returns it; `names`: name by ISO3; `since`, `until`: first and last day
    drawn.
    """
    figure, (panel,) = canvas(height=3.0, left=0.42, right=1.3, above=0.3, below=0.2)
    shown = in_span(table, since, until)
    fill_steps(panel, shown, shown["lowest_pct"], shown["highest_pct"], MUTED, 0.2)
    labels = []
    for name, words, colour in (
        ("china_pct", "Chinese goods", SIDE["USA"]),
        ("all_pct", "All imports", GREY),
        ("rivals_pct", "Twelve rivals", INK),
    ):
        days, rate = step_corners(shown, shown[name].to_numpy())
        panel.step(days, rate, where="post", color=colour, linewidth=1.2 if colour == GREY else 2.0)
        labels.append(EndLabel(float(rate[-1]), f"{words} {number(rate[-1])} %", colour))
    panel.set_ylim(0, float(shown[["china_pct", "highest_pct"]].max().max()) * 1.04)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    day_axis(panel, since, until)
    top = max(shown.to_dict("records"), key=lambda row: row["highest_pct"])
    place = (day_number(top["valid_from"]), top["highest_pct"])
    words = f"{names[top['highest']]} {number(top['highest_pct'])} %"
    words_near(panel, place, words, (2, -11), ha="left", va="top", size=SMALL_PT, color=GREY)
    label_ends(panel, labels, size=KEY_PT)
    key(panel, [("bar", "lowest to highest of the rivals", to_rgba(MUTED, 0.4))])
    return figure


@drawing
def bounds_over_time(tables: Mapping[str, pd.DataFrame], since: date, until: date, origin: str) -> Figure:
    """Average duty of both sides with the band of what the codes do not show.

    `tables`: by importer: `valid_from`, `valid_to`, `rate_pct`, `low_pct`, `high_pct` (`averages.bounds`).
    """
    figure, axes = canvas(height=3.6, panels=2, left=0.42, right=1.2, above=0.34, below=0.3)
    top = max(table["high_pct"].max() for table in tables.values())
    for panel, (importer, frame) in zip(axes, tables.items(), strict=True):
        table, colour = in_span(frame, since, until), SIDE[importer]
        low, high = table["low_pct"].to_numpy(), table["high_pct"].to_numpy()
        rate = _rate_in_bounds(panel, table, colour, alpha=0.22, linewidth=1.6)
        panel.set_ylim(0, top * 1.04)
        panel.set_title(
            charges(importer, origin) + ", percent", loc="left", fontsize=KEY_PT + 0.6, color=INK, pad=6
        )
        day_axis(panel, since, until)
        labels = [EndLabel(float(rate[-1]), f"As read {rate[-1]:.1f}", colour)]
        if high[-1] - rate[-1] > 0.05:
            labels.append(EndLabel(float(high[-1]), f"At most {high[-1]:.1f}", MUTED))
        if rate[-1] - low[-1] > 0.05:
            labels.append(EndLabel(float(low[-1]), f"At least {low[-1]:.1f}", MUTED))
        label_ends(panel, labels, size=KEY_PT)
    return figure
