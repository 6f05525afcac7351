"""Where the project's files are, found from any working directory inside it, and how one is replaced."""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path

from trucewatch.errors import TrucewatchError

_MARKERS = ("dvc.yaml", "params.yaml")
#: What a wheel brings along for the desk (hatch_build.py); a checkout has no such folder.
BUNDLE = Path(__file__).resolve().with_name("bundle")


def project_root(start: Path | str | None = None) -> Path:
    """Return the project folder.

    Looked for in this order: the environment variable `TRUCEWATCH_HOME`; the working directory (or `start`)
    and its parents; the checkout this package is installed from; the files that came with the wheel.

    Raises `TrucewatchError` if none of them holds dvc.yaml and params.yaml, and the package came without
    files.
    """
    home = os.environ.get("TRUCEWATCH_HOME")
    if home and start is None:
        if _is_root(Path(home)):
            return Path(home).resolve()
        raise TrucewatchError(
            f"TRUCEWATCH_HOME is {home!r}, which holds no dvc.yaml and params.yaml",
            remedy="point it at a checkout of the project, or unset it.",
        )
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if _is_root(folder):
            return folder
    if BUNDLE.is_dir():
        return BUNDLE
    raise TrucewatchError(
        f"no trucewatch project at or above {here}",
        remedy="run from inside a checkout, or set TRUCEWATCH_HOME to one.",
    )


def checkout_root() -> Path:
    """Return the project folder if it is a checkout, which builds and holds what a user writes.

    Raises `TrucewatchError` if there are only the files that came with the wheel.
    """
    root = project_root()
    if root == BUNDLE:
        raise TrucewatchError(
            "this needs a checkout of the project; an installed package answers from the law it came with",
            remedy="run from inside a checkout, or set TRUCEWATCH_HOME to one",
        )
    return root


def scratch_dir() -> Path:
    """Return the folder for what a user makes: scratch/ of the checkout, else of the working directory."""
    root = project_root()
    return (Path.cwd() if root == BUNDLE else root) / "scratch"


def _is_root(folder: Path) -> bool:
    return all((folder / marker).is_file() for marker in _MARKERS)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file at one stroke: on a full disk, or when killed, what was there before stays."""
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def law_dir(root: Path | None = None) -> Path:
    """Return the folder of the hand-kept ledger."""
    return (root or project_root()) / "data" / "law"


def sources_dir(root: Path | None = None) -> Path:
    """Return the folder of the bundled publisher tables."""
    return (root or project_root()) / "data" / "sources"


def raw_dir(root: Path | None = None) -> Path:
    """Return the folder where `ingest` lands typed Parquet."""
    return (root or project_root()) / "data" / "raw"


def clean_dir(root: Path | None = None) -> Path:
    """Return the folder of validated tables."""
    return (root or project_root()) / "data" / "clean"


def reports_dir(root: Path | None = None) -> Path:
    """Return the folder of built reports."""
    return (root or project_root()) / "reports"


def packaged_rows(package: str, file: str) -> list[dict[str, str]]:
    """Return the rows of a CSV that lies beside the code of a package, by the names of its first line."""
    from importlib.resources import files  # a lookup reads none, and starts faster without it

    text = files(package).joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
