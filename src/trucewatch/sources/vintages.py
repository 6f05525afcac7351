"""Which bundled file is active, and whether it is the file that was pinned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.paths import project_root, sha256_of, sources_dir
from trucewatch.sources.files import replace_durably
from trucewatch.sources.sidecar import read_sidecar
from trucewatch.tables.checking import validate
from trucewatch.tables.io import read_table

FILE = "data/sources/vintages.csv"


@dataclass(frozen=True)
class Vintage:
    """One row of data/sources/vintages.csv; those of a dataset stand in the order they came."""

    dataset: str
    vintage: str
    file: str
    sha256: str
    bytes: int
    date_accessed: date
    is_active: bool
    is_pinned: bool = False
    is_refused: bool = False


def read_vintages(root: Path | None = None) -> list[Vintage]:
    """Return every pinned file, active or not, in the order of the list."""
    frame = read_table("vintages", root)
    frame["date_accessed"] = frame["date_accessed"].dt.date
    return [Vintage(**{str(key): value for key, value in row.items()}) for row in frame.to_dict("records")]


def write_vintages(vintages: Iterable[Vintage], root: Path) -> None:
    """Replace data/sources/vintages.csv at one stroke; its rows are sorted by dataset, then as given.

    Raises `DataError` if the rows are no legal table; the file is then as it was; `TrucewatchError` if the
    disk does not take it; likewise.
    """
    rows = sorted(vintages, key=lambda vintage: vintage.dataset)
    frame = pd.DataFrame([asdict(vintage) for vintage in rows])
    validate(frame, "vintages", FILE)
    for flag in ("is_active", "is_pinned", "is_refused"):
        frame[flag] = frame[flag].map({True: "true", False: "false"})
    text = frame.to_csv(index=False, lineterminator="\n")
    replace_durably(root / FILE, lambda path: path.write_text(text, encoding="utf-8"), root)


def active_vintages(root: Path | None = None) -> list[Vintage]:
    """Return the active file of each dataset.

    Raises `DataError` if a dataset has two active files.
    """
    active: dict[str, Vintage] = {}
    for vintage in read_vintages(root):
        if not vintage.is_active:
            continue
        if vintage.dataset in active:
            raise DataError(
                "a dataset has two active files",
                file=FILE,
                column="is_active",
                value=f"{active[vintage.dataset].file} and {vintage.file}",
                remedy="leave one of them true",
            )
        active[vintage.dataset] = vintage
    return list(active.values())


def verify(vintage: Vintage, root: Path | None = None) -> Path:
    """Return the path of a pinned file after comparing its hash with the pinned one.

    Raises `DataError` if the file is missing or is another one.
    """
    root = root or project_root()
    path = sources_dir(root) / vintage.file
    place = path.relative_to(root)
    if not path.is_file():
        remedy = f"restore it with `git checkout -- {place}`, or set is_active to false in vintages.csv"
        raise DataError("a bundled file is missing", file=place, remedy=remedy)
    found = sha256_of(path)
    if found != vintage.sha256:
        problem = f"the file is not the pinned one: sha256 {vintage.sha256} expected"
        remedy = f"restore it with `git checkout -- {place}`; a new edition is a new row of vintages.csv"
        raise DataError(problem, file=place, value=found, remedy=remedy)
    return path


def provenance_of(vintage: Vintage, root: Path | None = None) -> dict[str, Any]:
    """Return what the metadata of a built table says about this source."""
    sidecar = read_sidecar(sources_dir(root) / vintage.file)
    return {
        **{name: getattr(vintage, name) for name in ("dataset", "vintage", "file", "sha256")},
        "date_accessed": vintage.date_accessed.isoformat(),
        **{name: getattr(sidecar, name) for name in ("producer", "citation", "primary_url", "licence")},
    }
