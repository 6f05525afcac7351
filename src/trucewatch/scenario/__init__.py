"""What if: scenarios are lists of edits of the ledger, priced by the same code as the law."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from trucewatch.scenario.edits import edited
from trucewatch.scenario.scenario_file import Edit, Scenario, read_scenario, scenario_names

__all__ = ["Edit", "Scenario", "edited", "read_scenario", "scenario_names"]


class _Callable(ModuleType):
    """This package, which is also the function `trucewatch.scenario`: Python gives both the same name."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        # named by text, as in trucewatch/__init__.py: a report that imports this package needs no more of it
        return importlib.import_module("trucewatch.api").scenario(*arguments, **named)


sys.modules[__name__].__class__ = _Callable
