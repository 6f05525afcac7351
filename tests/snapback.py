"""The snap-back on a code, straight from the stacking: the plain way that the panel is held against."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from trucewatch.duty.matching import match
from trucewatch.duty.stacking import duties, entry_of, total
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.origins import seen_from


def snapback(
    ledger: Ledger,
    code: str,
    origin: str,
    on: date,
    importer: str = "USA",
    kind: str = "legal",
    **facts: Any,
) -> Decimal:
    """Return the total if every dated suspension of a kind, `legal` or `political`, in force were lifted.

    `facts`: as `entry_of` takes them. A suspension without an end does not end by itself and stays.
    """
    law = seen_from(ledger, importer, origin)
    entry = entry_of(law, origin, on, lifted=frozenset({kind}), **facts)
    return total(duties(law, match(law, code, importer), entry))
