"""Mirror counts, concentration by chapter, and our numbers for published ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.errors import DataError
from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.page.words import words_of
from trucewatch.reports.trade_flows import mirror, published
from trucewatch.trade import concentration


def months(values, first="2025-01"):
    index = pd.date_range(first, periods=len(values), freq="MS", unit="s")
    return pd.Series(np.asarray(values, dtype=float), index=index)


def periods(*rows):
    table = pd.DataFrame(rows, columns=["period_from", "period_to", "value_usd"])
    return table.assign(
        **{name: pd.to_datetime(table[name]).dt.date for name in ("period_from", "period_to")}
    )


def test_periods_are_half_open_and_the_gap_is_a_share_of_the_importers_count():
    found = mirror.mirror(
        months([10, 20, 30]), periods(("2025-01-01", "2025-03-01", 45.0), ("2025-03-01", "2025-04-01", 15.0))
    )
    assert found["importer_usd"].tolist() == [30, 30]
    assert found["gap_usd"].tolist() == [15, -15]
    assert found["gap_share"].tolist() == [0.5, -0.5]
    assert found["months"].tolist() == [2, 1]


def test_a_period_the_importer_has_not_published_is_left_out():
    found = mirror.mirror(
        months([10.0]), periods(("2025-01-01", "2025-02-01", 1.0), ("2025-01-01", "2025-03-01", 1.0))
    )
    assert len(found) == 1


def test_running_sums_are_not_drawn_beside_their_months():
    year = months([10.0] * 14)
    found = mirror.mirror(
        year,
        periods(
            ("2025-01-01", "2025-03-01", 1.0),
            ("2025-01-01", "2025-05-01", 1.0),
            ("2025-04-01", "2025-05-01", 1.0),
            ("2025-01-01", "2026-01-01", 1.0),
            ("2026-01-01", "2026-03-01", 1.0),
        ),
    )
    separate = mirror.separate_periods(found)
    assert separate["months"].tolist() == [12, 2, 1, 2]
    assert separate["first_month"].iloc[-1] == pd.Timestamp("2026-01-01")


def test_the_causes_accuse_nobody():
    words = words_of("trucewatch.reports.trade_flows")("mirror_causes").lower()
    assert words.count("\n- ") == 5
    assert not any(word in words for word in ("fraud", "smuggl", "cheat", "evasion", "illegal"))


def products(*rows):
    return pd.DataFrame(rows, columns=["year", "hs6", "value_usd"])


def test_chapters_sum_their_codes_and_rank_their_falls():
    change = concentration.chapter_change(
        products(
            (2024, "850110", 60.0),
            (2024, "854231", 40.0),
            (2025, "850110", 30.0),
            (2024, "950300", 10.0),
            (2025, "950300", 12.0),
            (2017, "999999", 5.0),
        ),
        2024,
        2025,
    )
    assert change["chapter"].tolist() == ["85", "95"]
    assert change["change_usd"].tolist() == [-70, 2]
    assert change["lines"].tolist() == [2, 1]
    assert change["share_of_fall"].sum() == pytest.approx(1)


def test_a_year_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="2017, 2024"):
        concentration.chapter_change(products((2017, "010121", 1.0), (2024, "010121", 1.0)), 2017, 2025)


def test_years_without_values_do_not_count():
    table = products((2017, "010121", np.nan), (2024, "010121", 1.0), (2025, "010121", 1.0))
    assert concentration.last_two_years(table) == (2024, 2025)
    with pytest.raises(DataError):
        concentration.last_two_years(table[table["year"] != 2025])


@given(st.lists(st.floats(0.01, 1e9), min_size=1, max_size=40))
def test_concentration_lies_between_equal_shares_and_one(values):
    index = concentration.herfindahl(pd.Series(values))
    assert 1 / len(values) - 1e-9 <= index <= 1 + 1e-9


def test_equal_shares_and_a_single_seller_are_the_two_ends():
    assert concentration.herfindahl(pd.Series([5.0] * 4)) == 0.25
    assert concentration.herfindahl(pd.Series([5.0, 0.0])) == 1
    with pytest.raises(DataError):
        concentration.herfindahl(pd.Series([0.0]))


def test_every_published_figure_of_the_report_has_an_answer():
    flat = months([2e9] * 180, first="2013-01")
    found = answers(read_published("trade_flows"), published.checked_numbers(flat, flat / 2))
    assert None not in found.values()
    assert found["census_imports_2025"] == pytest.approx(24)
    assert found["census_deficit_2025"] == pytest.approx(12)
    assert found["gacc_exports_yoy_2025_04"] == 0
    assert found["census_press_imports_sa_2025_06"] == pytest.approx(2)


def test_a_figure_beyond_the_data_is_left_open():
    short = months([2e9] * 138, first="2013-01")
    found = answers(read_published("trade_flows"), published.checked_numbers(short, short))
    assert found["census_imports_2024"] is None
    assert found["gacc_exports_yoy_2025_04"] is None
    assert found["census_press_imports_sa_2025_06"] is None
