"""What a user may ask: codes, days, origins, money. Each is read in one place, or refused with a remedy."""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.answers.countries import read_country
from trucewatch.errors import DataError
from trucewatch.ledger.memory import per_ledger
from trucewatch.paths import project_root

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger

YEARS_AHEAD = 2
"""How far beyond `law_asof` a day may lie: law already scheduled can be read, the far future is a slip."""

_CODE = re.compile(r"[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10}")
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_MONTHS |= {
    "ene": 1, "gen": 1, "fev": 2, "fév": 2, "mär": 3, "mrz": 3, "abr": 4, "avr": 4, "mai": 5, "mag": 5,
    "mei": 5, "giu": 6, "lug": 7, "ago": 8, "aoû": 8, "aou": 8, "set": 9, "okt": 10, "ott": 10, "out": 10,
    "dez": 12, "dic": 12, "déc": 12,
}  # fmt: skip
"""Months by their first three letters, in English, German, French, Spanish, Italian, Portuguese and Dutch."""
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})", re.ASCII)
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|er)?[-/. ]*(?:de )?([^\W\d_]{3,9})[-/., ]*(?:de )?([0-9]{4}|[0-9]{2})"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,9})[-/. ]*([0-9]{1,2})(?:st|nd|rd|th)?[-/., ]+([0-9]{4}|[0-9]{2})")
_TIME = re.compile(
    r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AP]M)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?", re.ASCII)
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_MONEY = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")
_DOLLARS = re.compile(
    r"(us)?\$ ?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]{1,6})?"
    r"|([0-9]+|[0-9]{1,3}(,[0-9]{3})+)\.[0-9]{1,6}( ?usd)?|[0-9]+ ?usd",
    re.IGNORECASE,
)
"""Dollars as people write them, where a comma can only part thousands."""
_SHOWN, _MOST_LISTED = 60, 12


def current_ledger() -> Ledger:
    """Return the law of the project one stands in, read once."""
    return _ledger_at(project_root())


@lru_cache(maxsize=1)
def _ledger_at(root: Path) -> Ledger:
    from trucewatch.ledger.ledger import load_ledger

    return load_ledger(root)


def short(text: object) -> str:
    """Return a user's text short enough for a message."""
    shown = str(text)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}… ({len(shown):,} characters)"


def listed(given: Any) -> list[Any]:
    """Return a list of what was given; one text or one number alone is a list of one."""
    return list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]


def read_code(text: str) -> str:
    """Return the digits of a commodity code.

    `text`: four, six, eight or ten digits, with or without dots, blanks, dashes and `HTS` before them.

    Raises `DataError` if it is none; five, seven or nine digits are not guessed at, since spreadsheets drop
    leading zeros.
    """
    digits = re.sub(r"^(hts(us)?|hs)\b[\s:#]*|[.\s'\u2010-\u2015-]", "", str(text), flags=re.IGNORECASE)
    if _CODE.fullmatch(digits):
        return digits
    remedy = "give 4, 6, 8 or 10 digits, with or without dots, such as 8517.13.00"
    if re.fullmatch(r"[0-9]{3}|[0-9]{5}|[0-9]{7}|[0-9]{9}", digits):
        remedy = f"give 4, 6, 8 or 10 digits; was a leading zero lost (0{digits})?"
    if re.match(r"[^\W\d_]{3}", str(text)):
        remedy += f"; trucewatch search {short(text)} finds one by words"
    raise DataError("not a commodity code", remedy=remedy, column="code", value=short(text))


def read_day(text: date | str, name: str = "on") -> date:
    """Return a day given as a date, as `today`, or as text: ISO, 10-Apr-25, April 10, 2025, 4/13/2025.

    Raises `DataError` if it is no day of the calendar, with the nearest one that is, or if day and month can
    be either.
    """
    if isinstance(text, date) and text == text:
        return date(text.year, text.month, text.day)
    if str(text).strip().lower() == "today":
        return date.today()
    plain = without_time(str(text))
    parts = parts_of_day(plain)
    if parts is None and (either := NUMERIC.fullmatch(plain)):
        one, other, year = int(either[1]), int(either[2]), _year(either[3])
        ways = f"{year}-{one:02}-{other:02} or {year}-{other:02}-{one:02}"
        raise DataError("month or day first?", remedy=f"write {ways}", column=name, value=text)
    if parts is None:
        raise DataError("not a date", remedy="write it as 2025-05-14", column=name, value=short(text))
    year, month, day = parts
    if not (1 <= month <= 12 and year >= 1):
        raise DataError("not a date", remedy="the month runs from 01 to 12", column=name, value=text)
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        nearest = f"{year:04}-{month:02}-{min(max(day, 1), last):02}"
        remedy = f"the nearest is {nearest}, that month has {last} days"
        raise DataError("there is no such day", remedy=remedy, column=name, value=text)
    return date(year, month, day)


def without_time(text: str) -> str:
    """Return a text of a day without the time of day and the day of the week."""
    return _WEEKDAY.sub("", _TIME.sub("", text.strip()).strip())


