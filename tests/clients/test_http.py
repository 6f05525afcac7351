"""The HTTP layer against a server that fails in every way a publisher can fail."""

from __future__ import annotations

import gzip
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.clients.conftest import KEY, Clock
from tests.clients.helpers import disk_of
from tests.clients.server import HEAD_ONLY, Publisher, Reply
from trucewatch.sources.clients.base import Key, SourceError
from trucewatch.sources.http import Api, Http, Limits, user_agent

GOOD = Reply({"rows": [1, 2]})
WEB_PAGE = Reply("<html><head><title>Scheduled maintenance</title></head></html>")
WANTED = Key(variable="CENSUS_API_KEY", is_required=True, url="https://example.org/key")


def api(publisher: Publisher, **more: object) -> Api:
    return Api(source="census", base=publisher.url, interval_s=0.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Reply(status=429), "status 429"),
        (Reply("down for repair", status=503), "status 503: down for repair"),
        (Reply(status=500), "status 500"),
        (Reply({"rows": [1, 2]}, sent=6), "connection failed"),
        (Reply(b"not gzip", headers={"Content-Encoding": "gzip"}), "connection failed"),
        (Reply(b""), "empty, not JSON"),
        (Reply(b" \n"), "empty, not JSON"),
        (WEB_PAGE, "a web page, not JSON (Scheduled maintenance)"),
        (Reply(b'{"rows": [1, 2'), "not JSON, or was cut off"),
        (Reply(b'{"rows": NaN}'), "not JSON, or was cut off"),
        (Reply(b'{"rows": "\xff"}'), "not UTF-8"),
    ],
)
def test_a_passing_fault_is_tried_again_and_a_lasting_one_is_an_error(
    publisher: Publisher, http: Http, clock: Clock, fault: Reply, words: str
) -> None:
    publisher.replies(fault, fault, GOOD)
    assert http.get(api(publisher), "/x").data == {"rows": [1, 2]}
    assert clock.slept == [2.0, 4.0]

    publisher.asked.clear()
    publisher.replies(fault)
    with pytest.raises(SourceError) as error:
        http.get(api(publisher), "/x")
    assert words in str(error.value)
    assert "5 attempts" in str(error.value)
    assert f"{publisher.url}/x" in str(error.value)
    assert len(publisher.asked) == 5


BOMB = gzip.compress(b"[" + b" " * 40_000_000 + b"]")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(BOMB, headers={"Content-Encoding": "gzip"}), "larger than 1 MB once unpacked"),
        (Reply(b"[1," * 400_000), "larger than 1 MB once unpacked"),
        (Reply(b"[1," * 1000, endless=True), "larger than 1 MB once unpacked"),
        (Reply(b" ", endless=True, drip_s=0.02), "came too slowly"),
        (Reply(b"x" * 100, endless=True, drip_s=0.02), "not whole after 1 s"),
        (Reply(b"X-A: b\r\n", endless=True, drip_s=0.02, status=HEAD_ONLY), "not whole after 1 s"),
    ],
    ids=["bomb", "large", "endless", "drip", "trickle", "headers"],
)
def test_an_answer_is_bounded_in_size_time_and_speed(
    publisher: Publisher, session: Callable[..., Http], reply: Reply, words: str
) -> None:
    http = session(limits=Limits(size=1_000_000, seconds=1.0, slowest=200, patience_s=0.3))
    publisher.replies(reply)
    with pytest.raises(SourceError, match=words) as error:
        http.get(api(publisher), "/x")
    assert "pages already fetched are kept" in str(error.value)
    assert len(publisher.asked) == 1, "a second attempt would take as much again"


@pytest.mark.parametrize("packed", ["gzip, gzip", "br", "zstd"])
def test_only_one_layer_of_packing_is_undone(publisher: Publisher, http: Http, packed: str) -> None:
    publisher.replies(Reply(gzip.compress(gzip.compress(b"[]")), headers={"Content-Encoding": packed}))
    with pytest.raises(SourceError, match="which was not asked for"):
        http.get(api(publisher), "/x")


