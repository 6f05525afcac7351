"""One code, one day of entry: every line of duty, the total, what hangs on it, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Unpack

from trucewatch.answers import lookup_view as present
from trucewatch.answers.at_sea import AT_SEA, notes_at_sea
from trucewatch.answers.claims import check_claims
from trucewatch.answers.countries import route
from trucewatch.answers.exact import common
from trucewatch.answers.notes import MISSING, notes_of
from trucewatch.answers.paid_at import NUMBER_DIGITS, paid_at
from trucewatch.answers.question import Facts, Question, read_question
from trucewatch.duty.code_classes import LINE_DIGITS, grouper
from trucewatch.duty.exclusions import exclusions_naming
from trucewatch.duty.lines import (
    HUNDRED,
    NOT_DECIDING,
    ON_QUANTITY,
    Entry,
    Line,
    metals_of,
)
from trucewatch.duty.matching import Match, match, vat_rate
from trucewatch.duty.open_facts import excludable_lines, total_bounds
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
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.ledger.schema import (
    worst,
)

if TYPE_CHECKING:
    import pandas as pd

NOT_NEEDED = "The quantity is not needed: the column 1 duty does not count units."
NOT_COUNTED = "The quantity is not used: the column 1 duty{} does not count in one unit."


@dataclass(frozen=True)
class Lookup:
    """The duties on one code on one day.

    - `lines`: every line of duty with its status and reason; empty for a family of lines that differ
    - `total_pct`: sum of the points charged, in percent of customs value; None for a family of lines that
      differ.
    - `lower_pct`, `upper_pct`: bounds of the total: over all that the law asks for and was not said
      (`open_facts`), and over the codes in `parts`
    - `snapback_pct`: the total if every dated legal suspension were lifted
    - `confidence`: the worst of the lines that decide the total
    - `waived_pct`: the total as traded under a waiver that any importer may ask for (China's market-based
      exclusion); None where there is none.
    - `vat_pct`: value-added tax at import, never in the total; None where the ledger has none.
    - `parts`: the lines of a family; for a line, its longer codes whose total is another
    - `notes`: what a reader must know before quoting the total
    - `route`: whose goods enter where, in words
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
    route: str = ""

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
        """Return the lookup as plain values: dates ISO, decimals as numbers."""
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

    Returns lines, total, bounds, snap-back, confidence and notes. Not a customs ruling.

    `code`, `origin`, `on`, `importer`, `ledger`, `facts`: as in `trucewatch.answers.question.read_question`.

    Raises `DataError`, `ParameterError` as `read_question` and `answer_to`.
    """
    return answer_to(read_question(code, origin, on, importer, ledger, **facts))


def answer_to(question: Question) -> Lookup:
    """Return the duties on what is asked about.

    Raises `DataError` if the schedule has no such code on that day, or the quantity is in a unit that does
    not fit; `ParameterError` if a claim or a metal means nothing for the code.
    """
    law, entry = question.law, question.entry
    idle = check_claims(law, question.code, question.importer, entry)
    answer = _answer(law, question.code, question.importer, entry, question.lens)
    traces = _check_content(law, answer, entry)
    unused = "" if entry.quantity is None else unused_quantity(_lines_below(answer))
    said = (*filter(None, (unused,)), *idle, *traces)
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
    if place.rates_of:
        answers = tuple(
            replace(_single(law, match(law, code, importer, line), entry, lens), code=line)
            for line in place.rates_of
        )
        return _family(code, answers, (place.note,))
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
        key: object = leaf
        if len(leaf) == NUMBER_DIGITS and not entry.claims:
            key = keys.key(leaf), exclusions_naming(law, leaf)
        if key not in first_of:
            first_of[key] = _answer(law, leaf, importer, entry, lens)
        parts.append(replace(first_of[key], code=leaf))
    notes = (place.note,) if place.note else ()
    if len(parts) == 1 or (len(code) >= LINE_DIGITS and len({_outcome(part) for part in parts}) == 1):
        return replace(
            parts[0],
            code=code,
            lower_pct=min(part.lower_pct for part in parts),
            upper_pct=max(part.upper_pct for part in parts),
            notes=tuple(dict.fromkeys((*notes, *(note for part in parts for note in part.notes)))),
        )
    if len(code) >= LINE_DIGITS and not notes:
        notes = (f"{len(parts)} numbers below this line pay different duties: give all ten digits.",)
    return _family(code, tuple(parts), notes)


def _outcome(found: Lookup) -> object:
    """Return what makes two answers the same but for the code, the words and what is open."""
    lines = [(line.measure_id, line.rate_pct, line.value_share, line.pp, line.status) for line in found.lines]
    return (found.total_pct, found.snapback_pct, found.confidence, tuple(lines))


def _single(law: Ledger, found: Match, entry: Entry, lens: str, longer: Sequence[str] = ()) -> Lookup:
    """Return the answer for one code; `longer` are codes at which the law splits it."""
    raw, rules = lines_of(law, found, entry), rules_on(law, entry.on)
    read = readings(raw, rules)
    lines, whole = read.law, total(read.law, lens)
    low, high = total_bounds(raw, rules, excludable_lines(law, found, entry, raw), lens)
    below = (_single(law, match(law, code, found.importer), entry, lens) for code in longer)
    parts = tuple(part for part in below if (part.total_pct, *part.bounds) != (whole, low, high))
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
        total_pct=whole,
        lower_pct=min((low, *(part.lower_pct for part in parts))),
        upper_pct=max((high, *(part.upper_pct for part in parts))),
        snapback_pct=total(duties(law, found, lifted), lens),
        confidence=worst(*(line.confidence for line in lines if line.status not in NOT_DECIDING)),
        notes=(
            *notes_at_sea(law, found, entry, lines, lens),
            *notes_of(law, found, entry, raw, lines, [part.code for part in parts]),
        ),
        law_asof=law.law_asof,
        ledger_hash=law.ledger_hash,
        vat_pct=vat_rate(law, found, entry.on),
        waived_pct=read.waived_pct(lens),
        parts=parts,
        route=route(law, entry.origin, found.importer),
    )


def _family(code: str, parts: tuple[Lookup, ...], notes: tuple[str, ...]) -> Lookup:
    """Return the range over the lines or numbers of a code."""
    return replace(
        parts[0],
        code=code,
        lines=(),
        total_pct=common(part.total_pct for part in parts),
        lower_pct=min(part.lower_pct for part in parts),
        upper_pct=max(part.upper_pct for part in parts),
        snapback_pct=common(part.snapback_pct for part in parts),
        waived_pct=common(part.waived_pct for part in parts),
        vat_pct=common(part.vat_pct for part in parts),
        confidence=worst(*(part.confidence for part in parts)),
        notes=(
            *(notes or (f"A family of {len(parts)} lines; look one of them up for its lines of duty.",)),
            *dict.fromkeys(note for part in parts for note in part.notes if note.startswith(AT_SEA)),
            *(note for note in parts[0].notes if note.startswith(MISSING)),
        ),
        parts=parts,
    )


def _lines_below(answer: Lookup) -> Iterator[Line]:
    """Yield the lines of an answer and of all its parts."""
    yield from answer.lines
    for part in answer.parts:
        yield from _lines_below(part)


def _check_content(law: Ledger, answer: Lookup, entry: Entry) -> tuple[str, ...]:
    """Refuse the content of a metal that no duty on the code asks about on that day.

    Returns what to say of metals that are said not to be there and that no duty asks about either.
    """
    asked = {
        metal
        for line in _lines_below(answer)
        if line.measure_id in law.measure
        for metal in metals_of(law.measure[line.measure_id].basis)
    }
    idle = [(metal, share) for metal, share in sorted(entry.content.items()) if metal not in asked]
    for metal, share in idle:
        if share:
            remedy = f"give {' and '.join(sorted(asked))}" if asked else "leave it out"
            raise ParameterError(
                f"no duty on {answer.code} on {entry.on} asks for its {metal} content", remedy=remedy
            )
    return tuple(
        f"{metal}=0 counts for nothing on {entry.on}: no duty on this code asks for its {metal} content."
        for metal, _ in idle
    )
