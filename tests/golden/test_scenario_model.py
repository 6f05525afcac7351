"""The model against examples worked by hand, its own identities, and a plain loop over cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trucewatch.errors import DataError, ParameterError
from trucewatch.scenario.equilibrium import RESULTS, Elasticities, Market, moved, sold, solve

CENTRE = {"sigma": 2.53, "eta": 1.53, "kappa": 1.19}


def two_products() -> Market:
    """One sector that spends 1,000, 30 % of it on imports, half on each product; China has 40 % and 10 %."""
    return Market(
        ("111111", "222222"), np.array([0, 0]), ("11",), np.array([60, 15]) / 1.3, np.array([0.3, 0.3]),
        np.array([90.0, 135.0]), np.zeros(2), np.array([0.3]),
    )  # fmt: skip


def random_market(seed: int, products: int = 40, sectors: int = 5) -> Market:
    rng = np.random.default_rng(seed)
    sector = np.sort(np.concatenate([np.arange(sectors), rng.integers(0, sectors, products - sectors)]))
    other = rng.uniform(1, 100, products)
    return Market(
        tuple(f"{at:06}" for at in range(products)), sector, tuple("abcde"[:sectors]),
        rng.uniform(0, 50, products), rng.uniform(0, 0.5, products), other,
        other * rng.uniform(0, 0.1, products), rng.uniform(0.1, 0.9, sectors),
    )  # fmt: skip


def test_no_change_of_duty_changes_nothing() -> None:
    market = two_products()
    found = solve(market, market.rate, Elasticities(**CENTRE, rho=0.9, wedge=0.8), [0, 1])
    for name in ("value_change", "diverted_usd", "revenue_change_usd", "buyer_cost_usd", "net_cost_usd"):
        assert abs(found.one(name)) < 1e-9, name
    assert found.one("after_rate") == pytest.approx(found.one("before_rate"), abs=1e-12)
    assert np.abs(found.product_value_change).max() < 1e-12


@pytest.mark.parametrize(
    ("rho", "cost", "revenue", "net"), [(1.0, 31.7948, 4.0960, 27.6989), (0.9, 29.4843, 5.7232, 23.7611)]
)
def test_worked_example(rho: float, cost: float, revenue: float, net: float) -> None:
    found = solve(two_products(), np.array([1.3, 1.3]), Elasticities(**CENTRE, rho=rho), [0, 1])
    assert round(found.one("buyer_cost_usd"), 4) == cost
    assert round(found.one("revenue_change_usd"), 4) == revenue
    assert round(found.one("net_cost_usd"), 4) == net


def test_worked_example_by_cell() -> None:
    market = two_products()
    found = solve(market, np.array([1.3, 1.3]), Elasticities(**CENTRE), [0, 1])
    prices = 1 + found.product_cost_usd[0] / market.spending_usd
    assert np.round(prices, 6) == pytest.approx([1.189225, 1.039989], abs=1e-12)
    assert np.round(100 * found.product_value_change[0], 2) == pytest.approx([-70.73, -74.40])
    assert np.round(100 * (found.other_factor[0] - 1), 2) == pytest.approx([23.98, 8.42])
    assert round(100 * found.one("before_rate"), 2) == 6.12
    assert round(100 * found.one("after_rate"), 2) == 7.80


def test_worked_example_by_nest() -> None:
    """Where nothing is made at home, the price of a sector is that of its imports."""
    market = two_products()
    of_imports = replace(market, penetration=np.array([1.0]))
    for nest, spending, price in ((of_imports, 300, 1.110783), (market, 1000, 1.031795)):
        cost = solve(nest, np.array([1.3, 1.3]), Elasticities(**CENTRE)).one("buyer_cost_usd")
        assert round(1 + cost / spending, 6) == price


def loop(market: Market, law: np.ndarray, e: dict[str, float], rho: float, wedge: float) -> dict[str, float]:
    """Compute the same with plain loops and powers, as the formulas are written."""
    rate = [a + wedge * (b - a) for a, b in zip(market.rate, law, strict=True)]
    sigma, eta, kappa = e["sigma"], e["eta"], e["kappa"]
    spend = [
        (v * (1 + t), o + d)
        for v, t, o, d in zip(
            market.value_usd, market.rate, market.other_usd, market.other_duty_usd, strict=True
        )
    ]
    cost, paid, value, other = 1.0, 0.0, 0.0, 0.0
    sector_sum = [
        sum(sum(spend[g]) for g in np.flatnonzero(market.sector == s)) for s in range(len(market.sectors))
    ]
    everything = sum(x / m for x, m in zip(sector_sum, market.penetration, strict=True))
    for s, m in enumerate(market.penetration):
        of_s = np.flatnonzero(market.sector == s)
        p = {g: ((1 + rate[g]) / (1 + market.rate[g])) ** rho for g in of_s}
        big = {
            g: ((spend[g][0] * p[g] ** (1 - sigma) + spend[g][1]) / sum(spend[g])) ** (1 / (1 - sigma))
            for g in of_s
        }
        imports = sum(sum(spend[g]) / sector_sum[s] * big[g] ** (1 - eta) for g in of_s) ** (1 / (1 - eta))
        price = (m * imports ** (1 - kappa) + 1 - m) ** (1 / (1 - kappa))
        cost *= price ** (sector_sum[s] / m / everything)
        for g in of_s:
            move = big[g] ** (sigma - eta) * imports ** (eta - kappa) * price ** (kappa - 1)
            own = spend[g][0] * p[g] ** (1 - sigma) * move
            paid += own + spend[g][1] * move
            value += own / (1 + rate[g])
            other += market.other_usd[g] * (move - 1)
    return {
        "buyer_cost_usd": everything * (cost - 1),
        "value_usd": value,
        "diverted_usd": other,
        "paid_usd": paid,
    }


@pytest.mark.parametrize("seed", range(4))
def test_vectorised_equals_the_loop(seed: int) -> None:
    market = random_market(seed)
    law = market.rate + np.random.default_rng(seed).uniform(0, 1.5, len(market.rate))
    plain = loop(market, law, CENTRE, 0.92, 0.85)
    found = solve(market, law, Elasticities(**CENTRE, rho=0.92, wedge=0.85))
    for name in ("buyer_cost_usd", "value_usd", "diverted_usd"):
        assert found.one(name) == pytest.approx(plain[name], rel=1e-9), name
    assert found.one("imports_usd") + found.one("revenue_usd") == pytest.approx(plain["paid_usd"], rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_spending_of_a_sector_is_fixed(seed: int) -> None:
    """What buyers pay for imports, duty included, and for home goods at the sector's new price stays."""
    market = random_market(seed, sectors=1)
    found = solve(market, market.rate + 0.7, Elasticities(**CENTRE, rho=0.92, wedge=0.85))
    share = market.penetration[0]
    spending = market.spending_usd.sum() / share
    price = 1 + found.one("buyer_cost_usd") / spending
    home = spending * (1 - share) * price ** (CENTRE["kappa"] - 1)
    imports = found.one("imports_usd") + found.one("revenue_usd")
    assert imports + home == pytest.approx(spending, rel=1e-9)


