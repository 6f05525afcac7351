"""At which codes the goods of a code are entered on a day: what a short or an old code really pays.

Duties are set for eight digits or for some of the numbers below, and importers enter ten. What a shorter code
pays is therefore what its numbers pay, and an obsolete code pays what its successors pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trucewatch.answers.hts_numbers import LAST_EDITION, Numbers, numbers
from trucewatch.answers.lookup_view import dotted
from trucewatch.duty.code_classes import LINE_DIGITS
from trucewatch.duty.matching import longer_codes, nearest_codes, schedule_lines
from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.paths import project_root

NUMBER_DIGITS = 10
_SHARED_DIGITS = 6
_SHOWN = 12
MEAN = "mean of the lines"
"""How the ledger marks the rate of a subheading whose lines differ: it serves codes of later schedules."""


@dataclass(frozen=True, slots=True)
class PaidAt:
    """Where the goods of a code are entered.

    - `codes`: numbers of ten digits where those of the day are known; else lines of the schedule
    - `longer`: for a line whose numbers are not known: the longer codes at which some list splits it; the
      line itself then stands for the rest
    - `rates_of`: lines whose column 1 rates the code may have, where all that is known of it is their mean
    - `note`: why these, where they do not begin with the code asked for
    """

    codes: tuple[str, ...]
    longer: tuple[str, ...] = ()
    note: str = ""
    rates_of: tuple[str, ...] = ()


@per_ledger
def numbers_of(law: Ledger, importer: str) -> Numbers | None:
    """Return the statistical numbers that go with a ledger; None for one that was not read from a project."""
    if importer != "USA" or not law.ledger_hash:
        return None
    return numbers(project_root())


def paid_at(law: Ledger, importer: str, code: str, on: date) -> PaidAt:
    """Return the codes at which goods of a code are entered on a day.

    `importer`: `USA` or `CHN`; `code`: 4 to 10 digits; `on`: day of entry.

    Raises `LedgerError` if no edition in the ledger ever had the code, with those there are on that day.
    """
    known = numbers_of(law, importer)
    lines: tuple[str, ...] = (code,) if _is_in_force(law, importer, code, on) else ()
    meant = _mean_of_lines(law, importer, code, on)
    if not lines or meant == code:
        lines = schedule_lines(law, code, importer, on) or lines
    if not lines:
        return _successors(law, importer, code, on, known)
    if meant and lines == (code,):
        return _rates_of_mean(law, importer, code, meant, on)
    if known is None or on < known.first:
        return PaidAt(lines, longer=longer_codes(law, lines[0], importer) if len(lines) == 1 else ())
    if len(code) == NUMBER_DIGITS:
        return _at_number(known, code, on)
    return PaidAt(tuple(number for line in lines for number in known.live(line, on) or [line]))


def place_days(law: Ledger, importer: str, line: str) -> list[date]:
    """Return the days on which what `paid_at` says without a note can change, sorted.

    Good for a code of up to eight digits, and for all numbers below one of eight.
    """
    known = numbers_of(law, importer)
    codes = (line, *law.base_rates[importer].below(line))
    days = {day for code in codes for span in _days_in_force(law, importer, code) for day in span}
    if known is not None:
        days.add(known.first)
        days.update(day for number in known.below(line) for day in known.span(number) or ())
    return sorted(days)


def _at_number(known: Numbers, code: str, on: date) -> PaidAt:
    """Return where goods of a ten-digit code are entered: at it, at what replaced it, or at its line."""
    if known.exists(code, on):
        return PaidAt((code,))
    others = tuple(known.live(code[:LINE_DIGITS], on))
    if not others:
        return PaidAt((code,))
    own = known.span(code)
    if own is not None:
        if on < own[0]:
            return _before_number(known, code, own[0], on)
        began = tuple(number for number in others if (known.span(number) or own)[0] == own[1])
        return PaidAt(began or others, note=_moved(code, began or others, on))
    if known.ended_before(code):
        return PaidAt(others, note=_moved(code, others, on))
    if code.endswith("00"):
        note = f"{dotted(code)} is no statistical number: read as {dotted(code[:LINE_DIGITS])}."
        return PaidAt(others, note=note)
    raise _no_such_number(code, others, on)


def _is_in_force(law: Ledger, importer: str, code: str, on: date) -> bool:
    return any(first <= on < end for first, end in _days_in_force(law, importer, code))


def _mean_of_lines(law: Ledger, importer: str, code: str, on: date) -> str:
    """Return the subheading whose mean over its lines, which none pays, is all there is for a code, or ""."""
    for row in law.base_rates[importer].longest(code):
        if row.ave_method == MEAN and row.valid_from <= on < row.valid_to:
            return str(row.code)
    return ""


def _rates_of_mean(law: Ledger, importer: str, code: str, meant: str, on: date) -> PaidAt:
    """Return a code with the lines that its mean is over: its subheading's, else those it was made from."""
    lines = schedule_lines(law, meant, importer, on)
    if lines:
        said = f"No edition in the ledger has a line of this code: its subheading {dotted(meant)} answers"
    else:
        others = _other_editions(law).get(meant, ())
        lines = tuple(line for other in others for line in schedule_lines(law, other, importer, on))
        said = f"No edition in the ledger has the lines of {dotted(meant)}: those before 2022 answer"
    note = f"{said}, with the column 1 rates of {_listed(lines)}. Check the code."
    return PaidAt((code,), note=note, rates_of=lines) if lines else PaidAt((code,))


