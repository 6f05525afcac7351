"""Lists of products as people have them: what is read, asked back and refused, and what comes out."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import trucewatch as tw
from trucewatch.answers import cases
from trucewatch.answers import catalogue_views as views
from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.catalogue_columns import read_amounts, read_codes, read_days, read_shares
from trucewatch.answers.catalogue_names import role_of
from trucewatch.answers.hts_numbers import numbers
from trucewatch.answers.paid_at import paid_at
from trucewatch.answers.refunds import interest, refunds, write_cape
from trucewatch.answers.user_table import from_frame
from trucewatch.duty.lines import measure_line
from trucewatch.duty.open_facts import total_bounds
from trucewatch.errors import DataError
from trucewatch.ledger.hand_kept import INTEREST_RATES, read_kept
from trucewatch.paths import project_root
from trucewatch.scenario.edits import edited
from trucewatch.scenario.scenario_file import read_scenario

ROW = "9503.00.0073,CHN,2025-04-10,1000\n"
"""A toy on 10 April 2025: 20 + 125 points, both held unlawful later (90 FR 11463, 90 FR 15625)."""


def read(tmp_path: Path, text: str | bytes, name: str = "in.csv", **options: object):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return catalogue(path, **options)


def frame(found) -> pd.DataFrame:
    return found.to_frame()


HEADS = [
    "code,origin,on,value",
    "HTS Code,Country of Origin,Entry Date,Entered Value",
    "HTSUS,COO,entry_date,customs_value",
    "hts_code,origin_country,Import Date,Value (USD)",
    "HTS Number,Country Of Origin Code,Entry Summary Date,Line Goods Value Amount",
    "Tariff,COO,Date of Entry,Amount",
    "US HTS #,Country of Origin,ENTRY_DATE,ENTERED VALUE",
    "Comm. code,Ctry orig.,Entry dt,Cust. value",
    "Harmonized Tariff Code (HTS),COO (Mfg),Entry Filing Date,Ext. Cost ($)",
    "HTSUSA Classification,country_of_origin_iso2,Customs Entry Date,customs_value_usd",
    "HS编码,原产国（地区）,申报日期,申报价值(美元)",
    "HS Code 海关编码,原产国 Country of Origin,进口日期 Entry Date,申报价值 (USD)",
    "HS code (Harmonized System code),Country/Region of origin,Entry date,Value (USD)",
    "Zolltarifnummer,Ursprungsland,Einfuhrdatum,Zollwert",
    "Fracción arancelaria,País de origen,Fecha de entrada,Valor en aduana (USD)",
    "Code SH,Pays d'origine,Date d'entrée,Valeur en douane",
    "29A. HTSUS No.,10. Country of Origin,7. Entry Date,32A. Entered Value",  # boxes of CBP Form 7501
]


@pytest.mark.parametrize("head", HEADS)
def test_columns_are_known_by_their_usual_names(tmp_path: Path, head: str) -> None:
    found = frame(read(tmp_path, f"{head}\n{ROW}"))
    assert found["total_pct"].tolist() == [145] and found["duty_usd"].tolist() == [1450]


WAYS = {
    "preface": "Report of Q2\n\ncode,origin,on,value\n" + ROW,
    "sep": "sep=;\ncode;origin;on;value\n" + ROW.replace(",", ";"),
    "tabs": ("code,origin,on,value\n" + ROW).replace(",", "\t"),
    "trailing commas": "code,origin,on,value\n" + ROW.strip() + ",,\n",
    "blank lines": "\ncode,origin,on,value\n\n" + ROW + "\n,,,\n",
    "total row": "code,origin,on,value\n" + ROW + "TOTAL,,,1000\n",
    "order": "value,on,note,origin,code\n1000,2025-04-10,x,CHN,9503.00.0073\n",
    "bom": "\ufeffcode,origin,on,value\n" + ROW,
    "utf-16": ("code,origin,on,value\n" + ROW).encode("utf-16"),
    "utf-16 without a mark": ("code,origin,on,value\n" + ROW).encode("utf-16-le"),
    "latin-1": "code,origin,on,value,é\n".encode("latin-1") + ROW.strip().encode() + ",ü\n".encode("latin-1"),
    "dashes and blanks": 'code,origin,on,value\n 9503-00-0073 , china ,2025/4/10,"$1,000.00"\n',
    "float": "code,origin,on,value\n9503000073.0,CN,20250410,1000.0\n",
    "apostrophe": "code,origin,on,value\n'9503000073,CN,10-Apr-25,1000\n",
    "chapter 99 beside": 'code,origin,on,value\n9503.00.0073;9903.01.24,CN,"April 10, 2025",1000\n',
    "timestamp": "code,origin,on,value\nHTS 9503.00.0073,China,2025-04-10T00:00:00Z,1000\n",
    "serial": "code,origin,on,value\n9503.00.0073,CHN,45757,1000\n",
    "weekday": "code,origin,on,value\n9503.00.0073,CN - China,Thu 10 Apr 2025,1000\n",
    "chinese in gb18030": (
        "商品编码,原产国,进口日期,金额\n9503000073,中国,2025年4月10日,1000\n合计,,,1000\n"
    ).encode("gb18030"),
    "european": "HTS;COO;Entry Date;Value\n9503.00.0073;Chine;10.4.2025;1.000,00\n"
    "9503.00.0073;Chine;13.4.2025;1 000,00\n",
    "suffix apart": "HTS8,Stat Suffix,COO,Entry Date,Value\n9503.00.00,73,CN,2025-04-10,1000\n",
    "remarks below": "code,origin,on,value\n" + ROW + ",,Grand Total:,1000\nPrinted 2026-01-02 by jd,,,\n",
    "subtotals": "code,origin,on,value\n" + ROW + ",,,1000\nCount: 1,,,1000\n",
    "rows of chapter 99": "Entry Number,Line,HTS,COO,Entry Date,Value\n1,1,9903.01.24,CN,2025-04-10,\n"
    "1,1,9903.01.63,CN,2025-04-10,0\n1,1,9503.00.0073,CN,2025-04-10,1000\n",
    "boxes of a text table": "| code | origin | on | value |\n|---|---|---|---|\n| "
    + ROW.strip().replace(",", " | ")
    + " |\n",
    "remark without a code": "item,code,origin,on,value\n1," + ROW + "Note: all values are estimates.,,,,\n",
    "made in": "code,origin,on,value\n9503.00.0073,Made in China,2025-04-10,1000\n"
    "9503.00.0073,P.R. China,2025-04-10,1000\n",
    "two codes and an ampersand": "code,origin,on,value\n9503.00.0073 & 9903.01.24,CN,2025-04-10,1000\n",
    "words behind the code": "code,origin,on,value\n9503.00.0073 - Toys,CN,2025-04-10,1000\n"
    "HTS: 9503.00.0073 (toys),CN,2025-04-10,1000\n",
    "China in other words": "code,origin,on,value\n"
    '9503.00.0073,"China, P.R.",2025-04-10,1000\n9503.00.0073,"CHINA, PEOPLES REP",2025-04-10,1000\n',
    "an empty twin": "code,code,origin,on,value\n,9503.00.0073,CN,2025-04-10,1000\n",
    "unit in the cell": "code,origin,on,value,Qty,UOM\n9503.00.0073,CN,2025-04-10,1000,1 000 pcs,\n",
    "thousands as in the values": 'code,origin,on,value,Qty\n9503.00.0073,CN,2025-04-10,"1,000.00","1,000"\n',
    "month proved": "code,origin,on,value\n"
    + "".join(ROW.replace("2025-04-10", day) for day in ("4/10/2025", "4/13/2025")),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_table_is_read_as_it_is(tmp_path: Path, way: str) -> None:
    found = read(tmp_path, WAYS[way])
    assert not found.refused
    assert set(frame(found)["duty_usd"]) == {1450}, str(found)


def test_a_frame_keeps_its_cells_as_they_are_written() -> None:
    frame = pd.DataFrame(
        {
            "HTS Code": ["9503000073", "9503000073", "8517130000"],
            "COO": pd.Categorical(["CN", "CN", "VN"]),
            "Entry Date": pd.to_datetime(["2025-04-10", None, "2025-04-10"]),
            "Entered Value": [100.0, float("nan"), 100.0],
            "mixed": [1, True, Decimal("1.10")],
        }
    )
    table = from_frame(frame)
    assert [column.to_pylist() for column in table.columns] == [
        ["9503000073", "9503000073", "8517130000"],
        ["CN", "CN", "VN"],
        ["2025-04-10", "", "2025-04-10"],
        ["100", "", "100"],
        ["1", "True", "1.10"],
    ]
    answers = catalogue(frame).to_frame()
    assert answers["total_pct"].iloc[0] == 145  # see ROW
    assert answers["lines"].dtype == "str"


def test_standard_input_and_a_frame_are_tables_too() -> None:
    given = pd.DataFrame({"HTS": ["9503000073"], "COO": ["CN"], "Entry Date": [pd.Timestamp("2025-04-10")]})
    assert tw.catalogue(given).to_frame()["total_pct"].tolist() == [145]
    told = subprocess.run(
        [sys.executable, "-m", "trucewatch", "catalogue", "-", "--out", "-"],
        input=(b"code,origin,on\n9503.00.0073,CHN,2025-04-10\n"),
        capture_output=True,
        check=False,
    )
    answers = pd.read_csv(io.BytesIO(told.stdout), dtype={"code": str})
    assert told.returncode == 0 and answers["total_pct"].tolist() == [145]


def test_a_workbook_keeps_the_zeros_a_reader_sees(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Parts list", None, None])
    sheet.append(["HTS Code", "Country of Origin", "Entry Date"])
    sheet.append([101210010, "CN", date(2025, 4, 10)])
    sheet["A3"].number_format = "0000000000"
    book.save(tmp_path / "in.xlsx")
    found = catalogue(tmp_path / "in.xlsx")
    assert found.entries.codes == ["0101210010"] and not found.refused


def test_what_can_be_read_in_two_ways_is_asked_not_guessed(tmp_path: Path) -> None:
    text = "code,origin,on\n9503.00.0073,CHN,4/10/2025\n"
    with pytest.raises(DataError, match="--dates"):
        read(tmp_path, text)
    assert frame(read(tmp_path, text, dates="mdy"))["total_pct"].tolist() == [145]
    # 4 October 2025: the fentanyl duty at 20 and the reciprocal at 10 (EO 14298, 90 FR 21831)
    assert frame(read(tmp_path, text, dates="dmy"))["total_pct"].tolist() == [30]
    with pytest.raises(DataError, match="--decimal"):
        read_amounts(["1,234"])
    with pytest.raises(DataError, match="--decimal"):
        read_amounts(["1.234", "500"])  # one thousand and more, as a European writes it, or three decimals
    with pytest.raises(DataError, match="--shares"):
        read_shares(["0.5", "40"])
    with pytest.raises(DataError, match="--shares"):
        read_shares(["0.8"], header="% steel")  # 80 %, as a workbook keeps it, or less than one
    with pytest.raises(DataError, match="both called"):
        read(tmp_path, "HTS,HTS,COO\n9503000073,9503000073,CN\n")


def test_rows_lost_in_an_open_quotation_are_told(tmp_path: Path) -> None:
    for inches in ("", '9503.00.0073,CN,"19" rack"\n'):
        text = f'HTS,COO,Name\n{inches}9503.00.0073,CN,"toy\n9503.00.0073,CN,doll\n'
        with pytest.raises(DataError, match="not closed"):
            read(tmp_path, text, on="2025-04-10")
    two_lines = 'HTS,COO,Name\n9503.00.0073,CN,"a toy,\nwith a box"\n'
    assert frame(read(tmp_path, two_lines, on="2025-04-10"))["total_pct"].tolist() == [145]


def test_days_amounts_and_shares() -> None:
    assert read_amounts(["-", "N/A", "10"])[0] == [None, None, Decimal(10)]
    values, problems, *_ = read_days(["31/12/2025", "1/2/2025", "30/2/2025"])
    assert values[:2] == [date(2025, 12, 31), date(2025, 2, 1)] and "2025-02-28" in problems[2]
    assert read_amounts(["1.000,50", "20,5"])[0] == [Decimal("1000.5"), Decimal("20.5")]
    assert read_amounts(["$1,000", ""])[0] == [Decimal(1000), None]
    assert read_amounts(["€10", "10"])[0] == [None, Decimal(10)]
    assert read_shares(["40%", "0.5%"])[0] == [Decimal("0.4"), Decimal("0.005")]
    assert read_shares(["40", "60"])[0] == [Decimal("0.4"), Decimal("0.6")]


def test_codes_are_offered_a_lost_zero_never_given_one_in_silence() -> None:
    assert read_codes(["101210010"])[0] == [None] and "0101210010" in read_codes(["101210010"])[1][0]
    assert read_codes(["101210010"], pad_zeros=True)[0] == ["0101210010"]
    assert read_codes(["7.61510E+09"])[1][0].startswith("a number of a spreadsheet")
    values, _, notes, _ = read_codes(["8517130000123"])
    assert values == ["8517130000"] and "ten digits" in notes[0]


def test_a_table_without_names_of_columns_is_read_by_their_numbers(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="column 1 looks like the codes"):
        read(tmp_path, ROW)
    told = {"code": "1", "origin": "2", "on": "3", "value": "4"}
    assert frame(read(tmp_path, ROW, columns=told))["duty_usd"].tolist() == [1450]


def test_what_a_workbook_hides_merges_or_has_besides_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    for name in ("Parts", "More parts"):
        sheet = book.create_sheet(name)
        sheet.append(["HTS", "HTS", "COO", "Entry Date"])
        sheet.append([9503000073, 8517120050, "CN", date(2025, 4, 10)])
        sheet.append([9503000073, 8517120050, None, None])
        sheet.merge_cells("C2:C3")
        sheet.merge_cells("D2:D3")
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
    book.save(tmp_path / "in.xlsx")
    found = catalogue(tmp_path / "in.xlsx")
    assert found.to_frame()["total_pct"].tolist() == [145, 145]
    told = " ".join(found.how())
    assert "'More parts'" in told and "1 hidden row " in told and "Hidden columns: HTS." in told


def test_an_amount_merged_over_several_products_is_nobodys(tmp_path: Path) -> None:
    """It was taken for the value of each: 3,000 dollars of goods were charged as 5,000."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["HTS", "COO", "Entry Date", "Entered value"])
    for value in (1000, 2000, None, 4000, None):
        sheet.append([9503000073 if value != 4000 else 8517130000, "CN", date(2025, 4, 10), value])
    sheet["A6"] = sheet["B6"] = sheet["C6"] = None
    sheet.merge_cells("D3:D4")
    sheet.merge_cells("D5:D6")  # the row below holds no product
    book.save(tmp_path / "in.xlsx")
    found = catalogue(tmp_path / "in.xlsx")
    rows = found.to_frame()
    assert rows["total_pct"].tolist() == [145, 145, 145, 20]
    assert rows["duty_usd"].fillna(-1).tolist() == [1450, -1, -1, 800]
    assert ["merged cell" in notes for notes in rows["notes"]] == [False, True, True, False]
    assert found.totals()[0]["value"] == 5000


