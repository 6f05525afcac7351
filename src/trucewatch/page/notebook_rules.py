"""What the source of a report notebook must be like: `python -m trucewatch.page.notebook_rules notebooks`.

Stored without outputs, run by the plain kernel, with one title and a cell of parameters; and no number typed
in prose, neither in a markdown cell nor in the fixed part of a text handed to the report. A number in prose
is computed: `report.text(f"…")`.

Digits stand where they are a name and not a number: in code spans and blocks, in links (text and address) and
footnotes, which name their source, and in the names of statutes and nomenclatures (`NAMES`). They are refused
in all other prose, dates included: a date is law or data.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from trucewatch.page.dependencies import notebook_tree

_KERNEL = "python3"
_PARAMETERS = "parameters"
#: Names that hold a digit and are no number of ours.
NAMES = re.compile(
    r"\b(?:"
    r"Section \d+|Sections \d+ and \d+|Chapter \d+|Note \d+(?:\([a-z]+\))*|Title \d+|Annex \d+|Table \d+"
    r"|List \d[AB]?|Phase \d|Proclamation \d+|Executive Order \d+|EO \d+|No\. \d+"
    r"|(?:HS|HTS|CN|NAICS|SITC|ISO|BEC)[- ]?\d+|ISO \d+|p\d\d?"
    r")\b"
)
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"(`+).+?\1", re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\([^)]*\)|<https?://[^>]*>|https?://\S+")
_FOOTNOTE = re.compile(r"^\[\^[^\]]+\]:.*(?:\n[ \t]+.*)*|\[\^[^\]]+\]", re.MULTILINE)
_LIST_NUMBER = re.compile(r"^\s*\d+[.)] ", re.MULTILINE)
_DIGITS = re.compile(r"[^\s]*\d[^\s]*")
#: Methods of a report whose text a reader reads, and the arguments that hold it (position or name).
_PROSE: dict[str, tuple[int | str, ...]] = {
    "finding": (0, "text"),
    "text": (0, "markdown"),
    "limits": (0, "markdown"),
    "figure": ("title", "subtitle", "alt", "note"),
    "table": ("caption", "note"),
    "headline": ("definition",),
}
_EXPLORE = "explore"


def faults_of(path: Path) -> list[str]:
    """Return what is wrong with one notebook, one line each; notebooks in explore/ may hold any prose."""
    book = nbformat.read(path, as_version=4)
    faults = list(_storage_faults(book))
    if _EXPLORE not in path.parts:
        faults += [*_form_faults(book), *_prose_faults(book), *_text_faults(path)]
    return [f"{path}: {fault}" for fault in faults]


def _storage_faults(book: nbformat.NotebookNode) -> Iterator[str]:
    if book.metadata.get("kernelspec", {}).get("name") != _KERNEL:
        yield f"the kernel is not {_KERNEL!r}; choose the kernel 'Python 3' and save"
    if "widgets" in book.metadata:
        yield "the state of widgets is stored; run: nbstripout <notebook>"
    for number, cell in enumerate(book.cells, start=1):
        if cell.cell_type == "code" and cell.outputs:
            yield f"cell {number} holds outputs; run: nbstripout <notebook>"
        if cell.cell_type == "code" and cell.execution_count is not None:
            yield f"cell {number} holds an execution count; run: nbstripout <notebook>"


def _form_faults(book: nbformat.NotebookNode) -> Iterator[str]:
    tagged = [cell for cell in book.cells if _PARAMETERS in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        yield f"{len(tagged)} cells are tagged {_PARAMETERS!r}; tag the one that sets the defaults"
    titles = [line for text in _prose_cells(book).values() for line in text.splitlines() if line[:2] == "# "]
    if len(titles) != 1:
        yield f"{len(titles)} headings of the first rank; a report has one title: # …"


def _prose_faults(book: nbformat.NotebookNode) -> Iterator[str]:
    for number, text in _prose_cells(book).items():
        for word in typed_numbers(text):
            yield f"cell {number}: {word!r} is typed in prose; compute it: report.text(f'…')"


def _prose_cells(book: nbformat.NotebookNode) -> dict[int, str]:
    """Markdown by cell number (from 1), without fenced code."""
    return {
        number: _FENCE.sub(" ", cell.source)
        for number, cell in enumerate(book.cells, start=1)
        if cell.cell_type == "markdown"
    }


def _text_faults(path: Path) -> Iterator[str]:
    for node in ast.walk(notebook_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method = node.func.attr
            wanted = _PROSE.get(method, ())
            given = [(place, value) for place, value in enumerate(node.args) if place in wanted]
            named = [(item.arg, item.value) for item in node.keywords if item.arg in wanted]
            for _, value in (*given, *named):
                for word in typed_numbers(_fixed_text(value)):
                    yield f"report.{method}(…): {word!r} is typed in the text; compute it: {{value:…}}"


def _fixed_text(value: ast.expr) -> str:
    """Return the fixed part of a text or f-string; what is computed becomes a blank."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in value.values)
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return _fixed_text(value.left) + _fixed_text(value.right)
    return ""


def typed_numbers(markdown: str) -> list[str]:
    """Return the words of a Markdown text that hold a digit and are no name, code, link or footnote."""
    for pattern in (_FENCE, _CODE_SPAN, _FOOTNOTE, _LINK, _LIST_NUMBER, NAMES):
        markdown = pattern.sub(" ", markdown)
    return [word.strip(".,;:()*_") for word in _DIGITS.findall(markdown)]


def main(arguments: list[str]) -> int:
    """Check every notebook below the given folders; print the faults; return 1 if there are any."""
    paths = sorted(
        path
        for argument in arguments or ["notebooks"]
        for path in ([Path(argument)] if Path(argument).is_file() else Path(argument).rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
    )
    faults = [fault for path in paths for fault in faults_of(path)]
    print("\n".join(faults) if faults else f"{len(paths)} notebooks in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
