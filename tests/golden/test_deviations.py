"""The effects that docs/deviations.md prints are those that the ledger and the imports of 2024 give."""

from __future__ import annotations

import pandas as pd
import pytest

from trucewatch.answers.deviations import NOT_COMPUTED, effects
from trucewatch.ledger.ledger import load_ledger


@pytest.mark.slow
def test_the_effects_in_the_table_are_those_that_are_computed() -> None:
    ledger = load_ledger()
    found = effects(ledger)
    table = found.table.set_index("deviation_id")
    for row in ledger.deviations:
        effect = table.loc[row.deviation_id, "effect_pp"]
        if row.undone_by:
            assert f"{abs(effect):.2f} points" in row.effect, (row.deviation_id, effect)
            assert str(row.undone_on) in row.effect
        else:
            assert pd.isna(effect)
    assert str(found).count(NOT_COMPUTED) == table["effect_pp"].isna().sum()
    # American Booksellers Association, April 2025; U.S. note 20(h)-(www): the bounds of independent sums
    assert -0.1 < table.loc["us_informational", "effect_pp"] < 0
    assert -1.4 < table.loc["us_described_exclusions", "effect_pp"] < -1.1
