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

    Parameters
    ----------
    source
        Name of the client, e.g. `census`.
    problem
        What is wrong, in one clause, e.g. `the answer is a web page, not JSON`.
    remedy
        What the user can do about it.
    url
        What was asked, the key taken out.
    """

    def __init__(self, source: str, problem: str, *, remedy: str, url: str | None = None) -> None:
        super().__init__(f"{source}: {problem}{f' ({url})' if url else ''}", remedy=remedy)
        self.source, self.problem, self.url = source, problem, url


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who made a table and under which terms: what the sidecar of a vintage repeats.

    Attributes
    ----------
    producer
        Who measured it, e.g. `US Census Bureau`.
    citation
        How to cite it.
    primary_url
        Page of the producer where the data stand, for a person.
    licence, licence_note
        Terms, and what follows from them for this file.
    units
        Units of the values.
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

    Attributes
    ----------
    table
        Name of a raw table of the registry.
    frame
        Rows with exactly the columns of that table, typed as its columns say.
    url
        What was asked, the key taken out.
    origin
        Producer and terms.
    complete_from
        First day from which the answer is complete: rows of the old vintage from that day on are replaced,
        those before stay. None: the answer is the whole table and replaces all of it.
    period
        Column of `frame` with the day a row stands for, by which old and new are merged: `month`,
        `week_ending`, `date`, or `year`. None with `complete_from` None: the table has no time.
    notes
        Known defects a user of the table must hear of; they go into the sidecar.
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

    Attributes
    ----------
    name
        Name of the file, snake case, e.g. `federal_register_candidates`.
    frame
        The list, in the order it should be read.
    url
        What was asked, the key taken out.
    origin
        Producer and terms.
    summary
        One line a count, e.g. `7 rules of the entity list, 3 of them naming China`.
    are_acts
        Whether its rows are documents of the Federal Register that acts of the ledger may cite: the list is
        then written as `trucewatch.sources.cited.with_acts` returns it.
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

    Attributes
    ----------
    urls
        The first requests (at most ten), the key taken out.
    requests
        How many there would be in all.
    seconds
        Estimate, from the publisher's documented limits.
    bytes
        Estimate of what is downloaded.
    notes
        Anything to know before, e.g. `no key: the publisher allows 500 requests a day`.
    """

    urls: tuple[str, ...]
    requests: int
    seconds: float
    bytes: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Key:
    """The key a publisher asks for.

    Attributes
    ----------
    variable
        Environment variable that holds it, e.g. `CENSUS_API_KEY`.
    is_required
        Whether nothing can be fetched without it.
    url
        Where to ask for one.
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

    Attributes
    ----------
    name
        Short, lower case, e.g. `census`.
    title
        What is fetched, in a few words.
    tables
        Raw tables it can hand over; empty for a client that only gives reviews.
    key
        The key it needs, or None.
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
