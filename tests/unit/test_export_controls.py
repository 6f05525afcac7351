"""The Entity List in numbers, on made rules and acts: gaps stay gaps."""

import pandas as pd
import pytest

from trucewatch.errors import DataError, ParameterError
from trucewatch.reports.export_controls import measures as controls

ACTS = pd.DataFrame(
    [
        ("both_20250512_geneva", "2030-01-01", None, "2030-01-10", "2030-04-01", "Truce", "verified", ""),
        (
            controls.AFFILIATES_RULE,
            "2030-03-01",
            None,
            "2030-03-01",
            "2030-03-11",
            "Rule",
            "verified",
            "FR Doc. 2030-00009",
        ),
        (controls.SUSPENSION, None, None, "2030-03-11", "2031-03-11", "Suspended", "verified", ""),
        (
            controls.ANNOUNCED_END,
            "2031-01-01",
            None,
            "2031-03-11",
            "2031-05-11",
            "Announced",
            "unverified",
            "",
        ),
    ],
    columns=[
        "act_id",
        "date_announced",
        "date_signed",
        "date_effective",
        "date_ended",
        "title",
        "confidence",
        "citation",
    ],
)


def made_rules() -> pd.DataFrame:
    rows = [
        ("2030-01-05", "2030-00001", "entity list", 10, 4),
        ("2030-01-20", "2030-00002", "entity list", 7, None),
        ("2030-02-01", "2030-00003", "unverified list", 50, 50),
        ("2030-02-02", "2030-00004", "both", None, None),
        ("2030-02-03", "2030-00005", "other", 3, 3),
        ("2030-03-01", "2030-00009", "entity list", None, None),
        ("2030-03-05", "2030-00010", "entity list", 5, 5),
        ("2031-01-01", "2031-00001", "entity list", 2, 0),
    ]
    frame = pd.DataFrame(
        rows, columns=["date_published", "fr_document", "list", "total_added", "china_added"]
    )
    return frame.assign(
        date_published=pd.to_datetime(frame["date_published"]),
        title="Additions",
        total_added=frame["total_added"].astype("Int64"),
        china_added=frame["china_added"].astype("Int64"),
    )


@pytest.fixture
def added() -> pd.DataFrame:
    return controls.additions(made_rules(), ACTS)


def test_unverified_list_other_rules_and_the_affiliates_rule_add_nobody(added: pd.DataFrame) -> None:
    assert added["fr_document"].tolist() == [
        "2030-00001",
        "2030-00002",
        "2030-00004",
        "2030-00010",
        "2031-00001",
    ]


def test_an_unknown_count_stays_unknown_and_a_zero_stays_zero(added: pd.DataFrame) -> None:
    assert added["known"].tolist() == ["china", "total only", "nothing", "china", "china"]
    assert pd.isna(added["china_added"].iloc[1])
    assert pd.isna(added["most_china"].iloc[2])
    assert added["china_added"].iloc[4] == 0


def test_sums_are_a_floor_and_what_the_rules_allow(added: pd.DataFrame) -> None:
    sums = controls.cumulative(added)
    assert sums["known"].tolist() == [4, 4, 4, 9, 9]
    assert sums["most"].tolist() == [4, 11, 11, 16, 16]


def test_a_long_stretch_without_a_rule_is_a_gap(added: pd.DataFrame) -> None:
    found = controls.gaps(added, 100, pd.Timestamp("2031-01-31"))
    assert found[["first", "last"]].to_numpy().tolist() == [
        [pd.Timestamp("2030-03-05"), pd.Timestamp("2031-01-01")]
    ]
    assert found["days"].tolist() == [302]
    assert controls.gaps(added, 302, pd.Timestamp("2031-01-31")).empty
    assert len(controls.gaps(added, 20, pd.Timestamp("2031-01-31"))) == 3


def test_phases_count_what_is_known_between_the_acts(added: pd.DataFrame) -> None:
    phases = controls.by_phase(added, ACTS, "2030-01-01")
    assert phases["rules"].tolist() == [1, 2, 1, 1]
    assert phases["china_known"].tolist() == [4, 0, 5, 0]
    assert phases["rules_unknown"].tolist() == [0, 2, 0, 0]


def test_the_life_of_the_rule_comes_from_the_acts() -> None:
    life = controls.rule_life(ACTS)
    assert life.days == 10
    assert life.printed_return == pd.Timestamp("2031-03-11")
    assert life.announced_return == pd.Timestamp("2031-05-11")
    assert life.announced_confidence == "unverified"


def test_acts_that_do_not_meet_and_missing_dates_are_refused() -> None:
    torn = ACTS.copy()
    torn.loc[1, "date_ended"] = "2030-03-10"
    with pytest.raises(DataError, match="make the two acts meet"):
        controls.rule_life(torn)
    torn.loc[1, "date_ended"] = None
    with pytest.raises(DataError, match="no date"):
        controls.rule_life(torn)
    with pytest.raises(ParameterError, match="no act 'nothing'"):
        controls.acts_of(ACTS, ["nothing"])


def test_exports_by_heading_keep_a_missing_heading_empty_and_join_the_parts_codes() -> None:
    trade = pd.DataFrame(
        [
            (2017, "exports", "CHN", "854231", 5.0),
            (2017, "exports", "CHN", "880330", 1.0),
            (2024, "exports", "CHN", "880730", 2.0),
            (2024, "exports", "MEX", "854231", 9.0),
            (2024, "imports", "CHN", "854231", 9.0),
        ],
        columns=["year", "flow", "partner_iso3", "hs6", "value_usd"],
    )
    found = controls.controlled_exports(trade)
    assert found.xs("8807", level="heading").to_numpy().tolist() == [[1.0, 2.0]]
    assert found.xs("8542", level="heading").iloc[0, 0] == 5.0
    assert pd.isna(found.xs("8542", level="heading").iloc[0, 1])
