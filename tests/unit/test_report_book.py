"""What a notebook writes a report with."""

import datetime as dt
import json
from decimal import Decimal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fixtures.report_project import LAW_ASOF, make_project, write_widgets
from trucewatch.errors import ReportError
from trucewatch.page import open_report
from trucewatch.page.folder import CHANGED_VARIABLE, FOLDER_VARIABLE, TABLES_VARIABLE
from trucewatch.page.provenance import table_facts


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.delenv(TABLES_VARIABLE, raising=False)
    project = make_project(tmp_path / "project", "sample")
    monkeypatch.setenv("TRUCEWATCH_HOME", str(project))
    return project


@pytest.fixture
def report(root):
    opened = open_report("sample")
    opened.finding("Imports fell.")
    return opened


def closed(report):
    report.close()
    return json.loads((report.folder / "summary.json").read_text())


def by_hand():
    report = open_report("sample")
    report.finding("Imports fell.")
    report.table(pd.DataFrame({"month": ["a"], "value": [1]}), "widgets", caption="Widgets")
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    report.figure(figure, "line", title="Line", alt="A line that rises")
    report.close()
    return report.folder


def test_by_hand_a_report_writes_into_scratch_and_replaces_only_what_it_made(root):
    first = by_hand()
    assert first == root / "scratch/sample"
    (first / ".ipynb_checkpoints").mkdir()
    assert by_hand() == first
    open_report("sample")  # a run that was given up before it closed
    assert by_hand() == first


@pytest.mark.parametrize("name", ["notes.txt", "tables/notes.csv", "tables/widgets.csv", "sample.xlsx"])
def test_by_hand_a_folder_with_work_of_a_person_stays(root, name):
    first = by_hand()
    (first / name).write_text("thesis")
    assert by_hand() == root / "scratch/sample_2"
    assert by_hand() == root / "scratch/sample_2"
    assert (first / name).read_text() == "thesis"
    assert (first / "summary.json").is_file()


def test_by_hand_a_folder_that_was_never_ours_stays(root):
    (root / "scratch").mkdir()
    (root / "elsewhere").mkdir()
    (root / "scratch/sample").symlink_to(root / "elsewhere", target_is_directory=True)
    (root / "scratch/sample_2").write_text("a file")
    assert by_hand() == root / "scratch/sample_3"
    assert list((root / "elsewhere").iterdir()) == []


def test_the_runner_says_where_a_report_goes(root, monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "there"))
    assert open_report("sample").folder == tmp_path / "there"


def test_the_summary_says_what_the_report_stands_on(report):
    summary = closed(report)
    assert summary["title"] == "Trade in widgets after the truce"
    assert (summary["data_asof"], summary["law_asof"]) == ("2025-12", LAW_ASOF)
    assert summary["vintages"][0]["table"] == "widgets"
    assert summary["vintages"][0]["sources"][0]["vintage"] == "2026-01"
    assert summary["citation"] == (
        f"trucewatch (2026): Trade in widgets after the truce. Data to 2025-12, law as of {LAW_ASOF}."
    )


def test_data_asof_follows_the_table(root):
    write_widgets(root, [1.0, 2.0, 3.0])
    report = open_report("sample")
    report.finding("x")
    assert closed(report)["data_asof"] == "2025-03"


def test_a_table_of_rules_reaches_as_far_as_its_last_rule(root):
    path = root / "data/clean/rules.parquet"
    pq.write_table(pa.table({"date_published": pa.array([dt.date(2026, 1, 21), dt.date(2020, 3, 16)])}), path)
    assert table_facts("rules", root)["data_asof"] == "2026-01-21"


def test_a_period_that_ends_after_the_newest_law_is_a_promise_and_no_data(root):
    ends = [dt.date(2025, 4, 1), dt.date(2026, 1, 1), dt.date(2029, 1, 1)]
    path = root / "data/clean/promises.parquet"
    pq.write_table(pa.table({"period_to": pa.array(ends), "year": [2025, 2025, 2028]}), path)
    assert table_facts("promises", root)["data_asof"] == "2025-12"


