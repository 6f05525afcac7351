"""Duties by product: on a day, over time, between two days, and what lapses next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.answers.calendar import Calendar
    from trucewatch.answers.catalogue import Catalogue
    from trucewatch.answers.desk import Answer
    from trucewatch.answers.diff import Diff
    from trucewatch.answers.every_origin import EveryOrigin
    from trucewatch.answers.search import Found


def law_asof() -> date:
    """Return the day up to which the ledger follows the law; what comes after is law as scheduled then."""
    from trucewatch.answers.inputs import current_ledger

    return current_ledger().law_asof


def ledger_hash() -> str:
    """Return the SHA-256 of the ledger's files: two answers with one hash read the same law."""
    from trucewatch.answers.inputs import current_ledger

    return current_ledger().ledger_hash


def lookup(
    code: str,
    origin: str | None = None,
    on: date | str | None = None,
    *,
    importer: str = "USA",
    value: str | float | Decimal | None = None,
    quantity: str | float | Decimal | None = None,
    unit: str | None = None,
    loaded: date | str | None = None,
    known: date | str | None = None,
    content: Mapping[str, float] | None = None,
    claims: Iterable[str] = (),
    lens: str = "as_collected",
) -> Answer:
    """Look up what a product pays on a day, under which act. Not a customs ruling.

    Parameters
    ----------
    code
        4, 6, 8 or 10 digits of the importer's schedule, with or without dots. A code shorter than a line
        gives the range over its lines.
    origin
        ISO3 of the country of origin; the other side of the truce if not given.
    on
        Day of entry, a date or ISO text; `law_asof()` if not given.
    importer
        `USA` or `CHN`.
    value
        Customs value in US dollars; the answer then has the duty in dollars.
    quantity, unit
        How much it is, as 100 and `bbl`: with the value it makes a duty that counts units exact.
    loaded
        Day of loading on the vessel; rules for goods on the water apply only if it is given.
    known
        Read the law as published up to this day; up to `law_asof()` if not given.
    content
        Metal shares of value, 0 to 1, by `steel`, `aluminum`, `copper`; the ledger's estimates if not given.
    claims
        Exclusions claimed, and conditions known to be met (`dual_use_part`) or not (`not:dual_use_part`).
    lens
        `as_collected` (paid at entry) or `as_finally_held` (what was held unlawful counts 0).

    Returns
    -------
    Answer
        Total and bounds in percent of customs value, one row a line of duty with status, act and confidence
        (`to_frame()`), notes. Source: the ledger in data/law.

    Raises
    ------
    DataError
        If the schedule has no such code on that day, the day lies before the ledger starts or too far ahead,
        the ledger does not speak for the origin or importer, or the unit does not fit; with what would do.
    ParameterError
        If a share, a claim, a loading date or the lens cannot be.

    Examples
    --------
    >>> tw.lookup("9503.00.00", on="2025-04-10")  # doctest: +SKIP
    """
    from trucewatch.answers.desk import ask

    return ask(
        code,
        origin,
        on,
        importer,
        loaded=loaded,
        known=known,
        value=value,
        quantity=quantity,
        unit=unit,
        content=content,
        claims=claims,
        lens=lens,
    )


def origins(
    code: str,
    on: date | str | None = None,
    *,
    only: Iterable[str] = (),
    known: date | str | None = None,
    content: Mapping[str, float] | None = None,
    lens: str = "as_collected",
) -> EveryOrigin:
    """Look up what a product pays in the United States from each country of origin, the dearest first.

    Parameters
    ----------
    code, on, known, content, lens
        As in `lookup`.
    only
        ISO codes or names of the countries to compare; every partner of the ledger if empty, which takes
        some seconds.

    Returns
    -------
    EveryOrigin
        `to_frame()`: a row an origin with `total_pct`, `claimed_pct` (with the preference of the origin
        claimed, where that helps), bounds, and the origin's share of all US imports of 2024, 0 to 1;
        `groups()`: origins that pay the same. Source: the ledger in data/law.

    Raises
    ------
    DataError, ParameterError
        As `lookup`.

    Examples
    --------
    >>> tw.origins("9503.00.0073", only=["CHN", "Vietnam", "MX"])  # doctest: +SKIP
    """
    from trucewatch.answers.every_origin import from_every_origin

    return from_every_origin(code, on, only, known=known, content=content, lens=lens)


