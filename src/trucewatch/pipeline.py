"""The stages that dvc.yaml names, and the build that runs them all and says what it does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from trucewatch.errors import TrucewatchError
from trucewatch.params import load_params, section
from trucewatch.paths import project_root, reports_dir

Progress = Callable[[str], None]


def stage_validate(root: Path, progress: Progress) -> None:
    """Check params.yaml; the file left behind never changes, so a legal edit reruns only what reads it."""
    load_params(root / "params.yaml")
    (root / "data" / "params.valid").write_text("params.yaml is valid\n", encoding="utf-8")
    progress("params.yaml is valid")


def stage_ingest(root: Path, progress: Progress) -> None:
    """Land the bundled tables in data/raw."""
    from trucewatch.sources import ingest

    ingest.run(root, progress)


def stage_clean(root: Path, progress: Progress) -> None:
    """Write the validated tables to data/clean."""
    from trucewatch import clean

    clean.run(root, progress)


def stage_panel(root: Path, progress: Progress) -> None:
    """Write the panels of duties to data/panel."""
    from trucewatch.law import panel

    panel.run(root, progress)


def stage_inputs(root: Path, progress: Progress) -> None:
    """List what each report depends on."""
    from trucewatch.report.inputs import write_inputs

    progress(f"inputs of {', '.join(write_inputs(root))}")


def stage_report(root: Path, progress: Progress, name: str) -> None:
    """Run and render one report."""
    from trucewatch.report.runner import run_report

    params = section(name, load_params(root / "params.yaml"))
    run_report(name, params, reports_dir(root) / name, root=root, progress=progress)


def stage_publish(root: Path, progress: Progress) -> None:
    """Write the front page."""
    from trucewatch.report.publish import publish

    progress(f"front page {publish(root).relative_to(root)}")


STAGES: dict[str, Callable[..., None]] = {
    "validate": stage_validate,
    "ingest": stage_ingest,
    "clean": stage_clean,
    "panel": stage_panel,
    "inputs": stage_inputs,
    "report": stage_report,
    "publish": stage_publish,
}


def run_stage(name: str, *arguments: str, progress: Progress) -> None:
    """Run one stage and report its seconds."""
    root = project_root()
    started = time.perf_counter()
    try:
        STAGES[name](root, progress, *arguments)
    except OSError as error:
        raise TrucewatchError(_refused_by_disk(error, " ".join((name, *arguments)), root)) from error
    progress(f"{' '.join((name, *arguments))}: done in {time.perf_counter() - started:.1f} s")


def _refused_by_disk(error: OSError, stage: str, root: Path) -> str:
    """Say what the file system refused, and what to do; a stage swaps its output in when all is written."""
    free = shutil.disk_usage(root).free / 1e6
    where = f" {error.filename}" if error.filename else ""
    return (
        f"stage {stage} could not read or write{where}: {error.strerror or error}. Remedy: see that {root} "
        f"may be written and has space ({free:,.0f} MB free), then run again; the last good output is there"
    )


def prepare(root: Path) -> None:
    """Tell DVC that a copy without git (a zip download) has no source control to ask."""
    local = root / ".dvc" / "config.local"
    if not (root / ".git").exists() and not local.exists():
        local.parent.mkdir(exist_ok=True)
        local.write_text("[core]\n    no_scm = true\n", encoding="utf-8")


def build(targets: tuple[str, ...] = (), force: bool = False) -> Path:
    """Rebuild what is out of date with `dvc repro`; return the path of the front page.

    Raises
    ------
    ParameterError
        If params.yaml is not legal; nothing has run then.
    TrucewatchError
        If a stage failed; its own message stands above.
    """
    root = project_root()
    load_params(root / "params.yaml")
    prepare(root)
    command = [sys.executable, "-m", "dvc", "repro", *(["--force"] if force else []), *targets]
    if subprocess.run(command, cwd=root, env=stage_environment(), check=False).returncode:
        raise TrucewatchError("the build stopped; the message of the failed stage stands above")
    return reports_dir(root) / "index.html"


def stage_environment() -> dict[str, str]:
    """Return the environment of a stage: this interpreter is the `python` that dvc.yaml names."""
    own = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join([own, os.environ.get("PATH", "")])}
