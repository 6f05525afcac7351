"""Assessed rates in full: two vintages of partners, industries, numbers, and what is said of them."""

from __future__ import annotations

import pandas as pd
import pytest

from trucewatch.page.words import words_of
from trucewatch.reports.realised_duty import assessed_rates as realised_tables
from trucewatch.reports.realised_duty import facts

say = words_of("trucewatch.reports.realised_duty")

NAMES = {"CHN": "China", "WLD": "World", "VNM": "Vietnam", "FRA": "France"}


def flows(rows: list[tuple[str, str, str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["month", "partner_iso3", "naics3", "value_usd", "duty_usd"])
    return table.assign(month=pd.to_datetime(table["month"]))


@pytest.fixture
def panel() -> pd.DataFrame:
    """Two months; China pays 10 percent on the first industry and 40 on the second."""
    rows = []
    for month in ("2025-01-01", "2025-02-01"):
        rows += [
            (month, "CHN", "334", 60e6, 6e6),
            (month, "CHN", "335", 40e6, 16e6),
            (month, "CHN", "212", 0.5e6, 0.4e6),
            (month, "CHN", "980", 20e6, 0.0),
            (month, "FRA", "334", 10e6, 1e6),
            (month, "FRA", "335", 0.0, 0.0),
            (month, "WLD", "334", 200e6, 8e6),
            (month, "WLD", "335", 100e6, 20e6),
            (month, "WLD", "212", 1e6, 0.4e6),
            (month, "WLD", "980", 20e6, 0.0),
        ]
    return flows(rows)


@pytest.fixture
def totals() -> pd.DataFrame:
    rows = [
        ("2025-02-01", "CHN", "", 100e6, 30e6),
        ("2025-02-01", "WLD", "", 300e6, 33e6),
        ("2025-02-01", "VNM", "", 50e6, 20e6),
    ]
    return flows(rows).drop(columns="naics3")


def test_the_newer_vintage_counts_from_its_first_month(panel: pd.DataFrame, totals: pd.DataFrame) -> None:
    found = realised_tables.by_partner(panel, totals, NAMES)
    assert [
        (f"{row.month:%m}", row.partner, row.imports, row.assessed, row.vintage) for row in found.itertuples()
    ] == [
        ("02", "World", 300.0, 11.0, "newer totals"),
        ("02", "China", 100.0, 30.0, "newer totals"),
        ("02", "Vietnam", 50.0, 40.0, "newer totals"),
        ("02", "France", 10.0, 10.0, "industry panel"),
        ("01", "World", 321.0, pytest.approx(28.4 / 321 * 100, abs=5e-4), "industry panel"),
        ("01", "China", 120.5, pytest.approx(22.4 / 120.5 * 100, abs=5e-4), "industry panel"),
        ("01", "France", 10.0, 10.0, "industry panel"),
    ]


def test_who_is_charged_more_is_counted(panel: pd.DataFrame, totals: pd.DataFrame) -> None:
    rates = facts.partner_rates(realised_tables.by_partner(panel, totals, NAMES), "China", "World")
    text = say("partners", **rates)
    assert "in February 2025 30.0 % and 11.0 %" in text
    assert "Of the 2 other partners known for that month 1 paid more than China: Vietnam 40.0 %." in text
    low = totals.assign(duty_usd=totals["duty_usd"].where(totals["partner_iso3"] != "VNM", 0.0))
    rates = facts.partner_rates(realised_tables.by_partner(panel, low, NAMES), "China", "World")
    text = say("partners", **rates)
    assert text.endswith("known for that month none paid more than China.")


def test_every_industry_and_month_has_its_rates(panel: pd.DataFrame) -> None:
    found = realised_tables.by_industry(panel, "CHN", {"334": "Computers", "335": "Appliances"})
    assert len(found) == 2 * 4
    first = found.iloc[0]
    assert (f"{first['month']:%m}", first["industry"], first["assessed"], first["assessed_all"]) == (
        "02", "Computers", 10.0, 4.0,
    )  # fmt: skip
    none = realised_tables.by_industry(panel, "FRA", {"334": "Computers"}).set_index(["month", "naics3"])[
        "assessed"
    ]
    assert none[:, "335"].isna().all()
    # 212 is charged 80 percent, but is less than a hundredth of imports; 980 is no industry of goods
    assert say("industries", **facts.most_and_least(found)).endswith(
        "of the 2 industries with a hundredth or more of imports from China, customs assessed most on "
        "appliances (40.0 %, goods of all countries 20.0); computers (10.0 %, goods of all countries 4.0); "
        "least on computers (10.0 %, goods of all countries 4.0)."
    )


def test_every_number_is_listed_and_a_cause_only_where_there_is_one() -> None:
    wedges = pd.DataFrame(
        {"value_usd": [2e6, 6e6], "rate_pct": [25.0, 7.5], "assessed_pct": [5.0, 8.0]},
        index=["1111111111", "2222222222"],
    )
    wedges["wedge_pp"] = wedges["rate_pct"] - wedges["assessed_pct"]
    wedges["wedge_usd"] = wedges["wedge_pp"] / 100 * wedges["value_usd"]
    listed = pd.DataFrame({"hs10": ["1111111111"], "cause": ["condition"]})
    found = realised_tables.by_number(wedges, listed, {"2222222222": "Things"})
    assert found.to_numpy().tolist() == [
        ["1111111111", "", 2.0, 25.0, 5.0, 20.0, 0.4, "condition"],
        ["2222222222", "Things", 6.0, 7.5, 8.0, -0.5, -0.03, ""],
    ]
    assert say("agreement", **facts.agreement(wedges, 2.0)) == (
        "On 1 of 2 numbers, with 75 % of imports, law and assessed duty are within 2 points of each other."
    )
