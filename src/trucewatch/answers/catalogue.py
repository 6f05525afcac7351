"""A list of products and what it owes: a catalogue, a bill of materials, entries; read as people have them.

The columns are read first and once (`catalogue_columns`); then every distinct question is answered once
(`cases`) and the answers are spread over the rows. A million rows are some ten thousand questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trucewatch.answers import catalogue_columns as reading
from trucewatch.answers import catalogue_names as naming
from trucewatch.answers.cases import Case, Cases
from trucewatch.answers.countries import read_country
from trucewatch.answers.inputs import (
    check_day,
    check_importer,
    check_origin,
    current_ledger,
    listed,
    read_day,
)
from trucewatch.answers.layout import aligned, paragraph, width
from trucewatch.answers.lookup import NOT_NEEDED, check_claims, unused_quantity
from trucewatch.answers.notes import NOT_A_RULING, number
from trucewatch.answers.paid_at import numbers_of
from trucewatch.answers.user_table import UserTable, counted, from_frame, read_user_table
from trucewatch.duty.lines import Line, counts_units, metals_of
from trucewatch.duty.matching import match
from trucewatch.duty.panel import uncollected
from trucewatch.duty.specific import Quantity
from trucewatch.duty.stacking import AS_COLLECTED, LENSES, entry_of
from trucewatch.errors import DataError, TrucewatchError
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.answers.catalogue_views import View

NOTHING = -1
_CENT = Decimal("0.01")
_DOLLAR = pa.scalar(Decimal(1), pa.decimal128(3, 2))
_MONEY, _PERCENT = pa.decimal128(21, 6), pa.decimal128(15, 9)
_FIRST_ERRORS = 5
_LEAST_NAME = 20
"""Columns a terminal must have left for names of products to be shown."""
_SHOWN_ROWS = 20
_shown = lru_cache(maxsize=65_536)(number)
PER_DAY = (
    "total_pct",
    "lower_pct",
    "upper_pct",
    "duty_usd",
    "duty_low_usd",
    "duty_high_usd",
    "refundable_low_pp",
    "refundable_high_pp",
    "refundable_low_usd",
    "refundable_high_usd",
)
"""Numbers of an answer; with several days each has its own, the day after the name."""


@dataclass
class Entries:
    """The rows of a catalogue as the law asks about them.

    Each fact is a list of distinct values and, for every row, the position of its value (`NOTHING`: none).
    """

    codes: list[str]
    code_at: np.ndarray
    origins: list[str]
    origin_at: np.ndarray
    days: list[date]
    day_at: np.ndarray
    loaded: np.ndarray
    """Ordinal of the day of loading; 0: not given."""
    known: np.ndarray
    contents: list[tuple[tuple[str, Decimal], ...]]
    content_at: np.ndarray
    claims: list[frozenset[str]]
    claim_at: np.ndarray
    quantities: list[Quantity | None]
    quantity_at: np.ndarray
    values: pa.Array | None
    """Customs value in US dollars by row, as exact decimals."""
    paid: pa.Array | None
    """Duty paid in US dollars by row, as the table tells it; None: not told, or not whole in the row."""
    liquidated: list[date | None] | None
    """Day of liquidation by row, `date.max` if there is none yet; None: not told."""
    deposited: list[date | None] | None
    """Day on which the duty was paid, by row; None: not told."""
    problems: dict[int, str]
    """Why a row can not be asked about, by position."""
    notes: dict[int, list[str]]
    columns: dict[str, int]
    """The user's column of each kind."""
    in_other_money: int = 0
    """Rows with a value that is not in US dollars."""
    how: list[tuple[str, str, str]] = field(default_factory=list)
    """How the columns were read: kind, the user's name, what was done."""


@dataclass
class Answers:
    """The answers of one day of entry (or of the days in the rows)."""

    cases: list[Case]
    case_at: np.ndarray
    problems: dict[int, str]


