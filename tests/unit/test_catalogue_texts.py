"""Lists that are no CSV: a web page saved as .xls, text in fixed columns."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from trucewatch.answers.catalogue import Catalogue, catalogue
from trucewatch.answers.user_text import fixed_columns, page_tables
from trucewatch.errors import DataError

HEAD = "<tr><th>HTS Code</th><th>Country of Origin</th><th>Entry Date</th><th>Entered Value</th></tr>"
TOYS = "<tr><td>9503.00.0073</td><td>China</td><td>04/10/2025</td><td>$1,000.00</td></tr>"
PHONES = "<tr><td>8517.13.0000</td><td>China</td><td>04/25/2025</td><td>$2,500.00</td></tr>"


def read(folder: Path, text: str | bytes, name: str = "list.xls") -> Catalogue:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return catalogue(path)


def totals(found: Catalogue) -> list[object]:
    """EO 14195, 14228, 14257, 14266 and the memorandum of 11 April 2025: toys 145 %, smartphones 20 %."""
    return found.to_frame()["total_pct"].tolist()


@pytest.mark.parametrize(
    "page",
    [
        f"<html><body><p>Report 7</p><table border=1>{HEAD}{TOYS}{PHONES}</table></body></html>",
        f"<!DOCTYPE html><table><tr><td>Filters</td></tr></table><table>{HEAD}{TOYS}{PHONES}</table>",
        f"<table>{HEAD}{TOYS}{PHONES}",  # cut off
        f"<TABLE>{HEAD}{TOYS}{PHONES}</TABLE>".replace("<td>", "<TD>")
        .replace("</td>", "")
        .replace("</tr>", ""),
        f"<html><table><tr><td colspan=4>Entries of April</td></tr>{HEAD}{TOYS}{PHONES}</table>",
        f"<html><table>{HEAD}{TOYS}{PHONES}</table>".replace("China", "<b>Chi</b>na<table><tr><td>x</table>"),
    ],
    ids=["plain", "second", "cut off", "open cells", "title", "nested"],
)
def test_a_web_page_is_read_whatever_its_name(tmp_path: Path, page: str) -> None:
    found = read(tmp_path, page)
    assert not found.refused and totals(found) == [145, 20]
    assert any(note.startswith("A web page (HTML)") for note in found.table.notes)


def test_a_list_goes_on_in_tables_of_the_same_names(tmp_path: Path) -> None:
    other = (
        "<table><tr><th>HTS Code</th><th>Duty paid</th></tr><tr><td>6109.10.0012</td><td>9</td></tr></table>"
    )
    page = f"<table>{HEAD}{TOYS}</table><p>Page 2</p>{other}<table>{HEAD}{PHONES}</table>"
    found = read(tmp_path, page)
    assert totals(found) == [145, 20] and found.totals()[0]["value"] == 3500
    assert "of 3 tables 1, 3 read" in " ".join(found.table.notes)


def test_an_amount_over_several_rows_counts_once(tmp_path: Path) -> None:
    page = (
        f"<html><table>{HEAD}<tr><td>9503.00.0073</td><td>CN</td><td>04/10/2025</td>"
        "<td rowspan='2'>1000</td></tr>"
        "<tr><td>8517.13.0000</td><td>CN</td><td>04/25/2025</td></tr></table></html>"
    )
    found = read(tmp_path, page)
    assert totals(found) == [145, 20] and found.totals()[0]["value"] == 1000


def test_the_encoding_of_a_page_is_the_one_it_names(tmp_path: Path) -> None:
    page = f'<html><meta charset="gb18030"><table>{HEAD}{TOYS}{PHONES}</table></html>'
    found = read(tmp_path, gzip.compress(page.replace("China", "中国").encode("gb18030")), "list.xls.gz")
    assert not found.refused and totals(found) == [145, 20]


def test_a_page_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="without a table") as told:
        read(tmp_path, "<html><body>Session expired, log in again</body></html>")
    assert "CSV" in str(told.value)
    with pytest.raises(DataError, match="no column of codes"):
        read(tmp_path, "<html><table><tr><td>name</td><td>price</td></tr></table></html>")


def test_no_span_of_a_cell_fills_the_memory() -> None:
    (rows,) = page_tables("<table><tr><td rowspan=999999999 colspan=999999999>x</td></tr><tr></tr></table>")
    assert [len(row) for row in rows] == [100, 100]


FIXED = """\
HTS NUMBER    ORIGIN  ENTRY DATE   ENTERED VALUE
------------  ------  ----------   -------------
9503.00.0073  CN      04/10/2025        1,000.00
8517.13.0000  CN      04/25/2025        2,500.00
8517.13.0000          04/25/2025        2,500.00
"""


def test_text_in_fixed_columns_is_parted_where_every_line_is_blank(tmp_path: Path) -> None:
    found = read(tmp_path, FIXED, "list.txt")
    assert totals(found)[:2] == [145, 20] and found.totals()[0]["value"] >= 3500
    assert any("fixed width" in note for note in found.table.notes)
    assert found.table.rows.to_pylist()[:2] == [3, 4]  # the lines of the file


def test_lines_that_part_nowhere_alike_are_no_table(tmp_path: Path) -> None:
    assert fixed_columns("one  two\nthree four five\n") is None
    with pytest.raises(DataError, match="no column of codes"):
        read(tmp_path, "HTS NUMBER ORIGIN\n9503.00.0073 CN\n", "list.txt")
