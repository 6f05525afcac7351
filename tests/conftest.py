"""For every test: one thread a sum, as in the kernels of a build; no clock; an own cache; long files first.

What takes long to make and is only read is made once for all test processes: the fixture `made_once`.
"""

import base64
import gzip
import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

# Test processes run side by side: threads of one would wait in a loop for a core that another one has.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A busy machine fails no test.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is kept between runs in a folder that ends with this one; all test processes share it.

    Links lead to what others keep there (installers, fonts).
    """
    if hasattr(config, "workerinput"):  # the process that started this one has done it
        return
    users = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = tempfile.TemporaryDirectory(prefix="cache-")
    config.add_cleanup(folder.cleanup)
    for other in users.glob("*"):
        if other.name != "trucewatch":
            (Path(folder.name) / other.name).symlink_to(other)
    os.environ["XDG_CACHE_HOME"] = folder.name


@pytest.fixture(scope="module")
def ledger():
    """Return the law of the project; what a module asks of it is remembered as long as the module runs."""
    from trucewatch.ledger.ledger import load_ledger  # may load numpy, which reads the setting above

    return load_ledger()


LONG = ("pipeline", "slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests first, so that none is left for the end; the order within a file stays."""
    long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in LONG)}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[..., Path]:
    """Return a function that gives a file or folder by its name, made by the test process that asks first."""
    own = tmp_path_factory.getbasetemp()
    base = own if worker_id == "master" else own.parent

    def once(name: str, make: Callable[[Path], object]) -> Path:
        path, done = base / name, base / f"{name}.made"
        with FileLock(base / f"{name}.lock"):
            if not done.exists():
                make(path)
                done.touch()
        return path

    return once


@pytest.fixture(scope="session")
def products(made_once: Callable[..., Path]) -> Path:
    """Return the product page of the project, as the pipeline writes it."""
    from trucewatch.page.products import write_products
    from trucewatch.paths import project_root

    def write(folder: Path) -> None:
        folder.mkdir()
        write_products(project_root(), folder)

    return next(made_once("products", write).glob("*.html"))


@pytest.fixture(scope="session")
def held(products: Path) -> dict[str, Any]:
    """Return the data that lie packed in the product page."""
    packed = max(re.findall(r"[A-Za-z0-9+/=]{9,}", products.read_text()), key=len)
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed)))
    return found
