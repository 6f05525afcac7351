"""The US International Trade Commission: answers as documented, and answers that are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.clients.helpers import changed, fetch, refused
from tests.clients.server import Asked, Publisher, Reply, documented
from trucewatch.sources.clients import (
    usitc,
)
from trucewatch.sources.http import Http


def usitc_server(publisher: Publisher, **replies: Any) -> usitc.UsitcClient:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/releaseList":
            return Reply(replies.get("releases", documented("usitc_releases")))
        name = "chapter_99" if asked["from"] == "9901" else "lines"
        return Reply(replies.get(name, documented(f"usitc_{name}")))

    publisher.answer = answer
    return usitc.UsitcClient(api=replace(usitc.API, base=publisher.url))


def test_usitc_lists_the_current_schedule_with_what_each_line_stands_under(
    publisher: Publisher, http: Http
) -> None:
    handed = fetch(usitc_server(publisher), http)
    lines = handed["usitc_lines"].frame.set_index("code")
    assert lines.index.tolist() == ["0805", "08051000", "0805100020", "7208", "720810", "7208103000"]
    assert lines.loc["08051000", ["general", "special", "other", "units"]].tolist() == [
        "1.9¢/kg", "Free (AU, BH, CL)", "2.2¢/kg", "",
    ]  # fmt: skip
    assert lines.loc["0805100020", "under"] == "Citrus fruit, fresh or dried: > Oranges"
    steel = lines.loc["7208103000"]
    heading = "Flat-rolled products of iron or nonalloy steel:"
    assert steel["under"] == f"{heading} > In coils, with patterns in relief: > Other:"
    assert lines.loc["7208", "under"] == ""
    assert steel["description"] == "Of a thickness of 4.75 mm or more"
    assert steel["footnotes"] == "See 9903.90.09."
    assert set(lines["release"]) == {"2026HTSRev20"}
    chapter = handed["usitc_chapter_99"].frame
    assert chapter[["code", "under"]].to_numpy().tolist() == [["99030124", "Subchapter III"]]
    assert handed["usitc_releases"].frame["release"].tolist() == ["2026HTSRev20", "2025HTSRev28"]
    assert dict(publisher.asked[1].params) == {
        "from": "9901",
        "to": "9999",
        "format": "JSON",
        "styles": "false",
    }
    recent = fetch(usitc_server(publisher), http, date(2026, 1, 1))["usitc_releases"].frame
    assert recent["release"].tolist() == ["2026HTSRev20"]


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("releases", lambda rows: rows[0].update(status="current"), "2 releases are called current"),
        ("releases", lambda rows: rows[1].update(releaseStartDate="2026-10-20"), "'2026-10-20' is no date"),
        ("lines", lambda rows: rows[1].update(htsno="0805.1"), "row 2, column htsno: '0805.1'"),
        ("lines", lambda rows: rows[2].pop("special"), "record 3: the column special is missing"),
        ("lines", lambda rows: rows[2].update(indent="deep"), "row 3, column indent: 'deep' is no number"),
        ("lines", lambda rows: rows[6].update(footnotes="See note"), "row 7, column footnotes"),
        ("lines", lambda rows: rows.append({**rows[1], "general": "2¢/kg"}), "two rows for code 08051000"),
        ("lines", lambda rows: rows.clear(), "without a single number"),
        ("chapter_99", lambda rows: rows.pop(), "without a single number"),
    ],
)
def test_usitc_in_another_form_is_refused(
    publisher: Publisher, http: Http, part: str, change: Any, words: str
) -> None:
    client = usitc_server(publisher, **{part: changed(f"usitc_{part}", change)})
    assert words in refused(client, http)
