"""The ledger as a static data set: Parquet and CSV, with metadata in the words of two public formats.

`datapackage.json` (Frictionless) and `croissant.json` (MLCommons) say of every file its
bytes, hash and columns. Codes are text. The same law and tables give the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trucewatch import HOME, __version__
from trucewatch.answers.calendar import calendar
from trucewatch.answers.hts_numbers import numbers
from trucewatch.duty.averages import daily
from trucewatch.duty.panel import FIRST_DAY, read_panel
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.page.columns import find_column
from trucewatch.paths import packaged_rows
from trucewatch.tables import read_table
from trucewatch.tables.spreadsheet import csv_text
from trucewatch.trade.duty_averages import read_sides
from trucewatch.trade.weights import CONCORDANCE, SOURCES

DATA_PACKAGE = "datapackage.json"
NAME = "trucewatch-duties"
TITLE = "Duties between the United States and China, every product and day since 2018"
_LICENCE = {"name": "MIT", "path": "https://opensource.org/license/mit", "title": "MIT License"}
_TITLES = {
    "panel": "Total duty on every product, one row a change",
    "duties": "Duty on every product by the law behind it, one row a change",
    "acts": "Official acts and events of both sides",
    "rates": "Rates of every measure, by day of entry and day of knowledge",
    "names": "What the codes of the panel are called",
    "averages": "Average duty by day",
    "cliffs": "What lapses or starts next by the texts",
}
_ARROW = {"string": pa.string(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32()}
_MEDIA = {
    "csv": "text/csv",
    "parquet": "application/x-parquet",
    "png": "image/png",
    "svg": "image/svg+xml",
}
_CODE = re.compile(r"(^|_)(codes?|hs\d*|hts\d*|naics\d*|chapters?|headings?|schedule_b)(_|$)")
_FORMS = {
    "boolean": re.compile("True|False"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "number": re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?"),
}
_CROISSANT = {"string": "sc:Text", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date"}


@dataclass(frozen=True)
class Field:
    """A column of the data set: name, type (`string`, `number`, `boolean`, `date`), unit and meaning."""

    name: str
    type: str
    unit: str
    description: str


def fields(kind: str) -> list[Field]:
    """Return the columns of a kind of table."""
    rows = packaged_rows("trucewatch.page", "data_set.csv")
    return [Field(*list(row.values())[1:]) for row in rows if row["table"] == kind]


def data_set(root: Path) -> dict[str, bytes]:
    """Return the files of the data set by name: tables, `datapackage.json`, `croissant.json`.

    Raises `DataError` if panel or clean tables are not built.
    """
    law = load_ledger(root)
    written: dict[str, bytes] = {}
    kinds: dict[str, str] = {}
    for name, table in _tables(law, root).items():
        kind = name.partition("_")[0]
        typed = pa.table({one.name: _cast(table[one.name], one.type) for one in fields(kind)})
        if kind not in ("panel", "duties"):  # millions of cells: no spreadsheet opens them
            written[f"{name}.csv"] = csv_text(typed.to_pandas()).encode()
        written[f"{name}.parquet"] = _parquet(typed)
        kinds |= dict.fromkeys((f"{name}.csv", f"{name}.parquet"), kind)
    written[DATA_PACKAGE] = _json(_data_package(law, written, kinds))
    written["croissant.json"] = _json(_croissant(law, written, kinds))
    return written


def _cast(column: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    """Return a column as it is published: by its text, since Arrow would make 125 a 125.00000000000001."""
    exact = pc.cast(column, pa.string()) if pa.types.is_decimal(column.type) else column
    return pc.cast(exact, _ARROW[kind])


def _tables(law: Ledger, root: Path) -> dict[str, pa.Table]:
    """Return every table by name, as Arrow."""
    found: dict[str, pa.Table] = {}
    known, called = numbers(root), []
    for importer in law.importers:
        panel = read_panel(importer, root, ledger=law)
        found[f"panel_{importer.lower()}"] = panel.totals
        found[f"duties_{importer.lower()}"] = panel.duties
        for code in sorted(pc.unique(panel.totals["code"]).to_pylist()):
            by = code if importer == "USA" and known.name(code) else code[:6]
            called.append({"importer": importer, "code": code, "name": known.name(by), "named_by": by})
    frames = {
        "acts": law.frame("acts"),
        "rates": law.frame("rates").merge(
            law.frame("measures")[["measure_id", "importer", "authority", "title", "heading", "origin_set"]],
            on="measure_id",
            validate="many_to_one",
        ),
        "names": pd.DataFrame(called),
        "averages": _averages(law, root),
        "cliffs": calendar(ledger=law).to_frame(),
    }
    return found | {name: _arrow(frame, fields(name)) for name, frame in frames.items()}


def _arrow(frame: pd.DataFrame, columns: list[Field]) -> pa.Table:
    """Return a frame of texts, days and exact numbers as Arrow; an empty text is no value."""
    blank = frame[[one.name for one in columns]].astype(object)
    blank = blank.where(frame.notna() & (frame != ""), None)
    return pa.table(
        {
            one.name: pa.array(
                [
                    None if cell is None else float(cell) if one.type == "number" else cell
                    for cell in blank[one.name]
                ],
                _ARROW[one.type],
            )
            for one in columns
        }
    )


def _averages(law: Ledger, root: Path) -> pd.DataFrame:
    """Return the averages of both sides by day, weights and authority, without zeros."""
    names = sorted({CONCORDANCE, *(source[0] for source in SOURCES.values())})
    sides = read_sides(law, {name: read_table(name, root) for name in names})
    parts = []
    for importer, side in sides.items():
        for weights, frame in side.average.items():
            days = daily(frame[frame["rate_pct"] != 0], FIRST_DAY, law.law_asof).rename(
                columns={"date": "day"}
            )
            parts.append(days.assign(importer=importer, weights=weights))
    found = pd.concat(parts, ignore_index=True)
    found["day"] = found["day"].map(date.fromisoformat)
    found["rate_pct"] = found["rate_pct"].round(6)
    return found.sort_values(["importer", "weights", "day", "authority"], ignore_index=True)


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _json(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _data_package(law: Ledger, written: Mapping[str, bytes], kinds: Mapping[str, str]) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": NAME,
        "title": TITLE,
        "version": f"{__version__}+{law.law_asof}",
        "description": _edition(law),
        "homepage": HOME,
        "licenses": [_LICENCE],
        "resources": [
            resource(name, content, f"{_TITLES[kinds[name]]}{_side(name)}", fields(kinds[name]))
            for name, content in written.items()
        ],
    }


def _edition(law: Ledger) -> str:
    return f"Law read to {law.law_asof}. Ledger {law.ledger_hash}. Not a customs ruling."


def _side(name: str) -> str:
    return {"usa": ": USA", "chn": ": China"}.get(Path(name).stem.rpartition("_")[2], "")


def resource(path: str, content: bytes, title: str, columns: list[Field]) -> dict[str, Any]:
    """Return what a data package says of one file."""
    form = path.rpartition(".")[2]
    told: dict[str, Any] = {
        "name": path.lower().replace("/", ".").removesuffix(".csv"),
        "path": path,
        "title": title,
        "format": form,
        "mediatype": _MEDIA[form],
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    if form == "csv":
        told |= {"profile": "tabular-data-resource", "encoding": "utf-8"}
    else:
        told |= {"type": "file"}
    described = [{name: value for name, value in vars(one).items() if value} for one in columns]
    return told | ({"schema": {"fields": described, "missingValues": [""]}} if columns else {})


def published(members: Mapping[str, bytes], told: Iterable[Mapping[str, Any]]) -> bytes:
    """Return `datapackage.json` of what reports publish: every table with its columns, every figure.

    `members`: files by address, `<report>/tables/<name>.csv` and `<report>/figures/<name>.svg` among them;
    `told`: the summaries of the reports, with the captions of both.
    """
    captions = {
        f"{one['report']}/{kind}/{item['name']}": item.get("caption") or item.get("title") or item["name"]
        for one in told
        for kind in ("tables", "figures")
        for item in one[kind]
    }
    resources = []
    for path, content in sorted(members.items()):
        parts = path.split("/")
        if len(parts) == 3 and parts[1] in ("tables", "figures") and parts[2].rpartition(".")[2] in _MEDIA:
            columns = _columns(parts[0], content.decode()) if path.endswith(".csv") else []
            title = captions.get(path.rpartition(".")[0], parts[2].rpartition(".")[0].replace("_", " "))
            resources.append(resource(path, content, title, columns))
    return _json(
        {
            "profile": "data-package",
            "name": "trucewatch-reports",
            "title": "Tables and figures of the trucewatch reports",
            "version": __version__,
            "homepage": HOME,
            "licenses": [_LICENCE],
            "resources": resources,
        }
    )


def _columns(report: str, text: str) -> list[Field]:
    """Return the columns of a published table: what is said of each, and the type its cells have."""
    head, *rows = csv.reader(io.StringIO(text))
    found = []
    for at, name in enumerate(head):
        said = find_column(name, report)
        cells = {row[at] for row in rows if row[at]}
        found.append(
            Field(name, _type(name, cells), said.unit if said else "", said.description if said else "")
        )
    return found


def _type(name: str, cells: set[str]) -> str:
    """Return the type of a column; a code is text, whatever it looks like."""
    if cells and not _CODE.search(name):
        for kind, form in _FORMS.items():
            if all(map(form.fullmatch, cells)):
                return kind
    return "string"


def _croissant(law: Ledger, written: Mapping[str, bytes], kinds: Mapping[str, str]) -> dict[str, Any]:
    tables = [name for name in written if name in kinds]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME,
        "description": f"{TITLE}. {_edition(law)}",
        "license": _LICENCE["path"],
        "url": HOME,
        "version": f"{__version__}+{law.law_asof}",
        "datePublished": law.law_asof.isoformat(),
        "citeAs": f"trucewatch ({law.law_asof.year}): {TITLE}. Law as of {law.law_asof}.",
        "creator": {"@type": "sc:Organization", "name": "The trucewatch authors"},
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": name,
                "name": name,
                "contentUrl": name,
                "encodingFormat": _MEDIA[name.rpartition(".")[2]],
                "contentSize": f"{len(written[name])} B",
                "sha256": hashlib.sha256(written[name]).hexdigest(),
            }
            for name in tables
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": (stem := name.removesuffix(".parquet")),
                "name": stem,
                "description": _TITLES[kinds[name]] + _side(name),
                "field": [
                    {
                        "@type": "cr:Field",
                        "@id": f"{stem}/{one.name}",
                        "name": one.name,
                        "description": one.description,
                        "dataType": _CROISSANT[one.type],
                        "source": {"fileObject": {"@id": name}, "extract": {"column": one.name}},
                    }
                    for one in fields(kinds[name])
                ],
            }
            for name in tables
            if name.endswith(".parquet")
        ],
    }


_OWN = (
    "citeAs column equivalentProperty extract field fileObject fileProperty fileSet format includes "
    "isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace "
    "samplingRate separator source subField transform"
)
#: The words of Croissant 1.0, as its specification gives them.
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{word: f"cr:{word}" for word in _OWN.split()},
}
