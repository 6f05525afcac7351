"""Products against scenarios: points of duty and share of the cost to buyers, by chapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trucewatch.scenario.run import Result
from trucewatch.trade.concentration import CHAPTERS

ALL, OTHERS = "All goods of China", "All other chapters"
_SAME_PP = 0.05
"""Scenarios whose duties differ by less in every row stand in one column."""


@dataclass(frozen=True)
class Exposure:
    """Chapters in rows, scenarios in columns, those with the same duties in one.

    Attributes
    ----------
    points
        Change of the average duty on goods of China against the base year, points, at the trade of that year;
        the last row is all goods.
    cost_share
        Share of each row in the cost to buyers at the centre, without the last row; nan where buyers save.
    value_usd
        Imports from China in the base year by row.
    alike
        For each column the titles of all scenarios in it.
    """

    points: pd.DataFrame
    cost_share: pd.DataFrame
    value_usd: pd.Series
    alike: dict[str, tuple[str, ...]]


def exposure(results: Sequence[Result], rows: int = 14) -> Exposure:
    """Return the change of duty and the share of cost by chapter and scenario.

    Parameters
    ----------
    results
        Scenarios priced against one base year.
    rows
        Chapters shown, those with most imports from China; the others stand together.
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
    alike: dict[str, tuple[str, ...]] = {}
    for found in sorted(results, key=lambda item: -item.central.one("law_rate")):
        moved = pd.Series(100 * (found.rate - market.rate) * market.value_usd)
        column = (moved.groupby(label).sum() / values).reindex(order)
        column[ALL] = moved.sum() / market.value_usd.sum()
        title = found.scenario.title
        same = next((name for name, other in points.items() if _are_same(column, other)), None)
        if same is not None:
            alike[same] = (*alike[same], title)
            continue
        cost = pd.Series(found.central.product_cost_usd[0])
        total = cost.sum()
        points[title], alike[title] = column, (title,)
        costs[title] = (cost.groupby(label).sum() / total if total > 0 else values * np.nan).reindex(order)
    values[ALL] = market.value_usd.sum()
    return Exposure(pd.DataFrame(points), pd.DataFrame(costs), values, alike)


def _are_same(one: pd.Series, other: pd.Series) -> bool:
    return bool((one - other).abs().max() < _SAME_PP)


def title(found: Exposure, focus: Result) -> str:
    """Return the title of the heat map: where the scenario of the key figures falls most and least."""
    column = column_of(found, focus)
    rows = found.points[column].drop([ALL, OTHERS], errors="ignore").sort_values(kind="stable")
    (low, few), (high, many) = ((rows.index[at], rows.iloc[at]) for at in (0, -1))
    said = f"{many:+.0f} points on {high.lower()}, {few:+.0f} on {low.lower()}"
    return f"“{focus.scenario.title}”: {said.replace('-', '−')}"


def column_of(found: Exposure, focus: Result) -> str:
    """Return the column of the heat map in which a scenario stands."""
    return next(name for name, titles in found.alike.items() if focus.scenario.title in titles)


def note(found: Exposure) -> str:
    """Return which scenarios share a column, and what the colours say."""
    shared = [titles for titles in found.alike.values() if len(titles) > 1]
    same = "".join(
        f" “{first}” also stands for {' and '.join(f'“{other}”' for other in others)}: the same duties."
        for first, *others in shared
    )
    return f"The highest duty stands on the left; red is more duty, blue less.{same}"
