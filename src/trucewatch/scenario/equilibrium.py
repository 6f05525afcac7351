r"""What a change of duties does to trade: static partial equilibrium, nested CES, hat algebra.

For product g of sector s bought from sources i, with duties t before (0) and after (1), elasticities sigma
between sources, eta between products, kappa between imports and home goods, and rho the share of a duty that
reaches the duty-paid price,

    p_ig = ((1 + t1) / (1 + t0)) ** rho
    P_g  = (sum_i s_ig p_ig ** (1 - sigma)) ** (1 / (1 - sigma))
    P_M  = (sum_g s_g P_g ** (1 - eta)) ** (1 / (1 - eta))
    P_s  = (m P_M ** (1 - kappa) + 1 - m) ** (1 / (1 - kappa))
    x_ig = p_ig ** (1 - sigma) P_g ** (sigma - eta) P_M ** (eta - kappa) P_s ** (kappa - 1)

are the relative changes of prices and duty-paid spending x; s are shares of duty-paid spending before, m the
share of imports in the spending of a sector, which stays fixed. Customs value is v = x / (1 + t), revenue the
sum of t v, and buyers pay E (prod_s P_s ** (E_s / E) - 1) more for what they had.

The duty of one source changes, or of some; all others face p = 1 and move together, product by product. So
one number a product stands for all of them, exactly, and partners are told apart afterwards by their own
trade.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from trucewatch.errors import DataError, ParameterError

_CHUNK_CELLS = 200_000
"""Draws are worked off in pieces of about this many cells, so that they fit in the cache."""

_NEAR_ONE = 1e-6
"""An elasticity this near 1 is moved away by as much: the formula of prices divides by 1 less it."""


@dataclass(frozen=True)
class Market:
    """Imports of one importer in the base year, sorted by sector.

    - `products`: HS6 codes (G)
    - `sector`: sector of each product (G), as positions in `sectors`, never falling
    - `sectors`: names of the sectors (S)
    - `value_usd`, `rate`: Customs value from the origins whose duty changes, and its duty as a fraction of
      value: one number a product from one origin (C)
    - `other_usd`, `other_duty_usd`: Customs value from, and duty on, all other sources (G)
    - `penetration`: share of imports in spending by sector (S), above 0 and at most 1
    - `origins`: the origins whose duty changes, ISO3
    - `product`, `origin`: of each of the C numbers, as positions in `products`, never falling, and in
      `origins`; every product has one. One number a product, of the only origin, if not given.
    """

    products: tuple[str, ...]
    sector: np.ndarray
    sectors: tuple[str, ...]
    value_usd: np.ndarray
    rate: np.ndarray
    other_usd: np.ndarray
    other_duty_usd: np.ndarray
    penetration: np.ndarray
    origins: tuple[str, ...] = ("",)
    product: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    origin: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    starts: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the shapes and find where each sector starts."""
        count = len(self.products)
        if not len(self.product):
            object.__setattr__(self, "product", np.arange(count))
            object.__setattr__(self, "origin", np.zeros(count, dtype=int))
        sizes = {count, *(len(getattr(self, name)) for name in _BY_PRODUCT)}
        sizes_of_cells = {len(getattr(self, name)) for name in _BY_CELL}
        if len(sizes) != 1 or not self.products or len(sizes_of_cells) != 1:
            raise DataError("products and their numbers differ in length", remedy="give one number a product")
        if (np.unique(self.product) != np.arange(count)).any() or (np.diff(self.product) < 0).any():
            raise DataError("a product without an origin", remedy="sort by product, none left out")
        if len(self.sectors) != len(self.penetration) or (np.diff(self.sector) < 0).any():
            raise DataError("sectors do not fit the products", remedy="sort the products by sector")
        if not ((self.penetration > 0) & (self.penetration <= 1)).all():
            raise ParameterError("import_penetration: legal: above 0, at most 1")
        starts = np.searchsorted(self.sector, np.arange(len(self.sectors)))
        if (np.diff(np.append(starts, len(self.products))) < 1).any():
            raise DataError("a sector without products", remedy="leave it out", column="sectors")
        object.__setattr__(self, "starts", starts)

    @property
    def spending_usd(self) -> np.ndarray:
        """Duty-paid spending on imports of each product (G)."""
        return self.by_product(self.value_usd * (1 + self.rate)) + self.other_usd + self.other_duty_usd

    @property
    def share(self) -> np.ndarray:
        """Share of each origin whose duty changes in duty-paid spending on the product (C)."""
        return self.value_usd * (1 + self.rate) / self.by_cell(self.spending_usd)

    def by_product(self, cells: np.ndarray) -> np.ndarray:
        """Return the sum over the origins of each product: ... x C to ... x G."""
        if len(self.origins) == 1:
            return cells
        return np.add.reduceat(cells, np.searchsorted(self.product, np.arange(len(self.products))), axis=-1)

    def mean_rate(self, rate: np.ndarray) -> np.ndarray:
        """Return a duty by product and origin (C) as the mean over the origins of each product (G).

        Weighted with the base year; 0 where none of them sold.
        """
        if len(self.origins) == 1:
            return rate
        value = self.by_product(self.value_usd)
        sums = self.by_product(self.value_usd * rate)
        return np.divide(sums, value, out=np.zeros_like(sums), where=value > 0)

    def by_cell(self, products: np.ndarray) -> np.ndarray:
        """Return what holds for a product for each of its origins: ... x G to ... x C."""
        return products if len(self.origins) == 1 else products[..., self.product]


