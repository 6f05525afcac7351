"""One code, one day of entry: every line of duty, the total, what hangs on it, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Unpack

from trucewatch.answers import lookup_view as present
from trucewatch.answers.notes import notes_of
from trucewatch.answers.paid_at import LINE_DIGITS, NUMBER_DIGITS, paid_at
from trucewatch.answers.question import Facts, Question, read_question
from trucewatch.duty.code_classes import grouper
from trucewatch.duty.lines import (
    HUNDRED,
    NOT_DECIDING,
    ON_QUANTITY,
    Entry,
    Line,
    measure_names,
    metals_of,
)
from trucewatch.duty.matching import ListHit, Match, MeasureMatch, match, vat_rate
from trucewatch.duty.stacking import (
    AS_COLLECTED,
    duties,
    is_complete,
    lines_of,
    readings,
    refundable,
    rules_on,
    total,
)
from trucewatch.errors import ParameterError
from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.ledger.origins import preferences_of
from trucewatch.ledger.schema import (
    ALL_CODES,
    ALWAYS,
    ANY_ORIGIN,
    Exclusion,
    Measure,
    Preference,
    ScopeRow,
    worst,
)

if TYPE_CHECKING:
    import pandas as pd

_Span = tuple[date, date]
"""A first day and the day after the last."""

NOT_NEEDED = "The quantity is not needed: the column 1 duty does not count units."
NOT_COUNTED = "The quantity is not used: the column 1 duty{} does not count in one unit."


@dataclass(frozen=True)
class Lookup:
    """The duties on one code on one day.

    Attributes
    ----------
    lines
        Every line of duty with its status and reason; empty for a family of lines that differ.
    total_pct
        Sum of the points charged, in percent of customs value; None for a family of lines that differ.
    lower_pct, upper_pct
        Bounds of the total: over the readings of what the code does not show (`stacking.Readings`) and over
        the codes in `parts`.
    snapback_pct
        The total if every dated legal suspension were lifted.
    confidence
        The worst of the lines that decide the total.
    waived_pct
        The total as traded under a waiver that any importer may ask for (China's market-based exclusion);
        None where there is none.
    vat_pct
        Value-added tax at import, never in the total; None where the ledger has none.
    parts
        The lines of a family; for a line, its longer codes whose total is another.
    notes
        What a reader must know before quoting the total.
    """

    code: str
    importer: str
    origin: str
    on: date
    known: date
    loaded: date | None
    lens: str
    lines: tuple[Line, ...]
    total_pct: Decimal | None
    lower_pct: Decimal
    upper_pct: Decimal
    snapback_pct: Decimal | None
    confidence: str
    notes: tuple[str, ...]
    law_asof: date
    ledger_hash: str
    vat_pct: Decimal | None = None
    waived_pct: Decimal | None = None
    parts: tuple[Lookup, ...] = ()

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """Lower and upper bound of the total, in percent of customs value."""
        return self.lower_pct, self.upper_pct

    @property
    def is_complete(self) -> bool:
        """Whether every duty is in the total and its bounds; if not, they are the least that is paid."""
        return is_complete(self.lines) and all(part.is_complete for part in self.parts)

    @property
    def refundable_bounds(self) -> tuple[Decimal, Decimal]:
        """Fewest and most points that were collected and later held unlawful, over lines and parts."""
        found = [bound for part in self.parts for bound in part.refundable_bounds]
        if self.lines or not found:
            found.extend(refundable(self.lines))
        return min(found), max(found)

    @property
    def refundable_pp(self) -> Decimal | None:
        """Points that were collected and later held unlawful; None where they differ or are not known."""
        low, high = refundable(self.lines) if self.lines else self.refundable_bounds
        return low if low == high else None

    @property
    def total_with_vat_pct(self) -> Decimal | None:
        """Duty and value-added tax together, (1 + T)(1 + VAT) - 1, in percent: the tax is on the duty too."""
        if self.total_pct is None or self.vat_pct is None:
            return None
        return ((1 + self.total_pct / HUNDRED) * (1 + self.vat_pct / HUNDRED) - 1) * HUNDRED

    def by_authority(self) -> dict[str, Decimal]:
        """Return the points by authority; they sum to the total exactly."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            if line.status == "charged" or (line.status == "void_refundable" and self.lens == AS_COLLECTED):
                sums[line.authority] = sums.get(line.authority, Decimal(0)) + line.pp
        return sums

    def to_frame(self) -> pd.DataFrame:
        """Return one row a line of duty (rates and points exact decimals), or one row a part of a family."""
        return present.frame(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the lookup as plain values: dates ISO, decimals as text."""
        return present.plain(self)

    def __str__(self) -> str:
        """Return the lookup as a text table."""
        return present.text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return present.html(self)


def lookup(
    code: str,
    origin: str | None = None,
    on: date | str | None = None,
    importer: str = "USA",
    ledger: Ledger | None = None,
    **facts: Unpack[Facts],
) -> Lookup:
    """Look up the duties on a code; one of fewer than eight digits gives the range over its lines.

    Parameters
    ----------
    code, origin, on, importer, ledger, facts
        As in `trucewatch.answers.question.read_question`.

    Returns
    -------
    Lookup
        Lines, total, bounds, snap-back, confidence and notes. Not a customs ruling.

    Raises
    ------
    DataError, ParameterError
        As `read_question` and `answer_to`.

    Examples
    --------
    >>> lookup("9503.00.00", on="2025-05-14").total_pct  # doctest: +SKIP
    """
    return answer_to(read_question(code, origin, on, importer, ledger, **facts))


def answer_to(question: Question) -> Lookup:
    """Return the duties on what is asked about.

    Raises
    ------
    DataError
        If the schedule has no such code on that day, or the quantity is in a unit that does not fit.
    ParameterError
        If a claim or a metal means nothing for the code.
    """
    law, entry = question.law, question.entry
    idle = check_claims(law, question.code, question.importer, entry)
    answer = _answer(law, question.code, question.importer, entry, question.lens)
    _check_content(law, answer, entry)
    unused = "" if entry.quantity is None else unused_quantity(_lines_below(answer))
    said = (*filter(None, (unused,)), *idle)
    return replace(answer, notes=(*said, *answer.notes)) if said else answer


def unused_quantity(lines: Iterable[Line]) -> str:
    """Say why a quantity that was given does not bear on the answer; empty where it does."""
    base = [line for line in lines if line.measure_id in BASE_AUTHORITY.values()]
    if any(ON_QUANTITY in line.reason for line in base):
        return ""
    texts = dict.fromkeys(
        line.rate_text for line in base if line.is_estimate or line.status == "not_modelled"
    )
    shown = "; ".join(filter(None, texts))
    return NOT_COUNTED.format(f" ({shown})" if shown else "") if texts else NOT_NEEDED


def _answer(law: Ledger, code: str, importer: str, entry: Entry, lens: str) -> Lookup:
    """Return what the goods of a code pay, at the codes at which they are entered on that day."""
    place = paid_at(law, importer, code, entry.on)
    if place.longer:
        return replace(
            _single(law, match(law, place.codes[0], importer), entry, lens, place.longer), code=code
        )
    codes: Sequence[str] = place.codes
    if len(code) < LINE_DIGITS and not place.note:  # a family is shown by its lines
        codes = tuple(dict.fromkeys(leaf[:LINE_DIGITS] for leaf in codes))
    if codes == (code,):
        return _single(law, match(law, code, importer), entry, lens)
    # numbers that the law treats alike are worked out once
    keys = grouper(law, importer)
    first_of: dict[object, Lookup] = {}
    parts = []
    for leaf in codes:
        key = keys.key(leaf) if len(leaf) == NUMBER_DIGITS and not entry.claims else leaf
        if key not in first_of:
            first_of[key] = _answer(law, leaf, importer, entry, lens)
        parts.append(replace(first_of[key], code=leaf))
    notes = (place.note,) if place.note else ()
    if len(parts) == 1 or (len(code) >= LINE_DIGITS and len({_outcome(part) for part in parts}) == 1):
        return replace(parts[0], code=code, notes=(*notes, *parts[0].notes))
    if len(code) >= LINE_DIGITS and not notes:
        notes = (f"{len(parts)} numbers below this line pay different duties: give all ten digits.",)
    return _family(code, tuple(parts), notes)


def _outcome(found: Lookup) -> object:
    """Return what makes two answers the same but for the code and the words."""
    lines = [(line.measure_id, line.rate_pct, line.value_share, line.pp, line.status) for line in found.lines]
    return (found.total_pct, found.bounds, found.snapback_pct, found.confidence, tuple(lines))


def _single(law: Ledger, found: Match, entry: Entry, lens: str, longer: Sequence[str] = ()) -> Lookup:
    """Return the answer for one code; `longer` are codes at which the law splits it."""
    raw = lines_of(law, found, entry)
    read = readings(raw, rules_on(law, entry.on))
    lines, bounds = read.law, read.bounds(lens)
    parts = tuple(
        _single(law, part, entry, lens)
        for part in (match(law, code, found.importer) for code in longer)
        if readings(lines_of(law, part, entry), rules_on(law, entry.on)).bounds(lens) != bounds
    )
    totals = [*bounds, *(bound for part in parts for bound in part.bounds)]
    lifted = replace(entry, lifted=frozenset({"legal"}))
    return Lookup(
        code=found.code,
        importer=found.importer,
        origin=entry.origin,
        on=entry.on,
        known=entry.known,
        loaded=entry.loaded,
        lens=lens,
        lines=lines,
        total_pct=bounds[1],
        lower_pct=min(totals),
        upper_pct=max(totals),
        snapback_pct=total(duties(law, found, lifted), lens),
        confidence=worst(*(line.confidence for line in lines if line.status not in NOT_DECIDING)),
        notes=notes_of(law, found, entry, raw, lines, [part.code for part in parts]),
        law_asof=law.law_asof,
        ledger_hash=law.ledger_hash,
        vat_pct=vat_rate(law, found, entry.on),
        waived_pct=read.waived_pct(lens),
        parts=parts,
    )


def _family(code: str, parts: tuple[Lookup, ...], notes: tuple[str, ...]) -> Lookup:
    """Return the range over the lines or numbers of a code."""
    return replace(
        parts[0],
        code=code,
        lines=(),
        total_pct=_common(part.total_pct for part in parts),
        lower_pct=min(part.lower_pct for part in parts),
        upper_pct=max(part.upper_pct for part in parts),
        snapback_pct=_common(part.snapback_pct for part in parts),
        waived_pct=_common(part.waived_pct for part in parts),
        vat_pct=_common(part.vat_pct for part in parts),
        confidence=worst(*(part.confidence for part in parts)),
        notes=notes or (f"A family of {len(parts)} lines; look one of them up for its lines of duty.",),
        parts=parts,
    )


def _common(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the value that all share, else None."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def check_claims(law: Ledger, code: str, importer: str, entry: Entry) -> tuple[str, ...]:
    """Refuse a claim that means nothing for a code, nor for any code at which its goods are entered.

    An exclusion that has ended is refused. A fact of the goods or a preference that no law asks for on the
    day does no harm: importers go on naming a lapsed program, which may come back for the past.

    Returns
    -------
    tuple of str
        What to say of the claims that count for nothing on the day.
    """
    if not entry.claims:
        return ()
    own = _claimable(law, match(law, code, importer), entry)
    meant = frozenset[str]().union(*map(law.meanings, entry.claims))
    idle = [claim for claim in sorted(entry.claims - meant) if not own.knows(claim, law)]
    if not idle:
        return ()
    place = paid_at(law, importer, code, entry.on)
    below = [
        _claimable(law, match(law, part, importer), entry)
        for part in dict.fromkeys((*place.codes, *place.longer))
        if part != code
    ]
    notes = []
    for claim in idle:
        if any(part.knows(claim, law) for part in below):
            continue
        names = {name.removeprefix("not:") for name in (claim, *law.meanings(claim))}
        found = (own, *below)
        spans = _joined(span for part in found for name in names for span in part.other_days.get(name, ()))
        held = ", ".join(
            f"from {first} on" if end == date.max else f"in [{first}, {end})" for first, end in spans
        )
        if any(name in part.lapsing for part in found for name in names):
            notes.append(f"{claim} counts for nothing on {entry.on}: it holds {held}.")
            continue
        if spans:
            raise ParameterError(
                f"{claim} is not in force on {entry.on}", remedy=f"leave it out; it holds {held}"
            )
        legal = sorted(own.legal.union(*(part.legal for part in below)))
        remedy = f"use one of {', '.join(legal[:12])}" if legal else "leave it out: none is possible"
        raise ParameterError(f"claim {claim!r} means nothing for {code}", remedy=remedy)
    return tuple(notes)


@dataclass(frozen=True)
class _Claimable:
    """What may be claimed for a code on a day.

    Attributes
    ----------
    legal
        What may be claimed, or denied with `not:` before it.
    given
        What the law takes as given: it may be said, not denied.
    other_days
        What may be claimed on other days only: the first and the day after the last, by name.
    lapsing
        What of it is a fact of the goods or a preference, no exclusion.
    """

    legal: frozenset[str]
    given: frozenset[str]
    other_days: dict[str, list[_Span]]
    lapsing: frozenset[str]

    def knows(self, claim: str, law: Ledger) -> bool:
        """Return whether a claim, or what it stands for, means something here."""
        return any(
            name in self.given or name.removeprefix("not:") in self.legal
            for name in {claim, *law.meanings(claim)}
        )


def _claimable(law: Ledger, found: Match, entry: Entry) -> _Claimable:
    """Return what may be claimed for a code on the day of an entry."""
    excluded: dict[str, list[_Span]] = {
        name: [(row.valid_from, row.valid_to) for row in rows]
        for name, rows in _exclusions_by_id(law, found).items()
    }
    for lower in found.reduced:
        excluded.setdefault(lower.condition, []).append((lower.valid_from, lower.valid_to))
    facts: dict[str, list[_Span]] = {}
    given: set[str] = set()
    for item in found.measures:
        condition, names = item.measure.condition, measure_names(law, item.measure)
        is_relief = item.measure.conditional_default == "relief"
        live = _days_charged(law, item, entry.origin)
        for row, spans in _rows_with_days(item.covers, live):
            # a row that says `always` leaves nothing to claim: what it takes as given may be said, not denied
            if condition and _has(spans, entry.on):
                given |= {*names, condition}
            asked = {condition} if is_relief else {condition, row.condition} - {""}
            if asked and (is_relief or row.condition != ALWAYS):
                for name in (*names, *asked):
                    facts.setdefault(name, []).extend(spans)
        for row, spans in _rows_with_days(item.exempts, live):
            facts.setdefault(row.condition, []).extend(spans)
    # a preference may be claimed for any line, and is of no use where the rate is Free
    for program in preferences_of(law, found.importer, entry.origin):
        days = _days_of_origin(law, program, entry.origin)
        spans = _overlap([(program.valid_from, program.valid_to)], days)
        facts.setdefault(program.claim, []).extend(spans)
    all_days = {name: [*excluded.get(name, ()), *facts.get(name, ())] for name in excluded.keys() | facts}
    current = {name for name, spans in all_days.items() if _has(spans, entry.on)}
    return _Claimable(
        frozenset(current - {"", ALWAYS}),
        frozenset(given),
        {name: spans for name, spans in all_days.items() if name not in current},
        frozenset(facts) - current,
    )


def _has(spans: Iterable[_Span], on: date) -> bool:
    return any(first <= on < end for first, end in spans)


def _days_charged(law: Ledger, item: MeasureMatch, origin: str) -> list[_Span]:
    """Return the days on which a measure has a rate for goods of an origin, whatever its state."""
    rates = [(row.valid_from, row.valid_to) for row in law.rates_of.get(item.measure.measure_id, ())]
    return _overlap(_joined(rates), _days_of_origin(law, item.measure, origin))


def _days_of_origin(law: Ledger, row: Measure | Preference, origin: str) -> list[_Span]:
    """Return the days on which an origin belongs to the set that a row of the ledger names."""
    members = law.members_of[row.origin_set]
    return [(one.valid_from, one.valid_to) for one in members if one.iso3 in (origin, ANY_ORIGIN)]


def _rows_with_days(hits: Iterable[ListHit], live: list[_Span]) -> Iterator[tuple[ScopeRow, list[_Span]]]:
    """Yield the rows of lists with the days on which each can decide."""
    for hit in hits:
        linked = _overlap(live, [(hit.link.valid_from, hit.link.valid_to)])
        for row in hit.rows:
            yield row, _overlap(linked, [(row.valid_from, row.valid_to)])


def _overlap(some: Iterable[_Span], others: Sequence[_Span]) -> list[_Span]:
    """Return the days that are in both."""
    both = [(max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others]
    return [(first, end) for first, end in both if first < end]


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Return spans that meet or lap over as one."""
    found: list[_Span] = []
    for first, end in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((first, end))
    return found


def _exclusions_by_id(law: Ledger, found: Match) -> dict[str, list[Exclusion]]:
    """Return the exclusions of any day that name a code, what it starts with or what starts with it."""
    measures = {item.measure.measure_id for item in found.measures}
    by_id: dict[str, list[Exclusion]] = {}
    for row in law.exclusions:
        names_it = row.code == ALL_CODES or found.code.startswith(row.code) or row.code.startswith(found.code)
        if names_it and named_measures(law, row.measure_group) & measures:
            by_id.setdefault(row.exclusion_id, []).append(row)
    return by_id


def _lines_below(answer: Lookup) -> Iterator[Line]:
    """Yield the lines of an answer and of all its parts."""
    yield from answer.lines
    for part in answer.parts:
        yield from _lines_below(part)


def _check_content(law: Ledger, answer: Lookup, entry: Entry) -> None:
    """Refuse the content of a metal that no duty on the code asks about on that day."""
    asked = {
        metal
        for line in _lines_below(answer)
        if line.measure_id in law.measure
        for metal in metals_of(law.measure[line.measure_id].basis)
    }
    for metal in sorted(metal for metal, share in entry.content.items() if share and metal not in asked):
        remedy = f"give {' and '.join(sorted(asked))}" if asked else "leave it out"
        raise ParameterError(
            f"no duty on {answer.code} on {entry.on} asks for its {metal} content", remedy=remedy
        )
