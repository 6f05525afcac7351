"""A fresh copy of the project, built once; each test works on a copy of its own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from trucewatch.paths import project_root

#: What a clone does not hold: the environment, and all that is built. Compiled modules come along, since they
#: are right for sources copied with their times.
NOT_CLONED = frozenset(
    {
        ".venv",
        ".git",
        ".dvc/cache",
        ".dvc/tmp",
        "data/raw",
        "data/clean",
        "data/panel",
        "data/rivals",
        "data/inputs",
        "data/params.valid",
    }
    | {"reports", "scratch", "dist", ".hypothesis"}
)


#: What the clone builds: every table, a heavy report and a light one. `make reports` builds the rest.
TARGETS = ("report@trade_flows", "report@soybeans")
#: What the first `dvc repro` printed; there once the clone is built.
FIRST_REPRO = ".first-repro.txt"


@dataclass(frozen=True)
class Project:
    """A checkout in a folder of its own, run with its own code."""

    root: Path

    def run(self, *command: str, code: int | None = 0, **extra: str) -> str:
        """Run a command in the checkout; return what it printed, after checking its exit code."""
        env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("TRUCEWATCH")},
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(self.root / "src"),
            "COLUMNS": "200",
            **extra,
        }
        done = subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, check=False, timeout=3600
        )
        said = done.stdout + done.stderr
        assert code is None or done.returncode == code, f"{command} gave {done.returncode}:\n{said}"
        return said

    def repro(self, *targets: str, code: int | None = 0) -> str:
        return self.run("dvc", "repro", *targets, code=code)

    def copy_to(self, folder: Path) -> "Project":
        shutil.copytree(self.root, folder, symlinks=True)
        return Project(folder)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")


def fresh_clone(folder: Path, with_git: bool = True) -> Project:
    """Copy what a clone would hold and commit it."""
    source = project_root()

    def skip(directory: str, names: list[str]) -> list[str]:
        at = Path(directory).relative_to(source)
        return [name for name in names if (at / name).as_posix() in NOT_CLONED or name.endswith("_cache")]

    shutil.copytree(source, folder, ignore=skip, dirs_exist_ok=True)
    project = Project(folder)
    if with_git:
        git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
        project.run("git", "init", "--quiet")
        project.run(*git, "add", "--all")
        project.run(*git, "commit", "--quiet", "--message", "as cloned")
    return project


@pytest.fixture(scope="session")
def built(made_once) -> Project:
    """A fresh clone after its first `dvc repro`; read only: copy it before changing anything.

    Test processes that run side by side share one.
    """

    def make(root: Path) -> None:
        (root / FIRST_REPRO).write_text(fresh_clone(root).repro(*TARGETS))

    return Project(made_once("a clone", make))


@pytest.fixture
def project(built, tmp_path) -> Project:
    """A copy of the built clone that a test may change."""
    return built.copy_to(tmp_path / "copy")