@pytest.mark.parametrize(
    ("value", "kept", "text"),
    [
        (np.float64(-36.44), -36.44, "−36.4"),
        (Decimal("14.25"), 14.25, "14.2"),
        (np.int64(12345), 12345, "12,345"),
        ("2026-11-10", "2026-11-10", "2026-11-10"),
    ],
)
def test_a_headline_keeps_the_value_and_how_it_reads(report, value, kept, text):
    report.headline("key", value, unit="%", definition="what it is")
    assert closed(report)["headlines"]["key"] == {
        "value": kept,
        "unit": "%",
        "definition": "what it is",
        "text": text,
    }


@pytest.mark.parametrize("value", [float("nan"), None, True, [1], pd.NaT])
def test_a_headline_is_a_number_or_a_text(report, value):
    with pytest.raises(ReportError, match="key"):
        report.headline("key", value, unit="", definition="x")


def test_checks_are_judged_and_counted(report):
    assert report.check("widgets_last", 18.2) == "pass"
    assert report.check("widgets_first", 40.0) == "fail"
    assert report.check("widgets_press", 18.0) == "information"
    assert report.check("widgets_weights", None) == "not_reproducible"
    assert closed(report)["checks"] == {"passed": 1, "failed": 1, "other": 2}


def test_checks_of_a_narrowed_run_neither_pass_nor_fail(report):
    report.checks_not_applicable()
    checks = closed(report)["checks"]
    assert (checks["passed"], checks["failed"]) == (0, 0)
    assert checks["other"] > 0
    assert "not applicable" in (report.folder / "checks.json").read_text().replace("_", " ")


def test_a_narrowed_run_is_named_wherever_its_numbers_are(root):
    report = open_report("sample")
    report.narrow("Goods from Hong Kong; code 8507 only")
    report.finding("Imports fell.")
    report.headline("share", 0.5, unit="share", definition="A share")
    report.table(pd.DataFrame({"number": [1]}), "counts", caption="Some counts")
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    report.figure(figure, "line", title="A line", alt="It rises.")
    summary = closed(report)
    page = (report.folder / "figures" / "line.svg").read_text()
    told = [
        summary["finding"], summary["headlines"]["share"]["definition"], summary["tables"][0]["caption"],
        summary["figures"][0]["title"], summary["figures"][0]["alt"],
    ]  # fmt: skip
    assert all(text.startswith("Goods from Hong Kong; code 8507 only: ") for text in told)
    assert "(Goods from Hong Kong; code 8507 only)" in summary["citation"]
    assert "code 8507 only" in page
    rows = pd.read_csv(report.folder / "tables" / "counts.csv")
    assert rows.to_dict("list") == {"number": [1], "run_of": ["Goods from Hong Kong; code 8507 only"]}


def test_changed_settings_are_in_the_citation(report, monkeypatch):
    assert "Settings changed" not in report.cite_line()
    monkeypatch.setenv(CHANGED_VARIABLE, "base 2024 (usually last_12_months)")
    assert report.cite_line().endswith(" Settings changed: base 2024 (usually last_12_months).")
    report.table(pd.DataFrame({"number": [1]}), "counts", caption="Some counts")
    rows = pd.read_csv(report.folder / "tables" / "counts.csv")
    assert list(rows["run_of"]) == ["settings changed: base 2024 (usually last_12_months)"]


def test_a_gate_that_nobody_computed_counts_as_failed(report):
    report.check("widgets_last", 18.0)
    assert closed(report)["checks"] == {"passed": 1, "failed": 1, "other": 0}
    verdicts = {c["check_id"]: c["verdict"] for c in json.loads((report.folder / "checks.json").read_text())}
    assert verdicts == {"widgets_last": "pass", "widgets_first": "not_computed"}