_BY_PRODUCT = ("sector", "other_usd", "other_duty_usd")
_BY_CELL = ("value_usd", "rate", "product", "origin")


@dataclass(frozen=True)
class Elasticities:
    """Parameters of the model: one number each, or one a draw (N).

    `wedge` is the share of a change of the law that is charged; 1 charges the law in full.
    """

    sigma: np.ndarray | float
    eta: np.ndarray | float
    kappa: np.ndarray | float
    rho: np.ndarray | float = 1.0
    wedge: np.ndarray | float = 1.0

    def __post_init__(self) -> None:
        """Refuse orders of the elasticities that the nests do not allow."""
        sigma, eta, kappa = (np.asarray(getattr(self, name)) for name in ("sigma", "eta", "kappa"))
        if (kappa <= 0).any() or (eta < kappa).any() or (sigma < eta).any():
            raise ParameterError("elasticities: legal: sigma >= eta >= kappa > 0")

    @property
    def draws(self) -> int:
        """Number of draws."""
        return max(np.size(getattr(self, item.name)) for item in dataclasses.fields(self))

    def column(self, name: str, rows: slice) -> np.ndarray:
        """Return some draws of a parameter as a column, elasticities moved off 1."""
        values = np.broadcast_to(np.asarray(getattr(self, name), dtype=float).ravel(), (self.draws,))[rows]
        if name in ("sigma", "eta", "kappa"):
            values = np.where(np.abs(values - 1) < _NEAR_ONE, 1 + _NEAR_ONE, values)
        return values[:, None]


