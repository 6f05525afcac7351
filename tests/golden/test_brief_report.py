"""The brief, run as the pipeline runs it, over made summaries of the other reports and altered tables."""

import json

import pandas as pd
import pytest

from tests.fixtures.sector_project import alter, copy_of_the_project, run
from trucewatch.page.dependencies import report_inputs
from trucewatch.page.provenance import build_id
from trucewatch.params import load_params
from trucewatch.reports.brief.quoted_numbers import REPORTS

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

TAKEN_OVER = {
    "tariff_timeline": {"average_usa": 11.1, "average_chn": 22.2, "snapback_usa": 0.0, "snapback_chn": 3.3},
    "soybeans": {"season_pace": 77.7, "other_season_pace": 66.6},
    "realised_duty": {"realised_rate": 5.5},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The brief over made summaries; imports of the newest month set to half of those a year before."""
    root = copy_of_the_project(tmp_path_factory.mktemp("brief"), "brief")
    for name in REPORTS:
        tell(root, name)
    alter(root, "us_china_goods_monthly", halve)
    outside = pd.DataFrame({"month": ["2026-01", "2026-02"], "value": [1, 2]})
    outside.to_csv(root / "outside.csv", index=False)
    return run(root, "brief", since="2025-11-09", cliff_days=2, n_weightings=200, outside_index="outside.csv")


def tell(root, name):
    """Write the made summary of one report."""
    summary = {
        "report": name,
        "title": f"About {name}",
        "headlines": {
            key: {"value": value, "unit": "percent", "definition": f"{key} as made", "text": str(value)}
            for key, value in TAKEN_OVER.get(name, {}).items()
        },
        "data_asof": "2026-03",
        "law_asof": "2026-11-09",
        "parameters": getattr(load_params(), name).model_dump(mode="json"),
        "checks": {"passed": 1, "failed": int(name == "soybeans"), "other": 0},
        "build_id": f"build of {name}",
        "limits": [f"- **Limit of {name}.** Told here."],
    }
    folder = root / "reports" / name
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


def halve(frame):
    imports = frame[frame["flow"] == "imports"].set_index("month")["value_usd"]
    newest = imports.index.max()
    before = imports[newest.replace(year=newest.year - 1)]
    frame.loc[(frame["flow"] == "imports") & (frame["month"] == newest), "value_usd"] = before / 2
    return frame


def test_numbers_are_taken_over_and_the_altered_table_shows(built):
    folder, summary = built
    found = {key: item["value"] for key, item in summary["headlines"].items()}
    assert [found[key] for key in ("average_usa", "average_chn", "snapback_chn")] == [11.1, 22.2, 3.3]
    assert found["soy_pace"] == 77.7
    # customs of China through Reuters: 406 tonnes in March 2026, 585 in March 2025
    assert found["magnets_year_on_year"] == pytest.approx(100 * (406 / 585 - 1), abs=0.1)
    assert found["realised_rate"] == 5.5
    assert found["imports_year_on_year"] == pytest.approx(-50)
    numbers = pd.read_csv(folder / "tables" / "numbers.csv").set_index("number")
    assert numbers.loc["imports_year_on_year", "value"] == pytest.approx(-50)
    assert set(numbers["source"]) <= set(REPORTS)


def test_the_page_opens_with_the_state_and_links_every_number(built):
    folder, summary = built
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert summary["finding"].startswith("The Busan truce took effect on 10 November 2025")
    assert "was due to end on 10 November 2026" in summary["finding"]
    for name in (*TAKEN_OVER, "trade_flows", "soybeans"):
        assert f'href="../{name}/report.html"' in page
    assert page.count('id="headline-numbers"') == 0  # shown in place, not again at the end


def test_changes_start_on_the_day_that_is_asked(built):
    folder, _ = built
    acts = pd.read_csv(folder / "tables" / "acts_since.csv")
    assert acts["date"].min() >= "2025-11-10"
    assert {"cn_20251110_exclusions_2026", "us_20260723_s301_forced_labour"} <= set(acts["act_id"])


def test_a_month_has_all_dials_that_its_data_allow(built):
    folder, _ = built
    table = pd.read_csv(folder / "tables" / "dials_monthly.csv").set_index("month").sort_index()
    assert table.index[0] == "2025-01-01"
    assert table.loc["2025-04-01", "tariffs"] == pytest.approx(100)  # both peaks still stood on the last day
    assert pd.isna(table.loc["2025-06-01", "purchases"])  # no promise yet
    # 24 points on all US goods, and on the three fifths of Chinese goods that pay the reciprocal duty
    assert table.loc["2025-06-01":"2025-09-01", "at_risk"].between(76, 88).all()
    dials = table.drop(columns="run_of")  # other settings than the usual ones, and says so
    assert dials.min().min() >= 0
    assert dials.max().max() <= 100


def test_an_outside_index_runs_the_third_test_and_two_months_are_too_few(built):
    folder, _ = built
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "over 2 months that did not set the scale" in page
    assert "No index is published" in page
    assert not (folder / "tables" / "index.csv").exists()


def test_doubts_come_from_the_ledger_and_from_the_pages(built):
    folder, summary = built
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Truce announced to run on from 10 November 2026" in page
    assert "Limit of scenarios. Told here." in page
    assert "1 published number" in page
    assert summary["limits"]


def test_the_build_stands_for_the_reports_that_were_read(built):
    folder, summary = built
    inputs = report_inputs("brief", folder.parent.parent)
    read = {"reports": {name: f"build of {name}" for name in sorted(REPORTS)}}
    assert summary["build_id"] == build_id({**inputs, **read}, summary["parameters"])
    assert summary["build_id"] != build_id(inputs, summary["parameters"])
