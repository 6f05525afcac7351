"""FRED of the Federal Reserve Bank of St. Louis: the yuan, goods trade with China, prices of imports.

Interface: https://fred.stlouisfed.org/docs/api/fred/series_observations.html and .../series.html. Numbers
come as texts, a missing one as `.`; a wrong key is answered with status 400 and a message that names
`api_key`. The newest vintage is asked for, so that a revision replaces what stood before.

`fredapi` wraps the same two requests and returns a Series without units or counts; it would be a dependency
for less than is needed here.
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

YUAN, GOODS = "fed__usd_cny_monthly", "census__us_china_goods_monthly"
PRICES = "bls__import_prices_monthly"
#: Series and the unit FRED must give for it; all are monthly and not seasonally adjusted.
UNITS = {
    "EXCHUS": "Chinese Yuan Renminbi to One U.S. Dollar",
    "IMPCH": "Millions of Dollars",
    "EXPCH": "Millions of Dollars",
}
#: Import price indexes of the Bureau of Labor Statistics by origin (`IR`: all), each with its own base.
ORIGINS = {
    "CHNTOT": "CHN", "CANTOT": "CAN", "MEXTOT": "MEX", "JPNTOT": "JPN", "EECTOT": "EUU", "ASEANTOT": "XSE",
    "IR": "WLD",
}  # fmt: skip
_INDEX = "Index "

_TERMS = (
    "FRED terms of use: name FRED, and the owner of a series where it is another "
    "(https://fred.stlouisfed.org/docs/api/terms_of_use.html)."
)


def _is_key_fault(response: httpx.Response) -> bool:
    return response.status_code == httpx.codes.BAD_REQUEST and "api_key" in response.text


API = Api(
    source="fred",
    base="https://api.stlouisfed.org/fred",
    interval_s=0.5,  # 120 requests a minute
    key=Key(variable="FRED_API_KEY", is_required=True, url="https://fredaccount.stlouisfed.org/apikeys"),
    key_param="api_key",
    key_fault=_is_key_fault,
)
_FED = Origin(
    producer="Board of Governors of the Federal Reserve System",
    citation="Federal Reserve, release H.10, series EXCHUS, retrieved from FRED.",
    primary_url="https://fred.stlouisfed.org/series/EXCHUS",
    licence="US government work, public domain",
    licence_note=_TERMS,
    units="yuan per US dollar, mean of the month",
)
_CENSUS = Origin(
    producer="US Census Bureau",
    citation="US Census Bureau, Foreign Trade, series IMPCH and EXPCH, retrieved from FRED.",
    primary_url="https://fred.stlouisfed.org/series/IMPCH",
    licence="US government work, public domain",
    licence_note=_TERMS,
    units="billion US dollars, not seasonally adjusted; general imports (customs value), total exports (FAS)",
)
_BLS = Origin(
    producer="US Bureau of Labor Statistics",
    citation="US Bureau of Labor Statistics, Import/Export Price Indexes by locality of origin, retrieved "
    "from FRED.",
    primary_url="https://www.bls.gov/mxp/",
    licence="US government work, public domain",
    licence_note=_TERMS,
    units="index, base as given in the row, not seasonally adjusted; duties are not in the prices",
)


@dataclass(frozen=True)
class FredClient(ApiKey):
    """Client of FRED.

    `api`: where and how to ask; `page_size`: observations a request; the publisher allows 100,000.
    """

    api: Api = API
    page_size: int = 100_000

    name: ClassVar[str] = "fred"
    title: ClassVar[str] = "yuan per dollar; US goods trade with China by month; prices of imports by origin"
    tables: ClassVar[tuple[str, ...]] = (YUAN, GOODS, PRICES)

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return the requests: what each series is, and its observations."""
        asked = {**dict.fromkeys(UNITS, since), **dict.fromkeys(ORIGINS)}
        requests = [
            request
            for series, first in asked.items()
            for request in (_about(series), self._observations(series, first, 0))
        ]
        return Plan(
            urls=tuple(http.url(self.api, *request) for request in requests[:10]),
            requests=len(requests),
            seconds=len(requests) * 1.0,
            bytes=len(asked) * 60_000,
            notes=("the publisher allows 120 requests a minute",),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for every series from `since` on."""
        total = 2 * (len(UNITS) + len(ORIGINS))
        with http.resume(f"{self.name} {since}"):
            found: dict[str, pd.Series] = {}
            for number, series in enumerate(UNITS):
                _unit(http.get(self.api, *_about(series)), series)
                found[series], answer = self._series(series, since, http)
                progress(2 * number + 2, total, series)
                if series == "EXCHUS":
                    yuan = found[series].rename("cny_per_usd").reset_index()
                    yield _part(YUAN, yuan, answer, _FED, since)
            goods = pd.DataFrame({"imports": found["IMPCH"], "exports": found["EXPCH"]}).dropna(
                subset="imports"
            )
            goods = pd.DataFrame(
                {
                    "month": goods.index,
                    "imports_bn_usd": (goods["imports"] / 1000).round(7).to_numpy(),
                    "exports_bn_usd": (goods["exports"] / 1000).round(7).to_numpy(),
                    "balance_bn_usd": ((goods["exports"] - goods["imports"]) / 1000).round(7).to_numpy(),
                    "retrieved_from": "FRED, series IMPCH and EXPCH",
                }
            )
            yield _part(GOODS, goods, answer, _CENSUS, since)
            prices: list[pd.DataFrame] = []
            for number, (series, iso3) in enumerate(ORIGINS.items(), start=len(UNITS)):
                base = _unit(http.get(self.api, *_about(series)), series)
                values, answer = self._series(series, None, http)
                progress(2 * number + 2, total, series)
                own = values.rename("price_index").reset_index()
                prices.append(own.assign(partner_iso3=iso3, series_id=series, base=base))
            yield _part(PRICES, pd.concat(prices, ignore_index=True), answer, _BLS, None)

    def _observations(self, series: str, since: date | None, offset: int) -> tuple[str, Params]:
        params = [("series_id", series), ("file_type", "json"), ("sort_order", "asc")]
        if since is not None:
            params.append(("observation_start", since.isoformat()))
        return "/series/observations", (*params, ("limit", str(self.page_size)), ("offset", str(offset)))

    def _series(self, series: str, since: date | None, http: Http) -> tuple[pd.Series, Answer]:
        """Return the values of a series by month, months without a value left out."""
        parts: list[pd.DataFrame] = []
        offset, count = 0, None
        while count is None or offset < count:
            answer = http.get(self.api, *self._observations(series, since, offset))
            said = member(answer, "count", int)
            if count not in (None, said):
                raise _moved(answer, f"{series} had {count} observations, then {said}")
            count = said
            rows = rows_of_records(member(answer, "observations", list), ["date", "value"], answer)
            parts.append(
                pd.DataFrame({"month": rows.day("date"), "value": rows.number("value", missing=(".",))})
            )
            offset += self.page_size
        frame = settle(pd.concat(parts), ["month"], answer)
        if len(frame) != count:
            raise _moved(answer, f"{series} has {count} observations, {len(frame)} came")
        return frame.dropna(subset="value").set_index("month")["value"], answer


def _about(series: str) -> tuple[str, Params]:
    return "/series", (("series_id", series), ("file_type", "json"))


def _unit(answer: Answer, series: str) -> str:
    """Return the unit of a series, refused if it is another than is read here."""
    rows = rows_of_records(
        member(answer, "seriess", list), ["units", "frequency_short", "seasonal_adjustment_short"], answer
    )
    found = [tuple(row) for row in rows.frame.itertuples(index=False)]
    wanted = UNITS.get(series, f"{_INDEX}…")
    if len(found) == 1 and found[0][1:] == ("M", "NSA"):
        unit = str(found[0][0])
        if unit == wanted or (series in ORIGINS and unit.startswith(_INDEX)):
            return unit
    raise answer.fault(
        f"{series} has other units: {found}, not {wanted}, monthly, not seasonally adjusted",
        "nothing was changed; follow the change in trucewatch.sources.clients.fred",
    )


def _moved(answer: Answer, problem: str) -> SourceError:
    return answer.fault(
        f"the series changed while it was read: {problem}", "nothing was changed; run the command again"
    )


def _part(table: str, frame: pd.DataFrame, answer: Answer, origin: Origin, since: date | None) -> Fetched:
    notes = ("A month the publisher prints as `.` is left out.",)
    return fetched(table, frame, answer, origin, complete_from=since, notes=notes)


CLIENT = FredClient()
