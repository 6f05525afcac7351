"""The prose of the trade-flow report: definitions, notes, how it was measured, what it cannot say.

Titles and findings are in `wording`; like them, every sentence here follows its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from trucewatch.page.numbers import billions, month_name, percent, period_name
from trucewatch.reports.trade_flows.mirror import CAUSES
from trucewatch.trade.counterfactual import Gap

_BASIS = {"general": "general imports", "consumption": "imports for consumption"}


def how_measured(scores: pd.DataFrame, leading: str, base_year: int) -> str:
    """How the expected path was chosen and the control was made, with the numbers of this run."""
    best = scores[scores["forecast"] == leading].iloc[0]
    return (
        f"**Own past.** {len(scores)} ways to expect imports were tried at {best['origins']} past dates, "
        f"each time as many months ahead as in this report, with parameters estimated on earlier months. "
        f"The one that reads no later months and erred least leads: the {leading}, off by "
        f"{percent(best['rmse_share'], 0)} (root mean square of the sum). The band comes from its errors and "
        f"held {percent(best['covered_share'], 0)} of the sums that were held out. The dates overlap, so "
        f"they are fewer independent tests than they seem.\n\n"
        f"**Other suppliers.** Imports from China in each month of {base_year}, industry by industry, grown "
        f"at the rate at which US imports of that industry from all other countries grew since the same "
        f"month of {base_year}. It is no forecast: it reads the later months of others."
    )


def gaps_by_forecast(gaps: Mapping[str, Gap]) -> pd.DataFrame:
    """The gap by each way to expect imports: `forecast`, `expected_usd`, `gap_usd`, its band and share."""
    rows = [
        (name, gap.actual - gap.value, gap.value, gap.low, gap.high, gap.share) for name, gap in gaps.items()
    ]
    return pd.DataFrame(
        rows, columns=["forecast", "expected_usd", "gap_usd", "low_usd", "high_usd", "gap_share"]
    )


def sensitivity(gaps: Mapping[str, Gap]) -> str:
    """How far the ways to expect imports lie apart, and whether a band reaches across zero."""
    values = [gap.value for gap in gaps.values()]
    crosses = [name for name, gap in gaps.items() if gap.low < 0 < gap.high]
    zero = f" The band of the {' and the '.join(crosses)} includes zero." if crosses else ""
    return (
        f"By the way imports are expected, the gap lies between {billions(max(values), 0)} and "
        f"{billions(min(values), 0)} billion.{zero}"
    )


def control_concentration(gaps: pd.Series, control: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Where the control's gap lies, and what that means for it."""
    code = str(gaps.idxmin())
    largest, whole = float(gaps.min()), float(gaps.sum())
    rows = control[control["naics3"] == code]
    growth = float(rows["control_usd"].sum() / (rows["control_usd"] / rows["growth"]).sum() - 1)
    return (
        f"Of the control's gap of {billions(whole, 0)} billion, {billions(largest, 0)} billion lie in one "
        f"industry, "
        f"{names.get(code, code).lower()}, where imports from everyone else grew by {percent(growth, 0)} on "
        f"the base "
        "year's months. Part of that growth is orders that left China and part is a boom of its own, so the "
        "control "
        f"overstates what is missing there; without this industry its gap is {billions(whole - largest, 0)} "
        f"billion."
    )


def revision(older: pd.Series, newer: pd.Series) -> str:
    """How far two vintages of the same series lie apart."""
    ratio = (newer / older - 1).dropna()
    worst = float(ratio.abs().max())
    whole = float(newer[ratio.index].sum() / older[ratio.index].sum() - 1)
    return (
        f"The industry panel is an older vintage than the monthly totals: over the {len(ratio)} months both "
        f"hold, "
        f"imports from China differ by up to {percent(worst)} in a month, and by "
        f"{percent(whole, signed=True)} in sum."
    )


