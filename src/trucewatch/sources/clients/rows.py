"""Read a publisher's rows strictly: a cell that is not what the documentation says stops the refresh.

Publishers write numbers as text, months as `2025-03`, and nothing as null, `.` or `-`. Each client says what
it expects; anything else is refused with the number of the row, the column and the value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.errors import DataError
from trucewatch.sources.clients.base import Fetched, Origin, SourceError
from trucewatch.sources.http import Answer
from trucewatch.tables.conform import to_arrow, to_frame
from trucewatch.tables.registry import get_table

_SHOWN = 80


@dataclass(frozen=True)
class Rows:
    """Rows of one answer, as they came.

    `frame`: cells of any type, one column a field that was asked for; `answer`: where they come from;
    `first`: number of the first row in the answer, as a person counts.
    """

    frame: pd.DataFrame
    answer: Answer
    first: int = 1

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.frame)

    def number(self, column: str, *, missing: tuple[object, ...] = ()) -> pd.Series:
        """Return a column of numbers (float64); a cell in `missing` is NaN, no other may be no number."""
        cells = self.frame[column]
        is_missing = cells.map(lambda cell: any(cell is gap or cell == gap for gap in missing)).astype(bool)
        is_typed = cells.map(lambda cell: isinstance(cell, str | int | float) and not isinstance(cell, bool))
        numbers = pd.to_numeric(cells.where(is_typed & ~is_missing), errors="coerce").astype("float64")
        self._refuse(column, ~(is_missing | np.isfinite(numbers)), "is no number")
        return numbers

    def text(self, column: str, pattern: str | None = None) -> pd.Series:
        """Return a column of texts, blanks at the ends taken off; `pattern` must match the whole of each."""
        cells = self.frame[column]
        self._refuse(column, ~cells.map(lambda cell: isinstance(cell, str)).astype(bool), "is no text")
        stripped = cells.astype("str").str.strip()
        if pattern is not None:
            self._refuse(column, ~stripped.str.fullmatch(pattern).astype(bool), f"does not match {pattern}")
        return stripped

    def maybe_text(self, column: str) -> pd.Series:
        """Return a column of texts in which null and the empty text are the empty text."""
        filled = self.frame.assign(
            **{column: self.frame[column].map(lambda cell: "" if cell is None else cell)}
        )
        return Rows(filled, self.answer, self.first).text(column)

    def require(self, column: str, *expected: int) -> None:
        """Refuse a column that holds another number than was asked for."""
        wanted = " or ".join(map(str, expected))
        self._refuse(column, ~self.number(column).isin(expected), f"is not {wanted}")

    def day(self, column: str, style: str = "%Y-%m-%d") -> pd.Series:
        """Return a column of dates written in `style`, as datetime64."""
        texts = self.text(column)
        days = pd.to_datetime(texts, format=style, errors="coerce").astype("datetime64[us]")
        self._refuse(column, days.isna(), f"is no date like {pd.Timestamp('2025-03-31').strftime(style)}")
        return days

    def _refuse(self, column: str, is_wrong: pd.Series, problem: str) -> None:
        if is_wrong.any():
            at = int(is_wrong.to_numpy().argmax())
            found = str(self.frame[column].iloc[at])[:_SHOWN]
            raise _changed(self.answer, f"row {at + self.first}, column {column}: {found!r} {problem}")


def rows_below_header(answer: Answer, columns: Sequence[str]) -> Rows:
    """Return the rows of an array of arrays whose first row names the columns (Census).

    A column named twice, which is how the publisher repeats a filter, is taken once. No data at all, or a
    header alone, gives no rows.

    Raises `SourceError` if the form is another, a column is missing, or a row is shorter or longer than the
    header.
    """
    if answer.data is None:
        return Rows(pd.DataFrame(columns=list(columns), dtype="object"), answer, 2)
    data = answer.data
    if not isinstance(data, list) or not data or not all(isinstance(row, list) for row in data):
        raise _changed(answer, "the answer is no list of rows with a header")
    header = data[0]
    _require(columns, header, answer)
    for number, row in enumerate(data[1:], start=2):
        if len(row) != len(header):
            raise _changed(answer, f"row {number} has {len(row)} cells, the header {len(header)}")
    places = [header.index(column) for column in columns]
    cells = [[row[place] for place in places] for row in data[1:]]
    return Rows(pd.DataFrame(cells, columns=list(columns), dtype="object"), answer, 2)


def rows_of_records(records: Any, columns: Sequence[str], answer: Answer) -> Rows:
    """Return the rows of a list of objects that each have the fields `columns`.

    Raises `SourceError` if the form is another or a field is missing in any of them.
    """
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise _changed(answer, "the answer is no list of records")
    for number, record in enumerate(records, start=1):
        if not all(column in record for column in columns):
            _require(columns, list(record), answer, f"record {number}: ")
    cells = [[record[column] for column in columns] for record in records]
    return Rows(pd.DataFrame(cells, columns=list(columns), dtype="object"), answer)


def member(answer: Answer, name: str, kind: type | tuple[type, ...]) -> Any:
    """Return a member of an answer that must be an object, refused if it is absent or of another type."""
    data = answer.data
    if not isinstance(data, dict) or name not in data:
        raise _changed(answer, f"the answer has no member {name!r}")
    if not isinstance(data[name], kind) or isinstance(data[name], bool):
        raise _changed(answer, f"the member {name!r} is {str(data[name])[:_SHOWN]!r}")
    return data[name]


def settle(frame: pd.DataFrame, key: Sequence[str], answer: Answer) -> pd.DataFrame:
    """Return the rows in the order of their key, rows that only repeat another taken out.

    Raises `SourceError` if two rows have one key and different values: which of them is right cannot be
    known.
    """
    once = frame.drop_duplicates()
    double = once.duplicated(list(key), keep=False)
    if double.any():
        pair = once[double].sort_values(list(key), kind="stable").head(2)
        row = ", ".join(f"{column} {_plain(pair[column].iloc[0])}" for column in key)
        differing = next(name for name in pair.columns if pair[name].nunique(dropna=False) == 2)
        raise answer.fault(
            f"two rows for {row} with different {differing}: "
            f"{_plain(pair[differing].iloc[0])} and {_plain(pair[differing].iloc[1])}",
            "nothing was changed; run the command again, and if it comes back tell the publisher",
        )
    return once.sort_values(list(key), kind="stable", ignore_index=True)


def fetched(table: str, frame: pd.DataFrame, answer: Answer, origin: Origin, **more: Any) -> Fetched:
    """Return rows as a client hands them over, with exactly the columns and types of a raw table.

    `more`: as `Fetched` takes it.

    Raises `SourceError` if a column has another type.
    """
    definition = get_table(table)
    try:
        rows = to_frame(to_arrow(frame[definition.column_names], definition, table), definition)
    except DataError as error:
        raise _changed(answer, f"the answer does not fit {table}: {error.problem}") from error
    return Fetched(table=table, frame=rows, url=answer.url, origin=origin, **more)


def _require(columns: Sequence[str], found: list[Any], answer: Answer, place: str = "") -> None:
    for column in columns:
        if column not in found:
            names = ", ".join(map(str, found))[:300]
            raise _changed(answer, f"{place}the column {column} is missing; found are {names}")


def _changed(answer: Answer, problem: str) -> SourceError:
    return answer.fault(
        problem,
        "nothing was changed; the publisher has changed the form of its answer: "
        f"follow it in trucewatch.sources.clients.{answer.source}",
    )


def _plain(value: object) -> str:
    text = str(value)
    return re.sub(r" 00:00:00$", "", text)[:_SHOWN]
