"""What a report stands on: tables with source and vintage, the date of data and law, the build id."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from trucewatch.errors import ReportError
from trucewatch.page.numbers import period_text
from trucewatch.paths import clean_dir, law_dir

#: The first day after a period, in tables whose periods differ in length.
_PERIOD_END = "period_to"
#: Columns that say which period a row of a clean table is about, the finest first.
_TIME_COLUMNS = ("date", "date_published", "week_ending", "month", _PERIOD_END, "year")
#: The key under which a table's writer keeps its provenance, as JSON, and what a page shows of it.
_METADATA_KEY = b"trucewatch"
_SOURCE_KEYS = ("producer", "vintage", "primary_url", "licence")


def law_asof(root: Path) -> str | None:
    """Return the day the bundled ledger was brought up to (key `law_asof` of edition.csv), or None."""
    path = law_dir(root) / "edition.csv"
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as handle:
        return next((row["value"] for row in csv.DictReader(handle) if row["key"] == "law_asof"), None)


def known_addresses(root: Path) -> frozenset[str]:
    """Return the web addresses of acts and of published numbers: prose may link to these and to no other."""
    found: set[str] = set()
    for path in (law_dir(root) / "acts.csv", root / "data" / "benchmarks" / "published.csv"):
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as handle:
                found |= {row.get("url") or "" for row in csv.DictReader(handle)}
    return frozenset(found)


def table_facts(name: str, root: Path) -> dict[str, Any]:
    """Return what the Parquet metadata of one clean table says about it.

    Keys: `table`; `data_asof`, the last period in its time column (a month as YYYY-MM, a year as YYYY), or
    None; `sources`, for each source its `producer`, `vintage`, `primary_url` and `licence`.

    Raises `ReportError` if the table does not exist.
    """
    import pyarrow.parquet as pq

    path = clean_dir(root) / f"{name}.parquet"
    if not path.is_file():
        raise ReportError(f"no clean table {name!r}; make it first: dvc repro clean")
    with pq.ParquetFile(path) as parquet:
        metadata = parquet.schema_arrow.metadata or {}
        described = json.loads(metadata.get(_METADATA_KEY, b"{}"))
        last = _last_period(parquet, law_asof(root))
    sources = [{key: source.get(key, "") for key in _SOURCE_KEYS} for source in described.get("sources", [])]
    return {"table": name, "data_asof": last, "sources": sources}


def _last_period(parquet: Any, today: str | None) -> str | None:
    """Return the last period a table covers; a period that ends after `today` is a promise, not data."""
    import pyarrow.compute as pc

    names = parquet.schema_arrow.names
    column = next((name for name in _TIME_COLUMNS if name in names), None)
    if column is None or parquet.metadata.num_rows == 0:
        return None
    values = parquet.read([column])[column]
    if column == _PERIOD_END:
        ends = [end.date() if isinstance(end, datetime) else end for end in values.to_pylist() if end]
        past = [end - timedelta(days=1) for end in ends if today is None or end.isoformat() <= today]
        return max(past).strftime("%Y-%m") if past else None
    last = pc.max(values).as_py()
    if isinstance(last, (datetime, date)):
        return last.strftime("%Y-%m" if column == "month" else "%Y-%m-%d")
    return str(last)


def latest(facts: Iterable[dict[str, Any]]) -> str | None:
    """Return the newest `data_asof` among tables (ISO texts order as dates do), or None."""
    return max((fact["data_asof"] for fact in facts if fact["data_asof"]), default=None)


def newest_data(facts: Iterable[Mapping[str, Any]]) -> str:
    """Say to when the newest table of a report reaches, and whose it is: "August 2026 (US Census Bureau)"."""
    known = sorted((fact for fact in facts if fact["data_asof"]), key=lambda fact: fact["data_asof"])
    if not known:
        return "not stated"
    newest = [fact for fact in known if fact["data_asof"] == known[-1]["data_asof"]]
    own = dict.fromkeys(source["producer"] for fact in newest for source in fact["sources"])
    names = ", ".join(name for name in own if name != "trucewatch")
    return period_text(known[-1]["data_asof"]) + (f" ({names})" if names else "")


def notebook_title(path: Path) -> str | None:
    """Return the text of the notebook's first heading of the first rank, or None."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for line in source.splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return None


def build_id(inputs: dict[str, Any], parameters: dict[str, Any]) -> str:
    """Return twelve hex digits over code, tables, law, published figures and parameters of a report."""
    text = json.dumps([inputs, parameters], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def citation(title: str, data_asof: str | None, law: str | None) -> str:
    """Return the line to copy when citing a report."""
    year = f" ({law[:4]})" if law else ""
    dates = [f"data to {data_asof}" if data_asof else "", f"law as of {law}" if law else ""]
    known = ", ".join(part for part in dates if part)
    return f"trucewatch{year}: {title}." + (f" {known[0].upper()}{known[1:]}." if known else "")
