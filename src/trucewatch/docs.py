"""The generated pages of docs/: one list, one writer, so that a test can tell a stale page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from trucewatch.paths import project_root


def _data_dictionary() -> str:
    from trucewatch.tables.docs import data_dictionary

    return data_dictionary()


def _data_sources() -> str:
    from trucewatch.tables.docs import data_sources

    return data_sources()


def _policy_timeline() -> str:
    from trucewatch.ledger import load_ledger
    from trucewatch.ledger.policy_timeline import policy_timeline

    return policy_timeline(load_ledger())


PAGES: dict[str, Callable[[], str]] = {
    "data_dictionary.md": _data_dictionary,
    "data_sources.md": _data_sources,
    "policy_timeline.md": _policy_timeline,
}


#: Figures of the last build that the README shows.
FIGURES = {"figures/truce.png": "reports/tariff_timeline/figures/truce.png"}


def write_docs(root: Path | None = None) -> list[Path]:
    """Write every generated page and copy the figures of the last build; return the paths."""
    root = root or project_root()
    folder = root / "docs"
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
    built = {name: root / figure for name, figure in FIGURES.items() if (root / figure).is_file()}
    for name, figure in built.items():
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(figure, folder / name)
    return [folder / name for name in (*PAGES, *built)]
