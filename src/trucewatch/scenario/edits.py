"""Edits carried out: a scenario and a ledger give an edited ledger, which prices like any other.

Every edit writes ordinary rows (rates, lists, stacking rules) with `unverified` as their confidence; what the
edit does not touch stays as the law has it, and the edited ledger passes the checks every ledger passes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import TypeVar

from trucewatch.answers.inputs import check_day, check_origin
from trucewatch.duty.matching import nearest_codes, schedule_lines
from trucewatch.errors import DataError, LedgerError, nearest
from trucewatch.ledger.checks import AT_LOAD, named_measures
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import CHINA_AND_TERRITORIES
from trucewatch.ledger.reading import CodeSheet, sheet_from_rows
from trucewatch.ledger.schema import (
    ALL_CODES,
    ANY_ORIGIN,
    Measure,
    MeasureScope,
    OriginMember,
    Rate,
    ScopeRow,
    StackRule,
)
from trucewatch.scenario.scenario_file import Edit, Scenario

AUTHORITY = "HYPOTHETICAL"
"""Authority of the measures that a scenario adds."""

CONFIDENCE = "unverified"
_CITATION = "supposed, no law"
_DORMANT = ("suspended", "threatened", "announced", "void")
_LONG_AGO = date(1900, 1, 1)
_NEW_ID = re.compile(r"[a-z][a-z0-9_]{2,60}")

T = TypeVar("T", Rate, MeasureScope)


def edited(ledger: Ledger, scenario: Scenario) -> Ledger:
    """Return the ledger with the edits of a scenario carried out; the given ledger stays as it is.

    `scenario`: from `read_scenario`.

    Raises `LedgerError` with file and line, if an edit names an unknown measure, list or code, contradicts
    another edit, finds nothing to restore, or makes a ledger that cannot be used.
    """
    _check_day(ledger, scenario)
    named = [(edit, _measures(ledger, edit)) for edit in scenario.edits]
    _check_contradictions(named)
    law = ledger
    for edit, names in named:
        if edit.kind == "add":
            law = _add(law, edit, scenario)
        for name in names:
            law = _change(law, edit, name, scenario.day)
    for check in AT_LOAD:
        for finding in check(law):
            if finding.severity == "error":
                raise finding.error()
    digest = hashlib.sha256(f"{ledger.ledger_hash} {scenario.text_hash}".encode()).hexdigest()
    return dataclasses.replace(law, ledger_hash=digest)


def idle(scenario: Scenario) -> tuple[Edit, ...]:
    """Return the edits that do not hold on the day priced, and so change nothing there."""
    return tuple(edit for edit in scenario.edits if not edit.start <= scenario.day < edit.end)


def reached(ledger: Ledger, edit: Edit) -> frozenset[str]:
    """Return the origins whose goods an edit moves the US duty on, ISO3; none if it edits China's duty.

    An edit that names a set of all countries reaches `ANY_ORIGIN`.
    """
    if edit.kind == "add":
        if edit.importer != "USA":
            return frozenset()
        if edit.origins:
            return frozenset(_origins(ledger, edit))
        sets = {_origin_set(edit)}
    else:
        measures = [ledger.measure[name] for name in _measures(ledger, edit)]
        sets = {row.origin_set for row in measures if row.importer == "USA"}
    return frozenset(row.iso3 for name in sets for row in ledger.members_of.get(name, ()))


def beyond(ledger: Ledger, scenario: Scenario, priced: Iterable[str]) -> tuple[Edit, ...]:
    """Return the edits that move the US duty on goods of other countries too, which keep theirs as assessed.

    `priced`: the origins whose goods are priced, ISO3; Hong Kong and Macao go with China.

    Raises `LedgerError` with file and line, if an edit reaches no goods that are priced.
    """
    origins = set(priced)
    known = origins | (set(CHINA_AND_TERRITORIES) if DEFAULT_ORIGIN["USA"] in origins else set())
    others = []
    for edit in scenario.edits:
        found = reached(ledger, edit)
        if edit in idle(scenario) or not found:
            continue
        if not found & {*origins, ANY_ORIGIN}:
            raise edit.fault(
                ("origins" if edit.origins else "origin_set") if edit.kind == "add" else edit.kind,
                f"reaches no goods of {', '.join(sorted(origins))}, and no others are priced",
                "leave out --origin: then the goods are priced that the edits reach",
                ", ".join(edit.origins) or (_origin_set(edit) if edit.kind == "add" else edit.name),
            )
        if found - known:
            others.append(edit)
    return tuple(others)


def _check_day(ledger: Ledger, scenario: Scenario) -> None:
    for importer in ledger.importers:
        try:
            check_day(ledger, importer, scenario.day, "day")
        except DataError as error:
            raise LedgerError(
                error.problem, remedy=error.remedy, file=scenario.file, column="day", value=scenario.day
            ) from None


def _measures(ledger: Ledger, edit: Edit) -> tuple[str, ...]:
    """Return the ids an edit names, refusing names the ledger does not have."""
    if edit.kind == "add":
        if edit.name in ledger.measure or not _NEW_ID.fullmatch(edit.name):
            taken = edit.name in ledger.measure
            raise edit.fault(
                "add",
                "the ledger has this measure already" if taken else "not a name for a new measure",
                "use `replace` for a measure of the law" if taken else "use small letters, digits and _",
            )
        return ()
    found = tuple(sorted(named_measures(ledger, edit.name)))
    if edit.kind != "suspend":
        found = tuple(name for name in found if name == edit.name)
    if not found:
        names = {row.measure_id for row in ledger.measures}
        if edit.kind == "suspend":
            names |= {row.authority for row in ledger.measures}
        raise edit.fault(edit.kind, "no such measure", nearest(edit.name, sorted(names)))
    return found


def _check_contradictions(named: Iterable[tuple[Edit, tuple[str, ...]]]) -> None:
    targets = [(edit, set(names) or {edit.name}) for edit, names in named]
    for (one, mine), (other, theirs) in combinations(targets, 2):
        both = sorted(mine & theirs)
        if both and one.start < other.end and other.start < one.end:
            raise other.fault(
                other.kind,
                f"contradicts the edit on line {one.line}, about the same days of {both[0]}",
                "keep one of the two, or let one end where the other starts",
            )


def _add(law: Ledger, edit: Edit, scenario: Scenario) -> Ledger:
    if edit.importer not in law.base_rates:
        raise edit.fault("importer", "no such importer", "use " + " or ".join(law.importers), edit.importer)
    origin_set = _origin_set(edit)
    if edit.origins:
        law = dataclasses.replace(law, origin_sets=(*law.origin_sets, *_members(law, edit, origin_set)))
    elif origin_set not in law.members_of:
        raise edit.fault(
            "origin_set", "no such origin set", nearest(origin_set, sorted(law.members_of)), origin_set
        )
    row = Measure(
        edit.name, AUTHORITY, edit.importer, origin_set, "", edit.title or scenario.title, "", "full", "add",
        "", None, "", "", _CITATION, edit.source, CONFIDENCE, edit.note, file=edit.file, line=edit.line,
    )  # fmt: skip
    law = dataclasses.replace(law, measures=(*law.measures, row))
    return _change(law, edit, edit.name, scenario.day)


def _members(law: Ledger, edit: Edit, origin_set: str) -> Iterator[OriginMember]:
    """Yield the rows of a set of the origins that an edit names."""
    for iso3 in _origins(law, edit):
        yield OriginMember(
            origin_set, iso3, _LONG_AGO, date.max, _CITATION, edit.source, CONFIDENCE,
            file=edit.file, line=edit.line,
        )  # fmt: skip


def _origins(law: Ledger, edit: Edit) -> tuple[str, ...]:
    """Return the ISO3 codes of the origins that an edit names, as codes or names."""
    found = []
    for name in edit.origins:
        try:
            found.append(check_origin(law, edit.importer, name))
        except DataError as error:
            raise edit.fault("origins", error.problem, error.remedy, name) from None
    return tuple(dict.fromkeys(found))


def _origin_set(edit: Edit) -> str:
    if edit.origins:
        return f"scenario_{edit.name}_{edit.line}"
    return edit.origin_set or {"USA": "china", "CHN": "united_states"}[edit.importer]


def _change(law: Ledger, edit: Edit, name: str, day: date) -> Ledger:
    """Carry out what an edit says about one measure: its rate, then its scope, then what it gives way to."""
    own = [row for row in law.rates if row.measure_id == name]
    rates = _rates(law, edit, name, own)
    if rates is not None:
        others = tuple(row for row in law.rates if row.measure_id != name)
        law = dataclasses.replace(law, rates=(*others, *rates))
    if edit.cover is not None or edit.exempt:
        law = _scoped(law, edit, name, day)
    if edit.gives_way_to:
        law = _giving_way(law, edit, name)
    return law


def _rates(law: Ledger, edit: Edit, name: str, own: list[Rate]) -> tuple[Rate, ...] | None:
    """Return the rates of a measure after an edit, or None if it leaves them."""
    inside = [_within(row, edit) for row in own if _overlaps(row, edit)]
    if edit.rate_pct is not None:
        new = [_rate(edit, name, edit.start, edit.end)]
    elif edit.kind == "suspend":
        new = [dataclasses.replace(row, status="suspended", confidence=CONFIDENCE) for row in inside]
    elif edit.lifts:
        new = [
            dataclasses.replace(
                _rate(edit, name, max(row.valid_from, edit.start), min(row.valid_to, edit.end)),
                rate_pct=row.rate_if_lifted_pct,
            )
            for row in law.suspensions_of.get(name, ())
            if row.kind == edit.lifts and row.valid_from < edit.end and edit.start < row.valid_to
        ]
    elif edit.kind == "restore":
        dormant = [row for row in inside if row.status in _DORMANT]
        new = [
            dataclasses.replace(row, status="in_force", confidence=CONFIDENCE) if row in dormant else row
            for row in inside
        ]
        inside = inside if dormant else []
    else:
        return None
    if edit.kind == "restore" and not (new and inside):
        raise edit.fault(
            "restore",
            f"nothing of this measure to restore from {edit.start} to {edit.end}",
            "give the days of a suspension, threat or void rate, or use `replace` with a rate",
        )
    # where a lifted suspension covers only part of the edit, the law keeps the rest
    spans = [(row.valid_from, row.valid_to) for row in new] if edit.lifts else [(edit.start, edit.end)]
    kept = own
    for start, end in spans:
        kept = [piece for row in kept for piece in _outside(row, start, end)]
    return (*kept, *new)


def _rate(edit: Edit, name: str, start: date, end: date) -> Rate:
    rate = edit.rate_pct if edit.rate_pct is not None else Decimal(0)
    return Rate(
        name, start, _LONG_AGO, end, date.max, rate, "in_force", "",
        _CITATION, edit.source, CONFIDENCE, edit.note, file=edit.file, line=edit.line,
    )  # fmt: skip


def _overlaps(row: Rate | MeasureScope, edit: Edit) -> bool:
    return row.valid_from < edit.end and edit.start < row.valid_to


def _within(row: T, edit: Edit) -> T:
    start, end = max(row.valid_from, edit.start), min(row.valid_to, edit.end)
    return dataclasses.replace(row, valid_from=start, valid_to=end)


def _outside(row: T, start: date, end: date) -> list[T]:
    """Return what is left of a row outside an interval."""
    pieces = []
    if row.valid_from < start:
        pieces.append(dataclasses.replace(row, valid_to=min(row.valid_to, start)))
    if end < row.valid_to:
        pieces.append(dataclasses.replace(row, valid_from=max(row.valid_from, end)))
    return pieces


def _scoped(law: Ledger, edit: Edit, name: str, day: date) -> Ledger:
    """Give a measure other lists: `cover` replaces what covers it, `exempt` adds to what it spares."""
    links = list(law.measure_scopes)
    if edit.cover is not None:
        mine = [row for row in links if row.measure_id == name and row.role == "cover"]
        links = [row for row in links if row not in mine]
        links += [piece for row in mine for piece in _outside(row, edit.start, edit.end)]
    scopes = dict(law.scopes)
    for role, names in (("cover", edit.cover or ()), ("exempt", edit.exempt)):
        codes = [item for item in names if item.isdigit()]
        lists = [item for item in names if not item.isdigit()]
        for item in lists:
            if item != ALL_CODES and item not in law.scopes:
                raise edit.fault(role, "no such list", nearest(item, sorted(law.scopes)), item)
        if codes:
            scope_id = f"scenario_{name}_{role}_{edit.line}"
            scopes[scope_id] = _listed(law, edit, name, codes, role, day)
            lists.append(scope_id)
        links += [
            MeasureScope(name, item, role, edit.start, edit.end, "", file=edit.file, line=edit.line)
            for item in lists
            if not _links(links, name, item, role, edit)
        ]
    return dataclasses.replace(law, measure_scopes=tuple(links), scopes=dict(sorted(scopes.items())))


def _links(links: Iterable[MeasureScope], name: str, scope: str, role: str, edit: Edit) -> bool:
    """Whether the measure has the list in that role for all days of the edit already."""
    return any(
        (row.measure_id, row.scope_id, row.role) == (name, scope, role)
        and row.valid_from <= edit.start
        and edit.end <= row.valid_to
        for row in links
    )


def _listed(law: Ledger, edit: Edit, name: str, codes: list[str], role: str, day: date) -> CodeSheet:
    importer = law.measure[name].importer
    for code in codes:
        sheet = law.base_rates[importer]
        inside = any(row.valid_from <= day < row.valid_to for row in sheet.matching(code))
        if not inside and not schedule_lines(law, code, importer, day):
            near = ", ".join(nearest_codes(law, code, importer))
            raise edit.fault(
                role,
                f"no line of the schedule of {importer} on {day} has this code",
                f"the nearest are {near}",
                code,
            )
    rows = [
        {
            "code": code, "valid_from": str(_LONG_AGO), "known_from": str(_LONG_AGO),
            "valid_to": str(date.max), "known_to": str(date.max), "is_included": "true",
            "citation": _CITATION, "source": edit.source, "confidence": CONFIDENCE,
        }
        for code in sorted(codes)
    ]  # fmt: skip
    return CodeSheet(sheet_from_rows(rows, ScopeRow, edit.file))


def _giving_way(law: Ledger, edit: Edit, name: str) -> Ledger:
    rules = []
    for at, winner in enumerate(edit.gives_way_to):
        if not named_measures(law, winner) - {name}:
            known = sorted({row.authority for row in law.measures})
            raise edit.fault("gives_way_to", "no such authority or measure", nearest(winner, known), winner)
        rule_id = f"scenario_{name}_{edit.line}_{at}"
        row = StackRule(
            rule_id, edit.start, edit.end, "suppress_share", winner, name,
            _CITATION, edit.source, CONFIDENCE, edit.note, file=edit.file, line=edit.line,
        )  # fmt: skip
        rules.append(row)
    return dataclasses.replace(law, stack_rules=(*law.stack_rules, *rules))