def parts_of_day(text: str, order: str | None = None) -> tuple[int, int, int] | None:
    """Return year, month and day of a text; None if it is no day or, without an order, can be two."""
    if found := _ISO.fullmatch(text) or _CHINESE.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := NUMERIC.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        if order is None and first <= 12 and second <= 12 and first != second:
            return None
        is_month_first = first <= 12 if order is None else order == "mdy"
        month, day = (first, second) if is_month_first else (second, first)
        return _year(found[3]), month, day
    if found := _DAY_FIRST.fullmatch(text.lower()):
        return _year(found[3]), _month(found[2]), int(found[1])
    if found := _MONTH_FIRST.fullmatch(text.lower()):
        return _year(found[3]), _month(found[1]), int(found[2])
    return None


def _month(name: str) -> int:
    """Return the number of a month; 0 for none. French has juin and juillet."""
    return 7 if name.startswith("juil") else _MONTHS.get(name[:3], 6 if name == "juin" else 0)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


@per_ledger
def first_day(ledger: Ledger, importer: str) -> date:
    """Return the first day for which the ledger holds the importer's schedule."""
    return date.fromisoformat(ledger.base_rates[importer].least("valid_from"))


def last_day(ledger: Ledger) -> date:
    """Return the last day that may be asked about: `YEARS_AHEAD` beyond `law_asof`."""
    asof = ledger.law_asof
    return asof.replace(year=asof.year + YEARS_AHEAD, day=min(asof.day, 28))


def check_day(ledger: Ledger, importer: str, day: date, name: str = "on") -> date:
    """Return the day of entry if the ledger can speak for it.

    Days after `law_asof` are answered with the law as it was scheduled then; days before the first schedule
    and more than `YEARS_AHEAD` years ahead are refused.

    Raises `DataError` with the nearest day that can be asked.
    """
    first, last = first_day(ledger, importer), last_day(ledger)
    if first <= day <= last:
        return day
    if day < first:
        problem, nearest = f"the ledger of {importer} starts on {first}", first
    else:
        problem, nearest = f"too far beyond {ledger.law_asof}, up to which the ledger follows the law", last
    raise DataError(problem, remedy=f"the nearest day is {nearest}", column=name, value=day)


def check_known(ledger: Ledger, known: date, name: str = "known") -> date:
    """Return the day up to which texts are read, if the ledger reaches it.

    Raises `DataError` if it is after `law_asof`.
    """
    if known > ledger.law_asof:
        problem = "nothing published after the ledger's own date is known"
        raise DataError(problem, remedy=f"the nearest day is {ledger.law_asof}", column=name, value=known)
    return known


def check_importer(ledger: Ledger, importer: str) -> str:
    """Return the ISO3 code of an importer whose duties the ledger has, given as a code or a name.

    Raises `DataError` if there is none of that name, or the ledger has no duties of it.
    """
    side = str(importer).strip().upper()
    if side in ledger.base_rates:
        return side
    with suppress(DataError):
        if (named := read_country(ledger, importer)) in ledger.base_rates:
            return named
    remedy = "use " + " or ".join(ledger.importers)
    raise DataError("no such importer", remedy=remedy, column="importer", value=short(importer))


def check_origin(ledger: Ledger, importer: str, origin: str) -> str:
    """Return the ISO3 code of an origin that the ledger speaks for, given as a code or a name.

    Raises `DataError` with the origins it speaks for, the most similar first.
    """
    origins = ledger.origins(importer)
    iso3 = read_country(ledger, origin) if ledger.partners else str(origin).strip().upper()
    if iso3 in origins:
        return iso3
    if iso3 == importer:
        problem = f"goods of {iso3} into {importer} are no import from another country"
        remedy = "leave them out: goods that come back have headings of their own (9801.00.10 for USA)"
        raise DataError(problem, remedy=remedy, column="origin", value=short(origin))
    near = difflib.get_close_matches(iso3[:_SHOWN], origins, 1, 0.5)
    ordered = [*near, *(name for name in origins if name not in near)]
    if len(ordered) > _MOST_LISTED:
        ordered = ["an ISO code (VNM, VN)", "an English name (Vietnam)"]
    problem = f"the ledger has no duties on goods of this origin into {importer}"
    remedy = "use " + (" or ".join(ordered) or "another importer")
    raise DataError(problem, remedy=remedy, column="origin", value=short(origin))


def read_money(text: str | float | Decimal, name: str = "value") -> Decimal:
    """Return a customs value in US dollars, or a quantity.

    Raises `DataError` if it is no plain number of at least 0; separators are not guessed at.
    """
    plain = str(text).strip()
    if name == "value" and _DOLLARS.fullmatch(plain):
        plain = re.sub(r"[^0-9.]", "", plain)
    if not _MONEY.fullmatch(plain):
        what, how = ("customs value", "US dollars as 1234.50") if name == "value" else (name, "it as 1234.5")
        raise DataError(f"not a {what}", remedy=f"write {how}", column=name, value=short(text))
    return Decimal(plain)
