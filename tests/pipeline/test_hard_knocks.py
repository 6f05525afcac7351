"""What a machine can do to a build: kill it, fill the disk, spoil the cache, move the clock."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.pipeline.test_repro import tree_hash

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

#: Each stage with the folder it writes.
STAGES = {
    "ingest": "data/raw",
    "clean": "data/clean",
    "panel": "data/panel",
    "inputs": "data/inputs",
    "report@soybeans": "reports/soybeans",
}
LIMIT = 100_000
"""Bytes a file may have in the test of the full disk: less than the largest output of each stage."""


def start(project, *command: str, **extra: str) -> subprocess.Popen:
    """Start a command of the checkout in a process group of its own."""
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(project.root / "src"),
        **extra,
    }
    return subprocess.Popen(
        command, cwd=project.root, env=env, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_stage_is_healed_by_the_next_repro(project, stage):
    folder = project.root / STAGES[stage]
    before = tree_hash(folder)
    running = start(project, "dvc", "repro", "--force", "--single-item", stage)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None and not _stage_runs(running.pid):
        time.sleep(0.02)
    time.sleep(0.7)  # past the start of Python, into the stage
    assert running.poll() is None, running.communicate()[0]
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    after = tree_hash(folder) if folder.exists() else {}
    torn = [name for name, value in before.items() if name in after and after[name] != value]
    assert torn == [], "a file that is there is whole"
    project.repro(stage)
    assert tree_hash(folder) == before


def _stage_runs(group: int) -> bool:
    """Tell whether a process of the group runs `python -m trucewatch stage`."""
    for entry in Path("/proc").iterdir():
        try:
            own = entry.name.isdigit() and os.getpgid(int(entry.name)) == group
            if own and b"trucewatch\0stage" in (entry / "cmdline").read_bytes():
                return True
        except OSError:
            continue  # it ended meanwhile
    return False


def test_two_builds_at_once_leave_one_good_build(project):
    before = {folder: tree_hash(project.root / folder) for folder in ("data/clean", "reports")}
    project.edit("params.yaml", '  train_end: "2024-10"', '  train_end: "2024-06"')
    runs = [start(project, "dvc", "repro", "report@trade_flows") for _ in range(2)]
    said = [run.communicate(timeout=300)[0] for run in runs]
    assert 0 in [run.returncode for run in runs], said
    for run, words in zip(runs, said, strict=True):
        assert run.returncode == 0 or "lock" in words.lower(), words
    project.edit("params.yaml", '  train_end: "2024-06"', '  train_end: "2024-10"')
    project.repro("report@trade_flows")
    assert {folder: tree_hash(project.root / folder) for folder in before} == before


@pytest.mark.parametrize("stage", ["ingest", "clean", "panel", "report soybeans"])
def test_a_full_disk_is_named_and_loses_nothing(project, stage):
    folders = ("data/raw", "data/clean", "data/panel", "reports/soybeans")
    before = {folder: tree_hash(project.root / folder) for folder in folders}

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))

    done = subprocess.run(
        [sys.executable, "-m", "trucewatch", "stage", *stage.split()], cwd=project.root, preexec_fn=fill,
        env={**os.environ, "PYTHONPATH": str(project.root / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "File too large" in said, said
    assert {folder: tree_hash(project.root / folder) for folder in folders} == before


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write anywhere: run as a user to test read-only reports/"
)
def test_reports_that_may_not_be_written(project):
    (project.root / "reports").chmod(0o500)
    try:
        said = project.run(sys.executable, "-m", "trucewatch", "stage", "report", "soybeans", code=1)
    finally:
        (project.root / "reports").chmod(0o700)
    assert "Permission denied" in said


def test_a_spoilt_cache_file_is_not_passed_on(project):
    before = tree_hash(project.root / "data/clean")
    for path in (project.root / ".dvc/cache/files").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(path.read_bytes() + b"spoilt")
    shutil.rmtree(project.root / "data/clean")
    shutil.rmtree(project.root / "data/raw")
    project.repro("clean")
    assert tree_hash(project.root / "data/clean") == before


AWAY = "un dossier é 日本"
CLOCK = "import time\n_now = time.time\ntime.time = lambda: _now() + 400 * 86_400\n"


@pytest.mark.parametrize(
    "extra",
    [
        {"TZ": "Pacific/Kiritimati"},
        {"TZ": "Pacific/Pago_Pago"},
        {"LC_ALL": "C", "LANG": "C"},
        {"LC_ALL": "tr_TR.UTF-8"},
        {"HOME": ""},
        {"clock": "in 400 days"},
    ],
    ids=lambda extra: " ".join(f"{key}={value}" for key, value in extra.items()),
)
def test_the_same_bytes_anywhere(built, tmp_path, extra):
    project = built.copy_to(tmp_path / AWAY)
    folders = ("data/clean", "data/panel", "reports/soybeans")
    before = {folder: tree_hash(project.root / folder) for folder in folders}
    env = {**os.environ, "PYTHONPATH": str(project.root / "src"), **extra}
    if env.pop("clock", None):
        (tmp_path / "sitecustomize.py").write_text(CLOCK)
        env["PYTHONPATH"] += os.pathsep + str(tmp_path)
    if env["HOME"] == "":
        del env["HOME"]
    for stage in (["clean"], ["panel"], ["report", "soybeans"]):
        done = subprocess.run(
            [sys.executable, "-m", "trucewatch", "stage", *stage],
            cwd=project.root, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert {folder: tree_hash(project.root / folder) for folder in folders} == before


def interpreter(version: str) -> str | None:
    """Return a Python of this version that starts: on the path, or kept by pyenv."""
    kept = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python{version}"))
    for candidate in (shutil.which(f"python{version}"), *map(str, kept)):
        if (
            candidate
            and not subprocess.run([candidate, "--version"], check=False, capture_output=True).returncode
        ):
            return candidate
    return None


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_another_python_reads_the_lock_and_the_law(project, tmp_path, version):
    found = interpreter(version)
    if found is None:
        pytest.skip(f"no Python {version} on this machine")
    uv = Path(sys.executable).with_name("uv")
    python = tmp_path / "venv/bin/python"
    lock = project.root / "requirements.lock"
    for command in (
        ["venv", "--quiet", "--python", found, tmp_path / "venv"],
        ["pip", "install", "--quiet", "--python", python, "--no-deps", "--require-hashes", "-r", lock],
    ):
        done = subprocess.run([uv, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    before = tree_hash(project.root / "data/panel")
    for stage in (["panel"], ["report", "soybeans"]):
        done = subprocess.run(
            [python, "-m", "trucewatch", "stage", *stage], cwd=project.root, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(project.root / "src")}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert tree_hash(project.root / "data/panel") == before
