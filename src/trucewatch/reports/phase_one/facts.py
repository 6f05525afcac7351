"""What the sentences of the report on Phase One rest on: facts computed from its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from trucewatch.page.measured import Numbers, answers
from trucewatch.reports.phase_one.burden import Market, most_collected
from trucewatch.reports.phase_one.measures import GOODS, YEARS, cell, line

if TYPE_CHECKING:
    from trucewatch.page.benchmarks import Published

#: What a reader calls the categories of goods.
GOODS_NAMES = {"manufactured goods": "manufactured goods", "agriculture": "farm goods", "energy": "energy"}

#: Names of published columns, by those the measures use.
PUBLISHED = {
    **{name: f"{name}_usd_bn" for name in ("base", "promised", "bought", "added", "added_bought")},
    **{name: f"{name}_usd_bn" for name in ("imports_after", "collected", "most_collected")},
    "share_met": "met_share",
    "added_met": "added_met_share",
    "added_rate": "added_duty_share",
    "rate_of_most": "duty_of_most_share",
    "share": "imports_share",
}
_TARGETS = {
    "piie_phase_one_target_exports_2020": "US exports, base with civilian aircraft",
    "piie_phase_one_target_exports_2020_first": "US exports, plain list of headings",
    "piie_phase_one_target_imports_2020": "China's imports, tracker of autumn",
    "piie_phase_one_target_imports_2020_first": "China's imports, tracker of May",
}


def best_and_worst(card: pd.DataFrame) -> dict[str, Any]:
    """Return the goods of which most and least of the promise was bought, with the shares (0-1)."""
    met = card.loc[list(GOODS), "share_met"]
    return {
        "best": GOODS_NAMES[str(met.idxmax())],
        "most": float(met.max()),
        "worst": GOODS_NAMES[str(met.idxmin())],
        "least": float(met.min()),
        "all_missed": bool((met < 1).all()),
    }


def bought_over_base(card: pd.DataFrame) -> list[tuple[str, float]]:
    """Return the goods of which more than the base was bought, and how much more, USD billion."""
    added = card.loc[list(GOODS), "added_bought"]
    return [(GOODS_NAMES[str(name)], float(value)) for name, value in added[added > 0].items()]


def above_and_below(rolled: pd.DataFrame, promised: pd.DataFrame) -> dict[str, list[str]]:
    """Return which goods were `above` and `below` their base when the first year ended."""
    ended = line(rolled, pd.Timestamp(f"{YEARS[0]}-12-01"))
    above = [name for name in GOODS if ended[name] > cell(promised, name, "base")]
    return {"above": above, "below": [name for name in GOODS if name not in above]}


def best_of_first_year(course: pd.DataFrame) -> dict[str, Any]:
    """Return the row nearest to the promise in any month (`most`) and at the end of the year (`lead`)."""
    last = course.groupby("category", sort=False).tail(1)
    return {
        name: line(rows, rows["share_so_far"].idxmax()).to_dict()
        for name, rows in (("most", course), ("lead", last))
    }


def course_by_month(course: pd.DataFrame) -> pd.DataFrame:
    """Return the first year a month a row: what was bought so far and its share, by category."""
    wide = course.pivot_table(index="month", columns="category", values=["bought_so_far", "share_so_far"])
    names = [(part, name) for name in GOODS for part in ("bought_so_far", "share_so_far")]
    found = wide[names]
    endings = {"bought_so_far": "bought_usd_bn", "share_so_far": "share"}
    found.columns = pd.Index([f"{name.split()[0]}_{endings[part]}" for part, name in names])
    return found


def bases_side_by_side(cards: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return promise, purchases and share on both readings of the base."""
    parts = [
        card[["promised", "bought", "share_met"]].set_axis(
            [f"{name}_promised_usd_bn", f"{name}_bought_usd_bn", f"{name}_share"], axis=1
        )
        for name, card in cards.items()
    ]
    return pd.concat(parts, axis=1).rename_axis("category")


def targets_table(numbers: Numbers, published: Mapping[str, Published]) -> pd.DataFrame:
    """Return the goods target of the first year on each count and base: ours, and as PIIE printed it."""
    ours = answers({check: published[check] for check in _TARGETS}, numbers)
    return pd.DataFrame(
        {
            "count": list(_TARGETS.values()),
            "ours_usd_bn": [ours[check] for check in _TARGETS],
            "printed_usd_bn": [float(published[check].value) for check in _TARGETS],
        }
    )


def readings_at(readings: pd.DataFrame, elasticity: float) -> dict[str, dict[str, Any]]:
    """Return the readings of the burden at one elasticity: rows `covered`, `collected`, `reduced`."""
    rows = readings[readings["elasticity"].isna() | (readings["elasticity"] == elasticity)]
    by_name: dict[str, Any] = {row["reading"]: row for row in rows.to_dict("records")}
    names = {"covered": "trade covered", "collected": "duty collected", "reduced": "trade reduced"}
    return {key: by_name[name] for key, name in names.items()}


def elasticities_short(gap: float, markets: Sequence[Market]) -> list[str]:
    """Return the elasticities at which no duty collects the gap."""
    return [f"{at.elasticity:g}" for at in markets if most_collected(at) < gap]


def with_aircraft(
    card: pd.DataFrame, aircraft_share: float, aircraft_promise: float, planes: pd.Series
) -> dict[str, float]:
    """Return the share of manufactured goods without and with the aircraft that no table has.

    Keys: `floor` and `filled` (shares, 0-1), `aircraft_share`, `missing` (USD billion).

    `card`: `scorecard` on PIIE's base; `aircraft_share`: share of the promise of aircraft that PIIE prints as
    bought, a fraction; `aircraft_promise`: that promise, both years; `planes`: exports of aircraft by year.
    """
    row = line(card, "manufactured goods")
    missing = aircraft_share * aircraft_promise - float(planes.get(YEARS[0], 0.0))
    return {
        "floor": float(row["share_met"]),
        "aircraft_share": aircraft_share,
        "missing": missing,
        "filled": float((row["bought"] + missing) / row["promised"]),
    }
