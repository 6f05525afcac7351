"""US Census Bureau, international trade: imports by month, partner and product, and soybean exports.

Interface: https://www.census.gov/data/developers/data-sets/international-trade.html and the Guide to
International Trade Datasets linked there. A reply is an array of arrays of texts, the first row the names; a
filter that stands in the address comes back as a further column; 204 says that there is nothing. Since 12 May
2026 every request needs a key; without one, or with a wrong one, the publisher redirects to a web page.

A whole month at ten digits is more than the publisher puts together in one reply, so that the table by
product is asked for month by month and partner by partner, and held against the totals. The world is the
partner `-`.

The maintained clients (`census`, `censusdis`) are about the American Community Survey and its geography; for
an array of arrays they would be a dependency without use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

import httpx
import pandas as pd

from trucewatch.sources.clients.base import ApiKey, Fetched, Key, Origin, Plan, Progress, Review
from trucewatch.sources.clients.months import months_between
from trucewatch.sources.clients.rows import Rows, fetched, rows_below_header, settle
from trucewatch.sources.http import Answer, Api, Http, Params

#: First month of the interface, as the page of the publisher says.
EARLIEST = date(2010, 1, 1)
#: Partners of the bundled totals, so that the series go on: Census code and spelling in the raw table.
PARTNERS = {
    "-": "WORLD", "1220": "CANADA", "2010": "MEXICO", "3010": "COLOMBIA", "3330": "PERU", "3370": "CHILE",
    "3510": "BRAZIL", "4010": "SWEDEN", "4099": "DENMARK", "4120": "UNITED KINGDOM", "4190": "IRELAND",
    "4210": "NETHERLANDS", "4231": "BELGIUM", "4279": "FRANCE", "4280": "GERMANY", "4419": "SWITZERLAND",
    "4550": "POLAND", "4621": "RUSSIA", "4700": "SPAIN", "4759": "ITALY", "4890": "TURKEY", "5081": "ISRAEL",
    "5170": "SAUDI ARABIA", "5330": "INDIA", "5380": "BANGLADESH", "5490": "THAILAND", "5520": "VIETNAM",
    "5530": "LAOS", "5550": "CAMBODIA", "5570": "MALAYSIA", "5590": "SINGAPORE", "5600": "INDONESIA",
    "5650": "PHILIPPINES", "5700": "CHINA", "5800": "KOREA, SOUTH", "5820": "HONG KONG", "5830": "TAIWAN",
    "5880": "JAPAN", "6021": "AUSTRALIA", "6141": "NEW ZEALAND", "7910": "SOUTH AFRICA",
}  # fmt: skip
#: Partners of the table by product: those of every clean table that is made from it (the world, the EU as
#: one, the countries of the industry panel, of the totals and of the annual table by statistical number). A
#: month counts in a clean table only if all partners of that table are there.
LINE_PARTNERS = (
    "-", "0003", "1220", "2010", "2050", "2110", "2150", "2190", "2230", "2470", "2740", "3010", "3070",
    "3310", "3330", "3370", "3510", "3570", "4010", "4039", "4099", "4120", "4190", "4210", "4231", "4279",
    "4280", "4330", "4359", "4419", "4550", "4621", "4700", "4759", "4890", "5050", "5081", "5130", "5170",
    "5200", "5330", "5350", "5380", "5420", "5490", "5520", "5530", "5550", "5570", "5590", "5600", "5650",
    "5700", "5800", "5820", "5830", "5880", "6021", "6141", "7210", "7290", "7530", "7620", "7910",
)  # fmt: skip
TOTALS, TRANSPORT = "census__us_imports_partner_monthly", "census__us_imports_transport_monthly"
LINES = "census__us_imports_hs{level}_partner_monthly"
SOYBEANS = "census__us_soybean_exports_monthly"

#: Countries with imports in a month, about: for the plan, as the totals are not asked for it.
COUNTRIES = 235
#: Share of a total that its lines may lack: the two are the same figures in one edition.
LOST = 0.02

_TOTALS = (
    "CTY_CODE", "CTY_NAME", "GEN_VAL_MO", "CON_VAL_MO", "CAL_DUT_MO", "AIR_VAL_MO", "VES_VAL_MO",
)  # fmt: skip
_LINES = (
    "I_COMMODITY", "CTY_CODE", "CTY_NAME", "GEN_VAL_MO", "GEN_CIF_MO", "CON_VAL_MO", "CAL_DUT_MO",
    "CON_QY1_MO", "UNIT_QY1",
)  # fmt: skip
PARTNER = r"[0-9X]{4}|-"
"""How a country is written: its Census code, or `-` for the world."""
NO_UNIT = ("-", "X")
_TONNES = {"T": 1.0, "KG": 0.001}
_LINE_BYTES, _TOTAL_BYTES, _SOY_BYTES, _SECONDS = 350_000, 20_000, 30_000, 3.0


def _is_key_fault(response: httpx.Response) -> bool:
    """Whether the reply is the page about a missing or invalid key: a redirect to it, or the page itself."""
    return (
        "x-datawebapi-keyerror" in response.headers
        or response.headers.get("location", "").endswith("_key.html")
        or any(f"<h1>{word} key</h1>" in response.text[:4000].lower() for word in ("missing", "invalid"))
    )


API = Api(
    source="census",
    base="https://api.census.gov/data/timeseries/intltrade",
    interval_s=0.5,
    key=Key(variable="CENSUS_API_KEY", is_required=True, url="https://api.census.gov/data/key_signup.html"),
    key_param="key",
    key_fault=_is_key_fault,
)
ORIGIN = Origin(
    producer="US Census Bureau",
    citation="US Census Bureau, Foreign Trade: US imports, international trade data interface.",
    primary_url="https://www.census.gov/data/developers/data-sets/international-trade.html",
    licence="US government work, public domain",
    licence_note="May be used and changed freely; name the publisher, and say that it neither endorses nor "
    "certifies the product "
    "(https://www.census.gov/data/developers/about/terms-of-service.html).",
    units="US dollars: customs value of general imports and of imports for consumption, calculated duty; "
    "first quantity in the unit of the row",
)
EXPORTS = replace(
    ORIGIN,
    citation="US Census Bureau, Foreign Trade: US exports, international trade data interface.",
    units="tonnes",
)


@dataclass(frozen=True)
class CensusClient(ApiKey):
    """Client of the Census Bureau.

    `partners`: Census country codes of the table by product, `-` the world; None: all countries of the
    totals; `level`: digits of the table by product: 6 or 10; `by_district`: whether the table by product is
    split by customs district of entry; `api`: where and how to ask.
    """

    partners: tuple[str, ...] | None = LINE_PARTNERS
    level: int = 10
    by_district: bool = False
    api: Api = API

    name: ClassVar[str] = "census"
    title: ClassVar[str] = (
        "US imports by month and partner, in total and by ten-digit or six-digit number; soybean exports"
    )

    @property
    def lines(self) -> str:
        """Name of the table by product."""
        return LINES.format(level=self.level)

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables it hands over."""
        return (TOTALS, TRANSPORT, SOYBEANS, self.lines)

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return the requests; how many months there are is known only once the totals have come."""
        months = months_between(since or EARLIEST, http.today())
        years = range((since or EARLIEST).year, http.today().year + 1)
        requests = [self._totals(since), *(self._soybeans(since, year) for year in years)]
        partners = LINE_PARTNERS if self.partners is None else self.partners
        requests += [self._lines(month, partner) for month in months for partner in partners]
        count = len(requests)
        if self.partners is None:
            count += len(months) * (COUNTRIES - len(partners))
        return Plan(
            urls=tuple(http.url(self.api, *request) for request in requests[:10]),
            requests=count,
            seconds=count * _SECONDS,
            bytes=len(months) * (_TOTAL_BYTES + _SOY_BYTES + len(partners) * _LINE_BYTES),
            notes=(
                "the newest month counted here is the current one; the publisher is about five weeks behind, "
                "and months it has not published are not asked for",
                "no limit is documented for requests with a key; one is made every "
                f"{self.api.interval_s:g} s at most",
                *(
                    ("by district a line has several rows: more bytes than said here, and more requests",)
                    if self.by_district
                    else ()
                ),
                *(
                    ()
                    if since
                    else ("all years are tens of millions of rows: fetch a year or two, with --since",)
                ),
            ),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for totals, soybeans and lines; the months of the totals say how far the lines go."""
        start = since or EARLIEST
        what = f"{self.name} {start} {self.lines} {self.by_district} {','.join(self.partners or ('all',))}"
        with http.resume(what):
            totals = http.get(self.api, *self._totals(since))
            rows = rows_below_header(totals, ["time", *_TOTALS])
            everyone = _values(rows).assign(
                air_value_usd=rows.number("AIR_VAL_MO"), vessel_value_usd=rows.number("VES_VAL_MO")
            )
            frame = _bundled_partners(everyone, totals)
            general: dict[Any, float] = everyone.set_index(["month", "partner_code"])[
                "general_imports_usd"
            ].to_dict()
            months = [day.date() for day in sorted(frame["month"].unique())]
            years = sorted({month.year for month in months})
            asked = [(month, partner) for month in months for partner in self._asked(month, general)]
            done, total = 1, 1 + len(years) + len(asked)
            progress(done, total, TOTALS)
            yield fetched(TOTALS, frame, totals, ORIGIN, complete_from=start)
            yield fetched(TRANSPORT, frame, totals, ORIGIN, complete_from=start)
            for year in years:
                answer = http.get(self.api, *self._soybeans(since, year))
                done += 1
                progress(done, total, f"{SOYBEANS} {year}")
                sold = read_soybeans(answer)
                yield fetched(SOYBEANS, sold, answer, EXPORTS, complete_from=start, notes=_SOY_NOTES)
            for month, partner in asked:
                lines, answer = self._all_lines(
                    month, partner, general.get((pd.Timestamp(month), partner)), http
                )
                done += 1
                progress(done, total, f"{self.lines} {month:%Y-%m} {partner}")
                yield fetched(self.lines, lines, answer, ORIGIN, complete_from=start)

    def _asked(self, month: date, general: dict[Any, float]) -> list[str]:
        """Return the partners of the table by product: those chosen, or all that sold something."""
        if self.partners is not None:
            return list(self.partners)
        sold = {code for (day, code), value in general.items() if day.date() == month and value > 0}
        return sorted(code for code in sold if code.isdigit() or code == "-")

    def _all_lines(
        self, month: date, partner: str, total: float | None, http: Http
    ) -> tuple[pd.DataFrame, Answer]:
        """Return the lines of a month and partner, which must add up to its total."""
        return whole_lines(
            lambda codes: http.get(self.api, *self._lines(month, partner, codes)),
            lambda answer: self._read_lines(answer, month, partner),
            total,
            "general_imports_usd",
            f"general imports from {partner} in {month:%Y-%m}: the {self.level}-digit lines",
        )

    @staticmethod
    def _totals(since: date | None) -> tuple[str, Params]:
        return "/imports/hs", (("get", ",".join(_TOTALS)), ("time", f"from {since or EARLIEST:%Y-%m}"))

    @staticmethod
    def _soybeans(since: date | None, year: int) -> tuple[str, Params]:
        first = max(since or EARLIEST, date(year, 1, 1))
        return "/exports/hs", (
            ("get", "CTY_CODE,CTY_NAME,E_COMMODITY,QTY_1_MO,UNIT_QY1"),
            ("E_COMMODITY", "1201*"),
            ("COMM_LVL", "HS10"),
            ("SUMMARY_LVL", "DET"),
            ("time", f"from {first:%Y-%m} to {year}-12"),
        )

    def _lines(self, month: date, partner: str, codes: str = "") -> tuple[str, Params]:
        return "/imports/hs", (
            ("get", ",".join(self._columns())),
            ("COMM_LVL", f"HS{self.level}"),
            *((("I_COMMODITY", codes),) if codes else ()),
            ("CTY_CODE", partner),
            ("time", f"{month:%Y-%m}"),
        )

    def _columns(self) -> list[str]:
        return [*_LINES, "DISTRICT"] if self.by_district else [*_LINES]

    def _read_lines(self, answer: Answer, month: date, partner: str) -> pd.DataFrame:
        rows = rows_below_header(answer, ["time", *self._columns()])
        unit = rows.text("UNIT_QY1")
        has_unit = ~unit.isin(NO_UNIT)
        code = f"hs{self.level}"
        frame = _values(rows).assign(
            **{code: rows.text("I_COMMODITY", rf"\d{{{self.level}}}")},
            cif_value_usd=rows.number("GEN_CIF_MO"),
            district=rows.text("DISTRICT", r"\d\d|-") if self.by_district else "-",
            quantity=rows.number("CON_QY1_MO", missing=(None,)).where(has_unit),
            quantity_unit=unit.where(has_unit),
        )
        if self.by_district:  # the row of all districts stands among them: never both
            frame = frame[frame["district"] != "-"]
        require_asked(frame, month, partner, answer)
        return settle(frame, ("month", "partner_code", "district", code), answer)


