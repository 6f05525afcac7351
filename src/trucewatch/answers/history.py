"""The duties on one code over time: one row a stretch of days on which nothing changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trucewatch.answers.cases import Cases
from trucewatch.answers.exact import exact_frame
from trucewatch.answers.inputs import check_origin, first_day, read_code, read_day
from trucewatch.answers.lookup import Lookup, lookup
from trucewatch.answers.paid_at import unknown_code
from trucewatch.duty.lines import ZERO
from trucewatch.duty.matching import match, schedule_lines
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger, load_ledger
from trucewatch.ledger.origins import seen_from

if TYPE_CHECKING:
    import pandas as pd


def history(
    code: str,
    first: date | str | None = None,
    last: date | str | None = None,
    importer: str = "USA",
    ledger: Ledger | None = None,
    **facts: Any,
) -> pd.DataFrame:
    """Return the total on a code over time, by authority, and refuse what cannot be, as `trucewatch.history`.

    The points of an authority are 0 where it is not charged; where the numbers below the line pay different
    duties, there is no total and there are no points. `facts`: `origin`, `known`, `content`, `claims`, `lens`
    as in `lookup`.
    """
    return frame_of(*stretches(code, first, last, importer, ledger, **facts))


def frame_of(line: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return what `stretches` gives as a frame."""
    frame = exact_frame(rows)
    frame.attrs["code"] = line
    return frame


def stretches(
    code: str,
    first: date | str | None = None,
    last: date | str | None = None,
    importer: str = "USA",
    ledger: Ledger | None = None,
    **facts: Any,
) -> tuple[str, list[dict[str, Any]]]:
    """Return the line and what `history` has in its rows: a terminal waits for no frame."""
    law = load_ledger() if ledger is None else ledger
    origin = check_origin(law, importer, facts.pop("origin", None) or DEFAULT_ORIGIN[importer])
    law = seen_from(law, importer, origin)
    facts["origin"] = origin
    final = law.law_asof if last is None else read_day(last, "last")
    line = _line(law, code, importer, final)
    matched = match(law, line, importer)
    if first is None:
        start = max(first_day(law, importer), min(row.valid_from for row in matched.base))
    else:
        start = read_day(first, "first")
    if final < start:
        problem = f"the last day lies before the first, {start}"
        raise DataError(problem, remedy="give the earlier day first", column="last", value=final)
    end = final + timedelta(days=1)
    days = Cases(law, importer).cuts(line, origin)
    found_on: list[tuple[date, Lookup]] = []
    for day in (start, *(day for day in days if start < day < end)):
        found = lookup(line, on=day, importer=importer, ledger=law, **facts)
        if not found_on or _facts(found_on[-1][1]) != _facts(found):
            found_on.append((day, found))
    ends = [day for day, _ in found_on[1:]] + [end]
    authorities = dict.fromkeys(name for _, found in found_on for name in found.by_authority())
    return line, [
        {"valid_from": day, "valid_to": until, **_totals(found), **_points(found, authorities)}
        for (day, found), until in zip(found_on, ends, strict=True)
    ]


def _line(law: Ledger, code: str, importer: str, on: date) -> str:
    """Return the line that a code is, or the only line under it on a day."""
    digits = read_code(code)
    if match(law, digits, importer).base:
        return digits
    lines = schedule_lines(law, digits, importer, on)
    if not lines:
        raise unknown_code(law, importer, digits, on)
    if len(lines) > 1:
        problem = f"a family of {len(lines)} lines has no one duty"
        remedy = "give all eight digits; `tw.lookup` lists the lines of a family"
        raise DataError(problem, remedy=remedy, column="code", value=code)
    return lines[0]


def _points(found: Lookup, authorities: Iterable[str]) -> dict[str, Decimal | None]:
    points = found.by_authority()
    return {name: None if found.total_pct is None else points.get(name, ZERO) for name in authorities}


def _totals(found: Lookup) -> dict[str, object]:
    names = ("total_pct", "lower_pct", "upper_pct", "snapback_pct", "confidence")
    return {name: getattr(found, name) for name in names}


def _facts(found: Lookup) -> tuple[object, ...]:
    return (_totals(found), found.by_authority())
