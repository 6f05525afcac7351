"""The export side of the Census Bureau against a server that answers as documented, and as it does not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.clients.conftest import KEY
from tests.clients.server import Asked, Publisher, Reply, documented
from trucewatch.sources.clients.base import Fetched, SourceError
from trucewatch.sources.clients.census_exports import API, CensusExportsClient
from trucewatch.sources.http import Http
from trucewatch.tables.checking import validate

LINES = "census__us_exports_hs6_partner_monthly"
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


class Exports:
    """Answers like the publisher; a test may put other rows in the place of its own."""

    def __init__(self) -> None:
        self.totals: Any = documented("census_exports")["totals"]
        self.lines: dict[tuple[str, str], Any] = {}
        self.faults: dict[tuple[str, str], Reply] = {}
        self.is_silent = False

    def __call__(self, asked: Asked) -> Reply:
        if asked["key"] != KEY:
            return Reply(documented("census_invalid_key"))
        if "COMM_LVL" not in dict(asked.params):
            return self.reply(self.totals)
        which = (asked["time"], asked["CTY_CODE"])
        rows = self.lines.get(which, self.moved(*which, digits=int(asked["COMM_LVL"][2:])))
        if digit := dict(asked.params).get("E_COMMODITY", "").rstrip("*"):
            header, *all_rows = self.moved(*which)
            found = [row for row in all_rows if row[0].startswith(digit)]
            rows = [header, *found] if found and not self.is_silent else None
        return self.faults.get(which) or self.reply(rows)

    def moved(self, month: str, partner: str, digits: int = 6) -> Any:
        """Return the documented lines as those of another month and partner, which add up to its total."""
        header, *rows = copy.deepcopy(documented("census_exports")["lines"])
        (total,) = (int(row[2]) for row in self.totals[1:] if (row[0], row[3]) == (partner, month))
        for row in rows:
            row[0], row[1], row[7], row[8] = row[0] + "0" * (digits - 6), partner, partner, month
        rows[1][3] = str(total - int(rows[0][3]) - int(rows[2][3]))
        return [header, *rows]

    @staticmethod
    def reply(rows: Any) -> Reply:
        return Reply(status=204) if rows is None else Reply(rows)


@pytest.fixture
def exports(publisher: Publisher) -> Exports:
    publisher.answer = Exports()
    return publisher.answer


@pytest.fixture
def client(publisher: Publisher) -> CensusExportsClient:
    return CensusExportsClient(api=replace(API, base=publisher.url))


def fetch(client: CensusExportsClient, http: Http, since: date | None = JULY) -> list[Fetched]:
    parts = []
    for part in client.fetch(since, http, lambda *_: None):
        assert isinstance(part, Fetched)
        validate(part.frame, part.table)
        parts.append(part)
    return parts


def test_the_table_holds_what_the_publisher_says(
    publisher: Publisher, exports: Exports, client: CensusExportsClient, http: Http
) -> None:
    parts = fetch(client, http)
    assert [(part.table, part.complete_from) for part in parts] == [(LINES, JULY)] * 4
    whole = pd.concat([part.frame for part in parts])
    sums = whole.groupby(["month", "partner_code"])["value_usd"].sum()
    assert sums.to_dict() == {
        (pd.Timestamp(JULY), "-"): 168e9, (pd.Timestamp(JULY), "5700"): 8e9,
        (pd.Timestamp(AUGUST), "-"): 170e9, (pd.Timestamp(AUGUST), "5700"): 9e9,
    }  # fmt: skip
    china = parts[2].frame.set_index("hs6")
    assert china.loc["120190", ["value_usd", "quantity", "quantity_unit"]].tolist() == [5e8, 1.1e6, "T"]
    assert pd.isna(china.loc["980320", "quantity"])
    asked = [dict(one.params) for one in publisher.asked]
    assert all(one.path == "/exports/hs" for one in publisher.asked)
    assert asked[0] == {"get": "CTY_CODE,CTY_NAME,ALL_VAL_MO", "time": "from 2026-07", "key": KEY}
    assert asked[1] == {
        "get": "E_COMMODITY,CTY_CODE,CTY_NAME,ALL_VAL_MO,QTY_1_MO,UNIT_QY1",
        "COMM_LVL": "HS6", "CTY_CODE": "5700", "time": "2026-07", "key": KEY,
    }  # fmt: skip


def test_ten_digits_go_into_a_table_of_their_own(
    exports: Exports, client: CensusExportsClient, http: Http
) -> None:
    parts = fetch(replace(client, level=10), http)
    assert parts[0].table == "census__us_exports_hs10_partner_monthly"
    assert parts[0].frame["hs10"].tolist() == ["1201900000", "8802400000", "9803200000"]


def test_the_plan_counts_what_is_asked(
    publisher: Publisher, exports: Exports, client: CensusExportsClient, tmp_path: Path, http: Http
) -> None:
    with Http(tmp_path, now=lambda: datetime(2026, 8, 20, tzinfo=UTC)) as early:
        plan = client.describe(JULY, early)
    assert publisher.asked == []
    fetch(client, http)
    assert plan.requests == len(publisher.asked) == 5
    assert not any(KEY in url for url in plan.urls)


def test_a_reply_too_large_is_asked_for_in_ten(
    publisher: Publisher, exports: Exports, client: CensusExportsClient, session: Callable[..., Http]
) -> None:
    whole = fetch(client, session())[2].frame
    exports.lines["2026-08", "5700"] = None  # 204, though the totals know of exports
    pd.testing.assert_frame_equal(fetch(client, session())[2].frame, whole)
    exports.is_silent = True
    with pytest.raises(SourceError, match="lines add up to 0 dollars, the total is 9,000,000,000"):
        fetch(client, session())


def test_an_interrupted_run_goes_on_where_it_stopped(
    publisher: Publisher, exports: Exports, client: CensusExportsClient, session: Callable[..., Http]
) -> None:
    exports.faults["2026-08", "-"] = Reply("<html><title>Service Unavailable</title></html>", status=503)
    with pytest.raises(SourceError, match="status 503"):
        fetch(client, session())
    publisher.asked.clear()
    exports.faults.clear()
    assert len(fetch(client, session())) == 4
    assert [(one["time"], one["CTY_CODE"]) for one in publisher.asked] == [("2026-08", "-")]


def test_no_month_published_is_no_row(exports: Exports, client: CensusExportsClient, http: Http) -> None:
    exports.totals = None
    (part,) = fetch(client, http)
    assert part.frame.empty


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[1].__setitem__(3, "n/a"), "row 2, column ALL_VAL_MO: 'n/a' is no number"),
        (lambda rows: rows[1].__setitem__(0, "1201"), "column E_COMMODITY: '1201' does not match"),
        (lambda rows: rows[1].__setitem__(8, "2026-09"), "asked for 5700 in 2026-08, but there is"),
        (lambda rows: [row.__setitem__(1, "5800") for row in rows[1:]], "but there is 5800"),
        (lambda rows: rows.append([*rows[1][:3], "7", *rows[1][4:]]), "two rows for month 2026-08-01"),
        (lambda rows: rows[0].__setitem__(3, "ALL_VAL"), "the column ALL_VAL_MO is missing"),
        (lambda rows: rows.pop(2), "lines add up to 600,000,000 dollars"),
        (lambda rows: rows[2].pop(), "row 3 has 8 cells"),
    ],
)
def test_lines_in_another_form_are_refused(
    exports: Exports, client: CensusExportsClient, http: Http, change: Any, words: str
) -> None:
    rows = exports.moved("2026-08", "5700")
    change(rows)
    exports.lines["2026-08", "5700"] = rows
    with pytest.raises(SourceError) as error:
        fetch(client, http)
    assert words in str(error.value)
    assert KEY not in str(error.value)
