"""Whatever goes wrong, `trucewatch refresh` ends with a message and a code, and the old vintage is active."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from tests.clients.conftest import KEY
from tests.clients.helpers import disk_of
from tests.clients.server import Publisher, Reply
from tests.clients.test_refresh import RATES, answers
from tests.data_project import with_sources
from tests.fixtures.written import texts
from trucewatch.cli import main
from trucewatch.sources import http as layer
from trucewatch.sources.clients import fred
from trucewatch.sources.files import locked, work_dir
from trucewatch.sources.vintages import read_vintages, verify

ABOUT = {"units": fred.UNITS["EXCHUS"], "frequency_short": "M", "seasonal_adjustment_short": "NSA"}
REPLIES = {
    "429": (Reply(status=429), "status 429; 5 attempts"),
    "429 with a pause": (Reply(status=429, headers={"Retry-After": "9999"}), "a pause of 167 minutes"),
    "500": (Reply(status=500), "status 500; 5 attempts"),
    "silence": (Reply(stall=True), "no answer in time"),
    "a connection cut": (Reply({"seriess": [ABOUT]}, sent=9), "the connection failed"),
    "a web page": (Reply("<html><title>Maintenance</title></html>"), "a web page, not JSON (Maintenance)"),
    "an empty body": (Reply(b""), "the answer is empty"),
    "JSON cut off": (Reply(b'{"seriess": ['), "not JSON, or was cut off"),
    "no JSON": (Reply(b"nope"), "not JSON, or was cut off"),
    "another list": (Reply([1]), "seriess"),
    "a number": (Reply(b"5"), "seriess"),
    "nothing": (Reply(b"null"), "seriess"),
    "a nest too deep": (Reply(b"[" * 200_000), "RecursionError"),
    "a member of another type": (Reply({"seriess": 5}), "seriess"),
    "a cell of another type": (Reply({"seriess": [ABOUT | {"units": [5]}]}), "units"),
    "a column gone": (Reply({"seriess": [{"units": ABOUT["units"]}]}), "frequency_short is missing"),
    "other units": (Reply({"seriess": [ABOUT | {"units": "Yen"}]}), "other units"),
    "the key for units": (Reply({"seriess": [ABOUT | {"units": KEY}]}), "other units: [('***'"),
    "a redirect": (Reply(status=302, headers={"Location": f"/login?api_key={KEY}"}), "has moved"),
    "a wrong key": (Reply({"error_message": f"api_key {KEY} is bad"}, 400), "FRED_API_KEY was refused"),
}


def without(month: str) -> Callable[[Any], object]:
    def change(body: Any) -> None:
        body["observations"] = [row for row in body["observations"] if row["date"] != month]
        body["count"] = len(body["observations"])

    return change


ROWS: dict[str, tuple[Callable[[Any], object], str]] = {
    "a row lost": (lambda body: body["observations"].pop(5), "139 observations, 138 came"),
    "a row twice": (
        lambda body: body["observations"].__setitem__(5, body["observations"][4]),
        "139 observations, 138 came",
    ),
    "words for a number": (lambda body: body["observations"][5].update(value="n/a"), "'n/a'"),
    "a value gone": (lambda body: body["observations"][5].pop("value"), "column value is missing"),
    "a month to come": (lambda body: body["observations"][-1].update(date="2062-07-01"), "had not begun"),
}
#: Every fault: its name, how it comes about, what the message says.
FAULTS = (*REPLIES, *ROWS, "a month revised to nothing", "no key", "a lock", "a full cache", "a full disk")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = with_sources(tmp_path / "project")
    for marker in ("dvc.yaml", "params.yaml"):
        (root / marker).write_text("")
    monkeypatch.setenv("TRUCEWATCH_HOME", str(root))
    return root


@pytest.fixture
def command(publisher: Publisher, root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Result]:
    """Returns what runs `trucewatch refresh fred` against the test's publisher, which has a month more."""
    hasty = {"sleep": lambda _: None, "timeout": httpx.Timeout(0.3)}
    monkeypatch.setattr(layer, "Http", partial(layer.Http, **hasty))  # type: ignore[arg-type]
    api = replace(fred.API, base=publisher.url, interval_s=0.0)
    monkeypatch.setattr(fred, "CLIENT", fred.FredClient(api=api))
    answers(publisher, 6.75)
    return lambda: CliRunner().invoke(main, ["refresh", "fred"])


def with_fault(
    name: str, publisher: Publisher, root: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[AbstractContextManager[object], str]:
    """Bring a fault about; return in which surroundings to refresh, and what must be said."""
    if name in REPLIES:
        publisher.replies(REPLIES[name][0])
        return nullcontext(), REPLIES[name][1]
    if name == "no key":
        monkeypatch.delenv("FRED_API_KEY")
        return nullcontext(), "FRED_API_KEY is not set"
    if name == "a lock":
        return locked(root), "another process is changing the vintages"
    if name == "a full cache":
        return disk_of(0), "the disk does not take the answer"
    if name == "a full disk":
        return disk_of(5_000), "data/sources/vintages.csv could not be written"
    empties = (without("2025-03-01"), "revised to nothing")
    change, said = ROWS.get(name, empties)
    good = publisher.answer

    def answer(asked: Any) -> Reply:
        reply = good(asked)
        if asked.path == "/series/observations" and asked["series_id"] == "EXCHUS":
            change(reply.body)
        return reply

    publisher.answer = answer
    return nullcontext(), said


def test_without_a_fault_the_new_vintage_is_active(command: Callable[[], Result], root: Path) -> None:
    done = command()
    assert done.exit_code == 0, done.output
    assert [v.is_active for v in read_vintages(root) if v.dataset == RATES] == [False, True]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_and_changes_nothing(
    name: str,
    command: Callable[[], Result],
    publisher: Publisher,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = read_vintages(root)
    around, said = with_fault(name, publisher, root, monkeypatch)
    with around:
        done = command()
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert said in done.output
    assert "Remedy: " in done.output
    assert KEY not in done.output
    for folder in (work_dir(root), root / "data/sources/fed"):
        assert not [path for path, text in texts(folder).items() if KEY in text]
    now = [vintage for vintage in read_vintages(root) if vintage.dataset == RATES]
    assert now[0] == next(vintage for vintage in listed if vintage.dataset == RATES)
    assert [vintage.is_refused for vintage in now[1:]] == [True] * (name == "a month revised to nothing")
    verify(now[0], root)
