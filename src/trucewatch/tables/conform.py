"""Bring a frame to the form its table promises, or say which cell stands in the way."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa

from trucewatch.errors import DataError
from trucewatch.tables.model import Column, Table

_DTYPES = {"string": "str", "date": "datetime64[us]", "int": "int64", "float": "float64", "bool": "bool"}


def require_columns(found: list[str], table: Table, file: object) -> None:
    """Raise a DataError unless `found` names exactly the columns of the table."""
    for column in table.columns:
        if column.name not in found:
            remedy = f"the columns of {table.name} are {', '.join(table.column_names)}"
            raise DataError("a column is missing", file=file, column=column.name, remedy=remedy)
    for name in found:
        if name not in table.column_names:
            remedy = f"remove it, or describe it in the definition of {table.name}"
            raise DataError("an unknown column", file=file, column=name, remedy=remedy)


def parse_text(frame: pd.DataFrame, table: Table, file: object) -> pd.DataFrame:
    """Return the typed table of a frame of text cells, as read from a CSV file.

    Raises `DataError` at the first cell that cannot be read as the type of its column.
    """
    require_columns(list(frame.columns), table, file)
    return pd.DataFrame({column.name: _parse(frame[column.name], column, file) for column in table.columns})


def to_arrow(frame: pd.DataFrame, table: Table, file: object) -> pa.Table:
    """Return the frame as Arrow data of exactly the table's schema.

    Raises `DataError` if a column is missing, unknown, or holds a value of another type.
    """
    require_columns(list(frame.columns), table, file)
    arrays = []
    for column, field in zip(table.columns, table.arrow_schema, strict=True):
        try:
            arrays.append(pa.Array.from_pandas(frame[column.name], type=field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise DataError(
                f"the column is not {column.dtype} ({str(error).splitlines()[0]})",
                file=file,
                column=column.name,
                value=frame[column.name].dtype,
                remedy=f"give {table.name}.{column.name} as {column.dtype}",
            ) from error
    return pa.Table.from_arrays(arrays, schema=table.arrow_schema)


def to_frame(data: pa.Table, table: Table) -> pd.DataFrame:
    """Return Arrow data as a frame with the project's dtypes (dates as datetime64[us], codes as str)."""
    frame = data.to_pandas(date_as_object=False)
    for column in table.columns:
        if column.name in frame:
            dtype = "Int64" if column.dtype == "int" and column.nullable else _DTYPES[column.dtype]
            frame[column.name] = frame[column.name].astype(dtype)
    return frame


def _parse(cells: pd.Series, column: Column, file: object) -> pd.Series:
    empty = cells == ""
    if column.dtype == "string":
        return cells.mask(empty).astype("str")
    parsed = _PARSERS[column.dtype](cells.mask(empty))
    wrong = parsed.isna() & ~empty
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise DataError(
            f"the cell is no {_WORDS[column.dtype]}",
            file=file,
            row=row + 2,
            column=column.name,
            value=cells.iloc[row],
            remedy=f"write {_EXAMPLES[column.dtype]}",
        )
    if column.dtype == "int":
        return parsed.astype("Int64" if column.nullable else "float64" if empty.any() else "int64")
    return parsed.astype("bool") if column.dtype == "bool" and not empty.any() else parsed


def _parse_date(cells: pd.Series) -> pd.Series:
    return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")


def _parse_float(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells, errors="coerce").astype("float64")


def _parse_int(cells: pd.Series) -> pd.Series:
    numbers = _parse_float(cells)
    return numbers.where(numbers % 1 == 0)


def _parse_bool(cells: pd.Series) -> pd.Series:
    return cells.map({"true": True, "false": False})


_PARSERS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "date": _parse_date,
    "float": _parse_float,
    "int": _parse_int,
    "bool": _parse_bool,
}
_WORDS = {"date": "date", "float": "number", "int": "whole number", "bool": "true or false"}
_EXAMPLES = {"date": "2025-11-10", "float": "12.5", "int": "12", "bool": "true or false"}
