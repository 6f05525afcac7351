"""dvc.yaml, params.yaml, the notebooks and the command line name the same stages and reports."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from dvc.config import Config
from ruamel.yaml import YAML

from trucewatch import cli, pipeline
from trucewatch.errors import ParameterError
from trucewatch.page.columns import find_column
from trucewatch.params import Params, section
from trucewatch.paths import project_root
from trucewatch.pipeline import STAGES, heal_lock, prepare, run_stage


@pytest.fixture(scope="module")
def stages():
    return YAML(typ="safe").load((project_root() / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


#: Runs the command `stage report` on reports that read other reports.
STORY = "story"


def test_the_command_line_knows_every_stage(stages):
    assert list(cli.STAGE_NAMES) == list(STAGES) == [name for name in stages if name != STORY]
    assert stages[STORY]["do"]["cmd"] == stages["report"]["do"]["cmd"]


def test_every_notebook_is_a_report_with_parameters_and_is_published(stages):
    notebooks = {path.stem for path in (project_root() / "notebooks").glob("*.ipynb")}
    published = {
        dep.removeprefix("reports/")
        for dep in stages["publish"]["deps"]
        if dep.startswith("reports/") and not dep.endswith(".html")
    }
    reports = {*stages["report"]["foreach"], *stages[STORY]["foreach"]}
    assert reports == notebooks == set(Params.model_fields) == published


def test_a_story_waits_for_every_other_report(stages):
    summaries = {f"reports/{name}/summary.json" for name in stages["report"]["foreach"]}
    assert summaries <= set(stages[STORY]["do"]["deps"])


@pytest.mark.parametrize("arguments", [("report",), ("report", "a", "b"), ("clean", "extra")])
def test_a_stage_takes_a_name_or_none(arguments):
    with pytest.raises(ParameterError, match="takes the name of one report"):
        run_stage(*arguments, progress=print)


@pytest.mark.parametrize(
    ("target", "offered"),
    [
        ("phase_one", "report@phase_one"),
        ("brief", "story@brief"),
        ("report@soybean", "report@soybeans"),
        ("x", "publish"),
    ],
)
def test_a_build_of_what_there_is_not_offers_what_there_is(target, offered):
    done = CliRunner().invoke(cli.main, ["build", target])
    assert done.exit_code == 2
    assert offered in done.output


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (
            PermissionError(13, "Permission denied", "docs/x.md"),
            1,
            "error: docs/x.md: Permission denied. Remedy",
        ),
    ],
)
def test_what_the_machine_refuses_ends_with_a_message(trouble, code, said, monkeypatch):
    def refuse(*_):
        raise trouble

    monkeypatch.setattr("trucewatch.docs.write_docs", refuse)
    done = CliRunner().invoke(cli.main, ["docs"])
    assert isinstance(done.exception, SystemExit)
    assert (done.exit_code, done.output.startswith(said)) == (code, True)


def test_every_stage_says_what_it_does(stages):
    for name, stage in stages.items():
        assert (stage.get("do") or stage)["desc"], name


@pytest.mark.parametrize("report", Params.model_fields)
def test_a_notebook_run_by_hand_has_the_defaults_of_its_section(report):
    notebook = nbformat.read(project_root() / "notebooks" / f"{report}.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    by_hand = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.Assign)
    }
    assert by_hand == section(report, Params())


@pytest.mark.parametrize("name", ["plain", "with blank", "näher 中", "a#b", "a,b", "100%s", "it's", 'a "b"'])
def test_dvc_keeps_its_cache_inside_the_project(tmp_path, name):
    root = tmp_path / name
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc" / "config.local").write_text("[core]\n    remote = mine\n", encoding="utf-8")
    prepare(root)
    first = (root / ".dvc" / "config.local").read_bytes()
    prepare(root)
    assert (root / ".dvc" / "config.local").read_bytes() == first
    core = Config(str(root / ".dvc"), validate=False)["core"]
    assert core["site_cache_dir"] == str(root / ".dvc" / "site")
    assert core["remote"] == "mine", "what a user chose stays"
    assert core["no_scm"]
    assert (root / ".dvc" / "site").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("left", "is_removed"),
    [
        (b"", True),
        (b'{"read": {"/a": [{"pid": 1, "cm', True),
        (b"\x00" * 4096, True),
        (b'{"read": {}, "write": {}}', False),
        (None, False),
    ],
)
def test_a_lock_file_that_a_full_disk_cut_off_goes_and_a_whole_one_stays(tmp_path, left, is_removed):
    path = tmp_path / "rwlock"
    if left is not None:
        path.write_bytes(left)
    assert heal_lock(path, pause_s=0.001) == is_removed
    assert path.exists() == (left is not None and not is_removed)


def test_a_plot_draws_described_columns_over_time():
    pipeline = YAML(typ="safe").load((project_root() / "dvc.yaml").read_text(encoding="utf-8"))
    for title, plot in (item for named in pipeline["plots"] for item in named.items()):
        template = json.loads((project_root() / f".dvc/plots/{plot['template']}.json").read_bytes())
        # DVC's own templates take a day for a number, and draw nothing
        assert template["encoding"]["x"]["type"] == "temporal", title
        for file, columns in plot["y"].items():
            room = Path(file).parts[1]
            assert all(find_column(name, room) for name in (plot["x"], *columns)), title


def test_stages_read_from_those_that_dvc_says():
    drawn = subprocess.run(
        [sys.executable, "-m", "dvc", "dag", "--dot"],
        cwd=project_root(),
        capture_output=True,
        text=True,
        check=True,
    )
    edges = re.findall(r'"([^"]+)" -> "([^"]+)"', drawn.stdout)
    assert len(edges) > 30
    needs = pipeline._needs(project_root())
    assert {(other, name) for name, others in needs.items() for other in others} == set(edges)


def test_stages_run_side_by_side_each_after_what_it_reads_from(tmp_path, monkeypatch):
    """`a` and `c` wait for each other to begin; `bad` fails, so that what reads from it is left alone."""
    needs = {
        "a": set(),
        "b": {"a"},
        "c": set(),
        "d": {"b", "c"},
        "bad": {"a"},
        "after": {"bad"},
        "last": {"after", "d"},
    }
    log = tmp_path / "log"
    code = """
import sys, time
stage, log = sys.argv[1:]
def say(what):
    with open(log, "a") as file:
        file.write(f"{what} {stage}\\n")
say("begin")
until = time.monotonic() + 60
while stage in "ac" and open(log).read().count("begin") < 2 and time.monotonic() < until:
    time.sleep(0.01)
say("end")
print(f"  {stage}: done in 0.1 s")
sys.exit(stage == "bad")
"""
    monkeypatch.setattr(pipeline.os, "cpu_count", lambda: 2)

    def run(_root, *given, streams):
        command = [sys.executable, "-c", code, given[-1], str(log)]
        return subprocess.run(command, stdout=streams[1], stderr=streams[2], check=False).returncode

    monkeypatch.setattr(pipeline, "_dvc", run)
    said = []
    pipeline._side_by_side(tmp_path, list(needs), needs, said.append)
    lines = log.read_text().splitlines()
    assert set(lines[:2]) == {"begin a", "begin c"}
    begun = [line.removeprefix("begin ") for line in lines if line.startswith("begin")]
    assert sorted(begun) == ["a", "b", "bad", "c", "d"]
    for stage in begun:
        assert all(lines.index(f"end {other}") < lines.index(f"begin {stage}") for other in needs[stage])
    running = 0
    for line in lines:
        running += 1 if line.startswith("begin") else -1
        assert running <= 2
    assert "  d: done in 0.1 s" in said
