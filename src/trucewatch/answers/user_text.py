"""Tables that are no CSV: a web page's (HTML; some programs save it as .xls), and text in fixed columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser

_MOST_WIDE, _MOST_TALL = 100, 65_534
"""Columns and rows that a cell may span; a page that asks for more is no table of goods."""


def beginning(raw: bytes) -> bytes:
    """Return the first bytes of a text that are neither its mark nor blank, in small letters."""
    return raw[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def is_page(raw: bytes) -> bool:
    """Return whether bytes begin as a web page does."""
    return beginning(raw).startswith((b"<!doctype html", b"<html", b"<table", b"<meta"))


def page_tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a web page as rows of cells, in the order in which they begin.

    A cell over several rows or columns is followed by empty ones, as in a workbook: an amount counts once.
    """
    reader = _Tables()
    reader.feed(text)
    reader.close()
    return [rows for rows in reader.tables if rows]


class _Tables(HTMLParser):
    """Collects cells; a table in a cell is one of its own, and its text no part of the cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self._open.append(_Open(self.tables[-1]))
        elif self._open and tag == "tr":
            self._open[-1].start_row()
        elif self._open and tag in ("td", "th"):
            self._open[-1].start_cell(dict(attrs))
        elif self._open and tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        if tag == "table":
            self._open.pop().end_row()
        elif tag == "tr":
            self._open[-1].end_row()
        elif tag in ("td", "th"):
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text.append(data)

    def close(self) -> None:
        super().close()
        while self._open:  # a page that was cut off
            self._open.pop().end_row()


class _Open:
    """A table that is being read."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.rows = rows
        self.text: list[str] = []
        self._row: list[str] | None = None
        self._cell: dict[str, str | None] | None = None
        self._below: dict[int, int] = {}

    def start_row(self) -> None:
        self.end_row()
        self._row = []
        self._fill()

    def start_cell(self, attributes: dict[str, str | None]) -> None:
        self.end_cell()
        if self._row is None:
            self.start_row()
        self._cell, self.text = attributes, []

    def end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        cell = " ".join("".join(self.text).split())
        wide = _span(self._cell.get("colspan"), _MOST_WIDE)
        tall = _span(self._cell.get("rowspan"), _MOST_TALL)
        for at in range(wide):
            if tall > 1:
                self._below[len(self._row)] = tall - 1
            self._row.append("" if at else cell)
        self._cell, self.text = None, []
        self._fill()

    def end_row(self) -> None:
        self.end_cell()
        if self._row is not None:
            self.rows.append(self._row)
        self._row = None

    def _fill(self) -> None:
        """Add an empty cell wherever one of a row above reaches down to the place that is next."""
        while self._row is not None and (left := self._below.pop(at := len(self._row), 0)):
            if left > 1:
                self._below[at] = left - 1
            self._row.append("")


def _span(given: str | None, most: int) -> int:
    found = re.fullmatch(r"\s*(\d{1,9})\s*", given or "")
    return min(max(int(found[1]), 1), most) if found else 1


def fixed_columns(text: str) -> list[list[str]] | None:
    """Return the cells of text in fixed columns: parted where two blanks or more stand in every line.

    Returns None where no such place is, or the lines are parted by a character.
    """
    lines = [line.rstrip() for line in text.expandtabs().splitlines()]
    told = [line for line in lines if line and not re.fullmatch(r"[-=_+| ]+", line)]
    if len(told) < 2:
        return None
    width = max(map(len, told))
    is_blank = [all(line[at : at + 1] in ("", " ") for line in told) for at in range(width)]
    gaps = [match.span() for match in re.finditer(r" {2,}", "".join(" " if b else "x" for b in is_blank))]
    inner = [(start, end) for start, end in gaps if start > 0]
    if not inner:
        return None
    starts, ends = [0, *(end for _, end in inner)], [*(start for start, _ in inner), width]
    return [
        [line[start:end].strip() for start, end in zip(starts, ends, strict=True)] if line in told else []
        for line in lines
    ]


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of cells as CSV text."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
