"""The brief: dials with known answers, the state of the truce, what changed, what is not known."""

from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from trucewatch.answers.calendar import Calendar, calendar
from trucewatch.answers.truce_state import State, cliff_days, state
from trucewatch.errors import DataError, ParameterError, ReportError
from trucewatch.ledger.phases import phases
from trucewatch.ledger.policy_timeline import SIDES
from trucewatch.ledger.stances import act_days, chronology
from trucewatch.page.words import words_of
from trucewatch.reports.brief import dials, facts, figures, index_tests, news, quoted_numbers
from trucewatch.reports.tariff_timeline import facts as timeline

say = words_of("trucewatch.reports.brief")
SPAN = dials.Span(date(2025, 1, 20), date(2025, 1, 1), date(2025, 5, 31), date(2025, 12, 31))


def steps(*levels):
    """Return an average by day from pairs of first day and level."""
    series = pd.Series(np.nan, index=SPAN.days)
    for day, level in levels:
        series[day:] = level
    return series


def test_tariffs_run_from_the_calm_day_to_the_peak_of_each_side():
    ours = steps(("2025-01-01", 20.0), ("2025-04-10", 120.0), ("2025-05-14", 40.0), ("2025-09-01", 10.0))
    theirs = steps(("2025-01-01", 10.0), ("2025-04-12", 110.0), ("2025-05-14", 60.0))
    dial = dials.tariffs({"USA": ours, "CHN": theirs}, SPAN)
    assert dial["2025-01-20"] == 0
    assert dial["2025-04-12"] == 100
    assert dial["2025-05-14"] == pytest.approx((20 + 50) / 2)
    assert dial["2025-09-01"] == pytest.approx((-10 + 50) / 2)


def test_a_duty_that_never_rose_gives_no_scale():
    with pytest.raises(ParameterError, match="USA did not rise"):
        dials.tariffs({"USA": steps(("2025-01-01", 20.0))}, SPAN)


def test_what_lapses_soon_is_the_rise_of_the_average_over_the_largest():
    """The average is weighted with trade already: half the trade at 24 points is 12, counted once."""
    none = pd.DataFrame({"gap_pp": 0.0}, index=SPAN.days)
    theirs = none.copy()
    theirs.loc["2025-05-14":"2025-08-11"] = 24.0
    ours = none.copy()
    ours.loc["2025-05-14":"2025-08-11"] = 12.0
    dial = dials.at_risk({"USA": ours, "CHN": theirs}, SPAN)
    assert dial["2025-05-13"] == 0
    assert dial["2025-05-14"] == pytest.approx(100 * (12 + 24) / 2 / 24)
    assert dials.at_risk({"USA": none}, SPAN).eq(0).all()


def periods(*rows):
    return pd.DataFrame(rows, columns=["first", "end", "per_month_t"]).astype(
        {"first": "datetime64[ns]", "end": "datetime64[ns]"}
    )


ACTS = pd.DataFrame(
    [
        (date(2025, 2, 4), "tariff_up", "hostile"),
        (date(2025, 4, 4), "export_control", "hostile"),
        (date(2025, 4, 4), "entity_list", "hostile"),
        (date(2025, 5, 12), "truce", "conciliatory"),
        (date(2025, 5, 14), "entity_list", "conciliatory"),
        (date(2025, 5, 20), "talks", "neutral"),
    ],
    columns=["date", "kind", "stance"],
)


def test_controls_are_tonnes_that_lack_and_a_clock_since_the_last_new_control():
    made = periods(("2025-04-01", "2025-05-01", 250.0), ("2025-05-01", "2025-06-01", 600.0))
    dial = dials.controls(made, 500.0, ACTS, SPAN)
    assert dial["2025-04-04"] == pytest.approx(100 * (0.5 + 1) / 2)
    # more than the norm is no negative tension; a lifted listing starts no clock
    assert dial["2025-05-15"] == pytest.approx(100 * (0 + 1 - 41 / 365.25) / 2)
    assert dial[:"2025-03-31"].isna().all()
    assert dial["2025-06-01":].isna().all()


def test_the_clock_runs_out_after_a_year_and_has_not_begun_before_the_first_control():
    days = pd.DatetimeIndex(["2025-04-03", "2025-04-04", "2026-04-03", "2026-04-06", "2027-01-01"])
    clock = dials.recency(ACTS, days)
    assert clock.iloc[[0, 3, 4]].eq(0).all()
    assert clock.iloc[1] == 1
    assert clock.iloc[2] == pytest.approx(1 - 364 / 365.25)


