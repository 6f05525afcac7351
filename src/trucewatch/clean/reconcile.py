"""Hold clean tables against published totals."""

from __future__ import annotations

import pandas as pd

from trucewatch.errors import DataError

FILE = "data/sources/reconciliation.csv"


def reconcile(frame: pd.DataFrame, name: str, totals: pd.DataFrame) -> int:
    """Compare the clean table `name` with every published total about it.

    Parameters
    ----------
    frame
        The clean table.
    name
        Its name; rows of `totals` for other tables are passed over.
    totals
        The table `reconciliation`.

    Returns
    -------
    int
        How many totals were compared.

    Raises
    ------
    DataError
        If a total is outside its band, or its query selects nothing or can not be read.
    """
    own = totals[totals["table"] == name]
    for line, total in own.iterrows():
        _compare(frame, total, int(str(line)) + 2)
    return len(own)


def _compare(frame: pd.DataFrame, total: pd.Series, line: int) -> None:
    ours = _sum(frame, total, line) / total["scale"]
    published = total["published_value"]
    band = total["tolerance"] * (abs(published) if total["tolerance_kind"] == "rel" else 1)
    if not abs(ours - published) <= band:
        raise DataError(
            f"{total['total_id']}: {total['table']}.{total['column']} sums to {ours:,.6g} {total['unit']}, "
            f"{total['publisher']} published {published:,.6g}, and the band is {band:,.6g}",
            file=FILE,
            row=line,
            column="published_value",
            value=ours,
            remedy="find out which is wrong; a band is widened only with a reason in tolerance_reason",
        )


def _sum(frame: pd.DataFrame, total: pd.Series, line: int) -> float:
    rows = total["rows"]
    try:
        selected = frame if pd.isna(rows) else frame.query(str(rows))
        cells = selected[total["column"]]
    except (KeyError, ValueError, SyntaxError, TypeError, pd.errors.UndefinedVariableError) as error:
        raise DataError(
            f"{total['total_id']}: the query or the column can not be read ({error})",
            file=FILE,
            row=line,
            column="rows",
            value=rows,
            remedy=f"use the columns of {total['table']}",
        ) from error
    if cells.empty:
        raise DataError(
            f"{total['total_id']}: the query selects no row",
            file=FILE,
            row=line,
            column="rows",
            value=rows,
            remedy=f"look at the keys of {total['table']}",
        )
    return float(cells.sum())
