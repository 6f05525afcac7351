"""Mexico and Canada line by line on made tables: times, sums by rise, and a response that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trucewatch.reports.diversion import neighbors
from trucewatch.reports.diversion.gains_by_supplier import OTHER_GOODS, VEHICLES

NAMES = {"MEX": "Mexico", "CAN": "Canada"}
RISES = {"940161": 10.0, "950300": 40.0, "870321": 40.0, "847130": 15.0}
EDGES = [20.0]
#: How imports of a line answer to the price of the same goods from China, and what moves all lines.
RESPONSE, COUNTRY = 0.7, {"MEX": 1.1, "CAN": 0.8}


@pytest.fixture
def lines() -> pd.DataFrame:
    rise = pd.DataFrame({"rise_pp": pd.Series(RISES)})
    rise["log_rise"] = np.log1p(rise["rise_pp"] / 100)
    annual, monthly = [], []
    for partner, factor in COUNTRY.items():
        for six, points in RISES.items():
            before = 1200.0 + points
            after = before * factor * (1 + points / 100) ** RESPONSE
            annual.append((2024, partner, f"{six}0000", before))
            monthly += [(f"2025-{month:02}-01", partner, f"{six}0000", after / 12) for month in range(1, 13)]
            monthly.append(("2026-01-01", partner, f"{six}0000", after / 6))
        monthly.append(("2025-01-01", partner, "9801000000", 1e9))
    return neighbors.lines(
        pd.DataFrame(monthly, columns=["month", "partner_iso3", "hs10", "value_usd"]),
        pd.DataFrame(annual, columns=["year", "partner_iso3", "hs10", "value_usd"]),
        rise,
        EDGES,
    )


def test_causes_are_apart_and_special_chapters_out(lines):
    goods = lines.drop_duplicates("hs10").set_index("hs10")["goods"]
    assert goods["8703210000"] == VEHICLES
    assert goods["9503000000"] == OTHER_GOODS
    assert goods["8471300000"] != OTHER_GOODS
    assert "9801000000" not in goods


def test_months_are_held_against_the_same_months_a_year_before(lines):
    found = neighbors.by_bin(lines, EDGES, NAMES)
    assert list(found["bin"].unique()) == ["up to 20", "over 20"]
    assert found["months_change_share"].to_numpy() == pytest.approx(np.ones(len(found)))
    hardest = found[(found["bin"] == "over 20") & (found["supplier"] == "Canada")].iloc[0]
    assert hardest["change_share"] == pytest.approx(COUNTRY["CAN"] * 1.4**RESPONSE - 1)


def test_the_response_is_what_moved_lines_and_not_what_moved_a_country(lines):
    fits = neighbors.responses(lines, NAMES, {"years": neighbors.YEARS, "months": neighbors.MONTHS})
    years = fits[fits["period"] == "years"].set_index("sample")
    assert years["estimate"].to_dict() == pytest.approx(
        {neighbors.TOGETHER: RESPONSE, "Mexico": RESPONSE, "Canada": RESPONSE}, abs=1e-6
    )
    assert fits.loc[fits["period"] == "months", "estimate"].to_numpy() == pytest.approx(np.zeros(3), abs=1e-6)
