"""The command for lists of products: catalogue.

Exit codes: 0 every row answered; 3 some rows refused; 1 no row answered; 2 the table can not be used.
"""

from __future__ import annotations

import json
from typing import Any

import click

_EXITS = "Exit codes: 0 all rows answered, 3 some refused, 1 none answered, 2 the table can not be used."


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
@click.option("--sheet", help="Sheet of a workbook; the first with a column of codes if not given.")
@click.option("--encoding", help="Encoding of a text file, such as gb18030; found out if not given.")
@click.option("--importer", default="USA", show_default=True, help="Whose duty: USA or CHN.")
@click.option(
    "--lens",
    default="as_collected",
    show_default=True,
    help="as_collected: what was paid. as_finally_held: duties held unlawful count 0.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def catalogue(source: str, out: str | None, columns: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Look up every row of a list: CSV, TSV, XLSX, or - for standard input.

    Columns are known by their names, such as HTS Code, Country of Origin, Entry Date, Entered Value. How each
    was read is told before the answers.
    """
    from trucewatch.answers.catalogue import catalogue as look_up

    told = {}
    for pair in columns:
        kind, sign, name = pair.partition("=")
        if not sign:
            raise click.UsageError(f"--column {pair[:40]}: write KIND=NAME, such as code=HTS")
        told[kind.strip()] = name.strip()
    found = look_up(source, columns=told, **asked)
    if out is not None:
        found.write(out)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2), err=out == "-")
    elif out is None:
        click.echo(str(found))
    else:
        told_lines = [*found.how(), "", *found.sentences(), f"Answers: {out}"]
        click.echo("\n".join(told_lines), err=out == "-")
    raise SystemExit(found.exit_code)