RESULTS = (
    "law_rate", "before_rate", "static_rate", "after_rate", "value_usd", "value_change", "diverted_usd",
    "imports_usd", "origin_revenue_usd", "revenue_usd", "revenue_change_usd", "buyer_cost_usd",
    "net_cost_usd", "home_sales_usd",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a change of duties does, one number a draw (N).

    - `totals`: by name, an array of N. The origins are those whose duty changes. `law_rate`: average of the
      new law on their goods at the values of the base year; `before_rate`, `static_rate`, `after_rate`:
      average duty on all imports before the change, after it at the values of the base year, and after buyers
      have moved; `value_usd` and `value_change`: imports from the origins and their relative change;
      `diverted_usd`: more imports from all others; `imports_usd`: all imports; `origin_revenue_usd`: duty on
      goods of the origins; `revenue_usd`,
      `revenue_change_usd`: duty on all goods; `buyer_cost_usd`: what buyers pay more for what they had;
      `net_cost_usd`: that less the added revenue; `home_sales_usd`: what home producers sell more
    - `kept`: positions of the products whose numbers were kept
    - `product_cost_usd`, `product_value_change`, `other_factor`: for those (N x kept): base spending times
      the rise of the product's price; relative change of imports from the origins; factor on imports from
      every other source
    """

    totals: dict[str, np.ndarray]
    kept: np.ndarray
    product_cost_usd: np.ndarray
    product_value_change: np.ndarray
    other_factor: np.ndarray

    def one(self, name: str) -> float:
        """Return a total of the only draw."""
        return float(self.totals[name][0])


def solve(
    market: Market, rate: np.ndarray, elasticities: Elasticities, keep: Sequence[int] | np.ndarray = ()
) -> Outcome:
    """Return what new duties on goods of some origins do.

    `market`: the base year; `rate`: new duty on each product from each origin as a fraction of value (C);
    `elasticities`: one set, or one a draw; `keep`: positions of products whose numbers are wanted by draw.

    Raises `DataError` if the duties are not one a product and origin, or a duty is below 0.
    """
    if rate.shape != market.rate.shape or not (rate >= 0).all():
        raise DataError("not one duty of at least 0 a product", remedy="price every product", column="rate")
    kept = np.asarray(keep, dtype=int)
    step = max(1, _CHUNK_CELLS // len(market.value_usd))
    pieces = [
        _solve(market, rate, elasticities, slice(start, start + step), kept)
        for start in range(0, elasticities.draws, step)
    ]
    by_draw = (np.concatenate(column) for column in zip(*(piece[1:] for piece in pieces), strict=True))
    totals = {name: np.concatenate([piece[0][name] for piece in pieces]) for name in RESULTS}
    return Outcome(totals, kept, *by_draw)


def sold(market: Market, rate: np.ndarray, elasticities: Elasticities, found: Outcome) -> np.ndarray:
    """Return the Customs value of each product from each origin after a change of duties, US dollars (C).

    `market`, `rate`: as in `solve`; `elasticities`: one set; `found`: what `solve` found, with all products
    kept.
    """
    sigma, rho, wedge = (elasticities.column(name, slice(None)) for name in ("sigma", "rho", "wedge"))
    charged = market.rate + wedge * (rate - market.rate)
    own = _own(market, charged, sigma, rho)
    value: np.ndarray = _value(market, charged, own, found.other_factor)[0]
    return value


def moved(market: Market, rate: np.ndarray, elasticities: Elasticities) -> tuple[Market, np.ndarray]:
    """Return a market after a change of duties, as the start of another, and what others' sales grew by.

    A change from there gives what one change from the first market would have given.

    `market`, `rate`: as in `solve`; `elasticities`: one set.

    Returns `market`, `factor`: spending by sector stays what it was; the factor is one number a product (G).
    """
    found = solve(market, rate, elasticities, np.arange(len(market.products)))
    factor = found.other_factor[0]
    charged = market.rate + elasticities.column("wedge", slice(None))[0, 0] * (rate - market.rate)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = sold(market, rate, elasticities, found) / market.value_usd - 1
    # goods without imports from the origin stay without
    kept = np.nan_to_num(change) + 1
    after = dataclasses.replace(
        market,
        value_usd=market.value_usd * kept,
        rate=charged,
        other_usd=market.other_usd * factor,
        other_duty_usd=market.other_duty_usd * factor,
    )
    before_usd, after_usd = (np.add.reduceat(item.spending_usd, market.starts) for item in (market, after))
    share = np.clip(market.penetration * after_usd / before_usd, None, 1.0)
    # from here on the law of the day is the law, whatever part of its change was charged
    return dataclasses.replace(after, rate=rate, penetration=share), factor


def _solve(
    market: Market, law: np.ndarray, elasticities: Elasticities, rows: slice, kept: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    sigma, eta, kappa, rho, wedge = (
        elasticities.column(name, rows) for name in ("sigma", "eta", "kappa", "rho", "wedge")
    )
    spending, share = market.spending_usd, market.share
    in_sector = np.add.reduceat(spending, market.starts)
    rate = market.rate + wedge * (law - market.rate)
    # logarithms of relative prices, from the cell up
    own = _own(market, rate, sigma, rho)
    price = np.log1p(market.by_product(share * (own - 1))) / (1 - sigma)
    weight = spending / in_sector[market.sector]
    imports = np.add.reduceat(weight * np.expm1((1 - eta) * price), market.starts, axis=1)
    imports = np.log1p(imports) / (1 - eta)
    overall = np.log1p(market.penetration * np.expm1((1 - kappa) * imports)) / (1 - kappa)
    of_sector = (eta - kappa) * imports + (kappa - 1) * overall
    other = np.exp((sigma - eta) * price + of_sector[:, market.sector])
    # back to dollars
    value = _value(market, rate, own, other)
    # no matrix product: its last digits hang on how many draws a piece has, and on the machine
    other_sum, other_duty = ((other * each).sum(axis=1) for each in (market.other_usd, market.other_duty_usd))
    total, origin = value.sum(axis=1) + other_sum, value.sum(axis=1)
    base_value = market.value_usd.sum()
    base_total = base_value + market.other_usd.sum()
    base_revenue = (market.rate * market.value_usd).sum() + market.other_duty_usd.sum()
    revenue = (rate * value).sum(axis=1) + other_duty
    sector_spending = in_sector / market.penetration
    everything = sector_spending.sum()
    cost = everything * np.expm1((overall * (sector_spending / everything)).sum(axis=1))
    totals = {
        "law_rate": np.full(len(cost), (law * market.value_usd).sum() / base_value),
        "before_rate": np.full(len(cost), base_revenue / base_total),
        "static_rate": ((rate * market.value_usd).sum(axis=1) + market.other_duty_usd.sum()) / base_total,
        "after_rate": revenue / total,
        "value_usd": origin,
        "value_change": origin / base_value - 1,
        "diverted_usd": other_sum - market.other_usd.sum(),
        "imports_usd": total,
        "origin_revenue_usd": (rate * value).sum(axis=1),
        "revenue_usd": revenue,
        "revenue_change_usd": revenue - base_revenue,
        "buyer_cost_usd": cost,
        "net_cost_usd": cost - (revenue - base_revenue),
        "home_sales_usd": ((sector_spending - in_sector) * np.expm1((kappa - 1) * overall)).sum(axis=1),
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = market.by_product(value)[:, kept] / market.by_product(market.value_usd)[kept] - 1
    return totals, spending[kept] * np.expm1(price[:, kept]), moved, other[:, kept]


def _own(market: Market, rate: np.ndarray, sigma: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Return the factor on spending on each origin's goods that its own price alone makes."""
    return np.exp((1 - sigma) * rho * np.log((1 + rate) / (1 + market.rate)))


def _value(market: Market, rate: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the Customs value of each product from each origin, before duty."""
    return market.value_usd * (1 + market.rate) * own * market.by_cell(other) / (1 + rate)
