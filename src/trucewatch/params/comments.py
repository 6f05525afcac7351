"""Give params.yaml its comments back: `dvc exp run -S` keeps the values and loses the rest.

An experiment whose value is refused must not leave the file broken either: what was refused is put back.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import ScalarString

Location = tuple[str | int, ...]


def committed(path: Path) -> str | None:
    """Return a file as the last commit has it; None where there is no commit or no git."""
    try:
        done = subprocess.run(
            ["git", "show", f"HEAD:./{path.name}"],
            cwd=path.parent,
            capture_output=True,
            timeout=20,
            check=False,
        )
        return done.stdout.decode("utf-8") if done.returncode == 0 else None
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None


def with_comments(text: str, known: str, refused: Iterable[Location] = ()) -> str:
    """Return a text as `known` writes it, with comments, order and quotes, and the values of `text`.

    A text written by hand comes back as it is: only one in the form that a program writes is changed.

    `text`: params.yaml as it is; `known`: the same file with its comments; `refused`: parameters (section,
    name) that keep the value of `known`.
    """
    try:
        if _dumped(_plain(), _plain().load(text)) != text or _dumped(_plain(), _plain().load(known)) == known:
            return text
        kept, values = _kind().load(known), YAML(typ="safe").load(text)
    except (YAMLError, RecursionError, ValueError):
        return text
    if not isinstance(kept, CommentedMap) or not isinstance(values, dict):
        return text
    for location in refused:
        _put_back(values, YAML(typ="safe").load(known), location)
    _merge(kept, values)
    return _dumped(_kind(), kept)


def _put_back(values: Any, known: Any, location: Location) -> None:
    """Give one parameter the value that `known` has, or take it out if that has none."""
    section, name = location[0], location[1] if len(location) > 1 else None
    place, source = (values, known) if name is None else (values.get(section), known.get(section, {}))
    key = section if name is None else name
    if not isinstance(place, dict) or not isinstance(source, dict):
        place, source, key = values, known, section
    if key in source:
        place[key] = source[key]
    else:
        place.pop(key, None)


def _merge(kept: CommentedMap, values: dict[Any, Any]) -> None:
    for key in [key for key in kept if key not in values]:
        del kept[key]
    for key, value in values.items():
        before = kept.get(key)
        if isinstance(before, CommentedMap) and isinstance(value, dict):
            _merge(before, value)
        elif before != value:
            kept[key] = _in_its_quotes(before, value)


def _in_its_quotes(before: Any, value: Any) -> Any:
    """Return a value in the quotes of the one before; a list keeps the comment that follows it."""
    if isinstance(value, str) and isinstance(before, ScalarString):
        return type(before)(value)
    if isinstance(value, list) and isinstance(before, CommentedSeq) and before and value:
        made = CommentedSeq(_in_its_quotes(before[0], item) for item in value)
        if (comment := before.ca.items.get(len(before) - 1)) is not None:
            made.ca.items[len(made) - 1] = comment
        return made
    return value


def _kind() -> YAML:
    """The form in which params.yaml is kept."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _plain() -> YAML:
    """The form in which DVC writes it."""
    yaml = YAML()
    yaml.default_flow_style = False
    return yaml


def _dumped(yaml: YAML, data: Any) -> str:
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()
