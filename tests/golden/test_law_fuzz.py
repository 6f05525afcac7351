"""Random edits of the real ledger, hundreds or thousands: refused with a reason, or every invariant holds."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trucewatch.duty import resolve, total
from trucewatch.duty.stacking import applicable, rules_on
from trucewatch.errors import LedgerError
from trucewatch.ledger import ledger as reading
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.reading import Sheet, read_sheet, sheet_from_rows
from trucewatch.paths import law_dir

FEW, MANY = 300, 2000
"""Edits; reading the ledger anew takes a tenth of a second each."""
LONGEST = 2500
"""Sheets with more rows are left as they are: one edit of them takes as long as all the others."""
ACCEPTED: Counter[str] = Counter()

JUNK = (
    "", " ", "0", "-1", "1e400", "NaN", "inf", "12,5", "25%", "25.0000000001", "999999", "2025-02-30",
    "10.04.2025", "2025-04-10T00:01", "9999-12-31", "0001-01-01", "China", "chn", "CHN", "*", "all", "true",
    "8517", "8517.13", "851713000", "85171300001", "=1+1", "<script>alert(1)</script>", "x" * 10_000, "\x00",
    "\u202e", "naïve", "in_force", "void", "max_within", "S232_*",
)  # fmt: skip
CODES = {"USA": ("95030000", "85171300", "87038000", "72104900"), "CHN": ("12019010", "27111100")}


def _sheets() -> dict[str, list[Sheet]]:
    found: dict[str, list[Sheet]] = {}
    for path, name, shown in reading.ledger_files(law_dir(None)):
        found.setdefault(name, []).append(read_sheet(path, reading.row_type_of(name), shown))
    return found


SHEETS = _sheets()
EDITABLE = sorted(
    (name, number)
    for name, group in SHEETS.items()
    for number, sheet in enumerate(group)
    if 0 < sheet.table.num_rows <= LONGEST
)
TRUE = reading._assemble(SHEETS, "true")
ROWS = {(name, number): SHEETS[name][number].table.to_pylist() for name, number in EDITABLE}


@st.composite
def edits(draw: st.DrawFn) -> tuple[tuple[str, int], list[dict[str, str]], str]:
    """One sheet of the ledger with one edit, and what the edit was."""
    place = draw(st.sampled_from(EDITABLE))
    rows = [dict(row) for row in ROWS[place]]
    at = draw(st.integers(0, len(rows) - 1))
    kind = draw(st.sampled_from(["junk", "borrow", "nudge", "swap", "delete", "repeat"]))
    column = draw(st.sampled_from(sorted(rows[at])))
    if kind == "junk":
        rows[at][column] = draw(st.sampled_from(JUNK))
    elif kind == "borrow":
        rows[at][column] = draw(st.sampled_from(rows))[column]
    elif kind == "nudge":
        rows[at][column] = _nudged(rows[at][column], draw(st.integers(-40, 40)))
    elif kind == "swap":
        other = draw(st.sampled_from(sorted(rows[at])))
        rows[at][column], rows[at][other] = rows[at][other], rows[at][column]
    elif kind == "delete":
        del rows[at]
    else:
        rows.append(dict(rows[at]))
    return place, rows, f"{SHEETS[place[0]][place[1]].file} row {at + 2} {kind} {column}"


def _nudged(value: str, by: int) -> str:
    try:
        return (date.fromisoformat(value) + timedelta(by)).isoformat()
    except (ValueError, OverflowError):
        pass
    return str(Decimal(value) + by) if value.replace(".", "", 1).isdigit() else value[: len(value) // 2]


def _load(place: tuple[str, int], rows: list[dict[str, str]]) -> Ledger:
    name, number = place
    group = list(SHEETS[name])
    group[number] = sheet_from_rows(rows, reading.row_type_of(name), group[number].file)
    edited = reading._assemble({**SHEETS, name: group}, "edited")
    # lists that no edit touched keep the index the true ledger has built for them
    room, _, own = name.partition("/")
    kept = {
        other: {key: sheet for key, sheet in getattr(TRUE, other).items() if (other, key) != (room, own)}
        for other in ("scopes", "base_rates", "vat")
    }
    rooms = {other: {**getattr(edited, other), **sheets} for other, sheets in kept.items()}
    return reading._checked(dataclasses.replace(edited, **rooms))


EDITED = given(
    edits(), st.sampled_from(["USA", "CHN"]), st.dates(date(2018, 1, 1), date(2027, 6, 1)), st.randoms()
)
HOW = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
Edit = tuple[tuple[str, int], list[dict[str, str]], str]


@pytest.mark.slow
@settings(HOW, max_examples=FEW)
@EDITED
def test_an_edit_is_refused_with_a_reason_or_keeps_every_invariant(
    edit: Edit, importer: str, on: date, random: Any
) -> None:
    _check(edit, importer, on, random)


@pytest.mark.exhaustive
@settings(HOW, max_examples=MANY)
@EDITED
def test_so_do_thousands(edit: Edit, importer: str, on: date, random: Any) -> None:
    _check(edit, importer, on, random)


def _check(edit: Edit, importer: str, on: date, random: Any) -> None:
    place, rows, what = edit
    try:
        ledger = _load(place, rows)
    except LedgerError as error:
        ACCEPTED["refused"] += 1
        assert error.file and error.remedy and error.problem, what
        assert len(str(error)) < 1_500, f"{what}: a message a person can read"
        return
    ACCEPTED["accepted"] += 1
    origin = {"USA": "CHN", "CHN": "USA"}[importer]
    code = random.choice(CODES[importer])
    try:
        lines = _lines(ledger, code, origin, on, importer)
    except LedgerError as error:
        assert error.remedy, what
        return
    by_authority: Counter[str] = Counter()
    for line in lines:
        by_authority[line.authority] += line.pp
    assert sum(by_authority.values(), Decimal(0)) == total(lines), what
    assert total(lines) >= 0, what
    assert all(0 <= line.value_share <= 1 for line in lines), what
    if random.random() < 0.25:
        mixed = {
            name: tuple(random.sample(getattr(ledger, name), len(getattr(ledger, name))))
            for name in ("measures", "rates", "measure_scopes", "stack_rules")
        }
        shuffled = _lines(dataclasses.replace(ledger, **mixed), code, origin, on, importer)
        assert total(shuffled) == total(lines), what


def _lines(ledger: Ledger, code: str, origin: str, on: date, importer: str) -> list:
    return resolve(applicable(ledger, code, origin, on, importer), rules_on(ledger, on))


@pytest.mark.slow
def test_the_edits_were_of_both_kinds() -> None:
    assert min(ACCEPTED["refused"], ACCEPTED["accepted"]) > FEW / 10, ACCEPTED
