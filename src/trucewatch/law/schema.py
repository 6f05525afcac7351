"""The tables of `data/law`, each as one dataclass: its fields are the columns, with the rule of each cell.

Everything that reads, checks or documents the ledger takes the column names, legal values and keys from here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints

OPEN_END = date.max
"""How an interval without an end is written: 9999-12-31."""

CONFIDENCE = ("verified", "inferred", "unverified")
"""Best to worst."""

SIDES = ("USA", "CHN", "both")
METALS = ("steel", "aluminum", "copper")
ALL_CODES = "all"
ANY_ORIGIN = "*"
ALWAYS = "always"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
CODE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{8}|\d{10}")


@dataclass(frozen=True, slots=True)
class Kind:
    """The rule of a cell: how its text is read, and what a legal text looks like in words."""

    name: str
    parse: Callable[[str], Any]
    wanted: str
    may_be_blank: bool = False

    def read(self, text: str) -> Any:
        """Return the typed value; blank gives None where blank is allowed (and "" for text)."""
        if text == "":
            if not self.may_be_blank:
                raise ValueError("blank")
            return "" if self.name in ("text", "choice") else None
        return self.parse(text)


def _day(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits no such text
        raise ValueError(text) from error


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError(text)
    return text


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _code_or_all(text: str) -> str:
    return text if text == ALL_CODES else _code(text)


def _choice(*values: str, blank: bool = False) -> Kind:
    legal = frozenset(values)

    def parse(text: str) -> str:
        if text not in legal:
            raise ValueError(text)
        return text

    return Kind("choice", parse, "one of " + ", ".join(values), blank)


_TEXT = Kind("text", str, "some text")
_DAY = Kind("date", _day, "an ISO date such as 2025-05-14 (open end: 9999-12-31)")
_NUMBER = Kind("decimal", _decimal, "an exact decimal such as 7.5")

Text = Annotated[str, _TEXT]
MaybeText = Annotated[str, dataclasses.replace(_TEXT, may_be_blank=True)]
Day = Annotated[date, _DAY]
MaybeDay = Annotated[date | None, dataclasses.replace(_DAY, may_be_blank=True)]
Number = Annotated[Decimal, _NUMBER]
MaybeNumber = Annotated[Decimal | None, dataclasses.replace(_NUMBER, may_be_blank=True)]
Flag = Annotated[bool, Kind("flag", _flag, "`true` or `false`")]
Code = Annotated[str, Kind("code", _code, "a code of 2, 4, 6, 8 or 10 digits, without dots")]
CodeOrAll = Annotated[str, Kind("code", _code_or_all, "`all`, or a code of 2, 4, 6, 8 or 10 digits")]
Confidence = Annotated[str, _choice(*CONFIDENCE)]
Importer = Annotated[str, _choice("USA", "CHN")]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger and the place it came from (`line` is the line of the file, header = 1)."""

    KEY: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class EditionFact(Row):
    """`edition.csv`: `law_asof` and the like."""

    KEY: ClassVar = ("key",)
    key: Text
    value: Text
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Act(Row):
    """`acts.csv`: one official act or event."""

    KEY: ClassVar = ("act_id",)
    act_id: Text
    side: Annotated[str, _choice(*SIDES)]
    kind: Text
    instrument: MaybeText
    citation: MaybeText
    title: Text
    detail: MaybeText
    date_announced: MaybeDay
    date_signed: MaybeDay
    date_published: MaybeDay
    date_effective: MaybeDay
    date_ended: MaybeDay
    schedule_date: MaybeDay
    status: Annotated[
        str,
        _choice(
            "threat",
            "proposed",
            "announced",
            "in_force",
            "suspended",
            "terminated",
            "void",
            "expired",
            "event",
        ),
    ]
    tariff_pp: MaybeNumber
    pp_kind: Annotated[str, _choice("increment", "level", blank=True)]
    scope_note: MaybeText
    url: MaybeText
    source: Text
    source_2: MaybeText
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class OriginMember(Row):
    """`origin_sets.csv`: a country in a set of origins, over an interval."""

    KEY: ClassVar = ("origin_set", "iso3", "valid_from")
    origin_set: Text
    iso3: Text
    valid_from: Day
    valid_to: Day
    citation: MaybeText
    source: MaybeText
    confidence: Confidence
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Measure(Row):
    """`measures.csv`: one chapter 99 heading, or one list of a Chinese announcement."""

    KEY: ClassVar = ("measure_id",)
    measure_id: Text
    authority: Text
    importer: Importer
    origin_set: Text
    heading: MaybeText
    title: Text
    act_id: MaybeText
    basis: Annotated[str, _choice("full", *METALS, "metal")]
    mode: Annotated[str, _choice("add", "floor", "apart")]
    stack_group: MaybeText
    stack_rank: MaybeNumber
    condition: MaybeText
    conditional_default: Annotated[str, _choice("charged", "conditional", blank=True)]
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rate(Row):
    """`rates.csv`: the rate of a measure over an interval, as known over an interval."""

    KEY: ClassVar = ("measure_id", "valid_from", "known_from")
    measure_id: Text
    valid_from: Day
    known_from: Day
    valid_to: Day
    known_to: Day
    rate_pct: Number
    status: Annotated[str, _choice("in_force", "suspended", "threatened", "announced", "scheduled", "void")]
    act_id: MaybeText
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class MeasureScope(Row):
    """`measure_scopes.csv`: which list covers, or exempts from, a measure."""

    KEY: ClassVar = ("measure_id", "scope_id", "role", "valid_from")
    measure_id: Text
    scope_id: Text
    role: Annotated[str, _choice("cover", "exempt")]
    valid_from: Day
    valid_to: Day
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ScopeRow(Row):
    """`scopes/<scope_id>.csv`: a code of a statutory list."""

    KEY: ClassVar = ("code", "valid_from", "known_from")
    code: Code
    valid_from: Day
    known_from: Day
    valid_to: Day
    known_to: Day
    is_included: Flag
    condition: MaybeText
    citation: Text
    source: Text
    confidence: Confidence
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class StackRule(Row):
    """`stack_rules.csv`: how measures meet."""

    KEY: ClassVar = ("rule_id", "valid_from")
    rule_id: Text
    valid_from: Day
    valid_to: Day
    kind: Annotated[str, _choice("max_within", "priority", "suppress", "suppress_share")]
    winner: Text
    loser: Text
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Suspension(Row):
    """`suspensions.csv`: what comes back when a suspension ends."""

    KEY: ClassVar = ("suspension_id",)
    suspension_id: Text
    measure_id: Text
    valid_from: Day
    valid_to: Day
    rate_if_lifted_pct: Number
    act_id: MaybeText
    kind: Annotated[str, _choice("legal", "political")]
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TransitRule(Row):
    """`transit_rules.csv`: goods on the water keep an older rate."""

    KEY: ClassVar = ("rule_id",)
    rule_id: Text
    measure_id: Text
    entered_from: Day
    entered_before: Day
    loaded_from: MaybeDay
    loaded_before: Day
    rate_pct: Number
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Exclusion(Row):
    """`exclusions.csv`: a claim an importer may make."""

    KEY: ClassVar = ("exclusion_id", "code", "valid_from")
    exclusion_id: Text
    code: CodeOrAll
    valid_from: Day
    valid_to: Day
    heading: MaybeText
    measure_group: Text
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class BaseRate(Row):
    """`base_rates/<importer>.csv`: column 1 (MFN) by line and schedule edition."""

    KEY: ClassVar = ("code", "valid_from")
    code: Code
    valid_from: Day
    valid_to: Day
    rate_pct: MaybeNumber
    rate_text: MaybeText
    kind: Annotated[str, _choice("free", "ad_valorem", "specific", "compound")]
    ave_pct: MaybeNumber
    ave_method: MaybeText
    edition: Text
    source: Text
    confidence: Confidence
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class VatRate(Row):
    """`vat.<side>.csv`: value-added tax at import, which is no duty and never in a total."""

    KEY: ClassVar = ("code", "valid_from")
    code: CodeOrAll
    valid_from: Day
    valid_to: Day
    rate_pct: Number
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ContentShare(Row):
    """`content_shares.csv`: default metal share of value, an estimate."""

    KEY: ClassVar = ("code",)
    code: Code
    steel: Number
    aluminum: Number
    copper: Number
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ExpectedAuthority(Row):
    """`expected_authorities.csv`: which authority must be live on a date, and for how much of trade."""

    KEY: ClassVar = ("importer", "on", "authority")
    importer: Importer
    on: Day
    authority: Text
    min_share_pct: Number
    max_share_pct: Number
    reason: MaybeText
    file: str = ""
    line: int = 0


