"""An executed notebook as a page."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from trucewatch.errors import ReportError
from trucewatch.page.html import build_page
from trucewatch.page.normalise import normalise
from trucewatch.page.plain import as_shown

SUMMARY = {
    "report": "sample",
    "title": "Widgets & more",
    "finding": "Imports fell by <half>.",
    "headlines": {"fall": {"value": -55.0, "unit": "%", "definition": "D", "text": "−55.0"}},
    "data_asof": "2025-12",
    "law_asof": None,
    "vintages": [{"table": "widgets", "data_asof": "2025-12", "sources": []}],
    "citation": "trucewatch: Widgets.",
    "figures": [],
    "tables": [],
    "checks": {"passed": 0, "failed": 0, "other": 0},
    "parameters": {"share": 0.5},
    "build_id": "0123456789ab",
    "changed": "",
}
FAILED = {
    "check_id": "one",
    "publisher": "Bureau",
    "series": "rate",
    "date": "2025-05",
    "published": 50.0,
    "ours": 40.0,
    "difference": -10.0,
    "decimals": 1,
    "unit": "%",
    "verdict": "fail",
}


def html(text, **metadata):
    return new_output("display_data", data={"text/html": text}, metadata=metadata)


def page(*cells, checks=(), **changes):
    return build_page(new_notebook(cells=list(cells)), SUMMARY | changes, list(checks))


def test_title_and_finding_stand_at_the_head_and_only_there():
    shown = new_code_cell("f()", outputs=[html("<p>Imports fell by &lt;half&gt;.</p>", trucewatch="finding")])
    found = page(new_markdown_cell("# Widgets & more\n\nIntroduction."), shown)
    assert found.count("<h1") == 1
    assert "<h1>Widgets &amp; more</h1>" in found
    assert found.count('<p class="finding">Imports fell by &lt;half&gt;.</p>') == 1
    assert "<half>" not in found
    assert found.index("Introduction.") > found.index("<main")


@pytest.mark.parametrize("kind", ["text/markdown", "text/html"])
def test_what_a_notebook_shields_from_its_formulas_is_the_same_page(kind):
    """In JupyterLab `over $5 but not over $10` is a formula unless what holds it says that it has none."""
    plain, shielded = (
        page(new_code_cell("f()", outputs=[new_output("display_data", data={kind: content})]))
        for content in ("<p>over $5</p>", as_shown("<p>over $5</p>"))
    )
    assert plain == shielded


def test_a_failed_check_is_an_alarm_before_everything_else():
    calm, alarmed = page(new_markdown_cell("x")), page(new_markdown_cell("x"), checks=[FAILED])
    assert 'role="alert"' not in calm
    assert alarmed.index('role="alert"') < alarmed.index("<main")
    assert "ours 40.00 (difference −10.00)" in alarmed


def test_a_passed_check_is_no_alarm():
    assert 'role="alert"' not in page(new_markdown_cell("x"), checks=[FAILED | {"verdict": "pass"}])


def test_sections_begin_at_headings_of_the_second_rank():
    found = page(
        new_markdown_cell("Before."), new_markdown_cell("## One\n\ntext"), new_markdown_cell("## One")
    )
    assert '<section aria-labelledby="one">' in found
    assert '<section aria-labelledby="one-2">' in found


def test_the_code_is_there_and_folded():
    found = page(new_code_cell("answer = 6 * 7"))
    assert found.index("<details") < found.index("answer") < found.index("</details>")


def test_markup_in_prose_is_text():
    assert "<script>" not in page(new_markdown_cell("a <script>alert(1)</script> b"))


@pytest.mark.parametrize(
    "foreign",
    [
        "<script>1</script>",
        '<img alt="x" src="https://example.org/x.png">',
        '<iframe src="x"></iframe>',
        '<link rel="stylesheet" href="x.css">',
        '<p onclick="x()">y</p>',
        "<style>@import 'x.css'</style>",
    ],
)
def test_what_would_run_or_fetch_is_refused(foreign):
    with pytest.raises(ReportError, match="cell 1"):
        page(new_code_cell("f()", outputs=[html(foreign)]))


@pytest.mark.parametrize(
    "output",
    [
        new_output("display_data", data={"image/png": "AAAA", "text/plain": "<Figure>"}),
        html('<img src="data:image/png;base64,AAAA">'),
        html('<img alt="" src="data:image/png;base64,AAAA">'),
    ],
)
def test_a_picture_without_words_is_refused(output):
    with pytest.raises(ReportError, match="alt text"):
        page(new_code_cell("f()", outputs=[output]))


def test_a_widget_is_refused():
    output = new_output("display_data", data={"application/x-thing+json": {}, "text/plain": "thing"})
    with pytest.raises(ReportError, match="x-thing"):
        page(new_code_cell("f()", outputs=[output]))


def test_a_second_title_is_refused():
    with pytest.raises(ReportError, match="cell 2"):
        page(new_markdown_cell("# One"), new_markdown_cell("# Two"))


def test_a_comment_in_fenced_code_is_no_title():
    assert "<h1>Widgets" in page(new_markdown_cell("# One"), new_markdown_cell("```\n# comment\n```"))


def test_dollars_are_no_formula():
    assert "rose from $5 bn to $6 bn" in page(new_markdown_cell("It rose from $5 bn to $6 bn."))


def test_the_foot_says_what_the_page_was_made_from():
    found = page(new_markdown_cell("x"))
    foot = found[found.index("<footer") :]
    for part in ("0123456789ab", "share: 0.5", "widgets", "2025-12", "not stated"):
        assert part in foot


def test_prints_and_messages_are_shown_as_text():
    outputs = [
        new_output("stream", name="stdout", text="a < b"),
        new_output("stream", name="stderr", text="hm"),
    ]
    found = page(new_code_cell("f()", outputs=outputs))
    assert "a &lt; b" in found
    assert "Messages while running" in found


def test_what_differs_between_two_builds_is_taken_out(tmp_path):
    cell = new_code_cell(
        "f()",
        metadata={
            "tags": ["keep"],
            "papermill": {"duration": 1.5},
            "execution": {"iopub.execute_input": "now"},
        },
        outputs=[
            new_output("stream", name="stdout", text=f"{tmp_path}/a "),
            new_output("stream", name="stdout", text="<f at 0x7f00aabbccdd> /tmp/ipykernel_12/345.py:1"),
        ],
    )
    book = new_notebook(cells=[cell], metadata={"papermill": {"start_time": "now"}})
    clean = normalise(book, root=tmp_path, staging=tmp_path / "x")
    assert [output.text for output in clean.cells[0].outputs] == ["./a <f at 0x…> <cell>:1"]
    assert clean.cells[0].metadata == {"tags": ["keep"]}
    assert set(clean.metadata) == {"kernelspec", "language_info"}
    nbformat.validate(clean)
