"""The tests that rows of data/claims name, and the verdict they come to.

Each compares what a row measures with what it claims; `docs/claims.md` says how. A claim that holds under
its leading definition, but not all, is `mostly` right; one that holds under another alone is `misleading`.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from trucewatch.errors import nearest
from trucewatch.ledger.schema import Act
from trucewatch.page.numbers import day_name
from trucewatch.page.words import listing
from trucewatch.reports.claim_check.press_claims import (
    CAME_TRUE,
    DID_NOT,
    FALSE,
    FORECAST,
    MISLEADING,
    MOSTLY,
    OPEN,
    PLACEHOLDER,
    TRUE,
    Claim,
)
from trucewatch.reports.claim_check.references import (
    UNVERIFIED,
    Evidence,
    Found,
    UnresolvedError,
    act_of,
    act_source,
    act_text,
    number,
    resolve,
)

#: A day is a day later in Beijing: this far beyond the leeway a date is still mostly right.
_NEXT_DAY = 1
_LEVEL = re.compile(r"(about|at least|at most) (-?\d+(?:\.\d+)?)")
_PERIOD = re.compile(r"\d{4}(-\d\d){0,2}")
_CAUSE = "cause:"
_MONTHS = 12


@dataclass(frozen=True)
class Definition:
    """One thing a claim is measured by, and whether the claim holds of it."""

    found: Found
    holds: bool


@dataclass(frozen=True)
class Judged:
    """A claim and what its test came to.

    - `claim`: the row
    - `verdict`: one of `schema.VERDICTS`
    - `value`, `unit`: what the leading definition gives
    - `definitions`: all that was measured, the leading one first
    - `sentence`: the sentence that would be right, filled
    - `sources`: what the values were read from
    - `confidence`: the row's, or `low` if an act behind the verdict is unverified
    """

    claim: Claim
    verdict: str
    value: float | date | str
    unit: str
    definitions: tuple[Definition, ...]
    sentence: str
    sources: tuple[str, ...]
    confidence: str


@dataclass(frozen=True)
class _Outcome:
    verdict: str
    value: float | date | str
    unit: str
    definitions: tuple[Definition, ...]
    words: Mapping[str, str] = field(default_factory=dict)


def judge(claim: Claim, evidence: Evidence) -> Judged:
    """Test one claim.

    Raises `DataError` with file, row, column, value and remedy, if the row names a test, an act, a table, a
    report or a form that does not exist.
    """
    if claim.test not in TESTS:
        raise claim.error("test", "no such test", nearest(claim.test, TESTS))
    if not claim.measured:
        raise claim.error("measured", "nothing is measured", "name a reference or an act")
    try:
        outcome = TESTS[claim.test](claim, evidence)
    except UnresolvedError as error:
        raise claim.error("measured", error.problem, error.remedy) from error
    sources = dict.fromkeys(item.found.source for item in outcome.definitions)
    is_verified = all(item.found.is_verified for item in outcome.definitions)
    return Judged(
        claim,
        _worded(_capped(outcome.verdict, claim.best), claim.kind),
        outcome.value,
        outcome.unit,
        outcome.definitions,
        _sentence(claim, outcome, evidence),
        tuple(sources),
        claim.confidence if is_verified else "low",
    )


def judge_all(claims: Iterable[Claim], evidence: Evidence) -> list[Judged]:
    """Test claims in their order."""
    return [judge(claim, evidence) for claim in claims]


def date_of(claim: Claim, evidence: Evidence) -> _Outcome:
    """Did it happen on the day, or in the period, that the claim gives?"""
    found = resolve(_single(claim), evidence)
    if not isinstance(found.value, date):
        raise claim.error(
            "measured", "not a day", "name a date of an act, such as act:<act_id>.date_announced"
        )
    first, last = _period(claim)
    off = max((first - found.value).days, (found.value - last).days, 0) - claim.threshold
    verdict = TRUE if off <= 0 else MOSTLY if off <= _NEXT_DAY else FALSE
    return _Outcome(verdict, found.value, "", (Definition(found, off <= 0),))


def order_of(claim: Claim, evidence: Evidence) -> _Outcome:
    """Did the acts come in this order, close enough, and, of a cause, does the last one say so?"""
    acts = [act_of(act_id, evidence) for act_id in claim.measured]
    if len(acts) < 2:
        raise claim.error(
            "measured", "an order needs two acts", "name the acts in the order claimed, parted by ;"
        )
    days = [_known(act, claim) for act in acts]
    span = (days[-1] - days[0]).days
    is_cause = claim.claimed.startswith(_CAUSE)
    words = claim.claimed.removeprefix(_CAUSE).strip().lower()
    if not is_cause and words != "order":
        raise claim.error(
            "claimed", "no claim of an order", "write: order, or cause: <words of the last act>"
        )
    if days != sorted(days):
        verdict = FALSE
    elif span > claim.threshold:
        verdict = MISLEADING
    else:
        verdict = MOSTLY if is_cause and words not in act_text(acts[-1]) else TRUE
    pairs = tuple(
        Definition(_found(act, day, day_name(day)), day >= max(days[: at + 1]))
        for at, (act, day) in enumerate(zip(acts, days, strict=True))
    )
    return _Outcome(verdict, float(span), "days", pairs)


def level_of(claim: Claim, evidence: Evidence) -> _Outcome:
    """Is the number as claimed, under the leading definition and under the others?"""
    form = _LEVEL.fullmatch(claim.claimed)
    if form is None:
        raise claim.error("claimed", "no claim of a level", "write: about X, at least X, or at most X")
    relation, claimed = form[1], float(form[2])
    definitions = []
    for reference in claim.measured:
        found = resolve(reference, evidence)
        gap = number(found, reference) - claimed
        distance = {"about": abs(gap), "at least": -gap, "at most": gap}[relation]
        definitions.append(Definition(found, distance <= claim.threshold))
    holds = [item.holds for item in definitions]
    verdict = TRUE if all(holds) else MOSTLY if holds[0] else MISLEADING if any(holds) else FALSE
    leading = definitions[0].found
    return _Outcome(verdict, leading.value, leading.unit, tuple(definitions))


def mention_of(claim: Claim, evidence: Evidence) -> _Outcome:
    """Does the ledger's text of the acts speak of it?"""
    acts = [act_of(act_id, evidence) for act_id in claim.measured]
    said = " ".join(map(act_text, acts))
    terms = _listed(claim.claimed)
    there = [term for term in terms if term.lower() in said]
    missing = [term for term in terms if term not in there]
    share = len(there) / len(terms)
    verdict = TRUE if share == 1 else MOSTLY if share and share >= claim.threshold else OPEN
    found = tuple(
        Definition(_found(act, act.title, act.title), any(term.lower() in act_text(act) for term in terms))
        for act in acts
    )
    words = {name: listing(some or ["nothing"]) for name, some in (("found", there), ("missing", missing))}
    return _Outcome(verdict, 100 * share, "percent of terms", found, words)


