"""The law as data: the ledger of duties, and the pure functions that turn it into lines of duty."""

from trucewatch.law.history import history
from trucewatch.law.ledger import Ledger, build_ledger, load_ledger
from trucewatch.law.lookup import Lookup, lookup
from trucewatch.law.stacking import Line, applicable, resolve, snapback, total

__all__ = [
    "Ledger",
    "Line",
    "Lookup",
    "applicable",
    "build_ledger",
    "history",
    "load_ledger",
    "lookup",
    "resolve",
    "snapback",
    "total",
]
