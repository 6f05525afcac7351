"""Each command shown in docs/desk.md is run here, and prints what the page shows.

`python -m tests.unit.test_cli_docs` rewrites the outputs after a change of the ledger.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from trucewatch.cli import main
from trucewatch.paths import project_root

PAGE = project_root() / "docs" / "desk.md"
BLOCK = re.compile(r"```console\n\$ trucewatch ([^\n]+)\n(.*?)```", re.DOTALL)
SHOWN = 24
MORE = "…"


def printed(command: str, folder: Path) -> str:
    arguments = [
        str(folder / Path(word).name) if word.startswith("scratch/") else word
        for word in shlex.split(command)
    ]
    arguments = [str(project_root() / word) if word.startswith("tests/") else word for word in arguments]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (0, 2), result.output
    return result.output.replace(str(folder), "scratch").replace(f"{project_root()}/", "")


BLOCKS = BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def test_the_page_shows_every_command() -> None:
    assert {command.split()[0] for command, _ in BLOCKS} == {"lookup", "diff", "calendar"}


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command[:40] for command, _ in BLOCKS])
def test_output_is_real(command: str, shown: str, tmp_path: Path) -> None:
    lines = [line for line in shown.splitlines() if line != MORE]
    assert lines, "run python -m tests.unit.test_cli_docs"
    assert lines == printed(command, tmp_path).splitlines()[: len(lines)]


def rewrite() -> None:
    """Write the outputs of today into the page."""
    import tempfile

    def block(found: re.Match[str]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            lines = printed(found[1], Path(folder)).splitlines()
        shown = lines if len(lines) <= SHOWN else [*lines[:SHOWN], MORE]
        return "\n".join(["```console", f"$ trucewatch {found[1]}", *shown, "```"])

    PAGE.write_text(BLOCK.sub(block, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
