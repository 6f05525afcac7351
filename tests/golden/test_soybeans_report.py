"""The report on soybeans, run as the pipeline runs it, in a copy whose tables a test may alter."""

import json
from html import escape

import pandas as pd
import pytest

from tests.fixtures.sector_project import alter, as_built, copy_of_the_project, run

pytestmark = pytest.mark.pipeline

NAME = "soybeans"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = copy_of_the_project(tmp_path_factory.mktemp(NAME), NAME)
    return root, *as_built(root, NAME)


@pytest.fixture(scope="module")
def altered(built):
    """A second run: shipments of the base seasons halved, and a smaller first target."""
    root, folder, _ = built
    before = {path.name: path.read_bytes() for path in (folder / "tables").glob("*.csv")}

    def halve(frame):
        return frame.assign(quantity_t=frame["quantity_t"] / 2)

    alter(root, "us_soybean_exports_monthly", halve)
    return before, *run(root, NAME, target_mt=5.0)


def cells(folder):
    return pd.read_csv(folder / "tables" / "promise_grid.csv").set_index(["reading", "metric"])


def test_the_page_opens_with_the_computed_finding(built):
    _, folder, summary = built
    grid = cells(folder)
    assert (
        f"{grid.loc[('fact sheet', 'sold'), 'quantity_t'] / 1e6:.1f} million had been sold"
        in summary["finding"]
    )
    assert (
        f"{summary['headlines']['season_pace']['value']:.0f} % of the pace of a usual season"
        in summary["finding"]
    )
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.index(escape(summary["finding"])) < page.index('id="figure-season"')


def test_no_check_fails_and_every_row_is_answered(built):
    _, folder, summary = built
    checks = {check["check_id"]: check for check in json.loads((folder / "checks.json").read_text())}
    assert summary["checks"]["failed"] == 0
    assert checks["ers_soybean_loss_2018_2019"]["verdict"] == "not_reproducible"
    assert checks["usda_soybeans_sales_2026_08_27"]["verdict"] == "by_construction"
    without = {name for name, check in checks.items() if check["ours"] is None}
    assert without == {"usda_soybeans_sales_2025_09_18", "ers_soybean_loss_2018_2019"}


def test_a_cell_without_data_shows_words_and_no_number(built):
    _, folder, summary = built
    arrived = cells(folder).loc[("officials", "arrived")]
    assert arrived["status"] == "no data"
    assert pd.isna(arrived["quantity_t"])
    assert pd.isna(arrived["target_share"])
    assert summary["headlines"]["arrived_officials"]["value"] == "no data"
    assert "no data" in (folder / "figures" / "promise_grid.svg").read_text(encoding="utf-8")


def test_an_altered_table_changes_finding_and_csv(built, altered):
    _, _, first = built
    before, folder, second = altered
    assert second["finding"] != first["finding"]
    for name in ("gap.csv", "net_of_others.csv"):
        assert (folder / "tables" / name).read_bytes() != before[name], name
    norms = [first, second]
    shipped = [summary["headlines"]["shipped"]["value"] for summary in norms]
    gaps = [summary["headlines"]["gap"]["value"] for summary in norms]
    assert shipped[0] == shipped[1]
    # half the norm is missing from the gap
    assert gaps[0] - gaps[1] == pytest.approx((gaps[0] + shipped[0]) / 2)
    assert second["checks"]["failed"] >= 1
    assert second["build_id"] != first["build_id"]


def test_a_smaller_target_is_met(altered):
    _, folder, summary = altered
    grid = cells(folder)
    assert grid.loc[("fact sheet", "sold"), "status"] == "met"
    assert grid.loc[("fact sheet", "shipped"), "status"] == "not met"
    assert grid.loc[("calendar 2026", "sold"), "target_t"] == 25e6
    assert "Of the first 5 million tonnes" in summary["finding"]
