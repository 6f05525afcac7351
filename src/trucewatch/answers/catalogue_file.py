"""A catalogue's answers as a file: CSV, TSV or a workbook with the sheets a reader needs to check it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from trucewatch import __version__
from trucewatch.answers.desk import NOT_MODELLED
from trucewatch.answers.notes import NOT_A_RULING
from trucewatch.errors import DataError

if TYPE_CHECKING:
    from trucewatch.answers.catalogue import Catalogue

_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_PLAIN = r"^[+\-]?[0-9]+([.,][0-9]+)?$"
_MOST_SHEET_ROWS = 1_000_000
_ROWS_AT_ONCE = 10_000
STANDARD_OUTPUT = "-"
_OTHER_FORMS = (
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".json",
    ".parquet",
    ".pdf",
    ".html",
    ".docx",
    ".zip",
    ".gz",
)
"""Endings of a name that promise what is not written."""


def write(found: Catalogue, out: Path, as_lines: bool = False) -> Path:
    """Write the answers, with sums, and in a workbook the lines of duty; or these alone, one a row.

    Raises `DataError` as `write_table`.
    """
    if as_lines:
        return write_table(_lines(found), found, out)
    return write_table(_with_totals(found), found, out, found.lines)


def _lines(found: Catalogue) -> pa.Table:
    """Return one row per line of duty, after the user's columns; a refused row says why."""
    records = found.lines()
    place = {number: row for row, number in enumerate(found.table.rows.to_pylist())}
    told = {record["row"] for record in records}
    for row, number in enumerate(found.table.rows.to_pylist()):
        if number not in told:
            error = found.refused.get(row, "a range over the numbers below the code: no single lines of duty")
            records.append({"row": number, "error": error})
    records.sort(key=lambda record: place[record["row"]])
    at = pa.array([place[record["row"]] for record in records], pa.int64())
    names = list(dict.fromkeys(name for record in records for name in record))[1:]
    added = {name: pa.array([record.get(name) for record in records]) for name in names}
    heads = map(found.table.free, added)
    own = [column.take(at) for column in found.table.columns]
    return pa.Table.from_arrays([*own, *added.values()], names=[*found.table.header, *heads])


def write_table(
    table: pa.Table, found: Catalogue, out: Path, lines: Callable[[], list[dict[str, Any]]] | None = None
) -> Path:
    """Write a table to a file that appears whole or not at all; `-` is standard output.

    Raises `DataError` as `writable`, and if `out` cannot be written.
    """
    if str(out) == STANDARD_OUTPUT:
        _write_csv(table, found.table.separator, sys.stdout.buffer)
        return out
    out = writable(out, Path(found.source))
    if out.suffix.lower() == ".xlsx":
        _whole(out, lambda draft: _write_book(table, found, lines, draft))
    else:
        separator = "\t" if out.suffix.lower() in (".tsv", ".tab") else found.table.separator

        def text(draft: Path) -> None:
            with draft.open("xb") as stream:
                stream.write(b"\xef\xbb\xbf")  # so that a spreadsheet reads it as UTF-8
                _write_csv(table, separator, stream)

        _whole(out, text)
    return out


def writable(out: Path, source: Path) -> Path:
    """Return the file an answer may be written to: of a link, the file it leads to.

    Raises `DataError` if it is a folder, no regular file (a device, a pipe), or the table that was read.
    """
    if out.is_symlink():
        out = out.resolve()
    if out.suffix.lower() in _OTHER_FORMS:
        raise DataError(f"no {out.suffix} is written", remedy="end the name in .xlsx, .csv or .tsv", file=out)
    if out.is_dir():
        raise DataError("a folder, not a file", remedy="give the name of a file to write", file=out)
    if out.exists() and not out.is_file():
        raise DataError(
            "not a regular file: it is not replaced", remedy="give the name of a file to write", file=out
        )
    if out.exists() and source.is_file() and out.samefile(source):
        raise DataError("the answer would replace the question", remedy="give another --out", file=out)
    return out


