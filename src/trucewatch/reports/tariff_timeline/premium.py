"""China's premium: how far the average US duty on its goods lies above that on its rivals' goods."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trucewatch.duty.averages import daily, joined, value_on
from trucewatch.ledger.origins import EU
from trucewatch.trade.rivals import CHINA, levels, mean

if TYPE_CHECKING:
    from trucewatch.page.benchmarks import Published

LEVELS = ["valid_from", "valid_to", "rate_pct"]


def by_day(
    china: pd.DataFrame, suppliers: pd.DataFrame, value_usd: pd.Series, rivals: Sequence[str]
) -> pd.DataFrame:
    """Return China's average beside that of others, one row an interval in which none of them changes.

    Columns: `valid_from`, `valid_to` (half-open); `china_pct`; `rivals_pct`, the mean of the rivals with
    their imports as weights; `lowest_pct`, `highest_pct` among them and `highest`, whose that is;
    `premium_pp`, China's less the mean; `others_pct` and `all_pct`, the mean of all suppliers but China, and
    of all; `all_low_pct`, `all_high_pct`, the bounds of the last.

    - `china`: `valid_from`, `valid_to`, `rate_pct`, `low_pct`, `high_pct`, of Chinese goods
    - `suppliers`: the same by `partner_iso3`, as `trade.rivals.read` returns it
    - `value_usd`: US imports of the year of the weights, by partner
    - `rivals`: the suppliers that count as China's rivals
    """
    cuts, rates = levels(china, suppliers)
    low, high = (mean(levels(china, suppliers, name)[1], value_usd) for name in ("low_pct", "high_pct"))
    found = pd.DataFrame(
        {
            "valid_from": cuts[:-1],
            "valid_to": cuts[1:],
            "china_pct": rates[CHINA],
            "rivals_pct": mean(rates[list(rivals)], value_usd),
            "lowest_pct": rates[list(rivals)].min(axis=1),
            "highest_pct": rates[list(rivals)].max(axis=1),
            "highest": rates[list(rivals)].idxmax(axis=1),
            "others_pct": mean(rates.drop(columns=CHINA), value_usd),
            "all_pct": mean(rates, value_usd),
            "all_low_pct": low,
            "all_high_pct": high,
        }
    )
    found = joined(found)
    return found.assign(premium_pp=found["china_pct"] - found["rivals_pct"])


def assessed(totals: pd.DataFrame, eu_members: frozenset[str]) -> pd.DataFrame:
    """Return the duty assessed over customs value, percent, by month and partner.

    The European Union is the sum of its members in the table, the ten largest suppliers among them.

    `totals`: `us_imports_monthly`; `eu_members`: ISO3 of the members.
    """
    union = totals[totals["partner_iso3"].isin(eu_members)].assign(partner_iso3=EU)
    rows = pd.concat([totals[~totals["is_aggregate"]], union])
    value, duty = (
        rows.pivot_table(index="month", columns="partner_iso3", values=name, aggfunc="sum")
        for name in ("value_usd", "duty_usd")
    )
    return 100 * duty / value


def law_and_assessed(
    china: pd.DataFrame, suppliers: pd.DataFrame, paid: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return the law beside the duty assessed, by month and supplier that both tables have.

    Columns: `month`, `partner`, `law_pct` (mean over the days of the month, mix of the year of the weights),
    `assessed_pct` (mix of the month), `assessed_gap_pp`, assessed less law.

    `china`, `suppliers`: as `by_day` takes them; `paid`: as `assessed` returns it; `names`: name by ISO3.
    """
    both = pd.concat([suppliers, china.assign(partner_iso3=CHINA)], ignore_index=True)
    first, end = suppliers["valid_from"].min(), suppliers["valid_to"].max()
    rows = []
    for month in paid.index[(paid.index >= pd.Timestamp(first)) & (paid.index < pd.Timestamp(end))]:
        for partner, own in both[both["partner_iso3"].isin(paid.columns)].groupby("partner_iso3", sort=False):
            law = daily(own[LEVELS], month.date(), (month + pd.offsets.MonthEnd()).date())
            rows.append((month, names[str(partner)], law["rate_pct"].mean(), paid.loc[month, partner]))
    found = pd.DataFrame(rows, columns=["month", "partner", "law_pct", "assessed_pct"])
    return found.assign(assessed_gap_pp=found["assessed_pct"] - found["law_pct"])


