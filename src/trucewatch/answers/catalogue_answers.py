"""Every distinct question of a catalogue is answered once; the answers are spread over its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trucewatch.answers.at_sea import leaves_out
from trucewatch.answers.cases import Case, Cases
from trucewatch.answers.catalogue_entries import NOTHING, Entries, clause
from trucewatch.answers.claims import check_claims
from trucewatch.answers.lookup import unused_quantity
from trucewatch.duty.lines import CERTAIN, metals_of
from trucewatch.errors import TrucewatchError
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.origins import seen_from

_CENT = Decimal("0.01")
_PERCENT = pa.decimal128(15, 9)

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
class Answers:
    """The answers of one day of entry (or of the days in the rows)."""

    cases: list[Case]
    case_at: np.ndarray
    problems: dict[int, str]
    at_sea: np.ndarray
    """Day (ordinal) before which goods loaded could pay another total; 0 for none, or where it is given."""


def answers_of(cases: Cases, entries: Entries, on: date | None) -> Answers:
    """Answer every distinct question once."""
    count = len(entries.code_at)
    problems = dict(entries.problems)
    good = np.ones(count, dtype=bool)
    if problems:
        good[list(problems)] = False
    days = np.array([day.toordinal() for day in entries.days] or [0], dtype=np.int64)
    ordinal = np.full(count, on.toordinal()) if on is not None else days[entries.day_at]
    rows = np.flatnonzero(good)
    question_at = _questions(cases, entries, ordinal)[rows]
    _, first, inverse = np.unique(question_at, return_index=True, return_inverse=True)
    found: list[Case] = []
    place: dict[int, int] = {}
    case_of_question = np.empty(len(first), dtype=np.int64)
    refusals: dict[int, str] = {}
    for question, row in enumerate(rows[first]):
        try:
            case = _case_of(cases, entries, row, date.fromordinal(int(ordinal[row])))
        except TrucewatchError as error:
            refusals[question] = clause(error)
            case_of_question[question] = NOTHING
            continue
        if id(case) not in place:
            place[id(case)] = len(found)
            found.append(case)
        case_of_question[question] = place[id(case)]
    case_at = np.full(count, NOTHING, dtype=np.int64)
    case_at[rows] = case_of_question[inverse]
    if refusals:
        for position in np.flatnonzero(case_of_question[inverse] == NOTHING):
            problems[int(rows[position])] = refusals[int(inverse[position])]
    at_sea = _loaded_before(cases.ledger, cases.importer, entries, ordinal, found, case_at)
    return Answers(found, case_at, dict(sorted(problems.items())), at_sea)


def _questions(cases: Cases, entries: Entries, ordinal: np.ndarray) -> np.ndarray:
    """Return a number for each row that only rows with the same answer share."""
    count = len(entries.code_at)
    is_plain = not (entries.loaded.any() or entries.known.any())
    facts = [
        *_segments(cases, entries, ordinal, is_plain),
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
    return key


def _case_of(cases: Cases, entries: Entries, row: int, day: date) -> Case:
    """Return the answer to the question of one row, for a day of entry."""
    law = cases.ledger
    entry = entries.entry(row, law, day)
    code = entries.codes[entries.code_at[row]]
    idle = check_claims(law, code, cases.importer, entry)
    case = cases.of(code, entry)
    if idle:
        case = case._replace(notes=(*idle, *case.notes))
    if entry.quantity is not None and case.lines and (unused := unused_quantity(case.lines)):
        case = case._replace(notes=(unused, *case.notes))
    return _with_content_note(law, case, entry.content) if entry.content else case


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
    return case._replace(notes=(note, *case.notes))


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


@per_ledger
def _cutoffs(ledger: Ledger) -> dict[tuple[date, date, date], frozenset[str]]:
    """Return the measures by first day and end of the entries, and day before which goods must be loaded."""
    found: dict[tuple[date, date, date], set[str]] = {}
    for rule in ledger.transit_rules:
        found.setdefault((rule.entered_from, rule.entered_before, rule.loaded_before), set()).add(
            rule.measure_id
        )
    return {days: frozenset(found[days]) for days in sorted(found, key=lambda days: days[2])}


def _loaded_before(
    ledger: Ledger,
    importer: str,
    entries: Entries,
    ordinal: np.ndarray,
    cases: Sequence[Case],
    case_at: np.ndarray,
) -> np.ndarray:
    """Return for each row the last day (ordinal) before which goods loaded can pay another total; 0 for none.

    A range over numbers that differ has no lines: any duty on its origin counts. `ordinal`: days of entry;
    `case_at`: the case of each row, below 0 for none.
    """
    last = np.zeros(len(ordinal), dtype=np.int64)
    is_open = (entries.loaded == 0) & (case_at >= 0)
    for (first, end, before), measures in _cutoffs(ledger).items():
        rows = np.flatnonzero(is_open & (ordinal >= first.toordinal()) & (ordinal < end.toordinal()))
        pairs, pair_at = np.unique(
            case_at[rows] * (len(entries.origins) + 1) + entries.origin_at[rows], return_inverse=True
        )
        reached = np.zeros(len(pairs), dtype=bool)
        for at, pair in enumerate(pairs.tolist()):
            case = cases[pair // (len(entries.origins) + 1)]
            origin = entries.origins[pair % (len(entries.origins) + 1)]
            charged = (
                (line.measure_id for line in case.lines if line.status in CERTAIN)
                if case.lines
                else _measures(ledger, importer, origin)
            )
            reached[at] = not measures.isdisjoint(charged)
        last[rows[reached[pair_at]]] = before.toordinal()
    return last


@per_ledger
def _measures(ledger: Ledger, importer: str, origin: str) -> frozenset[str]:
    """Return the importer's measures that can reach an origin."""
    law = seen_from(ledger, importer, origin)
    return frozenset(row.measure_id for row in law.measures if row.importer == importer)


