"""A chapter taken from the text of a long sheet is what the whole sheet has of it, or the whole is read."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from trucewatch.answers.lookup import lookup
from trucewatch.errors import LedgerError
from trucewatch.ledger import reading
from trucewatch.ledger.ledger import ledger_files, load_ledger, row_type_of
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.reading import Chapters, CodeSheet, Sheet, read_sheet
from trucewatch.ledger.schema import ScopeRow, kinds_of
from trucewatch.paths import law_dir

HEADER = ",".join(kinds_of(ScopeRow))
ROW = "{},2020-01-01,2020-01-01,9999-12-31,9999-12-31,true,,Act,the test,verified"
CODES = ("01", "8517", "85171300", "0101", "85", "8471300100")
PLAIN = "\n".join([HEADER, *map(ROW.format, CODES)]) + "\n"

LONG = [
    (path, name, shown)
    for path, name, shown in ledger_files(law_dir())
    if name.startswith(("base_rates/", "special_rates/", "reduced_rates/"))
    or (name.startswith("scopes/") and random.Random(name).random() < 0.2)
]


@pytest.mark.parametrize(("path", "name", "shown"), LONG, ids=lambda value: getattr(value, "name", ""))
def test_chapters_of_the_ledger_are_those_of_the_whole_sheet(path: Path, name: str, shown: str) -> None:
    whole = read_sheet(path, row_type_of(name), shown)
    chapters = Chapters(path.read_bytes(), row_type_of(name), shown)
    assert chapters.is_plain
    least = chapters.least("valid_from")
    assert least in (None, min(whole.column("valid_from")))
    codes = whole.column("code")
    for digits in ("12", "39", "85", "99", "00"):
        part = chapters.take(digits)
        assert part is not None
        here = [number for number, code in enumerate(codes) if code.startswith(digits)]
        assert list(part.rows) == [whole.row(number) for number in here]


def taken(content: str | bytes, digits: str = "85") -> Sheet | None:
    content = content if isinstance(content, bytes) else content.encode()
    return Chapters(content, ScopeRow, "made.csv").take(digits)


def test_lines_are_those_of_the_file_wherever_they_stand() -> None:
    part = taken(PLAIN)
    assert part is not None
    assert [(row.code, row.line) for row in part.rows] == [("8517", 3), ("85171300", 4), ("85", 6)]
    assert part.file == "made.csv"
    assert len(taken(PLAIN.removesuffix("\n"), "84") or ()) == 1, "a last line without its end"
    assert len(taken(PLAIN, "77") or ()) == 0


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n8517,", '\n"8517",'),
        "\ufeff" + PLAIN,
        PLAIN.replace("code,", "kode,", 1),
        PLAIN.replace("85171300,2020-01-01", "85171300,2020-01-01,2020-01-01"),
        PLAIN.replace("Act", '"Act\nof May"'),
        PLAIN.encode().replace(b"Act", b"\xff"),
        "",
    ],
    ids=["Windows", "quotes", "mark", "column", "cells", "break", "bytes", "empty"],
)
def test_what_only_a_parser_can_tell_is_left_to_it(content: str | bytes) -> None:
    assert taken(content) is None


def test_a_bad_cell_of_a_chapter_is_refused_with_its_place() -> None:
    with pytest.raises(LedgerError) as caught:
        taken(PLAIN.replace("\n85171300,2020-01-01", "\n85171300,2020-13-01"))
    assert (caught.value.file, caught.value.row) == ("made.csv", 4)
    assert caught.value.value == "2020-13-01"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace("\n8517,", "\n\n8517,"),
        PLAIN.replace(",verified", "", 1),
        PLAIN.replace(",verified", ",verified,more", 1),
        PLAIN.replace("Act", '"Act\nof May"'),
        PLAIN.replace("Act", '"Act'),
    ],
    ids=["blank line", "too few", "too many", "line break", "open quotes"],
)
def test_short_and_long_files_refuse_the_same(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short file is parsed by Python's module, a long one by PyArrow; the check of cells is next."""
    path = tmp_path / "made.csv"
    path.write_text(content)
    with pytest.raises(LedgerError, match=r"not a well-formed CSV \(.*line \d") as caught:
        read_sheet(path, ScopeRow, "made.csv")
    assert "blank lines or line breaks" in caught.value.remedy
    monkeypatch.setattr(reading, "_LONG", 0)
    with pytest.raises(LedgerError, match=r"well-formed|blank cell|illegal value") as caught:
        read_sheet(path, ScopeRow, "made.csv")
    assert caught.value.file == "made.csv"


def test_short_and_long_files_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "made.csv"
    path.write_text(PLAIN.replace("Act", '"Act, ""so called"""', 2).replace("the test", 'a "test"', 1))
    read = []
    for letters in (10_000, 0):
        monkeypatch.setattr(reading, "_LONG", letters)
        read.append(read_sheet(path, ScopeRow, "made.csv").rows)
    assert read[0] == read[1]
    assert [row.citation for row in read[0]][:3] == ['Act, "so called"', 'Act, "so called"', "Act"]
    assert read[0][0].source == 'a "test"'


def test_a_lookup_reads_one_chapter_and_no_long_sheet_whole() -> None:
    """What a lookup costs, in files and rows: neither clock nor machine comes into it."""
    ledger = load_ledger()
    lookup("8517.13.00", on="2025-04-10", ledger=ledger)
    sheets: list[CodeSheet] = [*ledger.scopes.values(), *ledger.base_rates.values()]
    assert [sheet for sheet in sheets if "sheet" in sheet.__dict__] == []
    parts = [part for sheet in sheets for part in sheet._chapters.values()]
    assert {chapter for sheet in sheets for chapter in sheet._chapters} == {"85"}
    assert len(ledger.base_rates["CHN"]._chapters) == 0
    assert 0 < sum(len(part.sheet) for part in parts) < 10_000


def test_many_chapters_are_read_as_one_sheet() -> None:
    sheet = load_ledger().base_rates["USA"]
    for chapter in ("01", "02", "03", "04"):
        assert sheet.at(sheet.below(chapter)[0])
    assert len(sheet._chapters) == 3
    assert "sheet" in sheet.__dict__


def test_a_lookup_reads_the_lists_of_its_origin_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, read = load_ledger(), []
    take = Chapters.take
    monkeypatch.setattr(Chapters, "take", lambda self, digits: read.append(self._name) or take(self, digits))
    assert lookup("95030000", "CHN", "2025-04-10", ledger=ledger).total_pct == 145
    own = seen_from(ledger, "USA", "CHN")
    lists = {
        f"data/law/scopes/{link.scope_id}.csv"
        for measure in own.measures_of["USA"]
        for link in own.scopes_of.get(measure.measure_id, ())
    }
    named = {name for name in read if name.startswith("data/law/scopes/")}
    assert named and named <= lists
    assert max(read.count(name) for name in named) == 1


def test_origins_one_after_another_are_answered_as_alone() -> None:
    """They share an index of the lists, which grows with each."""
    shared = load_ledger()
    asked = [("72081060", origin) for origin in ("CHN", "GBR", "BRA", "CAN", "JPN", "RUS", "CHN")]
    for code, origin in [*asked, *(("87038000", origin) for _, origin in reversed(asked))]:
        alone = lookup(code, origin, "2026-03-01", ledger=load_ledger())
        assert lookup(code, origin, "2026-03-01", ledger=shared).to_dict() == alone.to_dict()
