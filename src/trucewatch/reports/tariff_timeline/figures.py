"""Figures of the tariff timeline. Each takes tables of `trade.duty_averages` and returns a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

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
    WIDTH,
    Act,
    EndLabel,
    canvas,
    house,
    label_ends,
    mark_acts,
    text_width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Bands from the bottom up: name, authorities (a trailing * takes every name that starts so), colour.
BANDS: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "USA": (
        ("Base duty", ("MFN",), "#9aa3ad"),
        ("Section 301 lists", ("S301_TT", "S301_CHIPS", "S301_SHIP"), "#4f8fbd"),
        ("Section 232, 201", ("S232_*", "S201"), "#c9a45c"),
        ("Forced labour", ("S301_FL",), "#5aa58d"),
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
TITLES = {"USA": "US duty on goods of China", "CHN": "China's duty on goods of the US"}
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


def two_sides(
    averages: Mapping[str, pd.DataFrame],
    snapbacks: Mapping[str, pd.DataFrame],
    acts: Sequence[Act],
    since: date,
    until: date,
    phases: pd.DataFrame | None = None,
    height: float = 4.6,
    is_named: bool = True,
) -> Figure:
    """Average duty of both sides over time, stacked by authority, US above China, on one scale.

    Parameters
    ----------
    averages
        By importer: `valid_from`, `valid_to`, `authority`, `rate_pct`.
    snapbacks
        By importer: the total with suspensions lifted, drawn dashed where it differs.
    acts
        Acts to number, in order of date.
    since, until
        First and last day drawn.
    phases
        `label`, `is_truce`, `valid_from`, `valid_to`; those of the truce are shaded.
    height
        Height of both panels together, inches.
    is_named
        Whether bands that ended before the last day, and the dashed line, are named inside the panels.
    """
    with house():
        figure, axes = canvas(height=height, acts=acts, panels=2, left=0.42, right=1.6, above=0.42, below=0.3)
        tops = [
            frame.loc[(frame["authority"] == "total") & (frame["valid_to"] > since), "rate_pct"].max()
            for frame in averages.values()
        ]
        for panel, (importer, average) in zip(axes, averages.items(), strict=True):
            panel.set_xlim(_number(since), _number(until))
            panel.set_ylim(0, max(tops) * 1.06)
            if phases is not None:
                _shade(panel, phases, since, until)
            table = _between(bands(average, importer), since, until)
            labels = _stack(panel, table, importer, is_named)
            _dash(panel, _between(snapbacks[importer], since, until), table, is_named)
            _dates(panel, since, until)
            panel.set_title(
                TITLES[importer] + ", percent of customs value",
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


def _between(frame: pd.DataFrame, since: date, until: date) -> pd.DataFrame:
    return frame[(frame["valid_to"] > since) & (frame["valid_from"] <= until)].reset_index(drop=True)


def _edges(table: pd.DataFrame, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a step line that holds each value from the start to the end of its interval."""
    days = np.append(_numbers(table["valid_from"]), _numbers(table["valid_to"])[-1])
    return days, np.append(values, values[-1])


def _stack(axes: Axes, table: pd.DataFrame, importer: str, is_named: bool) -> list[EndLabel]:
    colours = {name: colour for name, _, colour in BANDS[importer]} | {"Other": FAINT}
    low = np.zeros(len(table))
    labels = []
    for name in table.columns.drop(["valid_from", "valid_to"]):
        high = low + table[name].to_numpy()
        days, top = _edges(table, high)
        _, bottom = _edges(table, low)
        axes.fill_between(days, bottom, top, step="post", color=colours[name], linewidth=0)
        ink = _INK_OF.get(colours[name], "#a5441d")
        last = float(table[name].iloc[-1])
        if last >= 0.5:
            middle = float(low[-1] + last / 2)
            labels.append(EndLabel(middle, f"{name} {last:.0f}", ink))
        elif is_named and table[name].max() > 1:
            _name_inside(axes, table, name, low, high, ink)
        low = high
    days, total = _edges(table, low)
    axes.step(days, total, where="post", color=INK, linewidth=1.1)
    labels.append(EndLabel(float(low[-1]) + 9, f"In all {low[-1]:.1f}", INK))
    return labels


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
    size = KEY_PT - 0.6
    room = (last - first) / (right - left) * axes.get_position().width * WIDTH * 72
    fits = room > text_width(name, size, "bold") * 1.05 and not is_thin
    axes.annotate(
        name,
        ((first + last) / 2 if fits or is_thin else last, (low[at] + high[at]) / 2),
        ha="center" if fits or is_thin else "left",
        va="center",
        fontsize=size,
        fontweight="bold",
        color=PAPER if fits else ink,
        xytext=(0 if fits or is_thin else 4, 9 if is_thin else 0),
        textcoords="offset points",
    )


