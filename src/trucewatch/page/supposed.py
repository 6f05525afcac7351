"""What a run supposes: parameters that hold a fact, set to something else."""

from __future__ import annotations

from datetime import date
from typing import Any

from trucewatch.page.numbers import day_name
from trucewatch.params.types import Section


def supposed(section: type[Section], **given: Any) -> str:
    """Return what a run supposes against the facts, for `Report.narrow`; nothing where it keeps to them.

    A parameter holds a fact if its field has `json_schema_extra={"fact": "a promise of {} tonnes, not {}"}`.
    The words take the value given and the fact, which is the default.

    `section`: the report's parameters; `given`: values of the run by name.
    """
    told = []
    for name, value in given.items():
        field = section.model_fields[name]
        extra = field.json_schema_extra
        if isinstance(extra, dict) and value != field.default:
            told.append(str(extra["fact"]).format(_shown(value), _shown(field.default)))
    return "Supposing " + "; ".join(told) if told else ""


def _shown(value: Any) -> str:
    return day_name(date.fromisoformat(value)) if isinstance(value, str) else f"{value:g}"
