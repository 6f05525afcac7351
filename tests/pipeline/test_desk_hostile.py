"""The desk as a process of its own, given what a hurried or ill-meaning user gives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trucewatch.paths import project_root

ROOT = project_root()
HEAD = "code,origin,on\n"
GOOD = "8517.13.00,CHN,2025-04-10\n"


def desk(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from trucewatch.cli import main; main()", *arguments]
    environment = {**os.environ, "TRUCEWATCH_HOME": str(ROOT), "COLUMNS": "80"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    "code",
    [
        "8" * 10_000,
        "1; DROP TABLE rates; --",
        "' OR '1'='1",
        '=HYPERLINK("http://example.org";"8517")',
        "../../etc/passwd",
        "٨٥١٧١٣٠٠",
        "8517\n1300\x1b[31m",
        "-1",
        "",
        "8.5e7",
        "0x85171300",
    ],
    ids=[
        "digits",
        "sql",
        "sql quote",
        "formula",
        "path",
        "arabic",
        "escape",
        "minus",
        "empty",
        "float",
        "hex",
    ],
)
def test_one_code(code: str) -> None:
    done = desk("lookup", "--on", "2025-04-10", "--", code)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr and len(done.stderr) < 600
    assert "Remedy" in done.stderr or "nearest" in done.stderr
    assert "\x1b" not in done.stderr


def table(path: Path, content: bytes) -> subprocess.CompletedProcess[str]:
    (path / "in.csv").write_bytes(content)
    return desk("lookup", "--file", str(path / "in.csv"), "--out", str(path / "out.csv"))


def test_rows_of_every_bad_kind(tmp_path: Path) -> None:
    bad = ["8" * 10_000, "DROP TABLE rates", "=1+1", "@SUM(A1)", "\x00", "", "8517130"]
    rows = "".join(f"{code},CHN,2025-04-10\n" for code in bad)
    done = table(tmp_path, (HEAD + GOOD + rows.replace("\x00", "?") + GOOD).encode())
    assert done.returncode == 3, done.stderr
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert len(lines) == 1 + 1 + len(bad) + 1
    assert lines[1] == lines[-1] and ",20," in lines[1]
    assert not [line for line in lines[2:-1] if ",20," in line or line.endswith('""')]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xef\xbb\xbf" + (HEAD + GOOD).encode(), 0),
        ((HEAD.replace("code", "été,code") + "é," + GOOD).encode("latin-1"), 0),
        (b"", 2),
        (HEAD.encode(), 1),
        ((HEAD + GOOD).encode("utf-16"), 0),
        (bytes(range(256)) * 10, 2),
    ],
    ids=["bom", "latin-1", "empty", "header alone", "utf-16", "binary"],
)
def test_encodings(tmp_path: Path, content: bytes, code: int) -> None:
    done = table(tmp_path, content)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out.csv").exists() == (code != 2)


def test_folder_as_file(tmp_path: Path) -> None:
    done = desk("lookup", "--file", str(tmp_path), "--out", str(tmp_path / "out.csv"))
    assert done.returncode == 2 and "folder" in done.stderr


def test_out_is_in(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(HEAD + GOOD)
    done = desk("lookup", "--file", str(path), "--out", str(path))
    assert done.returncode == 2 and path.read_text() == HEAD + GOOD


def test_outside_a_project(tmp_path: Path) -> None:
    done = desk("lookup", "8517.13.00", "--on", "2025-04-10", "--origin", "CHN", cwd=tmp_path)
    assert done.returncode == 0 and "20 %" in done.stdout.splitlines()[0]


def test_many_rows(tmp_path: Path) -> None:
    """Fifty thousand rows; the million is in benchmarks/bench_desk.py, with its memory."""
    done = table(tmp_path, (HEAD + GOOD * 50_000).encode())
    assert done.returncode == 0, done.stderr
    assert "50,000 of 50,000" in done.stdout
    assert sum(1 for _ in (tmp_path / "out.csv").open()) == 50_001
