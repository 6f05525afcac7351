"""The numbers of the brief: what each is, of which day, and from which report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from trucewatch.errors import DataError, ReportError
from trucewatch.page.words import Words


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


def brief_numbers(
    say: Words,
    told: Mapping[str, Mapping[str, Any]],
    growth: tuple[pd.Timestamp, float],
    magnets: Mapping[str, Any],
) -> list[Number]:
    """Return the numbers of the brief; the first two are one for each side.

    `say`: the words of the brief; `told`: summaries by report; `growth`: newest month of imports from China,
    and its change on the year before (`year_on_year`); `magnets`: newest single month of magnets to the
    United States and its change on the year before: `month`, `change`.
    """
    timeline = told["tariff_timeline"]
    run = narrowing(timeline["parameters"])
    named = {"goods": say("goods", **run), "only": say("narrowed", **run)}
    month, change = growth
    return [
        *(
            from_report(
                timeline, key, key=key, label=say(f"label_{key}", **named), as_of=timeline["law_asof"]
            )
            for key in ("average_usa", "average_chn", "snapback_usa", "snapback_chn")
        ),
        _change_on_the_year(say, "imports", month, change, "trade_flows"),
        *soybean_pace(say, told["soybeans"]),
        _change_on_the_year(say, "magnets", magnets["month"], magnets["change"], "rare_earths"),
        from_report(
            told["realised_duty"], "realised_rate", key="realised_rate", label=say("label_realised_rate")
        ),
    ]


def _change_on_the_year(say: Words, what: str, month: pd.Timestamp, change: float, source: str) -> Number:
    year_before = month - pd.DateOffset(years=1)
    definition = say(f"definition_{what}", month=month, year_before=year_before)
    label = say(f"label_{what}")
    return Number(
        f"{what}_year_on_year", 100 * change, "percent", definition, "+,.0f", label, f"{month:%Y-%m}", source
    )


def narrowing(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run of the timeline is of: `origin`, `products` (empty: all) and `is_as_collected`."""
    return {
        "origin": parameters.get("origin", "CHN"),
        "products": parameters.get("products", []),
        "is_as_collected": parameters.get("lens", "as_collected") == "as_collected",
    }


def soybean_pace(say: Words, soybeans: Mapping[str, Any]) -> list[Number]:
    """Return the pace of soybean shipments against the usual season, if the report measures one."""
    if "season_pace" not in soybeans["headlines"]:
        return []
    found = from_report(soybeans, "season_pace", key="soy_pace", label=say("label_soy_pace"), spec=",.0f")
    other = soybeans["headlines"].get("other_season_pace")
    if other is None:
        return [found]
    more = say("definition_other_pace", other=other)
    return [replace(found, definition=f"{found.definition}; {more}")]


def from_report(
    summary: Mapping[str, Any], headline: str, *, key: str, label: str, as_of: str = "", spec: str = ",.1f"
) -> Number:
    """Take over a headline number of another report.

    Raises `ReportError` if the report has no such number.

    - `summary`: of the report (`page.summaries.read_summary`)
    - `headline`: its key there
    - `key`, `label`: its key and name in the brief
    - `as_of`: its day or month; that of the report's data by default
    - `spec`: how a reader sees it
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

    Raises `DataError` if the series lacks that month a year before.
    """
    known = series.dropna()
    month = known.index[-1]
    before = month - pd.DateOffset(years=1)
    if before not in known.index:
        raise DataError(
            "no value a year before the newest month", remedy="use a longer series", value=f"{before:%Y-%m}"
        )
    return month, float(known.iloc[-1] / known[before] - 1)