def _bundled_partners(everyone: pd.DataFrame, answer: Answer) -> pd.DataFrame:
    """Return the totals of the partners that the bundled table has, spelled as there."""
    wanted = everyone[everyone["partner_code"].isin(PARTNERS)]
    named = wanted.assign(partner_name=wanted["partner_code"].map(PARTNERS))
    return settle(named, ("month", "partner_name"), answer)


def read_soybeans(answer: Answer) -> pd.DataFrame:
    """Return tonnes of soybeans (heading 1201) by month and destination, the world as a row of its own.

    Raises `SourceError` if a unit is no weight, or the destinations do not add up to the world: then rows are
    missing.
    """
    rows = rows_below_header(answer, ["time", "CTY_CODE", "CTY_NAME", "E_COMMODITY", "QTY_1_MO", "UNIT_QY1"])
    unit = rows.text("UNIT_QY1", "|".join(_TONNES))
    lines = pd.DataFrame(
        {
            "month": rows.day("time", "%Y-%m"),
            "partner_code": rows.text("CTY_CODE", PARTNER),
            "partner_name": rows.text("CTY_NAME"),
            "hs10": rows.text("E_COMMODITY", r"1201\d{6}"),
            "quantity_t": rows.number("QTY_1_MO") * unit.map(_TONNES).astype("float64"),
        }
    )
    lines = settle(lines, ("month", "partner_code", "hs10"), answer)
    is_world = lines["partner_code"] == "-"
    # The world counts once and each destination against it: what is left of a month is what is missing.
    apart = lines["quantity_t"].where(is_world, -lines["quantity_t"]).groupby(lines["month"]).sum()
    wrong = apart[apart.abs() > 1.0]
    if not wrong.empty:
        raise answer.fault(
            f"soybean exports of {wrong.index[0]:%Y-%m}: the destinations do not add up to the world, "
            f"{wrong.iloc[0]:,.1f} t apart",
            "nothing was changed; the reply may lack rows: run the command again",
        )
    names = lines["partner_name"].mask(is_world, "WORLD TOTAL")
    summed = (
        lines.assign(partner_name=names, is_aggregate=is_world)
        .groupby(["month", "partner_name", "is_aggregate"], as_index=False)["quantity_t"]
        .sum()
    )
    return summed[summed["quantity_t"] > 0].reset_index(drop=True)


