"""The base year of the model from the clean tables, and duties by HS6 from a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from trucewatch.duty.pricing import DayRates, Pricing
from trucewatch.duty.stacking import AS_COLLECTED, AS_FINALLY_HELD
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.scenario.model import Market
from trucewatch.trade.weights import CONCORDANCE, IMPORTS_2024, OUTSIDE, spread, trade_values

BASE_YEAR = 2024
TABLES = (
    "us_imports_hs10_partner_annual",
    "us_trade_hs6_annual",
    "hs6_2022_2017",
    "china_imports_from_us_hs6",
    "china_imports_from_us_hs8",
)
"""Clean tables a scenario is priced with."""

_TAXED = "CHN"
_IN_UNION = ("SVK",)
"""Members of the Union that the table also lists alone: their trade is in the Union's row."""


@dataclass(frozen=True)
class Base:
    """The base year: both markets, and who else sells what.

    Attributes
    ----------
    market
        US imports, with the duty of China as the law had it, mean of the base year.
    exports
        US exports to China in China's market, with China's duty on them.
    partners
        Customs value by product (rows, as in `market`) and other partner (columns).
    outside_usd
        Imports of chapters 98 and 99, which the model leaves out.
    unpriced_usd
        Imports from China whose HS6 found no line of the schedule; their duty is taken to stay.
    """

    market: Market
    exports: Market
    partners: pd.DataFrame
    outside_usd: float
    unpriced_usd: float


class Prices:
    """Duties by HS6 under a ledger and its edits; what they share is worked out once.

    Parameters
    ----------
    ledger
        The law.
    tables
        Clean tables by name (`TABLES`).
    """

    def __init__(self, ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = tables
        self._pricing = {importer: Pricing(ledger, importer) for importer in ledger.importers}
        self._shares: dict[tuple[str, tuple[str, ...]], pd.DataFrame] = {}
        self._known: dict[tuple[str, date, date | None, str], pd.Series] = {}

    def hs6(
        self, law: Ledger, importer: str, first: date, last: date | None = None, lens: str = AS_COLLECTED
    ) -> pd.Series:
        """Return the duty by HS6 as a fraction of customs value, mean of the days of a window.

        Lines are weighted with the trade of the base year, days count the same.

        Parameters
        ----------
        law
            The ledger given at the start, or an edit of it; an importer that the edit leaves alone is priced
            once a window.
        importer
            `USA` or `CHN`; the origin is the other side.
        first, last
            First and last day; one day if only one is given.
        lens
            `as_collected` or `as_finally_held`.
        """
        key = (importer, first, last, lens)
        is_touched = self._pricing[importer].is_touched(law)
        if is_touched or key not in self._known:
            rows = self._rows(law, importer, first, first if last is None else last, lens)
            weight = rows["share"] * rows["days"]
            sums = (weight * rows["rate_pct"]).groupby(rows["hs6"]).sum()
            found = (sums / weight.groupby(rows["hs6"]).sum()).dropna() / 100
            if is_touched:
                return found.rename("rate")
            self._known[key] = found.rename("rate")
        return self._known[key]

    def _rows(self, law: Ledger, importer: str, first: date, last: date, lens: str) -> pd.DataFrame:
        """Return `code`, `hs6`, `share`, `rate_pct` and `days`, a row a stretch in which nothing changes."""
        pricing = self._pricing[importer]
        starts = pricing.changes(law, first, last)
        parts = []
        for start, end in pairwise((*starts, last + timedelta(days=1))):
            rates = pricing.on(law, start)
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
        inside = values[~values.index.str[:2].isin(OUTSIDE)]
        shares, _ = spread(inside, products, self._tables[CONCORDANCE])
        shares = shares[shares["share"] > 0].reset_index(drop=True)
        place = {code: at for at, code in enumerate(rates.codes)}
        return shares.assign(hs6=shares["code"].str[:6], place=shares["code"].map(place))


def on_products(rates: pd.Series, market: Market) -> np.ndarray:
    """Return duties in the order of a market's products; the base duty where the law has no line."""
    found = rates.reindex(list(market.products)).to_numpy(dtype=float)
    return np.where(np.isnan(found), market.rate, found)


def base_year(
    prices: Prices, ledger: Ledger, tables: Mapping[str, pd.DataFrame], penetration: float, us_share: float
) -> Base:
    """Return the base year of both sides.

    Parameters
    ----------
    prices
        Duties under the law.
    ledger
        The law.
    tables
        Clean tables by name (`TABLES`).
    penetration
        Share of imports in the spending of every sector, an assumption.
    us_share
        Share of the United States in China's imports of every product, an assumption.

    Raises
    ------
    DataError
        If the tables have no trade of the base year.
    """
    first, last = date(BASE_YEAR, 1, 1), date(BASE_YEAR, 12, 31)
    law = {name: prices.hs6(ledger, name, first, last) for name in ("USA", "CHN")}
    imports = tables[TABLES[0]]
    imports = imports[(imports["year"] == BASE_YEAR) & ~imports["partner_iso3"].isin(_IN_UNION)]
    if imports.empty or _TAXED not in set(imports["partner_iso3"]):
        raise DataError(f"no imports of {BASE_YEAR} from {_TAXED}", remedy="build the table", file=TABLES[0])
    is_outside = imports["hs10"].str[:2].isin(OUTSIDE)
    inside = imports[~is_outside]
    inside = inside.assign(hs6=inside["hs10"].str[:6])
    value, duty = (
        inside.pivot_table(index="hs6", columns="partner_iso3", values=name, aggfunc="sum", fill_value=0.0)
        for name in ("value_usd", "duty_usd")
    )
    value = value[value.sum(axis="columns") > 0]
    own = value[_TAXED]
    others = value.drop(columns=_TAXED)
    other_duty = duty.loc[value.index].drop(columns=_TAXED).sum(axis="columns")
    market = _market(own, law["USA"], others.sum(axis="columns"), other_duty, penetration)
    exports = tables[TABLES[1]]
    exports = exports[
        (exports["year"] == BASE_YEAR) & (exports["flow"] == "exports") & (exports["partner_iso3"] == _TAXED)
    ]
    sold = exports.groupby("hs6")["value_usd"].sum()
    sold = sold[(sold > 0) & ~sold.index.str[:2].isin(OUTSIDE)]
    rivals = sold * (1 - us_share) / us_share
    return Base(
        market,
        _market(sold, law["CHN"], rivals, rivals * 0, penetration),
        others,
        float(imports.loc[is_outside, "value_usd"].sum()),
        float(own[~own.index.isin(law["USA"].index)].sum()),
    )


def _market(
    own: pd.Series, law: pd.Series, others: pd.Series, other_duty: pd.Series, penetration: float
) -> Market:
    """Return a market with chapters as sectors; a product without a line of the schedule has no duty."""
    own = own.sort_index()
    sectors, sector = np.unique(own.index.str[:2].to_numpy(dtype=str), return_inverse=True)
    return Market(
        products=tuple(own.index),
        sector=sector,
        sectors=tuple(str(name) for name in sectors),
        value_usd=own.to_numpy(dtype=float),
        rate=law.reindex(own.index).fillna(0.0).to_numpy(dtype=float),
        other_usd=others.reindex(own.index).to_numpy(dtype=float),
        other_duty_usd=other_duty.reindex(own.index).to_numpy(dtype=float),
        penetration=np.full(len(sectors), penetration),
    )
