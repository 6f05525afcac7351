"""A table of a report: what the page shows, what the files hold."""

import datetime as dt
import re
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pytest

from trucewatch.errors import ReportError
from trucewatch.page.headlines import headlines_html
from trucewatch.page.report_tables import cell_text, prepare, table_html, write_workbook


def sheet(frame, **extra):
    given = {"name": "t", "caption": "A table", "units": None, "formats": None, "note": ""} | extra
    return prepare(frame, **given)


FRAME = pd.DataFrame(
    {
        "partner": ["China", "<b>Viet Nam</b>", "=HYPERLINK(1)"],
        "value_usd": [1234567.0, -2.5, np.nan],
        "is_listed": [True, False, True],
    }
)


def test_the_html_table_is_semantic_and_escaped():
    html = table_html(sheet(FRAME, units={"value_usd": "US$ & more"}, caption="Sums & more"))
    assert "<caption><span>Sums &amp; more</span></caption>" in html
    assert '<th scope="col" class="num">value usd <small>US$ &amp; more</small></th>' in html
    assert '<th scope="row">&lt;b&gt;Viet Nam&lt;/b&gt;</th>' in html
    assert '<td class="num">−2</td>' in html
    assert '<td class="num">–</td>' in html
    assert "<b>" not in html


def test_numbers_stand_to_the_right_and_texts_do_not():
    html = table_html(sheet(FRAME))
    assert len(re.findall('<t[dh][^>]*class="num"', html)) == 1 + len(FRAME)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1234.56, ",.1f", "1,234.6"),
        (-0.5, "+.1f", "−0.5"),
        (0.125, ".1%", "12.5 %"),
        (Decimal("14.25"), ",.2f", "14.25"),
        (np.int64(2025), "d", "2025"),
        (True, "", "yes"),
        (np.bool_(False), "", "no"),
        (None, ",.1f", "–"),
        (pd.NaT, "", "–"),
        (pd.NA, "", "–"),
        (float("nan"), ",.1f", "–"),
        (pd.Timestamp("2025-05-14"), "", "2025-05-14"),
        (dt.date(2025, 5, 14), "", "2025-05-14"),
    ],
)
def test_a_cell_reads_as_a_person_would_write_it(value, spec, text):
    assert cell_text(value, spec) == text


def test_a_day_does_not_break_at_its_hyphens():
    html = table_html(sheet(pd.DataFrame({"from": ["2025-05-14", "before 2025-05-14"]})))
    assert html.count('class="day"') == 1


def test_a_month_is_shown_as_one():
    html = table_html(sheet(pd.DataFrame({"month": pd.to_datetime(["2025-05-01"]), "n": [1]})))
    assert '<th scope="row" class="day">2025-05</th>' in html


def test_a_year_carries_no_thousands_mark():
    assert ">2025<" in table_html(sheet(pd.DataFrame({"partner": ["x"], "year": [2025]})))


def test_a_long_table_is_cut_on_the_page_and_says_so():
    html = table_html(sheet(pd.DataFrame({"n": range(1200)})), rows=10)
    assert html.count("<tr>") == 11
    assert "The first 10 of 1,200 rows" in html


def test_a_named_index_becomes_columns_and_a_plain_one_goes():
    grouped = pd.DataFrame({"a": [1, 2], "b": [3, 4]}).set_index("a")
    assert list(sheet(grouped).frame) == ["a", "b"]
    assert list(sheet(FRAME.iloc[1:]).frame) == list(FRAME)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"units": {"vaule_usd": "US$"}}, "vaule_usd"),
        ({"formats": {"nothing": ",.1f"}}, "nothing"),
        ({"formats": {"value_usd": "{:.1f}"}}, "{:.1f}"),
    ],
)
def test_a_setting_for_no_column_or_of_no_kind_is_refused(extra, message):
    with pytest.raises(ReportError, match=re.escape(message)):
        sheet(FRAME, **extra)


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(ReportError, match="same name"):
        sheet(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_the_workbook_holds_numbers_texts_and_no_formula(tmp_path):
    path = tmp_path / "book.xlsx"
    write_workbook(path, {"title": "=T"}, [sheet(FRAME, formats={"value_usd": ",.1f"})])
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["About", "t"]
    assert all(cell.data_type != "f" for page in book for line in page.iter_rows() for cell in line)
    assert book["t"]["A6"].value == "=HYPERLINK(1)"
    assert book["t"]["B4"].value == 1234567.0
    assert book["t"]["B4"].number_format == "#,##0.0"
    assert book["t"]["B6"].value is None
    assert book["t"]["C5"].value is False


def test_the_workbook_is_the_same_bytes_every_time(tmp_path):
    for name in "ab":
        write_workbook(tmp_path / name, {"title": "T"}, [sheet(FRAME)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_long_sheet_names_are_cut_and_stay_apart(tmp_path):
    names = [
        "a_very_long_name_for_a_table_of_industries",
        "a_very_long_name_for_a_table_of_partners",
        "about",
    ]
    write_workbook(tmp_path / "b.xlsx", {}, [sheet(FRAME, name=name) for name in names])
    found = openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames
    assert len({name.lower() for name in found}) == 4
    assert max(map(len, found)) <= 31


def test_headline_numbers_link_the_report_behind_them_and_leave_out_empty_columns():
    item = {"value": 1.5, "unit": "t", "definition": "A & B", "text": "1.5"}
    plain = headlines_html({"gap_now": item}, "Numbers")
    assert ">gap now</th>" in plain
    assert "A &amp; B" in plain
    assert "As of" not in plain
    assert "From" not in plain
    told = headlines_html(
        {"a": item | {"label": "Gap", "as_of": "2026-03", "source": "trade_flows"}, "b": item},
        "Numbers",
        "n.csv",
    )
    assert '<a href="../trade_flows/report.html">trade flows</a>' in told
    assert ">2026-03</td>" in told
    assert '<a href="n.csv" download>CSV</a>' in told


def test_a_table_with_a_long_text_names_its_columns_in_every_cell():
    """On a phone such a table is a list, and the head of the columns is out of sight."""
    long = pd.DataFrame({"day": ["2026-11-10"], "what": ["it ends " * 20], "points": [24.0]})
    told = table_html(
        prepare(long, "t", "Caption", {"points": "percent"}, None, "", labels={"what": "event"})
    )
    assert "<table class=told>" in told
    assert 'data-name="event"' in told
    assert 'data-name="points, percent"' in told
    row_name = pd.DataFrame({"industry": ["x" * 50], "imports": [1.0]})
    assert "told" not in table_html(prepare(row_name, "t", "Caption", None, None, ""))
    short = table_html(prepare(long.assign(what="ends"), "t", "Caption", None, None, ""))
    assert "told" not in short
    assert "data-name" not in short
