"""For every test: one thread a sum, as in the kernels of a build; no clock; files with long tests first."""

import os

import pytest
from hypothesis import settings

# Test processes run side by side: threads of one would wait in a loop for a core that another one has.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A busy machine fails no test.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")

LONG = ("pipeline", "slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests first, so that none is left for the end; the order within a file stays."""
    long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in LONG)}
    items.sort(key=lambda item: item.path not in long)
