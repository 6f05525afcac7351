"""Ask a publisher for JSON: patiently, politely, and without letting a key out.

One object, `Http`, serves every client of `trucewatch.sources.clients`. It waits its turn at each host, tries
again where trying again can help, asks only for what changed where the publisher supports that (ETag,
Last-Modified), and keeps the pages of an interrupted run so that the next run goes on where it stopped.
It never follows a redirect: a key must not travel to an address nobody named. What it takes is bounded
in size (as unpacked), in time and from below in speed, whatever the other side sends.
"""

from __future__ import annotations

import logging
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from trucewatch import HOME
from trucewatch.sources.answers import Passing, json_text, parsed
from trucewatch.sources.clients.base import Key, SourceError
from trucewatch.sources.keys import LOGGERS, Redacting, key_of, redact, without
from trucewatch.sources.store import Store

Params = Sequence[tuple[str, str]]

#: Connecting is quick or broken; a large table may take the publisher two minutes to put together.
TIMEOUT = httpx.Timeout(120.0, connect=15.0)
ATTEMPTS = 5
#: A publisher that asks for a longer pause than this is told no: the user comes back later.
LONGEST_PAUSE_S = 300.0
#: Pages of an interrupted run older than this may belong to another edition of the data.
PAGES_KEPT = timedelta(hours=12)
#: Answers that were not asked for again in this time are forgotten.
ANSWERS_KEPT = timedelta(days=100)

#: Headers that describe how a body travelled, not the body as it was unpacked.
_TRANSPORT = ("content-encoding", "content-length", "transfer-encoding")
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


def _refused_as_key(response: httpx.Response) -> bool:
    return response.status_code in (401, 403)


@dataclass(frozen=True, kw_only=True)
class Api:
    """How a publisher wants to be asked.

    - `source`: name of the client, for errors
    - `base`: scheme, host and leading path, without a slash at the end
    - `interval_s`: least time between two requests, from the publisher's documented limits
    - `key`: the key it needs, or None
    - `key_param`, `key_header`: where the key goes: a query parameter or a header
    - `key_fault`: whether an answer says that the key is missing or wrong; publishers differ
    """

    source: str
    base: str
    interval_s: float
    key: Key | None = None
    key_param: str | None = None
    key_header: str | None = None
    key_fault: Callable[[httpx.Response], bool] = _refused_as_key


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a publisher said.

    `data`: the parsed JSON, `***` where the publisher repeats the key; None where it said that it has
    nothing; `url`: what was asked, the key taken out; `source`: name of the client.
    """

    data: Any
    url: str
    source: str

    def fault(self, problem: str, remedy: str) -> SourceError:
        """Return the error that this answer cannot be used."""
        return SourceError(self.source, problem, remedy=remedy, url=self.url)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one answer may take: no publisher asked here comes near any of it.

    `size`: bytes of the body once unpacked; `seconds`: from the request to the last byte; `slowest`: bytes a
    second of the body, on average, once it has been coming for `patience_s`.
    """

    size: int = 256_000_000
    seconds: float = 600.0
    slowest: float = 500.0
    patience_s: float = 30.0


class RequestError(SourceError):
    """A request that failed, or that cannot be made: what was fetched before is still good."""


