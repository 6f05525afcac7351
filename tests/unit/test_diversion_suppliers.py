"""Who sold more where China sold less, on a small made table whose sums are done by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from trucewatch.errors import DataError
from trucewatch.reports.diversion import facts, gains_by_supplier

NAMES = {"CHN": "China", "MEX": "Mexico", "VNM": "Vietnam", "IRL": "Ireland", "WLD": "World"}
#: Heading, supplier, January to August of 2025 and of 2026, billions.
ROWS = [
    ("9401", "CHN", 10, 6), ("9401", "MEX", 2, 5), ("9401", "VNM", 3, 2),
    ("9503", "CHN", 8, 5), ("9503", "VNM", 0, 1),
    ("8471", "CHN", 9, 4), ("8471", "MEX", 20, 60),
    ("7108", "CHN", 1, 0), ("7108", "MEX", 30, 2),
    ("3004", "IRL", 40, 10), ("3004", "CHN", 1, 2),
]  # fmt: skip


@pytest.fixture
def moved() -> pd.DataFrame:
    rows = [
        (year, iso3, hs4, 1e9 * value)
        for hs4, iso3, *values in ROWS
        for year, value in zip((2025, 2026), values, strict=True)
        if value
    ]
    table = pd.DataFrame(rows, columns=["year", "partner_iso3", "hs4", "general_imports_usd"])
    return gains_by_supplier.changes(table)


def test_every_heading_has_every_supplier(moved: pd.DataFrame) -> None:
    assert len(moved) == 5 * 4
    toys = moved[(moved["hs4"] == "9503") & (moved["partner_iso3"] == "VNM")].iloc[0]
    assert toys[["base_usd", "value_usd", "change_usd"]].tolist() == [0, 1e9, 1e9]


def test_other_causes_stand_apart(moved: pd.DataFrame) -> None:
    causes = gains_by_supplier.by_cause(moved).set_index("cause")
    assert causes.index.tolist() == ["all other goods", "computers, telephones and chips", "gold"]
    rest = causes.loc["all other goods"]
    assert rest[["headings", "loss_usd", "gain_usd"]].tolist() == [2, 7e9, 3e9]  # 4 + 3; 3 - 1 + 1
    assert causes.loc["computers, telephones and chips", "gain_usd"] == 40e9
    assert "medicines" not in causes.index  # China sold more there


def test_who_gained_counts_only_headings_where_china_lost(moved: pd.DataFrame) -> None:
    assert gains_by_supplier.gainers(moved).to_dict() == {"MEX": 3e9, "VNM": 0, "IRL": 0, "CHN": -7e9}
    others = gains_by_supplier.gainers(moved).drop("CHN")
    assert facts.named(others.head(2), NAMES) == "Mexico (+3.0) and Ireland (0.0)"
    told = facts.suppliers_moved(moved, gains_by_supplier.by_cause(moved), NAMES)
    assert (told["count"], told["china_usd"], told["loss_usd"]) == (4, -12e9, 7e9)


def test_each_heading_says_who_took_it(moved: pd.DataFrame) -> None:
    found = gains_by_supplier.by_heading(moved, NAMES).set_index("hs4")
    seats = found.loc["9401"]
    assert (seats["loss_usd"], seats["gain_usd"], seats["took"]) == (4e9, 2e9, "Mexico +3.00")
    assert (seats["base_share"], seats["share"]) == pytest.approx((10 / 15, 6 / 13))
    assert found.loc["7108", "took"] == "nobody"
    assert found.loc["7108", "share"] == 0


def test_a_chapter_is_a_cause_and_a_heading_that_only_begins_alike_is_not() -> None:
    codes = pd.Series(["3004", "9801", "8479", "3926", "2937"])
    assert gains_by_supplier.cause_of(codes).tolist() == [
        "medicines",
        "goods returned, low value, not classified",
        "all other goods",
        "all other goods",
        "medicines",
    ]


def test_one_year_is_refused(moved: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="two years"):
        gains_by_supplier.changes(pd.DataFrame({"year": [2026], "partner_iso3": "CHN", "hs4": "9401"}))


def test_the_base_year_must_have_the_months() -> None:
    months = pd.date_range("2024-01-01", "2026-03-01", freq="MS")
    totals = pd.DataFrame({"month": months, "general_imports_usd": range(1, len(months) + 1)})
    both = pd.concat(
        [totals.assign(partner_iso3=iso3, is_aggregate=iso3 == "WLD") for iso3 in ("CHN", "WLD")]
    )
    found = gains_by_supplier.since_base(both, "2026-01", pd.Timestamp("2026-03"), 2024)
    assert found.loc["CHN"].tolist() == [1 + 2 + 3, 25 + 26 + 27, 72]
    with pytest.raises(DataError, match="2023 has 0 of the 3 months"):
        gains_by_supplier.since_base(both, "2026-01", pd.Timestamp("2026-03"), 2023)