def test_another_currency_gives_no_dollars(tmp_path: Path) -> None:
    texts = (
        "code,origin,on,value,Currency\n" + ROW.strip() + ",EUR\n" + ROW.strip() + ",USD\n",
        "code,origin,on,value\n9503.00.0073,CHN,2025-04-10,€1000\n" + ROW,
    )
    for text in texts:
        found = read(tmp_path, text)
        rows = frame(found)
        assert rows["total_pct"].tolist() == [145, 145] and rows["duty_usd"].tolist()[1] == 1450
        assert rows["duty_usd"].isna().tolist() == [True, False] and "EUR" in rows["notes"][0]
        assert found.totals()[0]["value"] == 1000
    whole = read(tmp_path, "code,origin,on,Value (EUR)\n" + ROW)
    assert frame(whole)["duty_usd"].isna().all() and whole.answered == 1


@pytest.mark.parametrize("cell", ["N/A", "TBD", "-", "NA", "various", "CN/VN"])
def test_an_origin_that_is_not_told_is_no_country(tmp_path: Path, cell: str) -> None:
    found = read(tmp_path, f"code,origin,on\n9503.00.0073,{cell},2025-04-10\n9503.00.0073,CN,2025-04-10\n")
    assert list(found.refused) == [0]  # NA is Namibia in ISO 3166 and `not available` in most tables


