"""Forks of one loaded process: they run as processes of their own would, and load nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trucewatch import forks
from trucewatch.page import kernel
from trucewatch.paths import project_root

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")
HERE = "tests.unit.test_forks"


def tell() -> int:
    """Say what a fork sees of itself; run in forks by the tests below."""
    print(
        json.dumps([sys.argv, str(Path.cwd()), dict(os.environ), sys.stdin.read(), time.tzname]), flush=True
    )
    print("trouble", file=sys.stderr, flush=True)
    return 7


def loaded() -> None:
    """Say what is loaded before a fork does anything, and how many threads it has."""
    print(json.dumps([[name for name in forks.LOADED if name in sys.modules], threading.active_count()]))


def sleep() -> None:
    """Write the number of this process to a file, and stay."""
    Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(600)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(project_root()))  # where these tests can be imported from
        with forks.server():
            address = os.environ[forks.VARIABLE]
            wait_for(Path(address).exists)
            yield address
    assert forks.VARIABLE not in os.environ
    assert not Path(address).parent.exists()


def wait_for(happened: Callable[[], Any]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def said_by(entry: str, tmp_path: Path, *arguments: str, **given: Any) -> tuple[int | None, str, str]:
    (tmp_path / "in").write_text("asked\n")
    paths = [tmp_path / name for name in ("in", "out", "trouble")]
    with paths[0].open() as given_in, paths[1].open("w") as out, paths[2].open("w") as trouble:
        streams = (given_in.fileno(), out.fileno(), trouble.fileno())
        code = forks.ask(f"{HERE}:{entry}", arguments, streams=streams, **given)
    return code, paths[1].read_text(), paths[2].read_text()


@pytest.mark.usefixtures("server")
def test_a_fork_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    environment = {"A": "b", "TZ": "ABC-3"}
    code, said, trouble = said_by("tell", tmp_path, "one", "two", environment=environment, folder=tmp_path)
    assert code == 7
    assert trouble == "trouble\n"
    told = [["tests", "one", "two"], str(tmp_path), environment, "asked\n", ["ABC", "ABC"]]
    assert json.loads(said) == told


@pytest.mark.usefixtures("server")
def test_all_is_loaded_before_the_first_fork_and_no_thread_runs(tmp_path: Path) -> None:
    assert json.loads(said_by("loaded", tmp_path)[1]) == [list(forks.LOADED), 1]


@pytest.mark.usefixtures("server")
def test_what_asks_for_a_stage_loads_no_command_line() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "trucewatch", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("trucewatch, version")
    assert "trucewatch.forks" in done.stderr
    assert "click" not in done.stderr


@pytest.mark.usefixtures("server")
def test_a_kernel_is_a_fork(tmp_path: Path) -> None:
    parent = kernel_says("import os; print(open(f'/proc/{os.getppid()}/cmdline').read())", tmp_path)
    assert os.environ[forks.VARIABLE] in parent


def kernel_says(source: str, folder: Path) -> str:
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    book.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(book, folder / "one.ipynb")
    done = kernel.execute(
        folder / "one.ipynb",
        folder / "done.ipynb",
        {},
        cwd=folder,
        env=dict(os.environ),
        timeout=None,
        on_cell=lambda _: None,
    )
    return str(done.cells[-1].outputs[0].text)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_fork_ends_with_who_asked_for_it(server: str, tmp_path: Path, how: signal.Signals) -> None:
    asked = f"from trucewatch import forks; forks.ask({HERE + ':sleep'!r}, [{str(tmp_path / 'number')!r}])"
    asking = subprocess.Popen([sys.executable, "-c", asked], env={**os.environ, forks.VARIABLE: server})
    wait_for(lambda: (tmp_path / "number").is_file() and (tmp_path / "number").read_text())
    fork = Path("/proc") / (tmp_path / "number").read_text()
    assert fork.exists()
    asking.send_signal(how)
    asking.wait()
    wait_for(lambda: not fork.exists())


def test_a_server_that_nobody_has_asked_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(forks.VARIABLE, raising=False)
    with forks.server():
        address = Path(os.environ[forks.VARIABLE])
        assert not address.exists()
    assert not address.parent.exists()


def test_where_nobody_forks_the_work_is_your_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(forks.VARIABLE, raising=False)
    assert forks.ask(f"{HERE}:tell", []) is None
    monkeypatch.setenv(forks.VARIABLE, str(tmp_path / "nobody"))
    assert forks.ask(f"{HERE}:tell", []) is None
    done = subprocess.run([sys.executable, "-m", "trucewatch", "--version"], capture_output=True, check=True)
    assert done.stdout.startswith(b"trucewatch, version")
