"""The base year of the model from the clean tables, and duties by HS6 from a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from trucewatch.errors import DataError
from trucewatch.law.ledger import Ledger
from trucewatch.law.lookup import DEFAULT_ORIGIN
from trucewatch.law.panel import Panel, build_panel
from trucewatch.law.pricing import DayRates, Pricing
from trucewatch.law.stacking import AS_COLLECTED, AS_FINALLY_HELD
from trucewatch.scenario.model import Market
from trucewatch.trade.weights import CONCORDANCE, IMPORTS_2024, OUTSIDE, spread, trade_values, weight_set

BASE_YEAR = 2024
TABLES = ("us_imports_hs10_partner_annual", "us_trade_hs6_annual", "hs6_2022_2017")
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


def panel_on(ledger: Ledger, importer: str, first: date, last: date | None = None) -> Panel:
    """Return the panel of the days that are priced; one day if only one is given."""
    return build_panel(ledger, importer, None, first, first if last is None else last)


def hs6_rates(panel: Panel, tables: Mapping[str, pd.DataFrame], lens: str = AS_COLLECTED) -> pd.Series:
    """Return the duty by HS6 over the days of a panel, as a fraction of customs value.

    Lines are weighted with the trade of the base year, days count the same.

    Parameters
    ----------
    panel
        Duties of one importer over the days wanted.
    tables
        Clean tables by name (`TABLES`).
    lens
        `as_collected` or `as_finally_held`.
    """
    shares = weight_set(IMPORTS_2024, panel, tables).shares
    column = "held_pct" if lens == AS_FINALLY_HELD else "rate_pct"
    totals = panel.totals.select(["code", "valid_from", "valid_to", column]).to_pandas()
    totals = totals.rename(columns={"valid_from": "from", "valid_to": "to", column: "rate"})
    rows = shares[shares["share"] > 0].merge(totals, on="code")
    ends = [rows[name].map(_day_number).to_numpy() for name in ("valid_to", "to")]
    starts = [rows[name].map(_day_number).to_numpy() for name in ("valid_from", "from")]
    bounds = (panel.first.toordinal(), panel.end.toordinal())
    days = np.minimum(np.minimum(*ends), bounds[1]) - np.maximum(np.maximum(*starts), bounds[0])
    weight = rows["share"] * np.maximum(days, 0)
    return _by_hs6(rows["code"].str[:6], weight, rows["rate"].astype(float))


def _by_hs6(hs6: pd.Series, weight: pd.Series, rate_pct: pd.Series) -> pd.Series:
    rate = (weight * rate_pct).groupby(hs6).sum() / weight.groupby(hs6).sum()
    return (rate.dropna() / 100).rename("rate").rename_axis("hs6")


def _day_number(day: date) -> int:
    return day.toordinal()


class Prices:
    """Duties by HS6 of single days, under a ledger and its edits; what they share is worked out once.

    Parameters
    ----------
    ledger
        The law.
    tables
        Clean tables by name (`TABLES`).
    """

    def __init__(self, ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
        self._ledger, self._tables = ledger, tables
        self._pricing = {importer: Pricing(ledger, importer) for importer in ledger.importers}
        self._shares: dict[tuple[str, tuple[str, ...]], pd.DataFrame] = {}
        self._known: dict[tuple[str, date, str], pd.Series] = {}

    def hs6(self, law: Ledger, importer: str, day: date, lens: str = AS_COLLECTED) -> pd.Series:
        """Return the duty by HS6 on a day, as `hs6_rates` of a panel of that day has it.

        Parameters
        ----------
        law
            The ledger given at the start, or an edit of it.
        importer, day, lens
            What is asked; an importer that the edit leaves alone is priced once a day.
        """
        key = (importer, day, lens)
        is_touched = self._pricing[importer].is_touched(law)
        if is_touched or key not in self._known:
            found = self._hs6(self._pricing[importer].on(law, day), importer, day, lens)
            if is_touched:
                return found
            self._known[key] = found
        return self._known[key]

    def _hs6(self, rates: DayRates, importer: str, day: date, lens: str) -> pd.Series:
        if (importer, rates.codes) not in self._shares:
            self._shares[importer, rates.codes] = self._weights(rates, importer, day)
        rows = self._shares[importer, rates.codes]
        column = rates.held_pct if lens == AS_FINALLY_HELD else rates.rate_pct
        return _by_hs6(rows["hs6"], rows["share"], pd.Series(column[rows["place"].to_numpy()], rows.index))

    def _weights(self, rates: DayRates, importer: str, day: date) -> pd.DataFrame:
        """Return the lines with trade in the base year: `share`, `hs6` and `place` among the products."""
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
    ledger: Ledger, tables: Mapping[str, pd.DataFrame], penetration: float, us_share: float
) -> Base:
    """Return the base year of both sides.

    Parameters
    ----------
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
    law = {name: hs6_rates(panel_on(ledger, name, first, last), tables) for name in ("USA", "CHN")}
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
