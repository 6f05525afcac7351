"""The one memory of the engine: what is worked out from a ledger is kept with it, and ends with it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger

Asked = TypeVarTuple("Asked")
Answer = TypeVar("Answer")


def per_ledger(function: Callable[[Ledger, *Asked], Answer]) -> Callable[[Ledger, *Asked], Answer]:
    """Remember the answers of a pure function of a ledger for as long as that ledger lives.

    What is asked besides the ledger must be hashable, and is given by position. A ledger edited with
    `dataclasses.replace` starts without memories.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembered(ledger: Ledger, *asked: *Asked) -> Answer:
        key: Hashable = (name, *asked)
        try:
            found: Answer = ledger.memory[key]
        except KeyError:
            found = ledger.memory[key] = function(ledger, *asked)
        return found

    return remembered


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the garbage collector: many small objects without cycles cost it a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
