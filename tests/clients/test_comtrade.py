"""UN Comtrade: answers as documented, and answers that are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.clients.conftest import KEY
from tests.clients.helpers import changed, in_2026, refused
from tests.clients.server import Publisher, Reply, documented
from trucewatch.sources.clients import (
    comtrade,
)
from trucewatch.sources.http import Http
from trucewatch.tables.checking import validate


def comtrade_server(publisher: Publisher, imports: Any = None, **more: Any) -> comtrade.ComtradeClient:
    nothing = {"elapsedTime": "0.1 secs", "count": 0, "data": [], "error": ""}
    publisher.answer = lambda asked: Reply(
        (imports or documented("comtrade_get")) if asked["flowCode"] == "M" else nothing
    )
    return comtrade.ComtradeClient(api=replace(comtrade.API, base=publisher.url), **more)


def test_comtrade_gives_a_row_a_code_and_customs_value_for_taiwan(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    parts = list(comtrade_server(publisher).fetch(date(2025, 4, 1), in_2026(session), lambda *_: None))
    imports, exports = parts
    columns = ["year", "flow", "partner_iso3", "hs6", "reported_value_usd", "cif_value_usd", "fob_value_usd"]
    assert imports.frame[columns].to_numpy().tolist() == [
        [2025, "imports", "CHN", "010121", 10.0, 10.0, 9.0],
        [2025, "imports", "CHN", "850760", 1050.5, 1050.5, 1000.25],
        [2025, "imports", "TWN", "854231", 2000.0, 2100.0, 2000.0],
    ]
    assert exports.frame.empty
    assert (imports.complete_from, imports.period) == (date(2025, 1, 1), "year")
    validate(imports.frame, imports.table)
    asked = publisher.asked[0]
    assert asked.path == "/get/C/A/HS"
    assert dict(asked.params) == {
        "reporterCode": "842", "period": "2025", "partnerCode": "156,484,704,490", "partner2Code": "0",
        "cmdCode": "AG6", "flowCode": "M", "customsCode": "C00", "motCode": "0", "includeDesc": "false",
    }  # fmt: skip
    assert asked.headers["ocp-apim-subscription-key"] == KEY


def test_comtrade_asks_for_no_year_that_is_not_over(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    client = comtrade_server(publisher)
    assert list(client.fetch(date(2026, 3, 1), in_2026(session), lambda *_: None)) == []
    assert publisher.asked == []
    plan = client.describe(date(2026, 3, 1), in_2026(session))
    assert plan.requests == 0
    assert any("no full year" in note for note in plan.notes)
    years = {asked.split("period=")[1][:4] for asked in client.describe(None, in_2026(session)).urls}
    assert years == {"2017", "2024", "2025"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda reply: reply.update(count=4), "cut off: 3 of 4 records"),
        (
            lambda reply: reply.update(error="The parameter cmdCode is wrong"),
            "says: The parameter cmdCode is wrong",
        ),
        (
            lambda reply: reply["data"][1].update(partner2Code=156),
            "row 2, column partner2Code: '156' is not 0",
        ),
        (
            lambda reply: reply["data"][0].update(reporterCode=156),
            "row 1, column reporterCode: '156' is not 842",
        ),
        (lambda reply: reply["data"][0].update(cmdCode="85076"), "row 1, column cmdCode: '85076'"),
        (lambda reply: reply["data"][0].update(primaryValue=None), "row 1, column primaryValue"),
        (
            lambda reply: reply["data"][2].update(cmdCode="850760"),
            "two rows for partner_iso3 CHN, hs6 850760",
        ),
        (lambda reply: reply["data"][2].pop("fobvalue"), "record 3: the column fobvalue is missing"),
    ],
)
def test_comtrade_in_another_form_is_refused(
    publisher: Publisher, session: Callable[..., Http], change: Any, words: str
) -> None:
    client = comtrade_server(publisher, changed("comtrade_get", change))
    assert words in refused(client, in_2026(session), date(2025, 1, 1))


def test_comtrade_at_the_limit_of_records_is_refused(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    assert "cut off: 3 of 3" in refused(
        comtrade_server(publisher, largest=3), in_2026(session), date(2025, 1, 1)
    )


def test_comtrade_tells_a_wrong_key_from_an_empty_quota(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    client = comtrade_server(publisher)
    publisher.replies(
        Reply({"statusCode": 401, "message": "Access denied due to invalid subscription key."}, status=401)
    )
    assert "the key in COMTRADE_API_KEY was refused" in refused(client, in_2026(session), date(2025, 1, 1))
    publisher.replies(Reply({"statusCode": 403, "message": "Out of call volume quota."}, status=403))
    said = refused(client, in_2026(session), date(2025, 1, 1))
    assert "Out of call volume quota" in said
    assert "was refused, status 403" in said
