"""The words of the brief: the state line, what changed, why no index, what is not known. All computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from trucewatch.answers.truce_state import State
from trucewatch.ledger.cell_types import UNVERIFIED
from trucewatch.ledger.policy_timeline import SIDES
from trucewatch.page.numbers import billions, day_name, month_name, percent, points
from trucewatch.page.plain import plain

DUTIES = {"USA": "US duties on Chinese goods", "CHN": "China's duties on US goods"}


def finding(now: State) -> str:
    """Return the state of the truce, in words that stay true after the day the law was read to."""
    if now.truce_from is None:
        text = f"No truce has been in force since {day_name(now.phase_from)}, when “{now.phase}” began"
    else:
        text = f"{_truce_name(now)} has been in force since {day_name(now.truce_from)}"
    if now.next_cliff is None:
        text += "; the texts set no further date"
    elif now.next_cliff == now.printed_end:
        text += f" and, by the printed texts, was due to end on {day_name(now.next_cliff)}"
    else:
        text += f"; the next dated change of the texts was due on {day_name(now.next_cliff)}"
    if now.announced_end and now.announced_end > now.on and now.announced_end != now.printed_end:
        end = day_name(now.announced_end)
        text += f". Both sides have announced an extension to {end}, but no legal text was found"
    return f"{text}. This edition reads the law to {day_name(now.on)}."


def _truce_name(now: State) -> str:
    return f"The {now.truce_phase}" if now.truce_phase.endswith(" truce") else "The truce"


def phase_text(now: State) -> str:
    """Say which phase the last day lies in, and since when."""
    return f"The latest phase of the law is “{now.phase}”, since {day_name(now.phase_from)}."


def acts_table(acts: pd.DataFrame) -> pd.DataFrame:
    """Return the new acts as a reader sees them: sides and states in words."""
    shown = acts[["date", "side", "title", "status", "confidence", "act_id"]]
    return shown.assign(
        side=shown["side"].map(SIDES), status=shown["status"].astype(str).str.replace("_", " ")
    )


def changes(since: date, last: date, acts: pd.DataFrame, duties: pd.DataFrame, months: pd.DataFrame) -> str:
    """Return what changed as three points: acts, duties, data."""
    return "\n".join(f"- {part}" for part in (_acts(since, last, acts), _duties(duties), _data(months)))


def acts_caption(since: date) -> str:
    """Return the caption of the table of new acts."""
    return f"Official acts known after {day_name(since)}, the newest first"


def cliffs_list(cliffs: pd.DataFrame) -> str:
    """Return the next days on which something lapses or starts, a point a day, from the nearest on."""
    if cliffs.empty:
        return "The texts in the ledger set no further date."
    lines = []
    for _, rows in cliffs.groupby("on", sort=True):
        first = rows.iloc[0]
        lines.append(f"- **{day_name(first['on'])}**")
        for row in rows.to_dict("records"):
            move, aside = row["average_pp"], []
            if pd.notna(move) and abs(move) >= 0.05:
                aside.append(f"average {points(move, signed=True)} points")
            if row["confidence"] != "verified":
                aside.append(row["confidence"])
            note = f" ({', '.join(aside)})" if aside else ""
            lines.append(f"    - *{SIDES[row['side']]}:* {plain(row['what'])}{note}")
    return "\n".join(lines)


def _acts(since: date, last: date, acts: pd.DataFrame) -> str:
    span = f"After {day_name(since)} and up to {day_name(last)}"
    if acts.empty:
        return f"**Acts.** {span} the ledger holds no official act of either side."
    newest = acts.iloc[0]
    many = "1 official act" if len(acts) == 1 else f"{len(acts)} official acts, the newest"
    doubt = "" if newest["confidence"] == "verified" else f", {newest['confidence']}"
    status = str(newest["status"]).replace("_", " ")
    return (
        f"**Acts.** {span} the ledger holds {many} of {day_name(newest['date'])} "
        f"({SIDES[newest['side']]}): {plain(newest['title'])} ({status}{doubt})."
    )


def _duties(duties: pd.DataFrame) -> str:
    parts = []
    for row in duties.to_dict("records"):
        if abs(row["change_pp"]) >= 0.05:
            moved = f"moved from {points(row['before_pct'])} to {points(row['now_pct'])} %"
        else:
            moved = f"are {points(row['now_pct'])} %, unchanged"
            if row["last_move"] is not None:
                moved += (
                    f" since {day_name(row['last_move'])} ({points(row['last_move_pp'], signed=True)} points)"
                )
        parts.append(f"{DUTIES[row['side']]} {moved}")
    return f"**Duties.** {'; '.join(parts)}."


def _data(months: pd.DataFrame) -> str:
    parts = []
    for row in months.to_dict("records"):
        against = [
            f"{percent(row[name], signed=True)} on the {word} before"
            for name, word in (("month_before", "month"), ("year_before", "year"))
            if pd.notna(row[name])
        ]
        parts.append(
            f"{row['series']} in {month_name(row['month'])}: {row['text']}"
            + (f" ({', '.join(against)})" if against else "")
        )
    return f"**Data.** Newest months: {'; '.join(parts)}."


def month_texts(months: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """Add the value in words: dollars in billions, tonnes whole."""
    texts = [
        f"USD {billions(value)} billion" if units[name] == "USD" else f"{value:,.0f} {units[name]}"
        for name, value in zip(months["series"], months["value"], strict=True)
    ]
    return months.assign(text=texts)


def chronology_title(acts: pd.DataFrame, last: date) -> str:
    """Return the title of the chronology: hostile and conciliatory acts among those drawn."""
    past = acts[acts["date"] <= last]
    hostile, kind = (int((past["stance"] == name).sum()) for name in ("hostile", "conciliatory"))
    return (
        f"{hostile} escalations and {kind} conciliatory steps that mattered, "
        f"{month_name(pd.Timestamp(past['date'].min()))} to {month_name(pd.Timestamp(past['date'].max()))}"
    )


def chronology_alt(acts: pd.DataFrame) -> str:
    """Return the chronology in words."""
    return "A line of time that runs down. " + "; ".join(
        f"{day_name(row['date'])}, {SIDES[row['side']]}: {row['title']}"
        + (" (unverified)" if row["confidence"] == UNVERIFIED else "")
        for row in acts.to_dict("records")
    ) + "."  # fmt: skip


def unknowns(
    acts: pd.DataFrame,
    duties: Mapping[str, pd.Series],
    bounds: Mapping[str, pd.Series],
    stale: pd.DataFrame,
    failed: Sequence[Mapping[str, Any]],
    months: int = 3,
) -> str:
    """Return what is not known, in points, each from a table of the project.

    Parameters
    ----------
    acts
        Unverified official acts of the present truce.
    duties
        By side the share of imports that pays an unverified duty, by authority
        (`law.averages.unverified_shares`).
    bounds
        By side the row of `law.averages.bounds` on the last day.
    stale
        Reports by months behind (`brief.news.stale`).
    failed
        Summaries of reports with failed checks.
    months
        Data older than this are named.
    """
    items = []
    for row in acts.to_dict("records"):
        note = f" {plain(row['note'])}" if row["note"] else " No second source confirms it."
        items.append(f"**{plain(row['title'])}** ({day_name(row['date'])}).{note}")
    if unsure := [text for side, shares in duties.items() if (text := _unsure(side, shares))]:
        items.append(
            "**Duties charged by a rate or list that is not verified**, with the share of imports that pays "
            f"them: {'; '.join(unsure)}."
        )
    for side, average in bounds.items():
        items.append(
            f"**{DUTIES[side]}** average {points(average['rate_pct'])} % as the law is read; because some "
            f"duties depend on what a customs code does not show, it may be anywhere from "
            f"{points(average['low_pct'])} to {points(average['high_pct'])} %."
        )
    old = stale[stale["months_behind"] > months]
    if len(old):
        listed = "; ".join(
            f"[{row.title}](../{row.report}/report.html) to {row.data_asof}" for row in old.itertuples()
        )
        items.append(f"**What happened after the data end:** {listed}.")
    for summary in failed:
        count = summary["checks"]["failed"]
        items.append(
            f"**{count} published {'number' if count == 1 else 'numbers'}** not met within tolerance: "
            f"[{summary['title']}](../{summary['report']}/report.html)."
        )
    return "\n".join(f"- {point}" for point in items)


def _unsure(side: str, shares: pd.Series) -> str:
    """Name the duties that reach a share of the imports worth telling, the largest first."""
    told = [
        f"{_AUTHORITIES.get(str(name), name)} ({percent(share)})"
        for name, share in shares.items()
        if share >= _LEAST_SHARE
    ]
    return f"*{SIDES[side]}:* {', '.join(told)}" if told else ""


#: What a reader calls a duty; the id of the authority where none is given.
_AUTHORITIES = {
    "MFN": "base duty estimated from dollars a unit",
    "S232_METAL": "Section 232 on metals",
    "CN_301R": "answers to the Section 301 lists",
    "CN_232R": "answer to the metals duties",
    "CN_FENT1": "answer to the first fentanyl duty",
}
_LEAST_SHARE = 0.001

_POINT = re.compile(r"^\s*[-*]\s+(.+)$", re.M)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
#: Letters of a limit that the brief repeats; whole sentences only.
_ROOM = 220


def limits_of(summaries: Sequence[Mapping[str, Any]]) -> str:
    """Return the first limit of each page in its own words, cut at a sentence, with a link to the rest."""
    items = []
    for summary in summaries:
        limits = _POINT.findall("\n".join(summary.get("limits", [])))
        if limits:
            told = _shortened(limits[0].replace("**", ""))
            more = f" ({len(limits) - 1} more)" if len(limits) > 1 else ""
            items.append(f"- [{summary['title']}](../{summary['report']}/report.html){more}: {told}")
    return "\n".join(items)


def _shortened(text: str) -> str:
    kept = ""
    for sentence in _SENTENCE.split(text):
        if kept and len(kept) + len(sentence) > _ROOM:
            break
        kept = f"{kept} {sentence}".strip()
    return kept
