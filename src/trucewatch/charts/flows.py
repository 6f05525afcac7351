"""Figures of trade flows. Each takes tables of `trucewatch.trade` and returns a matplotlib figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from trucewatch.charts.numbers import billions, percent, period_name
from trucewatch.charts.style import (
    BLUE,
    BROWN,
    DISC,
    DIVERGING,
    FAINT,
    GREEN,
    GREY,
    INK,
    KEY_PT,
    MUTED,
    PAPER,
    PURPLE,
    VERMILLION,
    Act,
    EndLabel,
    acts_from,
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

_BILLION = 1e9
_CALENDAR = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def imports_against_counterfactual(
    imports: pd.Series,
    counterfactual: pd.DataFrame,
    acts: Sequence[Act],
    *,
    since: pd.Timestamp,
    gap_text: str,
    control: pd.Series | None = None,
    first: str = "2023-01",
) -> Figure:
    """Monthly imports, the path expected before the shock with its band, and the gap between them, shaded.

    Parameters
    ----------
    imports
        Monthly imports, US dollars.
    counterfactual
        `value_usd`, `counterfactual_usd`, `low_usd`, `high_usd` by month (`Counterfactual.table`).
    acts
        Acts to mark, in order of date.
    since
        First month of the shaded gap.
    gap_text
        Words written into the gap.
    control
        The matched control by month, US dollars, drawn as a second expectation.
    first
        First month drawn.
    """
    with house():
        figure, (axes,) = canvas(height=3.1, acts=acts, left=0.34, right=1.12)
        shown = imports.loc[first:] / _BILLION
        table = counterfactual / _BILLION
        axes.set_ylim(0, max(shown.max(), table["high_usd"].max()) * 1.04)
        axes.set_xlim(shown.index[0], shown.index[-1])
        axes.fill_between(
            table.index,
            table["low_usd"],
            table["high_usd"],
            color=FAINT,
            alpha=0.75,
            linewidth=0,
        )
        gap = table.loc[since:]
        axes.fill_between(
            gap.index, gap["value_usd"], gap["counterfactual_usd"], color=VERMILLION, alpha=0.28, linewidth=0
        )
        axes.plot(table.index, table["counterfactual_usd"], color=GREY, linestyle=(0, (4, 2)))
        labels = [
            EndLabel(shown.iloc[-1], "Imports", BLUE),
            EndLabel(table["counterfactual_usd"].iloc[-1], "Expected from\nits own past", GREY),
        ]
        if control is not None:
            scaled = control / _BILLION
            axes.plot(scaled.index, scaled, color=GREEN, linewidth=1.3, linestyle=(0, (1, 1.2)))
            _pointer(
                axes,
                "Had China kept pace\nwith other suppliers",
                (scaled.idxmax(), scaled.max()),
                GREEN,
                0.93,
            )
        axes.plot(shown.index, shown, color=BLUE, linewidth=2.2)
        middle = gap.index[len(gap) // 2]
        axes.annotate(
            gap_text,
            (middle, min(gap.loc[middle, ["value_usd", "counterfactual_usd"]])),
            xytext=(0, -30),
            textcoords="offset points",
            ha="center",
            va="top",
            color=VERMILLION,
            fontweight="bold",
            linespacing=1.25,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
            arrowprops={"arrowstyle": "-", "color": VERMILLION, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0},
        )
        year_axis(axes)
        mark_acts(axes, acts)
        label_ends(axes, labels)
    return figure


def industry_heat_map(growth: pd.DataFrame, names: Mapping[str, str], limit: float = 1.0) -> Figure:
    """Heat map of growth on the year before: industries down, months across.

    Parameters
    ----------
    growth
        Months x industries, fractions.
    names
        Reader's name of each industry code.
    limit
        Growth at which the colour is full, both ways.
    """
    # Imported here: only this figure needs it.
    import seaborn as sns
    from matplotlib.ticker import FixedLocator, FuncFormatter

    with house():
        figure, (axes,) = canvas(height=0.24 * growth.shape[1] + 0.1, left=2.0, right=0.62, above=0.1)
        matrix = growth.T
        matrix.index = pd.Index([names.get(code, code) for code in matrix.index])
        matrix.columns = pd.Index(_month_labels(pd.DatetimeIndex(growth.index)))
        scale = figure.add_axes((0.9, axes.get_position().y0, 0.022, axes.get_position().height))
        sns.heatmap(
            matrix,
            ax=axes,
            cbar_ax=scale,
            cmap=DIVERGING,
            vmin=-limit,
            vmax=limit,
            linewidths=0.6,
            linecolor="#ffffff",
            xticklabels=True,
            yticklabels=True,
            cbar_kws={"ticks": FixedLocator([-limit, -limit / 2, 0, limit / 2, limit])},
        )
        axes.grid(visible=False)
        axes.tick_params(length=0)
        axes.set_xlabel("")
        axes.set_ylabel("")
        axes.tick_params(axis="y", labelrotation=0, labelsize=KEY_PT)
        axes.tick_params(axis="x", labelrotation=0, labelsize=KEY_PT)
        scale.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0, signed=True)))
        scale.tick_params(labelsize=KEY_PT, length=0)
        scale.grid(visible=False)
    return figure


def industry_losses(change: pd.DataFrame, names: Mapping[str, str], count: int = 10) -> Figure:
    """Bars of the largest falls by industry, with what the matched control says beside each.

    Parameters
    ----------
    change
        `naics3`, `change_usd`, `change`, `control_gap_usd`; largest fall first.
    names
        Reader's name of each industry code.
    count
        How many industries are drawn.
    """
    with house():
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
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        lowest = min(rows["change_usd"].min(), rows["control_gap_usd"].min()) / _BILLION
        axes.set_xlim(lowest * 1.12, max(0.0, rows["change_usd"].max() / _BILLION) - lowest * 0.02)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        for place, row in zip(at, rows.to_dict("records"), strict=True):
            inside = min(row["change_usd"], 0) / _BILLION
            words = f"{billions(row['change_usd'])}  ({percent(row['change'], 0)})"
            taken = row["control_gap_usd"] / _BILLION
            left = min(inside, taken) if inside - 0.3 * abs(lowest) < taken < inside else inside
            axes.annotate(
                words,
                (left, place),
                xytext=(-7 if left != inside else -4, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=KEY_PT,
                color=INK,
            )
        _tag(axes, -0.25, "▬ change on the base year", BLUE)
        _tag(axes, 0.42, "◆ gap to the matched control", GREEN)
    return figure


def import_shares(shares: pd.DataFrame, names: Mapping[str, str], acts: Sequence[Act] = ()) -> Figure:
    """Lines of partners' shares, named at their ends.

    Parameters
    ----------
    shares
        Months x partners, fractions; the first column is drawn heaviest.
    names
        Reader's name of each partner.
    acts
        Acts to mark.
    """
    with house():
        figure, (axes,) = canvas(height=2.7, acts=acts, left=0.46, right=1.1)
        colours = (BLUE, VERMILLION, GREEN, PURPLE, BROWN, GREY)
        labels = []
        for column, colour in zip(shares.columns, colours, strict=False):
            line = shares[column].dropna()
            is_first = column == shares.columns[0]
            axes.plot(line.index, line, color=colour, linewidth=2.4 if is_first else 1.4)
            words = f"{names.get(column, column)} {percent(line.iloc[-1])}"
            labels.append(EndLabel(line.iloc[-1], words, colour))
        axes.set_ylim(0, float(shares.max().max()) * 1.1)
        axes.set_xlim(shares.index[0], shares.index[-1])
        percent_axis(axes)
        year_axis(axes, 2)
        mark_acts(axes, acts)
        label_ends(axes, labels, size=KEY_PT)
    return figure


def flow_with_average(flow: pd.Series, acts: Sequence[Act], *, name: str, first: str) -> Figure:
    """Thin monthly line and heavy twelve-month average of one flow, US dollars a month."""
    with house():
        figure, (axes,) = canvas(height=2.5, acts=acts, left=0.34, right=1.1)
        average = (flow.rolling(12).mean() / _BILLION).loc[first:]
        shown = (flow / _BILLION).loc[first:]
        axes.plot(shown.index, shown, color=BLUE, linewidth=0.9, alpha=0.55)
        axes.plot(average.index, average, color=BLUE, linewidth=2.4)
        axes.set_ylim(0, shown.max() * 1.08)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.set_xlim(shown.index[0], shown.index[-1])
        year_axis(axes, 2 if len(shown) > 96 else 1)
        mark_acts(axes, acts)
        labels = [EndLabel(average.iloc[-1], f"{name},\n12-month mean\n{average.iloc[-1]:.1f}", BLUE)]
        label_ends(axes, labels, size=KEY_PT)
    return figure


def seasonal_profile(factors: pd.Series) -> Figure:
    """Bars of the usual distance of each calendar month from trend (fractions, index 1..12)."""
    with house():
        figure, (axes,) = canvas(height=1.7, left=0.5, right=0.1, above=0.15)
        colours = [BLUE if value >= 0 else VERMILLION for value in factors]
        axes.bar(factors.index, factors, color=colours, width=0.72)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.set_xticks(list(factors.index), [_CALENDAR[month - 1] for month in factors.index])
        axes.tick_params(axis="x", length=0)
        low, high = float(factors.min()), float(factors.max())
        pad = (high - low) * 0.16
        axes.set_ylim(low - pad, high + pad)
        axes.yaxis.set_visible(False)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        for month, value in factors.items():
            axes.annotate(
                percent(value, 0, signed=True).removesuffix(" %"),
                (month, value),
                xytext=(0, 3 if value >= 0 else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if value >= 0 else "top",
                fontsize=KEY_PT,
            )
    return figure


def before_and_after(rows: pd.DataFrame) -> Figure:
    """One line a deadline: imports against expectation before it and after it, joined.

    Parameters
    ----------
    rows
        `trucewatch.trade.frontrunning.front_running`; deadlines without a payback yet show one point.
    """
    with house():
        count = len(rows)
        figure, (axes,) = canvas(height=0.32 * count, acts=acts_from(rows), left=1.25, right=0.15)
        at = np.arange(count)[::-1]
        for number, place in enumerate(at, start=1):
            axes.text(
                -0.29, place, str(number), transform=axes.get_yaxis_transform(), va="center_baseline", **DISC
            )
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
                axes.annotate(
                    words.replace("-", "−"),
                    (max(ends), place),
                    xytext=(9, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=KEY_PT,
                    color=INK,
                )
        dates = [f"{row['date'].day} {row['date']:%b %Y}" for row in rows.to_dict("records")]
        axes.set_yticks(at, dates)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_ylim(-0.6, count - 0.4)
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.xaxis.set_major_formatter(lambda value, _: percent(value, 0, signed=True))
        _tag(axes, 0, "● before the deadline", VERMILLION)
        _tag(axes, 0.5, "■ after it", BLUE)
    return figure


def mirror_bars(rows: pd.DataFrame, *, importer: str, exporter: str) -> Figure:
    """Pairs of bars a period: what the importer counted and what the exporter counted, and the gap.

    Parameters
    ----------
    rows
        `trucewatch.trade.mirror.mirror`.
    importer, exporter
        Names of the two counts.
    """
    with house():
        count = len(rows)
        figure, (axes,) = canvas(height=0.46 * count, left=1.0, right=0.15, above=0.3, below=0.28)
        at = np.arange(count)[::-1]
        axes.barh(at + 0.19, rows["importer_usd"] / _BILLION, height=0.36, color=BLUE)
        axes.barh(at - 0.19, rows["value_usd"] / _BILLION, height=0.36, color=VERMILLION)
        periods = zip(rows["period_from"], rows["period_to"], strict=True)
        axes.set_yticks(at, [period_name(first, last) for first, last in periods])
        axes.set_xlim(0, float(rows["value_usd"].max()) / _BILLION * 1.12)
        for place, row in zip(at, rows.to_dict("records"), strict=True):
            _bar_words(axes, row["importer_usd"], place + 0.19, billions(row["importer_usd"]))
            words = f"{billions(row['value_usd'])}  ({percent(row['gap_share'], 0, signed=True)})"
            _bar_words(axes, row["value_usd"], place - 0.19, words)
        axes.xaxis.set_visible(False)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        _tag(axes, 0, f"▬ {importer}", BLUE)
        _tag(axes, 0.5, f"▬ {exporter}", VERMILLION)
    return figure


def chapter_losses(change: pd.DataFrame, names: Mapping[str, str], count: int = 10) -> Figure:
    """Bars of the largest falls by HS chapter.

    Parameters
    ----------
    change
        `chapter`, `change_usd`, `change` (`trucewatch.trade.concentration.chapter_change`).
    names
        Reader's name of each chapter.
    """
    with house():
        figure, (axes,) = canvas(height=0.27 * count, left=2.0, right=0.95, above=0.1, below=0.1)
        rows = change.head(count).iloc[::-1]
        at = np.arange(len(rows))
        axes.barh(at, -rows["change_usd"] / _BILLION, color=BLUE, height=0.62)
        full = [f"{code} {names.get(code, '')}".strip() for code in rows["chapter"]]
        labels = [_short(name, 1.9 * 72, KEY_PT) for name in full]
        axes.set_yticks(at, labels, fontsize=KEY_PT)
        for place, row in zip(at, rows.to_dict("records"), strict=True):
            words = f"{billions(row['change_usd'])}  ({percent(row['change'], 0)})"
            _bar_words(axes, -row["change_usd"], place, words)
        axes.xaxis.set_visible(False)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
    return figure


def _bar_words(axes: Axes, value: float, at: Any, words: str) -> None:
    """Words at the end of a horizontal bar, US dollars."""
    axes.annotate(
        words,
        (value / _BILLION, at),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=KEY_PT,
        color=INK,
    )


def _pointer(axes: Axes, words: str, at: tuple[Any, float], colour: str, height: float) -> None:
    """Words in the empty left of the axes, at a share of its height, with a line to what they name."""
    axes.annotate(
        words,
        at,
        xytext=(0.34, height),
        textcoords="axes fraction",
        ha="center",
        va="center",
        color=colour,
        fontsize=KEY_PT + 0.4,
        fontweight="bold",
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.9, "shrinkA": 4, "shrinkB": 0},
    )


def _tag(axes: Axes, x: float, words: str, colour: str) -> None:
    """A coloured name over the axes, in place of a legend."""
    style: dict[str, Any] = {"color": colour, "fontsize": KEY_PT, "fontweight": "bold", "va": "bottom"}
    axes.text(x, 1.02, words, transform=axes.transAxes, **style)


def _month_labels(months: pd.DatetimeIndex) -> list[str]:
    """First letters of months; in full and with the year where a year begins."""
    return [
        f"{_CALENDAR[month.month - 1]}\n{month.year}"
        if at == 0 or month.month == 1
        else _CALENDAR[month.month - 1][0]
        for at, month in enumerate(months)
    ]


def _short(text: str, width: float, size: float) -> str:
    """The first line of a text, with an ellipsis where more follows."""
    lines = wrap(text, width, size)
    return lines[0] if len(lines) == 1 else f"{lines[0]} …"
