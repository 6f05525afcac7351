"""What a list says once of all its rows, or of goods that go elsewhere, is not lost without a word."""

from pathlib import Path

import pytest

from tests.unit.test_catalogue_cells import answered, read_as
from trucewatch.errors import DataError

ENTRY = """{"entry_number": "231-1234567-8", "entry_date": "2025-06-12", "total_entered_value": 7500.5,
"importer": {"country": "US"}, "lines": [
{"hts_code": "8517.13.0000", "country_of_origin": "CN", "entered_value": 5000},
{"hts_code": "9503.00.0073", "country_of_origin": "CN", "entered_value": 2500.5}]}"""


@pytest.mark.parametrize("text", [ENTRY, f"[{ENTRY}]"])
def test_the_day_of_an_entry_holds_for_its_lines(tmp_path: Path, text: str) -> None:
    # 12 June 2025: smartphones pay the fentanyl duty of 20 alone (CSMS 64724565), toys 10 more (EO 14298)
    found = answered(tmp_path, text, "entry.json")
    assert found.table.header.index("entry_date") == found.entries.columns["on"]
    assert found.totals()[0]["value"] == pytest.approx(7500.5)
    assert float(found.totals()[0]["duty"]) == pytest.approx(5000 * 0.20 + 2500.5 * 0.30)


def test_several_entries_keep_their_days_apart(tmp_path: Path) -> None:
    found = answered(tmp_path, f"[{ENTRY}, {ENTRY.replace('2025-06-12', '2025-04-10')}]", "entries.json")
    cases = found.answers[0]
    # 10 April 2025: 125 in place of 10 on toys (EO 14266)
    assert [float(cases.cases[at].total_pct) for at in cases.case_at] == [20, 30, 20, 145]


def test_the_currency_of_an_invoice_holds_for_its_lines(tmp_path: Path) -> None:
    text = (
        '{"items": [{"hts": "8517.13.0000", "country_of_origin": "CN", "total_value": 42500}],'
        ' "metadata": {"currency": "EUR", "invoice_date": "2024-01-15", "amount": 99}}'
    )
    found = answered(tmp_path, text, "invoice.json")
    assert found.entries.in_other_money == 1 and not found.totals()[0]["rows"]
    assert "invoice_date" in read_as(found, "on")


def test_what_a_document_says_of_the_whole_is_not_said_of_a_line(tmp_path: Path) -> None:
    text = (
        '{"country": "US", "total_value": 9, "entry_date": "2025-06-12", "lines": [{"hts": "8517.13.0000"}]}'
    )
    found = answered(tmp_path, text, "whole.json", origin="CHN")
    assert found.table.header == ["entry_date", "hts"]


def test_lists_inside_of_a_line_are_parts_of_it(tmp_path: Path) -> None:
    # power supplies of China, 12 June 2025: List 1 25 (9903.88.01), fentanyl 20 (9903.01.24), reciprocal 10
    line = (
        '{"primary": {"hts_code": "8504.40.9530", "entered_value": 17856, "more": [{"hts": "9903.01.24"}]},'
        ' "country_of_origin": "CN", "consignee": {"country": "US"}}'
    )
    found = answered(tmp_path, f'{{"entry_date": "2025-06-12", "lines": [{line}]}}', "line.json")
    assert float(found.totals()[0]["duty"]) == pytest.approx(17856 * 0.55)
    assert "Lists inside of rows passed over: primary.more." in found.table.notes


def test_goods_for_another_country_are_told(tmp_path: Path) -> None:
    text = "HTS,COO,Destination Country,Value\n8517.13.0000,CN,Germany,1\n8517.13.0000,CN,USA,1\n"
    found = answered(tmp_path, text)
    assert read_as(found, "destination").startswith("1 row for another country")
    assert "Destination Country is Germany" in found.entries.notes[0][0] and 1 not in found.entries.notes


def test_columns_of_days_are_known_by_their_cells(tmp_path: Path) -> None:
    text = (
        "HTS,COO,Lead Time (days),Port of Loading,Freigabe,Batch\n"
        "8517.13.0000,CN,30,Yantian,2025-04-10,20250410\n8517.13.0000,CN,45,Ningbo,2025-04-11,77\n"
    )
    found = answered(tmp_path, text)
    assert "Not taken for one: Freigabe;" in read_as(found, "on")
    assert not read_as(found, "loaded")


@pytest.mark.parametrize(
    ("head", "kind"),
    [("ENT_DT", "on"), ("LIQ_DT", "liquidated"), ("LIQ_STAT", "liquidation"), ("harmonizationCode", "code"),
     ("Trade Agreement/Special Program Claim Code", "spi")],
)  # fmt: skip
def test_names_as_programs_shorten_them(head: str, kind: str) -> None:
    from trucewatch.answers.catalogue_names import role_of

    assert (role_of(head) or ("",))[0] == kind


