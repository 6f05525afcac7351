"""The Federal Register: answers as documented, and answers that are not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.clients.helpers import changed, fetch, refused
from tests.clients.server import Asked, Publisher, Reply, documented
from tests.data_project import with_sources
from trucewatch.ledger.ledger import load_ledger
from trucewatch.paths import project_root
from trucewatch.sources.cited import with_acts
from trucewatch.sources.clients import (
    federal_register,
)
from trucewatch.sources.clients.abstracts import Count, entities_added
from trucewatch.sources.http import Http
from trucewatch.sources.refresh import Settings, refresh


def register_server(
    publisher: Publisher, documents: list[Any] | None = None, **more: Any
) -> federal_register.FederalRegisterClient:
    """Answer every search with the documents that lie between its dates, page by page."""
    whole = documented("federal_register_documents")["results"] if documents is None else documents

    def answer(asked: Asked) -> Reply:
        first, last = asked["conditions[publication_date][gte]"], asked["conditions[publication_date][lte]"]
        found = [one for one in whole if first <= one["publication_date"] <= last]
        if not found:
            return Reply({"status": 404, "message": "Record Not Found"}, status=404)
        size, number = int(asked["per_page"]), int(asked["page"])
        results = found[(number - 1) * size : number * size]
        return Reply({"count": len(found), "total_pages": -(-len(found) // size), "results": results})

    publisher.answer = answer
    return federal_register.FederalRegisterClient(
        api=replace(federal_register.API, base=publisher.url), **more
    )


def numbers(found: Any) -> list[str]:
    return list(found.frame["fr_document"])


@pytest.mark.parametrize("page_size", [100, 1])
def test_federal_register_lists_acts_and_rules_by_date(
    publisher: Publisher, http: Http, page_size: int
) -> None:
    handed = fetch(register_server(publisher, page_size=page_size), http, date(2025, 1, 1))
    acts, rules = (handed[name] for name in ("federal_register_acts", "entity_list_rules"))
    assert numbers(acts) == ["2025-00704", "2025-05427", "2025-06063"]
    order = acts.frame.set_index("fr_document").loc["2025-06063"]
    assert (order["date_signed"], order["executive_order"], order["citation"]) == (
        pd.Timestamp(2025, 4, 2), "14257", "90 FR 15041",
    )  # fmt: skip
    assert pd.isna(order["date_effective"])
    assert order["agencies"] == "Executive Office of the President"
    assert order["searches"].count("; ") == len(federal_register.ACTS) - 1  # found by all, listed once
    counts = rules.frame.set_index("fr_document")[["total_added", "china_added", "mentions_china"]]
    assert counts.loc["2025-00704"].tolist() == [11, 11, 1]
    assert counts.loc["2025-05427"].tolist() == [12, 11, 1]
    assert counts.loc["2025-06063"].isna().tolist() == [True, True, False]
    assert rules.summary[1].startswith("1 state no count")


def test_acts_are_held_against_the_ledger(publisher: Publisher, http: Http, tmp_path: Path) -> None:
    """Of the three documents the ledger's acts cite one by number, one by page, one not at all."""
    root = with_sources(tmp_path / "project")
    shutil.copytree(project_root() / "data" / "law", root / "data" / "law")
    said: list[str] = []
    settings = Settings(root, date(2026, 11, 24), date(2025, 1, 1))
    refresh([register_server(publisher)], http, settings, said.append, lambda client: lambda *_: None)
    acts = pd.read_csv(root / "data/review/federal_register_acts.csv", keep_default_na=False)
    assert acts[["fr_document", "in_ledger"]].to_numpy().tolist() == [
        ["2025-00704", ""],
        ["2025-05427", "us_20250328_bis_entity_list_12"],
        ["2025-06063", "us_20250402_eo14257"],
    ]
    assert "  1 of them not in the ledger, first in the list" in said


def test_unknown_documents_come_first_and_an_order_is_known_by_its_number() -> None:
    documents = pd.DataFrame(
        {
            "fr_document": ["2025-1", "2026-2", "2025-3"],
            "citation": ["90 FR 39305", "91 FR 9339", ""],
            "executive_order": ["14334", "", ""],
        }
    )
    found = with_acts(documents, load_ledger().acts)
    assert found["fr_document"].tolist() == ["2025-3", "2025-1", "2026-2"]
    assert found["in_ledger"].tolist() == [
        "",
        "both_20250811_truce_extended; us_20250811_eo14334",
        "us_20260220_proc11012; us_20260724_s122_expired",
    ]


