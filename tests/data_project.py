"""A project in a temporary folder with the bundled tables, built once for all tests that only read it."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from trucewatch import clean
from trucewatch.paths import project_root
from trucewatch.sources import ingest

_FOLDER = tempfile.TemporaryDirectory(prefix="trucewatch-data-")


def with_sources(root: Path) -> Path:
    """Copy what ingest and clean read into `root`."""
    shutil.copytree(project_root() / "data" / "sources", root / "data" / "sources")
    return root


def build(root: Path) -> list[str]:
    """Run both stages in `root`; return the lines of progress."""
    lines: list[str] = []
    ingest.run(root, lines.append)
    clean.run(root, lines.append)
    return lines


@cache
def built() -> Path:
    """Return a built project; tests must not change it."""
    root = with_sources(Path(_FOLDER.name) / "built")
    build(root)
    return root


def copy_of_built(root: Path) -> Path:
    """Return a built project that a test may break."""
    shutil.copytree(built(), root, dirs_exist_ok=True)
    return root
