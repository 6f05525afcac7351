"""Trouble in the inputs ends in a clear message, a non-zero exit and the last good build in place."""

import shutil

import pandas as pd
import pytest

from tests.pipeline.test_repro import tree_hash

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

SOURCE = "data/sources/census/us_china_goods_monthly.csv.gz"


@pytest.fixture
def kept(project):
    """Check at the end that clean tables and reports of the last good build are untouched."""
    before = {folder: tree_hash(project.root / folder) for folder in ("data/clean", "reports")}
    yield project
    for folder, hashes in before.items():
        after = tree_hash(project.root / folder)
        assert {name: after.get(name) for name in hashes} == hashes


def refused(project, target: str, *words: str) -> None:
    said = project.repro(target, code=None)
    assert "failed to reproduce" in said
    for word in words:
        assert word in said, said


def test_a_corrupted_source_file(kept):
    path = kept.root / SOURCE
    path.write_bytes(path.read_bytes()[:-7] + b"garbage")
    refused(kept, "clean", path.name, "sha256", "Remedy")


def test_a_missing_source_file(kept):
    (kept.root / SOURCE).unlink()
    refused(kept, "clean", "us_china_goods_monthly", "Remedy")


def test_a_truncated_raw_table_heals(kept):
    path = next((kept.root / "data/raw").glob("*us_china_goods_monthly.parquet"))
    path.write_bytes(path.read_bytes()[:100])
    kept.repro("clean")
    assert len(pd.read_parquet(path))


def test_a_notebook_that_fails_keeps_the_last_good_report(kept):
    kept.edit("notebooks/soybeans.ipynb", "report.close()", "1 / 0")
    refused(kept, "report@soybeans", "ZeroDivisionError", "soybeans")
    assert (kept.root / "reports/.failed/soybeans.ipynb").is_file()


def test_a_missing_cache_is_rebuilt(project):
    shutil.rmtree(project.root / ".dvc" / "cache")
    shutil.rmtree(project.root / "data" / "clean")
    project.repro("clean")
    assert (project.root / "data/clean/us_china_goods_monthly.parquet").is_file()
