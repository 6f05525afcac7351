"""An executed notebook without what differs between two builds: times, paths, addresses, versions."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat

_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
_CELL_FILE = re.compile(r"/[^\s\"'<>]*/ipykernel_\d+/\d+\.py")
#: Cell and notebook metadata that say what a cell is, not how it ran.
_KEPT = ("tags",)


def normalise(notebook: nbformat.NotebookNode, *, root: Path, staging: Path) -> nbformat.NotebookNode:
    """Return a copy of an executed notebook that two builds in two folders give alike.

    `notebook`: as papermill left it; `root`, `staging`: the project, and the folder the report was written
    to; both vanish from outputs.
    """
    paths = [(str(staging), "."), (str(root), "."), (sys.prefix, "<python>"), (sys.base_prefix, "<python>")]
    book = nbformat.from_dict(notebook)
    book.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    book.nbformat, book.nbformat_minor = 4, 5
    for number, cell in enumerate(book.cells):
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in _KEPT if cell.metadata.get(key)}
        )
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs = [_clean(output, paths) for output in _merged(cell.outputs)]
    return book


def _clean(value: Any, paths: list[tuple[str, str]]) -> Any:
    """Apply the replacements to every text inside an output."""
    if isinstance(value, str):
        text = _ADDRESS.sub("at 0x…", _CELL_FILE.sub("<cell>", value))
        for path, short in paths:
            text = text.replace(path, short)
        return text
    if isinstance(value, dict):
        return nbformat.from_dict({key: _clean(item, paths) for key, item in value.items()})
    if isinstance(value, list):
        return [_clean(item, paths) for item in value]
    return value


def _merged(outputs: list[Any]) -> list[Any]:
    """Join the pieces of a stream: how a kernel splits them is a matter of timing."""
    merged: list[Any] = []
    for output in outputs:
        stream = output.output_type == "stream"
        if stream and merged and merged[-1].output_type == "stream" and merged[-1].name == output.name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged
