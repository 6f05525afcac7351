"""The English of a report: blocks of text in the `words.md` of its room, with fields filled in.

A block starts with `## name` and ends where the next one starts; what comes before the first block is for
whoever edits the file. Fields are written as in Jinja: `{{ gap|billions(0) }}`, `{{ day|day_name }}`. A word
of the data is text, `{{ act.title|plain }}`; names are joined by `{{ names|listing }}`. A word that depends
on a number is chosen in the text: `{{ "below" if change < 0 else "above" }}`. Lines are joined; a blank line,
and a line that starts with `- ` or `|`, starts a new one; `    - ` is a point of a list within a list. No
digit is typed in a block: numbers are fields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from trucewatch.errors import ReportError
from trucewatch.page import numbers
from trucewatch.page.plain import plain

_BLOCK = re.compile(r"^## +(?P<name>\S+) *$", re.MULTILINE)
_JOINED = re.compile(r"(?<!\n)[ \t]*\n(?!\n| *- |\|)[ \t]*")
#: What a field can be written with: the writers of `page.numbers`.
_FILTERS = {name: getattr(numbers, name) for name in numbers.__all__}


def listing(names: Sequence[str]) -> str:
    """Join names: Mexico, Taiwan and Vietnam."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


class Words:
    """The text blocks of one report.

    `text`: the content of a `words.md`; `file`: its name, for errors.
    """

    def __init__(self, text: str, file: str = "words.md") -> None:
        self.file = file
        found = list(_BLOCK.finditer(text))
        ends = [match.start() for match in found[1:]] + [len(text)]
        self.blocks = {
            match["name"]: text[match.end() : end].strip() for match, end in zip(found, ends, strict=True)
        }
        if len(self.blocks) < len(found):
            names = [match["name"] for match in found]
            twice = next(name for name in names if names.count(name) > 1)
            raise ReportError(f"{file}: two blocks are named {twice!r}; rename one")
        self._jinja = ImmutableSandboxedEnvironment(
            undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True
        )
        self._jinja.filters.update(_FILTERS, plain=plain, listing=listing)

    def __call__(self, block: str, /, **fields: object) -> str:
        """Return a block with its fields filled in.

        Raises `ReportError` if there is no such block, or it names a field that was not given.
        """
        if block not in self.blocks:
            raise ReportError(f"{self.file} has no block {block!r}; its blocks are {', '.join(self.blocks)}")
        try:
            filled = self._jinja.from_string(self.blocks[block]).render(fields)
        except jinja2.TemplateError as error:
            raise ReportError(f"{self.file}, block {block!r}: {error}") from error
        return re.sub(r"(?<=\S)  +", " ", _JOINED.sub(" ", filled)).strip()


@cache
def words_of(package: str) -> Words:
    """Return the words of a room: `say = words_of(__package__)`, then `say("finding", gap=gap)`."""
    text = files(package).joinpath("words.md").read_text(encoding="utf-8")
    return Words(text, file=f"{package.rpartition('.')[2]}/words.md")
