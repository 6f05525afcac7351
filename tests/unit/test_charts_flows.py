"""Figures draw what their tables hold, and their words follow the numbers."""

import dataclasses
import io

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from trucewatch.page.style import Act
from trucewatch.page.words import words_of
from trucewatch.reports.trade_flows import bars, facts
from trucewatch.reports.trade_flows import figures as flows
from trucewatch.reports.trade_flows.forecasts import REPEAT
from trucewatch.trade.counterfactual import Gap

START, END = pd.Timestamp("2025-02-01"), pd.Timestamp("2026-08-01")
say = words_of("trucewatch.reports.trade_flows")
BASIS = "a repeat of the twelve months to October 2024"
SHORT = Gap(-248.4e9, -484e9, -72e9, -0.355, -0.52, -0.14, 450e9, START, END)
ACTS = [Act(pd.Timestamp("2025-02-04"), "first duty"), Act(pd.Timestamp("2025-03-04"), "second duty")]


def month_series(values, first):
    index = pd.date_range(first, periods=len(values), freq="MS", unit="s")
    return pd.Series(np.asarray(values, dtype=float), index=index)


def svg(figure):
    stream = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "test"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def gap_figure(last=20e9):
    imports = month_series([40e9] * 26 + [last] * 18, "2023-01")
    table = pd.DataFrame({"value_usd": imports.iloc[22:], "counterfactual_usd": 38e9})
    table = table.assign(low_usd=30e9, high_usd=46e9, gap_usd=table["value_usd"] - 38e9)
    return flows.imports_against_counterfactual(imports, table, ACTS, since=START, gap_text="gap")


def drawn_lines(axes):
    return [line.get_ydata() for line in axes.lines]


def test_the_gap_figure_draws_imports_from_zero_in_billions():
    axes = gap_figure().axes[0]
    assert axes.get_ylim()[0] == 0
    assert any(len(y) == 44 and y[-1] == 20 for y in drawn_lines(axes))


def test_another_number_in_the_table_is_another_picture():
    assert svg(gap_figure()) != svg(gap_figure(last=21e9))


def test_the_same_table_is_the_same_picture():
    assert svg(gap_figure()) == svg(gap_figure())


def change_table():
    return pd.DataFrame(
        {
            "naics3": ["334", "315", "336"],
            "value_usd": [40e9, 9e9, 8e9],
            "base_usd": [100e9, 10e9, 7e9],
            "change_usd": [-60e9, -1e9, 1e9],
            "change": [-0.6, -0.1, 1 / 7],
            "share_of_fall": [1.0, 1 / 60, -1 / 60],
            "control_gap_usd": [-90e9, -2e9, 0.5e9],
        }
    )


def test_bars_have_the_lengths_of_the_table():
    axes = bars.industry_losses(change_table(), {"334": "Computers"}, count=3).axes[0]
    assert [patch.get_width() for patch in axes.patches] == [1, -1, -60]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["336", "315", "Computers"]


def test_the_heat_map_holds_industries_by_month():
    growth = pd.DataFrame(
        {"334": [-0.5, -0.6], "315": [0.1, 0.2]}, index=pd.date_range("2025-01-01", periods=2, freq="MS")
    )
    axes = flows.industry_heat_map(growth, {"334": "Computers"}).axes[0]
    assert axes.collections[0].get_array().ravel().tolist() == [-0.5, -0.6, 0.1, 0.2]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Computers", "315"]


def test_shares_start_at_zero_and_name_their_lines():
    shares = pd.DataFrame(
        {"CHN": [0.2, 0.1], "VNM": [0.05, 0.101]}, index=pd.date_range("2025-01-01", periods=2, freq="MS")
    )
    axes = flows.import_shares(shares, {"CHN": "China"}).axes[0]
    assert axes.get_ylim()[0] == 0
    assert {text.get_text() for text in axes.texts} == {"China 10.0 %", "VNM 10.1 %"}


def test_a_deadline_without_payback_shows_one_point_and_says_so():
    rows = pd.DataFrame(
        {
            "date": pd.to_datetime(["2025-02-04", "2026-07-24"]),
            "title": ["first", "last"],
            "front_running": [0.05, -0.3],
            "payback": [-0.1, np.nan],
            "swing": [0.15, np.nan],
            "swing_low": [0.02, np.nan],
        }
    )
    axes = bars.before_and_after(rows).axes[0]
    words = [text.get_text() for text in axes.texts]
    assert "+15 pp" in words
    assert "after: not yet known" in words
    assert say("front_running_title", **facts.clear_deadlines(rows)).startswith(
        "Imports were clearly higher before than after 1 of the 1 deadlines"
    )


def test_the_season_has_twelve_bars():
    factors = pd.Series(np.linspace(-0.1, 0.1, 12), index=range(1, 13))
    assert len(bars.seasonal_profile(factors).axes[0].patches) == 12
    title = say("season_title", **facts.peak_and_low(factors))
    assert title.endswith("peak in December and bottom out in January")


