"""A user's table as it is: text, JSON, a workbook, a web page, whatever program wrote it, as columns of text.

Nothing is guessed about what the columns mean (see `catalogue_columns`); here bytes become cells. Whatever
had to be done for that is told in `notes`.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from trucewatch.answers.catalogue_names import name_of_all
from trucewatch.answers.user_table import (
    LOOKED_AT,
    TWO_ROWS,
    IsHeader,
    UserTable,
    cell_text,
    counted,
    has_text,
    header_at,
    joined,
    no_header,
)
from trucewatch.answers.user_text import as_csv, beginning, fixed_columns, is_page, page_tables
from trucewatch.answers.user_workbook import OLD_WORKBOOK, read_workbook
from trucewatch.errors import DataError

_ARCHIVE, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_MOST_UNPACKED = 1 << 30


_SEPARATORS = ",;\t|"
_LONGEST_CELL = 1 << 20


def read_user_table(
    source: Path | str | bytes, is_header: IsHeader, sheet: str | None = None, encoding: str | None = None
) -> UserTable:
    """Read a table.

    `source`: path of a CSV, TSV or JSON file or of a workbook, `-` for standard input, or the bytes
    themselves; `is_header`: says how many cells of a row are names of columns that are looked for; `sheet`:
    sheet of a workbook, by name; the first one with a header if not given; `encoding`: encoding of a text
    file; found from its bytes if not given.

    Raises `DataError` if it cannot be read as a table, with what would help.
    """
    name = source if isinstance(source, (str, Path)) else "input"
    raw = source if isinstance(source, bytes) else _bytes(source)
    if not raw.strip():
        raise DataError("the file is empty", remedy="give a table with a column of codes", file=name)
    if inside := _unpacked(raw, name):
        found = read_user_table(inside[1], is_header, sheet, encoding)
        found.notes.insert(0, f"Unpacked: {inside[0]}.")
        return found
    if raw.startswith((_ARCHIVE, OLD_WORKBOOK)):
        return read_workbook(raw, name, is_header, sheet)
    if is_page(raw):
        return _table_of_page(raw, name, is_header, encoding)
    what = _no_table(raw)
    if what:
        raise DataError(what, remedy="save it as .xlsx or CSV UTF-8", file=name)
    if sheet is not None:
        raise DataError("only a workbook has sheets", remedy="leave --sheet out", file=name)
    if (records := _records(raw)) is not None:
        return _table_of(records)
    return _text_table(raw, name, is_header, encoding)


def _unpacked(raw: bytes, name: object) -> tuple[str, bytes] | None:
    """Return the name and the bytes of the one file in an archive (ZIP, gzip); None for any other file.

    Raises
    ------
    DataError
        If the archive holds none or several, cannot be unpacked, or is too large.
    """
    try:
        if raw.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                inside = ("a gzip file", packed.read(_MOST_UNPACKED + 1))
        elif raw.startswith(_ARCHIVE) and not _is_workbook(raw):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                files = [one.filename for one in archive.infolist() if not one.is_dir()]
                files = [one for one in files if not re.search(r"(^|/)(__MACOSX/|\.)", one)]
                if len(files) != 1:
                    raise DataError(
                        f"an archive of {counted(len(files), 'file')}",
                        remedy="unpack it and give one file",
                        file=name,
                        value=", ".join(files)[:160] or None,
                    )
                with archive.open(files[0]) as packed:
                    inside = (files[0], packed.read(_MOST_UNPACKED + 1))
        else:
            return None
    except zipfile.BadZipFile:
        return None  # the reader of workbooks tells
    except (OSError, EOFError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise DataError(
            f"an archive that cannot be unpacked ({error})",
            remedy="unpack it and give the file in it",
            file=name,
        ) from error
    if len(inside[1]) > _MOST_UNPACKED or inside[1].startswith(_GZIP):
        raise DataError(
            "an archive in an archive, or one too large to unpack here",
            remedy="unpack it and give the file in it",
            file=name,
        )
    return inside


def _is_workbook(raw: bytes) -> bool:
    """Return whether a ZIP archive is a workbook, of Excel or of OpenDocument."""
    return b"opendocument" in raw[:200] or b"[Content_Types].xml" in raw


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
    rows = [row for one in found for row in _inside(one)] if isinstance(found, list) else _inside(found)
    if not all(isinstance(row, dict) for row in rows):
        return None
    rows = [_flat(row) for row in rows]
    return rows if any(not isinstance(cell, list) for row in rows for cell in row.values()) else None


def _inside(found: Any) -> list[Any]:
    """Return the one list of objects in an object, such as the lines of an entry; else the object.

    Each has what the object says of all of them, such as the day of entry or the currency.
    """
    if not isinstance(found, dict):
        return [found]
    lists = [
        name for name, cell in found.items() if isinstance(cell, list) and cell and isinstance(cell[0], dict)
    ]
    if len(lists) != 1:
        return [found]
    head = {name: cell for name, cell in found.items() if not isinstance(cell, list)}
    of_all = {own: cell for name, cell in _flat(head).items() if (own := name_of_all(name))}
    return [of_all | row if isinstance(row, dict) else row for row in found[lists[0]]]


def _flat(record: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Return an object with the parts of the objects in it under names of two words, as `customs.origin`."""
    cells: dict[str, Any] = {}
    for name, cell in record.items():
        cells |= _flat(cell, f"{before}{name}.") if isinstance(cell, dict) else {before + name: cell}
    return cells


