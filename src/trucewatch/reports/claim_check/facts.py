"""What the claim check says and shows of judged claims: counts, lists and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from trucewatch.reports.claim_check.baseline import Flip
from trucewatch.reports.claim_check.press_claims import (
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

#: The claims of later reports, shown apart; a file of data/claims.
SINCE = "autumn_2026.csv"

#: The report of the day whose text is public and nearest to the claims.
NEAREST_TEXT = "https://dailyasianage.com/news/344031/us-china-seek-to-avoid--trade-war-escalation"
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
#: Verdicts by what they mean for whoever repeats the sentence: a headline number each.
HEADLINES = {
    "supported": (TRUE, MOSTLY, CAME_TRUE),
    "not_supported": (MISLEADING, FALSE, DID_NOT),
    "not_checkable": (OPEN,),
}
_DECIMALS = 6
#: The finding names the sentences under a bad verdict while they are no more than these.
_FEW = 2
_REPORT = re.compile(r"headline:(\w+)\.")


def counts(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return how many statements and forecasts came to which verdict; `named`: the few that fail."""
    said = Counter(item.verdict for item in judged if item.claim.kind != FORECAST)
    foretold = Counter(item.verdict for item in judged if item.claim.kind == FORECAST)
    unchecked = said.pop(OPEN, 0) + foretold.pop(OPEN, 0)
    verdicts = [
        {"verdict": verdict, "count": said[verdict], "named": _named(judged, verdict)}
        for verdict in VERDICTS
        if said[verdict]
    ]
    return {
        "statements": said.total(),
        "verdicts": verdicts,
        "forecasts": foretold.total(),
        "came_true": foretold[CAME_TRUE],
        "open": unchecked,
        "sentences": len(judged),
    }


def _named(judged: Sequence[Judged], verdict: str) -> list[dict[str, Any]]:
    """Return the sentences that mislead or are false, while they are few."""
    found = [item for item in judged if item.verdict == verdict]
    if verdict not in (MISLEADING, FALSE) or len(found) > _FEW:
        return []
    return [
        {"text": item.claim.text, "holding": _holding(item), "definitions": len(item.definitions)}
        for item in found
    ]


def _holding(item: Judged) -> int:
    return sum(bool(one.holds) for one in item.definitions)


def failed(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the statements that fail by verdict, the false ones first, and apart from them the forecasts.

    A forecast that did not come about need not have been wrong to make.
    """
    by_verdict = {
        verdict: [item for item in judged if item.verdict == verdict]
        for verdict in (FALSE, MISLEADING, DID_NOT)
    }
    forecasts = by_verdict.pop(DID_NOT)
    return {"statements": [pair for pair in by_verdict.items() if pair[1]], "forecasts": forecasts}


def turned(flips: Iterable[Flip]) -> dict[str, Any]:
    """Return the verdicts that differ from the committed ones, and the claims without one."""
    flips = list(flips)
    changed = [flip for flip in flips if flip.was]
    return {"changed": changed, "new": [flip.claim_id for flip in flips if not flip.was]}


def sentences(judged: Sequence[Judged], flips: Iterable[Flip]) -> pd.DataFrame:
    """Return the table a reader sees first: what was said, the verdict with its sign, what would be right."""
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
    """Return the colour of each verdict as `sentences` writes it."""
    was = {flip.claim_id: flip.was for flip in flips if flip.was}
    return {signed(item.verdict, was.get(item.claim.claim_id, "")): SIGNS[item.verdict][1] for item in judged}


def verdicts(judged: Sequence[Judged], baseline: Mapping[str, str]) -> pd.DataFrame:
    """Return the table for machines: a row a claim, what was found against what was claimed."""
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


def claim_rows(judged: Sequence[Judged]) -> pd.DataFrame:
    """Return the rows of the claims: what is compared, and why the threshold is what it is."""
    columns = ["claim_id", "kind", "test", "definition", "threshold_reason"]
    return pd.DataFrame(
        [{name: getattr(item.claim, name) for name in columns} for item in judged], columns=columns
    )


def definitions(judged: Sequence[Judged]) -> pd.DataFrame:
    """Return all that was measured: a row a claim and definition, the leading one first."""
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
    """Return the reports whose headline numbers the claims name, in a test or in a sentence."""
    texts = [text for item in judged for text in (*item.claim.measured, item.claim.sentence)]
    return sorted({name for text in texts for name in _REPORT.findall(text)})


def reports_read(summaries: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the reports whose headline numbers the verdicts rest on, with their builds."""
    columns = ["report", "title", "data_asof", "law_asof", "build_id"]
    return pd.DataFrame([{name: item[name] or "" for name in columns} for item in summaries], columns=columns)


def levels(judged: Iterable[Judged]) -> list[Judged]:
    """Return what the figure draws: a level said to be about a number, measured in more than two ways."""
    return [item for item in judged if item.claim.claimed.startswith("about ") and len(item.definitions) > 2]


def levels_said(drawn: Iterable[Judged]) -> list[dict[str, Any]]:
    """Return each drawn level with what its definitions found, and under how many of them it is right."""
    return [
        {
            "text": item.claim.text,
            "claimed": claimed_number(item),
            "holding": _holding(item),
            "definitions": [one.found for one in item.definitions],
        }
        for item in drawn
    ]


def claimed_number(item: Judged) -> float:
    """Return the number of a claim that a level is about it."""
    return float(item.claim.claimed.removeprefix("about "))


def doubts(judged: Sequence[Judged]) -> dict[str, list[str]]:
    """Return the claims of low confidence, those nothing speaks of, and those that could only be refuted."""
    return {
        "doubtful": [item.claim.claim_id for item in judged if item.confidence == "low"],
        "silent": [item.claim.claim_id for item in judged if item.verdict == OPEN],
        "refutable": [item.claim.claim_id for item in judged if item.claim.best == OPEN],
    }


def _plain(value: float | date | str) -> str:
    """Write a value for a file: a day in ISO form, a number with at most six decimals."""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else f"{round(value, _DECIMALS):.12g}"
