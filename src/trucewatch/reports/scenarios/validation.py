"""The model against what is known: a hundred points, the year that followed, the first round of duties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from trucewatch.duty.panel import build_panel
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.scenario.equilibrium import Market, solve
from trucewatch.scenario.market import BASE_YEAR, TABLES, Base, base_year, on_products
from trucewatch.scenario.run import Setting
from trucewatch.trade.weights import IMPORTS_2017, IN_UNION, weight_set

LEAST_MONTHS = 3
"""Regimes shorter than this are shown and not judged by."""

BEFORE_CUT, ON_CUT = date(2025, 4, 15), date(2025, 5, 14)
"""The days that the published household costs are of: the law of the first release, and the cut of Geneva."""

RISES = (0.2, 0.3, 0.5)
"""Rises of the duty at which the comparison with the year that came is cut."""


def hundred_points(shared: Setting) -> float:
    """Return what 100 points on all goods of China add to the average duty on all imports, in points.

    Chapters 98 and 99 count here, as in the published figure.
    """
    imports = shared.tables[TABLES[0]]
    by_partner = imports[imports["year"] == BASE_YEAR].groupby("partner_iso3")["value_usd"].sum()
    return 100 * float(by_partner["CHN"] / by_partner.drop(list(IN_UNION), errors="ignore").sum())


@dataclass(frozen=True)
class Backcast:
    """Imports from China in a year as the model has them from the law alone, against what came.

    - `year`: the year predicted
    - `predicted`, `actual`: change on the base year, as fractions; `actual` on general imports as UN Comtrade
      has them
    - `products`: `hs6`, `rise` (of the duty, a fraction), `base_usd`, `predicted`, `actual`, for products
      with imports in the base year
    - `chapters`: `chapter`, `base_usd`, `predicted`, `actual`, for chapters with imports in both years
    """

    year: int
    predicted: float
    actual: float
    products: pd.DataFrame
    chapters: pd.DataFrame

    @property
    def correlation(self) -> float:
        """Correlation of both changes over chapters, weighted with the trade of the base year."""
        cov = _covariance(self.chapters)
        return float(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))

    @property
    def spreads(self) -> tuple[float, float]:
        """Standard deviations of both changes over chapters, predicted and actual, weighted likewise."""
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

        Columns: `base_usd`, `predicted`, `actual`, mean `rise`, `rise_from` and `rise_to` (fractions).
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


def base_at(shared: Setting, on: date) -> Base:
    """Return the trade of 2024 at the law of a day: what published figures of that time start from."""
    return base_year(
        shared.prices,
        shared.ledger,
        shared.tables,
        shared.assumed["import_penetration"],
        shared.centre,
        str(BASE_YEAR),
        on,
    )


def backcast(shared: Setting, base: Market) -> Backcast:
    """Predict the imports from China of the year after 2024 from the mean duty of its days, and compare.

    Demand, prices and goods ordered ahead of duties are not in the model.

    `shared`: the setting; `base`: US imports of 2024, with the duty of that year.
    """
    year = BASE_YEAR + 1
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


@dataclass(frozen=True)
class Regimes:
    """Imports from China under every law since 2024 as the model has them, against what came.

    - `table`: `regime`, `first`, `last` (months), `months`, `law` (mean duty, a fraction), `predicted` and
      `actual` (change on the same months of 2024, fractions), `miss` (logarithm of actual over predicted
      imports)
    - `law_now`: the mean duty at the law that every scenario is measured against, a fraction
    """

    table: pd.DataFrame
    law_now: float

    @property
    def long(self) -> pd.DataFrame:
        """The regimes of at least `LEAST_MONTHS` months: in shorter ones goods at sea and stocks decide."""
        return self.table[self.table["months"] >= LEAST_MONTHS]

    @property
    def error(self) -> float:
        """Root mean square of the misses of the long regimes, in logarithms."""
        return float(np.sqrt((self.long["miss"] ** 2).mean()))

    @property
    def reach(self) -> float:
        """Root mean square of how far their law lay from today's, in logarithms of one plus the duty."""
        away = np.log1p(self.long["law"]) - np.log1p(self.law_now)
        return float(np.sqrt((away**2).mean()))

    def error_of(self, law: float) -> float:
        """Return the model's error for imports under another law.

        All of `error` for a law as far from today's as those of the backcast or further, in proportion for a
        nearer one, and none for today's.
        """
        return self.error * min(1.0, abs(np.log1p(law) - np.log1p(self.law_now)) / self.reach)


