"""An experiment of DVC rewrites params.yaml: its comments come back, and what is refused goes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides

from trucewatch.errors import ParameterError
from trucewatch.ledger.hand_kept import FILES
from trucewatch.params import give_comments_back, load_params
from trucewatch.paths import project_root
from trucewatch.pipeline import stage_validate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """params.yaml in a repository of its own."""
    path = tmp_path / "params.yaml"
    shutil.copy(project_root() / "params.yaml", path)
    for folder in {"data/law", *(str(Path(name).parent) for name in FILES)}:
        shutil.copytree(project_root() / folder, tmp_path / folder, dirs_exist_ok=True)
    own = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "params.yaml"), ("commit", "-qm", "one")):
        subprocess.run(["git", *own, *arguments], cwd=tmp_path, check=True)
    return path


@pytest.mark.parametrize(
    ("override", "line", "instead"),
    [
        ("soybeans.target_mt=13.0", "  target_mt: 12.0", "  target_mt: 13.0"),
        ("trade_flows.train_end='2024-06'", '  train_end: "2024-10"', '  train_end: "2024-06"'),
        ("diversion.bins=[5.0,35.0]", "    - 10.0\n    - 20.0\n    - 35.0", "    - 5.0\n    - 35.0"),
    ],
)
def test_a_legal_experiment_changes_one_value_and_nothing_else(
    path: Path, override: str, line: str, instead: str
) -> None:
    before = path.read_text()
    assert before.count(f"{line}\n") == 1
    apply_overrides(path, [override])
    assert path.read_text().count("#") < before.count("#"), "DVC loses comments"
    said: list[str] = []
    stage_validate(path.parent, said.append)
    assert path.read_text() == before.replace(f"{line}\n", f"{instead}\n")
    assert "comments again" in said[0]


@pytest.mark.parametrize(
    "override", ["soybeans.target_mt=0", "diversion.bins=[abc]", "trade_flows.train_end=maybe"]
)
def test_a_refused_experiment_leaves_the_file_as_it_was(path: Path, override: str) -> None:
    before = path.read_bytes()
    apply_overrides(path, [override])
    with pytest.raises(ParameterError, match="has what it had before") as caught:
        stage_validate(path.parent, print)
    assert override.partition("=")[0] in str(caught.value)
    assert path.read_bytes() == before


def test_of_two_values_only_the_refused_one_is_put_back(path: Path) -> None:
    before = path.read_text()
    apply_overrides(path, ["soybeans.target_mt=0", "trade_flows.train_end='2024-06'"])
    assert give_comments_back(path)
    assert path.read_text() == before.replace('train_end: "2024-10"', 'train_end: "2024-06"', 1)
    load_params(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [("target_mt: 12.0", "target_mt: 13.0"), ("target_mt: 12.0", "target_mt: 0"), ("#", "# mine"), (":", "")],
)
def test_a_file_written_by_hand_is_never_touched(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))
    before = path.read_bytes()
    assert not give_comments_back(path)
    assert path.read_bytes() == before


def test_without_git_the_file_is_left_alone(path: Path) -> None:
    shutil.rmtree(path.parent / ".git")
    apply_overrides(path, ["soybeans.target_mt=20"])
    before = path.read_bytes()
    assert not give_comments_back(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["a: " + "[" * 3000, "a: " + "{b: " * 3000, "- " * 3000])
def test_deep_nesting_ends_in_a_message(tmp_path: Path, text: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ParameterError, match="nested too deeply to be read, from line 1 on"):
        load_params(path)
