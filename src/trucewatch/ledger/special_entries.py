"""Ways of entry that a statistical number does not show: data/law/special_entries.csv.

They change what an importer pays, not what the law says of a number, so that no total uses them. A report
names them where a number was assessed less than the law asks.
"""

from __future__ import annotations

from pathlib import Path

from trucewatch.ledger.chronicle import SpecialEntry
from trucewatch.ledger.ledger import load_ledger

__all__ = ["SpecialEntry", "special_entries"]


def special_entries(root: Path | None = None) -> tuple[SpecialEntry, ...]:
    """Return all rows, in the order of the file."""
    return load_ledger(root).special_entries
