"""Published numbers are read strictly and compared exactly."""

from decimal import Decimal

import pandas as pd
import pytest

from tests.fixtures.report_project import PUBLISHED
from trucewatch.errors import DataError, LedgerError, ReportError
from trucewatch.ledger import hand_kept
from trucewatch.page.benchmarks import checks_html, count, find, judge, read_published
from trucewatch.page.measured import answers

HEADER = PUBLISHED.splitlines()[0]


def row(**changes):
    cells = {
        "check_id": "one",
        "report": "sample",
        "publisher": "A & B",
        "series": "rate",
        "date": "2025-05-14",
        "value": "51.1",
        "unit": "%",
        "tolerance": "0.5",
        "tolerance_kind": "abs",
        "tolerance_reason": "rounded",
        "definition": "",
        "url": "",
        "status": "gate",
        "confidence": "verified",
        "note": "",
        "measured": "",
        "cause": "",
        "why": "",
    } | changes
    return ",".join(cells[column] for column in HEADER.split(","))


def read(tmp_path, *rows):
    path = tmp_path / hand_kept.PUBLISHED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return read_published("sample", tmp_path)


@pytest.mark.parametrize(
    ("ours", "kind", "tolerance", "verdict"),
    [
        (51.6, "abs", "0.5", "pass"),  # the edge itself, which binary floats would miss
        (50.6, "abs", "0.5", "pass"),
        (51.61, "abs", "0.5", "fail"),
        (50.59, "abs", "0.5", "fail"),
        (Decimal("56.21"), "rel", "0.1", "pass"),  # 51.1 + a tenth of it
        (Decimal("56.22"), "rel", "0.1", "fail"),
        (51.1, "abs", "0", "pass"),
        (None, "abs", "0.5", "not_computed"),
    ],
)
def test_a_gate_passes_up_to_its_tolerance_and_no_further(tmp_path, ours, kind, tolerance, verdict):
    published = read(tmp_path, row(tolerance=tolerance, tolerance_kind=kind))["one"]
    assert judge(published, ours)["verdict"] == verdict


def test_a_number_of_low_confidence_informs_and_does_not_fail(tmp_path):
    published = read(tmp_path, row(confidence="low"))["one"]
    check = judge(published, 99.0)
    assert check["verdict"] == "information"
    assert count([check]) == {"passed": 0, "failed": 0, "other": 1}


def test_a_negative_number_has_a_relative_tolerance_too(tmp_path):
    published = read(tmp_path, row(value="-200", tolerance="0.01", tolerance_kind="rel"))["one"]
    assert judge(published, -202)["verdict"] == "pass"
    assert judge(published, -198)["verdict"] == "pass"
    assert judge(published, -203)["verdict"] == "fail"


@pytest.mark.parametrize("status", ["information", "not_reproducible", "by_construction"])
def test_what_is_no_gate_neither_passes_nor_fails(tmp_path, status):
    published = read(tmp_path, row(status=status, tolerance="", tolerance_kind="", tolerance_reason=""))[
        "one"
    ]
    verdicts = [judge(published, 999), judge(published, None)]
    assert [entry["verdict"] for entry in verdicts] == [status, status]
    assert count(verdicts) == {"passed": 0, "failed": 0, "other": 2}


def test_the_difference_is_ours_less_the_published_number(tmp_path):
    assert judge(read(tmp_path, row())["one"], 50.0)["difference"] == -1.1


def test_only_the_rows_of_the_report_are_its_own(tmp_path):
    assert list(read(tmp_path, row(), row(check_id="two", report="another"))) == ["one"]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"value": "about 5"}, "value"),
        ({"value": "nan"}, "value"),
        ({"tolerance": ""}, "tolerance"),
        ({"tolerance": "-1"}, "tolerance"),
        ({"tolerance_kind": "percent"}, "tolerance_kind"),
        ({"tolerance_reason": ""}, "tolerance_reason"),
        ({"status": "maybe"}, "status"),
        ({"check_id": ""}, "check_id"),
        ({"check_id": "zero"}, "check_id"),
    ],
)
def test_a_bad_cell_is_named_by_file_row_and_column(tmp_path, changes, column):
    with pytest.raises(DataError) as caught:
        read(tmp_path, row(check_id="zero"), row(**changes))
    assert (caught.value.file, caught.value.row, caught.value.column) == (hand_kept.PUBLISHED, 3, column)


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / hand_kept.PUBLISHED
    path.parent.mkdir(parents=True)
    path.write_text(HEADER.replace(",tolerance_reason", "") + "\n")
    with pytest.raises(DataError, match="tolerance_reason"):
        read_published("sample", tmp_path)
    path.unlink()
    with pytest.raises(DataError, match="the file is missing"):
        read_published("sample", tmp_path)


