"""The commands for other doors: mcp, watch."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
def mcp() -> None:
    """Answer an assistant over standard input and output (Model Context Protocol)."""
    from trucewatch.api.assistants import serve

    serve()


@click.command(epilog="Exit codes: 0 something to tell, 1 nothing, 2 the list cannot be used.")
@click.argument("source", metavar="FILE")
@click.option("--state", help="Where the last look is noted; FILE.watch.json if not given.")
@click.option("--days", type=click.IntRange(0, 3660), default=60, show_default=True, help="How far ahead.")
@click.option("--origin", help="Country of origin of the rows without one: VNM, VN or Vietnam.")
@click.option("--importer", default="USA", show_default=True, help="Whose duty: USA or CHN.")
@click.option("--ics", help="Also write what comes as an iCalendar file.")
@click.option("--atom", help="Also write what there is to tell as an Atom feed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def watch(
    source: str,
    state: str | None,
    days: int,
    origin: str | None,
    importer: str,
    ics: str | None,
    atom: str | None,
    as_json: bool,
) -> None:
    """Say what changed for the products of a list since the last look, and what lapses or starts soon."""
    from trucewatch.answers import feeds
    from trucewatch.answers.catalogue_file import writable
    from trucewatch.answers.watch import watch as look
    from trucewatch.paths import write_whole

    places = [None if out is None else writable(Path(out), Path(source)) for out in (ics, atom)]
    told = look(source, state=state, days=days, origin=origin, importer=importer)
    law = told.found.law
    if places[0] is not None:
        write_whole(places[0], feeds.ics(told.cliffs(), law, "trucewatch: my products"))
    if places[1] is not None:
        write_whole(places[1], feeds.atom(told.news(), law, "trucewatch: my products"))
    click.echo(json.dumps(told.to_dict(), indent=2, ensure_ascii=False) if as_json else str(told))
    if told.is_empty:
        raise SystemExit(1)
