"""The Census Bureau's client against a server that answers as the documentation says, and as it does not."""

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
from trucewatch.sources.clients.census import API, PARTNERS, CensusClient
from trucewatch.sources.http import Http
from trucewatch.tables.checking import validate

TOTALS = "census__us_imports_partner_monthly"
TRANSPORT = "census__us_imports_transport_monthly"
LINES = "census__us_imports_hs10_partner_monthly"
SOYBEANS = "census__us_soybean_exports_monthly"
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


class Census:
    """Answers like the publisher; a test may put other rows in the place of those of a table."""

    def __init__(self) -> None:
        self.totals: Any = documented("census_totals")
        self.soybeans: Any = documented("census_soybeans")
        self.lines: dict[tuple[str, str], Any] = {}
        self.faults: dict[tuple[str, str], Reply] = {}
        self.is_silent = False

    def __call__(self, asked: Asked) -> Reply:
        if asked["key"] != KEY:
            return Reply(documented("census_invalid_key"))
        if asked.path == "/exports/hs":
            return self.reply(self.soybeans)
        if "COMM_LVL" not in dict(asked.params):
            return self.reply(self.totals)
        which = (asked["time"], asked["CTY_CODE"])
        if digit := dict(asked.params).get("I_COMMODITY", "").rstrip("*"):
            header, *rows = self.moved(*which)
            found = [row for row in rows if row[0].startswith(digit)]
            return self.reply([header, *found] if found and not self.is_silent else None)
        return self.faults.get(which) or self.reply(self.lines.get(which, self.moved(*which)))

    @staticmethod
    def moved(month: str, partner: str) -> Any:
        """Return the documented lines as those of another month and partner."""
        header, *rows = copy.deepcopy(documented("census_lines"))
        for row in rows:
            row[1], row[10], row[11] = partner, partner, month
        (total,) = (
            int(row[2]) for row in documented("census_totals") if (row[0], row[7]) == (partner, month)
        )
        rows[0][3] = str(total - sum(int(row[3]) for row in rows[1:]))  # lines add up to the total
        return [header, *rows]

    def total(self, partner: str, month: str, general: str) -> None:
        """Let the publisher say another total."""
        (row,) = (row for row in self.totals if (row[0], row[7]) == (partner, month))
        row[2] = row[5] = general  # all of it by air
        row[6] = "0"

    @staticmethod
    def reply(rows: Any) -> Reply:
        return Reply(status=204) if rows is None else Reply(rows)


@pytest.fixture
def census(publisher: Publisher) -> Census:
    publisher.answer = Census()
    return publisher.answer


@pytest.fixture
def client(publisher: Publisher) -> CensusClient:
    return CensusClient(partners=("-", "5700"), api=replace(API, base=publisher.url))


def fetch(client: CensusClient, http: Http, since: date | None = JULY) -> dict[str, list[Fetched]]:
    parts: dict[str, list[Fetched]] = {}
    for part in client.fetch(since, http, lambda *_: None):
        assert isinstance(part, Fetched)
        validate(part.frame, part.table)
        parts.setdefault(part.table, []).append(part)
    return parts


