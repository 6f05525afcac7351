"""Products against scenarios: points of duty and share of the cost to buyers, by chapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.scenario.run import Result
from trucewatch.trade.concentration import CHAPTERS

ALL, OTHERS = "All Chinese goods", "All other chapters"
_SAME_PP = 0.05
"""Scenarios whose duties differ by less in every row share a column."""


@dataclass(frozen=True)
class Exposure:
    """Chapters in rows, scenarios in columns, those with the same duties in one.

    `points`: change of the average duty on Chinese goods against the law as it is, points; the last row is
    all goods; `cost_share`: share of each row in the cost to buyers at the centre, without the last row; nan
    where buyers save; `value_usd`: imports from China in the base year by row; `same`: for each column the
    titles of all scenarios in it.
    """

    points: pd.DataFrame
    cost_share: pd.DataFrame
    value_usd: pd.Series
    same: dict[str, tuple[str, ...]]


def exposure(results: Sequence[Result], rows: int = 14) -> Exposure:
    """Return the change of duty and the share of cost by chapter and scenario.

    `results`: scenarios priced in one setting; `rows`: chapters shown, those with most imports from China;
    the others are one row.
    """
    market = results[0].setting.base.market
    chapter = pd.Series([code[:2] for code in market.products])
    value = pd.Series(market.value_usd).groupby(chapter).sum()
    largest = value.sort_values(ascending=False, kind="stable").index[:rows]
    names = {code: CHAPTERS.get(code, f"Chapter {code}") for code in largest}
    label = chapter.map(names).fillna(OTHERS)
    order = [*names.values(), *([OTHERS] if (label == OTHERS).any() else [])]
    values = pd.Series(market.value_usd).groupby(label).sum().reindex(order)
    points: dict[str, pd.Series] = {}
    costs: dict[str, pd.Series] = {}
    same: dict[str, tuple[str, ...]] = {}
    for found in sorted(results, key=lambda item: -item.central.one("law_rate")):
        moved = pd.Series(100 * (found.rate - market.rate) * market.value_usd)
        column = (moved.groupby(label).sum() / values).reindex(order)
        column[ALL] = moved.sum() / market.value_usd.sum()
        title = found.scenario.title
        known = next((name for name, other in points.items() if _are_same(column, other)), None)
        if known is not None:
            same[known] = (*same[known], title)
            continue
        cost = pd.Series(found.central.product_cost_usd[0])
        total = cost.sum()
        points[title], same[title] = column, (title,)
        costs[title] = (cost.groupby(label).sum() / total if total > 0 else values * np.nan).reindex(order)
    values[ALL] = market.value_usd.sum()
    return Exposure(pd.DataFrame(points), pd.DataFrame(costs), values, same)


def _are_same(one: pd.Series, other: pd.Series) -> bool:
    return bool((one - other).abs().max() < _SAME_PP)


def extremes(found: Exposure, focus: Result) -> dict[str, Any]:
    """Return the chapters whose duty rises most and least: `high`, `low`, each `name` and `points`."""
    rows = (
        found.points[column_of(found, focus)].drop([ALL, OTHERS], errors="ignore").sort_values(kind="stable")
    )
    low, high = ({"name": str(rows.index[at]), "points": float(rows.iloc[at])} for at in (0, -1))
    return {"low": low, "high": high}


def column_of(found: Exposure, focus: Result) -> str:
    """Return the column of the heat map in which a scenario is shown."""
    return next(name for name, titles in found.same.items() if focus.scenario.title in titles)


def shared_columns(found: Exposure) -> list[tuple[str, ...]]:
    """Return the titles of the scenarios that share a column, a column each."""
    return [titles for titles in found.same.values() if len(titles) > 1]
