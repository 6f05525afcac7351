"""The Treasury: answers as documented, and answers that are not."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.clients.conftest import KEY
from tests.clients.helpers import changed, fetch, refused
from tests.clients.server import Asked, Publisher, Reply, documented
from trucewatch.sources.clients import (
    treasury,
)
from trucewatch.sources.http import Http

JULY, AUGUST = pd.Timestamp(2026, 7, 1), pd.Timestamp(2026, 8, 1)


def treasury_server(
    publisher: Publisher, receipts: Any = None, imports: Any = None, page_size: int = 1000
) -> treasury.TreasuryClient:
    rows = documented("census_totals")[1:]
    world = [["GEN_VAL_MO", "CTY_CODE", "time"], *([row[2], row[0], row[7]] for row in rows if row[0] == "-")]

    def answer(asked: Asked) -> Reply:
        if asked.path == "/imports/hs":
            return Reply(imports or world)
        reply = copy.deepcopy(receipts or documented("treasury_table_4"))
        number, size = int(asked["page[number]"]), int(asked["page[size]"])
        reply["data"] = reply["data"][(number - 1) * size : number * size]
        reply["meta"]["total-pages"] = -(-reply["meta"]["total-count"] // size)
        return Reply(reply)

    publisher.answer = answer
    return treasury.TreasuryClient(
        api=replace(treasury.API, base=publisher.url),
        imports_api=replace(treasury.census.API, base=publisher.url),
        page_size=page_size,
    )


@pytest.mark.parametrize("page_size", [1000, 2])
def test_treasury_gives_net_receipts_beside_imports(publisher: Publisher, http: Http, page_size: int) -> None:
    handed = fetch(treasury_server(publisher, page_size=page_size), http, date(2026, 6, 1))
    table, refunds = handed["treasury__customs_duties_monthly"], handed["treasury_customs_refunds"]
    assert table.frame.to_numpy().tolist() == [
        [JULY, 28000.00000005, 279_999.999999],
        [AUGUST, 12_835.5, 280_000.0],
    ]
    assert any("2026-06 wait for the imports" in note for note in table.notes)  # none at hand for June
    assert refunds.frame["net_usd"].tolist() == [-19_000_000_000.0, 28_000_000_000.05, 12_835_500_000.0]
    assert "negative in 1" in refunds.summary[0]
    first = publisher.asked[0]
    assert first.path == "/v1/accounting/mts/mts_table_4"
    assert first["filter"] == "classification_desc:eq:Customs Duties,record_date:gte:2026-06-01"
    assert "key" not in dict(first.params)
    assert dict(publisher.asked[-1].params) == {
        "get": "GEN_VAL_MO", "CTY_CODE": "-", "time": "from 2026-06", "key": KEY,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda reply: reply["data"][1].update(current_month_net_rcpt_amt="null"),
            "row 2, column current_month_net_rcpt_amt: 'null' is no number",
        ),
        (
            lambda reply: reply["data"][2].update(current_month_refund_amt="0"),
            "gross 23,376,797,000.00 less refunds 0.00 is not net 12,835,500,000.00",
        ),
        (
            lambda reply: reply["data"][0].update(record_date="June 2026"),
            "'June 2026' is no date like 2025-03-31",
        ),
        (lambda reply: reply["data"][0].update(classification_desc="Excise Taxes"), "'Excise Taxes'"),
        (lambda reply: reply["data"].pop(), "2 months came, the pages speak of 3"),
        (
            lambda reply: (
                reply["data"].append(dict(reply["data"][0])) or reply["meta"].update({"total-count": 4})
            ),
            "of 4",
        ),
        (lambda reply: reply["meta"].pop("total-count"), "no member 'total-count'"),
        (
            lambda reply: reply["data"][0].pop("current_month_refund_amt"),
            "current_month_refund_amt is missing",
        ),
    ],
)
def test_treasury_in_another_form_is_refused(
    publisher: Publisher, http: Http, change: Any, words: str
) -> None:
    if "total-count'" in words:
        publisher.replies(Reply(changed("treasury_table_4", change)))
        client = treasury.TreasuryClient(api=replace(treasury.API, base=publisher.url))
    else:
        client = treasury_server(publisher, changed("treasury_table_4", change))
    assert words in refused(client, http)
