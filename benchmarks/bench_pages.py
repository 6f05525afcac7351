"""The built pages in Chromium: how soon each can be used, and what it and the zip of all weigh."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, command
from trucewatch.page.front_page import PRODUCTS
from trucewatch.paths import project_root, reports_dir

RUNS = 5
AIMS = {"index.html": "< 1 s", PRODUCTS: "< 0.5 s"}
#: Notes when a page says that its box takes words; other pages say nothing, and are ready when all is loaded.
WATCH = (
    "new MutationObserver(() => { if (document.documentElement?.dataset.ready) window.readyAt ??="
    " performance.now(); }).observe(document, { attributes: true, subtree: true,"
    " attributeFilter: ['data-ready'] })"
)
READY = (
    "new Promise(done => { const wait = () => { const loaded ="
    " performance.getEntriesByType('navigation')[0].loadEventEnd, own = %s ? window.readyAt : loaded;"
    " loaded && own ? done(Math.max(loaded, own) / 1000) : setTimeout(wait, 20); }; wait(); })"
)


def main() -> list[Result]:
    """Open every page of the last build several times, and pack them; run `trucewatch build` before."""
    from tests.pages.browser import Page, chromium

    folder = reports_dir(project_root())
    pages = [folder / name for name in AIMS] + sorted(folder.glob("*/report.html"))
    if missing := [path for path in pages if not path.is_file()]:
        sys.exit(f"{missing[0]} is not there: trucewatch build")
    with tempfile.TemporaryDirectory() as out:
        pack = [sys.executable, "-m", "trucewatch", "dist", "--out", out]
        zipped = command("all pages, tables and figures packed", pack, project_root(), runs=1)
        size = sum(path.stat().st_size for path in Path(out).rglob("*.zip"))
    zipped.note = f"{size / 1e6:.1f} MB"
    found = [zipped]
    with chromium() as address:
        for path in pages:
            name = path.relative_to(folder).as_posix()
            result = Result(f"{name}, ready", aim=AIMS.get(name, ""))
            for _ in range(RUNS):
                page = Page(address, path, first=WATCH)
                result.seconds.append(page.evaluate(READY % str(name == PRODUCTS).lower()))
                page.close()
            result.note = f"{path.stat().st_size / 1e6:.2f} MB"
            found.append(result)
    return found


if __name__ == "__main__":
    for item in main():
        print(item.name, f"{item.median:.3f}", item.spread, item.note)
