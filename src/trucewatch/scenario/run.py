"""A scenario from file to outcome: edit the ledger, price it, let buyers move, draw the doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trucewatch.errors import ParameterError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.scenario import draws, market, origin_prices
from trucewatch.scenario.edits import beyond, edited, idle
from trucewatch.scenario.equilibrium import Elasticities, Outcome, sold, solve
from trucewatch.scenario.origin_prices import CHINA, OriginPrices
from trucewatch.scenario.presets import DEFAULT, Preset, assumptions, preset
from trucewatch.scenario.scenario_file import Edit, Scenario, read_scenario

N_DRAWS, SEED = 2000, 20251110
BILLION = 1e9
RANKED = 200
"""Products whose order is tested: those that cost most at the centre."""


@dataclass(frozen=True)
class Setting:
    """What all scenarios of a run share.

    - `ledger`: the law
    - `tables`: clean tables by name
    - `base`: trade of both sides at the law as it is: what every scenario is measured against
    - `prices`: duties of single days under the law and its edits
    - `of_origins`: the same on goods of the origins that are priced, if they are not China's alone
    - `goods_of`: these origins in words
    - `chosen`, `preset_name`: parameters of the model with their sources
    - `centre`, `drawn`: parameters of the central run and of the draws
    - `households`: number of households that costs are divided by
    - `assumed`: the numbers that rest on an assumption, by key
    - `seed`: of the draws
    """

    ledger: Ledger = field(repr=False)
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    base: market.Base = field(repr=False)
    prices: market.Prices = field(repr=False)
    preset_name: str
    chosen: Preset = field(repr=False)
    centre: Elasticities
    drawn: Elasticities = field(repr=False)
    households: float
    assumed: Mapping[str, float]
    seed: int = SEED
    of_origins: OriginPrices | None = field(default=None, repr=False)
    goods_of: str = "China"

    @property
    def origins(self) -> tuple[str, ...]:
        """The partners whose goods are priced, as the tables name them."""
        return self.base.market.origins

    @property
    def is_of_all(self) -> bool:
        """Whether the goods of all partners of the tables are priced."""
        return self.base.partners.empty

    @property
    def is_of_china(self) -> bool:
        """Whether China's goods are among those that are priced."""
        return set(CHINA) <= set(self.origins)


def setting(
    preset_name: str = DEFAULT,
    own: Mapping[str, float] | None = None,
    import_penetration: float | None = None,
    households: float | None = None,
    n_draws: int = N_DRAWS,
    seed: int = SEED,
    root: Path | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    ledger: Ledger | None = None,
    base: str = market.LAST_12_MONTHS,
    origins: str | Iterable[str] | None = None,
    scenarios: Iterable[Scenario] = (),
) -> Setting:
    """Read law, tables and parameters once for many scenarios.

    - `preset_name`, `own`: see `presets.preset`
    - `import_penetration`, `households`: in place of those of data/scenario/assumptions.csv
    - `n_draws`, `seed`: of the draws
    - `tables`, `ledger`: in place of the project's
    - `base`: the trade to start from: `last_12_months` or `2024`
    - `origins`: countries whose goods are priced, by code or name, or `all`; those that the edits of
      `scenarios` reach if not given: China, unless an edit reaches others alone
    """
    from trucewatch.tables import read_table

    assumed = assumptions(root)
    if import_penetration is not None:
        assumed["import_penetration"] = import_penetration
    if households is not None:
        assumed["households"] = households
    if not 0 < assumed["import_penetration"] <= 1 or assumed["households"] <= 0:
        raise ParameterError("import_penetration: legal: above 0, at most 1; households: above 0")
    law = load_ledger(root) if ledger is None else ledger
    clean = {name: read_table(name, root) for name in market.TABLES} if tables is None else dict(tables)
    partners = origin_prices.partners_priced(law, clean, origins, scenarios)
    of_origins = None
    if partners != CHINA:
        clean |= {name: read_table(name, root) for name in origin_prices.TABLES if name not in clean}
        of_origins = OriginPrices(law, clean, partners)
    chosen = preset(preset_name, own, root)
    prices, centre = market.Prices(law, clean), draws.centre(chosen)
    return Setting(
        law,
        clean,
        market.base_year(
            prices, law, clean, assumed["import_penetration"], centre, base, None, partners, of_origins
        ),
        prices,
        preset_name,
        chosen,
        centre,
        draws.draw(chosen, n_draws, seed),
        assumed["households"],
        assumed,
        seed,
        of_origins,
        origin_prices.goods_of(law, clean, partners),
    )


