"""The phases of the truce: intervals between acts of the ledger, each named once in data/law/phases.csv."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from trucewatch.ledger.ledger import Ledger


def phases(ledger: Ledger) -> pd.DataFrame:
    """Return the phases in order, each from the day of its act to the day of the next one's.

    Columns: `phase_id`, `label`, `act_id`, `is_truce`, `valid_from`, `valid_to` (half-open; the last phase
    ends the day after `law_asof`), `note`.
    """
    rows = ledger.phases
    starts = [getattr(ledger.act[row.act_id], row.date_field) for row in rows]
    ends = [*starts[1:], ledger.law_asof + timedelta(days=1)][: len(rows)]
    return pd.DataFrame(
        [
            (row.phase_id, row.label, row.act_id, row.is_truce, start, end, row.note)
            for row, start, end in zip(rows, starts, ends, strict=True)
        ],
        columns=["phase_id", "label", "act_id", "is_truce", "valid_from", "valid_to", "note"],
    )
