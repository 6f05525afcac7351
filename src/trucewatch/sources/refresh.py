"""Fetch from publishers, and keep what they give as a new vintage beside the old ones.

What is active changes with one rename of data/sources/vintages.csv, after the new file is on the disk, fits
its table, and every clean table made from it passed the checks of the clean stage.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trucewatch.errors import DataError, TrucewatchError
from trucewatch.ledger.ledger import read_unchecked
from trucewatch.paths import sources_dir
from trucewatch.sources.cited import with_acts
from trucewatch.sources.clients.base import Client, Fetched, Progress, Review
from trucewatch.sources.files import locked, replace_durably
from trucewatch.sources.ingest import load, require_begun
from trucewatch.sources.merge import Change, compare, merge
from trucewatch.sources.sidecar import SUFFIX, Sidecar, read_sidecar, sidecar_path, sidecar_text
from trucewatch.sources.vintages import (
    Vintage,
    active_vintages,
    read_vintages,
    sha256_of,
    verify,
    write_vintages,
)
from trucewatch.tables.checking import validate
from trucewatch.tables.conform import to_arrow, to_frame
from trucewatch.tables.io import read_table, write_parquet
from trucewatch.tables.model import Table
from trucewatch.tables.registry import get_table, tables_of
from trucewatch.tables.spreadsheet import csv_text

if TYPE_CHECKING:
    from trucewatch.sources.http import Http

REVIEW = Path("data") / "review"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What a user chose for a refresh.

    `root`: the project; `today`: day of the refresh: names the new vintages; `since`: first month to fetch;
    None: all that the publisher has; `starts`: first month by name of client, where it is another;
    `accept_removals`: whether a vintage that empties a period may become active.
    """

    root: Path
    today: date
    since: date | None = None
    accept_removals: bool = False
    starts: Mapping[str, date | None] = field(default_factory=dict)

    def since_of(self, client: Client) -> date | None:
        """Return the first month to fetch from a client."""
        return self.starts.get(client.name, self.since)


def refresh(
    clients: Sequence[Client],
    http: Http,
    settings: Settings,
    say: Say,
    progress: Callable[[Client], Progress],
) -> list[Vintage]:
    """Fetch every client's tables and make them new vintages.

    Returns the new rows of the list of vintages.

    - `clients`: the publishers to ask, in this order. One that fails does not stop the others.
    - `http`: the HTTP layer the clients use
    - `settings`: what the user chose
    - `say`: receives each line of the report: what changed, what was kept, what a person must look at
    - `progress`: called for each client in turn; returns what the client tells its progress

    Raises `TrucewatchError` at the end, if a source failed or a vintage was refused; and at once, if another
    process changes the vintages. What was active before is then still active.
    """
    made: list[Vintage] = []
    problems: list[str] = []
    with locked(settings.root):
        for path in _unlisted(settings.root):
            say(f"note: {path} is in no row of vintages.csv; it may be deleted")
        for client in clients:
            hide = _without_keys(client, http)
            try:
                answers = list(client.fetch(settings.since_of(client), http, progress(client)))
            except Exception as error:
                problems.append(hide(_failure(client.name, error)))
                continue
            for keep in _writers(answers, settings, hide, say):
                try:
                    made += keep()
                except TrucewatchError as error:
                    problems.append(hide(str(error)))
                except Exception as error:
                    problems.append(hide(_failure(client.name, error)))
    if problems:
        raise TrucewatchError("\n  ".join(problems))
    return made


def _failure(source: str, error: Exception) -> str:
    """Return what failed in one message; an error that is not foreseen says where it arose."""
    if isinstance(error, (TrucewatchError, OSError)):
        return str(error) if source in str(error) else f"{source}: {error}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{source}: {type(error).__name__}: {error} ({Path(last.filename).name}, line {last.lineno}). "
        "Remedy: run it again; if it stays, the publisher's answer has another form than its client reads: "
        "report it with this line"
    )


def _writers(
    answers: list[Fetched | Review], settings: Settings, hide: Callable[[str], str], say: Say
) -> list[Callable[[], list[Vintage]]]:
    """Return what keeps each review and each table of a client, one not hindered by the fault of another."""
    keepers: list[Callable[[], list[Vintage]]] = []
    parts: dict[str, list[Fetched]] = {}
    for answer in answers:
        if isinstance(answer, Review):
            keepers.append(partial(_keep_review, answer, settings, hide, say))
        else:
            parts.setdefault(answer.table, []).append(answer)
    return keepers + [partial(_keep_table, own, settings, hide, say) for own in parts.values()]


