"""The ten-digit statistical numbers of the US schedule: which exist on a day, and what they are called.

Duties are set for eight digits or for some of the numbers below them, and importers enter ten. What a shorter
code pays is therefore what its numbers pay.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from trucewatch.paths import project_root

FILE = Path("data/sources/usitc/hts_numbers.parquet")
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Numbers:
    """Statistical numbers by code, with the days on which the schedule prints them.

    Attributes
    ----------
    path
        The bundled table.
    """

    path: Path

    @cached_property
    def _days(self) -> tuple[list[str], list[int], list[int]]:
        """Codes in order, their first day and the day after their last, as days since 1970."""
        import pyarrow.parquet as pq  # slow to import

        table = pq.ParquetFile(self.path).read(columns=["hs10", "valid_from", "valid_to"])
        # as the whole numbers that they are: quick, and without pandas and what casts
        first, last = (
            [day for chunk in table[name].chunks for day in chunk.view("int32").to_pylist()]
            for name in ("valid_from", "valid_to")
        )
        return table["hs10"].to_pylist(), first, last

    @cached_property
    def first(self) -> date:
        """The first day for which numbers are known."""
        return _day(min(self._days[1]))

    def below(self, code: str) -> list[str]:
        """Return the numbers that begin with a code, whenever they exist."""
        codes = self._days[0]
        start = bisect.bisect_left(codes, code)
        return list(dict.fromkeys(codes[start : bisect.bisect_left(codes, code + ":", start)]))

    def live(self, code: str, on: date) -> list[str]:
        """Return the numbers that begin with a code and exist on a day."""
        return [number for number in self.below(code) if self.exists(number, on)]

    def span(self, number: str) -> tuple[date, date] | None:
        """Return the first day of a number and the day after its last; None if no edition has it.

        A short gap between two editions is bridged.
        """
        found = self._spans.get(number)
        return None if found is None else (_day(found[0]), _day(found[1]))

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]]:
        """First day of each number and the day after its last."""
        spans: dict[str, tuple[int, int]] = {}
        for number, first, last in zip(*self._days, strict=True):
            spans[number] = (spans.get(number, (first,))[0], last)
        return spans

    def exists(self, number: str, on: date) -> bool:
        """Return whether the schedule prints a number on a day."""
        span = self._spans.get(number)
        return span is not None and span[0] <= on.toordinal() - _EPOCH < span[1]

    @cached_property
    def _traded(self) -> frozenset[str]:
        """Numbers of the trade statistics of the last year before the editions that were read."""
        import csv
        import gzip

        path = self.path.parent.parent / "census" / "hs10_descriptions.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            return frozenset(row["hs10"] for row in csv.DictReader(stream))

    def ended_before(self, number: str) -> bool:
        """Return whether goods were counted under a number that no edition since `first` prints."""
        return self.span(number) is None and number in self._traded

    @cached_property
    def _names(self) -> dict[str, str]:
        import pyarrow.parquet as pq

        table = pq.ParquetFile(self.path).read(columns=["hs10", "name"])
        return dict(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def name(self, code: str) -> str:
        """Return what a number, or all numbers below a shorter code, are called; empty if not known."""
        paths = [self._names[number].split(" > ") for number in self.below(code)]
        if not paths:
            return ""
        shared = [levels[0] for levels in zip(*paths, strict=False) if len(set(levels)) == 1]
        return " > ".join(shared) or max((path[0] for path in paths), key=len)

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield every number with its name."""
        return iter(self._names.items())


def _day(since_1970: int) -> date:
    return date.fromordinal(_EPOCH + since_1970)


@lru_cache(maxsize=2)
def numbers(root: Path | None = None) -> Numbers:
    """Return the numbers of a project, read when first asked for."""
    return Numbers((root or project_root()) / FILE)
