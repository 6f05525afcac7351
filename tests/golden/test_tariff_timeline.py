"""The tariff timeline against the instruments: what does not hang on weights must be met."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from trucewatch.answers.calendar import calendar
from trucewatch.duty.averages import TOTAL, on, value_on
from trucewatch.duty.panel import FIRST_DAY, build_panel, read_panel
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.phases import phases
from trucewatch.page.benchmarks import read_published
from trucewatch.page.words import words_of
from trucewatch.reports.tariff_timeline import facts
from trucewatch.reports.tariff_timeline import figures as charts
from trucewatch.tables import read_table
from trucewatch.trade import definitions
from trucewatch.trade import duty_averages as timeline
from trucewatch.trade.weights import IMPORTS_2024, WEIGHTS, weight_set

say = words_of("trucewatch.reports.tariff_timeline")
GENEVA = date(2025, 5, 14)
#: Executive orders 14195, 14228 and 14357: 10 points on all goods but informational materials.
FENTANYL_STEPS = {date(2025, 2, 4): 10.0, date(2025, 3, 4): 10.0, date(2025, 11, 10): -10.0}
#: Tariff Commission announcements 5 and 6 of 2025, and that of 13 May 2025: all goods of the United States.
CHINESE_STEPS = {date(2025, 4, 10): 84.0, date(2025, 4, 12): 41.0, GENEVA: -115.0}


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    names = ("us_imports_hs10_partner_annual", "us_trade_hs6_annual", "hs6_2022_2017")
    chinese = ("china_imports_from_us_hs6", "china_imports_from_us_hs8")
    return {name: read_table(name) for name in (*names, *chinese)}


@pytest.fixture(scope="module")
def sides(tables: dict[str, pd.DataFrame]) -> dict[str, timeline.Side]:
    found = {}
    for importer in timeline.SIDES:
        panel = read_panel(importer)
        found[importer] = timeline.side(panel, [weight_set(name, panel, tables) for name in WEIGHTS])
    return found


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("day", FENTANYL_STEPS)
def test_fentanyl_steps_move_every_average_by_ten_points(sides, name: str, day: date) -> None:
    assert timeline.step_on(sides["USA"], name, day) == pytest.approx(FENTANYL_STEPS[day], abs=0.1)


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("day", CHINESE_STEPS)
def test_chinese_steps_move_every_average_by_their_rate(sides, name: str, day: date) -> None:
    assert timeline.step_on(sides["CHN"], name, day) == pytest.approx(CHINESE_STEPS[day], abs=0.1)


@pytest.mark.parametrize("name", WEIGHTS)
def test_the_geneva_step_is_the_share_that_pays_times_115_points(sides, ledger: Ledger, name: str) -> None:
    """EO 14298: from 125 to 10; the levels that PIIE prints imply 0.656 under its own weights."""
    share = definitions.reached_share(sides["USA"], name, "IEEPA_RECIP", ledger, GENEVA)
    assert timeline.step_on(sides["USA"], name, GENEVA) / -115 == pytest.approx(share, abs=1e-6)
    if name != "simple":
        assert 0.55 <= share <= 0.70


def test_the_legal_snapback_is_24_points_on_what_pays(sides, ledger: Ledger) -> None:
    """EO 14334: 34 in place of 10 from 10 November 2025, not a return to 125."""
    day = date(2025, 11, 9)
    usa, chn = sides["USA"], sides["CHN"]
    share = definitions.reached_share(usa, IMPORTS_2024, "IEEPA_RECIP", ledger, day)
    assert timeline.suspended(usa, IMPORTS_2024, day) == pytest.approx(24 * share, abs=1e-6)
    assert timeline.suspended(chn, IMPORTS_2024, day) == pytest.approx(24, abs=1e-6)


def test_simple_averages_meet_those_of_uibe(sides) -> None:
    """Ning Jingxin (UIBE): 53.07 and 32.94 % after Geneva, arithmetic means over lines."""
    assert value_on(sides["USA"].total("simple"), GENEVA) == pytest.approx(53.07, abs=1.0)
    assert value_on(sides["CHN"].total("simple"), GENEVA) == pytest.approx(32.94, abs=1.0)


def test_the_headline_of_april_2025(sides, ledger: Ledger) -> None:
    """145 points on goods that nothing spares (EO 14266 with EO 14228), 125 on China's side."""
    assert sum(definitions.blanket_rates(ledger, "USA", date(2025, 4, 10)).values()) == 145
    assert sum(definitions.blanket_rates(ledger, "CHN", date(2025, 4, 12)).values()) == 125
    grid = definitions.definitions(sides["USA"], IMPORTS_2024, ledger, [date(2025, 4, 10)]).set_index(
        "definition_id"
    )
    level = grid["2025-04-10"]
    assert level["duties_on_all"] == 145
    assert level["no_base"] < level[IMPORTS_2024] < level["no_exemptions"]
    assert level["lower_bound"] <= level[IMPORTS_2024] <= level["upper_bound"]


