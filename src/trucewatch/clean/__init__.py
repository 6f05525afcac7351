"""Raw to clean: one pure function a table, corrections as data, totals that meet published ones."""

from __future__ import annotations

from trucewatch.clean.stage import build, run

__all__ = ["build", "run"]
