"""Prose of the tariff timeline, every number computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise, takewhile

import pandas as pd

from trucewatch.duty.averages import on, value_on
from trucewatch.ledger.cell_types import OPEN_END
from trucewatch.ledger.ledger import Ledger
from trucewatch.page.numbers import day_name, points
from trucewatch.page.plain import plain
from trucewatch.page.style import Act
from trucewatch.reports.tariff_timeline.figures import Moment
from trucewatch.trade.definitions import reached_share
from trucewatch.trade.duty_averages import Side, suspended
from trucewatch.trade.weights import WEIGHTS

CHARGES = {"USA": "US duties on Chinese goods", "CHN": "China's duties on US goods"}
SIDES = {"USA": "the United States", "CHN": "China"}
ORIGINS = {"CHN": "China", "HKG": "Hong Kong", "MAC": "Macao"}
EVENTS = ("us_20250402_eo14256", "both_20251014_port_fees")
"""Acts on the timeline that are no part of an average: parcels and ships."""
_NAMED_PP = 0.5
"""A duty that moves an average by less than this is not named in a figure."""
DRIVERS = {
    "met_pp": "conditions of a duty that a code does not show (dual-use parts, patents, size)",
    "unmet_pp": "conditional exemptions, and lists known only in part",
    "claimed_pp": "exclusions and waivers that an importer has to claim",
}


def headline_definition(importer: str, lead: str, day: date) -> str:
    """Define a level of the average."""
    return f"Average of {CHARGES[importer]} on {day_name(day)}, weights: {lead.replace('_', ' ')}"


def events_table(ledger: Ledger) -> pd.DataFrame:
    """Return the events of the timeline: day, end, what, citation."""
    acts = [ledger.act[act_id] for act_id in EVENTS]
    return pd.DataFrame(
        {
            "from": [act.date_effective for act in acts],
            "until": [act.date_ended for act in acts],
            "event": [act.title for act in acts],
            "citation": [act.citation or act.instrument for act in acts],
            "confidence": [act.confidence for act in acts],
        }
    )


def long_title(sides: Mapping[str, Side], lead: str, since: date) -> str:
    """Compare today with the first day and with the day before the second trade war."""
    parts = []
    for name, one in sides.items():
        total, last = one.total(lead), one.panel.end - timedelta(days=1)
        start = points(value_on(total, one.panel.first))
        before, now = points(value_on(total, since)), points(value_on(total, last))
        years = f"{start} % in {one.panel.first:%Y}, {before} % in {since:%B %Y}"
        parts.append(f"{CHARGES[name]}: {years}, {now} % on {day_name(last)}")
    return "; ".join(parts)


def long_subtitle(lead: str) -> str:
    """Define the long figure."""
    return f"Average duty by authority, percent of customs value; weights: {lead.replace('_', ' ')}"


def bounds_title(widths: pd.DataFrame) -> str:
    """Say how wide the bounds are on the last day."""
    parts = [
        f"{CHARGES[str(importer)]} within {points(rows['width_pp'].iloc[-1])} points"
        for importer, rows in widths.groupby("importer", sort=False)
    ]
    return "What a code does not show: " + ", ".join(parts)


def peak(one: Side, name: str) -> tuple[float, date]:
    """Return the highest average and its first day."""
    total = one.total(name)
    at = int(total["rate_pct"].to_numpy().argmax())
    return float(total["rate_pct"].iloc[at]), total["valid_from"].iloc[at]


def finding(
    sides: Mapping[str, Side], lead: str, cliffs: pd.DataFrame, origin: str, announced: date | None = None
) -> str:
    """Say where both sides stand, how far below the peak, what comes back, and what is only announced."""
    last = sides["USA"].panel.end - timedelta(days=1)
    now = {name: value_on(one.total(lead), last) for name, one in sides.items()}
    top = {name: peak(one, lead) for name, one in sides.items()}
    below = sides["CHN"].waived.get(lead)
    waived = "" if below is None else f" ({points(value_on(below, last))} % as traded under its waiver)"
    months = " and ".join(dict.fromkeys(f"{day:%B %Y}" for _, day in top.values()))
    text = (
        f"On {day_name(last)} US duties on goods from {ORIGINS[origin]} average {points(now['USA'])} % and "
        f"China's on US goods {points(now['CHN'])} %{waived}, down from peaks of "
        f"{points(top['USA'][0])} % and {points(top['CHN'][0])} % in {months}"
    )
    moves = cliffs[cliffs["average_pp"].abs() >= 1].head(1)
    if not moves.empty:
        row = moves.iloc[0]
        side = "China's" if row["side"] == "CHN" else "the US"
        text += (
            f"; by the printed texts {side} average moves by {points(row['average_pp'], signed=True)} points "
            f"on {day_name(row['on'])}"
        )
        if announced and announced > row["on"]:
            text += f"; an extension to {day_name(announced)} is announced, but no legal text was found"
    return text + "."


def figure_title(sides: Mapping[str, Side], lead: str) -> str:
    """State which side charges more, since when without a break, and whether the bounds leave it open."""
    last = sides["USA"].panel.end - timedelta(days=1)
    totals = {name: one.total(lead) for name, one in sides.items()}

    def is_china_ahead(day: date) -> bool:
        return value_on(totals["CHN"], day) > value_on(totals["USA"], day)

    ahead = is_china_ahead(last)
    days = sorted({day for total in totals.values() for day in total["valid_from"]}, reverse=True)
    since = list(takewhile(lambda day: is_china_ahead(day) == ahead, days))[-1]
    top, below = ("CHN", "USA") if ahead else ("USA", "CHN")
    low, high = (
        value_on(sides[name].bounds(lead), last, end) for name, end in ((top, "low_pct"), (below, "high_pct"))
    )
    doubt = ", but the bounds overlap" if low <= high else ""
    return f"Since {day_name(since)} {SIDES[top]} charges more than {SIDES[below]} on average{doubt}"


def subtitle(lead: str, lens: str) -> str:
    """Define the average."""
    words = "as collected at entry" if lens == "as_collected" else "duties held unlawful counted as zero"
    return (
        f"Average duty by authority, percent of customs value, {words}; weights: {lead.replace('_', ' ')}. "
        "Shaded: phases of the truce"
    )


def alt(sides: Mapping[str, Side], lead: str, phases: pd.DataFrame) -> str:
    """Tell a reader who cannot see the figure what it shows."""
    parts = []
    for name, one in sides.items():
        levels = "; ".join(
            f"{row['label']} {points(value_on(one.total(lead), row['valid_from']))} %"
            for row in phases.to_dict("records")
        )
        parts.append(f"{CHARGES[name]} on the first day of each phase: {levels}.")
    return "Two step charts on one scale. " + " ".join(parts)


def lead_subtitle(lead: str) -> str:
    """Define the two lines, the bands and the points."""
    return (
        "Average duty by law, percent of customs value, weighted by the trade of "
        f"{lead.rpartition('_')[2]}; band: what a product code does not show"
        if lead.startswith("imports")
        else "Average duty by law, percent of customs value, every tariff line alike; band: what a product "
        "code does not show"
    )


def lead_alt(sides: Mapping[str, Side], lead: str, phases: pd.DataFrame) -> str:
    """Tell a reader who cannot see the lead chart what it shows."""
    return alt(sides, lead, phases).replace(
        "Two step charts on one scale.", "Two step lines on one axis, the highest weeks in a strip above it."
    )


def lead_note(published: pd.DataFrame) -> str:
    """Say how the axis is broken, and which published points are projections."""
    text = "The axis is broken between the weeks of the highest duties and the rest."
    projected = published.loc[published["is_projected"], "date"]
    if projected.empty:
        return text
    return f"{text} Yale’s points from {day_name(min(projected))} on are its own projection."


def moment_text(moment: Moment) -> str:
    """Say both averages with their bounds on a day, and what moved them."""
    levels = "; ".join(
        f"{SIDES[name][:1].upper()}{SIDES[name][1:]} {points(rate)}% (bounds {points(low)} to {points(high)})"
        for name, (rate, low, high) in moment.levels.items()
    )
    return f"From {day_name(moment.day)}: {levels}." + (f" {moment.acts}." if moment.acts else "")


def figure_acts(steps: pd.DataFrame, ledger: Ledger, since: date, events: bool = True) -> list[Act]:
    """Return the acts to number on the timeline: those behind the steps, and the events, one entry a day."""
    found: dict[date, list[str]] = {}
    for row in steps[steps["move_pp"].abs() >= _NAMED_PP].to_dict("records"):
        name = row["title"] or f"{row['authority']} changes"
        found.setdefault(row["date"], []).append(name)
    for act_id in EVENTS if events else ():
        act = ledger.act[act_id]
        if act.date_effective is not None and act.date_effective >= since:
            found.setdefault(act.date_effective, []).append(f"{act.title} (event, no part of the average)")
    return [Act(pd.Timestamp(day), "; ".join(dict.fromkeys(found[day]))) for day in sorted(found)]


def names_text() -> str:
    """Say what each band of the figure is."""
    return (
        "**The names.** *Base duty*: the ordinary duty on goods of most countries. *Section 301 lists*: the "
        "US duties of the first trade war, list by list, and their later steps; *answers*: China's to them. "
        "*Fentanyl* and *reciprocal*: the US emergency duties of the second trade war, in the end held "
        "unlawful, and China's answers. *Section 122*: the surcharge on goods of all countries that came in "
        "their place. *Section 232, 201*: duties on metals and other single goods, whichever country they "
        "come from. *Forced labour*: the Section 301 duty in the case on goods made by forced labour."
    )


def snapback_definition(last: date) -> str:
    """Define what would come back."""
    return (
        f"Rise of the average if the dated suspensions were lifted on {day_name(last)}; goods that a code "
        "does not show and exclusions that lapse are not in it"
    )


def snapback_text(sides: Mapping[str, Side], lead: str, ledger: Ledger) -> str:
    """Say what would come back on the last day, and what would on goods that no average can see."""
    last = sides["USA"].panel.end - timedelta(days=1)
    parts = []
    for name, one in sides.items():
        gap = suspended(one, lead, last)
        if gap > 0.05:
            parts.append(f"On {day_name(last)} {points(gap)} points of {CHARGES[name]} rest on suspensions.")
        else:
            parts.append(
                f"On {day_name(last)} no dated suspension holds down the average of {CHARGES[name]}."
            )
        if unseen := _unseen_suspensions(ledger, name, last):
            parts.append(
                f"Held back too, but in no average, as a code does not show the goods: {'; '.join(unseen)}."
            )
    return "**The dashed line.** It is the law with dated suspensions lifted. " + " ".join(parts)


def _unseen_suspensions(ledger: Ledger, importer: str, day: date) -> list[str]:
    """Name the dated legal suspensions of a day on duties that wait for a fact no code shows."""
    return [
        f"{plain(measure.title)} ({points(float(row.rate_if_lifted_pct), 0)} % from {day_name(row.valid_to)})"
        for row in ledger.suspensions
        if (measure := ledger.measure[row.measure_id]).importer == importer
        and measure.conditional_default == "conditional"
        and row.kind == "legal"
        and row.valid_from <= day < row.valid_to < OPEN_END
    ]


def reach_text(one: Side, ledger: Ledger, day: date) -> str:
    """Say which share of trade pays the reciprocal duty, by weights."""
    found = {name: reached_share(one, name, "IEEPA_RECIP", ledger, day) for name in one.weights}
    shares = [f"{points(100 * share)} % ({name.replace('_', ' ')})" for name, share in found.items()]
    return (
        f"**Who pays.** On {day_name(day)} the reciprocal duty reaches {', '.join(shares)} of trade; the "
        "rest is "
        "exempt under the annexes or pays a duty under Section 232 instead. Each extra point of that duty "
        "adds this share of a point to the average."
    )


def grid_text(grid: pd.DataFrame, importer: str) -> str:
    """Tell law from definition in the grid: spread within a day, change between days."""
    days = list(grid.columns[4:])
    own = grid.set_index("definition_id")
    sets = grid[grid["definition_id"].isin(WEIGHTS)]
    spreads = ", ".join(f"{points(sets[day].max() - sets[day].min())} on {day}" for day in days)
    lead = grid["definition_id"].iloc[0]
    changes = "; ".join(
        f"{points(own.loc[lead, after] - own.loc[lead, before], signed=True)} from {before} to {after}"
        for before, after in pairwise(days)
    )
    law = f"Between days, under one definition, the law moves it (points: {changes}). " if changes else ""
    return (
        f"**{CHARGES[importer]}.** On the same day, the choice of weights alone changes the average by "
        f"{spreads} (points). {law}On {days[0]} leaving out the base duty takes "
        f"{points(own.loc[lead, days[0]] - own.loc['no_base', days[0]])} points away; ignoring all "
        f"exemptions adds {points(own.loc['no_exemptions', days[0]] - own.loc[lead, days[0]])}."
    )


def bounds_text(widths: pd.DataFrame) -> str:
    """Name what drives the width of the bounds on the last day shown."""
    parts = []
    for importer, rows in widths.groupby("importer", sort=False):
        row = rows.iloc[-1]
        size = {name: abs(float(row[name])) for name in DRIVERS}
        main = max(size, key=lambda name: size[name])
        parts.append(
            f"On {row['date']} {CHARGES[str(importer)]} lie between {points(row['low_pct'])} and "
            f"{points(row['high_pct'])} %, {points(row['width_pp'])} points apart; most of it comes from "
            f"{DRIVERS[main]} ({points(float(row[main]), signed=True)} points)."
        )
    return " ".join(parts)


def gaps_text(gaps: pd.DataFrame) -> str:
    """Count the published averages by verdict and cause."""
    verdicts = gaps["verdict"].value_counts()
    causes = gaps.loc[gaps["cause"] != "", "cause"].value_counts()
    listed = ", ".join(f"{cause} {count}" for cause, count in causes.items())
    close, differs = int(verdicts.get("close", 0)), int(verdicts.get("differs", 0))
    return (
        f"**Against published averages.** {close} of {close + differs} comparable published averages are "
        f"within a point of ours. Causes of the other gaps: {listed}. "
        f"{verdicts.get('can not be computed', 0)} more cannot be computed from the law alone."
    )


def narrowed(origin: str, products: Sequence[str], lens: str, voyage_days: int) -> str:
    """Return what a run is narrowed to, for the front of every sentence; nothing for all Chinese goods."""
    parts = []
    if origin != "CHN":
        parts.append(f"US duties on goods from {ORIGINS[origin]}")
    if products:
        parts.append(f"codes {', '.join(products)} only")
    if lens != "as_collected":
        parts.append("duties held unlawful left out")
    if voyage_days:
        parts.append(f"goods {voyage_days} days on the water")
    return f"[{'; '.join(parts)}] " if parts else ""


def cliffs_text(cliffs: pd.DataFrame, last: date) -> str:
    """Say what lapses first and what moves most."""
    if cliffs.empty:
        return f"No date after {day_name(last)} stands in the texts within the days looked at."
    first = cliffs["on"].min()
    text = f"The next date is {day_name(first)}: {int((cliffs['on'] == first).sum())} entries. "
    moving = cliffs.dropna(subset=["average_pp"])
    if not moving.empty:
        row = moving.iloc[int(moving["average_pp"].abs().to_numpy().argmax())]
        goods = str(row["what"]).partition(": ")[0]
        text += (
            f"The largest move of an average is {points(row['average_pp'], signed=True)} points on "
            f"{day_name(row['on'])} ({goods}; confidence: {row['confidence']}). "
        )
    return (
        text + "This is what the printed texts say, not a forecast; announcements without a text are doubts."
    )


def how_measured(sides: Mapping[str, Side], lead: str) -> str:
    """Define the average, its weights and the days."""
    usa = sides["USA"]
    return (
        "The average is the sum over products of weight times duty. The duty of a product on a day comes "
        "from the "
        "ledger of legal acts by the same functions that answer a lookup; it is computed for each interval "
        "in which "
        "nothing changes and then given to the days, from "
        f"{day_name(usa.panel.first)} to {day_name(usa.panel.end - timedelta(days=1))}. Weights are fixed "
        "over time: "
        f"{usa.weights[lead].definition}; {sides['CHN'].weights[lead].definition}. A code that the "
        "schedule of a day "
        "does not hold is given to the lines that took its place. Chapters of special provisions, fees, "
        "anti-dumping duties and value-added tax are outside. A day is read with what is known now: an "
        "exemption granted later for days before it counts on those days, though importers could not see it "
        "then; duties later held unlawful count as the lens says."
    )


def limits(weights: pd.DataFrame) -> str:
    """Say what the report can not say, with the sizes."""
    usa = weights[weights["importer"] == "USA"].iloc[0]
    simple = weights[(weights["importer"] == "USA") & (weights["weights"] == "simple")]
    incomplete = float(simple["not_modelled_share"].iloc[0]) if len(simple) else 0.0
    return "\n".join(
        [
            "- The average is one of the law. What is collected differs: claims, exclusions, goods on the "
            "water and "
            "changed trade are in the report on realised duty.",
            "- The tariff schedules at hand are those of a few years; between them the nearest edition "
            "stands, and "
            f"{points(100 * usa['first_concorded_share'])} % of the US weight of the first years is spread "
            "over the "
            "lines that a code replaced.",
            "- China's MFN rates stand still after the last schedule at hand, its lists of March of the "
            "second trade "
            "war are known in part, and who holds a waiver is not published: hence the bounds.",
            "- The US weights of the older year are at six digits and include freight and insurance; lines "
            "of one "
            "six-digit code count the same.",
            f"- Specific duties without an equivalent count as zero: {points(100 * incomplete)} % of US "
            "lines under "
            f"simple weights, {points(100 * float(usa['not_modelled_share']), 2)} % of imports.",
            "- No table of each side's exports to the world is bundled, so averages weighted by it (PIIE) "
            "are "
            "compared, not reproduced.",
        ]
    )


def phase_text(levels: pd.DataFrame, lead: str) -> str:
    """Say in which phase each side was highest."""
    parts = []
    for importer, rows in levels.groupby("importer", sort=False):
        column = f"{lead}_pct"
        top, now = rows.sort_values(column).iloc[-1], rows.iloc[-1]
        parts.append(
            f"{CHARGES[str(importer)]} were highest in the phase “{top['phase']}” ({points(top[column])} % "
            "on "
            f"average over its days) and are {points(now[column])} % in the last one."
        )
    return " ".join(parts)


def authority_on(one: Side, lead: str, day: date) -> pd.DataFrame:
    """Return the average of a day by authority, those that charge something, largest first."""
    found = on(one.average[lead], day)
    return found[found["rate_pct"] > 0].sort_values("rate_pct", ascending=False, ignore_index=True)
