"""Cells and names of columns as public lists have them: codes among words, thousands, other tariffs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.catalogue_columns import read_codes
from trucewatch.answers.catalogue_names import role_of
from trucewatch.answers.inputs import read_day
from trucewatch.cli import main
from trucewatch.errors import DataError


@pytest.mark.parametrize(
    "cell",
    [
        "8517.13.0000 (301 List 4B)", "8517130000US", "HTSUS 8517.13.0000 / ECCN 5A992", "8517,13,0000",
        "8517.13.0000*", "~8517.13.0000", "８５１７．１３．００００", "Phones 8517.13.0000",
        "8517.13.0000 - Phones, 64GB and 12 plugs", "8517.13.0000/8517.13.0000", "9903.88.03 & 8517.13.0000",
        "9802.00.80 8517.13.0000",
    ],
)  # fmt: skip
def test_a_code_is_found_among_words(cell: str) -> None:
    values, problems, _, _ = read_codes([cell])
    assert (values, problems) == (["8517130000"], [""])


@pytest.mark.parametrize(
    "cell",
    [
        "8517.62.0090 or 8517.69.0000", "8517.62.0090 and 8504.40.9580", "8517.62.0090 8504.40.9580",
        "8517620090 8504409580", "8517.62/69", "8517.62, .69", "8517.62 or 69", "8517.62-8517.69",
        "851762 & 851769",
    ],
)  # fmt: skip
def test_two_codes_in_a_cell_are_refused_and_not_joined(cell: str) -> None:
    values, problems, _, _ = read_codes([cell])
    assert values == [None] and problems[0].startswith("more than one product code")


def test_a_heading_of_chapter_98_beside_a_code_is_not_passed_over_unsaid() -> None:
    _, _, notes, _ = read_codes(["9802.00.80 8517.13.0000"])
    assert "chapter 98" in notes[0] and "not modeled" in notes[0]


def answered(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8", **options: object):
    (folder / name).write_text(text, encoding=encoding)
    return catalogue(folder / name, **options)


def read_as(found, kind: str) -> str:
    return "; ".join(how for of, _, how in found.entries.how if of == kind)


@pytest.mark.parametrize(
    ("head", "scale"),
    [
        ("Value (USD 000s)", 1_000), ("Value (USD '000)", 1_000), ("Customs Value ($K)", 1_000),
        ("Value (1,000 USD)", 1_000), ("Import value (USD m)", 1_000_000), ("Value (US$ mn)", 1_000_000),
        ("Value (million)", 1_000_000), ("Value USD", 1), ("Total Value USD", 1), ("Value (USD)", 1),
    ],
)  # fmt: skip
def test_amounts_in_thousands_count_as_thousands(tmp_path: Path, head: str, scale: int) -> None:
    # 20 % on smartphones of China on 10 April 2025: the fentanyl duty alone (CSMS 64724565)
    found = answered(tmp_path, f'HTS;COO;Entry Date;"{head}"\n8517.13.0000;CN;2025-04-10;10\n')
    assert found.totals()[0]["duty"] == 2 * scale
    assert read_as(found, "value") == (f"times {scale:,}" if scale > 1 else "")


def test_an_amount_beyond_all_trade_is_refused(tmp_path: Path) -> None:
    found = answered(tmp_path, "HTS,COO,Value (USD m)\n8517.13.0000,CN,9999999999\n")
    assert "1,000,000 in the name" in found.refused[0]


def test_numbers_of_another_tariff_are_read_at_six_digits(tmp_path: Path) -> None:
    # 8712.00.30 of the Combined Nomenclature is no US number: bicycles are 8712.00.15 to .50 there
    found = answered(tmp_path, "CN code,Country of origin\n87120030,CN\n39269097,CN\n")
    assert found.entries.codes == ["871200", "392690"] and not found.refused
    assert "six digits" in read_as(found, "code")


def test_numbers_that_may_be_of_another_tariff_are_said_to_be_read_as_those_of_the_us(tmp_path: Path) -> None:
    text = "Zolltarifnummer;Ursprungsland\n87120030;CN\n"
    assert "--hs6" in read_as(answered(tmp_path, text), "code")
    assert not answered(tmp_path, text, hs6=True).refused
    assert "--hs6" not in read_as(answered(tmp_path, "HTS;COO\n8712.00.15;CN\n"), "code")


def test_a_row_without_a_currency_is_said_to_be_read_as_dollars(tmp_path: Path) -> None:
    found = answered(tmp_path, "HTS,COO,Value,Currency\n8517.13.0000,CN,1,CNY\n8517.13.0000,CN,1,\n")
    assert read_as(found, "currency") == "1 row without one read as dollars"


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Variant HS Code", "code"), ("Variant Country of Origin", "origin"),
        ("Variant Origin Country", "origin"), ("Statist.Warennr", "code"), ("UrL", "origin"),
    ],
)  # fmt: skip
def test_names_of_exports_of_shops_and_of_sap(name: str, role: str) -> None:
    found = role_of(name)
    assert found is not None and found[0] == role


@pytest.mark.parametrize("name", ["Variant Price", "Cost per item", "Variant Weight", "Invoice.Date"])
def test_a_price_of_a_piece_and_a_day_of_an_invoice_are_not_taken(name: str) -> None:
    assert role_of(name) is None


@pytest.mark.parametrize("origin", ["XO", "XQ", "1220", "CA"])
def test_a_province_stands_for_canada_as_entries_name_it(tmp_path: Path, origin: str) -> None:
    # 15 CFR 30.54(b), CSMS 97-000267: the code of the province replaces CA; 1220 is Schedule C of Census
    assert answered(tmp_path, f"HTS,COO\n8517.13.0000,{origin}\n").entries.origins == ["CAN"]


@pytest.mark.parametrize(
    "day",
    [
        "10 avril 2025",
        "10 de abril de 2025",
        "10. April 2025",
        "10 aprile 2025",
        "10 april 2025",
        "Apr 10, 2025",
    ],
)
def test_months_in_other_languages(day: str) -> None:
    assert read_day(day).isoformat() == "2025-04-10"


@pytest.mark.parametrize(
    ("day", "iso"),
    [
        ("1er août 2025", "2025-08-01"), ("3. März 2025", "2025-03-03"), ("2 juillet 2025", "2025-07-02"),
        ("2 juin 2025", "2025-06-02"),
    ],
)  # fmt: skip
def test_months_with_accents(day: str, iso: str) -> None:
    assert read_day(day).isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        '{"items": [{"hts": "8517.13.0000", "origin": "CN", "on": "2025-04-10", "value": 100}], "page": 1}',
        '[{"customs": {"hts_code": "8517.13.0000", "origin": "CN"}, "on": "2025-04-10", "value": 100}]',
    ],
)
def test_json_as_services_answer_it(tmp_path: Path, text: str) -> None:
    assert answered(tmp_path, text, "list.json").totals()[0]["duty"] == 20


def test_amounts_with_signs_of_east_asia(tmp_path: Path) -> None:
    text = 'HSコード,原産国,申告価格,輸入申告日\n851713,中国,"300,000円",2025年4月10日\n'
    found = answered(tmp_path, text, encoding="cp932")
    assert found.entries.in_other_money == 1 and not found.refused


def test_a_line_of_remarks_is_no_product(tmp_path: Path) -> None:
    # as in the watch lists of a public tariff tracker
    found = answered(tmp_path, "HTS Code,Country\n\n# phones\n8517130000,CN\n")
    assert found.rows == 1 and not found.refused


def test_a_heading_of_chapter_99_with_a_value_of_its_own_is_refused(tmp_path: Path) -> None:
    # an entry's value stands on the line of the product, or is repeated on its headings (ACE report ES-003)
    text = "Entry No,HTS,COO,Value\nA,9903.88.03,CN,100\nA,8501.31.4000,CN,100\nB,9903.88.03,CN,70\n"
    found = answered(tmp_path, text)
    assert found.skipped == 1 and list(found.refused) == [1] and found.exit_code == 3
    assert "give the product's own code" in found.refused[1]


@pytest.mark.parametrize("name", ["out.xls", "out.json", "out.pdf"])
def test_answers_are_not_written_under_a_name_that_promises_another_form(tmp_path: Path, name: str) -> None:
    found = answered(tmp_path, "HTS,COO\n8517.13.0000,CN\n")
    with pytest.raises(DataError, match="is written"):
        found.write(tmp_path / name)


def test_the_system_s_name_of_standard_output_is_standard_output(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("HTS,COO\n8517.13.0000,CN\n")
    ran = CliRunner().invoke(main, ["catalogue", str(tmp_path / "list.csv"), "--out", "/dev/stdout"])
    assert ran.exit_code == 0 and '"8517.13.0000"' in ran.stdout
    assert ran.stdout.startswith('"HTS","COO"') and "rows answered" in ran.stderr
    assert Path("/dev/stdout").is_symlink()


def test_the_history_of_a_code_is_drawn(tmp_path: Path) -> None:
    asked = ["history", "9503.00.00", "2025-04-01", "2025-05-20", "--chart", str(tmp_path / "drawn")]
    assert CliRunner().invoke(main, asked).exit_code == 0
    assert {path.suffix for path in (tmp_path / "drawn").iterdir()} == {".svg", ".png", ".csv"}


def test_a_terminal_shows_the_total_of_each_day(tmp_path: Path) -> None:
    # toys: free in column 1 and on list 4B; 145 points of emergency duties on 10 April 2025
    text = str(answered(tmp_path, "HTS,COO\n9503.00.0073,CN\n", on="2025-01-01,2025-04-10"))
    assert "2025-01-01 %  2025-04-10 %" in text and text.count("145") == 1
    asked = ["catalogue", str(tmp_path / "list.csv"), "--on", "2025-01-01,2025-04-10", "--next"]
    assert "go with one day" in CliRunner().invoke(main, asked).output


def test_an_amount_written_another_way_than_its_column_is_asked_about(tmp_path: Path) -> None:
    text = 'HTS;COO;Value\n8517.13.0000;CN;"1.000,00 USD"\n8517.13.0000;CN;"USD 2,500"\n'
    with pytest.raises(DataError, match="another way than its column"):
        answered(tmp_path, text)
    assert answered(tmp_path, text, decimal="comma").totals()[0]["value"] == Decimal("1002.5")
    alike = "HTS;COO;Value\n8517.13.0000;CN;1.125\n8517.13.0000;CN;12.5\n"
    assert answered(tmp_path, alike).totals()[0]["value"] == Decimal("13.625")
