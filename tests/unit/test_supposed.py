"""A run that sets a fact to something else says so before everything it states."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from trucewatch.page.supposed import supposed
from trucewatch.params.types import Section
from trucewatch.reports import rare_earths, soybeans
from trucewatch.reports.soybeans.params import Parameters

FACTS = {  # the promises of 30 October and 1 November 2025 and the claim of 25 October 2025, as printed then
    soybeans.__name__: ["target_mt", "annual_target_mt", "deadline_fact_sheet", "deadline_officials"],
    rare_earths.__name__: ["claim_date"],
}


def parameters(room: str) -> type[Section]:
    found: type[Section] = importlib.import_module(f"{room}.params").Parameters
    return found


def test_the_promise_as_it_was_made_supposes_nothing() -> None:
    kept = {"target_mt": 12.0, "annual_target_mt": 25.0, "deadline_fact_sheet": "2025-12-31"}
    assert supposed(Parameters, **kept) == ""


def test_another_promise_is_called_supposed() -> None:
    told = supposed(Parameters, annual_target_mt=30.0, deadline_officials="2026-03-31")
    assert told == (
        "Supposing a promise of 30 million tonnes a year, not 25; "
        "officials who said 31 March 2026, not 28 February 2026"
    )


@pytest.mark.parametrize("room", FACTS)
def test_every_fact_of_a_room_reaches_its_page(room: str) -> None:
    marked = [
        name for name, field in parameters(room).model_fields.items() if field.json_schema_extra is not None
    ]
    assert marked == FACTS[room]
    notebook = Path(__file__).parents[2] / "notebooks" / f"{room.rpartition('.')[2]}.ipynb"
    source = "".join("".join(cell["source"]) for cell in json.loads(notebook.read_text("utf-8"))["cells"])
    call = re.search(r"supposed\(\s*Parameters,(.*?)\)", source, re.DOTALL)
    assert call and re.findall(r"(\w+)=", call[1]) == marked
