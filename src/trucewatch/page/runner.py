"""From notebook to report: run, render, swap in. A failed run leaves the last good report where it was."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock, Timeout

from trucewatch.edition_age import read_dated_changes
from trucewatch.errors import ParameterError, ReportError
from trucewatch.page import kernel, provenance
from trucewatch.page.dependencies import report_inputs
from trucewatch.page.folder import CHANGED_VARIABLE, FOLDER_VARIABLE, TABLES_VARIABLE, write_json
from trucewatch.page.html import build_page
from trucewatch.page.normalise import normalise
from trucewatch.params import changed
from trucewatch.paths import project_root, write_whole

Progress = Callable[[str], None]
FAILED = ".failed"


def run_report(
    name: str,
    params: Mapping[str, Any],
    out_dir: Path | str,
    root: Path | None = None,
    progress: Progress | None = None,
    *,
    timeout: int | None = None,
) -> Path:
    """Run the notebook of a report and put the finished report at `out_dir`.

    Returns the page, `out_dir`/report.html. Beside it: the executed notebook, summary.json, checks.json,
    figures/, tables/ and the workbook.

    Raises `ParameterError` if the notebook and `params` do not name the same parameters, or a value cannot be
    handed over; `ReportError` if the notebook fails, or what it shows cannot be put on a page. The failed
    notebook with its traceback is kept in `.failed` beside `out_dir`.

    - `name`: the report; its notebook is notebooks/<name>.ipynb
    - `params`: its section of params.yaml, every parameter the notebook declares and no other
    - `out_dir`: the report's folder. It is replaced as a whole at the end, and left alone if anything fails.
    - `progress`: called with a line at each quarter of the cells
    - `timeout`: seconds a single cell may take; None for no limit.
    """
    root = Path(root or project_root()).resolve()
    out_dir = Path(out_dir).resolve()
    say = progress or (lambda _: None)
    notebook = root / "notebooks" / f"{name}.ipynb"
    inputs = report_inputs(name, root)
    values = {key: _plain(key, value) for key, value in params.items()}
    _check_parameters(notebook, set(values))
    kept = out_dir.parent / FAILED / f"{name}.ipynb"
    with _staging(out_dir) as staging:
        executed = staging / f"{name}.ipynb"
        cells = len(nbformat.read(notebook, as_version=4).cells) + 1
        shown = {round(cells * quarter / 4) for quarter in (1, 2, 3)}
        try:
            done = kernel.execute(
                notebook,
                executed,
                values,
                cwd=notebook.parent,
                env=_environment(root, staging, inputs, changed(name, values)),
                timeout=timeout,
                on_cell=lambda index: say(f"{name}: cell {index} of {cells}") if index in shown else None,
            )
            finish(name, done, staging, root, values, inputs)
        except Exception as error:
            traced = (
                f". The notebook with its traceback is {_short(kept, root)}"
                if _keep_failed(executed, kept, error)
                else ""
            )
            last = (
                f"the last good report is still at {_short(out_dir, root)}"
                if out_dir.exists()
                else "no earlier report exists"
            )
            raise ReportError(f"report {name!r} failed: {_reason(error)}{traced}; {last}") from error
        _swap(staging, out_dir)
        kept.unlink(missing_ok=True)
    return out_dir / "report.html"


def finish(
    name: str,
    executed: nbformat.NotebookNode,
    folder: Path,
    root: Path,
    values: Mapping[str, Any],
    inputs: Mapping[str, Any],
) -> None:
    """Complete summary.json and write the normalised notebook and the page into `folder`."""
    summary_file = folder / "summary.json"
    if not summary_file.is_file():
        raise ReportError("the notebook never closed its report; end it with report.close()")
    summary = json.loads(summary_file.read_text(encoding="utf-8"))
    if summary["report"] != name:
        raise ReportError(
            f"the notebook of {name!r} opens the report {summary['report']!r}; write open_report({name!r})"
        )
    # A report told over reports changes with them, though none of its own files did.
    read = summary.pop("builds_read", {})
    rests_on = {**inputs, "reports": read} if read else dict(inputs)
    summary |= {
        "parameters": dict(values),
        "changed": changed(name, values),
        "build_id": provenance.build_id(rests_on, dict(values)),
    }
    write_json(summary_file, summary)
    checks = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    clean = normalise(executed, root=root, staging=folder)
    nbformat.write(clean, folder / f"{name}.ipynb")
    (folder / "report.html").write_text(
        build_page(clean, summary, checks, read_dated_changes(root)), encoding="utf-8"
    )


def _check_parameters(notebook: Path, given: set[str]) -> None:
    if not kernel.has_parameters_cell(nbformat.read(notebook, as_version=4)):
        raise ParameterError(
            f"{notebook.name} has no cell tagged 'parameters'",
            remedy="tag the cell that sets the defaults (an empty one if the report has none)",
        )
    declared = kernel.declared_parameters(notebook)
    faults = [f"{key}: in params.yaml, not declared by {notebook.name}" for key in sorted(given - declared)]
    faults += [
        f"{key}: declared by {notebook.name}, missing from params.yaml" for key in sorted(declared - given)
    ]
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise ParameterError(f"the notebook and its section of params.yaml differ:\n{lines}")


def _plain(key: str, value: Any) -> Any:
    """Return a value papermill can write into a cell: dates as ISO text, else what JSON knows."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(key, item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(key, item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ParameterError(
        f"{key}: a {type(value).__name__} cannot be handed to a notebook; use a number, text or list"
    )