def test_the_tables_hold_what_the_publisher_says(
    publisher: Publisher, census: Census, client: CensusClient, http: Http
) -> None:
    parts = fetch(client, http)
    assert {table: len(own) for table, own in parts.items()} == {
        TOTALS: 1,
        TRANSPORT: 1,
        SOYBEANS: 1,
        LINES: 4,
    }
    assert all(
        part.complete_from == JULY and part.period == "month" for own in parts.values() for part in own
    )

    totals = parts[TOTALS][0].frame
    assert totals.groupby("month")["partner_name"].agg(list).to_dict() == {
        pd.Timestamp(JULY): ["CHINA", "VIETNAM", "WORLD"],  # no groups, and only the partners of the table
        pd.Timestamp(AUGUST): ["CHINA", "VIETNAM", "WORLD"],
    }
    china = totals[(totals["partner_name"] == "CHINA") & (totals["month"] == pd.Timestamp(AUGUST))].iloc[0]
    assert china[["partner_code", "general_imports_usd", "value_usd", "duty_usd"]].tolist() == [
        "5700", 27_133_800_000.0, 26_980_000_100.0, 7_100_000_000.0,
    ]  # fmt: skip

    transport = parts[TRANSPORT][0].frame
    china = transport[(transport["partner_name"] == "CHINA") & (transport["month"] == pd.Timestamp(AUGUST))]
    columns = ["general_imports_usd", "air_value_usd", "vessel_value_usd"]
    assert china[columns].to_numpy().tolist() == [[27_133_800_000.0, 6_783_450_000.0, 13_566_900_000.0]]

    lines = parts[LINES][-1].frame
    assert lines["hs10"].tolist() == ["0106199120", "8517130000", "9999950000"]
    assert lines["district"].unique().tolist() == ["-"]
    phones, rest = lines.iloc[1], lines.iloc[2]
    columns = ["general_imports_usd", "cif_value_usd", "value_usd", "duty_usd", "quantity", "quantity_unit"]
    assert phones[columns].tolist() == [27_043_788_000.0, 1.56e9, 1.49e9, 2.98e8, 4.1e6, "NO"]
    assert pd.isna(rest["quantity"])
    assert pd.isna(rest["quantity_unit"])

    soybeans = parts[SOYBEANS][0].frame.set_index("partner_name")
    assert soybeans["quantity_t"].to_dict() == {
        "CHINA": 48_925.0,
        "MEXICO": 101_078.0,
        "WORLD TOTAL": 150_003.0,
    }
    assert soybeans.index[soybeans["is_aggregate"]].tolist() == [
        "WORLD TOTAL"
    ]  # Canada shipped nothing: no row


def test_the_requests_are_those_of_the_guide(
    publisher: Publisher, census: Census, client: CensusClient, http: Http
) -> None:
    fetch(client, http)
    first, second, third, *rest = publisher.asked
    assert first.path == "/imports/hs"
    assert dict(first.params) == {
        "get": "CTY_CODE,CTY_NAME,GEN_VAL_MO,CON_VAL_MO,CAL_DUT_MO,AIR_VAL_MO,VES_VAL_MO",
        "time": "from 2026-07",
        "key": KEY,
    }
    assert (second.path, second["E_COMMODITY"], second["COMM_LVL"]) == ("/exports/hs", "1201*", "HS10")
    assert second["time"] == "from 2026-07 to 2026-12"
    assert (third["COMM_LVL"], third["CTY_CODE"], third["time"]) == ("HS10", "-", "2026-07")
    assert [(asked["time"], asked["CTY_CODE"]) for asked in rest] == [
        ("2026-07", "5700"),
        ("2026-08", "-"),
        ("2026-08", "5700"),
    ]


def test_the_plan_asks_nothing_and_shows_no_key(
    publisher: Publisher, census: Census, client: CensusClient, tmp_path: Path
) -> None:
    with Http(tmp_path, now=lambda: datetime(2026, 8, 20, tzinfo=UTC)) as http:
        plan = client.describe(JULY, http)
    assert publisher.asked == []
    assert plan.requests == 6  # what the two months of the server take, see the test above
    assert len(plan.urls) == 6
    assert not any(KEY in url or "key=" in url for url in plan.urls)
    assert plan.seconds > 0
    assert plan.bytes > 0


def test_an_interrupted_run_goes_on_where_it_stopped(
    publisher: Publisher, census: Census, client: CensusClient, session: Callable[..., Http]
) -> None:
    census.faults["2026-08", "-"] = Reply("<html><title>Service Unavailable</title></html>", status=503)
    with pytest.raises(SourceError, match="status 503"):
        fetch(client, session())
    publisher.asked.clear()
    census.faults.clear()
    parts = fetch(client, session())
    assert [(asked["time"], asked["CTY_CODE"]) for asked in publisher.asked] == [
        ("2026-08", "-"),
        ("2026-08", "5700"),
    ]
    assert len(parts[LINES]) == 4


@pytest.mark.parametrize("nothing", ["status 204", "header alone"])
def test_what_was_revised_to_nothing_is_handed_on_as_nothing(
    publisher: Publisher, census: Census, client: CensusClient, http: Http, nothing: str
) -> None:
    header = documented("census_lines")[:1]
    census.lines["2026-08", "5700"] = None if nothing == "status 204" else header
    census.total("5700", "2026-08", "0")
    census.soybeans = None if nothing == "status 204" else census.soybeans[:1]
    parts = fetch(client, http)
    assert [len(part.frame) for part in parts[LINES]] == [3, 3, 3, 0]
    assert parts[LINES][-1].complete_from == JULY
    assert parts[SOYBEANS][0].frame.empty


