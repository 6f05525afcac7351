"""The commands of the desk: lookup, diff, calendar. Each calls one function and prints what it returns.

Exit codes: 0 answered; 1 nothing to tell (no row of a file answered, no change, no cliff); 2 unusable input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from trucewatch.errors import DataError

_IMPORTER = click.option("--importer", default="USA", show_default=True, help="Whose duty: USA or CHN.")
_LENS = click.option(
    "--lens",
    default="as_collected",
    show_default=True,
    help="as_collected: what was paid. as_finally_held: duties held unlawful count 0.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_EXITS = "Exit codes: 0 answered, 1 nothing to tell, 2 the input cannot be used."


@click.command(epilog=_EXITS)
@click.argument("words", nargs=-1, metavar="CODE")
@click.option(
    "--origin",
    "--country",
    "origin",
    help="Country of origin: CHN, CN or China, or all for a table; else the other side.",
)
@click.option("--on", "--date", "day", help="Day of entry, as 2025-05-14 or today; else the ledger's.")
@_IMPORTER
@click.option("--loaded", help="Day of loading on the final vessel: transit rules apply.")
@click.option("--known", help="Read the law as published up to this day.")
@click.option("--value", help="Customs value in US dollars, as 1234.50.")
@click.option("--quantity", help="How much it is, for duties that count units: with --unit and --value.")
@click.option("--unit", help="Unit of the quantity: kg, liters, bbl, doz, No., pairs.")
@click.option("--content", multiple=True, help="Metal share of value, as steel=0.4 or 40%; may be repeated.")
@click.option("--claim", "claims", multiple=True, help="An exclusion or condition claimed; may be repeated.")
@_LENS
@click.option("--file", "source", help="A table of products: the same as `trucewatch catalogue`.")
@click.option("--out", help="Where the answers to --file go.")
@click.option("--lines", "as_lines", is_flag=True, help="With --file: one row a line of duty.")
@_JSON
def lookup(words: tuple[str, ...], source: str | None, as_json: bool, **asked: Any) -> None:
    """Show the duties on CODE (4 to 10 digits, dots or none), line by line, for one day of entry.

    Words in place of a code are looked for in the schedule, as `trucewatch search` does.
    """
    code = words[0] if words else None
    if words and not any(character.isdigit() for word in words for character in word):
        _offer(" ".join(words), asked["origin"], asked["day"], as_json)
        return
    if len(words) > 1:
        raise click.UsageError(_hint(words))
    if source is not None:
        _lookup_file(code, source, as_json, asked)
        return
    from trucewatch.answers.desk import ask
    from trucewatch.ledger.cell_types import ALL_ORIGINS

    if code is None:
        raise click.UsageError("give a CODE, or --file and --out")
    if asked["out"] or asked["as_lines"]:
        raise click.UsageError("--out and --lines go with --file")
    if asked["origin"] == ALL_ORIGINS:
        _lookup_everywhere(code, as_json, asked)
        return
    told = ("loaded", "known", "value", "quantity", "unit", "claims", "lens")
    facts = {name: asked[name] for name in told} | {"content": _content(asked["content"])}
    _show(ask(code, asked["origin"], asked["day"], asked["importer"], **facts), as_json)
    _tell_age(asked["day"])


def _lookup_everywhere(code: str, as_json: bool, asked: dict[str, Any]) -> None:
    from trucewatch.answers.every_origin import from_every_origin

    alone = ("claims", "value", "quantity", "unit", "loaded")
    if asked["importer"] != "USA" or any(asked[name] for name in alone):
        raise click.UsageError("--origin all goes with --on, --known, --content and --lens, into USA")
    found = from_every_origin(
        code, asked["day"], known=asked["known"], content=_content(asked["content"]), lens=asked["lens"]
    )
    _show(found, as_json)


def _hint(words: tuple[str, ...]) -> str:
    """Return how a code, an origin and a day given side by side are written."""
    day = next((word for word in words[1:] if word.count("-") == 2 or word == "today"), "")
    origin = next((word for word in words[1:] if word.isalpha() and word != "today"), "")
    told = (f" --origin {origin}" if origin else "") + (f" --on {day}" if day else "")
    return f"one code at a time; write: trucewatch lookup {words[0]}{told}"


@click.command(epilog=_EXITS)
@click.argument("words", nargs=-1, required=True)
@click.option("--origin", help="Country of origin: CHN, CN or China (if not given).")
@click.option("--on", "day", help="Day of entry, as 2025-05-14 or today; else the ledger's.")
@click.option("--top", type=click.IntRange(1, 200), default=10, show_default=True, help="How many lines.")
@_JSON
def search(words: tuple[str, ...], origin: str | None, day: str | None, top: int, as_json: bool) -> None:
    """Find lines of the US schedule by WORDS, such as usb cable, with what they pay."""
    from trucewatch.answers.search import search as find

    found = find(" ".join(words), origin, day, top)
    _show(found, as_json)
    if not found.hits:
        raise SystemExit(1)


def _offer(words: str, origin: str | None, day: str | None, as_json: bool) -> None:
    """Show the lines that the words given in place of a code could mean; without one they are no product."""
    from trucewatch.answers.inputs import short
    from trucewatch.answers.search import search as find

    found = find(words, origin, day)
    if not found.hits:
        remedy = "give 4 to 10 digits, or other or fewer words, in English"
        raise DataError("neither a code nor words of the schedule", remedy=remedy, value=short(words))
    _show(found, as_json)


@click.command(epilog=_EXITS)
@click.argument("code")
@click.argument("first", required=False)
@click.argument("last", required=False)
@click.option("--from", "start", help="First day, in place of FIRST.")
@click.option("--to", "end", help="Last day, in place of LAST.")
@_IMPORTER
@click.option("--origin", help="Country of origin: CHN, CN or China; else the other side.")
@_LENS
@click.option("--chart", metavar="FOLDER", help="Also draw it: SVG, PNG and its CSV, into FOLDER.")
@_JSON
def history(
    code: str,
    first: str | None,
    last: str | None,
    start: str | None,
    end: str | None,
    chart: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Show the duty on a line over time, from the day FIRST to LAST, as bars and authorities."""
    from trucewatch.answers.history_view import history_of

    begin, until = first or start, last or end
    _show(history_of(code, begin, until, **asked), as_json)
    if chart is not None:
        from trucewatch.api.chart import product

        given = {"since": begin} if begin else {}
        for path in product(code, until=until, **given, **asked).save(chart):
            click.echo(f"Written: {path}", err=True)


