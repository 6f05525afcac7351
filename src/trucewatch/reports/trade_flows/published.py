"""Our numbers for the published figures of trade between the two countries."""

from __future__ import annotations

import pandas as pd

from trucewatch.trade.flows import seasonal, yoy


def checked_numbers(imports: pd.Series, exports: pd.Series) -> dict[str, pd.Series]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against.

    Figures of China's customs are set against what the US counts for the same flow: the difference is the gap
    between two customs offices, not an error of either.

    `imports`, `exports`: US general imports from and total exports to China by month, US dollars.
    """
    flows = {"imports": imports, "exports": exports}
    found = {"deficit_usd": imports - exports}
    for name, flow in flows.items():
        found[f"{name}_usd"] = flow
        found[f"{name}_growth_pct"] = 100 * yoy(flow)
        found[f"{name}_adjusted_usd"] = seasonal(flow.loc["2013-01":])["adjusted"]
    return found
