"""The model against what is known: a hundred points, the year that followed, the first round of duties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from trucewatch.duty.panel import build_panel
from trucewatch.ledger.ledger import Ledger
from trucewatch.scenario.market import BASE_YEAR, TABLES, on_products
from trucewatch.scenario.model import solve
from trucewatch.scenario.run import Setting
from trucewatch.trade.weights import IMPORTS_2017, OUTSIDE, weight_set

RISES = (0.2, 0.3, 0.5)
"""Rises of the duty at which the comparison with the year that came is cut."""


def hundred_points(shared: Setting) -> float:
    """Return what 100 points on all goods of China add to the average duty on all imports, in points.

    Chapters 98 and 99 count here, as in the published figure.
    """
    imports = shared.tables[TABLES[0]]
    china = imports.loc[
        (imports["partner_iso3"] == "CHN") & (imports["year"] == BASE_YEAR), "value_usd"
    ].sum()
    base = shared.base
    total = base.market.value_usd.sum() + base.market.other_usd.sum() + base.outside_usd
    return 100 * float(china / total)


@dataclass(frozen=True)
class Backcast:
    """Imports from China in a year as the model has them from the law alone, against what came.

    Attributes
    ----------
    year
        The year foretold.
    predicted, actual
        Change on the base year, as fractions; `actual` on general imports as UN Comtrade has them.
    products
        `hs6`, `rise` (of the duty, a fraction), `base_usd`, `predicted`, `actual`, for products with imports
        in the base year.
    chapters
        `chapter`, `base_usd`, `predicted`, `actual`, for chapters with imports in both years.
    """

    year: int
    predicted: float
    actual: float
    products: pd.DataFrame
    chapters: pd.DataFrame

    @property
    def error_pp(self) -> float:
        """How far the model is above what came, in points of the base year's imports."""
        return 100 * (self.predicted - self.actual)

    @property
    def correlation(self) -> float:
        """Correlation of both changes over chapters, weighted with the trade of the base year."""
        cov = _covariance(self.chapters)
        return float(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))

    @property
    def spreads(self) -> tuple[float, float]:
        """Standard deviations of both changes over chapters, foretold and come, weighted likewise."""
        cov = _covariance(self.chapters)
        return float(np.sqrt(cov[0, 0])), float(np.sqrt(cov[1, 1]))

    def overrated(self, count: int) -> pd.DataFrame:
        """Return the products whose imports stayed furthest below the model's, in dollars, worst first."""
        gap = self.products["base_usd"] * (self.products["predicted"] - self.products["actual"])
        return self.products.loc[gap.sort_values(ascending=False, kind="stable").index[:count]]

    def without(self, products: Iterable[str]) -> Backcast:
        """Return the same with some products left out; chapters are those of the products that stay."""
        left = self.products[~self.products["hs6"].isin(list(products))]
        whole = _summed(left, pd.Series("", left.index)).iloc[0]
        chapters = _summed(left, left["hs6"].str[:2].rename("chapter")).reset_index()
        return Backcast(self.year, whole["predicted"], whole["actual"], left, chapters)

    def by_rise(self, cuts: Sequence[float] = RISES) -> pd.DataFrame:
        """Return both changes by how much the duty rose.

        Returns
        -------
        pandas.DataFrame
            `base_usd`, `predicted`, `actual`, mean `rise`, `rise_from` and `rise_to` (fractions).
        """
        frame = self.products
        bounds = [-np.inf, *cuts, np.inf]
        band = pd.Series(np.searchsorted(cuts, frame["rise"], side="right"), frame.index, name="band")
        found = _summed(frame, band)
        mean = _summed(frame.assign(actual=frame["rise"]), band)["actual"]
        ends = {
            "rise_from": [bounds[at] for at in found.index],
            "rise_to": [bounds[at + 1] for at in found.index],
        }
        return found.assign(rise=mean, **ends).reset_index(drop=True)


def _covariance(frame: pd.DataFrame) -> np.ndarray:
    found: np.ndarray = np.cov(frame["predicted"], frame["actual"], aweights=frame["base_usd"])
    return found