@dataclass(frozen=True)
class Result:
    """The outcome of one scenario against the law as it is.

    `scenario`: what was supposed; `rate`, `export_rate`: duty by product of `setting.base.market` and of
    `setting.base.exports`, fractions of value; `central`, `drawn`: the run at the centre (all products kept)
    and the draws (the dearest products kept); `exports`: US exports to China under China's duties, at the
    centre.
    """

    scenario: Scenario
    setting: Setting = field(repr=False)
    rate: np.ndarray = field(repr=False)
    export_rate: np.ndarray = field(repr=False)
    central: Outcome = field(repr=False)
    drawn: Outcome = field(repr=False)
    exports: Outcome = field(repr=False)

    @cached_property
    def bands(self) -> pd.DataFrame:
        """Totals at the centre and their quantiles: `centre`, `p5`, `p50`, `p95`, a row a total."""
        frame = draws.bands(self.drawn)
        frame.insert(0, "centre", [self.central.one(name) for name in frame.index])
        frame.loc["household_cost_usd"] = frame.loc["buyer_cost_usd"] / self.setting.households
        return frame

    @cached_property
    def beyond(self) -> tuple[Edit, ...]:
        """Edits that also move the duty on goods of other countries, which stays as assessed here."""
        if self.setting.is_of_all:
            return ()
        return beyond(self.setting.ledger, self.scenario, _priced(self.setting))

    @cached_property
    def tau(self) -> float:
        """How well the order of the dearest products holds across the draws (see `draws.agreement`)."""
        kept = self.drawn.kept
        return draws.agreement(self.central.product_cost_usd[0, kept], self.drawn.product_cost_usd)

    @property
    def is_ranking_stable(self) -> bool:
        """Whether products may be ranked at all."""
        return bool(self.tau >= draws.STABLE_TAU)

    def products(self) -> pd.DataFrame:
        """Return one row a product, of the origins that are priced: trade, duty, cost, change of imports."""
        base = self.setting.base.market
        return pd.DataFrame(
            {
                "hs6": base.products,
                "value_usd": base.by_product(base.value_usd),
                "origin_share": base.by_product(base.share),
                "before_rate": base.mean_rate(base.rate),
                "rate": base.mean_rate(self.rate),
                "price_change": self.central.product_cost_usd[0] / base.spending_usd,
                "cost_usd": self.central.product_cost_usd[0],
                "value_change": self.central.product_value_change[0],
            }
        )

    def top_products(self, count: int) -> pd.DataFrame:
        """Return the products with another duty that cost most, with bands; none if their order varies."""
        if not self.is_ranking_stable:
            return self.products().iloc[:0].assign(p5=[], p95=[])
        frame = self.products().iloc[self.drawn.kept].reset_index(drop=True)
        low, high = np.percentile(self.drawn.product_cost_usd, (5, 95), axis=0)
        frame = frame.assign(p5=low, p95=high)
        return frame[frame["rate"] != frame["before_rate"]].head(count)

    def partners(self) -> pd.DataFrame:
        """Return imports at the law as it is and their change by other partner, US dollars, most first."""
        trade = self.setting.base.partners
        gain = trade.mul(self.central.other_factor[0] - 1, axis=0).sum()
        frame = pd.DataFrame({"value_usd": trade.sum(), "change_usd": gain})
        frame.index.name = "partner_iso3"
        return frame.reset_index().sort_values(
            ["change_usd", "partner_iso3"], ascending=[False, True], ignore_index=True
        )

    def origins(self) -> pd.DataFrame:
        """Return the origins that are priced, most imports first.

        `partner_iso3`; `value_usd`: imports at the law as it is; `before_rate`, `rate`: average duty on them,
        fractions; `change_usd`: change of imports, US dollars, at the centre.
        """
        base = self.setting.base.market
        after = sold(base, self.rate, self.setting.centre, self.central)
        cells = {
            "value_usd": base.value_usd,
            "before_rate": base.value_usd * base.rate,
            "rate": base.value_usd * self.rate,
            "change_usd": after - base.value_usd,
        }
        frame = pd.DataFrame(
            {name: np.bincount(base.origin, of, len(base.origins)) for name, of in cells.items()}
        )
        frame[["before_rate", "rate"]] = frame[["before_rate", "rate"]].div(frame["value_usd"], axis=0)
        frame.insert(0, "partner_iso3", base.origins)
        return frame.sort_values("value_usd", ascending=False, kind="stable", ignore_index=True)

    def tornado(self, result: str = "buyer_cost_usd") -> pd.DataFrame:
        """Return what each parameter alone does to a total (see `draws.tornado`)."""
        return draws.tornado(
            self.setting.base.market, self.rate, self.setting.chosen, self.setting.drawn, result
        )

    def export_loss_usd(self) -> float:
        """Return the change of US exports to China, US dollars; negative is a loss."""
        return self.exports.one("value_usd") - float(self.setting.base.exports.value_usd.sum())

    def row(self) -> dict[str, Any]:
        """Return the scenario as one row of a table, totals at the centre with p5 and p95 of what varies."""
        cells: dict[str, Any] = {"scenario": self.scenario.name, "title": self.scenario.title}
        cells["day"] = self.scenario.day.isoformat()
        for name, quantities in self.bands.iterrows():
            cells[str(name)] = float(quantities["centre"])
            cells[f"{name}_p5"], cells[f"{name}_p95"] = float(quantities["p5"]), float(quantities["p95"])
        cells["export_rate"] = self.exports.one("law_rate")
        cells["export_change_usd"] = self.export_loss_usd()
        cells["ranking_tau"] = self.tau
        return cells

    def to_dict(self, top: int = 10) -> dict[str, Any]:
        """Return the outcome as plain values."""
        products = self.top_products(top)[["hs6", "before_rate", "rate", "cost_usd", "p5", "p95"]]
        return {
            **self.row(),
            "lens": self.scenario.lens,
            "preset": self.setting.preset_name,
            "draws": self.setting.drawn.draws,
            "assumed": dict(self.setting.assumed),
            "idle_edits": [edit.name for edit in idle(self.scenario)],
            "goods_of": self.setting.goods_of,
            "edits_beyond": [edit.name for edit in self.beyond],
            "origins": self.origins().to_dict("records"),
            "products": products.to_dict("records"),
            "partners": self.partners().head(top).to_dict("records"),
            "tornado": self.tornado().to_dict("records"),
            "law_asof": self.setting.ledger.law_asof.isoformat(),
            "ledger_hash": self.setting.ledger.ledger_hash,
        }


