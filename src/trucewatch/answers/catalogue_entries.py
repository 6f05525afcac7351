"""The rows of a catalogue as the law asks about them: its columns read, each once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trucewatch.answers import catalogue_columns as reading
from trucewatch.answers import catalogue_names as naming
from trucewatch.answers.countries import read_country
from trucewatch.answers.inputs import check_day, check_origin
from trucewatch.answers.lookup import NOT_NEEDED
from trucewatch.answers.special_programs import claimed, read_indicators
from trucewatch.answers.user_table import UserTable, counted
from trucewatch.duty.lines import Entry, counts_units
from trucewatch.duty.matching import match
from trucewatch.duty.specific import Quantity
from trucewatch.duty.stacking import entry_of
from trucewatch.errors import DataError, TrucewatchError
from trucewatch.ledger.ledger import Ledger

NOTHING = -1
_MONEY = pa.decimal128(21, 6)

_TOO_MUCH = 10**15
"""US dollars: more than all trade of the world."""
_DOLLARS = re.compile(r"\$?|us ?\$?|us dollars?|dollars?", re.IGNORECASE)


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
    """Why a row cannot be asked about, by position."""
    notes: dict[int, list[str]]
    columns: dict[str, int]
    """The user's column of each kind."""
    in_other_money: int = 0
    """Rows with a value that is not in US dollars."""
    how: list[tuple[str, str, str]] = field(default_factory=list)
    """How the columns were read: kind, the user's name, what was done."""

    def entry(self, row: int, law: Ledger, day: date) -> Entry:
        """Return the facts of a row as an entry of a day."""
        loaded, known = int(self.loaded[row]), int(self.known[row])
        return entry_of(
            law,
            self.origins[self.origin_at[row]],
            day,
            date.fromordinal(loaded) if loaded else None,
            date.fromordinal(known) if known else law.law_asof,
            self.claims[self.claim_at[row]],
            dict(self.contents[self.content_at[row]]),
            quantity=self.quantities[self.quantity_at[row]],
        )


@dataclass(frozen=True)
class Options:
    """How cells are written where they leave it open, as told; `trucewatch.answers.catalogue.catalogue`."""

    dates: str | None
    decimal: str | None
    shares: str | None
    pad_zeros: bool
    hs6: bool = False


_NAMED_OFTEN = ("code", "origin", "on", "value")
"""Kinds for which a table often has several columns."""


