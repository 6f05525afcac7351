"""Scenarios for the terminal: what is supposed, what it does, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from trucewatch.answers.diff import Diff
from trucewatch.answers.diff_view import DUTY_OF
from trucewatch.answers.lookup_view import dotted
from trucewatch.scenario.draws import STABLE_TAU
from trucewatch.scenario.edits import idle
from trucewatch.scenario.run import BILLION, Result

_ROWS = (
    ("law_rate", "average duty on Chinese goods, new law", "%"),
    ("before_rate", "average duty on all imports, today's law", "%"),
    ("static_rate", "… after, at unchanged trade", "%"),
    ("after_rate", "… after buyers have moved", "%"),
    ("value_usd", "imports from China", "bn"),
    ("value_change", "… change", "%"),
    ("diverted_usd", "more imports from all others", "bn"),
    ("revenue_change_usd", "more revenue", "bn"),
    ("buyer_cost_usd", "cost to buyers", "bn"),
    ("net_cost_usd", "cost less revenue", "bn"),
    ("home_sales_usd", "more sales of US producers at home", "bn"),
    ("household_cost_usd", "cost per household", "usd"),
)
_WIDTH = 44


def text(found: Result, top: int = 10) -> str:
    """Return a scenario for a terminal, the finding first."""
    scenario, shared = found.scenario, found.setting
    bands = {column: found.bands[column].to_dict() for column in ("p50", "p5", "p95", "centre")}
    cost = {column: numbers["household_cost_usd"] for column, numbers in bands.items()}
    lines = [
        f"{scenario.title}: {_number(cost['p50'], 'usd')} per household and year against the law of "
        f"{shared.base.on} (90 % of draws: {_number(cost['p5'], 'usd')} to {_number(cost['p95'], 'usd')}), "
        f"at the trade of {shared.base.label}.",
        "",
        *([scenario.question] if scenario.question else []),
        f"Priced on {scenario.day}, {scenario.lens}; parameters {shared.preset_name}, "
        f"{shared.drawn.draws:,} draws.",
        "",
        f"{'':{_WIDTH}} {'median':>10} {'p5':>10} {'p95':>10} {'centre':>10}",
    ]
    for name, label, unit in _ROWS:
        numbers = (_number(numbers[name], unit) for numbers in bands.values())
        lines.append(f"{label:{_WIDTH}} " + " ".join(f"{number:>10}" for number in numbers))
    exports, rate = found.export_loss_usd() / BILLION, found.exports.one("law_rate")
    lines += [
        "The bands are those of the parameters; the report on scenarios adds the model's own error.",
        "",
        f"US exports to China: {exports:+.1f} bn US dollars at an average duty of {100 * rate:.1f} %.",
        "",
        *_products(found, top),
        "",
        *_assumptions(found),
    ]
    return "\n".join(lines)


def _products(found: Result, top: int) -> list[str]:
    if (found.rate == found.setting.base.market.rate).all():
        return ["No product has another duty than in the law it is held against."]
    if not found.is_ranking_stable:
        return [
            f"No ranking of products: their order differs too much between draws "
            f"(tau {found.tau:.2f}, below {STABLE_TAU})."
        ]
    lines = [f"Products that cost buyers most (HS6; much the same order in all draws, tau {found.tau:.2f})"]
    for item in found.top_products(top).to_dict("records"):
        lines.append(
            f"  {dotted(item['hs6'])}  {100 * item['before_rate']:6.1f} % to {100 * item['rate']:6.1f} %  "
            f"{item['p5'] / BILLION:6.2f} to {item['p95'] / BILLION:6.2f} bn"
        )
    return lines


def _assumptions(found: Result) -> list[str]:
    lines = ["Rests on: " + "; ".join(f"{key} {value:g}" for key, value in found.setting.assumed.items())]
    lines.append(
        f"Other partners' duties: as assessed in {found.setting.base.label}. A model, not a forecast."
    )
    lines += [f"Note: {found.scenario.note}"] if found.scenario.note else []
    lines += [
        f"Line {edit.line}: {edit.kind} {edit.name} also moves the duty on goods of other countries. Theirs "
        "stays as assessed here, so what moves between China and them is overstated."
        for edit in found.beyond
    ]
    lines += [
        f"Line {edit.line}: {edit.kind} {edit.name} does not hold on {found.scenario.day}: no effect."
        for edit in idle(found.scenario)
    ]
    return lines


def comparison(one: Result, other: Result, duties: Sequence[Diff], top: int = 10) -> str:
    """Return two scenarios side by side: duties by authority, then what each does."""
    days = "  →  ".join(f"{item.scenario.day}, {item.scenario.lens}" for item in (one, other))
    lines = [f"{one.scenario.title}  →  {other.scenario.title}", f"Priced on {days}", ""]
    for found in duties:
        lines.append(
            f"Average {DUTY_OF[found.importer]} duty on goods from {found.goods_of}, at the trade of 2024: "
            f"{found.average('before'):.2f} % to {found.average():.2f} %, {found.average_pp:+.2f} points."
        )
        lines += [f"  {name:<16} {points:+8.2f}" for name, points in found.by("authority").items()]
    lines += [
        "",
        f"At the trade of {one.setting.base.label}, brought to the law of {one.setting.base.on}:",
        f"{'median of the draws':{_WIDTH}} {'first':>10} {'second':>10} {'change':>10}",
    ]
    for name, label, unit in _ROWS:
        a, b = (item.bands["p50"].to_dict()[name] for item in (one, other))
        numbers = (_number(value, unit) for value in (a, b, b - a))
        lines.append(f"{label:{_WIDTH}} " + " ".join(f"{number:>10}" for number in numbers))
    exports = [item.export_loss_usd() for item in (one, other)]
    numbers = (_number(value, "bn") for value in (*exports, exports[1] - exports[0]))
    label = "US exports to China, change (central)"
    lines.append(f"{label:{_WIDTH}} " + " ".join(f"{number:>10}" for number in numbers))
    movers = duties[0].movers("usd", top)
    if movers:
        lines += ["", "Lines whose duty moves most, by dollars at the trade of 2024"]
    lines += [
        f"  {dotted(item.code):<13} {item.change.from_pct:>7} % to {item.change.to_pct:>7} %  "
        f"{item.cost_usd / BILLION:+8.2f} bn"
        for item in movers
    ]
    return "\n".join([*lines, "", *_assumptions(other)])


def _number(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.1f} %"
    if unit == "usd":
        return f"{value:,.0f} USD"
    return f"{value / BILLION:,.1f} bn"
