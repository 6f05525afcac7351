"""Figures of statutory against realised duty. Each takes tables of `trucewatch.trade.realised*`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trucewatch.page.numbers import month_name, points
from trucewatch.page.style import (
    BLUE,
    BROWN,
    DASHES,
    GREEN,
    GREY,
    INK,
    KEY_PT,
    MUTED,
    OTHERS,
    PURPLE,
    VERMILLION,
    Act,
    EndLabel,
    bare,
    canvas,
    drawing,
    first_line,
    key,
    label_ends,
    mark_acts,
    words_beside,
    words_near,
    wrap,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: How a reader reads each rung, and its colour.
RUNGS = {
    "mix_pp": ("Mix of industries", BLUE),
    "transit_pp": ("Goods on the water", GREEN),
    "special_pp": ("Special provisions", BROWN),
    "claims_pp": ("Exclusions and the rest", PURPLE),
}
UNSPLIT = "Not split (no industries yet)"
CAUSE_COLOURS = {
    "exclusion claimed": BLUE,
    "exclusion not used": "#7aa6c2",
    "rate moved in the year": GREEN,
    "condition": BROWN,
    "column 1 duty not paid": PURPLE,
    "section 232 exclusion": "#8a6d00",
    "special entry": "#4d5c00",
    "most paid it": GREY,
    "neighbors paid it": INK,
    "needs entry-level data": VERMILLION,
}


@drawing
def waterfall(rungs: pd.Series, base_year: int) -> Figure:
    """One row a rung, from what the law says down to what was assessed.

    `rungs`: a row of `trucewatch.trade.realised.ladder`, percent and points; `base_year`: year of the basket.
    """
    names = [f"The law, goods of {base_year}", *(RUNGS[name][0] for name in RUNGS), "Assessed by customs"]
    steps = [float(rungs["statutory_pct"]), *(float(rungs[name]) for name in RUNGS)]
    ends = np.cumsum(np.nan_to_num(steps))
    figure, (axes,) = canvas(height=0.36 * len(names), left=1.75, right=0.62, above=0.1, below=0.12)
    at = np.arange(len(names))[::-1]
    axes.barh(at[0], steps[0], height=0.6, color=GREY)
    for number, name in enumerate(RUNGS, start=1):
        start = ends[number - 1]
        axes.barh(at[number], steps[number], left=start, height=0.6, color=RUNGS[name][1])
        axes.plot([start, start], [at[number] + 0.7, at[number] - 0.3], color=MUTED, linewidth=0.7)
        words = "not known" if np.isnan(steps[number]) else points(steps[number], signed=True)
        words_beside(axes, max(start, ends[number]), at[number], words)
    axes.barh(at[-1], float(rungs["realised_pct"]), height=0.6, color=VERMILLION)
    words_beside(axes, steps[0], at[0], points(steps[0]), bold=True)
    words_beside(axes, float(rungs["realised_pct"]), at[-1], points(float(rungs["realised_pct"])), bold=True)
    axes.set_yticks(at, names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(0, max(ends.max(), steps[0]) * 1.02)
    bare(axes)
    return figure


@drawing
def over_time(ladder: pd.DataFrame, held: pd.DataFrame, acts: list[Act]) -> Figure:
    """Statutory and realised by month above, the rungs between them below.

    `ladder`, `held`: `trucewatch.trade.realised.ladder` under both lenses, by month; `acts`: acts to mark.
    """
    figure, (top, bottom) = canvas(
        height=4.6, acts=acts, panels=2, left=0.42, right=1.3, ratios=(1.5, 1), above=0.34
    )
    _rates_by_month(top, ladder, held)
    _rungs_by_month(bottom, ladder)
    for axes in (top, bottom):
        axes.set_xlim(ladder.index[0] - pd.Timedelta(days=16), ladder.index[-1] + pd.Timedelta(days=16))
        year_axis(axes)
        axes.yaxis.set_major_formatter(lambda value, _: points(value, digits=0))
    mark_acts(top, acts)
    last = ladder.iloc[-1]
    label_ends(
        top,
        [
            EndLabel(last["statutory_pct"], f"The law {points(last['statutory_pct'])} %", GREY),
            EndLabel(last["realised_pct"], f"Assessed {points(last['realised_pct'])} %", VERMILLION),
        ],
        size=KEY_PT,
    )
    label_ends(bottom, _rung_labels(bottom, ladder), size=KEY_PT)
    return figure


def _rates_by_month(axes: Axes, ladder: pd.DataFrame, held: pd.DataFrame) -> None:
    axes.plot(ladder.index, ladder["statutory_pct"], color=GREY, drawstyle="steps-mid")
    axes.plot(
        held.index, held["statutory_pct"], color=GREY, linestyle=(0, (2, 1.5)), linewidth=1.2,
        drawstyle="steps-mid",
    )  # fmt: skip
    axes.plot(ladder.index, ladder["realised_pct"], color=VERMILLION, linewidth=2.4)
    axes.set_ylim(0, ladder["statutory_pct"].max() * 1.05)
    place = int(len(held) * 0.62)
    at = (pd.DatetimeIndex(held.index)[place], float(held["statutory_pct"].iloc[place]))
    words_near(axes, at, "without the duties\nheld unlawful", (0, -24), color=MUTED)


def _rungs_by_month(axes: Axes, ladder: pd.DataFrame) -> None:
    """Stack the rungs of each month from zero, up and down; the last is grey where no mix is known."""
    up, down = np.zeros(len(ladder)), np.zeros(len(ladder))
    split = ladder["mix_pp"].notna().to_numpy()
    for name, (_, colour) in RUNGS.items():
        value = np.nan_to_num(ladder[name].to_numpy(dtype=float))
        colours = [colour if known or name != "claims_pp" else "#9aa3ad" for known in split]
        axes.bar(ladder.index, value, bottom=np.where(value >= 0, up, down), width=24, color=colours)
        up, down = up + np.clip(value, 0, None), down + np.clip(value, None, 0)
    axes.axhline(0, color=MUTED, linewidth=0.8)


def _rung_labels(axes: Axes, ladder: pd.DataFrame) -> list[EndLabel]:
    labels = [*RUNGS.values(), *([(UNSPLIT, GREY)] if ladder["mix_pp"].isna().any() else [])]
    low, high = axes.get_ylim()
    spots = np.linspace(high - 0.08 * (high - low), low + 0.12 * (high - low), len(labels))
    return [
        EndLabel(y, "\n".join(wrap(words, 84, KEY_PT, "bold")), colour)
        for y, (words, colour) in zip(spots, labels, strict=True)
    ]


@drawing
def line_bars(listed: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Bars of the fifteen numbers with the largest duty not paid, coloured by cause.

    `listed`: `trucewatch.reports.realised_duty.gap_causes.check_list`; `names`: description by number.
    """
    rows = listed.head(15).iloc[::-1]
    figure, (axes,) = canvas(height=0.27 * len(rows), left=2.35, right=0.95, above=0.5, below=0.1)
    at = np.arange(len(rows))
    colours = [CAUSE_COLOURS[cause] for cause in rows["cause"]]
    axes.barh(at, rows["wedge_usd"] / 1e6, color=colours, height=0.62)
    labels = [f"{code} {names.get(code, '')}" for code in rows["hs10"]]
    axes.set_yticks(at, [first_line(label, 158, KEY_PT) for label in labels], fontsize=KEY_PT)
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        rates = f"({points(row['assessed_pct'])} for {points(row['rate_pct'])})"
        words = f"{row['wedge_usd'] / 1e6:,.0f}  {rates}"
        words_beside(axes, max(row["wedge_usd"] / 1e6, 0.0), float(place), words)
    axes.set_xlim(min(0, rows["wedge_usd"].min() / 1e6), rows["wedge_usd"].max() / 1e6 * 1.28)
    bare(axes)
    present = [cause for cause in CAUSE_COLOURS if cause in set(rows["cause"])]
    key(axes, [("bar", cause, CAUSE_COLOURS[cause]) for cause in present])
    return figure