def _keep_table(
    parts: list[Fetched], settings: Settings, hide: Callable[[str], str], say: Say
) -> list[Vintage]:
    """Make one table's parts a vintage; return it, or nothing if the publisher says what it said before."""
    root, table, first = settings.root, get_table(parts[0].table), parts[0]
    listed = read_vintages(root)
    own = [vintage for vintage in listed if vintage.dataset == table.name]
    active = next((vintage for vintage in own if vintage.is_active), None)
    old = load(active, verify(active, root)) if active else None
    new = merge(old, _put_together(parts, table), table, first.period, first.complete_from)
    validate(new, table)
    require_begun(
        new,
        settings.today,
        table.name,
        first_row=0,
        remedy="nothing was changed; if the clock of this machine is right, report the publisher's answer",
    )
    change = compare(old, new, table, first.period)
    if active and not change:
        say(f"{table.name}: unchanged since vintage {active.vintage}")
        return []
    against = f"against vintage {active.vintage}" if active else "the first vintage"
    say(f"{table.name}: {len(new):,} rows, {against}")
    for line in change.lines():
        say(f"  {line}")

    vintage = _write(new, table, parts, active, own, settings, hide)
    refusal = _refusal(new, table, change, settings)
    vintage = replace(vintage, is_refused=refusal is not None)
    if refusal is None and not (active and active.is_pinned):
        vintage = replace(vintage, is_active=True)
    others = [
        replace(other, is_active=other.is_active and not (vintage.is_active and other.dataset == table.name))
        for other in listed
        if (other.dataset, other.vintage) != (table.name, vintage.vintage)
    ]
    write_vintages([*others, vintage], root)
    if refusal:
        raise TrucewatchError(
            f"{table.name}: vintage {vintage.vintage} is kept but not active, because {refusal}",
            remedy=f"look at data/sources/{vintage.file}; to use it all the same, "
            f"`trucewatch vintages pin {table.name} {vintage.vintage}`",
        )
    if not vintage.is_active and active:
        say(f"  vintage {vintage.vintage} is kept; {active.vintage} stays active, because it is pinned")
    else:
        say(f"  vintage {vintage.vintage} is active; `dvc repro` rebuilds what depends on it")
    return [vintage]


def _put_together(parts: list[Fetched], table: Table) -> pd.DataFrame:
    """Return the parts as one frame of exactly the table's types."""
    first = parts[0]
    for part in parts:
        if (part.complete_from, part.period) != (first.complete_from, first.period):
            problem = "the parts of one table disagree about the days they hold"
            remedy = "report it: the fault is in the client"
            raise DataError(problem, file=table.name, value=part.url, remedy=remedy)
    frames = [to_frame(to_arrow(part.frame, table, f"answer to {part.url}"), table) for part in parts]
    return pd.concat(frames, ignore_index=True)


def _refusal(frame: pd.DataFrame, table: Table, change: Change, settings: Settings) -> str | None:
    """Return why a vintage must not become active, or None."""
    if change.emptied and not settings.accept_removals:
        return "a period was revised to nothing or nearly so (--accept-removals takes it)"
    try:
        try_clean(table.name, frame, settings)
    except DataError as error:
        return f"the clean stage would stop: {error}"
    return None


def try_clean(dataset: str, frame: pd.DataFrame, settings: Settings) -> None:
    """Make every clean table that the raw table `dataset` reaches, as the clean stage would; write nothing.

    Raises `DataError` if a correction no longer matches, a clean table is not legal, or a published total is
    not met.
    """
    from trucewatch.clean.corrections import apply_corrections
    from trucewatch.clean.stage import Bench, make

    root = settings.root
    active = {vintage.dataset: vintage for vintage in active_vintages(root)}
    corrections, totals = read_table("corrections", root), read_table("reconciliation", root)

    @cache
    def corrected(name: str) -> pd.DataFrame:
        if name != dataset and name not in active:
            raise DataError("no vintage is active", file=name, remedy="pin one: `trucewatch vintages pin`")
        raw = frame if name == dataset else load(active[name], verify(active[name], root))
        return apply_corrections(raw, name, corrections)

    def accessed(name: str) -> str:
        if name == dataset:
            return settings.today.isoformat()
        return active[name].date_accessed.isoformat() if name in active else ""

    bench = Bench(corrected, accessed)
    for table in tables_of("clean"):
        if dataset in (*table.sources, *table.finer):
            validate(make(table, bench, totals).frame, table)


