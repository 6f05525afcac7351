"""Keys of publishers: read from the environment only, taken out of all that is printed, logged or stored."""

from __future__ import annotations

import logging
import os
import re
from urllib.parse import quote, quote_plus

from trucewatch.sources.clients.base import Key

#: Every environment variable that holds a key.
KEY_VARIABLES = ("CENSUS_API_KEY", "COMTRADE_API_KEY", "FAS_API_KEY", "FRED_API_KEY")
#: Loggers that write addresses or headers.
LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")

_HIDDEN = "***"
_KEY_IN_URL = re.compile(r"(?i)((?:[?&]|\b)(?:api_?key|subscription-key|key)=)[^&\s'\"]+")


def key_of(key: Key) -> str:
    """Return the value of a key, empty if its variable is not set."""
    return os.environ.get(key.variable, "").strip()


def redact(text: str) -> str:
    """Return `text` without any key: those of the environment and those that stand in an address."""
    for variable in KEY_VARIABLES:
        text = without(text, os.environ.get(variable, "").strip())
    return _KEY_IN_URL.sub(rf"\1{_HIDDEN}", text)


def without(text: str, key: str) -> str:
    """Return `text` without one key, as it is and as addresses spell it; an empty key is in no text."""
    for spelling in {key, quote(key, safe=""), quote_plus(key)} - {""}:
        text = text.replace(spelling, _HIDDEN)
    return text


class Redacting(logging.Filter):
    """Takes the keys out of what a logger says: httpx writes whole addresses, httpcore headers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record; always keep it."""
        record.msg, record.args = redact(record.getMessage()), ()
        return True