def write_text(text: str, found: Catalogue, out: Path) -> Path:
    """Write a text to a file that appears whole or not at all (errors as `write_table`)."""
    out = writable(out, Path(found.source))

    def write_whole(draft: Path) -> None:
        draft.write_bytes(text.encode())

    _whole(out, write_whole)
    return out


def _whole(out: Path, make: Callable[[Path], None]) -> None:
    if not out.parent.is_dir():
        raise DataError("the folder does not exist", remedy="make it, or give another --out", file=out)
    draft = out.with_name(f".{out.name[:100]}.{os.getpid()}.tmp")
    try:
        make(draft)
        draft.replace(out)
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror or error})",
            remedy="make the folder, check its permissions and space",
            file=out,
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _write_csv(table: pa.Table, separator: str, stream: Any) -> None:
    options = pacsv.WriteOptions(include_header=False, delimiter=separator, quoting_style="needed")
    names = [str(at) for at in range(table.num_columns)]
    heads = pa.table([pa.array([defused(name)]) for name in table.column_names], names=names)
    rows = pa.table([defused_column(column) for column in table.columns], names=names)

    def text(part: pa.Table) -> pa.Buffer:
        buffer = pa.BufferOutputStream()
        pacsv.write_csv(part, buffer, options)
        return buffer.getvalue()

    parts = [heads, *(rows.slice(first, _ROWS_AT_ONCE) for first in range(0, len(rows), _ROWS_AT_ONCE))]
    with ThreadPoolExecutor() as pool:  # Arrow writes outside the interpreter's lock
        for at in range(0, len(parts), 2):  # no more than two texts in memory
            for written in pool.map(text, parts[at : at + 2]):
                stream.write(written)


