"""The tables of `data/law`, each as one dataclass: its fields are the columns, with the rule of each cell.

Everything that reads, checks or documents the ledger takes the column names, legal values and keys from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints

from trucewatch.ledger.cell_types import (
    ALL_CODES,
    ALWAYS,
    ANY_ORIGIN,
    CODE,
    CONFIDENCE,
    METALS,
    OPEN_END,
    SIDES,
    Code,
    CodeOrAll,
    Confidence,
    Day,
    Flag,
    Importer,
    Kind,
    MaybeAddress,
    MaybeDay,
    MaybeNumber,
    MaybePoints,
    MaybeRatePct,
    MaybeText,
    Number,
    Percentage,
    RatePct,
    Row,
    Share,
    Text,
    choice,
)
from trucewatch.ledger.chronicle import ChronologyEntry, Deviation, Phase, SpecialEntry, Stance

__all__ = [
    "ALL_CODES",
    "ALWAYS",
    "ANY_ORIGIN",
    "CODE",
    "CONFIDENCE",
    "METALS",
    "OPEN_END",
    "SPECIAL_CHAPTERS",
    "kinds_of",
    "worst",
]


SPECIAL_CHAPTERS = ("98", "99")
"""Chapters of special provisions and temporary headings: not goods of their own, in no average."""

BASES = ("full", "quantity", *(f"{start}{metal}" for start in ("", "full_") for metal in (*METALS, "metal")))
"""What a duty is charged on: a metal, or (`full_steel`) the full value, whose metal other duties spare.