@drawing
def cash(receipts: pd.Series, duty: pd.Series) -> Figure:
    """Receipts of the Treasury and duty assessed on all imports, by month, US dollars."""
    figure, (axes,) = canvas(height=2.5, left=0.36, right=1.25)
    axes.plot(duty.index, duty / 1e9, color=VERMILLION, linewidth=2.2)
    axes.plot(receipts.index, receipts / 1e9, color=BLUE, linewidth=1.5, linestyle=(0, (4, 1.5)))
    axes.set_ylim(0, max(duty.max(), receipts.max()) / 1e9 * 1.06)
    axes.set_xlim(min(duty.index[0], receipts.index[0]), max(duty.index[-1], receipts.index[-1]))
    year_axis(axes)
    label_ends(
        axes,
        [
            EndLabel(duty.iloc[-1] / 1e9, "Assessed at\nentry (Census)", VERMILLION),
            EndLabel(
                receipts.iloc[-1] / 1e9,
                f"Treasury, net\n(to {month_name(receipts.index[-1]).split()[0][:3]} "
                f"{receipts.index[-1].year})",
                BLUE,
            ),
        ],
        size=KEY_PT,
    )
    return figure


@drawing
def rivals(rates: pd.DataFrame, world: float) -> Figure:
    """Assessed rate by supplier in the newest month, with a mark at that of the base year, percent.

    `rates`: `partner`, `before`, `latest`, in the order of drawing from the top; China is the one in red;
    `world`: rate on all goods in the newest month.
    """
    rows = rates.iloc[::-1]
    figure, (axes,) = canvas(height=0.3 * len(rows), left=1.3, right=0.2, above=0.34, below=0.1)
    at = np.arange(len(rows))
    colours = [VERMILLION if name == "China" else OTHERS for name in rows["partner"]]
    axes.barh(at, rows["latest"], height=0.62, color=colours)
    axes.vlines(rows["before"], at - 0.36, at + 0.36, color=INK, linewidth=1.6)
    axes.axvline(world, color=MUTED, linewidth=1, linestyle=DASHES, zorder=0)
    axes.set_yticks(at, rows["partner"])
    axes.set_xlim(0, 1.12 * max(rows["latest"].max(), rows["before"].max()))
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        words_beside(axes, max(row["latest"], row["before"]), float(place), points(row["latest"]))
        axes.texts[-1].set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    bare(axes)
    key(axes, [("tick", "base year", INK), ("dash", "all countries, newest month", MUTED)])
    return figure
