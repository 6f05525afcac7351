"""What the sentences of the brief rest on: facts computed from acts, dials and the reports' summaries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from trucewatch.ledger.policy_timeline import SIDES
from trucewatch.ledger.stances import HOSTILE
from trucewatch.page.numbers import billions, number, points
from trucewatch.reports.brief.dials import CONTROL_KINDS
from trucewatch.reports.brief.news import LEAST_MOVE_PP

DUTIES = {"USA": "US duties on Chinese goods", "CHN": "China's duties on US goods"}
DIALS = {
    "tariffs": "Tariffs",
    "at_risk": "What lapses soon",
    "controls": "Export controls",
    "purchases": "Purchases",
    "acts": "Acts of recent weeks",
}
#: What a reader calls a duty; the id of the authority where none is given.
AUTHORITIES = {
    "MFN": "base duty estimated from dollars a unit",
    "CN_MFN": "base duty",
    "S232_METAL": "Section 232 on metals",
    "CN_301R": "answers to the Section 301 lists",
    "CN_232R": "answer to the metals duties",
    "CN_FENT1": "answer to the first fentanyl duty",
}
#: Part of imports from which a duty that is not verified is named.
LEAST_SHARE = 0.001

_POINT = re.compile(r"^\s*[-*]\s+(.+)$", re.M)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
#: Letters of a limit that the brief repeats; whole sentences only.
_ROOM = 220


def acts_table(acts: pd.DataFrame) -> pd.DataFrame:
    """Return the new acts as a reader sees them: sides and states in words."""
    shown = acts[["date", "side", "title", "status", "confidence", "act_id"]]
    return shown.assign(
        side=shown["side"].map(SIDES), status=shown["status"].astype(str).str.replace("_", " ")
    )


def months_told(months: pd.DataFrame, units: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the newest months (`news.newest_months`), each with its value as text and its known changes."""
    return [
        {
            "series": row["series"],
            "month": row["month"],
            "text": f"USD {billions(row['value'])} billion"
            if units[row["series"]] == "USD"
            else f"{number(row['value'], ',.0f')} {units[row['series']]}",
            "changes": [
                (word, row[f"{word}_before"]) for word in ("month", "year") if pd.notna(row[f"{word}_before"])
            ],
        }
        for row in months.to_dict("records")
    ]


def cliffs_by_day(cliffs: pd.DataFrame) -> list[tuple[date, list[dict[str, Any]]]]:
    """Return what lapses or starts, day by day; `aside`: the move of the average, and the doubt."""
    days: dict[date, list[dict[str, Any]]] = {}
    for row in cliffs.sort_values("on", kind="stable").to_dict("records"):
        aside = []
        if pd.notna(row["average_pp"]) and abs(row["average_pp"]) >= LEAST_MOVE_PP:
            aside.append(f"average {points(row['average_pp'], signed=True)} points")
        if row["confidence"] != "verified":
            aside.append(row["confidence"])
        days.setdefault(row["on"], []).append({"side": row["side"], "what": row["what"], "aside": aside})
    return list(days.items())


def behind_the_dials(
    newest: pd.DataFrame, soon: Mapping[str, pd.DataFrame], acts: pd.DataFrame, net: pd.Series
) -> dict[str, Any]:
    """Return the numbers that the lines under the dials name.

    `newest`: `dials.newest`; `soon`: by side `dials.suspended_soon`; `acts`: `stances.act_days`; `net`:
    hostile less conciliatory acts by day.
    """
    day = newest.loc["controls", "as_of"]
    is_new = acts["kind"].isin(CONTROL_KINDS) & (acts["stance"] == HOSTILE) & (acts["date"] <= day)
    return {
        "gap_pp": {side: table["gap_pp"].iloc[-1] for side, table in soon.items()},
        "control_days": (day - acts.loc[is_new, "date"].max()).days,
        "net_acts": net.iloc[-1],
        "as_of": newest["as_of"].to_dict(),
    }


def dial_rows(newest: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the dials in their order, each with its title, and its name within a sentence."""
    return [
        {
            "title": title,
            "name": title[:1].lower() + title[1:],
            "value": newest["value"][name],
            "as_of": newest["as_of"][name],
        }
        for name, title in DIALS.items()
        if name in newest.index
    ]


def highest_and_lowest(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the dials of the highest and of the lowest value."""
    ranked = sorted(rows, key=lambda row: -row["value"])
    low = ranked[-1]
    lowest = [row["name"] for row in ranked if round(row["value"]) == round(low["value"])]
    return {"high": ranked[0], "low": low, "lowest": lowest}


def chronology_counts(acts: pd.DataFrame, last: date) -> dict[str, Any]:
    """Return how many acts up to a day escalate and how many conciliate, with the first and the last."""
    past = acts[acts["date"] <= last]
    counts = past["stance"].value_counts()
    return {
        **{stance: int(counts.get(stance, 0)) for stance in ("hostile", "conciliatory")},
        "first": past["date"].min(),
        "last": past["date"].max(),
    }


def unverified_duties(shares: Mapping[str, pd.Series]) -> list[tuple[str, list[tuple[str, float]]]]:
    """Return by side the duties that are not verified and reach a share of imports worth telling.

    `shares`: by side the share of imports by authority (`averages.unverified_shares`).
    """
    told = [
        (side, [(AUTHORITIES.get(str(name), str(name)), share) for name, share in by_name.items()
                if share >= LEAST_SHARE])
        for side, by_name in shares.items()
    ]  # fmt: skip
    return [(side, duties) for side, duties in told if duties]


def first_limits(summaries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the first limit of each report in its own words, cut at a sentence, and how many more it has."""
    found = []
    for summary in summaries:
        limits = _POINT.findall("\n".join(summary.get("limits", [])))
        if limits:
            text = _shortened(limits[0].replace("**", ""))
            more = len(limits) - 1
            found.append({"title": summary["title"], "report": summary["report"], "more": more, "text": text})
    return found


def _shortened(text: str) -> str:
    kept = ""
    for sentence in _SENTENCE.split(text):
        if kept and len(kept) + len(sentence) > _ROOM:
            break
        kept = f"{kept} {sentence}".strip()
    return kept