def regimes(shared: Setting, spans: pd.DataFrame) -> Regimes:
    """Return what the model makes of every law since 2024, from the trade it starts from.

    `shared`: the setting; `spans`: `label`, `valid_from`, `valid_to` of the phases; a month belongs to the
    phase of most of its days.
    """
    monthly = shared.tables["us_imports_monthly"]
    own = monthly[monthly["partner_iso3"] == "CHN"].set_index("month")["value_usd"].sort_index()
    dates = pd.DatetimeIndex(own.index)
    base = shared.base
    usual = {month.month: value for month, value in zip(dates, own, strict=True) if month.year == BASE_YEAR}
    level = own[str(base.first) : str(base.last)].sum() / sum(usual.values())
    now = base.observed
    weight = now.value_usd / now.value_usd.sum()
    rows = []
    for label, months in _months_of(dates[dates.year >= BASE_YEAR], spans):
        first, last = months[0], months[-1] + pd.offsets.MonthEnd(0)
        law = on_products(shared.prices.hs6(shared.ledger, "USA", first.date(), last.date()), now)
        predicted = level * (1 + solve(now, law, shared.centre).one("value_change"))
        actual = own[months].sum() / sum(usual[month.month] for month in months)
        rows.append(
            {
                "regime": label,
                "first": first,
                "last": months[-1],
                "months": len(months),
                "law": float((law * weight).sum()),
                "predicted": predicted - 1,
                "actual": actual - 1,
                "miss": float(np.log(actual / predicted)),
            }
        )
    law_now = float((base.market.rate * weight).sum())
    return Regimes(pd.DataFrame(rows), law_now)


def _months_of(months: pd.DatetimeIndex, spans: pd.DataFrame) -> list[tuple[str, pd.DatetimeIndex]]:
    """Return the months of the base year, then those of every phase that has most days of one."""
    starts, ends = (pd.to_datetime(spans[name]) for name in ("valid_from", "valid_to"))
    labels = []
    for month in months:
        after = month + pd.offsets.MonthBegin(1)
        days = np.array(
            [(min(end, after) - max(start, month)).days for start, end in zip(starts, ends, strict=True)]
        )
        labels.append(str(spans["label"].iloc[int(days.argmax())]) if days.max() > 0 else "")
    named = pd.Series(labels, months)
    named[months.year == BASE_YEAR] = str(BASE_YEAR)
    found = []
    for label in dict.fromkeys(named):
        if label:
            found.append((label, pd.DatetimeIndex(named.index[named == label])))
    return found


@dataclass(frozen=True)
class HouseholdShock:
    """What a cut of duties saves a household, in US dollars a year.

    `static_usd` at unchanged trade, `model_usd` once buyers have moved, both at the trade of 2024;
    `china_share_pct`: China's share of US imports under the lower duties; `actual_share_pct`: what it was in
    the five months that followed the month of the cut.
    """

    static_usd: float
    model_usd: float
    china_share_pct: float
    actual_share_pct: float


def household_shock(shared: Setting, base: Base, before: date) -> HouseholdShock:
    """Return what the law of a day cost a household more than that of the base, at the trade of the base."""
    high = on_products(shared.prices.hs6(shared.ledger, "USA", before), base.observed)
    static = ((high - base.market.rate) * base.observed.value_usd).sum()
    cost = solve(base.market, high, shared.centre).one("buyer_cost_usd")
    china = base.market.value_usd.sum()
    monthly = shared.tables["us_imports_monthly"]
    start = pd.Timestamp(base.on).to_period("M").to_timestamp()
    months = pd.date_range(start + pd.offsets.MonthBegin(1), periods=5, freq="MS")
    came = monthly[monthly["month"].isin(months)].groupby("partner_iso3")["value_usd"].sum()
    return HouseholdShock(
        float(static) / shared.households,
        cost / shared.households,
        100 * float(china / (china + base.market.other_usd.sum() + base.outside_usd)),
        100 * float(came["CHN"] / came["WLD"]),
    )


def _imports(tables: Mapping[str, pd.DataFrame], year: int) -> pd.Series:
    frame = tables[TABLES[1]]
    frame = frame[(frame["year"] == year) & (frame["flow"] == "imports") & (frame["partner_iso3"] == "CHN")]
    found = frame.groupby("hs6")["value_usd"].sum()
    return found[~found.index.str[:2].isin(SPECIAL_CHAPTERS)]


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
