"""One measured thing: its name, its seconds over several runs, the peak memory of its process."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Result:
    """A row of RESULTS.md."""

    name: str
    seconds: list[float] = field(default_factory=list)
    peak_mb: float | None = None
    aim: str = ""
    note: str = ""
    printed: str = ""
    """What the last run of a command printed."""

    @property
    def median(self) -> float:
        """The median run, in seconds."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        """Fastest and slowest run."""
        return f"{min(self.seconds):.3g} to {max(self.seconds):.3g}"


def timed(name: str, function: Callable[[], object], runs: int = 5, aim: str = "", note: str = "") -> Result:
    """Call a function several times in this process."""
    result = Result(name, aim=aim, note=note)
    for _ in range(runs):
        started = time.perf_counter()
        function()
        result.seconds.append(time.perf_counter() - started)
    return result


def command(
    name: str,
    arguments: list[str],
    cwd: Path,
    runs: int = 3,
    before: Callable[[], object] | None = None,
    aim: str = "",
    note: str = "",
) -> Result:
    """Run a command several times in a process of its own; peak memory is that of its largest process."""
    result = Result(name, aim=aim, note=note)
    for _ in range(runs):
        if before:
            before()
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("_peak.py")), *arguments],
            cwd=cwd, capture_output=True, text=True, check=False, env=environment(cwd),
        )  # fmt: skip
        result.seconds.append(time.perf_counter() - started)
        result.printed = done.stdout
        if done.returncode:
            raise RuntimeError(f"{arguments} failed:\n{done.stdout}\n{done.stderr}")
        peak = float(done.stderr.rsplit("peak_kb=", 1)[1].split()[0]) / 1024
        result.peak_mb = max(result.peak_mb or 0.0, peak)
    return result


def environment(cwd: Path) -> dict[str, str]:
    """Return the environment of a checkout in `cwd`, run with its own code and this interpreter.

    Modules are compiled once, as they are for whoever sets nothing.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PATH": path, "PYTHONPATH": str(cwd / "src")}


@contextmanager
def peak_of_this_process(result: Result) -> Iterator[None]:
    """Note the peak memory of this process (Linux: kilobytes) after the block."""
    yield
    result.peak_mb = peak_mb()


def peak_mb() -> float:
    """Return the peak memory of this program; that of `getrusage` begins with its parent's at the start."""
    status = Path("/proc/self/status")
    if not status.exists():  # no Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024
