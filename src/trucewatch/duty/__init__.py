"""From the ledger to lines of duty, panels and averages: pure functions, no file but the panel."""

from trucewatch.duty.stacking import Line, applicable, resolve, total

__all__ = ["Line", "applicable", "resolve", "total"]
