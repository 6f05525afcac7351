"""What the sentences of the report on the export blacklist rest on: facts computed from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from trucewatch.page.benchmarks import Published

#: Thresholds of the table that shows how the reach depends on them.
THRESHOLDS = (0.1, 0.25, 0.5, 0.6, 0.75)


def named_in(added: pd.DataFrame, year: int) -> int:
    """Return how many Chinese parties were named in a year, known counts only."""
    return int(added.loc[added["date_published"].dt.year == year, "china_added"].sum())


def private_estimates(published: Mapping[str, Published]) -> dict[str, Published]:
    """Return the estimates of the reach: `wide` and `narrow` in China, `world`."""
    return {
        "wide": published["wirescreen_reach_china"],
        "narrow": published["moodys_reach_china"],
        "world": published["moodys_reach_world"],
    }


def estimates_table(published: Mapping[str, Published]) -> pd.DataFrame:
    """Return the published estimates of the reach and size of the list, as their publishers give them."""
    rows = [
        {
            "publisher": row.publisher,
            "what": row.series,
            "date": row.date,
            "firms": int(row.value),
            "note": row.note,
        }
        for row in published.values()
        if row.unit == "firms"
    ]
    return pd.DataFrame(rows).sort_values(["publisher", "firms"]).reset_index(drop=True)


def known_and_unknown(added: pd.DataFrame, sums: pd.DataFrame, rules: pd.DataFrame) -> dict[str, int]:
    """Return what is known of the rules, from `measures.additions`, `measures.cumulative` and all rules.

    Keys: `rules`, of which `china`, `total_only` and `nothing` is known; Chinese parties `known` and at
    `most`; rules about the `unverified` list alone and about `both` lists.
    """
    counts = added["known"].value_counts()
    lists = rules["list"].value_counts()
    return {
        "rules": len(added),
        "china": int(counts.get("china", 0)),
        "total_only": int(counts.get("total only", 0)),
        "nothing": int(counts.get("nothing", 0)),
        "known": int(sums["known"].iloc[-1]),
        "most": int(sums["most"].iloc[-1]),
        "unverified": int(lists.get("unverified list", 0)),
        "both": int(lists.get("both", 0)),
    }


def largest_listings(added: pd.DataFrame) -> dict[str, Any]:
    """Return the largest listing and the largest known Chinese part.

    Keys: `total`, `day` and `china` (None: not given) of the largest listing; `most_china` and its `days`.
    """
    first = added.sort_values("total_added", kind="stable").dropna(subset=["total_added"]).iloc[-1]
    most_china = int(added["china_added"].max())
    return {
        "total": first["total_added"],
        "day": first["date_published"],
        "china": first["china_added"] if first["known"] == "china" else None,
        "most_china": most_china,
        "days": list(added.loc[added["china_added"] == most_china, "date_published"]),
    }


def reach(reached: pd.DataFrame) -> dict[str, int]:
    """Return how many firms are `listed`, reached (`new`) and `near`, and the `longest` chain."""
    steps = reached["round"].fillna(-1)
    return {
        "listed": int((steps == 0).sum()),
        "new": int((steps > 0).sum()),
        "near": int((~reached["is_reached"].astype(bool)).sum()),
        "longest": int(steps.max()) if len(reached) else 0,
    }


def export_changes(headings: pd.DataFrame) -> dict[str, Any]:
    """Return the change of chips and chip machines over the last two years, and unspecified goods by year."""
    before, after = headings.columns[-2:]
    rows = headings.droplevel("goods")
    change = rows[after] / rows[before] - 1
    return {
        "before": before,
        "after": after,
        "chips": float(change["8542"]),
        "machines": float(change["8486"]),
        "unspecified": rows.loc["999999"].to_dict(),
    }
