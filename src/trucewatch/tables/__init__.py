"""Every table once: columns, units, keys, checks; one reader, one writer."""

from __future__ import annotations

from trucewatch.tables.checking import validate
from trucewatch.tables.io import read_provenance, read_table, table_path, write_table
from trucewatch.tables.model import Check, Column, Table
from trucewatch.tables.registry import TABLES, get_table, tables_of

__all__ = [
    "TABLES",
    "Check",
    "Column",
    "Table",
    "get_table",
    "read_provenance",
    "read_table",
    "table_path",
    "tables_of",
    "validate",
    "write_table",
]
