"""The law is whole, or there is none: missing, cut, added and half merged files are refused."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.test_law_ledger import one_measure, write
from trucewatch import cli
from trucewatch.answers.doctor import run_doctor
from trucewatch.answers.lookup import lookup
from trucewatch.errors import LedgerError
from trucewatch.ledger import seal
from trucewatch.ledger.ledger import load_ledger
from trucewatch.paths import law_dir, project_root


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real ledger in a project of its own."""
    root = tmp_path_factory.mktemp("real")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(project_root() / name, root / name)
    shutil.copytree(law_dir(), root / "data" / "law")
    return root


def _delete(path: Path) -> None:
    path.unlink()


def _header_only(path: Path) -> None:
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n")


def _last_row(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def _one_byte(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\n", b" \n", 1) if path.suffix == ".txt" else content + b"\n")


LISTED = [line.partition(",")[0] for line in (law_dir() / seal.MANIFEST).read_text().splitlines()[1:]]


@pytest.mark.parametrize("change", [_delete, _header_only, _last_row, _one_byte])
def test_every_file_of_the_ledger_is_needed_to_the_last_byte(
    real: Path, change: Callable[[Path], None]
) -> None:
    folder = law_dir(real)
    whole = {name: digest for name, (_, digest) in seal.present(folder).items()}
    for name in LISTED:
        path = folder / name
        kept = path.read_bytes()
        change(path)
        try:
            now = {name: seal.hash_in(path.read_bytes())} if path.exists() else {}
        finally:
            path.write_bytes(kept)
        rest = {other: digest for other, digest in whole.items() if other != name}
        broken = list(seal.breaches(folder, rest | now))
        assert [breach.file for breach in broken] == [f"data/law/{name}"]
        assert "doctor --seal" in broken[0].remedy
    assert not list(seal.breaches(folder))


@pytest.mark.parametrize(
    "name",
    [
        "rates.chn.csv",
        "measure_scopes.chn.csv",
        "transit_rules.usa.csv",
        "suspensions.usa.csv",
        "exclusions.usa.csv",
        "stances.csv",
        "texts/us_note_16.txt",
    ],
)
def test_without_a_file_nothing_is_answered(
    real: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = law_dir(real) / name
    kept = path.read_bytes()
    path.unlink()
    monkeypatch.setenv("TRUCEWATCH_HOME", str(real))
    try:
        for arguments in (
            ["lookup", "1201.90.10", "--importer", "CHN", "--on", "2025-04-10"],
            ["stage", "validate"],
        ):
            done = CliRunner().invoke(cli.main, arguments)
            assert done.exit_code == 2, done.output
            assert f"data/law/{name}" in done.output
            assert "missing" in done.output
        assert f"data/law/{name}" in {found.file for found in run_doctor(real) if found.severity == "error"}
    finally:
        path.write_bytes(kept)
    assert lookup("1201.90.10", importer="CHN", on="2025-04-10", ledger=load_ledger(real)).total_pct == 124.5


def test_the_doctor_names_every_file_that_is_missing(real: Path) -> None:
    """Files the reader asks for by name and files it finds by looking, in one report."""
    names = ["partners.csv", "rates.chn.csv", "transit_rules.usa.csv", "scopes/us_s301_list_3.csv"]
    kept = {name: (law_dir(real) / name).read_bytes() for name in names}
    for name in names:
        (law_dir(real) / name).unlink()
    try:
        found = [one.file for one in run_doctor(real) if one.problem == seal.GONE]
    finally:
        for name, content in kept.items():
            (law_dir(real) / name).write_bytes(content)
    assert sorted(found) == sorted(f"data/law/{name}" for name in names)


def test_an_open_ledger_stays_of_one_edition(real: Path) -> None:
    """Long sheets are typed when first needed, from the bytes that were there when it was opened."""
    law = load_ledger(real)
    path = law_dir(real) / "base_rates" / "chn.csv"
    kept = path.read_bytes()
    header = kept.partition(b"\n")[0] + b"\n"
    try:
        path.write_bytes(header)
        assert lookup("1201.90.10", importer="CHN", on="2025-04-10", ledger=law).total_pct == 124.5
        assert len(law.base_rates["CHN"].sheet) == kept.count(b"\n") - 1
        with pytest.raises(LedgerError, match="has changed since it was sealed") as caught:
            load_ledger(real)
        assert caught.value.file == "data/law/base_rates/chn.csv"
    finally:
        path.write_bytes(kept)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path, one_measure())


def test_a_change_asks_for_one_command_and_then_is_the_law(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dvc.yaml", "params.yaml"):
        (project / name).write_text("")
    monkeypatch.setenv("TRUCEWATCH_HOME", str(project))
    path = law_dir(project) / "rates.usa.csv"
    before = load_ledger(project).ledger_hash
    path.write_text(path.read_text().replace(",10,", ",12,"))
    with pytest.raises(LedgerError, match=r"has changed since it was sealed \(1 rows as before\)") as caught:
        load_ledger(project)
    assert "`trucewatch doctor --seal`" in caught.value.remedy

    done = CliRunner().invoke(cli.main, ["doctor", "--seal"])
    assert (done.exit_code, "sealed rates.usa.csv: 1 rows, now 1" in done.output) == (0, True), done.output
    after = load_ledger(project)
    assert after.rates[0].rate_pct == 12
    assert after.ledger_hash != before


def test_an_unsound_ledger_is_not_sealed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dvc.yaml", "params.yaml"):
        (project / name).write_text("")
    monkeypatch.setenv("TRUCEWATCH_HOME", str(project))
    listed = (law_dir(project) / seal.MANIFEST).read_bytes()
    for old, new in ((",10,", ",ten,"), ("ada", "eve")):
        path = law_dir(project) / "rates.usa.csv"
        kept = path.read_text()
        path.write_text(kept.replace(old, new, 1))
        done = CliRunner().invoke(cli.main, ["doctor", "--seal"])
        assert done.exit_code == 1
        assert "not sealed" in done.output
        assert (law_dir(project) / seal.MANIFEST).read_bytes() == listed
        path.write_text(kept)


@pytest.mark.parametrize("name", ["scopes/extra.csv", "rates.csv", "notes.md"])
def test_a_file_that_nobody_listed_is_refused(project: Path, name: str) -> None:
    (law_dir(project) / name).write_text("a\n")
    assert [breach.file for breach in seal.breaches(law_dir(project))] == [f"data/law/{name}"]


@pytest.mark.parametrize("name", [".rates.usa.csv.swp", ".~lock.rates.usa.csv#", "~$rates.csv", ".DS_Store"])
def test_what_editors_leave_is_passed_over(project: Path, name: str) -> None:
    (law_dir(project) / name).write_text("a\n")
    load_ledger(project)


@pytest.mark.parametrize("text", [None, b"", b"file,rows,sha256\nacts.csv,one,two\n", b"\xff"])
def test_a_list_that_is_missing_or_spoilt_is_refused(project: Path, text: bytes | None) -> None:
    path = law_dir(project) / seal.MANIFEST
    path.unlink()
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(LedgerError, match="doctor --seal"):
        load_ledger(project)
    assert "error" in {found.severity for found in run_doctor(project)}


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *own, *arguments], cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("theirs", ["measure_scopes.usa.csv", "origin_sets.csv", "stack_rules.usa.csv"])
def test_edits_of_different_files_merge(project: Path, theirs: str) -> None:
    """Edits of neighbors in the list conflict by line; git keeps both lines, and the right one counts."""
    _branches(
        project, (theirs, "note" if theirs != "origin_sets.csv" else "citation"), ("rates.usa.csv", "note")
    )
    assert _git(project, "merge", "-q", "theirs").returncode == 0
    load_ledger(project)
    seal.seal(law_dir(project))
    assert not seal.leftovers(law_dir(project))


def test_a_file_merged_from_two_edits_is_sealed_anew(project: Path) -> None:
    path = law_dir(project) / "edition.csv"
    path.write_text(path.read_text() + "".join(f"key_{number:02},value,note\n" for number in range(20)))
    _branches(project, ("edition.csv", "key_01"), ("edition.csv", "key_18"))
    assert _git(project, "merge", "-q", "theirs").returncode == 0
    with pytest.raises(LedgerError, match=r"edition\.csv: the file has changed since it was sealed"):
        load_ledger(project)
    seal.seal(law_dir(project))
    load_ledger(project)


def _branches(project: Path, theirs: tuple[str, str], ours: tuple[str, str]) -> None:
    """Change a word of one file on each of two branches."""
    shutil.copy(project_root() / ".gitattributes", project)
    seal.seal(law_dir(project))
    _git(project, "init", "-q", "-b", "main")
    _git(project, "add", "-A")
    _git(project, "commit", "-qm", "one")
    for branch, (name, word) in (("theirs", theirs), ("main", ours)):
        _git(project, "checkout", "-q", "-B", branch, "main")
        path = law_dir(project) / name
        assert word in path.read_text()
        path.write_text(path.read_text().replace(word, f'"{word}"', 1))
        seal.seal(law_dir(project))
        _git(project, "commit", "-qam", branch)