@pytest.mark.parametrize(
    "raw", [b"<html><body>", b'[{"hts": [1]}]', b"%PDF-1.7", b"\xd0\xcf\x11\xe0x", b"PK\x03\x04"]
)
def test_what_is_no_table_is_told_with_what_helps(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(DataError, match=r"save (it|the table) as"):
        read(tmp_path, raw, "in.xls")


ES_003 = """Entry Summary Number,Entry Summary Line Number,Entry Date,Country of Origin Code,\
Tariff Ordinal Number,HTS Number - Full,Line Tariff Goods Value Amount,Line Tariff Duty Amount,\
Liquidation Date,Liquidation Status
ABC12345678,1,4/15/2025,CN,1,9903.01.24,0,200.00,02/27/2026,Liquidated
ABC12345678,1,4/15/2025,CN,2,9503.00.0073,1000,0.00,02/27/2026,Liquidated
ABC12345679,1,5/20/2025,CN,1,9503.00.0073,1000,0.00,,Unliquidated
Total,,,,,,2000,,,
"""
"""The columns of CBP's ACE report ES-003, Entry Summary Line Tariff Details."""


def test_a_report_of_ace_is_read_with_its_own_names(tmp_path: Path) -> None:
    found = read(tmp_path, ES_003)
    # 20 + 125 (90 FR 15625) and 20 + 10 points (EO 14298)
    assert frame(found)["duty_usd"].tolist() == [1450, 300] and not found.refused
    assert found.entries.columns["entry"] == 0  # not the number of the line
    assert refunds(found).columns["open"][1].startswith("open")  # not liquidated yet, by the status


def test_shares_are_read_whichever_way_their_column_is_called(tmp_path: Path) -> None:
    text = (
        "HTS,COO,Entry Date,Value,{}\n9403.20.0050,CN,2025-09-10,1000,100%\n"
        "9403.20.0050,CN,2025-09-10,1000,100%\n"
    )
    for head in ("% Steel", "Steel Content %", "Percent Steel", "Steel Percentage", "Pct of Steel"):
        # 25 (List 3) + 20 (fentanyl) + 50 (Proclamation 10947) on all of the value
        assert frame(read(tmp_path, text.format(head)))["total_pct"].tolist() == [95, 95], head
    for head in ("Steel weight (kg)", "Steel cost"):
        assert f"not taken for a metal content: {head}" in " ".join(read(tmp_path, text.format(head)).how())


@pytest.mark.parametrize("head", ["Steel Value", "Steel Content Value (USD)", "Value of Steel Content ($)"])
def test_dollars_of_metal_are_its_share_of_the_value(tmp_path: Path, head: str) -> None:
    text = f"HTS,COO,Entry Date,Entered Value,{head}\n9403.20.0050,CN,2025-09-10,1000,"
    # 25 (List 3) + 20 (fentanyl) + 50 on four fifths (Proclamation 10947) + 10 on the rest (EO 14298)
    assert frame(read(tmp_path, text + "800\n"))["total_pct"].tolist() == [87]
    assert "more than the value" in read(tmp_path, text + "1100\n").refused[0]


def test_percent_in_a_workbook_is_what_a_reader_of_the_sheet_sees(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["HTS", "COO", "Entry Date", "Steel %"])
    for share in (1, 0.07):
        book.active.append(["9403.20.0050", "CN", date(2025, 9, 10), share])
        book.active.cell(book.active.max_row, 4).number_format = "0.0%"
    book.save(tmp_path / "in.xlsx")
    found = catalogue(tmp_path / "in.xlsx")
    assert found.entries.contents == [(("steel", Decimal(1)),), (("steel", Decimal("0.07")),)]


@pytest.mark.parametrize("head", ["Loaded Date", "Load Date", "Laden On Board Date", "Vessel Loading Day"])
def test_the_day_of_loading_is_known_by_its_words(head: str) -> None:
    found = role_of(head)
    assert found is not None and found[0] == "loaded"


def test_a_day_that_is_no_day_of_loading_for_sure_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "HTS,COO,Entry Date,B/L Date\n9503.00.0073,CN,2025-04-10,2025-04-04\n")
    assert "not taken for a day of loading: B/L Date" in " ".join(found.how())


