"""A list as a file: worked examples of the law, one line of duty a row, files that cannot be used."""

from __future__ import annotations

import csv
import os
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.lookup import lookup
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger

WORKED = Path(__file__).parents[1] / "golden" / "data" / "worked_examples.csv"
HEAD = "code,origin,on\n"
PHONE = "8517.13.00,CHN,2025-04-10"


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_worked_examples(ledger: Ledger, importer: str) -> None:
    """Totals worked out by hand from the legal texts; each row carries its citation in the golden file."""
    rows = [
        row
        for row in csv.DictReader(WORKED.read_text(encoding="utf-8").splitlines())
        if row["kind"] == "total" and not row["claims"] + row["content"] and row["importer"] == importer
    ]
    asked = pd.DataFrame(rows)[["code", "origin", "entry_date", "loaded_date", "known_on"]]
    asked.columns = ["code", "origin", "on", "loaded", "known"]
    found = catalogue(asked, importer=importer, ledger=ledger)
    assert found.rows == len(rows) > 5 and not found.refused
    assert found.to_frame()["total_pct"].tolist() == [float(row["total_pct"]) for row in rows]


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_same_as_one_by_one(ledger: Ledger, importer: str) -> None:
    rng = random.Random(11)
    origins = ledger.origins(importer)
    codes = [code for code in ledger.base_rates[importer].codes if len(code) == 8]
    asked = pd.DataFrame(
        {
            "code": rng.choices(codes, k=400),
            "origin": rng.choices(origins, k=400),
            "on": [str(date(2018, 1, 1) + timedelta(rng.randrange(3300))) for _ in range(400)],
        }
    )
    found = catalogue(asked, importer=importer, ledger=ledger)
    answered = 0
    for at, row in enumerate(found.to_frame().to_dict("records")):
        try:
            single = lookup(row["code"], row["origin"], row["on"], importer, ledger=ledger)
        except DataError:
            assert at in found.refused
            continue
        answered += 1
        case = found.answers[0].cases[found.answers[0].case_at[at]]
        assert (case.total_pct, case.lower_pct, case.upper_pct) == (single.total_pct, *single.bounds), row
        assert (case.refund_low_pp, case.refund_high_pp) == single.refundable_bounds, row
        assert case.confidence == single.confidence
        assert [(line.measure_id, line.status) for line in case.lines] == [
            (line.measure_id, line.status) for line in single.lines
        ]
    assert answered > 200


def test_lines_sum_to_the_total(tmp_path: Path, ledger: Ledger) -> None:
    text = "sku,code,origin,on,value\nA1,42029231,CHN,2025-05-14,1000\nA2,nonsense,CHN,2025-05-14,1000\n"
    (tmp_path / "in.csv").write_text(text)
    catalogue(tmp_path / "in.csv", ledger=ledger).write(tmp_path / "out.csv", as_lines=True)
    found = pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig")
    paid = found[found["status"].isin(["charged", "void_refundable"])]
    assert set(paid["sku"]) == {"A1"} and found["error"].notna().sum() == 1
    # backpack: 17.6 MFN, 25 List 3, 20 fentanyl, 10 reciprocal (84 FR 20459; 90 FR 11463; 90 FR 21831)
    assert round(paid["points"].sum(), 6) == 72.6 and round(paid["duty_usd"].sum(), 2) == 726
    book = catalogue(tmp_path / "in.csv", ledger=ledger).write(tmp_path / "out.xlsx", as_lines=True)
    heads, *rows = load_workbook(book)["Answers"].values
    days = {row[heads.index("valid_from")] for row in rows} - {None}
    # List 3 by 84 FR 20459, fentanyl by 90 FR 11463
    assert {datetime(2019, 5, 10), datetime(2025, 3, 4)} <= days


def test_bad_rows_are_told_in_place(ledger: Ledger) -> None:
    asked = {
        "8517130": ("2025-04-10", "", "", "lost"),
        "85171300": ("2025-02-30", "", "", "2025-02-28"),
        "85171301": ("2017-12-31", "", "", "2018-01-01"),
        "85171302": ("2205-05-14", "", "", "nearest day"),
        "12345678": ("2025-04-10", "", "", "12345678"),
        "95030000": ("2025-04-10", "2025-04-11", "", "after entry"),
        "95030001": ("2025-04-10", "", "2099-01-01", str(ledger.law_asof)),
    }
    rows = [(code, "CHN", *facts[:3]) for code, facts in asked.items()]
    found = catalogue(pd.DataFrame(rows, columns=["code", "origin", "on", "loaded", "known"]), ledger=ledger)
    for at, (code, facts) in enumerate(asked.items()):
        assert facts[3] in found.refused[at], code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        (b"\xef\xbb\xbf", "empty|no column"),
        (b",,\n1,2,3\n", "no column of codes"),
        (b"goods,origin,on\n85171300,CHN,2025-04-10\n", "no column of codes"),
        (b"code,origin,on,code\n85171300,CHN,2025-04-10,1\n", "both called"),
        (b"PK\x03\x04abc", "workbook"),
        (b"\x00\x01\x02\x80" * 500, "no column|binary|go on so"),
        (b'code,origin,on\n"85171300,CHN,2025-04-10\n' + b"x" * (1 << 21), "quotation mark"),
    ],
)
def test_unusable_files_leave_the_last_answer(
    tmp_path: Path, ledger: Ledger, text: bytes, words: str
) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(text)
    out.write_text("the last good answer")
    with pytest.raises(DataError, match=words):
        catalogue(source, ledger=ledger).write(out)
    assert out.read_text() == "the last good answer"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_folders_pipes_links_and_the_same_file(tmp_path: Path, ledger: Ledger) -> None:
    source, pipe, link = tmp_path / "in.csv", tmp_path / "pipe", tmp_path / "link.csv"
    source.write_text(HEAD + PHONE)
    link.symlink_to(source)
    os.mkfifo(pipe)
    for path, out in (
        (tmp_path, tmp_path / "out.csv"),
        (tmp_path / "none.csv", tmp_path / "out.csv"),
        (source, tmp_path),
        (source, tmp_path / "no" / "out.csv"),
        (source, source),
        (source, link),
        (source, pipe),
    ):
        with pytest.raises(DataError, match="Remedy"):
            catalogue(path, ledger=ledger).write(out)
    assert source.read_text() == HEAD + PHONE and pipe.is_fifo()
    (tmp_path / "other.csv").symlink_to(tmp_path / "target.csv")
    catalogue(source, ledger=ledger).write(tmp_path / "other.csv")
    assert (tmp_path / "other.csv").is_symlink() and (tmp_path / "target.csv").is_file()


def test_a_header_alone_has_no_rows(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "in.csv").write_text(HEAD)
    found = catalogue(tmp_path / "in.csv", ledger=ledger)
    found.write(tmp_path / "out.csv")
    assert (found.rows, found.exit_code) == (0, 1)
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()) == 1
