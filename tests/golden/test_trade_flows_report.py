"""The report on trade flows, run as the pipeline runs it, in a copy whose tables a test may alter."""

import json

import pandas as pd
import pytest

from tests.fixtures.sector_project import alter, copy_of_the_project, run

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

NAME = "trade_flows"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = copy_of_the_project(tmp_path_factory.mktemp(NAME), NAME)
    return root, *run(root, NAME, n_sim=200)


def test_the_report_opens_with_the_computed_finding(built):
    _, folder, summary = built
    gap = summary["headlines"]["cumulative_gap"]["value"]
    assert f"USD {abs(gap):,.0f} billion (" in summary["finding"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.index(summary["finding"][:60]) < page.index('id="figure-imports_gap"')


def test_no_check_fails_and_none_is_left_out(built):
    _, folder, summary = built
    assert summary["checks"]["failed"] == 0
    assert summary["checks"]["passed"] >= 4
    checks = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    assert all(check["ours"] is not None for check in checks)


def test_every_figure_comes_with_its_files_and_alt_text(built):
    _, folder, summary = built
    names = {figure["name"] for figure in summary["figures"]}
    assert {"imports_gap", "industry_growth", "import_shares", "front_running", "mirror"} <= names
    for figure in summary["figures"]:
        assert len(figure["alt"]) > 40
        assert (folder / "figures" / f"{figure['name']}.svg").stat().st_size > 5000
        assert (folder / "figures" / f"{figure['name']}.png").stat().st_size > 10000


def test_the_monthly_table_adds_up_to_the_headline(built):
    _, folder, summary = built
    table = pd.read_csv(folder / "tables" / "monthly.csv")
    since = table[table["month"] >= "2025-02-01"]
    assert since["gap_usd"].sum() / 1e9 == pytest.approx(
        summary["headlines"]["cumulative_gap"]["value"], rel=1e-6
    )


def test_an_altered_table_changes_finding_figure_and_csv(built):
    root, folder, before = built
    old = {
        name: (folder / name).read_bytes()
        for name in ("figures/imports_gap.svg", "tables/monthly.csv", "tables/annual.csv")
    }

    def more(frame):
        last = (frame["flow"] == "imports") & (frame["month"].astype(str) == "2025-12-01")
        assert last.sum() == 1
        frame.loc[last, "value_usd"] += 50e9
        return frame

    alter(root, "us_china_goods_monthly", more)
    folder, after = run(root, NAME, n_sim=200)
    moved = after["headlines"]["cumulative_gap"]["value"] - before["headlines"]["cumulative_gap"]["value"]
    assert moved == pytest.approx(50, rel=1e-6)
    assert after["finding"] != before["finding"]
    for name, content in old.items():
        assert (folder / name).read_bytes() != content, name
    # the altered year no longer is the published one: the page must say so
    assert after["checks"]["failed"] >= 1
    assert after["build_id"] != before["build_id"]


def test_the_consumption_basis_runs_too(tmp_path):
    root = copy_of_the_project(tmp_path / "copy", NAME)
    _, summary = run(
        root, NAME, n_sim=200, value_type="consumption", base_year=2023, window_months=1, payback_months=1
    )
    assert "imports for consumption" in summary["headlines"]["cumulative_gap"]["definition"]
