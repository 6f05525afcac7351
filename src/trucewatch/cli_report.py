"""The commands `report` and `sweep`: one report with other parameters, or a report over a grid of them.

Exit codes: 0 done; 1 a report failed; 2 the input cannot be used; 130 interrupted.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

_PARAMETER = click.option(
    "-p", "--param", "given", multiple=True, metavar="NAME=VALUE", help="A parameter; can be repeated."
)


@click.command(epilog="Exit codes: 0 built, 1 the report failed, 2 the input cannot be used.")
@click.argument("name")
@_PARAMETER
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The report's folder; scratch/NAME by default, or the next number if files of yours are in it.",
)
def report(name: str, given: tuple[str, ...], out: Path | None) -> None:
    """Build report NAME once with other parameters, beside the pipeline's own.

    What is not given stays as params.yaml has it. A list stands in brackets: -p codes=[850511,2846]
    """
    from trucewatch.made import files_of, free_folder, record
    from trucewatch.paths import project_root
    from trucewatch.rerun import REPORT_MARK, assignments, check_built, check_folder, typed, with_given

    root = project_root()
    values = with_given(name, {key: typed(name, key, text) for key, text in assignments(given).items()})
    check_built(name)
    folder = free_folder(root / "scratch" / name) if out is None else check_folder(out, name, REPORT_MARK)
    from trucewatch.page.runner import run_report

    page = run_report(name, values, folder, root, progress=_say)
    record(folder, files_of(folder))
    summary = json.loads((folder / REPORT_MARK).read_text(encoding="utf-8"))
    click.echo(summary["finding"])
    if failed := summary["checks"]["failed"]:
        click.echo(f"{failed} checks against published numbers failed; they stand at the top of the page.")
    click.echo(f"Report: {_shown(page)}")


@click.command(
    epilog="Exit codes: 0 every cell is done, 1 some failed, 2 the input cannot be used, 130 interrupted."
)
@click.argument("name")
@_PARAMETER
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes side by side; one a core by default.")
@click.option("--headline", "headlines", multiple=True, metavar="KEY", help="A headline to draw.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder; scratch/sweeps/NAME by default.")
def sweep(
    name: str, given: tuple[str, ...], jobs: int | None, headlines: tuple[str, ...], out: Path | None
) -> None:
    """Build report NAME for every combination of values: -p elasticity=1,2,3 -p base=piie,product_list.

    A range runs over months or integers: -p train_end=2024-01..2024-10. The first parameter is the
    horizontal axis of the figure. An interrupted sweep goes on where it stopped when it is called again.
    """
    from trucewatch.page.folder import write_json
    from trucewatch.paths import project_root
    from trucewatch.rerun import SWEEP_MARK, assignments, check_built, check_folder, with_given
    from trucewatch.sweep import collect, expand, run_cells

    root = project_root()
    with_given(name, {})  # names the report that does not exist before anything looks for its tables
    check_built(name)
    cells = expand(name, assignments(given), root)
    folder = check_folder(out or root / "scratch" / "sweeps" / name, name, SWEEP_MARK)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / SWEEP_MARK).exists():
        write_json(folder / SWEEP_MARK, {"report": name})
    try:
        failures = run_cells(name, cells, folder, root, jobs=jobs or _cores(), progress=_say)
    except KeyboardInterrupt:
        click.echo("interrupted; the same command goes on from the cells that are done", err=True)
        raise SystemExit(130) from None
    written = collect(name, cells, failures, folder, headlines)
    for path in written:
        _say(f"wrote {_shown(path)}")
    if len(failures) < len(cells) and not any(path.suffix == ".svg" for path in written):
        _say("no headline moves over the grid; no figure")
    if failures:
        click.echo(f"{len(failures)} of {len(cells)} cells failed:", err=True)
        for failure in failures:
            click.echo(f"  {failure.cell.label}: {failure.reason}", err=True)
        raise SystemExit(1)


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _shown(path: Path) -> Path:
    """Return a path as seen from the working directory, if it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _say(line: str) -> None:
    click.echo(f"  {line}")
