"""A user's CSV, read row by row whatever program wrote it, and its answer, written whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from trucewatch.answers.inputs import short
from trucewatch.errors import DataError

_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SEEN = 65_536
_BOM = b"\xef\xbb\xbf"

Read = tuple[int, list[str], dict[str, str], str]
Write = Callable[[Sequence[str], Sequence[str]], None]


class TableFile:
    """A CSV with a header, streamed.

    Parameters
    ----------
    path
        The file.
    needed, optional
        Columns to hand out, in lower case; others are kept as they are.
    replaced
        Columns left out of what is kept, since the answer writes them.

    Raises
    ------
    DataError
        If it is no readable table with the needed columns.
    """

    def __init__(
        self, path: Path, needed: Sequence[str], optional: Sequence[str], replaced: Sequence[str] = ()
    ) -> None:
        self.path, self._foreign_rows = path, 0
        start = self._start()
        self.has_bom = start.startswith(_BOM)
        first = start.removeprefix(_BOM).split(b"\n")[0].decode("utf-8", "replace").strip("\r\n")
        self.separator = max(",;\t", key=first.count) if first else ","
        with self._open() as stream:
            header = next(csv.reader(stream, delimiter=self.separator), [])
        names = [self._text(cell).strip().lower() for cell in header]
        if not any(names):
            raise DataError("no header in the first line", remedy=_wanted(needed, optional), file=path, row=1)
        for name in needed:
            if name not in names:
                found = short(", ".join(names))
                raise DataError(
                    f"the column {name} is missing",
                    remedy=_wanted(needed, optional),
                    file=path,
                    row=1,
                    value=found,
                )
        for name in (*needed, *optional):
            if names.count(name) > 1:
                raise DataError("repeated column", remedy="have it once", file=path, row=1, column=name)
        self._at = {name: names.index(name) for name in (*needed, *optional) if name in names}
        self._kept = [at for at, name in enumerate(names) if name not in replaced]
        self._width = len(names)
        self.header = [self._text(header[at]) for at in self._kept]

    def _start(self) -> bytes:
        """Return the first bytes of the file, refused if no CSV starts so."""
        if self.path.is_dir():
            raise DataError("a folder, not a file", remedy="give a CSV file", file=self.path)
        if not self.path.is_file():
            raise DataError("no such file", remedy="give the path of a CSV file", file=self.path)
        try:
            with self.path.open("rb") as stream:
                start = stream.read(_SEEN)
        except OSError as error:
            raise DataError(
                f"can not be read ({error})", remedy="check its permissions", file=self.path
            ) from error
        if not start.strip():
            raise DataError("the file is empty", remedy=_wanted(("code", "origin", "on"), ()), file=self.path)
        if b"\0" in start or start.startswith(b"PK\x03\x04"):
            raise DataError(
                "not a CSV in UTF-8 but a workbook, UTF-16 or another binary file",
                remedy="save it as CSV UTF-8",
                file=self.path,
            )
        return start

    def _open(self) -> TextIO:
        return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")

    @staticmethod
    def _text(cell: str) -> str:
        """Return a cell whose bytes are not UTF-8 as Windows-1252 reads them."""
        try:
            cell.encode()
        except UnicodeEncodeError:
            return cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
        return cell

    @property
    def notes(self) -> list[str]:
        """What was done to the file in reading it."""
        if not self._foreign_rows:
            return []
        return [
            f"{self._foreign_rows:,} rows are not UTF-8: read as Latin-1 (Windows-1252), written as UTF-8."
        ]

    def rows(self) -> Iterator[Read]:
        """Yield line number, cells to keep, cells by name, and a problem if the row is ragged.

        Raises
        ------
        DataError
            If a cell is too long to be one: a quotation mark that is never closed.
        """
        with self._open() as stream:
            reader = csv.reader(stream, delimiter=self.separator)
            try:
                next(reader)
                for cells in reader:
                    if cells:
                        yield self._read(reader.line_num, cells)
            except csv.Error as error:
                raise DataError(
                    f"not well-formed CSV ({error})",
                    remedy="close every quotation mark; a cell holds at most 131,072 characters",
                    file=self.path,
                    row=reader.line_num,
                ) from error

    def _read(self, line: int, cells: list[str]) -> Read:
        joined = "".join(cells)
        if not joined.isascii():
            texts = [self._text(cell) for cell in cells]
            if texts != cells:
                self._foreign_rows += 1
                cells = texts
        problem = ""
        if len(cells) != self._width:
            problem = (
                f"the row has {len(cells)} cells, the header {self._width}. Remedy: quote cells that hold "
                f"the separator {self.separator!r}"
            )
            cells = (cells + [""] * self._width)[: self._width]
        row = {name: cells[at].strip() for name, at in self._at.items()}
        return line, [cells[at] for at in self._kept], row, problem


def _wanted(needed: Sequence[str], optional: Sequence[str]) -> str:
    also = f", if wanted {', '.join(optional)}" if optional else ""
    return f"give a header with {', '.join(needed)}{also}"


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if cell.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def writable(out: Path, source: Path) -> Path:
    """Return the file an answer may be written to: of a link, the file it leads to.

    Raises
    ------
    DataError
        If it is a folder, no regular file (a device, a pipe), or the table that was read.
    """
    if out.is_symlink():
        out = out.resolve()
    if out.is_dir():
        raise DataError("a folder, not a file", remedy="give the name of a file to write", file=out)
    if out.exists() and not out.is_file():
        raise DataError(
            "not a regular file: it is not replaced", remedy="give the name of a file to write", file=out
        )
    if out.exists() and source.is_file() and out.samefile(source):
        raise DataError("the answer would replace the question", remedy="give another --out", file=out)
    return out


@contextlib.contextmanager
def written(out: Path, source: TableFile, columns: Sequence[str]) -> Iterator[Write]:
    """Open the answer to a table; it takes its name only once it is whole.

    Parameters
    ----------
    out
        The file to write; replaced if it exists.
    source
        The table read; its columns come first.
    columns
        The columns added.

    Raises
    ------
    DataError
        As `writable`, and if `out` can not be written.
    """
    out = writable(out, source.path)
    temporary = out.with_name(f".{out.name[:100]}.{os.getpid()}.tmp")
    try:
        stream = temporary.open("x", encoding="utf-8-sig" if source.has_bom else "utf-8", newline="")
    except OSError as error:
        raise DataError(
            f"can not be written ({error.strerror})",
            remedy="make the folder, check its permissions",
            file=out,
        ) from error
    try:
        with stream:
            writer = csv.writer(stream, delimiter=source.separator, lineterminator="\n")
            writer.writerow([*(defused(name) for name in source.header), *columns])

            def write(cells: Sequence[str], answer: Sequence[str]) -> None:
                writer.writerow([defused(cell) for cell in (*cells, *answer)])

            yield write
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