def weeks(first, *tonnes):
    start = pd.date_range(first, periods=len(tonnes), freq="7D")
    return pd.DataFrame({"first": start, "last": start + pd.Timedelta(days=6), "quantity_t": tonnes})


PROMISES = pd.DataFrame(
    {
        "first": pd.to_datetime(["2025-10-01", "2025-12-01"]),
        "deadline": pd.to_datetime(["2025-12-31", "2025-12-31"]),
        "target_t": [92.0, 31.0],
    }
)


#: A pattern that brings as much each day: months by their days, as in 2025.
EVEN = pd.Series([31.0, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], index=range(1, 13))


def test_purchases_are_what_lacks_against_the_season():
    shipped = weeks("2025-10-01", 7.0, 0.0, 7.0, 700.0)  # one tonne a day is the pace of the first promise
    dial = dials.purchases(PROMISES, shipped, SPAN.days, EVEN)
    assert dial["2025-10-07"] == pytest.approx(0)
    assert dial["2025-10-14"] == pytest.approx(50)
    assert dial["2025-10-21"] == pytest.approx(100 * (1 - 14 / 21))
    assert dial["2025-10-28"] == 0  # more than the pace
    assert dial[:"2025-09-30"].isna().all()
    assert dial["2025-10-29":].isna().all()  # no week reaches it


def test_a_season_that_ships_late_is_no_lag():
    """All of the trade comes in December: nothing is late in October, all of it on the last day."""
    late = pd.Series([0.0] * 11 + [31.0], index=range(1, 13))
    shipped = weeks("2025-10-01", *[0.0] * 14)
    dial = dials.purchases(PROMISES.iloc[:1], shipped, SPAN.days, late)
    assert dial["2025-11-15"] == 0
    assert dial["2025-12-31"] == 100


def test_where_two_promises_run_the_later_one_counts():
    shipped = weeks("2025-10-01", *[1000.0] * 8, *[0.0] * 6)
    dial = dials.purchases(PROMISES, shipped, SPAN.days, EVEN)
    assert dial["2025-11-30"] == 0
    assert dial["2025-12-20"] == 100


def test_acts_are_netted_over_the_window_and_scaled_by_their_95th_percentile():
    net = dials.net_acts(ACTS, SPAN, 30)
    assert net["2025-02-04"] == 1
    assert net["2025-03-05"] == 1
    assert net["2025-03-06"] == 0
    assert net["2025-04-04"] == 2
    assert net["2025-05-14"] == -2  # the two of April are out of the window
    assert net.index[0] == pd.Timestamp("2025-01-01")
    line = pd.Series(np.arange(101.0), index=pd.date_range("2025-01-01", periods=101))
    dial = dials.acts_dial(line - 1)
    assert dial.iloc[0] == 0
    assert dial.iloc[-1] == 100
    assert dial.iloc[48] == pytest.approx(100 * 47 / 94)


def test_months_end_on_their_last_day_and_the_newest_value_has_its_day():
    series = {name: steps(("2025-01-01", 1.0)) for name in dials.DIALS}
    series["controls"] = series["controls"].where(SPAN.days < "2025-06-01")
    series["acts"] = pd.Series(np.arange(len(SPAN.days), dtype=float), index=SPAN.days)
    table = dials.month_ends(series, SPAN.last, SPAN.worst_first)
    assert len(table) == 12
    assert table.loc["2025-01-01", "acts"] == 30
    assert np.isnan(table.loc["2025-06-01", "controls"])
    assert str(dials.newest(series).loc["controls", "as_of"]) == "2025-05-31"
    with pytest.raises(ParameterError, match="'controls'"):
        dials.newest(series | {"controls": series["controls"] * np.nan})


def test_days_out_of_order_are_refused():
    with pytest.raises(ParameterError, match="calm day"):
        dials.Span(date(2025, 6, 1), date(2025, 1, 1), date(2025, 5, 31), date(2025, 12, 31))
    with pytest.raises(ParameterError, match="calm day"):
        dials.Span(date(2025, 1, 20), date(2025, 1, 1), date(2026, 5, 31), date(2025, 12, 31))


def test_months_are_read_to_their_last_day():
    assert dials.worst_days("2025-01", "2025-02") == (date(2025, 1, 1), date(2025, 2, 28))