@per_ledger
def _days_in_force(law: Ledger, importer: str, code: str) -> list[tuple[date, date]]:
    return [(row.valid_from, row.valid_to) for row in law.base_rates[importer].longest(code)]


def _successors(law: Ledger, importer: str, code: str, on: date, known: Numbers | None) -> PaidAt:
    """Return where goods of a code that the schedule of the day does not have went."""
    sheet = law.base_rates[importer]
    was_there = bool(sheet.matching(code) or sheet.below(code) or (known is not None and known.span(code)))
    subheading = code[:6]
    others = _other_editions(law).get(subheading, ())
    families = [
        [subheading] if was_there and len(code) > len(subheading) else [],
        [other for other in others if other[:4] == code[:4]],
        others,
    ]
    for family in families:
        stand = [other for other in family if schedule_lines(law, other, importer, on)]
        stand += [other for other in family if _is_in_force(law, importer, other, on)]
        stand = list(dict.fromkeys(stand))
        if stand:
            codes = [paid_at(law, importer, other, on).codes for other in stand]
            return PaidAt(tuple(leaf for group in codes for leaf in group), note=_moved(code, stand, on))
    raise unknown_code(law, importer, code, on)


def _moved(code: str, successors: Sequence[str], on: date) -> str:
    return (
        f"{dotted(code)} is not in the schedule on {on}: answered by its successors "
        f"{_listed(successors)}; check which of them the goods are."
    )


def _before_number(known: Numbers, code: str, first: date, on: date) -> PaidAt:
    """Return where goods were entered before their number began: at those that ended then, else at all."""
    live = tuple(known.live(code[:LINE_DIGITS], on))
    ended = tuple(number for number in live if (known.span(number) or (first, first))[1] == first)
    note = (
        f"{dotted(code)} is in the schedule from {first} on: answered for {on} by {_listed(ended or live)}; "
        "check which of them the goods were."
    )
    return PaidAt(ended or live, note=note)


def _no_such_number(code: str, others: Sequence[str], on: date) -> LedgerError:
    held = "no edition has this statistical number"
    if on > LAST_EDITION:
        held = f"no edition up to {LAST_EDITION}, the last one read, has this statistical number"
    return LedgerError(
        f"{held}; on {on} {dotted(code[:LINE_DIGITS])} has others",
        remedy=f"use one of {_listed(others)}, or the eight digits for the range",
        column="code",
        value=code,
    )


def unknown_code(law: Ledger, importer: str, code: str, on: date) -> LedgerError:
    """Return the error for a code that the schedule in force does not hold, with what would be right."""
    near = [other for other in nearest_codes(law, code, importer) if other != code]
    base = law.base_rates[importer].matching(code)
    spans = [f"[{row.valid_from}, {row.valid_to})" for row in base]
    if spans:
        remedy = f"the schedule holds it in {', '.join(spans)}"
    elif code[:2] in SPECIAL_CHAPTERS:
        remedy = "headings of chapters 98 and 99 go with a product: give the product's own code"
    else:
        remedy = "nearest lines: " + ", ".join(near) if near else "use digits of the importer's schedule"
        if len(code) > _SHARED_DIGITS and schedule_lines(law, code[:_SHARED_DIGITS], importer, on):
            six = dotted(code[:_SHARED_DIGITS])
            remedy = f"{six} gives the range, if the number is of another tariff; {remedy}"
    return LedgerError(
        f"no line of the {importer} schedule in force on {on} contains this code",
        remedy=remedy,
        column="code",
        value=code,
    )


def _listed(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
    return ", ".join(dotted(code) for code in codes[:_SHOWN]) + more


@per_ledger
def _other_editions(law: Ledger) -> dict[str, tuple[str, ...]]:  # noqa: ARG001 - what it is kept by
    """Return the subheadings of HS 2017 and HS 2022 that hold the same goods under another code."""
    import csv
    import gzip

    path = project_root() / "data/sources/un/hs6_2022_to_2017.csv.gz"
    found: dict[str, set[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            new, old = row["hs6_2022"], row["hs6_2017"]
            if new != old:
                found.setdefault(old, set()).add(new)
                found.setdefault(new, set()).add(old)
    return {code: tuple(sorted(others)) for code, others in found.items()}
