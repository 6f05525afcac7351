"""Scenarios for the terminal: what is supposed, what it does, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from trucewatch.answers.diff import Diff
from trucewatch.answers.diff_view import DUTY_OF
from trucewatch.answers.lookup_view import dotted
from trucewatch.answers.notes import missing_of
from trucewatch.scenario.draws import STABLE_TAU
from trucewatch.scenario.edits import idle
from trucewatch.scenario.origin_prices import CHINA, goods_of, members_of
from trucewatch.scenario.run import BILLION, Result

_ROWS = (
    ("law_rate", "average duty on {goods}, new law", "%"),
    ("before_rate", "average duty on all imports, today's law", "%"),
    ("static_rate", "… after, at unchanged trade", "%"),
    ("after_rate", "… after buyers have moved", "%"),
    ("value_usd", "imports from {origins}", "bn"),
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
    of_others = "" if shared.origins == CHINA else f", duties on goods from {shared.goods_of}"
    lines = [
        f"{scenario.title}{of_others}: {_number(cost['p50'], 'usd')} per household and year against the law "
        f"of {shared.base.on} (90 % of draws: {_number(cost['p5'], 'usd')} to "
        f"{_number(cost['p95'], 'usd')}), at the trade of {shared.base.label}.",
        "",
        *([scenario.question] if scenario.question else []),
        f"Priced on {scenario.day}, {scenario.lens}; parameters {shared.preset_name}, "
        f"{shared.drawn.draws:,} draws.",
        "",
        f"{'':{_WIDTH}} {'median':>10} {'p5':>10} {'p95':>10} {'centre':>10}",
    ]
    for name, label, unit in _rows(found):
        numbers = (_number(numbers[name], unit) for numbers in bands.values())
        lines.append(f"{label:{_WIDTH}} " + " ".join(f"{number:>10}" for number in numbers))
    lines += [_BANDS if shared.origins == CHINA else _BANDS_OF_OTHERS, ""]
    if shared.is_of_china:
        exports, rate = found.export_loss_usd() / BILLION, found.exports.one("law_rate")
        lines += [
            f"US exports to China: {exports:+.1f} bn US dollars at an average duty of {100 * rate:.1f} %.",
            "",
        ]
    lines += [
        *_origins(found, top),
        *_products(found, top),
        "",
        *_assumptions(found),
    ]
    return "\n".join(lines)


_BANDS = "The bands are those of the parameters; the report on scenarios adds the model's own error."
_BANDS_OF_OTHERS = (
    "The bands are those of the parameters. The model's own error is known for Chinese goods alone, and the "
    "elasticities were estimated on other duties than these."
)


def _rows(found: Result) -> list[tuple[str, str, str]]:
    """Return names, labels and units of the totals, the labels with whose goods are priced."""
    origins = found.setting.origins
    words = {"goods": "Chinese goods", "origins": "China"}
    if origins != CHINA:
        whose = found.setting.goods_of if len(origins) == 1 else "these origins"
        words = {"goods": f"goods of {whose}", "origins": whose}
    return [(name, label.format(**words), unit) for name, label, unit in _ROWS]


def _origins(found: Result, top: int) -> list[str]:
    """Say what each origin pays and sells, where several are priced."""
    if len(found.setting.origins) == 1:
        return []
    lines = ["By origin, largest first: average duty on the trade of today, change of imports"]
    rows = found.origins()
    for item in rows.head(top).to_dict("records"):
        lines.append(
            f"  {goods_of(found.setting.ledger, found.setting.tables, (item['partner_iso3'],)):<22}"
            f"{100 * item['before_rate']:6.1f} % to {100 * item['rate']:6.1f} %  "
            f"{item['change_usd'] / BILLION:+8.2f} bn"
        )
    left = rows.iloc[top:]
    if len(left):
        lines.append(f"  {len(left)} more: {left['change_usd'].sum() / BILLION:+.2f} bn")
    return [*lines, ""]


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
    shared = found.setting
    lines = ["Rests on: " + "; ".join(f"{key} {value:g}" for key, value in shared.assumed.items())]
    lines.append(f"Other partners' duties: as assessed in {shared.base.label}. A model, not a forecast.")
    lines += [f"Note: {found.scenario.note}"] if found.scenario.note else []
    if shared.origins != CHINA:
        lines.append(
            "Preferences (USMCA, KORUS ...) are claimed on the part of each line that claimed them: for "
            "Canada and Mexico as counted by month, for others in 2024."
        )
        members = sorted(members_of(shared.ledger, shared.origins))
        lines += missing_of(shared.ledger, "USA", members, found.scenario.day, found.scenario.day)
    lines += [
        f"Line {edit.line}: {edit.kind} {edit.name} also moves the duty on goods of other countries. Theirs "
        f"stays as assessed here, so what moves between {shared.goods_of} and them is overstated; "
        "`--origin all` prices all."
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
    for name, label, unit in _rows(one):
        a, b = (item.bands["p50"].to_dict()[name] for item in (one, other))
        numbers = (_number(value, unit) for value in (a, b, b - a))
        lines.append(f"{label:{_WIDTH}} " + " ".join(f"{number:>10}" for number in numbers))
    if one.setting.is_of_china:
        exports = [item.export_loss_usd() for item in (one, other)]
        numbers = (_number(value, "bn") for value in (*exports, exports[1] - exports[0]))
        label = "US exports to China, change (central)"
        lines.append(f"{label:{_WIDTH}} " + " ".join(f"{number:>10}" for number in numbers))
    movers = duties[0].movers("usd", top)
    if movers:
        whose = "" if one.setting.origins == CHINA else f" of {duties[0].goods_of}"
        lines += ["", f"Lines{whose} whose duty moves most, by dollars at the trade of 2024"]
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
