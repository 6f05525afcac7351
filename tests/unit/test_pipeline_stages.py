"""dvc.yaml, params.yaml, the notebooks and the command line name the same stages and reports."""

import ast

import nbformat
import pytest
from ruamel.yaml import YAML

from trucewatch import cli
from trucewatch.params import Params, section
from trucewatch.paths import project_root
from trucewatch.pipeline import STAGES


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
        dep.removeprefix("reports/") for dep in stages["publish"]["deps"] if dep.startswith("reports/")
    }
    reports = {*stages["report"]["foreach"], *stages[STORY]["foreach"]}
    assert reports == notebooks == set(Params.model_fields) == published


def test_a_story_waits_for_every_other_report(stages):
    summaries = {f"reports/{name}/summary.json" for name in stages["report"]["foreach"]}
    assert summaries <= set(stages[STORY]["do"]["deps"])


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