OTHER_GOODS, OLDER_LAW, OPEN_FACTS = "other goods", "older law", "open facts"
SMALL, UNTOLD, UNKNOWN_GOODS = "within half a point", "not told", "goods not known"
BOTH = f"{OTHER_GOODS}, {OLDER_LAW}"
OWN_PAGE = "see realized duty"


def gap_causes(gaps: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the gap between assessed duty and law by supplier and year, its parts and likely cause.

    Columns: `year`, `partner`, `cause`, `law_pct`, `assessed_pct`, `assessed_gap_pp`; `mix_of_goods_pp`,
    what the headings as imported make of it (nan where they are not known); `older_law_pp`, what the law of
    thirty days before would change, and `open_facts_pp`, how far the lower bound lies below the law, both at
    most a part of the gap. The newest year first, in it the largest supplier.

    `gaps`: as `rivals.read_gaps` returns it; `names`: name by ISO3.
    """
    found = gaps.assign(
        partner=gaps["partner_iso3"].map(names),
        assessed_gap_pp=gaps["assessed_pct"] - gaps["law_pct"],
        mix_of_goods_pp=gaps["law_of_mix_pct"] - gaps["law_pct"],
        older_law_pp=gaps["law_earlier_pct"] - gaps["law_pct"],
        open_facts_pp=gaps["law_low_pct"] - gaps["law_pct"],
    )
    found["cause"] = [_likely_cause(row) for row in found.to_dict("records")]
    columns = [
        "year", "partner", "cause", "law_pct", "assessed_pct", "assessed_gap_pp", "mix_of_goods_pp",
        "older_law_pp", "open_facts_pp",
    ]  # fmt: skip
    return found.sort_values(["year", "value_usd"], ascending=False, kind="stable", ignore_index=True)[
        columns
    ]


def _likely_cause(row: Mapping[Hashable, Any]) -> str:
    """Name what makes at least half of a gap: other goods, an older law, both; or may make what is left."""
    gap, mix, older = row["assessed_gap_pp"], row["mix_of_goods_pp"], row["older_law_pp"]
    if abs(gap) < 0.5:
        return SMALL
    if row["partner_iso3"] == CHINA:
        return OWN_PAGE
    untold = UNKNOWN_GOODS if np.isnan(mix) else UNTOLD
    mix = 0.0 if np.isnan(mix) else mix
    if mix / gap >= 0.5:
        return OTHER_GOODS
    if older / gap >= 0.5:
        return OLDER_LAW
    if min(mix / gap, older / gap) > 0 and (mix + older) / gap >= 0.5:
        return BOTH
    return OPEN_FACTS if row["open_facts_pp"] <= gap - mix < 0 else untold


def beside_published(
    rows: Iterable[Published], rivals: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return averages that others publish by supplier, beside ours.

    Columns: `partner`, `publisher`, `date`, `series`, `published_pct`, `ours_pct`, `gap_pp` (ours less
    theirs), `cause`, `evidence` (the size of each part, found by swapping one assumption at a time).

    - `rows`: published numbers; those whose id says `us_on_<iso3>` of a rival count
    - `rivals`: as `by_day` takes it. A number in points is added since 2024: ours is then that of the day
      less that of the first day.
    - `names`: name by ISO3
    """
    known = {str(partner): own for partner, own in rivals.groupby("partner_iso3")}
    found = []
    for row in rows:
        partner = row.check_id.partition("_us_on_")[2][:3].upper()
        if partner not in known:
            continue
        day = date.fromisoformat(row.date)
        ours = value_on(known[partner], day)
        if row.unit == "percentage points":
            ours -= float(known[partner]["rate_pct"].iloc[0])
        theirs = float(str(row.value))
        gap = ours - theirs
        found.append((names[partner], row.publisher, day, row.series, theirs, ours, gap, row.cause, row.why))
    columns = ["partner", "publisher", "date", "series", "published_pct", "ours_pct", "gap_pp"]
    return pd.DataFrame(found, columns=[*columns, "cause", "evidence"])
