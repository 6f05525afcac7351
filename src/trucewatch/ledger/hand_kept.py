"""The hand-kept files outside `data/law`, under the same reader: published numbers, claims, elasticities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from trucewatch.errors import LedgerError
from trucewatch.ledger.cell_types import (
    ALL_CODES,
    Code,
    Confidence,
    Day,
    MaybeAddress,
    MaybeNumber,
    MaybeText,
    Number,
    Row,
    Text,
    choice,
    number,
)
from trucewatch.ledger.checks import fault
from trucewatch.ledger.reading import Finding, cell_findings, read_sheet, read_text_sheet
from trucewatch.paths import project_root

STATUSES = ("gate", "information", "not_reproducible", "by_construction")
TOLERANCE_KINDS = ("abs", "rel")
GAP_CAUSES = (
    *("weights", "claims", "exemptions", "deals", "reach of lists"),
    *("base duty", "dates", "vintage", "our doubt"),
)
"""Why our number and a published one differ; each gap gets one."""
PARAMETERS = ("sigma", "eta", "kappa", "rho", "wedge")
SHAPES = ("truncated_normal", "scaled_beta", "uniform", "as_sigma")

EvidenceGrade = Annotated[str, choice("high", "medium", "low", "verified", "inferred", "unverified")]
UpFromZero = Annotated[Any, number(0, 10**12, blank=True)]


@dataclass(frozen=True, slots=True)
class Published(Row):
    """`data/benchmarks/published.csv`: a published number, what it means, how close ours must come."""

    KEY: ClassVar = ("check_id",)
    check_id: Text
    report: MaybeText
    publisher: Text
    series: Text
    date: MaybeText
    value: Number
    unit: MaybeText
    tolerance: UpFromZero
    tolerance_kind: Annotated[str, choice(*TOLERANCE_KINDS, blank=True)]
    tolerance_reason: MaybeText
    definition: MaybeText
    url: MaybeAddress
    status: Annotated[str, choice(*STATUSES)]
    confidence: EvidenceGrade
    note: MaybeText
    measured: MaybeText
    cause: Annotated[str, choice(*GAP_CAUSES, blank=True)]
    why: MaybeText


@dataclass(frozen=True, slots=True)
class ClaimCells(Row):
    """`data/claims/claims.csv`: what was said, what tests it, and the threshold fixed beforehand."""

    KEY: ClassVar = ("claim_id",)
    claim_id: Text
    text: Text
    speaker: Text
    kind: Text
    test: Text
    measured: Text
    claimed: Text
    threshold: Annotated[Any, number(0, 10**12)]
    threshold_reason: Text
    best: MaybeText
    definition: Text
    source: Text
    sentence: Text
    confidence: EvidenceGrade


@dataclass(frozen=True, slots=True)
class Verdict(Row):
    """`data/claims/baseline.csv`: the verdict on a claim at the last review."""

    KEY: ClassVar = ("claim_id",)
    claim_id: Text
    verdict: Text


@dataclass(frozen=True, slots=True)
class Elasticity(Row):
    """`data/scenario/elasticities.csv`: a parameter of the market model in one preset, and its spread."""

    KEY: ClassVar = ("preset", "parameter")
    preset: Text
    parameter: Annotated[str, choice(*PARAMETERS)]
    distribution: Annotated[str, choice(*SHAPES)]
    centre: Number
    sd: UpFromZero
    low: MaybeNumber
    high: MaybeNumber
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class Assumption(Row):
    """`data/scenario/assumptions.csv`: a number of the base year that no table gives."""

    KEY: ClassVar = ("key",)
    key: Text
    value: Number
    unit: Text
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class RefundWindow(Row):
    """`data/refunds/windows.csv`: by which route an entry is open for a refund, and for how long."""

    KEY: ClassVar = ("window_id",)
    window_id: Text
    applies_to: Annotated[str, choice("not_liquidated", "liquidated")]
    opens: Day
    days: MaybeNumber
    title: Text
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class InterestRate(Row):
    """`data/refunds/interest_rates.csv`: interest on duties paid too much (19 U.S.C. 1505(c)), by quarter."""

    KEY: ClassVar = ("quarter",)
    quarter: Day
    corporation_pct: UpFromZero
    other_pct: UpFromZero
    citation: Text
    source: Text
    confidence: Confidence
    note: MaybeText


@dataclass(frozen=True, slots=True)
class EverydayWords(Row):
    """`data/words/everyday_words.csv`: what people call the goods of a code."""

    KEY: ClassVar = ("code",)
    code: Code
    words: Text


@dataclass(frozen=True, slots=True)
class LineName(Row):
    """`data/words/line_names.csv`: the name of a line that has no number of ten digits."""

    KEY: ClassVar = ("code",)
    code: Code
    name: Text


@dataclass(frozen=True, slots=True)
class Correction(Row):
    """`data/editions/corrections.csv`: what an edition answers otherwise than the one before, and where."""

    KEY: ClassVar = ("correction_id",)
    correction_id: Text
    on: Day
    since_edition: Text
    kind: Annotated[str, choice("correction", "addition")]
    importer: Annotated[str, choice("USA", "CHN", "both")]
    codes: Text
    title: Text
    detail: Text
    note: MaybeText

    def touches(self, importer: str, code: str) -> bool:
        """Return whether the answer on a code may differ from that of the edition before."""
        return self.importer in (importer, "both") and any(
            start == ALL_CODES or code.startswith(start) or start.startswith(code)
            for start in self.codes.split()
        )


@dataclass(frozen=True, slots=True)
class ActWords(Row):
    """`data/words/act_words.csv`: words by which people look for an act that its title does not have."""

    KEY: ClassVar = ("act_id",)
    act_id: Text
    words: Text


PUBLISHED = "data/benchmarks/published.csv"
CLAIMS = "data/claims/claims.csv"
LATER_CLAIMS = "data/claims/autumn_2026.csv"
BASELINE = "data/claims/baseline.csv"
ELASTICITIES = "data/scenario/elasticities.csv"
ASSUMPTIONS = "data/scenario/assumptions.csv"
REFUND_WINDOWS = "data/refunds/windows.csv"
INTEREST_RATES = "data/refunds/interest_rates.csv"
EVERYDAY_WORDS = "data/words/everyday_words.csv"
LINE_NAMES = "data/words/line_names.csv"
CORRECTIONS = "data/editions/corrections.csv"
ACT_WORDS = "data/words/act_words.csv"

FILES: dict[str, type[Row]] = {
    PUBLISHED: Published,
    CLAIMS: ClaimCells,
    LATER_CLAIMS: ClaimCells,
    BASELINE: Verdict,
    ELASTICITIES: Elasticity,
    ASSUMPTIONS: Assumption,
    REFUND_WINDOWS: RefundWindow,
    INTEREST_RATES: InterestRate,
    EVERYDAY_WORDS: EverydayWords,
    LINE_NAMES: LineName,
    CORRECTIONS: Correction,
    ACT_WORDS: ActWords,
}
"""Every file by its name below the project, and what a row is: `trucewatch doctor` reads them all."""


def faults_of(row: Row) -> Iterator[Finding]:
    """Find what is wrong between the cells of one row."""
    if isinstance(row, Published):
        if row.status == "gate" and row.tolerance is None:
            yield fault(row, "gates", "tolerance", "a gate without a tolerance", "write its size")
        if row.tolerance is not None and not row.tolerance_kind:
            kinds = " or ".join(TOLERANCE_KINDS)
            yield fault(row, "gates", "tolerance_kind", "a tolerance of no kind", f"write {kinds}")
        if row.status == "gate" and not row.tolerance_reason:
            problem, remedy = "a gate without a reason for its tolerance", "say why this is close enough"
            yield fault(row, "gates", "tolerance_reason", problem, remedy)
    if isinstance(row, Elasticity) and row.distribution != "as_sigma":
        for column in ("low", "high"):
            if getattr(row, column) is None:
                yield fault(row, "limits", column, "no limit", "write a decimal")
        if row.low is not None and row.high is not None and not row.low <= row.centre <= row.high:
            yield fault(row, "limits", "centre", "the centre lies outside its limits", "correct low or high")


def kept_findings(root: Path) -> Iterator[Finding]:
    """Find every file of `FILES` that is missing and every cell that breaks its rule."""
    for name, row_type in FILES.items():
        try:
            sheet = read_text_sheet(root / name, row_type, name)
        except LedgerError as error:
            yield Finding("error", "files", error.problem, error.remedy, name, None, None)
            continue
        faults = list(cell_findings(sheet))
        yield from faults
        if not faults:
            yield from (found for row in sheet.rows for found in faults_of(row))


def read_kept(name: str, root: Path | None = None) -> tuple[Any, ...]:
    """Return the typed rows of a file of `FILES`.

    Raises `LedgerError` if the file is missing or a cell breaks its rule, with file, row, column, value and
    remedy.
    """
    rows = read_sheet((root or project_root()) / name, FILES[name], name).rows
    for row in rows:
        for finding in faults_of(row):
            raise finding.error()
    return rows
