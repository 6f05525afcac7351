"""Bulk lookups: the same answers as one by one, bad rows in place, files of any program."""

from __future__ import annotations

import csv
import os
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from trucewatch.answers import lookup
from trucewatch.answers.bulk import LINE_COLUMNS, ROW_COLUMNS, Desk, lookup_file, lookup_frame, lookup_rows
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger, load_ledger

WORKED = Path(__file__).parents[1] / "golden" / "data" / "worked_examples.csv"
HEAD = "code,origin,on\n"
PHONE = "8517.13.00,CHN,2025-04-10"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def answers(path: Path, text: str | bytes, ledger: Ledger, **options: str) -> list[dict[str, str]]:
    source, out = path / "in.csv", path / "out.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    lookup_file(source, out, ledger=ledger, **options)  # type: ignore[arg-type]
    with out.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_worked_examples(tmp_path: Path, ledger: Ledger, importer: str) -> None:
    """Totals worked out by hand from the legal texts; each row carries its citation in the golden file."""
    rows = [
        row
        for row in csv.DictReader(WORKED.read_text(encoding="utf-8").splitlines())
        if row["kind"] == "total" and not row["claims"] + row["content"] and row["importer"] == importer
    ]
    text = "code,origin,on,loaded,known\n" + "".join(
        f"{r['code']},{r['origin']},{r['entry_date']},{r['loaded_date']},{r['known_on']}\n" for r in rows
    )
    found = answers(tmp_path, text, ledger, importer=importer)
    assert len(found) == len(rows) > 5
    for row, answer in zip(rows, found, strict=True):
        assert answer["error"] == ""
        assert Decimal(answer["total_pct"]) == Decimal(row["total_pct"]), row


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_same_as_one_by_one(ledger: Ledger, importer: str) -> None:
    rng = random.Random(11)
    origins = ledger.origins(importer)
    codes = [code for code in ledger.base_rates[importer].codes if len(code) == 8]
    asked = [
        {
            "code": rng.choice(codes),
            "origin": rng.choice(origins),
            "on": str(date(2018, 1, 1) + timedelta(rng.randrange(3300))),
        }
        for _ in range(400)
    ]
    answered = 0
    # twice, so that remembered cases are compared too
    for given, found in zip(asked * 2, lookup_rows(asked * 2, importer, ledger=ledger), strict=True):
        try:
            single = lookup(given["code"], given["origin"], given["on"], importer, ledger=ledger)
        except DataError as error:
            assert found["error"] == str(error)
            continue
        answered += 1
        whole = None if found["total_pct"] == "" else Decimal(found["total_pct"])
        assert whole == (None if single.total_pct is None else round(single.total_pct, 4))
        assert Decimal(found["lower_pct"]) == round(single.lower_pct, 4)
        assert Decimal(found["upper_pct"]) == round(single.upper_pct, 4)
        refund = None if found["refundable_pp"] == "" else Decimal(found["refundable_pp"])
        assert refund == (None if single.refundable_pp is None else round(single.refundable_pp, 4))
        assert found["confidence"] == single.confidence
        shown = found["lines"].split(" | ") if found["lines"] else []
        assert len(shown) == len(single.lines)
        for line, words in zip(single.lines, shown, strict=True):
            assert words.startswith(line.authority) and f" {line.status} " in words
    assert answered > 400


def test_lines_sum_to_the_total(tmp_path: Path, ledger: Ledger) -> None:
    text = "sku,code,origin,on,value\nA1,42029231,CHN,2025-05-14,1000\n"
    found = answers(tmp_path, text, ledger, layout="lines")
    assert [row["sku"] for row in found] == ["A1"] * len(found)
    assert set(LINE_COLUMNS) <= set(found[0])
    paid = [row for row in found if row["status"] in ("charged", "void_refundable")]
    # backpack: 17.6 MFN, 25 List 3, 20 fentanyl, 10 reciprocal (84 FR 20459; 90 FR 11463; 90 FR 21831)
    assert sum(Decimal(row["pp"]) for row in paid) == Decimal("72.6")
    assert sum(Decimal(row["line_duty_usd"]) for row in paid) == Decimal("726.00")


