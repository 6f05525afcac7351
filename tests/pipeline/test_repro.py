"""`dvc repro` from a fresh clone: builds all, is then up to date, and reruns only what a change reaches."""

import hashlib
import json
import os
import re
import shutil

import pytest
from ruamel.yaml import YAML

from tests.pipeline.conftest import FIRST_REPRO, TARGETS
from trucewatch.paths import project_root

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]


def stages_run(said: str) -> set[str]:
    return set(re.findall(r"Running stage '([^']+)'", said))


def read_yaml(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def tree_hash(folder) -> dict[str, str]:
    """Return the hash of each file of a folder by its name there; of a lone file, under the name `.`."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder, *sorted(folder.rglob("*")))
        if path.is_file()
    }


def test_a_fresh_clone_builds_its_reports(built):
    for target in TARGETS:
        assert (built.root / "reports" / target.removeprefix("report@") / "report.html").is_file()
    first = (built.root / FIRST_REPRO).read_text()
    assert stages_run(first) == {"validate", "ingest", "clean", "panel", "rivals", "inputs", *TARGETS}


def test_the_committed_lock_is_true(built):
    committed = read_yaml(project_root() / "dvc.lock")["stages"]
    fresh = read_yaml(built.root / "dvc.lock")["stages"]
    assert fresh
    for name, stage in ((name, committed[name]) for name in fresh):
        # Pictures and fitted models differ in their last bits between kinds of processor; tables do not.
        drawn = name.startswith("report@") or name == "publish"
        parts = ("cmd", "params") if drawn else ("cmd", "params", "deps", "outs")
        for part in parts:
            assert fresh[name].get(part) == stage.get(part), (name, part)


def test_a_second_repro_has_nothing_to_do(built):
    said = built.repro(*TARGETS)
    assert stages_run(said) == set()
    assert "up to date" in said


def test_a_report_parameter_reruns_only_that_report(project):
    project.edit("params.yaml", "  target_mt: 12.0", "  target_mt: 15.0")
    assert stages_run(project.repro(*TARGETS)) == {"validate", "report@soybeans"}


@pytest.mark.parametrize(
    ("report", "old", "new"),
    [
        ("diversion", 'post_last: "2025-12"', 'post_last: "2025-11"'),
        ("realised_duty", "vessel_share: measured", "vessel_share: 0.7"),
    ],
    ids=["diversion", "realised_duty"],
)
def test_a_parameter_reaches_its_report_and_those_that_read_it(project, report, old, new):
    """Asked of dvc, which need not have built the report; `validate` has run on the changed file."""
    before = json.loads(project.run("dvc", "status", "--json"))
    project.edit("params.yaml", old, new)
    assert stages_run(project.repro("validate")) == {"validate"}
    after = json.loads(project.run("dvc", "status", "--json"))
    stale = {stage for stage in after if after[stage] != before.get(stage)}
    assert stale == {f"report@{report}"}
    reached = stages_run(project.repro("--dry", "--force", "--downstream", f"report@{report}"))
    assert reached == {f"report@{report}", "story@brief", "story@claim_check", "publish"}


def test_a_bad_parameter_stops_before_anything_runs(project):
    before = tree_hash(project.root / "reports")
    project.edit("params.yaml", "n_sim: 2000", "n_sim: 5")
    for said in (project.repro(code=None), project.run("trucewatch", "build", code=2)):
        assert "trade_flows.n_sim" in said
        assert "200 to 20000" in said
        assert not stages_run(said) - {"validate"}
    assert tree_hash(project.root / "reports") == before


def test_an_experiment_changes_a_parameter_and_its_numbers(project):
    summary = project.root / "reports/trade_flows/summary.json"
    before = json.loads(summary.read_text())["headlines"]["cumulative_gap_low"]
    said = project.run("dvc", "exp", "run", "-S", "trade_flows.n_sim=400", "report@trade_flows")
    assert "report@trade_flows" in stages_run(said)
    assert re.search(r"n_sim\s+2000\s+400", project.run("dvc", "params", "diff"))
    assert json.loads(summary.read_text())["headlines"]["cumulative_gap_low"] != before
    comment = "# paths drawn around the forecast from its past errors, and their seed"
    assert comment in (project.root / "params.yaml").read_text()


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core: nothing runs side by side")
def test_reports_made_side_by_side_are_those_made_one_by_one(built, project):
    pipeline, lock = project.root / "dvc.yaml", project.root / "dvc.lock"
    parts, locked = read_yaml(pipeline), read_yaml(lock)
    before = {target: locked["stages"].pop(target) for target in TARGETS}
    names = [target.removeprefix("report@") for target in TARGETS]
    parts["stages"]["report"]["foreach"] = names
    for stage in ("story", "products", "publish"):
        del parts["stages"][stage]
    del parts["plots"]
    pipeline.write_text(json.dumps(parts))
    lock.write_text(json.dumps(locked))
    shutil.rmtree(project.root / "reports")
    said = project.run("trucewatch", "build")
    assert set(re.findall(r"report (\w+): done in", said)) == set(names), said
    assert stages_run(said) == set(), "nothing was left to the build that follows"
    assert {target: read_yaml(lock)["stages"][target] for target in TARGETS} == before
    assert tree_hash(project.root / "reports") == tree_hash(built.root / "reports")


def test_two_checkouts_give_the_same_bytes(built):
    """The clone is compared with this very checkout, which `make test` has brought up to date."""
    here = project_root()
    for folder in ("data/raw", "data/clean", "data/panel", "data/rivals", "data/inputs"):
        assert tree_hash(here / folder) == tree_hash(built.root / folder), folder


@pytest.mark.exhaustive  # in CI the reports made side by side are those of another folder
@pytest.mark.parametrize("target", TARGETS)
def test_two_folders_give_the_same_report(built, tmp_path, target):
    other = built.copy_to(tmp_path / "somewhere else")
    other.repro("--force", "--single-item", target)
    folder = f"reports/{target.removeprefix('report@')}"
    assert tree_hash(other.root / folder) == tree_hash(built.root / folder)