def test_draws_equal_one_by_one() -> None:
    market = random_market(9)
    law = market.rate + 0.4
    rho = np.linspace(0.8, 1, 7)
    together = solve(market, law, Elasticities(**CENTRE, rho=rho), [3])
    for at, one in enumerate(rho):
        alone = solve(market, law, Elasticities(**CENTRE, rho=float(one)), [3])
        assert together.totals["net_cost_usd"][at] == pytest.approx(alone.one("net_cost_usd"), rel=1e-12)
        assert together.product_cost_usd[at, 0] == pytest.approx(alone.product_cost_usd[0, 0], rel=1e-12)


def test_small_changes_cost_the_triangle() -> None:
    """From no duty and with full pass-through, the net cost of a small change is -1/2 sum t (v1 - v0).

    Spending is fixed in dollars, so buyers are also made poorer: half the squared cost over all spending.
    """
    market = random_market(1)
    market = Market(
        market.products, market.sector, market.sectors, market.value_usd, market.rate * 0,
        market.other_usd, market.other_duty_usd * 0, market.penetration,
    )  # fmt: skip
    step = np.full(len(market.rate), 1e-4)
    found = solve(market, step, Elasticities(**CENTRE), np.arange(len(step)))
    triangle = -0.5 * (step * market.value_usd * found.product_value_change[0]).sum()
    sectors = np.bincount(market.sector, market.spending_usd) / market.penetration
    poorer = 0.5 * (step * market.value_usd).sum() ** 2 / sectors.sum()
    assert found.one("net_cost_usd") == pytest.approx(triangle + poorer, rel=2e-3)