def test_a_column_of_codes_without_a_code_gives_way(tmp_path: Path) -> None:
    found = answered(tmp_path, "mfr_hs_code,hts_code,COO\n9021.10,,CN\n")
    assert found.entries.codes == ["902110"] and not found.refused


def test_headings_of_chapter_99_beside_a_code_may_be_an_exclusion(tmp_path: Path) -> None:
    found = answered(tmp_path, "HTSUS,COO,Entry Date\n8473.30.5100;9903.88.69,CN,2025-05-22\n")
    assert (
        "exclusion" in read_as(found, "code") and "which exclusion was claimed" in found.entries.notes[0][0]
    )


def test_a_name_that_could_be_of_anything_gives_way_to_one_that_says_more(tmp_path: Path) -> None:
    # a label service's list: the first country is where the parcel goes
    text = (
        "Name,Country,Customs - HS Tariff,Customs - Country of Origin,Customs - Value\nA,CA,6109.10,IN,24\n"
    )
    found = answered(tmp_path, text)
    assert found.entries.origins == ["IND"]
    heads = "HTS,COO,Amount,Date,Total Entered Value (USD),Customs Clearance Date"
    found = answered(tmp_path, f"{heads}\n8517.13,CN,1,2020-01-01,9,2025-04-10\n", "both.csv")
    assert found.totals()[0]["value"] == 9 and str(found.entries.days[0]) == "2025-04-10"


def test_duties_paid_in_columns_of_their_own_are_told_as_not_read(tmp_path: Path) -> None:
    text = "HTS,COO,Entry Date,Value,Duty,Sec 301,IEEPA,Duty Rate\n8517.13.0000,CN,2025-05-22,100,0,0,20,0\n"
    assert "Duty, Sec 301, IEEPA;" in read_as(answered(tmp_path, text), "paid")


def test_a_number_of_another_tariff_is_told_the_six_digits(tmp_path: Path) -> None:
    # headphones: 8518.30.10 and .20 are the US lines, no 8518.30.00 (HTSUS chapter 85)
    found = answered(tmp_path, "HS Code,COO\n8518.30.00,CN\n")
    assert "8518.30 gives the range, if the number is of another tariff" in found.refused[0]


def test_a_column_that_could_be_of_a_kind_too_is_named(tmp_path: Path) -> None:
    # lists for bulk quotes have aliases side by side; where they disagree a reader must see which was read
    found = answered(tmp_path, "hts_code,hts,country,coo\n8517.13.0000,9503.00.0073,CN,MX\n")
    assert read_as(found, "code") == "not taken: hts" and read_as(found, "origin") == "not taken: country"
    same = answered(tmp_path, "hts_code,hts,country,coo\n8517.13.0000,8517.13.0000,CN,CN\n", "same.csv")
    assert not read_as(same, "code") and not read_as(same, "origin")


def test_a_day_for_all_rows_says_which_column_it_stands_in_for(tmp_path: Path) -> None:
    text = "hts_code,country,import_date\n8517.13.0000,CN,2025-09-01\n"
    assert read_as(answered(tmp_path, text, on="2025-04-10"), "on").endswith("in place of import_date")


def test_another_column_of_days_tells_the_order_of_the_days_of_entry(tmp_path: Path) -> None:
    # an importer's report of entry lines (ACE ES-003): the summary is due ten working days after entry
    heads = "HTS Number - Full,Country of Origin Code,Entry Date,Entry Summary Date\n"
    found = answered(tmp_path, f"{heads}3923.90.0080,IN,04/08/2025,04/15/2025\n")
    assert str(found.entries.days[0]) == "2025-04-08" and "month/day/year" in read_as(found, "on")
    with pytest.raises(DataError, match="month or day first"):
        answered(tmp_path, f"{heads}3923.90.0080,IN,04/08/2025,04/09/2025\n", "open.csv")
    with pytest.raises(DataError, match="month or day first"):  # one column tells this order, one that
        both = heads.replace("\n", ",Liquidation Date\n")
        answered(tmp_path, f"{both}3923.90.0080,IN,04/08/2025,04/15/2025,22/03/2026\n", "both.csv")


def test_a_program_claimed_is_told_or_read(tmp_path: Path) -> None:
    text = "hts_code,country_of_origin,{}\n6109.10.0012,KR,KR\n"
    assert "programme" in read_as(answered(tmp_path, text.format("programme")), "claim")
    found = answered(tmp_path, text.format("Trade Programme"), "claimed.csv", on="2024-06-03")
    # 6109.10.00: 16.5 %, free under KORUS (HTSUS, special column)
    assert found.answers[0].cases[0].total_pct == 0
