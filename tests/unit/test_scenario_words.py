"""The sentences of the report on scenarios, from made numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from trucewatch.page.words import words_of
from trucewatch.reports.scenarios.facts import Band, Texts, named

say = words_of("trucewatch.reports.scenarios")


def finding(cost: tuple[float, float, float], texts: Texts | None = None) -> str:
    low, median, high = (1e9 * value for value in cost)
    fields: dict[str, Any] = {
        "texts": texts,
        "supposed": texts is not None,
        "title": "A break",
        "today": date(2026, 11, 9),
        "base": "2024",
        "cost": Band(low, median, high),
        "band": say("band", low=low, high=high),
        "household": median / 1e8,
        "change": Band(-0.2, -0.1, 0.0),
        "imports": Band(0, 90e9, 0),
        "now": 100e9,
    }
    return say("finding", **fields)


def test_the_finding_begins_with_what_the_texts_bring_back() -> None:
    texts = Texts(date(2027, 1, 10), 0.0, 24.0, "the answer", "No. 10")
    assert finding((26, 30, 36), texts) == (
        "By 10 January 2027 the legal texts alone leave US duties on Chinese goods as they are and raise "
        "China's duties on US goods by 24.0 points, mostly because the suspension under No. 10 ends. "
        "Anything more would need a new US act. In the scenario “A break”, US buyers would pay about 30 "
        "billion dollars a year more than under the law of 9 November 2026 (26 to 36, nine chances in ten), "
        "300 dollars a household, and imports from China would be 10 % lower (90 against 100 billion "
        "dollars, at the trade of 2024)."
    )


def test_texts_that_raise_one_side_and_lower_the_other_say_so() -> None:
    texts = Texts(date(2027, 1, 10), 0.1, -3.0, "", "")
    assert finding((26, 30, 36), texts).startswith(
        "By 10 January 2027 the legal texts alone raise US duties on Chinese goods by 0.1 points and lower "
        "China's duties on US goods by 3.0 points. Anything more"
    )


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (
            (5, 50, 95),
            "50 billion dollars a year more than under the law of 9 November 2026 (5.0 to 95,",
        ),
        (
            (-95, -50, -5),
            "50 billion dollars a year less than under the law of 9 November 2026 (5.0 to 95,",
        ),
        ((-75, 150, 375), "(75 billion less to 375 more, nine chances in ten)"),
    ],
)
def test_a_band_is_in_rising_order(cost: tuple[float, float, float], said: str) -> None:
    assert said in finding(cost)


def test_a_subheading_of_several_lines_is_not_called_by_one_of_them() -> None:
    lines = ["9503000073", "9503000013", "8507600020"]
    trade = pd.DataFrame({"hs10": lines, "year": 2024, "partner_iso3": "CHN", "value_usd": [3.0, 1.0, 2.0]})
    words = ["TOYS, 3 TO 12 YEARS", "TOYS, UNDER 3 YEARS", "BATTERIES, LITHIUM-ION"]
    descriptions = pd.DataFrame({"hs10": lines, "description": words})
    labels = named(pd.DataFrame({"hs6": ["950300", "850760"]}), descriptions, trade)["label"].tolist()
    assert labels[0].startswith("9503.00 ") and labels[0].endswith(" and others")
    assert labels[1].startswith("8507.60 ") and "others" not in labels[1]


@pytest.mark.parametrize(
    ("base", "first_miss", "newest_miss", "says"),
    [
        ("the twelve months to August 2026", 0.21, 0.02, "Going back to 2024 it finds too little trade"),
        ("2024", 0.0, -0.22, "Under the newest law it leaves too much trade"),
    ],
)
def test_the_model_says_how_it_misses_from_the_trade_it_starts_from(base, first_miss, newest_miss, says):
    row = {"regime": "Now", "last": date(2026, 8, 1), "predicted": -0.16, "actual": -0.33}
    fields = {
        "base": base, "base_year": 2024, "error": 0.19, "months": 3, "worst": row,
        "first": row | {"miss": first_miss}, "newest": row | {"miss": newest_miss},
    }  # fmt: skip
    text = say("regimes", **fields)
    assert says in text
    assert ("too little" in text) != ("too much" in text)
    assert say("regimes_title", **fields).startswith(
        f"From the trade of {base}, the model puts the newest month at −16 % on 2024 (actual −33 %)"
    )


def test_the_trade_of_the_base_year_differs_from_the_timeline_by_product_only():
    told = {"today": date(2026, 11, 9), "base_year": 2024}
    assert "differ from the averages" in say("intro", base="the twelve months to August 2026", **told)
    assert "by six-digit product; the timeline counts by line" in say("intro", base="2024", **told)
