"""The report on rare earths, run as the pipeline runs it, in a copy whose tables a test may alter."""

import json

import pandas as pd
import pytest

from tests.fixtures.sector_project import alter, as_built, copy_of_the_project, run

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

NAME = "rare_earths"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = copy_of_the_project(tmp_path_factory.mktemp(NAME), NAME)
    return root, *as_built(root, NAME)


@pytest.fixture(scope="module")
def altered(built):
    """A second run: 300 tonnes more to the United States in May 2025, to the world in June; a lower bar."""
    root, folder, _ = built
    before = {path.name: path.read_bytes() for path in (folder / "tables").glob("*.csv")}

    def more(frame):
        to = frame["partner_iso3"] + " " + frame["period_from"].astype(str)
        chosen = to.isin(["USA 2025-05-01", "WLD 2025-06-01"])
        assert chosen.sum() == 2
        frame.loc[chosen, "quantity_t"] += 300
        return frame

    alter(root, "magnet_exports_monthly", more)
    return before, *run(root, NAME, resumed_share=0.8)


def test_the_page_opens_with_the_computed_finding(built):
    _, folder, summary = built
    trough = summary["headlines"]["us_trough"]["value"]
    fall = f"fallen to {trough:.0f} tonnes"
    assert fall in summary["finding"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.index(fall) < page.index('id="figure-magnets"')


def test_no_check_fails_and_inputs_are_by_construction(built):
    _, folder, summary = built
    checks = {check["check_id"]: check for check in json.loads((folder / "checks.json").read_text())}
    # only totals that a printed month could miss can fail: the first half-year, three sums to date, the year
    assert summary["checks"] == {"passed": 5, "failed": 0, "other": 14}
    inputs = ("gacc_magnets_usa_2025", "gacc_magnets_usa_2026_01_02", "gacc_magnets_wld_2026_q1")
    for name in (*inputs, "gacc_magnets_usa_2025_05", "gacc_magnets_wld_2025_06"):
        assert checks[name]["verdict"] == "by_construction"
        assert checks[name]["ours"] is not None


def test_reported_and_derived_are_told_apart_everywhere(built):
    _, folder, _ = built
    missing = pd.read_csv(folder / "tables" / "missing.csv")
    assert set(missing["norm_basis"]) == {"reported", "derived"}
    assert "hatched: derived" in (folder / "report.html").read_text(encoding="utf-8")


def test_like_is_compared_with_like(built):
    """The press of 20 April 2026: 406 tonnes in March, 30.6 % less than a year before; quarter 1,400."""
    _, folder, summary = built
    headlines = summary["headlines"]
    assert headlines["us_against_before"]["value"] == pytest.approx(-30.6, abs=0.05)
    assert headlines["us_quarter_against_before"]["value"] == pytest.approx(100 * (1400 / 1868 - 1), abs=0.05)
    assert "31 % below March 2025" in summary["finding"]
    assert "No estimate of an effect" in (folder / "report.html").read_text(encoding="utf-8")


def test_an_altered_table_changes_finding_and_csv(built, altered):
    _, _, first = built
    before, folder, second = altered
    # May is no longer the lowest month: April is
    assert second["headlines"]["us_trough"]["value"] == 235
    assert "April 2025" in second["finding"]
    assert second["finding"] != first["finding"]
    assert (folder / "tables" / "resumption.csv").read_bytes() != before["resumption.csv"]
    # June lies in each of the five printed sums
    assert second["checks"]["failed"] == 5
    assert second["build_id"] != first["build_id"]


def test_a_lower_bar_turns_the_verdict(built, altered):
    _, _, first = built
    _, folder, second = altered
    share = second["headlines"]["resumed_share_us"]
    assert share["value"] == first["headlines"]["resumed_share_us"]["value"]
    assert first["headlines"]["resumed_share_us"]["definition"].endswith("partly resumed")
    assert share["definition"].endswith(": resumed")
    table = pd.read_csv(folder / "tables" / "resumption.csv").set_index("destination")
    assert table.loc["the United States", "verdict"] == "resumed"
