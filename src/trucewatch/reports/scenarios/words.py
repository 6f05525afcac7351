"""Sentences of the report on scenarios, every number computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from trucewatch.scenario.draws import QUANTILES, bands, draw
from trucewatch.scenario.market import BASE_YEAR
from trucewatch.scenario.model import solve
from trucewatch.scenario.presets import USER, Preset, presets
from trucewatch.scenario.run import BILLION, Result

NAMES: Mapping[str, str] = {
    "sigma": "ease of changing the source (sigma)",
    "eta": "ease of changing the product (eta)",
    "kappa": "ease of buying at home (kappa)",
    "rho": "share of duty in the price (rho)",
    "wedge": "share of the law charged",
}


def added(found: Result, reference: Result, name: str = "buyer_cost_usd") -> tuple[float, float, float]:
    """Return low, median and high of what a scenario adds to another, draw by draw."""
    return _spread(found.drawn.totals[name] - reference.drawn.totals[name])


def imports_change(found: Result, reference: Result) -> tuple[float, float, float]:
    """Return low, median and high of the change of imports from China on another scenario, draw by draw."""
    return _spread(found.drawn.totals["value_usd"] / reference.drawn.totals["value_usd"] - 1)


def _spread(draws: np.ndarray) -> tuple[float, float, float]:
    low, median, high = np.percentile(draws, QUANTILES)
    return float(low), float(median), float(high)


def finding(found: Result, reference: Result) -> str:
    """Return the finding: what the scenario adds to the law as it stands."""
    low, median, high = added(found, reference)
    households = found.setting.households
    more = "more" if median >= 0 else "less"
    change = imports_change(found, reference)[1]
    side = "lower" if change < 0 else "higher"
    imports, others = (float(np.median(item.drawn.totals["value_usd"])) for item in (found, reference))
    return (
        f"{_sentence(found.scenario.title)}: US buyers would pay about {_billions(abs(median))} billion US "
        f"dollars a year {more} than under the law of {_day(reference)} (90 % of draws: "
        f"{_from_to(low, high)}), {abs(median) / households:,.0f} dollars a household, and imports from "
        f"China would be {abs(100 * change):.0f} % {side} than under that law ({_billions(imports)} against "
        f"{_billions(others)} billion, at the demand of {BASE_YEAR})."
    )


def _from_to(low: float, high: float) -> str:
    """Return a band in rising order; where it holds both, what is less and what is more."""
    if low < 0 < high:
        return f"{_billions(-low)} less to {_billions(high)} more"
    first, last = sorted((abs(low), abs(high)))
    return f"{_billions(first)} to {_billions(last)}"


def bands_note(found: Result) -> str:
    """Say against what the dots stand, and which is the scenario of the finding."""
    return (
        f"In orange: {found.scenario.title}. Each scenario is priced on its own day and told against the "
        "duties of the base year, so the law as it stands has a cost too; the finding is told against that."
    )


def in_billions(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its dollars in billions: `*_usd` becomes `*_bn`, `p5` and `p95` the two bounds."""
    columns = [str(name) for name in frame]
    names = {name: f"{name.removesuffix('_usd')}_bn" for name in columns if name.endswith("_usd")}
    names |= {name: f"{bound}_bn" for name, bound in (("p5", "low"), ("p95", "high")) if name in columns}
    return frame.assign(**{name: frame[name] / BILLION for name in names}).rename(columns=names)


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


def _day(found: Result) -> str:
    day = found.scenario.day
    return f"{day.day} {day:%B %Y}"


def _billions(value: float) -> str:
    """Return a number of at least 0 in billions, below ten with a decimal."""
    return f"{value / BILLION:,.{0 if value >= 10 * BILLION else 1}f}"


def table(results: Sequence[Result]) -> pd.DataFrame:
    """Return one row a scenario: rates with the law charged in full, all else medians, with bands of cost."""
    rows = []
    for found in results:
        median = found.bands["p50"].to_dict()
        low, high = (found.bands[name].to_dict() for name in ("p5", "p95"))
        rows.append(
            {
                "title": found.scenario.title,
                "day": found.scenario.day.isoformat(),
                "law_pct": 100 * median["law_rate"],
                "static_pct": 100 * found.central.one("static_rate"),
                "after_pct": 100 * found.central.one("after_rate"),
                "china_bn": median["value_usd"] / BILLION,
                "china_change": median["value_change"],
                "diverted_bn": median["diverted_usd"] / BILLION,
                "revenue_bn": median["revenue_change_usd"] / BILLION,
                "cost_bn": median["buyer_cost_usd"] / BILLION,
                "cost_low_bn": low["buyer_cost_usd"] / BILLION,
                "cost_high_bn": high["buyer_cost_usd"] / BILLION,
                "net_bn": median["net_cost_usd"] / BILLION,
                "full_bn": found.central.one("buyer_cost_usd") / BILLION,
                "household_usd": median["household_cost_usd"],
                "exports_bn": found.export_loss_usd() / BILLION,
            }
        )
    return pd.DataFrame(rows)


def household_bands(results: Sequence[Result]) -> pd.DataFrame:
    """Return the cost to a household with its band, a row a scenario, for `charts.scenarios.cost_bands`."""
    return pd.DataFrame(
        [
            {
                "scenario": found.scenario.name,
                "title": found.scenario.title,
                **{name: found.bands[name].to_dict()["household_cost_usd"] for name in ("p50", "p5", "p95")},
            }
            for found in results
        ]
    )


