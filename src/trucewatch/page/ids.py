"""Ids of the project as a reader sees them: a name where there is one, an act by its side and day.

The files beside a page keep the ids; they are what joins one table to another.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files

from trucewatch.page.numbers import day_name, period_text

_SIDES = {"us": "United States", "cn": "China", "both": "both sides"}
_ACT = re.compile(r"\b(us|cn|both)_(\d{4})(\d{2})(\d{2})_\w+")
_ID = re.compile(r"\b[A-Za-z]+\d*(?:_\w+)+|\b[A-Z]\d{3}\b")
#: How Census names what is left of an industry.
_OTHER = re.compile(r", NESOI\b")
#: An id that is the whole of a cell, though it looks like a word.
_WHOLE = re.compile(r"[A-Za-z]\w*")


#: An address as a source is noted: the host, and the rest that a name does without.
_ADDRESS = re.compile(r"\b((?:[a-z0-9-]+\.)+[a-z]{2,6})(?:/[\w/.-]*)?")


@cache
def _names(file: str = "plain_names.csv") -> Mapping[str, str]:
    text = files("trucewatch.page").joinpath(file).read_text(encoding="utf-8")
    return dict(list(csv.reader(text.splitlines()))[1:])


def plain_name(text: str) -> str:
    """Return a text with the ids in it named; what has no name stays as it is.

    >>> plain_name("S232_ALU"), plain_name("CN_MFN (1.0 %)"), plain_name("USA")
    ('Section 232 on aluminum', "China's base duty (1.0 %)", 'United States')
    """
    if _WHOLE.fullmatch(text):
        return _names().get(text, text)
    return _ID.sub(lambda found: _names().get(found[0], found[0]), text)


def source_name(text: str) -> str:
    """Return where a row was read with the publisher's name for an address or a short form.

    >>> source_name("tass.ru/ekonomika/24990869; day.az"), source_name("FR abstract")
    ('TASS; Day.Az', 'abstract in the Federal Register')
    """
    names = _names("source_names.csv")
    for noted, name in names.items():
        if not _ADDRESS.fullmatch(noted):
            text = re.sub(rf"(?<![\w.]){re.escape(noted)}(?![\w.])", name, text)
    text = _ADDRESS.sub(lambda found: names.get(found[1], found[1]), text)
    return "; ".join(dict.fromkeys(text.split("; ")))


def cell_html(text: str) -> str:
    """Return the text of a cell for a page: ids and stretches of time in words, each act a link to its row.

    >>> cell_html("us_20250303_eo14228")
    '<a href="../index.html#us_20250303_eo14228">United States, 3 March 2025</a>'
    """
    if ".." in text:
        text = period_text(text)

    def link(found: re.Match[str]) -> str:
        side, *day = found.groups()
        named = f"{_SIDES[side]}, {day_name(date(*map(int, day)))}"
        return f'<a href="../index.html#{found[0]}">{named}</a>'

    return _ACT.sub(link, escape(_OTHER.sub(" (other)", plain_name(text))))