class _Columns:
    """The columns of a table by kind, and what was found in reading them."""

    def __init__(self, table: UserTable, told: Mapping[str, str]) -> None:
        self.table = table
        self.at = naming.assigned(table, told)
        self.texts = {kind: table.columns[place] for kind, place in self.at.items()}
        self.problems: dict[int, str] = {}
        self.notes = {row: ["the row has more cells than the header"] for row in table.overfull}
        self.how: list[tuple[str, str, str]] = []
        for kind in ("value", "paid", "quantity"):
            if kind in self.at:
                self._leave_out_merged(kind)

    def _leave_out_merged(self, kind: str) -> None:
        """Take an amount in a cell merged over several products out of all of them: it could be of any."""
        numbers = self.table.rows.to_numpy()
        is_open = np.zeros(len(numbers), dtype=bool)
        for column, first, last in self.table.merged:
            own = (numbers >= first) & (numbers <= last)
            if column == self.at[kind] and own.sum() > 1:
                is_open |= own
        for at in np.flatnonzero(is_open).tolist():
            problem = "one merged cell for several rows is left out: give each row its own amount"
            self.notes.setdefault(at, []).append(f"{self.name(kind)}: {problem}")
        if is_open.any():
            self.texts[kind] = pc.if_else(pa.array(is_open), "", self.texts[kind])

    def __contains__(self, kind: str) -> bool:
        return kind in self.at

    def name(self, kind: str) -> str:
        """Return the user's name of a column."""
        return self.table.header[self.at[kind]]

    def say(self, kind: str, how: str, name: str = "") -> None:
        """Keep how a kind of fact was read, and which columns could have been read in place of its own."""
        others = naming.passed_over(self.table, self.at, kind) if name and kind in _NAMED_OFTEN else ""
        told = f"not taken: {others}" if others else ""
        self.how.append((kind, name, "; ".join(filter(None, (how, told)))))

    def left_over(self, kind: str) -> str:
        """Return the columns not read whose names come near a kind."""
        return naming.left_over(self.table, self.at.values(), kind)

    def read(self, kind: str, read: Any) -> reading.Read | None:
        """Read a column; None if the table has none of this kind."""
        if kind not in self.at:
            return None
        name = self.name(kind)
        try:
            found = reading.read_column(self.texts[kind], read)
        except DataError as error:
            raise DataError(
                error.problem, remedy=error.remedy, file=error.file, column=name, value=error.value
            ) from None
        self.say(kind, found.how, name)
        _note_problems(found, name, self.problems, self.notes)
        return found

    def dollars(self, kind: str, read: Any) -> reading.Read | None:
        """Read a column of dollars, or of thousands of them if its name says so."""
        found = self.read(kind, read)
        if found is not None and (scale := naming.scale_of(self.name(kind))) > 1:
            self.how.pop()
            found.values = [None if value is None else value * scale for value in found.values]
            for at, value in enumerate(found.values):
                if value is not None and abs(value) >= _TOO_MUCH:
                    found.values[at] = None
                    found.problems[at] = (
                        f"{value:,.0f} US dollars, by the {scale:,} in the name of its column"
                    )
            _note_problems(found, self.name(kind), self.problems, self.notes)
            self.say(kind, "; ".join(filter(None, (found.how, f"times {scale:,}"))), self.name(kind))
        return found

    def amounts(self, *asked: Any, usual: str | None = None) -> reading.Cells:
        """Read cells of amounts, credits too, by what the file's separator tells of their decimals."""
        by_commas = self.table.is_text and self.table.separator == ","
        return reading.read_amounts(*asked, usual=usual, is_parted_by_commas=by_commas, has_credits=True)

    def of_all(self, value: Any) -> reading.Read:
        """Return one value for every row."""
        return reading.Read(np.zeros(len(self.table), dtype=np.int64), [value], [""], [""])


def read_entries(
    law: Ledger,
    importer: str,
    table: UserTable,
    told: Mapping[str, str],
    how: Options,
    origin: str | None,
    asked: Sequence[date],
    has_parts: bool,
) -> Entries:
    """Read the columns that the law asks about; what was paid counts only if no row left out has a part."""
    columns = _Columns(table, told)
    count = len(table)
    codes = _read_codes(columns, how, importer)
    origins = _read_origins(columns, law, importer, origin)
    days, usual = _read_days(columns, law, importer, how, asked)
    money = columns.dollars("value", lambda cells: columns.amounts(cells, how.decimal))
    mark = next((mark for mark, name in reading.DECIMALS.items() if money and money.how == name), None)
    elsewhere = _not_in_dollars(columns, money)
    paid = _read_paid(columns, how, mark, has_parts, is_comparable=money is not None and len(asked) <= 1)
    amounts, units = _read_quantities(columns, how, mark)
    loaded = columns.read("loaded", lambda cells: reading.read_days(cells, how.dates, "loaded", usual))
    known = columns.read("known", lambda cells: reading.read_days(cells, how.dates, "known", usual))
    claims = columns.read("claim", reading.read_claims)
    programs = columns.read("spi", lambda cells: read_indicators(law, cells))
    liquidated = _read_liquidations(columns, how, usual)
    deposited = columns.read(
        "deposited", lambda cells: reading.read_days(cells, how.dates, "deposited", usual)
    )
    values = _values(money, elsewhere)
    contents, content_at = _contents(columns, how, values)
    _say_what_is_missing(columns)
    _say_what_goes_elsewhere(columns, law, importer)
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
        problems=columns.problems,
        notes=columns.notes,
        columns=columns.at,
        in_other_money=int(elsewhere.sum()),
        how=columns.how,
    )
    _take_off_credits(entries, table)
    if programs is not None:
        _claim_programs(law, importer, entries, programs, asked)
    if amounts is not None:
        _count(law, importer, entries, amounts, units)
    for row in np.flatnonzero(entries.known > law.law_asof.toordinal()):
        entries.problems.setdefault(int(row), f"known: nothing published after {law.law_asof} is known")
    if not asked:
        ordinals = np.array([day.toordinal() for day in entries.days] or [0])[entries.day_at]
        for row in np.flatnonzero(entries.loaded > ordinals):
            entries.problems.setdefault(int(row), "loaded after entry")
    return entries


