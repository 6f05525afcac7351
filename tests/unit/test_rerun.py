"""A report by hand: what is given is typed and checked, and nothing of the pipeline is touched."""

import pytest
from click.testing import CliRunner

from tests.fixtures.report_project import make_project
from trucewatch.cli import main
from trucewatch.errors import DataError, ParameterError
from trucewatch.made import record
from trucewatch.paths import project_root
from trucewatch.rerun import assignments, check_built, check_folder, typed, with_given


@pytest.mark.parametrize(
    ("report", "key", "text", "value"),
    [
        ("trade_flows", "n_sim", "400", 400),
        ("trade_flows", "train_end", "2024-06", "2024-06"),
        ("tariff_timeline", "figure_from", "2025-01-01", "2025-01-01"),
        ("tariff_timeline", "products", "[8507, 0901]", ["8507", "0901"]),
        ("tariff_timeline", "products", "[]", []),
        ("diversion", "base_year", "2017", 2017),
        ("diversion", "bins", "[5,30.5]", [5, 30.5]),
        ("phase_one", "remedy_imports", "2024", "2024"),
        ("phase_one", "remedy_imports", "last 12 months", "last 12 months"),
        ("export_controls", "aggregate", "false", False),
        ("export_controls", "listed_firms", '["A, Inc.","B"]', ["A, Inc.", "B"]),
        ("realised_duty", "month", "latest", "latest"),
    ],
)
def test_a_text_is_read_by_the_type_of_its_parameter(report, key, text, value):
    found = typed(report, key, text)
    assert found == value
    assert type(found) is type(value)
    others = {"owners_file": "x.csv"} if key == "listed_firms" else {}
    assert with_given(report, {key: found, **others})[key] == value


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "true", "2,5", "[2]", ""])
def test_what_is_no_number_of_the_range_is_refused(text):
    with pytest.raises(ParameterError, match=r"phase_one\.elasticity: found"):
        with_given("phase_one", {"elasticity": typed("phase_one", "elasticity", text)})


def test_what_is_not_given_stays_as_the_file_has_it(tmp_path):
    root = make_project(tmp_path / "project", "sample")
    (root / "notebooks/phase_one.ipynb").write_text("{}")
    (root / "params.yaml").write_text("phase_one:\n  elasticity: 3.0\n")
    assert with_given("phase_one", {"base": "product_list"}, root) == {
        "base": "product_list",
        "season": "seasonal",
        "remedy_imports": "2024",
        "elasticity": 3.0,
        "other_elasticities": [0.76, 1.75],
    }


@pytest.mark.parametrize("texts", [["elasticity"], ["=2"], ["a=1", "a=2"]])
def test_an_assignment_that_can_not_be_read_is_refused(texts):
    with pytest.raises(ParameterError, match="Remedy"):
        assignments(texts)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["soybean"], "no report 'soybean'; did you mean 'soybeans'?"),
        (["../etc"], "known: "),
        (["soybeans", "-p", "target_mt=500"], "soybeans.target_mt: found 500"),
        (["soybeans", "-p", "target=5"], "soybeans.target: unknown name"),
        (["soybeans", "--out", "reports/soybeans"], "belongs to the pipeline"),
        (["soybeans", "--out", "data/clean"], "belongs to the pipeline"),
        (["soybeans", "--out", "src"], "holds something else"),
        (["soybeans", "--out", "README.md"], "holds something else"),
    ],
)
def test_bad_input_is_refused_with_exit_code_2(arguments, said, monkeypatch):
    monkeypatch.chdir(project_root())
    result = CliRunner().invoke(main, ["report", *arguments])
    assert result.exit_code == 2, result.output
    assert said in result.output


def test_the_folder_of_an_earlier_report_may_be_replaced_and_no_other(tmp_path):
    marks = {
        "empty": None,
        "earlier": '{"report": "soybeans"}',
        "other": '{"report": "brief"}',
        "alien": "[]",
    }
    for name, text in marks.items():
        (tmp_path / name).mkdir()
        if text:
            (tmp_path / name / "summary.json").write_text(text)
            record(tmp_path / name, [tmp_path / name / "summary.json"])
    for name in ("new", "empty", "earlier"):
        assert check_folder(tmp_path / name, "soybeans", "summary.json") == tmp_path / name
    for folder in (tmp_path, tmp_path / "other", tmp_path / "alien"):
        with pytest.raises(ParameterError, match="holds something else"):
            check_folder(folder, "soybeans", "summary.json")


@pytest.mark.parametrize("name", ["my_notes.txt", "summary.json"])
def test_a_report_that_somebody_added_to_or_changed_is_not_replaced(tmp_path, name):
    (tmp_path / "summary.json").write_text('{"report": "soybeans"}')
    record(tmp_path, [tmp_path / "summary.json"])
    (tmp_path / name).write_text('{"report": "soybeans", "mine": 1}')
    with pytest.raises(ParameterError, match=f"changed since: {name}. Remedy"):
        check_folder(tmp_path, "soybeans", "summary.json")


def test_a_folder_that_can_not_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ParameterError, match=r"file/new: cannot be written \(.+\)"):
        check_folder(tmp_path / "file" / "new", "soybeans", "summary.json")
    assert check_folder(tmp_path / "a/b", "soybeans", "summary.json") == tmp_path / "a/b"
    assert list((tmp_path / "a").iterdir()) == []


@pytest.fixture
def project(tmp_path):
    """Return a made project whose report reads the clean table `widgets`."""
    root = make_project(tmp_path / "project", "sample")
    (root / "notebooks/sample.ipynb").rename(root / "notebooks/phase_one.ipynb")
    return root


def test_missing_tables_name_the_command_that_builds_them(project):
    (project / "data/clean/widgets.parquet").unlink()
    for command in (["report", "phase_one"], ["sweep", "phase_one", "-p", "elasticity=1,2"]):
        result = CliRunner().invoke(main, command, env={"TRUCEWATCH_HOME": str(project)})
        assert result.exit_code == 2
        assert "data/clean/widgets.parquet" in result.output
        assert "trucewatch build inputs" in result.output
    assert not (project / "scratch").exists()


def test_a_table_spelled_nearly_right_is_offered(project):
    notebook = project / "notebooks/phase_one.ipynb"
    notebook.write_text(notebook.read_text().replace("widgets", "us_import_monthly"))
    with pytest.raises(DataError, match="write 'us_imports_monthly' in the notebook"):
        check_built("phase_one", project)
