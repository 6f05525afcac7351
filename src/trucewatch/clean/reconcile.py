"""Hold clean tables against published totals."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pandas as pd

from trucewatch.errors import DataError

FILE = "data/sources/reconciliation.csv"

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}
_PART = re.compile(
    r"""\s*(?:(?P<name>[a-z][a-z0-9_]*)|"(?P<text>[^"\\]*)"|(?P<number>-?[0-9]+)|(?P<sign>[<>]=?|==))\s*"""
)


def reconcile(frame: pd.DataFrame, name: str, totals: pd.DataFrame) -> int:
    """Compare the clean table `name` with every published total about it.

    Returns how many totals were compared.

    `frame`: the clean table; `name`: its name; rows of `totals` for other tables are passed over; `totals`:
    the table `reconciliation`.

    Raises `DataError` if a total is outside its band, or its selection is empty or cannot be read.
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
        selected = frame if pd.isna(rows) else frame[chosen(frame, str(rows))]
        cells = selected[total["column"]]
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(
            f"{total['total_id']}: the selection or the column cannot be read ({error})",
            file=FILE,
            row=line,
            column="rows",
            value=rows,
            remedy=f"join comparisons of columns of {total['table']} with plain values by `and`, such as "
            '`flow == "imports" and "2017-01-01" <= month < "2018-01-01"`',
        ) from error
    if cells.empty:
        problem = f"{total['total_id']}: the selection is empty"
        remedy = f"look at the keys of {total['table']}"
        raise DataError(problem, file=FILE, row=line, column="rows", value=rows, remedy=remedy)
    return float(cells.sum())


def chosen(frame: pd.DataFrame, text: str) -> pd.Series:
    """Return which rows of a table meet every comparison of a text.

    The text is data, so its grammar is closed: comparisons of one column with a quoted text, a quoted day or
    a whole number on either side or both (`2017 <= year < 2019`), joined by `and`. Nothing else is read, and
    nothing in it is run.

    Raises `ValueError`, `KeyError`, `TypeError` if the text is of another form, names no column, or compares
    what cannot be compared.
    """
    met = pd.Series(True, index=frame.index)
    for comparison in re.split(r"\band\b(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text):
        parts = list(_parts(comparison))
        kinds = [kind for kind, _ in parts]
        if kinds.count("name") != 1 or len(parts) not in (3, 5) or set(kinds[1::2]) != {"sign"}:
            raise ValueError(f"no comparison of a column with values: {comparison.strip()[:60]}")
        column = frame[next(word for kind, word in parts if kind == "name")]
        sides = [_side(column, kind, word) for kind, word in parts[::2]]
        for before, (_, sign), after in zip(sides, parts[1::2], sides[1:], strict=False):
            met &= _COMPARISONS[sign](before, after)
    return met


def _parts(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or found.lastgroup is None:
            raise ValueError(f"not readable from {text[at:].strip()[:40]!r} on")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def _side(column: pd.Series, kind: str, word: str) -> Any:
    if kind == "name":
        return column
    if kind == "sign":
        raise ValueError("two signs follow one another")
    if pd.api.types.is_datetime64_any_dtype(column):
        return datetime.fromisoformat(word)
    if (kind == "number") != pd.api.types.is_numeric_dtype(column):
        raise TypeError(f"{column.name} is not compared with {word!r}: quote texts and days, not numbers")
    return int(word) if kind == "number" else word