def test_a_suspension_that_ended_with_its_duty_is_no_cliff(ledger):
    """The reciprocal duty ended in February 2026; its suspension was printed to 10 November 2026."""
    span = dials.Span(SPAN.calm, SPAN.worst_first, SPAN.worst_last, ledger.law_asof)
    ending = dials._ending_days(ledger, "USA", span, 90)["IEEPA_RECIP"]
    # Geneva: 90 days from 14 May 2025 (EO 14298), then to 10 November 2025 (EO 14334)
    assert ending["2025-05-14":"2025-11-09"].all()
    assert not ending["2025-11-10":].any()
    chinese = dials._ending_days(ledger, "CHN", span, 90)["CN_RECIP"]
    assert chinese[chinese].index[-1] == pd.Timestamp("2026-11-09")
    assert not chinese["2025-11-10":"2026-08-11"].any()


def test_the_state_of_the_truce_follows_phases_and_calendar(ledger):
    truce = phases(ledger)
    ahead = calendar(ledger.law_asof + timedelta(days=1), ledger=ledger)
    now = state(ledger, truce, ahead)
    assert now.truce_from == date(2025, 11, 10)
    assert now.phase_from == date(2026, 7, 24)
    broken = truce.assign(is_truce=truce["is_truce"] & (truce.index < len(truce) - 1))
    assert state(ledger, broken, ahead).truce_from is None


def a_state(**changes):
    made = {
        "on": date(2026, 3, 1),
        "phase": "Second",
        "phase_from": date(2026, 2, 1),
        "truce_from": date(2026, 1, 1),
        "truce_phase": "First",
        "next_cliff": date(2026, 3, 2),
        "printed_end": date(2026, 3, 2),
        "announced_end": date(2026, 6, 1),
    }
    return State(**(made | changes))


@pytest.mark.parametrize(
    ("changes", "says", "says_not"),
    [
        (
            {},
            (
                "took effect on 1 January 2026",
                "was due to end on 2 March 2026",
                "no legal text",
                "the truce was in force",
            ),
            ("Second",),
        ),
        (
            {"truce_from": None},
            ("The last truce ended on 1 February 2026", "“Second”", "no truce was in force"),
            ("The truce",),
        ),
        ({"next_cliff": date(2026, 3, 11)}, ("was due on 11 March 2026",), ("due to end",)),
        ({"announced_end": None}, ("was due to end",), ("announced",)),
        ({"announced_end": date(2026, 2, 1)}, (), ("announced",)),
        ({"next_cliff": None}, ("set no further date",), ("was due",)),
        ({"truce_phase": "First truce"}, ("The First truce took effect on 1 January 2026",), ()),
    ],
)
def test_the_state_line_turns_with_the_state(changes, says, says_not):
    text = say("finding", now=a_state(**changes))
    assert all(part in text for part in ("1 March 2026", *says)), text
    assert not any(part in text for part in says_not), text


def test_the_phase_stands_beside_the_state():
    assert say("phase", now=a_state()) == (
        "The latest phase of the law to 1 March 2026 is “Second”, since 1 February 2026."
    )


def cliffs_text(cliffs):
    return say("cliffs", days=facts.cliffs_by_day(cliffs), sides=SIDES)


def test_announcements_and_events_are_no_cliffs(ledger):
    ahead = calendar(ledger.law_asof + timedelta(days=1), ledger=ledger)
    effects = pd.DataFrame({"on": [], "side": [], "what": [], "average_pp": []})
    shown = cliff_days(ledger, ahead, effects, 3)
    assert shown["on"].nunique() == 3
    assert shown["on"].is_monotonic_increasing
    assert (shown["in_days"] > 0).all()
    text = cliffs_text(shown)
    assert text.count("- **") == 3
    for act in ledger.acts:
        if act.status in ("announced", "event"):
            assert act.title not in text


def test_each_cliff_carries_its_own_doubt_and_a_move_of_the_average_is_told_once(ledger):
    """The suspension of the affiliates rule is printed (verified); the crane duty on the same day is not."""
    ahead = calendar(ledger.law_asof + timedelta(days=1), ledger=ledger)
    lapse = next(cliff for cliff in ahead.cliffs if cliff.kind == "exclusions end")
    what = f"{lapse.title}: {lapse.what}"
    effects = pd.DataFrame({"on": [lapse.on], "side": ["USA"], "what": [what], "average_pp": [1.5]})
    text = cliffs_text(cliff_days(ledger, ahead, effects, 1))
    assert "“US suspends the affiliates rule for a year” ends\n" in text
    crane = next(line for line in text.splitlines() if "cranes" in line)
    assert crane.endswith("unverified)")
    assert text.count("average +1.5 points") == 1
    assert "average" not in crane  # its goods are in no average: a code does not show them


