"""The stacking algebra: how lines of duty meet. Pure and exact; every date and rate comes from the ledger.

For a line with MFN rate b, safeguard r201, section 232 duties r232_k on shares c_k of value, list duties
r301, fentanyl rFENT, and the two programmes that spare the part of value under section 232, rRECIP and r122,

    T = b + r201 + sum_k r232_k c_k + r301 + rFENT + (rRECIP x_R + r122 x_122) (1 - C),

C being the share of value under section 232 (0 to 1) and x zero where a programme's exempt list has the code.
Which share C is, which list of section 301 counts and which programme goes first are dated rows of
`stack_rules`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from trucewatch.duty.lines import CERTAIN, ONE, ZERO, Entry, Line, base_line, measure_line
from trucewatch.duty.matching import Match, match
from trucewatch.duty.specific import Quantity
from trucewatch.errors import LedgerError
from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import CONFIDENCE, StackRule, general_id, worst

AS_COLLECTED, AS_FINALLY_HELD = "as_collected", "as_finally_held"
LENSES = (AS_COLLECTED, AS_FINALLY_HELD)
"""`as_collected`: what was paid at entry. `as_finally_held`: duties held unlawful count 0."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A stacking rule with its names resolved to measure ids."""

    row: StackRule
    winners: frozenset[str]
    losers: frozenset[str]


@per_ledger
def all_rules(ledger: Ledger) -> tuple[Rule, ...]:
    """Return the stacking rules of all days."""
    return tuple(
        Rule(row, named_measures(ledger, row.winner), named_measures(ledger, row.loser))
        for row in sorted(ledger.stack_rules, key=lambda row: (row.rule_id, row.valid_from))
    )


@per_ledger
def rules_on(ledger: Ledger, on: date) -> tuple[Rule, ...]:
    """Return the stacking rules in force on a day of entry."""
    return tuple(rule for rule in all_rules(ledger) if rule.row.valid_from <= on < rule.row.valid_to)


def applicable(
    ledger: Ledger,
    code: str,
    origin: str,
    entry_date: date,
    importer: str = "USA",
    loaded_date: date | None = None,
    known_on: date | None = None,
    claims: Set[str] = frozenset(),
    content: Mapping[str, Any] | None = None,
) -> tuple[Line, ...]:
    """Return every line of duty that reaches an entry, before the lines meet each other.

    The MFN line first, then by authority and measure.

    Raises `LedgerError` if two rows of the ledger decide about the same day, or the importer has no base
    rates.

    - `code`: 2 to 10 digits without dots; taken at its face: a list that names only longer codes does not
      reach it
    - `origin`: ISO3 of the country of origin
    - `entry_date`: day of entry in the importing country
    - `importer`: `USA` or `CHN`
    - `loaded_date`: day of loading; transit rules apply only if it is given
    - `known_on`: read the texts as published up to this day; the ledger's `law_asof` if not given
    - `claims`: exclusion ids, and conditions known to be met (or, with `not:` before, known not to be)
    - `content`: metal shares of customs value (`steel`, `aluminum`, `copper`; 0-1) in place of the ledger's
      estimates
    """
    ledger = seen_from(ledger, importer, origin)
    entry = entry_of(ledger, origin, entry_date, loaded_date, known_on, claims, content)
    return lines_of(ledger, match(ledger, code, importer), entry)


def entry_of(
    ledger: Ledger,
    origin: str,
    entry_date: date,
    loaded_date: date | None = None,
    known_on: date | None = None,
    claims: Set[str] = frozenset(),
    content: Mapping[str, Any] | None = None,
    lifted: frozenset[str] = frozenset(),
    quantity: Quantity | None = None,
) -> Entry:
    """Return the facts of an entry, with the ledger's date for texts not dated otherwise and exact shares.

    A usual name of a claim stays, beside what it can mean.
    """
    claims = frozenset(claims).union(*map(ledger.meanings, claims))
    return Entry(
        origin,
        entry_date,
        ledger.law_asof if known_on is None else known_on,
        loaded_date,
        claims,
        {metal: Decimal(str(share)) for metal, share in (content or {}).items()},
        lifted,
        quantity,
    )


def lines_of(ledger: Ledger, found: Match, entry: Entry) -> tuple[Line, ...]:
    """Return the lines of a matched code for an entry, before they meet (see `applicable`)."""
    base = base_line(found, entry.on, entry.claims, entry.quantity)
    return in_order(base, (measure_line(ledger, found, item, base, entry) for item in found.measures))


def in_order(base: Line, lines: Iterable[Line | None]) -> tuple[Line, ...]:
    """Return the column 1 line, then those that reach the entry by authority and measure."""
    reached = (line for line in lines if line is not None)
    return (base, *sorted(reached, key=lambda line: (line.authority, line.measure_id)))


