"""The rooms: every report of the project, found by its folder under `trucewatch.reports`.

A room says of its report what lists elsewhere need: the order and chapter on the front page, the question it
answers, and whether it is a story told over other reports. dvc.yaml, the README and the parameters follow it.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from trucewatch.errors import ReportError

_REPORTS = "trucewatch.reports"


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a report says of itself, as `ROOM` in the `__init__.py` of its folder.

    `order`: its place among the reports, on the front page and in every list; `chapter`: the heading it
    stands under on the front page; reports of one chapter are neighbours; `question`: what a reader asks it;
    `is_story`: whether it reads what other reports say of themselves, and so runs after them.
    """

    order: int
    chapter: str
    question: str
    is_story: bool = False


@cache
def rooms() -> dict[str, Room]:
    """Return every room by the name of its report, in order.

    Raises `ReportError` if a folder under `reports/` has no `ROOM`, or two have one order.
    """
    found: dict[str, Room] = {}
    for item in pkgutil.iter_modules([str(Path(__file__).with_name("reports"))]):
        room = getattr(_package(item.name), "ROOM", None)
        if not isinstance(room, Room):
            raise ReportError(f"reports/{item.name}/__init__.py sets no ROOM; write ROOM = Room(order=…, …)")
        found[item.name] = room
    orders = [room.order for room in found.values()]
    if len(set(orders)) < len(orders):
        twice = sorted(name for name, room in found.items() if orders.count(room.order) > 1)
        raise ReportError(f"the rooms {', '.join(twice)} have the same order; give each its own")
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def parameter_models() -> dict[str, ModuleType]:
    """Return the module `params` of every room, by the name of its report."""
    return {name: importlib.import_module(f"{_REPORTS}.{name}.params") for name in rooms()}


def _package(name: str) -> ModuleType:
    return importlib.import_module(f"{_REPORTS}.{name}")
