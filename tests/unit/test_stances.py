"""Which way acts point, and the short chronology: kept by hand, so checked against the ledger."""

import pytest

from trucewatch.ledger.stances import CONCILIATORY, HOSTILE, NEUTRAL, act_days, chronology


@pytest.mark.parametrize(
    ("act", "stance"),
    [
        ("us_20250201_eo14195", HOSTILE),  # a duty begins
        ("us_20251010_threat_100", HOSTILE),  # and is threatened
        ("cn_20250404_rare_earths7", HOSTILE),  # goods are withheld
        ("cn_20251107_no70_suspension", CONCILIATORY),  # a control by kind, but it suspends controls
        ("us_20251112_affiliates_suspended", CONCILIATORY),
        ("both_20250512_geneva", CONCILIATORY),
        ("us_20260220_learning_resources", NEUTRAL),  # a court's judgement is no side's act
        ("us_20260722_s301_brazil", NEUTRAL),  # against a third country
        ("both_20250610_london", NEUTRAL),  # talks
    ],
)
def test_an_act_points_where_its_text_does(ledger, act, stance):
    days = act_days(ledger).set_index("act_id")
    assert days.loc[act, "stance"] == stance


def test_every_act_with_a_day_is_there_in_order(ledger):
    days = act_days(ledger)
    assert days["date"].is_monotonic_increasing
    dated = {act.act_id for act in ledger.acts if act.date_announced or act.date_signed or act.date_effective}
    assert dated <= set(days["act_id"])
    assert not days.loc[~days["is_official"], "status"].ne("event").any()


def test_the_chronology_holds_both_sides_in_order(ledger):
    found = chronology(ledger)
    assert found["date"].is_monotonic_increasing
    assert set(found["side"]) == {"USA", "CHN", "both"}
    assert not found["act_id"].duplicated().any()
    placed = found.set_index("act_id")["date"].map(str)
    # 90 FR 15625: 125 % from 12:01 a.m. of 10 April 2025
    assert placed["us_20250409_eo14266"] == "2025-04-10"
