"""Duties added up by hand from the texts before the package was asked, each a row with parts and source.

The sum is written out, part by part, column 1 first; `range` where the lines of a code pay different duties,
`refused` where the question has no answer.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from trucewatch.answers.lookup import lookup
from trucewatch.errors import LedgerError, ParameterError
from trucewatch.ledger.ledger import Ledger

PATH = Path(__file__).parent / "data" / "by_hand.csv"
CASES = list(csv.DictReader(PATH.read_text(encoding="utf-8").splitlines()))
NAMES = ["{importer} {code} {entry_date} {loaded_date} {content} {claims}".format(**row) for row in CASES]


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_total_is_the_sum_of_its_parts(ledger: Ledger, row: dict[str, str]) -> None:
    content = dict(pair.split("=") for pair in row["content"].split(";") if pair)
    facts = {
        "loaded": row["loaded_date"] or None,
        "content": {metal: float(share) for metal, share in content.items()},
        "claims": [claim for claim in row["claims"].split(";") if claim],
    }
    asked = (row["code"], row["origin"], row["entry_date"], row["importer"], ledger)
    if row["sum"] == "refused":
        with pytest.raises((LedgerError, ParameterError)):
            lookup(*asked, **facts)
        return
    found = lookup(*asked, **facts)
    if row["sum"] == "range":
        assert found.total_pct is None
        return
    expected = sum(map(Decimal, row["sum"].split("+")))
    assert found.total_pct == expected, f"{row['citation']}\n{found}"
    assert found.lower_pct <= expected <= found.upper_pct
