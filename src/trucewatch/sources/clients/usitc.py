"""US International Trade Commission: the tariff schedule in force, as lists to hold the ledger against.

Interface: https://hts.usitc.gov (REST under /reststop: `releaseList`, and `exportList`, the export form of
the site); the schedule is described at https://www.usitc.gov/harmonized_tariff_information. A row has htsno,
indent, description, units, general, special, other and footnotes; one without a number is a heading of those
below it. The export gives the current release only, whatever is asked for, and the date of a release is the
day it was published, not the day a duty began. No key is needed. Rates are law: they go into the ledger by
hand, not into a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import ClassVar

import pandas as pd

from trucewatch.sources.clients.base import Fetched, Key, Origin, Plan, Progress, Review
from trucewatch.sources.clients.rows import Rows, rows_of_records, settle
from trucewatch.sources.http import Answer, Api, Http, Params

API = Api(source="usitc", base="https://hts.usitc.gov/reststop", interval_s=1.0)
ORIGIN = Origin(
    producer="US International Trade Commission",
    citation="US International Trade Commission, Harmonized Tariff Schedule, current release.",
    primary_url="https://hts.usitc.gov/",
    licence="US government work, public domain",
    licence_note="No restriction (https://www.usitc.gov/privacy_and_website_policies).",
    units="rates of duty as printed",
)
#: Parts of the schedule that are asked for, by the name of the list.
PARTS = {"usitc_chapter_99": ("9901", "9999"), "usitc_lines": ("0101", "9822")}
_FIELDS = ["htsno", "indent", "description", "units", "general", "special", "other", "footnotes"]
_NUMBER = r"|\d{4}(\.\d{2}(\.\d{2}(\.\d{2})?)?)?"
_REQUESTS: tuple[tuple[str, Params], ...] = (
    ("/releaseList", ()),
    *(
        ("/exportList", (("from", first), ("to", last), ("format", "JSON"), ("styles", "false")))
        for first, last in PARTS.values()
    ),
)


@dataclass(frozen=True)
class UsitcClient:
    """Client of the tariff schedule; `api` says where and how to ask."""

    api: Api = API

    name: ClassVar[str] = "usitc"
    title: ClassVar[str] = "the tariff schedule in force and its releases, to be read"
    tables: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[Key | None] = None

    def describe(self, since: date | None, http: Http) -> Plan:  # noqa: ARG002 - there is only the current one
        """Return the three requests."""
        return Plan(
            urls=tuple(http.url(self.api, *request) for request in _REQUESTS),
            requests=len(_REQUESTS),
            seconds=60.0,
            bytes=12_500_000,
            notes=("the current release only: the publisher's export knows no other",),
        )

    def fetch(self, since: date | None, http: Http, progress: Progress) -> Iterator[Fetched | Review]:
        """Ask for the releases (from `since` on) and for the whole current schedule."""
        with http.resume(self.name):
            answers = []
            for number, request in enumerate(_REQUESTS, start=1):
                answers.append(http.get(self.api, *request))
                progress(number, len(_REQUESTS), request[0].strip("/"))
            releases, current = _releases(answers[0], since)
            yield Review(
                name="usitc_releases",
                frame=releases,
                url=answers[0].url,
                origin=ORIGIN,
                summary=(
                    f"current: {current}",
                    f"{len(releases)} releases{f' since {since}' if since else ''}",
                ),
            )
            for name, answer in zip(PARTS, answers[1:], strict=True):
                lines = read_lines(answer).assign(release=current)
                yield Review(
                    name=name,
                    frame=lines,
                    url=answer.url,
                    origin=ORIGIN,
                    summary=(f"{len(lines)} numbers of {current}",),
                )


def _releases(answer: Answer, since: date | None) -> tuple[pd.DataFrame, str]:
    """Return the releases from `since` on, newest first, and the name of the current one."""
    rows = rows_of_records(answer.data, ["name", "description", "status", "releaseStartDate"], answer)
    frame = pd.DataFrame(
        {
            "date_published": rows.day("releaseStartDate", "%m/%d/%Y"),
            "release": rows.text("name"),
            "description": rows.maybe_text("description"),
            "status": rows.maybe_text("status"),
        }
    )
    current = frame.loc[frame["status"] == "current", "release"].tolist()
    if len(current) != 1:
        raise answer.fault(
            f"{len(current)} releases are called current, not one",
            "nothing was written; look at https://hts.usitc.gov and run the command again",
        )
    frame = settle(frame, ["date_published", "release"], answer).iloc[::-1].reset_index(drop=True)
    return (frame if since is None else frame[frame["date_published"] >= pd.Timestamp(since)]), current[0]


def read_lines(answer: Answer) -> pd.DataFrame:
    """Return the numbered rows of an export: code, what it stands under, rates as printed, footnotes.

    Raises `SourceError` if a number occurs twice with different rates, or none is there: the whole schedule
    was asked for.
    """
    rows = rows_of_records(answer.data, _FIELDS, answer)
    number = rows.text("htsno", _NUMBER)
    indent = rows.number("indent")
    description = rows.maybe_text("description").map(_plain)
    frame = pd.DataFrame(
        {
            "code": number.str.replace(".", ""),
            "under": _headings(indent.tolist(), description.tolist()),
            "description": description,
            "units": _joined(rows, "units"),
            "general": rows.maybe_text("general").map(_plain),
            "special": rows.maybe_text("special").map(_plain),
            "other": rows.maybe_text("other").map(_plain),
            "footnotes": _joined(rows, "footnotes"),
        }
    )
    frame = frame[number != ""]
    if frame.empty:
        raise answer.fault(
            "the schedule came without a single number", "nothing was written; run the command again"
        )
    return settle(frame, ["code"], answer)


def _headings(indents: list[float], texts: list[str]) -> list[str]:
    """Return what each row stands under, outermost first."""
    above: dict[float, str] = {}
    under = []
    for indent, text in zip(indents, texts, strict=True):
        above = {level: words for level, words in above.items() if level < indent}
        under.append(" > ".join(above.values()))
        above[indent] = text
    return under


def _joined(rows: Rows, column: str) -> pd.Series:
    """Return a list of texts, or of footnotes, as one text; null is the empty one."""

    def words(cell: object) -> str | None:
        if cell is None:
            return ""
        if not isinstance(cell, list):
            return None  # refused below, with its row
        return "; ".join(
            _plain(str(part.get("value", "") if isinstance(part, dict) else part)) for part in cell
        )

    joined = rows.frame.assign(**{column: rows.frame[column].map(words)})
    return Rows(joined, rows.answer, rows.first).text(column)


def _plain(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", text)).split())


CLIENT = UsitcClient()
