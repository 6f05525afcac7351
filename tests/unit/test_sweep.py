"""A sweep: the grid, what is refused before anything runs, processes that fail or end, what is collected."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner

from tests.fixtures import sweep_work
from tests.fixtures.report_project import make_project
from tests.fixtures.sweep_work import NAME, cell, work
from trucewatch.cli import main
from trucewatch.errors import ParameterError, ReportError
from trucewatch.paths import project_root
from trucewatch.sweep import alternatives, expand, run_cells
from trucewatch.sweep.processes import duration, report_folder, run_report_cell

#: A report of three cells under the name, and so with the parameters, of a real one.
REPORT = "phase_one"
PARAMETERS = (
    'base = "piie"\nseason = "seasonal"\nremedy_imports = "2024"\nelasticity = 2.53\nother_elasticities = []'
)
BODY = f"""from trucewatch.page import open_report

report = open_report("{REPORT}")
report.finding("Made.")
if elasticity > 5:
    raise ValueError("no market is like that")
report.headline("double", 2 * elasticity, unit="points", definition="twice the elasticity")
report.headline("constant", 1.0, unit="index", definition="the same everywhere")
report.headline("words", "no data", unit="words", definition="no number")
report.close()
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Return a made project whose report is the one above."""
    folder = make_project(tmp_path_factory.mktemp("sweep") / "project", "sample")
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Made"),
            nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(BODY),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.write(book, folder / "notebooks" / f"{REPORT}.ipynb")
    return folder


@pytest.fixture(scope="module")
def swept(root):
    """Run a sweep of two cells by the command, one of which fails; then once more."""
    environment = {"TRUCEWATCH_HOME": str(root)}
    command = ["sweep", REPORT, "-p", "elasticity=2,5.5", "-p", "other_elasticities=[1,2]"]
    first = CliRunner().invoke(main, command, env=environment)
    second = CliRunner().invoke(main, [*command[:2], "-p", "elasticity=2", *command[4:]], env=environment)
    return first, second, root / "scratch" / "sweeps" / REPORT


def names_of(cells):
    return [point.label for point in cells]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("1, 2,3", ["1", "2", "3"]),
        ("[1,2],[3]", ["[1,2]", "[3]"]),
        ("2024-11..2025-02", ["2024-11", "2024-12", "2025-01", "2025-02"]),
        ("1..3,7", ["1", "2", "3", "7"]),
    ],
)
def test_values_are_split_at_commas_and_ranges_run(text, expected):
    assert alternatives(text) == expected


def test_a_range_that_runs_backwards_is_refused():
    with pytest.raises(ParameterError, match="1,000,000,000,000 cells are more than 1,000"):
        alternatives("1..1000000000000")
    with pytest.raises(ParameterError, match="24,000 cells are more"):
        alternatives("0001-01..2000-12")
    with pytest.raises(ParameterError, match=r"2025-02\.\.2024-11"):
        alternatives("2025-02..2024-11")


def test_the_grid_is_every_combination_the_last_fastest(root):
    cells = expand(REPORT, {"base": "piie,product_list", "elasticity": "1,2.5"}, root)
    assert names_of(cells) == [
        "base=piie elasticity=1.0",
        "base=piie elasticity=2.5",
        "base=product_list elasticity=1.0",
        "base=product_list elasticity=2.5",
    ]
    assert cells[0].values["season"] == "seasonal"
    assert len({point.key for point in cells}) == 4


def test_the_key_follows_parameters_inputs_and_named_files(root, tmp_path):
    def key(where: Path, elasticity: str) -> str:
        return expand(REPORT, {"elasticity": elasticity}, where)[0].key

    before = key(root, "2")
    assert key(root, "2.0") == before
    assert key(root, "3") != before
    published = root / "data/benchmarks/published.csv"
    text = published.read_text()
    try:
        published.write_text(text + text.splitlines()[1].replace(",sample,", f",{REPORT},") + "\n")
        assert key(root, "2") != before
    finally:
        published.write_text(text)
    assert key(root, "2") == before


def test_a_file_that_a_parameter_names_counts_by_its_content(root):
    (root / "notebooks/export_controls.ipynb").write_bytes((root / f"notebooks/{REPORT}.ipynb").read_bytes())
    owners = root / "mine.csv"
    given = {"owners_file": "mine.csv", "listed_firms": '["A"]'}
    keys = set()
    for text in ("owner,owned,share_pct\nA,B,50\n", "owner,owned,share_pct\nA,B,49\n"):
        owners.write_text(text)
        keys.add(expand("export_controls", given, root)[0].key)
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"elasticity": "2,9", "base": "piie,none"},
            ["elasticity: found 9", "base: found 'none'", "0.3 to 6"],
        ),
        ({"elastisity": "2"}, ["elastisity", "did you mean 'elasticity'"]),
        ({"elasticity": "2,2.0"}, ["twice", "elasticity=2.0"]),
        ({"elasticity": "two"}, ["elasticity: found 'two'"]),
        ({"elasticity": "1,"}, ["elasticity: found ''"]),
        ({"other_elasticities": "1,2"}, ["other_elasticities", "found 1", "found 2"]),
        ({}, ["at least one parameter"]),
    ],
)
def test_what_is_not_legal_is_refused_whole(root, given, said):
    with pytest.raises(ParameterError) as error:
        expand(REPORT, given, root)
    for words in said:
        assert words in str(error.value)


def test_the_command_refuses_before_it_writes_anything(root):
    out = root / "refused"
    command = ["sweep", REPORT, "-p", "elasticity=1,99", "--out", str(out)]
    result = CliRunner().invoke(main, command, env={"TRUCEWATCH_HOME": str(root)})
    assert result.exit_code == 2
    assert "elasticity: found 99" in result.output
    assert not out.exists()


def test_a_failed_cell_stops_no_other_and_is_named_with_its_reason(swept):
    first, _, folder = swept
    assert first.exit_code == 1
    assert "1 of 2 cells failed" in first.output
    assert "elasticity=5.5 other_elasticities=[1.0,2.0]: report 'phase_one' failed" in first.output
    assert "no market is like that" in first.output
    described = json.loads((folder / "sweep.json").read_text())
    assert described["fixed"]["season"] == "seasonal"


def test_the_table_has_a_row_a_cell_and_headline(swept):
    table = pd.read_csv(swept[2] / "headlines.csv")
    pd.testing.assert_frame_equal(
        table, pd.read_parquet(swept[2] / "headlines.parquet"), check_dtype=False, check_exact=True
    )
    assert table["cell"].str.fullmatch("c[0-9a-f]{12}").all()  # digits alone would be read as a number
    assert list(table["headline"]) == ["double", "constant", "words"]
    assert list(table["elasticity"]) == [2, 2, 2]
    assert list(table["other_elasticities"]) == ["[1.0,2.0]"] * 3
    assert list(table["value"].fillna(-1)) == [4, 1, -1]
    assert table["text"].iloc[2] == "no data"


@pytest.mark.slow
def test_a_grid_that_moves_nothing_has_no_figure_and_says_so(root, tmp_path):
    """The made headlines hang on the elasticity alone; the figure of a sweep before must not stay."""
    out = tmp_path / "out"
    command = ["sweep", REPORT, "--out", str(out), "-p"]
    environment = {"TRUCEWATCH_HOME": str(root)}
    moved = CliRunner().invoke(main, [*command, "elasticity=2,3"], env=environment)
    assert (moved.exit_code, "no figure" in moved.output) == (0, False)
    assert {path.name for path in out.glob("headlines.*")} >= {"headlines.svg", "headlines.png"}
    still = CliRunner().invoke(main, [*command, "base=piie,product_list"], env=environment)
    assert still.exit_code == 0
    assert "no headline moves over the grid; no figure" in still.output
    assert {path.name for path in out.glob("headlines.*")} == {"headlines.csv", "headlines.parquet"}


def test_a_cell_whose_inputs_changed_is_not_kept(root, tmp_path, monkeypatch):
    def run_report(name, values, out, root):
        out.mkdir(parents=True)
        (out / "summary.json").write_text("{}")

    monkeypatch.setattr("trucewatch.page.runner.run_report", run_report)
    cell = expand(REPORT, {"elasticity": "2"}, root)[0]
    for key, is_kept in ((cell.key, True), ("f" * 12, False)):
        out = tmp_path / key / REPORT
        if is_kept:
            run_report_cell(REPORT, cell.values, out, root)
        else:
            with pytest.raises(ReportError, match="changed while the sweep ran"):
                run_report_cell(REPORT, cell.values, out, root)
        assert out.exists() is is_kept


def test_a_finished_cell_is_not_built_again(swept):
    _, second, _ = swept
    assert second.exit_code == 0
    assert "1 of 1 cells are done already" in second.output
    assert "[1/" not in second.output


def run(cells, folder, jobs=2):
    said = []
    failures = run_cells(NAME, cells, folder / "out", folder, jobs=jobs, progress=said.append, work=work)
    return {failure.cell.key: failure.reason for failure in failures}, said


def when_there(path: Path, seconds: float = 30) -> int:
    """Return the number a file holds as soon as it is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.is_file() and path.read_text():
            return int(path.read_text())
        time.sleep(0.02)
    raise TimeoutError(path)


