"""The sentences of the report on the export blacklist: finding, titles, notes, limits; all computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from trucewatch.page.numbers import billions, day_name, percent
from trucewatch.reports.export_controls.measures import RuleLife

if TYPE_CHECKING:
    from trucewatch.page.benchmarks import Published

_NO_FIRMS = "no unlisted firm"
#: Thresholds of the table that shows how the reach hangs on them.
THRESHOLDS = (0.1, 0.25, 0.5, 0.6, 0.75)


def finding(added: pd.DataFrame, life: RuleLife, published: Mapping[str, Published]) -> str:
    """The finding: parties named in the year, the rule that named nobody, how far others say it reached."""
    year = life.effective.year
    named = int(added.loc[added["date_published"].dt.year == year, "china_added"].sum())
    low = min(published["moodys_reach_china"].value, published["wirescreen_reach_china"].value)
    high = max(published["moodys_reach_china"].value, published["wirescreen_reach_china"].value)
    return (
        f"In {year} the United States put at least {named} Chinese parties on its Entity List by name. For "
        f"{life.days} days from {day_name(life.effective)} a rule extended the controls to any firm at least "
        f"half owned by listed companies: in China nearly {low:,} firms by one private estimate, more than "
        f"{high:,} by another."
    )


def listings_title(phases: pd.DataFrame) -> str:
    """Title of the first figure: what was added during the truce, and under the rule."""
    truce = phases.set_index("phase")["china_known"]
    return (
        f"In the rules we have, {truce['Geneva truce']} Chinese parties were named between the Geneva truce "
        f"and the affiliates rule, {truce['affiliates rule in force']} more while it was in force"
    )


def listings_alt(sums: pd.DataFrame, holes: pd.DataFrame, life: RuleLife) -> str:
    """What the first figure shows, in words."""
    return (
        f"A step line of Chinese parties added by name and known from abstracts, "
        f"{int(sums['known'].iloc[-1])} in the "
        f"whole table. Hatched: {len(holes)} stretches without a rule in the table, and the time after it "
        f"ends. "
        f"Shaded: the affiliates rule, {day_name(life.effective)} to {day_name(life.suspended)}."
    )


def listings_note(holes: pd.DataFrame, limit: int, table_ends: pd.Timestamp) -> str:
    """What the signs of the first figure mean and where the table is silent."""
    spans = "; ".join(
        f"{day_name(left)} to {day_name(right)}"
        for left, right in zip(holes["first"], holes["last"], strict=True)
    )
    return (
        "Each disc is a rule: full where its Chinese count is known, open where only a total is, a cross "
        f"where neither is. Not every rule is in the table. Stretches of more than {limit} days without a "
        f"rule, where the line breaks: {spans or 'none'}. The table ends on "
        f"{day_name(table_ends)}. Removals are not deducted."
    )


def unknown_text(added: pd.DataFrame, sums: pd.DataFrame, rules: pd.DataFrame) -> str:
    """How much of the table is not known."""
    counts = added["known"].value_counts()
    unverified = int((rules["list"] == "unverified list").sum())
    both = int((rules["list"] == "both").sum())
    return (
        f"Of {len(added)} rules that touch the Entity List, {counts.get('china', 0)} give a Chinese count, "
        f"{counts.get('total only', 0)} only a total and {counts.get('nothing', 0)} neither. The known "
        f"Chinese counts "
        f"add up to {int(sums['known'].iloc[-1])}. If every entity of the rules with only a total were "
        f"Chinese, it "
        f"would be {int(sums['most'].iloc[-1]):,}; the truth lies between for these rules, and the rules "
        f"that the "
        f"table does not hold come on top. {unverified} rules concern the Unverified List alone and add "
        f"nobody here; "
        f"{both} more concern both lists and are kept."
    )


def life_text(life: RuleLife, law_asof: str) -> str:
    """The life of the affiliates rule."""
    doubt = (
        f"; no legal text of that was found, and the ledger marks it {life.announced_confidence}"
        if life.announced_confidence != "verified"
        else ""
    )
    return (
        f"The affiliates rule took effect on {day_name(life.effective)} and was suspended from "
        f"{day_name(life.suspended)}: "
        f"{life.days} days. It applied to firms of every country, not to China's alone. By the printed text "
        f"it "
        f"returns on {day_name(life.printed_return)}; an extension of the suspension to "
        f"{day_name(life.announced_return)} was "
        f"announced{doubt}. The ledger speaks up to {law_asof}."
    )


def rule_title(added: pd.DataFrame) -> str:
    """Title of the bars: the largest listing, and the largest known Chinese part, of the table."""
    most = added.sort_values("total_added", kind="stable").dropna(subset=["total_added"]).iloc[-1]
    largest = int(added["china_added"].max())
    days = [day_name(date) for date in added.loc[added["china_added"] == largest, "date_published"]]
    part = f"{most['china_added']} Chinese" if most["known"] == "china" else "Chinese part not given"
    return (
        f"In the rules we have, the largest listing added {most['total_added']} parties "
        f"({day_name(most['date_published'])}, {part}); the largest known Chinese part is {largest} "
        f"({' and '.join(days)})"
    )


def exports_title(table: pd.DataFrame) -> str:
    """Title of the exports: which way chips and chip machines went between the last two years."""
    before, after = table.columns[-2:]
    parts = []
    for heading, name in (("8542", "chips"), ("8486", "chip machines")):
        row = _heading(table, heading)
        change = float(row[after] / row[before] - 1)
        verb = "rose" if change >= 0 else "fell"
        parts.append(f"exports of {name} {verb} by {percent(abs(change), 0)}")
    return f"From {before} to {after} US {parts[0]} and {parts[1]}"


def exports_note(table: pd.DataFrame) -> str:
    """What the exports cannot show, and where aircraft are."""
    hidden = _heading(table, "999999")
    listed = "; ".join(f"{billions(value)} billion in {year}" for year, value in hidden.items())
    return (
        "Context, not a measure of the rule: a heading holds controlled and free goods alike, and an export "
        "goes by "
        "destination, not by owner. US statistics hide civilian aircraft among unspecified goods: "
        f"{listed}, of which aircraft are a part the table does not tell."
    )


def _heading(table: pd.DataFrame, heading: str) -> Any:
    """The row of one heading."""
    return table.xs(heading, level="heading").iloc[0]


def estimates(published: Mapping[str, Published]) -> pd.DataFrame:
    """Published estimates of the reach and size of the list, as their publishers give them."""
    rows = [
        {
            "publisher": row.publisher,
            "what": row.series,
            "date": row.date,
            "number": int(row.value),
            "note": row.note,
        }
        for row in published.values()
        if row.unit == "firms"
    ]
    return pd.DataFrame(rows).sort_values(["publisher", "number"]).reset_index(drop=True)


def estimates_text(published: Mapping[str, Published]) -> str:
    """How far the two estimates of China's share lie apart, with their sources."""
    wide, narrow = published["wirescreen_reach_china"], published["moodys_reach_china"]
    return (
        f"Two private estimates for China lie apart by a factor of {wide.value / narrow.value:.0f}. "
        f"[WireScreen]({wide.url}) counts more than {wide.value:,} Chinese entities. "
        f"[Moody's]({narrow.url}) counts "
        f"nearly {published['moodys_reach_world'].value:,} firms in the whole world, nearly "
        f"{narrow.value:,} of them "
        "in China: its world total looks like WireScreen's number for China and is not the same thing. "
        "Neither "
        "register is open, so neither number can be checked here."
    )