def catalogue(
    source: str | Path | pd.DataFrame,
    *,
    on: Any = None,
    origin: str | None = None,
    importer: str = "USA",
    lens: str = "as_collected",
    **reading: Any,
) -> Catalogue:
    """Look up every row of a list of products: a CSV, TSV or XLSX file as people have it, or a frame.

    Parameters
    ----------
    source
        The file or frame; columns such as `HTS Code`, `COO`, `Entry Date`, `Entered Value` are known by name.
    on
        Day of entry of all rows; several days give columns for each. The days of the rows, else `law_asof()`,
        if not given.
    origin
        Country of origin of the rows without one; it is never assumed.
    importer, lens
        As in `lookup`.
    reading
        `columns` (which column is which, by kind), `dates` (`mdy`, `dmy`), `decimal` (`point`, `comma`),
        `shares` (`percent`, `fraction`), `pad_zeros`, `hs6`, `sheet`, `encoding`, where the table leaves it
        open.

    Returns
    -------
    Catalogue
        `to_frame()`: the columns given and the answers, percent and US dollars; `lines()`, `totals()`,
        `refused`; `write("answers.xlsx")`. Source: the ledger in data/law.

    Raises
    ------
    DataError
        If the table cannot be read, or one of its columns in two ways, with the option that settles it.
    """
    from trucewatch.answers.catalogue import catalogue as look_up

    return look_up(source, on=on, origin=origin, importer=importer, lens=lens, **reading)


def search(words: str, origin: str | None = None, on: date | str | None = None, *, top: int = 10) -> Found:
    """Find the lines of the US schedule that some words could mean, with what they pay.

    Parameters
    ----------
    words
        A few words of English, such as `usb cable`.
    origin, on
        As in `lookup`.
    top
        How many lines at most.

    Returns
    -------
    Found
        Lines of eight digits, best first, with name, total and bounds (`to_frame()`). A search classifies
        nothing. Sources: names of the schedule (USITC), descriptions of Census, data/words.

    Raises
    ------
    DataError
        If there is nothing to look for, or the origin or day cannot be.
    """
    from trucewatch.answers.search import search as find

    return find(words, origin, on, top)


def history(
    code: str,
    first: date | str | None = None,
    last: date | str | None = None,
    *,
    importer: str = "USA",
    origin: str | None = None,
    lens: str = "as_collected",
) -> pd.DataFrame:
    """Return the duty on one line over time.

    Parameters
    ----------
    code
        A line of the importer's schedule, with or without dots, or a shorter code with one line under it.
    first, last
        First and last day of entry; the first day the ledger has the line, and `law_asof()`, if not given.
    importer, origin, lens
        As in `lookup`.

    Returns
    -------
    pandas.DataFrame
        One row a stretch of days on which nothing changed: `valid_from`, `valid_to` (half-open), `total_pct`,
        `lower_pct`, `upper_pct`, `snapback_pct`, `confidence`, then the points of each authority; percent of
        customs value, exact decimals; `attrs["code"]` is the line. Source: the ledger in data/law.

    Raises
    ------
    DataError, ParameterError
        As `lookup`; also if the code is a family of lines, or the last day lies before the first.
    """
    from trucewatch.answers.history import history as over_time
    from trucewatch.answers.inputs import check_importer, current_ledger

    law = current_ledger()
    return over_time(code, first, last, check_importer(law, importer), law, origin=origin, lens=lens)


def diff(
    a: date | str | None = None,
    b: date | str | None = None,
    *,
    importer: str = "USA",
    origin: str | None = None,
    known: tuple[date | str, date | str] | None = None,
    on: date | str | None = None,
    lens: str = "as_collected",
) -> Diff:
    """Compare the duties of two days, or of two states of knowledge about one day.

    Parameters
    ----------
    a, b
        Two days of entry, the earlier first.
    importer, origin, lens
        As in `lookup`.
    known, on
        In place of `a` and `b`: two days of knowledge, and the one day of entry they are about.

    Returns
    -------
    Diff
        Change of the average duty in points (weights: trade of 2024; the plain mean where the clean tables
        are not built), static cost in US dollars a year with nothing reacting, `by("authority")`,
        `by("chapter")`, `by("cause")`, `movers()`, and one row a product (`to_frame()`). Sources: the ledger
        in data/law, and the clean tables of trade.

    Raises
    ------
    DataError
        If a day, the lens, the importer or the origin cannot be asked about.

    Examples
    --------
    >>> tw.diff("2025-05-14", "2025-11-10").by("authority")  # doctest: +SKIP
    """
    from trucewatch.answers.diff import diff as compare

    return compare(a, b, importer=importer, origin=origin, known=known, on=on, lens=lens)


def calendar(
    start: date | str | None = None,
    *,
    importer: str | None = None,
    known: date | str | None = None,
    with_cost: bool = False,
) -> Calendar:
    """Return what lapses or starts next, by the texts: no forecast.

    Parameters
    ----------
    start
        First day looked at; `law_asof()` if not given.
    importer
        `USA` or `CHN`; both if not given.
    known
        Read the texts published up to this day; up to `law_asof()` if not given.
    with_cost
        Also what each day does to the average duty and its static cost; takes about a second a day.

    Returns
    -------
    Calendar
        One row a cliff (`to_frame()`): day, side, what happens, rates before and after in percent,
        confidence, and what is doubtful about it. Source: the ledger in data/law.

    Raises
    ------
    DataError
        If a day or the importer cannot be.
    """
    from trucewatch.answers.calendar import calendar as cliffs

    return cliffs(start, importer, known, with_cost)