_SOY_NOTES = (
    "Heading 1201, seed included. No regional totals. A destination without a row shipped nothing.",
)


def _values(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "month": rows.day("time", "%Y-%m"),
            "partner_code": rows.text("CTY_CODE", PARTNER),
            "partner_name": rows.text("CTY_NAME"),
            "general_imports_usd": rows.number("GEN_VAL_MO"),
            "value_usd": rows.number("CON_VAL_MO"),
            "duty_usd": rows.number("CAL_DUT_MO"),
        }
    )


def require_asked(frame: pd.DataFrame, month: date, partner: str, answer: Answer) -> None:
    """Raise a SourceError if a row is of another month or partner than was asked for."""
    other = (frame["month"].dt.date != month) | (frame["partner_code"] != partner)
    if other.any():
        row = frame[other].iloc[0]
        raise answer.fault(
            f"asked for {partner} in {month:%Y-%m}, but there is {row['partner_code']}, {row['month']:%Y-%m}",
            "nothing was changed; run the command again",
        )


CLIENT = CensusClient()


def whole_lines(
    ask: Callable[[str], Answer],
    read: Callable[[Answer], pd.DataFrame],
    total: float | None,
    column: str,
    what: str,
) -> tuple[pd.DataFrame, Answer]:
    """Return lines that must add up to a published total.

    A reply that is too large comes as status 204, as if there were nothing; where the total says that there
    is something, the lines are asked for by the first digit of their number.

    Raises `SourceError` if they do not add up.

    - `ask`: asks for the lines whose numbers fit a pattern, or for all with an empty one
    - `read`: reads a reply
    - `total`: US dollars, or None if the publisher prints none
    - `column`: the column that adds up to it
    - `what`: the lines, for the message
    """
    answer = ask("")
    frame = read(answer)
    if frame.empty and total:
        parts = []
        for digit in "0123456789":
            answer = ask(f"{digit}*")
            parts.append(read(answer))
        frame = pd.concat(parts, ignore_index=True)
    found = frame[column].sum()
    if total is not None and abs(found - total) > LOST * total:
        raise answer.fault(
            f"{what} add up to {found:,.0f} dollars, the total is {total:,.0f}",
            "nothing was changed; the reply lacks rows, or a new edition came out meanwhile: "
            "run the command again",
        )
    return frame, answer
