"""Counts of entities in the abstract of a rule, where the abstract states them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_WORDS = {word: n for n, word in enumerate(f"{_ONES} sixteen seventeen eighteen nineteen".split(), start=1)}
_TIES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * n for n, word in enumerate(_TIES.split(), start=2)}
_NUMBER = rf"(?:\d+|(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_WORDS)}))?|{'|'.join(_WORDS)})"
_ENTITIES = r"(?:\w+\s+){0,2}?entit(?:y|ies)"
_ADDED = re.compile(rf"\badd(?:s|ing|ed)?\s+(?:an?\s+additional\s+)?({_NUMBER})\s+{_ENTITIES}", re.I)
# As the bureau writes it: "China, People's Republic of (China) (42); Iran (2)".
_CHINA = re.compile(rf"\bChina\)?\s+\(({_NUMBER})\)", re.I)


@dataclass(frozen=True)
class Count:
    """Entities added in all and under China; None where the abstract does not say."""

    total: int | None
    china: int | None


def entities_added(abstract: str) -> Count:
    """Return the counts that an abstract states; a count that could be read in two ways is None.

    `abstract`: abstract of a rule of the Bureau of Industry and Security.
    """
    total = _only(_ADDED.findall(abstract))
    china = _only(_CHINA.findall(abstract))
    return Count(total, china if total is None or china is None or china <= total else None)


def _only(found: list[str]) -> int | None:
    values = {_value(text) for text in found}
    return values.pop() if len(values) == 1 else None


def _value(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.lower().partition("-")
    return _TENS.get(tens, 0) + _WORDS.get(ones or tens, 0)
