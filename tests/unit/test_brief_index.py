"""The three tests an index of the dials must pass, on made months with known answers."""

import numpy as np
import pandas as pd
import pytest

from trucewatch.errors import DataError
from trucewatch.reports.brief import index_tests as tests

MONTHS = pd.date_range("2025-01-01", periods=18, freq="MS")
WORST = (MONTHS[0], MONTHS[4])


def dials(columns):
    return pd.DataFrame(columns, index=MONTHS, dtype=float)


def alike(count=5):
    """Every dial the same rising line: any weighting gives it back."""
    line = np.linspace(0, 100, len(MONTHS))
    return dials({f"d{number}": line for number in range(count)})


def test_the_index_is_the_mean_of_the_dials_a_month_has():
    made = alike()
    made.iloc[0] = [10, 20, 30, 40, np.nan]
    made.iloc[1] = [10, 20, 30, np.nan, np.nan]
    found = tests.index(made)
    assert found.iloc[0] == 25
    assert np.isnan(found.iloc[1])
    assert tests.index(made, np.array([1, 0, 0, 0, 9])).iloc[0] == 10


def test_dials_that_agree_keep_every_rank_under_any_weighting():
    assert tests.stable_share(alike(), 200, seed=1) == 1


def test_two_of_five_dials_that_contradict_turn_the_order_at_a_known_share():
    """Two of five weights drawn evenly sum to a Beta(2, 3) number, above one half in 5 of 16 draws."""
    made = alike()
    made["d0"], made["d1"] = 100 - made["d0"], 100 - made["d1"]
    share = tests.stable_share(made, 4000, seed=1)
    assert share == pytest.approx(11 / 16, abs=0.03)
    assert share == tests.stable_share(made, 4000, seed=1)


def test_two_dials_against_one_weighting_have_a_known_share():
    """With one rising and one falling dial the order turns where the weight passes one half."""
    line = np.array([0.0, 50.0, 100.0, 40.0])
    made = pd.DataFrame({"up": line, "down": 90 - 0.8 * line}, index=MONTHS[:4])
    # equal weights keep up's order; four ranks turned round move an end month by three places
    assert tests.stable_share(made, 4000, seed=3) == pytest.approx(1 - 0.8 / 1.8, abs=0.03)


def test_a_move_carried_by_one_dial_is_found_and_a_shared_one_is_not():
    made = dials({name: np.zeros(len(MONTHS)) for name in "abcde"})
    made.loc[MONTHS[6] :, "a"] = 100.0
    made.loc[MONTHS[10] :, ["b", "c", "d", "e"]] = 40.0
    assert tests.turned_moves(made).empty  # without a the first move is nought, not turned
    made.loc[MONTHS[6] : MONTHS[9], ["b", "c", "d", "e"]] = -10.0
    turned = tests.turned_moves(made)
    assert turned[["month", "left_out"]].to_numpy().tolist() == [[MONTHS[6], "a"]]
    assert turned["move"].iloc[0] == pytest.approx(12)
    assert turned["move_without"].iloc[0] == pytest.approx(-10)


def test_a_move_of_ten_points_is_not_yet_large():
    made = dials({name: np.zeros(len(MONTHS)) for name in "abcde"})
    made.loc[MONTHS[6] :, "a"] = 90.0
    made.loc[MONTHS[6] :, ["b", "c", "d", "e"]] = -10.0
    assert tests.turned_moves(made).empty


def test_the_correlation_leaves_out_the_months_that_set_the_scale():
    ours = pd.Series(np.arange(18.0), index=MONTHS)
    outside = ours**3  # any rising curve ranks the same
    outside.iloc[:5] = [900, -900, 900, -900, 900]
    assert tests.rank_correlation(ours, outside, WORST) == (pytest.approx(1), 13)
    assert tests.rank_correlation(ours, -ours, WORST)[0] == pytest.approx(-1)


def test_spearman_of_a_known_table():
    """Five pairs with rank differences 1, 1, 0, 1, 1: 1 - 6 * 4 / (5 * 24) = 0.8."""
    when = MONTHS[5:10]
    first, second = pd.Series([1, 2, 3, 4, 5], when), pd.Series([20, 10, 30, 50, 40], when)
    assert tests.rank_correlation(first, second, WORST) == (pytest.approx(0.8), 5)


@pytest.mark.parametrize("constant", ["ours", "outside"])
def test_a_line_without_ranks_has_no_correlation(constant):
    flat, rising = pd.Series(1.0, index=MONTHS), pd.Series(np.arange(18.0), index=MONTHS)
    pair = (flat, rising) if constant == "ours" else (rising, flat)
    assert np.isnan(tests.rank_correlation(*pair, WORST)[0])


def test_all_three_must_pass():
    made, outside = alike(), pd.Series(np.arange(18.0), index=MONTHS)
    assert tests.judge(made, outside, WORST, 100, 1).is_published
    assert not tests.judge(made, -outside, WORST, 100, 1).is_published
    few = tests.judge(made, outside.iloc[:14], WORST, 100, 1)
    assert few.months == 9
    assert not few.passes["outside_index"]
    made["d0"], made["d1"] = 100 - made["d0"], 100 - made["d1"]
    assert not tests.judge(made, outside, WORST, 100, 1).passes["weightings"]


def test_an_outside_index_is_read_by_month(tmp_path):
    path = tmp_path / "outside.csv"
    path.write_text("month,value\n2025-02,1.5\n2025-01,-3\n")
    read = tests.read_outside(path)
    assert read.to_dict() == {pd.Timestamp("2025-01-01"): -3.0, pd.Timestamp("2025-02-01"): 1.5}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("month,level\n2025-01,1\n", "month and value"),
        ("month,value\n2025-01,1\n2025-13,2\n", "row 3.*month.*2025-13"),
        ("month,value\n2025-01,many\n", "row 2.*value.*many"),
        ("month,value\n2025-01,inf\n", "row 2.*value.*inf"),
        ("month,value\n2025-01,1\n2025-01,2\n", "row 3.*month.*2025-01"),
    ],
)
def test_a_bad_outside_index_is_named_by_row_and_column(tmp_path, text, says):
    path = tmp_path / "outside.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=f"(?s){says}"):
        tests.read_outside(path)


def test_a_missing_outside_index_is_named(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        tests.read_outside(tmp_path / "none.csv")
