"""The trade a scenario starts from, out of the clean tables, and duties by HS6 from a ledger."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from trucewatch.duty.pricing import DayRates, Pricing
from trucewatch.duty.stacking import AS_COLLECTED, AS_FINALLY_HELD
from trucewatch.errors import DataError, check_choice
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.scenario.equilibrium import Elasticities, Market, moved
from trucewatch.scenario.origin_prices import CHINA, OriginPrices
from trucewatch.trade.weights import CONCORDANCE, IMPORTS_2024, IN_UNION, spread, trade_values

BASE_YEAR = 2024
LAST_12_MONTHS = "last_12_months"
BASES = (LAST_12_MONTHS, str(BASE_YEAR))
"""Trade a scenario can start from; the first is the default."""

TABLES = (
    "us_imports_hs10_partner_annual", "us_trade_hs6_annual", "hs6_2022_2017", "us_imports_monthly",
    "us_china_goods_monthly", "china_soybean_imports_monthly", "us_imports_hs4_2026",
    "china_imports_from_us_hs6", "china_imports_from_us_hs8", "china_imports_by_heading",
)  # fmt: skip
"""Clean tables a scenario is priced with."""

_CHINA, _ALL = "CHN", "WLD"
_SOYBEANS = "120190"


@dataclass(frozen=True)
class Trade:
    """What both sides traded in a year, before anything is supposed.

    `first`, `last`: first and last day of the year; `value`, `duty`: US imports in US dollars by product
    (rows) and partner (columns), and the duty assessed on them; `sold`: US exports to China by product, US
    dollars; `outside_usd`: imports of chapters 98 and 99, which the model leaves out.
    """

    first: date
    last: date
    value: pd.DataFrame
    duty: pd.DataFrame
    sold: pd.Series
    outside_usd: float


@dataclass(frozen=True)
class Base:
    """What a scenario starts from: a year of trade, moved by the model to the law of one day.

    - `first`, `last`: first and last day of the year of trade
    - `on`: the day whose law holds: what every scenario is measured against
    - `observed`: US imports of that year, with the duty on goods of the origins that are priced as the law
      had it, mean of the days of that year
    - `market`: the same at the law of `on`
    - `exports`: US exports to China in China's market, at China's duty of `on`
    - `partners`: Customs value by product (rows, as in `market`) and other partner (columns), at the law of
      `on`
    - `outside_usd`: imports of chapters 98 and 99, which the model leaves out
    - `unpriced_usd`: imports from these origins whose HS6 found no line of the schedule; their duty is taken
      to stay
    """

    first: date
    last: date
    on: date
    observed: Market
    market: Market
    exports: Market
    partners: pd.DataFrame
    outside_usd: float
    unpriced_usd: float

    @property
    def label(self) -> str:
        """The year as a reader names it: `2024`, or `the twelve months to August 2026`."""
        if (self.first.month, self.first.year) == (1, self.last.year):
            return str(self.first.year)
        return f"the twelve months to {self.last:%B %Y}"


class Prices:
    """Duties by HS6 under a ledger and its edits; what they share is worked out once.

    `tables`: clean tables by name (`TABLES`).
    """

    def __init__(self, ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = tables
        self._ledger = ledger
        self._pricings: dict[str, Pricing] = {}
        self._shares: dict[tuple[str, tuple[str, ...]], pd.DataFrame] = {}
        self._known: dict[tuple[str, date, date | None, str], pd.Series] = {}
        self._turns: dict[str, list[date]] = {}
        self._stretches: dict[tuple[str, int], DayRates] = {}

    def hs6(
        self, law: Ledger, importer: str, first: date, last: date | None = None, lens: str = AS_COLLECTED
    ) -> pd.Series:
        """Return the duty by HS6 as a fraction of customs value, mean of the days of a window.

        Lines are weighted with the trade of the base year, days count the same.

        `law`: the ledger given at the start, or an edit of it; an importer that the edit leaves alone is
        priced once a window; `importer`: `USA` or `CHN`; the origin is the other side; `first`, `last`: first
        and last day; one day if only one is given; `lens`: `as_collected` or `as_finally_held`.
        """
        key = (importer, first, last, lens)
        is_touched = self._pricing(importer).is_touched(law)
        if is_touched or key not in self._known:
            rows = self._rows(law, importer, first, first if last is None else last, lens, is_touched)
            weight = rows["share"] * rows["days"]
            sums = (weight * rows["rate_pct"]).groupby(rows["hs6"]).sum()
            found = (sums / weight.groupby(rows["hs6"]).sum()).dropna() / 100
            if is_touched:
                return found.rename("rate")
            self._known[key] = found.rename("rate")
        return self._known[key]

    def _pricing(self, importer: str) -> Pricing:
        if importer not in self._pricings:
            self._pricings[importer] = Pricing(self._ledger, importer)
        return self._pricings[importer]

    def _on(self, importer: str, day: date) -> DayRates:
        """Return the duties of a day under the ledger itself; those between two changes are priced once."""
        pricing = self._pricing(importer)
        if importer not in self._turns:
            self._turns[importer] = list(pricing.changes(pricing.ledger, date.min, date.max))
        key = importer, bisect.bisect_right(self._turns[importer], day)
        if key not in self._stretches:
            self._stretches[key] = pricing.on(pricing.ledger, day)
        return self._stretches[key]

    def _rows(
        self, law: Ledger, importer: str, first: date, last: date, lens: str, is_touched: bool
    ) -> pd.DataFrame:
        """Return `code`, `hs6`, `share`, `rate_pct` and `days`, a row a stretch in which nothing changes."""
        pricing = self._pricing(importer)
        starts = pricing.changes(law, first, last)
        parts = []
        for start, end in pairwise((*starts, last + timedelta(days=1))):
            rates = pricing.on(law, start) if is_touched else self._on(importer, start)
            if (importer, rates.codes) not in self._shares:
                self._shares[importer, rates.codes] = self._weights(rates, importer, start)
            rows = self._shares[importer, rates.codes]
            column = rates.held_pct if lens == AS_FINALLY_HELD else rates.rate_pct
            parts.append(rows.assign(rate_pct=column[rows["place"].to_numpy()], days=(end - start).days))
        if len(parts) == 1:
            return parts[0]
        whole = pd.concat(parts).sort_values("code", kind="stable", ignore_index=True)
        said = whole[["code", "share", "rate_pct"]]
        run = (said != said.shift()).any(axis=1).cumsum()
        days = whole.groupby(run)["days"].sum()
        return whole[~run.duplicated()].assign(days=days.to_numpy())

    def _weights(self, rates: DayRates, importer: str, day: date) -> pd.DataFrame:
        """Return lines with trade in the base year: `code`, `share`, `hs6`, `place` among the products."""
        values = trade_values(IMPORTS_2024, importer, DEFAULT_ORIGIN[importer], self._tables)
        products = pd.DataFrame({"code": rates.codes, "is_line": rates.is_line})
        products = products.assign(valid_from=day, valid_to=day + timedelta(days=1))
        inside = values[~values.index.str[:2].isin(SPECIAL_CHAPTERS)]
        shares, _ = spread(inside, products, self._tables[CONCORDANCE])
        shares = shares[shares["share"] > 0].reset_index(drop=True)
        place = {code: at for at, code in enumerate(rates.codes)}
        return shares.assign(hs6=shares["code"].str[:6], place=shares["code"].map(place))


def on_products(rates: pd.Series | pd.DataFrame, market: Market) -> np.ndarray:
    """Return duties in the order of a market's numbers (C); the base duty where the law has no line.

    `rates`: fractions of value by HS6; of several origins a column each, named as in `market.origins`.
    """
    columns = rates.to_frame() if isinstance(rates, pd.Series) else rates.reindex(columns=market.origins)
    found = columns.reindex(list(market.products)).to_numpy(dtype=float)[market.product, market.origin]
    return np.where(np.isnan(found), market.rate, found)


def trade_of(base: str, tables: Mapping[str, pd.DataFrame]) -> Trade:
    """Return the trade of a base.

    `2024` is that year, product by product. The twelve months to the newest take each partner's total of
    those months, shared out by heading as in the newest months of `us_imports_hs4_2026`, and within a heading
    as in the newest year that a table has by product (2024 where it has none). On the goods of the others the
    duty assessed rises or falls by as much as that partner's average did.

    `base`: one of `BASES`; `tables`: clean tables by name (`TABLES`).

    Raises `ParameterError` if there is no such base; `DataError` if the tables have no trade of the base
    year.
    """
    check_choice("base", base, BASES)
    imports = tables[TABLES[0]]
    imports = imports[(imports["year"] == BASE_YEAR) & ~imports["partner_iso3"].isin(IN_UNION)]
    if imports.empty or _CHINA not in set(imports["partner_iso3"]):
        raise DataError(f"no imports of {BASE_YEAR} from {_CHINA}", remedy="build the table", file=TABLES[0])
    imports = imports.assign(hs6=imports["hs10"].str[:6])
    value, duty = (
        imports.pivot_table(index="hs6", columns="partner_iso3", values=name, aggfunc="sum", fill_value=0.0)
        for name in ("value_usd", "duty_usd")
    )
    by_product = tables[TABLES[1]]
    sold = _by_product(by_product, BASE_YEAR, "exports", _CHINA)
    first, last = date(BASE_YEAR, 1, 1), date(BASE_YEAR, 12, 31)
    if base == LAST_12_MONTHS:
        monthly = tables[TABLES[3]]
        months = pd.DatetimeIndex(sorted(monthly.loc[monthly["partner_iso3"] == _CHINA, "month"])[-12:])
        first, last = months[0].date(), (months[-1] + pd.offsets.MonthEnd(0)).date()
        value, duty = _brought_up_to_date(value, duty, tables, months)
        goods = tables[TABLES[4]]
        exported = goods[(goods["flow"] == "exports") & goods["month"].isin(months)]["value_usd"].sum()
        sold = _by_product(by_product, int(by_product["year"].max()), "exports", _CHINA)
        sold = sold * exported / sold.sum()
    is_outside = value.index.str[:2].isin(SPECIAL_CHAPTERS)
    kept = ~is_outside & (value.sum(axis="columns") > 0)
    return Trade(
        first,
        last,
        value[kept],
        duty[kept],
        sold[(sold > 0) & ~sold.index.str[:2].isin(SPECIAL_CHAPTERS)],
        float(value[is_outside].sum().sum()),
    )


def _by_product(table: pd.DataFrame, year: int, flow: str, partner: str) -> pd.Series:
    rows = (table["year"] == year) & (table["flow"] == flow) & (table["partner_iso3"] == partner)
    return table[rows].groupby("hs6")["value_usd"].sum()


def _brought_up_to_date(
    value: pd.DataFrame, duty: pd.DataFrame, tables: Mapping[str, pd.DataFrame], months: pd.DatetimeIndex
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return imports of the base year, and the duty on them, as they are in some newer months."""
    by_product, monthly, by_heading = (tables[TABLES[at]] for at in (1, 3, 6))
    newest = int(by_product["year"].max())
    by_heading = by_heading[by_heading["year"] == by_heading["year"].max()]
    of_year = monthly["month"].dt.year == BASE_YEAR
    before, now = (
        monthly[rows].groupby("partner_iso3")[["value_usd", "duty_usd"]].sum()
        for rows in (of_year, monthly["month"].isin(months))
    )
    named = before.index.intersection(value.columns)
    for totals in (before, now):
        # all partners without a total of their own move as what is left of all imports
        totals.loc[_ALL] -= totals.loc[named].sum()
    rest = value.drop(columns=named).sum().sum()
    average = now["duty_usd"] / now["value_usd"] - before["duty_usd"] / before["value_usd"]
    values, duties = {}, {}
    for partner in value.columns:
        known = _by_product(by_product, newest, "imports", partner)
        goods = known if known.sum() > 0 else value[partner]
        headings = by_heading[by_heading["partner_iso3"] == partner].set_index("hs4")["general_imports_usd"]
        if len(headings):
            heading = goods.index.str[:4]
            within = goods / goods.groupby(heading).transform("sum")
            goods = (within * headings.reindex(heading).to_numpy()).fillna(0.0)
        whole = partner if partner in named else _ALL
        share = 1.0 if partner in named else value[partner].sum() / rest
        goods = goods * (now["value_usd"][whole] * share / goods.sum())
        rate = (duty[partner] / value[partner].where(value[partner] > 0)).reindex(goods.index).fillna(0.0)
        values[partner], duties[partner] = goods, (rate + average[whole]).clip(lower=0.0) * goods
    return pd.DataFrame(values).fillna(0.0).sort_index(), pd.DataFrame(duties).fillna(0.0).sort_index()