def test_an_unknown_check_suggests_its_neighbour(tmp_path):
    with pytest.raises(ReportError, match="did you mean one"):
        find("onee", read(tmp_path, row()), "sample")


def test_our_number_must_be_one(tmp_path):
    with pytest.raises(ReportError, match="nan"):
        judge(read(tmp_path, row())["one"], float("nan"))


@pytest.mark.parametrize(
    ("value", "tolerance", "kind", "decimals"),
    [
        ("18.0", "0.05", "rel", 1),
        ("18.0", "0.05", "abs", 2),
        ("440.32", "1", "abs", 2),
        ("47", "1", "abs", 0),
    ],
)
def test_numbers_are_shown_as_finely_as_published(tmp_path, value, tolerance, kind, decimals):
    published = read(tmp_path, row(value=value, tolerance=tolerance, tolerance_kind=kind))["one"]
    assert judge(published, 1)["decimals"] == decimals


def test_the_table_says_the_verdict_in_words_and_escapes_names(tmp_path):
    html = checks_html([judge(read(tmp_path, row())["one"], 53)])
    assert "A &amp; B" in html
    assert "failed" in html
    assert "0 of 1 published numbers met" in html
    assert "51.1 %" in html
    assert "53.00" in html
    assert "+1.90" in html


MONTHS = pd.Series([1e9, 2e9, 4e9], index=pd.to_datetime(["2024-12-01", "2025-01-01", "2025-02-01"]))
NUMBERS = {"rate_pct": 51.0, "imports_usd": MONTHS, "beans_t": MONTHS, "unknown": None}


@pytest.mark.parametrize(
    ("measured", "unit", "ours"),
    [
        ("rate_pct", "percent", 51.0),
        ("imports_usd:2025-01", "USD bn", 2.0),
        ("imports_usd:2024-12..2025-02", "billion US dollars", 7.0),
        ("imports_usd:2025-01-01", "USD bn", 2.0),
        ("beans_t:2025-01", "thousand tonnes", 2e6),
        ("beans_t:2025-01", "million bushels", pytest.approx(2000 * 36.7437, rel=1e-5)),  # 36.74 in a tonne
        ("imports_usd:2025-01..2025-03", "USD bn", None),  # March is missing
        ("imports_usd:2024-11", "USD bn", None),
        ("unknown", "percent", None),
        ("none", "percent", None),
    ],
)
def test_a_row_says_which_number_answers_it_and_in_what_unit(tmp_path, measured, unit, ours):
    rows = read(tmp_path, row(measured=measured, unit=unit))
    assert answers(rows, NUMBERS) == {"one": ours}


@pytest.mark.parametrize(
    ("measured", "remedy"),
    [
        ("", "one of"),
        ("rates_pct", "did you mean rate_pct"),
        ("rate_pct:2025", "one number"),
        ("imports_usd", "YYYY-MM"),
        ("imports_usd:2025", "YYYY-MM"),  # a year of a series by month: write its twelve months
        ("imports_usd:2025-13", "YYYY-MM"),
        ("imports_usd:May 25", "YYYY-MM"),
    ],
)
def test_a_number_that_no_row_can_mean_is_refused_with_its_place(tmp_path, measured, remedy):
    rows = read(tmp_path, row(measured=measured))
    with pytest.raises(LedgerError, match=r"published\.csv, row 2, column measured") as caught:
        answers(rows, NUMBERS)
    assert remedy in caught.value.remedy


def test_every_row_of_a_report_names_the_number_that_answers_it():
    rows = read_published()
    assert [check_id for check_id, one in rows.items() if bool(one.report) != bool(one.measured)] == []
