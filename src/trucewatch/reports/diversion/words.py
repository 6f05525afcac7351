"""Sentences of the report on diversion; every number in them is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from trucewatch.page.numbers import billions, month_name, percent, period_name, points
from trucewatch.reports.diversion.measures import NO_RISE, by_bin
from trucewatch.reports.diversion.models import LEVEL, Fit, PreTrend, pre_trend

SIGNIFICANT = 1 - LEVEL


def listing(names: Sequence[str]) -> str:
    """Join names: Mexico, Taiwan and Vietnam."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def finding(table: pd.DataFrame, bins: pd.DataFrame, names: Mapping[str, str], years: tuple[int, int]) -> str:
    """Return the sentence the report opens with.

    Parameters
    ----------
    table
        `trucewatch.reports.diversion.measures.replacement` by bin.
    bins
        `trucewatch.reports.diversion.measures.by_bin`.
    names
        Reader's name by partner.
    years
        Base year and newest year.
    """
    row = top_bin(table)
    others = sorted(names[code] for code in bins["partner_iso3"].unique() if code != "CHN")
    lost = row["loss_usd"]
    if pd.isna(row["ratio"]):
        return (
            f"Where its duty rose most, China sold no less to the United States in {years[1]} than in "
            f"{years[0]}."
        )
    part = f", {percent(row['ratio'], 0)} of the loss" if row["gain_usd"] > 0 else ""
    return (
        f"In the goods whose duty rose most ({row['bin']} points), US imports from China fell by "
        f"{billions(lost, 0)} billion US dollars from {years[0]} to {years[1]}; imports of the same goods "
        f"from {listing(others)} together {'rose' if row['gain_usd'] > 0 else 'fell'} by "
        f"{billions(abs(row['gain_usd']))} billion{part}."
    )


def top_bin(table: pd.DataFrame) -> pd.Series:
    """Return the row of the bin of the largest rise."""
    return table[table["bin"] != NO_RISE].iloc[-1]


def slopes_title(table: pd.DataFrame, edges: Sequence[float], years: tuple[int, int]) -> str:
    """Return the title of the first figure, from `measures.by_family` over all years."""
    top, low = _slopes(table, edges, years)
    return (
        f"China's share fell by {points(-top['change_pp'], digits=0)} points where its duty rose "
        f"{top['bin']} points, and by {points(-low['change_pp'], digits=0)} where it rose {low['bin']}, "
        f"{years[0]} to {years[1]}"
    )


def slopes_bins(table: pd.DataFrame, edges: Sequence[float], years: tuple[int, int]) -> list[str]:
    """Return the bins of the first figure: those that its title compares, the larger rise first."""
    return [str(row["bin"]) for row in _slopes(table, edges, years)]


def _slopes(
    table: pd.DataFrame, edges: Sequence[float], years: tuple[int, int]
) -> tuple[pd.Series, pd.Series]:
    bins = by_bin(table, edges, years[0])
    known = _weighty(bins[(bins["bin"] != NO_RISE) & (bins["partner_iso3"] == "CHN")], "base_usd")
    return known.iloc[-1], known.iloc[0]


