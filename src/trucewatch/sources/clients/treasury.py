"""US Treasury, Fiscal Data: customs receipts of the Monthly Treasury Statement, and the imports beside them.

Interface: https://fiscaldata.treasury.gov/api-documentation/ and, for table 4,
https://fiscaldata.treasury.gov/datasets/monthly-treasury-statement/. Every value is a text, a missing one the
text `null`; `meta` says how many rows and pages there are. Table 4 starts with March 2015. No key is needed,
but the imports of the second column are the Census Bureau's, whose interface asks for one.

Receipts are net of refunds. Refunds of duties held unlawful can make a month negative, so that gross, refunds
and net are also handed over as a list to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import pandas as pd

from trucewatch.sources.clients import census
from trucewatch.sources.clients.base import Fetched, Key, Origin, Plan, Progress, Review
from trucewatch.sources.clients.rows import fetched, member, rows_below_header, rows_of_records, settle
from trucewatch.sources.http import Answer, Api, Http, Params

TABLE = "treasury__customs_duties_monthly"
#: First month of table 4 in the interface.
EARLIEST = date(2015, 3, 1)
#: Largest difference between gross less refunds and net, in dollars.
ROUNDING_USD = 1.0

API = Api(
    source="treasury",
    base="https://api.fiscaldata.treasury.gov/services/api/fiscal_service",
    interval_s=0.5,  # no limit is documented; 429 is
)
ORIGIN = Origin(
    producer="US Treasury",
    citation="US Treasury, Monthly Treasury Statement, customs duties; goods imports of the Census Bureau.",
    primary_url="https://fiscaldata.treasury.gov/datasets/monthly-treasury-statement/",
    licence="US government work, public domain",
    licence_note="Free for any use, without restriction (https://fiscaldata.treasury.gov/api-documentation/).",
    units="million US dollars",
)
_AMOUNTS = ("current_month_gross_rcpt_amt", "current_month_refund_amt", "current_month_net_rcpt_amt")


@dataclass(frozen=True)
class TreasuryClient:
    """Client of Fiscal Data, with the Census Bureau for the imports.

    `api`, `imports_api`: where and how to ask the Treasury, and the Census Bureau; `page_size`: rows a
    request.
    """

    api: Api = API
    imports_api: Api = census.API
    page_size: int = 1000

    name: ClassVar[str] = "treasury"
    title: ClassVar[str] = "customs receipts by month, with US goods imports"
    tables: ClassVar[tuple[str, ...]] = (TABLE,)

    @property
    def key(self) -> Key | None:
        """The key it needs: that of the imports."""
        return self.imports_api.key

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return the two requests."""
        start = max(since or EARLIEST, EARLIEST)
        return Plan(
            urls=(
                http.url(self.api, *self._receipts(start, 1)),
                http.url(self.imports_api, *_imports(start)),
            ),
            requests=2,
            seconds=6.0,
            bytes=60_000,
            notes=("the receipts need no key, the imports beside them that of the Census Bureau",),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for receipts and imports; a month that has only one of them waits for the other."""
        start = max(since or EARLIEST, EARLIEST)
        with http.resume(f"{self.name} {start}"):
            receipts, answer = self._read_receipts(start, http)
            progress(1, 2, "receipts")
            imports_answer = http.get(self.imports_api, *_imports(start))
            imports = _read_imports(imports_answer)
            progress(2, 2, "imports")
            both = receipts.merge(imports, on="month", validate="one_to_one")
            table = pd.DataFrame(
                {
                    "month": both["month"],
                    "customs_duties_m_usd": (both["net_usd"] / 1e6).round(8),
                    "imports_m_usd": (both["imports_usd"] / 1e6).round(8),
                }
            )
            notes = ("Net of refunds, which are not shown apart.", *_waiting(receipts, imports))
            found = fetched(TABLE, table, answer, ORIGIN, complete_from=start, notes=notes)
            yield replace(found, url=f"{answer.url} and {imports_answer.url}")
            yield Review(
                name="treasury_customs_refunds",
                frame=receipts,
                url=answer.url,
                origin=ORIGIN,
                summary=(
                    f"{len(receipts)} months of gross receipts, refunds and net receipts; net is negative in "
                    f"{int((receipts['net_usd'] < 0).sum())}",
                ),
            )

    def _receipts(self, start: date, page: int) -> tuple[str, Params]:
        return "/v1/accounting/mts/mts_table_4", (
            ("fields", ",".join(("record_date", "classification_desc", "line_code_nbr", *_AMOUNTS))),
            ("filter", f"classification_desc:eq:Customs Duties,record_date:gte:{start}"),
            ("sort", "record_date"),
            ("format", "json"),
            ("page[number]", str(page)),
            ("page[size]", str(self.page_size)),
        )

    def _read_receipts(self, start: date, http: Http) -> tuple[pd.DataFrame, Answer]:
        parts: list[pd.DataFrame] = []
        page, pages, counts = 1, 1, set()
        while page <= pages:
            answer = http.get(self.api, *self._receipts(start, page))
            meta = Answer(data=member(answer, "meta", dict), url=answer.url, source=answer.source)
            counts.add(member(meta, "total-count", int))
            pages = member(meta, "total-pages", int)
            parts.append(_read_page(member(answer, "data", list), answer))
            page += 1
        frame = settle(pd.concat(parts), ["month"], answer)
        if counts != {len(frame)}:
            raise answer.fault(
                f"{len(frame)} months came, the pages speak of {' and '.join(map(str, sorted(counts)))}",
                "nothing was changed; the list changed while it was read: run the command again",
            )
        return frame, answer


def _read_page(records: list[object], answer: Answer) -> pd.DataFrame:
    rows = rows_of_records(records, ["record_date", "classification_desc", *_AMOUNTS], answer)
    rows.text("classification_desc", "Customs Duties")
    gross, refunds, net = (rows.number(column) for column in _AMOUNTS)
    apart = (gross - refunds - net).abs() > ROUNDING_USD
    if apart.any():
        at = int(apart.to_numpy().argmax())
        raise answer.fault(
            f"row {at + 1} ({rows.frame['record_date'].iloc[at]}): gross {gross.iloc[at]:,.2f} less refunds "
            f"{refunds.iloc[at]:,.2f} is not net {net.iloc[at]:,.2f}",
            "nothing was changed; the columns have changed their meaning: "
            "follow it in trucewatch.sources.clients.treasury",
        )
    month = rows.day("record_date").dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    return pd.DataFrame({"month": month, "gross_usd": gross, "refunds_usd": refunds, "net_usd": net})


def _imports(start: date) -> tuple[str, Params]:
    return "/imports/hs", (("get", "GEN_VAL_MO"), ("CTY_CODE", "-"), ("time", f"from {start:%Y-%m}"))


def _read_imports(answer: Answer) -> pd.DataFrame:
    rows = rows_below_header(answer, ["time", "CTY_CODE", "GEN_VAL_MO"])
    rows.text("CTY_CODE", "-")
    frame = pd.DataFrame({"month": rows.day("time", "%Y-%m"), "imports_usd": rows.number("GEN_VAL_MO")})
    return settle(frame, ["month"], answer)


def _waiting(receipts: pd.DataFrame, imports: pd.DataFrame) -> tuple[str, ...]:
    late = receipts.loc[~receipts["month"].isin(imports["month"]), "month"]
    if late.empty:
        return ()
    return (
        f"Receipts of {', '.join(f'{month:%Y-%m}' for month in late)} wait for the imports of the month.",
    )


CLIENT = TreasuryClient()
