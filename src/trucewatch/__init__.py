"""The 2025 US-China trade truce, measured.

>>> import trucewatch as tw
>>> tw.lookup("9503.00.00", on="2025-04-10")  # doctest: +SKIP
>>> tw.table("us_imports_monthly")  # doctest: +SKIP
>>> tw.average_rate(importer="USA", by="authority")  # doctest: +SKIP
>>> tw.diff("2025-05-14", "2025-11-10")  # doctest: +SKIP
>>> tw.scenario("threat_100")  # doctest: +SKIP
>>> tw.calendar()  # doctest: +SKIP
>>> tw.chart.timeline()  # doctest: +SKIP

The names are described in `trucewatch.api`, which is loaded when one of them is first used.
"""

# ruff: noqa: F405 (the type checker takes the names from the module)
from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trucewatch.api import *  # noqa: F403

__version__ = version = "0.2.0"
HOME = "https://github.com/trucewatch/trucewatch"
__all__ = [
    "TrucewatchError",
    "acts",
    "average_rate",
    "calendar",
    "catalogue",
    "chart",
    "diff",
    "explore",
    "gains",
    "history",
    "law_asof",
    "ledger_hash",
    "lookup",
    "new_scenario",
    "origins",
    "panel",
    "scenario",
    "scenarios",
    "search",
    "table",
    "use",
]


if not TYPE_CHECKING:  # a type checker takes the names from above, and knows of no others

    def __getattr__(name: str) -> Any:
        # Named by text: every module of the package imports this file, and what a report depends on is found
        # by following imports. A static import here would make each report depend on the whole package.
        if name in __all__:
            return getattr(importlib.import_module("trucewatch.api"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__", "version"]


def _show_dollars() -> None:
    """Tell pandas in a notebook that what lies between two dollars of a frame is no formula.

    "Valued over $3 but not over $6.50" would lose its dollars and its spaces.
    """
    if "ipykernel" in sys.modules:
        import pandas as pd

        pd.set_option("display.html.use_mathjax", False)


_show_dollars()
