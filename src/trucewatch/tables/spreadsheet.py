"""A table as CSV for people, who open it in a spreadsheet: no text of it is run as a formula."""

from __future__ import annotations

import pandas as pd

#: A spreadsheet runs a text that begins with one of these as a formula, the wide ones in East Asia (OWASP).
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def csv_text(frame: pd.DataFrame) -> str:
    """Return the table as CSV: machine names, full precision, no text a spreadsheet would run."""
    columns = {harmless(str(column)): _harmless_values(frame[column]) for column in frame.columns}
    return pd.DataFrame(columns).to_csv(index=False, lineterminator="\n")


def _harmless_values(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column
    if pd.api.types.is_datetime64_dtype(column) and (column.dropna().dt.normalize() == column.dropna()).all():
        return column.dt.strftime("%Y-%m-%d")
    values = [harmless(value) if isinstance(value, str) else value for value in column]
    return pd.Series(values, index=column.index, dtype=object)


def harmless(text: str) -> str:
    """Return a text with an apostrophe before it if a spreadsheet would take it for a formula."""
    if not text.startswith(_FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
