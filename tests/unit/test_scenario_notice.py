"""From act to duty: dates of the ledger against the printed ones; and what the backcast tells by product."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.reports.scenarios import notice
from trucewatch.reports.scenarios.validation import Backcast
from trucewatch.scenario import read_scenario


@cache
def law() -> Ledger:
    return load_ledger()


def _one(name: str, voyage_days: int = 25) -> dict:
    rows = notice.notice(law(), [read_scenario(name)], voyage_days).to_dict("records")
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("name", "known", "charged", "spared"),
    [
        # the statement of 10 October 2025 named 1 November
        ("s1_threat_100", date(2025, 10, 10), date(2025, 11, 1), None),
        # EO 14334 of 11 August 2025 set the end of the suspension, 10 November
        ("s2a_legal_lapse", date(2025, 8, 11), date(2025, 11, 10), None),
        # Proclamation 11012 of 20 February 2026; heading 9903.03.02: entered before 28 February
        ("s4b_ruling_s122", date(2026, 2, 20), date(2026, 2, 24), date(2026, 2, 28)),
        # 91 FR 47318; heading 9903.05.85: entered before 28 July
        ("s5b_forced_labour", date(2026, 7, 23), date(2026, 7, 24), date(2026, 7, 28)),
    ],
)
def test_the_days_are_those_of_the_acts(name: str, known: date, charged: date, spared: date | None) -> None:
    row = _one(name)
    assert (row["known_on"], row["charged_from"], row["relief_until"]) == (known, charged, spared)
    assert row["notice_days"] == (charged - known).days


def test_a_longer_voyage_is_caught_at_sea() -> None:
    assert not _one("s1_threat_100", 22)["is_at_sea"]
    assert _one("s1_threat_100", 23)["is_at_sea"]


@pytest.mark.parametrize("name", ["s2b_political_snapback", "s8b_truce_ends_both"])
def test_no_act_stands_behind_a_return_to_a_peak_or_a_supposed_duty(name: str) -> None:
    row = _one(name)
    assert row["known_on"] is None
    assert row["to_pct"] > row["from_pct"]
    assert notice.begun(pd.DataFrame([row])).empty


def test_a_scenario_without_a_duty_has_a_row_and_says_so() -> None:
    frame = notice.notice(law(), [read_scenario("s0_law_today"), read_scenario("s3_busan")], 25)
    assert frame["duty"].isna().tolist() == [True, False]
    # EO 14357 of 4 November 2025: 20 to 10 points
    assert frame[["from_pct", "to_pct"]].to_numpy()[1].tolist() == [20, 10]
    said = notice.text(frame)
    assert "No US duty comes with “The law as it stands”." in said
    assert "A duty falls in “The Busan deal as carried out”" in said


def test_the_next_change_counts_the_edit(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "title: Ten days\nday: 2026-11-09\nedits:\n  - add: ten_days\n    rate_pct: 5\n    cover: [all]\n"
        "    from: 2026-11-09\n    to: 2026-11-10\n    source: supposed\n"
    )
    row = notice.notice(law(), [read_scenario(path)], 25).to_dict("records")[0]
    assert row["next_on"] == date(2026, 11, 10)
    assert row["next_days"] == 1


PRODUCTS = pd.DataFrame(
    {
        "hs6": ["010101", "010102", "020101"],
        "rise": [0.1, 0.4, 0.4],
        "base_usd": [100.0, 100.0, 50.0],
        "predicted": [-0.1, -0.4, -0.4],
        "actual": [-0.9, -0.3, -0.1],
    }
)


def test_products_tell_where_a_backcast_misses() -> None:
    cast = Backcast(2025, -0.28, -0.5, PRODUCTS, PRODUCTS)
    assert cast.overrated(1)["hs6"].tolist() == ["010101"]
    bands = cast.by_rise((0.2, 0.3)).set_index("rise_from")
    assert bands["base_usd"].tolist() == [100.0, 150.0]
    assert bands["actual"].iloc[1] == pytest.approx((-0.3 * 100 - 0.1 * 50) / 150)
    left = cast.without(["010101"])
    assert left.predicted == pytest.approx(-0.4)
    assert left.chapters["chapter"].tolist() == ["01", "02"]
    assert left.chapters["actual"].tolist() == pytest.approx([-0.3, -0.1])
