"""A folder of small answers on disk: each file whole or absent, a damaged one as good as absent."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


class Store:
    """Answers by the address they came from.

    `folder`: where the files stand; made at the first write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, *names: str) -> Store:
        """Return the store in a folder inside this one; the last name may hold any letters."""
        return Store(self._folder.joinpath(*names[:-1], _name(names[-1])))

    def folders(self, name: str) -> list[Store]:
        """Return the stores in the folder `name` inside this one."""
        return [Store(path) for path in (self._folder / name).glob("*")]

    def read(self, url: str) -> dict[str, Any] | None:
        """Return what was stored for an address, or None."""
        try:
            content = json.loads(gzip.decompress(self._path(url).read_bytes()))
        except (OSError, EOFError, ValueError, zlib.error):  # absent, cut off or damaged: ask again
            return None
        return content if isinstance(content, dict) and "body" in content else None

    def write(self, url: str, content: dict[str, Any]) -> None:
        """Store `content` (with its `body`) for an address, at one stroke.

        Raises `OSError` if the disk does not take it; what was stored before is as it was.
        """
        path = self._path(url)
        temporary = path.with_suffix(".part")
        text = json.dumps({"url": url, **content})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def drop_if_older(self, now: datetime, age: timedelta) -> None:
        """Remove the store if its oldest file is older than `age`."""
        times = [path.stat().st_mtime for path in self._folder.glob("*.json.*")]
        if times and now - datetime.fromtimestamp(min(times), UTC) > age:
            self.drop()

    def forget(self, now: datetime, age: timedelta) -> None:
        """Remove each answer that was written longer ago than `age`."""
        for path in self._folder.glob("*.json.*"):
            if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > age:
                path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Remove every answer."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, url: str) -> Path:
        return self._folder / f"{_name(url)}.json.gz"


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
