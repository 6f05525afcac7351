"""What a report depends on, file by file, so that a change reruns that report and no other.

The modules are those its notebook imports, directly or through another; the notebook counts by what it says
and not by how an editor saved it; the tables are those it names in `read_table("…")`; the published figures
are its own rows. A table read by another road is refused when the notebook runs.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

import trucewatch
from trucewatch.edition_age import FILE as AGE
from trucewatch.errors import ReportError
from trucewatch.page.provenance import law_asof
from trucewatch.paths import clean_dir, project_root, sha256_of, write_whole

PACKAGE = "trucewatch"
#: The modules that run and render every report, though no notebook imports them.
RUNNER = (f"{PACKAGE}.page",)
#: Where the names of `import trucewatch` live (`tw.lookup`): the package itself imports none of it.
API = f"{PACKAGE}.api"
#: What modules read by themselves of what the pipeline wrote: the package, a folder, its files that count.
BUILT = (
    (API, "data/clean", "*.parquet"),
    (f"{PACKAGE}.duty.panel", "data/panel", "*.parquet"),
    (f"{PACKAGE}.trade.rivals", "data/rivals", "*.parquet"),
)
#: All that modules read by themselves.
READ_BY = (
    *BUILT,
    (f"{PACKAGE}.ledger.ledger", "data/law", "*.csv"),
    (f"{PACKAGE}.reports.claim_check", "data/claims", "*.csv"),
    (f"{PACKAGE}.reports.claim_check", "data/benchmarks", "published.csv"),
    (f"{PACKAGE}.scenario", "scenarios", "*.yaml"),
    (f"{PACKAGE}.scenario", "data/scenario", "*.csv"),
)
#: Functions of a notebook whose first argument names a clean table.
READERS = frozenset({"read_table", "table"})


def report_inputs(name: str, root: Path | None = None) -> dict[str, Any]:
    """Return everything the report `name` depends on except its parameters.

    Keys: `notebook`, `modules`, `tables`, `files` (the law and what else modules read by themselves) and
    `published`: sha256 by file (relative to the project), or one sha256 where a row selection counts; and
    `law_asof`, which every page prints.

    Raises `ReportError` if the notebook does not exist or names a table that the clean stage does not make.
    """
    root = root or project_root()
    notebook = root / "notebooks" / f"{name}.ipynb"
    if not notebook.is_file():
        raise ReportError(f"no notebook {notebook.relative_to(root)} for the report {name!r}")
    tree = notebook_tree(notebook)
    modules = import_closure(tree, root / "src")
    tables = {table: clean_dir(root) / f"{table}.parquet" for table in tables_named(tree)}
    missing = sorted(table for table, path in tables.items() if not path.is_file())
    if missing:
        raise ReportError(f"{notebook.name} reads {', '.join(missing)}, which the clean stage does not make")
    files = [
        path
        for module, folder, pattern in READ_BY
        if module in modules
        for path in (root / folder).rglob(pattern)
    ]
    return {
        "notebook": notebook_hash(notebook),
        "modules": {_relative(path, root): sha256_of(path) for path in sorted(set(modules.values()))},
        "tables": {table: sha256_of(path) for table, path in sorted(tables.items())},
        "files": {_relative(path, root): sha256_of(path) for path in sorted(files)},
        "law_asof": law_asof(root),
        "dated_changes": sha256_of(ahead) if (ahead := root / AGE).is_file() else "",
        "published": _published(name, root),
    }


def write_inputs(root: Path | None = None) -> list[str]:
    """Write data/inputs/<report>.json for every report notebook; return the names."""
    root = root or project_root()
    folder = root / "data" / "inputs"
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.stem for path in (root / "notebooks").glob("*.ipynb"))
    for name in names:
        text = json.dumps(report_inputs(name, root), indent=1, sort_keys=True) + "\n"
        write_whole(folder / f"{name}.json", text)
    for stale in set(folder.glob("*.json")) - {folder / f"{name}.json" for name in names}:
        stale.unlink()
    return names


def notebook_hash(notebook: Path) -> str:
    """Return the sha256 of what a notebook says: kind, text and tags of its cells, in order.

    The rest (cell ids, kernel and language metadata, the form of the JSON) is rewritten by an editor that
    only opens and saves, and never reaches the report.
    """
    said = [(cell.cell_type, cell.source, sorted(cell.metadata.get("tags", []))) for cell in _cells(notebook)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _cells(notebook: Path) -> list[nbformat.NotebookNode]:
    try:
        cells: list[nbformat.NotebookNode] = nbformat.read(notebook, as_version=4).cells
    except nbformat.reader.NotJSONError as error:
        raise ReportError(f"{notebook.name} is no notebook (its JSON is broken); restore it") from error
    return cells


def notebook_tree(notebook: Path) -> ast.Module:
    """Return the code cells of a notebook as one syntax tree; magics and shell lines are passed over."""
    source = "\n".join(cell.source for cell in _cells(notebook) if cell.cell_type == "code")
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError as error:
        raise ReportError(f"{notebook.name} holds a cell that is no Python: {error}") from error


def tables_named(tree: ast.AST) -> set[str]:
    """Return the tables named as a literal in a call of `read_table` or `table`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = (
                node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            )
            if function in READERS and isinstance(node.args[0].value, str):
                names.add(node.args[0].value)
    return names


