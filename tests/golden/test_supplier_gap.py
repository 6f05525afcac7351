"""The gap between assessed duty and law by supplier, and what the mix of goods makes of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from trucewatch.duty.averages import daily
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.origins import EU, eu_members
from trucewatch.reports.tariff_timeline import premium
from trucewatch.tables import read_table
from trucewatch.trade import rivals, supplier_gap


@cache
def gaps() -> pd.DataFrame:
    return rivals.read_gaps().set_index(["year", "partner_iso3"])


@cache
def monthly() -> pd.DataFrame:
    table = read_table(supplier_gap.MONTHLY)
    union = eu_members(load_ledger())
    table = table[~table["is_aggregate"]]
    own = table.assign(partner_iso3=table["partner_iso3"].where(~table["partner_iso3"].isin(union), EU))
    return own.groupby(["partner_iso3", "month"])[["value_usd", "duty_usd"]].sum()


@pytest.mark.parametrize("partner", ["VNM", "MEX", "EUU"])
def test_law_and_assessed_duty_are_those_of_the_months(partner: str) -> None:
    """The averages by day, month by month, give the same law; customs' dollars the same assessed duty."""
    own = rivals.read()
    own = own[own["partner_iso3"] == partner][["valid_from", "valid_to", "rate_pct"]]
    months = pd.date_range("2026-01", "2026-08", freq="MS")
    rows = monthly().loc[partner].loc[months]
    law = [
        daily(own, month.date(), (month + pd.offsets.MonthEnd()).date())["rate_pct"].mean()
        for month in months
    ]
    found = gaps().loc[(2026, partner)]
    assert found["law_pct"] == pytest.approx(np.average(law, weights=rows["value_usd"]), abs=0.02)
    assert found["assessed_pct"] == pytest.approx(100 * rows["duty_usd"].sum() / rows["value_usd"].sum())
    assert found["months"] == 8


def test_taiwan_sells_other_goods_than_in_2024() -> None:
    """Computers and servers (8471) are most of its sales in 2026, free of nearly every duty since April 2025.

    Census Bureau by heading; memorandum of 11 April 2025 on computers and telephones.
    """
    trade = read_table(supplier_gap.HEADINGS)
    trade = trade[(trade["partner_iso3"] == "TWN") & (trade["year"] == 2026)].set_index("hs4")
    assert trade["general_imports_usd"]["8471"] / trade["general_imports_usd"].sum() > 0.5
    found = gaps().loc[(2026, "TWN")]
    assert found["law_of_mix_pct"] < 0.5 * found["law_pct"]
    assert found["law_of_mix_pct"] == pytest.approx(found["assessed_pct"], abs=0.5)


def test_the_months_of_the_headings_are_those_of_the_totals() -> None:
    """General imports by heading add up to the monthly totals of the same partner, to the dollar."""
    trade = read_table(supplier_gap.HEADINGS).groupby(["year", "partner_iso3"])["general_imports_usd"].sum()
    totals = read_table(supplier_gap.MONTHLY)
    for year, partner in ((2025, "VNM"), (2026, "VNM")):
        own = totals[(totals["partner_iso3"] == partner) & (totals["month"].dt.year == year)]
        own = own[own["month"].dt.month <= 8]
        assert trade[(year, partner)] == pytest.approx(own["general_imports_usd"].sum(), rel=1e-9)


def row(**changes: float | str) -> pd.DataFrame:
    """Return one supplier whose law is 10 percent and whose assessed duty is 6."""
    cells: dict[str, object] = {
        "partner_iso3": "VNM", "year": 2026, "months": 8, "value_usd": 1e9, "law_pct": 10.0,
        "law_of_mix_pct": 10.0, "law_earlier_pct": 10.0, "law_low_pct": 10.0, "assessed_pct": 6.0,
    }  # fmt: skip
    return pd.DataFrame([cells | changes])


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, premium.UNTOLD),
        ({"law_of_mix_pct": float("nan")}, premium.UNKNOWN_GOODS),
        ({"assessed_pct": 9.6}, premium.SMALL),
        ({"partner_iso3": "CHN"}, premium.OWN_PAGE),
        ({"law_of_mix_pct": 7.9}, premium.OTHER_GOODS),
        ({"law_earlier_pct": 7.9}, premium.OLDER_LAW),
        ({"law_of_mix_pct": 8.5, "law_earlier_pct": 9.0}, premium.BOTH),
        # the other way round they explain nothing
        ({"law_of_mix_pct": 12.5, "law_earlier_pct": 12.5}, premium.UNTOLD),
        ({"law_low_pct": 6.0}, premium.OPEN_FACTS),
        ({"law_low_pct": 6.5}, premium.UNTOLD),
        # above the law, a lower bound explains nothing
        ({"assessed_pct": 14.0, "law_low_pct": 2.0}, premium.UNTOLD),
    ],
)
def test_a_cause_makes_at_least_half_of_the_gap(changes: dict[str, float | str], cause: str) -> None:
    found = premium.gap_causes(row(**changes), {"VNM": "Vietnam", "CHN": "China"})
    assert found["cause"].tolist() == [cause]
