"""Duties that count units: `84¢/bbl`, `$1.05/kg`, `1.2¢/kg + 8%`, exact where the quantity is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from trucewatch.errors import DataError

_NAMES = {
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes kgm",
    "g": "g gr gm grm gram grams gramme grammes",
    "t": "t mt tne tonne tonnes metric_ton metric_tons",
    "lb": "lb lbs lbr pound pounds",
    "liter": "liter liters litre litres l ltr ltrs",
    "ml": "ml milliliter milliliters millilitre millilitres",
    "hl": "hl hectoliter hectoliters hectolitre hectolitres",
    "gal": "gal gals gallon gallons gll us_gallon us_gallons",
    "bbl": "bbl bbls barrel barrels bll",
    "m3": "m3 m³ cbm cubic_meter cubic_meters cubic_metre cubic_metres mtq",
    "m2": "m2 m² sqm square_meter square_meters square_metre square_metres mtk",
    "each": "each ea no nos number pc pcs pce piece pieces unit units item items head hd nmb un",
    "doz.": "doz dozen dozens dz dzn dpc",
    "gross": "gross grs gro",
    "thousand": "thousand thousands 1000 1,000",
    "pr.": "pr prs pair pairs",
}
_UNITS = {spelled.replace("_", " "): unit for unit, names in _NAMES.items() for spelled in names.split()}
_SIZES = {
    "kg": ("mass", Decimal(1)),
    "g": ("mass", Decimal("0.001")),
    "t": ("mass", Decimal(1000)),
    "lb": ("mass", Decimal("0.45359237")),
    "liter": ("volume", Decimal(1)),
    "ml": ("volume", Decimal("0.001")),
    "hl": ("volume", Decimal(100)),
    "gal": ("volume", Decimal("3.785411784")),
    "bbl": ("volume", Decimal("158.987294928")),
    "m3": ("volume", Decimal(1000)),
    "m2": ("area", Decimal(1)),
    "each": ("number", Decimal(1)),
    "doz.": ("number", Decimal(12)),
    "gross": ("number", Decimal(144)),
    "thousand": ("number", Decimal(1000)),
    "pr.": ("pairs", Decimal(1)),
}
"""What a unit measures, and its size; exact by definition (a barrel is 42 gallons of 231 cubic inches)."""

_MONEY = re.compile(
    r"(?:\$\s*(?P<dollars>[\d.]+)|(?P<cents>[\d.]+)\s*(?:¢|cents?\b))\s*(?:/|(?=each\b))\s*(?P<unit>.+)"
)
_PERCENT = re.compile(r"([\d.]+)\s*%")
_PLACES = Decimal("1e-9")
_MOST_PCT = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What an entry says it holds.

    `amount`: how many units; `unit`: the unit as the user writes it; `value`: Customs value in US dollars,
    above 0.
    """

    amount: Decimal
    unit: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class UnitRate:
    """A rate of dollars a unit and percent of value; `unit` is as the schedule prints it."""

    dollars: Decimal
    unit: str
    percent: Decimal


def read_unit(text: str) -> str | None:
    """Return the name of a unit however it is spelled; None if it is none known."""
    plain = re.sub(r"\s+", " ", text.strip().lower()).rstrip(".").strip()
    return _UNITS.get(plain)


def unit_rate(text: str) -> UnitRate | None:
    """Return the rate that a text of the schedule states; None where it is not so much a unit, and percent.

    Rates on parts of the goods, on two units at once and those that refer elsewhere are None.
    """
    money: list[tuple[Decimal, str]] = []
    percent = Decimal(0)
    for part in re.split(r"\s*\+\s*", text.strip()):
        if found := _MONEY.fullmatch(part):
            amount = Decimal(found["dollars"] or found["cents"])
            money.append((amount if found["dollars"] else amount / 100, found["unit"].strip()))
        elif found := _PERCENT.fullmatch(part):
            percent += Decimal(found[1])
        else:
            return None
    if len(money) != 1 or re.search(r"[\d¢$%]\s*(¢|cents|%)|\bless\b|\bbut\b", money[0][1]):
        return None
    return UnitRate(*money[0], percent)


def exact_pct(text: str, quantity: Quantity) -> Decimal | None:
    """Return a specific or compound duty in percent of value; None if its text counts in no single unit.

    Raises `DataError` if the unit given does not fit, with that in which the schedule counts.
    """
    rate = unit_rate(text)
    if rate is None:
        return None
    units = _in_units(rate, quantity, text)
    percent = (rate.dollars * units / quantity.value * 100 + rate.percent).quantize(_PLACES)
    if percent > _MOST_PCT:
        problem = f"the duty of {text} on this quantity is more than a thousand times the value"
        remedy = f"check the quantity, which counts in {rate.unit}, and the value"
        raise DataError(problem, remedy=remedy, column="quantity", value=f"{quantity.amount} {quantity.unit}")
    return percent


def _in_units(rate: UnitRate, quantity: Quantity, text: str) -> Decimal:
    """Return a quantity in the unit of a rate."""
    given, wanted = read_unit(quantity.unit), read_unit(rate.unit)
    if _plain(quantity.unit) == _plain(rate.unit):
        return quantity.amount
    if given is not None and wanted is not None:
        (kind, size), (asked, whole) = _SIZES[given], _SIZES[wanted]
        if kind == asked:
            return quantity.amount * size / whole
    problem = f"the unit does not fit: the schedule counts in {rate.unit} ({text})"
    remedy = f"give the quantity in {rate.unit}"
    raise DataError(problem, remedy=remedy, column="unit", value=quantity.unit[:40] or "no unit")


def _plain(text: str) -> str:
    return re.sub(r"[\s.]", "", text.lower())
