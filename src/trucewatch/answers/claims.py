"""What may be claimed for a code: the check of the claims of a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from trucewatch.answers.countries import in_words
from trucewatch.answers.paid_at import paid_at
from trucewatch.duty.lines import Entry, measure_names
from trucewatch.duty.matching import ListHit, Match, MeasureMatch, match
from trucewatch.errors import ParameterError
from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.origins import preferences_of
from trucewatch.ledger.schema import ALL_CODES, ALWAYS, ANY_ORIGIN, Exclusion, Measure, Preference, ScopeRow

_Span = tuple[date, date]
"""A first day and the day after the last."""


def check_claims(law: Ledger, code: str, importer: str, entry: Entry) -> tuple[str, ...]:
    """Refuse a claim that means nothing for a code, nor for any code at which its goods are entered.

    An exclusion that has ended is refused. A fact of the goods or a preference that no law asks for on the
    day does no harm: importers go on naming a lapsed program, which may come back for the past.

    Returns what to say of the claims that count for nothing on the day.
    """
    if not entry.claims:
        return ()
    own = claimable(law, match(law, code, importer), entry)
    meant = frozenset[str]().union(*map(law.meanings, entry.claims))
    idle = [claim for claim in sorted(entry.claims - meant) if not own.knows(claim, law)]
    if not idle:
        return ()
    place, place_of = paid_at(law, importer, code, entry.on), in_words(law, entry.origin)
    below = [
        claimable(law, match(law, part, importer), entry)
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
        # names of facts and programs before the numbers of headings
        legal = sorted(
            own.legal.union(*(part.legal for part in below)), key=lambda name: (name[0].isdigit(), name)
        )
        remedy = f"use one of {', '.join(legal[:12])}" if legal else "leave it out: none is possible"
        raise ParameterError(f"claim {claim!r} means nothing for {code} from {place_of}", remedy=remedy)
    return tuple(notes)


@dataclass(frozen=True)
class Claimable:
    """What may be claimed for a code on a day.

    `legal`: what may be claimed, or denied with `not:` before it; `given`: what the law takes as given: it
    may be said, not denied; `other_days`: what may be claimed on other days only: the first and the day after
    the last, by name; `lapsing`: what of it is a fact of the goods or a preference, no exclusion.
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


def claimable(law: Ledger, found: Match, entry: Entry) -> Claimable:
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
    return Claimable(
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