def test_bad_rows_are_told_in_place(tmp_path: Path, ledger: Ledger) -> None:
    text = (
        "sku,code,origin,on,loaded,known,value\n"
        "good,8517.13.00,CHN,2025-04-10,,,2500.50\n"
        "odd,8517130,CHN,2025-04-10,,,\n"
        "nosuchday,85171300,CHN,2025-02-30,,,\n"
        "early,85171300,CHN,2017-12-31,,,\n"
        "late,85171300,CHN,2205-05-14,,,\n"
        "origin,85171300,Atlantis,2025-04-10,,,\n"
        "unknown,99999999,CHN,2025-04-10,,,\n"
        "loaded,85171300,CHN,2025-04-10,2025-04-11,,\n"
        "known,85171300,CHN,2025-04-10,,2099-01-01,\n"
        'money,85171300,CHN,2025-04-10,,,"1,000"\n'
        "ragged,85171300,CHN\n"
        "also good,9503.00.00,CHN,2025-05-14,,,\n"
    )
    found = {row["sku"]: row for row in answers(tmp_path, text, ledger)}
    # phone on 10 April 2025: fentanyl 20 alone, reciprocal exempt since 11 April (CSMS 64724565)
    assert found["good"]["total_pct"] == "20" and found["good"]["duty_usd"] == "500.10"
    # toy on 14 May 2025: 20 + 10 (90 FR 11463, 90 FR 21831)
    assert found["also good"]["total_pct"] == "30"
    wanted = {
        "odd": "leading zero",
        "nosuchday": "2025-02-28",
        "early": "2018-01-01",
        "late": "nearest day",
        "origin": "no country",
        "unknown": "99999999",
        "loaded": "after entry",
        "known": str(ledger.law_asof),
        "money": "1234.50",
        "ragged": "3 cells",
    }
    assert len(found) == 12
    for name, words in wanted.items():
        assert words in found[name]["error"] and "Remedy" in found[name]["error"], found[name]
        assert found[name]["total_pct"] == ""


def test_summary_counts(tmp_path: Path, ledger: Ledger) -> None:
    source = tmp_path / "in.csv"
    source.write_text(HEAD + f"{PHONE}\nnonsense,CHN,2025-04-10\n")
    done = lookup_file(source, tmp_path / "out.csv", ledger=ledger)
    assert (done.rows, done.answered, done.refused) == (2, 1, 1)
    assert done.first_errors[0].startswith("row 3,")
    assert "1 of 2 rows" in str(done).replace("\n  ", " ") and "nonsense" in done._repr_html_()
    assert len(done.to_frame()) == 2


