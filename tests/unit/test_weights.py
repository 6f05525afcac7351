"""Weights add up to 1 in every edition, and what finds no line is counted."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.duty.panel import Panel, build_panel
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import load_ledger
from trucewatch.trade.weights import SIMPLE, by_line, products_of, spread, weight_set

CHANGE = date(2022, 1, 27)
#: Two editions: 01010101 gives way to 01010201 and 01010202, which is split below the line.
PRODUCTS = pd.DataFrame(
    [
        ("01010101", True, date(2018, 1, 1), CHANGE),
        ("01010201", True, CHANGE, date(2026, 11, 10)),
        ("01010202", True, CHANGE, date(2026, 11, 10)),
        ("0101020210", False, CHANGE, date(2026, 11, 10)),
        ("02020202", True, date(2018, 1, 1), date(2026, 11, 10)),
    ],
    columns=["code", "is_line", "valid_from", "valid_to"],
)
CONCORDANCE = pd.DataFrame({"hs6_2022": ["010102", "020202"], "hs6_2017": ["010101", "020202"]})


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build_panel(load_ledger(), "USA", first=date(2026, 1, 1), last=date(2026, 1, 1))


def test_each_step_of_the_ladder() -> None:
    values = pd.Series(
        {"0101020210": 10.0, "0101020299": 20.0, "010102": 30.0, "02020202": 30.0, "030303": 10.0}
    )
    shares, matching = spread(values, PRODUCTS, CONCORDANCE)
    found = {
        (start, method): share
        for start, method, share in zip(
            matching["valid_from"], matching["method"], matching["share"], strict=True
        )
    }
    assert found[CHANGE, "direct"] == pytest.approx(0.4)
    assert found[CHANGE, "line"] == pytest.approx(0.2)
    assert found[CHANGE, "family"] == pytest.approx(0.3)
    assert found[CHANGE, "none"] == pytest.approx(0.1)
    assert found[date(2018, 1, 1), "concorded"] == pytest.approx(0.6)
    new = shares[shares["valid_from"] == CHANGE].set_index("code")["share"]
    assert new["01010201"] == pytest.approx(15 / 90)
    assert new["01010202"] == pytest.approx(35 / 90)
    assert new["0101020210"] == pytest.approx(10 / 90)
    old = shares[shares["valid_from"] == date(2018, 1, 1)].set_index("code")["share"]
    assert old["01010101"] == pytest.approx(60 / 90)


@given(
    st.dictionaries(
        st.sampled_from(["0101020210", "01010201", "010102", "010101", "02020202", "030303"]),
        st.floats(min_value=0.01, max_value=1e12),
        min_size=1,
    ).filter(lambda values: set(values) != {"030303"})
)
def test_weights_add_up_to_one_in_every_edition(values: dict[str, float]) -> None:
    shares, matching = spread(pd.Series(values), PRODUCTS, CONCORDANCE)
    for frame in (shares, matching):
        assert frame.groupby("valid_from")["share"].sum().tolist() == pytest.approx([1.0, 1.0], abs=1e-12)


def test_simple_weights_count_every_line_once(panel: Panel) -> None:
    shares = weight_set(SIMPLE, panel, {}).shares
    lines = products_of(panel).query("is_line")
    assert sorted(shares["code"]) == sorted(lines["code"])
    assert len(set(shares["share"])) == 1
    assert shares["share"].sum() == pytest.approx(1.0, abs=1e-12)


def test_chapters_98_and_99_stay_outside(panel: Panel) -> None:
    trade = pd.DataFrame(
        {
            "year": 2024,
            "partner_iso3": ["CHN", "CHN", "VNM"],
            "hs10": ["9503000013", "9801001098", "9503000013"],
            "value_usd": [30.0, 20.0, 7.0],
        }
    )
    tables = {"us_imports_hs10_partner_annual": trade, "hs6_2022_2017": CONCORDANCE}
    found = weight_set("imports_2024", panel, tables)
    assert (found.value_usd, found.outside_usd) == (30.0, 20.0)
    assert set(found.shares["code"].str[:8]) == {"95030000"}


def test_no_trade_and_no_such_weights_are_errors(panel: Panel) -> None:
    empty = pd.DataFrame(
        {"year": [2024], "partner_iso3": ["VNM"], "hs10": ["9503000013"], "value_usd": [1.0]}
    )
    with pytest.raises(DataError, match="no trade"):
        weight_set(
            "imports_2024", panel, {"us_imports_hs10_partner_annual": empty, "hs6_2022_2017": CONCORDANCE}
        )
    with pytest.raises(ParameterError, match="imports_2024"):
        weight_set("imports_2019", panel, {})


def test_trade_by_subheading_is_split_like_older_trade_by_line_where_there_is_any() -> None:
    values = pd.Series({"010101": 90.0, "020202": 10.0})
    lines = pd.Series({"01010110": 2.0, "01010190": 1.0, "03030300": 5.0})
    found = by_line(values, lines)
    assert found.to_dict() == {
        "01010110": pytest.approx(60.0),
        "01010190": pytest.approx(30.0),
        "020202": 10.0,
    }
