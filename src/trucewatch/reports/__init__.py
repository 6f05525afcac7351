"""Rooms, one for each report: what only that report measures, draws and says."""
