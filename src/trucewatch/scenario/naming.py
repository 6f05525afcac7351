"""Which scenario a user means: by name, by a short name, or by the path of a file of their own."""

from __future__ import annotations

import difflib
from pathlib import Path

from trucewatch.errors import DataError
from trucewatch.paths import project_root
from trucewatch.scenario.scenario_file import scenario_names, scenarios_dir

_FILES = (".yaml", ".yml")


def find_scenario(name: str | Path) -> str | Path:
    """Return the name or path under which `read_scenario` finds a scenario.

    Raises `DataError` if there is none, with those most like it.

    - `name`: a scenario of the project by name (`s1_threat_100`), by the part before or after its first `_`
      (`s1`, `threat_100`), in any case; or the path of a YAML file, from the working directory, the project
      or its folder scenarios/
    """
    if Path(str(name)).suffix in _FILES:
        return _file(Path(name).expanduser())
    asked, known = str(name).strip().lower(), scenario_names()
    if str(name) in known:
        return name
    matching = [item for item in known if asked in _short_names(item)]
    if len(matching) == 1:
        return matching[0]
    if not matching and asked:
        matching = [item for item in known if asked in item.lower()][:5]
    if not matching:
        short = {part: item for item in known for part in _short_names(item)}
        near = difflib.get_close_matches(asked, short, 3, 0.5)
        matching = list(dict.fromkeys(short[item] for item in near))
    offer = f"use {' or '.join(matching)}; " if matching else ""
    raise DataError(
        "no such scenario",
        remedy=f"{offer}`trucewatch scenario` and `tw.scenarios()` list all; your own file ends in .yaml",
        column="name",
        value=name,
    )


def _file(path: Path) -> Path:
    """Return the first of the places a path can mean that holds a file."""
    tried = [path, *([] if path.is_absolute() else [project_root() / path, scenarios_dir() / path])]
    found = next((item for item in tried if item.is_file()), None)
    if found is None:
        raise DataError(
            "no such file", remedy="give a path that is there, or the name of a scenario", file=path
        )
    return found


def _short_names(name: str) -> tuple[str, ...]:
    lower = name.lower()
    return (lower, *lower.split("_", 1))
