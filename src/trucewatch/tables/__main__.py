"""`python -m trucewatch.tables` writes the data dictionary and the list of sources."""

from __future__ import annotations

from trucewatch.tables.docs import write_docs

for path in write_docs():
    print(path)
