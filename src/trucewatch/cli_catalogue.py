"""The command for lists of products: catalogue.

Exit codes: 0 every row answered; 3 some rows refused; 1 no row answered; 2 the table cannot be used.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from trucewatch.answers.catalogue import Catalogue
    from trucewatch.answers.catalogue_views import View

_EXITS = "Exit codes: 0 all rows answered, 3 some refused, 1 none answered, 2 the table cannot be used."


def named_output(out: str | None) -> str | None:
    """Return where answers go; `-` for the names that a system has for standard output."""
    return "-" if out in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1") else out


@click.command(epilog=_EXITS)
@click.argument("source", metavar="FILE")
@click.option("--out", help="Where the answers go: .xlsx, .csv or .tsv; - is standard output.")
@click.option("--on", help="Day of entry of all rows, as 2025-05-14 or today; several parted by commas.")
@click.option("--origin", help="Country of origin of the rows without one: VNM, VN or Vietnam.")
@click.option("--column", "columns", multiple=True, help="Which column is which, as code=NAME or code=2.")
@click.option("--dates", type=click.Choice(["mdy", "dmy"]), help="How 4/10/2025 is to be read.")
@click.option("--decimal", type=click.Choice(["point", "comma"]), help="How 1,234 is to be read.")
@click.option("--shares", type=click.Choice(["percent", "fraction"]), help="What metal shares are in.")
@click.option("--pad-zeros", is_flag=True, help="Give codes of odd length the zero back they begin with.")
@click.option("--hs6", is_flag=True, help="Read six digits of codes: numbers of another country's tariff.")
@click.option("--sheet", help="Sheet of a workbook; the first with a column of codes if not given.")
@click.option("--encoding", help="Encoding of a text file, such as gb18030; found out if not given.")
@click.option("--importer", default="USA", show_default=True, help="Whose duty: USA or CHN.")
@click.option(
    "--lens",
    default="as_collected",
    show_default=True,
    help="as_collected: what was paid. as_finally_held: duties held unlawful count 0.",
)
@click.option("--lines", "as_lines", is_flag=True, help="With --out: one row per line of duty.")
@click.option("--next", "ahead", is_flag=True, help="What lapses or starts next for each row.")
@click.option("--since", help="What the law known since this day changed.")
@click.option("--scenario", help="What a scenario would charge, against the law as it stands.")
@click.option("--origins", help="The same goods from elsewhere, as CHN,VNM,MEX.")
@click.option("--refunds", is_flag=True, help="What was charged under void duties, and what of it is open.")
@click.option("--as-of", help="With --refunds: the day on which windows are looked at; else the ledger's.")
@click.option("--cape", help="With --refunds: a CSV of the open entries' numbers, as CBP's CAPE takes it.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def catalogue(
    source: str,
    out: str | None,
    columns: tuple[str, ...],
    ahead: bool,
    since: str | None,
    scenario: str | None,
    origins: str | None,
    refunds: bool,
    as_of: str | None,
    cape: str | None,
    as_lines: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Look up every row of a list: CSV, TSV, JSON, a workbook, or - for standard input.

    Columns are known by their names, such as HTS Code, Country of Origin, Entry Date, Entered Value. How each
    was read is told before the answers.
    """
    from trucewatch.answers.catalogue import catalogue as look_up

    out = named_output(out)
    told = {}
    for pair in columns:
        kind, sign, name = pair.partition("=")
        if not sign:
            raise click.UsageError(f"--column {pair[:40]}: write KIND=NAME, such as code=HTS")
        told[kind.strip()] = name.strip()
    found = look_up(source, columns=told, **asked)
    if len(found.on) > 1 and (ahead or since or scenario or origins or refunds):
        raise click.UsageError("--next, --since, --scenario, --origins and --refunds go with one day --on")
    view = _view(found, ahead, since, scenario, origins)
    if refunds:
        if view is not None:
            raise click.UsageError("--refunds goes alone")
        from trucewatch.answers.refunds import refunds as refunds_of
        from trucewatch.answers.refunds import write_cape

        view = refunds_of(found, as_of)
        for path in write_cape(found, view, Path(cape)) if cape else ():
            click.echo(f"For CAPE: {path}", err=True)
    elif cape or as_of:
        raise click.UsageError("--cape and --as-of go with --refunds")
    if view is not None:
        if out is not None:
            view.write(out)
        plain = str(view)
        if as_json:
            plain = json.dumps(view.to_dict(), ensure_ascii=False, indent=2)
        click.echo(plain, err=out == "-")
        raise SystemExit(found.exit_code)
    show(found, out, as_lines, as_json)


def show(found: Catalogue, out: str | None, as_lines: bool, as_json: bool) -> None:
    """Write the answers where wanted, print what is to be known of them, and end with their exit code."""
    if as_lines and out is None:
        raise click.UsageError("--lines goes with --out")
    if out is not None:
        found.write(out, as_lines)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2), err=out == "-")
    elif out is None:
        click.echo(str(found))
    else:
        click.echo("\n".join([*found.told(), f"Answers: {out}"]), err=out == "-")
    raise SystemExit(found.exit_code)


def _view(
    found: Catalogue, ahead: bool, since: str | None, scenario: str | None, origins: str | None
) -> View | None:
    """Return the view asked for; None for the answers themselves."""
    from trucewatch.answers import catalogue_views as views

    if sum(map(bool, (ahead, since, scenario, origins))) > 1:
        raise click.UsageError("one of --next, --since, --scenario, --origins at a time")
    if ahead:
        return views.ahead(found)
    if since is not None:
        return views.since(found, since)
    if scenario is not None:
        from trucewatch.scenario.edits import edited
        from trucewatch.scenario.naming import find_scenario
        from trucewatch.scenario.scenario_file import read_scenario

        chosen = read_scenario(find_scenario(scenario))
        return views.under(found, edited(found.law, chosen), chosen.title, chosen.day)
    if origins is not None:
        return views.elsewhere(found, [part.strip() for part in origins.split(",") if part.strip()])
    return None
