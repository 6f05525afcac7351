"""The pages as one file for a reader who never runs code: a zip that opens anywhere.

Packed are the front page, what it and the pages behind it link to, every table a report wrote as CSV, and the
data set of the duties, which is also packed alone. The same pages give the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from trucewatch import __version__
from trucewatch.duty.panel import panel_dir
from trucewatch.errors import ParameterError, ReportError
from trucewatch.page.data_set import DATA_PACKAGE, data_set, published
from trucewatch.page.front_page import BRIEF, latest, summaries
from trucewatch.page.html import environment, style
from trucewatch.paths import project_root, reports_dir

START = "START-HERE.html"
PAGES = "pages"
DATA = "data"
_FRONT = "index.html"
#: The first moment a zip file can hold; the pages carry their own dates.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_READ_ONLY = 0o644 << 16
_LINKS = ("href", "src", "srcset")


@dataclass(frozen=True)
class Packed:
    """A finished zip: its path, the number of files in it, its size and that of the files, bytes."""

    path: Path
    files: int
    size: int
    unpacked: int


def pack(out: Path | None = None, root: Path | None = None) -> Packed:
    """Pack the built pages into one zip.

    `out`: a folder, or the path of the zip; dist/ of the project by default. The zip is named after the day
    of the law.

    Raises `ReportError` if there is no front page, or a link of a page leads to no packed file;
    `ParameterError` if the zip cannot be written there.
    """
    root = root or project_root()
    folder = reports_dir(root)
    if not (folder / _FRONT).is_file():
        raise ReportError("there is no front page to pack; build it first: make reports")
    told = summaries(root)
    name = f"trucewatch-{latest(told, 'law_asof') or __version__}"
    members = dict(_members(folder))
    missing = broken_links(members)
    if missing:
        listed = "\n".join(f"  {page}: {link}" for page, link in missing)
        raise ReportError(f"links that lead nowhere; rebuild the front page (dvc repro):\n{listed}")
    members[f"{PAGES}/{DATA_PACKAGE}"] = published(
        {address.removeprefix(f"{PAGES}/"): content for address, content in members.items()}, told
    )
    data = data_set(root) if panel_dir(root).is_dir() else {}
    members |= {f"{DATA}/{address}": content for address, content in data.items()}
    members[START] = start_page(told, sum(map(len, members.values())), bool(data)).encode()
    path = _target(Path(out) if out else root / "dist", name)
    try:
        _write(path, name, members)
        if data:
            _write(path.with_name(f"{path.stem}-data.zip"), DATA, data)
    except OSError as error:
        raise ParameterError(
            f"{path}: cannot be written ({error.strerror or error})",
            remedy="give a folder, or the path of a zip",
        ) from error
    return Packed(path, len(members), path.stat().st_size, sum(map(len, members.values())))


def _write(path: Path, name: str, members: Mapping[str, bytes]) -> None:
    """Write the zip beside its place and swap it in; an interrupted one leaves nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(staged, "w") as archive:
            for member in sorted(members, key=lambda item: (item != START, item)):
                info = zipfile.ZipInfo(f"{name}/{member}", _MOMENT)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, _READ_ONLY
                info.create_system = 3
                archive.writestr(info, members[member], compresslevel=9)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def _target(out: Path, name: str) -> Path:
    return out if out.suffix == ".zip" else out / f"{name}.zip"


def _members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the front page, all tables, and every file that a packed page links to, by address in the zip."""
    tables = sorted(folder.glob("[!.]*/tables/*.csv"))
    waiting, seen = [_FRONT, *(path.relative_to(folder).as_posix() for path in tables)], set()
    while waiting:
        address = waiting.pop()
        path = folder / address
        if address in seen or not path.is_file():
            continue
        seen.add(address)
        content = path.read_bytes()
        yield f"{PAGES}/{address}", content
        if path.suffix == ".html":
            waiting += [link for link in links(content.decode(), address) if link not in seen]


def links(html: str, page: str) -> list[str]:
    """Return the files beside a page that it links to or shows, as addresses from the folder of all pages.

    `html`: the page; `page`: its own address.
    """
    reader = _Links()
    reader.feed(html)
    found = []
    for link in reader.found:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        found.append(_resolved(PurePosixPath(page).parent, unquote(parts.path)))
    return list(dict.fromkeys(found))


def _resolved(base: PurePosixPath, path: str) -> str:
    steps: list[str] = []
    for step in (base / path).parts:
        if step == ".." and steps and steps[-1] != "..":
            steps.pop()
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


class _Links(HTMLParser):
    """The addresses in href and src of every element."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Keep the addresses of one element."""
        self.found += [value for name, value in attrs if name in _LINKS and value]


def broken_links(members: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return the links of packed pages to files that are not packed, and to places a page does not have.

    Page and address.
    """
    pages = {name: content.decode() for name, content in members.items() if name.endswith(".html")}
    places = {name: set(re.findall(r'\bid="([^"]+)"', html)) for name, html in pages.items()}
    broken = []
    for name, html in pages.items():
        reader = _Links()
        reader.feed(html)
        for link in reader.found:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = _resolved(PurePosixPath(name).parent, unquote(parts.path)) if parts.path else name
            place = unescape(parts.fragment)
            if target not in members or (place and target in places and place not in places[target]):
                broken.append((name, link))
    return broken


def start_page(told: list[dict[str, Any]], size: int, has_data: bool = False) -> str:
    """Return the page a reader opens first: where to go, what is in the folder, of which day it is."""
    return (
        environment()
        .get_template("start.html.j2")
        .render(
            css=style(),
            pages=PAGES,
            front=f"{PAGES}/{_FRONT}",
            brief=any(summary["report"] == BRIEF for summary in told),
            reports=told,
            data=f"{DATA}/{DATA_PACKAGE}" if has_data else "",
            data_asof=latest(told, "data_asof"),
            law_asof=latest(told, "law_asof"),
            version=__version__,
            megabytes=f"{size / 1e6:.0f}",
        )
    )
