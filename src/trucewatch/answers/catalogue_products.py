"""Which rows of a table are products, and what the others are: sums, remarks, headings of chapter 99."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trucewatch.answers import catalogue_columns as reading
from trucewatch.answers import catalogue_names as naming
from trucewatch.answers.user_table import UserTable, counted
from trucewatch.errors import DataError

_FIRST_ERRORS = 5

_CHAPTER_99 = "headings of chapter 99, which go with the line of a product"
_WITH_VALUES = f"{_CHAPTER_99} and repeat its value"
_SUM = re.compile(
    r"(grand |sub[- ]?)?(totals?|sum)\b|(gesamt)?summe|gesamt|total g[eé]n[eé]ral|totale|suma\b|合计|总计",
    re.IGNORECASE,
)
_SUM_OF = re.compile(
    r"sub[- ]?totals?\b.*|totals? (for|of)\b.*|.*\b(sub-?)?totals?\W*|.*[合总小]计", re.IGNORECASE
)
"""The label of a sum of some rows, as `Alpha Ltd Total`."""
_NUMBER = re.compile(r"[\d.,$€\s()-]+")
_SENTENCE = re.compile(r"\w+\W+\w+\W+\w+|^(note|notes|remark|source|page|printed|prepared)\b", re.IGNORECASE)


def with_header(table: UserTable, told: Mapping[str, str]) -> UserTable:
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


def products_only(table: UserTable, told: Mapping[str, str]) -> tuple[UserTable, int, bool]:
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
        kind = "the names of columns again" if cells == table.header else _no_product(cells, at)
        if kind:
            kinds.setdefault(kind, []).append(row)
    paid = table.columns[at["paid"]] if "paid" in at else None
    has_parts = paid is not None and any(
        re.search("[1-9]", paid[row].as_py())
        for kind, rows in kinds.items()
        if kind.startswith(_CHAPTER_99)
        for row in rows
    )
    _keep_values_of_their_own(table, at, kinds)
    drop = sorted(row for rows in kinds.values() for row in rows)
    if not drop:
        return table, 0, has_parts
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


def _keep_values_of_their_own(table: UserTable, at: Mapping[str, int], kinds: dict[str, list[int]]) -> None:
    """Take headings of chapter 99 back, to be refused, whose value no product of their entry has.

    An entry repeats the value of a product in the rows of its headings, or has none there.
    """
    if not (rows := kinds.get(_WITH_VALUES)):
        return
    left_out = {row for others in kinds.values() for row in others}
    of = [table.columns[at[kind]].to_pylist() for kind in ("entry", "value") if kind in at]
    products = {key for row, key in enumerate(zip(*of, strict=True)) if row not in left_out}
    kept = [row for row in rows if tuple(column[row] for column in of) in products]
    kinds.pop(_WITH_VALUES)
    if kept:
        kinds[_WITH_VALUES] = kept


def _no_product(cells: Sequence[str], at: Mapping[str, int]) -> str:
    """Return what a row is if it is no product; empty if it is one, or might be."""
    code = cells[at["code"]]
    filled = [cell for cell in cells if cell]
    if re.fullmatch(r"99\d{2}(\d{2}){0,3}", re.sub(r"[.\s-]", "", code)):
        value = cells[at["value"]] if "value" in at else ""
        return _WITH_VALUES if re.search(r"[1-9]", value) else _CHAPTER_99
    if not filled:
        return "empty"
    if _SUM.match(code) or (not code and any(_SUM.fullmatch(cell.rstrip(":. ")) for cell in filled)):
        return "sums"
    if not code and _SUM_OF.fullmatch(filled[0]) and all(_NUMBER.fullmatch(cell) for cell in filled[1:]):
        return "sums"
    if not code and all(_NUMBER.fullmatch(cell) for cell in filled):
        return "sums"
    if len(filled) == 1 and len(cells) > 1 and re.search(r"\w\s+\w|^\W+$" if code else _SENTENCE, filled[0]):
        return "remarks"
    if filled[0].startswith("#") and not re.search(r"\d{4}", filled[0]):
        return "remarks"
    if all(re.fullmatch(r"[-=_:.*|\s]{2,}", cell) for cell in filled):
        return "rules between rows"
    if not code and all(re.fullmatch(r"[(\[（].{1,20}[)\]）]", cell) for cell in filled):
        return "units below the names"
    if re.match(r"(count|records|rows|lines)\W", code, re.IGNORECASE):
        return "sums"
    return ""


def names_found(cells: Sequence[str], named: set[str], is_told: bool) -> int:
    """Return how many cells of a row name columns that are known or were told."""
    told = sum(cell.strip() in named for cell in cells)
    found = naming.names_found(cells)
    if told:
        return told + max(found, sum(naming.role_of(cell) is not None for cell in cells))
    return found or int(is_told and not named and sum(bool(cell.strip()) for cell in cells) > 1)
