"""params.yaml as typed models: every parameter has a default, a unit and a legal range.

One model for each section; the section of a report has the report's name and is described in its room.
`dvc exp run -S section.name=value` edits the same file, so a bad value is refused here,
before any stage runs.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError, create_model
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from trucewatch.errors import ParameterError
from trucewatch.nesting import too_deep_at
from trucewatch.params.types import Section
from trucewatch.paths import project_root, write_whole
from trucewatch.rooms import parameter_models

#: The whole of params.yaml: one section for each room, as the room's `params.py` describes it.
Params: type[Section] = create_model(
    "Params",
    __base__=Section,
    **{name: (module.Parameters, module.Parameters()) for name, module in parameter_models().items()},  # type: ignore[call-overload]
)


def load_params(path: Path | str | None = None) -> Section:
    """Read and check params.yaml.

    `path`: the file; params.yaml of the project by default.

    Raises `ParameterError` if the file is no YAML, holds an unknown name, or a value outside its legal range.
    Each fault is one line with the parameter, the value found and what would be legal.
    """
    path = Path(path) if path else project_root() / "params.yaml"
    # YAML 1.2 as DVC reads it: a bare NO is a string, not false.
    try:
        text = path.read_text(encoding="utf-8")
        too_deep = too_deep_at(text)
        if too_deep is not None:
            raise ParameterError(
                f"{path.name} is nested too deeply to be read, from line {too_deep} on",
                remedy="write sections, parameters and lists",
            )
        found = YAML(typ="safe").load(text)
    except (YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path.name} is no valid YAML: {_cut(str(error), 800)}") from error
    except (ValueError, OverflowError) as error:
        raise ParameterError(
            f"{path.name} holds a value that YAML cannot read: {error}",
            remedy="put days and months in quotes, and look for a number of very many digits",
        ) from error
    if found is None:
        found = {}
    if not isinstance(found, dict):
        raise ParameterError(f"{path.name} must be a mapping of sections, not a {type(found).__name__}")
    return check_params(found, file=path.name)


def check_params(found: dict[str, Any], file: str = "params.yaml") -> Section:
    """Return the parameters as models, or raise ParameterError with one line a fault."""
    try:
        return Params.model_validate(found)
    except ValidationError as error:
        faults = "\n".join(f"  {_fault(item)}" for item in error.errors())
        refused = ParameterError(f"{file} cannot be used:\n{faults}")
        refused.locations = tuple(item["loc"] for item in error.errors())
        raise refused from error


def give_comments_back(path: Path) -> bool:
    """Write params.yaml as it is kept by hand, if a program wrote it; what is not legal is put back.

    Returns whether the file was changed.
    """
    from trucewatch.params.comments import committed, with_comments

    text = path.read_text(encoding="utf-8", errors="replace")
    known = committed(path)
    if known is None:
        return False
    try:
        load_params(path)
        refused: tuple[tuple[str | int, ...], ...] = ()
    except ParameterError as error:
        refused = error.locations
    after = with_comments(text, known, refused)
    if after == text:
        return False
    write_whole(path, after)
    return True


def _cut(text: str, limit: int = 100) -> str:
    """Return a text, or the beginning of a long one with its length."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def _fault(item: Any) -> str:
    """One line for one pydantic error: parameter, value found, what is legal."""
    loc = [_cut(str(part)) for part in item["loc"]]
    name = ".".join(loc) or "params"
    section = _section_of(loc)
    if item["type"] == "extra_forbidden":
        known = sorted((section or Params).model_fields)
        whole, bracket, _ = loc[-1].partition("[")
        if bracket and whole in known:
            return f"{name}: one item of a list cannot be set; give the whole list: {whole}=[…]"
        near = difflib.get_close_matches(loc[-1], known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known)}"
        return f"{name}: unknown name{hint}"
    if item["type"] == "missing":
        return f"{name}: missing; add it to params.yaml"
    message = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    message = message[0].lower() + message[1:]
    value = item["input"]
    found = f"the date {value}" if isinstance(value, date) else _cut(repr(value))
    legal = legal_range(section, loc[1]) if section and len(loc) > 1 else ""
    if item["type"] == "model_type":
        message = "should be a section with indented parameters"
    return f"{name}: found {found}; {f'legal: {legal}' if legal else message}"


def _section_of(loc: list[str]) -> type[Section] | None:
    field = Params.model_fields.get(loc[0]) if loc else None
    kind = field.annotation if field else None
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def legal_range(section: type[Section], name: str) -> str:
    """Return what is legal for a parameter, in words: `an integer from 200 to 20000`, `a or b`."""
    schema = section.model_json_schema()["properties"].get(name, {})
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    low = f"from {schema['minimum']}" if "minimum" in schema else ""
    low = f"above {schema['exclusiveMinimum']}" if "exclusiveMinimum" in schema else low
    high = f"to {schema['maximum']}" if "maximum" in schema else ""
    high = f"below {schema['exclusiveMaximum']}" if "exclusiveMaximum" in schema else high
    if low or high:
        article = "an" if schema["type"] == "integer" else "a"
        return " ".join(part for part in (article, schema["type"], low, high) if part)
    return ""


def changed(name: str, values: Mapping[str, Any]) -> str:
    """Write which settings of a run are not the report's own: "base 2024 (usually last_12_months)"."""
    if name not in Params.model_fields:
        return ""
    usual = section(name, Params())

    def told(value: Any) -> str:
        return (", ".join(map(str, value)) if isinstance(value, list) else str(value)) or "none"

    return "; ".join(
        f"{key.replace('_', ' ')} {told(value)} (usually {told(usual[key])})"
        for key, value in values.items()
        if value != usual[key]
    )


def section(name: str, params: Section | None = None) -> dict[str, Any]:
    """Return one section as plain values, ready to be handed to a notebook."""
    params = params or load_params()
    if name not in Params.model_fields:
        raise ParameterError(
            f"params.yaml has no section {name!r}; known: {', '.join(sorted(Params.model_fields))}"
        )
    return getattr(params, name).model_dump(mode="json")
