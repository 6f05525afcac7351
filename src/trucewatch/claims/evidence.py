"""What the claims of a build are tested against: law, averages, tables and finished reports put together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path

import pandas as pd

from trucewatch.claims.references import Evidence
from trucewatch.law.ledger import Ledger
from trucewatch.paths import project_root
from trucewatch.report.checks import read_published
from trucewatch.report.summaries import read_summary
from trucewatch.trade.timeline import read_sides


def gather(ledger: Ledger, tables: Mapping[str, pd.DataFrame], root: Path | None = None) -> Evidence:
    """Return the evidence of a build.

    Parameters
    ----------
    ledger
        The law.
    tables
        Clean tables by name: those that claims name, and those the weights of the averages come from.
    root
        The project; found from the working directory by default.
    """
    root = root or project_root()
    averages = {
        (importer, weights): side.total(weights)
        for importer, side in read_sides(ledger, tables).items()
        for weights in side.average
    }
    published = read_published(root / "data" / "benchmarks" / "published.csv")
    return Evidence(ledger, averages, tables, published, cache(partial(read_summary, root=root)))