def test_the_mirror_draws_both_counts():
    rows = pd.DataFrame(
        {
            "first_month": [pd.Timestamp("2025-01-01")],
            "last_month": [pd.Timestamp("2025-12-01")],
            "importer_usd": [308.65e9],
            "value_usd": [420.05e9],
            "gap_usd": [111.4e9],
            "gap_share": [0.361],
        }
    )
    axes = bars.mirror_bars(rows, importer="US", exporter="China").axes[0]
    assert [round(patch.get_width(), 2) for patch in axes.patches] == [308.65, 420.05]
    assert "36 % more" in say("mirror_title", **rows.iloc[0])
    assert "2025" in say("mirror_gap_definition", **rows.iloc[0])


def test_chapters_and_averages_draw():
    chapters = pd.DataFrame({"chapter": ["85", "95"], "change_usd": [-40e9, -10e9], "change": [-0.4, -0.3]})
    assert [bar.get_width() for bar in bars.chapter_losses(chapters, {}).axes[0].patches] == [10, 40]
    title = say("chapter_losses_title", **facts.largest_chapters(chapters, {"85": "Phones"}, 1))
    assert title == "Phones account for 80 % of the falls of all chapters"
    figure = flows.flow_with_average(
        month_series([10e9] * 40, "2022-01"), ACTS, name="Exports", first="2023-01"
    )
    assert any("10.0" in text.get_text() for text in figure.axes[0].texts)


def finding(gap, basis=BASIS):
    return say("finding", gap=gap, basis=basis, level=90)


def test_the_finding_holds_its_numbers():
    sentence = finding(SHORT)
    for part in (
        "February 2025",
        "August 2026",
        "USD 248 billion (36 %) below a repeat",
        "72 to 484 billion",
    ):
        assert part in sentence
    assert sentence.count(". ") == 0


def test_the_finding_turns_with_the_sign():
    more = dataclasses.replace(SHORT, value=10e9, low=2e9, high=30e9, share=0.02)
    assert "USD 10 billion (2 %) above" in finding(more)
    assert "2 to 30 billion" in finding(more)
    assert "above a repeat" in say("imports_gap_title", gap=more, basis=BASIS)


def test_a_band_that_holds_zero_is_said_to():
    unsure = dataclasses.replace(SHORT, high=5e9)
    assert "does not rule out that nothing is missing" in finding(unsure)


def test_the_finding_says_what_imports_are_measured_against():
    leading = {"leading": REPEAT, "repeat": REPEAT, "train_end": pd.Timestamp("2024-10-01")}
    assert say("basis", **leading) == BASIS
    assert say("basis", **leading | {"leading": "trend"}) == "the path expected from their past (trend)"
    assert "below the path expected" in finding(SHORT, say("basis", **leading | {"leading": "trend"}))


@pytest.mark.parametrize(("high", "crosses"), [(-72e9, False), (22e9, True)])
def test_the_ways_to_expect_imports_are_spanned(high, crosses):
    gaps = {
        "last year": dataclasses.replace(SHORT, high=high),
        "trend": dataclasses.replace(SHORT, value=-320e9),
    }
    text = say("sensitivity", **facts.range_of_gaps(gaps))
    assert "between −248 and −320 billion" in text
    assert ("band of the last year includes zero" in text) is crosses


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("agree", "do not contradict"), ("same sign", "disagree on the size"), ("disagree", "opposite")],
)
def test_the_comparison_says_when_measures_part(verdict, words):
    numbers = {"gap": SHORT, "band": "", "control_usd": -173e9, "plain_usd": -119e9}
    assert words in say("comparison", **numbers, verdict=verdict)


def test_titles_follow_their_tables():
    losses = facts.largest_fall(change_table(), {"334": "Computers"})
    assert say("industry_losses_title", **losses) == "Computers: 98 % of the falls of all industries"
    growth = pd.DataFrame({"a": [-0.1], "b": [0.2], "c": [np.nan]}, index=[pd.Timestamp("2025-11-01")])
    title = say("industry_growth_title", **facts.falls_in_last_month(growth))
    assert title.endswith("in 1 of 2 large industries")
    share = month_series([0.134] * 12 + [0.075] * 8, "2024-01")
    title = say("import_shares_title", **facts.share_then_and_now(share, 2024))
    assert "fell from 13.4 % in 2024 to 7.5 %" in title
    months = {"first": START, "last": END, "base_year": 2024}
    assert "25 % lower" in say("exports_title", change=-0.25, **months)
    assert "25 % higher" in say("exports_title", change=0.25, **months)
    assert facts.first_shown(START) == "2020-01"


def test_the_control_names_the_industry_that_carries_it():
    control = pd.DataFrame({"naics3": ["334", "315"], "control_usd": [150.0, 10.0], "growth": [1.5, 1.0]})
    gaps = pd.Series({"334": -100e9, "315": 180e9, "990": -200e9})
    text = say("control_concentration", **facts.control_concentration(gaps, control, {"334": "Computers"}))
    for part in ("−120 billion", "−100 billion", "computers", "50 %", "−20 billion"):
        assert part in text


def test_the_limits_state_vintage_and_basis():
    general = month_series([10e9] * 24, "2024-01")
    older = general.iloc[:20] * 0.98
    text = say(
        "limits",
        bases=facts.difference(general, general * 0.97, months=12),
        vintages=facts.difference(older, general),
        panel_last=older.index[-1],
    )
    assert "last 12 months" in text
    assert "the 20 months in both" in text
    assert "−3.0 %" in text
    assert "August 2025" in text
    assert "+2.0 %" in text
    assert len(text.splitlines()) == 8