def price(scenario: Scenario, shared: Setting) -> dict[str, np.ndarray]:
    """Edit the law and price a day: the duty on every product of both sides, as fractions of value.

    By importer, in the order of the numbers of `shared.base`: `USA` of its market, `CHN` of its exports.
    """
    law, day, lens = edited(shared.ledger, scenario), scenario.day, scenario.lens
    on_imports: pd.Series | pd.DataFrame
    if shared.of_origins is None:
        on_imports = shared.prices.hs6(law, "USA", day, lens=lens)
    else:
        on_imports = shared.of_origins.hs6(law, day, lens=lens)
    on_exports = shared.prices.hs6(law, "CHN", day, lens=lens)
    return {
        "USA": market.on_products(on_imports, shared.base.market),
        "CHN": market.on_products(on_exports, shared.base.exports),
    }


def _priced(shared: Setting) -> frozenset[str]:
    return origin_prices.members_of(shared.ledger, shared.origins)


def run(scenario: Scenario | str | Path, shared: Setting | None = None) -> Result:
    """Price a scenario and return what it does against the law as it is.

    `scenario`: a scenario, the name of one in scenarios/, or the path of a YAML file; `shared`: from
    `setting`; the defaults if not given.

    Raises `LedgerError` if the scenario cannot be used, with file and line.
    """
    shared = setting() if shared is None else shared
    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    beyond(shared.ledger, scenario, _priced(shared))
    rates, base = price(scenario, shared), shared.base
    everything = np.arange(len(base.market.products))
    central = solve(base.market, rates["USA"], shared.centre, everything)
    cost = central.product_cost_usd[0]
    dearest = np.lexsort((everything, -np.abs(cost)))[:RANKED]
    return Result(
        scenario,
        shared,
        rates["USA"],
        rates["CHN"],
        central,
        solve(base.market, rates["USA"], shared.drawn, dearest),
        solve(base.exports, rates["CHN"], shared.centre),
    )
