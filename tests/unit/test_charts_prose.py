"""The sentences of the trade flows report."""

import pandas as pd

from trucewatch.reports.trade_flows.forecasts import REPEAT
from trucewatch.reports.trade_flows.notes import sensitivity
from trucewatch.reports.trade_flows.words import finding, forecast_basis
from trucewatch.trade.counterfactual import Gap


def gap(value, low, high):
    shares = {"share": -0.3, "share_low": -0.4, "share_high": -0.1}
    months = {"first": pd.Timestamp("2025-02-01"), "last": pd.Timestamp("2026-08-01")}
    return Gap(value=value * 1e9, low=low * 1e9, high=high * 1e9, actual=4e11, **shares, **months)


def test_the_ways_to_expect_imports_are_spanned():
    said = sensitivity({"last year": gap(-227, -455, -71), "growth of others": gap(-320, -590, -145)})
    assert "between −227 and −320 billion" in said
    assert "zero" not in said


def test_a_band_that_reaches_across_zero_is_said():
    said = sensitivity({"last year": gap(-188, -461, 22)})
    assert "band of the last year includes zero" in said


def test_the_finding_says_what_imports_are_measured_against():
    basis = forecast_basis(REPEAT, pd.Timestamp("2024-10-01"))
    said = finding(gap(-227, -455, -71), basis)
    assert "USD 227 billion (30 %) below a repeat of the twelve months to October 2024" in said
    assert "90 % band: 71 to 455 billion" in said
    assert "does not rule out" in finding(gap(-100, -300, 50), basis)
