"""`trucewatch refresh` and `trucewatch vintages`: fetch new vintages, choose among those at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from trucewatch.errors import ParameterError

if TYPE_CHECKING:
    from trucewatch.sources.clients.base import Client, Plan, Progress
    from trucewatch.sources.http import Http
    from trucewatch.sources.refresh import Settings


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--all", "every", is_flag=True, help="Bring every table that has an interface to its newest month."
)
@click.option("--since", metavar="YYYY-MM", help="Fetch only this month and later; older rows stay.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, how long it takes; ask nothing.")
@click.option("--accept-removals", is_flag=True, help="Take a vintage that empties a month.")
@click.option("--level", type=click.Choice(["6", "10"]), help="Digits of census' lines (10) and exports (6).")
@click.option("--by-district", is_flag=True, help="Split census' lines by customs district of entry.")
@click.option("--all-partners", is_flag=True, help="Lines of every country that sold something, not of 64.")
def refresh(
    sources: tuple[str, ...],
    every: bool,
    since: str | None,
    dry_run: bool,
    accept_removals: bool,
    level: str | None,
    by_district: bool,
    all_partners: bool,
) -> None:
    """Fetch new vintages from the publishers (all, or only each SOURCE); old vintages stay.

    A key is read from the environment; docs/refresh.md says which publisher asks for one.
    """
    from trucewatch.paths import project_root
    from trucewatch.sources.clients import NAMES, get_client
    from trucewatch.sources.files import work_dir
    from trucewatch.sources.http import Http
    from trucewatch.sources.refresh import Settings
    from trucewatch.sources.refresh import refresh as fetch_all

    if every and (sources or since):
        raise ParameterError(
            "--all finds sources and months by itself", remedy="leave SOURCE and --since out"
        )
    clients = [get_client(name) for name in dict.fromkeys(sources or NAMES)]
    if level or by_district or all_partners:
        clients = _with_lines(clients, level, by_district, all_partners)
    settings = Settings(project_root(), date.today(), _month(since), accept_removals)
    with Http(cache=work_dir(settings.root) / "http") as http:
        if every:
            clients, settings = _everything(clients, settings, http)
        if dry_run:
            for client in clients:
                _say_plan(client, client.describe(settings.since_of(client), http))
            return
        fetch_all(
            clients, http, settings, click.echo, lambda client: _bar(client, settings.since_of(client), http)
        )


@click.group(invoke_without_command=True)
@click.pass_context
def vintages(context: click.Context) -> None:
    """List the vintages of every table; pin one, or go back to the one before."""
    if context.invoked_subcommand is None:
        from trucewatch.paths import project_root
        from trucewatch.sources.choosing import vintage_lines

        click.echo("\n".join(vintage_lines(project_root())))


@vintages.command()
@click.argument("table")
@click.argument("vintage")
def pin(table: str, vintage: str) -> None:
    """Make VINTAGE of TABLE active, and keep it so when newer ones are fetched.

    VINTAGE `newest` takes the last one that no refresh refused, and lets later ones follow.
    """
    from trucewatch.paths import project_root
    from trucewatch.sources.choosing import pin as choose

    chosen = choose(table, vintage, project_root())
    kept = " and pinned" if chosen.is_pinned else ""
    click.echo(f"{table}: {chosen.vintage} is active{kept}; `dvc repro` rebuilds what depends on it")


@vintages.command()
@click.argument("table")
def rollback(table: str) -> None:
    """Go back to the vintage of TABLE before the active one, refused ones passed over, and keep it."""
    from trucewatch.paths import project_root
    from trucewatch.sources.choosing import rollback as go_back

    chosen = go_back(table, project_root())
    state = f"{chosen.vintage} is active and pinned" if chosen else "no vintage is active"
    click.echo(f"{table}: {state}; `dvc repro` rebuilds what depends on it")


def _everything(clients: list[Client], settings: Settings, http: Http) -> tuple[list[Client], Settings]:
    """Return the clients that can be asked and the month each begins with; say what all of it takes."""
    from trucewatch.sources.keys import key_of
    from trucewatch.sources.newest import start_of, without_client

    able, starts, plans = [], {}, []
    for client in clients:
        if client.key and client.key.is_required and not key_of(client.key):
            click.echo(f"{client.name}: left out, {client.key.variable} is not set ({client.key.url})")
            continue
        starts[client.name] = start_of(client, settings.root)
        plan = client.describe(starts[client.name], http)
        first = f" from {starts[client.name]:%Y-%m} on" if starts[client.name] else ""
        if not plan.requests:
            click.echo(f"{client.name}: nothing to ask for{first}")
            continue
        click.echo(f"{client.name}: {_size(plan)}{first}")
        able.append(client)
        plans.append(plan)
    total = (sum(plan.requests for plan in plans), sum(plan.seconds for plan in plans))
    click.echo(f"in all: {_sizes(*total, sum(plan.bytes for plan in plans))}")
    for table, period in without_client(clients, settings.root).items():
        click.echo(f"by hand: {table}, to {period} (docs/howto/month.md)")
    return able, replace(settings, starts=starts)


def _with_lines(
    clients: list[Client], level: str | None, by_district: bool, all_partners: bool
) -> list[Client]:
    """Return the clients; those of the Census Bureau ask for the lines that were chosen."""
    from trucewatch.sources.clients.census import CensusClient
    from trucewatch.sources.clients.census_exports import CensusExportsClient

    chosen: list[Client] = []
    for client in clients:
        if isinstance(client, CensusClient):
            partners = None if all_partners else client.partners
            client = replace(client, level=int(level or 10), by_district=by_district, partners=partners)
        elif isinstance(client, CensusExportsClient) and level:
            client = replace(client, level=int(level))
        chosen.append(client)
    if chosen == clients:
        raise ParameterError(
            "--level, --by-district and --all-partners are for census",
            remedy="name census, or leave them out",
        )
    return chosen


def _month(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        month = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise ParameterError(f"--since {text!r} is no month", remedy="write it as 2025-01") from None
    if month > date.today():
        raise ParameterError(f"--since {text!r} is not here yet", remedy="give this month or an earlier one")
    return month


def _say_plan(client: Client, plan: Plan) -> None:
    click.echo(f"{client.name}: {client.title}\n  {_size(plan)}")
    for url in plan.urls:
        click.echo(f"  GET {url}")
    if plan.requests > len(plan.urls):
        click.echo(f"  and {plan.requests - len(plan.urls):,} more")
    for note in plan.notes:
        click.echo(f"  note: {note}")
    for table in client.tables:
        click.echo(f"  table {table}")


def _size(plan: Plan) -> str:
    return _sizes(plan.requests, plan.seconds, plan.bytes)


def _sizes(requests: int, seconds: float, size: int) -> str:
    time = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    return f"{requests:,} requests, about {time} and {size / 1e6:,.1f} MB (estimates)"


def _bar(client: Client, since: date | None, http: Http) -> Progress:
    """Say what is asked of one source, and return what shows its progress and time left (on a terminal)."""
    from tqdm import tqdm  # type: ignore[import-untyped]

    plan = client.describe(since, http)
    click.echo(f"{client.name}: {_size(plan)}")
    bar: Any = tqdm(total=plan.requests, unit="request", disable=None, leave=False)

    def show(done: int, total: int, what: str) -> None:
        bar.total = total
        bar.set_postfix_str(what[:40], refresh=False)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show
