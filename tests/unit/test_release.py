"""What a maintainer follows: the check before a release, and the lines of an experiment."""

import importlib.util
import re
import shutil
import subprocess

import pytest
from dvc.utils.hydra import apply_overrides
from ruamel.yaml import YAML

from trucewatch.params import load_params
from trucewatch.paths import project_root

ROOT = project_root()
_SPEC = importlib.util.spec_from_file_location("release_check", ROOT / "scripts/release_check.py")
release_check = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(release_check)

LINES = re.findall(
    r"^\| ([^|]+) \| `dvc exp run (-S .+)` \|$",
    (ROOT / "docs/howto/experiment.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.fixture
def ready(tmp_path):
    """Return a project that is ready: versions agree, all is built and committed."""
    (tmp_path / "src/trucewatch").mkdir(parents=True)
    (tmp_path / "dist").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    (tmp_path / "src/trucewatch/__init__.py").write_text('__version__ = version = "0.2.0"\n')
    (tmp_path / "CITATION.cff").write_text("version: 0.2.0\ndate-released: 2026-12-01\n")
    (tmp_path / "CHANGELOG.md").write_text("## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n- x\n")
    (tmp_path / ".gitignore").write_text("/dist/\n")
    for name in (
        "trucewatch-2026-11-09.zip",
        "trucewatch-2026-11-09-data.zip",
        "trucewatch-0.2.0-py3-none-any.whl",
    ):
        (tmp_path / "dist" / name).write_bytes(name.encode())
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "-m", "x"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_nothing_is_left_of_a_ready_project(ready):
    assert list(release_check.left(ready)) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("src/trucewatch/__init__.py", "0.2.0", "0.1.0", "__init__.py: the version is not 0.2.0"),
        ("CITATION.cff", "0.2.0", "0.1.0", "CITATION.cff: the version is not 0.2.0"),
        ("CITATION.cff", "2026-12-01", "2026-12-02", "date-released is not 2026-12-01"),
        ("CHANGELOG.md", "## 0.2.0 -", "## 0.1.0 -", "no heading '## 0.2.0"),
        ("CHANGELOG.md", "Unreleased\n", "Unreleased\n- more\n", "belongs under a version newer"),
    ],
)
def test_what_is_left_is_named(ready, name, old, new, said):
    path = ready / name
    path.write_text(path.read_text().replace(old, new, 1))
    found = list(release_check.left(ready))
    assert any(said in line for line in found)
    assert any("commit first" in line and name in line for line in found)


def test_a_file_that_is_not_built_and_a_tag_that_is_there_are_named(ready):
    (ready / "dist/trucewatch-2026-11-09-data.zip").unlink()
    subprocess.run(["git", "tag", "v0.2.0"], cwd=ready, check=True)
    found = "\n".join(release_check.left(ready))
    assert "no trucewatch-*-data.zip" in found
    assert "v0.2.0 is there already" in found


def test_sums_are_those_that_sha256sum_checks(ready):
    release_check.sums(ready / "dist")
    assert (ready / "dist/SHA256SUMS").read_text().count("\n") == 3
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=ready / "dist", check=True)


def kind(value):
    """Return the kind of a parameter by its value."""
    if isinstance(value, list):
        return f"list of {kind(value[0])}" if value else "empty list"
    if isinstance(value, str):
        for name, form in (("day", r"\d{4}-\d\d-\d\d"), ("month", r"\d{4}-\d\d"), ("code", r"\d{4,10}")):
            if re.fullmatch(form, value):
                return name
        return "text"
    return type(value).__name__


def read(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "line"), LINES, ids=[name for name, _ in LINES])
def test_a_line_of_the_page_is_read_by_dvc_and_legal(name, line, tmp_path):
    path = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", path)
    before = read(path)
    overrides = [one or other for one, other in re.findall(r"-S (?:'([^']+)'|(\S+))", line)]
    apply_overrides(path, overrides)
    load_params(path)
    after = read(path)
    for override in overrides:
        section, parameter = override.partition("=")[0].split(".")
        assert after[section][parameter] != before[section][parameter], "changes nothing"
        was, now = kind(before[section][parameter]), kind(after[section][parameter])
        assert was == now or "list" in was, "another kind than before"
        before[section][parameter] = after[section][parameter]
    assert after == before, "nothing else changes"


def test_every_kind_of_parameter_has_a_line():
    shown = set()
    for _, line in LINES:
        for section, parameter in re.findall(r"(\w+)\.(\w+)=", line):
            shown.add(kind(read(ROOT / "params.yaml")[section][parameter]))
    kinds = {kind(value) for values in read(ROOT / "params.yaml").values() for value in values.values()}
    # lists of years are written like lists of numbers; a parameter that is empty now may be any list
    assert kinds - {"list of int"} <= shown | {"list of text", "list of code", "empty list"}
