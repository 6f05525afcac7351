"""The tables of `data/law` that tell of the law: phases, stances, chronology, special entries, deviations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from trucewatch.ledger.cell_types import (
    ALL_CODES,
    SIDES,
    CodeOrAll,
    Confidence,
    Flag,
    MaybeDay,
    MaybeText,
    Row,
    Text,
    choice,
)

if TYPE_CHECKING:
    import pandas as pd

DATE_FIELDS = ("date_announced", "date_signed", "date_published", "date_effective")
HOSTILE, CONCILIATORY, NEUTRAL = "hostile", "conciliatory", "neutral"
STANCES = (HOSTILE, CONCILIATORY, NEUTRAL)

DateField = Annotated[str, choice(*DATE_FIELDS)]


@dataclass(frozen=True, slots=True)
class Phase(Row):
    """`phases.csv`: a phase of the truce starts with an act and ends where the next one starts."""

    KEY: ClassVar = ("phase_id",)
    phase_id: Text
    label: Text
    act_id: Text
    date_field: DateField
    is_truce: Flag
    note: MaybeText


@dataclass(frozen=True, slots=True)
class Stance(Row):
    """`stances.csv`: which way a kind of act points, and single acts that their kind misleads about."""

    KEY: ClassVar = ("level", "name")
    level: Annotated[str, choice("kind", "act")]
    name: Text
    stance: Annotated[str, choice(*STANCES)]
    reason: MaybeText


@dataclass(frozen=True, slots=True)
class ChronologyEntry(Row):
    """`chronology.csv`: an act that mattered, and which of its days places it."""

    KEY: ClassVar = ("act_id",)
    act_id: Text
    date_field: DateField
    note: MaybeText


@dataclass(frozen=True, slots=True)
class SpecialEntry(Row):
    """`special_entries.csv`: a provision that takes a duty off goods and that their number does not show.

    It changes what an importer pays, not what the law says of a number, so that no total uses it. A report
    names it where a number was assessed less than the law asks.
    """

    KEY: ClassVar = ("code", "provision")
    code: CodeOrAll
    provision: Text
    what: Text
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText

    def names(self, number: str) -> bool:
        """Return whether it names a statistical number (a provision open to all names none)."""
        return self.code != ALL_CODES and number.startswith(self.code)

    def has_own_number(self, numbers: pd.Series) -> bool:
        """Return whether some of the numbers are statistical numbers of the provision itself."""
        return bool(numbers.str.startswith(self.provision.replace(".", "")).any())


DEVIATION_KINDS = {
    "basis": "charged on another value than the law says",
    "utilisation": "a relief that importers may use, counted as unused or used",
    "applicability": "a fact the code does not show, presumed",
    "timing": "a date or an edition that stands in for another",
    "gap": "law that is not in the ledger",
}
"""Kinds of departure from the letter of the law."""


@dataclass(frozen=True, slots=True)
class Deviation(Row):
    """`deviations.csv`: a departure from the letter of the law, and which claims undo it when."""

    KEY: ClassVar = ("deviation_id",)
    deviation_id: Text
    side: Annotated[str, choice(*SIDES)]
    kind: Annotated[str, choice(*DEVIATION_KINDS)]
    place: Text
    what: Text
    reason: Text
    evidence: Text
    effect: Text
    undone_by: MaybeText
    undone_on: MaybeDay
    assumption: MaybeText
    source: Text
    confidence: Confidence
