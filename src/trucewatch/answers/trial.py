"""The trial by peers: rates that others publish, line by line, against the ledger, and why they differ.

A peer's file is recognised by its columns. `data/trial/parts.csv` says which of its columns are which of our
authorities, `data/trial/classes.csv` which differences are understood: the first class that fits counts.
"""

from __future__ import annotations

import csv
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd

from trucewatch.answers.layout import percent
from trucewatch.answers.paid_at import numbers_of
from trucewatch.answers.trade_values import imports_by_code
from trucewatch.duty.code_classes import grouper
from trucewatch.duty.lines import CERTAIN, Line, base_line
from trucewatch.duty.matching import Match, match, schedule_lines
from trucewatch.duty.stacking import entry_of, lines_of, resolve, rules_on
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger
from trucewatch.paths import project_root

SAME_PP = 0.02
"""Differences up to this many points are rounding."""

VERDICTS = {
    "ours": "we were wrong; mended",
    "theirs": "they are wrong",
    "definition": "another definition",
}
NO_CLASS = "unclassed"
TOTAL = "total"
_SIDES = {"tracker": ("USA", "CHN"), "wto": ("CHN", "USA")}
_RATE = "rate_"
_OLD_EDITION = "China 2018"
_PROVISIONAL = "a provisional rate"


@dataclass(frozen=True)
class Part:
    """A column of a peer and the authorities it holds; a trailing `*` takes every name that starts so."""

    peer: str
    part: str
    authorities: tuple[str, ...]

    def holds(self, authority: str) -> bool:
        """Return whether an authority is in the column."""
        return any(
            authority.startswith(name[:-1]) if name.endswith("*") else authority == name
            for name in self.authorities
        )


@dataclass(frozen=True)
class Class:
    """A kind of difference that is understood.

    `adjust` is what makes ours theirs: `without:A` leaves an authority out, `base_of:DAY` takes the base duty
    of another day, `suspended` charges what is suspended, `alone` charges every line as if it met no other,
    `whole` charges the full value where the law charges a share of it, `claims:a;b` grants claims, `recoded`
    takes any single line of a subheading whose lines are not those of 2018, `sibling` any other number of the
    line; `provisional` fits where the base duty of a line is a provisional rate, the statutory one is not in
    the ledger, and theirs is higher. `fit` is `equal`, `between` (theirs lies between ours and the adjusted)
    or `any`. `theirs`, if given, is the rate they must show: `24`, or `24+A`, 24 and what authority A charges
    on that day.
    """

    class_id: str
    peer: str
    part: str
    codes: tuple[str, ...]
    valid_from: date
    valid_to: date
    theirs: str
    adjust: tuple[str, ...]
    fit: str
    verdict: str
    rule: str
    evidence: str


@dataclass(frozen=True)
class Trial:
    """The outcome: one row a difference, and what share of trade it is."""

    differences: pd.DataFrame
    compared: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """Return by peer, day and part the lines compared, and the share of trade by verdict."""
        keys = ["peer", "date", "part"]
        found = self.compared.set_index(keys)
        value = self.differences.groupby(keys)["value_usd"].sum()
        by_verdict = self.differences.pivot_table(
            index=keys, columns="verdict", values="value_usd", aggfunc="sum", fill_value=0.0
        )
        found["different_lines"] = self.differences.groupby(keys).size()
        found["different_share"] = value / found["value_usd"]
        for verdict in (*VERDICTS, NO_CLASS):
            column = by_verdict.get(verdict, 0.0)
            found[f"{verdict}_share"] = column / found["value_usd"]
        return found.fillna(0.0).reset_index()

    def unclassed_share(self) -> pd.Series:
        """Return by peer the largest share of trade on a day and part without a class."""
        return self.summary().groupby("peer")[f"{NO_CLASS}_share"].max()

    def __str__(self) -> str:
        """Return the summary for a terminal."""
        rows = self.summary()
        text = [
            f"{row['peer']} {row['date']} {row['part']}: {row['lines']:,} lines, "
            f"{row['different_lines']:,.0f} differ by more than {SAME_PP} points "
            f"({percent(row['different_share'])} of trade); "
            f"unclassed {percent(row[f'{NO_CLASS}_share'], 2)}"
            for row in rows.to_dict("records")
        ]
        worst = "; ".join(f"{peer} {percent(share, 2)}" for peer, share in self.unclassed_share().items())
        by_class = self.differences.groupby(["peer", "class_id"], as_index=False).agg(
            number=("code", "size"), value_usd=("value_usd", "sum")
        )
        text += [
            f"  {row['peer']} {row['class_id']}: {row['number']:,} differences, "
            f"{row['value_usd'] / 1e9:,.1f} bn USD"
            for row in by_class.sort_values("value_usd", ascending=False).to_dict("records")
        ]
        return "\n".join([*text, f"Largest unclassed share of trade: {worst or 'none'}"])


