"""Answers for a desk: lookups, differences, calendars, histories, one by one or by the file."""

from trucewatch.answers.history import history
from trucewatch.answers.lookup import Lookup, lookup

__all__ = ["Lookup", "history", "lookup"]
