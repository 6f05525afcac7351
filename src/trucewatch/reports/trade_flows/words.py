"""The words that go with the figures of trade flows: findings and titles, computed from the same tables.

Every sentence follows its numbers: it turns when a sign turns, and says so when a band holds zero.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from trucewatch.page.numbers import billions, month_name, percent, period_name
from trucewatch.reports.trade_flows.forecasts import REPEAT
from trucewatch.trade.counterfactual import Gap


def finding(gap: Gap, basis: str, band: float = 90) -> str:
    """The finding of the report: what is missing, against what, how sure.

    Parameters
    ----------
    gap
        To the leading forecast.
    basis
        What is expected, in words (`forecast_basis`).
    """
    word = "below" if gap.value < 0 else "above"
    return (
        f"From {month_name(gap.first)} to {month_name(gap.last)} US imports from China were USD "
        f"{billions(abs(gap.value), 0)} billion ({percent(abs(gap.share), 0)}) {word} {basis}; "
        f"{_band(gap, band)}."
    )


def forecast_basis(name: str, train_end: pd.Timestamp) -> str:
    """What the leading forecast expects, in words that end a comparison."""
    if name == REPEAT:
        return f"a repeat of the twelve months to {month_name(train_end)}"
    return f"the path expected from their past ({name})"


def _band(gap: Gap, band: float) -> str:
    low, high = sorted((abs(gap.low), abs(gap.high)))
    if gap.low < 0 < gap.high:
        return (
            f"the {band:.0f} % band runs from {billions(abs(gap.low), 0)} billion below to "
            f"{billions(gap.high, 0)} billion above, so it does not rule out that nothing is missing"
        )
    return f"{band:.0f} % band: {billions(low, 0)} to {billions(high, 0)} billion"


def imports_title(gap: Gap, basis: str) -> str:
    """Title of the first figure."""
    word = "below" if gap.value < 0 else "above"
    return (
        f"Since {month_name(gap.first)} US imports from China have been USD "
        f"{billions(abs(gap.value), 0)} billion {word} {basis}"
    )


def gap_label(gap: Gap) -> str:
    """Words that point into the gap of the first figure."""
    return f"{billions(gap.value, 0, signed=True)} bn USD since {gap.first:%b %Y}\n({short_band(gap)})"


def short_band(gap: Gap) -> str:
    """The band of a gap in a few words."""
    return f"90 % band {billions(gap.low, 0)} to {billions(gap.high, 0, signed=gap.high > 0)}"


def comparison(gap: Gap, control_gap: float, plain_change: float, verdict: str) -> str:
    """How the two counterfactuals and the plain change compare over the months all of them cover."""
    span = f"Over {period_name(gap.first, gap.last)}, the months that all three measures cover,"
    sentence = (
        f"{span} the leading forecast puts the gap at USD {billions(gap.value, 0)} billion "
        f"({short_band(gap)}), the product-mix control at {billions(control_gap, 0)} billion, and the "
        f"plain change on "
        f"the same months of the base year is {billions(plain_change, 0)} billion. "
    )
    ends = {
        "agree": "The control lies inside the band of the first: in so wide a band the two do not "
        "contradict each other.",
        "same sign": "Both point the same way, but the control lies outside the band of the first: they "
        "disagree on "
        "the size.",
        "disagree": "They point in opposite directions: the data do not settle the sign.",
    }
    return sentence + ends[verdict]


def heat_title(growth: pd.DataFrame) -> str:
    """Title of the heat map: how many industries fell in its last month."""
    last = growth.iloc[-1].dropna()
    fallen = int((last < 0).sum())
    return (
        f"{fallen} of the {len(last)} largest industries sold less in {growth.index[-1]:%B %Y} than a year "
        f"before"
    )


def losses_title(change: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Title of the industry bars: the largest fall and its share of all falls."""
    first = change.iloc[0]
    falls = float(change["change_usd"].clip(upper=0).sum())
    name = names.get(first["naics3"], first["naics3"])
    if falls == 0:
        return "No industry sold less than in the base year"
    return f"{name}: {percent(first['change_usd'] / falls, 0)} of the falls of all industries"


def share_title(share: pd.Series, base_year: int, name: str = "China") -> str:
    """Title of the share figure: the twelve-month share at the end of the base year and at the end."""
    before, now = share.loc[f"{base_year}-12"].iloc[0], share.iloc[-1]
    verb = "fell" if now < before else "rose"
    return (
        f"{name}'s share of US imports {verb} from {percent(before)} in {base_year} to {percent(now)} in "
        f"the twelve "
        f"months to {month_name(share.index[-1])}"
    )


def exports_title(now: float, before: float, base_year: int, months: pd.DatetimeIndex) -> str:
    """Title of the export figure: exports over some months against the same months of the base year."""
    change = now / before - 1
    word = "lower" if change < 0 else "higher"
    return (
        f"US exports to China in {period_name(months[0], months[-1])} were {percent(abs(change), 0)} {word} "
        f"than in the "
        f"same months of {base_year}"
    )


def season_title(factors: pd.Series) -> str:
    """Title of the seasonal figure: the top and the bottom month."""
    names = pd.date_range("2000-01-01", periods=12, freq="MS").strftime("%B")
    top, bottom = names[int(factors.argmax())], names[int(factors.argmin())]
    return f"In a usual year imports from China peak in {top} and bottom out in {bottom}"


def front_running_title(rows: pd.DataFrame) -> str:
    """Title of the front-running figure: after how many deadlines imports clearly fell."""
    known = rows.dropna(subset=["swing"])
    clear = int((known["swing_low"] > 0).sum())
    return (
        f"Imports were clearly higher before than after {clear} of the {len(known)} deadlines with data on "
        f"both sides"
    )


def mirror_title(year: pd.Series) -> str:
    """Title of the mirror figure, from the row of the longest period."""
    span = period_name(year["first_month"], year["last_month"])
    word = "more" if year["gap_usd"] > 0 else "less"
    return (
        f"For {span} China counts {percent(abs(year['gap_share']), 0)} {word} exports to the United States "
        f"than the "
        "United States counts imports from China"
    )


def chapters_title(change: pd.DataFrame, names: Mapping[str, str], count: int = 2) -> str:
    """Title of the chapter bars: how much of all falls the first chapters hold, gains left aside."""
    falls = float(change["change_usd"].clip(upper=0).sum())
    part = float(change["change_usd"].head(count).sum()) / falls
    listed = " and ".join(
        names.get(code, f"chapter {code}").lower() for code in change["chapter"].head(count)
    )
    return f"{listed[0].upper()}{listed[1:]} account for {percent(part, 0)} of the falls of all chapters"


def first_shown(since: pd.Timestamp, years: int = 5) -> str:
    """First month of a figure that shows some years before a shock."""
    return f"{since.year - years}-01"