def test_a_reply_too_large_for_the_publisher_is_asked_for_in_ten(
    publisher: Publisher, census: Census, client: CensusClient, session: Callable[..., Http]
) -> None:
    whole = fetch(client, session())[LINES][-1].frame
    publisher.asked.clear()
    census.lines["2026-08", "5700"] = None  # 204, though the totals know of imports
    parts = fetch(client, session())
    pd.testing.assert_frame_equal(parts[LINES][-1].frame, whole)
    assert [dict(asked.params).get("I_COMMODITY") for asked in publisher.asked[-11:]] == [
        None,
        *(f"{digit}*" for digit in range(10)),
    ]
    census.is_silent = True
    with pytest.raises(SourceError, match="lines add up to 0 dollars, the total is 27,133,800,000"):
        fetch(client, session())


@pytest.mark.parametrize(("general", "is_refused"), [("27600000000", False), ("27700000000", True)])
def test_lines_that_lack_more_than_a_fiftieth_of_the_total_are_refused(
    census: Census, client: CensusClient, http: Http, general: str, is_refused: bool
) -> None:
    census.total("5700", "2026-08", general)
    if is_refused:
        with pytest.raises(
            SourceError, match="from 5700 in 2026-08: the 10-digit lines add up to 27,133,800,000"
        ):
            fetch(client, http)
    else:
        assert len(fetch(client, http)[LINES]) == 4


def test_months_that_are_not_published_are_not_asked_for(
    publisher: Publisher, census: Census, client: CensusClient, http: Http
) -> None:
    census.totals = None
    parts = fetch(client, http)
    assert parts[TOTALS][0].frame.empty
    assert len(publisher.asked) == 1


def test_the_order_of_rows_and_a_repeated_row_change_nothing(
    publisher: Publisher, census: Census, client: CensusClient, session: Callable[..., Http]
) -> None:
    plain = fetch(client, session())
    header, *rows = census.totals
    census.totals = [header, *reversed(rows), rows[3]]
    header, *rows = Census.moved("2026-08", "5700")
    census.lines["2026-08", "5700"] = [header, rows[2], rows[0], rows[1], rows[0]]
    shuffled = fetch(client, session())
    for table, own in plain.items():
        for before, after in zip(own, shuffled[table], strict=True):
            pd.testing.assert_frame_equal(before.frame, after.frame)


def spoil(change: Callable[[list[list[Any]]], None]) -> Any:
    rows = Census.moved("2026-08", "5700")
    change(rows)
    return rows


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (spoil(lambda rows: rows[0].__setitem__(5, "CON_VALUE_MO")), "column CON_VAL_MO is missing"),
        (spoil(lambda rows: rows[2].pop()), "row 3 has 11 cells, the header 12"),
        (spoil(lambda rows: rows[3].__setitem__(5, "n/a")), "row 4, column CON_VAL_MO: 'n/a' is no number"),
        (spoil(lambda rows: rows[1].__setitem__(6, None)), "row 2, column CAL_DUT_MO: 'None' is no number"),
        (spoil(lambda rows: rows[1].__setitem__(3, True)), "row 2, column GEN_VAL_MO: 'True' is no number"),
        (spoil(lambda rows: rows[1].__setitem__(3, "inf")), "row 2, column GEN_VAL_MO: 'inf' is no number"),
        (spoil(lambda rows: rows[2].__setitem__(0, "106199120")), r"row 3, column I_COMMODITY: '106199120'"),
        (
            spoil(lambda rows: rows[2].__setitem__(0, 106199120)),
            "row 3, column I_COMMODITY: '106199120' is no text",
        ),
        (spoil(lambda rows: rows[2].__setitem__(11, "Aug 2026")), "'Aug 2026' is no date like 2025-03"),
        (
            spoil(lambda rows: rows[2].__setitem__(11, "2026-07")),
            "asked for 5700 in 2026-08, but there is 5700, 2026-07",
        ),
        (
            spoil(lambda rows: rows[2].__setitem__(1, "5820")),
            "asked for 5700 in 2026-08, but there is 5820, 2026-08",
        ),
        (
            spoil(lambda rows: rows.append([*rows[1][:5], "7", *rows[1][6:]])),
            "hs10 8517130000 with different value_usd: 1490000000.0 and 7.0",
        ),
        ({"error": "unknown"}, "no list of rows with a header"),
        ([], "no list of rows with a header"),
        (["CTY_CODE"], "no list of rows with a header"),
    ],
)
def test_another_form_is_refused_with_row_column_and_value(
    census: Census, client: CensusClient, http: Http, rows: Any, words: str
) -> None:
    census.lines["2026-08", "5700"] = rows
    with pytest.raises(SourceError) as error:
        fetch(client, http)
    assert words in str(error.value)
    assert "time=2026-08" in str(error.value)  # the address says which reply
    assert KEY not in str(error.value)


