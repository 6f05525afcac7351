"""Lists as programs write them: binary workbooks, encodings, units below the names, letters before a code.

Toys (9503.00) are free in column 1; on 10 April 2025 Chinese goods paid 145 % of emergency duties. The
workbooks are of a spreadsheet library that leaves out the column of a cell where the one before is filled.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.catalogue_names import role_of
from trucewatch.errors import DataError
from trucewatch.paths import project_root

WORKBOOKS = project_root() / "tests" / "fixtures" / "workbooks"
TOYS = Path("toys.csv")


def answered(folder: Path, text: str, encoding: str = "utf-8"):
    (folder / TOYS).write_text(text, encoding=encoding)
    return catalogue(folder / TOYS)


def totals(found) -> list[float]:
    return [float(total) for total in found.to_frame()["total_pct"][: found.rows]]


def test_a_binary_workbook_is_read_with_all_its_columns() -> None:
    found = catalogue(WORKBOOKS / "list.xlsb")
    assert totals(found)[0] == 145
    assert {kind for kind, _, _ in found.entries.how} >= {"code", "origin", "on", "value", "spi"}


def test_a_binary_workbook_whose_cells_would_be_lost_is_refused() -> None:
    with pytest.raises(DataError, match="cells without the number of their column") as refused:
        catalogue(WORKBOOKS / "short_cells.xlsb")
    assert "xlsx" in refused.value.remedy


def test_a_japanese_list_is_read(tmp_path: Path) -> None:
    found = answered(
        tmp_path, "品番,HSコード,原産国,通関価格(USD),輸入日\n1,9503.00.0073,中国,100,2025/04/10\n", "cp932"
    )
    assert totals(found) == [145]
    assert "Read as Shift-JIS." in found.table.notes


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Zollwert in USD", "value"),
        ("Zollwert (EUR)", "value"),
        ("entry_datetime", "on"),
        ("Import Timestamp", "on"),
        ("通関価格", "value"),
    ],
)
def test_names_of_columns_with_their_money_or_their_hour(name: str, role: str) -> None:
    found = role_of(name)
    assert found is not None
    assert found[0] == role


@pytest.mark.parametrize("name", ["fob_price_usd", "Cost (USD)", "FOB price"])
def test_the_price_of_a_piece_is_no_value_of_a_row(tmp_path: Path, name: str) -> None:
    """Names as in public lists of quotations; the price of one piece stands beside a quantity."""
    assert role_of(name) is None
    found = answered(tmp_path, f"hts,coo,target quantity,{name}\n9503000073,CN,5000,2.85\n")
    assert not found.totals()[0]["rows"] and any("--column value=NAME" in text for text in found.how())


@pytest.mark.parametrize("name", ["annual_import_value", "Line Cost USD", "Total FOB price", "Extended Cost"])
def test_the_value_of_a_row_is_known_by_more_names(name: str) -> None:
    assert (role_of(name) or ("", 0))[0] == "value"


def test_a_day_with_an_hour_is_that_day(tmp_path: Path) -> None:
    found = answered(tmp_path, "hts,coo,entry_datetime\n9503000073,CN,2025-04-10T23:59:59-04:00\n")
    assert totals(found) == [145]


def test_units_below_the_names_are_no_product(tmp_path: Path) -> None:
    found = answered(tmp_path, "HTS,COO,Value,Entry Date\n,,(USD),\n9503.00.0073,CN,100,2025-04-10\n")
    assert totals(found) == [145]
    assert "1 row left out, units below the names: 2." in found.table.notes


def test_letters_before_a_code_are_no_part_of_it_and_claim_nothing_unseen(tmp_path: Path) -> None:
    found = answered(
        tmp_path, "HTS,COO,Entry Date\nS 9503.00.0073,MX,2025-05-01\n9503.00.0073,MX,2025-05-01\n"
    )
    own, plain = totals(found)
    assert own == plain == 25
    assert "S before the code was passed over" in found.to_frame()["notes"][0]


def test_a_union_of_countries_is_no_origin(tmp_path: Path) -> None:
    found = answered(tmp_path, "HTS,COO,Entry Date\n9503.00.0073,EU,2025-05-01\n9503.00.0073,CN,2025-05-01\n")
    assert "not one country of origin" in found.to_frame()["error"][0]


@pytest.mark.parametrize(
    "header", ["序号,HS编码,原产国,入境日期,货值(美元)", "序號,稅號,原產地,進口日期,申報價值"]
)
def test_a_chinese_list_is_read(tmp_path: Path, header: str) -> None:
    """The day of entry is read too: toys of 10 April 2025, not of today."""
    found = answered(tmp_path, f"{header}\n1,9503000073,中国,2025-04-10,1250\n", "gb18030")
    assert totals(found) == [145]
    assert found.to_frame()["duty_usd"][0] == 1812.5


def test_sums_of_some_rows_are_left_out(tmp_path: Path) -> None:
    rows = "Alpha,a1,9503.00.0073,CN,2025-04-10,100\nAlpha Total,,,,,100\nTotal for PO 17,,,,,100\n"
    found = answered(tmp_path, f"Supplier,SKU,HTS,COO,Entry date,Ext Cost\n{rows}")
    assert totals(found) == [145] and not found.refused
    assert found.table.notes == ["2 rows left out, sums: 3, 4."]


def test_a_product_without_a_code_is_no_sum(tmp_path: Path) -> None:
    rows = "Total station,,CN,2025-04-10,100\nTotally new toy,,CN,2025-04-10,100\n"
    found = answered(tmp_path, f"Item,HTS,COO,Entry date,Value\nToy,9503.00.0073,CN,2025-04-10,1\n{rows}")
    assert len(found.refused) == 2


def test_thousands_in_a_file_whose_cells_commas_part(tmp_path: Path) -> None:
    """Who writes decimals after a comma parts cells by semicolons; 1.250 stays open."""
    head = "HTS,COO,Entry date,Value,Qty"
    found = answered(tmp_path, f'{head}\n9503.00.0073,CN,2025-04-10,"10,000","1,000"\n')
    assert found.value_of(0) == 10_000
    assert "Value (decimals after a point)" in str(found)
    for text in (
        head.replace(",", ";") + "\n9503.00.0073;CN;2025-04-10;10,000;5\n",
        f"{head}\n9503.00.0073,CN,2025-04-10,1.250,5\n",
    ):
        with pytest.raises(DataError, match="thousands or decimals"):
            answered(tmp_path, text)


@pytest.mark.parametrize("credit", ["-200", "(50.00)", "$-5", "-$5", "12.50-"])
def test_a_credit_without_its_entry_is_refused_with_what_to_do(tmp_path: Path, credit: str) -> None:
    rows = f"9503.00.0073,CN,2025-04-10,100\n9503.00.0073,CN,2025-04-10,{credit}\n"
    found = answered(tmp_path, f"hts,coo,date,value\n{rows}")
    assert "take it off the right row" in found.refused[1] and found.exit_code == 3
    paid = answered(tmp_path, f"hts,coo,date,value,duty paid\n9503.00.0073,CN,2025-04-10,100,{credit}\n")
    assert "take a credit off the row that it corrects" in paid.refused[0]


ENTRY = "entry number,hts,coo,date,value,duty paid,quantity,unit\n"


def test_a_credit_is_taken_off_its_entry(tmp_path: Path) -> None:
    """A price lowered after importation is disregarded (19 U.S.C. 1401a(b)(4)(B)); entries are corrected."""
    toys = ("1000,1450,10,ea", "-200,-290,-2,ea", "(100.00),-145,1,ea")
    rows = [f"A,9503.00.0073,CN,2025-04-10,{text}\n" for text in toys]
    others = ["A,8517.13.0000,CN,2025-04-10,-50,,,\n", "B,9503.00.0073,CN,2025-04-10,-50,,,\n"]
    found = answered(tmp_path, ENTRY + "".join(rows + others))
    sums = found.totals()[0]
    # toys of China entered on 10 April 2025: 145 percent of 1,000 less 200 less 100
    assert (sums["value"], sums["duty"], sums["refund_low"]) == (700, 1015, 1015)
    assert found.paid()["paid_less_law"] == 0 and found.paid()["outside"] == 0
    assert set(found.refused) == {3, 4}
    assert any("2 credits, 300.00 of value" in note for note in found.table.notes)
    assert found.refunds("2026-11-09").columns["refund_usd"] == [1450, -290, -145, None, None]


def test_credits_above_the_rows_they_correct_are_refused(tmp_path: Path) -> None:
    rows = [f"A,9503.00.0073,CN,2025-04-10,{value},,,\n" for value in ("100", "-60", "-50")]
    assert set(answered(tmp_path, ENTRY + "".join(rows)).refused) == {1, 2}


def test_columns_without_names_are_offered_by_what_they_look_like(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        answered(tmp_path, "9503.00.0073,CN,1000\n8517.13.0000,CN,2000\n")
    assert refused.value.remedy.endswith("--column code=1 --column origin=2 --column value=3")


def test_a_name_the_user_has_in_other_letters_is_taken(tmp_path: Path) -> None:
    """A spreadsheet holds `Description` and `description` for one name."""
    rows = "Toy,9503.00.0073,CN,2025-04-10,100,x\n"
    found = answered(tmp_path, f"Description,HTS,COO,Entry date,Value,NEXT\n{rows}")
    for frame in (found.to_frame(), found.ahead().to_frame()):
        assert len({name.casefold() for name in frame}) == len(frame.columns)
        assert frame["Description"][0] == "Toy"
    assert found.to_frame()["tw_description"][0].startswith("Tricycles, scooters")


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("품명,HS코드,원산지,수입일자,과세가격(USD)", "cp949"),
        ("Articolo,Codice HS,Paese d'origine,Data importazione,Valore doganale (USD)", "utf-8"),
        ("Produto,Código NCM,País de origem,Data de importação,Valor aduaneiro (US$)", "utf-8"),
        ("Ware,Zolltarifnummer,Ursprungsland,Eingangsdatum,Rechnungswert (USD)", "cp1252"),
        ("Produit,Code SH,Pays d'origine,Date d'importation,Valeur douanière (USD)", "cp1252"),
    ],
)
def test_lists_in_other_languages_are_read(tmp_path: Path, header: str, encoding: str) -> None:
    found = answered(tmp_path, f"{header}\nx,9503000073,CN,2025-04-10,1250\n", encoding)
    assert found.to_frame()["duty_usd"][0] == 1812.5


@pytest.mark.parametrize("name", ["Data ordine", "Fecha de factura", "Bestelldatum", "주문일자"])
def test_a_day_that_is_not_taken_is_named(tmp_path: Path, name: str) -> None:
    """A list answered for today says which column might have had its days."""
    found = answered(tmp_path, f"HTS,COO,{name}\n9503000073,CN,2025-04-10\n")
    assert any(f"Not taken for one: {name}" in line for line in found.how())


LINE = "HTS Code,COO,Entry Date,Value\n9503.00.0073,CN,2025-04-10,1000\n"


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return packed.getvalue()


@pytest.mark.parametrize("raw", [zipped(list=LINE), gzip.compress(LINE.encode())], ids=["zip", "gzip"])
def test_the_one_file_of_an_archive_is_read(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / TOYS).write_bytes(raw)
    found = catalogue(tmp_path / TOYS)
    assert totals(found) == [145] and found.table.notes[0].startswith("Unpacked: ")


@pytest.mark.parametrize(
    "raw", [zipped(a=LINE, b=LINE), gzip.compress(LINE.encode())[:-9]], ids=["two files", "cut off"]
)
def test_an_archive_without_one_whole_file_is_to_be_unpacked(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / TOYS).write_bytes(raw)
    with pytest.raises(DataError, match="archive") as refused:
        catalogue(tmp_path / TOYS)
    assert "unpack it" in refused.value.remedy


TWO_ROWS = [["", "HTS", "Country", "Entry", "Entered"], ["SKU", "Number", "of Origin", "Date", "Value"]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_names_of_columns_in_two_rows_are_read_together(tmp_path: Path, kind: str) -> None:
    rows = [["Parts of Acme"], *TWO_ROWS, ["A1", "9503.00.0073", "CN", "2025-04-10", "1000"]]
    path = tmp_path / f"list.{kind}"
    if kind == "csv":
        path.write_text("\n".join(map(",".join, rows)))
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    found = catalogue(path)
    assert found.table.header == ["SKU", "HTS Number", "Country of Origin", "Entry Date", "Entered Value"]
    assert totals(found) == [145] and found.totals()[0]["duty"] == 1450
    assert found.table.rows.to_pylist() == [4]


def test_a_heading_above_the_names_stays_apart(tmp_path: Path) -> None:
    found = answered(tmp_path, "Shipment,,Customs,\nPO,HTS,COO,Value\nP1,9503.00.0073,CN,1000\n")
    assert found.table.header == ["PO", "HTS", "COO", "Value"]


def test_a_formula_without_its_result_is_no_empty_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()  # a library that does not calculate
    for row in (["HTS", "COO", "Pieces", "Price", "Value"], ["9503.00.0073", "CN", 10, 100, "=C2*D2"]):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    found = catalogue(tmp_path / "list.xlsx")
    assert "found '=C2*D2'" in found.refused[0] and found.exit_code == 1
    assert any("1 formula without a result" in note for note in found.table.notes)


def test_names_of_columns_that_come_again_are_no_row(tmp_path: Path) -> None:
    found = answered(tmp_path, LINE + LINE)  # two exports, one behind the other
    assert totals(found) == [145, 145] and found.exit_code == 0
    assert "1 row left out, the names of columns again: 3." in found.table.notes


def test_signs_without_width_and_subtotals_of_a_supplier(tmp_path: Path) -> None:
    text = "Supplier,HTS,COO,Value\nBeta,9503.00.0073\u200b,CN,1000\nSubtotal Beta,,,1000\n"
    found = answered(tmp_path, text)
    assert (found.answered, found.rows) == (1, 1)
