"""Products by words: the lines of the US schedule that a few words of everyday English could mean.

A full-text index (SQLite) over the names of the schedule, Census's short descriptions, and a small table of
everyday words for the subheadings with most trade; built when first asked and kept in the user's cache under
the hash of what it was built from. A word that stands in
none of them is read as the one most like it, or as two that are written together, and the answer says so.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import math
import re
import sqlite3
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.answers import hts_numbers
from trucewatch.answers.cases import Cases
from trucewatch.answers.countries import route
from trucewatch.answers.exact import exact, exact_frame
from trucewatch.answers.hts_numbers import LEVEL, Numbers, numbers, short_name
from trucewatch.answers.inputs import check_day, check_origin, current_ledger, read_day, short
from trucewatch.answers.layout import aligned, paragraph
from trucewatch.answers.lookup_view import dotted
from trucewatch.answers.notes import NOT_A_RULING, number, total_text
from trucewatch.duty.stacking import entry_of
from trucewatch.errors import DataError, LedgerError
from trucewatch.ledger.hand_kept import EVERYDAY_WORDS, LINE_NAMES, read_kept
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.made import kept
from trucewatch.paths import project_root

if TYPE_CHECKING:
    import pandas as pd

_CENSUS = Path("data/sources/census/hs10_descriptions.csv.gz")
_TRADE = Path("data/clean/us_imports_hs10_partner_annual.parquet")
_WEIGHTS = (12.0, 6.0, 2.0, 8.0, 1.0)
"""What a hit counts in everyday words, Census's description, and of the schedule's name in its last
levels, their first word, and the levels above them.
"""
_OF_TRADE, _AS_WRITTEN, _CALLED_SO = 0.1, 0.5, 0.5
"""What a hit gains for each power of ten of imports over a million dollars, if it has the very words, and if
they are the goods' own name, what stands before a semicolon in the everyday words: cotton is a fiber before
it is a shirt.
"""
_OWN_LEVELS = 3
_NAME_SHOWN, _MORE_SHOWN = 130, 90
_LINES_OF_ONE = 2
"""Lines of one subheading that lead, before the others with the same words."""
_ALIKE, _LEAST_LETTERS = 0.82, 6
"""Likeness from which an unknown word of some length is read as a known one."""


@dataclass(frozen=True)
class Hit:
    """A line of the schedule that the words could mean."""

    code: str
    name: str
    total_pct: Any
    lower_pct: Any
    upper_pct: Any
    is_complete: bool
    confidence: str


@dataclass(frozen=True)
class Found:
    """The lines found, best first, with what they pay."""

    words: str
    origin: str
    on: date
    hits: tuple[Hit, ...]
    law_asof: date
    read_as: str = ""
    """The words looked for, where they are not those given."""
    route: str = ""
    """Whose goods enter where, in words."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per line."""
        return exact_frame([vars(hit) for hit in self.hits])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        plain = [
            {
                name: float(value) if name.endswith("_pct") and value is not None else value
                for name, value in vars(hit).items()
            }
            for hit in self.hits
        ]
        return {
            "words": self.words,
            "read_as": self.read_as or self.words,
            "origin": self.origin,
            "on": self.on.isoformat(),
            "hits": plain,
            "law_asof": self.law_asof.isoformat(),
            "is_ruling": False,
        }

    def __str__(self) -> str:
        """Return the lines for a terminal."""
        if not self.hits:
            return f"No line of the schedule has {self.words!r}. Try other or fewer words, in English."
        read = f" read as {self.read_as!r}" if self.read_as else ""
        head = f"{self.words!r}{read}, goods {self.route}, entered {self.on}:"
        rows = [
            (
                dotted(hit.code),
                total_text(hit.total_pct, hit.is_complete),
                number(hit.lower_pct),
                number(hit.upper_pct),
            )
            for hit in self.hits
        ]
        heads = ("Code", "Total %", "Lower %", "Upper %")
        table = aligned(heads, rows, heads[1:], [hit.name for hit in self.hits])
        return "\n".join(
            [
                *paragraph(head),
                "",
                *table,
                "",
                *paragraph(f"Law as of {self.law_asof}. A search is no classification. {NOT_A_RULING}"),
            ]
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def search(
    words: str,
    origin: str | None = None,
    on: date | str | None = None,
    top: int = 10,
    ledger: Ledger | None = None,
) -> Found:
    """Find the lines of the US schedule that some words could mean, with what they pay.

    `words`: a few words of English, such as `usb cable`; `origin`, `on`: as in `trucewatch.lookup`; `top`:
    how many lines at most.

    Raises `DataError` if there is nothing to look for, or the origin or day cannot be.
    """
    law = ledger if ledger is not None else current_ledger()
    goods_of = check_origin(law, "USA", origin or DEFAULT_ORIGIN["USA"])
    day = law.law_asof if on is None else check_day(law, "USA", read_day(on))
    plain = re.sub(r"['’]s?\b", "", words.lower())
    terms = [term for term in re.findall(r"[a-z0-9]+", plain) if term not in _SMALL]
    if not terms:
        raise DataError(
            "no words to look for", remedy="give one or two in English, such as usb cable", value=short(words)
        )
    known = numbers(project_root())
    cases = Cases(law, "USA")
    hits: dict[str, Hit] = {}
    spelled = [word for term in terms for word in _spelled(project_root(), term)]
    digits = re.sub(r"[.\s]", "", words)
    is_code = re.fullmatch(r"\d{4,10}", digits) is not None
    ranked = known.named_below(digits) if is_code else _ranked(project_root(), tuple(spelled))
    for code in ranked:
        line = code[:8]
        is_live = known.is_line(code) or known.exists(code, day) or day < known.first
        if line in hits or not is_live:
            continue
        try:
            case = cases.of(line, entry_of(law, goods_of, day))
        except LedgerError:
            continue
        hits[line] = Hit(
            line,
            _called(known, line, code),
            exact(case.total_pct),
            exact(case.lower_pct),
            exact(case.upper_pct),
            case.is_complete,
            case.confidence,
        )
        if len(hits) == top:
            break
    read_as = " ".join(spelled) if spelled != terms else ""
    way = route(law, goods_of, "USA")
    return Found(words, goods_of, day, tuple(hits.values()), law.law_asof, read_as, way)


def _called(known: Numbers, line: str, number: str) -> str:
    """Return what a line is called, and the number below it that has the words if it is called more."""
    name = known.name(line)
    more = known.name(number).removeprefix(name).removeprefix(LEVEL)
    shown = short_name(name, _NAME_SHOWN)
    if more in ("", "Other"):
        return shown
    return f"{shown}; {dotted(number)}: {short_name(more, _MORE_SHOWN)}"


#: Words that tell no product; the last three are the schedule's own abbreviations.
_SMALL = {"a", "an", "the", "of", "and", "for", "with", "or", "in", "to", "from", "by", "etc", "nes", "nesoi"}


def _spelled(root: Path, term: str) -> list[str]:
    """Return a word as the names have it: itself, two words written as one, or the most similar word."""
    if _rows(root, _query((term,), " AND ", is_start=True)):
        return [term]
    known = _vocabulary(root)
    for at in range(3, len(term) - 2):
        if term[:at] in known and term[at:] in known:
            return [term[:at], term[at:]]
    alike = difflib.get_close_matches(term, known, 1, _ALIKE) if len(term) >= _LEAST_LETTERS else []
    return alike or [term]


def _ranked(root: Path, terms: tuple[str, ...]) -> list[str]:
    """Return numbers, best first: those with all words, those with all as starts of words, those with some.

    Of one subheading the first two lead, so that others are seen too.
    """
    found: list[str] = []
    for joined in (" AND ", " OR "):
        as_written = joined.join(f"({' OR '.join(map(_quoted, _forms(term)))})" for term in terms)
        for is_start in (False, True):
            found += _rows(root, _query(terms, joined, is_start), as_written, " ".join(terms))
        if found:
            break
    first: list[str] = []
    later: list[str] = []
    lines: dict[str, set[str]] = {}
    for code in dict.fromkeys(found):
        seen = lines.setdefault(code[:6], set())
        seen.add(code[:8])
        (first if len(seen) <= _LINES_OF_ONE else later).append(code)
    return first + later


def _query(terms: tuple[str, ...], joined: str, is_start: bool) -> str:
    return joined.join(f"{_quoted(term)}*" if is_start and len(term) > 2 else _quoted(term) for term in terms)


def _quoted(term: str) -> str:
    return f'"{term}"'


def _forms(word: str) -> list[str]:
    """Return a word in the singular and in the plural, as far as its spelling tells."""
    forms = [word, word.removesuffix("s"), f"{word}s"]
    if word.endswith(("es", "ies")):
        forms += [word.removesuffix("es"), f"{word.removesuffix('ies')}y"]
    elif word.endswith("y"):
        forms.append(f"{word[:-1]}ies")
    else:
        forms.append(f"{word}es")
    return forms


def _rows(root: Path, query: str, as_written: str = "", called: str = "") -> list[str]:
    """Return the numbers that a query finds, best first.

    A stem finds more than its word: gummy bears for bearings. What has the words as they are written counts
    more, what is called so, and what is traded more.
    """
    rows = _index(root).execute(
        "SELECT code FROM names JOIN codes ON codes.place = names.rowid WHERE names MATCH ? "
        f"ORDER BY bm25(names, {', '.join(map(str, _WEIGHTS))}) * (1 + {_OF_TRADE} * trade) * "
        f"(1 + {_AS_WRITTEN} * (names.rowid IN (SELECT rowid FROM words WHERE words MATCH ?))) * "
        f"(1 + {_CALLED_SO} * (codes.called = ?)), names.rowid LIMIT 400",
        (query, as_written or query, called),
    )
    return [code for (code,) in rows]


@lru_cache(maxsize=1)
def _vocabulary(root: Path) -> dict[str, None]:
    """Return the words of everyday English and of the schedule, the everyday ones first."""
    texts = [*_everyday(root).values(), *(name for _, name in numbers(root).named())]
    words = (word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower()))
    return dict.fromkeys(words)


