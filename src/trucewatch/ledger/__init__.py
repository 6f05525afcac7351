"""The law as data: the ledger of duties, read from `data/law` and checked.

Import from its modules: a report depends on the law if it imports `trucewatch.ledger.ledger`.
"""