def status_of(claim: Claim, evidence: Evidence) -> _Outcome:
    """Do the acts stand as claimed?"""
    acts = [act_of(act_id, evidence) for act_id in claim.measured]
    wanted = _listed(claim.claimed)
    if len(wanted) != len(acts):
        raise claim.error(
            "claimed", f"{len(wanted)} statuses for {len(acts)} acts", "give one an act, parted by ;"
        )
    holds = [act.status == status for act, status in zip(acts, wanted, strict=True)]
    share = sum(holds) / len(holds)
    verdict = TRUE if share == 1 else MOSTLY if share and share >= claim.threshold else FALSE
    pairs = tuple(
        Definition(_found(act, act.status, act.status.replace("_", " ")), held)
        for act, held in zip(acts, holds, strict=True)
    )
    return _Outcome(verdict, 100 * share, "percent of acts", pairs)


TESTS: dict[str, Callable[[Claim, Evidence], _Outcome]] = {
    "date": date_of,
    "order": order_of,
    "level": level_of,
    "mentioned": mention_of,
    "status": status_of,
}


def _capped(verdict: str, best: str) -> str:
    """Hold a verdict down to the best one its row allows; what a test refutes stays refuted."""
    if best == OPEN:
        return verdict if verdict == FALSE else OPEN
    return MOSTLY if best == MOSTLY and verdict == TRUE else verdict


def _worded(verdict: str, kind: str) -> str:
    """Put a verdict on a forecast in the words for one."""
    if kind != FORECAST or verdict == OPEN:
        return verdict
    return CAME_TRUE if verdict in (TRUE, MOSTLY) else DID_NOT


def _sentence(claim: Claim, outcome: _Outcome, evidence: Evidence) -> str:
    own = {
        "value": _shown(outcome.value, outcome.definitions),
        "law_asof": day_name(evidence.ledger.law_asof),
        **outcome.words,
    }

    def fill(match: re.Match[str]) -> str:
        reference, spec = match[1].strip(), match[2]
        if reference in own:
            return own[reference]
        try:
            found = resolve(reference, evidence)
        except UnresolvedError as error:
            raise claim.error("sentence", error.problem, error.remedy, reference) from error
        if spec is None:
            return found.text
        try:
            return format(found.value, spec).replace("-", "\N{MINUS SIGN}")
        except (ValueError, TypeError):
            raise claim.error("sentence", f"no format {spec!r} for it", "such as ,.1f", reference) from None

    return PLACEHOLDER.sub(fill, claim.sentence)


def _shown(value: float | date | str, definitions: Sequence[Definition]) -> str:
    if definitions and definitions[0].found.value == value:
        return definitions[0].found.text
    return f"{value:,.0f}" if isinstance(value, float) and math.isfinite(value) else str(value)


def _found(act: Act, value: float | date | str, text: str) -> Found:
    return Found(value, text, "", act.title, act_source(act), act.confidence != UNVERIFIED)


def _known(act: Act, claim: Claim) -> date:
    day = act.stands_on
    if day is None:
        raise claim.error(
            "measured", f"the act {act.act_id} has no date", "name another act, or date this one"
        )
    return day


def _single(claim: Claim) -> str:
    if len(claim.measured) != 1:
        raise claim.error("measured", "one reference is wanted", f"the test {claim.test} takes one")
    return claim.measured[0]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _period(claim: Claim) -> tuple[date, date]:
    """Return first and last day of what a claim gives: a day, a month, a year, or two of them."""
    first, dots, last = (part.strip() for part in claim.claimed.partition(".."))
    try:
        start, end = _span(first)[0], _span(last if dots else first)[1]
    except ValueError:
        raise claim.error("claimed", "no period", "write YYYY-MM-DD, YYYY-MM, YYYY, or first..last") from None
    if end < start:
        raise claim.error("claimed", "the period ends before it begins", "write first..last")
    return start, end


def _span(text: str) -> tuple[date, date]:
    if not _PERIOD.fullmatch(text):
        raise ValueError(text)
    year, month, day = (*(int(part) for part in text.split("-")), 0, 0)[:3]
    first, last = month or 1, month or _MONTHS
    return date(year, first, day or 1), date(year, last, day or calendar.monthrange(year, last)[1])