def _number(day: date) -> float:
    """A day as a number of the time axis."""
    return float((day - date(1970, 1, 1)).days)


def _numbers(days: pd.Series) -> np.ndarray:
    return np.array([_number(day) for day in days])


def _dash(axes: Axes, snapback: pd.DataFrame, table: pd.DataFrame, is_named: bool) -> None:
    """Draw the total with suspensions lifted, dashed, where it lies above the law."""
    total = table.drop(columns=["valid_from", "valid_to"]).sum(axis=1).to_numpy()
    spans: list[tuple[float, float, float]] = []
    for start, end, rate in zip(
        snapback["valid_from"], snapback["valid_to"], snapback["rate_pct"], strict=True
    ):
        inside = (table["valid_from"] < end) & (table["valid_to"] > start)
        if rate > total[inside.to_numpy()].max() + 0.05:
            spans.append((_number(start), _number(end), rate))
    for start, end, rate in spans:
        axes.plot([start, end], [rate, rate], color=_SNAP, linewidth=1.3, linestyle=(0, (3, 1.6)))
    if spans and is_named:
        axes.annotate(
            "if the suspensions ended",
            (spans[0][0], max(rate for _, _, rate in spans)),
            xytext=(3, 4),
            textcoords="offset points",
            ha="left",
            va="bottom",
            fontsize=KEY_PT - 0.6,
            color=_SNAP,
        )


def _shade(axes: Axes, phases: pd.DataFrame, since: date, until: date) -> None:
    for phase in phases[phases["is_truce"]].to_dict("records"):
        start, end = max(phase["valid_from"], since), min(phase["valid_to"], until + timedelta(days=1))
        if start < end:
            axes.axvspan(_number(start), _number(end), color="#eef2f6", linewidth=0, zorder=0)


def _hairlines(axes: Axes, acts: Sequence[Act]) -> None:
    for act in acts:
        axes.axvline(_number(act.date.date()), color=MUTED, linewidth=0.7, linestyle=(0, (2, 2)))


def _dates(axes: Axes, since: date, until: date) -> None:
    from matplotlib.dates import DateFormatter, MonthLocator, YearLocator

    if (until - since).days > 1200:
        axes.xaxis.set_major_locator(YearLocator())
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    else:
        axes.xaxis.set_major_locator(MonthLocator(bymonth=(1, 4, 7, 10)))
        axes.xaxis.set_major_formatter(DateFormatter("%b\n%Y"))
        axes.tick_params(axis="x", labelsize=KEY_PT)


def bounds_over_time(
    tables: Mapping[str, pd.DataFrame], since: date, until: date, height: float = 3.6
) -> Figure:
    """Average duty of both sides with the band of what the codes do not show.

    Parameters
    ----------
    tables
        By importer: `valid_from`, `valid_to`, `rate_pct`, `low_pct`, `high_pct` (`averages.bounds`).
    """
    with house():
        figure, axes = canvas(height=height, panels=2, left=0.42, right=1.2, above=0.34, below=0.3)
        top = max(table["high_pct"].max() for table in tables.values())
        for panel, (importer, frame) in zip(axes, tables.items(), strict=True):
            table = _between(frame, since, until)
            colour = SIDE[importer]
            days, low = _edges(table, table["low_pct"].to_numpy())
            _, high = _edges(table, table["high_pct"].to_numpy())
            _, rate = _edges(table, table["rate_pct"].to_numpy())
            panel.fill_between(days, low, high, step="post", color=colour, alpha=0.22, linewidth=0)
            panel.step(days, rate, where="post", color=colour, linewidth=1.6)
            panel.set_xlim(_number(since), _number(until))
            panel.set_ylim(0, top * 1.04)
            panel.set_title(
                TITLES[importer] + ", percent", loc="left", fontsize=KEY_PT + 0.6, color=INK, pad=6
            )
            _dates(panel, since, until)
            labels = [EndLabel(float(rate[-1]), f"As read {rate[-1]:.1f}", colour)]
            if high[-1] - rate[-1] > 0.05:
                labels.append(EndLabel(float(high[-1]) + 6, f"At most {high[-1]:.1f}", MUTED))
            if rate[-1] - low[-1] > 0.05:
                labels.append(EndLabel(float(low[-1]) - 6, f"At least {low[-1]:.1f}", MUTED))
            label_ends(panel, labels, size=KEY_PT)
    return figure