def test_a_wrong_key_is_recognised_in_both_forms(
    publisher: Publisher, census: Census, client: CensusClient, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CENSUS_API_KEY", "other")
    with pytest.raises(SourceError, match="the key in CENSUS_API_KEY was refused"):
        fetch(client, http)
    publisher.replies(
        Reply(
            status=302,
            headers={
                "Location": "https://api.census.gov/data/missing_key.html",
                "X-DataWebAPI-KeyError": "1",
            },
        )
    )
    with pytest.raises(SourceError, match=r"https://api\.census\.gov/data/key_signup\.html"):
        fetch(client, http)
    assert len(publisher.asked) == 2  # a key is not tried twice


def test_six_digits_fill_a_table_of_their_own(
    publisher: Publisher, census: Census, client: CensusClient, http: Http
) -> None:
    header, *rows = census.moved("2026-08", "5700")
    census.totals = census.totals[:7]  # August alone
    census.lines["2026-08", "5700"] = [header, *([row[0][:6], *row[1:9], "HS6", *row[10:]] for row in rows)]
    parts = fetch(replace(client, level=6, partners=("5700",)), http)
    (lines,) = parts["census__us_imports_hs6_partner_monthly"]
    assert lines.frame["hs6"].tolist() == ["010619", "851713", "999995"]
    assert publisher.asked[-1]["COMM_LVL"] == "HS6"


def test_by_district_the_row_of_all_districts_is_left_out(
    publisher: Publisher, census: Census, client: CensusClient, http: Http
) -> None:
    census.totals = census.totals[:7]  # August alone
    census.total("5700", "2026-08", "300")
    census.lines["2026-08", "5700"] = documented("census_lines_by_district")
    parts = fetch(replace(client, by_district=True, partners=("5700",)), http)
    frame = parts[LINES][0].frame
    assert frame[["district", "value_usd", "quantity"]].to_numpy().tolist() == [
        ["01", 90.0, 2.0],
        ["27", 200.0, 5.0],
    ]
    assert publisher.asked[-1]["get"].endswith(",DISTRICT")


def test_soybeans_in_another_unit_or_with_a_lost_row_are_refused(
    census: Census, client: CensusClient, http: Http
) -> None:
    rows = copy.deepcopy(census.soybeans)
    census.soybeans = [row for row in rows if row[1] != "MEXICO"]
    with pytest.raises(SourceError, match=r"2026-07: the destinations .* to the world, 101,078\.0 t apart"):
        fetch(client, http)
    rows[1][4] = "BU"
    census.soybeans = rows
    with pytest.raises(SourceError, match="row 2, column UNIT_QY1: 'BU'"):
        fetch(client, http)


def test_the_partners_are_those_of_the_bundled_totals() -> None:
    from trucewatch.paths import project_root
    from trucewatch.tables.io import read_csv
    from trucewatch.tables.registry import get_table

    file = project_root() / "data/sources/census/us_imports_partner_monthly_40.csv.gz"
    bundled = read_csv(file, get_table(TOTALS))
    assert dict(zip(bundled["partner_code"], bundled["partner_name"], strict=True)) == PARTNERS


def test_all_partners_are_those_of_the_totals_without_groups_of_countries(
    publisher: Publisher, census: Census, client: CensusClient, http: Http
) -> None:
    fetch(replace(client, partners=None), http)
    lines = [
        asked for asked in publisher.asked if "COMM_LVL" in dict(asked.params) and asked.path == "/imports/hs"
    ]
    assert sorted({asked["CTY_CODE"] for asked in lines}) == ["-", "0003", "4039", "5520", "5700"]
