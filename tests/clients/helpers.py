"""Ask a client for all it has, or for its refusal."""

from __future__ import annotations

import copy
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from tests.clients.conftest import KEY, NOVEMBER
from tests.clients.server import documented
from trucewatch.sources.clients.base import Fetched, SourceError
from trucewatch.sources.http import Http
from trucewatch.tables.checking import validate


def fetch(client: Any, http: Http, since: date | None = None) -> dict[str, Any]:
    """Return what a client hands over by table or list; every table must be legal."""
    steps: list[tuple[int, int]] = []
    handed: dict[str, Any] = {}
    for part in client.fetch(since, http, lambda done, total, _: steps.append((done, total))):
        if isinstance(part, Fetched):
            validate(part.frame, part.table)
        handed[part.table if isinstance(part, Fetched) else part.name] = part
    assert steps
    assert steps[-1][0] == steps[-1][1]
    assert not any(KEY in part.url for part in handed.values())
    return handed


def refused(client: Any, http: Http, since: date | None = None) -> str:
    with pytest.raises(SourceError) as error:
        fetch(client, http, since)
    assert KEY not in str(error.value)
    return str(error.value)


def changed(name: str, change: Callable[[Any], object]) -> Any:
    """Return a documented reply after a change made to it."""
    reply = copy.deepcopy(documented(name))
    change(reply)
    return reply


@contextmanager
def disk_of(room: int) -> Iterator[None]:
    """Let no file of this process grow beyond `room` bytes, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def in_2026(session: Callable[..., Http]) -> Http:
    return session(now=lambda: NOVEMBER)
