"""The runner, with real kernels and real broken notebooks."""

import datetime as dt
import filecmp
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock

from tests.fixtures.report_project import PARAMETERS, make_project
from trucewatch.errors import ParameterError, ReportError
from trucewatch.page import run_report
from trucewatch.page.runner import _keep_failed, finish

BROKEN = {"depth": 1}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the sample report, built in a project of its own."""
    root = make_project(tmp_path_factory.mktemp("first") / "project", "sample")
    return run_report("sample", PARAMETERS, root / "reports/sample", root).parent


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Return a project with the broken notebooks."""
    return make_project(tmp_path_factory.mktemp("broken") / "project")


def files_of(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_report_is_complete(built):
    assert files_of(built) == {
        "report.html",
        "sample.ipynb",
        "sample.xlsx",
        "summary.json",
        "checks.json",
        "figures/widgets_monthly.svg",
        "figures/widgets_monthly.png",
        "figures/widgets_monthly.card.png",
        "tables/widgets.csv",
    }


def test_the_page_tells_what_the_notebook_computed(built):
    page = (built / "report.html").read_text(encoding="utf-8")
    assert "fell from 40.0 to 18.0 billion dollars a month" in page
    assert "between January 2025 and December 2025" in page
    assert "The share used is <strong>50%</strong> and the base month is 2025-01." in page
    assert "1 check against published numbers failed" in page
    summary = json.loads((built / "summary.json").read_text(encoding="utf-8"))
    assert summary["headlines"]["fall_pct"]["value"] == pytest.approx(-55)
    assert summary["parameters"] == PARAMETERS
    assert summary["checks"] == {"passed": 1, "failed": 1, "other": 2}
    assert summary["build_id"] in page


def test_two_builds_in_two_folders_give_the_same_bytes(built, tmp_path):
    root = make_project(tmp_path / "elsewhere and deeper" / "project", "sample")
    again = run_report("sample", PARAMETERS, root / "reports/sample", root).parent
    assert files_of(again) == files_of(built)
    _, differing, unread = filecmp.cmpfiles(built, again, sorted(files_of(built)), shallow=False)
    assert (differing, unread) == ([], [])


def test_no_file_knows_where_it_was_made(built):
    places = (str(built.parents[1]), str(Path.home()), "/tmp/")
    for path in built.rglob("*"):
        if path.suffix in {".html", ".ipynb", ".json", ".svg", ".csv"}:
            text = path.read_text(encoding="utf-8")
            assert [place for place in places if place in text] == [], path.name


def test_another_parameter_gives_another_page_and_build_id(built, tmp_path):
    root = make_project(tmp_path / "project", "sample")
    changed = run_report("sample", PARAMETERS | {"share": 0.25}, root / "reports/sample", root).parent
    summaries = [json.loads((folder / "summary.json").read_text()) for folder in (built, changed)]
    assert summaries[0]["build_id"] != summaries[1]["build_id"]
    assert "The share used is <strong>25%</strong>" in (changed / "report.html").read_text()


def test_progress_tells_each_quarter(tmp_path):
    root = make_project(tmp_path / "project", "unclosed")
    said = []
    with pytest.raises(ReportError):
        run_report("unclosed", BROKEN, root / "reports/unclosed", root, said.append)
    assert said == [f"unclosed: cell {cell} of 4" for cell in (1, 2, 3)]


@pytest.mark.parametrize(
    ("name", "message", "kept"),
    [
        ("raises", "cell 5 raised KeyError", "Traceback"),
        ("dies", "the kernel died", "kernel died"),
        ("unclosed", "report.close()", "report.close()"),
        ("pictures", "without alt text", "alt text"),
        ("scripts", "runs and fetches nothing", "fetches nothing"),
    ],
)
def test_a_failure_keeps_the_last_good_report_and_the_failed_notebook(root, name, message, kept):
    out = root / "reports" / name
    out.mkdir(parents=True)
    (out / "report.html").write_text("the last good one")
    with pytest.raises(ReportError, match=f"reports/.failed/{name}.ipynb") as caught:
        run_report(name, BROKEN, out, root)
    assert message in str(caught.value)
    assert "the last good report is still at" in str(caught.value)
    assert files_of(out) == {"report.html"}
    assert (out / "report.html").read_text() == "the last good one"
    failed = nbformat.read(root / "reports/.failed" / f"{name}.ipynb", as_version=4)
    assert kept in nbformat.writes(failed)
    assert [path.name for path in out.parent.glob(f".{name}*")] == []


def test_a_notebook_that_opens_another_report_is_refused(tmp_path):
    (tmp_path / "summary.json").write_text('{"report": "sample"}', encoding="utf-8")
    with pytest.raises(ReportError, match=r"opens the report 'sample'; write open_report\('other'\)"):
        finish("other", nbformat.v4.new_notebook(), tmp_path, tmp_path, {}, {})


def test_a_cell_over_its_time_is_stopped(root):
    started = time.monotonic()
    with pytest.raises(ReportError, match=r"longer than the timeout.*no earlier report"):
        run_report("hangs", BROKEN, root / "reports/hangs", root, timeout=2)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("raises", {"depth": 1, "dpeth": 2}, "dpeth: in params.yaml, not declared by raises.ipynb"),
        ("raises", {}, "depth: declared by raises.ipynb, missing from params.yaml"),
        ("raises", {"depth": object()}, "depth: a object cannot be handed"),
        ("untagged", BROKEN, "no cell tagged 'parameters'"),
    ],
)
def test_parameters_that_do_not_fit_are_refused_before_anything_runs(root, name, params, message):
    said = []
    with pytest.raises(ParameterError, match=message):
        run_report(name, params, root / "reports/none", root, said.append)
    assert said == []
    assert not (root / "reports/none").exists()


