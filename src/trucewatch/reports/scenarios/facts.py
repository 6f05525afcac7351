"""What the sentences of the report on scenarios rest on: numbers of priced scenarios, with their bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from trucewatch.answers.calendar import Cliff, calendar
from trucewatch.page.goods import goods_names
from trucewatch.reports.scenarios.validation import Backcast, HouseholdShock, Regimes, Replay
from trucewatch.scenario.draws import QUANTILES, bands, draw
from trucewatch.scenario.equilibrium import solve
from trucewatch.scenario.market import BASE_YEAR
from trucewatch.scenario.presets import USER, Preset, presets
from trucewatch.scenario.run import BILLION, Result, Setting, price
from trucewatch.scenario.scenario_file import Scenario

NAMES: Mapping[str, str] = {
    "sigma": "how easily buyers change supplier (sigma)",
    "eta": "how easily buyers change product (eta)",
    "kappa": "how easily buyers buy at home (kappa)",
    "rho": "share of a duty in the price (rho)",
    "wedge": "share of a change of the law that is charged",
}
ODD = 2
"""Products named as those the model misses most."""

LITTLE = 0.5
"""A correlation below this is too low to trust the order of chapters."""


@dataclass(frozen=True)
class Band:
    """A number with the band that holds nine draws in ten."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Effect:
    """What a scenario changes in a year against the law as it is, one number a draw.

    - `imports_usd`, `imports_change`: imports from China, and their change as a fraction
    - `cost_usd`: what buyers pay more for what they had
    - `revenue_usd`: added duty on all goods
    - `net_usd`: the cost less the added revenue
    - `home_sales_usd`: what home producers sell more
    - `exports_usd`: change of US exports to China under China's duties, central parameters
    """

    imports_usd: np.ndarray
    imports_change: np.ndarray
    cost_usd: np.ndarray
    revenue_usd: np.ndarray
    net_usd: np.ndarray
    home_sales_usd: np.ndarray
    exports_usd: float

    def band(self, name: str) -> Band:
        """Return a number of the draws with its band."""
        low, median, high = np.percentile(getattr(self, name), QUANTILES)
        return Band(float(low), float(median), float(high))


def effect(found: Result, cast: Regimes | None = None) -> Effect:
    """Return what a scenario changes, with the doubt of the parameters and of the model.

    The model's error moves imports under the scenario; the cost moves with the mean of imports before and
    after, the revenue with imports after.

    `found`: a priced scenario; `cast`: the backcast that measures the model's error; without it the doubt is
    that of the parameters.
    """
    totals, before = found.drawn.totals, float(found.setting.base.market.value_usd.sum())
    count = len(totals["value_usd"])
    spread = 0.0 if cast is None else cast.error_of(_law_rate(found))
    chance = np.random.default_rng(found.setting.seed).permutation((np.arange(count) + 0.5) / count)
    factor = np.exp(spread * stats.norm.ppf(chance))
    imports = totals["value_usd"] * factor
    cost = totals["buyer_cost_usd"] * (before + imports) / (before + totals["value_usd"])
    revenue = totals["revenue_change_usd"] + totals["origin_revenue_usd"] * (factor - 1)
    return Effect(
        imports,
        imports / before - 1,
        cost,
        revenue,
        cost - revenue,
        totals["home_sales_usd"],
        found.export_loss_usd(),
    )


def _law_rate(found: Result) -> float:
    """Return the mean duty of a scenario at the trade that the backcast weighs with."""
    value = found.setting.base.observed.value_usd
    return float((found.rate * value).sum() / value.sum())


@dataclass(frozen=True)
class Texts:
    """What the texts alone do to both sides' duties between today's law and a day.

    `on`: the day; `us_pp`, `china_pp`: points of the average duty of each side, at the trade the scenarios
    start from; `carried_by`: title and citation of the Chinese duty that comes back, blank where none does.
    """

    on: date
    us_pp: float
    china_pp: float
    carried_by: str
    citation: str


