"""UN Comtrade: US trade with China, Mexico, Vietnam and Taiwan by year and six-digit code.

Interface: https://comtradedeveloper.un.org (product comtrade - v1, operation get) and
https://uncomtrade.org/docs/. A request is /C/A/HS with reporter, partners, flow and year; the key goes into
the header Ocp-Apim-Subscription-Key; a free one allows 500 requests a day and 100,000 records a request. The
open preview gives 500 records, less than one partner has, and is not used. Only rows of all customs
procedures, all modes of transport and no second partner are asked for, so that each code stands once.

`comtradeapicall` of the publisher returns a frame or, on any fault, prints and returns None; it was not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import httpx
import pandas as pd

from trucewatch.sources.clients.base import ApiKey, Fetched, Key, Origin, Plan, Progress, Review, SourceError
from trucewatch.sources.clients.rows import fetched, member, rows_of_records, settle
from trucewatch.sources.http import Answer, Api, Http, Params

TABLE = "comtrade__us_trade_hs6_annual"
USA = 842
#: Partner codes of the publisher; 490 is "Other Asia, not elsewhere specified", which is Taiwan.
PARTNERS = {156: "CHN", 484: "MEX", 704: "VNM", 490: "TWN"}
FLOWS = {"M": ("imports", tuple(PARTNERS)), "X": ("exports", (156,))}
#: Year before the duties, and first year of the comparison.
BASE_YEAR, FIRST_YEAR = 2017, 2024
LARGEST = 100_000

API = Api(
    source="comtrade",
    base="https://comtradeapi.un.org/data/v1",
    interval_s=2.0,
    key=Key(variable="COMTRADE_API_KEY", is_required=True, url="https://comtradedeveloper.un.org/signup"),
    key_header="Ocp-Apim-Subscription-Key",
    # 403 is the day's quota, not the key
    key_fault=lambda response: response.status_code == httpx.codes.UNAUTHORIZED,
)
ORIGIN = Origin(
    producer="UN Comtrade",
    citation="UN Comtrade database, United States as reporter.",
    primary_url="https://comtradeplus.un.org/",
    licence="UN Comtrade terms of use: cite, no bulk redistribution",
    licence_note="The terms (https://comtrade.un.org/licenseagreement.html) forbid to pass the data on "
    "in bulk: keep what was fetched to yourself.",
    units="US dollars; imports CIF and customs value, exports FAS",
)
_FIELDS = ["refYear", "flowCode", "reporterCode", "partnerCode", "partner2Code", "customsCode", "motCode",
           "classificationCode", "cmdCode", "cifvalue", "fobvalue", "primaryValue"]  # fmt: skip


@dataclass(frozen=True)
class ComtradeClient(ApiKey):
    """Client of UN Comtrade.

    `api`: where and how to ask; `largest`: records at which a reply is cut off.
    """

    api: Api = API
    largest: int = LARGEST

    name: ClassVar[str] = "comtrade"
    title: ClassVar[str] = "US trade with four partners by year and six-digit code"
    tables: ClassVar[tuple[str, ...]] = (TABLE,)

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return one request a year and flow."""
        requests = [_request(year, flow) for year in _years(since, http.today()) for flow in FLOWS]
        return Plan(
            urls=tuple(http.url(self.api, *request) for request in requests[:10]),
            requests=len(requests),
            seconds=len(requests) * 20.0,
            bytes=len(requests) * 9_000_000,
            notes=(
                "a free key allows 500 requests a day; the terms forbid passing the data on in bulk",
                *(() if requests else (f"no full year from {since} on has passed: nothing is asked for",)),
            ),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for the base year and every full year from 2024 on, or for those from `since` on."""
        asked = [(year, flow) for year in _years(since, http.today()) for flow in FLOWS]
        complete_from = None if since is None else date(since.year, 1, 1)
        with http.resume(f"{self.name} {since}"):
            for number, (year, flow) in enumerate(asked, start=1):
                answer = http.get(self.api, *_request(year, flow))
                frame = self._read(answer, year, flow)
                progress(number, len(asked), f"{year} {FLOWS[flow][0]}")
                yield fetched(
                    TABLE,
                    frame,
                    answer,
                    ORIGIN,
                    complete_from=complete_from,
                    period="year",
                    notes=(
                        "Taiwan is the partner 490 of the publisher, its reported value the customs value.",
                    ),
                )

    def _read(self, answer: Answer, year: int, flow: str) -> pd.DataFrame:
        if error := (answer.data or {}).get("error") if isinstance(answer.data, dict) else None:
            raise _refuse(answer, f"the publisher says: {str(error)[:200]}")
        count = member(answer, "count", int)
        records = member(answer, "data", list)
        if count >= self.largest or count != len(records):
            raise _refuse(answer, f"the reply was cut off: {len(records):,} of {count:,} records")
        rows = rows_of_records(records, _FIELDS, answer)
        word, partners = FLOWS[flow]
        rows.require("refYear", year)
        rows.require("reporterCode", USA)
        rows.require("partnerCode", *partners)
        rows.require("partner2Code", 0)
        rows.require("motCode", 0)
        rows.text("flowCode", flow)
        rows.text("customsCode", "C00")
        code = rows.text("cmdCode", r"\d{2}|\d{4}|\d{6}|TOTAL")
        partner = rows.number("partnerCode").astype("int64").map(PARTNERS)
        cif, fob = (rows.number(column, missing=(None,)) for column in ("cifvalue", "fobvalue"))
        reported = rows.number("primaryValue")
        frame = pd.DataFrame(
            {
                "year": year,
                "flow": word,
                "partner_iso3": partner,
                "hs6": code,
                "reported_value_usd": reported.where((partner != "TWN") | ~(fob > 0), fob),
                "cif_value_usd": cif,
                "fob_value_usd": fob,
                "hs_revision": rows.text("classificationCode", r"H\d"),
            }
        )
        is_line = code.str.fullmatch(r"\d{6}")
        return settle(frame[is_line], ["partner_iso3", "hs6"], answer)


def _years(since: date | None, today: date) -> list[int]:
    full = range(FIRST_YEAR if since is None else since.year, today.year)
    return [*([BASE_YEAR] if since is None else []), *full]


def _request(year: int, flow: str) -> tuple[str, Params]:
    return "/get/C/A/HS", (
        ("reporterCode", str(USA)),
        ("period", str(year)),
        ("partnerCode", ",".join(map(str, FLOWS[flow][1]))),
        ("partner2Code", "0"),
        ("cmdCode", "AG6"),
        ("flowCode", flow),
        ("customsCode", "C00"),
        ("motCode", "0"),
        ("includeDesc", "false"),
    )


def _refuse(answer: Answer, problem: str) -> SourceError:
    return answer.fault(
        problem, "nothing was changed; compare trucewatch.sources.clients.comtrade with the documentation"
    )


CLIENT = ComtradeClient()