def _read_codes(columns: _Columns, how: Options, importer: str) -> reading.Read:
    tariff = naming.tariff_of(columns.name("code")) if importer == "USA" else ""
    six = how.hs6 or tariff == "other"
    if "suffix" in columns:
        columns.texts["code"] = pc.binary_join_element_wise(
            columns.texts["code"], columns.texts["suffix"], reading.STATISTICAL
        )
    codes = columns.read("code", lambda cells: reading.read_codes(cells, how.pad_zeros, six))
    assert codes is not None  # the table was refused without one
    if six:
        columns.say("code", "six digits, which all tariffs share; the others are of another tariff")
    elif tariff:
        columns.say("code", "read as numbers of the US tariff; if they are of another one, give --hs6")
    if "suffix" in columns:
        columns.say("suffix", "put behind eight digits", columns.name("suffix"))
    return codes


def _read_origins(columns: _Columns, law: Ledger, importer: str, origin: str | None) -> reading.Read:
    """Read the countries of origin; `origin` is that of rows without one."""
    fallback = None if origin is None else check_origin(law, importer, read_country(law, origin))
    origins = columns.read("origin", lambda cells: _origin_cells(law, importer, cells, fallback))
    if origins is not None:
        if fallback is not None:
            columns.say("origin", f"{fallback} where the cell is empty")
        return origins
    if fallback is None:
        near = columns.left_over("origin")
        raise DataError(
            "no column of countries of origin was found" + (f" ({near} is another thing)" if near else ""),
            remedy="give --origin CHN for all rows, or say which it is: --column origin=NAME",
            value=", ".join(columns.table.header)[:160],
        )
    columns.say("origin", f"{fallback} for all rows")
    return columns.of_all(fallback)


def _read_days(
    columns: _Columns, law: Ledger, importer: str, how: Options, asked: Sequence[date]
) -> tuple[reading.Read, str | None]:
    """Read the days of entry, if none is asked for; also return in which order their dates are written."""
    if asked:
        place = columns.at.pop("on", None)
        in_place = "" if place is None else f", in place of {columns.table.header[place]}"
        columns.say("on", ", ".join(map(str, asked)) + f" for all rows{in_place}")
        return columns.of_all(law.law_asof), None
    others = (column for at, column in enumerate(columns.table.columns) if at != columns.at.get("on"))
    usual = reading.order_in(others)
    days = columns.read("on", lambda cells: _day_cells(law, importer, cells, how.dates, usual))
    if days is not None:
        orders = reading.ORDERS.items()
        return days, next((order for order, name in orders if days.how.startswith(name)), None)
    near = columns.left_over("on")
    columns.say(
        "on",
        f"no column of days of entry: {law.law_asof}, the ledger's own date; --on gives another"
        + (f". Not taken for one: {near}; --column on=NAME takes it" if near else ""),
    )
    return columns.of_all(law.law_asof), None


def _read_paid(
    columns: _Columns, how: Options, mark: str | None, has_parts: bool, *, is_comparable: bool
) -> reading.Read | None:
    """Read the duty paid; None where it cannot be held against the law."""
    paid = columns.dollars("paid", lambda cells: columns.amounts(cells, how.decimal, "paid", usual=mark))
    if paid is None or (is_comparable and not has_parts):
        return paid
    columns.how.pop()
    why = "rows of chapter 99 have a part of it" if has_parts else "one day and a column of values are needed"
    columns.say("paid", f"not held against the law: {why}", columns.name("paid"))
    return None


