"""Write the outputs of today under the reading commands of the pages: `python -m tests.docs`."""

import os
import re
import tempfile
from pathlib import Path

from tests.docs.blocks import ANY, FENCE, Block, matches, pages
from tests.docs.test_blocks import WALKS, is_reading, printed_by, stand_in
from trucewatch.paths import project_root

SHOWN = 24


def rewritten(block: Block) -> str:
    """Return the text of a console block with its outputs renewed where they differ."""
    text = ""
    for command, shown in block.commands():
        if shown.strip() and is_reading(command):
            _, printed = printed_by(command, Path.cwd())
            if not matches(shown, printed):
                lines = printed.rstrip().splitlines()
                shown = "\n".join(lines if len(lines) <= SHOWN else [*lines[:SHOWN], ANY])
        text += "$ " + command.replace("\n", "\n> ") + "\n" + (f"{shown}\n" if shown else "")
    return text


def main() -> None:
    """Rewrite every page that is no walk."""
    root = project_root()
    with tempfile.TemporaryDirectory() as name:
        stand_in(Path(name))
        os.chdir(name)
        for path in pages(root):
            page = path.relative_to(root).as_posix()
            if page in WALKS:
                continue

            def renew(found: re.Match[str], page: str = page) -> str:
                block = Block(page, 0, found[1], found[2].strip(), found[3])
                return f"```console\n{rewritten(block)}```" if block.language == "console" else found[0]

            before = path.read_text(encoding="utf-8")
            after = FENCE.sub(renew, before)
            if after != before:
                path.write_text(after, encoding="utf-8")
                print(f"rewrote {page}")


if __name__ == "__main__":
    main()