def test_a_higher_duty_costs_more_and_imports_less() -> None:
    market = random_market(2)
    low, high = (solve(market, market.rate + step, Elasticities(**CENTRE)) for step in (0.1, 0.2))
    assert high.one("buyer_cost_usd") > low.one("buyer_cost_usd") > 0
    assert high.one("value_usd") < low.one("value_usd") < market.value_usd.sum()


def test_an_elasticity_of_one_is_the_limit() -> None:
    market = random_market(3)
    one = solve(market, market.rate + 0.3, Elasticities(1.0, 1.0, 1.0)).one("buyer_cost_usd")
    near = solve(market, market.rate + 0.3, Elasticities(1.001, 1.001, 1.001)).one("buyer_cost_usd")
    assert one == pytest.approx(near, rel=1e-3)


def test_bad_input_is_refused() -> None:
    market = two_products()
    with pytest.raises(ParameterError, match="sigma >= eta"):
        Elasticities(1.5, 2.0, 1.2)
    with pytest.raises(DataError, match="one duty"):
        solve(market, np.array([0.1]), Elasticities(**CENTRE))
    with pytest.raises(DataError, match="one duty"):
        solve(market, np.array([0.1, np.nan]), Elasticities(**CENTRE))


def test_two_changes_are_one() -> None:
    """Relative changes of prices multiply, so a law reached in two steps does what one step does."""
    market = random_market(8)
    parameters = Elasticities(**CENTRE, rho=0.92)
    between, law = market.rate + 0.3, market.rate + 0.8
    half, factor = moved(market, between, parameters)
    whole = solve(market, law, parameters, range(40))
    first, second = solve(market, between, parameters), solve(half, law, parameters, range(40))
    assert half.value_usd.sum() == pytest.approx(first.one("value_usd"), rel=1e-12)
    for name in ("value_usd", "imports_usd", "revenue_usd", "after_rate"):
        assert second.one(name) == pytest.approx(whole.one(name), rel=1e-9), name
    assert factor * second.other_factor[0] == pytest.approx(whole.other_factor[0], rel=1e-9)
    home = [found.one("home_sales_usd") for found in (first, second, whole)]
    assert home[0] + home[1] == pytest.approx(home[2], rel=1e-9)


def test_what_home_producers_sell_more_by_hand() -> None:
    """Spending on the sector stays 1,000, so home sells more by what is spent less on imports."""
    market = two_products()
    found = solve(market, np.array([1.3, 1.3]), Elasticities(**CENTRE))
    paid = found.one("imports_usd") + found.one("revenue_usd")
    assert found.one("home_sales_usd") == pytest.approx(300 - paid, rel=1e-9)


def split(market: Market, part: np.ndarray, rate: np.ndarray) -> tuple[Market, np.ndarray]:
    """Return a market in which a part of each number is of a second origin, and its duties."""
    count = len(market.products)
    both = np.column_stack([(1 - part) * market.value_usd, part * market.value_usd])
    cells = {
        "value_usd": both.ravel(),
        "rate": np.repeat(market.rate, 2),
        "product": np.repeat(np.arange(count), 2),
        "origin": np.tile([0, 1], count),
    }
    return replace(market, origins=("ONE", "TWO"), **cells), np.repeat(rate, 2)


