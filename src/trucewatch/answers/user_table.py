"""A user's table as it is: CSV, TSV, JSON or a workbook, whatever program wrote it, as columns of text.

Nothing is guessed about what the columns mean (see `catalogue_columns`); here bytes become cells. Whatever
had to be done for that is told in `notes`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pacsv

from trucewatch.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_LOOKED_AT = 40
"""Rows at the top among which the header is looked for."""
_SEPARATORS = ",;\t|"
_LONGEST_CELL = 1 << 20
_ARCHIVE, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
IsHeader = Callable[[Sequence[str]], int]


@dataclass
class UserTable:
    """A table of text.

    Attributes
    ----------
    columns
        Text of every column, in the user's order; missing cells are empty.
    header
        The user's names; `column 3` where there is none.
    rows
        The row of each line of the table in its file (header included), as a spreadsheet numbers it.
    separator
        What parts the cells of the file; a comma for a workbook or a frame.
    notes
        What was done to the file in reading it.
    overfull
        Positions of the rows with more cells than the header.
    hidden
        Positions of the columns that a workbook hides.
    header_row
        The row of the header in the file; 0 for a frame.
    """

    columns: list[pa.Array]
    header: list[str]
    rows: pa.Array
    separator: str = ","
    notes: list[str] = field(default_factory=list)
    overfull: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    header_row: int = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)


def read_user_table(
    source: Path | str | bytes, is_header: IsHeader, sheet: str | None = None, encoding: str | None = None
) -> UserTable:
    """Read a table.

    Parameters
    ----------
    source
        Path of a CSV, TSV or JSON file or of a workbook, `-` for standard input, or the bytes themselves.
    is_header
        Says how many cells of a row are names of columns that are looked for.
    sheet
        Sheet of a workbook, by name; the first one with a header if not given.
    encoding
        Encoding of a text file; found from its bytes if not given.

    Raises
    ------
    DataError
        If it cannot be read as a table, with what would help.
    """
    name = source if isinstance(source, (str, Path)) else "input"
    raw = source if isinstance(source, bytes) else _bytes(source)
    if not raw.strip():
        raise DataError("the file is empty", remedy="give a table with a column of codes", file=name)
    if raw.startswith((_ARCHIVE, _OLD_WORKBOOK)):
        return _workbook(raw, name, is_header, sheet)
    what = _no_table(raw)
    if what:
        raise DataError(what, remedy="save it as .xlsx or CSV UTF-8", file=name)
    if sheet is not None:
        raise DataError("only a workbook has sheets", remedy="leave --sheet out", file=name)
    if (records := _records(raw)) is not None:
        return _table_of(records)
    return _text_table(raw, name, is_header, encoding)


def _records(raw: bytes) -> list[dict[str, Any]] | None:
    """Return the objects of a JSON list, or of JSON one object a line; None for any other text."""
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{")):
        return None
    try:
        text = raw.decode("utf-8-sig")
        try:
            found = json.loads(text, parse_float=str)
        except ValueError:
            found = [json.loads(line, parse_float=str) for line in text.splitlines() if line.strip()]
    except ValueError:
        return None
    rows = found if isinstance(found, list) else [found]
    is_flat = all(
        isinstance(row, dict) and not any(isinstance(cell, (dict, list)) for cell in row.values())
        for row in rows
    )
    return rows if rows and is_flat else None


def _table_of(records: list[dict[str, Any]]) -> UserTable:
    """Return a table of flat objects, a row each."""
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [pa.array([cell_text(record.get(name)) for record in records], pa.string()) for name in names]
    return UserTable(columns, names, pa.array(range(1, len(records) + 1), pa.int64()))


def _no_table(raw: bytes) -> str:
    """Return what a file is that other programs must turn into a table first; empty for text."""
    start = raw[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        return "a web page (HTML), whatever its name ends in"
    if start.startswith((b"<?xml", b"<workbook")):
        return "an XML file"
    if re.match(rb"[\[{]\s*[\[{\"]", start) and _records(raw) is None:
        return "JSON that is no list of flat objects"
    return "a PDF, not a table" if start.startswith(b"%pdf") else ""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def from_frame(frame: pd.DataFrame) -> UserTable:
    """Return a DataFrame as a table of text; a whole number that pandas holds as float loses its `.0`."""
    if len(set(frame.columns)) < len(frame.columns):
        raise DataError("columns of one name", remedy="rename one of them", value=list(frame.columns))
    columns = [_texts(frame[name]) for name in frame.columns]
    rows = pa.array(range(1, len(frame) + 1), pa.int64())
    return UserTable(columns, [str(name) for name in frame.columns], rows)


def _texts(column: pd.Series) -> pa.Array:
    """Return a column of a frame as text, each distinct cell read once where all are of one kind."""
    if column.dtype == object:
        return pa.array([cell_text(cell) for cell in column], pa.string())
    places, cells = column.factorize()
    texts = pa.array([*map(cell_text, cells), ""], pa.string())
    return texts.take(pa.array(places % len(texts)))  # -1, no cell, is the last


def cell_text(cell: Any, number_format: str = "") -> str:
    """Return a cell of a workbook or a frame as text."""
    if cell is None or cell != cell:  # NaN is not itself
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != datetime.min.time() else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    if isinstance(cell, int) and re.fullmatch(r"0+", number_format):
        return str(cell).zfill(len(number_format))  # the zeros a reader of the sheet sees
    if isinstance(cell, (int, float)) and number_format.endswith("%"):
        return f"{cell_text(float(f'{cell * 100:.10g}'))}%"
    if isinstance(cell, float):
        return f"{cell:.10f}".rstrip("0").rstrip(".")
    return str(cell).strip()


def _bytes(source: Path | str) -> bytes:
    if str(source) == "-":
        return sys.stdin.buffer.read()
    path = Path(source)
    if path.is_dir():
        raise DataError("a folder, not a file", remedy="give a CSV or XLSX file", file=path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            "no such file", remedy="give the path of a CSV or XLSX file, or - for standard input", file=path
        ) from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", remedy="check it", file=path) from error


def _decoded(raw: bytes, name: object, encoding: str | None) -> tuple[str, list[str]]:
    """Return the text of a file, and what had to be assumed of its encoding."""
    if encoding is not None:
        try:
            return raw.decode(encoding), []
        except (LookupError, UnicodeDecodeError) as error:
            raise DataError(
                f"not in the encoding {encoding} ({error})", remedy="give another --encoding", file=name
            ) from None
    for mark, found in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            encoding = found
    if encoding is None and b"\0" in raw[:4096]:
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    try:
        text = raw.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise DataError(
                f"begins as {encoding} and does not go on so", remedy="save it as CSV UTF-8", file=name
            ) from error
        text = b"".join(_as_utf8(line) for line in raw.splitlines(keepends=True)).decode("utf-8")
        return text, [
            "Not UTF-8: read as Latin-1 (Windows-1252). If names look wrong, give --encoding gb18030."
        ]
    if "\0" in text:
        raise DataError("a binary file, not a table", remedy="save it as CSV UTF-8 or .xlsx", file=name)
    return text, ["Read as UTF-16."] if (encoding or "").startswith("utf-16") else []


_OF_EAST_ASIA = {"GB18030": "gb18030", "Shift-JIS": "cp932"}
"""Encodings tried where the text is not UTF-8, by the name a reader knows."""


def _of_east_asia(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name of each encoding that the text can be in, and the text."""
    for known_as, codec in _OF_EAST_ASIA.items():
        try:
            yield known_as, raw.decode(codec)
        except UnicodeDecodeError:
            continue