@pytest.mark.parametrize("name", ["parts.xls", "parts.ods"])
def test_workbooks_of_other_kinds_are_read_too(name: str) -> None:
    """A preface, a blank row and a row of sums around a toy and a steel chair, as above."""
    found = catalogue(Path(__file__).parents[1] / "fixtures" / "desk" / name)
    assert frame(found)["total_pct"].tolist() == [145, 95] and found.skipped == 1
    assert found.totals()[0]["value"] == Decimal("2234.5")
    assert "hidden rows and columns" in " ".join(found.how())


@pytest.mark.parametrize(
    "text", ['[{"hts": "9503.00.0073", "coo": "CN"}]', '{"hts": 9503000073, "coo": "CN"}\n' * 2]
)
def test_flat_objects_of_json_are_rows(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text, "in.jsonl", on="2025-04-10")
    assert set(frame(found)["total_pct"]) == {145}


SOUND_ALIKE = ["Line MPF Amount", "Chapter 99 HTS 1", "HTS Description", "Tariff Rate", "Unit Cost"]


@pytest.mark.parametrize("name", SOUND_ALIKE)
def test_names_that_only_sound_alike_are_left(name: str) -> None:
    assert role_of(name) is None


@pytest.mark.parametrize("name", ["Country of Export", "Unit Price", "Description", "Supplier Country"])
def test_what_is_something_else_is_not_taken(name: str) -> None:
    assert role_of(name) is None


