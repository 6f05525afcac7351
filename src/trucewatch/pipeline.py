"""The stages that dvc.yaml names, and the build that runs them all and says what it does."""

from __future__ import annotations

import difflib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from configparser import ConfigParser
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from trucewatch import forks
from trucewatch.edition_age import write_dated_changes
from trucewatch.errors import ParameterError, TrucewatchError
from trucewatch.params import give_comments_back, load_params, section
from trucewatch.paths import project_root, reports_dir, write_whole

Progress = Callable[[str], None]


def stage_validate(root: Path, progress: Progress) -> None:
    """Check params.yaml and the ledger; the file left never changes, so an edit reruns only what reads it."""
    from trucewatch.ledger.hand_kept import FILES, read_kept
    from trucewatch.ledger.ledger import load_ledger

    try:
        load_params(root / "params.yaml")
    except ParameterError as error:
        if give_comments_back(root / "params.yaml"):
            raise ParameterError(f"{error}\nparams.yaml has what it had before in their place") from error
        raise
    if give_comments_back(root / "params.yaml"):
        progress("params.yaml has its comments again, with the values of the experiment")
    load_ledger(root)
    for name in FILES:
        read_kept(name, root)
    write_whole(root / "data" / "params.valid", "params.yaml is valid\n")
    progress("params.yaml is valid, the ledger is whole")


def stage_ingest(root: Path, progress: Progress) -> None:
    """Land the bundled tables in data/raw."""
    from trucewatch.sources import ingest

    ingest.run(root, progress)


def stage_clean(root: Path, progress: Progress) -> None:
    """Write the validated tables to data/clean."""
    from trucewatch import clean

    clean.run(root, progress)


def stage_panel(root: Path, progress: Progress) -> None:
    """Write the panels of duties, and the dated changes after the last day of the law, to data/panel."""
    from trucewatch.answers.age import dated_changes
    from trucewatch.duty import panel
    from trucewatch.ledger.ledger import load_ledger

    panel.run(root, progress)
    write_dated_changes(dated_changes(load_ledger(root)), root)


def stage_rivals(root: Path, progress: Progress) -> None:
    """Write the average duties on the goods of China's rivals."""
    from trucewatch.trade import rivals

    rivals.run(root, progress)


def stage_inputs(root: Path, progress: Progress) -> None:
    """List what each report depends on."""
    from trucewatch.page.dependencies import write_inputs

    progress(f"inputs of {', '.join(write_inputs(root))}")


def stage_report(root: Path, progress: Progress, name: str) -> None:
    """Run and render one report."""
    from trucewatch.page.runner import run_report

    params = section(name, load_params(root / "params.yaml"))
    run_report(name, params, reports_dir(root) / name, root=root, progress=progress)


def stage_products(root: Path, progress: Progress) -> None:
    """Write the page on which a reader types a product."""
    from trucewatch.page.products import write_products

    progress(f"product page {write_products(root, reports_dir(root)).relative_to(root)}")


def stage_publish(root: Path, progress: Progress) -> None:
    """Write the front page, and the feeds beside it."""
    from trucewatch.answers.feeds import write_feeds
    from trucewatch.ledger.ledger import load_ledger
    from trucewatch.page.front_page import publish

    write_feeds(load_ledger(root), root, reports_dir(root))
    progress(f"front page {publish(root).relative_to(root)}")


STAGES: dict[str, Callable[..., None]] = {
    "validate": stage_validate,
    "ingest": stage_ingest,
    "clean": stage_clean,
    "panel": stage_panel,
    "rivals": stage_rivals,
    "inputs": stage_inputs,
    "report": stage_report,
    "products": stage_products,
    "publish": stage_publish,
}


def run_stage(name: str, *arguments: str, progress: Progress) -> None:
    """Run one stage and report its seconds."""
    root = project_root()
    if len(arguments) != (name == "report"):
        raise ParameterError(
            f"stage {name}: found {' '.join(arguments) or 'no name'}",
            remedy="the stage `report` takes the name of one report, no other stage takes any",
        )
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


