"""Lookups by the file: a CSV of codes, origins and days in, the same CSV with duties out.

Rows stream: a million take the memory of a few thousand. Codes that meet the same rows of the law, entered
between the same two legal dates, owe the same lines, so each such case is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.answers.cases import Case, Cases
from trucewatch.answers.inputs import (
    check_day,
    check_importer,
    check_known,
    check_origin,
    current_ledger,
    read_code,
    read_day,
    read_money,
)
from trucewatch.answers.layout import paragraph
from trucewatch.answers.notes import NOT_A_RULING, number
from trucewatch.answers.table_file import TableFile, written
from trucewatch.duty.lines import Line
from trucewatch.duty.stacking import AS_COLLECTED, LENSES, entry_of
from trucewatch.errors import DataError, TrucewatchError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("code", "origin", "on")
OPTIONAL = ("loaded", "known", "value")
ROW_COLUMNS = (
    "total_pct",
    "lower_pct",
    "upper_pct",
    "waived_pct",
    "refundable_pp",
    "duty_usd",
    "lines",
    "confidence",
    "law_asof",
    "error",
)
"""What `layout="rows"` adds, one row a row: `total_pct` is empty where the lines of a family differ."""

LINE_COLUMNS = (
    "authority",
    "heading",
    "rate_pct",
    "value_share",
    "pp",
    "status",
    "reason",
    "valid_from",
    "valid_to",
    "next_change",
    "act_id",
    "citation",
    "total_pct",
    "line_duty_usd",
    "confidence",
    "law_asof",
    "error",
)
"""What `layout="lines"` adds: one row a line of duty."""

LAYOUTS = {"rows": ROW_COLUMNS, "lines": LINE_COLUMNS}
_LINE_DIGITS = 8
_MOST_REMEMBERED = 20_000
_shown = lru_cache(maxsize=4096)(number)
_CENT = Decimal("0.01")


def words_of(lines: Iterable[Line]) -> str:
    """Return lines of duty in one cell."""
    return " | ".join(
        f"{line.authority} {_shown(line.rate_pct)} % {line.status} {_shown(line.pp)} pp" for line in lines
    )


class Desk:
    """Answers rows one after the other and remembers the cases it met.

    Parameters
    ----------
    ledger
        The law.
    importer
        `USA` or `CHN`.
    lens
        `as_collected` or `as_finally_held`.
    layout
        `rows`: one answer a row. `lines`: one a line of duty.
    """

    def __init__(self, ledger: Ledger, importer: str, lens: str = AS_COLLECTED, layout: str = "rows") -> None:
        self.ledger, self.importer = ledger, check_importer(ledger, importer)
        for value, legal, name in ((lens, LENSES, "lens"), (layout, LAYOUTS, "layout")):
            if value not in legal:
                raise DataError(
                    f"no such {name}", remedy=f"use {' or '.join(legal)}", column=name, value=value
                )
        self.lens, self.columns = lens, LAYOUTS[layout]
        self._as_lines = layout == "lines"
        self._asof = ledger.law_asof.isoformat()
        self._cases = Cases(ledger, self.importer, lens)
        self._cells: dict[int, list[tuple[str, ...]]] = {}
        self._days: dict[tuple[str, str], date] = {}

    def answer(self, row: Mapping[str, str]) -> tuple[bool, list[tuple[str, ...]]]:
        """Return whether a row could be answered, and the cells to add: one tuple, or one a line of duty."""
        try:
            return True, self._answered(row)
        except TrucewatchError as error:
            # a million codes that do not exist shall leave nothing behind
            self.ledger.cache.pop(("match", self.importer, row["code"].replace(".", "")), None)
            return False, [(*("" for _ in self.columns[1:]), str(error))]

    def _answered(self, row: Mapping[str, str]) -> list[tuple[str, ...]]:
        code = read_code(row["code"])
        origin = check_origin(self.ledger, self.importer, row["origin"] or DEFAULT_ORIGIN[self.importer])
        on = self._day("on", row["on"])
        loaded = self._day("loaded", row["loaded"]) if row.get("loaded") else None
        known = self._day("known", row["known"]) if row.get("known") else self.ledger.law_asof
        if loaded is not None and loaded > on:
            raise DataError(
                "loaded after entry", remedy=f"give {on} or a day before", column="loaded", value=loaded
            )
        case = self._cases.of(code, entry_of(self.ledger, origin, on, loaded, known))
        if row.get("value"):
            return self._laid_out(case, read_money(row["value"]))
        if id(case) not in self._cells:
            self._cells[id(case)] = self._laid_out(case, None)
        return self._cells[id(case)]

    def _day(self, column: str, text: str) -> date:
        key = (column, text)
        if key not in self._days:
            day = read_day(text, column)
            if column == "on":
                check_day(self.ledger, self.importer, day)
            elif column == "known":
                check_known(self.ledger, day)
            if len(self._days) >= _MOST_REMEMBERED:
                self._days.clear()
            self._days[key] = day
        return self._days[key]

    def _laid_out(self, case: Case, value: Decimal | None) -> list[tuple[str, ...]]:
        whole = "" if case.total_pct is None else _shown(case.total_pct)
        is_one_refund = case.refund_low_pp == case.refund_high_pp
        if self._as_lines and case.lines:
            return [
                (
                    line.authority,
                    "" if line.measure_id == line.authority else line.heading,
                    _shown(line.rate_pct) if line.rate_pct is not None else "",
                    _shown(line.value_share),
                    _shown(line.pp),
                    line.status,
                    line.reason,
                    line.valid_from.isoformat(),
                    line.valid_to.isoformat(),
                    line.next_change.isoformat() if line.next_change else "",
                    line.act_id,
                    line.citation,
                    whole,
                    _usd(value, line.pp),
                    line.confidence,
                    self._asof,
                    "",
                )
                for line in case.lines
            ]
        cells = {
            "total_pct": whole,
            "lower_pct": _shown(case.lower_pct),
            "upper_pct": _shown(case.upper_pct),
            "waived_pct": "" if case.waived_pct is None else _shown(case.waived_pct),
            "refundable_pp": _shown(case.refund_low_pp) if is_one_refund else "",
            "duty_usd": _usd(value, case.total_pct),
            "lines": words_of(case.lines),
            "confidence": case.confidence,
            "law_asof": self._asof,
        }
        if self._as_lines:
            cells["reason"] = f"{cells['lower_pct']} to {cells['upper_pct']} % over the lines of the family"
        return [tuple(cells.get(name, "") for name in self.columns)]


def _usd(value: Decimal | None, percent: Decimal | None) -> str:
    if value is None or percent is None:
        return ""
    return str((value * percent / 100).quantize(_CENT, ROUND_HALF_UP))


@dataclass(frozen=True)
class Bulk:
    """What came of a file: where the answers are, how many rows, and what a reader must know."""

    out: Path
    rows: int
    answered: int
    refused: int
    first_errors: tuple[str, ...]
    notes: tuple[str, ...]
    law_asof: date

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return {
            "out": str(self.out),
            "rows": self.rows,
            "answered": self.answered,
            "refused": self.refused,
            "first_errors": list(self.first_errors),
            "notes": list(self.notes),
            "law_asof": self.law_asof.isoformat(),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the answers, every cell as text."""
        import pandas as pd

        return pd.read_csv(self.out, dtype="str", keep_default_na=False, encoding="utf-8-sig")

    def __str__(self) -> str:
        """Return the summary for a terminal."""
        head = f"{self.answered:,} of {self.rows:,} rows answered: {self.out}"
        errors = [f"refused: {error}" for error in self.first_errors]
        if self.refused > len(errors) and errors:
            errors.append(f"and {self.refused - len(errors):,} more: see the column error")
        said = [*errors, *self.notes, f"Law as of {self.law_asof}. {NOT_A_RULING}"]
        # the head stays one line, so that a path in it can be copied
        return "\n".join([head, *(line for text in said for line in paragraph(text, "  ", ""))])

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def lookup_file(
    path: Path | str,
    out: Path | str,
    importer: str = "USA",
    lens: str = AS_COLLECTED,
    layout: str = "rows",
    ledger: Ledger | None = None,
) -> Bulk:
    """Look up every row of a CSV file.

    Parameters
    ----------
    path
        CSV with columns code, origin, on and, if wanted, loaded, known, value (US dollars); others are kept.
        UTF-8 with or without a byte-order mark; cells that are not UTF-8 are read as Windows-1252.
        Separated by commas, semicolons or tabs.
    out
        CSV to write; appears whole or not at all. An existing file is replaced, `path` itself never.
    importer, lens
        As in `trucewatch.answers.lookup`.
    layout
        `rows`: one row a row. `lines`: one row a line of duty.
    ledger
        The law to use; that of the project if not given.

    Returns
    -------
    Bulk
        Counts, the first errors, notes. A row that can not be answered says why in its column `error`.

    Raises
    ------
    DataError
        If the file can not be read as such a table, or `out` can not be written.
    """
    law = ledger if ledger is not None else current_ledger()
    desk = Desk(law, importer, lens, layout)
    source = TableFile(Path(path), NEEDED, OPTIONAL, replaced=desk.columns)
    rows = answered = refused = 0
    errors: list[str] = []
    with written(Path(out), source, desk.columns) as write:
        for line, cells, row, problem in source.rows():
            rows += 1
            good, added = (
                desk.answer(row) if not problem else (False, [(*[""] * (len(desk.columns) - 1), problem)])
            )
            answered += good
            if not good:
                refused += 1
                if len(errors) < 3:
                    errors.append(f"row {line}, {added[0][-1]}")
            for answer in added:
                write(cells, answer)
    return Bulk(Path(out), rows, answered, refused, tuple(errors), tuple(source.notes), law.law_asof)


def lookup_rows(
    rows: Iterable[Mapping[str, Any]],
    importer: str = "USA",
    lens: str = AS_COLLECTED,
    layout: str = "rows",
    ledger: Ledger | None = None,
) -> Iterator[dict[str, str]]:
    """Yield the answers to rows given as mappings, with the keys of the columns of `lookup_file`.

    Examples
    --------
    >>> list(lookup_rows([{"code": "95030000", "origin": "CHN", "on": "2025-05-14"}]))  # doctest: +SKIP
    """
    desk = Desk(ledger if ledger is not None else current_ledger(), importer, lens, layout)
    for given in rows:
        row = {name: str(given.get(name) or "").strip() for name in (*NEEDED, *OPTIONAL)}
        for added in desk.answer(row)[1]:
            yield {
                **{name: str(value) for name, value in given.items()},
                **dict(zip(desk.columns, added, strict=True)),
            }


def lookup_frame(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Return a DataFrame of codes, origins and days with its answers; options as in `lookup_rows`."""
    import pandas as pd

    return pd.DataFrame(list(lookup_rows(frame.astype(object).to_dict("records"), **options)))  # type: ignore[arg-type]
