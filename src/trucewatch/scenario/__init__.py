"""What if: scenarios are lists of edits of the ledger, priced by the same code as the law."""

from trucewatch.scenario.edits import edited
from trucewatch.scenario.files import Edit, Scenario, read_scenario, scenario_names

__all__ = ["Edit", "Scenario", "edited", "read_scenario", "scenario_names"]
