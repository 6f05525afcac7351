"""Random products and days, a thousand or ten thousand: the panel's total is the lookup's."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from trucewatch.answers.lookup import lookup
from trucewatch.duty.panel import build_panel
from trucewatch.ledger.ledger import Ledger

FEW, MANY = 250, 2500
"""Random cells a direction of trade; there are four."""


@pytest.mark.slow
@pytest.mark.parametrize("cells", [FEW, pytest.param(MANY, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(
    ("importer", "origin"), [("USA", "CHN"), ("USA", "HKG"), ("USA", "MAC"), ("CHN", "USA")]
)
def test_every_drawn_cell_equals_the_lookup(ledger: Ledger, importer: str, origin: str, cells: int) -> None:
    panel = build_panel(ledger, importer, origin)
    names = ("code", "is_line", "valid_from", "valid_to", "rate_pct", "held_pct")
    rows: dict[str, list[tuple]] = {}
    longer: set[str] = set()
    for code, is_line, *row in zip(*(panel.totals[name].to_pylist() for name in names), strict=True):
        if is_line:
            rows.setdefault(code, []).append(tuple(row))
        else:
            longer.add(code[:8])
    # a line that lists split stands in the panel for its rest; a lookup answers with what its numbers pay
    codes, days = sorted(set(rows) - longer), (panel.end - panel.first).days
    assert len(codes) > 0.9 * len(rows)
    draw = random.Random(f"{importer}{origin}")
    wrong, compared = [], 0
    while compared < cells:
        code, on = draw.choice(codes), panel.first + timedelta(days=draw.randrange(days))
        here = [row[2] for row in rows[code] if row[0] <= on < row[1]]
        if not here:
            continue
        compared += 1
        found = lookup(code, origin, on, importer, ledger=ledger)
        # estimates of metal content may differ by number: then the line lies in their range
        if here != [found.total_pct] and not (
            found.total_pct is None and found.lower_pct <= here[0] <= found.upper_pct
        ):
            wrong.append((code, on, here, found.bounds))
    assert wrong == []