@pytest.mark.parametrize("seed", range(5))
def test_two_origins_that_pay_the_same_are_one(seed: int) -> None:
    market, rng = random_market(seed), np.random.default_rng(seed)
    rate = rng.uniform(0, 1, len(market.products))
    parameters = Elasticities(**CENTRE, rho=0.9, wedge=0.8)
    everything = np.arange(len(market.products))
    one = solve(market, rate, parameters, everything)
    parted, rates = split(market, rng.uniform(0.1, 0.9, len(market.products)), rate)
    two = solve(parted, rates, parameters, everything)
    for name in RESULTS:
        assert two.one(name) == pytest.approx(one.one(name), rel=1e-10), name
    for name in ("product_cost_usd", "product_value_change", "other_factor"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-9, abs=1e-9), name
    assert sold(parted, rates, parameters, two).sum() == pytest.approx(one.one("value_usd"), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_an_origin_whose_duty_stays_moves_as_all_others_do(seed: int) -> None:
    """It may stand among the origins that are priced, or in the sum of all others: the model is the same."""
    market, rng = random_market(seed), np.random.default_rng(seed)
    count = len(market.products)
    rate, part = rng.uniform(0, 1, count), rng.uniform(0.1, 0.9, count)
    parameters = Elasticities(**CENTRE, rho=0.9)
    outside = solve(market, rate, parameters)
    still = market.other_duty_usd / market.other_usd
    cells = {
        "value_usd": np.column_stack([market.value_usd, part * market.other_usd]).ravel(),
        "rate": np.column_stack([market.rate, still]).ravel(),
        "product": np.repeat(np.arange(count), 2),
        "origin": np.tile([0, 1], count),
    }
    inside = replace(
        market,
        origins=("ONE", "TWO"),
        other_usd=(1 - part) * market.other_usd,
        other_duty_usd=(1 - part) * market.other_duty_usd,
        **cells,
    )
    found = solve(inside, np.column_stack([rate, still]).ravel(), parameters)
    for name in ("after_rate", "imports_usd", "revenue_usd", "buyer_cost_usd", "home_sales_usd"):
        assert found.one(name) == pytest.approx(outside.one(name), rel=1e-10), name


def test_two_origins_by_hand() -> None:
    """One product, nothing made at home, no substitution between products: the formulas with numbers put in.

    Shares of spending 110/320 and 105/320; prices rise by 1.32/1.1 and 1.26/1.05, both 1.2, the rest stays.
    """
    market = Market(
        ("000001",), np.zeros(1, dtype=int), ("a",), np.array([100.0, 100.0]), np.array([0.1, 0.05]),
        np.array([105.0]), np.zeros(1), np.ones(1), ("ONE", "TWO"), np.zeros(2, dtype=int), np.array([0, 1]),
    )  # fmt: skip
    sigma = 3.0
    found = solve(market, np.array([0.32, 0.26]), Elasticities(sigma, 1.5, 1.1), [0])
    share = 215 / 320
    price = (share * 1.2 ** (1 - sigma) + 1 - share) ** (1 / (1 - sigma))
    assert found.product_cost_usd[0, 0] == pytest.approx(320 * (price - 1), rel=1e-6)
    assert found.one("buyer_cost_usd") == pytest.approx(320 * (price - 1), rel=1e-6)
    # spending on the product stays: the only nest above has one product and one source of it
    others = 105 * price ** (sigma - 1)
    assert found.one("imports_usd") - found.one("value_usd") == pytest.approx(others, rel=1e-5)
    spent = 320 - others
    assert found.one("value_usd") == pytest.approx(spent * (110 / 215 / 1.32 + 105 / 215 / 1.26), rel=1e-5)