def test_a_ledger_without_cliffs_says_so(ledger):
    empty = Calendar(ledger.law_asof, ledger.law_asof, (), (), ledger.law_asof, "")
    shown = cliff_days(ledger, empty, pd.DataFrame({"on": [], "side": [], "what": [], "average_pp": []}), 5)
    assert "set no further date" in cliffs_text(shown)


LAW = SimpleNamespace(law_asof=date(2026, 3, 1))


def some_acts(*rows):
    columns = ["date", "act_id", "side", "status", "title", "is_official", "confidence", "note"]
    return pd.DataFrame(rows, columns=columns)


NEWS = some_acts(
    (date(2026, 1, 5), "a", "USA", "in_force", "Act A", True, "verified", ""),
    (date(2026, 2, 5), "b", "CHN", "announced", "Act B", True, "unverified", "Text not seen."),
    (date(2026, 2, 20), "c", "both", "event", "Talks", False, "unverified", ""),
    (date(2026, 4, 1), "d", "USA", "in_force", "Act of the future", True, "verified", ""),
)


def test_the_default_day_is_that_before_the_newest_official_act():
    assert news.since_day("newest", NEWS, LAW) == date(2026, 2, 4)
    assert news.since_day("2026-01-01", NEWS, LAW) == date(2026, 1, 1)
    with pytest.raises(ParameterError, match="2026-03-01"):
        news.since_day("2026-03-01", NEWS, LAW)


def test_new_acts_are_official_known_and_the_newest_first():
    assert news.new_acts(NEWS, date(2026, 1, 1), LAW.law_asof)["act_id"].tolist() == ["b", "a"]
    assert news.new_acts(NEWS, date(2026, 1, 5), LAW.law_asof)["act_id"].tolist() == ["b"]


def test_duties_tell_their_change_and_their_last_move():
    table = pd.DataFrame(
        {
            "valid_from": [date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1), date(2026, 2, 1)],
            "valid_to": [date(2025, 6, 1), date(2026, 1, 1), date(2026, 2, 1), date(2027, 1, 1)],
            "rate_pct": [20.0, 30.0, 25.0, 25.01],
        }
    )
    row = news.duty_changes({"USA": table}, date(2025, 12, 1), LAW.law_asof).iloc[0]
    assert row["change_pp"] == pytest.approx(-4.99)
    assert row["last_move"] == date(2026, 1, 1)  # a hundredth of a point is none
    assert row["last_move_pp"] == -5
    still = news.duty_changes({"USA": table}, date(2026, 2, 10), LAW.law_asof)
    told = {"names": facts.DUTIES, "least_pp": news.LEAST_MOVE_PP, "last": date(2026, 3, 1)}
    text = say("duties", duties=still.to_dict("records"), **told)
    expected = "US duties on Chinese goods are 25.0 %, unchanged since 1 January 2026 (−5.0 points)."
    assert text == f"- **Duties to 1 March 2026.** {expected}"


def test_new_acts_are_told_with_the_newest():
    told = {"since": date(2026, 1, 1), "last": LAW.law_asof, "sides": SIDES}
    assert say("acts", acts=[], **told).endswith("the ledger has no official act of either side.")
    fresh = news.new_acts(NEWS, date(2026, 1, 1), LAW.law_asof).to_dict("records")
    assert say("acts", acts=fresh, **told).endswith(
        "has 2 official acts, the newest of 5 February 2026 (China): Act B (announced, unverified)."
    )
    assert "has one official act of 5 January 2026 (US): Act A (in force)." in say(
        "acts", acts=fresh[1:], **told
    )


def test_the_newest_months_are_told_with_the_changes_that_are_known():
    values = pd.Series([1e9, 2e9], pd.to_datetime(["2026-01-01", "2026-02-01"]))
    months = news.newest_months({"Goods": values, "Ore": values / 1e6})
    assert say("data", months=facts.months_told(months, {"Goods": "USD", "Ore": "tonnes"})) == (
        "- **Data.** Newest months: Goods in February 2026: USD 2.0 billion (+100.0 % on the month before); "
        "Ore in February 2026: 2,000 tonnes (+100.0 % on the month before)."
    )


