"""Ledger files as columns of text, checked cell by cell; rows become typed only when asked for.

A lookup needs one chapter of each long file. Where nothing forbids it, that chapter alone is taken from the
text; PyArrow, slow to import, reads a long file that is needed whole.
"""

from __future__ import annotations

import bisect
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from trucewatch.errors import LedgerError
from trucewatch.ledger.schema import INTERVALS, Row, kinds_of

if TYPE_CHECKING:
    import pyarrow as pa

HEADER_LINES = 1
_LONG = 4_000_000
"""Letters from which PyArrow reads a file quicker than Python does, its import included."""


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
    """One ledger file, or a chapter of it: its name, the type of its rows, and its columns as text.

    The line of row i is i + 2 (a header, and no cell may hold a line break) unless `lines` has it.
    """

    file: str
    row_type: type[Row]
    given: pa.Table | Mapping[str, Sequence[str]]
    lines: Sequence[int] | None = None
    memo: dict[str, dict[str, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By column, what each distinct text means: parsed once, by the check or by who asks first."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.column(next(iter(kinds_of(self.row_type)))))

    def line(self, index: int) -> int:
        """Return the line of the file that holds row `index`."""
        return index + HEADER_LINES + 1 if self.lines is None else self.lines[index]

    @cached_property
    def table(self) -> pa.Table:
        """The columns of text as an Arrow table."""
        import pyarrow as pa

        if not isinstance(self.given, Mapping):
            return self.given
        return pa.table({name: pa.array(texts, pa.string()) for name, texts in self.given.items()})

    def column(self, name: str) -> Sequence[str]:
        """Return the texts of a column."""
        if isinstance(self.given, Mapping):
            return self.given[name]
        texts: list[str] = self.given[name].to_pylist()
        return texts

    def distinct(self, name: str) -> list[str]:
        """Return every text of a column once, in the order of the rows."""
        if isinstance(self.given, Mapping):
            return list(dict.fromkeys(self.given[name]))
        texts: list[str] = self.given[name].unique().to_pylist()
        return texts

    @cached_property
    def typed(self) -> dict[str, Sequence[Any]]:
        """Every column with typed values, each distinct text parsed once."""
        columns: dict[str, Sequence[Any]] = {}
        for name, kind in kinds_of(self.row_type).items():
            memo = self.memo.get(name) or {text: kind.read(text) for text in self.distinct(name)}
            columns[name] = [memo[text] for text in self.column(name)]
        return columns

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All rows, typed."""
        cells = zip(*self.typed.values(), strict=True)
        return tuple(self._placed(row, index) for index, row in enumerate(cells))

    def row(self, index: int) -> Any:
        """Return one row, typed, without building the others."""
        return self._placed([column[index] for column in self.typed.values()], index)

    def _placed(self, cells: Iterable[Any], index: int) -> Row:
        return self.row_type(*cells, file=self.file, line=self.line(index))


class Source(Protocol):
    """A file that gives a chapter of itself without the rest."""

    def whole(self) -> Sheet:
        """Return all rows."""

    def chapter(self, digits: str) -> Sheet | None:
        """Return the rows whose code begins with two digits; None if only the whole file can tell."""

    def least(self, column: str) -> str | None:
        """Return the least text of a column; None if only the whole file can tell."""

    def codes(self) -> set[str] | None:
        """Return every code; None if only the whole file can tell."""


class CodeSheet:
    """A long sheet keyed by commodity code, indexed by code; rows are typed when a code is asked for.

    - `sheet`: a sheet whose row type has a column `code`, or a file that is read when it is first needed: a
      chapter at a time, and whole once a question needs more than a few
    """

    def __init__(self, sheet: Sheet | Source) -> None:
        self._given = sheet
        self._rows: dict[str, tuple[Any, ...]] = {}
        self._chapters: dict[str, CodeSheet] = {}

    @cached_property
    def sheet(self) -> Sheet:
        """The sheet, read now if it was not yet."""
        return self._given if isinstance(self._given, Sheet) else self._given.whole()

    def _near(self, code: str) -> CodeSheet:
        """Return what holds every row whose code begins with, or is the beginning of, a code."""
        if (
            isinstance(self._given, Sheet)
            or "sheet" in self.__dict__
            or not code[:2].isdigit()
            or not code[1:]
        ):
            return self
        chapter = code[:2]
        if chapter not in self._chapters:
            part = self._given.chapter(chapter) if len(self._chapters) < _CHAPTERS else None
            if part is None:
                return self
            self._chapters[chapter] = CodeSheet(part)
        return self._chapters[chapter]

    @cached_property
    def index(self) -> dict[str, list[int]]:
        """Row numbers by code."""
        index: dict[str, list[int]] = {}
        for number, code in enumerate(self.sheet.column("code")):
            index.setdefault(code, []).append(number)
        return index

    @cached_property
    def codes(self) -> list[str]:
        """Every code once, sorted."""
        found = None
        if not isinstance(self._given, Sheet) and "sheet" not in self.__dict__:
            found = self._given.codes()
        return sorted(self.index if found is None else found)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Lengths of the codes of this sheet, shortest first."""
        return tuple(sorted({len(code) for code in self.index}))

    def __contains__(self, code: str) -> bool:
        """Return whether a row has exactly this code."""
        return code in self._near(code).index

    def least(self, column: str) -> str:
        """Return the least text of a column; ISO dates sort as text."""
        if not isinstance(self._given, Sheet) and "sheet" not in self.__dict__:
            found = self._given.least(column)
            if found is not None:
                return found
        return min(self.sheet.distinct(column))

    def at(self, code: str) -> tuple[Any, ...]:
        """Return the rows of exactly this code."""
        near = self._near(code)
        if near is not self:
            return near.at(code)
        if code not in self.index:
            return ()
        if code not in self._rows:
            self._rows[code] = tuple(self.sheet.row(number) for number in self.index[code])
        return self._rows[code]

    def cells(self, code: str, columns: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
        """Return some typed cells of the rows of exactly this code."""
        near = self._near(code)
        if near is not self:
            return near.cells(code, columns)
        if code not in self.index:
            return ()
        typed = self.sheet.typed
        return tuple(tuple(typed[name][number] for name in columns) for number in self.index[code])

    def matching(self, code: str) -> tuple[Any, ...]:
        """Return the rows whose code is a prefix of `code` (or `code` itself), shortest prefix first."""
        near = self._near(code)
        if near is not self:
            return near.matching(code)
        return tuple(row for length in self.lengths if length <= len(code) for row in self.at(code[:length]))

    def longest(self, code: str) -> tuple[Any, ...]:
        """Return the rows of the longest code of this sheet that is a prefix of `code`, or it."""
        rows = self.matching(code)
        return tuple(row for row in rows if len(row.code) == len(rows[-1].code))

    def below(self, code: str) -> list[str]:
        """Return the codes of this sheet that are longer than `code` and start with it."""
        near = self._near(code)
        if near is not self:
            return near.below(code)
        first = bisect.bisect_right(self.codes, code)
        last = bisect.bisect_left(self.codes, code + ":")  # ":" sorts after every digit
        return self.codes[first:last]


_CHAPTERS = 3
"""Chapters after which a sheet is read whole: each costs a search through the file."""


def read_sheet(path: Path, row_type: type[Row], name: str) -> Sheet:
    """Read one ledger file and refuse what cannot be used (parameters as in `read_text_sheet`).

    Raises `LedgerError` as `read_text_sheet`, and on the first cell that breaks its rule.
    """
    return checked_sheet(read_text_sheet(path, row_type, name))


def read_text_sheet(path: Path, row_type: type[Row], name: str) -> Sheet:
    """Read one ledger file, all cells as text, without looking into the cells.

    `path`: the CSV file; `row_type`: what a row is; gives the columns and the rule of each cell; `name`: the
    file as errors shall call it.

    Raises `LedgerError` if the file is missing or no well-formed CSV, or has an unknown or missing column.
    """
    if not path.is_file():
        remedy = "restore it from version control; `trucewatch doctor` names every file that is missing"
        raise LedgerError("the file is missing", remedy=remedy, file=name)
    return text_sheet(_bytes_of(path, name), row_type, name)


def text_sheet(content: bytes, row_type: type[Row], name: str) -> Sheet:
    """Return a ledger file with this content, all cells as text (as `read_text_sheet`)."""
    text = _decoded(content, name)
    header = text.partition("\n")[0].strip("\r").split(",")
    columns = [column.strip('"') for column in header]
    problem = column_finding(columns, row_type, name)
    if problem:
        raise problem.error()
    try:
        return Sheet(name, row_type, _parsed(text, columns))
    except ValueError as error:
        remedy = "give every line as many cells as the header, without blank lines or line breaks in cells"
        raise LedgerError(f"the file is not a well-formed CSV ({error})", remedy=remedy, file=name) from error


def _parsed(text: str, columns: Sequence[str]) -> pa.Table | Mapping[str, Sequence[str]]:
    """Return the columns of a CSV with its header; raise ValueError if it is not well formed."""
    if len(text) < _LONG:
        rows = _cells(text, len(columns))
        return dict(zip(columns, zip(*rows[1:], strict=True) if rows[1:] else repeat(()), strict=False))
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    return pa_csv.read_csv(
        pa.BufferReader(text.encode()),
        parse_options=pa_csv.ParseOptions(ignore_empty_lines=False),
        read_options=pa_csv.ReadOptions(use_threads=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
        ),
    )


def _cells(text: str, width: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    if reader.line_num != len(rows) or {*map(len, rows)} - {width}:
        _refuse_cells(text, width)
    return rows


def _refuse_cells(text: str, width: int) -> None:
    """Raise ValueError for the first line that is no row of `width` cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    for number, row in enumerate(reader, start=1):
        if len(row) != width:
            raise ValueError(f"line {reader.line_num} has {len(row)} cells for {width} columns")
        if reader.line_num != number:
            raise ValueError(f"a cell that ends on line {reader.line_num} holds a line break")


class Chapters:
    """The text of a long sheet, of which chapters are taken by search.

    Only where every line shows its code in its first letters: the code comes first, no code is in quotes, and
    lines end as on Unix. What is taken is checked as a whole sheet would be.
    """

    def __init__(self, content: bytes, row_type: type[Row], name: str) -> None:
        self._content, self._row_type, self._name = content, row_type, name
        header = content[: content.find(b"\n")].split(b",")
        self._columns = [column.decode("ascii", "replace") for column in header]
        self.is_plain = (
            self._columns == list(kinds_of(row_type))
            and self._columns[0] == "code"
            and b"\r" not in content
            and b'\n"' not in content
        )

    def take(self, digits: str) -> Sheet | None:
        """Return the rows whose code begins with two digits; None if that cannot be told by search."""
        if not self.is_plain:
            return None
        content, start = self._content, b"\n" + digits.encode()
        found: list[bytes] = []
        lines: list[int] = []
        counted, line, at = 0, 1, content.find(start)
        while at >= 0:
            line += content.count(b"\n", counted, at + 1)
            end = content.find(b"\n", at + 1)
            end = len(content) if end < 0 else end
            found.append(content[at + 1 : end])
            lines.append(line)
            counted, at = at + 1, content.find(start, end)
        try:
            rows = _cells(b"\n".join(found).decode(), len(self._columns))
        except ValueError:
            return None
        columns = zip(*rows, strict=True) if rows else repeat(())
        return checked_sheet(
            Sheet(self._name, self._row_type, dict(zip(self._columns, columns, strict=False)), lines)
        )

    def least(self, column: str) -> str | None:
        """Return the least text of the second column; None for another, or where only a parser can tell."""
        if not self.is_plain or self._columns[1] != column:
            return None
        least = min((line.split(b",", 2)[1] for line in self._content.split(b"\n")[1:] if line), default=b"")
        # a quotation mark sorts before every digit and letter: where the least has none, no cell has
        return least.decode() if least[:1].isdigit() else None

    def codes(self) -> set[str] | None:
        """Return every code, each once; None where only a parser can tell."""
        if not self.is_plain:
            return None
        return {line.partition(b",")[0].decode() for line in self._content.split(b"\n")[1:] if line}


def read_utf8(path: Path, name: str) -> str:
    """Return the text of a hand-kept file, or refuse one that is no UTF-8 with the row of the first bad byte.

    Raises `LedgerError` if the file cannot be read, is no UTF-8, or holds a byte that no text has.
    """
    return _decoded(_bytes_of(path, name), name)


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror or error})"
        remedy = "see its permissions, or restore it from version control"
        raise LedgerError(problem, remedy=remedy, file=name) from error


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at, bad = error.start, content[error.start : error.start + 1]
    problem, remedy = "the file is not UTF-8", "save it as UTF-8; a spreadsheet calls that `CSV UTF-8`"
    raise LedgerError(problem, remedy=remedy, file=name, row=content.count(b"\n", 0, at) + 1, value=bad)


def sheet_from_rows(rows: Sequence[dict[str, str]], row_type: type[Row], name: str) -> Sheet:
    """Build a sheet from rows of text, under the same rules as a file; cells not given are blank."""
    columns = kinds_of(row_type)
    for row in rows:
        for column in row:
            if column not in columns:
                problem = column_finding([*columns, column], row_type, name)
                assert problem is not None
                raise problem.error()
    given = {column: [row.get(column, "") for row in rows] for column in columns}
    return checked_sheet(Sheet(name, row_type, given))


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
            problem, remedy = "unknown column", f"use the columns {', '.join(wanted)}"
            return Finding("error", "columns", problem, remedy, file, HEADER_LINES, column)
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
    sound = True
    for column, kind in kinds_of(sheet.row_type).items():
        memo = sheet.memo[column] = {}
        for text in sheet.distinct(column):
            problem = ""
            try:
                memo[text] = kind.read(text)
            except (ValueError, KeyError):
                problem = "blank cell" if text == "" else "illegal value"
            if not problem and text != text.strip():
                problem = "blanks around the value"
            if problem:
                sound = False
                row = sheet.column(column).index(text)
                remedy = f"write {kind.wanted}"
                yield Finding("error", "cells", problem, remedy, sheet.file, sheet.line(row), column, text)
    if sound:
        yield from _repeated_keys(sheet)
        yield from _backward_intervals(sheet)


def _repeated_keys(sheet: Sheet) -> Iterator[Finding]:
    key = sheet.row_type.KEY
    keys = list(zip(*map(sheet.column, key), strict=True))
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
    names = set(kinds_of(sheet.row_type))
    for start, end in INTERVALS:
        if not {start, end} <= names:
            continue
        starts, ends = sheet.column(start), sheet.column(end)
        for index, (first, last) in enumerate(zip(starts, ends, strict=True)):
            # ISO dates sort as text, and a blank one before all others
            if first < last:
                continue
            problem = f"{end} is not after {start}"
            remedy = "intervals are half-open: the end is the first day on which the row no longer holds"
            yield Finding("error", "intervals", problem, remedy, sheet.file, sheet.line(index), end, last)
