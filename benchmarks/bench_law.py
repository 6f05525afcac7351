"""The law: reading the ledger, one lookup, one code over time."""

from __future__ import annotations

import sys
from itertools import count

from benchmarks.measure import Result, command, timed
from trucewatch.answers.every_origin import from_every_origin
from trucewatch.answers.history import history
from trucewatch.answers.lookup import lookup
from trucewatch.duty.matching import match, signature
from trucewatch.ledger.ledger import load_ledger
from trucewatch.paths import project_root

_FIRST_LOOKUP = "from trucewatch.answers.lookup import lookup; lookup('9503.00.00')"


def main() -> list[Result]:
    """Measure the ledger and the lookup, with codes not seen before and one seen."""
    ledger = load_ledger()
    codes = iter(ledger.base_rates["USA"].codes[:: len(ledger.base_rates["USA"].codes) // 200])
    years = count(2018)
    law_asof = ledger.law_asof

    def hundred_signatures() -> None:
        fresh = load_ledger()
        for code in fresh.base_rates["USA"].codes[2000:2100]:
            signature(match(fresh, code))

    lookup("8507.60.00", "VNM", law_asof, ledger=ledger)
    for _ in range(10):  # types the lists once, as any process does
        lookup(next(codes), on=law_asof, ledger=ledger)
    return [
        timed("read and check the ledger", load_ledger, runs=7, aim="< 0.3 s"),
        timed(
            "lookup of a code not seen before",
            lambda: lookup(next(codes), on=law_asof, ledger=ledger),
            runs=50,
            aim="< 5 ms",
        ),
        timed(
            "lookup of a code seen before",
            lambda: lookup("8507.60.00", on=law_asof, ledger=ledger),
            runs=50,
            aim="< 5 ms",
        ),
        timed(
            "lookup from another origin seen before",
            lambda: lookup("8507.60.00", "VNM", law_asof, ledger=ledger),
            runs=50,
            aim="< 20 ms",
        ),
        timed(
            "one code from every origin",
            lambda: from_every_origin("8507.60.00", law_asof, ledger=ledger),
            runs=3,
        ),
        timed(
            "one code over time",
            lambda: history("4202.92.31", f"{next(years)}-01-01", ledger=ledger),
            runs=5,
        ),
        timed("ledger and 100 signatures", hundred_signatures, runs=3),
        command(
            "first lookup, whole process",
            [sys.executable, "-c", _FIRST_LOOKUP],
            project_root(),
            runs=3,
        ),
    ]