def _as_utf8(line: bytes) -> bytes:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace").encode()
    return line


def _text_table(raw: bytes, name: object, is_header: IsHeader, encoding: str | None) -> UserTable:
    text, notes = _decoded(raw, name, encoding)
    separator, top = _separator(text, is_header)
    at = _header_at(top, is_header)
    if encoding is None and any(note.startswith("Not UTF-8") for note in notes):
        known = 0 if at is None else is_header(top[at])
        for known_as, decoded in _of_east_asia(raw):
            other, rows = _separator(decoded, is_header)
            place = _header_at(rows, is_header)
            if place is not None and is_header(rows[place]) > known:
                known, at = is_header(rows[place]), place
                separator, top, text, notes = other, rows, decoded, [f"Read as {known_as}."]
    if at is None:
        raise _no_header(name, top)
    skipped = [row for row in top[:at] if any(cell.strip() for cell in row)]
    if skipped:
        notes.append(f"{counted(len(skipped), 'line')} before the header passed over.")
    header = [cell.strip() for cell in top[at]]
    overfull: frozenset[int] = frozenset()
    is_long, is_open = text.count("\n") > _LOOKED_AT, text.count('"') % 2 == 1
    quick = _read_quickly(text, separator, at, header) if is_long and not is_open else None
    if quick is not None:
        columns, rows = quick
    else:
        columns, rows, overfull = _read_row_by_row(text, separator, at, len(header), name)
    kept = [
        (column, cell or f"column {number + 1}")
        for number, (column, cell) in enumerate(zip(columns, header, strict=True))
        if cell or has_text(column)
    ]
    return UserTable(
        [c for c, _ in kept], [h for _, h in kept], rows, separator, notes, overfull, header_row=at + 1
    )


