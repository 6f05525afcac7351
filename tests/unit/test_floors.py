"""Which part of the package may import which: floors from the bottom up, and rooms that never meet."""

from __future__ import annotations

import ast

import pytest

from trucewatch.page.dependencies import PACKAGE, imported_modules, module_file, notebook_tree
from trucewatch.paths import project_root
from trucewatch.rooms import rooms

SRC = project_root() / "src"
#: From the bottom up: a part imports parts of its own floor and of floors below.
FLOORS = (
    {"edition_age", "errors", "forks", "made", "nesting", "paths", "rooms"},
    {"params", "ledger"},
    {"duty", "tables"},
    {"sources", "clean"},
    {"answers"},
    {"trade", "scenario"},
    {"page"},
    {"reports"},
    {"api", "docs", "pipeline", "rerun", "sweep", "scale"},
    {"cli", "__main__"},
)
LEVEL = {part: level for level, parts in enumerate(FLOORS) for part in parts}


def modules():
    for path in sorted((SRC / PACKAGE).rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(name, path):
    """Return the modules of the package that a file imports anywhere, also inside functions."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = imported_modules(ast.parse(path.read_text(encoding="utf-8")), package)
    return {module for module in found if module_file(module, SRC)}


def part_of(module):
    part = module.split(".")[1] if "." in module else ""
    return "cli" if part.startswith("cli_") else part


ALL = {name: imports(name, path) for name, path in modules()}


def test_every_part_stands_on_a_floor():
    assert {part_of(name) for name in ALL} - {""} <= set(LEVEL)


@pytest.mark.parametrize("name", [name for name in ALL if "." in name])
def test_a_module_imports_its_floor_and_floors_below(name):
    above = {found for found in ALL[name] if part_of(found) and LEVEL[part_of(found)] > LEVEL[part_of(name)]}
    assert not above, f"{name} imports {sorted(above)}"


@pytest.mark.parametrize("room", list(rooms()))
def test_a_room_never_imports_another(room):
    own = f"{PACKAGE}.reports.{room}"
    for name in ALL:
        if name.startswith(own):
            others = {
                found
                for found in ALL[name]
                if found.startswith(f"{PACKAGE}.reports.") and not found.startswith(own)
            }
            assert not others, f"{name} imports {sorted(others)}"


@pytest.mark.parametrize("room", list(rooms()))
def test_a_notebook_reaches_into_no_room_but_its_own(room):
    found = imported_modules(notebook_tree(project_root() / "notebooks" / f"{room}.ipynb"))
    own = f"{PACKAGE}.reports.{room}"
    others = {name for name in found if name.startswith(f"{PACKAGE}.reports.") and not name.startswith(own)}
    assert not others, f"{room}.ipynb imports {sorted(others)}"


@pytest.mark.parametrize(("name", "path"), list(modules()))
def test_only_the_memory_of_the_engine_touches_what_a_ledger_remembers(name, path):
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    touched = any(isinstance(node, ast.Attribute) and node.attr == "memory" for node in tree)
    assert touched == (name == "trucewatch.ledger.memory")


def test_a_name_of_a_module_is_given_once():
    """But for the parts that rooms have alike, and the figures of a sweep, which are drawn as theirs are."""
    alike = {"facts", "figures", "measures", "params", "published"}
    places: dict[str, set[str]] = {}
    for name, path in modules():
        if path.stem != "__init__":
            places.setdefault(path.stem, set()).add(name.rpartition(".")[0])
    shared = {stem: found for stem, found in places.items() if len(found) > 1}
    assert shared.keys() <= alike
    for found in shared.values():
        assert all(place.startswith(f"{PACKAGE}.reports.") or place == f"{PACKAGE}.sweep" for place in found)
