"""The command line: thin, each command calls one function of the package.

Exit codes: 0 done, 1 the answer is "no" (a check failed, a stage failed), 2 the input cannot be used, 130
interrupted.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from trucewatch import (
    __version__,
    cli_catalogue,
    cli_dist,
    cli_doors,
    cli_law,
    cli_refresh,
    cli_report,
    cli_scenario,
)
from trucewatch.errors import DataError, ParameterError, TrucewatchError
from trucewatch.ledger.memory import uncollected

#: In the order of dvc.yaml; named here so that the command line starts without importing the stages.
STAGE_NAMES = ("validate", "ingest", "clean", "panel", "rivals", "inputs", "report", "products", "publish")
#: Commands that read the law, answer and end: they leave no garbage worth a search.
_ANSWERS = ("lookup", "search", "history", "diff", "calendar", "catalogue")


class _Group(click.Group):
    """A group whose commands end a known trouble with its message and an exit code, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TrucewatchError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2 if isinstance(error, (DataError, ParameterError)) else 1)
        except ModuleNotFoundError as error:
            extra = "mcp" if error.name == "mcp" else "pipeline"
            click.echo(
                f"error: {error.name} is not installed. Remedy: pip install 'trucewatch[{extra}]'", err=True
            )
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe has had enough: click ends quietly
                raise
            where = f"{error.filename}: " if error.filename else ""
            click.echo(
                f"error: {where}{error.strerror or error}. Remedy: see path, permissions, space", err=True
            )
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trucewatch")
@click.pass_context
def main(ctx: click.Context) -> None:
    """What the 2025 US-China truce promised, what became of it, what a break would cost."""
    if ctx.invoked_subcommand in _ANSWERS:
        ctx.with_resource(uncollected())
        ctx.call_on_close(gc.freeze)  # nor at the end of the process
    # Read when NumPy is first imported, by a command: sums are those of a build, on any number of cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@main.command()
@click.argument("targets", nargs=-1)
@click.option("--force", is_flag=True, help="Run every stage, also those that are up to date.")
def build(targets: tuple[str, ...], force: bool) -> None:
    """Rebuild every report that is out of date (or only TARGETS, such as report@trade_flows)."""
    from trucewatch.pipeline import build as build_all

    index = build_all(targets, force)
    if not targets:
        click.echo(f"\nReports are ready: {index}")


@main.command()
@click.argument("name", type=click.Choice(STAGE_NAMES))
@click.argument("arguments", nargs=-1)
def stage(name: str, arguments: tuple[str, ...]) -> None:
    """Run one stage of dvc.yaml by hand, with the inputs the pipeline would give it."""
    from trucewatch.pipeline import run_stage

    run_stage(name, *arguments, progress=_say)


@main.command()
def docs() -> None:
    """Rewrite the generated pages of docs/ from schemas, sidecars and ledger."""
    from trucewatch.docs import write_docs

    for path in write_docs():
        _say(f"wrote {path}")


@main.command()
@click.option(
    "--seal", "seals", is_flag=True, help="First note the files as they are, after a change of yours."
)
def doctor(seals: bool) -> None:
    """Check every file kept by hand: keys, intervals, references, codes, expected authorities."""
    from trucewatch.answers.doctor import main as run

    sys.exit(run(seals=seals))


def _in_checkout(function: Callable[..., None]) -> Callable[..., None]:
    """Refuse a command that builds where there is only what came with the wheel."""

    @wraps(function)
    def checked(*arguments: Any, **options: Any) -> None:
        from trucewatch.paths import checkout_root

        checkout_root()
        function(*arguments, **options)

    return checked


for _command in (
    cli_law.lookup,
    cli_catalogue.catalogue,
    cli_law.search,
    cli_law.history,
    cli_law.average,
    cli_law.panel,
    cli_law.diff,
    cli_law.calendar,
    cli_law.trial,
    cli_law.deviations,
    cli_scenario.scenario,
    cli_doors.mcp,
    cli_doors.watch,
    cli_report.report,
    cli_report.sweep,
    cli_refresh.refresh,
    cli_refresh.vintages,
    cli_dist.dist,
):
    main.add_command(_command)
for _name in ("build", "stage", "docs", "doctor", "report", "sweep", "refresh", "vintages", "dist"):
    _command = main.commands[_name]
    _command.callback = _in_checkout(_command.callback)  # type: ignore[arg-type]


def _say(line: str) -> None:
    click.echo(f"  {line}")
