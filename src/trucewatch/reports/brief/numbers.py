"""The numbers of the brief: what each is, of which day, and from which report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trucewatch.errors import DataError, ReportError


@dataclass(frozen=True)
class Number:
    """One number of the brief, as `Report.headline` takes it."""

    key: str
    value: float
    unit: str
    definition: str
    spec: str
    label: str
    as_of: str
    source: str


#: The reports a brief is made from.
REPORTS = (
    "tariff_timeline",
    "trade_flows",
    "diversion",
    "realised_duty",
    "soybeans",
    "rare_earths",
    "phase_one",
    "export_controls",
    "scenarios",
)


def six_numbers(
    told: Mapping[str, Mapping[str, Any]],
    growth: tuple[pd.Timestamp, float],
    promise: Mapping[Any, Any],
    pace: tuple[pd.Timestamp, float],
) -> list[Number]:
    """Return the six numbers of the brief; the first two are one for each side.

    Parameters
    ----------
    told
        Summaries by report.
    growth
        Newest month of imports from China, and its change on the year before (`year_on_year`).
    promise
        The promise of purchases in force: `first`, `deadline`, `target_t`.
    pace
        Last day of the newest week, and shipments over an even pace to the promise (`dials.pace`).
    """
    law = told["tariff_timeline"]["law_asof"]
    timeline, magnets, realised = (told[name] for name in ("tariff_timeline", "rare_earths", "realised_duty"))
    month, change = growth
    week, share = pace
    target, deadline = float(promise["target_t"]) / 1e6, pd.Timestamp(promise["deadline"])
    return [
        from_report(
            timeline, "average_usa", key="average_usa", label="Average US duty on goods of China, by law",
            as_of=law,
        ),
        from_report(
            timeline, "average_chn", key="average_chn", label="Average duty of China on US goods, by law",
            as_of=law,
        ),
        from_report(
            timeline, "snapback_usa", key="snapback_usa", label="US: what returns if suspensions end",
            as_of=law,
        ),
        from_report(
            timeline,
            "snapback_chn",
            key="snapback_chn",
            label="China: what returns if suspensions end",
            as_of=law,
        ),
        Number(
            "imports_year_on_year", 100 * change, "percent",
            f"US general imports from China in {month:%B %Y} against {month - pd.DateOffset(years=1):%B %Y}, "
            "nominal, not seasonally adjusted",
            "+,.0f", "US imports from China, on the year before", f"{month:%Y-%m}", "trade_flows",
        ),
        Number(
            "soy_pace", 100 * share, "percent of pace",
            f"US soybeans shipped to China since {promise['first'].day} {promise['first']:%B %Y} as a share "
            f"of what an even pace to {target:g} million tonnes by {deadline.day} {deadline:%B %Y} would "
            "have brought; shipments are seasonal, an even pace is not",
            ",.0f", "Soybeans to China, pace against the promise", week.date().isoformat(), "soybeans",
        ),
        from_report(
            magnets, "us_against_before", key="magnets_against_norm",
            label="Magnets to the US, against the months before licences", spec="+,.0f",
        ),
        from_report(
            realised, "realised_rate", key="realised_rate",
            label="Duty that US customs assessed on goods of China",
        ),
    ]  # fmt: skip


def from_report(
    summary: Mapping[str, Any], headline: str, *, key: str, label: str, as_of: str = "", spec: str = ",.1f"
) -> Number:
    """Take over a headline number of another report.

    Parameters
    ----------
    summary
        Of the report (`page.summaries.read_summary`).
    headline
        Its key there.
    key, label
        Its key and name in the brief.
    as_of
        Its day or month; that of the report's data by default.
    spec
        How a reader sees it.

    Raises
    ------
    ReportError
        If the report has no such number.
    """
    name = summary["report"]
    found = summary["headlines"].get(headline)
    if found is None or isinstance(found["value"], str):
        raise ReportError(
            f"the report {name!r} has no number {headline!r}; rebuild it: dvc repro report@{name}"
        )
    return Number(
        key, found["value"], found["unit"], found["definition"], spec, label,
        as_of or summary["data_asof"], name,
    )  # fmt: skip


def year_on_year(series: pd.Series) -> tuple[pd.Timestamp, float]:
    """Return the newest month of a monthly series and its change on the same month a year before.

    Raises
    ------
    DataError
        If the series lacks that month a year before.
    """
    known = series.dropna()
    month = known.index[-1]
    before = month - pd.DateOffset(years=1)
    if before not in known.index:
        raise DataError(
            "no value a year before the newest month", remedy="use a longer series", value=f"{before:%Y-%m}"
        )
    return month, float(known.iloc[-1] / known[before] - 1)
