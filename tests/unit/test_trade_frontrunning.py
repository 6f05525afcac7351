"""Windows around deadlines, front-running, payback, on paths with known answers."""

import numpy as np
import pandas as pd
import pytest

from trucewatch.errors import DataError
from trucewatch.trade import frontrunning as fr
from trucewatch.trade.counterfactual import Counterfactual


def acts(**dates):
    rows = [(act_id, f"Act {act_id}", "USA", "tariff_up", date, date) for act_id, date in dates.items()]
    columns = ["act_id", "title", "side", "kind", "date_announced", "date_effective"]
    return pd.DataFrame(rows, columns=columns)


def flat(actual, expected=100.0, first="2024-11", paths=5):
    index = pd.date_range(first, periods=len(actual), freq="MS", unit="s")
    central = pd.Series(expected, index=index)
    spread = np.linspace(0.9, 1.1, paths)
    return Counterfactual(
        actual=pd.Series(actual, index=index, dtype=float),
        central=central,
        paths=central.to_numpy()[:, None] * spread,
        train_start=pd.Timestamp("2013-01-01"),
        train_end=index[0] - pd.DateOffset(months=1),
    )


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("2025-02-04", ["2024-12", "2025-01"], ["2025-02", "2025-03", "2025-04"]),
        ("2025-02-15", ["2024-12", "2025-01"], ["2025-02", "2025-03", "2025-04"]),
        ("2025-02-16", ["2025-01", "2025-02"], ["2025-03", "2025-04", "2025-05"]),
        ("2025-12-31", ["2025-11", "2025-12"], ["2026-01", "2026-02", "2026-03"]),
    ],
)
def test_the_month_of_a_deadline_goes_to_the_side_that_holds_most_of_it(day, before, after):
    window, payback = fr.windows(pd.Timestamp(day), 2, 3)
    assert [f"{month:%Y-%m}" for month in window] == before
    assert [f"{month:%Y-%m}" for month in payback] == after


def test_front_running_payback_net_and_swing():
    model = flat([100, 120, 130, 80, 70, 90, 100])
    row = fr.front_running(model, fr.deadlines(acts(a="2025-02-04"), ["a"]), 2, 3).iloc[0]
    assert row["front_running"] == pytest.approx(0.25)
    assert row["payback"] == pytest.approx(-0.2)
    assert row["net"] == pytest.approx((120 + 130 + 80 + 70 + 90) / 500 - 1)
    assert row["swing"] == pytest.approx(0.45)
    assert row["front_running_low"] < 0.25 < row["front_running_high"]
    assert row["status"] == "complete"


def test_nothing_is_run_ahead_where_imports_are_as_expected():
    row = fr.front_running(flat([100] * 7), fr.deadlines(acts(a="2025-02-04"), ["a"]), 2, 3).iloc[0]
    assert row[["front_running", "payback", "net", "swing"]].tolist() == [0, 0, 0, 0]


def test_a_lasting_shift_moves_both_windows_and_not_the_swing():
    row = fr.front_running(flat([60] * 7), fr.deadlines(acts(a="2025-02-04"), ["a"]), 2, 3).iloc[0]
    assert row["front_running"] == pytest.approx(-0.4)
    assert row["swing"] == pytest.approx(0, abs=1e-12)
    assert row["swing_low"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2024-12-04", "window reaches into the training months"),
        ("2025-04-04", "payback months not all published yet"),
        ("2025-09-04", "window not over yet in the data"),
    ],
)
def test_a_number_that_can_not_be_had_is_missing_and_says_why(day, status):
    row = fr.front_running(flat([100] * 7), fr.deadlines(acts(a=day), ["a"]), 2, 3).iloc[0]
    assert np.isnan(row["net"])
    assert row["status"] == status


def test_windows_that_share_months_name_each_other():
    dated = fr.deadlines(acts(a="2025-02-04", b="2025-03-04", c="2025-05-04"), ["c", "a", "b"])
    rows = fr.front_running(flat([100] * 12), dated, 2, 2).set_index("act_id")
    assert rows.index.tolist() == ["a", "b", "c"]
    assert rows["shares_months_with"].to_dict() == {"a": "b", "b": "a", "c": ""}


@pytest.mark.parametrize("wanted", [["a", "nope"], ["a", "a"]])
def test_a_deadline_is_one_known_act(wanted):
    with pytest.raises(DataError, match="deadline_acts"):
        fr.deadlines(acts(a="2025-02-04"), wanted)


def test_an_act_without_effect_is_no_deadline():
    with pytest.raises(DataError, match="effective"):
        fr.deadlines(acts(a=None), ["a"])


def test_the_count_starts_with_the_month_of_the_first_deadline():
    dated = fr.deadlines(acts(a="2025-03-04", b="2025-02-04"), ["a", "b"])
    assert fr.first_month(dated) == pd.Timestamp("2025-02-01")
    assert fr.months_before(fr.first_month(dated), 3) == pd.Timestamp("2024-11-01")


def test_steps_are_one_a_day_of_one_side():
    table = acts(a="2025-04-10", b="2025-04-10", c="2024-01-01", d="2025-05-14")
    table["date_announced"] = ["2025-04-04", "2025-04-09", "2024-01-01", "2025-05-13"]
    table.loc[table["act_id"] == "d", "side"] = "CHN"
    assert fr.steps(table, "USA", pd.Timestamp("2025-01-01"))["act_id"].tolist() == ["b"]