@lru_cache(maxsize=1)
def _index(root: Path) -> sqlite3.Connection:
    """Return the full-text index over all names, with the codes by their places in it."""
    files = (_CENSUS, EVERYDAY_WORDS, LINE_NAMES, _TRADE)
    texts = [numbers(root).path, *(path for file in files if (path := root / file).exists())]
    texts += [Path(__file__), Path(hts_numbers.__file__)]  # how it is made
    made_from = [sqlite3.sqlite_version.encode(), *(path.read_bytes() for path in texts)]
    index = sqlite3.connect(":memory:", check_same_thread=False)
    index.deserialize(kept("names", made_from, lambda: _new_index(root)))
    return index


_TABLES = (
    "CREATE VIRTUAL TABLE names USING "
    "fts5(everyday, census, name, start, heading, tokenize='porter', content='')",
    "CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none)",
    "CREATE TABLE codes(place INTEGER PRIMARY KEY, code TEXT, trade REAL, called TEXT)",
)
"""Of the index: stems, words as written, codes. It is without the texts, which nobody asks it for."""


def _new_index(root: Path) -> bytes:
    census, everyday = _census(root), _everyday(root)
    index = sqlite3.connect(":memory:")
    for table in _TABLES:
        index.execute(table)
    called = list(numbers(root).named())
    trade = _powers_of_trade(root)
    index.executemany(
        "INSERT INTO codes VALUES (?, ?, ?, ?)",
        (
            (place, code, trade.get(code, 0.0), everyday.get(code[:6], "").partition(";")[0])
            for place, (code, _) in enumerate(called)
        ),
    )
    for place, (code, name) in enumerate(called):
        usual = everyday.get(code[:6], "")
        texts = (usual, census.get(code, ""), *_own(name))
        index.execute(
            "INSERT INTO names(rowid, everyday, census, name, start, heading) VALUES (?, ?, ?, ?, ?, ?)",
            (place, *texts),
        )
        index.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (place, " ".join(texts)))
    index.commit()
    return index.serialize()


