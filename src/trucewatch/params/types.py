"""The kinds of value a parameter can have, beside numbers and names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


# These see a value before its type is checked: YAML makes a date of an unquoted day, a number of a code.
def _month(found: Any) -> str:
    if not isinstance(found, str) or not _MONTH.fullmatch(found):
        raise ValueError("a month is written YYYY-MM, in quotes")
    return found


def _day(found: Any) -> str:
    try:
        return date.fromisoformat(found).isoformat()
    except (TypeError, ValueError):
        raise ValueError("a day is written YYYY-MM-DD, in quotes, and must exist") from None


def _code_prefix(found: Any) -> str:
    if not isinstance(found, str) or not re.fullmatch(r"\d{2,10}", found):
        raise ValueError("a code is 2 to 10 digits without dots, in quotes")
    return found


def _marketing_year(found: Any) -> str:
    if (
        not isinstance(found, str)
        or not re.fullmatch(r"20\d\d/\d\d", found)
        or (int(found[2:4]) + 1) % 100 != int(found[5:])
    ):
        raise ValueError('a marketing year is written like "2024/25", in quotes')
    if not "2014/15" <= found <= "2024/25":
        raise ValueError("it must lie between 2014/15 and 2024/25")
    return found


Month = Annotated[str, BeforeValidator(_month)]
Day = Annotated[str, BeforeValidator(_day)]
CodePrefix = Annotated[str, BeforeValidator(_code_prefix)]
MarketingYear = Annotated[str, BeforeValidator(_marketing_year)]


def between(first: str, last: str) -> AfterValidator:
    """Check that an ISO month or day lies in [first, last]; both compare as text."""

    def check(period: str) -> str:
        if not first <= period <= last:
            raise ValueError(f"it must lie between {first} and {last}")
        return period

    return AfterValidator(check)


def or_word(word: str) -> WrapValidator:
    """Allow one word beside the months or days that the annotations before it allow."""

    def check(found: Any, rules: ValidatorFunctionWrapHandler) -> str:
        if found == word:
            return word
        try:
            return rules(found)
        except ValidationError as error:
            raise ValueError(f"{error.errors()[0]['ctx']['error']}, or be {word!r}") from None

    return WrapValidator(check)


def _unique(items: Sequence[Any]) -> Sequence[Any]:
    if len(set(items)) != len(items):
        raise ValueError("an item occurs twice")
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
