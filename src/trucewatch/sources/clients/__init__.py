"""Clients of publishers, one module each."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from trucewatch.errors import ParameterError
from trucewatch.sources.clients.base import Client

#: Names a user may type; `trucewatch.sources.clients.<name>` holds the client as CLIENT.
NAMES: tuple[str, ...] = (
    "census", "census_exports", "comtrade", "fas", "federal_register", "fred", "treasury", "usitc",
)  # fmt: skip


def get_client(name: str) -> Client:
    """Return the client of a publisher.

    Raises `ParameterError` if there is none of that name.
    """
    if name not in NAMES:
        raise ParameterError(f"no source is called {name!r}", remedy=f"use one of {', '.join(NAMES)}")
    return cast(Client, import_module(f"{__name__}.{name}").CLIENT)