def _read_quantities(
    columns: _Columns, how: Options, mark: str | None
) -> tuple[reading.Read | None, reading.Read | None]:
    """Read quantities and their units, which may be in the same cell."""
    texts = columns.texts
    if "quantity" in columns:
        texts["quantity"], own = reading.parted(texts["quantity"])
        told_apart = texts.get("unit", own)
        texts["unit"] = pc.if_else(pc.equal(told_apart, ""), own, told_apart)
    amounts = columns.read(
        "quantity", lambda cells: columns.amounts(cells, how.decimal, "quantity", False, usual=mark)
    )
    if amounts is None:
        return None, None
    units = columns.read("unit", reading.read_texts)
    return amounts, units or reading.read_column(texts["unit"], reading.read_texts)


def _read_liquidations(columns: _Columns, how: Options, usual: str | None) -> reading.Read | None:
    if "liquidation" in columns:
        texts = columns.texts
        texts["liquidated"] = reading.with_status(texts.get("liquidated"), texts["liquidation"])
        columns.at.setdefault("liquidated", columns.at["liquidation"])
        columns.say("liquidation", "where no day is given", columns.name("liquidation"))
    return columns.read("liquidated", lambda cells: reading.read_liquidations(cells, how.dates, usual))


def _say_what_is_missing(columns: _Columns) -> None:
    """Say which facts were found in no column, and which columns come near."""
    if "value" not in columns:
        near = columns.left_over("value")
        hint = f". Not taken for one: {near}; --column value=NAME takes it" if near else ""
        columns.say("value", f"no column of values: percent only, no dollars{hint}")
    for kind, name, form in (
        ("loaded", "a day of loading", "loaded=NAME"),
        ("content", "a metal content", "steel=NAME takes a share of value"),
        (
            "claim",
            "an exclusion or preference claimed",
            "claim=NAME takes names as `lookup --claim` does, spi=NAME indicators as S or KR",
        ),
        ("paid", "the duty paid", "paid=NAME takes one column, all duties of the row"),
    ):
        if kind not in columns and (near := columns.left_over(kind)):
            columns.say(kind, f"not taken for {name}: {near}; --column {form}")


def _say_what_goes_elsewhere(columns: _Columns, law: Ledger, importer: str) -> None:
    """Note the rows whose goods another country imports, by a column of destinations."""
    for at in naming.destinations(columns.table):
        if at in columns.at.values():
            continue
        name, cells = columns.table.header[at], columns.table.columns[at].to_pylist()
        others = {cell for cell in set(cells) if _country(law, cell) not in ("", importer)}
        rows = [row for row, cell in enumerate(cells) if cell in others]
        for row in rows:
            note = f"{name} is {cells[row].strip()}: no import into {importer}?"
            columns.notes.setdefault(row, []).append(note)
        if rows:
            told = f"{counted(len(rows), 'row')} for another country, answered as an import into {importer}"
            columns.say("destination", f"{told} all the same", name)


def _country(law: Ledger, cell: str) -> str:
    try:
        return read_country(law, cell) if cell.strip() else ""
    except DataError:
        return ""


def _not_in_dollars(columns: _Columns, money: reading.Read | None) -> np.ndarray:
    """Return which rows have a value in another currency, by its cell, the header or a column of them."""
    count = len(columns.table)
    if money is None:
        return np.zeros(count, dtype=bool)
    if "currency" in columns:
        encoded = columns.texts["currency"].dictionary_encode()
        cells = [cell.strip() for cell in encoded.dictionary.to_pylist()]
        told = [naming.currency_of(cell) or ("" if _DOLLARS.fullmatch(cell) else cell) for cell in cells]
        at_row = encoded.indices.to_numpy(zero_copy_only=False)
        blank = int(np.array([not cell for cell in cells], dtype=bool)[at_row].sum())
        of_it = f"{counted(blank, 'row')} without one read as dollars" if blank else ""
        columns.say("currency", of_it, columns.name("currency"))
    else:
        told, at_row = [naming.currency_of(columns.name("value"))], np.zeros(count, dtype=np.int64)
    by_cell = np.array([bool(note) for note in money.notes], dtype=bool)[money.row_at]
    is_other = np.array([currency not in ("", "USD") for currency in told], dtype=bool)[at_row]
    for row in np.flatnonzero(is_other & ~by_cell):
        columns.notes.setdefault(int(row), []).append(reading.not_dollars(told[at_row[row]]))
    return is_other | by_cell