def rivals_of(sold: pd.Series, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return what China buys of each product from everyone else, US dollars.

    That is its imports of 2024 less US exports of that year, whatever the base: by heading where the table
    has it, else over the rest of the chapter, so that the products of a group share one US share. Soybeans
    follow the tonnes that China's customs counts.

    `sold`: US exports to China by product in the base, chapters 98 and 99 apart; `tables`: clean tables by
    name (`TABLES`).

    Raises `DataError` if the table lacks the chapter of a product, or the United States sold more of a group
    than China bought.
    """
    bought = tables["china_imports_by_heading"]
    whole, heading = (
        bought[(bought["year"] == BASE_YEAR) & (bought["level"] == level)].set_index("code")["value_usd"]
        for level in ("chapter", "heading")
    )
    bought_by = pd.concat([heading, whole.sub(heading.groupby(heading.index.str[:2]).sum(), fill_value=0.0)])
    then = _by_product(tables[TABLES[1]], BASE_YEAR, "exports", _CHINA)
    beans = tables[TABLES[5]]
    beans = beans[beans["month"].dt.year == BASE_YEAR].groupby("partner_iso3")["quantity_t"].sum()

    def groups(products: pd.Index) -> list[str]:
        own = (code if code == _SOYBEANS else code[:4] for code in products)
        return [code if code == _SOYBEANS or code in heading.index else code[:2] for code in own]

    sold_by = then.groupby(groups(then.index)).sum()
    bought_by[_SOYBEANS] = sold_by.get(_SOYBEANS, 0.0) * beans[_ALL] / beans["USA"]
    group = pd.Series(groups(sold.index), index=sold.index)
    others = (bought_by - sold_by.reindex(bought_by.index).fillna(0.0)).reindex(group.unique())
    if not (others > 0).all():
        at_fault = ", ".join(others.index[~(others > 0)])
        raise DataError(
            f"China's imports of {BASE_YEAR} do not exceed US exports to it in {at_fault}",
            remedy="add the chapter, or put its value right", file="china_imports_by_heading",
        )  # fmt: skip
    return group.map(others) * sold / sold.groupby(group).transform("sum")


def base_year(
    prices: Prices,
    ledger: Ledger,
    tables: Mapping[str, pd.DataFrame],
    penetration: float,
    parameters: Elasticities,
    base: str = LAST_12_MONTHS,
    on: date | None = None,
    origins: Sequence[str] = CHINA,
    of_origins: OriginPrices | None = None,
) -> Base:
    """Return the base of both sides.

    - `prices`: duties under the law
    - `tables`: clean tables by name (`TABLES`)
    - `penetration`: share of imports in the spending of every sector, an assumption
    - `parameters`: of the model that moves the year's trade to the law of a day
    - `base`: one of `BASES`
    - `on`: that day; the last one the law is known for if not given
    - `origins`: partners of the tables whose goods are priced; `of_origins`: the duties on them, if they are
      not China alone

    Raises `ParameterError`, `DataError` as `trade_of`.
    """
    trade, day = trade_of(base, tables), ledger.law_asof if on is None else on
    own = trade.value[list(origins)]
    others, other_duty = (frame.drop(columns=own.columns) for frame in (trade.value, trade.duty))
    us_duty = (
        (lambda *days: prices.hs6(ledger, "USA", *days).to_frame(_CHINA))
        if of_origins is None
        else (lambda *days: of_origins.hs6(ledger, *days))
    )
    law, export_law = us_duty(trade.first, trade.last), prices.hs6(ledger, "CHN", trade.first, trade.last)
    rivals = rivals_of(trade.sold, tables)
    observed = _market(own, law, others.sum(axis="columns"), other_duty.sum(axis="columns"), penetration)
    sold = trade.sold.to_frame("USA")
    exports = _market(sold, export_law.to_frame("USA"), rivals, rivals * 0, penetration)
    market, factor = moved(observed, on_products(us_duty(day), observed), parameters)
    unpriced = own.where(law.reindex(index=own.index, columns=own.columns).isna())
    return Base(
        trade.first,
        trade.last,
        day,
        observed,
        market,
        moved(exports, on_products(prices.hs6(ledger, "CHN", day), exports), parameters)[0],
        others.mul(factor, axis=0),
        trade.outside_usd,
        float(unpriced.sum().sum()),
    )


def _market(
    own: pd.DataFrame, law: pd.DataFrame, others: pd.Series, other_duty: pd.Series, penetration: float
) -> Market:
    """Return a market with chapters as sectors; a product without a line of the schedule has no duty.

    `own`, `law`: Customs value, and duty as a fraction of it, by product (rows) and origin whose duty
    changes (columns).
    """
    own = own.sort_index()
    sectors, sector = np.unique(own.index.str[:2].to_numpy(dtype=str), return_inverse=True)
    value = own.to_numpy(dtype=float)
    is_sold = value > 0
    is_sold[:, 0] |= ~is_sold.any(axis=1)  # every product has one number at least
    product, origin = np.nonzero(is_sold)
    rate = law.reindex(index=own.index, columns=own.columns).fillna(0.0).to_numpy(dtype=float)
    return Market(
        products=tuple(own.index),
        sector=sector,
        sectors=tuple(str(name) for name in sectors),
        value_usd=value[is_sold],
        rate=rate[is_sold],
        other_usd=others.reindex(own.index).to_numpy(dtype=float),
        other_duty_usd=other_duty.reindex(own.index).to_numpy(dtype=float),
        penetration=np.full(len(sectors), penetration),
        origins=tuple(own.columns),
        product=product,
        origin=origin,
    )
