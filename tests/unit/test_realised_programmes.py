"""Duty held unlawful by programme: days of a month, and a split that adds up."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from tests.data_project import built
from trucewatch.duty.panel import build_panel
from trucewatch.ledger.ledger import load_ledger
from trucewatch.reports.realised_duty import programmes
from trucewatch.tables import read_table
from trucewatch.trade.realised import law_by_group, months_between, void_part
from trucewatch.trade.weights import weight_set


def test_the_last_month_counts_by_its_days() -> None:
    months = pd.date_range("2025-10-01", "2026-01-01", freq="MS")
    flow = pd.Series([10.0, 20.0, 31.0, 99.0], index=months)
    assert programmes.up_to(flow, date(2025, 12, 14)) == pytest.approx(10 + 20 + 14)
    assert programmes.up_to(flow, date(2025, 11, 30)) == pytest.approx(30)


def test_programmes_add_up_to_what_was_held_unlawful() -> None:
    panel = build_panel(load_ledger(), "USA", first=date(2025, 5, 1), last=date(2025, 6, 30))
    tables = {name: read_table(name, built()) for name in ("us_imports_hs10_partner_annual", "hs6_2022_2017")}
    weights = weight_set("imports_2024", panel, tables).shares
    groups = {code: code[:2] for code in weights["code"]}
    periods = months_between("2025-05", "2025-06")
    law = law_by_group(panel, weights, groups, periods)
    months = pd.DatetimeIndex(sorted(law["month"].unique()))
    values = pd.DataFrame(1.0, index=months, columns=sorted(set(groups.values())))
    duty = pd.Series([3e9, 4e9], index=months)
    base = values.iloc[0]
    whole = void_part(law, values, base, duty)["void_usd"]
    split = programmes.void_by_programme(panel, weights, groups, periods, {}, values, base, duty)
    assert (split > 0).all(axis=None)
    assert split.sum(axis=1).to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-9)
