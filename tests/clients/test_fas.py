"""The Foreign Agricultural Service: answers as documented, and answers that are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.clients.conftest import KEY
from tests.clients.helpers import changed, fetch, in_2026, refused
from tests.clients.server import Publisher, Reply, documented
from trucewatch.sources.clients import (
    fas,
)
from trucewatch.sources.http import Http


def fas_server(publisher: Publisher, **years: Any) -> fas.FasClient:
    publisher.answer = lambda asked: Reply(years.get(f"my{asked.path.rsplit('/', 1)[1]}", []))
    return fas.FasClient(api=replace(fas.API, base=publisher.url))


def test_fas_gives_both_marketing_years_in_thousand_tonnes(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    client = fas_server(publisher, my2026=documented("fas_exports"))
    sales = fetch(client, in_2026(session), date(2026, 8, 1))["usda__soybean_sales_weekly"]
    assert (sales.period, sales.complete_from) == ("week_ending", date(2026, 8, 1))
    week_1, week_2 = pd.Timestamp(2026, 8, 20), pd.Timestamp(2026, 8, 27)
    assert sales.frame.to_numpy().tolist() == [
        [week_1, "2025/26", 12_000.5, 350.0, 25.376, 12_350.5],
        [week_1, "2026/27", 0.0, 66.0, 66.0, 66.0],
        [week_2, "2025/26", 12_357.1, 2.0, -10.0, 12_359.1],
        [week_2, "2026/27", 0.0, 132.0, 66.0, 132.0],
    ]
    base = "/exports/commodityCode/801/countryCode/5700/marketYear/"
    assert [asked.path for asked in publisher.asked] == [f"{base}2026", f"{base}2027"]
    assert publisher.asked[0].headers["x-api-key"] == KEY


def test_fas_takes_what_a_year_says_of_itself_and_no_week_before_the_first_asked(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    own = [{**documented("fas_exports")[1], "accumulatedExports": 0, "outstandingSales": 140_000,
            "currentMYNetSales": 8_000, "currentMYTotalCommitment": 140_000, "nextMYOutstandingSales": 0,
            "nextMYNetSales": 0}]  # fmt: skip
    client = fas_server(publisher, my2026=documented("fas_exports"), my2027=own)
    frame = fetch(client, in_2026(session), date(2026, 8, 1))["usda__soybean_sales_weekly"].frame
    late = frame[frame["week_ending"] == pd.Timestamp(2026, 8, 27)]
    assert late["outstanding_sales_kt"].tolist() == [2.0, 140.0]
    frame = fetch(client, in_2026(session), date(2026, 9, 1))["usda__soybean_sales_weekly"].frame
    assert frame.empty


@pytest.mark.parametrize(
    ("since", "years"),
    [
        (date(2025, 8, 1), ["2025", "2026", "2027"]),
        (date(2025, 9, 1), ["2025", "2026", "2027"]),  # its first week ends the old year too
        (date(2025, 10, 1), ["2026", "2027"]),
    ],
)
def test_fas_asks_for_every_year_that_has_a_week_since_then(
    publisher: Publisher, session: Callable[..., Http], since: date, years: list[str]
) -> None:
    fetch(fas_server(publisher), in_2026(session), since)
    assert [asked.path.rsplit("/", 1)[1] for asked in publisher.asked] == years


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[1].update(unitId=4), "row 2, column unitId: '4' is not 1"),
        (lambda rows: rows[0].update(countryCode=5800), "row 1, column countryCode: '5800' is not 5700"),
        (lambda rows: rows[0].update(commodityCode=401), "row 1, column commodityCode: '401' is not 801"),
        (
            lambda rows: rows[0].update(outstandingSales=None),
            "row 1, column outstandingSales: 'None' is no number",
        ),
        (lambda rows: rows[0].update(weekEndingDate="20/08/2026"), "'20/08/2026' is no date"),
        (lambda rows: rows[1].pop("nextMYNetSales"), "record 2: the column nextMYNetSales is missing"),
        (lambda rows: rows.append({**rows[0], "outstandingSales": 7}), "two rows for week_ending 2026-08-20"),
    ],
)
def test_fas_in_another_form_is_refused(
    publisher: Publisher, session: Callable[..., Http], change: Any, words: str
) -> None:
    client = fas_server(publisher, my2026=changed("fas_exports", change))
    assert words in refused(client, in_2026(session), date(2026, 8, 1))


def test_fas_says_by_status_403_that_a_key_is_wrong(publisher: Publisher, http: Http) -> None:
    client = fas_server(publisher)
    publisher.replies(
        Reply({"error": {"code": "API_KEY_INVALID", "message": "An invalid api_key"}}, status=403)
    )
    said = refused(client, http)
    assert "the key in FAS_API_KEY was refused" in said
    assert "https://api.data.gov/signup/" in said