def import_closure(tree: ast.AST, src: Path) -> dict[str, Path]:
    """Return every module of the package that the code imports, also indirectly, with its file.

    A package pulls in its `__init__`; other files beside a module (a template, a style sheet) count too.
    Code that imports the package itself (`import trucewatch as tw`) may use any name of it, and depends on
    all that `API` reaches; code that imports a module of it does not.
    """
    found: dict[str, Path] = {}
    queue = sorted(imported_modules(tree) | set(RUNNER) | ({API} if _takes_package(tree) else set()))
    while queue:
        module = queue.pop()
        for name in _with_parents(module):
            path = None if name in found else module_file(name, src)
            if path is None:
                continue
            found[name] = path
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            queue.extend(sorted(_imported_by(path.read_text(encoding="utf-8"), package)))
    for folder in {path.parent for path in found.values()}:
        for extra in folder.iterdir():
            if extra.is_file() and extra.suffix not in {".py", ".pyc"}:
                found[f"{PACKAGE}:{extra.relative_to(src)}"] = extra
    return found


def _takes_package(tree: ast.AST) -> bool:
    """Whether code imports the package itself, or one of its public names."""
    for node in _statements_run(tree):
        if isinstance(node, ast.Import) and any(_binds_package(alias) for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE and not node.level:
            names = {alias.name for alias in node.names}
            if "*" in names or names & set(trucewatch.__all__):
                return True
    return False


def _binds_package(alias: ast.alias) -> bool:
    """Whether an import gives the package a name; `import trucewatch.ledger` gives it its own."""
    return alias.name == PACKAGE or (alias.name.startswith(f"{PACKAGE}.") and alias.asname is None)


def _statements_run(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a syntax tree but those under `if TYPE_CHECKING:`, which no program runs."""
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            left.extend(node.orelse)
        elif not isinstance(node, ast.expr):  # nothing is imported inside an expression
            yield node
            left.extend(ast.iter_child_nodes(node))


def imported_modules(tree: ast.AST, package: str = "") -> set[str]:
    """Return the names of the package that code imports anywhere, but under `if TYPE_CHECKING:`."""
    names: set[str] = set()
    for node in _statements_run(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parts, node.module] if node.module else parts)
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return {name for name in names if name.split(".")[0] == PACKAGE}


@lru_cache(maxsize=1024)
def _imported_by(source: str, package: str) -> frozenset[str]:
    """Return what the text of a module imports; reports share most of their modules."""
    return frozenset(imported_modules(ast.parse(source), package))


def _with_parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def module_file(module: str, src: Path) -> Path | None:
    """Return the file of a module, or None for a name that is none."""
    base = src.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def _published(name: str, root: Path) -> str:
    path = root / "data" / "benchmarks" / "published.csv"
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", newline="") as handle:
        head, *rows = csv.reader(handle)
    own = io.StringIO()
    place = head.index("report")
    csv.writer(own, lineterminator="\n").writerows([head, *(row for row in rows if row[place] == name)])
    return hashlib.sha256(own.getvalue().encode()).hexdigest()


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
