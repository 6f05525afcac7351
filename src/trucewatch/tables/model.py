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

    - `name`: snake case, unit as suffix, e.g. `value_usd`
    - `dtype`: `string`, `date`, `int`, `float` or `bool`
    - `description`: what a cell says, in one sentence
    - `unit`: unit in words, e.g. `US dollars`; None for codes, names and dates.
    - `nullable`: whether an empty cell is legal; the description then says what it means
    - `pattern`: regular expression the whole text must match
    - `allowed`: the only legal values
    - `minimum`, `maximum`: inclusive bounds of a number
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

    - `name`: short, e.g. `first_of_month`
    - `description`: the statement, as the data dictionary prints it and as the error says what is wrong
    - `holds`: returns a boolean for each row (True: fine)
    """

    name: str
    description: str
    holds: Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table, defined once.

    - `name`: `{publisher}__{what}` for raw tables, `{what}` for clean ones
    - `layer`: `input` (kept by hand in the repository), `raw` (landed untouched) or `clean` (validated)
    - `title`, `description`: for the data dictionary
    - `columns`: in the order of the file
    - `key`: the columns that identify a row; empty for a raw table that may repeat itself
    - `checks`: statements about whole rows
    - `sources`: for a clean table: the tables it is made from, in the order its function takes them
    - `finer`: for a clean table: the finer raw tables that it is taken from in the months they hold, once
      they are landed; a later one counts before an earlier one
    - `moves`: for a clean table that grows: what a later month would change, for a reader
    - `path`: for an input table: its file, relative to the project
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