def _table_of(records: list[dict[str, Any]]) -> UserTable:
    """Return a table of flat objects, a row each; lists in them are parts of a row and left out."""
    inner = {name for record in records for name, cell in record.items() if isinstance(cell, list)}
    names = list(dict.fromkeys(name for record in records for name in record if name not in inner))
    columns = [pa.array([cell_text(record.get(name)) for record in records], pa.string()) for name in names]
    table = UserTable(columns, names, pa.array(range(1, len(records) + 1), pa.int64()))
    if inner:
        table.notes.append(f"Lists inside of rows passed over: {', '.join(sorted(inner))}.")
    return table


def _no_table(raw: bytes) -> str:
    """Return what a file is that other programs must turn into a table first; empty for text."""
    start = beginning(raw)
    if start.startswith((b"<?xml", b"<workbook")):
        return "an XML file"
    if re.match(rb"[\[{]\s*[\[{\"]", start) and _records(raw) is None:
        return "JSON that is no one list of objects"
    return "a PDF, not a table" if start.startswith(b"%pdf") else ""


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


_OF_EAST_ASIA = {"GB18030": "gb18030", "Shift-JIS": "cp932", "EUC-KR": "cp949"}
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


def _table_of_page(raw: bytes, name: object, is_header: IsHeader, encoding: str | None) -> UserTable:
    """Return the first table of a web page that has a header, with those that go on under the same names."""
    tables = page_tables(_decoded(raw, name, encoding or _charset(raw))[0])
    if not tables:
        raise DataError(
            "a web page (HTML) without a table", remedy="save the table as .xlsx or CSV UTF-8", file=name
        )
    whole = max(tables, key=len)
    names: list[str] = []
    read: list[str] = []
    for number, rows in enumerate(tables, 1):
        at = header_at(rows[:LOOKED_AT], is_header)
        if at is None:
            continue
        own = joined(rows[at[0] : at[1] + 1])
        if not names:
            whole, names = list(rows), own
        elif own == names:  # a table a page of print
            whole += rows[at[1] + 1 :]
        else:
            continue
        read.append(str(number))
    found = _text_table(as_csv(whole).encode(), name, is_header, "utf-8")
    where = f"of {len(tables)} tables {', '.join(read)}" if len(tables) > 1 else "its table"
    found.notes.insert(0, f"A web page (HTML): {where} read, rows counted through.")
    return found


def _charset(raw: bytes) -> str | None:
    """Return the encoding that a web page says it is in, if there is such a one."""
    told = re.search(rb"charset=[\"']?([\w-]+)", raw[:2048])
    try:
        return codecs.lookup(told[1].decode()).name if told else None
    except LookupError:
        return None


def _text_table(raw: bytes, name: object, is_header: IsHeader, encoding: str | None) -> UserTable:
    text, notes = _decoded(raw, name, encoding)
    separator, top = _separator(text, is_header)
    at = header_at(top, is_header)
    if encoding is None and any(note.startswith("Not UTF-8") for note in notes):
        known = 0 if at is None else is_header(joined(top[at[0] : at[1] + 1]))
        for known_as, decoded in _of_east_asia(raw):
            other, rows = _separator(decoded, is_header)
            place = header_at(rows, is_header)
            score = 0 if place is None else is_header(joined(rows[place[0] : place[1] + 1]))
            if score > known:
                known, at = score, place
                separator, top, text, notes = other, rows, decoded, [f"Read as {known_as}."]
    if at is None and (parted := fixed_columns(text)) and header_at(parted[:LOOKED_AT], is_header):
        found = _text_table(as_csv(parted).encode(), name, is_header, "utf-8")
        found.notes[:0] = [
            *notes,
            "Text in columns of fixed width: cells are parted where every line is blank.",
        ]
        return found
    if at is None:
        raise no_header(name, top)
    first, last = at
    skipped = [row for row in top[:first] if any(cell.strip() for cell in row)]
    if skipped:
        notes.append(f"{counted(len(skipped), 'line')} before the header passed over.")
    if first < last:
        notes.append(TWO_ROWS)
    header = joined(top[first : last + 1])
    overfull: frozenset[int] = frozenset()
    is_long, is_open = text.count("\n") > LOOKED_AT, text.count('"') % 2 == 1
    quick = _read_quickly(text, separator, last, header) if is_long and not is_open else None
    if quick is not None:
        columns, rows = quick
    else:
        columns, rows, overfull = _read_row_by_row(text, separator, last, len(header), name)
    kept = [
        (column, cell or f"column {number + 1}")
        for number, (column, cell) in enumerate(zip(columns, header, strict=True))
        if cell or has_text(column)
    ]
    return UserTable(
        [c for c, _ in kept],
        [h for _, h in kept],
        rows,
        separator,
        notes,
        overfull,
        is_text=True,
        header_row=last + 1,
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
            if len(rows) == LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows


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
                problem = "a quotation mark that is not closed: a cell holds whole rows"
                raise DataError(problem, remedy="close or double it", file=name, row=number + 1)
            kept.append([*cells[:width], *[""] * (width - len(cells))])
            places.append(number + 1)
    except csv.Error as error:
        problem, remedy = f"not well-formed CSV ({error})", "close every quotation mark"
        raise DataError(problem, remedy=remedy, file=name, row=reader.line_num) from error
    finally:
        csv.field_size_limit(usual)
    columns = [pa.array([row[place] for row in kept], pa.string()) for place in range(width)]
    return columns, pa.array(places, pa.int64()), frozenset(wide)
