"""The body of an answer: JSON, or a fault that may be gone at the next attempt."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from trucewatch.sources.keys import redact


class Passing(Exception):  # noqa: N818 - not an error yet: another attempt may succeed
    """A fault that may be gone at the next attempt; `pause_s` if the publisher said how long to wait."""

    def __init__(self, words: str, pause_s: float | None = None) -> None:
        super().__init__(words)
        self.pause_s = pause_s


def json_text(response: httpx.Response) -> str:
    """Return the body of an answer as text that is known to be JSON.

    Raises `Passing` if it is empty, a web page, cut off or otherwise no JSON.
    """
    body = response.content
    if not body.strip():
        raise Passing("the answer is empty, not JSON")
    if body.lstrip()[:1] == b"<":
        title = re.search(r"(?is)<(?:title|h1)[^>]*>(.*?)</", redact(response.text))
        raise Passing(f"the answer is a web page, not JSON{f' ({title[1].strip()[:80]})' if title else ''}")
    try:
        text = body.decode("utf-8-sig")
        parsed(text)
    except UnicodeDecodeError:
        raise Passing("the answer is not UTF-8") from None
    except ValueError as error:
        raise Passing(f"the answer is not JSON, or was cut off ({error})") from None
    return text


def parsed(text: str | None) -> Any:
    """Return JSON text as objects; None stays None."""
    return None if text is None else json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
