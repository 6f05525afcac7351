"""The sentences and tables of the claim check: finding, flips, verdicts with their signs, limits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from trucewatch.page.numbers import day_name
from trucewatch.page.plain import plain
from trucewatch.reports.claim_check.baseline import Flip
from trucewatch.reports.claim_check.claims import (
    CAME_TRUE,
    DID_NOT,
    FALSE,
    FORECAST,
    MISLEADING,
    MOSTLY,
    OPEN,
    TRUE,
    VERDICTS,
)
from trucewatch.reports.claim_check.verdicts import Judged

#: By verdict: a sign that says it without colour, and the colour.
SIGNS = {
    TRUE: ("✓", "good"),
    MOSTLY: ("≈", "half"),
    MISLEADING: ("◐", "bad"),
    FALSE: ("✗", "bad"),
    CAME_TRUE: ("✓", "good"),
    DID_NOT: ("✗", "bad"),
    OPEN: ("?", "none"),
}
#: Verdicts by what they mean for whoever repeats the sentence.
HOLDS, FAILS = (TRUE, MOSTLY, CAME_TRUE), (MISLEADING, FALSE, DID_NOT)
#: Headline numbers: key, the verdicts they count, what they are.
HEADLINES = (
    ("supported", HOLDS, "Statements that are true or mostly true, and forecasts that came true"),
    ("not_supported", FAILS, "Statements that mislead or are false, and forecasts that did not come true"),
    ("not_checkable", (OPEN,), "Sentences that neither law nor tables can check"),
)
_DECIMALS = 6
#: The finding names the sentences under a bad verdict while they are no more than these.
_FEW = 2
_REPORT = re.compile(r"headline:(\w+)\.")


def finding(judged: Sequence[Judged], article_date: str) -> str:
    """The finding: how many statements and how many forecasts stood up."""
    said = Counter(item.verdict for item in judged if item.claim.kind != FORECAST)
    told = Counter(item.verdict for item in judged if item.claim.kind == FORECAST)
    said_open, told_open = said.pop(OPEN, 0), told.pop(OPEN, 0)
    parts = [
        f"{said[verdict]} {_told(verdict, said[verdict])}{_named(judged, verdict)}"
        for verdict in VERDICTS
        if said[verdict]
    ]
    sentence = (
        f"Of {said.total()} statements in a news article of {day_name(date.fromisoformat(article_date))} "
        f"that can be checked, {_list(parts)}"
    )
    if told:
        sentence += f"; of {told.total()} forecasts that can be tested, {told[CAME_TRUE]} came true"
    if said_open + told_open:
        sentence += f"; {said_open + told_open} of all {len(judged)} sentences cannot be checked here"
    return sentence + "."


def _named(judged: Sequence[Judged], verdict: str) -> str:
    """The sentences that mislead or are false, in brackets, while they are few."""
    found = [(item.claim, _defensible(item)) for item in judged if item.verdict == verdict]
    if verdict not in (MISLEADING, FALSE) or len(found) > _FEW:
        return ""
    return f" ({'; '.join(f'“{claim.text}”{defensible}' for claim, defensible in found)})"


def _defensible(item: Judged) -> str:
    """Say under how many definitions a claim could be defended, where there are several and one holds."""
    holding = sum(bool(one.holds) for one in item.definitions)
    if not holding:
        return ""
    return f", defensible under {holding} of {len(item.definitions)} definitions"


def flips_text(flips: Sequence[Flip]) -> str:
    """What differs from the committed verdicts, or that nothing does."""
    changed = [flip for flip in flips if flip.was]
    new = [flip.claim_id for flip in flips if not flip.was]
    told = []
    if changed:
        items = "; ".join(f"{flip.claim_id} was {flip.was}, is now **{flip.verdict}**" for flip in changed)
        told.append(
            f"**Flipped since the committed verdicts:** {items}. New data, law or rows turned them; the "
            "sentence beside each was written for the old verdict and may need a new wording."
        )
    if new:
        told.append(f"Without a committed verdict: {', '.join(new)}.")
    return " ".join(told) or "No verdict has turned since the last review."


def failed(judged: Sequence[Judged], law_asof: date) -> str:
    """List the statements that fail, the false ones first, and apart from them the forecasts.

    A forecast that did not come about need not have been wrong to make.
    """
    statements = [
        f"- **{item.claim.claim_id}, {verdict}:** {plain(item.claim.text)}. *Right:* {plain(item.sentence)}"
        for verdict in (FALSE, MISLEADING)
        for item in judged
        if item.verdict == verdict
    ]
    forecasts = [
        f"- **{item.claim.claim_id}:** {plain(item.claim.text)}. *Since:* {plain(item.sentence)}"
        for item in judged
        if item.verdict == DID_NOT
    ]
    lists = (
        ("Do not repeat these:", statements),
        (f"Did not come about by {day_name(law_asof)}:", forecasts),
    )
    told = ["\n".join([head, "", *lines]) for head, lines in lists if lines]
    return "\n\n".join(told) or "No sentence failed."


def sentences(judged: Sequence[Judged], flips: Iterable[Flip]) -> pd.DataFrame:
    """The table a reader sees first: what was said, the verdict with its sign, what would be right."""
    was = {flip.claim_id: flip.was for flip in flips if flip.was}
    return pd.DataFrame(
        [
            {
                "said": f"{item.claim.claim_id}. {item.claim.text}",
                "verdict": signed(item.verdict, was.get(item.claim.claim_id, "")),
                "right": item.sentence,
            }
            for item in judged
        ],
        columns=["said", "verdict", "right"],
    )


def signed(verdict: str, was: str = "") -> str:
    """Write a verdict with its sign, and what it was before it flipped."""
    return f"{SIGNS[verdict][0]} {verdict}" + (f" (flipped, was {was})" if was else "")


def marks(judged: Iterable[Judged], flips: Iterable[Flip]) -> dict[str, str]:
    """The colour of each verdict as `sentences` writes it."""
    was = {flip.claim_id: flip.was for flip in flips if flip.was}
    return {signed(item.verdict, was.get(item.claim.claim_id, "")): SIGNS[item.verdict][1] for item in judged}


def verdicts(judged: Sequence[Judged], baseline: Mapping[str, str]) -> pd.DataFrame:
    """The table for machines: a row a claim, what was found against what was claimed."""
    return pd.DataFrame(
        [
            {
                "claim_id": item.claim.claim_id,
                "verdict": item.verdict,
                "value": _plain(item.value),
                "threshold": item.claim.threshold,
                "source": "; ".join(item.sources),
                "unit": item.unit,
                "claimed": item.claim.claimed,
                "confidence": item.confidence,
                "committed": baseline.get(item.claim.claim_id, ""),
            }
            for item in judged
        ]
    )


def rows(judged: Sequence[Judged]) -> pd.DataFrame:
    """The rows of the claims: what is compared, and why the threshold is what it is."""
    columns = ["claim_id", "kind", "test", "definition", "threshold_reason"]
    return pd.DataFrame(
        [{name: getattr(item.claim, name) for name in columns} for item in judged], columns=columns
    )


def definitions(judged: Sequence[Judged]) -> pd.DataFrame:
    """The table of all that was measured: a row a claim and definition, the leading one first."""
    return pd.DataFrame(
        [
            {
                "claim_id": item.claim.claim_id,
                "definition": one.found.label,
                "value": _plain(one.found.value),
                "unit": one.found.unit,
                "claimed": item.claim.claimed,
                "holds": one.holds,
                "source": one.found.source,
            }
            for item in judged
            for one in item.definitions
        ],
        columns=["claim_id", "definition", "value", "unit", "claimed", "holds", "source"],
    )


def reports_named(judged: Iterable[Judged]) -> list[str]:
    """The reports whose headline numbers the claims name, in a test or in a sentence."""
    texts = [text for item in judged for text in (*item.claim.measured, item.claim.sentence)]
    return sorted({name for text in texts for name in _REPORT.findall(text)})


def reports_read(summaries: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The reports whose headline numbers the verdicts rest on, with their builds."""
    columns = ["report", "title", "data_asof", "law_asof", "build_id"]
    return pd.DataFrame([{name: item[name] or "" for name in columns} for item in summaries], columns=columns)


