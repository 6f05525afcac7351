"""The zip for readers who never run code: complete, the same every time, every link resolves."""

import json
import zipfile

import pytest
from click.testing import CliRunner

from trucewatch.cli import main
from trucewatch.errors import ParameterError, ReportError
from trucewatch.page.dist import broken_links, links, pack
from trucewatch.page.front_page import publish


@pytest.fixture
def built(tmp_path):
    """Return a project with one built report and its front page."""
    folder = tmp_path / "reports/sample"
    (folder / "tables").mkdir(parents=True)
    (folder / "figures").mkdir()
    summary = {
        "report": "sample",
        "title": "A sample",
        "finding": "It fell.",
        "headlines": {},
        "checks": {"passed": 0, "failed": 0, "other": 0},
        "data_asof": "2026-08",
        "law_asof": "2026-11-09",
        "citation": "trucewatch (2026): A sample.",
        "build_id": "0123abcd",
        "tables": [{"name": "annual", "caption": "By year"}],
        "figures": [],
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    for name in ("checks.json", "sample.ipynb", "tables/annual.csv", "tables/daily.csv", "unlinked.parquet"):
        (folder / name).write_text(f"content of {name}")
    (folder / "report.html").write_text(
        '<h2 id="a">A</h2><a href="tables/annual.csv">CSV</a><a href="#a">a</a>'
    )
    publish(tmp_path)
    return tmp_path


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_pages_link_to_is_in_it_and_every_table_and_nothing_else(built):
    packed = pack(root=built)
    assert packed.path == built / "dist/trucewatch-2026-11-09.zip"
    found = members(packed.path)
    assert next(iter(found)) == "trucewatch-2026-11-09/START-HERE.html"
    short = {name.removeprefix("trucewatch-2026-11-09/") for name in found}
    assert short == {
        "START-HERE.html",
        "pages/index.html",
        "pages/datapackage.json",
        "pages/metrics.json",
        *(
            f"pages/sample/{name}"
            for name in (
                "report.html",
                "checks.json",
                "summary.json",
                "sample.ipynb",
                "tables/annual.csv",
                "tables/daily.csv",
            )
        ),
    }
    assert packed.files == len(found)
    assert found["trucewatch-2026-11-09/pages/sample/tables/annual.csv"] == b"content of tables/annual.csv"


def test_every_link_of_the_zip_leads_to_a_file_of_the_zip(built):
    found = {name.partition("/")[2]: content for name, content in members(pack(root=built).path).items()}
    assert broken_links(found) == []
    del found["pages/sample/tables/annual.csv"]
    assert ("pages/sample/report.html", "tables/annual.csv") in broken_links(found)


def test_the_same_pages_give_the_same_bytes_wherever_they_go(built, tmp_path):
    first = pack(tmp_path / "one", built).path.read_bytes()
    (built / "reports/sample/tables/annual.csv").touch()
    assert pack(tmp_path / "two.zip", built).path.read_bytes() == first


def test_a_link_that_leads_nowhere_is_named_and_the_last_zip_stays(built):
    before = pack(root=built).path.read_bytes()
    page = built / "reports/sample/report.html"
    page.write_text(page.read_text() + '<a href="tables/lost.csv">CSV</a><a href="#nowhere">b</a>')
    with pytest.raises(ReportError, match=r"(?s)sample/report\.html: tables/lost\.csv.*#nowhere"):
        pack(root=built)
    assert [path.name for path in (built / "dist").iterdir()] == ["trucewatch-2026-11-09.zip"]
    assert (built / "dist/trucewatch-2026-11-09.zip").read_bytes() == before


def test_a_zip_that_can_not_be_written_is_refused_and_leaves_nothing(built, tmp_path):
    place = tmp_path / "out"
    (place / "folder.zip").mkdir(parents=True)
    (place / "file").write_text("kept")
    for out in (place / "file", place / "folder.zip"):
        with pytest.raises(ParameterError, match=r"cannot be written \(.+\)\. Remedy"):
            pack(out, built)
    assert sorted(path.name for path in place.iterdir()) == ["file", "folder.zip"]
    assert (place / "file").read_text() == "kept"


def test_without_pages_it_says_how_to_build_them(tmp_path):
    with pytest.raises(ReportError, match="make reports"):
        pack(root=tmp_path)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="../b/report.html#x">', ["b/report.html"]),
        ('<img src="figures/a%20b.svg">', ["a/figures/a b.svg"]),
        ('<a href="https://example.org/x">', []),
        ('<a href="#here"><link href="data:,">', []),
    ],
)
def test_links_are_addresses_from_the_folder_of_pages(html, found):
    assert links(html, "a/report.html") == found


def test_the_command_tells_path_number_and_size(built, monkeypatch):
    for marker in ("dvc.yaml", "params.yaml"):
        (built / marker).touch()
    monkeypatch.setenv("TRUCEWATCH_HOME", str(built))
    result = CliRunner().invoke(main, ["dist", "--out", str(built / "out")])
    assert result.exit_code == 0, result.output
    assert "trucewatch-2026-11-09.zip: 10 files, 0.0 MB" in result.output
