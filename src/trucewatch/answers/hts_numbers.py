"""The ten-digit statistical numbers of the US schedule: which exist on a day, and what they are called.

Duties are set for eight digits or for some of the numbers below them, and importers enter ten. What a shorter
code pays is therefore what its numbers pay.
"""

from __future__ import annotations

import bisect
import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import takewhile
from operator import itemgetter
from pathlib import Path

LEVEL = " > "
"""What stands between two levels of a name."""
_GAP = f"…{LEVEL}"
FILE = Path("data/sources/usitc/hts_numbers.csv.gz")
LAST_EDITION = date(2026, 6, 8)
"""From when the newest edition of the table is in force; a number of a later one may be missing."""
_CODE, _FROM, _TO = slice(10), slice(11, 21), slice(22, 32)
"""Where code, first day and day after the last stand in a row."""
_NAME, _LINE_DIGITS = 4, 8


@dataclass(frozen=True)
class Numbers:
    """Statistical numbers by code, with the days on which the schedule prints them.

    `path`: the bundled table.
    """

    path: Path

    @cached_property
    def _lines(self) -> list[bytes]:
        """The rows as in the file, in the order of their codes, each as long as the next up to its unit.

        No cell holds a line break.
        """
        return gzip.decompress(self.path.read_bytes()).split(b"\n")[1:-1]

    def _rows(self, code: str) -> list[str]:
        """Return the rows of the numbers that begin with a code."""
        start = bisect.bisect_left(self._lines, code.encode())
        end = bisect.bisect_left(self._lines, f"{code}:".encode(), start)
        return [line.decode() for line in self._lines[start:end]]

    @cached_property
    def first(self) -> date:
        """The first day for which numbers are known."""
        return date.fromisoformat(min(map(itemgetter(_FROM), self._lines)).decode())

    def below(self, code: str) -> list[str]:
        """Return the numbers that begin with a code, whenever they exist."""
        return list(dict.fromkeys(line[_CODE] for line in self._rows(code)))

    def live(self, code: str, on: date) -> list[str]:
        """Return the numbers that begin with a code and exist on a day."""
        return [number for number in self.below(code) if self.exists(number, on)]

    def span(self, number: str) -> tuple[date, date] | None:
        """Return the first day of a number and the day after its last; None if no edition has it.

        A short gap between two editions is bridged.
        """
        if number not in self._spans:
            rows = self._rows(number) if len(number) == _CODE.stop else []
            ends = (date.fromisoformat(rows[0][_FROM]), date.fromisoformat(rows[-1][_TO])) if rows else None
            self._spans[number] = ends
        return self._spans[number]

    @cached_property
    def _spans(self) -> dict[str, tuple[date, date] | None]:
        """The spans of the numbers that were asked for."""
        return {}

    def exists(self, number: str, on: date) -> bool:
        """Return whether the schedule prints a number on a day."""
        span = self.span(number)
        return span is not None and span[0] <= on < span[1]

    @cached_property
    def _traded(self) -> frozenset[str]:
        """Numbers of the trade statistics of the last year before the editions that were read."""
        path = self.path.parent.parent / "census" / "hs10_descriptions.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            return frozenset(row["hs10"] for row in csv.DictReader(stream))

    def ended_before(self, number: str) -> bool:
        """Return whether goods were counted under a number that no edition since `first` prints."""
        return self.span(number) is None and number in self._traded

    def name(self, code: str) -> str:
        """Return what a number, or all numbers below a shorter code, are called; empty if not known.

        The path from the heading down, as the schedule prints it, without the levels called "Other" above the
        last.
        """
        names = {row[_NAME] for row in csv.reader(self._rows(code))}
        if not names or len(code) < _LINE_DIGITS:
            names |= {name for line, name in self._whole_lines.items() if line.startswith(code)}
        paths = [name.split(LEVEL) for name in sorted(names)]
        if not paths:
            return ""
        shared = [levels[0] for levels in takewhile(_are_one, zip(*paths, strict=False))]
        return LEVEL.join(shared) or max((path[0] for path in paths), key=len)

    @cached_property
    def _whole_lines(self) -> dict[str, str]:
        """The names of lines that no number divides: most clocks and watches, entered in parts."""
        from trucewatch.ledger.hand_kept import LINE_NAMES, read_kept  # a lookup of a number needs none

        return {row.code: row.name for row in read_kept(LINE_NAMES, self.path.parents[3])}

    def named_below(self, code: str) -> list[str]:
        """Return the numbers, and the lines without numbers, that begin with a code."""
        return [*self.below(code), *(line for line in self._whole_lines if line.startswith(code))]

    def is_line(self, code: str) -> bool:
        """Return whether a code is a line that no number divides."""
        return code in self._whole_lines

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield every number with its name, then every line without numbers."""
        rows = csv.reader(line.decode() for line in self._lines)
        return iter(({row[0]: row[_NAME] for row in rows} | self._whole_lines).items())


def short_name(name: str, most: int) -> str:
    """Shorten the path of a name to what fits: how the heading starts, then the last levels.

    The heading is kept because it has the noun: "Of cotton" alone tells no product.

    >>> short_name("T-shirts, singlets and tank tops, knitted > Of cotton > Men's or boys' > Men's (338)", 48)
    'T-shirts, singlets and tank tops… > … > Men's (338)'
    """
    if len(name) <= most:
        return name
    heading, *below = name.split(LEVEL)
    if not below:
        return _cut(heading, most)
    half = most // 2
    shown = [below.pop()]
    if shown == ["Other"] and below:
        shown.insert(0, _cut(below.pop(), half - len(LEVEL.join(["", *shown]))))
    shown[-1] = _cut(shown[-1], half)
    while below and len(LEVEL.join([below[-1], *shown])) <= half - len(_GAP):
        shown.insert(0, below.pop())
    rest = (_GAP if below else "") + LEVEL.join(shown)
    return _cut(heading, most - len(LEVEL) - len(rest)) + LEVEL + rest


def _cut(text: str, most: int) -> str:
    """Return the words of a text that fit, with a mark if some do not."""
    if len(text) <= most:
        return text
    return text[:most].rpartition(" ")[0].rstrip(" ,;(") + "…"


def _are_one(levels: tuple[str, ...]) -> bool:
    return len(set(levels)) == 1


@lru_cache(maxsize=1)
def numbers(root: Path) -> Numbers:
    """Return the numbers of a project, read when first asked for."""
    return Numbers(root / FILE)