def test_a_blank_origin_is_refused_not_taken_for_china(tmp_path: Path) -> None:
    text = "code,origin,on\n9503.00.0073,,2025-04-10\n9503.00.0073,CHN,2025-04-10\n"
    found = read(tmp_path, text)
    assert list(found.refused) == [0] and found.exit_code == 3
    assert not read(tmp_path, text, origin="China").refused
    with pytest.raises(DataError, match="--origin"):
        read(tmp_path, "code,on\n9503.00.0073,2025-04-10\n")


def test_content_claims_and_loading_are_read_per_row(tmp_path: Path) -> None:
    found = frame(
        read(
            tmp_path,
            "code,COO,on,value,steel %,loaded\n"
            "9403.20.0050,CN,2025-09-10,10000,100,\n"
            "9503.00.0073,CN,2025-04-06,1000,,2025-04-04\n"
            "9503.00.0073,CN,2025-04-06,1000,50,\n",
        )
    )
    # 25 (List 3) + 20 (fentanyl) + 50 (Proclamation 10947) on all of the value; loaded before 5 April: no
    # reciprocal duty (EO 14257)
    assert found["total_pct"].tolist()[:2] == [95, 20]
    assert "counts for nothing" in found["notes"][2]


@pytest.mark.parametrize(
    ("entered", "month"),
    [("04/13/2025", 3), ("13/04/2025", 6), ("2025-04-13", None), ("04/04/2025", None)],
)
def test_a_column_of_days_that_leaves_its_order_open_follows_the_days_of_entry(
    tmp_path: Path, entered: str, month: int | None
) -> None:
    table = f"HTS,COO,Entry Date,Liquidation Date\n9503.00.0073,CN,{entered},03/06/2026\n"
    if month is None:  # the days of entry do not tell either
        with pytest.raises(DataError, match="month or day first"):
            read(tmp_path, table)
        return
    found = read(tmp_path, table)
    assert found.entries.liquidated == [date(2026, month, 9 - month)]
    assert "as other days in the table" in " ".join(found.how())


def test_the_column_1_line_of_each_row_is_its_own(tmp_path: Path) -> None:
    # T-shirts and sweaters of cotton pay 16.5 % under 6109.10.00 and 6110.20.20
    rows = "6109100012,VNM,2026-11-09\n6110202079,VNM,2026-11-09\n"
    found = read(tmp_path, "code,origin,on\n" + rows)
    own = [line["heading"] for line in found.lines() if line["authority"] == "MFN"]
    assert own == ["61091000", "61102020"]


PAID = """HTS,COO,Entry Date,Entered Value,Duty Paid
9503.00.0073,CN,2025-04-10,"12,000.00","17,400.00"
9503.00.0073,CN,2025-04-10,100,150
9503.00.0073,CN,2025-04-10,100,
4202.92,CN,2026-11-09,1000,200
"""
"""145 % on 12,000 is 17,400 (see ROW); 200 on 1,000 lies below every duty of 4202.92, even excluded."""


def test_what_was_paid_is_held_against_the_law(tmp_path: Path) -> None:
    found = read(tmp_path, PAID)
    answers = frame(found)
    assert answers["paid_less_law_usd"].fillna(-1).tolist() == [0, 5, -1, -1]
    assert found.paid() == {
        "rows": 2,
        "paid": Decimal(17_550),
        "paid_less_law": Decimal(5),
        "outside": 2,
    }
    assert "17,550.00 US dollars in 2 rows with one duty by the law, 5.00 more than it." in " ".join(
        found.sentences()
    )
    found.write(tmp_path / "out.csv")
    last = pd.read_csv(tmp_path / "out.csv").iloc[-1]
    assert (last["HTS"], last["paid_less_law_usd"]) == ("TOTAL", 5)


def test_no_difference_where_a_row_left_out_has_a_part_of_the_duty(tmp_path: Path) -> None:
    found = read(tmp_path, PAID + "9903.01.24,CN,2025-04-10,,20\n")
    assert found.paid() == {} and "paid_less_law_usd" not in frame(found)
    assert "paid: Duty Paid (not held against the law: rows of chapter 99 have a part of it)" in found.how()


def test_nothing_is_said_of_what_was_paid_where_the_table_does_not_tell(tmp_path: Path) -> None:
    found = read(tmp_path, "HTS,COO,Entry Date,Entered Value\n" + ROW)
    assert found.paid() == {} and "Paid" not in " ".join(found.sentences())
    for name in ("Line Tariff Duty Amount", "Line Duty Amount", "Total Duty Amt"):
        assert role_of(name) is not None and role_of(name)[0] == "paid"