def _separator(text: str, is_header: IsHeader) -> tuple[str, list[list[str]]]:
    """Return what parts the cells, and the first rows."""
    start = text[: 1 << 18]
    told = re.match(r"sep=(.)\r?\n", start, re.IGNORECASE)
    if told:
        rows = _first_rows(start, told[1])
        return told[1], [[], *rows[1:]]
    candidates = {separator: _first_rows(start, separator) for separator in _SEPARATORS}

    def quality(separator: str) -> tuple[int, int]:
        rows = candidates[separator]
        return max(map(is_header, rows), default=0), max(map(len, rows), default=0)

    best = max(_SEPARATORS, key=quality)
    return best, candidates[best]


def _first_rows(text: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == _LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows


def _header_at(rows: Sequence[Sequence[str]], is_header: IsHeader) -> int | None:
    """Return the row with most names that are looked for; the first of them."""
    scores = [is_header(row) for row in rows]
    best = max(scores, default=0)
    return scores.index(best) if best else None


_CODE_LIKE = re.compile(r"'?\d{4}\.?\d{2}\.?(\d{2}\.?(\d{2})?)?")


def _no_header(name: object, rows: Sequence[Sequence[str]]) -> DataError:
    first = next((row for row in rows if any(cell.strip() for cell in row)), [])
    bare = next((at for at, cell in enumerate(first, 1) if _CODE_LIKE.fullmatch(cell.strip())), None)
    if bare is not None:
        return DataError(
            f"no names of columns in the first row; column {bare} looks like the codes",
            remedy=f"say which is which, by number: --column code={bare} --column origin=2 --column on=3",
            file=name,
            value=", ".join(cell.strip() for cell in first)[:160],
        )
    return DataError(
        "no column of codes was found",
        remedy="name it `HTS code`, or say which it is: --column code=NAME, or --column code=2 by number",
        file=name,
        value=", ".join(cell.strip() for cell in first)[:160],
    )


def _read_quickly(
    text: str, separator: str, at: int, header: Sequence[str]
) -> tuple[list[pa.Array], pa.Array] | None:
    """Return the cells of a table whose rows are all as wide as its header; None for any other."""
    names = [str(number) for number in range(len(header))]
    raw = text.encode()
    try:
        table = pacsv.read_csv(
            io.BytesIO(raw),
            pacsv.ReadOptions(skip_rows=at + 1, column_names=names, block_size=1 << 24),
            pacsv.ParseOptions(delimiter=separator, newlines_in_values=True, ignore_empty_lines=False),
            pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    rows = pa.array(range(at + 2, at + 2 + table.num_rows), pa.int64())
    return [column.combine_chunks() for column in table.columns], rows


def _read_row_by_row(
    text: str, separator: str, at: int, width: int, name: object
) -> tuple[list[pa.Array], pa.Array, frozenset[int]]:
    """Return cells by column, the row of each, and the positions of rows wider than the header."""
    usual = csv.field_size_limit(_LONGEST_CELL)  # one for the whole process: given back below
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    kept: list[list[str]] = []
    places: list[int] = []
    wide: set[int] = set()
    try:
        for number, cells in enumerate(reader):
            if number <= at or not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[width:]):
                wide.add(len(kept))
            if any(line.count(separator) >= width - 1 > 0 for cell in cells for line in cell.split("\n")[1:]):
                raise DataError(
                    "a quotation mark that is not closed: a cell holds whole rows",
                    remedy="close or double it",
                    file=name,
                    row=number + 1,
                )
            kept.append([*cells[:width], *[""] * (width - len(cells))])
            places.append(number + 1)
    except csv.Error as error:
        raise DataError(
            f"not well-formed CSV ({error})",
            remedy="close every quotation mark",
            file=name,
            row=reader.line_num,
        ) from error
    finally:
        csv.field_size_limit(usual)
    columns = [pa.array([row[place] for row in kept], pa.string()) for place in range(width)]
    return columns, pa.array(places, pa.int64()), frozenset(wide)


def has_text(column: pa.Array) -> bool:
    """Return whether a column has any text."""
    import pyarrow.compute as pc

    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py())


