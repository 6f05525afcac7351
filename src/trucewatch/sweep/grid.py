"""From `key=a,b,c` to the cells of a grid, each with its whole set of parameters and its own key."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trucewatch.errors import ParameterError
from trucewatch.page.dependencies import report_inputs
from trucewatch.params import load_params
from trucewatch.paths import project_root, reports_dir, sha256_of
from trucewatch.rerun import typed, with_given

_COMMA = re.compile(r",(?![^\[]*\])")
_MONTHS = re.compile(r"(\d{4})-(\d\d)\.\.(\d{4})-(\d\d)")
_WHOLE = re.compile(r"(-?\d+)\.\.(-?\d+)")
#: Stands in code that reads what other reports say of themselves.
_READS_REPORTS = "page.summaries import"
#: More cells than this are a slip rather than a wish.
MOST_CELLS = 1000


@dataclass(frozen=True)
class Cell:
    """One point of the grid.

    - `key`: a letter and twelve hex digits over parameters and all the report depends on: the folder of a
      cell. The letter keeps a table of keys text where a reader would take digits alone for a number.
    - `values`: the report's whole section of parameters
    - `varied`: the parameters of the grid alone
    """

    key: str
    values: Mapping[str, Any]
    varied: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Return the cell in words: `base=piie elasticity=2.5`."""
        return " ".join(f"{name}={as_text(value)}" for name, value in self.varied.items())


def as_text(value: Any) -> str:
    """Return a parameter's value as the command line writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{','.join(map(as_text, value))}]"
    return json.dumps(value)


def alternatives(text: str) -> list[str]:
    """Split the values of one parameter at commas outside brackets; `a..b` runs over months or integers."""
    found = [item.strip() for item in _COMMA.split(text)]
    return [value for item in found for value in _run(item)]


def expand(name: str, given: Mapping[str, str], root: Path | None = None) -> list[Cell]:
    """Return the cells of a grid in the order of the values given, the last parameter moving fastest.

    `name`: the report; `given`: for each parameter, its values as text: `{"elasticity": "1,2", "base":
    "piie,product_list"}`.

    Raises `ParameterError` with all that is wrong with any cell: an unknown name, a value or a combination
    that is not legal, or a cell that occurs twice. No cell has run then.
    """
    root = root or project_root()
    if not given:
        raise ParameterError("a sweep needs at least one parameter", remedy="-p name=value,value")
    texts = {key: alternatives(text) for key, text in given.items()}
    _check_size(math.prod(map(len, texts.values())))
    values = {key: [typed(name, key, item, root) for item in items] for key, items in texts.items()}
    points = [dict(zip(values, point, strict=True)) for point in itertools.product(*values.values())]
    sections = _checked(name, points, root)
    inputs = report_inputs(name, root)
    cells = [
        Cell(cell_key(name, whole, root, inputs), whole, {key: whole[key] for key in point})
        for point, whole in zip(points, sections, strict=True)
    ]
    twice = {cell.label for at, cell in enumerate(cells) if cell.key in {other.key for other in cells[:at]}}
    if twice:
        raise ParameterError(f"a cell occurs twice: {', '.join(sorted(twice))}", remedy="leave one")
    return cells


def _check_size(cells: int) -> None:
    if cells > MOST_CELLS:
        raise ParameterError(f"{cells:,} cells are more than {MOST_CELLS:,}", remedy="fewer values")


def _checked(name: str, points: Sequence[Mapping[str, Any]], root: Path) -> list[dict[str, Any]]:
    faults: dict[str, None] = {}
    base = load_params(root / "params.yaml")
    sections = []
    for point in points:
        try:
            sections.append(with_given(name, point, root, base))
        except ParameterError as error:
            faults |= dict.fromkeys(str(error).splitlines())
    if faults:
        raise ParameterError("\n".join(faults))
    return sections


def cell_key(
    name: str, values: Mapping[str, Any], root: Path, inputs: Mapping[str, Any] | None = None
) -> str:
    """Return the key of a cell: the hash of its parameters and of all its report depends on today.

    A file that a parameter names counts by its content, and so do other reports that the report reads.

    `inputs`: as `report_inputs` returns them, if they are at hand.
    """
    inputs = inputs or report_inputs(name, root)
    # a path counts from the project, or from the notebook, which is where the kernel runs
    named = {
        value: sha256_of(folder / value)
        for value in values.values()
        for folder in (root, root / "notebooks")
        if isinstance(value, str) and value and (folder / value).is_file()
    }
    code = [root / "notebooks" / f"{name}.ipynb", *(root / module for module in inputs["modules"])]
    own = [path for path in code if path.parent.name != "report"]
    others = {}
    if any(_READS_REPORTS in path.read_text(encoding="utf-8") for path in own):
        others = {path.parent.name: sha256_of(path) for path in reports_dir(root).glob("*/summary.json")}
    text = json.dumps([inputs, dict(values), named, others], sort_keys=True)
    return f"c{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _run(item: str) -> list[str]:
    """Return the values of `2024-03..2024-10` or `1..6`; anything else stands for itself."""
    if found := _MONTHS.fullmatch(item):
        first, last = (12 * int(found[at]) + int(found[at + 1]) - 1 for at in (1, 3))
        _check_size(last - first + 1)
        run = [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)]
    elif found := _WHOLE.fullmatch(item):
        _check_size(int(found[2]) - int(found[1]) + 1)
        run = [str(number) for number in range(int(found[1]), int(found[2]) + 1)]
    else:
        return [item]
    if not run:
        raise ParameterError(f"{item}: the range ends before it starts")
    return run
