"""The project is found from any folder inside it, and its absence is said."""

import pytest

from trucewatch.errors import TrucewatchError
from trucewatch.paths import project_root, write_whole


def make_project(folder):
    for name in ("dvc.yaml", "params.yaml"):
        (folder / name).write_text("")
    return folder


def test_found_from_a_folder_below(tmp_path, monkeypatch):
    root = make_project(tmp_path)
    below = root / "notebooks" / "explore"
    below.mkdir(parents=True)
    monkeypatch.delenv("TRUCEWATCH_HOME", raising=False)
    monkeypatch.chdir(below)
    assert project_root() == root


def test_the_environment_variable_decides(tmp_path, monkeypatch):
    root = make_project(tmp_path)
    monkeypatch.setenv("TRUCEWATCH_HOME", str(root))
    assert project_root() == root


def test_a_wrong_environment_variable_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TRUCEWATCH_HOME", str(tmp_path))
    with pytest.raises(TrucewatchError, match="TRUCEWATCH_HOME"):
        project_root()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "page.html"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new, and a letter that no file takes: \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