def test_family_gives_its_range(tmp_path: Path, ledger: Ledger) -> None:
    found = answers(tmp_path, HEAD + "8517,CHN,2025-04-10\n", ledger)[0]
    assert found["total_pct"] == "" and found["error"] == ""
    # the phone at 20 is the lowest; 4A goods at 7.5 + 20 + 125 lie within
    assert Decimal(found["lower_pct"]) == 20 and Decimal(found["upper_pct"]) >= Decimal("152.5")


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + (HEAD + PHONE + "\n").encode(),
        (HEAD + PHONE).replace(",", ";").encode(),
        (HEAD + PHONE).replace(",", "\t").encode(),
        (HEAD + PHONE + "\n").replace("\n", "\r\n").encode(),
        b"Code , ORIGIN,On\n\n 8517.13.00 , chn , 2025-04-10 \n",
        b'"code","origin","on"\n"8517.13.00","CHN","2025-04-10"\n',
    ],
    ids=["bom", "semicolon", "tab", "crlf", "spaces and case", "quoted"],
)
def test_files_of_any_program(tmp_path: Path, ledger: Ledger, text: bytes) -> None:
    (tmp_path / "in.csv").write_bytes(text)
    done = lookup_file(tmp_path / "in.csv", tmp_path / "out.csv", ledger=ledger)
    assert (done.rows, done.answered) == (1, 1)
    frame = pd.read_csv(tmp_path / "out.csv", sep=None, engine="python", dtype=str, encoding="utf-8-sig")
    assert frame["total_pct"].tolist() == ["20"]
    has_bom = (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert has_bom == text.startswith(b"\xef\xbb\xbf")


def test_latin_1_is_read_and_said(tmp_path: Path, ledger: Ledger) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes("name,code,origin,on\nTéléphone,8517.13.00,CHN,2025-04-10\n".encode("latin-1"))
    done = lookup_file(source, tmp_path / "out.csv", ledger=ledger)
    assert any("Latin-1" in note for note in done.notes)
    assert "Téléphone" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_no_spreadsheet_formula_comes_out(tmp_path: Path, ledger: Ledger) -> None:
    text = (
        "\"=A1\",code,origin,on\n=cmd|' /C calc'!A0,=1+1,CHN,2025-04-10\n@SUM(1),85171300,CHN,2025-04-10\n"
        "-12.5,85171300,+CHN,2025-04-10\n"
    )
    source = tmp_path / "in.csv"
    source.write_text(text)
    lookup_file(source, tmp_path / "out.csv", ledger=ledger)
    with (tmp_path / "out.csv").open(newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert "'=A1" in cells and "'@SUM(1)" in cells and "-12.5" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t"))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        (b"\xef\xbb\xbf", "header|empty"),
        (b",,\n1,2,3\n", "header"),
        (b"hts,origin,on\n85171300,CHN,2025-04-10\n", "column code is missing"),
        (b"code,origin,on,code\n85171300,CHN,2025-04-10,1\n", "repeated"),
        ("code,origin,on\n".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04abc", "workbook"),
        (b'code,origin,on\n"85171300,CHN,2025-04-10\n' + b"x" * 200_000, "quotation mark"),
    ],
)
def test_unusable_files(tmp_path: Path, ledger: Ledger, text: bytes, words: str) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(text)
    out.write_text("the last good answer")
    with pytest.raises(DataError, match=words):
        lookup_file(source, out, ledger=ledger)
    assert out.read_text() == "the last good answer"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_folders_and_the_same_file(tmp_path: Path, ledger: Ledger) -> None:
    source = tmp_path / "in.csv"
    source.write_text(HEAD + PHONE)
    (tmp_path / "link.csv").symlink_to(source)
    for path, out in (
        (tmp_path, tmp_path / "out.csv"),
        (tmp_path / "none.csv", tmp_path / "out.csv"),
        (source, tmp_path),
        (source, tmp_path / "no" / "out.csv"),
        (source, source),
        (source, tmp_path / "link.csv"),
    ):
        with pytest.raises(DataError, match="Remedy"):
            lookup_file(path, out, ledger=ledger)
    assert source.read_text() == HEAD + PHONE


def test_no_pipe_or_link_is_replaced(tmp_path: Path, ledger: Ledger) -> None:
    source, pipe, link = tmp_path / "in.csv", tmp_path / "pipe", tmp_path / "link.csv"
    source.write_text(f"{HEAD}{PHONE}\n")
    os.mkfifo(pipe)
    with pytest.raises(DataError, match="not a regular file"):
        lookup_file(source, pipe, ledger=ledger)
    assert pipe.is_fifo()
    link.symlink_to(tmp_path / "target.csv")
    lookup_file(source, link, ledger=ledger)
    assert link.is_symlink() and (tmp_path / "target.csv").read_text().startswith("code,origin,on,")


def test_header_alone(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "in.csv").write_text(HEAD)
    done = lookup_file(tmp_path / "in.csv", tmp_path / "out.csv", ledger=ledger)
    assert done.rows == 0
    assert (tmp_path / "out.csv").read_text() == ",".join(["code", "origin", "on", *ROW_COLUMNS]) + "\n"


def test_answering_an_answer_replaces_it(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "in.csv").write_text(HEAD + PHONE)
    lookup_file(tmp_path / "in.csv", tmp_path / "one.csv", ledger=ledger)
    lookup_file(tmp_path / "one.csv", tmp_path / "two.csv", ledger=ledger)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_frame_in_a_notebook(ledger: Ledger) -> None:
    frame = pd.DataFrame(
        {"code": ["95030000", "95030000"], "origin": "CHN", "on": ["2025-05-14", "2025-04-10"]}
    )
    # toy: 20 + 10, and 20 + 125 at the peak (90 FR 11463; 90 FR 21831; 90 FR 15625)
    assert lookup_frame(frame, ledger=ledger)["total_pct"].tolist() == ["30", "145"]


def test_memory_holds_what_exists_only(ledger: Ledger) -> None:
    desk = Desk(ledger, "USA")
    before = len(ledger.cache)
    for number in range(3000):
        good, added = desk.answer({"code": f"{99000000 + number}", "origin": "CHN", "on": "2025-04-10"})
        assert not good and added[0][-1]
        desk.answer({"code": f"99{number:04}", "origin": "CHN", "on": "2025-04-10"})
    assert len(ledger.cache) - before < 50
    assert not desk._cells