def test_newest_months_are_set_against_those_the_series_has():
    values = pd.Series([100.0, 110.0, 88.0], pd.to_datetime(["2025-02-01", "2026-01-01", "2026-02-01"]))
    row = news.newest_months({"Goods": values}).iloc[0]
    assert row["month_before"] == pytest.approx(-0.2)
    assert row["year_before"] == pytest.approx(-0.12)
    assert np.isnan(news.newest_months({"Goods": values.iloc[1:]}).iloc[0]["year_before"])
    assert quoted_numbers.year_on_year(values) == (pd.Timestamp("2026-02-01"), pytest.approx(-0.12))
    with pytest.raises(DataError, match="2025-02"):
        quoted_numbers.year_on_year(values.iloc[1:])


def test_what_is_not_known_names_acts_data_and_checks():
    summaries = [
        {"report": "old", "title": "Old", "data_asof": "2025-06", "checks": {"failed": 2}},
        {"report": "new", "title": "New", "data_asof": "2026-02-20", "checks": {"failed": 0}},
        {"report": "year", "title": "Year", "data_asof": "2025", "checks": {"failed": 0}},
    ]
    stale = news.stale(summaries, LAW.law_asof)
    assert stale.set_index("report")["months_behind"].to_dict() == {"old": 9, "year": 3, "new": 1}
    bounds = {"USA": pd.Series({"rate_pct": 25.0, "low_pct": 20.0, "high_pct": 28.0})}
    unsure = {"USA": pd.Series(dtype=float), "CHN": pd.Series({"CN_301R": 0.2, "NEW": 0.01, "LITTLE": 1e-5})}
    told = {"sides": SIDES, "names": facts.DUTIES}
    text = say(
        "unknown",
        acts=news.open_acts(NEWS, None, LAW.law_asof).to_dict("records"),
        unsure=facts.unverified_duties(unsure),
        bounds=bounds,
        old=stale[stale["months_behind"] > 3].to_dict("records"),
        failed=summaries[:1],
        **told,
    )
    for part in (
        "**Act B** (5 February 2026). Text not seen.",
        "them: *China:* answers to the Section 301 lists (20.0 %), NEW (1.0 %).",
        "20.0 to 28.0 %",
        "Old",
        "2 published",
    ):
        assert part in text
    assert "Talks" not in text
    silent = NEWS.assign(note="")
    assert "**Act B** (5 February 2026). No second source" in say(
        "unknown",
        acts=silent[1:2].to_dict("records"),
        **told,
        unsure=[],
        old=[],
        failed=[],
        bounds={},
    )
    assert "New" not in text
    assert news.open_acts(NEWS, date(2026, 2, 10), LAW.law_asof).empty


def test_the_first_limit_of_each_page_is_told_in_whole_sentences():
    long = "It " + "very " * 40 + "much does."
    made = [
        {"report": "a", "title": "A", "limits": [f"- **A cause.** Not told. {long}\n- Second.", "- Third."]},
        {"report": "b", "title": "B"},
    ]
    text = say("limits_of_reports", limits=facts.first_limits(made))
    assert text.endswith(":\n\n- [A](../a/report.html) (2 more): A cause. Not told.")


def test_a_number_is_taken_over_with_definition_and_source():
    summary = {
        "report": "r",
        "data_asof": "2026-02",
        "headlines": {
            "n": {"value": 2.5, "unit": "t", "definition": "D", "text": "2.5"},
            "t": {"value": "no data", "unit": "", "definition": "D", "text": "no data"},
        },
    }
    found = quoted_numbers.from_report(summary, "n", key="k", label="L")
    assert (found.value, found.unit, found.definition, found.as_of, found.source) == (
        2.5,
        "t",
        "D",
        "2026-02",
        "r",
    )
    for absent in ("t", "x"):
        with pytest.raises(ReportError, match=f"'r' has no number '{absent}'"):
            quoted_numbers.from_report(summary, absent, key="k", label="L")


def test_the_dials_of_the_ledger_lie_between_calm_and_worst(ledger):
    acts = act_days(ledger)
    span = dials.Span(SPAN.calm, SPAN.worst_first, SPAN.worst_last, ledger.law_asof)
    dial = dials.acts_dial(dials.net_acts(acts, span, 30))
    assert dial.between(0, 100).all()
    # the weeks of tit for tat in April 2025 are as bad as it gets
    assert dial["2025-04-17"] == 100


