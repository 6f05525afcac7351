"""What every client of a publisher owes its user."""

from __future__ import annotations

from datetime import date

import pytest

from trucewatch.sources.clients import (
    NAMES,
    get_client,
)
from trucewatch.sources.clients.base import Client, SourceError
from trucewatch.sources.http import Http
from trucewatch.sources.keys import KEY_VARIABLES


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_asks_nothing_needs_no_key_and_shows_none(
    name: str, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in KEY_VARIABLES:
        monkeypatch.delenv(variable)
    client = get_client(name)
    for since in (None, date(2025, 3, 1)):
        plan = client.describe(since, http)
        assert 0 < len(plan.urls) <= min(10, plan.requests)
        assert all(url.startswith("https://") and "key=" not in url for url in plan.urls)
        assert plan.seconds > 0
        assert plan.bytes > 0
    assert client.name == name
    assert client.key is None or client.key.variable in KEY_VARIABLES


@pytest.mark.parametrize("name", NAMES)
def test_what_needs_a_key_says_so_before_anything_else(
    name: str, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Client = get_client(name)
    if client.key is None or name == "treasury":  # its receipts need none
        return
    monkeypatch.delenv(client.key.variable)
    with pytest.raises(SourceError) as error:
        next(iter(client.fetch(date(2025, 3, 1), http, lambda *_: None)))
    assert client.key.variable in str(error.value)
    assert client.key.url in str(error.value)
