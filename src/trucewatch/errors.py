"""Errors a user can act on: each says where, what was found and what would be right."""

from __future__ import annotations

from collections.abc import Iterable


class TrucewatchError(Exception):
    """Base of every error that the command line prints as one message, without a traceback.

    `problem`: what is wrong: place, what was found, what is legal; `remedy`: what the user can do about it,
    where the problem does not say it.
    """

    def __init__(self, problem: str = "", *, remedy: str = "") -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem}. Remedy: {remedy}" if remedy else problem)


class DataError(TrucewatchError):
    """A bad cell, row or file.

    - `problem`: what is wrong, in one clause
    - `remedy`: what the user can do about it
    - `file`, `row`, `column`, `value`: where it was found; `row` is the line a person sees in an editor
      (header = 1) where the file is text, and the zero-based row number of a Parquet file otherwise
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str,
        file: object = None,
        row: object = None,
        column: object = None,
        value: object = None,
    ) -> None:
        self.file, self.row, self.column, self.value = file, row, column, value
        where = [
            f"{label} {str(value_)[:200]}"
            for label, value_ in (("", file), ("row", row), ("column", column))
            if value_ is not None
        ]
        found = "" if value is None else f"; found {str(value)[:200]!r}"
        place = ", ".join(part.strip() for part in where)
        super().__init__(f"{place + ': ' if place else ''}{problem}{found}", remedy=remedy)
        self.problem = problem


class LedgerError(DataError):
    """A row of a file kept by hand that cannot be used."""


class ParameterError(TrucewatchError):
    """A parameter with an unknown name or a value outside its legal range.

    `locations`: section and name of each parameter refused, where they are known.
    """

    locations: tuple[tuple[str | int, ...], ...] = ()


def check_choice(name: str, found: object, legal: Iterable[str]) -> None:
    """Refuse a parameter that is none of some words.

    Raises `ParameterError` with what was found and what is legal.
    """
    if found not in (words := list(legal)):
        raise ParameterError(f"{name}: found {found!r}; legal: {', '.join(words)}")


class ReportError(TrucewatchError):
    """A report that could not be built; the last good one is still in place."""


def nearest(name: str, known: Iterable[object]) -> str:
    """Return a remedy that names what is known, the nearest first."""
    from difflib import get_close_matches  # read only when something is wrong

    names = sorted(str(item) for item in known)
    if near := get_close_matches(name, names, n=3, cutoff=0.5):
        return "did you mean " + " or ".join(near) + "?"
    shown = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    return f"one of {shown or 'none'}"
