"""The sentences of the report on Phase One: finding, titles, notes, limits; all computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from trucewatch.page.numbers import month_name, percent, points
from trucewatch.reports.phase_one.burden import Market, most_collected
from trucewatch.reports.phase_one.measures import BASE_YEAR, GOODS, YEARS, Whole, cell, line

if TYPE_CHECKING:
    from trucewatch.page.benchmarks import Published

BASES = {
    "piie": "PIIE's reading of the base, with civilian aircraft",
    "product_list": "the plain list of annex headings",
}

#: Names of published columns, by those the measures use.
PUBLISHED = {
    **{name: f"{name}_usd_bn" for name in ("base", "promised", "bought", "added", "added_bought")},
    **{name: f"{name}_usd_bn" for name in ("imports_after", "collected", "most_collected")},
    "share_met": "met_share",
    "added_met": "added_met_share",
    "added_rate": "added_duty_share",
    "rate_of_most": "duty_of_most_share",
    "share": "imports_share",
}


def finding(card: pd.DataFrame, total: Whole) -> str:
    """The finding: the whole by PIIE's count, the goods by ours."""
    parts = [f"{_met(line(card, name))} of the {words}" for name, words in _WORDS.items()]
    extra = (
        f"and none of the extra {points(total.added, 0)} billion"
        if total.added_bought <= 0
        else f"and {points(total.added_bought, 0)} of the extra {points(total.added, 0)} billion"
    )
    return (
        f"Of the USD {points(total.promised, 0)} billion of US goods and services it promised to buy in "
        f"{YEARS[0]} and {YEARS[1]}, China bought {percent(total.share_met, 0)} {extra}, by PIIE's count; "
        f"by ours it bought {parts[0]}, {parts[1]} and {parts[2]}"
        "."
    )


_WORDS: Mapping[str, str] = {
    "agriculture": "farm goods",
    "manufactured goods": "manufactured goods",
    "energy": "energy",
}


def _met(row: pd.Series) -> str:
    return f"{'at least ' if row['is_floor'] else ''}{percent(row['share_met'], 0)}"


def card_title(card: pd.DataFrame) -> str:
    """Title of the first figure: which category came nearest, which stayed farthest."""
    goods = card.loc[list(GOODS)]
    best, worst = str(goods["share_met"].idxmax()), str(goods["share_met"].idxmin())
    most, least = (percent(cell(goods, name, "share_met"), 0) for name in (best, worst))
    if (goods["share_met"] < 1).all():
        nearest = f"{_WORDS[best]} came nearest, at {most}"
        return f"China missed every goods target: {nearest}, {_WORDS[worst]} reached {least}"
    return f"{_WORDS[best].capitalize()} reached {most} of the promise, {_WORDS[worst]} {least}"


def card_alt(card: pd.DataFrame, total: Whole) -> str:
    """What the first figure shows, in words."""
    rows = [
        f"{name}: {points(row['bought'])} of {points(row['promised'])} billion, {_met(row)}"
        for name, row in card.loc[list(GOODS)].iterrows()
    ]
    return (
        "Bars by category. "
        + "; ".join(rows)
        + f"; goods and services by PIIE's count: {points(total.bought)} of {points(total.promised)} "
        f"billion. "
        "There are no data on purchases of services."
    )


def rolling_title(rolled: pd.DataFrame, promised: pd.DataFrame) -> str:
    """Title of the rolling figure: which categories stood above their base when the first year ended."""
    ended = line(rolled, pd.Timestamp(f"{YEARS[0]}-12-01"))
    above = [name for name in GOODS if ended[name] > cell(promised, name, "base")]
    below = [name for name in GOODS if name not in above]
    parts = []
    if above:
        parts.append(f"{_join(above)} {'was above its' if len(above) == 1 else 'were above their'} base")
    if below:
        parts.append(f"{_join(below)} below")
    return f"At the end of {YEARS[0]}, {', '.join(parts)}"


def months_title(table: pd.DataFrame) -> str:
    """Title of the figure of the first year."""
    last = table.groupby("category", sort=False).tail(1)
    lead = line(last, last["share_so_far"].idxmax())
    ever = line(table, table["share_so_far"].idxmax())
    if ever["share_so_far"] >= 1:
        return f"In {month_name(ever['month'])} {ever['category']} was above its promise so far"
    return (
        f"No category was ever on course in {YEARS[0]}; {lead['category']} ended the year at "
        f"{percent(lead['share_so_far'], 0)}"
    )


def revenue_title(burden: float, markets: Sequence[Market]) -> str:
    """Title of the revenue curves: whether any rate collects the burden."""
    short = [at for at in markets if most_collected(at) < burden]
    if len(short) == len(markets):
        return f"At none of these elasticities could a tariff raise USD {points(burden)} billion a year"
    if not short:
        return f"A tariff could raise USD {points(burden)} billion a year at each of these elasticities"
    values = _join([f"{at.elasticity:g}" for at in short])
    return f"With an elasticity of {values} no tariff could raise USD {points(burden)} billion a year"


