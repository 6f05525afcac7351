"""Scenarios from file to outcome on the project's own tables."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trucewatch.answers.diff import diff
from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import load_ledger
from trucewatch.reports.scenarios import facts
from trucewatch.reports.scenarios.exposed_chapters import ALL, column_of, exposure
from trucewatch.scenario import read_scenario
from trucewatch.scenario.compare import compare
from trucewatch.scenario.edits import beyond
from trucewatch.scenario.run import Result, Setting, run, setting


@cache
def shared() -> Setting:
    return setting(n_draws=300)


def again(**changes: Any) -> Setting:
    """Return a setting made anew from law and tables read once."""
    return setting(ledger=shared().ledger, tables=shared().tables, **changes)


@cache
def result(name: str) -> Result:
    return run(name, shared())


@pytest.mark.slow
def test_partners_gain_what_is_diverted() -> None:
    found = result("s2a_legal_lapse")
    assert found.partners()["change_usd"].sum() == pytest.approx(found.central.one("diverted_usd"), rel=1e-9)


def test_products_add_up_to_imports() -> None:
    found = result("s2a_legal_lapse")
    products = found.products()
    after = (products["value_usd"] * (1 + products["value_change"].fillna(0))).sum()
    assert after == pytest.approx(found.central.one("value_usd"), rel=1e-9)


@pytest.mark.slow
def test_same_seed_same_numbers() -> None:
    other = run("s2a_legal_lapse", again(n_draws=300))
    for name, values in result("s2a_legal_lapse").drawn.totals.items():
        assert values.tobytes() == other.drawn.totals[name].tobytes(), name


def supposed(folder: Path, edit: str) -> Path:
    path = folder / "supposed.yaml"
    path.write_text(f"title: a test\nday: 2026-11-09\nedits:\n{edit}", encoding="utf-8")
    return path


ADDED = """\
  - add: ten_more
    rate_pct: 10
    cover: [all]
    from: 2026-11-01
    source: the test
    origin_set: """


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (ADDED + "all_origins\n", ["ten_more"]),
        (ADDED + "china\n", []),
        (ADDED + "china_hongkong_macao\n", []),
        # Proclamation 9705 taxes steel of every country
        (
            "  - suspend: us_s232_steel_mill\n    from: 2026-11-01\n    source: the test\n",
            ["us_s232_steel_mill"],
        ),
        # an edit that does not hold on the day moves nothing
        (ADDED.replace("2026-11-01", "2026-12-01") + "all_origins\n", []),
    ],
)
def test_an_edit_that_also_moves_the_duty_of_others_is_named(
    edit: str, named: list[str], tmp_path: Path
) -> None:
    scenario = read_scenario(supposed(tmp_path, edit))
    assert [found.name for found in beyond(load_ledger(), scenario, ["CHN"])] == named


def test_an_edit_without_goods_that_are_priced_is_refused_by_line(tmp_path: Path) -> None:
    path = supposed(tmp_path, ADDED + "of_jpn\n")
    with pytest.raises(LedgerError, match=r"(?s)row 9.*origin_set.*no goods of CHN.*of_jpn.*--origin"):
        run(path, shared())


def test_ranking_is_withheld_where_it_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    found = result("s2a_legal_lapse")
    assert 0 < len(found.top_products(10)) <= 10
    assert (np.diff(found.top_products(10)["cost_usd"]) <= 0).all()
    everything = found.top_products(10_000)
    assert (everything["rate"] != everything["before_rate"]).all()
    monkeypatch.setattr("trucewatch.scenario.draws.STABLE_TAU", 1.01)
    assert found.top_products(10).empty


def test_retaliation_moves_exports_only_where_china_moves() -> None:
    # China's duty on 2025-11-10: 34 points if the suspension lapsed, 10 as agreed (Tariff Commission No. 10)
    lapse, deal = result("s2a_legal_lapse"), result("s3_busan")
    assert lapse.export_loss_usd() < deal.export_loss_usd()


def test_the_law_as_it_is_changes_nothing() -> None:
    found = result("s0_law_today")
    assert found.export_loss_usd() == pytest.approx(0, abs=1)
    for name in ("value_change", "buyer_cost_usd", "revenue_change_usd", "home_sales_usd"):
        assert np.abs(found.drawn.totals[name]).max() < 1, name


@pytest.mark.slow
def test_the_base_is_the_trade_that_was_asked_for() -> None:
    """Census Bureau: 431 billion dollars from China in 2024, 262 in the twelve months to August 2026."""
    newest, old = shared().base, again(n_draws=100, base="2024").base
    assert (newest.label, old.label) == ("the twelve months to August 2026", "2024")
    assert old.observed.value_usd.sum() / 1e9 == pytest.approx(431, rel=0.04)
    assert 0.85 < newest.observed.value_usd.sum() / 262e9 < 0.98, "chapters 98 and 99 are left out"


@pytest.mark.slow
def test_fewer_imports_in_spending_cost_a_different_share() -> None:
    other = run("s3_busan", again(n_draws=100, import_penetration=0.9))
    assert other.central.one("buyer_cost_usd") != pytest.approx(
        result("s3_busan").central.one("buyer_cost_usd"), rel=1e-3
    )


def test_the_map_of_duties_adds_up() -> None:
    """EO 14298 and EO 14228: 34 + 20 points on toys, which pay the 12.5 of the forced-labour duty today."""
    lapse, deal = result("s2a_legal_lapse"), result("s3_busan")
    found = exposure([deal, lapse])
    market = lapse.setting.base.market
    before = (market.rate * market.value_usd).sum() / market.value_usd.sum()
    column = found.points[lapse.scenario.title]
    assert column[ALL] == pytest.approx(100 * (lapse.central.one("law_rate") - before), abs=1e-9)
    shares = found.value_usd.drop(ALL) / found.value_usd[ALL]
    assert (column.drop(ALL) * shares).sum() == pytest.approx(column[ALL], abs=1e-9)
    assert column["Toys and games"] == pytest.approx(54 - 12.5, abs=0.5)
    assert found.cost_share.sum().to_numpy() == pytest.approx(1)
    assert found.points.columns[0] == lapse.scenario.title, "the dearest stands first"


def test_scenarios_with_the_same_duties_share_a_column() -> None:
    law, same = result("s8_truce_ends"), result("s8_truce_ends")
    found = exposure([law, same, result("s3_busan")], rows=3)
    assert found.points.shape == (5, 2)
    assert found.same[column_of(found, law)] == (law.scenario.title,) * 2


def test_the_average_on_paper_charges_the_law_in_full() -> None:
    """Before buyers move: each product's duty times its weight; after: revenue over imports."""
    found = result("s1_threat_100")
    market = found.setting.base.market
    due = (found.rate * market.value_usd).sum() + market.other_duty_usd.sum()
    on_paper = due / (market.value_usd.sum() + market.other_usd.sum())
    after = found.central.one("revenue_usd") / found.central.one("imports_usd")
    table = facts.scenario_table([found], {"s1_threat_100": facts.effect(found)}).iloc[0]
    assert table["static_pct"] == pytest.approx(100 * on_paper, rel=0.02), "0.985 of the change is charged"
    assert table["after_pct"] == pytest.approx(100 * after)


