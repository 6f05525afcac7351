"""The sentences of the trade flows report."""

import pandas as pd

from trucewatch.reports.trade_flows.notes import sensitivity
from trucewatch.trade.counterfactual import Gap


def gap(value, low, high):
    shares = {"share": -0.3, "share_low": -0.4, "share_high": -0.1}
    months = {"first": pd.Timestamp("2025-02-01"), "last": pd.Timestamp("2026-08-01")}
    return Gap(value=value * 1e9, low=low * 1e9, high=high * 1e9, actual=4e11, **shares, **months)


def test_every_training_window_is_named_with_its_gap():
    said = sensitivity(
        {("2013-01", "2024-10"): gap(-248, -484, -72), ("2019-01", "2024-10"): gap(-231, -700, -9)}
    )
    assert "January 2013 to October 2024" in said
    assert "January 2019 to October 2024" in said
    assert "231" in said
    assert "proves no loss" not in said


def test_a_band_that_reaches_across_zero_is_said():
    said = sensitivity({("2013-01", "2024-06"): gap(-188, -461, 22)})
    assert "the model alone proves no loss" in said
