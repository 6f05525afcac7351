"""Ledger files as columns of text, checked cell by cell; rows become typed only when asked for."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from trucewatch.errors import LedgerError
from trucewatch.ledger.schema import INTERVALS, Row, kinds_of

HEADER_LINES = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong (`error`) or worth a look (`warning`) in the ledger, with its place and remedy."""

    severity: str
    check: str
    problem: str
    remedy: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def error(self) -> LedgerError:
        """Return the finding as an exception."""
        return LedgerError(
            self.problem,
            remedy=self.remedy,
            file=self.file,
            row=self.row,
            column=self.column,
            value=self.value,
        )

    def __str__(self) -> str:
        """Return one line for a terminal."""
        return f"{self.severity} [{self.check}] {self.error()}"


@dataclass(frozen=True)
class Sheet:
    """One ledger file: its name, the type of its rows, and its columns as text.

    The line of row i is i + 2: a header, and no cell may hold a line break.
    """

    file: str
    row_type: type[Row]
    table: pa.Table

    def line(self, index: int) -> int:
        """Return the line of the file that holds row `index`."""
        return index + HEADER_LINES + 1

    @cached_property
    def typed(self) -> dict[str, Sequence[Any]]:
        """Every column with typed values, each distinct text parsed once."""
        columns: dict[str, Sequence[Any]] = {}
        for name, kind in kinds_of(self.row_type).items():
            texts = self.table[name].to_pylist()
            memo = {text: kind.read(text) for text in dict.fromkeys(texts)}
            columns[name] = [memo[text] for text in texts]
        return columns

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All rows, typed."""
        return tuple(self.row(index) for index in range(self.table.num_rows))

    def row(self, index: int) -> Any:
        """Return one row, typed, without building the others."""
        return self.row_type(  # type: ignore[call-arg]
            *(column[index] for column in self.typed.values()), self.file, self.line(index)
        )


class CodeSheet:
    """A long sheet keyed by commodity code, indexed by code; rows are typed when a code is asked for.

    Parameters
    ----------
    sheet
        A sheet whose row type has a column `code`, or what reads it when it is first needed.
    """

    def __init__(self, sheet: Sheet | Callable[[], Sheet]) -> None:
        self._given = sheet
        self._rows: dict[str, tuple[Any, ...]] = {}

    @cached_property
    def sheet(self) -> Sheet:
        """The sheet, read now if it was not yet."""
        return self._given if isinstance(self._given, Sheet) else self._given()

    @cached_property
    def index(self) -> dict[str, list[int]]:
        """Row numbers by code."""
        index: dict[str, list[int]] = {}
        for number, code in enumerate(self.sheet.table["code"].to_pylist()):
            index.setdefault(code, []).append(number)
        return index

    @cached_property
    def codes(self) -> list[str]:
        """Every code once, sorted."""
        return sorted(self.index)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Lengths of the codes of this sheet, shortest first."""
        return tuple(sorted({len(code) for code in self.index}))

    def at(self, code: str) -> tuple[Any, ...]:
        """Return the rows of exactly this code."""
        if code not in self.index:
            return ()
        if code not in self._rows:
            self._rows[code] = tuple(self.sheet.row(number) for number in self.index[code])
        return self._rows[code]

    def cells(self, code: str, columns: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
        """Return some typed cells of the rows of exactly this code."""
        if code not in self.index:
            return ()
        typed = self.sheet.typed
        return tuple(tuple(typed[name][number] for name in columns) for number in self.index[code])

    def matching(self, code: str) -> tuple[Any, ...]:
        """Return the rows whose code is a prefix of `code` (or `code` itself), shortest prefix first."""
        return tuple(row for length in self.lengths if length <= len(code) for row in self.at(code[:length]))

    def below(self, code: str) -> list[str]:
        """Return the codes of this sheet that are longer than `code` and start with it."""
        first = bisect.bisect_right(self.codes, code)
        last = bisect.bisect_left(self.codes, code + ":")  # ":" sorts after every digit
        return self.codes[first:last]


def read_sheet(path: Path, row_type: type[Row], name: str) -> Sheet:
    """Read one ledger file and refuse what can not be used (parameters as in `read_text_sheet`).

    Raises
    ------
    LedgerError
        As `read_text_sheet`, and on the first cell that breaks its rule.
    """
    return checked_sheet(read_text_sheet(path, row_type, name))


def read_text_sheet(path: Path, row_type: type[Row], name: str) -> Sheet:
    """Read one ledger file, all cells as text, without looking into the cells.

    Parameters
    ----------
    path
        The CSV file.
    row_type
        What a row is; gives the columns and the rule of each cell.
    name
        The file as errors shall call it.

    Raises
    ------
    LedgerError
        If the file is missing or no well-formed CSV, or has an unknown or missing column.
    """
    if not path.is_file():
        raise LedgerError("the file is missing", remedy="restore it, or run `trucewatch doctor`", file=name)
    text = read_utf8(path, name)
    header = text.partition("\n")[0].strip("\r").split(",")
    columns = [column.strip('"') for column in header]
    problem = column_finding(columns, row_type, name)
    if problem:
        raise problem.error()
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(text.encode()),
            parse_options=pa_csv.ParseOptions(ignore_empty_lines=False),
            read_options=pa_csv.ReadOptions(use_threads=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise LedgerError(
            f"the file is not a well-formed CSV ({error})",
            remedy="give every line as many cells as the header, without blank lines or line breaks in cells",
            file=name,
        ) from error
    return Sheet(name, row_type, table)


def read_utf8(path: Path, name: str) -> str:
    """Return the text of a hand-kept file, or refuse one that is no UTF-8 with the row of the first bad byte.

    Raises
    ------
    LedgerError
        If the file can not be read, is no UTF-8, or holds a byte that no text has.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LedgerError(
            f"the file can not be read ({error.strerror or error})",
            remedy="see its permissions, or restore it from version control",
            file=name,
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at, bad = error.start, content[error.start : error.start + 1]
    raise LedgerError(
        "the file is not UTF-8",
        remedy="save it as UTF-8; a spreadsheet calls that `CSV UTF-8`",
        file=name,
        row=content.count(b"\n", 0, at) + 1,
        value=bad,
    )


def sheet_from_rows(rows: Sequence[dict[str, str]], row_type: type[Row], name: str) -> Sheet:
    """Build a sheet from rows of text, under the same rules as a file; cells not given are blank."""
    columns = kinds_of(row_type)
    for row in rows:
        for column in row:
            if column not in columns:
                problem = column_finding([*columns, column], row_type, name)
                assert problem is not None
                raise problem.error()
    table = pa.table(
        {column: pa.array([row.get(column, "") for row in rows], pa.string()) for column in columns}
    )
    return checked_sheet(Sheet(name, row_type, table))


def checked_sheet(sheet: Sheet) -> Sheet:
    """Return the sheet, or raise its first structural fault."""
    for finding in cell_findings(sheet):
        raise finding.error()
    return sheet


def column_finding(columns: Sequence[str], row_type: type[Row], file: str) -> Finding | None:
    """Return what is wrong with a header, if anything."""
    wanted = list(kinds_of(row_type))
    for column in columns:
        if column not in wanted:
            return Finding(
                "error",
                "columns",
                "unknown column",
                f"use the columns {', '.join(wanted)}",
                file,
                HEADER_LINES,
                column,
            )
    for column in wanted:
        if columns.count(column) != 1:
            word = "missing" if column not in columns else "repeated"
            return Finding(
                "error", "columns", f"{word} column", "have every column once", file, HEADER_LINES, column
            )
    return None


def cell_findings(sheet: Sheet) -> Iterator[Finding]:
    """Yield every cell that breaks its rule, every repeated key and every interval that runs backward.

    Works on distinct values, so that long sheets cost little.
    """
    table = sheet.table
    sound = True
    for column, kind in kinds_of(sheet.row_type).items():
        for text in pc.unique(table[column]).to_pylist():
            problem = ""
            try:
                kind.read(text)
            except (ValueError, KeyError):
                problem = "blank cell" if text == "" else "illegal value"
            if not problem and text != text.strip():
                problem = "blanks around the value"
            if problem:
                sound = False
                row = pc.index(table[column], text).as_py()
                yield Finding(
                    "error",
                    "cells",
                    problem,
                    f"write {kind.wanted}",
                    sheet.file,
                    sheet.line(row),
                    column,
                    text,
                )
    if sound:
        yield from _repeated_keys(sheet)
        yield from _backward_intervals(sheet)


def _repeated_keys(sheet: Sheet) -> Iterator[Finding]:
    key = sheet.row_type.KEY
    # in plain Python: pyarrow's own grouping and joining import pandas, which a lookup can do without
    keys = list(zip(*(sheet.table[name].to_pylist() for name in key), strict=True))
    if len(set(keys)) == len(keys):
        return
    seen: dict[tuple[str, ...], int] = {}
    for index, value in enumerate(keys):
        if value in seen:
            yield Finding(
                "error",
                "keys",
                f"the key is already used on line {sheet.line(seen[value])}",
                "make one row of the two, or correct the key",
                sheet.file,
                sheet.line(index),
                ", ".join(key),
                ", ".join(value),
            )
        seen.setdefault(value, index)


def _backward_intervals(sheet: Sheet) -> Iterator[Finding]:
    names = set(sheet.table.column_names)
    for start, end in INTERVALS:
        if not {start, end} <= names:
            continue
        # ISO dates sort as text, and a blank one before all others
        backward = pc.greater_equal(sheet.table[start], sheet.table[end])
        for index in pc.indices_nonzero(backward).to_pylist():
            yield Finding(
                "error",
                "intervals",
                f"{end} is not after {start}",
                "intervals are half-open: the end is the first day on which the row no longer holds",
                sheet.file,
                sheet.line(index),
                end,
                sheet.table[end][index].as_py(),
            )
