"""The ladder from law to assessed duty on made panels whose averages can be done by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.duty.panel import DUTIES, TOTALS, Panel
from trucewatch.errors import DataError, ParameterError
from trucewatch.reports.realised_duty import gap_causes as realised_causes
from trucewatch.reports.realised_duty import ladder as realised_periods
from trucewatch.reports.realised_duty import line_gaps as realised_lines
from trucewatch.trade import realised

FIRST, END = date(2030, 1, 1), date(2030, 4, 1)
A, B = "11111111", "22222222"
APRIL = [(date(2030, 4, 1), date(2030, 5, 1))]


def panel(rows: list[tuple[str, str, bool, date, date, float]]) -> Panel:
    """A panel from (code, authority, is_void, from, to, rate)."""

    def table(schema: pa.Schema, records: list[dict]) -> pa.Table:
        return pa.Table.from_pylist(
            [{field.name: record.get(field.name) for field in schema} for record in records], schema=schema
        )

    variants = [name for name in DUTIES.names if name.endswith("_pct")]
    duties, totals = [], []
    for code, authority, is_void, start, stop, rate in rows:
        points = dict.fromkeys(variants, Decimal(str(rate)))
        cell = {
            "importer": "USA",
            "origin": "CHN",
            "code": code,
            "valid_from": start,
            "valid_to": stop,
            **points,
        }
        duties.append({**cell, "authority": authority, "is_void": is_void, "confidence": "verified"})
    for code in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == code]
        for start, stop in pairwise(sorted({row[3] for row in own} | {row[4] for row in own})):
            live = [row for row in own if row[3] <= start < row[4]]
            whole = Decimal(str(sum(row[5] for row in live)))
            held = Decimal(str(sum(row[5] for row in live if not row[2])))
            totals.append(
                {
                    "importer": "USA", "origin": "CHN", "code": code, "is_line": True, "valid_from": start,
                    "valid_to": stop, **dict.fromkeys(variants, whole), "held_pct": held, "is_complete": True,
                }
            )  # fmt: skip
    return Panel("USA", "CHN", FIRST, END, table(DUTIES, duties), table(TOTALS, totals))


@pytest.fixture
def made() -> Panel:
    """A pays 10 all along; B pays 0, and from 11 January 20 more that were held unlawful later."""
    return panel(
        [
            (A, "MFN", False, FIRST, END, 10.0),
            (B, "MFN", False, FIRST, END, 0.0),
            (B, "IEEPA", True, date(2030, 1, 11), END, 20.0),
        ]
    )


@pytest.fixture
def weights() -> pd.DataFrame:
    return pd.DataFrame({"code": [A, B], "valid_from": FIRST, "valid_to": END, "share": [0.25, 0.75]})


GROUPS = {A: "111", B: "222"}


def test_a_month_is_the_mean_over_its_days(made: Panel, weights: pd.DataFrame) -> None:
    law = realised.law_by_group(made, weights, GROUPS, realised.months_between("2030-01", "2030-02"))
    january = law[law["month"] == "2030-01-01"].set_index("group")
    assert january["basket_share"].to_dict() == pytest.approx({"111": 0.25, "222": 0.75})
    assert january["rate_pct"].to_dict() == pytest.approx({"111": 10.0, "222": 20.0 * 21 / 31})
    assert january["held_pct"].to_dict() == pytest.approx({"111": 10.0, "222": 0.0})
    february = law[law["month"] == "2030-02-01"].set_index("group")
    assert february.loc["222", "rate_pct"] == pytest.approx(20.0)


def test_goods_on_the_water_owe_less_on_the_days_of_the_rule(made: Panel, weights: pd.DataFrame) -> None:
    days = (END - FIRST).days
    freed = pd.Series(0.0, index=range(days))
    freed[10:20] = 0.5  # 11 to 20 January, half of the goods free
    law = realised.law_by_group(
        made, weights, GROUPS, realised.months_between("2030-01", "2030-01"), {"IEEPA": freed.to_numpy()}
    ).set_index("group")
    assert law.loc["222", "relief_pp"] == pytest.approx(20.0 * 10 * 0.5 / 31)
    assert law.loc["222", "held_relief_pp"] == 0.0
    assert law.loc["111", "relief_pp"] == 0.0


def test_a_period_outside_the_panel_is_refused(made: Panel, weights: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="outside"):
        realised.law_by_group(made, weights, GROUPS, APRIL)


def test_the_ladder_by_hand(made: Panel, weights: pd.DataFrame) -> None:
    law = realised.law_by_group(made, weights, GROUPS, realised.months_between("2030-02", "2030-02"))
    month = pd.Timestamp("2030-02-01")
    values = pd.DataFrame({"111": [30.0], "222": [60.0], "980": [10.0]}, index=[month])
    base = pd.Series({"111": 25.0, "222": 75.0, "980": 0.0})
    row = realised.ladder(law, values, base, pd.Series({month: 15.0})).loc[month]
    # basket: .25 * 10 + .75 * 20; mix: a third and two thirds of ordinary goods; a tenth pays nothing
    assert row["statutory_pct"] == pytest.approx(17.5)
    assert row["mix_pp"] == pytest.approx(10 / 3 + 40 / 3 - 17.5)
    assert row["special_pp"] == pytest.approx(-50 / 3 / 10)
    assert row["claims_pp"] == pytest.approx(15.0 - 50 / 3 * 0.9)
    held = realised.ladder(law, values, base, pd.Series({month: 15.0}), "as_finally_held").loc[month]
    assert held["statutory_pct"] == pytest.approx(2.5)


@given(
    st.lists(st.floats(0.01, 1e9), min_size=3, max_size=3),
    st.lists(st.floats(0.01, 1e9), min_size=3, max_size=3),
    st.floats(0, 150),
    st.lists(st.floats(0, 200), min_size=4, max_size=4),
)
def test_the_rungs_sum_exactly(now: list[float], then: list[float], paid: float, rates: list[float]) -> None:
    month = pd.Timestamp("2030-01-01")
    law = pd.DataFrame(
        {
            "month": month, "group": ["111", "222"], "basket_share": [0.4, 0.6],
            "rate_pct": rates[:2], "held_pct": 0.0, "relief_pp": rates[2:], "held_relief_pp": 0.0,
        }
    )  # fmt: skip
    names = ["111", "222", "990"]
    values = pd.DataFrame([now], columns=names, index=[month])
    for mix in (values, values.iloc[:0]):
        row = realised.ladder(law, mix, pd.Series(then, index=names), pd.Series({month: paid})).iloc[0]
        steps = row["statutory_pct"] + row[list(realised.RUNGS)].fillna(0.0).sum()
        assert steps == pytest.approx(row["realised_pct"], abs=1e-9)


def test_without_industries_mix_is_not_known(made: Panel, weights: pd.DataFrame) -> None:
    law = realised.law_by_group(made, weights, GROUPS, realised.months_between("2030-02", "2030-02"))
    values = pd.DataFrame({"111": [], "222": []}, dtype=float)
    rows = realised.ladder(
        law, values, pd.Series({"111": 1.0, "222": 1.0}), pd.Series({pd.Timestamp("2030-02-01"): 16.0})
    )
    assert rows[["mix_pp", "special_pp"]].isna().all(axis=None)
    assert rows["claims_pp"].iloc[0] == pytest.approx(-1.5)


def test_an_unknown_lens_is_refused() -> None:
    empty = pd.DataFrame()
    with pytest.raises(ParameterError, match="as_finally_held"):
        realised.ladder(empty, empty, pd.Series(dtype=float), pd.Series(dtype=float), "as_hoped")


def test_voyage_shares() -> None:
    voyage = realised.Voyage(0.6, 25.0, 3.0, 0.35)
    assert voyage.longer_than(0) == 1.0
    assert voyage.longer_than(25) == pytest.approx(0.6 * 0.5, abs=1e-6)
    assert voyage.longer_than(3) == pytest.approx(0.6 + 0.4 * 0.5, abs=1e-6)
    # one standard deviation of the logarithm: 15.87 percent are longer
    assert realised.Voyage(1.0, 25.0, 3.0, 0.35).longer_than(25 * 2.718281828**0.35) == pytest.approx(
        0.158655, abs=1e-5
    )


def test_realised_rate_is_duty_over_value() -> None:
    table = pd.DataFrame(
        {
            "month": pd.Timestamp("2030-01-01"),
            "partner_iso3": ["CHN", "CHN", "VNM"],
            "value_usd": [60.0, 40.0, 1.0],
            "duty_usd": [6.0, 9.0, 0.0],
        }
    )
    assert realised.realised_rate(table, "CHN").tolist() == [15.0]
    with pytest.raises(DataError, match="no imports"):
        realised.realised_rate(table, "MAC")


def test_void_part_follows_the_law(made: Panel, weights: pd.DataFrame) -> None:
    law = realised.law_by_group(made, weights, GROUPS, realised.months_between("2030-02", "2030-02"))
    month = pd.Timestamp("2030-02-01")
    values = pd.DataFrame({"111": [25.0], "222": [75.0]}, index=[month])
    found = realised.void_part(law, values, values.loc[month], pd.Series({month: 700.0}))
    assert found["void_usd"].tolist() == pytest.approx([700.0 * 15.0 / 17.5])


def test_a_period_weights_months_by_imports(made: Panel, weights: pd.DataFrame) -> None:
    law = realised.law_by_group(made, weights, GROUPS, realised.months_between("2030-01", "2030-02"))
    months = pd.to_datetime(["2030-01-01", "2030-02-01"])
    totals = pd.DataFrame({"value_usd": [10.0, 30.0], "duty_usd": [1.0, 5.0]}, index=months)
    mix = pd.Series({"111": 25.0, "222": 75.0})
    row = realised_periods.period_ladder(law, totals, mix, mix)
    assert row["statutory_pct"] == pytest.approx(2.5 + 0.75 * (0.25 * 20 * 21 / 31 + 0.75 * 20))
    assert row["mix_pp"] == pytest.approx(0.0)
    assert row["realised_pct"] == pytest.approx(15.0)


def test_the_month_of_the_first_figure() -> None:
    rungs = pd.DataFrame({"mix_pp": [1.0, None]}, index=pd.to_datetime(["2030-01-01", "2030-02-01"]))
    assert realised.chosen_month("latest", rungs) == pd.Timestamp("2030-01-01")
    assert realised.chosen_month("2030-02", rungs) == pd.Timestamp("2030-02-01")
    with pytest.raises(ParameterError, match="2029-01"):
        realised.chosen_month("2029-01", rungs)


# ------------------------------------------------------------------------------------------ wedges by number


def test_wedges_take_the_longest_product_and_leave_special_chapters_out(made: Panel) -> None:
    law = realised_lines.law_of_year(made, 2030)
    assert law.loc[B, "highest_pct"] == 20.0
    assert law.loc[B, "lowest_pct"] == 0.0
    imports = pd.DataFrame(
        [
            (2030, "CHN", f"{A}01", 100.0, 4.0),
            (2030, "CHN", "9801000000", 50.0, 0.0),
            (2030, "VNM", f"{A}01", 2e6, 1e5),
        ],
        columns=["year", "partner_iso3", "hs10", "value_usd", "duty_usd"],
    )
    found = realised_lines.line_wedges(imports, law, "CHN", 2030)
    assert found.index.tolist() == [f"{A}01"]
    row = found.iloc[0]
    assert (row["assessed_pct"], row["wedge_pp"], row["wedge_usd"]) == pytest.approx((4.0, 6.0, 6.0))
    assert row["others_pct"] == pytest.approx(5.0)
    assert law.loc[B, "confidence"] == "verified"
    assert law["confidence"].isna().to_dict() == {A: True, B: False}  # A pays column 1 alone
    listed = realised_causes.check_list(found, [], [], 2030, 2.0, 1.0)
    causes = realised_causes.by_cause(found, listed)
    assert causes["wedge_usd"].sum() == pytest.approx(found["wedge_usd"].sum())
    with pytest.raises(DataError, match="no imports"):
        realised_lines.line_wedges(imports, law, "MAC", 2030)
