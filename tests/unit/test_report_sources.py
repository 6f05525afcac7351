"""What the source of a report notebook must be like."""

from pathlib import Path

import pytest
from nbformat import from_dict, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.fixtures.report_project import NOTEBOOKS
from trucewatch.page.notebook_rules import faults_of, main, typed_numbers
from trucewatch.paths import project_root

PARAMETERS = new_code_cell("depth = 1", metadata={"tags": ["parameters"]})
TITLE = new_markdown_cell("# Title")


def faults(tmp_path, *cells, kernel="python3", folder="."):
    path = tmp_path / folder / "one.ipynb"
    cells = [from_dict({**cell, "id": f"cell-{number}"}) for number, cell in enumerate(cells)]
    path.parent.mkdir(exist_ok=True)
    write(
        new_notebook(cells=list(cells), metadata={"kernelspec": {"name": kernel, "display_name": kernel}}),
        path,
    )
    return faults_of(path)


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("Imports fell by 30%.", ["30%"]),
        ("In 2025 and on 14 May.", ["2025", "14"]),
        ("- 5 goods\n- **7** more", ["5", "7"]),
        ("| a | 3 |", ["3"]),
        ("Under Section 301, List 4A and Note 52(b), by HS6, HTS-10 and NAICS-3.", []),
        ("The [tariff of 2018](https://example.org/2018) <https://example.org/1>", []),
        ("The value `x = 1`, and\n\n```\ny = 2\n```", []),
        ("A claim[^1].\n\n[^1]: 91 FR 47318, of 2026.\n", []),
        ("1. first\n2. second", []),
        ("Section 301 raised it by 25 points", ["25"]),
    ],
)
def test_a_number_typed_in_prose_is_found_and_a_name_is_not(prose, found):
    assert typed_numbers(prose) == found


def test_a_clean_notebook_has_no_faults(tmp_path):
    assert faults(tmp_path, TITLE, PARAMETERS, new_markdown_cell("Words.")) == []


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        ((TITLE, PARAMETERS, new_markdown_cell("It is 5.")), "cell 3: '5'"),
        ((TITLE, PARAMETERS, new_code_cell("report.text(f'In 2025: {x:.1f}')")), "'2025'"),
        ((TITLE, PARAMETERS, new_code_cell("report.figure(fig, 'a', title='Up ' + '5', alt=f'{x}')")), "'5'"),
        ((TITLE, PARAMETERS, new_code_cell("1", outputs=[new_output("stream", text="x")])), "outputs"),
        ((TITLE, PARAMETERS, new_code_cell("1", execution_count=3)), "execution count"),
        ((TITLE,), "0 cells are tagged"),
        ((TITLE, PARAMETERS, PARAMETERS), "2 cells are tagged"),
        ((PARAMETERS,), "0 headings"),
        ((TITLE, TITLE, PARAMETERS), "2 headings"),
    ],
)
def test_a_fault_is_told(tmp_path, cells, part):
    told = faults(tmp_path, *cells)
    assert len(told) == 1
    assert part in told[0]
    assert told[0].startswith(str(tmp_path))


def test_computed_text_is_free(tmp_path):
    code = "report.text(f'{a:,.1f} and {b}')\nreport.table(frame, 'top_10', caption=f'{n} goods', rows=10)"
    assert faults(tmp_path, TITLE, PARAMETERS, new_code_cell(code)) == []


def test_another_kernel_is_a_fault(tmp_path):
    assert "python3" in faults(tmp_path, TITLE, PARAMETERS, kernel="mine")[0]


def test_notebooks_to_explore_with_may_say_what_they_like(tmp_path):
    assert faults(tmp_path, new_markdown_cell("It is 5."), folder="explore") == []
    assert faults(tmp_path, new_code_cell("1", execution_count=1), folder="explore")


def test_stored_widgets_are_outputs_too(tmp_path):
    path = tmp_path / "explore" / "one.ipynb"
    path.parent.mkdir()
    kernel = {"name": "python3", "display_name": "Python 3"}
    write(new_notebook(metadata={"kernelspec": kernel, "widgets": {"state": {}}}), path)
    assert len(faults_of(path)) == 1
    assert "widgets" in faults_of(path)[0]


def test_the_exit_code_says_whether_all_is_well(tmp_path, capsys):
    assert main([str(NOTEBOOKS / "sample.ipynb")]) == 0
    assert main([str(NOTEBOOKS)]) == 1
    assert "untagged.ipynb" in capsys.readouterr().out


def test_the_notebooks_of_the_project_are_in_order():
    found = [
        fault for path in Path(project_root() / "notebooks").rglob("*.ipynb") for fault in faults_of(path)
    ]
    assert found == []
