"""The kinds of value a parameter can have, beside numbers and names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError("a month is written YYYY-MM, in quotes")
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("a day is written YYYY-MM-DD, in quotes, and must exist") from None


def _code_prefix(text: str) -> str:
    if not re.fullmatch(r"\d{2,10}", text):
        raise ValueError("a code is 2 to 10 digits without dots, in quotes")
    return text


def _marketing_year(text: str) -> str:
    if not re.fullmatch(r"20\d\d/\d\d", text) or (int(text[2:4]) + 1) % 100 != int(text[5:]):
        raise ValueError('a marketing year is written like "2024/25", in quotes')
    if not "2014/15" <= text <= "2024/25":
        raise ValueError("it must lie between 2014/15 and 2024/25")
    return text


Month = Annotated[str, AfterValidator(_month)]
Day = Annotated[str, AfterValidator(_day)]
CodePrefix = Annotated[str, AfterValidator(_code_prefix)]
MarketingYear = Annotated[str, AfterValidator(_marketing_year)]


def between(first: str, last: str) -> AfterValidator:
    """Check that an ISO month or day lies in [first, last]; both compare as text."""

    def check(period: str) -> str:
        if not first <= period <= last:
            raise ValueError(f"it must lie between {first} and {last}")
        return period

    return AfterValidator(check)


def or_word(word: str, rule: AfterValidator) -> AfterValidator:
    """Allow one word beside the months or days (as the rule's own bounds are written) that a rule allows."""

    def check(text: str) -> str:
        if text == word:
            return text
        try:
            return rule.func((_month if len(text) == 7 else _day)(text))  # type: ignore[call-arg]
        except ValueError as error:
            raise ValueError(f"{error}, or be {word!r}") from None

    return AfterValidator(check)


def _unique(items: Sequence[Any]) -> Sequence[Any]:
    if len(set(items)) != len(items):
        raise ValueError("an item stands twice")
    return items


def _rising(items: Sequence[Any]) -> Sequence[Any]:
    if any(later <= earlier for earlier, later in pairwise(items)):
        raise ValueError("the items must rise")
    return items


Unique = AfterValidator(_unique)
Rising = AfterValidator(_rising)


class Section(BaseModel):
    """Base of every section: unknown names are refused, values are not coerced across types."""

    model_config = ConfigDict(extra="forbid", strict=True)
