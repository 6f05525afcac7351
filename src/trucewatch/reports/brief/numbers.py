"""The numbers of the brief: what each is, of which day, and from which report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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


def brief_numbers(
    told: Mapping[str, Mapping[str, Any]],
    growth: tuple[pd.Timestamp, float],
    magnets: Mapping[str, Any],
) -> list[Number]:
    """Return the numbers of the brief; the first two are one for each side.

    Parameters
    ----------
    told
        Summaries by report.
    growth
        Newest month of imports from China, and its change on the year before (`year_on_year`).
    magnets
        Newest single month of magnets to the United States and its change on the year before: `month`,
        `change`.
    """
    law = told["tariff_timeline"]["law_asof"]
    timeline, realised = told["tariff_timeline"], told["realised_duty"]
    month, change = growth
    goods, only = subject(timeline["parameters"])
    return [
        from_report(
            timeline, "average_usa", key="average_usa", label=f"Average US duty on {goods}, by law",
            as_of=law,
        ),
        from_report(
            timeline, "average_chn", key="average_chn",
            label=f"Average duty of China on US goods{only}, by law", as_of=law,
        ),
        from_report(
            timeline, "snapback_usa", key="snapback_usa",
            label=f"US tariffs that come back if suspensions lapse{only}", as_of=law,
        ),
        from_report(
            timeline,
            "snapback_chn",
            key="snapback_chn",
            label=f"China's tariffs that come back if suspensions lapse{only}",
            as_of=law,
        ),
        Number(
            "imports_year_on_year", 100 * change, "percent",
            f"US general imports from China in {month:%B %Y} against {month - pd.DateOffset(years=1):%B %Y}, "
            "nominal, not seasonally adjusted",
            "+,.0f", "US imports from China, change on a year earlier", f"{month:%Y-%m}", "trade_flows",
        ),
        *soybean_pace(told["soybeans"]),
        Number(
            "magnets_year_on_year", 100 * magnets["change"], "percent",
            f"Tonnes of rare earth magnets from China to the United States in {magnets['month']:%B %Y} "
            f"against {magnets['month'] - pd.DateOffset(years=1):%B %Y}, customs of China through the press",
            "+,.0f", "Magnets to the US, change on a year earlier", f"{magnets['month']:%Y-%m}",
            "rare_earths",
        ),
        from_report(
            realised, "realised_rate", key="realised_rate",
            label="Duty that US customs assessed on Chinese goods",
        ),
    ]  # fmt: skip


#: Whose goods the US side taxes, as a reader calls them.
_GOODS = {"CHN": "Chinese goods", "HKG": "goods from Hong Kong", "MAC": "goods from Macao"}


def subject(parameters: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the averages of a run of the timeline are of: the goods, and what it was narrowed to.

    Parameters
    ----------
    parameters
        Of the report `tariff_timeline`.

    Returns
    -------
    goods, only
        `Chinese goods` and nothing for a run on all goods of China, as collected.
    """
    only = ""
    if parameters.get("products"):
        only += f", codes {', '.join(parameters['products'])} only"
    if parameters.get("lens", "as_collected") != "as_collected":
        only += ", duties held unlawful left out"
    origin = parameters.get("origin", "CHN")
    return _GOODS.get(origin, f"goods of origin {origin}") + only, only


def soybean_pace(soybeans: Mapping[str, Any]) -> list[Number]:
    """Return the pace of soybean shipments against the usual season, if the report measures one."""
    if "season_pace" not in soybeans["headlines"]:
        return []
    found = from_report(
        soybeans,
        "season_pace",
        key="soy_pace",
        label="Soybeans to China, pace against a usual season",
        spec=",.0f",
    )
    other = soybeans["headlines"].get("other_season_pace")
    if other is None:
        return [found]
    more = f"; {other['value']:,.0f} % of the pace of the other season shown: {other['definition']}"
    return [replace(found, definition=found.definition + more)]


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
