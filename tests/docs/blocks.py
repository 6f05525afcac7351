"""What the pages tell a reader to type: fenced blocks, their commands, and the output they show.

In a block `console`, a line that starts with `$ ` is a command, `> ` continues it, all else is output. In the
output `…` stands for any text within a line, and alone on a line for any lines. A block `python` runs. A
block whose fence names a file changes it, `csv append=data/law/acts.csv`, `yaml file=my.yaml` or
`diff file=params.yaml`: the page is then a walk through a copy of the project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from trucewatch.paths import project_root

FENCE = re.compile(r"^```([a-z]*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "…"
#: Languages of a fence; a block without one holds a drawing. sql and r run in
#: test_data_set; json is a setting of another program, and no engine of Power Query runs here.
LANGUAGES = frozenset(
    {"", "console", "python", "csv", "yaml", "diff", "text", "sql", "r", "powerquery", "json"}
)
#: A line that looks like a command and stands outside a block `console`.
LOOSE = re.compile(
    r"^\s*(?:\$ |(?:trucewatch|dvc|make|git|pip|jupyter|pytest|python3?) [^—:=]*$)", re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    given: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_edit(self) -> bool:
        return "=" in self.given

    def commands(self) -> list[tuple[str, str]]:
        """Return the commands of a console block, each with the output shown below it."""
        found: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif not found:
                raise AssertionError(f"{self.place}: output before the first command")
            elif line.startswith("> ") and not found[-1][1]:
                found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
            else:
                found[-1][1].append(line)
        return [(command, "\n".join(shown)) for command, shown in found]


def pages(root: Path | None = None) -> list[Path]:
    """Return the pages a reader works from."""
    root = root or project_root()
    return [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]


def blocks_of(path: Path, root: Path | None = None) -> list[Block]:
    """Return the blocks of a page in order."""
    text = path.read_text(encoding="utf-8")
    page = path.relative_to(root or project_root()).as_posix()
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2].strip(), found[3])
        for found in FENCE.finditer(text)
    ]


def matches(shown: str, printed: str) -> bool:
    """Return whether what was printed is what the page shows."""
    pattern = ""
    for line in shown.rstrip().splitlines():
        if line.strip() == ANY:
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*".join(map(re.escape, line.rstrip().split(ANY))) + r"\n"
    text = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, text) is not None