def prepare(root: Path | None = None, progress: Progress = print) -> None:
    """Give DVC a cache of its own in this copy of the project, and heal its lock file if that is cut off.

    DVC's own choice is a folder in /var/tmp that all may write to, and it unpickles what it finds there.
    The path must be whole, so it stands in a file that is not under version control, which a `dvc repro` by
    hand reads too. A copy without git (a zip download) has no source control to ask.
    """
    root = root or project_root()
    folder = root / ".dvc" / "site"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = root / ".dvc" / "config.local"
    local = ConfigParser(interpolation=None)  # what DVC writes with fails on a path that is not ASCII
    local.read(path, encoding="utf-8")
    quote = "'" if '"' in str(folder) else '"'
    core = dict(local["core"]) if local.has_section("core") else {}
    wanted = core | {"site_cache_dir": f"{quote}{folder}{quote}"}
    if not (root / ".git").exists():
        wanted["no_scm"] = "true"
    if core != wanted:
        local["core"] = wanted
        text = io.StringIO()
        local.write(text)
        write_whole(path, text.getvalue())
    if heal_lock(root / ".dvc" / "tmp" / "rwlock"):
        progress("  .dvc/tmp/rwlock was cut off (was the disk full?) and has been removed")


def heal_lock(path: Path, waits: int = 5, pause_s: float = 0.2) -> bool:
    """Remove DVC's list of files in use if it is no JSON, as a full disk leaves it: no build would start.

    DVC writes it in place, so that one being written looks the same for a moment: it is read again first.
    Returns whether it was removed.
    """
    for _ in range(waits):
        try:
            json.loads(path.read_bytes())
        except FileNotFoundError:
            return False
        except ValueError:
            time.sleep(pause_s)
        else:
            return False
    path.unlink(missing_ok=True)
    return True


def build(targets: tuple[str, ...] = (), force: bool = False, progress: Progress = print) -> Path:
    """Rebuild what is out of date with `dvc repro`; return the path of the front page.

    Stages that do not read one another run side by side, one a core, each in a `dvc repro` of its own.

    Raises `ParameterError` if params.yaml is not legal or there is no such target; nothing has run then;
    `TrucewatchError` if a stage failed; its own message stands above.
    """
    root = project_root()
    load_params(root / "params.yaml")
    needs = _needs(root)
    _check_targets(targets, needs, root)
    prepare(root, progress)
    if not force and all(target in needs for target in targets):
        wanted = _with_needs(targets, needs) if targets else set(needs)
        tried: set[str] = set()
        stale = wanted.intersection(_stale(root))
        if not stale:
            return reports_dir(root) / "index.html"
        with forks.server():
            while stale:
                new = [stage for stage in needs if stage in stale - tried]
                if not new:
                    break
                tried.update(new)
                if all(one in _with_needs([other], needs) for one, other in pairwise(new)):
                    _repro(root, *new)
                else:
                    _side_by_side(root, new, needs, progress)
                stale = wanted.intersection(_stale(root))
        if not stale:
            return reports_dir(root) / "index.html"
    _repro(root, *(["--force"] if force else []), *targets)
    return reports_dir(root) / "index.html"


def _needs(root: Path) -> dict[str, set[str]]:
    """Return the stages of dvc.yaml, items of a list by their own name, each with those it reads from."""
    stages: dict[str, dict[str, Any]] = {}
    for name, stage in (
        YAML(typ="safe").load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"].items()
    ):
        if "foreach" in stage:
            stages |= {f"{name}@{item}": _of_item(stage["do"], item) for item in stage["foreach"]}
        else:
            stages[name] = stage
    made = {
        name: [*map(_path, (*stage.get("outs", ()), *stage.get("metrics", ())))]
        for name, stage in stages.items()
    }
    return {
        name: {
            other
            for other, outs in made.items()
            if other != name and any(_meet(dep, out) for dep in stage.get("deps", ()) for out in outs)
        }
        for name, stage in stages.items()
    }


