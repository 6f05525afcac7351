"""Each parameter of diversion and realised duty moves its figure the way its meaning says.

Bins, base year of the shares and least trade are in test_diversion, lens and month of the first figure in
test_realised, the thresholds of the check list in test_realised_causes.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from tests.unit.test_diversion import made_data
from tests.unit.test_realised import END, FIRST, GROUPS, made, panel, weights
from trucewatch.duty.panel import Panel
from trucewatch.reports.diversion import measures as diversion
from trucewatch.reports.diversion import models as models
from trucewatch.reports.diversion import panel_tables
from trucewatch.trade import realised

__all__ = ["made", "weights"]  # fixtures

# ------------------------------------------------------------------------------------------------ diversion


@pytest.mark.parametrize(
    ("first", "last", "rise"),
    [
        ("2030-01", "2030-01", 20 * 21 / 31),
        ("2030-02", "2030-02", 20.0),
        ("2030-01", "2030-02", 20 * 49 / 59),
    ],
)
def test_the_window_decides_the_rise(
    made: Panel, weights: pd.DataFrame, first: str, last: str, rise: float
) -> None:
    """B pays 0, and 20 from 11 January on: the rise is the mean over the days of the window."""
    found = diversion.duty_rise(made, weights, date(2030, 1, 5), panel_tables.window(first, last))
    assert found["rise_pp"].to_dict() == pytest.approx({"111111": 0.0, "222222": rise})


def test_clusters_change_the_doubt_and_not_the_estimate() -> None:
    data = made_data(-0.2, seed=5, noise=True)
    by_product, by_partner = (
        models.elasticities(data, cluster=name).iloc[0] for name in ("product", "partner")
    )
    assert by_product["estimate"] == pytest.approx(by_partner["estimate"], abs=1e-9)
    assert (by_product["clusters"], by_partner["clusters"]) == (12, 4)
    assert by_product["se"] != pytest.approx(by_partner["se"], rel=1e-3)


# --------------------------------------------------------------------------------------------- realised duty


@pytest.mark.parametrize(
    ("name", "less", "more"),
    [("vessel_share", 0.2, 0.9), ("vessel_days", 15.0, 45.0), ("air_days", 1.0, 10.0)],
)
def test_slower_goods_owe_less(name: str, less: float, more: float) -> None:
    """Nine days after a duty began, more goods are still under the old one the longer voyages are."""
    centre = {"vessel_share": 0.6, "vessel_days": 25.0, "air_days": 3.0, "sigma": 0.35}
    shares = [realised.Voyage(**{**centre, name: value}).longer_than(9) for value in (less, more)]
    assert shares[0] < shares[1] - 1e-3


def test_a_wider_spread_lengthens_the_tail() -> None:
    narrow, wide = (realised.Voyage(1.0, 25.0, 3.0, sigma) for sigma in (0.1, 0.8))
    assert narrow.longer_than(50) < wide.longer_than(50)
    assert narrow.longer_than(25) == pytest.approx(wide.longer_than(25))
    assert narrow.longer_than(12) > wide.longer_than(12)


def test_the_base_year_moves_the_mix_and_leaves_the_ends(made: Panel, weights: pd.DataFrame) -> None:
    month = pd.Timestamp("2030-02-01")
    law = realised.law_by_group(made, weights, GROUPS, realised.months_between("2030-02", "2030-02"))
    now = pd.DataFrame({"111": [50.0], "222": [50.0]}, index=[month])
    rungs = [
        realised.ladder(law, now, pd.Series(base), pd.Series({month: 9.0})).loc[month]
        for base in ({"111": 25.0, "222": 75.0}, {"111": 75.0, "222": 25.0})
    ]
    # A pays 10 and B 20: a quarter more of A takes 2.5 points, a quarter less adds them
    assert [row["mix_pp"] for row in rungs] == pytest.approx([-2.5, 2.5])
    assert rungs[0]["statutory_pct"] == rungs[1]["statutory_pct"]
    assert rungs[0]["realised_pct"] == rungs[1]["realised_pct"] == 9.0
    assert rungs[0]["claims_pp"] - rungs[1]["claims_pp"] == pytest.approx(5.0)


def test_the_figures_start_in_their_first_month() -> None:
    steady = panel([("11111111", "MFN", False, FIRST, END, 10.0)])
    basket = pd.DataFrame({"code": ["11111111"], "valid_from": FIRST, "valid_to": END, "share": [1.0]})
    for first, count in (("2030-01", 3), ("2030-03", 1)):
        law = realised.law_by_group(steady, basket, {}, realised.months_between(first, "2030-03"))
        assert law["month"].nunique() == count
        assert law["month"].min() == pd.Timestamp(date.fromisoformat(f"{first}-01"))