def test_the_gap_of_may_2025_is_one_of_exemptions(sides, ledger: Ledger) -> None:
    """PIIE: 124.1 % on 12 April 2025, 126.5 % "after auto parts". Ours rises only if nothing is spared."""
    grid = definitions.definitions(
        sides["USA"], IMPORTS_2024, ledger, [date(2025, 4, 12), date(2025, 5, 3)]
    ).set_index("definition_id")
    step = grid["2025-05-03"] - grid["2025-04-12"]
    assert (step[list(WEIGHTS)] < 0).all()
    assert step["no_exemptions"] > 0
    assert read_published()["piie_average_us_on_chn_2025_05_03"].cause == "exemptions"


def test_phases_start_with_their_acts(ledger: Ledger) -> None:
    found = phases(ledger)
    starts = dict(zip(found["phase_id"], found["valid_from"], strict=True))
    assert starts["fentanyl"] == date(2025, 2, 4)  # EO 14195
    assert starts["escalation"] == date(2025, 4, 5)  # EO 14257
    assert starts["geneva"] == GENEVA  # EO 14298
    assert starts["extended"] == date(2025, 8, 12)  # EO 14334
    assert starts["unravelling"] == date(2025, 9, 29)  # 90 FR 47201
    assert starts["busan"] == date(2025, 11, 10)  # EO 14357
    assert starts["surcharge"] == date(2026, 2, 24)  # Proclamation 11012
    assert starts["after"] == date(2026, 7, 24)  # 91 FR 47318
    assert (found["valid_to"].iloc[:-1].to_numpy() == found["valid_from"].iloc[1:].to_numpy()).all()


def test_every_day_stands_in_the_daily_table(sides, ledger: Ledger) -> None:
    days = timeline.average_rate_daily(sides, FIRST_DAY, ledger.law_asof)
    assert list(days.columns) == ["date", "importer", "weights", "authority", "rate_pct"]
    assert days["date"].nunique() == (ledger.law_asof - FIRST_DAY).days + 1
    assert not days.duplicated(["date", "importer", "weights", "authority"]).any()
    is_total = days["authority"] == TOTAL
    key = ["date", "importer", "weights"]
    summed = days[~is_total].groupby(key)["rate_pct"].sum()
    totals = days[is_total].set_index(key)["rate_pct"].sort_index()
    pd.testing.assert_series_equal(summed, totals, check_exact=False, rtol=0, atol=1e-9)


def test_bands_of_the_figure_add_up_to_the_total(sides) -> None:
    for importer, one in sides.items():
        bands = charts.bands(one.average[IMPORTS_2024], importer)
        assert "Other" not in bands
        total = one.total(IMPORTS_2024)
        stacked = bands.drop(columns=["valid_from", "valid_to"]).sum(axis=1)
        assert stacked.to_numpy() == pytest.approx(total["rate_pct"].to_numpy(), abs=1e-9)


def test_the_cliff_of_10_november_2026(ledger: Ledger, tables) -> None:
    """China's text lets 24 points return on that day (announcement 10 of 2025); no text prolongs them."""
    ahead = {}
    for importer in timeline.SIDES:
        panel = build_panel(ledger, importer, first=ledger.law_asof, last=date(2026, 12, 31))
        ahead[importer] = timeline.side(panel, [weight_set(IMPORTS_2024, panel, tables)])
    found = calendar(ledger.law_asof + timedelta(days=1), ledger=ledger).to_frame()
    cliffs = timeline.cliff_effects(found, ahead, IMPORTS_2024, 800)
    row = cliffs[(cliffs["side"] == "CHN") & cliffs["average_pp"].notna()].iloc[0]
    assert row["on"] == date(2026, 11, 10)
    assert row["average_pp"] == pytest.approx(24, abs=1e-6)
    assert row["doubt"]
    assert "10 November 2026" in say("cliffs", **facts.cliff_counts(cliffs), last=ledger.law_asof)