def readings_text(table: pd.DataFrame, burden: float, chosen: Market, period: str) -> str:
    """The three readings in sentences, at the chosen elasticity."""
    at = table[table["elasticity"] == chosen.elasticity].set_index("reading")
    covered = table[table["reading"] == "trade covered"].iloc[0]
    money, less = line(at, "duty collected"), line(at, "trade reduced")
    collects = (
        f"an added duty of {percent(money['added_rate'])} on everything"
        if money["has_solution"]
        else f"no solution: the duty that collects most, {percent(money['rate_of_most'], 0)}, brings "
        f"{points(money['most_collected'])} billion"
    )
    reduces = (
        f"an added duty of {percent(less['added_rate'])} on everything"
        if less["has_solution"]
        else "no solution: imports are smaller than the burden"
    )
    reach = (
        f"duties on {percent(covered['share'], 0)} of imports; the reading says nothing about their rate"
        if covered["has_solution"]
        else "no solution: imports are smaller than the burden"
    )
    return (
        f"The gap between promise and purchases, by PIIE's count, is USD {points(burden)} billion a year. "
        f"Imports "
        f"from China were {points(chosen.imports)} billion in {period_words(period)}, with an average duty "
        f"of "
        f"{percent(chosen.duty)}. An action worth the gap is:\n\n"
        f"- **Trade covered equals the gap:** {reach}.\n"
        f"- **Duty collected equals the gap,** elasticity {chosen.elasticity:g}: {collects}.\n"
        f"- **Trade lost equals the gap,** elasticity {chosen.elasticity:g}: {reduces}."
    )


def period_words(period: str) -> str:
    """The period of the imports in words."""
    return f"the {period}" if period.startswith("last") else period


def base_text(card: pd.DataFrame, other: pd.DataFrame, planes: pd.Series, base: str) -> str:
    """How much depends on the base, and why the two readings differ."""
    name = "manufactured goods"
    year = BASE_YEAR
    return (
        f"The text sets additions over {year} and prints no amount for {year}. This report takes "
        f"{BASES[base]}. "
        f"The two readings differ in one place: civilian aircraft, {points(planes[year])} billion in "
        f"{year}, which "
        f"US statistics file under a code that no heading of the annex catches. With the other reading "
        f"{_met(line(other, name))} of the promise of manufactured goods was bought instead of "
        f"{_met(line(card, name))}, "
        f"and {_met(line(other, 'all goods'))} of all goods instead of {_met(line(card, 'all goods'))}."
    )


def gap_text(card: pd.DataFrame, aircraft_share: float, aircraft_promise: float, planes: pd.Series) -> str:
    """Why our manufactured goods are below PIIE's: aircraft of the last year, which no table has.

    Parameters
    ----------
    card
        `scorecard` on PIIE's base.
    aircraft_share
        Share of the promise of aircraft that PIIE prints as bought, a fraction.
    aircraft_promise
        That promise, both years.
    planes
        Exports of aircraft by year.
    """
    row = line(card, "manufactured goods")
    missing = aircraft_share * aircraft_promise - float(planes.get(YEARS[0], 0.0))
    filled = (row["bought"] + missing) / row["promised"]
    return (
        f"Manufactured goods come to {percent(row['share_met'])} in our tables, a floor: they have no month "
        f"of "
        f"{YEARS[1]} after January, and the annual table files aircraft with unspecified goods. PIIE prints "
        f"that "
        f"aircraft reached {percent(aircraft_share, 0)} of their promise; that implies {points(missing)} "
        f"billion of "
        f"aircraft in {YEARS[1]}, and with them our count is {percent(filled)}."
    )


def targets_text(exports: float, first: float, imports: float) -> str:
    """The targets of the first year on each count."""
    return (
        f"For goods in {YEARS[0]} that makes a target of {points(exports)} billion on PIIE's base and "
        f"{points(first)} "
        f"on the plain list, both on US exports, and of {points(imports)} billion on China's own imports. "
        f"PIIE's "
        f"tracker printed all of them at some time: the one of May {YEARS[0]} rests on the plain list, the "
        f"later one "
        "on the base with aircraft. Of China's own count the data have the base only, no purchases."
    )


def card_subtitle(base: str) -> str:
    """Definition of the first figure."""
    return f"Promise and purchases of {YEARS[0]} and {YEARS[1]}, USD billion, US exports; base: {BASES[base]}"


def met_definition(name: str, row: pd.Series, base: str) -> str:
    """Definition of a category's share."""
    floor = "; a floor, as aircraft of the last year are in no table" if row["is_floor"] else ""
    return f"Share of the promise bought in {YEARS[0]} and {YEARS[1]}: {name}; base: {BASES[base]}{floor}"