def resolve(lines: Iterable[Line], rules: Iterable[Rule]) -> tuple[Line, ...]:
    """Let lines meet: set status, reason and `suppressed_by`, drop nothing.

    Returns the same lines in the same order.

    `lines`: lines of one entry, as `applicable` gives them, in any order; `rules`: rules in force on the day
    of entry, in any order.

    Raises `LedgerError` if rules suppress each other in a circle.
    """
    lines = list(lines)
    live = rules_between(lines, rules)
    if not live:
        return tuple(lines)
    live.sort(key=lambda rule: (rule.row.rule_id, rule.row.valid_from))  # the first to beat a line is named
    by_kind = {kind: [rule for rule in live if rule.row.kind in kinds] for kind, kinds in _STEPS.items()}
    lines = _highest_ranks(_without_idle_reliefs(lines, by_kind["rank"]), by_kind["rank"])
    lines = _best_of_each(lines, by_kind["best"])
    lines = _without_suppressed(lines, by_kind["whole"])
    return tuple(_on_the_rest(lines, by_kind["share"]))


def rules_between(lines: Iterable[Line], rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that have both a winner and a loser among some lines: no other bears on them."""
    present = {line.measure_id for line in lines}
    return [
        rule for rule in rules if not rule.losers.isdisjoint(present) and not rule.winners.isdisjoint(present)
    ]


_STEPS = {
    "rank": ("rank_within",),
    "best": ("max_within",),
    "whole": ("priority", "suppress"),
    "share": ("suppress_share",),
}


def _without_idle_reliefs(lines: list[Line], rules: Sequence[Rule]) -> list[Line]:
    """Leave out what takes the place of a dearer duty where no duty is due: nobody claims it."""
    reliefs = {line.measure_id for line in lines if line.is_relief and line.status in CERTAIN}
    if not reliefs:
        return lines
    due = {line.measure_id for line in lines if line.status in CERTAIN}
    for relief in sorted(reliefs):
        dearer = frozenset[str]().union(*(rule.losers for rule in rules if relief in rule.winners))
        if dearer and dearer.isdisjoint(due - {relief}):
            lines = [
                line.but("exempt", "in place of no duty") if line.measure_id == relief else line
                for line in lines
            ]
    return lines


def _highest_ranks(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Line]:
    """Let the act for one origin, or on a claim, stand in place of the general one; at 0 it exempts."""
    lines = list(lines)
    for rule in rules:
        named = [line for line in lines if line.measure_id in rule.winners | rule.losers]
        # an exemption of the act for one origin holds against the general act too
        group = [line for line in named if line.status in CERTAIN or line.is_listed_exempt]
        if not any(line.measure_id in rule.winners for line in group):
            continue
        best = max(group, key=lambda line: (line.stack_rank, line.measure_id))
        beaten = {line.measure_id for line in group if line is not best and line.status in CERTAIN}
        if not best.condition:  # whatever the code does not show, a lower rank gives way
            beaten |= {
                line.measure_id
                for line in named
                if line.status == "conditional" and line.stack_rank < best.stack_rank
            }
        stands = (
            best
            if best.rate_pct or best.is_floor or best.status == "exempt"
            else best.but("exempt", f"exempt: {best.title}")
        )
        lines = [
            stands
            if line is best
            else _suppressed(line, [(rule, best)])
            if line.measure_id in beaten
            else line
            for line in lines
        ]
    return lines


def _best_of_each(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Line]:
    """Within each group keep the line with the most points."""
    lines = list(lines)
    for rule in rules:
        group = [line for line in lines if line.measure_id in rule.winners and line.status in CERTAIN]
        if len(group) < 2:
            continue
        best = min(group, key=lambda line: (-line.pp, line.stack_rank, line.measure_id))
        lines = [
            _suppressed(line, [(rule, best)]) if line in group and line is not best else line
            for line in lines
        ]
    return lines


def _without_suppressed(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Line]:
    """Suppress every loser of a winner that stands; a winner that is itself suppressed takes nothing out."""
    charged = {line.measure_id: line for line in lines if line.status in CERTAIN}
    verdicts: dict[str, list[tuple[Rule, Line]]] = {}

    def beaten_by(identity: str, path: tuple[str, ...]) -> list[tuple[Rule, Line]]:
        if identity in path:
            row = next(rule.row for rule in rules if identity in rule.losers)
            raise LedgerError(
                "rules suppress each other in a circle: " + " > ".join((*path, identity)),
                remedy="remove one of them",
                file=row.file,
                row=row.line,
                column="loser",
                value=row.rule_id,
            )
        if identity not in verdicts:
            verdicts[identity] = [
                (rule, charged[winner])
                for rule in rules
                if identity in rule.losers
                for winner in sorted(rule.winners & charged.keys() - {identity})
                if not beaten_by(winner, (*path, identity))
            ]
        return verdicts[identity]

    return [
        _suppressed(line, beaten)
        if line.status in CERTAIN and (beaten := beaten_by(line.measure_id, ()))
        else line
        for line in lines
    ]


def _suppressed(line: Line, beaten: Sequence[tuple[Rule, Line]]) -> Line:
    winners = {winner.measure_id: winner.name for _, winner in beaten}
    names = ", ".join(winners[identity] for identity in sorted(winners))
    return line.but(
        "suppressed",
        f"gives way to {names} ({beaten[0][0].row.rule_id})",
        suppressed_by=tuple(sorted(winners)),
        # one rule that is certain is enough to suppress
        confidence=min(
            (worst(rule.row.confidence, winner.confidence) for rule, winner in beaten), key=CONFIDENCE.index
        ),
    )


def _on_the_rest(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Line]:
    """Charge the losers on the part of value that no charged winner covers."""
    charged = {line.measure_id: line for line in lines if line.status in CERTAIN}
    result = []
    for line in lines:
        met = [
            (rule, charged[winner])
            for rule in rules
            if line.measure_id in rule.losers and line.status in CERTAIN
            for winner in sorted(rule.winners & charged.keys() - {line.measure_id})
        ]
        winners = {winner.measure_id: winner for _, winner in met}
        covered = min(ONE, sum((_metal(winner) for winner in winners.values()), ZERO))
        if covered == ONE:
            result.append(_suppressed(line, met))
        elif covered > 0:
            result.append(
                dataclasses.replace(
                    line,
                    value_share=line.value_share * (ONE - covered),
                    pp=line.pp * (ONE - covered),
                    reason=f"on the value not covered by {', '.join(winners)} ({met[0][0].row.rule_id})",
                    suppressed_by=tuple(winners),
                    confidence=worst(
                        line.confidence,
                        *(rule.row.confidence for rule, _ in met),
                        *(winner.confidence for winner in winners.values()),
                    ),
                    is_estimate=line.is_estimate or any(winner.is_estimate for winner in winners.values()),
                )
            )
        else:
            result.append(line)
    return result


def _metal(line: Line) -> Decimal:
    return line.value_share if line.metal_share is None else line.metal_share


def points(line: Line, lens: str = AS_COLLECTED) -> Decimal:
    """Return the points a line adds to the total under a lens."""
    if line.status == "charged" or (line.status == "void_refundable" and lens == AS_COLLECTED):
        return line.pp
    return ZERO


def refundable(lines: Iterable[Line]) -> tuple[Decimal, Decimal]:
    """Return the fewest and the most points that were collected and later held unlawful."""
    void = [line for line in lines if line.status == "void_refundable"]
    return sum((line.pp for line in void if not line.is_least), ZERO), sum((line.pp for line in void), ZERO)


def is_complete(lines: Iterable[Line]) -> bool:
    """Return whether every duty is in the points; if not, their sum is the least that is paid."""
    return all(line.status != "not_modelled" for line in lines)


def total(lines: Iterable[Line], lens: str = AS_COLLECTED) -> Decimal:
    """Return the sum of the points charged, in percent of customs value, exact.

    Lines that are conditional, suspended or not modelled count 0: look at their status before quoting it.
    """
    if lens not in LENSES:
        raise ValueError(f"unknown lens {lens!r}; use one of {', '.join(LENSES)}")
    return sum((points(line, lens) for line in lines), ZERO)


def points_by_authority(lines: Iterable[Line], lens: str = AS_COLLECTED) -> dict[str, Decimal]:
    """Return the points charged by authority; one without points is left out."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        charged = points(line, lens)
        if charged:
            sums[line.authority] = sums.get(line.authority, ZERO) + charged
    return sums


def if_conditional(lines: Iterable[Line], rules: Iterable[Rule]) -> tuple[Line, ...]:
    """Resolve the lines of `applicable` as if every condition were met that is not exceptional."""
    assumed = [
        line.but("charged", line.reason, pp=line.pp_if_met) if _is_assumable(line) else line for line in lines
    ]
    return resolve(assumed, rules)


def _dearest_met(lines: Sequence[Line], rules: Sequence[Rule]) -> tuple[Line, ...]:
    """Return the reading with every condition met but those that take a dearer duty out."""
    met = if_conditional(lines, rules)
    is_open = {line.measure_id for line in lines if _is_assumable(line) or _is_presumed(line)}
    beaten = (line for line in met if line.status == "suppressed" and line.measure_id in is_open)
    for act in sorted(
        {general_id(winner) for line in beaten for winner in line.suppressed_by if winner in is_open}
    ):
        fewer = [line for line in lines if general_id(line.measure_id) != act]
        found = if_conditional(fewer, rules)
        if total(found) > total(met):
            met, lines = found, fewer
    return met


def _is_assumable(line: Line) -> bool:
    """Return whether a line is not charged, but would be if a fact the code does not show were so."""
    return (line.status == "conditional" and not line.is_relief and not line.is_exceptional) or (
        line.status == "exempt" and bool(line.condition)
    )


def _is_presumed(line: Line) -> bool:
    """Return whether a line is charged unless the importer denies what it takes to hold."""
    return line.status in CERTAIN and bool(line.condition)


def if_denied(lines: Iterable[Line], rules: Iterable[Rule]) -> tuple[Line, ...]:
    """Resolve the lines of `applicable` as if all exemptions and waivers and no condition of a duty held."""
    return resolve([_denied(line) if _is_deniable(line) else line for line in lines], rules)


def _cheapest_unmet(lines: Sequence[Line], rules: Sequence[Rule]) -> tuple[Line, ...]:
    """Return the reading with no condition of a duty met, and of the reliefs those that help."""
    unmet = if_denied(lines, rules)
    reliefs = sorted(line.measure_id for line in lines if line.is_relief and line.status == "conditional")
    others = any(line.condition and not line.is_relief and _is_deniable(line) for line in lines)
    for identity in reliefs if others or len(reliefs) > 1 else ():
        fewer = [line for line in lines if line.measure_id != identity]
        found = if_denied(fewer, rules)
        if total(found) < total(unmet):
            unmet, lines = found, fewer
    return unmet


def _denied(line: Line) -> Line:
    if line.is_relief:
        return line.but(
            "charged", line.reason, pp=line.pp_if_met if line.pp_if_lower is None else line.pp_if_lower
        )
    if line.pp_if_lower is not None and not (line.condition or line.exempt_if or line.waiver):
        return dataclasses.replace(line, pp=line.pp_if_lower)
    if line.pp_if_exempt and not line.condition:
        return dataclasses.replace(line, rate_pct=line.pp_if_exempt, pp=line.pp_if_exempt)
    return line.but("exempt", line.reason, is_listed_exempt=line.is_listed_exempt or bool(line.exempt_if))


def _is_deniable(line: Line) -> bool:
    could_be_free = line.condition or line.exempt_if or line.waiver or line.pp_if_lower is not None
    return line.status in (*CERTAIN, "conditional") and bool(could_be_free)


def if_waived(lines: Iterable[Line], rules: Iterable[Rule]) -> tuple[Line, ...]:
    """Resolve the lines of `applicable` as if the importer held every waiver that any code can have."""
    held = [line.but("excluded", f"exclusion {line.waiver} held") if line.waiver else line for line in lines]
    return resolve(held, rules)


class Readings(NamedTuple):
    """The resolved lines of an entry, read in four ways where its code does not show what the law asks.

    `law` is what counts unless the importer shows otherwise; `met` has every condition of a duty met that is
    not exceptional (but none that takes a dearer duty out), `unmet` none of them, and every exemption and
    waiver granted, and every relief that helps; `waived` is the law under the waivers alone.
    """

    law: tuple[Line, ...]
    met: tuple[Line, ...]
    unmet: tuple[Line, ...]
    waived: tuple[Line, ...]

    def bounds(self, lens: str = AS_COLLECTED) -> tuple[Decimal, Decimal, Decimal]:
        """Return the lowest total of the readings, the total of the law, and the highest.

        A duty that is met can take a dearer one out: `met` is not always the highest, `unmet` the lowest.
        """
        whole = total(self.law, lens)
        totals = [whole, *(total(lines, lens) for lines in self[1:] if lines is not self.law)]
        return min(totals), whole, max(totals)

    def waived_pct(self, lens: str = AS_COLLECTED) -> Decimal | None:
        """Return the total under the waivers, or None where no waiver bears on it."""
        return None if self.waived is self.law else total(self.waived, lens)


def readings(lines: Sequence[Line], rules: Sequence[Rule]) -> Readings:
    """Resolve the lines of `applicable` in every reading; those that say the same are one object."""
    law = resolve(lines, rules)
    has_open = any(map(_is_assumable, lines)) or sum(map(_is_presumed, lines)) > 1
    return Readings(
        law,
        _dearest_met(lines, rules) if has_open else law,
        _cheapest_unmet(lines, rules) if any(map(_is_deniable, lines)) else law,
        if_waived(lines, rules) if any(line.waiver for line in lines) else law,
    )


def duties(ledger: Ledger, found: Match, entry: Entry) -> tuple[Line, ...]:
    """Return the resolved lines of a matched code for an entry."""
    return resolve(lines_of(ledger, found, entry), rules_on(ledger, entry.on))