@dataclass
class Catalogue:
    """A list of products with its duties.

    Attributes
    ----------
    table
        The user's table; `skipped` of its rows were totals or had nothing in them.
    entries
        What was read.
    on
        Days of entry asked for all rows; empty if the rows have their own.
    answers
        One for each of `on`, or one.
    """

    source: str
    table: UserTable
    entries: Entries
    importer: str
    lens: str
    law: Ledger
    on: tuple[date, ...]
    answers: tuple[Answers, ...]
    skipped: int = 0

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.entries.code_at)

    @cached_property
    def refused(self) -> dict[int, str]:
        """Why a row has no answer, by position; one refused on any day is refused."""
        found: dict[int, str] = {}
        for answers in self.answers:
            found = {**answers.problems, **found}
        return dict(sorted(found.items()))

    @property
    def answered(self) -> int:
        """Number of rows with an answer."""
        return self.rows - len(self.refused)

    def code_of(self, row: int) -> str:
        """Return the code of an answered row."""
        return self.entries.codes[self.entries.code_at[row]]

    def value_of(self, row: int) -> Decimal | None:
        """Return the customs value of a row, US dollars."""
        found: Decimal | None = None if self.entries.values is None else self.entries.values[row].as_py()
        return found

    @cached_property
    def names(self) -> list[str]:
        """What each distinct code is called; empty where no name is at hand."""
        known = numbers_of(self.law, self.importer)
        return ["" if known is None else known.name(code) for code in self.entries.codes]

    @cached_property
    def _dollars(self) -> list[dict[str, pa.Array]]:
        """Dollars of every row for each of the answers; empty without values."""
        values = self.entries.values
        return [{} if values is None else _dollars(answers, values) for answers in self.answers]

    @cached_property
    def _paid_less_law(self) -> pa.Array | None:
        """What was paid above the law, in dollars, by row; None if the table does not tell what was paid."""
        paid, values = self.entries.paid, self.entries.values
        if paid is None or values is None:
            return None
        return pc.subtract(paid, self._dollars[0]["duty_usd"])

    def paid(self) -> dict[str, Any]:
        """Return what the rows with one duty paid, what the law asks, and how many are outside its bounds.

        Empty if the table does not tell what was paid.
        """
        over = self._paid_less_law
        if over is None:
            return {}
        paid, dollars = self.entries.paid, self._dollars[0]
        is_held = pc.is_valid(over)
        outside = pc.or_(
            pc.less(paid, pc.subtract(dollars["duty_low_usd"], _DOLLAR)),
            pc.greater(paid, pc.add(dollars["duty_high_usd"], _DOLLAR)),
        )
        return {
            "rows": pc.sum(is_held).as_py() or 0,
            "paid": _summed(pc.filter(paid, is_held)),
            "paid_less_law": _summed(over),
            "outside": pc.sum(outside).as_py() or 0,
        }

    @cached_property
    def _columns(self) -> dict[str, pa.Array]:
        """The columns added to the user's, in order."""
        entries = self.entries
        added: dict[str, pa.Array] = {}
        if any(self.names):
            added["description"] = _spread(self.names, entries.code_at)
        for day, answers, dollars in zip(self.on or (None,), self.answers, self._dollars, strict=True):
            mark = f"_{day}" if len(self.answers) > 1 else ""
            for name, column in _numbers(answers, dollars).items():
                added[name + mark] = column
        if self._paid_less_law is not None:
            added["paid_less_law_usd"] = pc.cast(self._paid_less_law, pa.float64())
        last = self.answers[-1]
        if len(self.answers) == 1:
            added["lines"] = _of_cases(last, lambda case: words_of(case.lines))
        if self.importer == "CHN":
            added["waived_pct"] = _of_cases(last, lambda case: _percent(case.waived_pct))
        added["confidence"] = _of_cases(last, lambda case: case.confidence)
        added["notes"] = self._notes()
        added["read_as"] = self._read_as()
        added["law_asof"] = pa.repeat(self.law.law_asof.isoformat(), self.rows)
        added["error"] = _sparse(self.refused, self.rows)
        return added

    def _notes(self) -> pa.Array:
        """What a reader of each row must know."""
        notes = _of_cases(self.answers[-1], lambda case: "; ".join(case.notes))
        if not self.entries.notes:
            return notes
        texts = notes.to_pylist()
        for row, own in self.entries.notes.items():
            texts[row] = "; ".join(filter(None, (*own, texts[row])))
        return pa.array(texts, pa.string())

    def _read_as(self) -> pa.Array:
        """The question of each row as it was understood."""
        entries = self.entries
        parts = [_spread(entries.codes, entries.code_at), _spread(entries.origins, entries.origin_at)]
        if not self.on:
            parts.append(_spread([day.isoformat() for day in entries.days], entries.day_at))
        return pc.binary_join_element_wise(*(part.cast(pa.string()) for part in parts), " ")

    def to_arrow(self) -> pa.Table:
        """Return the user's columns and the answers; a name taken by the user's gets `tw_` before it.

        Texts of the answers are dictionaries: each is held once, however many rows have it.
        """
        taken = set(self.table.header)
        heads = list(self.table.header)
        for name in self._columns:
            free = name
            while free in taken:
                free = f"tw_{free}"
            taken.add(free)
            heads.append(free)
        return pa.Table.from_arrays([*self.table.columns, *self._columns.values()], names=heads)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per row: the user's columns, then the answers; amounts and percent as numbers."""
        table = self.to_arrow()
        texts = [field.with_type(pa.string()) if _is_text(field.type) else field for field in table.schema]
        return table.cast(pa.schema(texts)).to_pandas()

    def lines(self) -> list[dict[str, Any]]:
        """Return one record per line of duty of every answered row."""
        entries, records = self.entries, []
        column_1 = BASE_AUTHORITY[self.importer]
        for day, answers in zip(self.on or (None,), self.answers, strict=True):
            for row, at in enumerate(answers.case_at):
                if at == NOTHING:
                    continue
                value = entries.values[row].as_py() if entries.values is not None else None
                on = day or entries.days[entries.day_at[row]]
                base = self.law.base_rates[self.importer].matching(entries.codes[entries.code_at[row]])
                own = base[-1].code if base else ""
                for line in answers.cases[at].lines:
                    records.append(
                        {
                            "row": self.table.rows[row].as_py(),
                            "code": entries.codes[entries.code_at[row]],
                            "origin": entries.origins[entries.origin_at[row]],
                            "on": on,
                            "authority": line.authority,
                            # a case stands for all lines of one rate, whose numbers differ
                            "heading": own if line.measure_id == column_1 else line.heading,
                            "title": line.title,
                            "rate_pct": _float(line.rate_pct),
                            "value_share": _float(line.value_share),
                            "points": _float(line.pp),
                            "status": line.status,
                            "reason": line.reason,
                            "valid_from": line.valid_from,
                            "valid_to": line.valid_to,
                            "next_change": line.next_change,
                            "act_id": line.act_id,
                            "citation": line.citation,
                            "confidence": line.confidence,
                            "duty_usd": _float(_usd(value, line.pp)),
                        }
                    )
        return records

    def totals(self) -> list[dict[str, Any]]:
        """Return sums over the answered rows with a value, one record per day asked for."""
        found: list[dict[str, Any]] = []
        values = self.entries.values
        for day, answers, dollars in zip(self.on or (None,), self.answers, self._dollars, strict=True):
            if values is None:
                found.append({"on": day, "rows": 0})
                continue
            counted = pc.and_(pc.is_valid(values), pa.array(answers.case_at != NOTHING))
            rows = pc.sum(counted).as_py() or 0
            single = dollars["duty_usd"]
            is_whole = rows > 0 and pc.sum(pc.is_valid(single)).as_py() == rows
            found.append(
                {
                    "on": day,
                    "rows": rows,
                    "value": pc.sum(values.filter(counted)).as_py() or Decimal(0),
                    "duty": _summed(single) if is_whole else None,
                    "low": _summed(dollars["duty_low_usd"]),
                    "high": _summed(dollars["duty_high_usd"]),
                    "refund_low": _summed(dollars["refundable_low_usd"]),
                    "refund_high": _summed(dollars["refundable_high_usd"]),
                }
            )
        return found

    @property
    def exit_code(self) -> int:
        """0: all answered; 3: some rows refused; 1: none answered."""
        return 1 if not self.answered else 3 if self.refused else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return {
            "source": self.source,
            "rows": self.rows,
            "answered": self.answered,
            "refused": len(self.refused),
            "skipped": self.skipped,
            "columns": [{"kind": kind, "column": name, "read": how} for kind, name, how in self.entries.how],
            "notes": self.table.notes,
            "totals": [
                {
                    name: value.isoformat() if isinstance(value, date) else _float(value)
                    for name, value in sums.items()
                }
                for sums in self.totals()
            ],
            "paid": {name: _float(value) for name, value in self.paid().items()},
            "first_errors": self._first_errors(),
            "law_asof": self.law.law_asof.isoformat(),
            "ledger_hash": self.law.ledger_hash,
            "is_ruling": False,
        }

    def _first_errors(self) -> list[str]:
        return [
            f"row {self.table.rows[row].as_py()}: {problem}"
            for row, problem in list(self.refused.items())[:_FIRST_ERRORS]
        ]

    def write(self, out: Path | str, as_lines: bool = False) -> Path:
        """Write the answers: a workbook if the name ends in .xlsx, else a CSV (.tsv: separated by tabs).

        `as_lines` writes one row per line of duty.
        """
        from trucewatch.answers.catalogue_file import write

        return write(self, Path(out), as_lines)

    def ahead(self) -> View:
        """Return what lapses or starts next for each row after its day of entry, by the texts."""
        from trucewatch.answers import catalogue_views

        return catalogue_views.ahead(self)

    def since(self, day: date | str) -> View:
        """Return what each row owes by the law known now, against the law as published up to a day."""
        from trucewatch.answers import catalogue_views

        return catalogue_views.since(self, day)

    def elsewhere(self, origins: Sequence[str]) -> View:
        """Return what the goods of each row pay from other countries, given as codes or names."""
        from trucewatch.answers import catalogue_views

        return catalogue_views.elsewhere(self, origins)

    def refunds(self, as_of: date | str | None = None) -> View:
        """Return what was paid under duties later held unlawful, and what of it is open on a day."""
        from trucewatch.answers import refunds

        return refunds.refunds(self, as_of)

    def how(self) -> list[str]:
        """Return how the table was read, in words."""
        said = [
            f"{kind}: {name}{f' ({done})' if done else ''}" if name else f"{kind}: {done}"
            for kind, name, done in self.entries.how
        ]
        return [*said, *self.table.notes]

    def sentences(self) -> list[str]:
        """Return the outcome in words."""
        said = [f"{self.answered:,} of {self.rows:,} rows answered."]
        for sums in self.totals():
            if not sums["rows"]:
                continue
            when = f" on {sums['on']}" if sums["on"] else ""
            both = f"{sums['low']:,.2f} to {sums['high']:,.2f}"
            duty = both if sums["duty"] is None else f"{sums['duty']:,.2f}"
            low, high = sums["refund_low"], sums["refund_high"]
            refund = f"{low:,.2f}" if low == high else f"{low:,.2f} to {high:,.2f}"
            of_it = f", {refund} of it collected under duties later held unlawful" if high else ""
            bounds = ""
            if sums["duty"] is not None and sums["low"] != sums["high"]:
                bounds = f" ({both} by what the codes do not show)"
            said.append(f"Duty{when}: {duty} US dollars{bounds} on {sums['value']:,.2f} of value{of_it}.")
        if (held := self.paid()) and held["rows"]:
            column = self.table.header[self.entries.columns["paid"]]
            less = held["paid_less_law"]
            much = f"{abs(less):,.2f} {'more' if less > 0 else 'less'}" if less else "no more and no less"
            said.append(
                f"Paid, by the column {column}: {held['paid']:,.2f} US dollars in "
                f"{counted(held['rows'], 'row')} with one duty by the law, {much} than it. "
                f"Outside its bounds by more than a dollar: {counted(held['outside'], 'row')}. "
                "Claims, contents and fees that the table does not tell can be why."
            )
        if others := self.entries.in_other_money:
            said.append(f"{counted(others, 'row')} with a value in another currency: percent, no dollars.")
        return [*said, *self.refusals()]

    def refusals(self) -> list[str]:
        """Return why the first rows were refused, and how many more there are."""
        said = [f"refused: {error}" for error in self._first_errors()]
        if len(self.refused) > _FIRST_ERRORS:
            said.append(f"and {len(self.refused) - _FIRST_ERRORS:,} more: see the column error")
        return said

    def told(self) -> list[str]:
        """Return how the table was read and the outcome, wrapped for a terminal."""
        read = [line for text in self.how() for line in paragraph(text, "  ", "")]
        return [*read, "", *(line for text in self.sentences() for line in paragraph(text, "  ", ""))]

    def __str__(self) -> str:
        """Return how the table was read, the sums and the first rows, for a terminal."""
        heads = ("Row", "Code", "Origin", "Total %", "Lower %", "Upper %", "Duty $", "Refundable pp")
        answers, entries = self.answers[0], self.entries
        shown = []
        for row, at in enumerate(answers.case_at[:_SHOWN_ROWS]):
            if at == NOTHING:
                continue
            case = answers.cases[at]
            value = entries.values[row].as_py() if entries.values is not None else None
            duty = _usd(value, case.total_pct)
            refund = _percent(case.refund_low_pp)
            if case.refund_low_pp != case.refund_high_pp:
                refund += f" to {_percent(case.refund_high_pp)}"
            shown.append(
                (
                    str(self.table.rows[row]),
                    entries.codes[entries.code_at[row]],
                    entries.origins[entries.origin_at[row]],
                    "differs" if case.total_pct is None else _percent(case.total_pct),
                    _percent(case.lower_pct),
                    _percent(case.upper_pct),
                    "" if duty is None else f"{duty:,}",
                    refund,
                )
            )
        table = ["", *aligned(heads, shown, heads[3:]), ""] if shown else []
        room = width() - max(map(len, table), default=0) - 2
        if shown and room >= _LEAST_NAME and any(self.names):
            rows = [row for row, at in enumerate(answers.case_at[:_SHOWN_ROWS]) if at != NOTHING]
            names = ["Description", *(self.names[entries.code_at[row]] for row in rows)]
            widest = max(map(len, table[1:-1]))
            named = [
                f"{line.ljust(widest)}  {name[:room]}".rstrip()
                for line, name in zip(table[1:-1], names, strict=True)
            ]
            table = ["", *named, ""]
        parts = [
            *self.told(),
            *table,
            *paragraph(f"Law as of {self.law.law_asof}. {NOT_A_RULING}"),
        ]
        return "\n".join(parts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        return f'<pre style="white-space:pre-wrap">{escape(str(self))}</pre>'


def words_of(lines: Sequence[Line]) -> str:
    """Return lines of duty in one cell."""
    return " | ".join(
        f"{line.authority} {_shown(line.rate_pct)} % {line.status} {_shown(line.pp)} pp" for line in lines
    )


def catalogue(
    source: Path | str | pd.DataFrame,
    *,
    on: Any = None,
    origin: str | None = None,
    importer: str = "USA",
    lens: str = AS_COLLECTED,
    columns: Mapping[str, str] | None = None,
    dates: str | None = None,
    decimal: str | None = None,
    shares: str | None = None,
    pad_zeros: bool = False,
    sheet: str | None = None,
    encoding: str | None = None,
    ledger: Ledger | None = None,
) -> Catalogue:
    """Look up every row of a list of products.

    Parameters
    ----------
    source
        Path of a CSV, TSV or JSON file or of a workbook, `-` for standard input, or a DataFrame. Columns
        are known by their names (`HTS Code`, `COO`, `Entry Date`, `Entered Value` ...), in any order;
        others are kept.
    on
        Day of entry of the rows without one of their own; several days give one set of columns each. The
        ledger's own date if the table has no days either.
    origin
        Country of origin of the rows without one; never assumed.
    importer, lens
        As in `trucewatch.lookup`.
    columns
        Which column is which, where the names do not tell: the user's name (or number from 1) by kind.
    dates
        `mdy` or `dmy`, where the cells of a column leave it open.
    decimal
        `point` or `comma`, likewise.
    shares
        `percent` or `fraction`, likewise for metal shares.
    pad_zeros
        Give codes with an odd number of digits the zero back that a spreadsheet took.
    sheet, encoding
        Of a workbook, of a text file.
    ledger
        The law to use; that of the project if not given.

    Returns
    -------
    Catalogue
        The user's columns with the answers (`to_frame()`, `write()`), how the columns were read, sums, and
        why rows were refused.

    Raises
    ------
    DataError
        If the table can not be read, or a column can be read in two ways, with the option that settles it.
    """
    law = ledger if ledger is not None else current_ledger()
    side = check_importer(law, importer)
    if lens not in LENSES:
        raise DataError("no such lens", remedy=f"use {' or '.join(LENSES)}", column="lens", value=lens)
    for given, legal, option in (
        (dates, ("mdy", "dmy"), "dates"),
        (decimal, ("point", "comma"), "decimal"),
        (shares, ("percent", "fraction"), "shares"),
    ):
        if given not in (None, *legal):
            raise DataError("not one of two", remedy=f"use {' or '.join(legal)}", column=option, value=given)
    told = dict(columns or {})
    if isinstance(source, (str, Path)):
        named = {name for name in told.values() if not name.isdigit()}
        table = read_user_table(
            source, lambda cells: _names_found(cells, named, "code" in told), sheet, encoding
        )
        name = "standard input" if str(source) == "-" else str(source)
    else:
        table, name = from_frame(source), "a frame"
    asked = tuple(
        check_day(law, side, law.law_asof if day == "today" else read_day(day, "on")) for day in _days_of(on)
    )
    table, skipped, has_parts = _products_only(_with_header(table, told), told)
    how = _Options(dates, decimal, shares, pad_zeros)
    with uncollected():
        entries = _read(law, side, table, told, how, origin, asked, has_parts)
        cases = Cases(law, side, lens)
        answers = tuple(_answered(cases, entries, day) for day in (asked or (None,)))
    return Catalogue(name, table, entries, side, lens, law, asked, answers, skipped)


@dataclass(frozen=True)
class _Options:
    dates: str | None
    decimal: str | None
    shares: str | None
    pad_zeros: bool


def _days_of(on: Any) -> list[Any]:
    if on is None:
        return []
    return [part.strip() for part in on.split(",")] if isinstance(on, str) else listed(on)


def _names_found(cells: Sequence[str], named: set[str], is_told: bool) -> int:
    """Return how many cells of a row name columns that are known or were told."""
    told = sum(cell.strip() in named for cell in cells)
    found = naming.names_found(cells)
    if told:
        return told + max(found, sum(naming.role_of(cell) is not None for cell in cells))
    return found or int(is_told and not named and sum(bool(cell.strip()) for cell in cells) > 1)


def _with_header(table: UserTable, told: Mapping[str, str]) -> UserTable:
    """Return a table that has no names of columns, its codes told by number, with its first row as a row."""
    at = told.get("code", "")
    if not (at.isdigit() and 0 < int(at) <= len(table.header)) or at in table.header:
        return table
    if reading.read_codes([table.header[int(at) - 1]])[0] == [None]:
        return table
    columns = [
        pa.concat_arrays([pa.array([head], pa.string()), column])
        for head, column in zip(table.header, table.columns, strict=True)
    ]
    header = [f"column {number}" for number in range(1, len(columns) + 1)]
    rows = pa.concat_arrays([pa.array([table.header_row], pa.int64()), table.rows])
    overfull = frozenset(row + 1 for row in table.overfull)
    return replace(table, columns=columns, header=header, rows=rows, overfull=overfull)


def _products_only(table: UserTable, told: Mapping[str, str]) -> tuple[UserTable, int, bool]:
    """Leave out, and say so, rows that are no product: sums, remarks, headings of chapter 99, empty rows.

    Also return how many, and whether any of a heading of chapter 99 says what was paid under it.
    """
    at = naming.assigned(table, told)
    if "code" not in at:
        raise DataError(
            "no column of codes was found",
            remedy="name it `HTS code`, or say which it is: --column code=NAME (or its number)",
            value=", ".join(table.header)[:160],
        )
    codes = table.columns[at["code"]]
    suspect = pc.or_(
        pc.invert(pc.match_substring_regex(codes, r"\d{4}")),
        pc.match_substring_regex(codes, r"^\W*99\d{2}|[A-Za-z]{3}"),
    )
    kinds: dict[str, list[int]] = {}
    for row in np.flatnonzero(suspect.to_numpy(zero_copy_only=False)).tolist():
        cells = [column[row].as_py().strip() for column in table.columns]
        if kind := _no_product(cells, at):
            kinds.setdefault(kind, []).append(row)
    drop = sorted(row for rows in kinds.values() for row in rows)
    if not drop:
        return table, 0, False
    paid = table.columns[at["paid"]] if "paid" in at else None
    has_parts = paid is not None and any(
        re.search("[1-9]", paid[row].as_py())
        for kind, rows in kinds.items()
        if kind.startswith(_CHAPTER_99)
        for row in rows
    )
    for kind, rows in kinds.items():
        numbers = ", ".join(str(table.rows[row]) for row in rows[:_FIRST_ERRORS])
        more = ", ..." if len(rows) > _FIRST_ERRORS else ""
        table.notes.append(f"{counted(len(rows), 'row')} left out, {kind}: {numbers}{more}.")
    keep = np.ones(len(table), dtype=bool)
    keep[drop] = False
    kept = pa.array(keep)
    places = np.cumsum(keep) - 1
    return (
        replace(
            table,
            columns=[column.filter(kept) for column in table.columns],
            rows=table.rows.filter(kept),
            overfull=frozenset(int(places[row]) for row in table.overfull if keep[row]),
        ),
        len(drop),
        has_parts,
    )


_DOLLARS = re.compile(r"\$?|us ?\$?|us dollars?|dollars?", re.IGNORECASE)
_CHAPTER_99 = "headings of chapter 99, which go with the line of a product"
_SUM = re.compile(
    r"(grand |sub[- ]?)?(totals?|sum)\b|(gesamt)?summe|gesamt|total g[eé]n[eé]ral|totale|suma\b|合计|总计",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\w+\W+\w+\W+\w+|^(note|notes|remark|source|page|printed|prepared)\b", re.IGNORECASE)


def _no_product(cells: Sequence[str], at: Mapping[str, int]) -> str:
    """Return what a row is if it is no product; empty if it is one, or might be."""
    code = cells[at["code"]]
    filled = [cell for cell in cells if cell]
    if re.fullmatch(r"99\d{2}(\d{2}){0,3}", re.sub(r"[.\s-]", "", code)):
        value = cells[at["value"]] if "value" in at else ""
        return _CHAPTER_99 + (", and their values with them" if re.search(r"[1-9]", value) else "")
    if not filled:
        return "empty"
    if _SUM.match(code) or (not code and any(_SUM.fullmatch(cell.rstrip(":. ")) for cell in filled)):
        return "sums"
    if not code and all(re.fullmatch(r"[\d.,$€\s()-]+", cell) for cell in filled):
        return "sums"
    if len(filled) == 1 and len(cells) > 1 and re.search(r"\w\s+\w|^\W+$" if code else _SENTENCE, filled[0]):
        return "remarks"
    if all(re.fullmatch(r"[-=_:.*|\s]{2,}", cell) for cell in filled):
        return "rules between rows"
    if re.match(r"(count|records|rows|lines)\W", code, re.IGNORECASE):
        return "sums"
    return ""


def _read(
    law: Ledger,
    importer: str,
    table: UserTable,
    told: Mapping[str, str],
    how: _Options,
    origin: str | None,
    asked: Sequence[date],
    has_parts: bool,
) -> Entries:
    """Read the columns that the law asks about; what was paid counts only if no row left out has a part."""
    at = naming.assigned(table, told)
    count = len(table)
    said: list[tuple[str, str, str]] = []
    problems: dict[int, str] = {}
    notes: dict[int, list[str]] = {row: ["the row has more cells than the header"] for row in table.overfull}

    texts = {kind: table.columns[place] for kind, place in at.items()}
    if "suffix" in at:
        texts["code"] = pc.binary_join_element_wise(texts["code"], texts["suffix"], reading.STATISTICAL)

    def column(kind: str, read: Any) -> reading.Read | None:
        if kind not in at:
            return None
        name = table.header[at[kind]]
        try:
            found = reading.read_column(texts[kind], read)
        except DataError as error:
            raise DataError(
                error.problem, remedy=error.remedy, file=error.file, column=name, value=error.value
            ) from None
        said.append((kind, name, found.how))
        _note_problems(found, name, problems, notes)
        return found

    codes = column("code", lambda cells: reading.read_codes(cells, how.pad_zeros))
    assert codes is not None  # the table was refused without one
    if "suffix" in at:
        said.append(("suffix", table.header[at["suffix"]], "put behind eight digits"))
    fallback = None if origin is None else check_origin(law, importer, read_country(law, origin))
    origins = column("origin", lambda cells: _read_origins(law, importer, cells, fallback))
    if origins is None:
        if fallback is None:
            near = naming.left_over(table.header, at.values(), "origin")
            raise DataError(
                "no column of countries of origin was found"
                + (f" ({near} is another thing)" if near else ""),
                remedy="give --origin CHN for all rows, or say which it is: --column origin=NAME",
                value=", ".join(table.header)[:160],
            )
        origins = reading.Read(np.zeros(count, dtype=np.int64), [fallback], [""], [""])
        said.append(("origin", "", f"{fallback} for all rows"))
    elif fallback is not None:
        said.append(("origin", "", f"{fallback} where the cell is empty"))
    days = None
    if asked:
        said.append(("on", "", ", ".join(map(str, asked)) + " for all rows"))
        at.pop("on", None)
    else:
        days = column("on", lambda cells: _read_days(law, importer, cells, how.dates))
    usual = next(
        (order for order, name in reading.ORDERS.items() if days and days.how.startswith(name)), None
    )
    if days is None:
        days = reading.Read(np.zeros(count, dtype=np.int64), [law.law_asof], [""], [""])
        if not asked:
            near = naming.left_over(table.header, at.values(), "on")
            said.append(
                (
                    "on",
                    "",
                    f"no column of days of entry: {law.law_asof}, the ledger's own date; --on gives another"
                    + (f". Not taken for one: {near}; --column on=NAME takes it" if near else ""),
                )
            )
    money = column("value", lambda cells: reading.read_amounts(cells, how.decimal))
    mark = next((mark for mark, name in reading.DECIMALS.items() if money and money.how == name), None)
    elsewhere = _not_in_dollars(table, at, texts, money, notes)
    paid = column("paid", lambda cells: reading.read_amounts(cells, how.decimal, "paid", usual=mark))
    if paid is not None and (has_parts or money is None or len(asked) > 1):
        why = (
            "rows of chapter 99 have a part of it"
            if has_parts
            else "one day and a column of values are needed"
        )
        paid = None
        said[-1] = (*said[-1][:2], f"not held against the law: {why}")
    if "quantity" in at:
        texts["quantity"], own = reading.parted(texts["quantity"])
        told_apart = texts.get("unit", own)
        texts["unit"] = pc.if_else(pc.equal(told_apart, ""), own, told_apart)
    amounts = column(
        "quantity", lambda cells: reading.read_amounts(cells, how.decimal, "quantity", False, mark)
    )
    units = None
    if amounts is not None and "unit" in texts:
        units = column("unit", reading.read_texts) or reading.read_column(texts["unit"], reading.read_texts)
    loaded = column("loaded", lambda cells: reading.read_days(cells, how.dates, "loaded", usual))
    known = column("known", lambda cells: reading.read_days(cells, how.dates, "known", usual))
    claims = column("claim", reading.read_claims)
    if "liquidation" in at:
        texts["liquidated"] = reading.with_status(texts.get("liquidated"), texts["liquidation"])
        at.setdefault("liquidated", at["liquidation"])
        said.append(("liquidation", table.header[at["liquidation"]], "where no day is given"))
    liquidated = column("liquidated", lambda cells: reading.read_liquidations(cells, how.dates, usual))
    deposited = column("deposited", lambda cells: reading.read_days(cells, how.dates, "deposited", usual))
    values = _values(money, elsewhere)
    contents, content_at = _contents(table, at, how, column, values, problems, count)
    if money is None:
        near = naming.left_over(table.header, at.values(), "value")
        hint = f". Not taken for one: {near}; --column value=NAME takes it" if near else ""
        said.append(("value", "", f"no column of values: percent only, no dollars{hint}"))
    for kind, name, form in (
        ("loaded", "a day of loading", "loaded=NAME"),
        ("content", "a metal content", "steel=NAME takes a share of value"),
        ("claim", "an exclusion or preference claimed", "claim=NAME takes names as `lookup --claim` does"),
    ):
        if kind not in at and (near := naming.left_over(table.header, at.values(), kind)):
            said.append((kind, "", f"not taken for {name}: {near}; --column {form}"))
    entries = Entries(
        *_facts(codes),
        *_facts(origins),
        *_facts(days),
        loaded=_ordinals(loaded, count),
        known=_ordinals(known, count),
        contents=contents,
        content_at=content_at,
        claims=[claim or frozenset() for claim in claims.values] if claims else [frozenset()],
        claim_at=claims.row_at if claims else np.zeros(count, dtype=np.int64),
        quantities=[None],
        quantity_at=np.zeros(count, dtype=np.int64),
        values=values,
        paid=_cents(_values(paid, elsewhere)),
        liquidated=None if liquidated is None else [liquidated.values[place] for place in liquidated.row_at],
        deposited=None if deposited is None else [deposited.values[place] for place in deposited.row_at],
        problems=problems,
        notes=notes,
        columns=at,
        in_other_money=int(elsewhere.sum()),
        how=said,
    )
    if amounts is not None:
        _count(law, importer, entries, amounts, units)
    for row in np.flatnonzero(entries.known > law.law_asof.toordinal()):
        problems.setdefault(int(row), f"known: nothing published after {law.law_asof} is known")
    if not asked:
        ordinals = np.array([day.toordinal() for day in entries.days] or [0])[entries.day_at]
        for row in np.flatnonzero(entries.loaded > ordinals):
            problems.setdefault(int(row), "loaded after entry")
    return entries


def _not_in_dollars(
    table: UserTable,
    at: Mapping[str, int],
    texts: Mapping[str, pa.Array],
    money: reading.Read | None,
    notes: dict[int, list[str]],
) -> np.ndarray:
    """Return which rows have a value in another currency, by its cell, the header or a column of them."""
    if money is None:
        return np.zeros(len(table), dtype=bool)
    of_all = naming.currency_of(table.header[at["value"]])
    if "currency" in at:
        encoded = texts["currency"].dictionary_encode()
        cells = [cell.strip() for cell in encoded.dictionary.to_pylist()]
        told = [naming.currency_of(cell) or ("" if _DOLLARS.fullmatch(cell) else cell) for cell in cells]
        at_row = encoded.indices.to_numpy(zero_copy_only=False)
    else:
        told, at_row = [of_all], np.zeros(len(table), dtype=np.int64)
    by_cell = np.array([bool(note) for note in money.notes], dtype=bool)[money.row_at]
    is_other = np.array([currency not in ("", "USD") for currency in told], dtype=bool)[at_row]
    for row in np.flatnonzero(is_other & ~by_cell):
        notes.setdefault(int(row), []).append(reading.not_dollars(told[at_row[row]]))
    return is_other | by_cell


def _values(money: reading.Read | None, elsewhere: np.ndarray) -> pa.Array | None:
    if money is None:
        return None
    values = pa.array(money.values, _MONEY).take(pa.array(money.row_at))
    return pc.if_else(pa.array(elsewhere), None, values) if elsewhere.any() else values


def _cents(amounts: pa.Array | None) -> pa.Array | None:
    return None if amounts is None else pc.cast(pc.round(amounts, 2), pa.decimal128(17, 2))


def _count(
    law: Ledger, importer: str, entries: Entries, amounts: reading.Read, units: reading.Read | None
) -> None:
    """Put quantities into the entries whose duty counts units; say of the others why not."""
    rates = law.base_rates[importer]
    counted = [
        any(counts_units(match(law, below, importer)) for below in {code, *rates.below(code)})
        for code in entries.codes
    ]
    places: dict[Quantity | None, int] = {None: 0}
    for row, at in enumerate(amounts.row_at):
        amount, code_at = amounts.values[at], entries.code_at[row]
        if not amount or code_at == NOTHING:
            continue
        unit = None if units is None else units.values[units.row_at[row]]
        value = None if entries.values is None else entries.values[row].as_py()
        note = ""
        if not counted[code_at]:
            note = NOT_NEEDED
        elif unit is None:
            note = "The quantity is not used, an average stands for the duty: no unit is given."
        elif not value:
            note = "The quantity is not used, an average stands for the duty: no value is given."
        else:
            quantity = Quantity(amount.normalize(), unit, value)
            entries.quantity_at[row] = places.setdefault(quantity, len(places))
        if note:
            entries.notes.setdefault(row, []).append(note)
    entries.quantities = list(places)


def _note_problems(
    found: reading.Read, name: str, problems: dict[int, str], notes: dict[int, list[str]]
) -> None:
    bad = np.array([bool(problem) for problem in found.problems], dtype=bool)
    if bad.any():
        for row in np.flatnonzero(bad[found.row_at]):
            problems.setdefault(int(row), f"column {name}: {found.problems[found.row_at[row]]}")
    noted = np.array([bool(note) for note in found.notes], dtype=bool)
    if noted.any():
        for row in np.flatnonzero(noted[found.row_at]):
            notes.setdefault(int(row), []).append(found.notes[found.row_at[row]])


def _facts(found: reading.Read) -> tuple[list[Any], np.ndarray]:
    """Return distinct values and the position of that of each row; what was not read is `NOTHING`."""
    values: dict[Any, int] = {}
    places = np.array(
        [NOTHING if value is None else values.setdefault(value, len(values)) for value in found.values]
        or [NOTHING],
        dtype=np.int64,
    )
    return list(values), places[found.row_at]


def _ordinals(found: reading.Read | None, count: int) -> np.ndarray:
    if found is None:
        return np.zeros(count, dtype=np.int64)
    days = np.array([0 if day is None else day.toordinal() for day in found.values], dtype=np.int64)
    return days[found.row_at]


def _clause(error: TrucewatchError) -> str:
    """Return an error without the place, which the row tells."""
    if not isinstance(error, DataError):
        return str(error)
    found = "" if error.value is None else f"; found {str(error.value)[:60]!r}"
    return f"{error.problem}{found}. Remedy: {error.remedy}"


def _read_origins(law: Ledger, importer: str, cells: list[str], fallback: str | None) -> reading.Cells:
    values: list[Any] = []
    problems = []
    for cell in cells:
        value, problem = fallback, ""
        told = "" if reading.NOT_TOLD.fullmatch(cell) else cell
        if not told and fallback is None:
            found = f"; found {cell!r}" if cell else ""
            problem = f"no country of origin{found}: give one, or --origin for the rows without"
        elif cell == "NA":
            value, problem = None, "NA: not told, or Namibia? Write NAM for Namibia"
        elif told:
            try:
                value = check_origin(law, importer, read_country(law, cell))
            except DataError as error:
                value, problem = None, _clause(error)
        values.append(value)
        problems.append(problem)
    return values, problems, [""] * len(cells), ""


def _read_days(law: Ledger, importer: str, cells: list[str], dates: str | None) -> reading.Cells:
    values, problems, notes, how = reading.read_days(cells, dates)
    for place, (cell, day) in enumerate(zip(cells, values, strict=True)):
        if not cell:
            problems[place] = "no day of entry: give one, or --on for all rows"
        elif day is not None:
            try:
                check_day(law, importer, day)
            except DataError as error:
                values[place], problems[place] = None, _clause(error)
    return values, problems, notes, how


def _contents(
    table: UserTable,
    at: Mapping[str, int],
    how: _Options,
    column: Any,
    values: pa.Array | None,
    problems: dict[int, str],
    count: int,
) -> tuple[list[tuple[tuple[str, Decimal], ...]], np.ndarray]:
    """Return the metal shares of each row, from one column, one per metal, or the dollars of each metal."""
    pieces: list[tuple[str, reading.Read]] = []
    dollars: list[tuple[str, reading.Read]] = []
    for metal in reading.PARTS_OF_CONTENT:
        if f"{metal}_value" in at:
            found = column(f"{metal}_value", lambda cells: reading.read_amounts(cells, how.decimal))
            dollars.append((metal, found))
    if "content" in at:
        pieces.append(("", column("content", reading.read_contents)))
    for metal in reading.PARTS_OF_CONTENT:
        if metal in at:
            head = table.header[at[metal]]
            read = column(metal, lambda cells, m=metal, h=head: reading.read_shares(cells, how.shares, m, h))
            pieces.append((metal, read))
    if not pieces and not dollars:
        return [()], np.zeros(count, dtype=np.int64)
    distinct: dict[tuple[tuple[str, Decimal], ...], int] = {}
    places = np.empty(count, dtype=np.int64)
    for row in range(count):
        shares: dict[str, Decimal] = {}
        for metal, found in dollars:
            part, whole = found.values[found.row_at[row]], None if values is None else values[row].as_py()
            if part is not None and whole:
                shares[metal] = round(part / whole, 6)
            elif part is not None:
                problems.setdefault(row, f"a value of {metal} without a value of the goods")
        for metal, found in pieces:
            value = found.values[found.row_at[row]]
            if value is not None:
                shares |= {metal: value} if metal else dict(value)
        if sum(shares.values()) > 1:
            problems.setdefault(row, "the metal shares add up to more than the value")
        key = tuple(sorted(shares.items()))
        places[row] = distinct.setdefault(key, len(distinct))
    return list(distinct), places


def _answered(cases: Cases, entries: Entries, on: date | None) -> Answers:
    """Answer every distinct question once."""
    law = cases.ledger
    count = len(entries.code_at)
    problems = dict(entries.problems)
    good = np.ones(count, dtype=bool)
    if problems:
        good[list(problems)] = False
    days = np.array([day.toordinal() for day in entries.days] or [0], dtype=np.int64)
    ordinal = np.full(count, on.toordinal()) if on is not None else days[entries.day_at]
    is_plain = not (entries.loaded.any() or entries.known.any())
    plan_at, segment = _segments(cases, entries, ordinal, is_plain)
    facts = [
        plan_at,
        segment,
        entries.origin_at,
        entries.loaded,
        entries.known,
        entries.content_at,
        entries.claim_at,
        entries.quantity_at,
    ]
    key, most = np.zeros(count, dtype=np.int64), 1
    for fact in facts if count else ():
        least, span = int(fact.min()), int(np.ptp(fact)) + 1
        if most * span > np.iinfo(np.int64).max:
            _, key = np.unique(key, return_inverse=True)
            most = count
        key, most = key * span + (fact - least), most * span
    rows = np.flatnonzero(good)
    _, first, inverse = np.unique(key[rows], return_index=True, return_inverse=True)
    found: list[Case] = []
    place: dict[int, int] = {}
    case_of_key = np.empty(len(first), dtype=np.int64)
    refusals: dict[int, str] = {}
    for number_, at in enumerate(rows[first]):
        day = date.fromordinal(int(ordinal[at]))
        loaded, known = int(entries.loaded[at]), int(entries.known[at])
        try:
            entry = entry_of(
                law,
                entries.origins[entries.origin_at[at]],
                day,
                date.fromordinal(loaded) if loaded else None,
                date.fromordinal(known) if known else law.law_asof,
                entries.claims[entries.claim_at[at]],
                dict(entries.contents[entries.content_at[at]]),
                quantity=entries.quantities[entries.quantity_at[at]],
            )
            code = entries.codes[entries.code_at[at]]
            if entry.claims:
                check_claims(law, code, cases.importer, entry)
            case = cases.of(code, entry)
            if entry.quantity is not None and case.lines and (unused := unused_quantity(case.lines)):
                case = replace(case, notes=(unused, *case.notes))
            if entry.content:
                case = _with_content_note(law, case, entry.content)
        except TrucewatchError as error:
            refusals[number_] = _clause(error)
            case_of_key[number_] = NOTHING
            continue
        if id(case) not in place:
            place[id(case)] = len(found)
            found.append(case)
        case_of_key[number_] = place[id(case)]
    case_at = np.full(count, NOTHING, dtype=np.int64)
    case_at[rows] = case_of_key[inverse]
    if refusals:
        for position in np.flatnonzero(case_of_key[inverse] == NOTHING):
            problems[int(rows[position])] = refusals[int(inverse[position])]
    return Answers(found, case_at, dict(sorted(problems.items())))


def _with_content_note(law: Ledger, case: Case, content: Mapping[str, Decimal]) -> Case:
    """Say which metal shares count for nothing, since no duty on the code asks for them."""
    asked = {
        metal
        for line in case.lines
        if line.measure_id in law.measure
        for metal in metals_of(law.measure[line.measure_id].basis)
    }
    idle = sorted(metal for metal, share in content.items() if share and metal not in asked)
    if not idle or not case.lines:
        return case
    note = f"no duty on this code asks for its {' and '.join(idle)} content: it counts for nothing"
    return replace(case, notes=(note, *case.notes))


def _segments(
    cases: Cases, entries: Entries, ordinal: np.ndarray, is_plain: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the set of codes with the same answers, and the stretch of days."""
    plans: dict[Any, int] = {}
    cuts: list[np.ndarray] = []
    pairs, pair_at = np.unique(
        entries.code_at * (len(entries.origins) + 1) + entries.origin_at, return_inverse=True
    )
    plan_of = np.zeros(len(pairs), dtype=np.int64)
    for at, first in enumerate(np.unique(pair_at, return_index=True)[1]):
        code_at, origin_at = entries.code_at[first], entries.origin_at[first]
        if NOTHING in (code_at, origin_at):
            continue
        code, origin = entries.codes[code_at], entries.origins[origin_at]
        plan = cases.plan(code, origin)
        if plan not in plans:
            plans[plan] = len(plans)
            own = cases.cuts(code, origin, is_plain)
            cuts.append(np.array([day.toordinal() for day in own], dtype=np.int64))
        plan_of[at] = plans[plan]
    plan_at = plan_of[pair_at]
    if not cuts:
        return plan_at, plan_at
    days, day_at = np.unique(ordinal, return_inverse=True)
    table = np.array([np.searchsorted(own, days, "right") for own in cuts])
    return plan_at, table[plan_at, day_at]


def _percent(value: Decimal | None) -> str:
    return "" if value is None else _shown(value)


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _usd(value: Decimal | None, percent: Decimal | None) -> Decimal | None:
    if value is None or percent is None:
        return None
    return (value * percent / 100).quantize(_CENT, ROUND_HALF_UP)


def _spread(texts: Sequence[str], at: np.ndarray) -> pa.DictionaryArray:
    """Return the text of each row; empty where there is none."""
    places = np.where(at == NOTHING, len(texts), at).astype(np.int32)
    return pa.DictionaryArray.from_arrays(places, pa.array([*texts, ""], pa.string()))


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_dictionary(kind)


def _sparse(texts: Mapping[int, str], count: int) -> pa.Array:
    places = np.full(count, NOTHING, dtype=np.int64)
    distinct: dict[str, int] = {}
    for row, text in texts.items():
        places[row] = distinct.setdefault(text, len(distinct))
    return _spread(list(distinct), places)


def _of_cases(answers: Answers, cell: Any) -> pa.Array:
    return _spread([cell(case) for case in answers.cases], answers.case_at)


def _numbers(answers: Answers, dollars: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Return percent, points and dollars of every row, as numbers."""
    percents = {
        "total_pct": "total_pct",
        "lower_pct": "lower_pct",
        "upper_pct": "upper_pct",
        "refundable_low_pp": "refund_low_pp",
        "refundable_high_pp": "refund_high_pp",
    }
    found = {name: _points(answers, fact, pa.float64()) for name, fact in percents.items()}
    found |= {name: pc.cast(amounts, pa.float64()) for name, amounts in dollars.items()}
    return {name: found[name] for name in PER_DAY if name in found}


def _points(answers: Answers, fact: str, kind: pa.DataType) -> pa.Array:
    """Return a fact of the case of each row."""
    given = [getattr(case, fact) for case in answers.cases]
    if pa.types.is_floating(kind):
        given = [None if value is None else float(value) for value in given]
    places = np.where(answers.case_at == NOTHING, len(given), answers.case_at)
    return pa.array([*given, None], kind).take(pa.array(places))


def _dollars(answers: Answers, values: pa.Array) -> dict[str, pa.Array]:
    """Return the dollars of every row, exact to the cent, halves up."""
    facts = {
        "duty_usd": "total_pct",
        "duty_low_usd": "lower_pct",
        "duty_high_usd": "upper_pct",
        "refundable_low_usd": "refund_low_pp",
        "refundable_high_usd": "refund_high_pp",
    }
    hundredth = pa.scalar(_CENT, pa.decimal128(3, 2))
    found = {}
    for name, fact in facts.items():
        cents = pc.round(
            pc.multiply(values, _points(answers, fact, _PERCENT)), 0, round_mode="half_towards_infinity"
        )
        found[name] = pc.multiply(pc.cast(cents, pa.decimal128(30, 0)), hundredth)
    return found


def _summed(amounts: pa.Array) -> Decimal:
    return pc.sum(amounts).as_py() or Decimal(0)
