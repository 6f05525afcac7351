"""Which files of a folder this package made: what a person put there, or changed, is never replaced."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from pathlib import Path

from trucewatch.errors import DataError
from trucewatch.paths import sha256_of, write_whole

LIST = ".made.json"
#: The hashes of the clean tables, beside them.
HASHES = ".sha256"
_NOBODYS = (".ipynb_checkpoints", ".DS_Store")


def record(folder: Path, paths: Iterable[Path]) -> None:
    """Note files below a folder as made here, as they are now."""
    made = _read(folder) | {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}
    write_whole(folder / LIST, json.dumps(dict(sorted(made.items())), indent=1) + "\n")


def files_of(folder: Path) -> list[Path]:
    """Return the files below a folder, the list itself and what editors leave apart."""
    return sorted(
        path
        for path in folder.rglob("*")
        if (path.is_symlink() or not path.is_dir())
        and path.name != LIST
        and not {*path.relative_to(folder).parts} & {*_NOBODYS}
    )


def not_ours(folder: Path) -> list[str]:
    """Return the files of a folder that were not made here, or were changed since."""
    known = _read(folder)
    names = [path.relative_to(folder).as_posix() for path in files_of(folder)]
    return [name for name in names if not _is_as_made(folder / name, known.get(name))]


def is_ours(path: Path) -> bool:
    """Return whether a file was made here and is as it was made."""
    return _is_as_made(path, _read(path.parent).get(path.name))


def _is_as_made(path: Path, known: str | None) -> bool:
    return not path.is_symlink() and path.is_file() and known == sha256_of(path)


def free_folder(folder: Path) -> Path:
    """Return the folder, or the next number after it if files of a person are in it."""
    for number in count(1):
        chosen = folder if number == 1 else folder.with_name(f"{folder.name}_{number}")
        if not chosen.exists() and not chosen.is_symlink():
            break
        if chosen.is_dir() and not chosen.is_symlink() and not not_ours(chosen):
            break
    return chosen


def _read(folder: Path) -> dict[str, str]:
    try:
        made = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def check_as_written(path: Path) -> None:
    """Refuse a file whose bytes are not those that `note_as_written` noted, if it noted any in the folder.

    Raises `DataError` if it was changed since.
    """
    noted = _noted(path.parent)
    if not noted:
        return
    state = path.stat()
    if _hash_of(path, state.st_mtime_ns, state.st_size) != noted.get(path.name):
        raise DataError(
            "the table is not as the pipeline wrote it",
            file=path,
            remedy="run `trucewatch build --force clean` to make it anew; a correction belongs in "
            "data/sources/corrections.csv",
        )


@contextmanager
def whole_parquet(path: Path, remedy: str) -> Iterator[None]:
    """Read a Parquet file inside; one that is cut short or damaged is refused in the same words everywhere.

    Raises `DataError` if PyArrow cannot read the file.
    """
    import pyarrow as pa  # whoever reads a file has it by now

    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        problem = f"the file is no whole Parquet file ({str(error).splitlines()[0]})"
        raise DataError(problem, file=path, remedy=remedy) from error


def kept(name: str, made_from: Iterable[bytes], make: Callable[[], bytes]) -> bytes:
    """Return what is made from some contents: from the user's cache if it was made before, and is whole.

    It lies there under the hash of what it was made from, after a hash of its own. Where nothing can be kept
    it is made each time.
    """
    key = hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in made_from))
    path = None
    with suppress(OSError, RuntimeError):  # no home
        path = (_cache_dir() / f"{name}-{key.hexdigest()}").absolute()
        digest, made = (found := path.read_bytes())[: key.digest_size], found[key.digest_size :]
        if hashlib.sha256(made).digest() == digest:
            return made
    made = make()
    if path is not None:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, hashlib.sha256(made).digest() + made)
    return made


def _cache_dir() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trucewatch"


@lru_cache(maxsize=256)
def _hash_of(path: Path, modified: int, size: int) -> str:  # noqa: ARG001 - a file changed in place is hashed anew
    return sha256_of(path)


def _noted(folder: Path) -> dict[str, str]:
    """Return the hashes of the tables of a folder, by file name, as `sha256sum` writes them."""
    try:
        lines = (folder / HASHES).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def note_as_written(path: Path) -> None:
    """Note the bytes of a table beside it."""
    known = {name: digest for name, digest in _noted(path.parent).items() if (path.parent / name).is_file()}
    known[path.name] = sha256_of(path)
    write_whole(path.parent / HASHES, "".join(f"{known[name]}  {name}\n" for name in sorted(known)))
