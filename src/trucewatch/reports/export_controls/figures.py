"""Figures of the report on the export blacklist, drawn from tables of `measures.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trucewatch.page.numbers import billions, short_day
from trucewatch.page.style import (
    BLUE,
    FAINT,
    GREY,
    KEY_PT,
    MUTED,
    PAPER,
    SMALL_PT,
    VERMILLION,
    Act,
    bare,
    canvas,
    drawing,
    key,
    mark_acts,
    width,
    words_beside,
    year_axis,
)
from trucewatch.reports.export_controls.measures import RuleLife

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HATCH: Any = {"facecolor": "none", "edgecolor": FAINT, "hatch": "////", "linewidth": 0}
_SHADE: Any = {"color": VERMILLION, "alpha": 0.22, "linewidth": 0}


@drawing
def listings(
    sums: pd.DataFrame,
    added: pd.DataFrame,
    holes: pd.DataFrame,
    life: RuleLife,
    acts: Sequence[Act],
    *,
    first: pd.Timestamp,
    table_ends: pd.Timestamp,
) -> Figure:
    """Draw known Chinese additions summed over time, broken where no rule is held, and the affiliates rule.

    `sums`, `added`, `holes`: `cumulative`, `additions` and `gaps`; `life`: the affiliates rule; `acts`: acts
    to mark, in order of date; `first`, `table_ends`: first day drawn, and the last day the table of rules
    speaks of.
    """
    last: Any = life.announced_return + pd.Timedelta(days=40)
    end: Any = table_ends
    figure, (axes, strip) = canvas(
        height=3.6, acts=acts, panels=2, ratios=[5, 1], left=0.45, right=0.15, above=0.3, below=0.3
    )
    for panel in (axes, strip):
        panel.set_xlim(first, last)  # type: ignore[arg-type]
        year_axis(panel)
    steps = _added_since(sums["known"], first, table_ends)
    added_in_all, top = int(steps.iloc[-1]), max(steps.max(), 1) * 1.25
    for left, right in zip(holes["first"], holes["last"], strict=True):
        # what was not seen is not drawn as if nothing had happened
        steps[(steps.index > left) & (steps.index < right)] = np.nan
    axes.set_ylim(-0.16 * top, top)
    for left, right in zip(holes["first"], holes["last"], strict=True):
        axes.axvspan(left, right, **_HATCH)
    axes.axvspan(end, last, **_HATCH)
    axes.axvspan(life.effective, life.suspended, **_SHADE)  # type: ignore[arg-type]
    axes.step(steps.index, steps, where="post", color=BLUE, linewidth=2.2)
    _mark_rules(axes, added[added["date_published"] >= first], -0.09 * top)
    axes.text(
        end,
        added_in_all,
        f"{added_in_all} known,\nin the rules we have",
        ha="left",
        va="bottom",
        color=BLUE,
        fontsize=KEY_PT,
        fontweight="bold",
    )
    axes.text(end, 0.5 * top, "  the table\n  ends here", color=MUTED, fontsize=KEY_PT)
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= top])
    mark_acts(axes, acts)
    key(axes, [("line", "added by name", BLUE), ("hatch", "no rule in the table", FAINT)], lift=24)
    _life(strip, life)
    return figure


def _added_since(known: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    """Return by day what was added since the first one, up to the last the table speaks of."""
    days = pd.date_range(first, last)
    by_day = known.astype(float).reindex(days.union(pd.DatetimeIndex(known.index))).ffill().fillna(0.0)[days]
    return by_day - by_day.iloc[0]


def _mark_rules(axes: Axes, rules: pd.DataFrame, height: float) -> None:
    """Mark each rule: a full disc where the Chinese count is known, an open one for a total, else a cross."""
    for known, marker, face in (("china", "o", BLUE), ("total only", "o", PAPER), ("nothing", "x", MUTED)):
        part = rules.loc[rules["known"] == known, "date_published"]
        edge = MUTED if known == "nothing" else BLUE
        axes.plot(
            part,
            np.full(len(part), height),
            marker,
            color=edge,
            markerfacecolor=face,
            markersize=5,
            linestyle="none",
        )


def _life(strip: Axes, life: RuleLife) -> None:
    """The affiliates rule as a strip: in force, suspended by its text, suspended by announcement."""
    parts: tuple[tuple[Any, Any, str, str], ...] = (
        (life.effective, life.suspended, VERMILLION, ""),
        (life.suspended, life.printed_return, GREY, ""),
        (life.printed_return, life.announced_return, PAPER, "////"),
    )
    strip.set_ylim(0, 1)
    for start, end, colour, hatch in parts:
        days = (end - start).days
        strip.barh(
            0.62, days, left=start, height=0.4, color=colour, hatch=hatch, edgecolor=GREY, linewidth=0.6
        )
    middle: Any = life.suspended + (life.printed_return - life.suspended) / 2
    begins: Any = life.effective
    ends: Any = life.announced_return
    strip.text(
        begins,
        0.62,
        "rule in force ",
        ha="right",
        va="center",
        color=VERMILLION,
        fontsize=KEY_PT,
        fontweight="bold",
    )
    strip.text(
        middle,
        0.62,
        "suspended" if width() > 5 else "",
        ha="center",
        va="center",
        color=PAPER,
        fontsize=KEY_PT,
        fontweight="bold",
    )
    strip.text(ends, 0.2, "announced, no text", ha="right", va="center", color=MUTED, fontsize=KEY_PT)
    strip.yaxis.set_visible(False)
    strip.grid(visible=False)


@drawing
def per_rule(added: pd.DataFrame) -> Figure:
    """Draw one bar a rule: the Chinese part filled where known, the total as an outline, a gap as words.

    `added`: `additions`; the last twenty rules are drawn, newest at the top.
    """
    rows = added.tail(20)
    figure, (axes,) = canvas(height=0.235 * len(rows), left=1.05, right=0.95, above=0.28, below=0.1)
    at = np.arange(len(rows))
    totals = rows["total_added"].astype(float)
    axes.set_xlim(0, max(float(totals.max()), 1.0) * 1.02)
    axes.barh(at, totals.fillna(0), height=0.62, color=PAPER, edgecolor=MUTED, linewidth=1)
    axes.barh(at, rows["china_added"].astype(float).fillna(0), height=0.62, color=BLUE)
    for place, row in zip(at, rows.to_dict("records"), strict=True):
        known = row["known"]
        words, colour = {
            "china": (f"{row['china_added']} of {row['total_added']}", BLUE),
            "total only": (f"? of {row['total_added']}", MUTED),
            "nothing": ("no count", MUTED),
        }[known]
        end = 0.0 if pd.isna(row["total_added"]) else float(row["total_added"])
        words_beside(axes, end, place, words, color=colour)
    axes.set_yticks(at, [short_day(day) for day in rows["date_published"]], fontsize=KEY_PT)
    bare(axes)
    key(axes, [("bar", "under China", BLUE), ("outline", "all added by the rule", MUTED)])
    return figure


@drawing
def exports_by_heading(table: pd.DataFrame) -> Figure:
    """Draw US exports to China by heading, one bar a year.

    `table`: `controlled_exports`; headings with less than a tenth of a billion in all years are left to the
    table.
    """
    rows = table[table.max(axis=1) >= 1e8]
    years = list(rows.columns)
    colours = [FAINT, GREY, BLUE][-len(years) :]
    figure, (axes,) = canvas(height=0.62 * len(rows), left=1.75, right=0.5, above=0.28, below=0.1)
    at = np.arange(len(rows))[::-1].astype(float)
    step = 0.78 / len(years)
    axes.set_xlim(0, float(rows.max().max()) / 1e9 * 1.02)
    for number, (year, colour) in enumerate(zip(years, colours, strict=True)):
        values = rows[year] / 1e9
        places = at + 0.39 - step * (number + 0.5)
        axes.barh(places, values, height=step * 0.9, color=colour)
        for place, value in zip(places, rows[year], strict=True):
            words = "no data" if pd.isna(value) else billions(value)
            end = 0.0 if pd.isna(value) else value / 1e9
            words_beside(axes, end, place, words, size=SMALL_PT)
    names = [f"{goods.split(',')[0].capitalize()}\n{heading}" for heading, goods in rows.index]
    axes.set_yticks(at, names, fontsize=KEY_PT)
    bare(axes)
    key(axes, [("bar", str(year), colour) for year, colour in zip(years, colours, strict=True)])
    return figure
