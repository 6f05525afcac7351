"""The data dictionary and the list of sources, written from the definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trucewatch.paths import project_root
from trucewatch.tables.model import Column, Table
from trucewatch.tables.registry import DOMAINS, tables_of

_BY_HAND = "see [a month of trade](howto/month.md): the publisher has no interface that is read here"
_LAYERS = {
    "clean": "made by the clean stage, `data/clean/{name}.parquet`",
    "raw": "landed by the ingest stage, `data/raw/{name}.parquet`",
    "input": "kept by hand, `{path}`",
}


def data_dictionary() -> str:
    """Return the data dictionary as Markdown: every table, every column, unit, key and check."""
    parts = [
        "# Data dictionary",
        "Written from `src/trucewatch/tables` by `trucewatch docs`; edit the definitions, not this page.",
        'Read a table with `from trucewatch.tables import read_table; read_table("us_china_goods_monthly")`.',
    ]
    for domain, tables in DOMAINS.items():
        parts.append(f"## {domain}")
        for layer in ("clean", "raw", "input"):
            parts.extend(_table(table) for table in tables if table.layer == layer)
    return "\n\n".join(parts) + "\n"


def data_sources(read_by: Mapping[str, Sequence[str]], root: Path | None = None) -> str:
    """Return the list of bundled files as Markdown: producer, licence, coverage, defects, newest period.

    `read_by`: reports that read a clean table, by table.
    """
    from trucewatch.sources.clients import NAMES, get_client
    from trucewatch.sources.newest import brought_by, newest_period
    from trucewatch.sources.sidecar import read_sidecar
    from trucewatch.sources.vintages import read_vintages

    root = root or project_root()
    parts = [
        "# Data sources",
        "Written from `data/sources` by `trucewatch docs`; edit the sidecars, not this page. A row of "
        "`data/sources/vintages.csv` pins each file by its sha256.",
    ]
    clients = brought_by([get_client(name) for name in NAMES])
    for vintage in read_vintages(root):
        newest = newest_period(vintage, root) if vintage.is_active else ""
        sidecar = read_sidecar(root / "data" / "sources" / vintage.file)
        facts = {
            "File": f"`data/sources/{vintage.file}`, {vintage.bytes:,} bytes"
            + ("" if vintage.is_active else ", not active"),
            "Producer": sidecar.producer,
            "Cite as": f"{sidecar.citation} <{sidecar.primary_url}>",
            "Copy taken from": sidecar.retrieved_from,
            "Accessed": f"{sidecar.date_accessed.isoformat()} ({sidecar.date_accessed_note})",
            "Vintage": sidecar.vintage,
            "Licence": f"{sidecar.licence}. {sidecar.licence_note}",
            "Coverage": sidecar.coverage,
            "Units": sidecar.units,
            "Known defects": " ".join(sidecar.known_defects) or "none known",
        }
        if changes := _later(vintage.dataset, read_by) if newest else "":
            client = clients.get(vintage.dataset)
            facts |= {
                "Newest": newest,
                "Brought further by": f"`trucewatch refresh {client}`" if client else f"hand, {_BY_HAND}",
                "A later one changes": changes,
            }
        lines = "\n".join(f"- {label}: {text}" for label, text in facts.items())
        parts.append(f"## {vintage.dataset}\n\n{sidecar.title}.\n\n{lines}")
    return "\n\n".join(parts) + "\n"


def _later(dataset: str, read_by: Mapping[str, Sequence[str]]) -> str:
    """Return what a newer file would change: figures, and the reports they stand in; "" if nothing grows."""
    grown = [table for table in tables_of("clean") if dataset in table.sources[:2] and table.moves]
    figures = "; ".join(dict.fromkeys(table.moves for table in grown))
    reports = sorted({report for table in grown for report in read_by.get(table.name, ())})
    return f"{figures} ({', '.join(reports) or 'in no report yet'})" if figures else ""


def _table(table: Table) -> str:
    place = _LAYERS[table.layer].format(name=table.name, path=table.path)
    facts = [f"**{table.title}**: {place}. {table.description}"]
    if table.key:
        facts.append(f"Key: {', '.join(f'`{name}`' for name in table.key)}.")
    if table.sources:
        facts.append(f"Made from: {', '.join(f'`{name}`' for name in table.sources)}.")
    if table.finer:
        facts.append(f"Once landed, from: {', '.join(f'`{name}`' for name in table.finer)}.")
    if table.checks:
        facts.append(f"Checked: {'; '.join(check.description for check in table.checks)}.")
    head = "| column | type | unit | meaning |\n|---|---|---|---|\n"
    rows = "\n".join(_row(column) for column in table.columns)
    return f"### {table.name}\n\n" + " ".join(facts) + "\n\n" + head + rows


def _row(column: Column) -> str:
    dtype = f"{column.dtype}, may be empty" if column.nullable else column.dtype
    allowed = f" One of: {', '.join(column.allowed)}." if column.allowed else ""
    cells = (f"`{column.name}`", dtype, column.unit or "", column.description + allowed)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
