"""What a machine can do to a build: kill it, fill the disk, spoil the cache, move the clock."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests import other_pythons
from tests.pipeline.test_repro import tree_hash
from trucewatch.paths import project_root

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

#: Each stage with what it writes, and the seconds after its start at which it is killed: amid its work.
STAGES = {
    "validate": ("data/params.valid", 0.1),
    "ingest": ("data/raw", 0.7),
    "clean": ("data/clean", 0.7),
    "panel": ("data/panel", 0.7),
    "inputs": ("data/inputs", 1.0),
    "report@soybeans": ("reports/soybeans", 2.0),
    "story@brief": ("reports/brief", 2.0),
    "story@claim_check": ("reports/claim_check", 2.0),
    "publish": ("reports/index.html", 0.5),
}
#: Bytes a file may have in the test of the full disk: less than the largest output of the stage.
LIMITS = {
    "validate": 10,
    "ingest": 100_000,
    "clean": 100_000,
    "panel": 100_000,
    "inputs": 10_000,
    "report soybeans": 100_000,
    "publish": 50_000,
}


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
    output, moment = STAGES[stage]
    folder = project.root / output
    only = []
    if stage == "publish" or stage.startswith("story@"):  # these read every report; the clone built two
        finished = project_root() / "reports"
        if not (finished / "index.html").is_file():
            pytest.skip("the reports of the project are not built here (make reports)")
        shutil.copytree(finished, project.root / "reports", dirs_exist_ok=True)
        only = ["--single-item"]
        project.repro("--force", *only, stage)
    before = tree_hash(folder)
    assert before
    running = start(project, "dvc", "repro", "--force", "--single-item", stage)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None and not _stage_runs(running.pid):
        time.sleep(0.02)
    time.sleep(moment)
    assert running.poll() is None, running.communicate()[0]
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    after = tree_hash(folder)
    torn = [name for name, value in before.items() if name in after and after[name] != value]
    assert torn == [], "a file that is there is whole"
    project.repro(*only, stage)
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
    project.edit("params.yaml", "  target_mt: 12.0", "  target_mt: 15.0")
    runs = [start(project, "dvc", "repro", "report@soybeans") for _ in range(2)]
    said = [run.communicate(timeout=300)[0] for run in runs]
    assert 0 in [run.returncode for run in runs], said
    for run, words in zip(runs, said, strict=True):
        assert run.returncode == 0 or "lock" in words.lower(), words
    project.edit("params.yaml", "  target_mt: 15.0", "  target_mt: 12.0")
    project.repro("report@soybeans")
    assert {folder: tree_hash(project.root / folder) for folder in before} == before


@pytest.mark.parametrize("stage", LIMITS)
def test_a_full_disk_is_named_and_loses_nothing(project, stage):
    project.run(sys.executable, "-m", "trucewatch", "stage", "publish")
    before = {folder: tree_hash(project.root / folder) for folder in ("data", "reports")}

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMITS[stage], LIMITS[stage]))

    done = subprocess.run(
        [sys.executable, "-m", "trucewatch", "stage", *stage.split()], cwd=project.root, preexec_fn=fill,
        env={**os.environ, "PYTHONPATH": str(project.root / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "File too large" in said, said
    shutil.rmtree(project.root / "reports/.failed", ignore_errors=True)
    assert {folder: tree_hash(project.root / folder) for folder in before} == before


def obeying_permissions() -> list[str]:
    """Return what to put before a command so that a read-only folder holds for root too."""
    if os.geteuid() != 0:
        return []
    prefix = ["setpriv", "--bounding-set=-dac_override"]
    if shutil.which("setpriv") and not subprocess.run([*prefix, "true"], check=False).returncode:
        return prefix
    pytest.skip("root may write anywhere, and setpriv cannot take that from it here: run as a user")


@pytest.mark.parametrize("stage", ["report soybeans", "publish"])
def test_reports_that_may_not_be_written_stay_as_they_are(project, stage):
    project.run(sys.executable, "-m", "trucewatch", "stage", "publish")
    before = tree_hash(project.root / "reports")
    command = [*obeying_permissions(), sys.executable, "-m", "trucewatch", "stage", *stage.split()]
    (project.root / "reports").chmod(0o500)
    try:
        said = project.run(*command, code=1)
    finally:
        (project.root / "reports").chmod(0o700)
    assert "Permission denied" in said
    assert "Remedy: see that" in said
    assert tree_hash(project.root / "reports") == before


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
DAYS_AHEAD = 400
CLOCK = f"""
#include <sys/time.h>
#include <time.h>
#include <sys/syscall.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *at) {{
    int failed = syscall(SYS_clock_gettime, clock, at);
    if (!failed && clock == CLOCK_REALTIME) at->tv_sec += {DAYS_AHEAD} * 86400L;
    return failed;
}}
int gettimeofday(struct timeval *at, void *zone) {{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec; at->tv_usec = now.tv_nsec / 1000;
    return 0;
}}
time_t time(time_t *at) {{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}}
"""
"""The C library's clocks, moved: every process and library sees the later day."""