def test_a_report_without_a_notebook_is_refused(root):
    with pytest.raises(ReportError, match=r"notebooks/nothing\.ipynb"):
        run_report("nothing", {}, root / "reports/nothing", root)


def test_a_torn_notebook_is_refused(tmp_path):
    root = make_project(tmp_path / "project", "raises")
    (root / "notebooks/raises.ipynb").write_text("{")
    with pytest.raises(ReportError, match=r"raises\.ipynb is no notebook"):
        run_report("raises", BROKEN, root / "reports/raises", root)


def test_a_date_reaches_the_notebook_as_text(tmp_path):
    root = make_project(tmp_path / "project", "sample")
    values = PARAMETERS | {"base_month": dt.date(2025, 5, 14)}
    page = run_report("sample", values, root / "reports/sample", root)
    assert "the base month is 2025-05-14." in page.read_text()
    assert json.loads((page.parent / "summary.json").read_text())["parameters"]["base_month"] == "2025-05-14"


def test_a_good_run_clears_the_failed_notebook_and_replaces_the_whole_folder(tmp_path):
    root = make_project(tmp_path / "project", "sample")
    for stale in ("reports/.failed/sample.ipynb", "reports/sample/figures/gone.svg"):
        (root / stale).parent.mkdir(parents=True)
        (root / stale).write_text("stale")
    run_report("sample", PARAMETERS, root / "reports/sample", root)
    assert not (root / "reports/.failed/sample.ipynb").exists()
    assert not (root / "reports/sample/figures/gone.svg").exists()
    assert [path.name for path in (root / "reports").glob(".sample*")] == []


def test_two_kernels_at_a_time_do_not_meet(tmp_path):
    roots = [make_project(tmp_path / name / "project", "raises") for name in "ab"]
    # Processes, not threads: papermill's event loop is one a process, and so are the reports of a build.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(run_report, "raises", BROKEN, root / "reports/raises", root) for root in roots]
        errors = [run.exception(timeout=60) for run in runs]
    assert all("KeyError" in str(error) for error in errors)


def test_what_a_killed_run_left_is_swept_and_what_is_at_work_is_not(tmp_path):
    root = make_project(tmp_path / "project", "sample")
    reports = root / "reports"
    dead, live, other = (
        reports / name for name in (".sample.0123abcd", ".sample.89abcdef", ".samples.0123abcd")
    )
    for folder in (dead, live, other):
        folder.mkdir(parents=True)
    with FileLock(f"{live}.lock"):
        run_report("sample", PARAMETERS, reports / "sample", root)
        assert not dead.exists()
        assert live.is_dir()
        assert other.is_dir()
    assert {path.name for path in reports.iterdir()} == {"sample", live.name, f"{live.name}.lock", other.name}


def test_a_report_killed_in_the_middle_of_the_swap_comes_back(tmp_path):
    root = make_project(tmp_path / "project", "raises")
    old = root / "reports" / ".raises.0123abcd.old"
    old.mkdir(parents=True)
    (old / "report.html").write_text("the last good one")
    with pytest.raises(ReportError, match="the last good report is still at"):
        run_report("raises", BROKEN, root / "reports/raises", root)
    assert (root / "reports/raises/report.html").read_text() == "the last good one"
    assert not old.exists()


@pytest.mark.parametrize("left", [b"", b'{"cells": [', None])
def test_a_failed_notebook_that_the_disk_cut_off_ends_in_the_cause(tmp_path, left):
    executed, kept = tmp_path / "x.ipynb", tmp_path / ".failed" / "x.ipynb"
    if left is not None:
        executed.write_bytes(left)
    assert not _keep_failed(executed, kept, OSError("No space left on device"))
    assert not kept.exists()


def test_a_report_has_the_modes_that_the_umask_gives(tmp_path):
    root = make_project(tmp_path / "project", "sample")
    before = os.umask(0o027)
    try:
        folder = run_report("sample", PARAMETERS, root / "reports/sample", root).parent
    finally:
        os.umask(before)
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640), path.name