def texts_alone(shared: Setting, day: date) -> Texts | None:
    """Return what the texts alone bring by a day; None for a day that is not after today's law."""
    if day <= shared.base.on:
        return None
    rates = price(Scenario("texts", "the texts alone", "", day), shared)
    points = {}
    for importer, market in (("USA", shared.base.market), ("CHN", shared.base.exports)):
        moved = (rates[importer] - market.rate) * market.value_usd
        points[importer] = 100 * float(moved.sum() / market.value_usd.sum())
    back: list[Cliff] = [
        cliff
        for cliff in calendar(shared.base.on, "CHN", ledger=shared.ledger).cliffs
        if cliff.on <= day and cliff.from_pct is not None and cliff.to_pct is not None
        and cliff.to_pct > cliff.from_pct
    ]  # fmt: skip
    carrier = back[0] if back else None
    return Texts(
        day,
        points["USA"],
        points["CHN"],
        carrier.title if carrier else "",
        carrier.citation if carrier else "",
    )


def scenario_table(results: Sequence[Result], effects: Mapping[str, Effect]) -> pd.DataFrame:
    """Return one row a scenario: duties in percent, and what it changes against the law as it is."""
    rows = []
    for found in results:
        change = effects[found.scenario.name]
        cost, imports = change.band("cost_usd"), change.band("imports_usd")
        rows.append(
            {
                "title": found.scenario.title,
                "day": found.scenario.day.isoformat(),
                "law_pct": 100 * found.central.one("law_rate"),
                "china_law_pct": 100 * found.exports.one("law_rate"),
                "china_bn": imports.median / BILLION,
                "china_change": change.band("imports_change").median,
                "household_usd": cost.median / found.setting.households,
                "cost_bn": cost.median / BILLION,
                "cost_low_bn": cost.low / BILLION,
                "cost_high_bn": cost.high / BILLION,
                "revenue_bn": change.band("revenue_usd").median / BILLION,
                "less_revenue_bn": change.band("net_usd").median / BILLION,
                "home_sales_bn": change.band("home_sales_usd").median / BILLION,
                "exports_bn": change.exports_usd / BILLION,
                "diverted_bn": float(np.median(found.drawn.totals["diverted_usd"])) / BILLION,
                "static_pct": 100 * found.central.one("static_rate"),
                "after_pct": 100 * found.central.one("after_rate"),
            }
        )
    return pd.DataFrame(rows)


def household_bands(results: Sequence[Result], effects: Mapping[str, Effect]) -> pd.DataFrame:
    """Return the added cost of a household with its band, a row a scenario: `p50`, `p5`, `p95`."""
    rows = []
    for found in results:
        cost, households = effects[found.scenario.name].band("cost_usd"), found.setting.households
        numbers = {"p50": cost.median, "p5": cost.low, "p95": cost.high}
        rows.append(
            {
                "scenario": found.scenario.name,
                "title": found.scenario.title,
                **{name: value / households for name, value in numbers.items()},
            }
        )
    return pd.DataFrame(rows)


