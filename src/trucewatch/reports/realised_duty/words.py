"""Sentences of the report on realised duty; every number in them is computed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from trucewatch.duty.stacking import AS_COLLECTED
from trucewatch.ledger.schema import ALL_CODES
from trucewatch.ledger.special_entries import SpecialEntry
from trucewatch.page.numbers import billions, day_name, month_name, percent, points
from trucewatch.reports.realised_duty.gap_causes import LAST, SLACK_PP
from trucewatch.reports.realised_duty.programmes import NAMES as PROGRAMMES
from trucewatch.trade.realised import SPECIAL, Voyage, realised_rate

#: Causes that say the rate of the ledger was paid, though not by all.
STANDS = ("most paid it", "neighbours paid it")

_RUNG_WORDS = {
    "mix_pp": "the mix of industries",
    "transit_pp": "goods on the water",
    "special_pp": "special provisions",
    "claims_pp": "claims and the rest",
}


def finding(ladder: pd.DataFrame) -> str:
    """Return the sentence the report opens with."""
    last, row = ladder.index[-1], ladder.iloc[-1]
    gaps = ladder["statutory_pct"] - ladder["realised_pct"]
    widest = pd.Timestamp(str(gaps.idxmax()))
    text = (
        f"US customs assessed {points(row['realised_pct'])} % on Chinese goods in {month_name(last)}, "
        f"{_side(_gap(row))} than the law says on a fixed basket of goods ({points(row['statutory_pct'])} %)"
    )
    if widest != last:
        text += f"; the gap was widest in {month_name(widest)}, {points(gaps[widest], digits=0)} points"
    return text + "."


def _gap(row: pd.Series) -> float:
    return float(row["statutory_pct"] - row["realised_pct"])


def _side(gap: float) -> str:
    return f"{points(abs(gap))} points {'less' if gap >= 0 else 'more'}"


def waterfall_title(row: pd.Series, month: pd.Timestamp) -> str:
    """Return the title of the first figure: what the largest rung is."""
    rungs = row[list(_RUNG_WORDS)].dropna()
    largest = str(rungs.abs().idxmax())
    verb = "take" if rungs[largest] < 0 else "add"
    return (
        f"From {points(row['statutory_pct'])} to {points(row['realised_pct'])} % in {month_name(month)}: "
        f"{_RUNG_WORDS[largest]} {verb} {points(abs(rungs[largest]))} points"
    )


def waterfall_alt(row: pd.Series) -> str:
    """Return the waterfall in words."""
    rungs = "; ".join(
        f"{words} {'not known' if pd.isna(row[name]) else points(row[name], signed=True)}"
        for name, words in _RUNG_WORDS.items()
    )
    law, paid = points(row["statutory_pct"]), points(row["realised_pct"])
    return f"The law {law} percent; {rungs} points; assessed {paid} percent."


def over_time_title(ladder: pd.DataFrame) -> str:
    """Return the title of the figure over time: when law and assessed duty were furthest apart."""
    gap = ladder["statutory_pct"] - ladder["realised_pct"]
    at = pd.Timestamp(str(gap.idxmax()))
    return (
        f"Law and assessed duty were {points(gap[at], digits=0)} points apart in {month_name(at)} and "
        f"{points(gap.iloc[-1])} in {month_name(gap.index[-1])}"
    )


def water_sentence(ladder: pd.DataFrame, voyage: Voyage, shares: pd.Series | None) -> str:
    """Say what the voyage explains at its peak, and what it rests on.

    Parameters
    ----------
    ladder
        From `trucewatch.trade.realised.ladder`.
    voyage
        Days from loading to entry, and the share by sea where none is measured.
    shares
        Measured share by sea by month; None: the share is a parameter.
    """
    at = pd.Timestamp(str(ladder["transit_pp"].idxmin()))
    row = ladder.T[at]
    share = row["transit_pp"] / (row["realised_pct"] - row["statutory_pct"])
    by_sea = voyage.vessel_share if shares is None else float(shares.get(at, voyage.vessel_share))
    said = (
        "The share by sea is a parameter here."
        if shares is None
        else f"The share by sea is what the Census Bureau counted: {percent(shares.min(), 0)} to "
        f"{percent(shares.max(), 0)} of general imports by month, {percent(shares.iloc[-1], 0)} in "
        f"{month_name(shares.index[-1])}; months before its table take the mean."
    )
    return (
        f"Goods that were at sea when a duty began kept the older one. In {month_name(at)} that alone was "
        f"worth {points(-row['transit_pp'])} of the {points(_gap(row))} points between law and assessed duty "
        f"({percent(share, 0)}), with {percent(by_sea, 0)} of value by sea, half of it under way for "
        f"{voyage.vessel_days:g} days or more, and the rest in {voyage.air_days:g}. {said} The days are an "
        "assumption."
    )


def lens_sentence(void: pd.DataFrame, held: pd.DataFrame) -> str:
    """Say how much of the assessed duty was later held unlawful."""
    if void.empty:
        return "No duty of these months was held unlawful."
    first, last = void.index[0], void.index[-1]
    most = pd.Timestamp(str(void["void_usd"].idxmax()))
    row = held.T[most]
    return (
        "**Two lenses.** As collected, importers of Chinese goods were assessed "
        f"{billions(void['duty_usd'].sum())} billion US dollars from {month_name(first)} to "
        f"{month_name(last)}. As finally held, {billions(void['void_usd'].sum())} billion of it "
        f"({percent(void['void_usd'].sum() / void['duty_usd'].sum(), 0)}) fell under the duties that the "
        "Supreme Court found without authority, if the wedge was the same for every duty. In the month with "
        f"most of them, {month_name(most)}, the law without these duties says {points(row['statutory_pct'])} "
        "%. Refunds never appear in assessed duty; nothing here says who has been paid back."
    )


def programmes_sentence(split: pd.DataFrame, printed_bn: float, ours_usd: float | None, day: date) -> str:
    """Set the estimate by programme against what customs printed of one of them."""
    parts = [f"{billions(split[code].sum())} billion {name}" for code, name in PROGRAMMES.items()]
    said = f"By programme the estimate is {' and '.join(parts)}."
    if ours_usd is None:
        return said
    gap = ours_usd / 1e9 / printed_bn - 1
    return (
        f"{said} US customs printed {points(printed_bn, 2)} billion of fentanyl duty assessed on goods of "
        f"China and Hong Kong to {day_name(day)}; the estimate to that day, for China "
        f"alone, is "
        f"{billions(ours_usd)} billion, {percent(abs(gap), 0)} {'less' if gap < 0 else 'more'}. Customs "
        "prints the reciprocal duty for all countries together, so that part cannot be checked."
    )


def programmes_table(split: pd.DataFrame) -> pd.DataFrame:
    """Return the split as a reader sees it, one row per month."""
    shown = split.rename(columns={code: f"{code.lower()}_usd" for code in PROGRAMMES}).reset_index()
    return shown.assign(void_usd=split.sum(axis=1).to_numpy())


def lines_title(listed: pd.DataFrame, year: int) -> str:
    """Return the title of the bars of numbers."""
    claimed = listed[listed["cause"] == "exclusion claimed"]["wedge_usd"].sum()
    return (
        f"Exclusions could explain {percent(claimed / listed['wedge_usd'].sum(), 0)} of the duty not paid on "
        f"the {len(listed)} numbers to check of {year}"
    )


def lines_sentence(table: pd.DataFrame, listed: pd.DataFrame, wedge_pp: float, value_musd: float) -> str:
    """Say what the list holds, and how much of it only single entries can tell."""
    whole = table["wedge_usd"].sum()
    stands = listed[listed["cause"].isin(STANDS)]
    last = listed[listed["cause"] == LAST]
    text = (
        f"Over all numbers the law says {billions(whole, 2)} billion dollars more than customs assessed. "
        f"{len(listed)} numbers with at least {value_musd:g} million of imports differ by more than "
        f"{wedge_pp:g} points; each has a cause from a fixed list with its evidence. Exclusions are claims: "
        "that a number is named in one shows what may have been claimed, not what was. On "
        f"{len(stands)} numbers most entries or the neighbours paid what the ledger says, so its rate stands "
        f"although no table tells which entries did without it; {len(last)} stay unexplained after every test"
    )
    if last.empty:
        return text + "."
    first = last.iloc[0]
    return (
        f"{text} ({percent(last['wedge_usd'].sum() / whole, 0)} of all duty not paid), {first['hs10']} alone "
        f"with {billions(first['wedge_usd'], 2)} billion."
    )


def tests_sentence(entries: Iterable[SpecialEntry], numbers: pd.Series) -> str:
    """Say what the tests are, and which provisions of the schedule the table of imports cannot show."""
    hidden = [row for row in entries if row.code == ALL_CODES and not row.has_own_number(numbers)]
    text = (
        "**What was tried.** Each number without a cause from exclusions, dates, conditions or the column 1 "
        "duty was put to every test below. A number that none explains needs the single entries, which no "
        "public table holds."
    )
    if hidden:
        listing = "; ".join(f"{row.provision} ({row.what})" for row in hidden)
        text += (
            " Some entries are free of added duties and yet counted under their ordinary number: no number "
            f"of its own appears in the table for {listing}. How much trade this covers is unknown."
        )
    return text


#: How the page shows `tests_table`.
TESTS_SHOWN: dict[str, Any] = {
    "caption": "What each test found on the other numbers",
    "note": "Gap: law less assessed duty. Not paid: part of the duty over column 1. Usual: what nine in ten "
    "numbers that no exclusion names leave unpaid at most. Neighbours: the same part on the other numbers of "
    "the line under the same rate that no exclusion names; empty where they sold too little. In the year, "
    "conditions: lowest and highest rate of the law. List: how sure the ledger is that the law's list names "
    "the number.",
}


def tests_table(listed: pd.DataFrame, descriptions: dict[str, str]) -> pd.DataFrame:
    """Return what each test found on the numbers that the first four causes leave over."""
    rows = listed[listed["cause"].isin((*STANDS, "special entry", LAST))]
    low, high = rows[["met_pct", "unmet_pct"]].min(axis=1), rows[["met_pct", "unmet_pct"]].max(axis=1)
    return pd.DataFrame(
        {
            "number": rows["hs10"],
            "goods": rows["hs10"].map(descriptions).fillna(""),
            "cause": rows["cause"],
            "not_assessed": rows["wedge_usd"] / 1e6,
            "unpaid": 100 * rows["unpaid"],
            "usual": 100 * rows["usual_unpaid"],
            "neighbours": 100 * rows["neighbours_unpaid"],
            "neighbours_musd": rows["neighbours_usd"] / 1e6,
            "exclusion": rows["headings"].where(
                rows["headings"] != "", ("other number: " + rows["near"]).where(rows["near"] != "", "none")
            ),
            "rates": _range(rows["lowest_pct"], rows["highest_pct"]),
            "bounds": _range(low, high),
            "column_1": rows["column_1_pct"],
            "others": rows["others_pct"],
            "special": rows["special"].str.partition(":")[0].where(rows["special"] != "", "none known"),
            "text": rows["confidence"].fillna("no added duty"),
        }
    )


def _range(low: pd.Series, high: pd.Series) -> pd.Series:
    one = low.map("{:.1f}".format)
    return one.where(high - low <= SLACK_PP, one + " to " + high.map("{:.1f}".format))


def cash_title(receipts: pd.Series, duty: pd.Series) -> str:
    """Return the title of the figure of receipts."""
    both = pd.DataFrame({"receipts": receipts, "duty": duty}).dropna().tail(12)
    ratio = float(both["receipts"].sum() / both["duty"].sum())
    return (
        f"The Treasury took in {percent(abs(ratio - 1), 0)} {'more' if ratio >= 1 else 'less'} than was "
        f"assessed over the twelve months to {month_name(both.index[-1])}"
    )


def vintage_sentence(older: pd.Series, newer: pd.Series) -> str:
    """Say how far two vintages of the rate on Chinese goods lie apart."""
    gap = (newer - older).dropna()
    at = pd.Timestamp(str(gap.abs().idxmax()))
    return (
        f"Two vintages of the Census Bureau's numbers are in the data. Over the {len(gap)} months that both "
        f"hold, the rate on Chinese goods differs by {points(gap.abs().mean(), digits=2)} points in the "
        f"mean and at most by {points(gap[at], signed=True, digits=2)} ({month_name(at)}). Levels are from "
        "the newer one; the mix of industries, which only the older one has, is used for shares alone."
    )


def bounds_sentence(bounds: pd.Series, month: pd.Timestamp) -> str:
    """Say what the statutory rate leaves open on the last day of a month."""
    return (
        f"On the last day of {month_name(month)} claiming every exclusion the ledger knows would take "
        f"{points(-bounds['claimed_pp'])} points off the law's average, and duties that hang on facts a code "
        f"does not show (parts of cars, patented drugs and the like) could add {points(bounds['met_pp'])}; "
        f"all together it lies between {points(bounds['low_pct'])} and {points(bounds['high_pct'])} %."
    )


def waterfall_subtitle(month: pd.Timestamp, lens: str) -> str:
    """Return what the first figure draws."""
    law = "the law as collected" if lens == AS_COLLECTED else "the law without what was held unlawful later"
    return f"Goods of China, {month_name(month)}, percent of customs value; {law}"


def realised_definition(month: pd.Timestamp) -> str:
    """Return the definition of the first headline."""
    return f"Calculated duty over customs value of imports for consumption from China, {month_name(month)}"


def steps_sentence(row: pd.Series, month: pd.Timestamp) -> str:
    """Say the rungs of a month in words."""
    parts = [
        f"{words} {points(row[name], digits=2, signed=True)}"
        for name, words in _RUNG_WORDS.items()
        if not pd.isna(row[name])
    ]
    return (
        f"In {month_name(month)} the law says {points(row['statutory_pct'], digits=2)} %. Of the way to the "
        f"{points(row['realised_pct'], digits=2)} % assessed, in points: {'; '.join(parts)}."
    )


def mix_sentence(periods: pd.DataFrame) -> str:
    """Say what the finer mix changes."""
    said = [
        f"in {row['period']} the mix {row['mix_by']} {'adds' if row['mix_pp'] > 0 else 'takes'} "
        f"{points(abs(row['mix_pp']))} points and leaves {points(row['claims_pp'], signed=True)} for claims "
        "and the rest"
        for row in periods.to_dict("records")
    ]
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}. Where the mix adds, the goods with low duties left first."


def listed_table(listed: pd.DataFrame, descriptions: dict[str, str]) -> pd.DataFrame:
    """Return the check list as a reader sees it."""
    return pd.DataFrame(
        {
            "number": listed["hs10"],
            "goods": listed["hs10"].map(descriptions).fillna(""),
            "not_assessed": listed["wedge_usd"] / 1e6,
            "cause": listed["cause"],
            "evidence": listed["evidence"],
            "assessed": listed["assessed_pct"],
            "law": listed["rate_pct"],
            "imports": listed["value_usd"] / 1e6,
        }
    )


def partner_table(totals: pd.DataFrame, names: dict[str, str], base_year: str) -> pd.DataFrame:
    """Return realised rates by partner: base year, newest month, highest month."""
    rows = []
    for partner in sorted(totals["partner_iso3"].unique()):
        rates = realised_rate(totals, partner)
        year = totals[(totals["partner_iso3"] == partner) & (totals["month"].dt.year == int(base_year))]
        before = 100 * year["duty_usd"].sum() / year["value_usd"].sum() if len(year) else float("nan")
        latest = float(rates.iloc[-1])
        rows.append(
            (
                names.get(partner, partner),
                before,
                latest,
                latest - before,
                float(rates.max()),
                f"{rates.idxmax():%Y-%m}",
            )
        )
    table = pd.DataFrame(rows, columns=["partner", "before", "latest", "change", "peak", "peak_month"])
    return table.sort_values("latest", ascending=False, ignore_index=True)


def partners_sentence(table: pd.DataFrame, origin: str, world: str) -> str:
    """Say how the rate on one partner stands to that on all, first and last, and who pays more.

    Parameters
    ----------
    table
        `trucewatch.reports.realised_duty.assessed_rates.by_partner`.
    origin, world
        Names of the partner and of all partners in it.
    """
    ends = table["month"].min(), table["month"].max()
    first, last = (table[table["month"] == month].set_index("partner")["assessed"] for month in ends)
    others = last.drop([origin, world])
    more = others[others > last[origin]].sort_values(ascending=False)
    above = "; ".join(f"{name} {points(rate)} %" for name, rate in more.items())
    told = f"{len(more)} paid more than {origin}: {above}" if above else f"none paid more than {origin}"
    return (
        f"In {month_name(ends[0])} customs assessed {points(first[origin])} % on goods of {origin} and "
        f"{points(first[world])} % on those of all countries; in {month_name(ends[1])} "
        f"{points(last[origin])} % and {points(last[world])} %. Of the {len(others)} other partners known "
        f"for that month {told}."
    )


def rivals_title(rates: pd.DataFrame, month: pd.Timestamp) -> str:
    """Return the title of the bars by supplier: China, and the highest and lowest of its rivals."""
    by_name = rates.set_index("partner")["latest"]
    others = by_name.drop("China").sort_values(ascending=False)
    return (
        f"{month_name(month)}: customs assessed {points(by_name['China'])} % on Chinese goods, "
        f"{points(others.iloc[0])} % on those of {others.index[0]} and {points(others.iloc[-1])} % on those "
        "of "
        f"{others.index[-1]}"
    )


def steps_reading(steps: pd.DataFrame, names: dict[str, str], rivals: list[str]) -> str:
    """Say which of the three steps raised the assessed rate of China's rivals.

    Parameters
    ----------
    steps
        `rivals.steps`.
    names
        Reader's name by partner.
    rivals
        ISO codes, the largest first.
    """
    rows = steps.loc[[code for code in rivals if code in steps.index and code != "CHN"]]
    by_rate = rows[rows["rate_pp"] > rows["exemption_pp"]]
    more = rows.nlargest(1, "exemption_pp").iloc[0]
    china = steps[steps.index == "CHN"].iloc[0]
    return (
        "An assessed rate rises when other goods are bought, when goods that were free bear a duty, or when "
        "the "
        f"duty on them rises. China's went from {points(china['before_pct'])} to "
        f"{points(china['after_pct'])} %: "
        f"{points(china['rate_pp'], signed=True)} points came from higher rates, "
        f"{points(china['exemption_pp'], signed=True)} from goods that now bear a duty, and "
        f"{points(china['mix_pp'], signed=True)} from the mix of chapters. For {len(by_rate)} of the "
        f"{len(rows)} "
        "largest others the rate did more than the end of exemptions; most by the latter "
        f"{names.get(str(more.name), str(more.name))} ({points(more['exemption_pp'], signed=True)} points)."
    )


def preference_sentence(months: pd.DataFrame, names: dict[str, str]) -> str:
    """Say how the claims of preference under the USMCA rose, and how little imports moved meanwhile."""
    said = []
    for code in ("MEX", "CAN"):
        own = months[months["partner_iso3"] == code].set_index("month")
        first, last = own.iloc[0], own.iloc[-1]
        said.append(
            f"{percent(first['share'], 0)} of imports from {names[code]} in {month_name(own.index[0])} "
            f"({billions(first['value_usd'])} billion US dollars) and {percent(last['share'], 0)} in "
            f"{month_name(own.index[-1])} ({billions(last['value_usd'])} billion)"
        )
    return (
        "Goods of Canada and Mexico that are claimed under the USMCA are free of the general duties. "
        f"Claimed were {'; '.join(said)}. A good that qualifies and was not claimed before is the same "
        "good: a share that rises while imports stand still is a change of claims, not of trade. The share "
        "by line shows which gains of a neighbour came in free."
    )


def who_paid_sentence(
    indexes: pd.DataFrame, rates: tuple[float, float], fall: float, years: tuple[int, int]
) -> str:
    """Say how far unit values fell, and how far they would have fallen if sellers had paid the duty.

    Parameters
    ----------
    indexes
        `prices.indexes`, suppliers by name.
    rates
        Assessed rate on Chinese goods in the two years, percent.
    fall
        `prices.fall_if_sellers_paid`.
    years
        The two years.
    """
    china = indexes[indexes["supplier"] == "China"].iloc[0]
    others = indexes[indexes["supplier"] != "China"]
    beside = "; ".join(
        f"{name} {points(change, signed=True)} %"
        for name, change in zip(others["supplier"], others["change_pct"], strict=True)
    )
    deeper = others.loc[others["change_pct"] < china["change_pct"], "supplier"].tolist()
    warning = (
        f" But unit values of {' and '.join(deeper)} fell by more: they move for reasons that have nothing "
        "to "
        "do with the duty on China."
        if deeper
        else ""
    )
    return (
        f"Assessed duty on Chinese goods rose from {points(rates[0])} % of customs value in {years[0]} to "
        f"{points(rates[1])} % in {years[1]}. Had sellers paid all of the rise, prices before duty would "
        f"have changed by {points(fall, signed=True)} %. Unit values of Chinese goods changed by "
        f"{points(china['change_pct'], signed=True)} % ({beside}), over {percent(china['covered'], 0)} of "
        "the "
        f"value; {percent(china['no_quantity'], 0)} has no quantity in one unit in both years. Read as "
        f"prices, that is {percent(china['change_pct'] / fall, 0)} of what would have kept the buyers' cost "
        f"where it was.{warning}"
    )


def border_sentence(prices: pd.DataFrame) -> str:
    """Say what the official index of import prices adds, and where its copy ends."""
    own = prices[prices["partner_iso3"] == "CHN"].set_index("month")["price_index"]
    last = own.index[-1]
    year = 100 * (own.iloc[-1] / own[last - pd.DateOffset(years=1)] - 1)
    return (
        "The Bureau of Labor Statistics asks importers what they pay, duties left out, for the same goods "
        "month "
        f"after month. Its index for Chinese goods changed by {points(year, signed=True)} % over the year "
        "to "
        f"{month_name(last)}, where this vintage ends. `trucewatch refresh fred` brings it to the newest "
        "month, "
        "with Canada, Mexico, Japan, the EU and ASEAN beside it."
    )


def who_paid_limits() -> str:
    """Say what the section on prices cannot say."""
    return (
        "**What this cannot say.** A unit value moves when the goods within a code change: the exempt and "
        "the "
        "dear may have stayed, the cheap gone. Goods that were no longer bought have no price at all. Some "
        "quantities are estimates of UN Comtrade, and the copy does not mark them. The yuan, the price of "
        "inputs and the rush before the duties moved prices too, and there is no equation here that holds "
        "them "
        "apart. Who paid at the border is not who paid in the end: importers, shops and buyers share the "
        "rest, "
        "which is why estimates from shops are lower than those from the border."
    )


def industries_sentence(table: pd.DataFrame) -> str:
    """Say on which industries most and least was assessed in the newest month.

    Parameters
    ----------
    table
        `trucewatch.reports.realised_duty.assessed_rates.by_industry`.
    """
    newest = table[table["month"] == table["month"].max()]
    goods = newest[~newest["naics3"].isin(SPECIAL) & (newest["imports"] >= newest["imports"].sum() / 100)]
    ordered = goods.sort_values("assessed", ascending=False, kind="stable")
    said = [
        f"{row['industry'].lower()} ({points(row['assessed'])} %, goods of all countries "
        f"{points(row['assessed_all'])})"
        for row in ordered.to_dict("records")
    ]
    return (
        f"In {month_name(newest['month'].iloc[0])}, of the {len(goods)} industries with a hundredth or more "
        f"of imports from China, customs assessed most on {'; '.join(said[:3])}; least on {said[-1]}."
    )


def within_sentence(wedges: pd.DataFrame, wedge_pp: float) -> str:
    """Say on how many numbers law and assessed duty agree (`realised_lines.line_wedges`)."""
    near = wedges[wedges["wedge_pp"].abs() <= wedge_pp]
    share = near["value_usd"].sum() / wedges["value_usd"].sum()
    return (
        f"On {len(near):,} of {len(wedges):,} numbers, with {percent(share, 0)} of imports, law and assessed "
        f"duty are within {wedge_pp:g} points of each other."
    )


def vintages(older: pd.Series, newer: pd.Series) -> pd.DataFrame:
    """Return two vintages of a rate side by side, over the months that both hold."""
    both = pd.DataFrame({"older_pct": older, "newer_pct": newer}).dropna()
    both["difference_pp"] = both["newer_pct"] - both["older_pct"]
    return both.rename_axis("month").reset_index()


def method(base_year: int) -> str:
    """Say how the ladder was measured."""
    return (
        "**Law.** The duty on each product on each day, from the ledger, averaged over the days of the "
        "month and over products with their share of US imports from China in 2024.\n\n"
        f"**Mix.** The change in each industry's share of imports since {base_year}, times the industry's "
        "rate under the law.\n\n"
        "**On the water.** For each day of entry, the share of goods loaded before a cut-off of the law, "
        "times the points they did not owe. The share comes from two lognormal distributions of days at sea "
        "and in the air.\n\n"
        "**Special provisions.** Goods returned and other entries of the last chapters of the schedule, "
        "which pay next to nothing and stand outside the law's lists.\n\n"
        "**Claims and the rest.** What is left to the duty that customs calculated."
    )


def limits(methods: pd.Series, last: pd.Timestamp, receipts: pd.Timestamp) -> str:
    """Say what the report cannot say."""
    by_line = float(methods["eight digits"] + methods["six digits"])
    return (
        f"- Industries reach to {month_name(last)}: later months have no rung of their own for mix and "
        "special provisions.\n"
        "- Calculated duty is an estimate at the declared rate, not cash. It leaves out antidumping duties "
        "and fees, and is not corrected for refunds.\n"
        "- There is no table of products by month: claims cannot be told from shifts between products of "
        "one industry, nor from entries crowding into the cheaper days of a month (April and May of the "
        "year of the truce above all).\n"
        "- The day of loading and withdrawals from bonded warehouses are not known, nor the means of "
        "transport by product.\n"
        f"- {percent(by_line)} of the base value found its industry through the first digits of its number, "
        f"{percent(float(methods['none']), 3)} found none. No family of codes is split in this step.\n"
        "- The law of all countries is not in the ledger: for the world only assessed duty and receipts are "
        "shown.\n"
        f"- Receipts end in {month_name(receipts)} and do not show refunds apart.\n"
        "- Rates of List 3 for goods at sea in May and June of the first trade war are in the last rung."
    )
