"""Hold a frame against its table: keys, empty cells, patterns, bounds, statements about rows."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.tables.conform import require_columns
from trucewatch.tables.model import Column, Table
from trucewatch.tables.registry import get_table

if TYPE_CHECKING:
    import pandera.pandas as pa


def validate(frame: pd.DataFrame, name: str | Table, file: object = None) -> pd.DataFrame:
    """Return `frame` unchanged if it is a legal table `name`.

    `frame`: the columns of the table, in any order; `name`: name of a table of the registry, or a table;
    `file`: what an error message names; the table by default.

    Raises `DataError` at the first fault, with row, column, value and remedy.
    """
    _import_pandera()
    import pandera.errors

    table = name if isinstance(name, Table) else get_table(name)
    place = file if file is not None else table.name
    require_columns(list(frame.columns), table, place)
    _require_key(frame, table, place)
    try:
        schema_of(table).validate(frame.reset_index(drop=True), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        raise _as_data_error(errors, table, place) from None
    return frame


def _import_pandera() -> None:
    """Import pandera without what PySpark, which it loads where that is installed, says about pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import pandera.pandas  # noqa: F401


def schema_of(table: Table) -> pa.DataFrameSchema:
    """Return the pandera schema of a table: empty cells, patterns, allowed values, bounds, row checks."""
    _import_pandera()
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            column.name: pa.Column(None, checks=_column_checks(column), nullable=column.nullable)
            for column in table.columns
        },
        checks=[
            pa.Check(check.holds, name=check.name, error=check.description, ignore_na=False)
            for check in table.checks
        ],
    )


def _column_checks(column: Column) -> list[Any]:
    import pandera.pandas as pa

    checks = []
    if column.pattern is not None:
        pattern = column.pattern
        checks.append(pa.Check(lambda cells: cells.str.fullmatch(pattern), error=f"does not match {pattern}"))
    if column.allowed:
        checks.append(pa.Check.isin(column.allowed, error=f"is none of {', '.join(column.allowed)}"))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, error=f"is below {column.minimum:g}"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error=f"is above {column.maximum:g}"))
    return checks


def _require_key(frame: pd.DataFrame, table: Table, file: object) -> None:
    if not table.key:
        return
    repeated = frame.duplicated(list(table.key)).to_numpy()
    if repeated.any():
        row = int(repeated.argmax())
        raise DataError(
            f"the key ({', '.join(table.key)}) occurs twice",
            file=file,
            row=row,
            column=table.key[-1],
            value=" ".join(str(frame.iloc[row][column]) for column in table.key),
            remedy="keep one of the rows, or settle the fault with a row of data/sources/corrections.csv",
        )


def _as_data_error(errors: Any, table: Table, file: object) -> DataError:
    first = errors.failure_cases.iloc[0]
    column = first["column"] if first["schema_context"] == "Column" else None
    if first["check"] == "not_nullable":
        problem = "the cell is empty"
    else:
        problem = (
            f"{'the value ' if column else ''}{first['check']}" if column else f"not so: {first['check']}"
        )
    return DataError(
        problem,
        file=file,
        row=first["index"],
        column=column,
        value=first["failure_case"],
        remedy=f"repair the cell, or correct the definition of {table.name}"
        + (f".{column}" if column else ""),
    )
