"""Which documents of the Federal Register the ledger knows: those that an act of it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from trucewatch.ledger.schema import Act

#: `90 FR 15041`, `FR Doc. 2025-19001`, `EO 14334`, as the column `citation` of data/law/acts.csv writes them.
_CITED = re.compile(r"\b(\d+ FR \d+)\b|\bFR Doc\. (\d{4}-\d+)|\b(EO \d+)")


def with_acts(documents: pd.DataFrame, acts: Iterable[Act]) -> pd.DataFrame:
    """Return documents with the acts that cite them, those that no act cites first.

    The documents, a column `in_ledger` before the others: ids of acts, empty where there is none. Within
    known and unknown ones the order stays.

    `documents`: `citation`, `fr_document` and `executive_order` as texts, empty where there is none, among
    others; `acts`: acts of the ledger.
    """
    citing: dict[str, list[str]] = {}
    for act in acts:
        for match in _CITED.finditer(act.citation):
            citing.setdefault(match[0].removeprefix("FR Doc. "), []).append(act.act_id)
    names = zip(
        documents["citation"],
        documents["fr_document"],
        "EO " + documents["executive_order"].astype("str"),
        strict=True,
    )
    known = [
        "; ".join(dict.fromkeys(act for name in each for act in citing.get(name.strip(), ())))
        for each in names
    ]
    found = documents.copy()
    found.insert(0, "in_ledger", known)
    return found.sort_values("in_ledger", key=lambda ids: ids != "", kind="stable", ignore_index=True)