def rates(judged: Iterable[Judged]) -> list[Judged]:
    """The claims the figure draws: a level said to be about a number, measured in more than two ways."""
    return [
        item
        for item in judged
        if item.claim.claimed.startswith("about ") and len(item.definitions) > 2
    ]  # fmt: skip


def rates_title(drawn: Sequence[Judged]) -> str:
    """The title of the figure: under how many definitions each number holds."""
    parts = [
        f"“{claimed_number(item):g}” holds under {sum(one.holds for one in item.definitions)} of "
        f"{len(item.definitions)} definitions"
        for item in drawn
    ]
    return "; ".join(parts)


def rates_alt(drawn: Sequence[Judged]) -> str:
    """What the figure shows, in words."""
    return "; ".join(
        f"{item.claim.text}: "
        + ", ".join(f"{one.found.label} {one.found.text}" for one in item.definitions)
        for item in drawn
    )  # fmt: skip


def claimed_number(item: Judged) -> float:
    """The number of a claim that a level is about it."""
    return float(item.claim.claimed.removeprefix("about "))


def limits(judged: Sequence[Judged], law_asof: date) -> str:
    """What the claim check can not say."""
    doubtful = [item.claim.claim_id for item in judged if item.confidence == "low"]
    silent = [item.claim.claim_id for item in judged if item.verdict == OPEN]
    refutable = [item.claim.claim_id for item in judged if item.claim.best == OPEN]
    return (
        "- The claims are paraphrases; the wording of an article can be more careful, or less.\n"
        "- Thresholds were set with their reasons before the tests were run, by someone who knew the "
        "events: they are open to argument, and stand in the table.\n"
        f"- Silence is no refutation: what neither law nor tables speak of is not checkable "
        f"({', '.join(silent) or 'none'}). Of these, some tests could only have refuted the claim "
        f"({', '.join(refutable) or 'none'}).\n"
        "- Order is not cause: a claim of a cause is at best mostly right unless the record of the later "
        "act names the earlier.\n"
        f"- Forecasts are judged by what the ledger holds up to {day_name(law_asof)}; what could have come "
        "in their place can not be.\n"
        f"- Evidence of low confidence, or resting on an unverified act: {', '.join(doubtful) or 'none'}."
    )


def _plain(value: float | date | str) -> str:
    """A value for a file: a day in ISO form, a number with at most six decimals."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    return f"{round(value, _DECIMALS):.12g}"


def _told(verdict: str, count: int) -> str:
    if verdict == MISLEADING:
        return "misleads" if count == 1 else "mislead"
    return f"{'is' if count == 1 else 'are'} {'mostly true' if verdict == MOSTLY else verdict}"


def _list(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else "none stand"