def run_trial(files: Iterable[Path | str], ledger: Ledger, root: Path | None = None) -> Trial:
    """Compare files of peers with the ledger.

    Raises `DataError` if a file is neither.

    - `files`: CSV or Parquet: rates by ten-digit code and day (`hts10`, `date`, columns of `parts.csv`), or
      applied rates by subheading (`hs6`, `rate_YYYYMMDD`)
    - `root`: the project, for classes and weights; found if not given
    """
    folder = (root or project_root()) / "data" / "trial"
    parts, classes = read_parts(folder / "parts.csv"), read_classes(folder / "classes.csv")
    rows: list[tuple] = []
    counts: list[tuple] = []
    for path in map(Path, files):
        peer, table = _read(path)
        weights = imports_by_code(*_SIDES[peer], root)
        court = _Court(ledger, *_SIDES[peer], [kind for kind in classes if kind.peer == peer])
        seen: dict[tuple[str, str], list[float]] = {}
        mine = [part for part in parts if part.peer == peer]
        for code, day, part, theirs in _rates(peer, table, mine):
            value = weights.get(code, 0.0)
            count = seen.setdefault((day.isoformat(), part.part), [0, 0.0])
            count[0] += 1
            count[1] += value
            verdict = court.judge(code, day, part, theirs)
            if verdict is not None:
                rows.append((peer, code, day.isoformat(), part.part, *verdict, value))
        counts += [(peer, *key, int(number), total) for key, (number, total) in seen.items()]
    names = [
        "peer", "code", "date", "part", "ours_pct", "theirs_pct", "class_id", "verdict", "rule", "evidence",
        "value_usd",
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=names).sort_values(
        ["peer", "date", "part", "value_usd", "code"], ascending=[True, True, True, False, True],
        ignore_index=True,
    )  # fmt: skip
    return Trial(found, pd.DataFrame(counts, columns=["peer", "date", "part", "lines", "value_usd"]))


class _Court:
    """Answers what the ledger charges on a code, and which class a difference belongs to."""

    def __init__(self, ledger: Ledger, importer: str, origin: str, classes: Sequence[Class]) -> None:
        self._law, self._importer, self._origin, self._classes = ledger, importer, origin, classes
        self._keys = grouper(ledger, importer)
        self._matches: dict[Hashable, Match] = {}
        self._sums: dict[Hashable, float | None] = {}

    def judge(
        self, code: str, day: date, part: Part, theirs: float
    ) -> tuple[float, float, str, str, str, str] | None:
        """Return ours, theirs and the class, or None where both say the same."""
        lines = self._lines(code, day)
        ours = self._mean(lines, day, part, ())
        if ours is None:
            return float("nan"), theirs, NO_CLASS, NO_CLASS, "", "the ledger has no such line"
        if abs(ours - theirs) <= SAME_PP:
            return None
        for kind in self._classes:
            if self._fits(kind, code, lines, day, part, ours, theirs):
                return ours, theirs, kind.class_id, kind.verdict, kind.rule, kind.evidence
        return ours, theirs, NO_CLASS, NO_CLASS, "", ""

    def _lines(self, code: str, day: date) -> tuple[str, ...]:
        """Return the code, or the eight-digit lines of a subheading."""
        if len(code) > 6:
            return (code,)
        return tuple(
            line for line in schedule_lines(self._law, code, self._importer, day) if len(line) == 8
        ) or (code,)

    def _fits(
        self, kind: Class, code: str, lines: Sequence[str], day: date, part: Part, ours: float, theirs: float
    ) -> bool:
        if kind.part not in ("*", part.part) or not kind.valid_from <= day < kind.valid_to:
            return False
        if kind.codes and not code.startswith(kind.codes):
            return False
        if kind.theirs:
            fixed, _, authority = kind.theirs.partition("+")
            without = self._mean(lines, day, part, (f"without:{authority}",)) if authority else ours
            if without is None or abs(theirs - float(fixed) - (ours - without)) > SAME_PP:
                return False
        if kind.fit == "any":
            return True
        if "recoded" in kind.adjust:
            rest = tuple(step for step in kind.adjust if step != "recoded")
            each = [self._mean((line,), day, part, how) for line in lines for how in ((), rest)]
            known = [rate for rate in each if rate is not None]
            inside = min(known) - SAME_PP <= theirs <= max(known) + SAME_PP
            return inside and any(map(self._is_recoded, lines))
        if "sibling" in kind.adjust:
            rest = tuple(step for step in kind.adjust if step != "sibling")
            others = self._siblings(code, day)
            each = [self._mean((other,), day, part, how) for other in others for how in ((), rest)]
            return any(rate is not None and abs(rate - theirs) <= SAME_PP for rate in each)
        adjusted = self._mean(lines, day, part, kind.adjust)
        if "provisional" in kind.adjust:
            low = ours if adjusted is None else adjusted
            return low + SAME_PP < theirs and any(self._is_provisional(line, day) for line in lines)
        if adjusted is None or abs(adjusted - ours) <= SAME_PP:
            return False
        if kind.fit == "equal":
            return abs(adjusted - theirs) <= SAME_PP
        return min(ours, adjusted) - SAME_PP <= theirs <= max(ours, adjusted) + SAME_PP

    def _siblings(self, code: str, day: date) -> list[str]:
        """Return the other statistical numbers of the line of a number."""
        known = numbers_of(self._law, self._importer)
        return [] if known is None else [number for number in known.live(code[:8], day) if number != code]

    def _is_recoded(self, line: str) -> bool:
        rows = self._law.base_rates[self._importer].at(line)
        return bool(rows) and not rows[0].edition.startswith(_OLD_EDITION)

    def _is_provisional(self, line: str, day: date) -> bool:
        rows = self._law.base_rates[self._importer].at(line)
        return any(row.valid_from <= day < row.valid_to and _PROVISIONAL in row.edition for row in rows)

    def _mean(self, lines: Sequence[str], day: date, part: Part, how: tuple[str, ...]) -> float | None:
        rates = [self._rate(line, day, part, how) for line in lines]
        known = [rate for rate in rates if rate is not None]
        return fmean(known) if known else None

    def _rate(self, code: str, day: date, part: Part, how: tuple[str, ...]) -> float | None:
        alike = self._keys.key(code)
        key = (alike, day, part.part, how)
        if key not in self._sums:
            found = self._matches.setdefault(alike, match(self._law, code, self._importer))
            stands = any(row.valid_from <= day < row.valid_to for row in found.base)
            self._sums[key] = self._charged(found, day, part, how) if stands else None
        return self._sums[key]

    def _charged(self, found: Match, day: date, part: Part, how: tuple[str, ...]) -> float:
        words = dict(step.partition(":")[::2] for step in how)
        claims = frozenset(filter(None, words.get("claims", "").split(";")))
        entry = entry_of(self._law, self._origin, day, claims=claims)
        raw = lines_of(self._law, found, entry)
        if "base_of" in words:
            other = base_line(found, date.fromisoformat(words["base_of"]), claims)
            raw = (other, *raw[1:])
        lines = raw if "alone" in words else resolve(raw, rules_on(self._law, day))
        return float(
            sum(
                self._points(line, words)
                for line in lines
                if line.authority != words.get("without")
                and (part.part == TOTAL or part.holds(line.authority))
            )
        )

    def _points(self, line: Line, words: dict[str, str]) -> Any:
        if line.status in CERTAIN:
            return (line.rate_pct or 0) if "whole" in words and line.value_share < 1 else line.pp
        return line.rate_pct or 0 if line.status == "suspended" and "suspended" in words else 0


