"""A column of special program indicators claims its programs: whose goods may, on which day, for how much.

Rates are those of the schedule: 6109.10.00 pays 16.5 % in column 1 and is free under JO, 8708.99.81 pays 2.5
percent and is free under KR. Goods of Mexico paid 25 % from 4 March 2025 unless they were USMCA goods (EO
14198, EO 14232). The GSP expired on 31 December 2020.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.catalogue_names import role_of


def answers(tmp_path: Path, rows: str, name: str = "Special Program Indicator"):
    path = tmp_path / "in.csv"
    path.write_text(f"HTS,COO,Entry Date,{name}\n{rows}", encoding="utf-8")
    found = catalogue(path)
    return found, found.to_frame().iloc[: found.rows]


@pytest.mark.parametrize(
    ("code", "origin", "day", "cell", "less"),
    [
        ("6109.10.0012", "JO", "2026-03-01", "JO", 16.5),
        ("8708.99.8180", "KR", "2026-03-01", "kr", 2.5),
        ("8708.99.8180", "KR", "2026-03-01", "KORUS", 2.5),
        ("9503.00.0073", "MX", "2025-05-01", "S", 25),
        ("9503.00.0073", "MX", "2025-05-01", "USMCA", 25),
        ("9503.00.0073", "MX", "2025-05-01", "N/A", 0),
    ],
)
def test_an_indicator_takes_off_what_its_program_does(tmp_path: Path, code, origin, day, cell, less) -> None:
    rows = f"{code},{origin},{day},\n{code},{origin},{day},{cell}\n"
    found, told = answers(tmp_path, rows)
    without, claimed = told["total_pct"].astype(float)
    assert without - claimed == pytest.approx(less)
    assert "each claims its program" in " ".join(found.how())


@pytest.mark.parametrize(("cell", "origin"), [("KR", "CN"), ("S", "DE"), ("AU", "KR"), ("JO", "VN")])
def test_goods_of_another_origin_are_refused(tmp_path: Path, cell: str, origin: str) -> None:
    _, told = answers(tmp_path, f"6109.10.0012,{origin},2026-03-01,{cell}\n")
    assert f"indicator {cell}" in told["error"][0]
    assert "correct the indicator or the country of origin" in told["error"][0]


def test_a_lapsed_program_and_a_letter_of_no_origin_claim_nothing_and_say_so(tmp_path: Path) -> None:
    rows = "".join(f"6109.10.0012,IN,2026-03-01,{cell}\n" for cell in ("", "A", "C"))
    _, told = answers(tmp_path, rows)
    assert told["total_pct"].nunique() == 1
    assert "GSP" in told["notes"][1]
    assert "2021-01-01" in told["notes"][1]
    assert "nothing is claimed" in told["notes"][2]


@pytest.mark.parametrize("name", ["SPI", "Primary SPI", "SPI Code", "Line SPI", "Trade Agreement", "FTA"])
def test_the_column_is_known_by_its_usual_names(name: str) -> None:
    found = role_of(name)
    assert found is not None
    assert found[0] == "spi"


def test_a_criterion_of_origin_is_no_indicator() -> None:
    assert role_of("Preference Criterion") is None
