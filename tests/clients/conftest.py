from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.server import Publisher
from trucewatch.sources.http import Http
from trucewatch.sources.keys import KEY_VARIABLES

#: The key in every test: letters that occur nowhere else, one of which an address must encode.
KEY = "SeCrEt+ZqXw0123456789"
#: The day on which a client that counts years or months is asked.
NOVEMBER = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps; it remembers for how long."""

    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher().running() as publisher:
        yield publisher


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in KEY_VARIABLES:
        monkeypatch.setenv(variable, KEY)
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Http]]:
    """Makes sessions that never really wait; all of a test share one cache."""
    opened = []

    def open_session(**more: Any) -> Http:
        settings: dict[str, Any] = {
            "timeout": httpx.Timeout(5.0),
            "sleep": clock.sleep,
            "clock": clock.read,
            "now": lambda: datetime.now(UTC),
            "jitter": lambda: 1.0,
        }
        opened.append(Http(tmp_path / "cache", **{**settings, **more}).__enter__())
        return opened[-1]

    yield open_session
    for http in opened:
        http.__exit__(None, None, None)


@pytest.fixture
def http(session: Callable[..., Http]) -> Http:
    return session()
