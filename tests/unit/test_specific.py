"""Duties that count units.

Sources of what is expected: the rates are printed in the Harmonized Tariff Schedule (USITC); a barrel is 42
gallons of 231 cubic inches and a pound 0.45359237 kg (NIST Handbook 44, Appendix C); the rest is arithmetic.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.desk import ask
from trucewatch.answers.every_origin import from_every_origin
from trucewatch.api import assistants
from trucewatch.cli import main
from trucewatch.duty.specific import Quantity, UnitRate, exact_pct, read_unit, unit_rate
from trucewatch.errors import DataError


@pytest.mark.parametrize(
    ("text", "dollars", "unit", "percent"),
    [
        ("84¢/bbl", "0.84", "bbl", "0"),
        ("84 cents/bbl", "0.84", "bbl", "0"),
        ("$1.05/kg", "1.05", "kg", "0"),
        ("1.2¢/kg + 8%", "0.012", "kg", "8"),
        ("$1.104/kg + 14.9%", "1.104", "kg", "14.9"),
        ("1¢ each + 2.8%", "0.01", "each", "2.8"),
        ("76¢/pr. + 32%", "0.76", "pr.", "32"),
        ("89.6¢/1000", "0.896", "1000", "0"),
        ("5.7¢/kg on drained weight +8%", "0.057", "kg on drained weight", "8"),
    ],
)
def test_rates_are_read(text: str, dollars: str, unit: str, percent: str) -> None:
    assert unit_rate(text) == UnitRate(Decimal(dollars), unit, Decimal(percent))


@pytest.mark.parametrize(
    "text",
    [
        "5%",
        "Free",
        "",
        "44¢ each + 6% on the case + 14% on the strap, band or bracelet",
        "17¢ each + 2.5% + 1¢/jewel",
        "4.4¢/liter + 31.4¢/pf. liter",
        "3.6606¢/kg less 0.020668¢/kg for each degree under 100 degrees (and fractions of a degree)",
        "The rate applicable to the article of which it is a part or accessory",
    ],
)
def test_what_counts_in_no_single_unit_is_left(text: str) -> None:
    assert unit_rate(text) is None
    assert exact_pct(text, Quantity(Decimal(1), "kg", Decimal(1))) is None


@pytest.mark.parametrize(
    ("spelled", "unit"),
    [
        ("KG", "kg"),
        ("kilograms", "kg"),
        ("Kgs.", "kg"),
        ("bbl", "bbl"),
        ("Barrels", "bbl"),
        ("L", "liter"),
        ("liters", "liter"),
        ("doz", "doz."),
        ("No.", "each"),
        ("pcs", "each"),
        ("Prs", "pr."),
        ("ton", None),
        ("boxes", None),
    ],
)
def test_units_as_people_write_them(spelled: str, unit: str | None) -> None:
    assert read_unit(spelled) == unit


@pytest.mark.parametrize(
    ("text", "amount", "unit", "percent"),
    [
        ("84¢/bbl", "100", "bbl", "8.4"),
        ("84¢/bbl", "4200", "gallons", "8.4"),
        ("84¢/bbl", "15898.7294928", "L", "8.4"),
        ("$1.05/kg", "1", "t", "105"),
        ("1¢ each + 2.8%", "10", "doz", "2.92"),
        ("2¢/kg", "100", "lb", "0.090718474"),
        ("5.7¢/kg on drained weight", "10", "kg on drained weight", "0.057"),
    ],
)
def test_a_quantity_makes_the_rate_exact(text: str, amount: str, unit: str, percent: str) -> None:
    assert exact_pct(text, Quantity(Decimal(amount), unit, Decimal(1000))) == Decimal(percent)


@pytest.mark.parametrize(
    ("text", "unit"), [("84¢/bbl", "kg"), ("84¢/bbl", ""), ("5.7¢/kg on drained weight", "kg")]
)
def test_a_unit_that_does_not_fit_is_refused(text: str, unit: str) -> None:
    with pytest.raises(DataError, match="the schedule counts in") as refused:
        exact_pct(text, Quantity(Decimal(1), unit, Decimal(1000)))
    assert text.split("/")[1] in refused.value.remedy


def test_a_slip_of_size_is_refused() -> None:
    with pytest.raises(DataError, match="a thousand times the value"):
        exact_pct("84¢/bbl", Quantity(Decimal(10**9), "bbl", Decimal(1)))


def test_lookup_of_a_hundred_barrels() -> None:
    """2710.19.30 pays 84 cents a barrel: 84 dollars on 1,000, with the 25 % of heading 9903.88.02."""
    found = ask("2710.19.3020", "CHN", "2026-11-09", value=1000, quantity=100, unit="bbl")
    base = found.lines[0]
    assert (found.total_pct, found.duty_usd) == (Decimal("33.4"), Decimal("334.00"))
    assert "84¢/bbl on the quantity given, exact" in base.reason and not base.is_estimate
    assert not any("ad valorem equivalent" in note for note in found.notes)
    told = ("lookup", "2710.19.3020", "--on", "2026-11-09", "--value", "1000")
    done = CliRunner().invoke(main, [*told, "--quantity", "100", "--unit", "barrels"])
    assert done.exit_code == 0 and "33.4 %" in done.output


def test_lookup_says_where_a_quantity_is_of_no_use() -> None:
    free = ask("9503.00.0073", "CHN", "2026-11-09", value=1000, quantity=5, unit="kg")
    assert any("not needed" in note for note in free.notes)
    watch = ask("9102.11.10", "CHN", "2026-11-09", value=1000, quantity=5, unit="No.")
    assert any("does not count in one unit" in note for note in watch.notes)


@pytest.mark.parametrize(
    "facts",
    [
        {"quantity": 100, "unit": "bbl"},
        {"value": 0, "quantity": 100, "unit": "bbl"},
        {"value": 1000, "unit": "bbl"},
        {"value": 1000, "quantity": 100},
        {"value": 1000, "quantity": 0, "unit": "bbl"},
        {"value": 1000, "quantity": "many", "unit": "bbl"},
        {"value": 1000, "quantity": 100, "unit": "kg"},
    ],
)
def test_lookup_refuses_half_a_quantity(facts: dict[str, object]) -> None:
    with pytest.raises(DataError, match="Remedy"):
        ask("2710.19.3020", "CHN", "2026-11-09", **facts)  # type: ignore[arg-type]


def test_a_floor_looks_at_the_exact_duty() -> None:
    """Goods of Japan owe 15 % with column 1 inside it (EO 14345, 90 FR 43535): 4.5 leave 10.5."""
    found = ask("2009.21.20", "JPN", "2025-10-01", value=1000, quantity=1000, unit="L")
    points = {line.authority: line.pp for line in found.lines if line.pp}
    assert points == {"MFN": Decimal("4.5"), "IEEPA_RECIP": Decimal("10.5")}
    assert catalogue_of("2009.21.20,JP,2025-10-01,1000,1000,L")["total_pct"] == 15


def test_a_floor_over_a_duty_by_the_unit_is_the_least_in_all() -> None:
    """EO 14326 section 2, 90 FR 37963: goods of the Union pay 15 % in all, or column 1 where that is more.

    0406.90.97 is dutiable at $1.509/kg: without a weight no less than 15 %, and nobody can say how much more,
    nor what of it would be refunded.
    """
    found = ask("0406.90.97", "FRA", "2025-09-01", value=5000)
    assert found.total_pct == 15 and not found.found.is_complete
    assert "at least 15 %" in str(found) and "at least 750.00" in str(found)
    assert found.found.refundable_bounds == (0, 15) and found.refundable_pp is None
    assert any("Give the quantity (kg) and the value" in note for note in found.notes)


@pytest.mark.parametrize(
    ("kg", "total", "refundable"),
    [("500", "15.09", "0"), ("100", "15", "11.982")],
)
def test_a_floor_over_a_duty_by_the_unit_is_exact_by_weight(kg: str, total: str, refundable: str) -> None:
    """$1.509 times the weight on 5,000 dollars: 15.09 % leaves nothing to fill up, 3.018 % leaves 11.982."""
    found = ask("0406.90.97", "FRA", "2025-09-01", value=5000, quantity=kg, unit="kg")
    assert found.total_pct == Decimal(total) and found.found.is_complete
    assert found.refundable_pp == Decimal(refundable)


def test_every_door_says_where_a_duty_is_not_in_the_total(tmp_path: Path) -> None:
    """Schedule, 0406.90.97: $1.509/kg. A total without it is the least."""
    source = tmp_path / "list.csv"
    source.write_text(
        "HTS,COO,Date,Value\n0406.90.97,FR,2025-09-01,5000\n9503.00.0073,CN,2025-03-10,1000\n", "utf-8"
    )
    found = catalogue(source)
    assert found.to_frame()["is_complete"].tolist() == ["no", "yes"]
    assert "at least 950.00 US dollars" in str(found) and "≥ 15" in str(found)
    refunds = found.refunds().to_frame()
    assert refunds["refund_usd"].tolist() == [0, 200] and refunds["refund_high_usd"].tolist() == [750, 200]
    everywhere = from_every_origin("0406.90.97", "2025-09-01", ["FRA", "CHN"])
    assert not any(row["is_complete"] for row in everywhere.to_dict()["origins"])
    assert assistants.lookup("0406.90.97", "FRA", "2025-09-01")["is_complete"] is False


def catalogue_of(*rows: str) -> dict[str, object]:
    import pandas as pd

    names = ["HTS Code", "COO", "Entry Date", "Entered Value", "Qty", "Unit"]
    frame = pd.DataFrame([row.split(",") for row in rows], columns=names)
    return dict(catalogue(frame).to_frame().iloc[0])


def test_catalogue_uses_quantities(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text(
        "HTS Code,COO,Entry Date,Entered Value,Qty,Unit\n"
        "2710.19.3020,CN,2026-11-09,1000,100,Barrels\n"
        "2710.19.3020,CN,2026-11-09,2000,100,bbl\n"
        "2710.19.3020,CN,2026-11-09,1000,100,KG\n"
        "2710.19.3020,CN,2026-11-09,1000,100,\n"
        "9503.00.0073,CN,2026-11-09,1000,100,No.\n",
        encoding="utf-8",
    )
    found = catalogue(source)
    assert found.exit_code == 3 and list(found.refused) == [2]
    assert "the schedule counts in bbl" in found.refused[2]
    frame = found.to_frame()
    assert frame["duty_usd"].tolist()[:2] == [334.0, 584.0]  # 84 dollars, and 25 % of the value
    assert "on the quantity given, exact" in frame["notes"][0]
    assert "no unit is given" in frame["notes"][3] and "estimate" in frame["notes"][3]
    assert "not needed" in frame["notes"][4]


def test_most_rates_of_the_schedule_can_be_read() -> None:
    """Of the texts that state one rate a unit and at most percent besides, none is passed over."""
    path = Path(__file__).parents[2] / "data" / "law" / "base_rates" / "usa.csv"
    with path.open(encoding="utf-8") as stream:
        texts = {row["rate_text"] for row in csv.DictReader(stream)}
    ends = ("¢/kg", "¢/liter", "¢/bbl", "cents/kg", "¢/pr.")
    plain = [text for text in texts if text.replace(" ", "").endswith(ends) and "+" not in text]
    assert len(plain) > 100 and all(unit_rate(text) for text in plain)
