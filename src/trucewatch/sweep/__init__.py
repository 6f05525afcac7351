"""A report over a grid of parameters: cells side by side in processes, resumed, collected into one table."""

from trucewatch.sweep.collect import collect
from trucewatch.sweep.grid import Cell, alternatives, expand
from trucewatch.sweep.processes import Failure, run_cells

__all__ = ["Cell", "Failure", "alternatives", "collect", "expand", "run_cells"]
