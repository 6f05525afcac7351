"""Write so that a power cut or a second writer leaves the old file or the new one, and nothing between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from trucewatch.errors import TrucewatchError

#: Lock, cache of answers and half-written files; beside the sources, so that a rename stays on one disk.
WORK = Path("data") / ".refresh"


def work_dir(root: Path) -> Path:
    """Return the folder for what a refresh needs while it runs; git and the pipeline do not see it."""
    return root / WORK


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock of the vintages; it falls with its process, also when that is killed.

    Raises `TrucewatchError` if another process holds it.
    """
    folder = work_dir(root)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0):
            shutil.rmtree(folder / "tmp", ignore_errors=True)
            yield
    except Timeout:
        raise TrucewatchError(
            f"another process is changing the vintages (it holds {WORK / 'lock'}); nothing was changed",
            remedy="wait until it has ended, then run the command again.",
        ) from None


def replace_durably(path: Path, write: Callable[[Path], object], root: Path) -> None:
    """Let `write` fill a temporary file, bring it to the disk and put it in the place of `path`.

    `path`: the file to make or to replace; `write`: fills the path it is given.

    Raises `TrucewatchError` if the disk does not take it; `path` is then as it was.
    """
    temporary = work_dir(root) / "tmp" / path.name
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TrucewatchError(
            f"{path.relative_to(root)} could not be written ({error.strerror or error}); what was there "
            "before is untouched",
            remedy="make room on the disk or mend its permissions, then run this again.",
        ) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
