"""What a report depends on is found from its notebook alone."""

import ast
import json

import nbformat
import pytest

from trucewatch.errors import ReportError
from trucewatch.page.dependencies import API, import_closure, notebook_tree, report_inputs, tables_named
from trucewatch.paths import project_root


@pytest.fixture
def project(tmp_path):
    """A made project: two notebooks, a package with three modules, two tables."""
    package = tmp_path / "src" / "trucewatch"
    (package / "page").mkdir(parents=True)
    (package / "trade").mkdir()
    (package / "__init__.py").write_text("")
    (package / "page" / "__init__.py").write_text("")
    (package / "page" / "page.css").write_text("p {}")
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
    assert {"trucewatch.trade.flows", "trucewatch.trade.units", "trucewatch.page"} <= set(modules)
    assert "trucewatch.trade.other" not in modules
    assert project / "src/trucewatch/page/page.css" in modules.values()


def test_files_of_one_name_in_two_folders_both_count(project):
    (project / "src/trucewatch/trade/page.css").write_text("q {}")
    found = set(import_closure(notebook_tree(project / "notebooks" / "one.ipynb"), project / "src").values())
    assert {project / f"src/trucewatch/{folder}/page.css" for folder in ("page", "trade")} <= found


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
    law = project / "src/trucewatch/ledger"
    law.mkdir()
    (law / "__init__.py").write_text("")
    (law / "ledger.py").write_text("")
    (project / "data/law/scopes").mkdir(parents=True)
    (project / "data/law/scopes/list.csv").write_text("code\n85\n")
    write_notebook(project, "one", "from trucewatch.ledger import ledger")
    assert list(report_inputs("one", project)["files"]) == ["data/law/scopes/list.csv"]
    assert report_inputs("two", project)["files"] == {}


def test_a_report_that_reads_no_law_depends_on_no_file_of_it():
    # the page around every report is common to all: what it imports would make each depend on the law
    assert not [name for name in report_inputs("phase_one")["files"] if name.startswith("data/law")]
    assert [name for name in report_inputs("soybeans")["files"] if name.startswith("data/law")]


def test_an_unknown_table_is_refused(project):
    write_notebook(project, "one", 'read_table("imprts")')
    with pytest.raises(ReportError, match="imprts"):
        report_inputs("one", project)


def test_a_broken_cell_is_refused(project):
    write_notebook(project, "one", "def f(:")
    with pytest.raises(ReportError, match=r"one\.ipynb"):
        report_inputs("one", project)


def edited(project, change):
    """Return the inputs of report `one` before and after a change of the JSON of its notebook."""
    path = project / "notebooks" / "one.ipynb"
    before, book = report_inputs("one", project), json.loads(path.read_text())
    change(book)
    path.write_text(json.dumps(book, indent=2, sort_keys=True))
    return before, report_inputs("one", project)


def saved_by_an_editor(book):
    """What opening, running and saving in JupyterLab leaves behind."""
    book["metadata"] = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.12.1", "pygments_lexer": "ipython3"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
    }
    for cell in book["cells"]:
        cell["id"] = "another"
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
        cell["metadata"] |= {"collapsed": False, "jupyter": {"outputs_hidden": True}, "trusted": True}
        cell |= {
            "execution_count": 7,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "ran"}],
        }


def test_opening_and_saving_a_notebook_reruns_nothing(project):
    before, after = edited(project, saved_by_an_editor)
    assert after == before


@pytest.mark.parametrize(
    "change",
    [
        lambda cell: cell.update(source="x = 1"),
        lambda cell: cell["metadata"].update(tags=["parameters"]),
        lambda cell: [cell.pop("outputs"), cell.pop("execution_count"), cell.update(cell_type="markdown")],
    ],
    ids=["text", "tag", "kind"],
)
def test_what_a_notebook_says_counts(project, change):
    before, after = edited(project, lambda book: change(book["cells"][0]))
    assert after["notebook"] != before["notebook"]


def test_the_order_of_cells_counts(project):
    cell = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "Words."}
    _, first = edited(project, lambda book: book["cells"].append(cell))
    _, second = edited(project, lambda book: book["cells"].reverse())
    assert first["notebook"] != second["notebook"]


def test_only_a_notebook_that_imports_the_package_itself_depends_on_all_of_it(project):
    api = project / "src/trucewatch/api"
    api.mkdir()
    (api / "__init__.py").write_text("def ask():\n    from trucewatch.trade import other\n")
    assert API not in import_closure(notebook_tree(project / "notebooks/one.ipynb"), project / "src")
    two = report_inputs("two", project)
    assert "src/trucewatch/trade/other.py" in two["modules"]
    # its functions read tables the notebook does not name
    assert list(two["files"]) == ["data/clean/exports.parquet", "data/clean/imports.parquet"]


@pytest.mark.parametrize(
    ("code", "is_all"),
    [
        ("import trucewatch as tw", True),
        ("from trucewatch import lookup", True),
        ("from trucewatch import scenario", True),
        ("from trucewatch import __version__", False),
        ("from trucewatch import ledger", False),
        ("from trucewatch.answers.lookup import lookup", False),
        ("from trucewatch.scenario import read_scenario", False),
        ("import trucewatch.ledger", True),
        ("import trucewatch.ledger as law", False),
    ],
)
def test_the_names_of_the_package_bring_all_and_its_modules_do_not(code, is_all):
    found = import_closure(ast.parse(code), project_root() / "src")
    assert (API in found) is is_all
    assert ("trucewatch.reports.diversion.measures" in found) is is_all


def test_imports_for_a_type_checker_alone_do_not_count(project):
    (project / "src/trucewatch/trade/flows.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from trucewatch.trade import other\n"
        "else:\n    from trucewatch.trade import units\n"
    )
    tree = notebook_tree(project / "notebooks/one.ipynb")
    found = import_closure(tree, project / "src")
    assert "trucewatch.trade.other" not in found
    assert "trucewatch.trade.units" in found


def test_reports_share_the_imports_of_their_modules(project, monkeypatch):
    parsed = []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda source, *given: parsed.append(source) or parse(source, *given))
    report_inputs("one", project)
    first = len(parsed)
    report_inputs("one", project)
    assert len(parsed) == first + 1, "the notebook, and no module again"
