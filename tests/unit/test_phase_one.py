"""Phase One on made tables with known answers."""

import pandas as pd
import pytest

from trucewatch.errors import DataError
from trucewatch.reports.phase_one import measures as phase_one


def commitments() -> pd.DataFrame:
    rows = [
        ("agriculture", 10.0, 11.0, 2.0, 4.0, 6.0),
        ("energy", 5.0, 5.0, 5.0, 5.0, 10.0),
        ("manufactured goods", 40.0, 30.0, 10.0, 20.0, 30.0),
        ("services", None, None, 4.0, 6.0, 10.0),
    ]
    names = ["category", "baseline_2017_piie_bn_usd", "baseline_2017_product_list_bn_usd"]
    return pd.DataFrame(
        rows, columns=[*names, "added_2020_bn_usd", "added_2021_bn_usd", "added_total_bn_usd"]
    )


def annual() -> pd.DataFrame:
    rows = [
        (2020, "agriculture", "Oilseeds", 9e9),
        (2021, "agriculture", "Oilseeds", 17e9),
        (2020, "energy", "Coal", 4e9),
        (2021, "energy", "Coal", 4e9),
        (2020, "manufactured goods", "Vehicles", 20e9),
        (2021, "manufactured goods", "Vehicles", 22e9),
    ]
    return pd.DataFrame(rows, columns=["year", "category", "sub_category", "value_usd"])


def monthly() -> pd.DataFrame:
    """Every category 1 billion a month (agriculture 2 in January), aircraft half a billion; 2017 and 2020."""
    rows = []
    for year in (2017, 2020):
        for month in range(1, 13):
            day = pd.Timestamp(year, month, 1)
            rows += [
                (day, "120190", (2e9 if month == 1 else 1e9), "agriculture"),
                (day, "270900", 1e9, "energy"),
                (day, "870323", 1e9, "manufactured goods"),
                (day, phase_one.AIRCRAFT_HS6, 0.5e9, "not covered"),
            ]
    rows.append((pd.Timestamp(2021, 1, 1), phase_one.AIRCRAFT_HS6, 0.5e9, "not covered"))
    return pd.DataFrame(rows, columns=["month", "hs6", "value_usd", "phase_one_category"])


def test_a_promise_is_the_base_and_the_addition_of_each_year() -> None:
    found = phase_one.promises(commitments(), "piie")
    assert found.loc["agriculture", ["promised_2020", "promised_2021", "promised"]].tolist() == [12, 14, 26]
    listed = phase_one.promises(commitments(), "product_list")
    assert listed.loc["manufactured goods", "promised"] == 2 * 30 + 30


def test_extra_bought_falls_below_zero_where_less_was_bought_than_before() -> None:
    card = phase_one.scorecard(
        phase_one.promises(commitments(), "product_list"),
        phase_one.purchases(annual(), "product_list", pd.Series(dtype=float)),
    )
    made = card.loc["manufactured goods"]
    assert made["bought"] == 42
    assert made["share_met"] == pytest.approx(42 / 90)
    assert made["added_bought"] == -18
    assert made["added_met"] == pytest.approx(-18 / 30)
    whole = card.loc["all goods"]
    assert whole["bought"] == 26 + 8 + 42
    assert whole["added"] == 46


def test_aircraft_count_on_piies_base_only_and_a_missing_year_makes_a_floor() -> None:
    planes = phase_one.aircraft(monthly())
    assert planes.to_dict() == {2017: 6.0, 2020: 6.0}  # January 2021 is no year
    piie = phase_one.purchases(annual(), "piie", planes)
    assert piie.loc["manufactured goods", "bought"] == 42 + 6
    assert piie["is_floor"].to_dict() == {"manufactured goods": True, "agriculture": False, "energy": False}
    full = phase_one.purchases(annual(), "piie", pd.Series({2020: 6.0, 2021: 7.0}))
    assert full.loc["manufactured goods", "bought"] == 42 + 13
    assert not full["is_floor"].any()
    listed = phase_one.purchases(annual(), "product_list", planes)
    assert listed.loc["manufactured goods", "bought"] == 42
    assert not listed["is_floor"].any()


def test_the_base_decides_where_aircraft_go_by_month() -> None:
    assert phase_one.monthly_purchases(monthly(), "piie").loc["2020-02-01", "manufactured goods"] == 1.5
    listed = phase_one.monthly_purchases(monthly(), "product_list")
    assert listed.loc["2020-02-01", "manufactured goods"] == 1.0
    assert listed.loc["2020-02-01", "not covered"] == 0.5


@pytest.mark.parametrize(("season", "january"), [("seasonal", 12 * 2 / 13), ("equal", 1.0)])
def test_the_first_year_ends_at_the_yearly_target_however_it_is_spread(season, january: float) -> None:
    promised = phase_one.promises(commitments(), "piie")
    course = phase_one.first_year(phase_one.monthly_purchases(monthly(), "piie"), promised, season)
    farm = course[course["category"] == "agriculture"]
    assert farm["promised"].iloc[0] == pytest.approx(january)
    last = course.groupby("category")["promised_so_far"].last()
    assert last.to_dict() == pytest.approx({"agriculture": 12, "energy": 10, "manufactured goods": 50})
    assert farm["bought_so_far"].iloc[-1] == pytest.approx(13)


def test_the_whole_and_what_services_leave() -> None:
    outcomes = pd.DataFrame(
        [("all goods and services", "2020-21", 300.0, 150.0, 50.0), ("energy", "2020-21", None, None, 12.0)],
        columns=["category", "period", "commitment_bn_usd", "purchased_bn_usd", "fulfilment_pct"],
    )
    total = phase_one.whole(outcomes, commitments())
    assert (total.base, total.added_bought, total.share_met) == (244, -94, 0.5)
    assert phase_one.services_promise(total, commitments()) == 300 - (26 + 20 + 110)
    assert phase_one.printed_share(outcomes, "energy") == 0.12
    with pytest.raises(DataError, match="no share printed"):
        phase_one.printed_share(outcomes, "steel")
    with pytest.raises(DataError, match="all goods and services"):
        phase_one.whole(outcomes.iloc[1:], commitments())


def test_chinas_base_matches_headings_and_longer_codes_on_six_digits() -> None:
    imports = pd.DataFrame(
        {
            "hs8": ["12019011", "27101210", "27101299", "87032301", "99999999"],
            "value_usd": [1e9, 2e9, 4e9, 8e9, 16e9],
        }
    )
    products = pd.DataFrame(
        [("1201", "agriculture"), ("271012250", "energy"), ("8703", "manufactured goods")],
        columns=["code", "category"],
    )
    found = phase_one.import_base(imports, products)
    assert found.to_dict() == {"manufactured goods": 8, "agriculture": 1, "energy": 6}


def test_a_missing_row_or_year_is_named() -> None:
    with pytest.raises(DataError, match="no value for a category") as caught:
        phase_one.promises(commitments().iloc[1:], "piie")
    assert caught.value.row == "agriculture"
    with pytest.raises(DataError, match="a year of the promise is missing") as caught:
        phase_one.purchases(annual().query("year == 2020"), "piie", pd.Series(dtype=float))
    assert caught.value.value == 2021
