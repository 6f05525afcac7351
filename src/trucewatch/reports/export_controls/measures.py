"""The export blacklist: Entity List rules, Chinese parties added, the life of the affiliates rule.

A count that a rule's abstract does not give is unknown and stays a gap. Rules about the Unverified List alone
add nobody to the Entity List.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from trucewatch.errors import DataError, ParameterError

AFFILIATES_RULE = "us_20250930_affiliates_rule"
SUSPENSION = "us_20251112_affiliates_suspended"
#: Announced end of the suspension, without a legal text.
ANNOUNCED_END = "both_20260923_truce_extension"
#: Acts that part the truce into phases, in order; the affiliates rule and its suspension are two of them.
PHASE_ACTS = ("both_20250512_geneva", AFFILIATES_RULE, SUSPENSION)
#: Acts drawn on the figure of listings.
MARKED_ACTS = ("both_20250512_geneva", "both_20250811_truce_extended", AFFILIATES_RULE, SUSPENSION)
#: Headings where goods under US control are likely, with their codes in the nomenclatures of 2017 and 2022.
#: No heading is controlled as a whole: control goes by what a good can do, by buyer and by use.
CONTROLLED_HEADINGS = (
    ("8542", "chips", ("8542",)),
    ("8486", "chip machines", ("8486",)),
    ("9031", "measuring instruments", ("9031",)),
    ("8411", "jet engines and gas turbines", ("8411",)),
    ("8802", "aircraft", ("8802",)),
    ("8807", "aircraft parts", ("8803", "8807")),
    ("999999", "unspecified goods, which hold civilian aircraft", ("999999",)),
)


def acts_of(acts: pd.DataFrame, wanted: Collection[str]) -> pd.DataFrame:
    """Return acts of the ledger by name with the day each took effect (or was announced), in order of date.

    Columns: `act_id`, `date`, `title`, `confidence`.

    `acts`: the ledger's acts; `wanted`: values of `act_id`.
    """
    known = acts.set_index("act_id")
    unknown = [name for name in wanted if name not in known.index]
    if unknown:
        raise ParameterError(f"data/law/acts.csv has no act {unknown[0]!r}")
    rows = known.loc[list(wanted)]
    dates = rows["date_effective"].where(rows["date_effective"].notna(), rows["date_announced"])
    found = rows.assign(date=pd.to_datetime(dates)).reset_index()
    return found.sort_values("date", kind="stable")[["act_id", "date", "title", "confidence"]].reset_index(
        drop=True
    )


class RuleLife(NamedTuple):
    """The affiliates rule from act to act; ends are exclusive."""

    effective: pd.Timestamp
    suspended: pd.Timestamp
    printed_return: pd.Timestamp
    announced_return: pd.Timestamp
    announced_confidence: str

    @property
    def days(self) -> int:
        """Days the rule was in force."""
        return (self.suspended - self.effective).days


def rule_life(acts: pd.DataFrame) -> RuleLife:
    """Read the life of the affiliates rule off the ledger's acts.

    Raises `DataError` if an act or one of its dates is missing, or the dates of rule and suspension do not
    meet.
    """
    rows = acts.set_index("act_id")

    def day(act_id: str, column: str) -> pd.Timestamp:
        value: Any = rows[column].get(act_id)
        if value is None or pd.isna(value):
            problem, remedy = "no date for the affiliates rule", "restore the act and its date"
            raise DataError(problem, remedy=remedy, file="acts.csv", row=act_id, column=column)
        return pd.Timestamp(value)

    ended, suspended = day(AFFILIATES_RULE, "date_ended"), day(SUSPENSION, "date_effective")
    if ended != suspended:
        problem = f"the rule ends on {ended:%Y-%m-%d} and its suspension begins on {suspended:%Y-%m-%d}"
        remedy = "make the two acts meet"
        raise DataError(problem, remedy=remedy, file="acts.csv", row=AFFILIATES_RULE, column="date_ended")
    return RuleLife(
        effective=day(AFFILIATES_RULE, "date_effective"),
        suspended=suspended,
        printed_return=day(SUSPENSION, "date_ended"),
        announced_return=day(ANNOUNCED_END, "date_ended"),
        announced_confidence=str(rows["confidence"].get(ANNOUNCED_END)),
    )


def additions(rules: pd.DataFrame, acts: pd.DataFrame) -> pd.DataFrame:
    """Return the rules that may add names to the Entity List, with what is known of the number.

    Left out are rules about the Unverified List alone, about other matters, and the affiliates rule, which
    names nobody.

    Columns: `date_published`, `fr_document`, `title`, `known` (`china`, `total only`, `nothing`),
    `china_added`, `total_added` (empty: unknown), `most_china` (the total where only that is known; empty
    where nothing is).

    `rules`: the table `entity_list_rules`; `acts`: the ledger's acts.
    """
    cited: Any = acts.set_index("act_id")["citation"].get(AFFILIATES_RULE)
    is_affiliates = rules["fr_document"].map(lambda number: str(number) in str(cited))
    rows = rules[rules["list"].isin(["entity list", "both"]) & ~is_affiliates]
    known = pd.Series("nothing", rows.index).mask(rows["total_added"].notna(), "total only")
    found = rows.assign(
        known=known.mask(rows["china_added"].notna(), "china"),
        most_china=rows["china_added"].fillna(rows["total_added"]),
    )
    columns = ["date_published", "fr_document", "title", "known", "china_added", "total_added", "most_china"]
    return found.sort_values(["date_published", "fr_document"])[columns].reset_index(drop=True)


def cumulative(added: pd.DataFrame) -> pd.DataFrame:
    """Sum the known Chinese additions over time, and the most that the rules of the table allow.

    By `date_published`: `known` (a floor), `most` (every entity of a rule without a Chinese count taken as
    Chinese; rules without any count add nothing, so this is no ceiling of the list).
    """
    by_day = added.groupby("date_published")[["china_added", "most_china"]].sum()
    sums = by_day.astype(float).cumsum().round().astype("int64")
    return sums.rename(columns={"china_added": "known", "most_china": "most"})


def gaps(added: pd.DataFrame, days: int, last: pd.Timestamp) -> pd.DataFrame:
    """Return stretches of more than `days` days without a rule in the table: `first`, `last`, `days`.

    `added`: `additions`; `days`: the longest quiet stretch that is taken for one; `last`: last day the whole
    table speaks of, and of any rule: after it the table ends.
    """
    published = added["date_published"].drop_duplicates().sort_values()
    ends = [*published, last]
    rows = [
        {"first": first, "last": after, "days": (after - first).days}
        for first, after in pairwise(ends)
        if (after - first).days > days
    ]
    return pd.DataFrame(rows, columns=["first", "last", "days"])


def by_phase(added: pd.DataFrame, acts: pd.DataFrame, since: str) -> pd.DataFrame:
    """Count rules and known Chinese additions between the acts of `PHASE_ACTS`.

    Columns: `phase`, `first`, `last` (exclusive; empty for the last), `rules`, `china_known`, `rules_unknown`
    (rules without a Chinese count).

    `added`, `acts`: `additions`, and the ledger's acts; `since`: first day of the first phase.
    """
    marks = acts_of(acts, PHASE_ACTS)
    names = ["before the Geneva truce", "Geneva truce", "affiliates rule in force", "rule suspended"]
    starts = [pd.Timestamp(since), *marks["date"]]
    ends = [*marks["date"], pd.NaT]
    rows = []
    for name, first, last in zip(names, starts, ends, strict=True):
        inside = added["date_published"] >= first
        if not pd.isna(last):
            inside &= added["date_published"] < last
        part = added[inside]
        rows.append(
            {
                "phase": name,
                "first": first,
                "last": last,
                "rules": len(part),
                "china_known": int(part["china_added"].sum()),
                "rules_unknown": int(part["china_added"].isna().sum()),
            }
        )
    return pd.DataFrame(rows)


def controlled_exports(trade: pd.DataFrame) -> pd.DataFrame:
    """Return US exports to China at headings where controlled goods are likely, by year.

    By `heading` and `goods`: one column a year, US dollars; empty where the source files nothing under the
    heading.

    `trade`: the table `us_trade_hs6_annual`.
    """
    rows = trade[(trade["flow"] == "exports") & (trade["partner_iso3"] == "CHN")]
    years = sorted(rows["year"].unique())
    found = []
    for heading, goods, codes in CONTROLLED_HEADINGS:
        at = rows[rows["hs6"].str.startswith(codes)]
        found.append({"heading": heading, "goods": goods, **at.groupby("year")["value_usd"].sum().to_dict()})
    return pd.DataFrame(found).set_index(["heading", "goods"]).reindex(columns=years)


def checked_numbers(rules: pd.DataFrame, life: RuleLife) -> dict[str, pd.Series | float]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against.

    Parties added by day, under China also by document; NaN where a rule of the day lacks the count.
    """
    listed = rules[rules["list"].isin(["entity list", "both"])]
    added = listed.groupby("date_published")[["total_added", "china_added"]].sum(skipna=False)
    one = listed.set_index("fr_document")["china_added"]
    return {
        "added": added["total_added"],
        "added_under_china": added["china_added"],
        "affiliates_rule_days": float(life.days),
        **{f"added_under_china_by_{document}": count for document, count in one.dropna().items()},
    }