def test_silence_and_a_closed_door_end_in_an_error(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    quick = session(timeout=httpx.Timeout(0.1), attempts=2)
    publisher.replies(Reply(stall=True))
    with pytest.raises(SourceError, match=r"no answer in time \(read timeout\); 2 attempts"):
        quick.get(api(publisher), "/x")
    with pytest.raises(SourceError, match="connection failed"):
        quick.get(Api(source="census", base="http://127.0.0.1:9", interval_s=0.0), "/x")


def test_pauses_double_up_to_a_minute_and_half_of_each_is_chance(
    publisher: Publisher, session: Callable[..., Http], clock: Clock
) -> None:
    publisher.replies(Reply(status=503))
    with pytest.raises(SourceError):
        session(attempts=8, jitter=lambda: 0.0).get(api(publisher), "/x")
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "slept"),
    [
        ("7", 7.0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", 2.0),
        ("", 2.0),
    ],
)
def test_the_pause_a_publisher_asks_for_is_kept(
    publisher: Publisher, session: Callable[..., Http], clock: Clock, asked: str, slept: float
) -> None:
    publisher.replies(Reply(status=429, headers={"Retry-After": asked}), GOOD)
    session(now=lambda: NOON).get(api(publisher), "/x")
    assert clock.slept == [slept]


@pytest.mark.parametrize("asked", ["3600", "Tue, 24 Nov 2026 13:00:00 GMT"])
def test_a_pause_of_an_hour_is_left_to_the_user(
    publisher: Publisher, session: Callable[..., Http], clock: Clock, asked: str
) -> None:
    publisher.replies(Reply(status=429, headers={"Retry-After": asked}), GOOD)
    with pytest.raises(SourceError, match="asks for a pause of 60 minutes"):
        session(now=lambda: NOON).get(api(publisher), "/x")
    assert clock.slept == []


def test_a_refusal_is_not_tried_again(publisher: Publisher, http: Http) -> None:
    publisher.replies(Reply("<p>error: unknown variable 'GEN_VAL'</p>", status=400))
    with pytest.raises(SourceError, match="status 400: error: unknown variable 'GEN_VAL'"):
        http.get(api(publisher), "/x")
    assert len(publisher.asked) == 1


def test_a_redirect_is_not_followed(publisher: Publisher, http: Http) -> None:
    publisher.replies(Reply(status=301, headers={"Location": f"https://elsewhere.org/v2?key={KEY}"}))
    with pytest.raises(SourceError, match=r"moved to https://elsewhere.org/v2\?key=\*\*\*") as error:
        http.get(api(publisher, key=WANTED, key_param="key"), "/x")
    assert KEY not in str(error.value)
    assert len(publisher.asked) == 1


def test_nothing_is_an_answer_too(publisher: Publisher, http: Http) -> None:
    publisher.replies(Reply(status=204))
    assert http.get(api(publisher), "/x").data is None
    publisher.replies(Reply({"status": 404}, status=404))
    assert http.get(api(publisher), "/y", none_at=(404,)).data is None


def test_each_host_has_its_own_pace(publisher: Publisher, http: Http, clock: Clock) -> None:
    publisher.replies(GOOD)
    slow = Api(source="fas", base=publisher.url, interval_s=3.6)
    other = Api(source="fred", base=publisher.url.replace("127.0.0.1", "localhost"), interval_s=0.5)
    http.get(slow, "/a")
    http.get(other, "/b")
    http.get(slow, "/c")
    assert clock.slept == [pytest.approx(3.6)]
    clock.seconds += 10
    http.get(slow, "/d")
    assert len(clock.slept) == 1


def test_the_project_says_its_name(publisher: Publisher, http: Http) -> None:
    publisher.replies(GOOD)
    http.get(api(publisher), "/x")
    assert publisher.asked[0].headers["user-agent"] == user_agent()
    assert user_agent().startswith("trucewatch/")


# What is known already


def conditional(asked: object) -> tuple[str | None, str | None]:
    headers = asked.headers  # type: ignore[attr-defined]
    return headers.get("if-none-match"), headers.get("if-modified-since")


@pytest.mark.parametrize(
    ("validators", "sent"),
    [
        ({"ETag": '"v1"'}, ('"v1"', None)),
        ({"Last-Modified": "Mon, 23 Nov 2026 08:00:00 GMT"}, (None, "Mon, 23 Nov 2026 08:00:00 GMT")),
    ],
)
def test_an_unchanged_answer_is_not_fetched_twice(
    publisher: Publisher,
    session: Callable[..., Http],
    validators: dict[str, str],
    sent: tuple[str | None, ...],
) -> None:
    publisher.replies(Reply({"rows": [1]}, headers=validators), Reply(status=304), Reply(status=304))
    answers = [session().get(api(publisher), "/x", [("a", "1")]) for _ in range(3)]
    assert [answer.data for answer in answers] == [{"rows": [1]}] * 3
    assert [conditional(asked) for asked in publisher.asked] == [(None, None), sent, sent]
    publisher.replies(Reply({"rows": [2]}, headers=validators))
    assert session().get(api(publisher), "/x", [("a", "1")]).data == {"rows": [2]}