class _Book:
    """A workbook of Excel since 2007: its sheets, their cells as text and their layout."""

    def __init__(self, raw: bytes) -> None:
        from openpyxl import load_workbook

        self._raw = raw
        self._book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        self.titles = [page.title for page in self._book.worksheets]
        self.visible = {page.title for page in self._book.worksheets if page.sheet_state == "visible"}
        self.note = ""

    def rows(self, title: str, most: int | None = None) -> list[list[str]]:
        sheet = self._book[title]
        sheet.reset_dimensions()  # what some programs write there is wrong
        return [
            [cell_text(cell.value, cell.number_format if cell.value is not None else "") for cell in row]
            for row in sheet.iter_rows(max_row=most)
        ]

    def layout(self, title: str) -> _Layout:
        return _Layout.of(self._raw, self._book[title])


class _OtherBook:
    """A workbook of another kind (.xls, .xlsb, .ods): what it hides and how it shows numbers is not known."""

    def __init__(self, raw: bytes) -> None:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum

        if raw.startswith(b"PK") and b"xl/workbook.bin" in raw and _has_short_cells(raw):
            raise ValueError("cells without the number of their column, as some programs write .xlsb")
        self._book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        self.titles = self._book.sheet_names
        self.visible = {
            page.name for page in self._book.sheets_metadata if page.visible == SheetVisibleEnum.Visible
        }
        self.note = "Not told by a workbook of this kind: hidden rows and columns, zeros before a number."

    def rows(self, title: str, most: int | None = None) -> list[list[str]]:
        sheet = self._book.get_sheet_by_name(title)
        return [[cell_text(cell) for cell in row] for row in sheet.to_python(False, most)]

    def layout(self, title: str) -> _Layout:
        areas = self._book.get_sheet_by_name(title).merged_cell_ranges or []
        merged = [(left, top, bottom) for (top, left), (bottom, right) in areas if left == right]
        return _Layout(frozenset(), frozenset(), tuple(merged))


