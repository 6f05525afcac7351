"""A question about a product: what is asked, read and refused in one place, and what the law makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack

from trucewatch.answers.inputs import (
    check_day,
    check_importer,
    check_known,
    check_origin,
    current_ledger,
    listed,
    read_code,
    read_day,
    read_money,
)
from trucewatch.duty.lines import Entry
from trucewatch.duty.specific import Quantity
from trucewatch.duty.stacking import AS_COLLECTED, LENSES, entry_of
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import METALS


class Facts(TypedDict, total=False):
    """What may be told of a product beside code, origin, day and importer.

    - `loaded`: day of loading on the final vessel; transit rules apply only if it is given
    - `known`: read the law as published up to this day; if not given, up to `law_asof`
    - `value`: Customs value in US dollars
    - `quantity`, `unit`: how much it is, as 100 and `bbl`: with the value it makes a duty that counts units
      exact; if not given, its average equivalent stands for it
    - `content`: metal shares of customs value (`steel`, `aluminum`, `copper`; 0-1); if not given, the
      ledger's estimates
    - `claims`: exclusion ids claimed, and conditions known to be met (`dual_use_part`) or not
      (`not:dual_use_part`)
    - `lens`: `as_collected` (what was paid at entry) or `as_finally_held` (duties held unlawful count 0)
    """

    loaded: date | str | None
    known: date | str | None
    value: str | float | Decimal | None
    quantity: str | float | Decimal | None
    unit: str | None
    content: Mapping[str, float] | None
    claims: Iterable[str]
    lens: str


@dataclass(frozen=True)
class Question:
    """A question as read.

    - `code`: digits of the code
    - `importer`: `USA` or `CHN`
    - `entry`: origin, day, and the facts that the law asks about
    - `lens`: `as_collected` or `as_finally_held`
    - `law`: the ledger as goods of the origin meet it
    - `value`: Customs value in US dollars; None if not given.
    - `is_known_told`: whether the day up to which the law is read was asked for
    """

    code: str
    importer: str
    entry: Entry
    lens: str
    law: Ledger
    value: Decimal | None = None
    is_known_told: bool = False


def read_question(
    code: str,
    origin: str | None = None,
    on: date | str | None = None,
    importer: str = "USA",
    ledger: Ledger | None = None,
    **facts: Unpack[Facts],
) -> Question:
    """Return a question as read.

    Raises `DataError` if a code, day, origin, importer, value or quantity cannot be read or asked about; with
    the nearest that would do; `ParameterError` if a share, a loading date or the lens cannot be.

    - `code`: four to ten digits of the importer's schedule, with or without dots
    - `origin`: country of origin: ISO code or English name; if not given, the other side of the truce
    - `on`: day of entry, a date or ISO text; if not given, the ledger's `law_asof`
    - `importer`: `USA` or `CHN`
    - `ledger`: the law to use; if not given, that of the project, read once
    - `facts`: see `Facts`
    """
    law = ledger if ledger is not None else current_ledger()
    importer = check_importer(law, importer)
    origin = check_origin(law, importer, DEFAULT_ORIGIN[importer] if origin is None else origin)
    law = seen_from(law, importer, origin)
    day = law.law_asof if on is None else check_day(law, importer, read_day(on, "on"))
    known, loaded = facts.get("known"), facts.get("loaded")
    known_day = law.law_asof if known is None else check_known(law, read_day(known, "known"))
    loaded_day = None if loaded is None else read_day(loaded, "loaded")
    if loaded_day is not None and loaded_day > day:
        raise ParameterError(
            f"loaded on {loaded_day}, after entry on {day}", remedy=f"give {day} or a day before"
        )
    lens = facts.get("lens", AS_COLLECTED)
    if lens not in LENSES:
        raise ParameterError(f"lens {lens!r} is unknown", remedy=f"use {' or '.join(LENSES)}")
    money = None if (value := facts.get("value")) is None else read_money(value)
    counted = _quantity(facts.get("quantity"), facts.get("unit"), money)
    claims = frozenset(map(str, listed(facts.get("claims", ()))))
    shares = _shares(facts.get("content"))
    entry = entry_of(law, origin, day, loaded_day, known_day, claims, shares, quantity=counted)
    return Question(read_code(code), importer, entry, lens, law, money, known is not None)


def _quantity(
    amount: str | float | Decimal | None, unit: str | None, value: Decimal | None
) -> Quantity | None:
    if amount is None and unit is None:
        return None
    if amount is None:
        raise DataError("a unit without a quantity", remedy="give both", column="unit", value=unit)
    plain = read_money(amount, "quantity")
    if not plain:
        raise DataError("a quantity of 0", remedy="give how much it is", column="quantity", value=amount)
    if not value:
        raise DataError("a quantity without a customs value", remedy="give the value too", column="quantity")
    return Quantity(plain, (unit or "").strip(), value)


def _shares(content: Mapping[str, float] | None) -> dict[str, Decimal]:
    shares = {}
    if not isinstance(content, Mapping | None):
        raise ParameterError(f"content: found {content!r}", remedy="give it as {'steel': 0.4}")
    for metal, share in (content or {}).items():
        if metal not in METALS:
            raise ParameterError(f"content of {metal!r} is unknown", remedy=f"use {', '.join(METALS)}")
        try:
            shares[metal] = Decimal(str(share))
        except ArithmeticError:
            raise ParameterError(
                f"content of {metal} is {share!r}", remedy="give a share from 0 to 1"
            ) from None
        if not (shares[metal].is_finite() and 0 <= shares[metal] <= 1):
            raise ParameterError(f"content of {metal} is {share}", remedy="give a share of value from 0 to 1")
    if sum(shares.values()) > 1:
        raise ParameterError(
            "the metal contents add up to more than the value", remedy="give shares of at most 1"
        )
    return shares