def has_ended(pid: int, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_killed_worker_takes_its_own_cell_and_no_other(tmp_path):
    def kill():
        os.kill(when_there(tmp_path / "pid"), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    failed, said = run(
        [cell("a", "hang"), cell("b", "done"), cell("c", "fail"), cell("d", "nothing")], tmp_path
    )
    killer.join()
    assert set(failed) == {"a", "c", "d"}
    assert "signal 9" in failed["a"]
    assert failed["c"] == "the notebook raised: no such month"
    assert failed["d"] == "it left no report"
    assert [line.split("]")[0] for line in said] == ["[1/4", "[2/4", "[3/4", "[4/4"]
    assert all("left" in line for line in said[:3])
    again, said = run([cell("a", "done"), cell("b", "fail")], tmp_path)
    assert not again
    assert said[0] == "1 of 2 cells are done already"


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)])
def test_an_ended_sweep_leaves_no_process_and_goes_on(tmp_path, number):
    sweep = subprocess.Popen(
        [sys.executable, "-m", sweep_work.__name__, str(tmp_path)],
        cwd=project_root(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert sweep.stdout
    assert "[1/2] key=a: done" in sweep.stdout.readline()
    worker = when_there(tmp_path / "pid")
    with pytest.raises(ReportError, match="another sweep is at work"):
        run([cell("c", "done")], tmp_path)
    sweep.send_signal(number)
    assert sweep.wait(30) != 0
    assert has_ended(worker)
    built = report_folder(tmp_path / "out", NAME, cell("a", "done")) / "summary.json"
    before = built.read_text()
    failed, said = run([cell("a", "done"), cell("b", "done")], tmp_path)
    assert not failed
    assert said[0] == "1 of 2 cells are done already"
    assert built.read_text() == before


def test_durations_read_as_people_say_them():
    assert [duration(seconds) for seconds in (4.4, 61, 7300)] == ["4 s", "1 min 1 s", "2 h 1 min"]
