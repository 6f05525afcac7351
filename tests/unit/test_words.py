"""The words of a report: blocks of text with fields, and the one writer of numbers they use."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from trucewatch.errors import ReportError
from trucewatch.page.dependencies import notebook_tree
from trucewatch.page.numbers import billions, number, percent, points
from trucewatch.page.words import Words, words_of
from trucewatch.paths import project_root

TEXT = """Not a block: a note to whoever edits.

## gap
Imports were USD {{ gap|size|billions(0) }} billion
{{ "below" if gap < 0 else "above" }} the path since {{ first|day_name }}.

## list
- one is {{ share|percent }}
- two

A second paragraph
goes on.

## nested
- **one**
    - a  point
    goes on
- two
"""


def test_a_block_is_filled_and_its_lines_are_joined() -> None:
    say = Words(TEXT)
    expected = "Imports were USD 12 billion below the path since 1 February 2025."
    assert say("gap", gap=-12.3e9, first=date(2025, 2, 1)) == expected


def test_lists_and_paragraphs_keep_their_lines() -> None:
    assert Words(TEXT)("nested") == "- **one**\n    - a point goes on\n- two"
    assert Words(TEXT)("list", share=0.125) == "- one is 12.5 %\n- two\n\nA second paragraph goes on."


@pytest.mark.parametrize(
    ("names", "expected"), [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_names_are_joined(names: list[str], expected: str) -> None:
    assert Words("## all\n{{ names|listing }}\n")("all", names=names) == expected


@pytest.mark.parametrize(("block", "fields"), [("gapp", {}), ("gap", {"gap": 1.0})])
def test_a_wrong_block_or_a_missing_field_is_named(block: str, fields: dict[str, float]) -> None:
    with pytest.raises(ReportError, match=r"gapp|first"):
        Words(TEXT)(block, **fields)


def test_two_blocks_of_one_name_are_refused() -> None:
    with pytest.raises(ReportError, match="'a'"):
        Words("## a\nx\n## a\ny\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(-0.04), "0.0"),
        (number(0.0, "+,.2f"), "0.00"),
        (points(-0.001, 2, signed=True), "0.00"),
        (percent(-0.0004), "0.0 %"),
        (billions(-4e7), "0.0"),
        (number(-1234.56), "−1,234.6"),
        (number(-3, ",d"), "−3"),
        (number(-0.0004, ".1%"), "0.0 %"),
    ],
)
def test_what_rounds_to_zero_has_no_sign(text: str, expected: str) -> None:
    assert text == expected


ROOMS = sorted((project_root() / "src/trucewatch/reports").glob("*/words.md"))


@pytest.mark.parametrize("file", ROOMS, ids=lambda file: file.parent.name)
def test_a_room_says_each_of_its_blocks_and_no_other(file: Path) -> None:
    """Branches that a build does not reach too, as a reader's own table of owners."""
    room = file.parent.name
    trees = [notebook_tree(project_root() / "notebooks" / f"{room}.ipynb")]
    trees += [ast.parse(module.read_text(encoding="utf-8")) for module in file.parent.glob("*.py")]
    texts, starts, said = set(), set(), set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Constant(value=str(text)):
                texts.add(text)
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                starts.add(text)  # a name put together, as in say(f"base_{base}")
            case ast.Call(func=ast.Name(id="say"), args=[ast.Constant(value=str(text)), *_]):
                said.add(text)
    blocks = words_of(f"trucewatch.reports.{room}").blocks
    assert said <= set(blocks)
    assert [name for name in blocks if name not in texts and not name.startswith(tuple(starts))] == []