def closure_text(reached: pd.DataFrame, threshold: float, aggregate: bool) -> str:
    """What the closure found, in sentences."""
    new = reached[reached["round"].fillna(0) > 0]
    near = reached[~reached["is_reached"]]
    how = "held together" if aggregate else "held by one owner alone"
    most = f"the longest chain has {int(new['round'].max())} links" if len(new) else "there is no chain"
    return (
        f"at a threshold of {percent(threshold, 0)}, {how}, the list of "
        f"{int((reached['round'] == 0).sum())} reaches "
        f"{len(new) or _NO_FIRMS} more; {most}. {len(near)} firms have owners in the set below the "
        f"threshold: not "
        "reached, but a reason to look closer."
    )


def limits(table_ends: pd.Timestamp) -> str:
    """What the report cannot say."""
    return (
        "- **The list itself is not here,** only counts per rule read from abstracts: no names, no reasons "
        "by party, "
        "no stock on a day, no removals.\n"
        f"- **Rules are missing:** among them those of December 2024 and most of 2020, and everything after "
        f"{day_name(table_ends)}. An empty count is unknown, never zero.\n"
        "- **A party is not a firm:** one firm may stand under several names and addresses, and destination "
        "is not "
        "nationality.\n"
        "- **Military End-User List and sanctioned parties,** which the affiliates rule also covered, are "
        "in no table "
        "here.\n"
        "- **No open register of owners exists** that would let anyone count the reach. The algorithm is "
        "here; the "
        "table of owners is the user's. The worked example is made up.\n"
        "- **Licences** are not published, so what was refused or granted under the rule is unknown."
    )