A duty by `quantity` is shown with its text and not modelled.
"""


@dataclass(frozen=True, slots=True)
class EditionFact(Row):
    """`edition.csv`: `law_asof` and the like."""

    KEY: ClassVar = ("key",)
    key: Text
    value: Text
    note: MaybeText


@dataclass(frozen=True, slots=True)
class Act(Row):
    """`acts.csv`: one official act or event."""

    KEY: ClassVar = ("act_id",)
    act_id: Text
    side: Annotated[str, choice(*SIDES)]
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
        choice(
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
    tariff_pp: MaybePoints
    pp_kind: Annotated[str, choice("increment", "level", blank=True)]
    scope_note: MaybeText
    url: MaybeAddress
    source: Text
    source_2: MaybeText
    confidence: Confidence
    note: MaybeText

    @property
    def known_on(self) -> date | None:
        """The first day anyone could know of it: announced, else signed, else published."""
        return self.date_announced or self.date_signed or self.date_published

    @property
    def stands_on(self) -> date | None:
        """The day it stands at in a list of acts: the first anyone could know of it, else that of effect."""
        return self.known_on or self.date_effective


@dataclass(frozen=True, slots=True)
class Partner(Row):
    """`partners.csv`: a country or customs territory goods come from, and the names it goes by."""

    KEY: ClassVar = ("iso3",)
    iso3: Text
    iso2: Text
    name: Text
    aliases: MaybeText
    census_codes: Text
    imports_2024_usd: Number
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


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
    basis: Annotated[str, choice(*BASES)]
    mode: Annotated[str, choice("add", "floor", "apart")]
    stack_group: MaybeText
    stack_rank: MaybeNumber
    condition: MaybeText
    conditional_default: Annotated[str, choice("charged", "conditional", "exceptional", "relief", blank=True)]
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


def general_id(measure_id: str) -> str:
    """Return the measure that one for some origins, or on a claim, is a variant of; else itself."""
    return measure_id.partition("__")[0]


@dataclass(frozen=True, slots=True)
class Rate(Row):
    """`rates.csv`: the rate of a measure over an interval, as known over an interval."""

    KEY: ClassVar = ("measure_id", "valid_from", "known_from")
    measure_id: Text
    valid_from: Day
    known_from: Day
    valid_to: Day
    known_to: Day
    rate_pct: RatePct
    status: Annotated[
        str, choice("in_force", "suspended", "threatened", "announced", "scheduled", "void", "prohibited")
    ]
    act_id: MaybeText
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText

    @property
    def is_charged(self) -> bool:
        """Whether it is or was paid at entry; so was what a court later held unlawful."""
        return self.status in ("in_force", "scheduled", "void")

    @property
    def charged_pct(self) -> Decimal:
        """Percent that is or was paid at entry."""
        return self.rate_pct if self.is_charged else Decimal(0)


@dataclass(frozen=True, slots=True)
class MeasureScope(Row):
    """`measure_scopes.csv`: which list covers, or exempts from, a measure."""

    KEY: ClassVar = ("measure_id", "scope_id", "role", "valid_from")
    measure_id: Text
    scope_id: Text
    role: Annotated[str, choice("cover", "exempt")]
    valid_from: Day
    valid_to: Day
    note: MaybeText


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


@dataclass(frozen=True, slots=True)
class StackRule(Row):
    """`stack_rules.csv`: how measures meet."""

    KEY: ClassVar = ("rule_id", "valid_from")
    rule_id: Text
    valid_from: Day
    valid_to: Day
    kind: Annotated[str, choice("rank_within", "max_within", "priority", "suppress", "suppress_share")]
    winner: Text
    loser: Text
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class Suspension(Row):
    """`suspensions.csv`: what comes back when a suspension ends."""

    KEY: ClassVar = ("suspension_id",)
    suspension_id: Text
    measure_id: Text
    valid_from: Day
    valid_to: Day
    rate_if_lifted_pct: RatePct
    act_id: MaybeText
    kind: Annotated[str, choice("legal", "political")]
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


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
    rate_pct: RatePct
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


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


@dataclass(frozen=True, slots=True)
class BaseRate(Row):
    """`base_rates/<importer>.csv`: column 1 (MFN) by line and schedule edition."""

    KEY: ClassVar = ("code", "valid_from")
    code: Code
    valid_from: Day
    valid_to: Day
    rate_pct: MaybeRatePct
    rate_text: MaybeText
    kind: Annotated[str, choice("free", "ad_valorem", "specific", "compound")]
    ave_pct: MaybeRatePct
    ave_method: MaybeText
    edition: Text
    source: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ReducedRate(Row):
    """`reduced_rates.<side>.csv`: a lower column 1 rate that a fact the code does not show decides."""

    KEY: ClassVar = ("code", "condition", "valid_from")
    code: Code
    condition: Text
    valid_from: Day
    valid_to: Day
    rate_pct: RatePct
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class SpecialRate(Row):
    """`special_rates.<side>.csv`: a rate of the special column, for the programs whose symbols it prints."""

    KEY: ClassVar = ("code", "programs", "valid_from")
    code: Code
    programs: Text
    valid_from: Day
    valid_to: Day
    rate_pct: Number
    citation: Text
    source: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Preference(Row):
    """`preferences.<side>.csv`: a program of the special column, and what an importer claims to use it."""

    KEY: ClassVar = ("symbol", "origin_set", "valid_from")
    symbol: Text
    importer: Importer
    origin_set: Text
    program: Text
    valid_from: Day
    valid_to: Day
    claim: Text
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class Gap(Row):
    """`gaps.<side>.csv`: what the ledger does not hold about some origins on some days."""

    KEY: ClassVar = ("gap_id",)
    gap_id: Text
    importer: Importer
    origin_set: Text
    valid_from: Day
    valid_to: Day
    what: Text
    citation: Text


@dataclass(frozen=True, slots=True)
class ClaimName(Row):
    """`claim_names.csv`: a usual name of a claim, and a condition it stands for where a code has that one."""

    KEY: ClassVar = ("name", "means")
    name: Text
    means: Text
    note: MaybeText


@dataclass(frozen=True, slots=True)
class VatRate(Row):
    """`vat.<side>.csv`: value-added tax at import, which is no duty and never in a total."""

    KEY: ClassVar = ("code", "valid_from")
    code: CodeOrAll
    valid_from: Day
    valid_to: Day
    rate_pct: Percentage
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class ContentShare(Row):
    """`content_shares.csv`: default metal share of value, an estimate."""

    KEY: ClassVar = ("code",)
    code: Code
    steel: Share
    aluminum: Share
    copper: Share


@dataclass(frozen=True, slots=True)
class ExpectedAuthority(Row):
    """`expected_authorities.csv`: which authority must be live on a date, and for how much of trade."""

    KEY: ClassVar = ("importer", "on", "authority")
    importer: Importer
    on: Day
    authority: Text
    min_share_pct: Percentage
    max_share_pct: Percentage
    reason: MaybeText


SINGLE_TABLES: dict[str, type[Row]] = {
    "edition": EditionFact,
    "acts": Act,
    "partners": Partner,
    "origin_sets": OriginMember,
    "phases": Phase,
    "stances": Stance,
    "chronology": ChronologyEntry,
    "special_entries": SpecialEntry,
    "deviations": Deviation,
    "claim_names": ClaimName,
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
    "preferences": Preference,
    "gaps": Gap,
    "expected_authorities": ExpectedAuthority,
}
"""One file a side: `<table>.usa.csv`, `<table>.chn.csv`."""

INTERVALS = (
    ("valid_from", "valid_to"),
    ("known_from", "known_to"),
    ("entered_from", "entered_before"),
    ("loaded_from", "loaded_before"),
)

EDITION_DATES = (
    "law_asof",
    "china_hs2022_from",
    "china_mfn_last_schedule_ends",
    "trackers_read",
    "truce_end_announced",
    "truce_end_printed",
)
"""Facts of `edition.csv` that are days."""


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