def rates(results: Sequence[Result]) -> pd.DataFrame:
    """Return average duties on all imports, fractions, the law in full: at unchanged trade, buyers moved."""
    return pd.DataFrame(
        [
            {
                "title": found.scenario.title,
                **{name: found.central.one(name) for name in ("static_rate", "after_rate")},
            }
            for found in results
        ]
    )


def cost_title(bands: pd.DataFrame) -> str:
    """Return the title of the first figure: the dearest and the cheapest scenario."""
    ordered = bands.sort_values("p50", kind="stable").to_dict("records")
    cheap, dear = ordered[0], ordered[-1]
    below = "saves" if cheap["p50"] < 0 else "costs"
    return (
        f"“{dear['title']}” costs a household {dear['p50']:,.0f} dollars a year, "
        f"“{cheap['title']}” {below} {abs(cheap['p50']):,.0f}"
    )


def rates_title(frame: pd.DataFrame) -> str:
    """Return the title of the second figure: how far the highest average falls as buyers move."""
    top = frame.sort_values("static_rate", kind="stable").to_dict("records")[-1]
    return (
        f"At most {100 * top['static_rate']:.1f} % on all imports on paper, "
        f"{100 * top['after_rate']:.1f} % once buyers have moved"
    )


def ranking(found: Result) -> str:
    """Return whether products may be ranked."""
    if found.is_ranking_stable:
        return (
            f"The order of products holds across the draws: Kendall's tau with the order at the centre is at "
            f"least {found.tau:.2f} in all but a twentieth of them. This tests the parameters, not "
            "the model: how it did by chapter on a year that is known stands below."
        )
    return (
        f"No ranking of products is shown: their order does not hold across the draws (tau {found.tau:.2f})."
    )


def limits(found: Result) -> str:
    """Return what the model can not say."""
    shared = found.setting
    penetration = 100 * shared.assumed["import_penetration"]
    us_share = 100 * shared.assumed["us_share_in_china"]
    wedge = shared.chosen["wedge"]
    outside = shared.base.outside_usd / BILLION
    lines = (
        "It is a model and no forecast: one year against another with everything else still. It knows no "
        "stocks, no exchange rate, no goods ordered ahead, no closed shop.",
        f"Import penetration of {penetration:.0f} % in every sector and a US share of {us_share:.1f} % in "
        "China's imports of every product are assumptions, not measurements.",
        f"The spreads of the presets are assumed. The draws charge between {100 * wedge.low:.0f} % and "
        f"{100 * wedge.high:.0f} % of a change of the law; “in full” charges all of it with central "
        "parameters.",
        "Duties on goods of all other partners stay at what was assessed in the base year. Where those "
        "partners are taxed more since, diversion is overstated, and the average on all imports is too low.",
        "What a seller gives up of his price counts as a gain of the buyer's country.",
        "Far above the duties ever seen, buyers stop: the model leaves more trade than is likely.",
        f"Goods of the chapters for special provisions ({outside:,.0f} billion US dollars of imports) and "
        "goods of Hong Kong and Macao keep their duties.",
        "China waives its older duties on request; US exports are priced at the schedule, with them.",
    )
    return "\n".join(f"- {line}" for line in lines)


def added_definition(found: Result, reference: Result) -> str:
    """Return what the first headline is."""
    return (
        f"{found.scenario.title}: what US buyers pay more for what they had than under "
        f"“{reference.scenario.title}”, median of {found.setting.drawn.draws:,} draws"
    )


def imports_definition(found: Result, reference: Result) -> str:
    """Return what the headline of imports is."""
    return (
        f"{found.scenario.title}: imports from China against those under “{reference.scenario.title}”, "
        "median of the draws"
    )


def net_definition(found: Result, reference: Result) -> str:
    """Return what the headline of net cost is."""
    return (
        f"{found.scenario.title}: cost to buyers less added revenue, against “{reference.scenario.title}”, "
        "median of the draws"
    )


def export_definition(found: Result, reference: Result) -> str:
    """Return what the headline of exports is."""
    return (
        f"{found.scenario.title}: US exports to China under China's duties against those under "
        f"“{reference.scenario.title}”, central parameters and an assumed US share in China's imports"
    )


def named(products: pd.DataFrame, descriptions: pd.DataFrame, trade: pd.DataFrame) -> pd.DataFrame:
    """Return products with a reader's `label`: HS6 and the name of its largest ten-digit line from China."""
    lines = trade[(trade["partner_iso3"] == "CHN") & (trade["year"] == BASE_YEAR)]
    lines = lines.assign(hs6=lines["hs10"].str[:6]).sort_values(
        ["value_usd", "hs10"], ascending=[False, True]
    )
    largest = lines.drop_duplicates("hs6").set_index("hs6")["hs10"]
    text = descriptions.drop_duplicates("hs10").set_index("hs10")["description"]
    names = products["hs6"].map(largest).map(text).fillna("").str.lower().str[:48]
    return products.assign(label=products["hs6"] + " " + names)


def products_title(top: pd.DataFrame, found: Result) -> str:
    """Return the title of the figure of products: what the first ones hold of all."""
    first = top.to_dict("records")[0]
    share = top["cost_usd"].sum() / found.products()["cost_usd"].sum()
    return f"{len(top)} products hold {100 * share:.0f} % of the cost; first {first['label']}"


def tornado_title(swing: pd.DataFrame) -> str:
    """Return the title of the tornado: which parameter matters most."""
    first = swing.to_dict("records")[0]
    return f"Most doubt comes from the {NAMES[first['parameter']]}"


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


def sources(chosen: Preset) -> pd.DataFrame:
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
