"""Assessed rates of other countries, claims of preference and unit values, on made tables done by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from trucewatch.errors import DataError, ParameterError
from trucewatch.page.words import words_of
from trucewatch.reports.realised_duty import facts, other_countries, prices
from trucewatch.trade import preference, realised

#: Period, country, chapter, value, dutiable value, duty.
CHAPTERS = [
    ("2024", "JPN", "85", 60, 0, 0), ("2024", "JPN", "87", 40, 40, 1),
    ("2025", "JPN", "85", 50, 25, 5), ("2025", "JPN", "87", 50, 50, 10),
    ("2024", "FRA", "22", 10, 10, 1), ("2024", "TGO", "18", 0.1, 0, 0),
    ("2025", "FRA", "22", 10, 10, 2),
]  # fmt: skip


@pytest.fixture
def chapters() -> pd.DataFrame:
    columns = ["period", "partner_iso3", "hs2", "value_usd", "dutiable_value_usd", "duty_usd"]
    return pd.DataFrame(CHAPTERS, columns=columns)


def test_the_steps_sum_and_are_what_a_hand_computes(chapters: pd.DataFrame) -> None:
    found = other_countries.steps(chapters, "2024", "2025")
    japan = found.loc["JPN"]
    # chapter 87: share 40 to 50 %, all dutiable, rate 2.5 to 20 %; chapter 85: half dutiable now, at 20 %
    assert japan["before_pct"] == pytest.approx(1.0)
    assert japan["mix_pp"] == pytest.approx(100 * 0.1 * 0.025)
    assert japan["exemption_pp"] == pytest.approx(100 * 0.5 * 0.5 * 0.2)
    assert japan["rate_pp"] == pytest.approx(100 * 0.5 * (0.2 - 0.025))
    assert japan["after_pct"] == pytest.approx(15.0)
    assert (found["before_pct"] + found[list(other_countries.STEPS)].sum(axis=1)).to_numpy() == pytest.approx(
        found["after_pct"].to_numpy()
    )
    assert found.index.tolist() == ["WLD", "JPN", "FRA"]  # Togo sold nothing later
    assert found.loc["WLD", "after_pct"] == pytest.approx(100 * 17 / 110)


def test_a_period_that_is_not_there_is_refused(chapters: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="no such period"):
        other_countries.steps(chapters, "2024", "2026")


def test_the_largest_suppliers_are_countries_of_the_last_year() -> None:
    months = pd.date_range("2024-01-01", "2025-12-01", freq="MS")
    made = [
        pd.DataFrame({"month": months, "partner_iso3": iso3, "is_aggregate": group, "value_usd": value})
        for iso3, group, value in (("WLD", True, 9.0), ("MEX", False, 2.0), ("CHN", False, 3.0))
    ]
    totals = pd.concat(made)
    totals.loc[(totals["partner_iso3"] == "MEX") & (totals["month"] < "2025-01-01"), "value_usd"] = 1e6
    assert other_countries.largest(totals) == ["CHN", "MEX"]


@pytest.fixture
def claims() -> pd.DataFrame:
    rows = [
        ("2025-01-01", "MEX", "8703230120", 100.0, 40.0), ("2025-02-01", "MEX", "8703230120", 100.0, 90.0),
        ("2025-01-01", "MEX", "8703230160", 50.0, 0.0), ("2025-02-01", "CAN", "2709002010", 10.0, 8.0),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["month", "partner_iso3", "hs10", "value_usd", "usmca_value_usd"])
    return frame.assign(month=pd.to_datetime(frame["month"]))


def test_the_share_claimed_is_of_value_at_every_depth(claims: pd.DataFrame) -> None:
    assert preference.by_month(claims)["share"].tolist() == pytest.approx([40 / 150, 0.8, 0.9])
    found = preference.by_code(claims, "2025-01", "2025-02", digits=6).set_index(["partner_iso3", "code"])
    assert found.loc[("MEX", "870323"), "share"] == pytest.approx(130 / 250)
    with pytest.raises(DataError, match="not all months"):
        preference.by_code(claims, "2025-01", "2025-03")
    with pytest.raises(ParameterError, match="digits 5"):
        preference.by_code(claims, "2025-01", "2025-01", digits=5)


def test_the_price_index_weighs_codes_by_both_years_and_leaves_out_what_it_must() -> None:
    """Two codes, one down by a tenth, one unchanged; units differ in a third, a fourth leaps."""
    cells = [
        ("010101", 2024, 100, 10, "u"), ("010101", 2025, 90, 10, "u"),
        ("020202", 2024, 100, 10, "u"), ("020202", 2025, 90, 9, "u"),
        ("030303", 2024, 50, 5, "u"), ("030303", 2025, 50, 5, "kg"),
        ("040404", 2024, 10, 10, "u"), ("040404", 2025, 50, 10, "u"),
        ("050505", 2024, 40, None, None),
    ]  # fmt: skip
    frame = pd.DataFrame(cells, columns=["hs6", "year", "value_usd", "quantity", "quantity_unit"])
    frame = frame.assign(partner_iso3="CHN", flow="imports")
    values = frame[["year", "flow", "partner_iso3", "hs6", "value_usd"]]
    amounts = frame[["year", "partner_iso3", "hs6", "quantity", "quantity_unit"]].dropna()
    found = prices.index(prices.changes(values, amounts, "CHN", (2024, 2025)))
    assert found["change_pct"] == pytest.approx(100 * (np.exp(0.5 * np.log(0.9)) - 1))
    assert found["codes"] == 2
    total = 200 + 180 + 100 + 60 + 40
    assert found["covered"] == pytest.approx(380 / total)
    assert found["no_quantity"] == pytest.approx(140 / total)
    assert found["left_out"] == pytest.approx(60 / total)
    with pytest.raises(DataError, match="both years"):
        prices.changes(values, amounts, "VNM", (2024, 2025))


def test_a_fall_that_keeps_the_cost_of_buyers() -> None:
    assert prices.fall_if_sellers_paid(10.0, 10.0) == 0.0
    assert prices.fall_if_sellers_paid(0.0, 25.0) == pytest.approx(-20.0)  # 100 becomes 80, with duty 100


def test_a_deeper_fall_elsewhere_is_said() -> None:
    table = pd.DataFrame(
        {"supplier": ["China", "Vietnam"], "change_pct": [-4.0, -6.0], "covered": 0.9, "no_quantity": 0.1}
    )
    say = words_of("trucewatch.reports.realised_duty")
    changes = facts.unit_value_changes(table)
    said = say("who_paid", **changes, rates=(10.0, 30.0), fall=-16.0, years=(2024, 2025))
    assert "that is 25 % of what would have kept" in said
    assert "unit values of Vietnam fell by more" in said


def test_the_measured_share_by_sea_counts_in_its_months_only() -> None:
    table = pd.DataFrame(
        {
            "month": pd.to_datetime(["2025-01-01", "2025-02-01"]),
            "partner_iso3": "CHN",
            "general_imports_usd": [200.0, 100.0],
            "vessel_value_usd": [150.0, 60.0],
        }
    )
    assert realised.vessel_shares(table, "CHN").tolist() == [0.75, 0.6]
    with pytest.raises(DataError, match="means of transport"):
        realised.vessel_shares(table, "VNM")


def test_more_goods_at_sea_owe_less_in_the_month_that_says_so() -> None:
    from trucewatch.ledger.ledger import load_ledger

    ledger = load_ledger()
    voyage = realised.Voyage(0.5, 25.0, 3.0, 0.35)
    span = (date(2025, 4, 1), date(2025, 7, 1))
    plain = realised.relief(ledger, voyage, *span)
    shares = pd.Series([1.0], index=[pd.Timestamp("2025-04-01")])
    measured = realised.relief(ledger, voyage, *span, shares=shares)
    authority = max(plain, key=lambda name: plain[name][:30].sum())
    assert (measured[authority][:30] >= plain[authority][:30]).all()
    assert measured[authority][:30].sum() > plain[authority][:30].sum()
    assert (measured[authority][30:] == plain[authority][30:]).all()