def mirror_causes() -> str:
    """The known causes of the gap between the two counts, as a list."""
    return "\n".join(f"- **{name}:** {text}." for name, text in CAUSES)


def basis_difference(general: pd.Series, consumption: pd.Series, last: int = 12) -> str:
    """How far general imports and imports for consumption lie apart of late."""
    both = pd.DataFrame({"general": general, "consumption": consumption}).dropna().tail(last)
    ratio = float(both["consumption"].sum() / both["general"].sum() - 1)
    return (
        f"General imports count goods as they arrive, imports for consumption as they leave customs or a "
        f"bonded "
        f"warehouse; over the last {len(both)} months both hold, the second differs by "
        f"{percent(ratio, signed=True)}."
    )


def imports_subtitle(value_type: str) -> str:
    """Definition and unit of the first figure."""
    return (
        f"Monthly {_BASIS[value_type]} from China, USD billion, nominal, not seasonally adjusted. Grey "
        "band: nine tenths of past errors"
    )


def imports_alt(imports: pd.Series, since: pd.Timestamp) -> str:
    """What the first figure shows, for a reader who cannot see it."""
    later = imports.loc[since:]
    low = pd.Timestamp(str(later.idxmin()))
    return (
        f"Imports fell to USD {billions(later.min())} billion in {month_name(low)} and were "
        f"{billions(later.iloc[-1])} billion in {month_name(imports.index[-1])}."
    )


def imports_note(leading: str, rmse: float, control_last: pd.Timestamp) -> str:
    """What the lines of the first figure are, and what the band leaves out."""
    return (
        f"Expected: {leading}, which erred least of the forecasts tried at past dates ("
        f"{percent(rmse, 0)}). The band knows past errors only, not causes. Dotted: imports for consumption "
        f"had each industry grown as US imports of it from all other countries; its data end in "
        f"{month_name(control_last)}."
    )


def gap_definition(gap: Gap, value_type: str, leading: str) -> str:
    """Definition of the headline number."""
    return (
        f"US {_BASIS[value_type]} from China less the path expected from their own past ({leading}), summed "
        f"over {month_name(gap.first)} to {month_name(gap.last)}"
    )


def band_definition(end: str) -> str:
    """Definition of an end of the band."""
    return (
        f"The {end} end of the band from the errors of the same forecast at past dates; it held nine tenths"
    )


def losses_subtitle(since: pd.Timestamp, last: pd.Timestamp, base_year: int) -> str:
    """Definition and unit of the industry bars."""
    return (
        f"US imports for consumption from China, {period_name(since, last)} less the same months of "
        f"{base_year}, USD "
        "billion"
    )


def chapters_subtitle(years: tuple[int, int]) -> str:
    """Definition and unit of the chapter bars."""
    return f"US imports from China by HS chapter, {years[1]} less {years[0]}, customs value, USD billion"


def concentration_note(before: float, now: float, years: tuple[int, int]) -> str:
    """How concentrated imports are on chapters, in both years."""
    return (
        f"Concentration over chapters (Herfindahl index, one if all trade were in one chapter): "
        f"{before:.3f} in "
        f"{years[0]}, {now:.3f} in {years[1]}."
    )


def annual_definition(what: str, annual: pd.DataFrame) -> str:
    """Definition of a total of the last whole year."""
    return f"{what} in {annual.index[-1]}, the last whole year"


def front_running_subtitle(window_months: int, payback_months: int) -> str:
    """Definition of the front-running figure."""
    return (
        f"Imports from China against the path expected without the shock: {_count(window_months)} before and "
        f"{_count(payback_months)} after each deadline"
    )


def _count(months: int) -> str:
    return "the month" if months == 1 else f"the {months} months"