def _powers_of_trade(root: Path) -> dict[str, float]:
    """Return by number the powers of ten of its imports over a million dollars; none without clean tables."""
    if not (root / _TRADE).exists():
        return {}
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(root / _TRADE, columns=["hs10", "value_usd", "is_aggregate"])
    sums = table.filter(pc.invert(table["is_aggregate"])).group_by("hs10").aggregate([("value_usd", "sum")])
    values = zip(sums["hs10"].to_pylist(), sums["value_usd_sum"].to_pylist(), strict=True)
    return {code: math.log10(1 + value / 1e6) for code, value in values}


def _own(name: str) -> tuple[str, str, str]:
    """Return the last levels of a name, their first word, and the levels above them."""
    levels = name.split(LEVEL)
    own = LEVEL.join(levels[-_OWN_LEVELS:])
    return own, own.partition(" ")[0], LEVEL.join(levels[:-_OWN_LEVELS])


@lru_cache(maxsize=1)
def _census(root: Path) -> dict[str, str]:
    with gzip.open(root / _CENSUS, "rt", encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        columns = next(rows)
        code, description = columns.index("hs10"), columns.index("description")
        return {row[code]: row[description] for row in rows}


@lru_cache(maxsize=1)
def _everyday(root: Path) -> dict[str, str]:
    return {row.code: row.words for row in read_kept(EVERYDAY_WORDS, root)}
