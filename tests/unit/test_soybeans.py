"""Sales, shipments and arrivals of soybeans on made data with known answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.errors import DataError, ParameterError
from trucewatch.reports.soybeans import facts
from trucewatch.reports.soybeans import other_sellers as soybeans_trade
from trucewatch.trade import soybean_counts as soybeans
from trucewatch.trade import soybean_promise as soybeans_promise

DAY = pd.Timestamp


def reports(year, first, levels, shipped=None):
    """Weekly reports of one marketing year; a level of None is a week without a report."""
    rows = []
    for step, level in enumerate(levels):
        if level is None:
            continue
        out = 0.0 if shipped is None else shipped[step]
        rows.append((DAY(first) + step * soybeans.WEEK, year, out, level - out, level))
    names = ["week_ending", "marketing_year", "accumulated_exports_t", "outstanding_sales_t"]
    table = pd.DataFrame(rows, columns=[*names, "total_commitments_t"])
    return table.assign(net_sales_t=table["total_commitments_t"].diff())


def months(first, values, partner="USA"):
    stamps = pd.date_range(first, periods=len(values), freq="MS")
    return pd.DataFrame({"month": stamps, "partner_iso3": partner, "quantity_t": values})


@pytest.mark.parametrize(
    ("day", "year"),
    [
        ("2025-08-31", "2024/25"),
        ("2025-09-01", "2025/26"),
        ("1999-12-31", "1999/00"),
        ("2000-01-01", "1999/00"),
    ],
)
def test_the_marketing_year_turns_on_the_first_of_september(day, year):
    assert soybeans.marketing_year(DAY(day)) == year


@given(st.dates(min_value=DAY("1950-01-01").date(), max_value=DAY("2099-12-31").date()))
def test_every_day_lies_inside_its_marketing_year(day):
    year = soybeans.marketing_year(DAY(day))
    assert soybeans.year_start(year) <= DAY(day) <= soybeans.year_end(year)


@pytest.mark.parametrize("text", ["2025/27", "25/26", "2025", "2025/6"])
def test_a_text_that_is_no_marketing_year_is_refused(text):
    with pytest.raises(ParameterError, match="two years"):
        soybeans.year_start(text)


def test_a_week_without_a_report_stays_missing():
    sales = reports("2025/26", "2025-10-02", [0, 5, None, 9, 12])
    path = soybeans.season(sales, "2025/26", "total_commitments_t")
    assert path.isna().tolist() == [False, False, True, False, False]
    sold = soybeans.weekly(sales, "sold")["quantity_t"]
    # neither the silent week nor the one after it can be told apart, so neither is known
    np.testing.assert_array_equal(sold.to_numpy(), [np.nan, 5, np.nan, np.nan, 3])


def test_an_unknown_marketing_year_names_the_known_ones():
    with pytest.raises(DataError, match="2025/26"):
        soybeans.season(reports("2025/26", "2025-10-02", [0]), "2030/31", "net_sales_t")


def test_new_crop_sales_count_beside_the_old_crop():
    old = reports("2025/26", "2026-06-04", [100, 100, 110])
    new = reports("2026/27", "2026-06-11", [0, 40])
    sold = soybeans.weekly(pd.concat([old, new]), "sold")
    assert sold["quantity_t"].tolist()[1:] == [0, 50]


def test_what_a_season_carries_over_is_not_counted_twice():
    # 30 outstanding at the end of the old year reappear in the first report of the new one
    old = reports("2025/26", "2026-08-20", [100, 100], shipped=[70, 70])
    new = reports("2026/27", "2026-08-20", [0, 0, 30], shipped=[0, 0, 0])
    sold = soybeans.weekly(pd.concat([old, new]), "sold")["quantity_t"]
    assert sold.tolist()[1:] == [0, 0]


def test_as_of_cuts_the_reports_and_refuses_a_day_before_them():
    sales = reports("2025/26", "2025-10-02", [0, 5, 9])
    assert soybeans.known_by(sales, "2025-10-10")["total_commitments_t"].max() == 5
    assert len(soybeans.known_by(sales, "newest")) == 3
    with pytest.raises(ParameterError, match="2025-10-02"):
        soybeans.known_by(sales, "2025-09-01")


def test_arrivals_join_customs_and_what_the_press_printed():
    customs = months("2025-08-01", [7.0, 0.0])
    item = "China customs imports of US soybeans in October 2025"
    press = pd.DataFrame(
        {"item": [item], "kind": "outcome", "period_from": [DAY("2025-10-01")], "value": [1.5]}
    )
    table = soybeans.arrivals(customs, press)
    assert table["quantity_t"].tolist() == [7.0, 0.0, 1.5e6]
    assert table["source"].tolist() == ["customs", "customs", "press"]
    assert table["last"].iloc[-1] == DAY("2025-10-31")


def test_the_norm_takes_months_without_a_row_as_nought_but_not_months_the_table_lacks():
    whole = pd.date_range("2020-09-01", "2022-08-01", freq="MS")
    china = pd.DataFrame({"month": whole[::2], "partner_iso3": "CHN", "quantity_t": 1.0})
    world = pd.DataFrame({"month": whole, "partner_iso3": "WLD", "quantity_t": 2.0})
    norm = soybeans.shipments_norm(pd.concat([china, world]), ["2020/21", "2021/22"])
    assert norm["mean_t"].iloc[-1] == 6
    with pytest.raises(DataError, match="2021/22"):
        soybeans.shipments_norm(pd.concat([china, world[:-1]]), ["2020/21", "2021/22"])


def test_the_gap_is_norm_less_shipped_at_the_nearest_report():
    index = pd.RangeIndex(1, 13, name="month_number")
    norm = pd.DataFrame({"mean_t": range(10, 130, 10), "low_t": 0.0, "high_t": 200.0}, index=index)
    weeks = pd.date_range("2025-09-04", periods=9, freq=soybeans.WEEK)
    shipped = pd.Series([0, 1, 2, np.nan, 4, 5, 6, 7, 8.0], index=weeks)
    table = soybeans.gap_by_month(shipped, norm)
    # 30 September: the report of 25 September is missing, so that of 2 October stands for it
    assert table["week_ending"].tolist() == [DAY("2025-10-02"), DAY("2025-10-30")]
    assert table["gap_t"].tolist() == [6.0, 12.0]


@pytest.mark.parametrize(
    ("target", "verdict", "needed"),
    [(0, "done", 0), (18, "feasible", 9), (19.6, "hard", 9.8), (30, "not seen", 15)],
)
def test_a_pace_is_judged_by_the_weeks_of_the_past(target, verdict, needed):
    past = pd.Series(np.linspace(0, 10, 101))  # nine weeks in ten below 9, record 10
    found = soybeans.pace(target, 0, 14, past)
    assert found.verdict == verdict
    assert found.needed_t == pytest.approx(needed)


def test_no_pace_is_left_after_the_deadline():
    assert soybeans.pace(10, 0, 0, pd.Series([1.0])) is None


# The promise


def promise(**changes):
    given_ = {"announced": DAY("2025-10-30"), "target_mt": 10e-6, "annual_target_mt": 20e-6}
    given_ |= {"deadlines": ["2025-11-20", "2025-12-18"], "year": 2026}
    given_ |= {"as_of": DAY("2026-06-30")}
    return soybeans_promise.readings(**(given_ | changes))


def made_counts():
    sales = reports("2025/26", "2025-10-16", [0, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    landed = soybeans.arrivals(
        months("2025-09-01", [0, 0, 3]),
        pd.DataFrame(
            {"item": ["x"], "kind": ["outcome"], "period_from": [DAY("2025-12-01")], "value": [9.0]}
        ),
    )
    sold = soybeans.weekly(sales, "sold")
    return {"sold": sold, "shipped": sold.assign(quantity_t=sold["quantity_t"] / 2), "arrived": landed}


def cell(table, reading, metric):
    return table[(table["reading"] == reading) & (table["metric"] == metric)].iloc[0]


def test_the_grid_has_nine_cells_and_counts_touching_weeks_whole():
    table = soybeans_promise.grid(promise(), made_counts(), DAY("2025-12-25"))
    assert len(table) == 9
    sold = cell(table, "fact sheet", "sold")
    # weeks ending 30 October to 20 November: 2 each
    assert (sold["quantity_t"], sold["inside_t"], sold["status"]) == (8, 6, "not met")
    assert cell(table, "fact sheet", "shipped")["quantity_t"] == 4


def test_a_target_reached_is_met_and_a_deadline_ahead_is_open():
    table = soybeans_promise.grid(promise(), made_counts(), DAY("2025-12-25"))
    assert cell(table, "officials", "sold")["status"] == "met"
    later = promise(deadlines=["2025-11-20", "2026-03-01"], target_mt=50e-6)
    table = soybeans_promise.grid(later, made_counts(), DAY("2025-12-25"))
    assert cell(table, "officials", "sold")["status"] == "open"


def test_a_cell_without_a_table_behind_it_says_no_data():
    table = soybeans_promise.grid(promise(), made_counts(), DAY("2026-03-31"))
    arrived = cell(table, "officials", "arrived")  # the table ends with November
    assert arrived["status"] == "no data"
    assert arrived["covered_to"] == DAY("2025-11-30")
    assert cell(table, "calendar 2026", "arrived")["status"] == "no data"
    assert np.isnan(cell(table, "calendar 2026", "arrived")["quantity_t"])


def test_a_missing_week_inside_the_span_makes_no_data():
    counts = made_counts()
    counts["sold"].loc[3, "quantity_t"] = np.nan
    table = soybeans_promise.grid(promise(), counts, DAY("2025-12-25"))
    assert cell(table, "fact sheet", "sold")["status"] == "no data"
    assert cell(table, "fact sheet", "shipped")["status"] == "not met"


def test_the_day_a_target_was_reached():
    sold = made_counts()["sold"]
    assert soybeans_promise.reached(sold, DAY("2025-10-30"), 10) == DAY("2025-11-27")
    assert soybeans_promise.reached(sold, DAY("2025-10-30"), 1000) is None
    sold.loc[3, "quantity_t"] = np.nan
    assert soybeans_promise.reached(sold, DAY("2025-10-30"), 10) is None


def test_a_deadline_before_the_agreement_is_refused():
    with pytest.raises(ParameterError, match="not after the agreement"):
        promise(deadlines=["2025-10-01", "2026-02-28"])


def test_reports_from_before_the_agreement_can_not_judge_it():
    with pytest.raises(ParameterError, match="before the agreement"):
        promise(as_of=DAY("2025-10-23"))


def test_a_span_that_has_not_begun_is_not_without_data():
    table = soybeans_promise.grid(promise(), made_counts(), DAY("2025-12-25"))
    assert set(table.loc[table["reading"] == "calendar 2026", "status"]) == {"not begun"}


def test_an_unknown_agreement_is_refused():
    acts = pd.DataFrame({"act_id": ["a"], "date_announced": ["2025-10-30"], "title": ["t"]})
    assert soybeans_promise.agreement(acts, "a")["title"] == "t"
    with pytest.raises(ParameterError, match=r"acts\.csv"):
        soybeans_promise.agreement(acts, "b")


# Others


def test_brazil_replaces_what_the_united_states_lost():
    first = "2024-01-01"
    usa = months(first, [10.0] * 12 + [10.0] * 10 + [0.0, 0.0], "USA")
    bra = months(first, [50.0] * 12 + [50.0] * 10 + [65.0, 60.0], "BRA")
    arg = months(first, [0.0] * 22 + [1.0, 1.0], "ARG")
    table = soybeans_trade.substitution(soybeans_trade.by_origin(pd.concat([usa, bra, arg]))).set_index(
        "window"
    )
    idle = table.loc["newest months without US beans"]
    assert (idle["usa_t"], idle["bra_t"]) == (-20, 25)
    assert idle["brazil_replaced"] == pytest.approx(1.25)
    assert idle["both_replaced"] == pytest.approx(1.35)


def test_nothing_is_replaced_where_the_united_states_sold_more():
    usa, bra = months("2024-01-01", [1.0] * 12 + [2.0] * 12), months("2024-01-01", [5.0] * 24, "BRA")
    arg = months("2024-01-01", [0.0] * 24, "ARG")
    table = soybeans_trade.substitution(soybeans_trade.by_origin(pd.concat([usa, bra, arg])))
    assert table["window"].tolist() == ["newest year to date"]
    assert table["brazil_replaced"].isna().all()


def test_a_hole_in_the_months_of_origins_is_refused():
    usa = months("2024-01-01", [1.0] * 6).drop(index=2)
    with pytest.raises(DataError, match="2024-03"):
        soybeans_trade.by_origin(
            pd.concat([usa, usa.assign(partner_iso3="BRA"), usa.assign(partner_iso3="ARG")])
        )


def test_the_net_of_other_buyers_adds_up():
    whole = months("2023-09-01", [10.0] * 27, "WLD")
    whole.loc[24:, "quantity_t"] = 7.0  # September to November 2025
    china = months("2023-09-01", [6.0] * 24 + [1.0] * 3, "CHN")
    table = soybeans_trade.net_of_others(pd.concat([whole, china]), ["2023/24", "2024/25"])
    change = table.set_index("destination")["change_t"]
    assert change["China"] == -15
    assert change["other destinations"] == 6
    assert change["China"] + change["other destinations"] == change["all destinations"]


def test_the_unit_value_is_of_the_newest_year_complete_in_both_tables():
    annual = pd.DataFrame(
        {
            "year": [2024, 2025],
            "flow": "exports",
            "partner_iso3": "CHN",
            "hs6": "120190",
            "value_usd": [1200.0, 900.0],
        }
    )
    exports = pd.concat([months("2024-01-01", [1.0] * 23, "CHN"), months("2024-01-01", [2.0] * 23, "WLD")])
    assert soybeans_trade.unit_value(annual, exports) == (2024, 100.0)


def test_the_break_even_handicap_is_the_ratio_of_border_values():
    usa = months("2025-01-01", [200_000.0, 50_000.0]).assign(value_cny=[800e6, 900e6])
    bra = months("2025-01-01", [300_000.0, 300_000.0], "BRA").assign(value_cny=[1260e6, 1e6])
    row = soybeans_trade.border_values(pd.concat([usa, bra])).iloc[0]
    # the second month counts for neither: too few US beans came
    assert row["months"] == 1
    assert row["break_even"] == pytest.approx(4200 / 4000 - 1)


# Facts


def test_a_season_is_named_by_its_runs_of_years():
    assert facts.season_name([2023, 2014, 2015, 2024, 2019]) == "2014–2015, 2019, 2023–2024"


def test_the_first_promise_tells_only_what_was_counted():
    table = soybeans_promise.grid(promise(), made_counts(), DAY("2025-12-25"))
    first = facts.first_promise(table)
    assert first["deadline"] == DAY("2025-11-20")
    assert dict(first["known"])["sold"] == 8
    assert facts.verdicts(table)["all"] == 9
    assert facts.verdicts(table)["not_begun"] == 3


def test_a_pace_without_a_count_is_no_pace():
    table = soybeans_promise.grid(promise(), made_counts(), DAY("2025-12-25"))
    usual = pd.Series(1.0, index=pd.RangeIndex(1, 13))
    assert facts.pace_of(soybeans_promise.season_paces(table, promise(), {"a": usual}), promise(), 0) is None


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["2022/23", "2023/24", "2024/25"], "2022/23 to 2024/25"),
        (["2024/25", "2021/22", "2022/23"], "2021/22, 2022/23, 2024/25"),
        (["2024/25"], "2024/25"),
    ],
)
def test_past_seasons_are_named_as_they_are(names, words):
    assert facts.seasons_named(names) == words


def test_what_other_buyers_took_is_set_against_what_china_did_not():
    names = ["China", "other destinations", "all destinations"]
    net = pd.DataFrame({"destination": names, "change_t": [-10e6, 4e6, -6e6]})
    net = net.assign(first=DAY("2025-09-01"), last=DAY("2025-11-01"))
    gaps = pd.DataFrame({"gap_t": [8e6], "norm_t": [20e6], "week_ending": [DAY("2025-11-27")]})
    found = facts.losses(gaps, net, (2024, 500.0))
    assert found["offset"] == pytest.approx(0.4)
    assert found["price"]["value_usd"] == pytest.approx(4e9)
    assert found["last"]["short"] == pytest.approx(0.4)