def test_the_title_names_the_day_the_order_turned_and_the_doubt(sides) -> None:
    """EO 14389 ends the IEEPA duties on 24 February 2026; with waivers China may charge less than the US."""
    turned = date(2026, 2, 24)
    for day, is_china_ahead in ((turned - timedelta(days=1), False), (turned, True)):
        usa, chn = (value_on(sides[name].total(IMPORTS_2024), day) for name in timeline.SIDES)
        assert (chn > usa) is is_china_ahead
    title = say("lead_title", **facts.who_charges_more(sides, IMPORTS_2024))
    assert title.startswith("From 24 February 2026 to 9 November 2026 neither side clearly charged more")
    assert title.endswith("the bounds overlap")
    clear = facts.who_charges_more(sides, IMPORTS_2024) | {"turned": False, "overlap": False}
    assert say("lead_title", **clear).endswith(
        "China charged more than the United States on average at the trade of 2024"
    )


def test_suspended_duties_that_no_code_shows_are_named(sides, ledger: Ledger) -> None:
    """90 FR 50947 suspends the duties of 100 % on chassis and cranes until 10 November 2026."""
    found = facts.suspended_now(sides, IMPORTS_2024, ledger)
    text = say("snapback", sides=found, day=ledger.law_asof, least_pp=facts.LEAST_PP)
    for goods in ("intermodal chassis", "ship-to-shore cranes"):
        assert goods in text
    assert text.count("(100 % from 10 November 2026)") == 2


def test_an_altered_row_of_the_ledger_changes_finding_and_table(sides, ledger: Ledger, tables) -> None:
    def dearer(row):  # type: ignore[no-untyped-def]
        is_last = row.measure_id == "cn_recip" and row.valid_from == date(2025, 11, 10)
        return dataclasses.replace(row, rate_pct=Decimal(20)) if is_last and row.rate_pct == 10 else row

    edited = dataclasses.replace(ledger, rates=tuple(dearer(row) for row in ledger.rates))
    panel = build_panel(edited, "CHN")
    changed = {"CHN": timeline.side(panel, [weight_set(name, panel, tables) for name in WEIGHTS])}
    last = ledger.law_asof
    before = timeline.average_rate_daily({"CHN": sides["CHN"]}, FIRST_DAY, last)
    after = timeline.average_rate_daily(changed, FIRST_DAY, last)
    moved = before.loc[before["rate_pct"] != after["rate_pct"], "date"]
    assert (moved.min(), moved.max()) == ("2025-11-10", last.isoformat())
    recip = on(changed["CHN"].average[IMPORTS_2024], last).set_index("authority")["rate_pct"]["CN_RECIP"]
    assert recip == pytest.approx(20)
    told = {"origin": "China", "move": None, "announced": None, "gaps": None}
    sentence = say("finding", now=facts.levels_now(sides, IMPORTS_2024), **told)
    assert sentence != say("finding", now=facts.levels_now({**sides, **changed}, IMPORTS_2024), **told)


def test_every_act_carries_its_own_points_and_they_add_up(sides, ledger: Ledger) -> None:
    """Points that a day's acts move: each duty's rate times the share of trade that pays it.

    24 February 2026 (EO 14389, Proclamation 11012): fentanyl 10 on all goods, reciprocal 10 and Section 122
    10 on those they reach; 24 July 2026: Section 122 ends, 12.5 for forced labour; 3 May 2025 (Proclamation
    10908): auto parts pay 25 and leave the reciprocal duty.
    """
    found = timeline.all_steps(sides, "imports_2024", ledger, date(2025, 1, 1), 1.0)
    assert (found["title"] != "").all()
    by_day = found.groupby(["importer", "date"])
    assert (by_day["move_pp"].sum() - by_day["step_pp"].first()).abs().max() < 0.01
    moves = found[found["importer"] == "USA"].set_index(["date", "authority"])
    ruling = moves.loc[date(2026, 2, 24)]
    assert ruling.loc["IEEPA_FENT", "move_pp"] == pytest.approx(-10, abs=0.1)
    assert ruling.loc[["IEEPA_FENT", "IEEPA_RECIP"], "act_id"].eq("us_20260220_eo14389").all()
    assert ruling.loc["S122", "move_pp"] == pytest.approx(-ruling.loc["IEEPA_RECIP", "move_pp"], abs=0.5)
    assert ruling.loc["S122", "act_id"] == "us_20260220_proc11012"
    summer = moves.loc[date(2026, 7, 24)]
    assert summer.loc["S122", "act_id"] == "us_20260724_s122_expired"
    assert summer.loc["S301_FL", "move_pp"] > -summer.loc["S122", "move_pp"] > 0
    parts = moves.loc[date(2025, 5, 3)]
    assert parts.loc["S232_AUTOPART", "move_pp"] > 0 > parts.loc["IEEPA_RECIP", "move_pp"]
    assert parts["act_id"].eq("us_20250326_proc10908").all()
