"""What a reader must know before quoting a total: sentences computed from the lines and the ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from trucewatch.answers.countries import partner_name
from trucewatch.duty.code_classes import LINE_DIGITS
from trucewatch.duty.exclusions import exclusions_of
from trucewatch.duty.lines import CERTAIN, COLUMN_2_TITLE, Entry, Line, metals_of
from trucewatch.duty.matching import Match
from trucewatch.duty.open_facts import lines_on_content
from trucewatch.duty.specific import unit_rate
from trucewatch.duty.stacking import lines_of, refundable, rules_on
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.origins import CHINA_AND_TERRITORIES, COLUMN_2
from trucewatch.ledger.schema import ANY_ORIGIN, Gap

NOT_A_RULING = "Not a customs ruling."
MISSING = "Not in the ledger"
"""How a note begins that says what an answer for an origin may lack."""


def total_text(total: Decimal | None, is_complete: bool) -> str:
    """Return a total for a table: `differs` for None, and `≥` before one that lacks a duty."""
    if total is None:
        return "differs"
    return number(total) if is_complete else f"≥ {number(total)}"


def at_least(amount: str, is_complete: bool) -> str:
    """Return an amount in a sentence; one that lacks a duty is the least that is paid."""
    return amount if is_complete else f"at least {amount}"


def span(low: str, high: str, is_complete: bool) -> str:
    """Return a range in a sentence; of one that lacks a duty both ends are the least that is paid."""
    return f"{low} to {high}" if is_complete else f"{low} to {high} and more"


def number(value: Decimal | None) -> str:
    """Return a decimal without trailing zeros, to four places at most; `not known` for None."""
    if value is None:
        return "not known"
    rounded = round(value, 4)
    text = format(rounded, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def notes_of(
    ledger: Ledger,
    found: Match,
    entry: Entry,
    raw: Sequence[Line],
    lines: Sequence[Line],
    parts: Sequence[str],
) -> tuple[str, ...]:
    """Return the notes of a lookup, most important first.

    `raw`, `lines`: the lines of the entry before and after they met; `parts`: longer codes whose total is
    another.
    """
    return (
        *_prohibitions(lines),
        *_stand_ins(found, entry),
        *_gaps(lines),
        *_conditions(lines),
        *_exemptions(lines),
        *_lower_rates(found, entry, lines),
        *_presumptions(lines),
        *_waivers(ledger, found, entry, lines),
        *_longer_codes(parts),
        *_refunds(lines),
        *_contents(ledger, entry, lines),
        *_open_contents(ledger, entry, raw),
        *_doubts(lines),
        *_possible_exclusions(ledger, found, entry, lines),
        *_column_2(ledger, entry, lines),
        *_holes(ledger, found, entry),
        *_origins(ledger, found, entry, raw),
        *_clocks(ledger, entry),
        *_of_every_answer(found),
    )


def _stand_ins(found: Match, entry: Entry) -> Iterator[str]:
    """Say that a subheading answers for a line that no schedule at hand has; codes alike share the words."""
    row = next((row for row in found.base if row.valid_from <= entry.on < row.valid_to), None)
    if row is not None and len(row.code) < LINE_DIGITS <= len(found.code):
        rate = f", with the {row.ave_method}" if row.ave_method else ""
        said = "No edition in the ledger has a line of this code: its subheading answers"
        yield f"{said}{rate}. Check the code."


def _gaps(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.status == "not_modelled":
            rate = unit_rate(line.rate_text)
            remedy = f" Give the quantity ({rate.unit}) and the value for the exact duty." if rate else ""
            yield f"{line.name} is not in the total: {line.reason}.{remedy}"


def _prohibitions(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.status == "prohibited":
            only = f", if {line.condition.replace('_', ' ')}" if line.condition else ""
            yield f"Entry is prohibited{only}: {line.title} ({line.citation}). No duty buys the goods in."


def _conditions(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.is_relief and line.status == "conditional":
            yield (
                f"{line.title}: {number(line.rate_pct)} % in place of the dearer duty if claimed "
                f"({line.condition}). The lower bound counts on it."
            )
        elif line.status == "conditional":
            counted = (
                "Hardly any entry is: the bounds leave it out, a claim charges it."
                if line.is_exceptional
                else "The upper bound counts it."
            )
            rate = number(line.rate_pct)
            yield f"{line.name} ({rate} %) is not in the total: {line.reason}. {counted}"
        elif line.condition and line.status in CERTAIN:
            names = line.condition.split(", ")
            yield (
                f"{line.name} ({number(line.pp)} points) is in the total, but depends on what the code "
                f"does not show: {', '.join(name.replace('_', ' ') for name in names)}. It is not due if "
                f"{' or '.join(f'not:{name}' for name in names)} is claimed; the bounds hold both."
            )


def _exemptions(lines: Sequence[Line]) -> Iterator[str]:
    by_claim: dict[str, list[str]] = {}
    for line in lines:
        if line.exempt_if and line.pp and not line.pp_if_exempt and line.measure_id != line.authority:
            by_claim.setdefault(line.exempt_if, []).append(f"{line.authority} {number(line.pp)}")
    for claim, points in by_claim.items():
        yield (
            f"Free if {claim.replace('_', ' ')}, which the code does not show: {', '.join(points)} points "
            f"are in the total unless {claim} is claimed."
        )


def _lower_rates(found: Match, entry: Entry, lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        for row in found.reduced if line.measure_id == line.authority else ():
            if row.condition == line.exempt_if and row.valid_from <= entry.on < row.valid_to:
                full = line.rate_text if line.rate_pct is None else f"{number(line.pp)} %"
                yield (
                    f"{line.authority} is {number(row.rate_pct)} % in place of {full} "
                    f"{row.note} ({row.citation}): claim {row.condition}. The lower bound counts on it."
                )


def _presumptions(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.status == "exempt" and line.condition:
            yield (
                f"{line.name} ({number(line.pp_if_met)} points) is not charged on a presumption: "
                f"{line.condition.replace('_', ' ')} ({line.citation}). The upper bound charges it."
            )


def _waivers(ledger: Ledger, found: Match, entry: Entry, lines: Sequence[Line]) -> Iterator[str]:
    by_waiver: dict[str, list[Line]] = {}
    for line in lines:
        if line.waiver and line.status in CERTAIN and line.pp:
            by_waiver.setdefault(line.waiver, []).append(line)
    for waiver, lifted in by_waiver.items():
        row = next(
            row
            for row in exclusions_of(ledger, found.code, lifted[0].measure_id, entry.on)
            if row.exclusion_id == waiver
        )
        points = number(sum((line.pp for line in lifted), Decimal(0)))
        yield f"The waiver {waiver} would lift {points} points ({row.citation}): {row.note}."


def _longer_codes(parts: Sequence[str]) -> Iterator[str]:
    if parts:
        yield (
            "The law splits this line: the total is that of the rest, longer codes pay another rate "
            f"({', '.join(parts[:6])}{' and more' if len(parts) > 6 else ''})."
        )


def _refunds(lines: Sequence[Line]) -> Iterator[str]:
    void = [line for line in lines if line.status == "void_refundable" and line.pp]
    if void:
        least, most = refundable(void)
        points = number(most) if least == most else f"{number(least)} to {number(most)}"
        names = ", ".join(line.authority for line in void)
        yield f"{points} points ({names}) were collected and later held unlawful: refundable."


def _contents(ledger: Ledger, entry: Entry, lines: Sequence[Line]) -> Iterator[str]:
    """Say what a metal content that was given, or was not, did to the duties on metal."""
    for line in lines:
        if line.measure_id not in ledger.measure or line.status not in CERTAIN:
            continue
        basis = ledger.measure[line.measure_id].basis
        metals = metals_of(basis)
        if metals and basis.startswith("full_") and entry.content:
            yield f"{line.name} is charged on the whole value, whatever the metal content."
        elif metals and entry.content and not set(metals) & set(entry.content):
            yield f"{line.name} counts {' and '.join(metals)} as nil: the content given names none."
        elif metals and not entry.content and not basis.startswith("full_") and not line.is_estimate:
            yield f"{line.name} is on the {metals[0]} alone; no content is given: all value is charged."


def _open_contents(ledger: Ledger, entry: Entry, raw: Sequence[Line]) -> Iterator[str]:
    """Say that a metal content which was not given is in the bounds."""
    metals = {metal for line in lines_on_content(raw, rules_on(ledger, entry.on)) for metal in line.metals}
    if metals:
        names = " and ".join(sorted(metals))
        yield f"The content of {names} is not given: the bounds hold any share of the value, from 0 to 1."


def _doubts(lines: Sequence[Line]) -> Iterator[str]:
    estimates = [line.name for line in lines if line.is_estimate and line.pp]
    if estimates:
        names = ", ".join(estimates)
        yield f"Rests on an estimate of ours (metal content or ad valorem equivalent): {names}."
    unverified = [line.name for line in lines if line.confidence == "unverified" and not line.is_estimate]
    if unverified:
        yield f"Unverified: {', '.join(unverified)}."


def _possible_exclusions(ledger: Ledger, found: Match, entry: Entry, lines: Sequence[Line]) -> Iterator[str]:
    codes = (found.code, *found.below)
    possible = {
        row.exclusion_id: row.note
        for line in lines
        if line.status in ("charged", "conditional")
        for code in codes
        for row in exclusions_of(ledger, code, line.measure_id, entry.on)
        if row.exclusion_id != line.waiver
    }
    longer = {
        row.exclusion_id: row.note
        for row in ledger.exclusions
        if len(row.code) > len(found.code)
        and row.code.startswith(found.code)
        and row.valid_from <= entry.on < row.valid_to
    }
    names = sorted({**longer, **possible}.items())
    open_names = [f"{name} ({note})" for name, note in names if name not in entry.claims]
    if open_names:
        more = f" and {len(open_names) - 3} more" if len(open_names) > 3 else ""
        shown = "; ".join(open_names[:3])
        yield (
            "An exclusion may be possible, rate unchanged until claimed; the lower bound counts on it: "
            f"{shown}{more}."
        )


def missing(ledger: Ledger, importer: str, origin: str, first: date, last: date) -> Iterator[Gap]:
    """Yield what the ledger does not hold about goods of an origin that enter from one day to another."""
    for row in ledger.gaps:
        if row.importer == importer and any(
            member.iso3 in (origin, ANY_ORIGIN)
            and max(row.valid_from, member.valid_from, first) <= last
            and first < min(row.valid_to, member.valid_to)
            for member in ledger.members_of[row.origin_set]
        ):
            yield row


def missing_text(row: Gap, of: str = "") -> str:
    """Return a gap as a sentence; `of`: the origins it concerns, where the answer is of several."""
    return f"{MISSING}{of and f', {of}'}: {row.what} ({row.citation})."


def column_2_of(ledger: Ledger, importer: str, origin: str, first: date, last: date) -> Iterator[str]:
    """Say of an answer by authority that the row MFN holds column 2, where it does on some of the days."""
    for member in ledger.members_of.get(COLUMN_2, ()) if importer == "USA" else ():
        if member.iso3 == origin and member.valid_from <= last and first < member.valid_to:
            since = "" if member.valid_from <= first else f" from {member.valid_from}"
            yield f"Goods of {partner_name(ledger, origin)} pay column 2{since}: MFN stands for that rate."


def named(names: Sequence[str], most: int = 6) -> str:
    """Return names in a row, the last of many counted."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def missing_of(
    ledger: Ledger,
    importer: str,
    origins: Iterable[str],
    first: date,
    last: date,
    names: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Return a sentence for each gap of several origins, in the order of the ledger, with whom it concerns.

    `origins`: ISO3 codes in the order in which they are named; `names`: names other than those of the ledger.
    """
    lacking: dict[str, list[str]] = {}
    for origin in origins:
        name = names.get(origin) or partner_name(ledger, origin)
        for gap in missing(ledger, importer, origin, first, last):
            lacking.setdefault(gap.gap_id, []).append(name)
    return [missing_text(gap, named(lacking[gap.gap_id])) for gap in ledger.gaps if gap.gap_id in lacking]


def _holes(ledger: Ledger, found: Match, entry: Entry) -> Iterator[str]:
    yield from map(missing_text, missing(ledger, found.importer, entry.origin, entry.on, entry.on))


def _column_2(ledger: Ledger, entry: Entry, lines: Sequence[Line]) -> Iterator[str]:
    if any(line.title == COLUMN_2_TITLE for line in lines):
        name = partner_name(ledger, entry.origin)
        yield f"Goods of {name} pay column 2 of the schedule; files and JSON name that rate MFN."


def _origins(ledger: Ledger, found: Match, entry: Entry, lines: Sequence[Line]) -> Iterator[str]:
    """Say where goods of China, Hong Kong and Macao part."""
    mine = _charged(lines)
    known = set(ledger.origins(found.importer))
    for other in sorted(known & set(CHINA_AND_TERRITORIES)) if entry.origin in CHINA_AND_TERRITORIES else ():
        theirs = _charged(lines_of(ledger, found, dataclasses.replace(entry, origin=other)))
        apart = f"Goods from {partner_name(ledger, other)} are another origin"
        if mine - theirs:
            yield f"{apart}, without {', '.join(sorted(mine - theirs))}."
        if theirs - mine:
            yield f"{apart}, with {', '.join(sorted(theirs - mine))} as well."


def _charged(lines: Sequence[Line]) -> set[str]:
    return {line.authority for line in lines if line.status in CERTAIN}


def _clocks(ledger: Ledger, entry: Entry) -> Iterator[str]:
    if entry.known != ledger.law_asof:
        yield f"The law as published up to {entry.known}, not as known at {ledger.law_asof}."
    if entry.on > ledger.law_asof:
        yield f"The entry is after {ledger.law_asof}, the ledger's last day: the law as then scheduled."


def _of_every_answer(found: Match) -> Iterator[str]:
    if found.importer == "USA":
        yield "Chapter 98, donations, informational materials and parcels follow rules of their own."
    yield NOT_A_RULING