def defused(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return str(defused_column(pa.chunked_array([[cell]]))[0])


def defused_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of text that no spreadsheet takes for formulas; numbers stay as they are."""
    if pa.types.is_dictionary(column.type):
        chunks = [
            pa.DictionaryArray.from_arrays(
                chunk.indices, defused_column(pa.chunked_array([chunk.dictionary])).combine_chunks()
            )
            for chunk in column.chunks
        ]
        return pa.chunked_array(chunks, column.type)
    if not pa.types.is_string(column.type):
        return column
    risky = pc.match_substring_regex(column, _FORMULA)
    if pc.any(risky).as_py():
        risky = pc.and_(risky, pc.invert(pc.match_substring_regex(column, _PLAIN)))
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def _with_totals(found: Catalogue) -> pa.Table:
    """Return the answers with a last row of sums, if there are dollars to sum."""
    table = found.to_arrow()
    sums = [total | found.paid() for total in found.totals()]
    if not any(total["rows"] for total in sums):
        return table
    own = len(found.table.header)
    row: dict[int, float] = {}
    for total in sums:
        mark = f"_{total['on']}" if len(sums) > 1 else ""
        for name, key in (
            ("duty_usd", "duty"),
            ("duty_low_usd", "low"),
            ("duty_high_usd", "high"),
            ("refundable_low_usd", "refund_low"),
            ("refundable_high_usd", "refund_high"),
            ("paid_less_law_usd", "paid_less_law"),
        ):
            for at, head in enumerate(table.column_names[own:], own):
                if head.removeprefix("tw_") == name + mark and total.get(key) is not None:
                    row[at] = float(total[key])
    return with_sums(table, found, row)


def with_sums(table: pa.Table, found: Catalogue, sums: Mapping[int, float]) -> pa.Table:
    """Return a table with a last row of sums, given by the position of their column."""
    value = found.totals()[0]["value"]
    cells = []
    for at, kind in enumerate(table.schema.types):
        cell: Any = sums.get(at)
        if at == 0:
            cell = "TOTAL"
        elif at == found.entries.columns.get("value"):
            cell = str(value.normalize().__format__("f"))
        elif cell is None and not pa.types.is_floating(kind):
            cell = ""
        cells.append(pa.array([cell], kind))
    return pa.concat_tables([table, pa.Table.from_arrays(cells, names=table.column_names)])


def _write_book(
    table: pa.Table, found: Catalogue, lines: Callable[[], list[dict[str, Any]]] | None, draft: Path
) -> None:
    import xlsxwriter

    if table.num_rows > _MOST_SHEET_ROWS:
        raise DataError(
            "more rows than a sheet holds", remedy="write a CSV: --out answers.csv", value=found.rows
        )
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    # in memory first: what goes wrong with the file is then an error of the system, as with a CSV
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Answers")
        sheet.freeze_panes(1, 1)
        kinds = ["#,##0.00" if "_usd" in name else "0.####" for name in table.column_names]
        formats = [book.add_format({"num_format": kind}) for kind in kinds]
        for at, name in enumerate(table.column_names):
            sheet.set_column(at, at, min(40, max(10, len(name) + 2)))
        sheet.write_row(0, 0, table.column_names, bold)
        columns = [column.to_pylist() for column in table.columns]
        for number in range(table.num_rows):
            for at, column in enumerate(columns):
                cell = column[number]
                _write_cell(sheet, number + 1, at, cell, formats[at], day)
        records = lines() if lines is not None else []
        if records and len(records) < _MOST_SHEET_ROWS:
            _write_records(book, "Lines of duty", records, bold, day)
        about = book.add_worksheet("About")
        about.set_column(0, 0, 22)
        about.set_column(1, 1, 100)
        for number, (head, text) in enumerate(about_rows(found)):
            about.write_string(number, 0, head, bold)
            about.write_string(number, 1, text)
    draft.write_bytes(content.getvalue())


def _write_records(book: Any, title: str, records: Sequence[dict[str, Any]], bold: Any, day: Any) -> None:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    if not records:
        return
    sheet.write_row(0, 0, list(records[0]), bold)
    for number, record in enumerate(records, 1):
        for at, value in enumerate(record.values()):
            _write_cell(sheet, number, at, value, None, day)


def _write_cell(sheet: Any, row: int, column: int, cell: Any, of_number: Any, of_day: Any) -> None:
    """Write a text as text, a day as a day, a number as a number; nothing where there is none."""
    if isinstance(cell, str):
        sheet.write_string(row, column, cell[:32_767])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, of_day)
    elif cell is not None:
        sheet.write_number(row, column, cell, of_number)


def about_rows(found: Catalogue) -> Iterable[tuple[str, str]]:
    """Yield what a reader needs to check and to cite the answers: how read, assumptions, sources."""
    law = found.law
    yield "Answers", " ".join(found.sentences()[:1])
    yield (
        "Law",
        f"as of {law.law_asof}, importer {found.importer}, lens {found.lens}, ledger {law.ledger_hash}",
    )
    for text in found.how():
        yield "Read", text
    yield (
        "total_pct",
        "percent of customs value; empty where the numbers below a short code differ",
    )
    yield "lower_pct, upper_pct", "bounds over what the code does not show, and over the numbers below it"
    yield (
        "is_complete",
        "no: a duty is not in the total, mostly one by the unit; the total is the least that is paid",
    )
    yield "refundable", "points collected under duties later held unlawful; whether still open: --refunds"
    yield "Estimates", "metal contents and equivalents of specific duties not given are estimates: see notes"
    yield "Not modeled", ", ".join(NOT_MODELLED[found.importer])
    measures = {line.measure_id for answers in found.answers for case in answers.cases for line in case.lines}
    cited = {
        (line.title, line.citation)
        for answers in found.answers
        for case in answers.cases
        for line in case.lines
        if line.citation and line.pp
    }
    yield "Measures", str(len(measures))
    for title, citation in sorted(cited):
        yield "Source", f"{title}: {citation}"
    yield "Names", "US International Trade Commission, Harmonized Tariff Schedule, editions of 2025 and 2026"
    yield (
        "Cite",
        f"trucewatch {__version__}, duties by product and day, law as of {law.law_asof}, "
        f"ledger {law.ledger_hash[:12]}",
    )
    yield "", NOT_A_RULING
