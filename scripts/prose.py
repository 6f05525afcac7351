"""Look in the docs, and in what the reports show, for phrases that docs/style_words.csv replaces."""

import ast
import csv
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Written by the project from tables of publishers and of the code, whose words they keep.
GENERATED = {"data_dictionary.md", "data_sources.md"}
#: Code, addresses, fields, and the name of a block of words.
#: Tables whose cells a page shows, with the columns that are the project's own words.
SHOWN = {
    "data/law/acts.csv": ("title", "detail"),
    "data/law/deviations.csv": ("what", "reason"),
    "data/claims/claims.csv": ("text", "sentence"),
    "data/editions/corrections.csv": ("title", "detail"),
    "src/trucewatch/reports/*/columns.csv": ("label", "description"),
    "src/trucewatch/page/columns.csv": ("label", "description"),
}
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|\{[%{].*?[%}]\}|^## \w+$", re.DOTALL | re.MULTILINE)


def pages():
    """Return the files looked at."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    found += (ROOT / "src/trucewatch/reports").glob("*/words.md")
    return sorted(path for path in found if path.name not in GENERATED)


def texts():
    """Yield the name and the prose of each file: pages, columns of shown tables, and strings of code."""
    for path in pages():
        yield path, path.read_text(encoding="utf-8")
    for pattern, columns in SHOWN.items():
        for path in sorted(ROOT.glob(pattern)):
            with path.open(encoding="utf-8", newline="") as file:
                yield path, "\n".join(_cells(row, columns) for row in csv.DictReader(file))
    for path in sorted(
        [*(ROOT / "src/trucewatch/reports").glob("*/*.py"), *(ROOT / "notebooks").rglob("*.ipynb")]
    ):
        yield path, "\n".join(_strings(path))


def _cells(row, columns):
    # one line a row, so that a fault is named with its line unless a cell holds several
    return " | ".join(" ".join((row[column] or "").split()) for column in columns)


def _strings(path):
    """Yield the strings of a module or notebook that are prose: those with a space, no docstrings."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(source)["cells"] if cell["cell_type"] == "code"]
        lines = "".join("".join(cell["source"]) + "\n" for cell in cells).splitlines()
        source = "\n".join("" if line.startswith(("%", "!")) else line for line in lines)
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value if " " in node.value else ""


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
        for path, text in texts()
        for line, phrase, instead in sorted(faults(text, words))
    ]
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
