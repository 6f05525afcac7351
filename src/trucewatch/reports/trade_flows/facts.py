"""What the sentences of the report on trade flows rest on: facts computed from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trucewatch.page.numbers import MONTHS, period_name, short_day
from trucewatch.trade.counterfactual import Gap
from trucewatch.trade.flows import industries_of


def gaps_table(gaps: Mapping[str, Gap]) -> pd.DataFrame:
    """Return the gap by each way to expect imports: `forecast`, `expected_usd`, `gap_usd`, band and share."""
    rows = [
        (name, gap.actual - gap.value, gap.value, gap.low, gap.high, gap.share) for name, gap in gaps.items()
    ]
    return pd.DataFrame(
        rows, columns=["forecast", "expected_usd", "gap_usd", "low_usd", "high_usd", "gap_share"]
    )


def range_of_gaps(gaps: Mapping[str, Gap]) -> dict[str, Any]:
    """Return the `least` and the `most` that is missing, and the forecasts whose band is `crossing` zero."""
    values = [gap.value for gap in gaps.values()]
    return {
        "least": max(values),
        "most": min(values),
        "crossing": [name for name, gap in gaps.items() if gap.low < 0 < gap.high],
    }


def low_and_newest(imports: pd.Series, since: pd.Timestamp) -> dict[str, Any]:
    """Return the lowest month since the shock and the newest one, with their imports."""
    later = imports.loc[since:]
    return {
        "lowest": float(later.min()),
        "lowest_month": later.idxmin(),
        "newest": float(later.iloc[-1]),
        "newest_month": later.index[-1],
    }


def control_concentration(gaps: pd.Series, control: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the industry with the largest gap to the control, and how fast others' imports of it grew.

    `gaps`: gap to the control by industry, US dollars; `control`: months of the control since the shock:
    `naics3`, `control_usd`, `growth`; `names`: reader's name by industry.
    """
    code = str(gaps[industries_of(gaps.index)].idxmin())
    largest, whole = float(gaps[code]), float(gaps.sum())
    rows = control[control["naics3"] == code]
    return {
        "name": names.get(code, code),
        "all_usd": whole,
        "largest_usd": largest,
        "rest_usd": whole - largest,
        "growth": float(rows["control_usd"].sum() / (rows["control_usd"] / rows["growth"]).sum() - 1),
    }


def falls_in_last_month(growth: pd.DataFrame) -> dict[str, Any]:
    """Return how many industries fell (`fallen`) of `all` known in the last `month`."""
    last = growth.iloc[-1].dropna()
    return {"fallen": int((last < 0).sum()), "all": len(last), "month": growth.index[-1]}


def largest_fall(change: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the industry that fell most and its share of all falls; None where none fell."""
    first = change.iloc[0]
    falls = float(change["change_usd"].clip(upper=0).sum())
    return {
        "name": names.get(first["naics3"], first["naics3"]),
        "share": float(first["change_usd"]) / falls if falls else None,
    }


def largest_chapters(change: pd.DataFrame, names: Mapping[str, str], count: int = 2) -> dict[str, Any]:
    """Return the chapters that fell most and their share of all falls, gains left aside."""
    top = change.head(count)
    return {
        "names": [names.get(code, f"chapter {code}").lower() for code in top["chapter"]],
        "share": float(top["change_usd"].sum() / change["change_usd"].clip(upper=0).sum()),
    }


def share_then_and_now(share: pd.Series, base_year: int) -> dict[str, Any]:
    """Return the twelve-month share at the end of the base year and at the end of the data."""
    return {
        "before": float(share.loc[f"{base_year}-12"].iloc[0]),
        "now": float(share.iloc[-1]),
        "last": share.index[-1],
        "base_year": base_year,
    }


def peak_and_low(factors: pd.Series) -> dict[str, str]:
    """Return the months in which the season is at its `top` and its `bottom`."""
    names = pd.date_range("2000-01-01", periods=len(MONTHS), freq="MS").strftime("%B")
    return {"top": names[int(factors.argmax())], "bottom": names[int(factors.argmin())]}


def clear_deadlines(ahead: pd.DataFrame) -> dict[str, int]:
    """Return after how many deadlines imports were clearly lower, of those known on both sides."""
    known = ahead.dropna(subset=["swing"])
    return {"clear": int((known["swing_low"] > 0).sum()), "known": len(known)}


def difference(first: pd.Series, second: pd.Series, months: int | None = None) -> dict[str, Any]:
    """Return how far a second count of a flow is from the first over the (newest) months of both.

    Keys: `months`, and the difference in the `worst` month (without sign) and of the `whole`, fractions.
    """
    ratio = (second / first - 1).dropna()
    ratio = ratio.tail(months or len(ratio))
    return {
        "months": len(ratio),
        "worst": float(ratio.abs().max()),
        "whole": float(second[ratio.index].sum() / first[ratio.index].sum() - 1),
    }


def first_shown(since: pd.Timestamp, years: int = 5) -> str:
    """Return the first month of a figure that shows some years before a shock."""
    return f"{since.year - years}-01"


def with_names(table: pd.DataFrame, code: str, names: Mapping[str, str], title: str) -> pd.DataFrame:
    """Put the reader's name of a code first in a table."""
    shown = table.copy()
    shown.insert(0, title, [names.get(found, f"{code} {found}") for found in table[code]])
    return shown


def front_running_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the front-running table as it is published: numbers first, windows as periods."""
    shown = pd.DataFrame({"deadline": [short_day(day) for day in rows["date"]]})
    for column in ("front_running", "payback", "net", "swing", "swing_low", "swing_high"):
        shown[f"{column}_share"] = rows[column]
    shown["window"] = _periods(rows["window_first"], rows["window_last"])
    shown["payback_window"] = _periods(rows["payback_first"], rows["payback_last"])
    shown["front_running_low_share"] = rows["front_running_low"]
    shown["front_running_high_share"] = rows["front_running_high"]
    return pd.concat([shown, rows[["act_id", "shares_months_with", "status"]]], axis=1)


def mirror_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mirror table as it is published."""
    ordered = rows.sort_values(["first_month", "months"], kind="stable", ignore_index=True)
    ordered.insert(0, "period_name", _periods(ordered["first_month"], ordered["last_month"]))
    columns = ["period_name", "importer_usd", "value_usd", "gap_usd", "gap_share", "source", "corroboration"]
    return ordered[columns].rename(columns={"period_name": "period", "value_usd": "exporter_usd"})


def _periods(first: pd.Series, last: pd.Series) -> list[str]:
    return [
        period_name(pd.Timestamp(start), pd.Timestamp(end)) for start, end in zip(first, last, strict=True)
    ]