SINGLE_TABLES: dict[str, type[Row]] = {
    "edition": EditionFact,
    "acts": Act,
    "origin_sets": OriginMember,
}
"""One file each."""

SIDED_TABLES: dict[str, type[Row]] = {
    "measures": Measure,
    "rates": Rate,
    "measure_scopes": MeasureScope,
    "stack_rules": StackRule,
    "suspensions": Suspension,
    "transit_rules": TransitRule,
    "exclusions": Exclusion,
    "expected_authorities": ExpectedAuthority,
}
"""One file a side: `<table>.usa.csv`, `<table>.chn.csv`."""

INTERVALS = (("valid_from", "valid_to"), ("known_from", "known_to"), ("entered_from", "entered_before"))


def kinds_of(row_type: type[Row]) -> dict[str, Kind]:
    """Return the columns of a table and the rule of each cell, in file order."""
    kinds: dict[str, Kind] = _kinds(row_type)  # type: ignore[arg-type]  # a class is hashable
    return kinds


@cache
def _kinds(row_type: Any) -> dict[str, Kind]:
    hints = get_type_hints(row_type, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}


def worst(*confidences: str) -> str:
    """Return the worst of some confidences (none: `verified`)."""
    return max(confidences, key=CONFIDENCE.index, default=CONFIDENCE[0])