def later(folder: Path) -> dict[str, str]:
    """Return an environment whose processes live 400 days later."""
    if shutil.which("cc") is None or sys.platform != "linux":
        pytest.skip("no C compiler to make a clock with")
    (folder / "clock.c").write_text(CLOCK)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "clock.so", folder / "clock.c"], check=True)
    env = {"LD_PRELOAD": str(folder / "clock.so")}
    said = python_says("import time, datetime; print(time.time(), datetime.datetime.now().timestamp())", env)
    assert [float(word) - time.time() for word in said.split()] == pytest.approx(
        [DAYS_AHEAD * 86_400] * 2, abs=60
    )
    return env


def turkish(folder: Path) -> dict[str, str]:
    """Return an environment with a locale of decimal commas in which I is no capital of i."""
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/tr_TR").exists():
        pytest.skip("no localedef, or no source of tr_TR, to make a locale from")
    made = ["localedef", "-i", "tr_TR", "-f", "UTF-8", folder / "tr_TR.UTF-8"]
    subprocess.run(made, check=True, capture_output=True)
    env = {"LOCPATH": str(folder), "LC_ALL": "tr_TR.UTF-8"}
    code = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.format_string('%.1f', 0.5))"
    assert python_says(code, env) == "0,5"
    return env


def python_says(code: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **env}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def elsewhere(folder: Path) -> dict[str, str | None]:
    """Return all that can be changed here at once: a fault of one shows in all."""
    changed: dict[str, str | None] = {"TZ": "Pacific/Kiritimati", "HOME": None}
    for make in (turkish, later):
        with suppress(pytest.skip.Exception):
            changed |= make(folder)
    return changed


ALONE = {
    "UTC+14": lambda _: {"TZ": "Pacific/Kiritimati"},
    "UTC-11": lambda _: {"TZ": "Pacific/Pago_Pago"},
    "locale C": lambda _: {"LC_ALL": "C", "LANG": "C"},
    "no HOME": lambda _: {"HOME": None},
    "locale tr_TR": turkish,
    "in 400 days": later,
}


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(elsewhere, id="elsewhere"),
        *(pytest.param(make, id=name, marks=pytest.mark.exhaustive) for name, make in ALONE.items()),
    ],
)
def test_the_same_bytes_anywhere(built, tmp_path, where):
    extra = where(tmp_path)
    project = built.copy_to(tmp_path / AWAY)
    folders = ("data/clean", "data/panel", "reports/soybeans")
    before = {folder: tree_hash(project.root / folder) for folder in folders}
    changed = {**os.environ, "PYTHONPATH": str(project.root / "src"), **extra}
    env = {key: value for key, value in changed.items() if value is not None}
    for stage in (["clean"], ["panel"], ["report", "soybeans"]):
        done = subprocess.run(
            [sys.executable, "-m", "trucewatch", "stage", *stage],
            cwd=project.root, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert {folder: tree_hash(project.root / folder) for folder in folders} == before


@pytest.mark.parametrize("version", [pytest.param("3.12", marks=pytest.mark.exhaustive), "3.13"])
def test_another_python_reads_the_lock_and_the_law(project, tmp_path, version):
    python, install = other_pythons.environment(version, tmp_path / "venv")
    lock = project.root / "requirements/project.lock"
    done = other_pythons.run([*install, "--no-deps", "--require-hashes", "-r", str(lock)])
    assert done.returncode == 0, done.stderr
    before = tree_hash(project.root / "data/panel")
    for stage in (["panel"], ["report", "soybeans"]):
        done = subprocess.run(
            [python, "-m", "trucewatch", "stage", *stage], cwd=project.root, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(project.root / "src")}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert tree_hash(project.root / "data/panel") == before
