"""The static data set: what its tables say, the validators of both formats, and the page's own queries."""

import json
import re
import shutil
import subprocess
import sys
from datetime import date

import duckdb
import frictionless
import mlcroissant
import pandas as pd
import pyarrow.parquet as pq
import pytest

import trucewatch as tw
from trucewatch.duty.panel import read_panel
from trucewatch.page import data_set as made
from trucewatch.paths import project_root

PAGE = (project_root() / "docs/data_set.md").read_text(encoding="utf-8")
TOYS, DAY = "95030000", date(2025, 4, 10)
pytestmark = pytest.mark.slow  # the whole set is made, and read row by row


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("set")
    (place / "data").mkdir()
    for name, content in made.data_set(project_root()).items():
        (place / "data" / name).write_bytes(content)
    return place


def block(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL).group(1)


def test_frictionless_finds_every_file_as_described(folder):
    report = frictionless.validate(str(folder / "data/datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:5]
    described = {task.place for task in report.tasks}
    assert described == {path.name for path in (folder / "data").iterdir() if path.suffix != ".json"}


def test_a_changed_file_is_found(folder, tmp_path):
    shutil.copytree(folder / "data", tmp_path / "data")
    for name in ("acts.csv", "panel_usa.parquet"):
        (tmp_path / "data" / name).write_bytes((folder / "data" / name).read_bytes()[:-1])
    report = frictionless.validate(str(tmp_path / "data/datapackage.json"))
    assert {task.place for task in report.tasks if not task.valid} == {"acts.csv", "panel_usa.parquet"}


@pytest.mark.filterwarnings("ignore:::rdflib", "ignore:::mlcroissant")  # of theirs, not of the data
def test_croissant_finds_no_fault_and_reads_it(folder):
    found = mlcroissant.Dataset(str(folder / "data/croissant.json"))
    assert found.metadata.issues.errors == found.metadata.issues.warnings == set()
    first = next(iter(found.records("acts")))
    assert first["acts/act_id"].decode() == tw.acts().sort_values("act_id")["act_id"].iloc[0]


def test_codes_are_text_in_both_descriptions_and_in_the_files(folder):
    told = json.loads((folder / "data/datapackage.json").read_text())
    typed = {
        (one["path"], field["name"]): field["type"]
        for one in told["resources"]
        for field in one["schema"]["fields"]
    }
    codes = [key for key in typed if key[1] in ("code", "named_by")]
    assert len(codes) == 2 * 2 + 2 * 2
    assert {typed[key] for key in codes} == {"string"}
    assert pq.read_schema(folder / "data/panel_usa.parquet").field("code").type == "string"
    text = pd.read_csv(folder / "data/names.csv", dtype=str)["code"]
    assert text.str.fullmatch(r"\d{4,10}").all()
    assert text.str.startswith("0").any()


def test_every_column_of_every_table_is_described_once(folder):
    for path in (folder / "data").glob("*.parquet"):
        columns = made.fields(path.stem.partition("_")[0])
        assert pq.read_schema(path).names == [one.name for one in columns]
        assert all(one.description.endswith(".") for one in columns)
        if path.with_suffix(".csv").is_file():
            assert (
                pd.read_csv(path.with_suffix(".csv"), nrows=0).columns.tolist() == pq.read_schema(path).names
            )


def test_a_chinese_line_is_never_called_by_an_american_one(folder):
    names = pd.read_parquet(folder / "data/names.parquet")
    china = names[names["importer"] == "CHN"]
    assert (china["named_by"] == china["code"].str[:6]).all()


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_the_published_panel_is_the_panel(folder, importer):
    made_of = read_panel(importer).totals["rate_pct"].to_pylist()
    shown = pq.read_table(folder / f"data/panel_{importer.lower()}.parquet")["rate_pct"].to_pylist()
    assert shown == [float(rate) for rate in made_of]


def test_averages_are_those_of_the_package(folder):
    days = pd.read_parquet(folder / "data/averages.parquet")
    assert days["day"].min() == date(2018, 1, 1)
    assert days["day"].max() == tw.law_asof()
    own = days[(days["importer"] == "USA") & (days["weights"] == "imports_2024") & (days["day"] == DAY)]
    asked = tw.average_rate(on=DAY)
    asked = asked[asked["rate_pct"] != 0]
    assert own.set_index("authority")["rate_pct"].to_dict() == pytest.approx(
        asked.set_index("authority")["rate_pct"].to_dict(), abs=1e-6
    )


def test_duckdb_answers_as_the_page_says(folder, monkeypatch):
    monkeypatch.chdir(folder)
    rows = duckdb.sql(block("sql")).fetchall()
    answer = tw.lookup(TOYS, on=DAY)
    charged = {line.authority: float(line.pp) for line in answer.lines if line.pp}
    assert {authority: rate for authority, rate, *_ in rows if rate} == charged


def test_pandas_answers_as_the_page_says(folder):
    done = subprocess.run(
        [sys.executable, "-c", block("python")], cwd=folder, capture_output=True, text=True, check=True
    )
    above, lines = map(int, re.fullmatch(r"(\d+) of (\d+) lines\n", done.stdout).groups())
    assert 0 < above < lines


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not on this machine")
def test_r_answers_as_the_page_says(folder):
    done = subprocess.run(
        ["Rscript", "-e", block("r")], cwd=folder, capture_output=True, text=True, check=True
    )
    shown = {importer: float(rate) for importer, rate in re.findall(r"(USA|CHN)\s+([\d.]+)", done.stdout)}
    days = pd.read_parquet(folder / "data/averages.parquet")
    last = days[
        (days["day"] == days["day"].max())
        & (days["authority"] == "total")
        & (days["weights"] == "imports_2024")
    ]
    assert shown == pytest.approx(last.set_index("importer")["rate_pct"].to_dict(), abs=1e-4)


def test_what_reports_publish_is_described(tmp_path):
    members = {
        "soybeans/tables/a.csv": b"hs10,chapter,month,target_t,is_met,text\n0101,01,2025-01-01,1.5,True,x\n",
        "soybeans/figures/a.svg": b"<svg/>",
        "soybeans/report.html": b"<p>",
    }
    told = [{"report": "soybeans", "tables": [{"name": "a", "caption": "A table"}], "figures": []}]
    package = json.loads(made.published(members, told))
    assert [one["path"] for one in package["resources"]] == [
        "soybeans/figures/a.svg",
        "soybeans/tables/a.csv",
    ]
    table = package["resources"][1]
    assert table["title"] == "A table"
    types = {field["name"]: field["type"] for field in table["schema"]["fields"]}
    assert types == {
        "hs10": "string", "chapter": "string", "month": "date", "target_t": "number", "is_met": "boolean",
        "text": "string",
    }  # fmt: skip
    target = next(field for field in table["schema"]["fields"] if field["name"] == "target_t")
    assert target["unit"] == "tonnes"
    for name, content in {**members, "datapackage.json": made.published(members, told)}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert frictionless.validate(str(tmp_path / "datapackage.json")).valid


@pytest.mark.exhaustive
def test_every_table_that_reports_publish_is_valid(tmp_path):
    reports = project_root() / "reports"
    told = [json.loads(path.read_text(encoding="utf-8")) for path in reports.glob("*/summary.json")]
    if not told:
        pytest.skip("no report is built")
    members = {
        path.relative_to(reports).as_posix(): path.read_bytes()
        for kind in ("tables", "figures")
        for path in reports.glob(f"[!.]*/{kind}/*")
    }
    for name, content in {**members, "datapackage.json": made.published(members, told)}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["place", "rowNumber", "fieldName", "message"])[:5]


@pytest.mark.exhaustive
def test_the_same_law_gives_the_same_bytes(folder):
    again = made.data_set(project_root())
    assert {name: (folder / "data" / name).read_bytes() == content for name, content in again.items()} == (
        dict.fromkeys(again, True)
    )
