"""Which way acts point, and the short chronology: kept by hand, so checked against the ledger."""

import shutil

import pytest

from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.stances import CONCILIATORY, HOSTILE, NEUTRAL, act_days, chronology
from trucewatch.paths import law_dir


@pytest.fixture(scope="module")
def ledger():
    return load_ledger()


@pytest.fixture
def kept(tmp_path):
    """Return a project with the two tables, to be spoilt."""
    folder = tmp_path / "data/law"
    folder.mkdir(parents=True)
    for name in ("stances.csv", "chronology.csv"):
        shutil.copy(law_dir() / name, folder / name)
    return tmp_path


def spoil(root, name, old, new):
    path = root / "data/law" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


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


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("stances.csv", "kind,truce,conciliatory", "kind,truce,kind", "row 32.*stance.*kind"),
        ("stances.csv", "kind,truce,", "kind,peace,", "no stance.*truce"),
        ("stances.csv", "act,cn_20260106_japan", "act,cn_20260106_mars", "no such act.*mars"),
        ("stances.csv", "act,cn_20260106_japan", "acts,cn_20260106_japan", "no such level.*acts"),
        ("stances.csv", "level,name", "level,title", "wrong columns"),
        ("chronology.csv", "us_20250201_eo14195", "us_20250201_eo1", "no such act.*us_20250201_eo1"),
        (
            "chronology.csv",
            "us_20250201_eo14195,date_effective",
            "us_20250201_eo14195,date_ended",
            "no such date",
        ),
    ],
)
def test_a_slip_of_the_hand_is_named(ledger, kept, file, old, new, says):
    spoil(kept, file, old, new)
    read = act_days if file == "stances.csv" else chronology
    with pytest.raises(LedgerError, match=f"(?s){says}"):
        read(ledger, kept)
