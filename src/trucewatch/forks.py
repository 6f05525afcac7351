"""One process that has loaded what every stage and kernel loads; a build forks them from it.

Pandas, Matplotlib, Jupyter and DVC take two to three seconds to load, and a build starts them some fifty
times. A process asks at the socket that `VARIABLE` names, hands over its streams, and waits for the end of
the fork. Where nobody listens (a stage by hand, a `dvc repro`, no Linux, a server that still loads), it does
the work itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

#: The socket of the server; in the environment of all that a build starts.
VARIABLE = "TRUCEWATCH_FORKS"
#: What must not differ between two builds: hash order, clock, zone, language, width of printed frames,
#: pictures drawn on the side, how many threads share a sum. 1980-01-01 is the first day a zip file can carry.
FIXED_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "315532800",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "COLUMNS": "100",
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
#: Loaded before the first fork: what most of them load, and nothing that starts a thread or opens a file.
LOADED = (
    "dvc.cli",
    "dvc.commands.repro",
    "dvc.commands.status",
    "dvc.repo",
    "trucewatch.cli",
    "trucewatch.page.book",
    "trucewatch.page.style",
    "trucewatch.page.runner",
    "trucewatch.tables",
    "pyarrow.parquet",
    "xlsxwriter.workbook",
    "ipykernel.kernelapp",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
)
STAGE, DVC, KERNEL = "trucewatch.cli:main", "dvc.cli:main", "ipykernel.kernelapp:launch_new_instance"
_MOST = 1 << 20
"""Bytes of the longest request."""


class _Asked(NamedTuple):
    """What a fork is to run: a function of a module, with arguments, environment and folder."""

    entry: str
    arguments: list[str]
    environment: dict[str, str]
    folder: str


@contextmanager
def server() -> Iterator[None]:
    """Let all that is started inside ask for forks; the server goes at the end, with what it still runs."""
    import shutil
    import subprocess
    import tempfile

    if not sys.platform.startswith("linux") or VARIABLE in os.environ:
        yield
        return
    folder = tempfile.mkdtemp(prefix="tw-")
    address = str(Path(folder) / "forks")
    command = [sys.executable, "-c", "from trucewatch.forks import serve; serve()", address]
    environment = {**os.environ, **FIXED_ENVIRONMENT}
    os.environ[VARIABLE] = address
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
            try:
                yield
            finally:
                if not Path(address).exists():  # it still loads, and nobody has a fork
                    process.kill()
    finally:
        del os.environ[VARIABLE]
        shutil.rmtree(folder, ignore_errors=True)


def ask(
    entry: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    streams: tuple[int, int, int] = (0, 1, 2),
) -> int | None:
    """Run a function in a fork and return its exit code; None if nobody forks: then it is yours to run.

    - `entry`: `module:function`
    - `arguments`: as in `sys.argv`, without the first
    - `environment`, `folder`: of the fork; those of this process if not given
    - `streams`: its input, output and errors
    """
    address = os.environ.get(VARIABLE)
    if not address:
        return None
    given = dict(os.environ if environment is None else environment)
    asked = _Asked(entry, [*arguments], given, str(folder or Path.cwd()))
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        try:
            door.connect(address)
            socket.send_fds(door, [json.dumps(asked).encode()], streams)
        except OSError:
            return None
        return int(door.recv(_MOST) or 1)


def stand_in(entry: str) -> None:
    """End as a fork does that does what this process was started for; return if nobody forks."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the fork is interrupted too, and ends in order
    code = ask(entry, sys.argv[1:])
    if code is not None:
        sys.exit(code)
    signal.signal(signal.SIGINT, before)


def serve() -> None:
    """Load, then fork for whoever asks, until the input ends. A fork returns from the loop into its work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # a kernel watches whose child it is, and ends with it
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    for module in LOADED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    if asked := _serve(sys.argv[1]):
        _become(asked)


def _serve(address: str) -> _Asked | None:
    """Fork for whoever asks; return what is asked in the fork, and nothing in the server at its end."""
    running: dict[int, tuple[int, socket.socket]] = {}  # by descriptor of a fork: its number, and who waits
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as entrance:
        entrance.bind(f"{address}~")
        entrance.listen(64)
        Path(f"{address}~").rename(address)
        while True:
            waiting = {door.fileno(): number for number, door in running.values()}
            found, _, _ = select.select([sys.stdin, entrance, *running, *waiting], [], [])
            if sys.stdin in found:
                for number, _ in running.values():
                    os.kill(number, signal.SIGTERM)
                return None
            for at in found:
                if at in running:
                    number, door = running.pop(at)
                    code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
                    os.close(at)
                    with door, suppress(OSError):  # who asked may have gone
                        door.send(str(code).encode())
                elif at in waiting:  # who asked has gone; one that has just ended is told of above
                    if any(number == waiting[at] for number, _ in running.values()):
                        os.kill(waiting[at], signal.SIGKILL)
                else:
                    door = entrance.accept()[0]
                    request, streams, _, _ = socket.recv_fds(door, _MOST, 3)
                    if not streams:  # who asked has gone
                        door.close()
                        continue
                    number = os.fork()
                    if not number:
                        for stream, own in enumerate(streams):
                            os.dup2(own, stream)
                        for own in (*streams, *running, *waiting, door.detach()):
                            os.close(own)
                        return _Asked(*json.loads(request))
                    running[os.pidfd_open(number)] = number, door
                    for own in streams:
                        os.close(own)


def _become(asked: _Asked) -> None:
    """Run what is asked, as a process of its own would."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if asked.entry == KERNEL:  # a kernel is not interrupted with what started it
        os.setsid()
    os.chdir(asked.folder)
    os.environ.clear()
    os.environ.update(asked.environment)
    time.tzset()
    module, _, function = asked.entry.partition(":")
    sys.argv = [module.partition(".")[0], *asked.arguments]
    sys.exit(getattr(importlib.import_module(module), function)())


if __name__ == "__main__":  # a kernel
    stand_in(KERNEL)
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
