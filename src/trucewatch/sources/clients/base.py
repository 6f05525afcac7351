"""What a client of a publisher is, and what it hands to `trucewatch refresh`.

A client is a module of this folder with a constant `CLIENT`. It asks the publisher through the HTTP layer,
turns the answer into frames of raw tables of the registry and hands them on. It writes nothing and decides
nothing: merging, validation and vintages are the work of `trucewatch.sources.refresh`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from trucewatch.errors import TrucewatchError

if TYPE_CHECKING:
    from trucewatch.sources.http import Api, Http

#: Called after each request: requests done, requests in all as far as known, what was fetched last.
Progress = Callable[[int, int, str], None]


class SourceError(TrucewatchError):
    """A publisher that did not answer, or whose answer cannot be used.

    - `source`: name of the client, e.g. `census`
    - `problem`: what is wrong, in one clause, e.g. `the answer is a web page, not JSON`
    - `remedy`: what the user can do about it
    - `url`: what was asked, the key taken out
    """

    def __init__(self, source: str, problem: str, *, remedy: str, url: str | None = None) -> None:
        super().__init__(f"{source}: {problem}{f' ({url})' if url else ''}", remedy=remedy)
        self.source, self.problem, self.url = source, problem, url


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who made a table and under which terms: what the sidecar of a vintage repeats.

    - `producer`: who measured it, e.g. `US Census Bureau`
    - `citation`: how to cite it
    - `primary_url`: page of the producer where the data stand, for a person
    - `licence`, `licence_note`: terms, and what follows from them for this file
    - `units`: units of the values
    """

    producer: str
    citation: str
    primary_url: str
    licence: str
    licence_note: str
    units: str


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Rows of one raw table.

    A client may hand over a table in several parts (one a month, say); the parts are put together, and each
    row stands in one part only. A part that has no rows is legal: it says that the publisher has none.

    - `table`: name of a raw table of the registry
    - `frame`: rows with exactly the columns of that table, typed as its columns say
    - `url`: what was asked, the key taken out
    - `origin`: producer and terms
    - `complete_from`: first day from which the answer is complete: rows of the old vintage from that day on
      are replaced, those before stay. None: the answer is the whole table and replaces all of it.
    - `period`: column of `frame` with the day a row stands for, by which old and new are merged: `month`,
      `week_ending`, `date`, or `year`. None with `complete_from` None: the table has no time.
    - `notes`: known defects a user of the table must hear of; they go into the sidecar
    """

    table: str
    frame: pd.DataFrame
    url: str
    origin: Origin
    complete_from: date | None = None
    period: str | None = "month"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Review:
    """A list for a person to read, such as new acts: written under data/review, never into a table.

    - `name`: name of the file, snake case, e.g. `federal_register_candidates`
    - `frame`: the list, in the order it should be read
    - `url`: what was asked, the key taken out
    - `origin`: producer and terms
    - `summary`: one line a count, e.g. `7 rules of the entity list, 3 of them naming China`
    - `are_acts`: whether its rows are documents of the Federal Register that acts of the ledger may cite: the
      list is then written as `trucewatch.sources.cited.with_acts` returns it
    """

    name: str
    frame: pd.DataFrame
    url: str
    origin: Origin
    summary: tuple[str, ...] = ()
    are_acts: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a refresh would ask for.

    - `urls`: the first requests (at most ten), the key taken out
    - `requests`: how many there would be in all
    - `seconds`: estimate, from the publisher's documented limits
    - `bytes`: estimate of what is downloaded
    - `notes`: anything to know before, e.g. `no key: the publisher allows 500 requests a day`
    """

    urls: tuple[str, ...]
    requests: int
    seconds: float
    bytes: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Key:
    """The key a publisher asks for.

    - `variable`: environment variable that holds it, e.g. `CENSUS_API_KEY`
    - `is_required`: whether nothing can be fetched without it
    - `url`: where to ask for one
    """

    variable: str
    is_required: bool
    url: str


class ApiKey:
    """A client whose key is that of its interface."""

    api: Api

    @property
    def key(self) -> Key | None:
        """The key it needs."""
        return self.api.key


class Client(Protocol):
    """One publisher. `name` is what a user types after `trucewatch refresh`.

    - `name`: short, lower case, e.g. `census`
    - `title`: what is fetched, in a few words
    - `tables`: raw tables it can hand over; empty for a client that only gives reviews
    - `key`: the key it needs, or None
    """

    name: str
    title: str
    tables: tuple[str, ...]
    key: Key | None

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return what `fetch` would ask for; asks nothing itself."""

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask the publisher for everything from the month of `since` on (None: all it has).

        `since` is the first day of a month. Raises SourceError; what was handed over before is not used then.
        """
