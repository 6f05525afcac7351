"""The names of `import trucewatch as tw`: questions and their answers.

Every function finds the project by itself: the folder `tw.use` or `TRUCEWATCH_HOME` names, else the one the
working directory is in. Answers are pandas frames, or small objects that show themselves as HTML in a
notebook and as text by `print`, and give plain values by `to_frame()` or `to_dict()`. What cannot be
answered raises a `TrucewatchError` that says what is wrong and what would be right.

A notebook of a report that imports the package itself depends on everything these names reach, so any change
reruns it; one that imports only the modules it needs (`from trucewatch.answers.lookup import lookup`) does
not.
"""

from __future__ import annotations

from trucewatch.api import chart
from trucewatch.api.average_rate import average_rate
from trucewatch.api.controls import explore
from trucewatch.api.duties import (
    calendar,
    catalogue,
    diff,
    history,
    law_asof,
    ledger_hash,
    lookup,
    origins,
    search,
)
from trucewatch.api.panels import panel
from trucewatch.api.tables import acts, gains, table
from trucewatch.api.what_if import new_scenario, scenario, scenarios
from trucewatch.api.where import use
from trucewatch.errors import TrucewatchError

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