def texts_by_row(texts: Sequence[str], at: np.ndarray) -> pa.DictionaryArray:
    """Return the text of each row; empty where there is none."""
    places = np.where(at == NOTHING, len(texts), at).astype(np.int32)
    return pa.DictionaryArray.from_arrays(places, pa.array([*texts, ""], pa.string()))


def texts_of_some(texts: Mapping[int, str], count: int) -> pa.Array:
    """Return the text of each of `count` rows, of which only some have one."""
    places = np.full(count, NOTHING, dtype=np.int64)
    distinct: dict[str, int] = {}
    for row, text in texts.items():
        places[row] = distinct.setdefault(text, len(distinct))
    return texts_by_row(list(distinct), places)


def case_texts(answers: Answers, cell: Callable[[Case], str]) -> pa.Array:
    """Return what a function says of the case of each row."""
    return texts_by_row([cell(case) for case in answers.cases], answers.case_at)


def notes_by_row(answers: Answers) -> pa.Array:
    """Return what a reader of each row must know of its case, and of goods that were at sea."""
    days, day_at = np.unique(answers.at_sea, return_inverse=True)
    pairs, pair_at = np.unique(answers.case_at * len(days) + day_at, return_inverse=True)
    texts = []
    for pair in pairs.tolist():
        case, day = divmod(pair, len(days))
        known = answers.cases[case].notes if case != NOTHING else ()
        at_sea = (leaves_out(date.fromordinal(days[day])).rstrip("."),) if days[day] else ()
        texts.append("; ".join((*at_sea, *known)))
    return texts_by_row(texts, pair_at)


def numbers_by_row(answers: Answers, dollars: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
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


def dollars_by_row(answers: Answers, values: pa.Array) -> dict[str, pa.Array]:
    """Return the dollars of every row, exact to the cent, halves up."""
    facts = {
        "duty_usd": "total_pct",
        "duty_low_usd": "lower_pct",
        "duty_high_usd": "upper_pct",
        "refundable_low_usd": "refund_low_pp",
        "refundable_high_usd": "refund_high_pp",
    }
    hundredth = pa.scalar(_CENT, pa.decimal128(3, 2))

    def dollars(fact: str) -> pa.Array:
        cents = pc.round(
            pc.multiply(values, _points(answers, fact, _PERCENT)), 0, round_mode="half_towards_infinity"
        )
        return pc.multiply(pc.cast(cents, pa.decimal128(30, 0)), hundredth)

    with ThreadPoolExecutor() as pool:  # Arrow computes outside the interpreter's lock
        return dict(zip(facts, pool.map(dollars, facts.values()), strict=True))
