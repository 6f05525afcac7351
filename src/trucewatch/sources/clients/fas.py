"""USDA Foreign Agricultural Service, Export Sales Reporting: soybeans to China by week.

Interface: https://apps.fas.usda.gov/opendatawebV2/ (its Swagger page), requests at https://api.fas.usda.gov
with a key of api.data.gov in the header X-Api-Key. Soybeans are commodity 801, China is country 5700, unit 1
is the metric ton. A marketing year is named by the year it ends in: 2026 is 1 September 2025 to 31 August
2026. A row of a marketing year also carries what is sold for the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import pandas as pd

from trucewatch.sources.clients.base import ApiKey, Fetched, Key, Origin, Plan, Progress, Review
from trucewatch.sources.clients.rows import Rows, fetched, rows_of_records, settle
from trucewatch.sources.http import Answer, Api, Http

TABLE = "usda__soybean_sales_weekly"
#: First marketing year of the publisher, by the year it ends in.
EARLIEST = 1999
SOYBEANS, CHINA, METRIC_TON = 801, 5700, 1

API = Api(
    source="fas",
    base="https://api.fas.usda.gov/api/esr",
    interval_s=3.6,  # api.data.gov allows 1,000 requests an hour
    key=Key(variable="FAS_API_KEY", is_required=True, url="https://api.data.gov/signup/"),
    key_header="X-Api-Key",
)
ORIGIN = Origin(
    producer="USDA Foreign Agricultural Service",
    citation="USDA FAS, Export Sales Reporting, soybeans to China.",
    primary_url="https://apps.fas.usda.gov/export-sales/esrd1.html",
    licence="US government work, public domain",
    licence_note="May be used and changed freely; name the producer (https://www.usda.gov/policies-and-links).",
    units="thousand tonnes",
)
_NUMBERS = {
    "accumulated_exports_kt": "accumulatedExports",
    "outstanding_sales_kt": "outstandingSales",
    "net_sales_kt": "currentMYNetSales",
    "total_commitments_kt": "currentMYTotalCommitment",
}
_NEXT = {"outstanding_sales_kt": "nextMYOutstandingSales", "net_sales_kt": "nextMYNetSales"}
_KEY = ["week_ending", "marketing_year"]


@dataclass(frozen=True)
class FasClient(ApiKey):
    """Client of the Foreign Agricultural Service; `api` says where and how to ask."""

    api: Api = API

    name: ClassVar[str] = "fas"
    title: ClassVar[str] = "US soybean export sales to China by week"
    tables: ClassVar[tuple[str, ...]] = (TABLE,)

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return one request a marketing year."""
        years = _years(since, http.today())
        return Plan(
            urls=tuple(http.url(self.api, _path(year)) for year in years[:10]),
            requests=len(years),
            seconds=len(years) * self.api.interval_s,
            bytes=len(years) * 17_000,
            notes=("api.data.gov allows 1,000 requests an hour",),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for every marketing year from that of `since` on, the running one and the next included."""
        years = _years(since, http.today())
        own: list[pd.DataFrame] = []
        forward: list[pd.DataFrame] = []
        with http.resume(f"{self.name} {since}"):
            for number, year in enumerate(years, start=1):
                answer = http.get(self.api, _path(year))
                rows = _rows(answer)
                own.append(_frame(rows, year, _NUMBERS))
                forward.append(_forward(rows, year))
                progress(number, len(years), f"marketing year {_label(year)}")
            frame = _join(settle(pd.concat(own), _KEY, answer), settle(pd.concat(forward), _KEY, answer))
            if since is not None:
                frame = frame[frame["week_ending"] >= pd.Timestamp(since)].reset_index(drop=True)
            yield fetched(
                TABLE,
                frame,
                answer,
                ORIGIN,
                complete_from=since,
                period="week_ending",
                notes=(
                    "Sales for the next marketing year are taken from the rows of the running one until it "
                    "starts; a week without any has no row.",
                ),
            )


def _years(since: date | None, today: date) -> list[int]:
    # The week in which a marketing year ends stands in it with a last row, dated in the next one.
    first = EARLIEST if since is None else _marketing_year(since - timedelta(days=6))
    return list(range(first, _marketing_year(today) + 1))


def _marketing_year(day: date) -> int:
    """Return the year in which the soybean marketing year of a day ends."""
    return day.year + (day.month >= 9)


def _label(year: int) -> str:
    return f"{year - 1}/{year % 100:02d}"


def _path(year: int) -> str:
    return f"/exports/commodityCode/{SOYBEANS}/countryCode/{CHINA}/marketYear/{year}"


def _rows(answer: Answer) -> Rows:
    asked = {"commodityCode": SOYBEANS, "countryCode": CHINA, "unitId": METRIC_TON}
    columns = [*asked, "weekEndingDate", *_NUMBERS.values(), *_NEXT.values()]
    rows = rows_of_records([] if answer.data is None else answer.data, columns, answer)
    for column, expected in asked.items():
        rows.require(column, expected)
    return rows


def _frame(rows: Rows, year: int, columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "week_ending": rows.day("weekEndingDate", "%Y-%m-%dT%H:%M:%S"),
            "marketing_year": _label(year),
            **{name: (rows.number(field) / 1000).round(6) for name, field in columns.items()},
        }
    )


def _forward(rows: Rows, year: int) -> pd.DataFrame:
    """Return what the rows of a year say of the next one, weeks without sales left out."""
    frame = _frame(rows, year + 1, _NEXT)
    sold = frame[(frame["outstanding_sales_kt"] != 0) | (frame["net_sales_kt"] != 0)]
    return sold.assign(accumulated_exports_kt=0.0, total_commitments_kt=sold["outstanding_sales_kt"])


def _join(own: pd.DataFrame, forward: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of both; where a year speaks of itself, that counts."""
    both = pd.concat([own, forward[own.columns]], ignore_index=True).drop_duplicates(_KEY)
    return both.sort_values(_KEY, ignore_index=True)


CLIENT = FasClient()