def _write(
    frame: pd.DataFrame,
    table: Table,
    parts: list[Fetched],
    active: Vintage | None,
    own: list[Vintage],
    settings: Settings,
    hide: Callable[[str], str],
) -> Vintage:
    """Write file and sidecar of a vintage; return its row, not active, or that of one with the same bytes."""
    name = _free_name(settings.today, own)
    publisher, what = table.name.split("__", 1)
    file = f"{publisher}/{what}__{re.sub('[^0-9]', '_', name)}.parquet"
    path = sources_dir(settings.root) / file
    data = to_arrow(frame, table, table.name)
    replace_durably(path, lambda temporary: write_parquet(data, temporary), settings.root)
    digest = sha256_of(path)
    same = next((vintage for vintage in own if vintage.sha256 == digest), None)
    if same:
        path.unlink()
        return same
    text = sidecar_text(_sidecar(frame, table, parts, active, name, digest, settings, hide))
    replace_durably(
        sidecar_path(path), lambda temporary: temporary.write_text(text, encoding="utf-8"), settings.root
    )
    return Vintage(table.name, name, file, digest, path.stat().st_size, settings.today, is_active=False)


def _free_name(today: date, own: list[Vintage]) -> str:
    """Return the day; the second vintage of a day gets `.2`."""
    taken = {vintage.vintage for vintage in own}
    names = (today.isoformat() + (f".{number}" if number > 1 else "") for number in range(1, len(own) + 2))
    return next(name for name in names if name not in taken)


def _sidecar(
    frame: pd.DataFrame,
    table: Table,
    parts: list[Fetched],
    active: Vintage | None,
    name: str,
    digest: str,
    settings: Settings,
    hide: Callable[[str], str],
) -> Sidecar:
    first, origin = parts[0], parts[0].origin
    defects = list(dict.fromkeys(note for part in parts for note in part.notes))
    start = first.complete_from
    if start and active:
        old = read_sidecar(sources_dir(settings.root) / active.file)
        defects.append(f"Rows before {start} are those of vintage {active.vintage} ({old.retrieved_from}).")
        defects += [_as_of_old(defect, start) for defect in old.known_defects]
    days = frame[first.period] if first.period and len(frame) else None
    coverage = "everything the publisher gives"
    if days is not None:
        ends = (days.min(), days.max())
        coverage = " to ".join(str(end) if first.period == "year" else f"{end:%Y-%m-%d}" for end in ends)
    requests = f" and {len(parts) - 1} more requests" if len(parts) > 1 else ""
    return Sidecar(
        producer=origin.producer,
        title=table.title,
        citation=origin.citation,
        primary_url=origin.primary_url,
        retrieved_from=hide(f"{first.url}{requests}"),
        licence=origin.licence,
        licence_note=origin.licence_note,
        coverage=coverage,
        units=origin.units,
        date_accessed=settings.today,
        date_accessed_note="day of the request",
        vintage=name,
        sha256=digest,
        known_defects=tuple(hide(defect) for defect in defects),
    )


def _as_of_old(defect: str, start: date) -> str:
    """Return a known defect of the old vintage, said of its rows before `start`, all that is left of it."""
    said = re.match(r"(?:Of the r|R)ows before (\d{4}-\d{2}-\d{2})", defect)
    if said and date.fromisoformat(said[1]) <= start:
        return defect
    return f"Of the rows before {start}: {defect}"


def _keep_review(review: Review, settings: Settings, hide: Callable[[str], str], say: Say) -> list[Vintage]:
    """Write a list for a person; nothing in the pipeline reads it, so it is no vintage."""
    path = settings.root / REVIEW / f"{review.name}.csv"
    frame, summary = review.frame, review.summary
    if review.are_acts:
        frame = with_acts(frame, read_unchecked(settings.root).acts)
        summary = (
            *summary,
            f"{int((frame['in_ledger'] == '').sum()):,} of them not in the ledger, first in the list",
        )
    text = csv_text(frame)
    replace_durably(path, lambda temporary: temporary.write_text(hide(text), encoding="utf-8"), settings.root)
    say(f"{REVIEW / path.name}: {len(frame):,} rows to read; nothing was added to the ledger")
    for line in summary:
        say(f"  {hide(line)}")
    return []


def _without_keys(client: Client, http: Http) -> Callable[[str], str]:
    """Return a function that takes keys out of a text, also one that a client put there itself."""
    key = os.environ.get(client.key.variable, "") if client.key else ""

    def hide(text: str) -> str:
        text = http.redact(text)
        return text.replace(key, "***") if key else text

    return hide


def _unlisted(root: Path) -> list[Path]:
    """Return fetched files without a row: what an interrupted refresh left."""
    folder = sources_dir(root)
    listed = {folder / vintage.file for vintage in read_vintages(root)}
    found = {path.with_name(path.name.removesuffix(SUFFIX)) for path in folder.glob("*/*__*")}
    return [path.relative_to(root) for path in sorted(found - listed)]
