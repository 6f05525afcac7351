"""The sidecar of a bundled file: who made it, under what licence, what is wrong with it."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML, YAMLError

from trucewatch.errors import DataError

_Text = Annotated[str, Field(min_length=1)]
SUFFIX = ".meta.yaml"


class Sidecar(BaseModel):
    """Provenance of one bundled file.

    - `producer`: who measured or wrote it, e.g. `US Census Bureau`
    - `title`, `citation`: what it is and how to cite it
    - `primary_url`: page of the producer where the original stands
    - `retrieved_from`: public repository or pages the bundled copy was taken from
    - `licence`, `licence_note`: terms, and what follows from them for this file
    - `coverage`, `units`: period, breadth and units
    - `date_accessed`, `date_accessed_note`: day of the copy, and what that day is
    - `vintage`: edition of the data; where none is recorded, the last period it covers
    - `sha256`: hash of the file
    - `known_defects`: what a user must know; an empty list says that none is known
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    producer: _Text
    title: _Text
    citation: _Text
    primary_url: Annotated[str, Field(pattern=r"^https?://")]
    retrieved_from: _Text
    licence: _Text
    licence_note: _Text
    coverage: _Text
    units: _Text
    date_accessed: date
    date_accessed_note: _Text
    vintage: _Text
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    known_defects: tuple[_Text, ...]


def sidecar_path(file: Path) -> Path:
    """Return the sidecar of a bundled file."""
    return file.with_name(file.name + SUFFIX)


def sidecar_text(sidecar: Sidecar) -> str:
    """Return a sidecar as the YAML that `read_sidecar` reads."""
    yaml = YAML()
    yaml.width = 10_000
    stream = StringIO()
    yaml.dump(sidecar.model_dump() | {"known_defects": list(sidecar.known_defects)}, stream)
    return stream.getvalue()


def read_sidecar(file: Path) -> Sidecar:
    """Return the sidecar of the bundled file `file`.

    Raises `DataError` if it is missing, is no YAML or lacks a field.
    """
    path = sidecar_path(file)
    if not path.is_file():
        raise DataError("the sidecar is missing", file=path, remedy="describe the file as its neighbours are")
    try:
        content: Any = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return Sidecar.model_validate(content)
    except YAMLError as error:
        raise DataError(f"the sidecar is no YAML ({error})", file=path, remedy="repair it") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(
            f"the sidecar is not in order: {first['msg']}",
            file=path,
            column=".".join(map(str, first["loc"])),
            value=first.get("input"),
            remedy="see trucewatch.sources.sidecar.Sidecar for the fields",
        ) from error