def test_federal_register_asks_as_documented(publisher: Publisher, http: Http) -> None:
    fetch(register_server(publisher), http, date(2025, 1, 1))
    asked = publisher.asked[-1]
    assert asked.path == "/documents.json"
    assert ("conditions[agencies][]", "industry-and-security-bureau") in asked.params
    assert ("conditions[type][]", "RULE") in asked.params
    assert ("fields[]", "effective_on") in asked.params
    assert (asked["order"], asked["page"], asked["per_page"]) == ("oldest", "1", "100")


def test_federal_register_splits_what_is_more_than_it_lets_read(publisher: Publisher, http: Http) -> None:
    handed = fetch(register_server(publisher, reach=1, page_size=1), http, date(2025, 1, 1))
    assert numbers(handed["entity_list_rules"]) == ["2025-00704", "2025-05427", "2025-06063"]
    one_day = [
        dict(one, publication_date="2025-04-07")
        for one in documented("federal_register_documents")["results"]
    ]
    said = refused(register_server(publisher, one_day, reach=1), http, date(2025, 1, 1))
    assert said.startswith("federal_register: the search has 3 documents on 2025-04-07, and 1 can be read")


def test_federal_register_without_documents_gives_empty_lists(publisher: Publisher, http: Http) -> None:
    handed = fetch(register_server(publisher, []), http, date(2026, 1, 1))
    assert [len(part.frame) for part in handed.values()] == [0, 0]
    assert list(handed["entity_list_rules"].frame)[:3] == ["date_published", "fr_document", "title"]


def test_federal_register_refuses_a_search_that_moves_under_its_hands(
    publisher: Publisher, http: Http
) -> None:
    first, second, third = documented("federal_register_documents")["results"]

    def paged(*pages: tuple[int, Any]) -> federal_register.FederalRegisterClient:
        client = register_server(publisher, page_size=1)
        publisher.answer = lambda asked: Reply(
            {"count": pages[int(asked["page"]) - 1][0], "results": [pages[int(asked["page"]) - 1][1]]}
        )
        return client

    # A document published meanwhile pushes another onto the next page: it comes twice, and one is lost.
    assert "has 3 documents, 2 came" in refused(
        paged((3, first), (3, first), (3, second)), http, date(2025, 1, 1)
    )
    assert "had 2 documents, then 3" in refused(paged((2, first), (3, second)), http, date(2025, 1, 1))
    other = dict(first, title="Another title")
    assert "with different title" in refused(
        paged((3, first), (3, other), (3, third)), http, date(2025, 1, 1)
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.pop("effective_on"), "record 1: the column effective_on is missing"),
        (lambda one: one.update(publication_date="03/28/2025"), "'03/28/2025' is no date"),
        (lambda one: one.update(signing_date="soon"), "'soon' is no date"),
        (lambda one: one.update(agencies="BIS"), "row 1, column agencies"),
        (lambda one: one.update(html_url=None), "row 1, column html_url"),
    ],
)
def test_federal_register_in_another_form_is_refused(
    publisher: Publisher, http: Http, change: Any, words: str
) -> None:
    publisher.replies(Reply(changed("federal_register_documents", lambda reply: change(reply["results"][0]))))
    client = federal_register.FederalRegisterClient(api=replace(federal_register.API, base=publisher.url))
    assert words in refused(client, http, date(2025, 1, 1))


@pytest.mark.parametrize(
    ("abstract", "count"),
    [
        # Documents 2025-05426 and 2025-00480 as published; the others vary their words.
        (
            "by adding 70 entities to the Entity List, under the destinations of China, People's Republic of "
            "(China) (42); Iran (2); Pakistan (19); South Africa (3); and the United Arab Emirates (4).",
            Count(70, 42),
        ),
        (
            "by adding 16 entities to the Entity List, under the destinations of China, People's Republic of "
            "(China) (14) and Singapore (2).",
            Count(16, 14),
        ),
        ("adds thirty-seven entities to the Entity List under China (37).", Count(37, 37)),
        ("adding one entity to the Entity List under the destination of Iran.", Count(1, None)),
        ("adding 5 entities under China (3) and later adding 7 entities.", Count(None, 3)),
        ("adding 5 entities under China (3), 2 of them under China (2).", Count(5, None)),
        ("adding 5 entities under China (9).", Count(5, None)),
        ("amends the regulations by modifying two existing entries under China.", Count(None, None)),
        ("", Count(None, None)),
    ],
)
def test_counts_are_taken_only_where_the_abstract_states_them(abstract: str, count: Count) -> None:
    assert entities_added(abstract) == count
