"""Apply the known faults of sources, each only while the source still has it."""

from __future__ import annotations

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.tables.conform import parse_text
from trucewatch.tables.model import Table
from trucewatch.tables.registry import get_table

FILE = "data/sources/corrections.csv"


def apply_corrections(frame: pd.DataFrame, name: str, corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the raw table `name` with its corrections applied in the order of the file.

    `frame`: the raw table; `name`: its name; rows of `corrections` for other tables are passed over;
    `corrections`: the table `corrections`.

    Raises `DataError` if a row names an unknown column, or the expected value is not found (the source was
    repaired).
    """
    table = get_table(name)
    for line, correction in corrections[corrections["table"] == name].iterrows():
        frame = _apply(frame, table, correction, int(str(line)) + 2)
    return frame


def _apply(frame: pd.DataFrame, table: Table, correction: pd.Series, line: int) -> pd.DataFrame:
    column = str(correction["column"])
    selected = pd.Series(True, index=frame.index)
    if not pd.isna(correction["row_key"]):
        for pair in str(correction["row_key"]).split(";"):
            name, _, text = pair.partition("=")
            selected &= _equals(frame, table, name.strip(), text.strip(), line)
    expected = "" if pd.isna(correction["expected_value"]) else str(correction["expected_value"])
    found = selected & _equals(frame, table, column, expected, line)
    if not found.any():
        raise DataError(
            f"{correction['correction_id']}: {table.name}.{column} no longer says {expected!r}",
            file=FILE,
            row=line,
            column=column,
            value="; ".join(frame.loc[selected, column].astype("str").unique()[:5]) or "no such row",
            remedy="look at the source again: if it was repaired, remove this row",
        )
    if correction["action"] == "drop":
        return frame[~found].reset_index(drop=True)
    after = "" if pd.isna(correction["value_after"]) else str(correction["value_after"])
    return frame.assign(**{column: frame[column].mask(found, _typed(table, column, after, line))})


def _equals(frame: pd.DataFrame, table: Table, column: str, text: str, line: int) -> pd.Series:
    if column not in table.column_names:
        problem = f"{table.name} has no column {column!r}"
        remedy = f"use one of {', '.join(table.column_names)}"
        raise DataError(problem, file=FILE, row=line, column="column", value=column, remedy=remedy)
    return frame[column].isna() if text == "" else frame[column] == _typed(table, column, text, line)


def _typed(table: Table, column: str, text: str, line: int) -> object:
    definition = next(entry for entry in table.columns if entry.name == column)
    single = Table(name=table.name, layer="raw", title="", description="", columns=(definition,))
    return parse_text(pd.DataFrame({column: [text]}, dtype="str"), single, f"{FILE}, row {line}")[
        column
    ].iloc[0]
