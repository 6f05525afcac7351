"""An empty environment of another Python than the one that runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UV = (sys.executable, "-m", "uv")


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def interpreter(version: str) -> str | None:
    """Return a Python of a version that runs on this machine, or None."""
    kept = sorted(
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}*/bin/python")
    )
    for name in filter(None, [shutil.which(f"python{version}"), *map(str, kept)]):
        if run([name, "-c", "import venv"]).returncode == 0:
            return name
    return None


def environment(version: str, folder: Path) -> tuple[str, list[str]]:
    """Return the Python of an empty environment, and the command that installs into it.

    The test is skipped where the machine has no such Python, or reaches no registry.
    """
    found = interpreter(version)
    if found is None:
        pytest.skip(f"Python {version} is not on this machine")
    assert run([*UV, "venv", "--quiet", "--python", found, str(folder)]).returncode == 0
    python = str(folder / "bin/python")
    install = [*UV, "pip", "install", "--quiet", "--python", python]
    if run([*install, "click"]).returncode:
        pytest.skip("no package registry is reached")
    return python, install
