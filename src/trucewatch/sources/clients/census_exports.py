"""US Census Bureau: exports by month and product, to China and to the world.

The interface is that of `trucewatch.sources.clients.census`, its export side: free alongside ship, domestic
and foreign goods together. The codes are those of the export schedule (Schedule B), which agree with the
Harmonized System in their first six digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import pandas as pd

from trucewatch.sources.clients import census
from trucewatch.sources.clients.base import ApiKey, Fetched, Plan, Progress, Review
from trucewatch.sources.clients.census import NO_UNIT, PARTNER, require_asked, whole_lines
from trucewatch.sources.clients.months import months_between
from trucewatch.sources.clients.rows import Rows, fetched, rows_below_header, settle
from trucewatch.sources.http import Answer, Api, Http, Params

#: First month that is asked for if none is named: the bundled table ends in January 2021.
EARLIEST = date(2021, 2, 1)
WORLD, CHINA = "-", "5700"
API = replace(census.API, source="census_exports")
LINES = "census__us_exports_hs{level}_partner_monthly"
_TOTALS = ("CTY_CODE", "CTY_NAME", "ALL_VAL_MO")
_LINES = ("E_COMMODITY", "CTY_CODE", "CTY_NAME", "ALL_VAL_MO", "QTY_1_MO", "UNIT_QY1")
_BYTES, _SECONDS = {6: 500_000, 10: 900_000}, 3.0


@dataclass(frozen=True)
class CensusExportsClient(ApiKey):
    """Client of the export side of the Census Bureau.

    `partners`: Census country codes; `-` is the world; `level`: digits of the code: 6 or 10; `api`: where and
    how to ask.
    """

    partners: tuple[str, ...] = (CHINA, WORLD)
    level: int = 6
    api: Api = API

    name: ClassVar[str] = "census_exports"
    title: ClassVar[str] = "US exports to China and the world by month and six-digit or ten-digit number"

    @property
    def table(self) -> str:
        """Name of the table by product."""
        return LINES.format(level=self.level)

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables it hands over."""
        return (self.table,)

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return the requests; how many months there are is known only once the totals have come."""
        start = since or EARLIEST
        asked = [(month, own) for month in months_between(start, http.today()) for own in self.partners]
        requests = [_totals(start), *(self._lines(month, partner) for month, partner in asked)]
        return Plan(
            urls=tuple(http.url(self.api, *request) for request in requests[:10]),
            requests=len(requests),
            seconds=len(requests) * _SECONDS,
            bytes=len(asked) * _BYTES[self.level],
            notes=(
                "the publisher is about five weeks behind: its newest months are not there to be asked for",
            ),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for totals and lines; the months of the totals say how far the lines go."""
        start = since or EARLIEST
        with http.resume(f"{self.name} {start} {self.table} {','.join(self.partners)}"):
            answer = http.get(self.api, *_totals(start))
            totals = _totals_of(answer)
            months = sorted({month.date() for month, _ in totals})
            asked = [(month, partner) for month in months for partner in self.partners]
            progress(1, 1 + len(asked), self.table)
            if not asked:
                yield self._part(self._read(answer, start, WORLD, is_totals=True), answer, start)
            for number, (month, partner) in enumerate(asked, start=2):
                frame, answer = self._whole(month, partner, totals.get((pd.Timestamp(month), partner)), http)
                progress(number, 1 + len(asked), f"{self.table} {month:%Y-%m} {partner}")
                yield self._part(frame, answer, start)

    def _whole(
        self, month: date, partner: str, total: float | None, http: Http
    ) -> tuple[pd.DataFrame, Answer]:
        """Return the lines of a month and partner, which must add up to its total."""
        return whole_lines(
            lambda codes: http.get(self.api, *self._lines(month, partner, codes)),
            lambda answer: self._read(answer, month, partner),
            total,
            "value_usd",
            f"exports to {partner} in {month:%Y-%m}: the {self.level}-digit lines",
        )

    def _lines(self, month: date, partner: str, codes: str = "") -> tuple[str, Params]:
        return "/exports/hs", (
            ("get", ",".join(_LINES)),
            ("COMM_LVL", f"HS{self.level}"),
            *((("E_COMMODITY", codes),) if codes else ()),
            ("CTY_CODE", partner),
            ("time", f"{month:%Y-%m}"),
        )

    def _read(self, answer: Answer, month: date, partner: str, *, is_totals: bool = False) -> pd.DataFrame:
        rows = (
            Rows(pd.DataFrame(columns=["time", *_LINES], dtype="object"), answer)
            if is_totals
            else rows_below_header(answer, ["time", *_LINES])
        )
        unit = rows.text("UNIT_QY1")
        has_unit = ~unit.isin(NO_UNIT)
        code = f"hs{self.level}"
        frame = pd.DataFrame(
            {
                "month": rows.day("time", "%Y-%m"),
                "partner_code": rows.text("CTY_CODE", PARTNER),
                "partner_name": rows.text("CTY_NAME"),
                code: rows.text("E_COMMODITY", rf"\d{{{self.level}}}"),
                "value_usd": rows.number("ALL_VAL_MO"),
                "quantity": rows.number("QTY_1_MO", missing=(None,)).where(has_unit),
                "quantity_unit": unit.where(has_unit),
            }
        )
        require_asked(frame, month, partner, answer)
        return settle(frame, ("month", "partner_code", code), answer)

    def _part(self, frame: pd.DataFrame, answer: Answer, start: date) -> Fetched:
        notes = ("Exports of domestic and foreign goods together, free alongside ship.",)
        return fetched(self.table, frame, answer, _EXPORTS, complete_from=start, notes=notes)


def _totals(start: date) -> tuple[str, Params]:
    return "/exports/hs", (("get", ",".join(_TOTALS)), ("time", f"from {start:%Y-%m}"))


def _totals_of(answer: Answer) -> dict[tuple[pd.Timestamp, str], float]:
    """Return all exports by month and partner."""
    rows = rows_below_header(answer, ["time", *_TOTALS])
    frame = pd.DataFrame(
        {
            "month": rows.day("time", "%Y-%m"),
            "partner_code": rows.text("CTY_CODE", PARTNER),
            "value_usd": rows.number("ALL_VAL_MO"),
        }
    )
    once = settle(frame, ("month", "partner_code"), answer)
    return {(row.month, row.partner_code): row.value_usd for row in once.itertuples()}  # type: ignore[misc]


_EXPORTS = replace(
    census.EXPORTS, units="US dollars, free alongside ship; first quantity in the unit of the row"
)
CLIENT = CensusExportsClient()