def both_true(total: Whole, card: pd.DataFrame) -> str:
    """Why a large share and nothing extra are the same count, and where something extra was bought."""
    goods = card.loc[list(GOODS)]
    gained = goods[goods["added_bought"] > 0]
    extra = _join(
        [f"{_WORDS[str(name)]} ({points(row['added_bought'])} billion)" for name, row in gained.iterrows()]
    )
    more = f" By category more than the base was bought of {extra}." if len(gained) else ""
    return (
        f"Both numbers of PIIE's count are true at once: purchases of {points(total.bought)} billion are "
        f"{percent(total.share_met, 0)} of the promise of {points(total.promised)}, and "
        f"{points(abs(total.added_bought))} "
        f"{'less' if total.added_bought < 0 else 'more'} than two years of the base, "
        f"{points(total.base)}.{more}"
    )


def rolling_note(rolled: pd.DataFrame, bought: pd.DataFrame) -> str:
    """Where the months end, and what the open point means."""
    open_point = (
        " An open point is a floor: aircraft of that year are in no table."
        if bought["is_floor"].any()
        else ""
    )
    return f"Months to {month_name(rolled.index[-1])}; the last year comes from the annual table.{open_point}"


def season_note(season: str) -> str:
    """How the yearly target was spread."""
    how = "in proportion to trade in the base year's months" if season == "seasonal" else "in twelfths"
    return f"The agreement sets yearly targets only; here each is spread {how}."


def bases_side_by_side(cards: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put both readings of the base beside each other."""
    parts = [
        card[["promised", "bought", "share_met"]].set_axis(
            [f"{name}_promised_usd_bn", f"{name}_bought_usd_bn", f"{name}_share"], axis=1
        )
        for name, card in cards.items()
    ]
    return pd.concat(parts, axis=1).rename_axis("category")


def revenue_subtitle(at: Market, period: str) -> str:
    """Definition of the revenue curves."""
    return (
        f"What an added duty on all imports from China would collect in a year, USD billion; imports of "
        f"{period_words(period)}, {points(at.imports)} billion"
    )


def gap_definition(period: str) -> str:
    """Definition of the gap as a share of imports."""
    return f"The yearly gap as a share of US imports for consumption from China, {period_words(period)}"


def limits(exports: pd.DataFrame, annual: pd.DataFrame, services: float) -> str:
    """What the report cannot say."""
    years = ", ".join(str(year) for year in sorted(annual["year"].unique()))
    return (
        f"- **Services**, {points(services)} billion of the promise over both years, are in no table here; "
        f"their "
        "promise is what PIIE's total leaves after goods.\n"
        f"- **Months** end in {month_name(exports['month'].max())}; the second year is known as a whole only "
        f"(annual table: {years}).\n"
        "- **Aircraft** of the second year are hidden among unspecified goods. Orders, which the annex "
        "counts "
        "beside deliveries, are in no table at all.\n"
        "- **China's own count** of its purchases is not in the tables, only its base. The agreement lets "
        "both "
        "counts speak.\n"
        "- **Headings, not tariff lines:** where the annex names six or more digits, the annual table "
        "counts the "
        "whole heading.\n"
        "- Amounts are nominal; the pandemic, the price of oil and the grounding of an aircraft type moved "
        "them "
        "without any choice of a buyer.\n"
        "- The readings of the burden say what a number would mean, not what the law allows."
    )


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def course_by_month(table: pd.DataFrame) -> pd.DataFrame:
    """Lay the first year out for reading: a month a row, what was bought so far and its share by category."""
    wide = table.pivot_table(index="month", columns="category", values=["bought_so_far", "share_so_far"])
    names = [(part, name) for name in GOODS for part in ("bought_so_far", "share_so_far")]
    found = wide[names]
    endings = {"bought_so_far": "bought_usd_bn", "share_so_far": "share"}
    found.columns = pd.Index([f"{name.split()[0]}_{endings[part]}" for part, name in names])
    return found


def targets_table(ours: Mapping[str, float | None], published: Mapping[str, Published]) -> pd.DataFrame:
    """The goods target of the first year on each count and base: ours beside what PIIE's tracker printed."""
    rows = [
        ("US exports, base with civilian aircraft", "piie_phase_one_target_exports_2020"),
        ("US exports, plain list of headings", "piie_phase_one_target_exports_2020_first"),
        ("China's imports, tracker of autumn", "piie_phase_one_target_imports_2020"),
        ("China's imports, tracker of May", "piie_phase_one_target_imports_2020_first"),
    ]
    return pd.DataFrame(
        {
            "count": [name for name, _ in rows],
            "ours_usd_bn": [ours[check] for _, check in rows],
            "printed_usd_bn": [float(published[check].value) for _, check in rows],
        }
    )