def test_a_check_of_another_report_is_unknown_here(report):
    with pytest.raises(ReportError, match="other"):
        report.check("other", 1)


def test_tables_are_kept_as_csv_and_in_the_workbook(report):
    report.table(pd.DataFrame({"a": ["x"], "n": [1]}), "counts", caption="Counts")
    summary = closed(report)
    assert summary["tables"] == [{"name": "counts", "caption": "Counts"}]
    assert (report.folder / "tables/counts.csv").read_text() == "a,n\nx,1\n"
    assert (report.folder / "sample.xlsx").is_file()


def test_figures_are_kept_and_closed(report):
    from matplotlib import pyplot as plt

    fig, _ = plt.subplots()
    report.figure(fig, "one", title="T", alt="a line")
    assert {path.name for path in (report.folder / "figures").iterdir()} == {
        "one.svg",
        "one.png",
        "one.card.png",
    }
    assert fig.number not in plt.get_fignums()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda report: report.finding("Again."), "two findings"),
        (lambda report: report.figure(None, "one", title="T", alt=" "), "no alt"),
        (lambda report: report.figure(None, "Not A Name", title="T", alt="x"), "Not A Name"),
        (lambda report: report.table(pd.DataFrame(), "one", caption=""), "no caption"),
        (lambda report: report.headline("key", 1, unit="", definition=""), "no definition"),
        (lambda report: report.used("no_such_table"), "no_such_table"),
        (lambda report: (report.check("widgets_last", 1), report.check("widgets_last", 1)), "two checks"),
        (lambda report: (report.close(), report.close()), "closed"),
        (lambda report: (report.close(), report.headline("k", 1, unit="", definition="d")), "closed"),
    ],
)
def test_misuse_is_refused_by_name(report, wrong, message):
    with pytest.raises(ReportError, match=message):
        wrong(report)


def test_a_report_without_a_finding_can_not_be_closed(root):
    with pytest.raises(ReportError, match="no finding"):
        open_report("sample").close()


def test_in_a_run_a_table_must_be_named_where_the_pipeline_sees_it(root, monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "out"))
    monkeypatch.setenv(TABLES_VARIABLE, "")
    with pytest.raises(ReportError, match="would not rerun"):
        open_report("sample").used("widgets")


def test_a_headline_can_name_its_day_and_its_report(report):
    report.headline("a", 1.5, unit="t", definition="D", label="Tonnes", as_of="2026-03", source="rare_earths")
    report.headline("b", 2.5, unit="t", definition="E")
    found = closed(report)["headlines"]
    assert (found["a"]["label"], found["a"]["as_of"], found["a"]["source"]) == (
        "Tonnes",
        "2026-03",
        "rare_earths",
    )
    assert set(found["b"]) == {"value", "unit", "definition", "text"}


def test_headlines_shown_in_place_are_kept_as_a_table(report):
    report.headline("a", 1.5, unit="t", definition="D", source="rare_earths")
    report.headlines_table("The numbers")
    assert "1.5" in (report.folder / "tables" / "numbers.csv").read_text()
    summary = closed(report)
    assert summary["headlines_shown"] is True
    assert [table["name"] for table in summary["tables"]] == ["numbers"]


def test_a_notebook_finds_no_formula_in_anything_a_report_shows(report, monkeypatch):
    shown = []
    monkeypatch.setattr("trucewatch.page.book.display", lambda what, **_: shown.append(what.data))
    report.text("Over $5 but not over $10.")
    report.limits("- Over $5 but not over $10.")
    report.table(pd.DataFrame({"month": ["$5 to $10"]}), "widgets", caption="Widgets")
    assert len(shown) == 3
    assert all(part.startswith('<div class="mathjax_ignore">') for part in shown)


def test_limits_are_kept_for_other_reports(report):
    report.limits("- **One.** Two.")
    assert closed(report)["limits"] == ["- **One.** Two."]
