"""What a table is: columns with unit and meaning, a key, checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import pyarrow as pa

Dtype = Literal["string", "date", "int", "float", "bool"]
Layer = Literal["input", "raw", "clean"]

ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "date": pa.date32(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column, defined once.

    Attributes
    ----------
    name
        Snake case, unit as suffix, e.g. `value_usd`.
    dtype
        `string`, `date`, `int`, `float` or `bool`.
    description
        What a cell says, in one sentence.
    unit
        Unit in words, e.g. `US dollars`; None for codes, names and dates.
    nullable
        Whether an empty cell is legal; the description then says what it means.
    pattern
        Regular expression the whole text must match.
    allowed
        The only legal values.
    minimum, maximum
        Inclusive bounds of a number.
    """

    name: str
    dtype: Dtype
    description: str
    unit: str | None = None
    nullable: bool = False
    pattern: str | None = None
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """A statement about a whole table.

    Attributes
    ----------
    name
        Short, e.g. `first_of_month`.
    description
        The statement, as the data dictionary prints it and as the error says what is wrong.
    holds
        Returns a boolean for each row (True: fine).
    """

    name: str
    description: str
    holds: Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table, defined once.

    Attributes
    ----------
    name
        `{publisher}__{what}` for raw tables, `{what}` for clean ones.
    layer
        `input` (kept by hand in the repository), `raw` (landed untouched) or `clean` (validated).
    title, description
        For the data dictionary.
    columns
        In the order of the file.
    key
        The columns that identify a row; empty for a raw table that may repeat itself.
    checks
        Statements about whole rows.
    sources
        For a clean table: the tables it is made from, in the order its function takes them.
    finer
        For a clean table: the finer raw tables that it is taken from in the months they hold, once they are
        landed; a later one counts before an earlier one.
    moves
        For a clean table that grows: what a later month would change, for a reader.
    path
        For an input table: its file, relative to the project.
    """

    name: str
    layer: Layer
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    sources: tuple[str, ...] = ()
    finer: tuple[str, ...] = ()
    moves: str = ""
    path: str | None = None

    @property
    def column_names(self) -> list[str]:
        """Names of the columns in the order of the file."""
        return [column.name for column in self.columns]

    @property
    def arrow_schema(self) -> pa.Schema:
        """The explicit Arrow schema of the Parquet file."""
        return pa.schema(
            [
                pa.field(column.name, ARROW_TYPES[column.dtype], nullable=column.nullable)
                for column in self.columns
            ]
        )
