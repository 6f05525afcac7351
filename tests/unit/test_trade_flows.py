"""Series, growth, shares, season and industries on made data with known answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.errors import DataError
from trucewatch.trade import flows


def made(values, first="2020-01"):
    index = pd.date_range(first, periods=len(values), freq="MS", unit="s")
    return pd.Series(np.asarray(values, dtype=float), index=index, name="value_usd")


def table(values, first="2020-01", **columns):
    series = made(values, first)
    return pd.DataFrame({"month": series.index.date, "value_usd": series.to_numpy(), **columns})


def test_a_series_is_chosen_by_columns_and_sorted():
    both = pd.concat([table([1, 2], flow="imports"), table([7, 8, 9], flow="exports")]).iloc[::-1]
    assert flows.monthly_series(both, flow="exports").tolist() == [7, 8, 9]


def test_a_missing_month_is_refused_by_name():
    holed = table([1, 2, 3]).drop(index=1)
    with pytest.raises(DataError, match="2020-02"):
        flows.monthly_series(holed)


def test_a_month_that_stands_twice_is_refused():
    with pytest.raises(DataError, match="twice"):
        flows.monthly_series(pd.concat([table([1, 2]), table([1, 2])]))


def test_an_empty_choice_is_refused():
    with pytest.raises(DataError, match="flow=transit"):
        flows.monthly_series(table([1], flow="imports"), flow="transit")


def test_growth_is_on_the_same_month_a_year_before():
    growth = flows.yoy(made([100.0] * 12 + [79.0, 0.0]))
    assert growth.iloc[:12].isna().all()
    assert growth.iloc[12] == pytest.approx(-0.21)
    assert growth.iloc[13] == -1


@given(
    st.lists(
        st.tuples(*[st.floats(1, 1e6) for _ in range(3)]),
        min_size=1,
        max_size=30,
    )
)
def test_shares_of_all_parts_add_up_to_one(rows):
    parts = [made([row[at] for row in rows]) for at in range(3)]
    whole = parts[0] + parts[1] + parts[2]
    assert np.allclose(sum(flows.share(part, whole) for part in parts), 1, rtol=1e-12)


def test_a_part_above_the_whole_is_refused():
    with pytest.raises(DataError, match="larger than the whole"):
        flows.share(made([2.0]), made([1.0]))


def test_a_sum_over_months_that_are_not_there_is_refused():
    series = made([1.0, 2.0, 3.0])
    assert flows.total(series, "2020-02", "2020-03") == 5
    with pytest.raises(DataError, match="2020-04"):
        flows.total(series, "2020-02", "2020-04")
    with pytest.raises(DataError):
        flows.total(series, "2020-03", "2020-02")


def test_a_splice_keeps_the_newer_vintage_where_both_speak():
    joined = flows.splice(made([1, 1, 1, 1]), made([5, 5, 5], first="2020-03"))
    assert joined.tolist() == [1, 1, 5, 5, 5]


def test_season_is_found_where_it_was_put():
    months = np.arange(120)
    season = 0.2 * np.sin(2 * np.pi * months / 12)
    split = flows.seasonal(made(np.exp(3 + 0.002 * months + season), first="2010-01"))
    assert np.allclose(split["factor"], np.exp(season) - 1, atol=0.01)
    assert np.allclose(split["adjusted"] * (1 + split["factor"]), split["value"])
    profile = flows.seasonal_profile(split)
    assert list(profile.index) == list(range(1, 13))
    assert profile.idxmax() == 4
    assert profile.idxmin() == 10


def test_one_outlier_does_not_bend_the_season():
    months = np.arange(120)
    values = np.exp(3 + 0.2 * np.sin(2 * np.pi * months / 12))
    bent = values.copy()
    bent[75] *= 3
    clean, robust = flows.seasonal(made(values)), flows.seasonal(made(bent))
    assert np.allclose(clean["factor"], robust["factor"], atol=0.02)


def test_a_zero_has_no_logarithm_and_is_named():
    with pytest.raises(DataError, match="2020-03"):
        flows.seasonal(made([1.0, 1.0, 0.0] + [1.0] * 30))


def panel():
    rows = []
    for partner, scale in (("CHN", 1.0), ("WLD", 4.0)):
        for naics3, value in (("334", 30.0), ("315", 10.0)):
            for month in pd.date_range("2024-01", "2025-12", freq="MS"):
                fall = 0.5 if partner == "CHN" and naics3 == "334" and month.year == 2025 else 1.0
                rows.append((month.date(), partner, naics3, value * scale * fall))
    return pd.DataFrame(rows, columns=["month", "partner_iso3", "naics3", "value_usd"])


def test_industry_change_names_the_one_industry_that_fell():
    change = flows.industry_change(flows.industry_matrix(panel(), "CHN"), "2025-02", "2025-05", 2024)
    assert change["naics3"].tolist() == ["334", "315"]
    assert change["change_usd"].tolist() == [-60.0, 0.0]
    assert change["change"].tolist() == [-0.5, 0.0]
    assert change["share_of_fall"].sum() == pytest.approx(1)


def test_goods_of_no_industry_are_ranked_behind_all_industries():
    special = panel().loc[lambda rows: rows["naics3"] == "334"].assign(naics3="990")
    special["value_usd"] *= 2
    change = flows.industry_change(
        flows.industry_matrix(pd.concat([panel(), special]), "CHN"), "2025-02", "2025-05", 2024
    )
    assert change["naics3"].tolist() == ["334", "315", "990"]
    assert change["change_usd"].tolist() == [-60.0, 0.0, -120.0]
    assert flows.industries_of(change["naics3"]).tolist() == [True, True, False]


def test_an_absent_cell_is_zero_trade():
    holed = panel().drop(index=0)
    assert flows.industry_matrix(holed, "CHN").iloc[0].tolist() == [10.0, 0.0]


def test_an_unknown_partner_is_refused():
    with pytest.raises(DataError, match="XYZ"):
        flows.industry_matrix(panel(), "XYZ")


def test_trailing_shares_hold_each_season_once():
    totals = panel().groupby(["month", "partner_iso3"], as_index=False)["value_usd"].sum()
    shares = flows.trailing_shares(panel(), totals, ["CHN"])
    assert shares.index[0] == pd.Timestamp("2024-12-01")
    assert shares["CHN"].iloc[0] == pytest.approx(0.25)
    assert shares["CHN"].iloc[-1] == pytest.approx(25 / 160)


def test_years_are_whole_or_absent():
    yearly = flows.annual(made([2.0] * 30), made([1.0] * 30))
    assert yearly.index.tolist() == [2020, 2021]
    assert yearly["balance_usd"].tolist() == [-12, -12]
    assert yearly["imports_change"].iloc[1] == 0


def test_base_months_repeat_beyond_a_year():
    now, base = flows.against_base_year(made(range(1, 37)), flows.months("2021-12", "2022-12"), 2020)
    assert now == sum(range(24, 37))
    assert base == sum(range(1, 13)) + 12


def test_the_basis_of_imports_is_one_of_two():
    with pytest.raises(DataError, match="general"):
        flows.import_series(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), "CHN", "special")