def _values(money: reading.Read | None, elsewhere: np.ndarray) -> pa.Array | None:
    if money is None:
        return None
    values = pa.array(money.values, _MONEY).take(pa.array(money.row_at))
    return pc.if_else(pa.array(elsewhere), None, values) if elsewhere.any() else values


def _cents(amounts: pa.Array | None) -> pa.Array | None:
    return None if amounts is None else pc.cast(pc.round(amounts, 2), pa.decimal128(17, 2))


def _claim_programs(
    law: Ledger, importer: str, entries: Entries, programs: reading.Read, asked: Sequence[date]
) -> None:
    """Add what special program indicators claim to the claims of their rows; refuse those that do not fit."""
    is_told = np.array([value is not None for value in programs.values], dtype=bool)[programs.row_at]
    rows = np.flatnonzero(is_told & (entries.origin_at != NOTHING) & (entries.day_at != NOTHING))
    facts = np.stack([programs.row_at, entries.origin_at, entries.day_at, entries.claim_at])[:, rows]
    distinct, at_row, counts = np.unique(facts, axis=1, return_inverse=True, return_counts=True)
    rows_of = np.split(rows[np.argsort(at_row.reshape(-1), kind="stable")], np.cumsum(counts)[:-1])
    places = {claims: place for place, claims in enumerate(entries.claims)}
    for own, (cell, origin_at, day_at, claim_at) in zip(rows_of, distinct.T, strict=False):
        origin, days = entries.origins[origin_at], asked or (entries.days[day_at],)
        found = [claimed(law, importer, symbol, origin, days) for symbol in programs.values[cell]]
        claims = entries.claims[claim_at].union(claim for claim, _, _ in found if claim)
        entries.claim_at[own] = places.setdefault(claims, len(places))
        for _, problem, note in found:
            for row in map(int, own):
                if problem:
                    entries.problems.setdefault(row, problem)
                if note:
                    entries.notes.setdefault(row, []).append(note)
    entries.claims = list(places)