def _weighty(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the bins that hold at least a hundredth of the trade in `column`: the others say nothing."""
    size = table[column].abs()
    return table[size >= size.sum() / 100]


def replaced_title(table: pd.DataFrame) -> str:
    """Return the title of the bars by bin."""
    known = _weighty(table[table["bin"] != NO_RISE], "loss_usd")
    top, low = known.iloc[-1], known.iloc[0]
    return (
        f"The others gained {_times(low['ratio'])} China's loss where its duty rose {low['bin']} points, and "
        f"{_times(top['ratio'])} of it where it rose {top['bin']}"
    )


def _times(ratio: float) -> str:
    if pd.isna(ratio):
        return "without"
    return f"{ratio:.1f} times" if ratio >= 1 else percent(ratio, 0)


def replaced_reading(rise: pd.DataFrame) -> str:
    """Say why the ratio must not be read as an effect of the duty."""
    rounded = rise["rise_pp"].round(1)
    shares = rise["basket_share"].groupby(rounded).sum()
    usual = float(shares.index[int(shares.to_numpy().argmax())])
    return (
        "**Not an effect of the duty.** Most goods whose duty rose little are those the reciprocal duty left "
        "out for everybody: telephones, computers, chips. They pay no such duty from Vietnam, Taiwan or "
        "Mexico either, and their trade boomed for reasons of its own. The duty on China alone can not tell "
        "these stories apart. And there is little variation to learn from: "
        f"{percent(float(shares.max() / shares.sum()), 0)} of imports had a rise of {points(usual)} points, "
        f"{percent(float(shares.nlargest(2).sum() / shares.sum()), 0)} had one of two values."
    )


def industries_sentence(
    table: pd.DataFrame, names: Mapping[str, str], since: pd.Timestamp, last: pd.Timestamp
) -> str:
    """Say where China's loss by industry was and how much of it all others took."""
    whole, top = table[["loss_usd", "gain_usd"]].sum(), table.nlargest(1, "loss_usd").iloc[0]
    rest = whole - top[["loss_usd", "gain_usd"]].astype(float)
    return (
        f"By industry all suppliers are known. From {month_name(since)} to {month_name(last)} imports from "
        f"China were {billions(whole['loss_usd'])} billion below the same months of the base year, imports "
        f"from everyone else {billions(abs(whole['gain_usd']))} billion "
        f"{'above' if whole['gain_usd'] > 0 else 'below'}. {billions(top['loss_usd'])} billion of the loss "
        f"and {billions(top['gain_usd'], signed=True)} billion of the change elsewhere lie in "
        f"{names.get(top['naics3'], top['naics3']).lower()}; without it the others changed by "
        f"{billions(rest['gain_usd'], signed=True)} billion against a loss of {billions(rest['loss_usd'])}."
    )


def gains_title(changes: pd.Series, names: Mapping[str, str]) -> str:
    """Return the title of the bars by supplier."""
    others = changes.drop("CHN")
    first = listing(
        [f"{names[str(code)]} ({billions(value, signed=True)})" for code, value in others.head(4).items()]
    )
    return (
        f"Where China lost {billions(-changes['CHN'], 0)} billion US dollars, other causes apart, "
        f"{first} gained most"
    )


def suppliers_sentence(
    moved: pd.DataFrame, causes: pd.DataFrame, names: Mapping[str, str], years: tuple[int, int], share: float
) -> str:
    """Say what the sums over all headings hide, and what is left once other causes are apart.

    Parameters
    ----------
    moved, causes
        `suppliers.changes` and `suppliers.by_cause`.
    names
        Reader's name by supplier.
    years
        Years compared.
    share
        Part of all US general imports that these suppliers send, newest year.
    """
    sums = moved.groupby("partner_iso3")["change_usd"].sum()
    up, down = sums.nlargest(3), sums.drop("CHN").nsmallest(2)
    rest = causes.iloc[0]
    return (
        f"All headings of {len(sums)} suppliers are known for January to August of {years[0]} and "
        f"{years[1]}; they send {percent(share, 0)} of US imports. China sold {billions(-sums['CHN'])} "
        "billion US dollars less. The sums by supplier do not tell who took that. "
        f"{_named(up, names)} gained most, {_mostly(moved, up)}; {_named(down, names)} lost most, "
        f"{_mostly(moved, down)}. Such trade moved for reasons of its own and stands apart below. In the "
        f"{rest['headings']:,} headings of all other goods where China sold less, it lost "
        f"{billions(rest['loss_usd'])} billion and all others together "
        f"{'gained' if rest['gain_usd'] > 0 else 'lost'} {billions(abs(rest['gain_usd']))} billion. A gain "
        "in the same heading is no proof that the goods took China's place, and no table here says where "
        "they were made."
    )


def _mostly(moved: pd.DataFrame, changes: pd.Series) -> str:
    """Say in which goods some suppliers gained or lost most, and how much of the whole that is."""
    sums = moved[moved["partner_iso3"].isin(changes.index)].groupby("cause")["change_usd"].sum()
    parts = sums[sums.mul(changes.sum()) > 0].abs().sort_values(ascending=False, kind="stable").head(2)
    return listing([f"{billions(value)} in {cause}" for cause, value in parts.items()])


def base_sentence(
    newest: Mapping[int, pd.DataFrame], first: pd.Timestamp, last: pd.Timestamp, early: pd.Series
) -> str:
    """Say what the choice of the base year does: imports of early 2025 came before the duties.

    Parameters
    ----------
    newest
        `suppliers.since_base` by base year.
    first, last
        Months compared.
    early
        Imports of January to March 2025 less those of 2024, by supplier.
    """
    said = [
        f"on {year}, China {billions(change['CHN'], signed=True)} and all others "
        f"{billions(change['WLD'] - change['CHN'], signed=True)} billion"
        for year, change in ((year, table["change_usd"]) for year, table in newest.items())
    ]
    return (
        f"**The base matters.** {period_name(first, last)}: {'; '.join(said)}. January to March 2025 is no "
        "usual quarter: goods came early, before the duties. US imports were "
        f"{billions(early['WLD'], signed=True)} billion on a year before, those from China "
        f"{billions(early['CHN'], signed=True)} billion."
    )


def _named(changes: pd.Series, names: Mapping[str, str]) -> str:
    return listing(
        [f"{names[str(code)]} ({billions(value, signed=True)})" for code, value in changes.items()]
    )


def headings_title(table: pd.DataFrame, years: tuple[int, int], count: int = 10) -> str:
    """Return the title of the pairs of bars by heading."""
    top = table.head(count)
    more = int((top["gain_usd"] >= top["loss_usd"]).sum())
    return (
        f"In {more} of the {len(top)} headings where China lost most from {years[0]} to {years[1]}, the "
        "others gained at least as much"
    )


def trend_note(test: PreTrend, n: int, clusters: int) -> str:
    """Return the pre-trend test as it stands on the figure."""
    verdict = "fails" if failed(test) else "no trend found"
    size = f"{n:,} rows, {clusters:,} clusters"
    return f"Pre-trend p {_p(test.p_value)}, slope p {_p(test.slope_p)}: {verdict}; {size}"


def failed(test: PreTrend) -> bool:
    """Whether one of the two tests finds a trend before the reference."""
    return min(test.p_value, test.slope_p) < SIGNIFICANT


def _p(value: float) -> str:
    return "< 0.01" if value < 0.01 else f"= {value:.2f}"


def models_title(tests: Sequence[PreTrend]) -> str:
    """Return the title of the figure of coefficients."""
    count = sum(map(failed, tests))
    return (
        f"No equation shows an effect that can be called diversion: {count} of {len(tests)} fail the test of "
        "what happened before"
        if count
        else "Imports by the rise of China's duty, before and after"
    )


def effect_sentence(name: str, estimate: float, error: float, test: PreTrend) -> str:
    """Say what one equation gives, per ten points of duty on China."""
    if failed(test):
        reading = "Its pre-trend test fails, so it is a description, not an effect."
    else:
        weak = " on a single period, which would miss most trends" if test.restrictions == 1 else ""
        reading = (
            f"Its pre-trend test finds nothing{weak}; the confounders named above remain: no effect either."
        )
    return f"- **{name}:** {points(estimate, signed=True, digits=3)} (standard error {error:.3f}). {reading}"


def trap() -> str:
    """Explain what the tables identify and what they do not."""
    return (
        "**The trap.** With a fixed effect for each product and month, a duty on goods of China is the same "
        "for all third countries and vanishes: their average gain is then not identified, only differences "
        "between them. So the equation for third countries keeps a coarser effect (chapter or sector by "
        "time) and leaves China out. The equation for China keeps the fine effect and measures China "
        "against the others: it holds both its loss and their gain, and is no elasticity.\n\n"
        "**What is missing.** The ledger holds the duties on goods of China alone. Third countries got "
        "duties of their own in the same weeks, with the same exempt goods; without them in the equation "
        "their coefficient mixes a duty on China with one on themselves. The elasticity of the first "
        "estimator (imports on the own duty of all partners) is off for the same reason."
    )


def limits(families: pd.Series, many_share: float, checks: Sequence[str]) -> str:
    """Say what the report can not say."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in families.value_counts().items())
    return (
        "- **Aggregate data cannot prove transshipment.** No table here says where a good was made.\n"
        "- By six-digit product only China, Mexico, Taiwan and Vietnam are known, so that shares by bin are "
        "shares of these four. By heading 26 suppliers are known, for January to August of two years.\n"
        "- Partners' purchases from China are not bundled: red flags of rerouting are a function, "
        "`trucewatch.trade.rerouting.red_flags`, tested on made tables and ready for a reader's own; "
        "nothing is flagged here.\n"
        "- Changes between the base year and the newest are in customs value where the table has it for "
        "both. The oldest year has values with freight and insurance alone for China, Mexico and Vietnam, "
        "so the figure of shares and the regressions, which use it, keep these three on that basis in all "
        "years.\n"
        f"- Codes of two editions are joined into families ({kinds}); {percent(many_share)} of imports from "
        "China are in families of many old and many new codes. The concordance holds one old code for each "
        "new one, so this is a lower bound.\n"
        "- No quantities: prices, and with them pass-through, can not be measured.\n"
        "- Months by product do not exist in these tables, nor products for the months after the newest "
        "year.\n"
        f"- Not reproducible: {'; '.join(checks)}."
    )


def elasticity_sentence(fit: Fit) -> str:
    """Say what the products give in logs, and why it is no elasticity."""
    row, pre = fit.table.iloc[-1], pre_trend(fit)
    sign = (
        "is positive: where the duty on China rose most, China lost least against the others. No demand has "
        "that sign; the exempt goods, which left first, may make it"
        if row["estimate"] > 0
        else "has the sign of demand, but holds the gain of the others as well"
    )
    return (
        "**Elasticity.** In logs, imports from China against the others changed by "
        f"{points(row['estimate'], signed=True, digits=2)} percent for each percent that the duty added to "
        f"the price (standard error {row['se']:.2f}). The number {sign}. It is "
        f"{'confounded: its pre-trend test fails too' if failed(pre) else 'a mix of loss and gain'}, "
        "and it is not put forward as an elasticity."
    )
