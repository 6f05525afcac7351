"""How deep a YAML text is nested, told before a reader follows it down the stack."""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

MAX_DEPTH = 20
"""Lists within lists: a file of the project has four at the most."""


def too_deep_at(text: str) -> int | None:
    """Return the line on which a text goes deeper than `MAX_DEPTH`; None if it never does.

    Raises `ruamel.yaml.error.YAMLError` if the text is not YAML up to there.
    """
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            line: int = event.start_mark.line + 1
            return line
    return None