def _count(
    law: Ledger, importer: str, entries: Entries, amounts: reading.Read, units: reading.Read | None
) -> None:
    """Put quantities into the entries whose duty counts units; say of the others why not."""
    rates = law.base_rates[importer]
    is_counted = [
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
        if amount < 0 and not (value and value < 0):
            entries.problems.setdefault(row, reading.below_zero(amount))
            continue
        note = ""
        if not is_counted[code_at]:
            note = NOT_NEEDED
        elif unit is None:
            note = "The quantity is not used, an average stands for the duty: no unit is given."
        elif not value:
            note = "The quantity is not used, an average stands for the duty: no value is given."
        else:
            quantity = Quantity(abs(amount).normalize(), unit, abs(value))
            entries.quantity_at[row] = places.setdefault(quantity, len(places))
        if note:
            entries.notes.setdefault(row, []).append(note)
    entries.quantities = list(places)


def _take_off_credits(entries: Entries, table: UserTable) -> None:
    """Let a value below 0 count where it can be taken off a row of the same entry, code, origin and day.

    Others are refused, and what was paid below 0 without such a value.
    """
    if entries.values is None:
        return
    credits = np.flatnonzero(pc.fill_null(pc.less(entries.values, 0), False).to_numpy(zero_copy_only=False))
    if entries.paid is not None:
        below = pc.fill_null(pc.less(entries.paid, 0), False).to_numpy(zero_copy_only=False)
        for row in np.setdiff1d(np.flatnonzero(below), credits):
            entries.problems.setdefault(int(row), reading.below_zero(entries.paid[int(row)].as_py()))
    if not credits.size:
        return
    at = entries.columns.get("entry")
    numbers = [""] * len(table) if at is None else [text.strip() for text in table.columns[at].to_pylist()]
    facts = np.stack([entries.code_at, entries.origin_at, entries.day_at]).T.tolist()
    left: dict[tuple[Any, ...], Decimal] = {}
    for row, value in enumerate(entries.values.to_pylist()):
        if value is not None and row not in entries.problems and numbers[row]:
            key = (numbers[row], *facts[row])
            left[key] = left.get(key, Decimal(0)) + value
    taken = []
    for row in map(int, credits):
        if left.get((numbers[row], *facts[row]), Decimal(-1)) < 0:
            entries.problems.setdefault(
                row,
                f"a credit of {-entries.values[row].as_py().normalize():f}, and no row of the same entry, "
                f"code, origin and day to take it off. Remedy: take it off the right row; {_ON_CREDITS}",
            )
        else:
            taken.append(row)
            entries.notes.setdefault(row, []).append("a credit, taken off a row of the same entry")
    if taken:
        off = sum(-entries.values[row].as_py() for row in taken)
        table.notes.append(
            f"{counted(len(taken), 'credit')}, {off:,.2f} of value, taken off the rows of the same entry, "
            f"code, origin and day. See that the entry was corrected: {_ON_CREDITS}."
        )


_ON_CREDITS = (
    "customs takes a lower value as a post-summary correction, after liquidation by a protest (19 U.S.C. "
    "1514), and a price lowered after importation is no lower value (19 U.S.C. 1401a(b)(4)(B))"
)


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


def _origin_cells(law: Ledger, importer: str, cells: list[str], fallback: str | None) -> reading.Cells:
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
                value, problem = None, clause(error)
        values.append(value)
        problems.append(problem)
    return values, problems, [""] * len(cells), ""


def _day_cells(
    law: Ledger, importer: str, cells: list[str], dates: str | None, usual: str | None
) -> reading.Cells:
    values, problems, notes, how = reading.read_days(cells, dates, usual=usual)
    for place, (cell, day) in enumerate(zip(cells, values, strict=True)):
        if not cell:
            problems[place] = "no day of entry: give one, or --on for all rows"
        elif day is not None:
            try:
                check_day(law, importer, day)
            except DataError as error:
                values[place], problems[place] = None, clause(error)
    return values, problems, notes, how


def _contents(
    columns: _Columns, how: Options, values: pa.Array | None
) -> tuple[list[tuple[tuple[str, Decimal], ...]], np.ndarray]:
    """Return the metal shares of each row, from one column, one per metal, or the dollars of each metal."""
    count = len(columns.table)
    pieces: list[tuple[str, reading.Read]] = []
    dollars: list[tuple[str, reading.Read]] = []
    for metal in reading.PARTS_OF_CONTENT:
        amounts = columns.dollars(f"{metal}_value", lambda cells: reading.read_amounts(cells, how.decimal))
        if amounts is not None:
            dollars.append((metal, amounts))
    named = columns.read("content", reading.read_contents)
    if named is not None:
        pieces.append(("", named))
    for metal in reading.PARTS_OF_CONTENT:
        if metal in columns:
            read = partial(reading.read_shares, shares=how.shares, name=metal, header=columns.name(metal))
            share = columns.read(metal, read)
            assert share is not None
            pieces.append((metal, share))
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
                columns.problems.setdefault(row, f"a value of {metal} without a value of the goods")
        for metal, found in pieces:
            value = found.values[found.row_at[row]]
            if value is not None:
                shares |= {metal: value} if metal else dict(value)
        if sum(shares.values()) > 1:
            columns.problems.setdefault(row, "the metal shares add up to more than the value")
        key = tuple(sorted(shares.items()))
        places[row] = distinct.setdefault(key, len(distinct))
    return list(distinct), places


def clause(error: TrucewatchError) -> str:
    """Return an error without the place, which the row tells."""
    if not isinstance(error, DataError):
        return str(error)
    found = "" if error.value is None else f"; found {str(error.value)[:60]!r}"
    return f"{error.problem}{found}. Remedy: {error.remedy}"
