"""The list of the files of data/law, with rows and hashes: the law is whole, or there is none.

A file that is missing, cut off or half merged would answer differently without a word. `manifest.csv` holds
one line a file, sorted, so that edits of different files merge; where a merge keeps two lines for one file,
either may be right until the next sealing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from trucewatch.errors import LedgerError
from trucewatch.paths import write_whole

MANIFEST = "manifest.csv"
HEADER = "file,rows,sha256"
REMEDY = (
    "if the change is meant, run `trucewatch doctor --seal`, which checks the ledger and notes its files as "
    "they are; else restore the file from version control"
)

GONE = "the file is missing"

State = tuple[int, str]
"""Rows (lines after the first) and SHA-256 of a file."""


def state_in(content: bytes) -> State:
    """Return what the list says of a file with this content."""
    lines = content.count(b"\n") + (not content.endswith(b"\n") and content != b"")
    return max(lines - 1, 0), hash_in(content)


def hash_in(content: bytes) -> str:
    """Return the SHA-256 of a file with this content."""
    return hashlib.sha256(content).hexdigest()


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in every file of a ledger, by its name below the folder; hidden files do not count."""
    return {
        name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith((".", "~")) for part in path.relative_to(folder).parts)
        and (name := path.relative_to(folder).as_posix()) != MANIFEST
    }


def present(folder: Path) -> dict[str, State]:
    """Return every file of a ledger as it is, by its name below the folder; hidden files do not count."""
    return {name: state_in(content) for name, content in contents(folder).items()}


def sealed(folder: Path) -> dict[str, list[State]]:
    """Return what the list says, by file.

    Raises `LedgerError` if the list is missing or cannot be read.
    """
    shown = f"data/law/{MANIFEST}"
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise LedgerError("the list of the ledger's files is missing", remedy=REMEDY, file=shown) from None
    except UnicodeDecodeError:
        raise LedgerError("the file is not UTF-8", remedy=REMEDY, file=shown) from None
    found: dict[str, list[State]] = {}
    for number, line in enumerate(lines[1:], start=2):
        name, _, rest = line.partition(",")
        rows, _, digest = rest.partition(",")
        if not (rows.isascii() and rows.isdigit() and len(digest) == 64):
            raise LedgerError("not a file, its rows and its hash", remedy=REMEDY, file=shown, row=number)
        found.setdefault(name, []).append((int(rows), digest))
    return found


def breaches(folder: Path, now: dict[str, str] | None = None) -> Iterator[LedgerError]:
    """Yield every file that is missing, was added or was changed since the ledger was sealed.

    `now` is the hash of every file by its name, worked out if not given.
    """
    if now is None:
        now = {name: hash_in(content) for name, content in contents(folder).items()}
    then = sealed(folder)
    for name in sorted({*now, *then}):
        shown = f"data/law/{name}"
        if name not in now:
            yield LedgerError(GONE, remedy=_remedy_for_loss(REMEDY), file=shown)
        elif name not in then:
            yield LedgerError("the file is not in the list of the ledger's files", remedy=REMEDY, file=shown)
        elif now[name] not in {digest for _, digest in then[name]}:
            rows, before = state_in((folder / name).read_bytes())[0], then[name][-1][0]
            counted = f"{before:,} rows then, {rows:,} now" if rows != before else f"{rows:,} rows as before"
            yield LedgerError(
                f"the file has changed since it was sealed ({counted})", remedy=REMEDY, file=shown
            )


def _remedy_for_loss(remedy: str) -> str:
    return remedy.replace("if the change is meant", "if it was taken away on purpose")


def leftovers(folder: Path) -> bool:
    """Return whether the list is not exactly what sealing would write (a merge left lines in it)."""
    return (folder / MANIFEST).read_text(encoding="utf-8") != _text(present(folder))


def seal(folder: Path) -> list[str]:
    """Note every file of the ledger as it is; return what that changed, a line a file."""
    now = present(folder)
    try:
        then = sealed(folder)
    except LedgerError:
        then = {}
    said = [f"{name}: no longer there" for name in sorted(set(then) - set(now))]
    for name, (rows, digest) in now.items():
        if name not in then:
            said.append(f"{name}: new, {rows:,} rows")
        elif (rows, digest) not in then[name]:
            said.append(f"{name}: {then[name][-1][0]:,} rows, now {rows:,}")
    write_whole(folder / MANIFEST, _text(now))
    return said


def hash_of(hashes: dict[str, str]) -> str:
    """Return one hash for all files: names and contents."""
    return hash_in("".join(f"{name} {digest}\n" for name, digest in sorted(hashes.items())).encode())


def _text(states: dict[str, State]) -> str:
    return (
        "\n".join([HEADER, *(f"{name},{rows},{digest}" for name, (rows, digest) in sorted(states.items()))])
        + "\n"
    )
