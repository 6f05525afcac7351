"""Every file kept by hand has one reader: a spoilt cell is found by file, row and column."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from trucewatch.answers.doctor import run_doctor
from trucewatch.errors import LedgerError
from trucewatch.ledger.hand_kept import FILES, PUBLISHED, kept_findings, read_kept
from trucewatch.ledger.reading import kinds_of
from trucewatch.paths import project_root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in {Path(name).parent for name in FILES}:
        shutil.copytree(project_root() / folder, tmp_path / folder)
    return tmp_path


def spoil(path: Path, column: str, value: str) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0][column] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_every_table_outside_the_law_has_a_row_type() -> None:
    found = {
        path.relative_to(project_root()).as_posix()
        for folder in {
            "data/benchmarks",
            "data/claims",
            "data/scenario",
            *(str(Path(name).parent) for name in FILES),
        }
        for path in (project_root() / folder).glob("*.csv")
    }
    assert found == set(FILES)
    assert not list(kept_findings(project_root()))


@pytest.mark.parametrize("name", FILES)
def test_each_spoilt_cell_is_found_by_reader_and_doctor(root: Path, name: str) -> None:
    whole = (root / name).read_bytes()
    for column, kind in kinds_of(FILES[name]).items():
        bad = "\u202e" if kind.name in ("text", "choice") else "٢٥"
        spoil(root / name, column, bad)
        with pytest.raises(LedgerError) as caught:
            read_kept(name, root)
        assert (caught.value.file, caught.value.row, caught.value.column) == (name, 2, column)
        assert caught.value.remedy
        assert (name, 2, column) in {(found.file, found.row, found.column) for found in kept_findings(root)}
        (root / name).write_bytes(whole)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "missing"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a,b\n1,2\n", "unknown column"),
        (b"", "unknown column"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(
    root: Path, name: str, content: bytes | None, words: str
) -> None:
    (root / name).unlink()
    if content is not None:
        (root / name).write_bytes(content)
    with pytest.raises(LedgerError, match=words) as caught:
        read_kept(name, root)
    assert caught.value.file == name
    assert name in {found.file for found in run_doctor(project_of(root)) if found.severity == "error"}


def project_of(root: Path) -> Path:
    shutil.copytree(project_root() / "data" / "law", root / "data" / "law", dirs_exist_ok=True)
    return root


def test_every_published_average_by_supplier_has_a_cause() -> None:
    rows = [row for row in read_kept(PUBLISHED, project_root()) if "_us_on_" in row.check_id]
    suppliers = [row for row in rows if row.check_id.partition("_us_on_")[2][:3] not in ("all", "chn")]
    assert len(suppliers) >= 22
    for row in suppliers:
        assert row.cause and row.why, row.check_id