def test_comparison_agrees_with_the_diff_of_the_law() -> None:
    """Two scenarios without edits differ as their days do: one code, two ways in."""
    one, other = read_scenario("s3_busan"), read_scenario("s5b_forced_labour")
    ours = compare(one, other, shared().ledger)
    law = diff(one.day, other.day, ledger=shared().ledger)
    assert ours.average() == pytest.approx(law.average(), abs=1e-12)
    assert ours.by() == pytest.approx(law.by(), abs=1e-12)
    assert ours.counts() == law.counts()


@pytest.mark.slow
def test_comparison_of_one_day_under_two_lenses_is_what_was_held_unlawful() -> None:
    """EO 14298 and the fentanyl orders: 10 + 10 points on toys, both held unlawful."""
    paid = read_scenario("s3_busan")
    found = compare(paid, replace(paid, lens="as_finally_held"), shared().ledger)
    toy = next(item for item in found.products if item.code == "95030000")
    assert toy.change.by_authority == {"IEEPA_FENT": -10, "IEEPA_RECIP": -10}
    assert found.lens == "as_collected to as_finally_held"


def test_comparison_sees_the_edits() -> None:
    found = compare(read_scenario("s3_busan"), read_scenario("s2a_legal_lapse"), shared().ledger)
    # EO 14298: 34 instead of 10; EO 14228: 20 instead of 10 points
    toy = next(item for item in found.products if item.code == "95030000")
    assert {name: float(points) for name, points in toy.change.by_authority.items()} == {
        "IEEPA_FENT": 10.0,
        "IEEPA_RECIP": 24.0,
    }