def _has_short_cells(raw: bytes) -> bool:
    """Return whether a binary workbook has records that the reader of workbooks passes over.

    [MS-XLSB] 2.1.4: a record starts with its type (one or two bytes) and its size (one to four), seven bits a
    byte. The types 12 to 18 are cells that stand right of the one before and do not name their column.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    for sheet in sheets:
        at = 0
        while at < len(sheet):
            kind, at = _seven_bits(sheet, at, 2)
            size, at = _seven_bits(sheet, at, 4)
            if 12 <= kind <= 18:
                return True
            at += size
    return False


def _seven_bits(raw: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(raw[at : at + most]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return value, at + most


def _opened(raw: bytes, name: object) -> _Book | _OtherBook:
    """Return a workbook of any kind."""
    from python_calamine import CalamineError

    is_other = raw.startswith(_OLD_WORKBOOK) or b"opendocument" in raw[:200] or b"xl/workbook.bin" in raw
    try:
        return _OtherBook(raw) if is_other else _Book(raw)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, CalamineError) as error:
        raise DataError(
            f"not a workbook that can be read, or one with a password ({error})",
            remedy="save it as .xlsx or CSV UTF-8",
            file=name,
        ) from error


def _workbook(raw: bytes, name: object, is_header: IsHeader, sheet: str | None) -> UserTable:
    book = _opened(raw, name)
    titles = book.titles
    if sheet is not None and sheet not in titles:
        raise DataError("no such sheet", remedy=f"use one of {', '.join(titles)}", file=name, value=sheet)
    tops = {title: _sheet_rows(book, title, _LOOKED_AT) for title in titles}
    heads = {title: _header_at(tops[title], is_header) for title in titles}
    usable = [title for title in titles if heads[title] is not None and title in book.visible]
    title = sheet or next(iter(usable), next((name for name in titles if heads[name] is not None), None))
    at = None if title is None else heads[title]
    if title is None or at is None:
        raise _no_header(name, tops[sheet] if sheet else next((top for top in tops.values() if top), []))
    layout = book.layout(title)
    notes = [f"Sheet {title!r}."] if len(titles) > 1 else []
    notes += [book.note] if book.note else []
    if others := [repr(other) for other in usable if other != title]:
        notes.append(f"Not read: {', '.join(others)}, with codes too; --sheet names another.")
    rows = _sheet_rows(book, title)
    if any(any(row) for row in rows[:at]):
        notes.append(f"{counted(at, 'row')} before the header passed over.")
    layout.fill(rows, at)
    body = [(number + 1, row) for number, row in enumerate(rows) if number > at and any(row)]
    places = [
        place for place in range(len(rows[at])) if rows[at][place] or any(row[place] for _, row in body)
    ]
    if unseen := sum(number in layout.rows for number, _ in body):
        notes.append(f"{counted(unseen, 'hidden row')} read too.")
    heads_of = [rows[at][place] or f"column {place + 1}" for place in places]
    hidden = frozenset(number for number, place in enumerate(places) if place in layout.columns)
    if hidden:
        notes.append(f"Hidden columns: {', '.join(heads_of[number] for number in sorted(hidden))}.")
    return UserTable(
        [pa.array([row[place] for _, row in body], pa.string()) for place in places],
        heads_of,
        pa.array([number for number, _ in body], pa.int64()),
        notes=notes,
        hidden=hidden,
        header_row=at + 1,
    )


_MOST_MARKUP = 64 << 20
"""Bytes of a sheet's markup up to which it is searched for what is hidden or merged."""


@dataclass(frozen=True)
class _Layout:
    """What a sheet hides and merges: rows by number, columns by position, merged areas."""

    rows: frozenset[int]
    columns: frozenset[int]
    merged: tuple[tuple[int, int, int], ...]
    """Column, first and last row (from 0) of the cells merged downwards."""

    @classmethod
    def of(cls, raw: bytes, sheet: Any) -> _Layout:
        """Return the layout of a sheet from its markup, which a streamed sheet does not tell."""
        from openpyxl.utils import column_index_from_string

        path = sheet._worksheet_path
        with zipfile.ZipFile(io.BytesIO(raw)) as files:
            if files.getinfo(path).file_size > _MOST_MARKUP:
                return cls(frozenset(), frozenset(), ())
            markup = files.read(path).decode("utf-8", "replace")
        rows: set[int] = set()
        columns: set[int] = set()
        for tag in re.findall(r"<(?:row|col) [^>]*?hidden=\"(?:1|true)\"[^>]*>", markup):
            told = dict(re.findall(r"(\w+)=\"([^\"]*)\"", tag))
            if tag.startswith("<row"):
                rows.add(int(told["r"]))
            else:
                columns.update(range(int(told["min"]) - 1, min(int(told["max"]), 1000)))
        areas = re.findall(r"<mergeCell [^>]*?ref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"", markup)
        merged = [
            (column_index_from_string(left) - 1, int(top) - 1, int(bottom) - 1)
            for left, top, right, bottom in areas
            if left == right
        ]
        return cls(frozenset(rows), frozenset(columns), tuple(merged))

    def fill(self, rows: list[list[str]], header: int) -> None:
        """Write the text of cells merged downwards into every row they cover."""
        for column, first, last in self.merged:
            for row in rows[first + 1 : last + 1] if first > header else ():
                row[column] = rows[first][column]


def _sheet_rows(book: _Book | _OtherBook, title: str, most: int | None = None) -> list[list[str]]:
    """Return the cells of a sheet, all rows or the first, each row as wide as the widest."""
    rows = book.rows(title, most)
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]
