"""What the claims of a build are tested against: law, averages, tables and finished reports put together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path

import pandas as pd

from trucewatch.ledger.ledger import Ledger
from trucewatch.page.benchmarks import read_published
from trucewatch.page.summaries import read_summary
from trucewatch.paths import project_root
from trucewatch.reports.claim_check.references import Evidence
from trucewatch.tables.io import read_provenance
from trucewatch.trade.duty_averages import read_sides


def gather(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> Evidence:
    """Return the evidence of a build.

    `tables`: clean tables by name: those that claims name, and those the weights of the averages come from.
    """
    root = project_root()
    averages = {
        (importer, weights): side.total(weights)
        for importer, side in read_sides(ledger, tables).items()
        for weights in side.average
    }
    published = read_published(root=root)
    publishers = {name: publishers_of(name, root) for name in tables}
    return Evidence(ledger, averages, tables, published, cache(partial(read_summary, root=root)), publishers)


def publishers_of(table: str, root: Path) -> str:
    """Return who published the rows of a clean table, ourselves only where nobody else did."""
    named = dict.fromkeys(source["producer"] for source in read_provenance(table, root))
    return "; ".join(name for name in named if name != "trucewatch") or "trucewatch"
