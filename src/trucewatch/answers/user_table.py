"""A user's table as columns of text, wherever it came from; nothing is guessed about what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trucewatch.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = 40
"""Rows at the top among which the header is looked for."""
TWO_ROWS = "The names of columns are read from two rows together."
IsHeader = Callable[[Sequence[str]], int]


@dataclass
class UserTable:
    """A table of text.

    - `columns`: text of every column, in the user's order; missing cells are empty
    - `header`: the user's names; `column 3` where there is none
    - `rows`: the row of each line of the table in its file (header included), as a spreadsheet numbers it
    - `separator`: what parts the cells of the file; a comma for a workbook or a frame
    - `notes`: what was done to the file in reading it
    - `overfull`: positions of the rows with more cells than the header
    - `is_text`: whether it was read from a text file, so that the separator tells how its writer sets numbers
    - `hidden`: positions of the columns that a workbook hides
    - `merged`: position of the column, first and last row in the file of the cells that a workbook merges
      downwards; the text of the first stands in all
    - `header_row`: the row of the header in the file; 0 for a frame
    """

    columns: list[pa.Array]
    header: list[str]
    rows: pa.Array
    separator: str = ","
    notes: list[str] = field(default_factory=list)
    overfull: frozenset[int] = frozenset()
    is_text: bool = False
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int], ...] = ()
    header_row: int = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def free(self, name: str) -> str:
        """Return a name for a column beside the user's: `tw_` stands before one that is taken, in any case.

        A spreadsheet holds `Description` and `description` for one name.
        """
        taken = {head.casefold() for head in self.header}
        while name.casefold() in taken:
            name = f"tw_{name}"
        return name


def from_frame(frame: pd.DataFrame) -> UserTable:
    """Return a DataFrame as a table of text; a whole number that pandas holds as float loses its `.0`."""
    if len(set(frame.columns)) < len(frame.columns):
        raise DataError("columns of one name", remedy="rename one of them", value=list(frame.columns))
    columns = [_texts(frame[name]) for name in frame.columns]
    rows = pa.array(range(1, len(frame) + 1), pa.int64())
    return UserTable(columns, [str(name) for name in frame.columns], rows)


def _texts(column: pd.Series) -> pa.Array:
    """Return a column of a frame as text, each distinct cell read once where all are of one kind."""
    if column.dtype == object:
        return pa.array([cell_text(cell) for cell in column], pa.string())
    places, cells = column.factorize()
    texts = pa.array([*map(cell_text, cells), ""], pa.string())
    return texts.take(pa.array(places % len(texts)))  # -1, no cell, is the last


def cell_text(cell: Any, number_format: str = "") -> str:
    """Return a cell of a workbook or a frame as text."""
    if cell is None or cell != cell:  # NaN is not itself
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != datetime.min.time() else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    if isinstance(cell, int) and re.fullmatch(r"0+", number_format):
        return str(cell).zfill(len(number_format))  # the zeros a reader of the sheet sees
    if isinstance(cell, (int, float)) and number_format.endswith("%"):
        return f"{cell_text(float(f'{cell * 100:.10g}'))}%"
    if isinstance(cell, float):
        return f"{cell:.10f}".rstrip("0").rstrip(".")
    return str(cell).strip()


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def has_text(column: pa.Array) -> bool:
    """Return whether a column has any text."""
    import pyarrow.compute as pc

    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py())


def header_at(rows: Sequence[Sequence[str]], is_header: IsHeader) -> tuple[int, int] | None:
    """Return the first and the last row of the names of columns: the row with most that are looked for.

    Two rows, if their names read together, as `Entry` above `Date`, are more than those of one.
    """
    scores = [is_header(row) for row in rows]
    best = max(scores, default=0)
    at = scores.index(best) if best else None
    tops = (
        range(len(rows) - 1)
        if at is None
        else (place for place in (at - 1, at) if 0 <= place < len(rows) - 1)
    )
    for top in tops:
        if all(_is_of_words(row) for row in rows[top : top + 2]):
            score = is_header(joined(rows[top : top + 2]))
            if score > best:
                return top, top + 1
    return None if at is None else (at, at)


def joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of columns that stand in one row or more."""
    return [" ".join(filter(None, map(str.strip, cells))) for cells in zip_longest(*rows, fillvalue="")]


def _is_of_words(row: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in row) > 1 and not any(re.search(r"\d{3}", cell) for cell in row)


_CODE_LIKE = re.compile(r"'?\d{4}\.?\d{2}\.?(\d{2}\.?(\d{2})?)?")


_LOOKS: dict[str, str] = {
    "origin": r"[A-Za-z]{2,3}",
    "on": r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}( .*)?",
    "value": r"\D{0,3}\d[\d.,]*",
}
"""What a cell of a column looks like, where no name tells what the column is."""


def _by_number(first: Sequence[str], codes: int) -> str:
    """Return the options that say what the columns of a row might be, by its cells."""
    said = {"code": codes}
    for kind, looks in _LOOKS.items():
        for at, cell in enumerate(first, 1):
            if at not in said.values() and re.fullmatch(looks, cell.strip()):
                said[kind] = at
                break
    return " ".join(f"--column {kind}={at}" for kind, at in said.items())


class NoHeaderError(DataError):
    """No row of a table names the columns that are looked for."""


def no_header(name: object, rows: Sequence[Sequence[str]]) -> NoHeaderError:
    """Return the error of a table in which no row names a column of codes."""
    first = next((row for row in rows if any(cell.strip() for cell in row)), [])
    bare = next((at for at, cell in enumerate(first, 1) if _CODE_LIKE.fullmatch(cell.strip())), None)
    if bare is not None:
        return NoHeaderError(
            f"no names of columns in the first row; column {bare} looks like the codes",
            remedy=f"say which is which, by number: {_by_number(first, bare)}",
            file=name,
            value=", ".join(cell.strip() for cell in first)[:160],
        )
    return NoHeaderError(
        "no column of codes was found",
        remedy="name it `HTS code`, or say which it is: --column code=NAME, or --column code=2 by number",
        file=name,
        value=", ".join(cell.strip() for cell in first)[:160],
    )
