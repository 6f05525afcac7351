"""The cells of a sweep, each in a process of its own; what is done stays done.

Processes and not threads: papermill keeps state that two notebooks in one process would share. One process a
cell rather than a pool: a process that is killed takes its own cell with it and no other.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any

from trucewatch.errors import ReportError, TrucewatchError
from trucewatch.rerun import REPORT_MARK
from trucewatch.sweep.grid import Cell, cell_key

Progress = Callable[[str], None]
#: Runs one cell: report, parameters, folder of the finished report, project.
Work = Callable[[str, Mapping[str, Any], Path, Path], None]
LOCK = ".lock"
#: Seconds a process has to put its things away before it is killed.
_GRACE = 10


@dataclass(frozen=True)
class Failure:
    """A cell that could not be built, and why."""

    cell: Cell
    reason: str


def report_folder(folder: Path, name: str, cell: Cell) -> Path:
    """Return where the report of a cell stands; a failed notebook is kept beside it, in `.failed`."""
    return folder / "cells" / cell.key / name


def is_done(folder: Path, name: str, cell: Cell) -> bool:
    """Return whether the report of a cell is there; it appears whole or not at all."""
    return (report_folder(folder, name, cell) / REPORT_MARK).is_file()


def run_report_cell(name: str, values: Mapping[str, Any], out: Path, root: Path) -> None:
    """Build the report of one cell.

    Raises `ReportError` if it fails, or if what it depends on is no longer what the key of the cell stands
    for.
    """
    from trucewatch.page.runner import run_report

    run_report(name, values, out, root)
    if cell_key(name, values, root) != out.parent.name:
        shutil.rmtree(out)
        raise ReportError("what the report depends on changed while the sweep ran; run it again")


def run_cells(
    name: str,
    cells: Sequence[Cell],
    folder: Path,
    root: Path,
    *,
    jobs: int,
    progress: Progress,
    work: Work = run_report_cell,
) -> list[Failure]:
    """Build every cell that is not done yet, `jobs` at a time, and return those that failed.

    One line of progress a cell: count, seconds, what is left by the mean of the cells so far. An interrupt
    ends the running cells and is raised again; the next call goes on from there.

    Raises `ReportError` if another sweep is at work in the same folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        _take(lock, folder)
        waiting = [cell for cell in cells if not is_done(folder, name, cell)]
        if len(waiting) < len(cells):
            progress(f"{len(cells) - len(waiting)} of {len(cells)} cells are done already")
        return _Crew(name, folder, root, min(jobs, len(waiting)), work, progress).build(waiting)


@dataclass
class _Crew:
    """The processes at work on a sweep, by what tells that they ended."""

    name: str
    folder: Path
    root: Path
    jobs: int
    work: Work
    say: Progress
    context: Any = field(default_factory=lambda: multiprocessing.get_context("spawn"))
    running: dict[int, tuple[Cell, Any, Connection, float]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def build(self, cells: Sequence[Cell]) -> list[Failure]:
        """Keep `jobs` processes busy until every cell has been tried."""
        queue = list(cells)
        try:
            while queue or self.running:
                while queue and len(self.running) < self.jobs:
                    self._start(queue.pop(0))
                for sentinel in wait(list(self.running)):
                    assert isinstance(sentinel, int)
                    self._end(sentinel, len(cells))
        finally:
            self._stop()
        return self.failures

    def _start(self, cell: Cell) -> None:
        out = report_folder(self.folder, self.name, cell)
        shutil.rmtree(out.parent, ignore_errors=True)
        ours, theirs = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=_in_process, args=(self.work, self.name, dict(cell.values), out, self.root, theirs)
        )
        process.start()
        theirs.close()
        self.running[process.sentinel] = (cell, process, ours, time.perf_counter())

    def _end(self, sentinel: int, count: int) -> None:
        cell, process, said, started = self.running.pop(sentinel)
        process.join()
        reason = self._reason(cell, process.exitcode, said)
        said.close()
        if reason:
            self.failures.append(Failure(cell, reason))
        self.seconds.append(time.perf_counter() - started)
        done = len(self.seconds)
        left = sum(self.seconds) / done * (count - done) / max(self.jobs, 1)
        self.say(
            f"[{done}/{count}] {cell.label}: {'FAILED' if reason else 'done'} in {self.seconds[-1]:.1f} s"
            + (f", about {duration(left)} left" if done < count else "")
        )

    def _reason(self, cell: Cell, code: int | None, said: Connection) -> str:
        try:
            told = str(said.recv()) if said.poll() else ""
        except EOFError:
            told = ""
        if code:
            killed = f"its process was ended by signal {-code} (out of memory, or someone ended it)"
            return told or (killed if code < 0 else f"its process ended with code {code}")
        return "" if is_done(self.folder, self.name, cell) else "it left no report"

    def _stop(self) -> None:
        for _, process, said, _ in self.running.values():
            process.terminate()
            said.close()
        for _, process, _, _ in self.running.values():
            process.join(_GRACE)
            if process.is_alive():
                process.kill()
                process.join()
        self.running.clear()


def _in_process(
    work: Work, name: str, values: dict[str, Any], out: Path, root: Path, said: Connection
) -> None:
    """Run one cell in a process of its own; a trouble is told through `said`, not on the terminal."""
    # Ctrl-C reaches the whole group: the sweep decides what ends. SIGTERM lets the runner clear its folder.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work(name, values, out, root)
    except TrucewatchError as error:
        said.send(str(error))
        sys.exit(1)
    except Exception as error:
        said.send(f"{type(error).__name__}: {error}")
        sys.exit(1)


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _end_with_parent() -> None:
    """End this process when the sweep has gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _take(lock: Any, folder: Path) -> None:
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ReportError(
            f"another sweep is at work in {folder}", remedy="let it finish, or give --out another folder"
        ) from None


def duration(seconds: float) -> str:
    """Return seconds as a person says them: `40 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
