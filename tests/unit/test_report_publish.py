"""The front page lists what exists."""

import json

import pytest

from trucewatch.errors import ReportError
from trucewatch.report.publish import publish


def add(root, name, *, failed=0, headlines=None, data_asof="2026-08"):
    folder = root / "reports" / name
    folder.mkdir(parents=True)
    summary = {
        "report": name,
        "title": f"About {name}",
        "finding": f"Finding of {name} & more.",
        "headlines": headlines or {},
        "checks": {"passed": 3, "failed": failed, "other": 1},
        "data_asof": data_asof,
        "law_asof": "2026-11-09",
        "tables": [],
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "report.html").write_text("<html></html>")


KEY = {"gap_usd": {"value": -210.4, "unit": "US$ bn", "definition": "Gap", "text": "−210.4"}}


def test_with_no_report_the_page_says_so(tmp_path):
    assert "No report has been built yet" in publish(tmp_path).read_text()
    assert json.loads((tmp_path / "reports/metrics.json").read_text()) == {}


def test_one_report_is_enough(tmp_path):
    add(tmp_path, "trade_flows", headlines=KEY)
    page = publish(tmp_path).read_text()
    for part in (
        "Finding of trade_flows &amp; more.",
        "−210.4",
        "3 of 3 checks passed",
        "trade_flows/report.html",
    ):
        assert part in page
    assert "2026-08" in page
    assert page.count("<h1") == 1


def test_reports_stand_in_reading_order_and_strangers_last(tmp_path):
    for name in ("trade_flows", "aardvark", "brief", "tariff_timeline"):
        add(tmp_path, name)
    page = publish(tmp_path).read_text()
    places = [page.index(f'id="{name}"') for name in ("brief", "tariff_timeline", "trade_flows", "aardvark")]
    assert places == sorted(places)


def test_failed_checks_are_told_at_the_top_and_at_the_report(tmp_path):
    add(tmp_path, "brief")
    add(tmp_path, "trade_flows", failed=2)
    page = publish(tmp_path).read_text()
    assert page.index("2 checks against published numbers failed") < page.index("<main")
    assert "3 of 5 checks passed" in page


def test_metrics_are_numbers_by_report(tmp_path):
    add(tmp_path, "brief", headlines=KEY | {"next_cliff": {"value": "2027-01-10", "text": "2027-01-10"}})
    publish(tmp_path)
    found = json.loads((tmp_path / "reports/metrics.json").read_text())
    assert found == {"brief": {"gap_usd": -210.4, "checks": {"passed": 3, "failed": 0, "other": 1}}}


def test_staged_and_failed_reports_are_not_listed(tmp_path):
    add(tmp_path, ".trade_flows.abc")
    assert "No report" in publish(tmp_path).read_text()


def test_a_torn_report_is_named(tmp_path):
    add(tmp_path, "brief")
    (tmp_path / "reports/brief/summary.json").write_text("{")
    with pytest.raises(ReportError, match="dvc repro report@brief"):
        publish(tmp_path)
