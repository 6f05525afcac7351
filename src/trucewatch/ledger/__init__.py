"""The law as data: the ledger of duties, read from `data/law` and checked."""

from trucewatch.ledger.ledger import Ledger, build_ledger, load_ledger

__all__ = ["Ledger", "build_ledger", "load_ledger"]
