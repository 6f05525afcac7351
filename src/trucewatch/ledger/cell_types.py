"""What a cell of the ledger may hold: dates, exact decimals, codes, choices, and how each is read."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar

OPEN_END = date.max
"""How an interval without an end is written: 9999-12-31."""

CONFIDENCE = ("verified", "inferred", "unverified")
"""Best to worst."""
UNVERIFIED = CONFIDENCE[-1]

SIDES = ("USA", "CHN", "both")
METALS = ("steel", "aluminum", "copper")
ALL_CODES = "all"
ANY_ORIGIN = "*"
ALL_ORIGINS = "all"
"""How every origin is asked for at once."""
ALWAYS = "always"

# digits are those of ASCII: \d takes those of every script
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
CODE = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10}")
HIGHEST_RATE = 5000
"""Percent of customs value: above the highest duty there is (antidumping and countervailing together)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a hand-kept file and its place (`line` is the line of the file, header = 1)."""

    KEY: ClassVar[tuple[str, ...]] = ()
    file: str = field(default="", kw_only=True)
    line: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """The rule of a cell: how its text is read, and what a legal text looks like in words."""

    name: str
    parse: Callable[[str], Any]
    wanted: str
    may_be_blank: bool = False

    def read(self, text: str) -> Any:
        """Return the typed value; blank gives None where blank is allowed (and "" for text)."""
        if text == "":
            if not self.may_be_blank:
                raise ValueError("blank")
            return "" if self.name in ("text", "choice") else None
        return self.parse(text)


def _day(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits no such text
        raise ValueError(text) from error


def hidden_letters(text: str) -> bool:
    """Whether a text holds what no reader sees: a control character, a mark that turns the writing."""
    return not text.isprintable() and any(unicodedata.category(letter) in _HIDDEN for letter in text)


_HIDDEN = ("Cc", "Cf", "Zl", "Zp")


def _text(text: str) -> str:
    if hidden_letters(text):
        raise ValueError(text)
    return text


def number(low: int, high: int, *, blank: bool = False) -> Kind:
    """Return the rule of a cell that holds an exact decimal within limits."""

    def parse(text: str) -> Decimal:
        value = _decimal(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return Kind("decimal", parse, f"an exact decimal from {low:,} to {high:,}, such as 7.5", blank)


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError(text)
    return text


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(text)
    return text


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _code_or_all(text: str) -> str:
    return text if text == ALL_CODES else _code(text)


def choice(*values: str, blank: bool = False) -> Kind:
    """Return the rule of a cell that holds one of some words."""
    legal = frozenset(values)

    def parse(text: str) -> str:
        if text not in legal:
            raise ValueError(text)
        return text

    return Kind("choice", parse, "one of " + ", ".join(values), blank)


_TEXT = Kind("text", _text, "text without control characters")
DAY = Kind("date", _day, "an ISO date such as 2025-05-14 (open end: 9999-12-31)")
_NUMBER = Kind("decimal", _decimal, "an exact decimal such as 7.5")

Text = Annotated[str, _TEXT]
MaybeText = Annotated[str, dataclasses.replace(_TEXT, may_be_blank=True)]
MaybeAddress = Annotated[str, Kind("text", _address, "a web address that starts with https://", True)]
Day = Annotated[date, DAY]
MaybeDay = Annotated[date | None, dataclasses.replace(DAY, may_be_blank=True)]
Number = Annotated[Decimal, _NUMBER]
MaybeNumber = Annotated[Decimal | None, dataclasses.replace(_NUMBER, may_be_blank=True)]
RatePct = Annotated[Decimal, number(0, HIGHEST_RATE)]
MaybeRatePct = Annotated[Decimal | None, number(0, HIGHEST_RATE, blank=True)]
MaybePoints = Annotated[Decimal | None, number(-HIGHEST_RATE, HIGHEST_RATE, blank=True)]
Percentage = Annotated[Decimal, number(0, 100)]
Share = Annotated[Decimal, number(0, 1)]
Flag = Annotated[bool, Kind("flag", _flag, "`true` or `false`")]
Code = Annotated[str, Kind("code", _code, "a code of 2, 4, 6, 8 or 10 digits, without dots")]
CodeOrAll = Annotated[str, Kind("code", _code_or_all, "`all`, or a code of 2, 4, 6, 8 or 10 digits")]
Confidence = Annotated[str, choice(*CONFIDENCE)]
Importer = Annotated[str, choice("USA", "CHN")]
