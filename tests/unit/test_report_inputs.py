"""What a report depends on is found from its notebook alone."""

import ast

import nbformat
import pytest

from trucewatch.errors import ReportError
from trucewatch.report.inputs import import_closure, notebook_tree, report_inputs, tables_named


@pytest.fixture
def project(tmp_path):
    """A made project: two notebooks, a package with three modules, two tables."""
    package = tmp_path / "src" / "trucewatch"
    (package / "report").mkdir(parents=True)
    (package / "trade").mkdir()
    (package / "__init__.py").write_text("")
    (package / "report" / "__init__.py").write_text("")
    (package / "report" / "page.css").write_text("p {}")
    (package / "trade" / "__init__.py").write_text("")
    (package / "trade" / "flows.py").write_text("from .units import scale\n")
    (package / "trade" / "units.py").write_text("import numpy\nscale = 1\n")
    (package / "trade" / "other.py").write_text("")
    (tmp_path / "data" / "clean").mkdir(parents=True)
    (tmp_path / "data" / "benchmarks").mkdir()
    for table in ("imports", "exports"):
        (tmp_path / "data" / "clean" / f"{table}.parquet").write_bytes(b"made")
    published = "check_id,report,value\nc1,one,1\nc2,two,2\n"
    (tmp_path / "data" / "benchmarks" / "published.csv").write_text(published)
    (tmp_path / "notebooks").mkdir()
    write_notebook(tmp_path, "one", 'from trucewatch.trade import flows\nframe = read_table("imports")')
    write_notebook(tmp_path, "two", 'import trucewatch as tw\n%matplotlib inline\ntw.table("exports")')
    return tmp_path


def write_notebook(root, name, source):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="a")])
    nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")


def test_modules_are_followed_through_relative_imports(project):
    tree = notebook_tree(project / "notebooks" / "one.ipynb")
    modules = import_closure(tree, project / "src")
    assert {"trucewatch.trade.flows", "trucewatch.trade.units", "trucewatch.report"} <= set(modules)
    assert "trucewatch.trade.other" not in modules
    assert project / "src/trucewatch/report/page.css" in modules.values()


def test_tables_are_those_named_as_literals():
    tree = ast.parse('read_table("a"); tw.table("b"); read_table(name); other("c")')
    assert tables_named(tree) == {"a", "b"}


def test_a_change_reaches_only_the_reports_that_read_it(project):
    before = {name: report_inputs(name, project) for name in ("one", "two")}
    (project / "data/clean/imports.parquet").write_bytes(b"revised")
    (project / "src/trucewatch/trade/other.py").write_text("x = 1")
    (project / "data/benchmarks/published.csv").write_text("check_id,report,value\nc1,one,1\nc2,two,3\n")
    after = {name: report_inputs(name, project) for name in ("one", "two")}
    assert before["one"]["tables"] != after["one"]["tables"]
    assert before["two"]["tables"] == after["two"]["tables"]
    assert before["one"]["modules"] == after["one"]["modules"]
    assert before["one"]["published"] == after["one"]["published"]
    assert before["two"]["published"] != after["two"]["published"]


def test_a_module_brings_the_files_it_reads(project):
    law = project / "src/trucewatch/law"
    law.mkdir()
    (law / "__init__.py").write_text("")
    (project / "data/law/scopes").mkdir(parents=True)
    (project / "data/law/scopes/list.csv").write_text("code\n85\n")
    write_notebook(project, "one", "from trucewatch import law")
    assert list(report_inputs("one", project)["files"]) == ["data/law/scopes/list.csv"]
    assert report_inputs("two", project)["files"] == {}


def test_an_unknown_table_is_refused(project):
    write_notebook(project, "one", 'read_table("imprts")')
    with pytest.raises(ReportError, match="imprts"):
        report_inputs("one", project)


def test_a_broken_cell_is_refused(project):
    write_notebook(project, "one", "def f(:")
    with pytest.raises(ReportError, match=r"one\.ipynb"):
        report_inputs("one", project)
