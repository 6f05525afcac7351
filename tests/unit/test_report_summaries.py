"""Reading what another report says of itself."""

import json

import pytest

from trucewatch.errors import ReportError
from trucewatch.page.summaries import read_summary


@pytest.fixture
def project(tmp_path):
    """A made project with one built report."""
    folder = tmp_path / "reports" / "widgets"
    folder.mkdir(parents=True)
    headline = {"value": -55.0, "unit": "percent", "definition": "Fall of widgets", "text": "−55"}
    summary = {"report": "widgets", "finding": "Widgets fell.", "headlines": {"fall": headline}}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    return tmp_path


def test_a_summary_is_read(project):
    assert read_summary("widgets", project)["finding"] == "Widgets fell."
    assert read_summary("widgets", project)["headlines"]["fall"]["value"] == -55


def test_a_report_that_is_not_built_is_named_with_the_remedy(project):
    with pytest.raises(ReportError, match=r"'gadgets' is not built.*built: widgets.*trucewatch build"):
        read_summary("gadgets", project)


def test_a_broken_summary_is_named_with_the_remedy(project):
    (project / "reports/widgets/summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"widgets/summary\.json cannot be read.*trucewatch build"):
        read_summary("widgets", project)
