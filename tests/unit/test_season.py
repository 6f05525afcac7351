"""The season of a monthly flow: how much of a span a usual year has brought by a day."""

import pandas as pd
import pytest

from trucewatch.errors import DataError, ParameterError
from trucewatch.trade.season import expected_share, usual_months

DAY = pd.Timestamp


def flow(first, values):
    return pd.Series(values, index=pd.date_range(first, periods=len(values), freq="MS"), dtype=float)


def test_a_usual_month_is_the_mean_of_the_same_month():
    usual = usual_months(flow("2016-01-01", [1.0] * 12 + [3.0] * 12), [2016, 2017])
    assert usual.tolist() == [2.0] * 12


def test_a_year_with_a_missing_month_makes_no_pattern():
    with pytest.raises(DataError, match="2017"):
        usual_months(flow("2016-01-01", [1.0] * 23), [2016, 2017])


def test_a_seasonal_flow_is_expected_late_in_the_year():
    # nine tenths of the year come in the last three months
    usual = usual_months(flow("2016-01-01", [1.0] * 9 + [27.0] * 3), [2016])
    year = (DAY("2026-01-01"), DAY("2026-12-31"))
    assert expected_share(usual, *year, DAY("2026-09-30")) == pytest.approx(0.1)
    assert expected_share(usual, *year, DAY("2026-10-31")) == pytest.approx(0.4)
    assert expected_share(usual, *year, DAY("2027-03-01")) == 1


def test_days_of_a_month_bring_alike_and_a_span_may_cross_the_year():
    usual = usual_months(flow("2016-01-01", [31.0, 28.0, *[0.0] * 9, 31.0]), [2016])
    share = expected_share(usual, DAY("2025-12-22"), DAY("2026-01-10"), DAY("2025-12-26"))
    assert share == pytest.approx(5 / 20)


def test_a_span_without_a_season_is_refused():
    usual = usual_months(flow("2016-01-01", [1.0] * 11 + [0.0]), [2016])
    with pytest.raises(ParameterError, match="2026-12-01"):
        expected_share(usual, DAY("2026-12-01"), DAY("2026-12-31"), DAY("2026-12-10"))
