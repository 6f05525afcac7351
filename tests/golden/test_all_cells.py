"""Ten thousand random products and days: the panel's total is the lookup's."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from trucewatch.answers import lookup
from trucewatch.duty.panel import build_panel
from trucewatch.ledger import load_ledger
from trucewatch.ledger.ledger import Ledger

CELLS = 2500
"""Random cells a direction of trade; there are four."""


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("importer", "origin"), [("USA", "CHN"), ("USA", "HKG"), ("USA", "MAC"), ("CHN", "USA")]
)
def test_every_drawn_cell_equals_the_lookup(ledger: Ledger, importer: str, origin: str) -> None:
    panel = build_panel(ledger, importer, origin)
    names = ("code", "is_line", "valid_from", "valid_to", "rate_pct", "held_pct")
    rows: dict[str, list[tuple]] = {}
    for code, is_line, *row in zip(*(panel.totals[name].to_pylist() for name in names), strict=True):
        if is_line:
            rows.setdefault(code, []).append(tuple(row))
    codes, days = sorted(rows), (panel.end - panel.first).days
    draw = random.Random(f"{importer}{origin}")
    wrong, compared, split = [], 0, 0
    while compared < CELLS:
        code, on = draw.choice(codes), panel.first + timedelta(days=draw.randrange(days))
        here = [row[2] for row in rows[code] if row[0] <= on < row[1]]
        if not here:
            continue
        compared += 1
        found = lookup(code, origin, on, importer, ledger=ledger)
        if found.total_pct is None:  # the numbers below pay differently: the line is their rest
            split += 1
            if not found.lower_pct <= here[0] <= found.upper_pct:
                wrong.append((code, on, here, found.bounds))
        elif here != [found.total_pct]:
            wrong.append((code, on, here, found.total_pct))
    assert wrong == []
    assert split < compared / 20