def ends(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    """Return the rows with the least and the most of a column, as `least` and `most`."""
    ordered = frame.sort_values(column, kind="stable").to_dict("records")
    return {"least": ordered[0], "most": ordered[-1]}


def named(products: pd.DataFrame, descriptions: pd.DataFrame, trade: pd.DataFrame) -> pd.DataFrame:
    """Return products with a reader's `label`: HS6, and the name of the largest of its lines from China."""
    lines = trade[(trade["partner_iso3"] == "CHN") & (trade["year"] == BASE_YEAR)]
    lines = lines.assign(hs6=lines["hs10"].str[:6]).sort_values(
        ["value_usd", "hs10"], ascending=[False, True]
    )
    largest = lines.drop_duplicates("hs6").set_index("hs6")["hs10"]
    names = products["hs6"].map(largest).map(goods_names(descriptions)).fillna("")
    others = products["hs6"].map(lines.groupby("hs6").size() > 1).map({True: " and others"}).fillna("")
    codes = products["hs6"].str[:4] + "." + products["hs6"].str[4:]
    return products.assign(label=codes + " " + names + others)


def in_billions(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its dollars in billions: `*_usd` becomes `*_bn`, `p5` and `p95` the two bounds."""
    columns = [str(name) for name in frame]
    names = {name: f"{name.removesuffix('_usd')}_bn" for name in columns if name.endswith("_usd")}
    names |= {name: f"{bound}_bn" for name, bound in (("p5", "low"), ("p95", "high")) if name in columns}
    return frame.assign(**{name: frame[name] / BILLION for name in names}).rename(columns=names)


def published(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table under the names it is published with: the unit is part of each."""
    names = {name: f"{name.removesuffix('_bn')}_usd_bn" for name in map(str, frame) if name.endswith("_bn")}
    names |= {"before_rate": "before_duty_share", "rate": "duty_share", "rise": "rise_share"}
    names |= {name: f"{name}_change" for name in ("predicted", "actual")}
    return frame.rename(columns=names)


def by_preset(found: Result, count: int, seed: int) -> pd.DataFrame:
    """Return a scenario under every preset: cost to buyers with its band, and imports from China."""
    market = found.setting.base.market
    chosen = dict(presets())
    if found.setting.preset_name == USER:
        chosen[USER] = dict(found.setting.chosen)
    rows = []
    for name, group in chosen.items():
        frame = bands(solve(market, found.rate, draw(group, count, seed)))
        cost = frame.loc["buyer_cost_usd"].to_dict()
        rows.append(
            {
                "preset": name,
                "cost_bn": cost["p50"] / BILLION,
                "low_bn": cost["p5"] / BILLION,
                "high_bn": cost["p95"] / BILLION,
                "china_change": frame.loc["value_change"].to_dict()["p50"],
            }
        )
    return pd.DataFrame(rows)


def parameter_sources(chosen: Preset) -> pd.DataFrame:
    """Return the parameters with spread, source and confidence."""
    return pd.DataFrame(
        [
            {
                "parameter": NAMES[item.name],
                "distribution": item.distribution.replace("_", " "),
                "centre": item.centre,
                "sd": item.sd or None,
                "low": item.low,
                "high": item.high,
                "source": item.source,
                "confidence": item.confidence,
            }
            for item in chosen.values()
        ]
    )


@dataclass(frozen=True)
class Misses:
    """Where the backcast of a year by product goes wrong.

    `products`: the worst, with labels; `share` of imports they are; `correlation` over chapters without them;
    `bands`: by how much the duty rose; `are_exempt`: whether they are among the goods whose duty rose least
    while imports of those fell most.
    """

    products: list[dict[str, Any]]
    share: float
    correlation: float
    bands: list[dict[str, Any]]
    are_exempt: bool


def misses(cast: Backcast, names: Mapping[str, str]) -> Misses:
    """Return where the backcast goes wrong; `names` are labels of products by HS6."""
    odd = cast.overrated(ODD)
    found = _records(cast.by_rise())
    low, others = found[0], found[1:]
    rows = [{**row, "label": names.get(row["hs6"], row["hs6"])} for row in _records(odd)]
    return Misses(
        rows,
        float(odd["base_usd"].sum() / cast.products["base_usd"].sum()),
        cast.without(odd["hs6"]).correlation,
        found,
        bool((odd["rise"] < low["rise_to"]).all()) and all(low["actual"] < row["actual"] for row in others),
    )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def checked_numbers(points: float, cast: Backcast, replay: Replay, shock: HouseholdShock) -> dict[str, float]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against."""
    return {
        "share_after_100_points_pct": points,
        "imports_from_china_change_pct": 100 * cast.predicted,
        "raised_imports_2018_usd": replay.listed_usd,
        "rate_before_2018_pct": replay.before_pct,
        "rate_after_2018_pct": replay.after_pct,
        "household_static_usd": shock.static_usd,
        "household_after_usd": shock.model_usd,
        "china_share_after_pct": shock.china_share_pct,
    }
