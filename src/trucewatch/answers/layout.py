"""Tables for the eye: text that fits a terminal, HTML for a notebook."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Collection, Iterable, Sequence
from html import escape

_LEAST, _MOST = 80, 140
"""Columns of a terminal that are used: nothing printed is wider, unless one word is."""


def width() -> int:
    """Return the columns to write for: those of the terminal, and 80 where there is none."""
    if not (sys.stdout and sys.stdout.isatty()):
        return _LEAST
    return max(_LEAST, min(_MOST, shutil.get_terminal_size().columns))


def aligned(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Collection[str] = (),
    below: Sequence[str] | None = None,
) -> list[str]:
    """Return the lines of an aligned table.

    `heads`: column heads; `rows`: cells, as many a row as heads; `numeric`: heads of the columns that are set
    flush right; `below`: a text a row, wrapped and indented under it; empty texts take no line.
    """
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if head in numeric else cell.ljust(width)
            for head, cell, width in zip(heads, cells, widths, strict=True)
        )
        return "  ".join(padded).rstrip()

    lines = [line(heads)]
    for number, row in enumerate(rows):
        lines.append(line(row))
        if below is not None and below[number]:
            lines += paragraph(below[number], "    ")
    return lines


def paragraph(text: str, indent: str = "", first: str | None = None) -> list[str]:
    """Return a text wrapped to the terminal; `first` is what the first line starts with."""
    return textwrap.wrap(
        text,
        width(),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def bullets(texts: Iterable[str]) -> list[str]:
    """Return texts as a wrapped list."""
    return [line for text in texts for line in paragraph(text, "  ", "- ")]


def html_table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Collection[str] = (),
    notes: Iterable[str] = (),
) -> str:
    """Return an HTML table with a caption above and a list of notes below; every text is escaped.

    A notebook that looks for formulas passes over it: a description may name two sums in dollars.
    """
    sides = ["right" if head in numeric else "left" for head in heads]
    head = "".join(
        f'<th scope="col" style="text-align:{side}">{escape(name)}</th>'
        for name, side in zip(heads, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:{side}">{escape(cell)}</td>'
            for cell, side in zip(row, sides, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        '<table class="trucewatch mathjax_ignore"><caption style="text-align:left">'
        f"<strong>{escape(caption)}</strong></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        + (f'<ul class="trucewatch-notes mathjax_ignore">{listed}</ul>' if listed else "")
    )


def dollars(value: float) -> str:
    """Return US dollars in words short enough for a table: 3.2 bn, 45 m, 900."""
    size = abs(value)
    if size >= 999.5e6:
        return f"{value / 1e9:,.1f} bn"
    if size >= 999.5e3:
        return f"{value / 1e6:,.1f} m"
    return f"{value:,.0f}"


def percent(share: float, places: int = 1) -> str:
    """Return a fraction in percent: 43.7 %."""
    return f"{100 * share:.{places}f} %"


def signed(value: float, places: int = 2) -> str:
    """Return a change with its sign; what rounds to nothing has none."""
    rounded = round(float(value), places)
    return (
        "0"
        if rounded == 0
        else f"{rounded:+,.{places}f}".rstrip("0").rstrip(".")
        if places
        else f"{rounded:+,.0f}"
    )
