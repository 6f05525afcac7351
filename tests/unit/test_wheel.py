"""The wheel: light, with law and tables inside, and the same answers where there is no checkout."""

import json
import os
import re
import sys
import tomllib
import zipfile
from email import message_from_bytes

import pytest

import trucewatch as tw
from tests.other_pythons import environment, run
from trucewatch.paths import project_root
from trucewatch.scenario.market import TABLES
from trucewatch.trade.weights import CONCORDANCE, SOURCES

ROOT = project_root()
#: Builds the wheel of a folder into another, without a registry.
BUILD = """
import sys
from hatchling.builders.wheel import WheelBuilder
print(*WheelBuilder(sys.argv[1]).build(directory=sys.argv[2], versions=["standard"]))
"""
#: Prints what `import trucewatch` loads.
LOADED = "import sys; had = set(sys.modules); import trucewatch; print(*set(sys.modules) - had)"
PYTHONS = ("3.11", "3.12", "3.13")

#: Asked with the installed wheel and with this checkout; prints JSON.
QUESTIONS = """
import json, sys
import trucewatch as tw
light = sorted({"pandas", "pyarrow", "numpy", "click"} & set(sys.modules))
print(json.dumps({
    "light": light,
    "edition": [tw.version, str(tw.law_asof()), tw.ledger_hash()],
    "lookup": tw.lookup("9503.00.00", on="2025-04-10").to_dict(),
    "china": tw.lookup("1201.90.11", on="2025-04-20", importer="CHN").to_dict(),
    "vietnam": tw.lookup("9403.60.80", origin="Vietnam", on="2025-09-01").to_dict(),
    "search": tw.search("usb cable").to_dict(),
    "catalogue": tw.catalogue(LIST, on="2025-05-14").to_dict(),
    "diff": tw.diff("2025-05-13", "2025-05-14").to_dict(5),
    "calendar": tw.calendar().to_dict(),
    "history": tw.history("8517.13.00").astype(str).to_dict("list"),
    "average": tw.average_rate(on="2025-05-14").astype(str).to_dict("list"),
    "scenario": tw.scenario("threat_100", draws=100).to_frame().round(6).to_dict("list"),
    "acts": tw.acts(search="Geneva")["act_id"].tolist(),
}, sort_keys=True))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel of this checkout, built without a registry."""
    out = tmp_path_factory.mktemp("wheel")
    done = run([sys.executable, "-c", BUILD, str(ROOT), str(out)])
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_is_light(wheel):
    assert wheel.stat().st_size < 10_000_000
    with zipfile.ZipFile(wheel) as archive:
        name = next(item for item in archive.namelist() if item.endswith("/METADATA"))
        told = message_from_bytes(archive.read(name))
    needed = {
        re.split(r"[^\w.-]", line)[0] for line in told.get_all("Requires-Dist") if "extra ==" not in line
    }
    assert needed == {
        "babel", "click", "icalendar", "numpy", "openpyxl", "pandas", "pyarrow", "python-calamine",
        "ruamel-yaml", "scipy", "xlsxwriter",
    }  # fmt: skip
    assert {"pipeline", "mcp", "scale"} <= set(told.get_all("Provides-Extra"))


def test_law_names_and_every_table_the_desk_weighs_with_are_inside(names):
    law = {
        path.relative_to(project_root()).as_posix() for path in (project_root() / "data/law").rglob("*.csv")
    }
    tables = {*TABLES, CONCORDANCE, *(source[0] for source in SOURCES.values())}
    words = {f"data/words/{name}.csv" for name in ("everyday_words", "line_names")}
    wanted = law | {f"data/clean/{table}.parquet" for table in tables} | words
    assert {f"trucewatch/bundle/{name}" for name in wanted} <= names


def test_import_loads_nothing_else():
    loaded = {name.partition(".")[0] for name in run([sys.executable, "-c", LOADED]).stdout.split()}
    assert loaded - set(sys.stdlib_module_names) == {"trucewatch"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "version", [*(pytest.param(one, marks=pytest.mark.exhaustive) for one in PYTHONS[:-1]), PYTHONS[-1]]
)
def test_it_answers_as_the_checkout_does_in_an_empty_environment(version, wheel, tmp_path):
    python, install = environment(version, tmp_path / "env")
    done = run([*install, str(wheel)])
    assert done.returncode == 0, done.stderr
    (tmp_path / "list.csv").write_text("HTS Code,COO,Entered Value\n9503.00.00,CN,1000\n0101.21.00,VN,20\n")
    asked = QUESTIONS.replace("LIST", repr(str(tmp_path / "list.csv")))
    elsewhere = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "TRUCEWATCH"))
    }
    there = run([python, "-c", asked], cwd=tmp_path, env=elsewhere)
    assert there.returncode == 0, there.stderr
    here = run([sys.executable, "-c", asked], cwd=ROOT)
    assert here.returncode == 0, here.stderr
    answers, expected = json.loads(there.stdout), json.loads(here.stdout)
    assert answers == expected
    assert answers["light"] == []
    assert answers["edition"] == [tw.version, tw.law_asof().isoformat(), tw.ledger_hash()]
    command = str(tmp_path / "env/bin/trucewatch")
    told = run([command, "lookup", "9503.00.00", "--on", "2025-04-10", "--json"], cwd=tmp_path, env=elsewhere)
    assert json.loads(told.stdout) == expected["lookup"]
    refused = run([command, "build"], cwd=tmp_path, env=elsewhere)
    assert refused.returncode == 1
    assert "needs a checkout" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_what_a_user_makes_goes_beside_him_where_there_is_no_checkout(monkeypatch, tmp_path):
    from trucewatch import paths

    bundle = tmp_path / "site-packages/bundle"
    bundle.mkdir(parents=True)
    monkeypatch.delenv("TRUCEWATCH_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "BUNDLE", bundle)
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "a/b/paths.py"))
    assert paths.project_root() == bundle
    assert paths.scratch_dir() == tmp_path / "scratch"
    with pytest.raises(tw.TrucewatchError, match="needs a checkout"):
        paths.checkout_root()


def test_version_is_that_of_pyproject():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert tw.version == told["project"]["version"]
