"""What an entry leaves open, and the lowest and the highest total that it allows.

A fact is open where the law asks for it, the code does not show it and the importer has not said it: whether
a condition is met or an exemption, a lower column 1 rate, a waiver or an exclusion claimed, and how much of
the value is metal. Every combination is tried. Lines that share no fact and meet under no rule are tried
apart, since their points add up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product

from trucewatch.duty.exclusions import exclusions_of
from trucewatch.duty.lines import CERTAIN, ONE, ZERO, Entry, Line
from trucewatch.duty.matching import Match
from trucewatch.duty.stacking import AS_COLLECTED, Rule, resolve, total
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.ledger.schema import general_id

_CONTENT, _LOWER_RATE, _EXCLUSION = "metal content", "lower column 1 rate", "exclusion"
"""Facts without a name of their own in a line; a condition goes by its measure, so that each stands alone."""


@dataclass(frozen=True, slots=True)
class _Metal:
    """Metal in the goods: which there are at all, and the share of value of each; a trace has none."""

    present: frozenset[str]
    shares: Mapping[str, Decimal]


def total_bounds(
    lines: Sequence[Line], rules: Sequence[Rule], excludable: Set[str], lens: str = AS_COLLECTED
) -> tuple[Decimal, Decimal]:
    """Return the lowest and the highest total that what an entry leaves open allows.

    `lines`: those of the entry before they meet (`stacking.lines_of`); `rules`: those of the day;
    `excludable`: measures that an exclusion not claimed could lift (`excludable_lines`).
    """
    by_content = {line.measure_id for line in lines_on_content(lines, rules)}
    facts = [frozenset(_facts(line, by_content, excludable)) for line in lines]
    low = high = ZERO
    for group in _independent_groups(lines, facts, rules):
        own = [lines[at] for at in group]
        asked = sorted(frozenset[str]().union(*(facts[at] for at in group)))
        options: list[tuple[object, ...]] = [
            (None, *_contents(own)) if fact == _CONTENT else (False, True) for fact in asked
        ]
        totals = {
            total(
                resolve(
                    [_line_if_said(line, dict(zip(asked, said, strict=True)), excludable) for line in own],
                    rules,
                ),
                lens,
            )
            for said in product(*options)
        }
        low, high = low + min(totals), high + max(totals)
    return low, high


def excludable_lines(ledger: Ledger, found: Match, entry: Entry, lines: Iterable[Line]) -> Set[str]:
    """Return the measures of the lines that an exclusion could lift which the importer has not claimed."""
    return {
        line.measure_id
        for line in lines
        if line.status in (*CERTAIN, "conditional")
        and any(
            row.exclusion_id != line.waiver and f"not:{row.exclusion_id}" not in entry.claims
            for row in exclusions_of(ledger, found.code, line.measure_id, entry.on)
        )
    }


def _facts(line: Line, by_content: Set[str], excludable: Set[str]) -> Iterator[str]:
    """Yield the open facts that bear on a line."""
    if line.measure_id in by_content:
        yield _CONTENT
    is_open = line.status in (*CERTAIN, "conditional", "exempt") and not line.is_exceptional
    if line.condition and is_open:
        yield _condition(line)
    if line.exempt_if:
        yield _LOWER_RATE if line.measure_id in BASE_AUTHORITY.values() else line.exempt_if
    if line.pp_if_lower is not None:
        yield _LOWER_RATE
    if line.waiver:
        yield line.waiver
    if line.measure_id in excludable:
        yield _EXCLUSION


def _condition(line: Line) -> str:
    """Return the fact a line is charged on: one for an act and its deals, which ask the same of one article.

    A presumption is its line's own.
    """
    own = line.measure_id
    return own if line.status == "exempt" else f"{general_id(own)} {line.condition}"


def lines_on_content(lines: Sequence[Line], rules: Iterable[Rule]) -> list[Line]:
    """Return the lines to which a metal content that was not given matters.

    They are charged on the metal, or on the whole value where another duty falls on what is no metal.
    """
    present = {line.measure_id for line in lines}
    sparing = frozenset[str]().union(
        *(rule.winners for rule in rules if rule.row.kind == "suppress_share" and rule.losers & present)
    )
    return [
        line for line in lines if line.metals and (line.pp_if_metal is not None or line.measure_id in sparing)
    ]


def _contents(lines: Iterable[Line]) -> Iterator[_Metal]:
    """Yield the metal contents at which a total is lowest or highest.

    With the metals that are there a total is linear in their shares: its ends are at all of one, or at a
    trace of each. That a metal is not there at all can bring back a duty that gives way to its own.
    """
    metals = sorted({metal for line in lines for metal in line.metals})
    for count in range(len(metals) + 1):
        for present in map(frozenset, combinations(metals, count)):
            yield _Metal(present, {})
            for metal in sorted(present):
                yield _Metal(present, {metal: ONE})


def _independent_groups(
    lines: Sequence[Line], facts: Sequence[frozenset[str]], rules: Iterable[Rule]
) -> Iterator[list[int]]:
    """Yield the positions of lines that share a fact or meet under a rule, group by group."""
    ids = [line.measure_id for line in lines]
    ties: list[Set[Hashable]] = [
        rule.winners | rule.losers
        for rule in rules
        if not (rule.winners.isdisjoint(ids) or rule.losers.isdisjoint(ids))
    ]
    ties += [{fact} for fact in frozenset[str]().union(*facts)]
    groups = [({at}, {identity, *asked}) for at, (identity, asked) in enumerate(zip(ids, facts, strict=True))]
    for tie in ties:
        tied = [group for group in groups if not tie.isdisjoint(group[1])]
        if len(tied) > 1:
            groups = [group for group in groups if group not in tied]
            groups.append((set().union(*(at for at, _ in tied)), set().union(*(names for _, names in tied))))
    for at, _ in groups:
        yield sorted(at)


def _line_if_said(line: Line, said: Mapping[str, object], excludable: Set[str]) -> Line:
    """Return a line as it would be if the importer said some facts: whether a condition holds, else True."""
    held = said.get(_CONTENT) if line.metals else None
    if isinstance(held, _Metal):
        line = _holding(line, held)
        if line.pp_if_metal is not None and held.present.isdisjoint(line.metals):
            return line
    if said.get(_LOWER_RATE) and line.measure_id in BASE_AUTHORITY.values():
        return dataclasses.replace(line, status="charged", rate_pct=line.pp_if_exempt, pp=line.pp_if_exempt)
    if said.get(_LOWER_RATE) and line.pp_if_lower is not None:
        lower = line.pp_if_lower if line.status in CERTAIN else line.pp
        line = dataclasses.replace(line, pp=lower, pp_if_met=line.pp_if_lower)
    holds = said.get(_condition(line)) if line.condition else None
    if holds is False and line.status in CERTAIN:
        return line.but("exempt", "denied")
    if holds and line.status not in CERTAIN:
        status = "void_refundable" if line.litigation else "charged"
        line = dataclasses.replace(line, status=status, pp=line.pp_if_met, is_listed_exempt=False)
    if line.exempt_if and said.get(line.exempt_if):
        return line.but("exempt", "claimed", is_listed_exempt=True)
    if said.get(line.waiver) or (line.measure_id in excludable and said.get(_EXCLUSION)):
        return line.but("excluded", "claimed")
    return line


def _holding(line: Line, held: _Metal) -> Line:
    """Return a line as it would be if the goods held some metal."""
    share = sum((held.shares.get(metal, ZERO) for metal in line.metals), ZERO)
    if line.pp_if_metal is None:
        return dataclasses.replace(line, metal_share=share)
    if held.present.isdisjoint(line.metals):
        return line.but("exempt", "no metal", condition="")
    points = line.pp_if_metal * share
    is_unknown = line.status == "not_modelled"
    charged = "void_refundable" if line.litigation else "charged"
    return dataclasses.replace(
        line,
        status=charged if is_unknown else line.status,
        value_share=share,
        pp=points if is_unknown or line.status in CERTAIN else line.pp,
        pp_if_met=points,
    )
