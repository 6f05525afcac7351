"""Federal Register: acts that may belong into the ledger, and rules of the Entity List, as lists to read.

Interface: https://www.federalregister.gov/developers/documentation/api/v1, /documents.json. Nothing here goes
into a table: a person reads the act and writes the ledger. At most 2,000 documents of a search can be paged
through, so that a larger answer is asked for by halves of its dates; no document is said by status 404 or by
a count of 0. No key is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

import pandas as pd

from trucewatch.sources.clients.abstracts import entities_added
from trucewatch.sources.clients.base import Fetched, Key, Origin, Plan, Progress, Review, SourceError
from trucewatch.sources.clients.rows import Rows, member, rows_of_records, settle
from trucewatch.sources.http import Answer, Api, Http, Params

#: The first duty of the trade war was announced in 2018.
EARLIEST = date(2018, 1, 1)
REACH = 2_000
_FIELDS = (
    "document_number", "type", "title", "abstract", "agencies", "signing_date", "publication_date",
    "effective_on", "executive_order_number", "citation", "html_url",
)  # fmt: skip

API = Api(source="federal_register", base="https://www.federalregister.gov/api/v1", interval_s=0.5)
ORIGIN = Origin(
    producer="Office of the Federal Register",
    citation="Federal Register, documents found by the searches named in each row.",
    primary_url="https://www.federalregister.gov/",
    licence="US government work, public domain",
    licence_note="No restriction; the site is not the official legal edition, the PDF on govinfo.gov is "
    "(https://www.federalregister.gov/reader-aids/policy/legal-status).",
    units="documents",
)


@dataclass(frozen=True)
class Search:
    """A search of the Federal Register: its name, words, document types and agencies (slugs)."""

    name: str
    term: str
    types: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()

    def conditions(self) -> list[tuple[str, str]]:
        """Return the search as parameters of the interface."""
        return [
            ("conditions[term]", self.term),
            *(("conditions[type][]", kind) for kind in self.types),
            *(("conditions[agencies][]", agency) for agency in self.agencies),
        ]


ACTS = (
    Search("president, China and tariffs", "China tariff", types=("PRESDOCU",)),
    Search("president, China and duties", "China duties", types=("PRESDOCU",)),
    Search("president, adjusting imports (section 232)", '"adjusting imports"', types=("PRESDOCU",)),
    Search(
        "USTR, section 301 and China",
        '"section 301" China',
        agencies=("trade-representative-office-of-united-states",),
    ),
    Search(
        "CBP, additional duties on China",
        '"additional duties" China',
        agencies=("u-s-customs-and-border-protection",),
    ),
)
ENTITIES = Search(
    "BIS, Entity List", '"Entity List"', types=("RULE",), agencies=("industry-and-security-bureau",)
)


@dataclass(frozen=True)
class FederalRegisterClient:
    """Client of the Federal Register.

    `api`: where and how to ask; `page_size`, `reach`: documents a page, and how far a search can be paged
    through.
    """

    api: Api = API
    page_size: int = 100
    reach: int = REACH

    name: ClassVar[str] = "federal_register"
    title: ClassVar[str] = "new acts on duties and rules of the Entity List, to be read"
    tables: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[Key | None] = None

    def describe(self, since: date | None, http: Http) -> Plan:
        """Return the first page of every search; how many pages follow is said by the publisher."""
        start = since or EARLIEST
        searches = (*ACTS, ENTITIES)
        months = max(1, (http.today() - start).days // 30)
        pages = len(searches) * (1 + months * 12 // self.page_size)
        return Plan(
            urls=tuple(
                http.url(self.api, *self._page(search, start, http.today(), 1)) for search in searches
            ),
            requests=pages,
            seconds=pages * 2.0,
            bytes=pages * self.page_size * 2_500,
            notes=("an estimate of twelve documents a month and search; pages are counted when they come",),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for every search, and hand over two lists: acts, and rules of the Entity List."""
        start, end = since or EARLIEST, http.today()
        total = len(ACTS) + 1
        with http.resume(f"{self.name} {start}"):
            found = []
            for number, search in enumerate(ACTS, start=1):
                frame, answer = self._all(search, start, end, http)
                found.append(frame.assign(searches=search.name))
                progress(number, total, search.name)
            acts = _merged(pd.concat(found, ignore_index=True), answer)
            yield Review(
                name="federal_register_acts",
                frame=acts,
                url=answer.url,
                origin=ORIGIN,
                summary=(f"{len(acts)} documents of {start} to {end} that may change a duty",),
                are_acts=True,
            )
            frame, answer = self._all(ENTITIES, start, end, http)
            progress(total, total, ENTITIES.name)
            rules = _entity_rules(frame)
            yield Review(
                name="entity_list_rules",
                frame=rules,
                url=answer.url,
                origin=ORIGIN,
                summary=(
                    f"{len(rules)} rules that speak of the Entity List, "
                    f"{int(rules['mentions_china'].sum())} of them naming China in the abstract",
                    f"{int(rules['total_added'].isna().sum())} state no count: empty is unknown, not 0",
                ),
            )

    def _page(self, search: Search, start: date, end: date, page: int) -> tuple[str, Params]:
        return "/documents.json", (
            *(("fields[]", field) for field in _FIELDS),
            *search.conditions(),
            ("conditions[publication_date][gte]", start.isoformat()),
            ("conditions[publication_date][lte]", end.isoformat()),
            ("order", "oldest"),
            ("per_page", str(self.page_size)),
            ("page", str(page)),
        )

    def _all(self, search: Search, start: date, end: date, http: Http) -> tuple[pd.DataFrame, Answer]:
        """Return every document of a search between two days, both included."""
        answer = http.get(self.api, *self._page(search, start, end, 1), none_at=(204, 404))
        count = 0 if answer.data is None else member(answer, "count", int)
        if count > self.reach:
            if start == end:
                raise answer.fault(
                    f"the search has {count} documents on {start}, and {self.reach} can be read",
                    "nothing was written; narrow the search in trucewatch.sources.clients.federal_register",
                )
            middle = start + timedelta(days=(end - start).days // 2)
            early, _ = self._all(search, start, middle, http)
            late, answer = self._all(search, middle + timedelta(days=1), end, http)
            return pd.concat([early, late], ignore_index=True), answer
        parts = [_documents(answer, count)]
        for page in range(2, -(-count // self.page_size) + 1):
            answer = http.get(self.api, *self._page(search, start, end, page), none_at=(204, 404))
            said = 0 if answer.data is None else member(answer, "count", int)
            if said != count:
                raise _changed(answer, f"the search had {count} documents, then {said}")
            parts.append(_documents(answer, count))
        frame = settle(pd.concat(parts, ignore_index=True), ["date_published", "fr_document"], answer)
        if len(frame) != count:
            raise _changed(answer, f"the search has {count} documents, {len(frame)} came")
        return frame, answer


def _documents(answer: Answer, count: int) -> pd.DataFrame:
    records: Any = [] if count == 0 else member(answer, "results", list)
    rows = rows_of_records(records, _FIELDS, answer)
    return pd.DataFrame(
        {
            "date_published": rows.day("publication_date"),
            "fr_document": rows.text("document_number"),
            "type": rows.text("type"),
            "title": rows.text("title"),
            "agencies": _agencies(rows),
            "executive_order": rows.frame["executive_order_number"].map(
                lambda number: "" if number is None else str(number)
            ),
            "date_signed": _maybe_day(rows, "signing_date"),
            "date_effective": _maybe_day(rows, "effective_on"),
            "citation": rows.maybe_text("citation"),
            "abstract": rows.maybe_text("abstract"),
            "url": rows.text("html_url", "https://.+"),
        }
    )


def _agencies(rows: Rows) -> pd.Series:
    """Return the names of the agencies of each document; one that has left no name keeps the printed one."""

    def names(cell: object) -> str | None:
        if not isinstance(cell, list) or not all(isinstance(agency, dict) for agency in cell):
            return None  # refused below, with its row
        return "; ".join(str(agency.get("name") or agency.get("raw_name") or "") for agency in cell)

    named = rows.frame.assign(agencies=rows.frame["agencies"].map(names))
    return Rows(named, rows.answer, rows.first).text("agencies")


def _maybe_day(rows: Rows, column: str) -> pd.Series:
    is_given = rows.frame[column].notna()
    given = Rows(rows.frame[is_given], rows.answer, rows.first).day(column)
    return given.reindex(rows.frame.index)


def _merged(found: pd.DataFrame, answer: Answer) -> pd.DataFrame:
    """Return each document once, with the searches that found it."""
    searches = found.groupby("fr_document")["searches"].agg(lambda names: "; ".join(dict.fromkeys(names)))
    once = settle(found.drop(columns="searches"), ["date_published", "fr_document"], answer)
    return once.assign(searches=once["fr_document"].map(searches))


def _entity_rules(frame: pd.DataFrame) -> pd.DataFrame:
    counts = [entities_added(abstract) for abstract in frame["abstract"]]
    return pd.DataFrame(
        {
            "date_published": frame["date_published"],
            "fr_document": frame["fr_document"],
            "title": frame["title"],
            "total_added": pd.array([count.total for count in counts], dtype="Int64"),
            "china_added": pd.array([count.china for count in counts], dtype="Int64"),
            "mentions_china": frame["abstract"].str.contains("China").astype("int64"),
            "date_effective": frame["date_effective"],
            "citation": frame["citation"],
            "url": frame["url"],
            "abstract": frame["abstract"],
        }
    )


def _changed(answer: Answer, problem: str) -> SourceError:
    return answer.fault(
        f"the search changed while it was read: {problem}", "nothing was written; run the command again"
    )


CLIENT = FederalRegisterClient()