def _summed(products: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Return trade and mean changes of groups of products, weighted with the trade of the base year."""
    value = products["base_usd"]
    sums = {name: (value * products[name]).groupby(by).sum() for name in ("predicted", "actual")}
    whole = value.groupby(by).sum()
    return pd.DataFrame({"base_usd": whole, **{name: column / whole for name, column in sums.items()}})


def backcast(shared: Setting, year: int = BASE_YEAR + 1) -> Backcast:
    """Foretell the imports from China of a year from the mean duty of its days, and compare.

    The law is charged in full; demand, prices and goods ordered ahead of duties are not in the model.
    """
    base = shared.base.market
    rates = shared.prices.hs6(shared.ledger, "USA", date(year, 1, 1), date(year, 12, 31))
    every = np.arange(len(base.products))
    law = on_products(rates, base)
    found = solve(base, law, shared.centre, every)
    foretold = pd.Series(
        base.value_usd * (1 + np.nan_to_num(found.product_value_change[0])), list(base.products)
    )
    before, after = (_imports(shared.tables, at) for at in (BASE_YEAR, year))
    chapters = pd.DataFrame(
        {
            "base_usd": _by_chapter(before),
            "predicted": _by_chapter(foretold) / _by_chapter(pd.Series(base.value_usd, list(base.products)))
            - 1,
            "actual": _by_chapter(after) / _by_chapter(before) - 1,
        }
    ).dropna()
    chapters.index.name = "chapter"
    products = pd.DataFrame(
        {
            "hs6": base.products,
            "rise": law - base.rate,
            "base_usd": before.reindex(list(base.products)).to_numpy(),
            "predicted": found.product_value_change[0],
            "actual": (after.reindex(before.index).fillna(0.0) / before - 1)
            .reindex(list(base.products))
            .to_numpy(),
        }
    )
    is_compared = (products["base_usd"] > 0) & products["predicted"].notna()
    return Backcast(
        year,
        found.one("value_change"),
        float(after.sum() / before.sum() - 1),
        products[is_compared].reset_index(drop=True),
        chapters.reset_index(),
    )


def _imports(tables: Mapping[str, pd.DataFrame], year: int) -> pd.Series:
    frame = tables[TABLES[1]]
    frame = frame[(frame["year"] == year) & (frame["flow"] == "imports") & (frame["partner_iso3"] == "CHN")]
    found = frame.groupby("hs6")["value_usd"].sum()
    return found[~found.index.str[:2].isin(OUTSIDE)]


def _by_chapter(values: pd.Series) -> pd.Series:
    return values.groupby(values.index.str[:2]).sum()


@dataclass(frozen=True)
class Replay:
    """The duties of 2018 on goods of China, at the trade of 2017: a part of what others count.

    `listed_usd` is trade whose duty rose, `before_pct` and `after_pct` its average duty, `bill_usd` the added
    duty at unchanged trade.
    """

    listed_usd: float
    before_pct: float
    after_pct: float
    bill_usd: float


def replay_2018(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> Replay:
    """Return what the duties of 2018 did to goods of China, without any reaction of buyers."""
    panel = build_panel(ledger, "USA", None, date(2018, 1, 1), date(2018, 12, 31))
    weights = weight_set(IMPORTS_2017, panel, tables)
    shares = weights.shares.groupby("code")["share"].first()
    totals = panel.totals.select(["code", "valid_from", "valid_to", "rate_pct"]).to_pandas()
    first = totals[totals["valid_from"] <= panel.first].set_index("code")["rate_pct"].astype(float)
    last = totals[totals["valid_to"] >= panel.end].set_index("code")["rate_pct"].astype(float)
    frame = pd.DataFrame({"share": shares, "first": first, "last": last}).dropna()
    raised = frame[frame["last"] > frame["first"]]
    value = raised["share"] * (weights.value_usd or 0.0)
    return Replay(
        float(value.sum()),
        float((value * raised["first"]).sum() / value.sum()),
        float((value * raised["last"]).sum() / value.sum()),
        float((value * (raised["last"] - raised["first"])).sum() / 100),
    )