class Http:
    """A session with publishers; use it in a `with` block.

    - `cache`: folder for validated answers and for the pages of interrupted runs. It never holds a key.
    - `timeout`, `attempts`, `limits`: limits of one request and its answer
    - `sleep`, `clock`, `now`, `jitter`: replaced in tests: how to wait, a steady clock in seconds, the time
      in UTC, a number in [0, 1)
    """

    def __init__(
        self,
        cache: Path,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        attempts: int = ATTEMPTS,
        limits: Limits = Limits(),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = Store(cache)
        self._client = httpx.Client(
            timeout=timeout,
            verify=_certificates(),
            follow_redirects=False,
            headers={"User-Agent": user_agent(), "Accept": "application/json", "Accept-Encoding": "gzip"},
        )
        self._limits = limits
        self._attempts, self._sleep, self._clock, self._now, self._jitter = (
            attempts,
            sleep,
            clock,
            now,
            jitter,
        )
        self._last: dict[str, float] = {}
        self._pages: Store | None = None
        self._filter = Redacting()

    def __enter__(self) -> Http:
        """Keep keys out of the log while it is open; forget old answers and pages of runs given up."""
        self._store.forget(self._now(), ANSWERS_KEPT)
        for pages in self._store.folders("pages"):
            pages.drop_if_older(self._now(), PAGES_KEPT)
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self._filter)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self._filter)
        self._client.close()

    def today(self) -> date:
        """Return the date in UTC: clients ask for data up to it, nothing they hand over depends on it."""
        return self._now().date()

    def redact(self, text: str) -> str:
        """Return `text` without any key: those of the environment and those that stand in an address."""
        return redact(text)

    @contextmanager
    def resume(self, name: str) -> Iterator[None]:
        """Keep every page fetched inside the block until the block has ended well.

        After an interruption the next run with the same `name` takes the kept pages instead of asking again,
        unless they are older than `PAGES_KEPT`: a newer edition might have been published in between.
        """
        pages = self._store.folder("pages", name)
        pages.drop_if_older(self._now(), PAGES_KEPT)
        self._pages = pages
        try:
            yield
        except (RequestError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException:  # the pages themselves are at fault: they must not come back
            pages.drop()
            raise
        else:
            pages.drop()
        finally:
            self._pages = None

    def url(self, api: Api, path: str, params: Params = ()) -> str:
        """Return the address of a request without its key."""
        return redact(str(httpx.URL(api.base + path, params=list(params)) if params else api.base + path))

    def get(self, api: Api, path: str, params: Params = (), *, none_at: tuple[int, ...] = (204,)) -> Answer:
        """Return the JSON that a publisher answers with.

        `api`: the publisher; `path`, `params`: what is asked, without the key; `none_at`: statuses by which
        this publisher says that it has no such data.

        Raises `RequestError` if the key is missing or refused, the request is refused, every attempt failed,
        or the disk does not take the answer.
        """
        url = self.url(api, path, params)
        if self._pages is not None and (page := self._pages.read(url)):
            return Answer(data=parsed(page["body"]), url=url, source=api.source)
        request = self._request(api, path, params)
        known = self._store.read(url)
        body, validators = self._with_retries(api, request, url, known, none_at)
        data = parsed(body)
        try:
            if body is not None and any(validators.values()):
                self._store.write(url, {"body": body, **validators})
            if self._pages is not None:
                self._pages.write(url, {"body": body})
        except OSError as error:
            raise RequestError(
                api.source,
                f"the disk does not take the answer ({error.strerror or error})",
                remedy="make room on it, then run the same command again; pages already fetched are kept for "
                "12 hours",
                url=url,
            ) from error
        return Answer(data=data, url=url, source=api.source)

    def _request(self, api: Api, path: str, params: Params) -> httpx.Request:
        query, headers = list(params), {}
        if (key := self._key(api)) is not None:
            if api.key_param is not None:
                query.append((api.key_param, key))
            if api.key_header is not None:
                headers[api.key_header] = key
        url = httpx.URL(api.base + path, params=query) if query else httpx.URL(api.base + path)
        return self._client.build_request("GET", url, headers=headers)

    @staticmethod
    def _key(api: Api) -> str | None:
        if api.key is None:
            return None
        value = key_of(api.key)
        if not value and api.key.is_required:
            problem = f"no key: the environment variable {api.key.variable} is not set"
            remedy = f"ask for a free key at {api.key.url}, then set {api.key.variable} to it"
            raise RequestError(api.source, problem, remedy=remedy)
        if not re.fullmatch(r"[!-~]*", value):
            problem = f"the key in {api.key.variable} holds a blank, a line break or a letter that no key has"
            remedy = f"set {api.key.variable} to the key alone, as {api.key.url} gave it"
            raise RequestError(api.source, problem, remedy=remedy)
        return value or None

    def _with_retries(
        self,
        api: Api,
        request: httpx.Request,
        url: str,
        known: dict[str, Any] | None,
        none_at: tuple[int, ...],
    ) -> tuple[str | None, dict[str, str]]:
        """Return the body and its validators, trying again where that can help."""
        if known is not None:
            request.headers.update(
                {
                    header: known[name]
                    for header, name in (("If-None-Match", "etag"), ("If-Modified-Since", "modified"))
                    if known.get(name)
                }
            )
        attempts = Retrying(
            stop=stop_after_attempt(self._attempts),
            retry=retry_if_exception_type(Passing),
            wait=self._pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return attempts(self._attempt, api, request, url, known, none_at)
        except Passing as fault:
            problem = f"{fault}; {self._attempts} attempts"
            remedy = "run the same command again later; pages already fetched are kept for 12 hours"
            raise RequestError(api.source, problem, remedy=remedy, url=url) from None

    def _attempt(
        self,
        api: Api,
        request: httpx.Request,
        url: str,
        known: dict[str, Any] | None,
        none_at: tuple[int, ...],
    ) -> tuple[str | None, dict[str, str]]:
        self._wait_turn(request.url.host, api.interval_s)
        try:
            response = self._whole(api, request, url)
        except httpx.TimeoutException as error:
            raise Passing(f"no answer in time ({_spoken(error)})") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Passing(f"the connection failed ({redact(str(error)) or _spoken(error)})") from None
        if api.key is not None and api.key_fault(response):
            raise self._key_refused(api, api.key, url)
        if response.status_code == httpx.codes.NOT_MODIFIED and known is not None:
            return known["body"], {"etag": known.get("etag", ""), "modified": known.get("modified", "")}
        if response.status_code in none_at:
            return None, {}
        if response.status_code in _TRANSIENT:
            raise Passing(
                f"status {response.status_code}{self._reason_given(response)}",
                self._asked_pause(api, response, url),
            )
        if response.status_code != httpx.codes.OK:
            raise self._refused(api, response, url)
        return without(json_text(response), self._key(api) or ""), {
            "etag": response.headers.get("etag", ""),
            "modified": response.headers.get("last-modified", ""),
        }

    def _whole(self, api: Api, request: httpx.Request, url: str) -> httpx.Response:
        """Return an answer with its body, or refuse one that is too large or too slow.

        A thread of its own fetches it, as a server may also drip its headers or stall in the handshake, where
        no limit of the client's is looked at; one that is given up ends with the process.
        """
        arrived: Future[httpx.Response] = Future()

        def fetch() -> None:
            try:
                arrived.set_result(self._bounded(api, request, url))
            except BaseException as error:
                arrived.set_exception(error)

        threading.Thread(target=fetch, daemon=True).start()
        try:
            return arrived.result(self._limits.seconds)
        except TimeoutError:
            raise self._too_much(
                api, url, f"the answer was not whole after {self._limits.seconds:,.0f} s"
            ) from None

    def _bounded(self, api: Api, request: httpx.Request, url: str) -> httpx.Response:
        limits, body = self._limits, bytearray()
        response = self._client.send(request, stream=True)
        try:
            packed = response.headers.get("content-encoding", "identity").strip().lower()
            if packed not in ("gzip", "identity"):  # packed twice, a small chunk would fill the memory
                raise Passing(f"the answer is packed as {packed[:40]!r}, which was not asked for")
            started = time.monotonic()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > limits.size:
                    raise self._too_much(
                        api, url, f"the answer is larger than {limits.size / 1e6:,.6g} MB once unpacked"
                    )
                passed = time.monotonic() - started
                if passed > limits.seconds or (
                    passed > limits.patience_s and len(body) < limits.slowest * passed
                ):
                    raise self._too_much(
                        api, url, f"the answer came too slowly ({len(body):,} bytes in {passed:,.0f} s)"
                    )
        finally:
            response.close()
        headers = [pair for pair in response.headers.multi_items() if pair[0] not in _TRANSPORT]
        return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=request)

    @staticmethod
    def _too_much(api: Api, url: str, problem: str) -> RequestError:
        return RequestError(
            api.source,
            problem,
            remedy="run the same command again later, or ask for less with --since; pages already fetched "
            "are kept for 12 hours, and what was active stays active",
            url=url,
        )

    def _wait_turn(self, host: str, interval_s: float) -> None:
        if host in self._last and (rest := self._last[host] + interval_s - self._clock()) > 0:
            self._sleep(rest)
        self._last[host] = self._clock()

    def _pause(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome is not None else None
        if isinstance(fault, Passing) and fault.pause_s is not None:
            return fault.pause_s
        # Half of the pause is fixed, half is chance: many users must not come back at the same second.
        return float(min(60.0, 2.0**state.attempt_number) * (0.5 + self._jitter() / 2))

    def _asked_pause(self, api: Api, response: httpx.Response, url: str) -> float | None:
        text = response.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            pause = float(text)
        else:
            try:
                pause = max(0.0, (parsedate_to_datetime(text) - self._now()).total_seconds())
            except (TypeError, ValueError):  # none given, or no date: the usual pause
                return None
        if pause > LONGEST_PAUSE_S:
            raise RequestError(
                api.source,
                f"status {response.status_code}: the publisher asks for a pause of {pause / 60:.0f} minutes",
                remedy="run the same command again after that; pages already fetched are kept for 12 hours",
                url=url,
            )
        return pause

    def _key_refused(self, api: Api, key: Key, url: str) -> RequestError:
        return RequestError(
            api.source,
            f"the key in {key.variable} was refused"
            if key_of(key)
            else f"a key is wanted and {key.variable} is not set",
            remedy=f"check {key.variable}, or ask for a key at {key.url}; a new one may have to be activated",
            url=url,
        )

    def _refused(self, api: Api, response: httpx.Response, url: str) -> RequestError:
        if response.has_redirect_location:
            return RequestError(
                api.source,
                f"the address has moved to {redact(response.headers['location'])}",
                remedy=f"the interface has changed: trucewatch.sources.clients.{api.source} must follow it",
                url=url,
            )
        return RequestError(
            api.source,
            f"the request was refused, status {response.status_code}{self._reason_given(response)}",
            remedy="if it is no passing fault, the interface has changed: "
            f"compare trucewatch.sources.clients.{api.source} with the publisher's documentation",
            url=url,
        )

    def _reason_given(self, response: httpx.Response) -> str:
        words = " ".join(re.sub(r"<[^>]*>", " ", redact(response.text)).split())[:200]
        return f": {words}" if words else ""


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # a tenth of a second each: one is enough


def user_agent() -> str:
    """Return how the project names itself to a publisher."""
    try:
        edition = version("trucewatch")
    except PackageNotFoundError:
        edition = "0"
    return f"trucewatch/{edition} (+{HOME})"


def _spoken(error: Exception) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()