def front_running_reading(rows: pd.DataFrame) -> str:
    """How to read the front-running table, with its own numbers."""
    first = rows.iloc[0]
    text = (
        f"Ahead of {first['date'].day} {month_name(first['date'])} imports were "
        f"{percent(first['front_running'], signed=True)} from the expected path (band "
        f"{percent(first['front_running_low'], 0, signed=True)} to "
        f"{percent(first['front_running_high'], 0, signed=True)})"
    )
    if first["front_running_low"] < 0 < first["front_running_high"]:
        text += ", within what chance alone would give"
    return text + (
        ". Once the level has shifted for good, both windows of a later deadline carry the shift; the "
        "difference "
        "between them does not, so it is the number to read. It cannot tell goods pulled forward from "
        "goods given up: "
        "a rise of duty that lowers imports for good also leaves less after it than before."
    )


def front_running_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The front-running table as a reader sees it: the numbers first, windows as words."""
    shown = pd.DataFrame({"deadline": [f"{row.day} {row:%b %Y}" for row in rows["date"]]})
    for column in ("front_running", "payback", "net", "swing", "swing_low", "swing_high"):
        shown[f"{column}_share"] = rows[column]
    shown["window"] = _periods(rows["window_first"], rows["window_last"])
    shown["payback_window"] = _periods(rows["payback_first"], rows["payback_last"])
    shown["front_running_low_share"] = rows["front_running_low"]
    shown["front_running_high_share"] = rows["front_running_high"]
    return pd.concat([shown, rows[["act_id", "shares_months_with", "status"]]], axis=1)


def mirror_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The mirror table as a reader sees it."""
    ordered = rows.sort_values(["first_month", "months"], kind="stable", ignore_index=True)
    shown = pd.DataFrame({"period_of": _periods(ordered["first_month"], ordered["last_month"])})
    columns = ["importer_usd", "value_usd", "gap_usd", "gap_share", "source", "corroboration"]
    return pd.concat([shown.rename(columns={"period_of": "period"}), ordered[columns]], axis=1)


def mirror_definition(row: pd.Series) -> str:
    """Definition of the mirror gap."""
    return (
        "China's reported exports to the United States above US general imports from China, share of the "
        "latter, "
        f"{period_name(row['first_month'], row['last_month'])}"
    )


def named(table: pd.DataFrame, code: str, names: Mapping[str, str], title: str) -> pd.DataFrame:
    """Put the readable name of a code first in a table."""
    shown = table.copy()
    shown.insert(0, title, [names.get(found, f"{code} {found}") for found in table[code]])
    return shown


def _periods(first: pd.Series, last: pd.Series) -> list[str]:
    return [
        period_name(pd.Timestamp(start), pd.Timestamp(end)) for start, end in zip(first, last, strict=True)
    ]


def limits(general: pd.Series, consumption: pd.Series, older: pd.Series, newer: pd.Series) -> str:
    """What the report cannot say, with the numbers that bound it."""
    points = [
        "**A cause.** The gap is imports less an expectation. Duties, a weaker economy, a new phone cycle "
        "or a strike "
        "at a port would all be in it.",
        "**A sharp number.** The past dates include the first trade war and the pandemic, so errors were "
        "large and the band is wide. It knows no others: a shock of a new kind is outside it.",
        "**What would have come from elsewhere.** The control takes the rest of the world as untouched. It "
        "was not: it "
        "paid new duties too, ran ahead of them, and took orders that left China.",
        "**Goods.** Values are nominal: a fall in price counts as a fall in trade; quantities are not used.",
        "**Parcels.** Shipments under the low-value limit were mostly outside these statistics until the "
        "limit was "
        "closed to China; closing it moved some of them inside.",
        "**One basis.** " + basis_difference(general, consumption),
        "**The newest months by industry.** "
        + f"The industry panel ends in {month_name(older.index[-1])}. "
        + revision(older, newer),
        "**Revisions.** The publisher revises past months each June; a later vintage moves every number "
        "here a "
        "little.",
    ]
    return "\n".join(f"- {point}" for point in points)