def test_an_answer_without_validators_is_asked_for_again(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    publisher.replies(Reply({"rows": [1]}), Reply({"rows": [2]}))
    session().get(api(publisher), "/x")
    assert session().get(api(publisher), "/x").data == {"rows": [2]}
    assert conditional(publisher.asked[1]) == (None, None)


@pytest.mark.parametrize(
    "damage",
    [b"", b"no gzip", gzip.compress(b"[1]"), gzip.compress(b'{"etag": "v1"}')],
    ids=str.split("empty text list other"),
)
def test_a_damaged_cache_is_as_good_as_none(
    publisher: Publisher, session: Callable[..., Http], tmp_path: Path, damage: bytes
) -> None:
    publisher.replies(Reply({"rows": [1]}, headers={"ETag": '"v1"'}))
    session().get(api(publisher), "/x")
    (file,) = (tmp_path / "cache").glob("*.gz")
    file.write_bytes(damage)
    assert session().get(api(publisher), "/x").data == {"rows": [1]}
    assert conditional(publisher.asked[1]) == (None, None)


def test_unasked_not_modified_is_an_error(publisher: Publisher, http: Http) -> None:
    publisher.replies(Reply(status=304))
    with pytest.raises(SourceError, match="status 304"):
        http.get(api(publisher), "/x")


def test_answers_nobody_asked_for_lately_are_forgotten(
    publisher: Publisher, session: Callable[..., Http], tmp_path: Path
) -> None:
    publisher.replies(Reply({"rows": [1]}, headers={"ETag": '"v1"'}))
    session().get(api(publisher), "/x")
    session(now=lambda: datetime.now(UTC) + timedelta(days=99))
    assert len(list((tmp_path / "cache").glob("*.gz"))) == 1
    session(now=lambda: datetime.now(UTC) + timedelta(days=101))
    assert list((tmp_path / "cache").glob("*.gz")) == []


# Going on after an interruption


def read_pages(http: Http, publisher: Publisher, pages: int = 4) -> list[object]:
    with http.resume("a run"):
        return [http.get(api(publisher), "/page", [("n", str(n))]).data for n in range(pages)]


def failing_at(publisher: Publisher, page: str) -> None:
    publisher.answer = lambda asked: (
        Reply(status=500)
        if asked["n"] == page
        else Reply(status=204)
        if asked["n"] == "1"
        else Reply([asked["n"]])
    )


def test_a_run_goes_on_where_it_was_interrupted(publisher: Publisher, session: Callable[..., Http]) -> None:
    failing_at(publisher, "2")
    with pytest.raises(SourceError, match="pages already fetched are kept"):
        read_pages(session(), publisher)
    publisher.asked.clear()
    failing_at(publisher, "none")
    assert read_pages(session(), publisher) == [["0"], None, ["2"], ["3"]]
    assert [asked["n"] for asked in publisher.asked] == ["2", "3"]
    publisher.asked.clear()
    read_pages(session(), publisher)
    assert len(publisher.asked) == 4  # a finished run leaves nothing behind


def test_a_cut_by_hand_keeps_the_pages_too(publisher: Publisher, session: Callable[..., Http]) -> None:
    failing_at(publisher, "none")
    with pytest.raises(KeyboardInterrupt), (http := session()).resume("a run"):
        http.get(api(publisher), "/page", [("n", "0")])
        raise KeyboardInterrupt
    publisher.asked.clear()
    read_pages(session(), publisher)
    assert [asked["n"] for asked in publisher.asked] == ["1", "2", "3"]


def test_pages_that_can_not_be_used_do_not_come_back(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    failing_at(publisher, "none")
    with pytest.raises(SourceError, match="no number"), (http := session()).resume("a run"):
        http.get(api(publisher), "/page", [("n", "0")])
        raise SourceError("census", "row 2: 'x' is no number", remedy="-")
    publisher.asked.clear()
    read_pages(session(), publisher)
    assert len(publisher.asked) == 4


def test_old_pages_are_not_mixed_with_a_newer_edition(
    publisher: Publisher, session: Callable[..., Http]
) -> None:
    failing_at(publisher, "3")
    with pytest.raises(SourceError):
        read_pages(session(), publisher)
    publisher.asked.clear()
    failing_at(publisher, "none")
    read_pages(session(now=lambda: datetime.now(UTC) + timedelta(hours=13)), publisher)
    assert len(publisher.asked) == 4


def test_pages_of_a_run_given_up_are_forgotten(
    publisher: Publisher, session: Callable[..., Http], tmp_path: Path
) -> None:
    publisher.replies(Reply([1]))
    with pytest.raises(KeyboardInterrupt), (http := session()).resume("a run"):
        http.get(api(publisher), "/x")
        raise KeyboardInterrupt
    pages = tmp_path / "cache" / "pages"
    (folder,) = pages.iterdir()
    (pages / "killed").mkdir()
    (pages / "killed" / "0.json.part").write_bytes(b"a page that was never whole")
    session(now=lambda: datetime.now(UTC) + timedelta(hours=11))
    assert {path.name for path in pages.iterdir()} == {folder.name, "killed"}
    session(now=lambda: datetime.now(UTC) + timedelta(hours=13))
    assert list(pages.iterdir()) == []


def test_a_full_disk_is_said_and_costs_no_page(publisher: Publisher, session: Callable[..., Http]) -> None:
    noise = random.Random(1).randbytes(4_000).hex()
    publisher.answer = lambda asked: Reply([asked["n"], noise if asked["n"] == "2" else ""])
    said = r"the disk does not take the answer \(.+\).*Remedy: make room"
    with pytest.raises(SourceError, match=said), disk_of(2_000):
        read_pages(session(), publisher)
    publisher.asked.clear()
    assert len(read_pages(session(), publisher)) == 4
    assert [asked["n"] for asked in publisher.asked] == ["2", "3"]


# Keys


def test_a_missing_key_is_said_before_anything_is_asked(
    publisher: Publisher, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CENSUS_API_KEY")
    with pytest.raises(SourceError) as error:
        http.get(api(publisher, key=WANTED, key_param="key"), "/x")
    assert "CENSUS_API_KEY is not set" in str(error.value)
    assert "https://example.org/key" in str(error.value)
    assert publisher.asked == []


@pytest.mark.parametrize("value", ["two words", "line\nbreak", "schlüssel"])
def test_a_key_with_a_slip_is_not_sent_and_not_shown(
    publisher: Publisher, http: Http, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CENSUS_API_KEY", value)
    with pytest.raises(SourceError, match="CENSUS_API_KEY holds a blank") as error:
        http.get(api(publisher, key=WANTED, key_header="X-Api-Key"), "/x")
    assert value not in str(error.value)
    assert publisher.asked == []


def test_a_refused_key_names_its_variable_and_where_to_get_one(publisher: Publisher, http: Http) -> None:
    publisher.replies(Reply({"message": f"invalid key {KEY}"}, status=401))
    with pytest.raises(SourceError) as error:
        http.get(api(publisher, key=WANTED, key_header="X-Api-Key"), "/x")
    assert "the key in CENSUS_API_KEY was refused" in str(error.value)
    assert "https://example.org/key" in str(error.value)
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [
        GOOD,
        Reply({"asked": f"/x?api_key={KEY}", "again": quote(KEY), KEY: [KEY, 1]}),
        Reply(f"no such key: {KEY}", status=400),
        Reply(f"try again with key={KEY}", status=503),
        Reply(f"<html><title>{KEY}</title></html>"),
        Reply(f"<html><title>{'x' * 70}{KEY}</title></html>"),
        Reply("x" * 190 + KEY, status=503),
        Reply(status=302, headers={"Location": f"/login?api_key={KEY}"}),
    ],
)
@pytest.mark.parametrize("place", ["key_param", "key_header"])
def test_no_key_is_ever_shown_logged_or_stored(
    publisher: Publisher,
    session: Callable[..., Http],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    fault: Reply,
    place: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    publisher.replies(Reply(fault.body, fault.status, {"ETag": '"v1"', **fault.headers}))
    http, said = session(attempts=2), ""
    try:
        with http.resume("a run"):
            said = str(http.get(api(publisher, key=WANTED, **{place: "api_key"}), "/x", [("a", "1")]))
            raise KeyboardInterrupt
    except SourceError as error:
        said = f"{error!r} {error} {error.url} {error.__cause__!r}"
    except KeyboardInterrupt:
        pass
    sent = publisher.asked[0]
    assert KEY in (sent["api_key"] if place == "key_param" else sent.headers["api_key"])  # it did go out
    stored = b"".join(
        file.name.encode() + gzip.decompress(file.read_bytes()) for file in (tmp_path / "cache").rglob("*.gz")
    )
    for text in (said, caplog.text, stored.decode()):
        for spelling in (KEY, KEY.replace("+", "%2B"), KEY[:8]):  # nor a part of it where a text was cut
            assert spelling not in text
    assert any("HTTP Request" in record.getMessage() for record in caplog.records)  # the log was on


def test_redact_takes_out_what_looks_like_a_key_too(http: Http) -> None:
    text = http.redact(f"GET https://x.org/a?api_key=other1&b=2&key=other2 with {KEY}")
    assert text == "GET https://x.org/a?api_key=***&b=2&key=*** with ***"
    assert http.redact(f"/v1/{KEY.replace('+', '%2B')}/a") == "/v1/***/a"  # as an address spells it
