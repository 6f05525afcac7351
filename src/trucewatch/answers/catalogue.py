"""A list of products and what it owes: a catalogue, a bill of materials, entries; read as people have them.

Rows that are no products are left out (`catalogue_products`), columns are read once (`catalogue_entries`),
every distinct question is answered once (`catalogue_answers`), and the answers are spread over the rows: a
million rows are some ten thousand questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trucewatch.answers.cases import Cases
from trucewatch.answers.catalogue_answers import (
    Answers,
    answers_of,
    case_texts,
    dollars_by_row,
    notes_by_row,
    numbers_by_row,
    texts_by_row,
    texts_of_some,
)
from trucewatch.answers.catalogue_entries import NOTHING, Entries, Options, read_entries
from trucewatch.answers.catalogue_products import names_found, products_only, with_header
from trucewatch.answers.inputs import (
    check_day,
    check_importer,
    current_ledger,
    listed,
    read_day,
)
from trucewatch.answers.layout import aligned, paragraph, width
from trucewatch.answers.notes import NOT_A_RULING, at_least, number, total_text
from trucewatch.answers.paid_at import numbers_of
from trucewatch.answers.user_file import read_user_table
from trucewatch.answers.user_table import UserTable, counted, from_frame
from trucewatch.duty.lines import Line
from trucewatch.duty.stacking import AS_COLLECTED, LENSES
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.ledger.memory import uncollected

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.answers.catalogue_views import View

_CENT = Decimal("0.01")
_DOLLAR = pa.scalar(Decimal(1), pa.decimal128(3, 2))
_FIRST_ERRORS = 5
_LEAST_NAME = 20
"""Columns a terminal must have left for names of products to be shown."""
_SHOWN_ROWS = 20
_shown = lru_cache(maxsize=65_536)(number)

_OF_LINE = ("status", "reason", "valid_from", "valid_to", "next_change", "act_id", "citation", "confidence")


@dataclass
class Catalogue:
    """A list of products with its duties.

    `table`: the user's table; `skipped` of its rows were totals or had nothing in them; `entries`: what was
    read; `on`: days of entry asked for all rows; empty if the rows have their own; `answers`: one for each of
    `on`, or one.
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
        return [{} if values is None else dollars_by_row(answers, values) for answers in self.answers]

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
        bounds = dollars["duty_low_usd"], dollars["duty_high_usd"]  # the other way round for a credit
        outside = pc.or_(
            pc.less(paid, pc.subtract(pc.min_element_wise(*bounds), _DOLLAR)),
            pc.greater(paid, pc.add(pc.max_element_wise(*bounds), _DOLLAR)),
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
            added["description"] = texts_by_row(self.names, entries.code_at)
        for day, answers, dollars in zip(self.on or (None,), self.answers, self._dollars, strict=True):
            mark = f"_{day}" if len(self.answers) > 1 else ""
            for name, column in numbers_by_row(answers, dollars).items():
                added[name + mark] = column
        if self._paid_less_law is not None:
            added["paid_less_law_usd"] = pc.cast(self._paid_less_law, pa.float64())
        last = self.answers[-1]
        if len(self.answers) == 1:
            added["lines"] = case_texts(last, lambda case: words_of(case.lines))
        if self.importer == "CHN":
            added["waived_pct"] = case_texts(last, lambda case: _percent(case.waived_pct))
        added["is_complete"] = case_texts(last, lambda case: "yes" if case.is_complete else "no")
        added["confidence"] = case_texts(last, lambda case: case.confidence)
        added["notes"] = self._notes()
        added["read_as"] = self._read_as()
        added["law_asof"] = pa.repeat(self.law.law_asof.isoformat(), self.rows)
        added["error"] = texts_of_some(self.refused, self.rows)
        return added

    def _notes(self) -> pa.Array:
        """What a reader of each row must know."""
        notes = notes_by_row(self.answers[-1])
        if not self.entries.notes:
            return notes
        texts = notes.to_pylist()
        for row, own in self.entries.notes.items():
            texts[row] = "; ".join(filter(None, (*own, texts[row])))
        return pa.array(texts, pa.string())

    def _read_as(self) -> pa.Array:
        """The question of each row as it was understood."""
        entries = self.entries
        parts = [
            texts_by_row(entries.codes, entries.code_at),
            texts_by_row(entries.origins, entries.origin_at),
        ]
        if not self.on:
            parts.append(texts_by_row([day.isoformat() for day in entries.days], entries.day_at))
        return pc.binary_join_element_wise(*(part.cast(pa.string()) for part in parts), " ")

    def to_arrow(self) -> pa.Table:
        """Return the user's columns and the answers; a name taken by the user's gets `tw_` before it.

        Texts of the answers are dictionaries: each is held once, however many rows have it.
        """
        heads = [*self.table.header, *map(self.table.free, self._columns)]
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
                            **{name: getattr(line, name) for name in _OF_LINE},
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
                    "incomplete": self._incomplete(answers),
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

    def _incomplete(self, answers: Answers) -> int:
        """Return how many answered rows lack a duty in their total."""
        lacking = np.array([not case.is_complete for case in answers.cases], dtype=bool)
        return int(lacking[answers.case_at[answers.case_at != NOTHING]].sum())

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
            duty = at_least(duty, not sums["incomplete"])
            low, high = sums["refund_low"], sums["refund_high"]
            refund = f"{low:,.2f}" if low == high else f"{low:,.2f} to {high:,.2f}"
            of_it = f", {refund} of it collected under duties later held unlawful" if high else ""
            bounds = ""
            if sums["duty"] is not None and sums["low"] != sums["high"]:
                bounds = f" ({both} by what the codes do not show)"
            said.append(f"Duty{when}: {duty} US dollars{bounds} on {sums['value']:,.2f} of value{of_it}.")
        if incomplete := max(map(self._incomplete, self.answers)):
            said.append(
                f"{counted(incomplete, 'row')} with a duty that is not in the total, mostly one by the unit: "
                "the total is the least that is paid. See is_complete and notes; quantity, unit and value "
                "give the exact duty."
            )
        if at_sea := max(int((answers.at_sea > 0).sum()) for answers in self.answers):
            said.append(
                f"{counted(at_sea, 'row')} on days when goods loaded earlier could pay another duty: the "
                "total is that of goods loaded later. See notes; a column of days of loading decides."
            )
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

    def _rows(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return the heads and the first rows of the table that a terminal shows."""
        heads = ("Row", "Code", "Origin", "Total %", "Lower %", "Upper %", "Duty $", "Refundable pp")
        answers, entries = self.answers[0], self.entries
        shown: list[tuple[str, ...]] = []
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
                    total_text(case.total_pct, case.is_complete),
                    _percent(case.lower_pct),
                    _percent(case.upper_pct),
                    "" if duty is None else f"{duty:,}",
                    refund,
                )
            )
        return heads, shown

    def _rows_by_day(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return heads and first rows where several days are asked for: the total on each."""
        shown = []
        for row in range(min(self.rows, _SHOWN_ROWS)):
            if row in self.refused:
                continue
            cases = [answers.cases[answers.case_at[row]] for answers in self.answers]
            totals = (
                f"{_percent(case.lower_pct)} to {_percent(case.upper_pct)}"
                if case.total_pct is None
                else total_text(case.total_pct, case.is_complete)
                for case in cases
            )
            origin = self.entries.origins[self.entries.origin_at[row]]
            shown.append((str(self.table.rows[row]), self.code_of(row), origin, *totals))
        return ("Row", "Code", "Origin", *(f"{day} %" for day in self.on)), shown

    def __str__(self) -> str:
        """Return how the table was read, the sums and the first rows, for a terminal."""
        heads, shown = self._rows_by_day() if len(self.answers) > 1 else self._rows()
        table = ["", *aligned(heads, shown, heads[3:]), ""] if shown else []
        room = width() - max(map(len, table), default=0) - 2
        if shown and room >= _LEAST_NAME and any(self.names):
            rows = [row for row in range(min(self.rows, _SHOWN_ROWS)) if row not in self.refused]
            names = ["Description", *(self.names[self.entries.code_at[row]] for row in rows)]
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
    hs6: bool = False,
    sheet: str | None = None,
    encoding: str | None = None,
    ledger: Ledger | None = None,
) -> Catalogue:
    """Look up every row of a list of products; arguments and errors as `trucewatch.catalogue`.

    - `source`: path of a CSV, TSV or JSON file or of a workbook, `-` for standard input, or a DataFrame;
      columns are known by their names in any order, others are kept
    - `columns`: which column is which, where the names do not tell: the user's name (or number from 1) by
      kind
    - `dates`: `mdy` or `dmy`, where the cells of a column leave it open
    - `decimal`: `point` or `comma`, likewise
    - `shares`: `percent` or `fraction`, likewise for metal shares
    - `pad_zeros`: give codes with an odd number of digits the zero back that a spreadsheet took
    - `hs6`: read six digits of every code, where they are numbers of another country's tariff
    - `sheet`, `encoding`: of a workbook, of a text file
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
            source, lambda cells: names_found(cells, named, "code" in told), sheet, encoding
        )
        name = "standard input" if str(source) == "-" else str(source)
    else:
        table, name = from_frame(source), "a frame"
    asked = tuple(
        check_day(law, side, law.law_asof if day == "today" else read_day(day, "on")) for day in _days_of(on)
    )
    table, skipped, has_parts = products_only(with_header(table, told), told)
    how = Options(dates, decimal, shares, pad_zeros, hs6)
    with uncollected():
        entries = read_entries(law, side, table, told, how, origin, asked, has_parts)
        cases = Cases(law, side, lens)
        answers = tuple(answers_of(cases, entries, day) for day in (asked or (None,)))
    return Catalogue(name, table, entries, side, lens, law, asked, answers, skipped)


def _days_of(on: Any) -> list[Any]:
    if on is None:
        return []
    return [part.strip() for part in on.split(",")] if isinstance(on, str) else listed(on)


def _percent(value: Decimal | None) -> str:
    return "" if value is None else _shown(value)


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _usd(value: Decimal | None, percent: Decimal | None) -> Decimal | None:
    if value is None or percent is None:
        return None
    return (value * percent / 100).quantize(_CENT, ROUND_HALF_UP)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_dictionary(kind)


def _summed(amounts: pa.Array) -> Decimal:
    return pc.sum(amounts).as_py() or Decimal(0)
