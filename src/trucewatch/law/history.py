"""The duties on one code over time: one row a stretch of days on which nothing changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from trucewatch.law.asking import read_code, read_day
from trucewatch.law.ledger import Ledger, load_ledger
from trucewatch.law.lookup import Lookup, lookup
from trucewatch.law.matching import breakpoints, match

if TYPE_CHECKING:
    import pandas as pd


def history(
    code: str,
    first: date | str,
    last: date | str | None = None,
    importer: str = "USA",
    ledger: Ledger | None = None,
    **facts: Any,
) -> pd.DataFrame:
    """Return the total on a code over time, by authority.

    Parameters
    ----------
    code
        A line of the importer's schedule, with or without dots.
    first, last
        First and last day of entry; the last is the ledger's `law_asof` if not given.
    importer
        `USA` or `CHN`.
    ledger
        The law to use; if not given, that of the project.
    facts
        `origin`, `known`, `content`, `claims`, `lens` as in `lookup`.

    Returns
    -------
    pandas.DataFrame
        One row a stretch, in order: `valid_from`, `valid_to` (half-open; the last ends after `last`),
        `total_pct`, `lower_pct`, `upper_pct`, `snapback_pct` (exact decimals, percent of customs value),
        `confidence`, and the points of each authority that is charged on any day, 0 where it is not.

    Raises
    ------
    DataError
        As `lookup`.
    """
    import pandas as pd  # a lookup alone starts faster without it

    law = load_ledger() if ledger is None else ledger
    start = read_day(first, "first")
    end = (law.law_asof if last is None else read_day(last, "last")) + timedelta(days=1)
    days = breakpoints(law, match(law, read_code(code), importer))
    stretches: list[tuple[date, Lookup]] = []
    for day in (start, *(day for day in days if start < day < end)):
        found = lookup(code, on=day, importer=importer, ledger=law, **facts)
        if not stretches or _facts(stretches[-1][1]) != _facts(found):
            stretches.append((day, found))
    ends = [day for day, _ in stretches[1:]] + [end]
    frame = pd.DataFrame(
        [
            {"valid_from": day, "valid_to": until, **_totals(found), **found.by_authority()}
            for (day, found), until in zip(stretches, ends, strict=True)
        ]
    )
    authorities = list(frame.columns[len(_totals(stretches[0][1])) + 2 :])
    frame[authorities] = frame[authorities].fillna(0)
    return frame


def _totals(found: Lookup) -> dict[str, object]:
    return {
        "total_pct": found.total_pct,
        "lower_pct": found.lower_pct,
        "upper_pct": found.upper_pct,
        "snapback_pct": found.snapback_pct,
        "confidence": found.confidence,
    }


def _facts(found: Lookup) -> tuple[object, ...]:
    return (_totals(found), found.by_authority())
