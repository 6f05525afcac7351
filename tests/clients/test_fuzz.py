"""Damaged answers of a publisher: told with the source, or legal tables; never a traceback, never a key."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.clients.conftest import KEY
from tests.clients.helpers import fetch
from tests.clients.server import Publisher, Reply, documented
from tests.fuzz.mutations import damaged
from trucewatch.errors import DataError
from trucewatch.paths import project_root
from trucewatch.sources.clients import treasury
from trucewatch.sources.clients.base import SourceError
from trucewatch.sources.http import Http

BODIES = 300
SEED = 20261129


@pytest.mark.slow
def test_damaged_bodies(publisher: Publisher, session: Callable[..., Http]) -> None:
    chance, seen = random.Random(SEED), Counter[str]()
    receipts = documented("treasury_table_4")
    receipts["meta"]["total-pages"] = 1
    rows = documented("census_totals")[1:]
    imports = [["GEN_VAL_MO", "CTY_CODE", "time"], *([r[2], r[0], r[7]] for r in rows if r[0] == "-")]
    bodies = {False: json.dumps(receipts).encode(), True: json.dumps(imports).encode()}
    client = treasury.TreasuryClient(
        api=replace(treasury.API, base=publisher.url, interval_s=0.0),
        imports_api=replace(treasury.census.API, base=publisher.url, interval_s=0.0),
    )
    http = session(attempts=1)
    for _ in range(BODIES):
        spoilt, packed = chance.random() < 0.5, chance.random() < 0.1

        def answer(asked: object, spoilt: bool = spoilt, packed: bool = packed) -> Reply:
            is_imports = asked.path == "/imports/hs"  # type: ignore[attr-defined]
            body = bodies[is_imports]
            if is_imports != spoilt:
                return Reply(body)
            body = damaged(gzip.compress(body) if packed else body, chance)
            return Reply(body, headers={"Content-Encoding": "gzip"} if packed else {})

        publisher.answer = answer
        try:
            fetch(client, http, date(2026, 6, 1))
        except (SourceError, DataError) as error:
            seen["told"] += 1
            assert KEY not in str(error)
            assert "emedy" in str(error)
            assert len(str(error)) < 2000
        else:
            seen["legal"] += 1
    assert seen.total() == BODIES
    assert min(seen.values()) > BODIES / 50, seen


def test_the_page_on_reliability_has_this_count() -> None:
    page = (project_root() / "docs" / "reliability.md").read_text(encoding="utf-8")
    assert f"| HTTP bodies | {BODIES:,} |" in page