def _environment(root: Path, staging: Path, inputs: Mapping[str, Any], settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "TRUCEWATCH_HOME": str(root),
        FOLDER_VARIABLE: str(staging),
        TABLES_VARIABLE: ",".join(inputs["tables"]),
        CHANGED_VARIABLE: settings,
    }


@contextmanager
def _staging(out_dir: Path) -> Iterator[Path]:
    """Make an empty folder beside `out_dir`, on the same disk so that the swap is a rename.

    It goes at the end. A lock holds it for as long as its process lives, so that the next run knows what a
    killed one left.
    """
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out_dir)
    staging = out_dir.parent / f".{out_dir.name}.{secrets.token_hex(4)}"
    lock = FileLock(f"{staging}.lock")
    with lock:
        try:
            staging.mkdir()
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)


def _sweep(out_dir: Path) -> None:
    """Remove what killed runs of this report left; a report that was out of its place comes back."""
    own = re.compile(rf"\.{re.escape(out_dir.name)}\.[a-z0-9_]{{8}}(\.old)?")
    for left in sorted(path for path in out_dir.parent.iterdir() if own.fullmatch(path.name)):
        lock = FileLock(f"{left.parent / left.name.removesuffix('.old')}.lock")
        with suppress(Timeout), lock.acquire(timeout=0):
            if left.suffix == ".old" and not out_dir.exists():
                left.rename(out_dir)
            shutil.rmtree(left, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)


def _swap(staging: Path, out_dir: Path) -> None:
    """Put the new report in the place of the old one; the old one comes back if that fails."""
    old = staging.with_name(f"{staging.name}.old")
    if out_dir.exists():
        out_dir.rename(old)
    try:
        staging.rename(out_dir)
    except OSError:
        if old.exists():
            old.rename(out_dir)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _keep_failed(executed: Path, kept: Path, error: Exception) -> bool:
    """Keep the failed notebook if there is one to read and room for it; return whether that was so.

    A trouble that left no traceback in a cell is told in a first cell.
    """
    try:
        notebook = nbformat.read(executed, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):  # a full disk leaves none, or half of one
        return False
    in_a_cell = any(
        output.output_type == "error"
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    if not in_a_cell:
        told = f"**This notebook failed:** {_reason(error)}."
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(told))
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, nbformat.writes(notebook))
    except OSError:
        return False
    return True


def _reason(error: Exception) -> str:
    """Return the cause in one line: the exception of the cell where there is one."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        return f"cell {error.cell_index + 1} raised {error.ename}: {error.evalue}".rstrip(".")
    if isinstance(error, DeadKernelError):
        return "the kernel died (out of memory, or the process was ended)"
    if isinstance(error, CellTimeoutError):
        return "a cell ran longer than the timeout"
    return f"{error}".rstrip(".") or type(error).__name__


def _short(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
