"""YAML with the line of every entry, so that a scenario is refused where the fault stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from trucewatch.errors import LedgerError
from trucewatch.ledger.cell_types import hidden_letters
from trucewatch.nesting import too_deep_at

_LIST = "edits"
MAX_BYTES = 200_000
"""A scenario is a page of text; anything larger is the wrong file."""


@dataclass(frozen=True)
class Text:
    """A cell as it was written: a text, or a list of texts, with its name and where it stands."""

    value: str | tuple[str, ...]
    name: str
    file: str
    line: int

    @property
    def items(self) -> tuple[str, ...]:
        """The texts of a list; a single text is a list of one."""
        return (self.value,) if isinstance(self.value, str) else self.value

    def fault(self, problem: str, remedy: str, value: str | None = None) -> LedgerError:
        """Return the error that this cell, or one of its texts, cannot be used."""
        shown = ", ".join(self.items) if value is None else value
        return LedgerError(
            problem, remedy=remedy, file=self.file, row=self.line, column=self.name, value=shown
        )


@dataclass(frozen=True)
class Section:
    """Named cells of one level, and where it starts."""

    cells: dict[str, Text]
    file: str
    line: int


def read_sections(path: Path, shown: str) -> tuple[Section, tuple[Section, ...]]:
    """Read a scenario: named texts, and a list `edits` of groups of named texts.

    `shown`: the file as errors shall call it.

    Returns `head`, `groups`: the named texts of the file and, in order, the groups of its list.

    Raises `LedgerError` with the line, if the file is missing, no YAML, or of another shape.
    """
    if not path.is_file():
        raise LedgerError("no such scenario file", remedy="give the path of a YAML file", file=shown)
    if path.stat().st_size > MAX_BYTES:
        raise LedgerError("too large for a scenario", remedy=f"keep it under {MAX_BYTES:,} bytes", file=shown)
    try:
        text = path.read_text(encoding="utf-8-sig")
        too_deep = too_deep_at(text)
        if too_deep is not None:
            raise LedgerError(
                "nested too deeply to be read",
                remedy="write named cells and lists; see docs/scenarios.md",
                file=shown,
                row=too_deep,
            )
        root = YAML(typ="safe", pure=True).compose(text)
    except UnicodeDecodeError:
        raise LedgerError("the file is not UTF-8", remedy="save it as UTF-8", file=shown) from None
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        raise LedgerError(
            f"not readable as YAML ({str(error).splitlines()[0]})",
            remedy="correct the indentation or the quotes there; see docs/scenarios.md",
            file=shown,
            row=mark.line + 1 if mark else None,
        ) from None
    if not isinstance(root, MappingNode):
        raise LedgerError("not a scenario", remedy="start with `title:`; see docs/scenarios.md", file=shown)
    found = _entries(root, shown)
    groups: tuple[Section, ...] = ()
    if _LIST in found:
        node = found.pop(_LIST)
        if isinstance(node, ScalarNode) and not node.value:
            node = SequenceNode(node.tag, [], node.start_mark)
        if not isinstance(node, SequenceNode):
            raise _shape(node, shown, _LIST, "a list, each entry starting with a dash")
        groups = tuple(_section(item, shown) for item in node.value)
    return Section({name: _text(node, shown, name) for name, node in found.items()}, shown, 1), groups


def _section(node: Node, shown: str) -> Section:
    if not isinstance(node, MappingNode):
        raise _shape(node, shown, _LIST, "named cells, such as `suspend: us_s122`")
    cells = {key: _text(item, shown, key) for key, item in _entries(node, shown).items()}
    return Section(cells, shown, _line(node))


def _entries(node: MappingNode, shown: str) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise _shape(key, shown, "a name", "a name, a colon and a text")
        name = str(key.value)
        if name in found:
            raise LedgerError(
                f"the name stands here twice (first on line {_line(found[name])})",
                remedy="keep one of the two",
                file=shown,
                row=_line(key),
                column=name,
            )
        found[name] = value
    return found


def _text(node: Node, shown: str, name: str) -> Text:
    if isinstance(node, ScalarNode):
        return Text(_visible(node, shown, name), name, shown, _line(node))
    if isinstance(node, SequenceNode) and all(isinstance(item, ScalarNode) for item in node.value):
        return Text(tuple(_visible(item, shown, name) for item in node.value), name, shown, _line(node))
    raise _shape(node, shown, name, "a text, or a list of texts")


def _visible(node: Node, shown: str, name: str) -> str:
    text = str(node.value).strip()
    if hidden_letters(text.replace("\n", " ").replace("\t", " ")):
        raise LedgerError(
            "the text holds a control character",
            remedy="type it anew, without characters that no reader sees",
            file=shown,
            row=_line(node),
            column=name,
            value=text,
        )
    return text


def _shape(node: Node, shown: str, name: str, wanted: str) -> LedgerError:
    return LedgerError(
        "not what belongs here", remedy=f"write {wanted}", file=shown, row=_line(node), column=name
    )


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
