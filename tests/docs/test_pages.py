"""What the pages say of the package is there: files, reports, parameters, numbers of assumptions."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import FENCE, pages
from trucewatch.ledger.ledger import load_ledger
from trucewatch.params import Params
from trucewatch.paths import project_root

ROOT = project_root()
#: Folders that a path in a code span can count from.
PLACES = ("", "src/trucewatch", "data/law", "data/sources", "data/scenario", "reports", "docs")
#: A file of another project, named where its dates are compared with ours.
THEIRS = {"config/revision_dates.csv"}
FILE = re.compile(r"`((?:[a-z_0-9]+/)+[a-z_0-9.]+\.(?:py|csv|yaml|md))`")


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def own_pages() -> list[Path]:
    """Return the pages written by hand, without those that walk through made-up files."""
    return [path for path in pages() if path.parent.name != "howto"]


@pytest.mark.parametrize("path", own_pages(), ids=lambda path: path.name)
def test_files_that_a_page_names_exist(path):
    prose = FENCE.sub("", path.read_text(encoding="utf-8"))
    for name in FILE.findall(prose):
        if name in THEIRS or name.startswith(("reports/", "scratch/", "data/inputs/")):
            continue
        assert any((ROOT / place / name).exists() for place in PLACES), f"{path.name}: {name}"


def report_pages() -> list[str]:
    return [f"reports/{name}.md" for name in Params.model_fields]


def test_every_report_has_its_method_and_its_limits():
    for page in report_pages():
        heads = re.findall(r"^## (.+)", text_of(page), re.MULTILINE)
        assert heads[0] == "Method" and heads[-2:] == ["What it cannot say", "What can be changed"], page


def test_assumptions_are_numbered_once():
    texts = "\n".join(map(text_of, ("assumptions.md", *report_pages())))
    found = re.findall(r"^\*\*([A-Z])(\d+)\.", texts, re.MULTILINE)
    for letter in dict.fromkeys(letter for letter, _ in found):
        numbers = sorted(int(number) for other, number in found if other == letter)
        assert numbers == list(range(1, len(numbers) + 1)), letter
    blocks = re.split(r"^\*\*(?=[A-Z]\d+\.)", texts, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(found)
    for block in blocks:
        assert "Source:" in block, block[:40]
        assert "Where:" in block, block[:40]


def test_parameters_that_a_page_names_exist():
    for page in ("methodology.md", "assumptions.md", "tutorial.md", *report_pages()):
        for report, name in re.findall(r"`(\w+)\.(\w+)`", text_of(page)):
            if report in Params.model_fields and not name.endswith("_"):
                assert name in Params.model_fields[report].annotation.model_fields, f"{page}: {report}.{name}"


def test_words_of_the_glossary_stand_in_order():
    words = re.findall(r"^\*\*(.+?)\.\*\*", text_of("glossary.md"), re.MULTILINE)
    assert words == sorted(words, key=str.casefold)
    assert {"MFN", "IEEPA", "Section 301", "Customs value", "CES", "Snap-back"} <= set(words)


def test_assumptions_about_the_law_are_rows_of_the_deviations():
    numbers = set(re.findall(r"^\*\*(L\d+)\.", text_of("assumptions.md"), re.MULTILINE))
    rows = load_ledger(ROOT).deviations
    named = {row.assumption for row in rows if row.assumption.startswith("L")}
    assert numbers == named
    files = [name for row in rows for name in re.findall(r"[\w/*]+(?:\.\w+)*\.csv", row.place)]
    assert files and all(list((ROOT / "data" / "law").glob(name)) for name in files)