def shown(figure):
    return [text.get_text().strip() for axes in figure.axes for text in axes.texts]


def test_the_figure_of_the_dials_names_and_numbers_every_bar():
    table = pd.DataFrame(
        {"value": [10.4, 100.0], "then": [50.0, np.nan], "words": ["Duties", "Suspensions"]},
        index=["tariffs", "at_risk"],
    )
    figure = figures.dials(table, facts.DIALS, "1 Jan 2026, when the truce began")
    texts = shown(figure)
    for part in ("Tariffs", "What lapses soon", "10", "100", "Duties", "1 Jan 2026, when the truce began"):
        assert part in texts
    diamonds = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert [float(line.get_xdata()[0]) for line in diamonds if line.get_ydata()[0] < 2] == [50.0]


def test_the_chronology_shows_every_act_on_its_side_and_none_over_another(ledger):
    story = chronology(ledger)
    figure = figures.chronology(story, phases(ledger), pd.Timestamp(ledger.law_asof))
    figure.canvas.draw()
    texts = figure.axes[0].texts
    spine = figure.axes[0].get_xlim()[1] / 2
    words_shown = " ".join(shown(figure))
    for title in story["title"]:
        assert all(word in words_shown for word in title.split())
    alt = say("chronology_alt", acts=story.to_dict("records"), sides=SIDES)
    assert alt.count("(unverified)") == 2
    assert sum(text.get_fontweight() == "bold" for text in texts) == len(story) + 2
    # the extension and the day it is to move stand in press reports only
    assert [text for text in shown(figure) if "unverified" in text] == [
        "23 Sep 2026, unverified",
        "10 Nov 2026, unverified",
    ]
    for is_left in (True, False):
        side = [text for text in texts if (text.get_position()[0] < spine) is is_left]
        boxes = sorted((text.get_window_extent() for text in side), key=lambda box: box.y0)
        assert all(above.y0 >= below.y1 - 1 for below, above in pairwise(boxes))


@pytest.mark.parametrize(
    ("stable", "turned", "says"),
    [(0.95, 0, ("95 %", "Passed.", "no moves")), (0.5, 1, ("50 %", "Failed.", "1 move of"))],
)
def test_why_there_is_no_index_is_told_test_by_test(stable, turned, says):
    text = say("no_index", stable=stable, turned=turned, verdict=None, asked=index_tests)
    assert "No index is published" in text
    assert "none is included" in text
    assert all(part in text for part in says)


def test_an_index_that_passed_is_told_as_such():
    verdict = index_tests.Verdict(0.95, pd.DataFrame(), 0.8, 20)
    told = {"stable": 0.95, "turned": 0, "asked": index_tests}
    assert "passed the three tests" in say("no_index", verdict=verdict, **told)
    failed = index_tests.Verdict(0.95, pd.DataFrame(), 0.4, 20)
    assert "No index is published" in say("no_index", verdict=failed, **told)


@pytest.mark.parametrize(
    ("parameters", "goods", "only"),
    [
        ({"origin": "CHN", "products": [], "lens": "as_collected"}, "Chinese goods", ""),
        ({"origin": "HKG", "products": []}, "goods from Hong Kong", ""),
        ({"products": ["8507"]}, "Chinese goods, codes 8507 only", ", codes 8507 only"),
    ],
)
def test_a_narrowed_run_of_the_timeline_is_named(parameters, goods, only):
    run = quoted_numbers.narrowing(parameters)
    assert (say("goods", **run) + say("narrowed", **run), say("narrowed", **run)) == (goods, only)


def test_the_duties_of_another_origin_are_not_called_chinese():
    assert timeline.charges("USA", "CHN") == "US duties on Chinese goods"
    assert timeline.charges("USA", "HKG") == "US duties on goods from Hong Kong"
    assert timeline.charges("CHN", "HKG") == timeline.charges("CHN", "CHN") == "China's duties on US goods"


def test_a_narrowed_timeline_says_so_before_every_sentence():
    assert timeline.narrowed("CHN", [], "as_collected", 0) == ""
    assert timeline.narrowed("HKG", ["8507"], "as_collected", 0) == "Goods from Hong Kong; code 8507 only"