def test_short_codes_give_the_range_over_their_numbers(tmp_path: Path) -> None:
    """7326.90.86 on 10 September 2026: its numbers pay 52.9 or 77.9 (a real entry of .8688 paid 77.9)."""
    found = frame(
        read(
            tmp_path, "code,COO,on,value\n7326.90.86,CN,2026-09-10,14172\n7326.90.8688,CN,2026-09-10,14172\n"
        )
    )
    assert pd.isna(found["total_pct"][0]) and found["upper_pct"][0] == 77.9
    assert found["duty_usd"][1] == 11039.99 and "ten digits" in found["notes"][0]


def test_old_numbers_are_answered_by_their_successors_and_unknown_ones_refused(tmp_path: Path) -> None:
    found = read(tmp_path, "code,COO,on\n8507.60.0020,CN,2026-05-01\n8507.60.0055,CN,2026-05-01\n")
    # .0030 and .0090 begin on 30 January 2026, when .0020 ends (HTSUS 2026 revision 2)
    assert "8507.60.00.30, 8507.60.00.90" in frame(found)["notes"][0]
    assert list(found.refused) == [1] and "8507.60.00.10" in found.refused[1]


def test_several_days_are_columns(tmp_path: Path) -> None:
    found = frame(read(tmp_path, "HTS,COO,value\n9503.00.0073,CN,1000\n", on="2025-01-01,2025-04-10"))
    assert found["duty_usd_2025-01-01"].tolist() == [0] and found["duty_usd_2025-04-10"].tolist() == [1450]


def test_the_users_columns_stay_whatever_their_names(tmp_path: Path) -> None:
    found = frame(
        read(tmp_path, "code,origin,on,error,lines,total_pct\n9503.00.0073,CN,2025-04-10,mine,own,x\n")
    )
    assert found.loc[0, ["error", "lines", "total_pct"]].tolist() == ["mine", "own", "x"]
    assert found["tw_total_pct"].tolist() == [145]