def _of_item(stage: dict[str, Any], item: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(json.dumps(stage).replace("${item}", item))
    return given


def _path(out: str | dict[str, Any]) -> str:
    return out if isinstance(out, str) else next(iter(out))


def _meet(one: str, other: str) -> bool:
    """Return whether two paths are one, or one lies in the other."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _with_needs(targets: Iterable[str], needs: Mapping[str, set[str]]) -> set[str]:
    """Return some stages and all that they read from, directly or not."""
    found: set[str] = set()
    left = list(targets)
    while left:
        if (stage := left.pop()) not in found:
            found.add(stage)
            left.extend(needs[stage])
    return found


def _check_targets(targets: tuple[str, ...], stages: Iterable[str], root: Path) -> None:
    """Refuse a target that is neither a stage, an item of one, nor a path, with those most like it."""
    names = [*dict.fromkeys(name for stage in stages for name in (stage.partition("@")[0], stage))]
    for target in targets:
        if target in names or "/" in target or (root / target).exists():
            continue
        near = [name for name in names if name.partition("@")[2] == target]
        near = near or difflib.get_close_matches(target, names, 3)
        raise ParameterError(f"no stage {target!r}", remedy=f"use {' or '.join(near or names)}")


#: The longest of the reports begins first, so that no core waits for it at the end.
LONGEST = "report@scenarios"


def _repro(root: Path, *arguments: str) -> None:
    if _dvc(root, "repro", *arguments):
        raise TrucewatchError("the build stopped; the message of the failed stage stands above")


def _stale(root: Path) -> list[str]:
    """Return the stages that `dvc repro` would look at, in the order of dvc.yaml."""
    code, said, trouble = _said_by_dvc(root, "status", "--json")
    if code:
        raise TrucewatchError(f"dvc cannot read the pipeline:\n{trouble.strip()}")
    return list(json.loads(said))


def _side_by_side(
    root: Path, stages: Sequence[str], needs: Mapping[str, set[str]], progress: Progress
) -> None:
    """Run stages at the same time, one a core, each as soon as those that it reads from are done.

    What fails here, and what reads from it, is left to the `dvc repro` that follows: it runs that stage again
    and shows its message.
    """

    def run(stage: str) -> bool:
        code, said, _ = _said_by_dvc(root, "repro", "--single-item", stage)
        for line in said.splitlines():
            if line.startswith("  ") and "done in" in line:
                progress(line)
        return not code

    lanes = os.cpu_count() or 1
    left = sorted(stages, key=lambda stage: stage != LONGEST)
    running: dict[Future[bool], str] = {}
    with ThreadPoolExecutor(lanes) as pool:
        while left or running:
            held_up = {*left, *running.values()}
            ready = [stage for stage in left if not held_up & _with_needs(needs[stage], needs)]
            for stage in ready[: lanes - len(running)]:
                left.remove(stage)
                running[pool.submit(run, stage)] = stage
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                stage = running.pop(done)
                if not done.result():
                    left = [other for other in left if stage not in _with_needs([other], needs)]


def _dvc(root: Path, *arguments: str, streams: tuple[int, int, int] = (0, 1, 2)) -> int:
    """Run DVC and return its exit code."""
    environment = stage_environment()
    code = forks.ask(forks.DVC, arguments, environment=environment, folder=root, streams=streams)
    if code is None:
        given, out, trouble = streams
        command = [sys.executable, "-m", "dvc", *arguments]
        code = subprocess.run(
            command, cwd=root, env=environment, stdin=given, stdout=out, stderr=trouble, check=False
        ).returncode
    return code


def _said_by_dvc(root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run DVC; return its exit code, its output and its errors."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as trouble:
        code = _dvc(root, *arguments, streams=(0, out.fileno(), trouble.fileno()))
        said = []
        for stream in (out, trouble):
            stream.seek(0)
            said.append(stream.read().decode())
    return code, said[0], said[1]


def stage_environment() -> dict[str, str]:
    """Return the environment of a stage: this interpreter is the `python` that dvc.yaml names."""
    own = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join([own, os.environ.get("PATH", "")])}
