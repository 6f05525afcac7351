"""FRED: answers as documented, and answers that are not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.clients.conftest import KEY
from tests.clients.helpers import changed, fetch, refused
from tests.clients.server import Asked, Publisher, Reply, documented
from trucewatch.sources.clients import (
    fred,
)
from trucewatch.sources.http import Http

BASE = "Index Dec 2003=100"
JUNE, JULY, AUGUST = (pd.Timestamp(2026, month, 1) for month in (6, 7, 8))


def fred_server(publisher: Publisher, **replies: Any) -> fred.FredClient:
    def answer(asked: Asked) -> Reply:
        series = asked["series_id"]
        if asked.path == "/series":
            about = copy.deepcopy(documented("fred_series"))
            about["seriess"][0]["units"] = fred.UNITS.get(series, BASE)
            return Reply(replies.get(f"{series}_about", about))
        return Reply(replies.get(series, documented("fred_observations")))

    publisher.answer = answer
    return fred.FredClient(api=replace(fred.API, base=publisher.url))


def test_fred_gives_the_exchange_rate_and_leaves_out_the_missing_month(
    publisher: Publisher, http: Http
) -> None:
    client = fred_server(publisher)
    yuan = fetch(client, http, date(2026, 6, 1))["fed__usd_cny_monthly"]
    assert yuan.frame.to_numpy().tolist() == [[JUNE, 7.1234], [AUGUST, 7.0987]]
    assert yuan.complete_from == date(2026, 6, 1)
    asked = publisher.asked[1]
    assert (asked.path, asked["series_id"], asked["file_type"]) == ("/series/observations", "EXCHUS", "json")
    assert (asked["observation_start"], asked["api_key"]) == ("2026-06-01", KEY)


def test_fred_gives_trade_in_billions_and_the_balance_only_where_both_are(
    publisher: Publisher, http: Http
) -> None:
    def observations(*values: str) -> Any:
        return changed(
            "fred_observations",
            lambda reply: [
                row.update(value=value) for row, value in zip(reply["observations"], values, strict=True)
            ],
        )

    client = fred_server(
        publisher, IMPCH=observations("21057.9", "27133.8", "."), EXPCH=observations("8329.1", ".", "7000.0")
    )
    goods = fetch(client, http)["census__us_china_goods_monthly"]
    assert goods.complete_from is None  # the whole series
    columns = ["month", "imports_bn_usd", "exports_bn_usd", "balance_bn_usd"]
    first, second = goods.frame[columns].to_numpy().tolist()
    assert first == [JUNE, 21.0579, 8.3291, -12.7288]  # the three figures of January 2026 in table c5700
    assert second[:2] == [JULY, 27.1338]
    assert pd.isna(second[2])
    assert pd.isna(second[3])


def test_fred_gives_prices_by_origin_whole_and_with_their_base(publisher: Publisher, http: Http) -> None:
    """The bundled copy ends before most months anybody asks for: a part of the series would leave a gap."""
    client = fred_server(publisher)
    prices = fetch(client, http, date(2026, 6, 1))["bls__import_prices_monthly"]
    assert prices.complete_from is None
    china = prices.frame[prices.frame["partner_iso3"] == "CHN"]
    assert china[["month", "series_id", "base", "price_index"]].to_numpy().tolist() == [
        [JUNE, "CHNTOT", BASE, 7.1234],
        [AUGUST, "CHNTOT", BASE, 7.0987],
    ]
    assert set(prices.frame["partner_iso3"]) == {"CHN", "CAN", "MEX", "JPN", "EUU", "XSE", "WLD"}
    about = changed("fred_series", lambda reply: reply["seriess"][0].update(units="Percent"))
    said = refused(fred_server(publisher, CHNTOT_about=about), http)
    assert "CHNTOT has other units" in said


def page(size: int, *, count: Callable[[int], int] = lambda _: 3) -> Callable[[Asked], Reply]:
    """Return what answers observations page by page."""
    whole = documented("fred_observations")["observations"]

    def answer(asked: Asked) -> Reply:
        if asked.path == "/series":
            about = copy.deepcopy(documented("fred_series"))
            about["seriess"][0]["units"] = fred.UNITS.get(asked["series_id"], BASE)
            return Reply(about)
        offset = int(asked["offset"])
        return Reply({"count": count(offset), "observations": whole[offset : offset + size]})

    return answer


def test_fred_pages_are_put_together_and_a_list_that_moves_is_refused(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    client = fred.FredClient(api=replace(fred.API, base=publisher.url), page_size=2)
    publisher.answer = page(2)
    yuan = fetch(client, session())["fed__usd_cny_monthly"]
    assert yuan.frame["cny_per_usd"].tolist() == [7.1234, 7.0987]
    assert [asked["offset"] for asked in publisher.asked if "offset" in dict(asked.params)][:2] == ["0", "2"]
    publisher.answer = page(2, count=lambda offset: 3 + offset // 2)
    assert "EXCHUS had 3 observations, then 4" in refused(client, session())
    publisher.answer = page(1)  # a page shorter than promised
    assert "EXCHUS has 3 observations, 2 came" in refused(client, session())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda reply: reply["observations"][0].update(value="N.A."),
            "row 1, column value: 'N.A.' is no number",
        ),
        (
            lambda reply: reply["observations"][1].update(date="2026-7"),
            "row 2, column date: '2026-7' is no date",
        ),
        (lambda reply: reply["observations"][2].pop("value"), "record 3: the column value is missing"),
        (lambda reply: reply.update(observations={}), "the member 'observations' is '{}'"),
        (lambda reply: reply.pop("count"), "no member 'count'"),
        (lambda reply: reply["observations"][1].update(date="2026-06-01"), "two rows for month 2026-06-01"),
    ],
)
def test_fred_in_another_form_is_refused(publisher: Publisher, http: Http, change: Any, words: str) -> None:
    client = fred_server(publisher, EXCHUS=changed("fred_observations", change))
    assert words in refused(client, http)


def test_fred_in_other_units_is_refused(publisher: Publisher, http: Http) -> None:
    about = changed("fred_series", lambda reply: reply["seriess"][0].update(units="Billions of Dollars"))
    assert "IMPCH has other units" in refused(fred_server(publisher, IMPCH_about=about), http)


def test_fred_says_by_status_400_that_a_key_is_wrong(publisher: Publisher, http: Http) -> None:
    client = fred_server(publisher)
    publisher.replies(
        Reply(
            {
                "error_code": 400,
                "error_message": "Bad Request.  The value for variable api_key is not registered.",
            },
            status=400,
        )
    )
    assert "the key in FRED_API_KEY was refused" in refused(client, http)
    publisher.replies(Reply({"error_code": 400, "error_message": "The series does not exist."}, status=400))
    assert "status 400" in refused(client, http)