def read_parts(path: Path) -> list[Part]:
    """Read which column of a peer holds which authorities."""
    return [Part(row["peer"], row["part"], tuple(row["authorities"].split())) for row in _rows(path)]


def read_classes(path: Path) -> list[Class]:
    """Read the classes of differences, in the order in which they are tried."""
    classes = []
    for number, row in enumerate(_rows(path), 2):
        if row["verdict"] not in VERDICTS or row["fit"] not in ("equal", "between", "any"):
            raise DataError(
                "no such verdict or fit",
                remedy=f"use {', '.join(VERDICTS)}, and equal, between or any",
                file=path.name,
                row=number,
                column="verdict, fit",
                value=f"{row['verdict']}, {row['fit']}",
            )
        classes.append(
            Class(
                row["class_id"],
                row["peer"],
                row["part"],
                tuple(row["codes"].split()),
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]),
                row["theirs"],
                tuple(row["adjust"].split()),
                row["fit"],
                row["verdict"],
                row["rule"],
                row["evidence"],
            )
        )
    return classes


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _read(path: Path) -> tuple[str, pd.DataFrame]:
    """Return the peer of a file, by its columns, and its rows."""
    try:
        table = (
            pd.read_parquet(path)
            if path.suffix == ".parquet"
            else pd.read_csv(path, dtype={"hts10": "str", "hs6": "str", "date": "str"})
        )
    except (OSError, ValueError) as error:
        raise DataError(
            f"the file cannot be read ({error})", remedy="give a CSV or Parquet file", file=path.name
        ) from None
    if {"hts10", "date"} <= set(table):
        return "tracker", table
    if "hs6" in table and any(name.startswith(_RATE) for name in map(str, table)):
        return "wto", table
    problem = "the columns are those of no peer"
    remedy = "give rates by `hts10` and `date`, or by `hs6` with columns `rate_YYYYMMDD`"
    raise DataError(problem, remedy=remedy, file=path.name, value=", ".join(map(str, table.columns[:8])))


def _rates(peer: str, table: pd.DataFrame, parts: Sequence[Part]) -> Iterator[tuple[str, date, Part, float]]:
    if peer == "tracker":
        for part in parts:
            if part.part in table:
                for code, day, rate in zip(table["hts10"], table["date"], table[part.part], strict=True):
                    yield str(code), date.fromisoformat(str(day)), part, float(rate)
        return
    whole = Part(peer, TOTAL, ("*",))
    for name in filter(lambda column: column.startswith(_RATE), map(str, table)):
        day = date.fromisoformat(f"{name[5:9]}-{name[9:11]}-{name[11:13]}")
        for code, rate in zip(table["hs6"], table[name], strict=True):
            if not pd.isna(rate):
                yield str(code), day, whole, float(rate)
