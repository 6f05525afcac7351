"""Look in the docs and in the words of the reports for phrases that docs/style_words.csv replaces."""

import csv
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Written by the project from tables of publishers and of the code, whose words they keep.
GENERATED = {"data_dictionary.md", "data_sources.md"}
#: Code, addresses, fields, and the name of a block of words.
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|\{[%{].*?[%}]\}|^## \w+$", re.DOTALL | re.MULTILINE)


def pages():
    """Return the files looked at."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    found += (ROOT / "src/trucewatch/reports").glob("*/words.md")
    return sorted(path for path in found if path.name not in GENERATED)


def faults(text, words):
    """Yield line number, phrase and what to write instead; code and addresses are no prose."""
    prose = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for phrase, instead in words.items():
        for match in re.finditer(rf"\b{phrase}".replace(" ", r"\s+"), prose, re.IGNORECASE):
            yield prose.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), instead


def main():
    """Print every fault and fail if there is one."""
    with (ROOT / "docs" / "style_words.csv").open(encoding="utf-8", newline="") as file:
        words = {row["phrase"]: row["instead"] for row in csv.DictReader(file)}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {phrase!r}: write {instead!r}"
        for path in pages()
        for line, phrase, instead in sorted(faults(path.read_text(encoding="utf-8"), words))
    ]
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
