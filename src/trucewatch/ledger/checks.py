"""What must hold between the rows of the ledger; every check is a pure function from a ledger to findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from trucewatch.ledger.cell_types import DAY
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.reading import Finding
from trucewatch.ledger.schema import ALL_CODES, EDITION_DATES, OPEN_END, SPECIAL_CHAPTERS

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger

Check = Callable[["Ledger"], Iterator[Finding]]


def fault(row: Any, check: str, column: str, problem: str, remedy: str, severity: str = "error") -> Finding:
    """Return a finding about one cell of a typed row."""
    value = getattr(row, column, None)
    return Finding(severity, check, problem, remedy, row.file, row.line, column, str(value))


@per_ledger
def named_measures(ledger: Ledger, name: str) -> frozenset[str]:
    """Return the ids of the measures that a name of an authority, stack group or measure stands for.

    A trailing `*` takes every name that starts so. Thousands of rows share a few dozen names.
    """
    if ledger.whole is not ledger:
        return named_measures(ledger.whole, name).intersection(ledger.measure)
    labels = _labels(ledger)
    if name.endswith("*"):
        return frozenset().union(*(ids for label, ids in labels.items() if label.startswith(name[:-1])))
    return frozenset(labels.get(name, ()))


@per_ledger
def _labels(ledger: Ledger) -> dict[str, set[str]]:
    """Return the ids of the measures by authority, by stack group and by id."""
    labels: dict[str, set[str]] = {}
    for row in ledger.measures:
        for label in (row.authority, row.stack_group, row.measure_id):
            labels.setdefault(label, set()).add(row.measure_id)
    return labels


def repeated_across_sides(ledger: Ledger) -> Iterator[Finding]:
    """Find keys used in both files of a sided table."""
    for table in ("measures", "rates", "measure_scopes", "stack_rules", "suspensions", "transit_rules"):
        seen: dict[tuple[Any, ...], Any] = {}
        for row in getattr(ledger, table):
            key = tuple(getattr(row, name) for name in row.KEY)
            if key in seen:
                other = seen[key]
                problem = f"the key is already used in {other.file}, row {other.line}"
                remedy = "give one of the two another id"
                yield fault(row, "keys", row.KEY[0], problem, remedy)
            seen.setdefault(key, row)


def dangling_references(ledger: Ledger) -> Iterator[Finding]:
    """Find ids that point nowhere."""
    acts, measures, sets = ledger.act, ledger.measure, ledger.members_of
    for table in ("measures", "rates", "suspensions"):
        for row in getattr(ledger, table):
            if row.act_id and row.act_id not in acts:
                yield fault(row, "references", "act_id", "no such act", "add the act to acts.csv")
    for table in ("rates", "measure_scopes", "suspensions", "transit_rules"):
        for row in getattr(ledger, table):
            if row.measure_id not in measures:
                problem, remedy = "no such measure", "add the measure to measures.<side>.csv"
                yield fault(row, "references", "measure_id", problem, remedy)
    for row in ledger.measures:
        if row.origin_set not in sets:
            yield fault(
                row, "references", "origin_set", "no such origin set", "add its members to origin_sets.csv"
            )
    for row in ledger.measure_scopes:
        if row.scope_id != ALL_CODES and row.scope_id not in ledger.scopes:
            yield fault(
                row, "references", "scope_id", "no such list", f"add scopes/{row.scope_id}.csv, or use `all`"
            )
    for row in ledger.stack_rules:
        for column in ("winner", "loser"):
            if not named_measures(ledger, getattr(row, column)):
                problem = "no authority, stack group or measure of this name"
                remedy = "correct the name, or add the measure"
                yield fault(row, "references", column, problem, remedy)
    for row in ledger.exclusions:
        if not named_measures(ledger, row.measure_group):
            problem = "no authority, stack group or measure of this name"
            remedy = "correct the name, or add the measure"
            yield fault(row, "references", "measure_group", problem, remedy)


def dangling_chronicle(ledger: Ledger) -> Iterator[Finding]:
    """Find phases, stances and entries of the chronology that name no act, or a day that it has not."""
    dated: tuple[Any, ...] = (*ledger.phases, *ledger.chronology)
    for row in dated:
        act = ledger.act.get(row.act_id)
        if act is None:
            yield fault(row, "references", "act_id", "no such act", "name an act_id of acts.csv")
        elif getattr(act, row.date_field) is None:
            yield fault(row, "references", "date_field", "the act has no such date", "name one of its dates")
    for row in ledger.stances:
        if row.level == "act" and row.name not in ledger.act:
            yield fault(row, "references", "name", "no such act", "name an act_id of acts.csv")
    placed = [(row, _day_of(ledger, row)) for row in ledger.phases]
    for (_, before), (row, day) in pairwise(placed):
        if before is not None and day is not None and day <= before:
            problem, remedy = "the phase does not start after the one before it", "order the rows by date"
            yield fault(row, "intervals", "act_id", problem, remedy)


def _day_of(ledger: Ledger, row: Any) -> date | None:
    act = ledger.act.get(row.act_id)
    return None if act is None else getattr(act, row.date_field)


def kinds_without_stance(ledger: Ledger) -> Iterator[Finding]:
    """Find kinds of acts of which stances.csv does not say which way they point."""
    known = {row.name for row in ledger.stances if row.level == "kind"}
    for kind in sorted({act.kind for act in ledger.acts} - known):
        problem, remedy = "a kind of act has no stance", "add a row of level `kind` to stances.csv"
        yield Finding("error", "references", problem, remedy, "data/law/stances.csv", None, "name", kind)


def edition_facts(ledger: Ledger) -> Iterator[Finding]:
    """Find facts of the edition that should be days and are none."""
    for row in ledger.edition:
        if row.key in EDITION_DATES:
            try:
                DAY.read(row.value)
            except ValueError:
                yield fault(row, "cells", "value", f"{row.key} is not a date", f"write {DAY.wanted}")


def acts_that_end_before_they_begin(ledger: Ledger) -> Iterator[Finding]:
    """Find acts that end before they were known, or before they took effect without having been stopped."""
    for row in ledger.acts:
        if row.date_ended is None:
            continue
        known = [day for day in (row.date_announced, row.date_signed, row.date_published) if day is not None]
        is_stopped = row.status in _STOPPED and bool(known)
        first = min(known) if is_stopped else row.date_effective
        if (known and row.date_ended < min(known)) or (first is not None and row.date_ended < first):
            problem = "the act ends before it begins"
            remedy = "correct the dates; date_ended is the first day on which it no longer holds"
            yield fault(row, "intervals", "date_ended", problem, remedy)


_STOPPED = ("suspended", "terminated", "void")
"""Statuses of an act that may have been stopped before it took effect."""


def overlapping_rates(ledger: Ledger) -> Iterator[Finding]:
    """Find two rates of one measure that both hold for a day as known on one day."""
    for rows in ledger.rates_of.values():
        yield from _overlaps(rows)


def overlapping_scope_rows(ledger: Ledger) -> Iterator[Finding]:
    """Find two rows of one code of one list that both hold for a day as known on one day."""
    for sheet in ledger.scopes.values():
        for code, numbers in sheet.index.items():
            if len(numbers) > 1:
                yield from _overlaps(sheet.at(code))


def overlapping_base_rates(ledger: Ledger) -> Iterator[Finding]:
    """Find two base rates of one line on one day."""
    for sheet in ledger.base_rates.values():
        for code, numbers in sheet.index.items():
            if len(numbers) > 1:
                yield from _overlaps(sheet.at(code))


def _overlaps(rows: Sequence[Any]) -> Iterator[Finding]:
    for one, other in combinations(rows, 2):
        if one.valid_from < other.valid_to and other.valid_from < one.valid_to and _both_known(one, other):
            problem = f"the interval overlaps that of row {one.line} on both clocks"
            remedy = "end one of the two where the other starts, in valid or in known time"
            yield fault(other, "overlaps", "valid_from", problem, remedy)


def _both_known(one: Any, other: Any) -> bool:
    if not hasattr(one, "known_from"):
        return True
    return bool(one.known_from < other.known_to and other.known_from < one.known_to)


def holes_in_rates(ledger: Ledger) -> Iterator[Finding]:
    """Find days between two rates of a measure on which it has none, and no note says why."""
    for rows in ledger.rates_of.values():
        now = sorted(
            (row for row in rows if row.known_from <= ledger.law_asof < row.known_to),
            key=lambda row: row.valid_from,
        )
        for before, after in pairwise(now):
            if before.valid_to < after.valid_from and not (before.note or after.note):
                problem = f"no rate between {before.valid_to} and this row"
                remedy = "fill the hole, or say in the note why there is none"
                yield fault(after, "holes", "valid_from", problem, remedy, "warning")


def measures_without_rows(ledger: Ledger) -> Iterator[Finding]:
    """Find measures without a rate or without a list that covers anything."""
    for row in ledger.measures:
        if row.measure_id not in ledger.rates_of:
            yield fault(
                row, "incomplete", "measure_id", "the measure has no rate", "add it to rates.<side>.csv"
            )
        scopes = ledger.scopes_of.get(row.measure_id, [])
        if not any(scope.role == "cover" for scope in scopes):
            problem = "the measure covers nothing"
            remedy = "add a row of role `cover` to measure_scopes.<side>.csv"
            yield fault(row, "incomplete", "measure_id", problem, remedy)


def suspensions_without_rates(ledger: Ledger) -> Iterator[Finding]:
    """Find suspensions during which the measure has no rate row to come back to, and overlapping ones."""
    for row in ledger.suspensions:
        rates = ledger.rates_of.get(row.measure_id, [])
        if not any(rate.valid_from < row.valid_to and row.valid_from < rate.valid_to for rate in rates):
            problem = "the measure has no rate row during the suspension"
            remedy = "add a rate row of status `suspended`, or of the rate that is left"
            yield fault(row, "incomplete", "measure_id", problem, remedy)
    for rows in ledger.suspensions_of.values():
        for kind in ("legal", "political"):
            yield from _overlaps([row for row in rows if row.kind == kind])


def scope_codes_outside_schedule(ledger: Ledger) -> Iterator[Finding]:
    """Find codes of lists that no line of the schedule of their interval starts with, or contains."""
    importer_of = {
        link.scope_id: ledger.measure[link.measure_id].importer
        for link in ledger.measure_scopes
        if link.measure_id in ledger.measure
    }
    families = {importer: _families(sheet.sheet.rows) for importer, sheet in ledger.base_rates.items()}
    for scope_id, sheet in ledger.scopes.items():
        importer = importer_of.get(scope_id, "")
        if importer not in families:
            continue
        for code in sheet.codes:
            if code[:2] in SPECIAL_CHAPTERS:
                continue
            # the lines under a code, or else the line that contains it
            spans = families[importer].get(code) or [
                (line.valid_from, line.valid_to) for line in ledger.base_rates[importer].matching(code)
            ]
            for row in sheet.at(code):
                if not any(start < row.valid_to and row.valid_from < end for start, end in spans):
                    when = "in the editions of its interval" if spans else "in any edition"
                    problem = f"no line of the schedule {when}"
                    remedy = "check the code against the schedule; a former code may stay for former years"
                    yield fault(row, "unknown_codes", "code", problem, remedy, "warning")


def _families(rows: Iterable[Any]) -> dict[str, list[tuple[date, date]]]:
    """Return the intervals of the lines under every prefix, each once."""
    spans: dict[str, dict[tuple[date, date], None]] = defaultdict(dict)
    for row in rows:
        for length in range(2, len(row.code) + 1, 2):
            spans[row.code[:length]][(row.valid_from, row.valid_to)] = None
    return {prefix: list(found) for prefix, found in spans.items()}


def unused_scopes(ledger: Ledger) -> Iterator[Finding]:
    """Find lists that no measure uses."""
    used = {row.scope_id for row in ledger.measure_scopes}
    for scope_id, sheet in ledger.scopes.items():
        if scope_id not in used:
            problem, remedy = "no measure uses this list", "add it to measure_scopes.<side>.csv, or remove it"
            yield Finding("warning", "unused", problem, remedy, sheet.sheet.file)


def unsourced_content(ledger: Ledger) -> Iterator[Finding]:
    """Find content shares below 0 or that add up to more than the value."""
    for row in ledger.content_shares.sheet.rows:
        shares = (row.steel, row.aluminum, row.copper)  # type: ignore[attr-defined]
        if min(shares) < 0 or sum(shares) > 1:
            yield fault(row, "content", "steel", "shares are not parts of 1", "correct the shares")


def acts_ahead(ledger: Ledger) -> Iterator[Finding]:
    """Find acts whose text is newer than the day up to which the law has been followed."""
    for row in ledger.acts:
        if row.date_announced is not None and row.date_announced > ledger.law_asof:
            yield fault(
                row,
                "acts",
                "date_announced",
                f"newer than law_asof, {ledger.law_asof}",
                "follow the whole law up to that day and move law_asof in edition.csv, or correct the date",
            )


def impossible_rates(ledger: Ledger) -> Iterator[Finding]:
    """Find rate rows known only after the ledger's own date."""
    for row in ledger.rates:
        if row.known_from > ledger.law_asof:
            yield fault(
                row, "rates", "known_from", "known only after law_asof", "move law_asof, or correct the date"
            )
        if row.known_to not in (OPEN_END,) and row.known_to > ledger.law_asof:
            yield fault(
                row, "rates", "known_to", "ends after law_asof", "write 9999-12-31 while the text stands"
            )


AT_LOAD: tuple[Check, ...] = (
    edition_facts,
    repeated_across_sides,
    dangling_references,
    dangling_chronicle,
    acts_that_end_before_they_begin,
    overlapping_rates,
)
"""Fast checks, without which a lookup could be silently wrong."""

ALL_CHECKS: tuple[Check, ...] = (
    *AT_LOAD,
    kinds_without_stance,
    overlapping_scope_rows,
    overlapping_base_rates,
    holes_in_rates,
    measures_without_rows,
    suspensions_without_rates,
    scope_codes_outside_schedule,
    unused_scopes,
    unsourced_content,
    acts_ahead,
    impossible_rates,
)