def test_formulas_are_defused_and_the_file_is_whole(tmp_path: Path) -> None:
    found = read(tmp_path, "code,origin,on,value,sku\n9503.00.0073,CN,2025-04-10,1000,=1+1\n")
    text = found.write(tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    wide = read(tmp_path, "code,origin,sku,n\n9503.00.0073,CHN,＝1+1,-5.2\n")
    assert '"\'＝1+1","-5.2"' in wide.write(tmp_path / "wide.csv").read_text(encoding="utf-8-sig")
    assert "'=1+1" in text and text.splitlines()[-1].startswith('"TOTAL"')
    found.write(tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["Answers", "Lines of duty", "About"]
    assert book["Answers"]["E2"].value == "=1+1" and book["Answers"]["E2"].data_type == "s"
    assert any(row[0].value == "Cite" for row in book["About"].rows)


def test_out_replaces_no_device_no_pipe_and_not_the_table_itself(tmp_path: Path) -> None:
    import os

    found = read(tmp_path, "code,origin,on\n9503.00.0073,CN,2025-04-10\n")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for out in (Path("/dev/null"), pipe, tmp_path / "in.csv", tmp_path):
        with pytest.raises(DataError):
            found.write(out)
    assert pipe.is_fifo() and (tmp_path / "in.csv").read_text().startswith("code")
    target = tmp_path / "target.csv"
    (tmp_path / "link.csv").symlink_to(target)
    found.write(tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink() and target.is_file()


def test_rows_agree_with_the_lookup() -> None:
    """Random numbers, days, origins, loading, content: what one lookup says, the catalogue says."""
    rng = random.Random(20261129)
    known = numbers(project_root())
    codes = [code for code, _ in known.named()]
    rows = []
    for _ in range(300):
        code = rng.choice(codes)[: rng.choice((8, 10, 10))]
        on = date(2025, 1, 1) + timedelta(rng.randrange(670))
        loaded = on - timedelta(rng.randrange(40)) if rng.random() < 0.3 else None
        content = {"steel": rng.choice((0.2, 1.0))} if code[:2] in ("73", "94") else {}
        rows.append((code, rng.choice(("CHN", "HKG")), on, loaded, content))
    given = pd.DataFrame(
        {
            "code": [row[0] for row in rows],
            "origin": [row[1] for row in rows],
            "on": [row[2] for row in rows],
            "loaded": [row[3] for row in rows],
            "content": [";".join(f"{m}={s}" for m, s in row[4].items()) for row in rows],
        }
    )
    found = tw.catalogue(given)
    answers = found.to_frame()
    compared = 0
    for at, (code, origin, on, loaded, content) in enumerate(rows):
        try:
            single = tw.lookup(code, origin, on, loaded=loaded, content=content).found
        except tw.TrucewatchError as error:
            assert at in found.refused or "asks for its" in str(error)
            continue
        compared += 1
        row = answers.loc[at]
        whole = None if pd.isna(row["total_pct"]) else row["total_pct"]
        assert whole == (None if single.total_pct is None else float(single.total_pct)), (code, on)
        assert (row["lower_pct"], row["upper_pct"]) == tuple(map(float, single.bounds)), (code, on)
        refunds = tuple(map(float, single.refundable_bounds))
        assert (row["refundable_low_pp"], row["refundable_high_pp"]) == refunds
        assert row["confidence"] == single.confidence
    assert compared > 200


LIST = "HTS,COO,value\n9503.00.0073,CN,10000\n8517.13.0000,CN,1000\n7326.90.8688,CN,14172\n"


def test_what_comes_next_is_a_day_of_the_texts(tmp_path: Path) -> None:
    """Toys entered on 9 November 2025 paid 30; from the 10th fentanyl is 10 and reciprocal 10 (EO 14357)."""
    view = views.ahead(read(tmp_path, LIST, on="2025-11-09"))
    assert [view.columns[name][0] for name in ("next", "before_pct", "after_pct")] == ["2025-11-10", 30, 20]
    assert view.columns["change_usd"][0] == -1000
    lapse = views.ahead(read(tmp_path, LIST, on="2026-11-09")).columns["exclusion_ends"]
    # U.S. note 20(vvv): exclusions of heading 9903.88.69 run to 10 November 2026
    assert lapse[2] == "2026-11-10: 9903.88.69"
    # List 3 at 25 % and nothing else (84 FR 20459): what the exclusion saves on 1,000 dollars
    text = "code,origin,value\n8473.30.5100,CHN,1000\n8483.50.9040,CHN,1000\n"
    found = views.ahead(read(tmp_path, text, on="2026-11-09"))
    assert found.columns["exclusion_usd"] == [250, None]
    # U.S. note 20(vvv)(i), item 1 is the whole number 8483.50.9040: free without a claim, until that day
    assert found.columns["next"][1] == "2026-11-10" and found.columns["change_usd"][1] == 250
    assert found.columns["why"][1] == "S301_TT 0 to 25 (no longer exempt by 9903.88.69)"
    sums = pd.read_csv(found.write(tmp_path / "next.csv")).iloc[-1]
    assert sums[["code", "value", "change_usd", "exclusion_usd"]].tolist() == ["TOTAL", 2000, 250, 250]
    claimed = "code,origin,value,claim\n8473.30.5100,CHN,1000,9903.88.69/8473305100\n"
    view = views.ahead(read(tmp_path, claimed, on="2026-11-09"))
    assert [view.columns[name][0] for name in ("change_usd", "exclusion_usd")] == [250, None]
    # it frees goods of China from Section 301: goods of Korea have nothing to lose
    korean = "code,origin,on\n8501.10.4060,KOR,2026-11-09\n8501.10.4060,CHN,2026-11-09\n"
    assert views.ahead(read(tmp_path, korean)).columns["exclusion_ends"][0] is None


def test_a_view_tells_how_the_list_was_read_and_what_was_refused(tmp_path: Path) -> None:
    view = views.ahead(read(tmp_path, "code,origin,on\n" + "9503.00.0073,,2025-04-10\n95,CHN,2025-04-10\n"))
    assert "code: code" in str(view) and "no country of origin" in str(view)
    assert all(view.to_frame()["error"])


def test_what_law_known_since_a_day_changed(tmp_path: Path) -> None:
    """The memorandum of 11 April 2025 freed smartphones from 5 April on (CSMS 64724565)."""
    view = views.since(read(tmp_path, LIST, on="2025-04-10"), "2025-04-10")
    assert [view.columns[name][1] for name in ("before_pct", "after_pct")] == [145, 20]
    assert view.columns["before_pct"][0] is None and view.columns["change_usd"][1] == -1250


def test_a_scenario_is_told_against_the_law_as_it_stands(tmp_path: Path) -> None:
    found, threat = read(tmp_path, LIST), read_scenario("s1_threat_100")
    view = views.under(found, edited(found.law, threat), threat.title, threat.day)
    assert view.columns["change_pp"] == [100, 100, 100]
    assert view.columns["change_usd"] == [10000, 1000, 14172]


def test_the_same_goods_from_elsewhere(tmp_path: Path) -> None:
    view = views.elsewhere(read(tmp_path, LIST, on="2025-09-10"), ["CHN", "Vietnam"])
    assert [view.columns[f"{origin}_pct"][0] for origin in ("CHN", "VNM")] == [
        tw.lookup("9503.00.0073", origin, "2025-09-10").found.total_pct for origin in ("CHN", "VNM")
    ]
    written = pd.read_csv(view.write(tmp_path / "out.csv"), encoding="utf-8-sig")
    assert written["CHN_usd"][0] == 3000
    # EO 14194 charged Mexico 25 points unless the USMCA was claimed (EO 14232): both are shown
    mexico = views.elsewhere(read(tmp_path, LIST, on="2025-09-10"), ["MEX"])
    assert mexico.columns["MEX_pct"][0] == 25 and mexico.columns["MEX_lower_pct"][0] == 0
    assert "MEX_lower_pct" in str(mexico)
    # of toys and telephones of China nothing is open
    plain = views.elsewhere(read(tmp_path, LIST[: LIST.index("7326")], on="2025-09-10"), ["CHN"])
    assert "CHN_lower_pct" not in str(plain)


def test_an_embargo_stands_in_every_row_that_it_concerns(tmp_path: Path) -> None:
    """31 CFR part 560: goods of Iran enter by license alone, whatever the schedule says they would pay."""
    view = views.elsewhere(read(tmp_path, LIST, on="2025-09-10"), ["VNM", "IRN"])
    assert all("Iran: the embargo" in text for text in view.columns["not_in_ledger"])
    assert "the embargo" in str(view)
    assert "not_in_ledger" not in views.elsewhere(read(tmp_path, LIST, on="2025-09-10"), ["VNM"]).columns


def test_refunds_tell_programme_dollars_and_what_is_open(tmp_path: Path) -> None:
    """Toys on 10 April 2025: fentanyl 20, reciprocal 125. CAPE 80 days; protest 180 (19 U.S.C. 1514)."""
    head = "Entry Number,HTS,COO,Entry Date,Entered Value,Liquidation Date\n"
    days = ("unliquidated", "2026-10-01", "2026-06-01", "2026-02-24", "")
    rows = [f"E{at},9503.00.0073,CN,2025-04-10,1000,{day}\n" for at, day in enumerate(days)]
    view = refunds(read(tmp_path, head + "".join(rows)), "2026-11-09")
    assert view.columns["refund_usd"] == [1450] * 5
    assert view.columns["refund_IEEPA_FENT_usd"][0] == 200
    assert view.columns["refund_IEEPA_RECIP_usd"][0] == 1250
    assert view.columns["open_until"] == [None, "2026-12-20", "2026-11-28", None, None]
    assert [text.partition(":")[0] for text in view.columns["open"]] == [
        "open",
        "open",
        "open",
        "final",
        "not known",
    ]
    assert "protest" in view.columns["open"][2].lower()


def test_interest_is_compounded_daily_at_the_rate_of_each_quarter(tmp_path: Path) -> None:
    """26 U.S.C. 6622(a); factor of 365 days at 6 percent: Rev. Proc. 95-17, 0.061831311."""
    rates = read_kept(INTEREST_RATES)
    million = Decimal(1_000_000)
    year = interest(rates, million, date(2024, 12, 31), date(2025, 12, 31), "corporation_pct")
    assert year == Decimal("61831.31")
    # the second quarter of 2026 is a point lower: 31 + 30 days at 5, none at 6
    spring = interest(rates, million, date(2026, 3, 31), date(2026, 5, 31), "corporation_pct")
    assert spring == round(million * ((1 + Decimal("0.05") / 365) ** 61 - 1), 2)
    assert interest(rates, million, date(2026, 12, 1), date(2027, 1, 5), "other_pct") is None
    assert interest(rates, million, date(2025, 5, 1), date(2025, 5, 1), "other_pct") == 0
    text = "HTS,COO,Entry Date,Payment Date,Entered Value\n9503.00.0073,CN,2025-04-10,2025-04-24,1000\n"
    view = refunds(read(tmp_path, text), "2025-05-24")
    assert view.columns["interest_corporation_usd"] == [
        interest(rates, Decimal(1450), date(2025, 4, 24), date(2025, 5, 24), "corporation_pct")
    ]


def test_entries_for_cape_are_one_column_of_numbers(tmp_path: Path) -> None:
    """CBP Publication 5537-0426: one column `Entry Number`, eleven letters and digits, each entry once."""
    head = "Entry Number,HTS,COO,Entry Date,Entered Value,Liquidation Date\n"
    rows = [
        f"{entry},9503.00.0073,CN,2025-04-10,1000,{day}\n"
        for entry, day in (
            ("ABC-1234567-9", "unliquidated"),
            ("ABC-1234567-9", "unliquidated"),
            ("abc12345680", "2026-10-01"),
            ("ABC12345698", "2026-02-24"),
            ("ABC12345706", ""),
        )
    ]
    found = read(tmp_path, head + "".join(rows))
    write_cape(found, refunds(found, "2026-11-09"), tmp_path / "cape.csv")
    assert (tmp_path / "cape.csv").read_bytes() == b"Entry Number\r\nABC12345679\r\nABC12345680\r\n"
    short = read(tmp_path, head + "1234,9503.00.0073,CN,2025-04-10,1000,unliquidated\n")
    with pytest.raises(DataError, match="not an entry number"):
        write_cape(short, refunds(short, "2026-11-09"), tmp_path / "cape.csv")


def test_a_wide_terminal_shows_what_the_products_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(tmp_path, "code,origin,on,value\n" + ROW)
    assert max(map(len, str(found).splitlines())) <= 80 and "Description" not in str(found)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "130")
    wide = str(found).splitlines()
    assert 80 < max(map(len, wide)) <= 130 and any("Description" in line for line in wide)


def test_a_day_more_costs_nothing_where_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work goes with what the law tells apart, not with the rows."""
    placed, priced, met = [], [], []
    monkeypatch.setattr(cases, "paid_at", lambda *asked: placed.append(asked) or paid_at(*asked))
    monkeypatch.setattr(cases, "measure_line", lambda *asked: priced.append(asked) or measure_line(*asked))
    monkeypatch.setattr(cases, "total_bounds", lambda *asked: met.append(asked) or total_bounds(*asked))
    rng = random.Random(3)
    codes = ("95030000", "85171300", "9403200050", "42029231", "72081060")
    days = [date(2025, 1, 1) + timedelta(number) for number in range(650)]
    frame = pd.DataFrame(
        {
            "code": [rng.choice(codes) for _ in range(4_000)],
            "origin": "CHN",
            "on": [rng.choice(days).isoformat() for _ in range(4_000)],
        }
    )
    found = catalogue(frame)
    assert found.answered == 4_000
    assert len({(row.code, row.on) for row in frame.itertuples()}) > 2_000
    assert len(placed) < 50 and len(priced) < 300 and len(met) < 150
