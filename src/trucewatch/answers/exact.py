"""Numbers of an answer: exact among themselves, and of use beside the floats of a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    import pandas as pd


_Kind = TypeVar("_Kind")


class Exact(Decimal):
    """A decimal that computes with a float, as a float; with whole numbers and decimals it stays exact.

    >>> Exact("27.675") * 2, Exact("27.675") * 1.5, 100.0 - Exact("27.675")
    (Decimal('55.350'), 41.5125, 72.325)
    """

    __slots__ = ()


def _with_floats(name: str) -> Callable[[Exact, Any], Any]:
    exact, plain = getattr(Decimal, name), getattr(float, name)

    def operate(self: Exact, other: Any) -> Any:
        return plain(float(self), other) if isinstance(other, float) else exact(self, other)

    return operate


for _sign in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    for _name in (f"__{_sign}__", f"__r{_sign}__"):
        setattr(Exact, _name, _with_floats(_name))


def exact(value: _Kind) -> _Kind:
    """Return a decimal as `Exact`, and anything else as it is."""
    return cast("_Kind", Exact(value)) if isinstance(value, Decimal) else value


def plain_number(value: Decimal) -> int | float:
    """Return a decimal as a number for JSON, a whole one without a point."""
    found = float(value)
    return int(found) if found.is_integer() else found


def plain_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for JSON: days as ISO text, decimals as numbers."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else float(value)
        if isinstance(value, Decimal)
        else value
        for name, value in row.items()
    }


def common(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the value that all share, else None."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def exact_frame(rows: list[dict[str, Any]], columns: list[str] | None = None) -> pd.DataFrame:
    """Return rows as a frame whose decimals are `Exact`."""
    import pandas as pd

    return pd.DataFrame(
        [{name: exact(value) for name, value in row.items()} for row in rows], columns=columns
    )