@click.command(epilog=_EXITS)
@click.option("--on", "day", help="Day of entry, as 2025-05-14 or today; else the ledger's.")
@_IMPORTER
@click.option(
    "--origin",
    help="Country of origin: VNM, VN or Vietnam; all, or others: all but China; else the other side.",
)
@click.option("--product", "products", multiple=True, help="Only codes that begin so; may be repeated.")
@click.option("--weights", default="imports_2024", show_default=True, help="Or imports_2017, simple.")
@_LENS
@_JSON
def average(day: str | None, as_json: bool, **asked: Any) -> None:
    """Show the average duty on a day, in percent of customs value, by authority and with its bounds."""
    from trucewatch.api.average_day import average_day

    _show(average_day(on=day, **asked), as_json)
    _tell_age(day)


@click.command(epilog=_EXITS)
@click.argument("out", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--origin", default="all", show_default=True, help="all, or origins parted by commas.")
@click.option("--first", help="First day; 2025-01-01 if not given.")
@click.option("--last", help="Last day; the last that the ledger has followed if not given.")
@_IMPORTER
def panel(out: Path, origin: str, **asked: Any) -> None:
    """Write the duty on every product from every origin to FOLDER, as intervals of equal total.

    Four Parquet files: products and origins with the group each is in, totals by group, and gaps: what no
    total shows, such as an embargo. See docs/data_set.md.
    """
    from trucewatch.api.panels import panel as build
    from trucewatch.duty.origin_panel import check_folder
    from trucewatch.ledger.cell_types import ALL_ORIGINS

    check_folder(out)
    found = build(origin if origin == ALL_ORIGINS else origin.split(","), **asked)
    found.write(out)
    click.echo(f"{found}\nWritten: {out}")


def _lookup_file(code: str | None, source: str, as_json: bool, asked: dict[str, Any]) -> None:
    """Answer a table, as `trucewatch catalogue` does."""
    from trucewatch.answers.catalogue import catalogue
    from trucewatch.cli_catalogue import named_output, show

    alone = ("loaded", "known", "value", "quantity", "unit", "content", "claims")
    given = [f"--{name.removesuffix('s')}" for name in alone if asked[name]] + ([code] if code else [])
    if given:
        raise click.UsageError(f"{given[0][:40]} goes with one CODE; a file has it in its columns")
    if not asked["out"]:
        raise click.UsageError("--file needs --out")
    found = catalogue(
        source, on=asked["day"], origin=asked["origin"], importer=asked["importer"], lens=asked["lens"]
    )
    show(found, named_output(asked["out"]), asked["as_lines"], as_json)


def _tell_age(day: str | None = None) -> None:
    """Say to a person at a terminal how old the law is, for a day it does not reach or none."""
    if not sys.stderr.isatty():
        return
    from datetime import date

    from trucewatch.edition_age import age_note, read_dated_changes
    from trucewatch.ledger.ledger import load_ledger
    from trucewatch.paths import project_root

    asof = load_ledger().law_asof
    if day is None or day > asof.isoformat():
        note = age_note(asof, read_dated_changes(project_root()), date.today())
        if note:
            click.echo(f"\n{note}", err=True)


def _content(pairs: tuple[str, ...]) -> dict[str, float]:
    if not pairs:
        return {}
    from trucewatch.answers.catalogue_columns import read_contents

    values, problems, *_ = read_contents([";".join(pairs)])
    if problems[0]:
        remedy = "write a share from 0 to 1, as --content steel=0.4"
        raise DataError(problems[0], remedy=remedy, column="content", value=";".join(pairs)[:60])
    return {metal: float(share) for metal, share in values[0] or ()}


@click.command(epilog=_EXITS)
@click.argument("days", nargs=-1)
@_IMPORTER
@click.option(
    "--origin", help="Country of origin: ISO code or name; the other side of the truce if not given."
)
@click.option("--by", type=click.Choice(["authority", "chapter"]), default="authority", show_default=True)
@click.option("--known", nargs=2, help="Two days of knowledge, in place of two days of entry; needs --on.")
@click.option("--on", "day", help="With --known: the day of entry.")
@click.option("--top", type=click.IntRange(0, 10_000), default=25, show_default=True, help="How many movers.")
@_LENS
@_JSON
def diff(
    days: tuple[str, ...],
    by: str,
    known: tuple[str, str] | None,
    day: str | None,
    top: int,
    as_json: bool,
    **asked: str,
) -> None:
    """Show what changed between two DAYS of entry: products, authorities, cost, the acts that did it."""
    from trucewatch.answers.diff import diff as compare

    if len(days) not in (0, 2) or (not days and not known):
        raise click.UsageError("give two days, such as 2025-05-14 2025-11-10, or --known K1 K2 --on D")
    first, second = days or (None, None)
    found = compare(first, second, asked["importer"], asked["origin"], known or None, day, asked["lens"])
    if as_json:
        _print_json(found.to_dict(top))
    else:
        click.echo(found.text(by, top))
    if not any(product.change.change_pp for product in found.products):
        raise SystemExit(1)


@click.command(epilog=_EXITS)
@click.option("--from", "start", help="First day looked at; the ledger's own date if not given.")
@click.option("--importer", help="Only this side, USA or CHN; both if not given.")
@click.option("--origin", help="Goods of this country into the United States, as an ISO code or a name.")
@click.option("--known", help="Read the law as published up to this day.")
@click.option(
    "--cost", is_flag=True, help="Also what each day does to the average duty, and its static cost."
)
@_JSON
def calendar(
    start: str | None,
    importer: str | None,
    origin: str | None,
    known: str | None,
    cost: bool,
    as_json: bool,
) -> None:
    """Show the cliffs: what lapses or starts next, on which day, and what it would do."""
    from trucewatch.answers.calendar import calendar as cliffs

    found = cliffs(start, importer, known, cost, origin=origin)
    _show(found, as_json)
    _tell_age(start)
    if found.is_empty:
        raise SystemExit(1)


@click.command(epilog=_EXITS)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write every difference to this CSV.")
def trial(files: tuple[Path, ...], out: Path | None) -> None:
    """Compare rates that others publish (FILES) with the ledger, and say why they differ."""
    from trucewatch.answers.inputs import current_ledger
    from trucewatch.answers.trial import run_trial

    if out is not None and out.exists():
        raise click.UsageError(f"{out} is there already: give another name")
    found = run_trial(files, current_ledger())
    if out is not None:
        found.differences.to_csv(out, index=False)
    click.echo(str(found))


@click.command(epilog=_EXITS)
@click.option("--out", type=click.Path(path_type=Path), help="Write the table to this CSV.")
def deviations(out: Path | None) -> None:
    """Compute what each departure from the letter of the law does to the average."""
    from trucewatch.answers.deviations import effects
    from trucewatch.answers.inputs import current_ledger

    if out is not None and out.exists():
        raise click.UsageError(f"{out} is there already: give another name")
    found = effects(current_ledger())
    if out is not None:
        found.table.to_csv(out, index=False)
    click.echo(str(found))


def _show(answer: Any, as_json: bool) -> None:
    if as_json:
        _print_json(answer.to_dict())
    else:
        click.echo(str(answer))


def _print_json(values: dict[str, Any]) -> None:
    click.echo(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False))
