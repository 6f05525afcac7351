"""The reports on realised duty and diversion, run as the pipeline runs them, with altered table and
parameters."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.fixtures.sector_project import alter, as_built, copy_of_the_project, run
from trucewatch.duty.panel import panel_dir
from trucewatch.duty.panel import run as write_panel
from trucewatch.paths import project_root

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = project_root()
    if not (panel_dir(project) / "USA.duties.parquet").is_file():
        write_panel(project, lambda _: None)
    more = ("data/rivals",)
    return copy_of_the_project(tmp_path_factory.mktemp("project"), "realised_duty", "diversion", more=more)


def ladder_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / "ladder.csv", parse_dates=["month"], index_col="month")


@pytest.mark.slow
def test_an_altered_table_and_a_parameter_move_finding_and_csv(root: Path) -> None:
    folder, summary = as_built(root, "realised_duty")
    rungs = ladder_of(folder)
    newest = rungs.iloc[-1]
    assert f"{newest['realised_pct']:.1f} %" in summary["finding"]
    steps = (
        rungs[["statutory_pct", "mix_pp", "transit_pp", "special_pp", "claims_pp"]].fillna(0.0).sum(axis=1)
    )
    assert steps.to_numpy() == pytest.approx(rungs["realised_pct"].to_numpy(), abs=1e-6)
    assert summary["checks"]["failed"] == 0

    def halve_duty(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["partner_iso3"] == "CHN", "duty_usd"] *= 0.5
        return frame

    alter(root, "us_imports_monthly", halve_duty)
    changed, other = run(root, "realised_duty", vessel_share=1.0)
    halved = ladder_of(changed)
    assert halved["realised_pct"].to_numpy() == pytest.approx(rungs["realised_pct"].to_numpy() / 2, rel=1e-6)
    assert other["finding"] != summary["finding"]
    assert f"{newest['realised_pct'] / 2:.1f} %" in other["finding"]
    # all goods by sea: more of them were on the water when the duties of spring 2025 began
    assert halved.loc["2025-04-01", "transit_pp"] < rungs.loc["2025-04-01", "transit_pp"]
    assert halved["statutory_pct"].to_numpy() == pytest.approx(rungs["statutory_pct"].to_numpy())


@pytest.mark.slow
def test_diversion_follows_its_tables_and_bins(root: Path) -> None:
    folder, summary = as_built(root, "diversion")
    bins = pd.read_csv(folder / "tables" / "bins.csv")
    top = bins[bins["duty_up"] == "over 35 points"]
    lost = -top.loc[top["supplier"] == "China", "change_usd"].item() / 1e9
    groups = pd.read_csv(folder / "tables" / "groups.csv").set_index("group")
    rest = groups.loc["all other goods", "loss_usd"] / 1e9
    assert f"China lost {rest:,.0f} billion" in summary["finding"]
    assert summary["headlines"]["china_loss_top_bin"]["value"] == pytest.approx(lost, rel=1e-6)

    def halve_imports(frame: pd.DataFrame) -> pd.DataFrame:
        rows = (frame["partner_iso3"] == "CHN") & (frame["year"] == 2025) & (frame["flow"] == "imports")
        frame.loc[rows, "value_usd"] *= 0.5
        return frame

    alter(root, "us_trade_hs6_annual", halve_imports)
    other, changed = run(root, "diversion", bins=[25.0])
    wider = pd.read_csv(other / "tables" / "bins.csv")
    assert set(wider["duty_up"]) <= {"up to 25 points", "over 25 points", "no duty known"}
    assert changed["headlines"]["china_loss_top_bin"]["value"] > lost
    assert changed["finding"] != summary["finding"]
