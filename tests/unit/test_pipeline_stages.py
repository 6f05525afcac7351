"""dvc.yaml, params.yaml, the notebooks and the command line name the same stages and reports."""

import pytest
from ruamel.yaml import YAML

from trucewatch import cli
from trucewatch.params import Params
from trucewatch.paths import project_root
from trucewatch.pipeline import STAGES


@pytest.fixture(scope="module")
def stages():
    return YAML(typ="safe").load((project_root() / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def test_the_command_line_knows_every_stage(stages):
    assert list(cli.STAGE_NAMES) == list(STAGES) == list(stages)


def test_every_notebook_is_a_report_with_parameters_and_is_published(stages):
    notebooks = {path.stem for path in (project_root() / "notebooks").glob("*.ipynb")}
    published = {
        dep.removeprefix("reports/") for dep in stages["publish"]["deps"] if dep.startswith("reports/")
    }
    assert set(stages["report"]["foreach"]) == notebooks == set(Params.model_fields) == published


def test_every_stage_says_what_it_does(stages):
    for name, stage in stages.items():
        assert (stage.get("do") or stage)["desc"], name
