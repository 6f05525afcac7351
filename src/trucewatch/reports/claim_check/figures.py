"""The figure of the claim check: one number said, many it could have meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trucewatch.page.style import (
    BLUE,
    FAINT,
    INK,
    KEY_PT,
    MUTED,
    PAPER,
    canvas,
    drawing,
    width,
    words_near,
    wrap,
)
from trucewatch.reports.claim_check.facts import claimed_number
from trucewatch.reports.claim_check.verdicts import Judged

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.36
_LABELS = 2.75
_POINTS = 72


@drawing
def levels(drawn: Sequence[Judged]) -> Figure:
    """Draw a claimed level, its leeway, and what each definition gives: full where the claim holds.

    `drawn`: claims of the test `level` about a number, a panel each; all in the same unit.
    """
    counts = [len(item.definitions) for item in drawn]
    values = [
        number
        for item in drawn
        for number in (claimed_number(item), *(float(one.found.value) for one in item.definitions))  # type: ignore[arg-type]
    ]
    titles = [_title(item) for item in drawn]
    above = 0.4 + 0.15 * max(len(lines) for lines in titles)
    figure, panels = canvas(
        height=_ROW * sum(counts), panels=len(drawn), ratios=counts, left=_LABELS, right=0.25, above=above
    )
    for axes, item in zip(panels, drawn, strict=True):
        axes.set_xlim(0, 1.15 * max(values))
        _panel(axes, item)
    return figure


def _panel(axes: Axes, item: Judged) -> None:
    claimed, leeway = claimed_number(item), item.claim.threshold
    axes.axvspan(claimed - leeway, claimed + leeway, color=FAINT, linewidth=0)
    axes.axvline(claimed, color=INK, linewidth=1)
    for row, one in enumerate(item.definitions):
        value = float(one.found.value)  # type: ignore[arg-type]
        axes.plot(
            value, row, "o", markersize=7, color=BLUE, markerfacecolor=BLUE if one.holds else PAPER, zorder=3
        )
    axes.set_ylim(len(item.definitions) - 0.4, -0.6)
    names = [
        "\n".join(wrap(f"{one.found.label}: {one.found.text}", _LABELS * _POINTS - 8, KEY_PT)[:3])
        for one in item.definitions
    ]
    axes.set_yticks(range(len(names)), names, fontsize=KEY_PT)
    axes.grid(axis="y", visible=False)
    over = ("data", "axes fraction")
    words_near(axes, (claimed, 1), f"said: {claimed:g}", (0, 4), color=MUTED, xycoords=over)
    title, left = "\n".join(_title(item)), axes.get_position().x0 * width() * _POINTS
    style: Any = {"ha": "left", "size": KEY_PT + 0.8, "bold": True, "xycoords": "axes fraction"}
    words_near(axes, (0, 1), title, (6 - left, 20), **style)


def _title(item: Judged) -> list[str]:
    """Return the claim over its panel, broken to the width of the figure."""
    return wrap(item.claim.text, width() * _POINTS - 10, KEY_PT + 0.8, "bold")
