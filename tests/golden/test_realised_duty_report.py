"""The reports on realised duty and diversion, run as the pipeline runs them, with altered table and
parameters."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trucewatch.duty.panel import panel_dir, run
from trucewatch.page import run_report
from trucewatch.page.dependencies import report_inputs
from trucewatch.params import load_params
from trucewatch.paths import project_root

pytestmark = pytest.mark.pipeline


def copy_of_the_project(folder: Path, *names: str) -> Path:
    root = project_root()
    if not (panel_dir(root) / "USA.duties.parquet").is_file():
        run(root, lambda _: None)
    for name in ("src", "data/law", "data/benchmarks", "data/scenario", "data/panel", "data/rivals"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    tables = {table for name in names for table in report_inputs(name, root)["tables"]}
    files = ["dvc.yaml", "params.yaml", *(f"notebooks/{name}.ipynb" for name in names)]
    for file in (*files, *(f"data/clean/{table}.parquet" for table in tables)):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / file, folder / file)
    return folder


def built(name: str, root: Path, **changes: Any) -> tuple[Path, dict[str, Any]]:
    values = getattr(load_params(), name).model_dump(mode="json") | changes
    folder = root / "reports" / name
    run_report(name, values, folder, root)
    return folder, json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def alter(root: Path, table: str, column: str, rows: Any, factor: float) -> None:
    path = root / "data" / "clean" / f"{table}.parquet"
    old = pq.read_table(path)
    frame = old.to_pandas()
    frame.loc[rows(frame), column] *= factor
    new = pa.Table.from_pandas(frame, schema=old.schema, preserve_index=False)
    pq.write_table(new.replace_schema_metadata(old.schema.metadata), path)
    (path.parent / ".sha256").unlink(missing_ok=True)  # the table is altered on purpose


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_project(tmp_path_factory.mktemp("project"), "realised_duty", "diversion")


def ladder_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / "ladder.csv", parse_dates=["month"], index_col="month")


@pytest.mark.slow
def test_an_altered_table_and_a_parameter_move_finding_and_csv(root: Path) -> None:
    folder, summary = built("realised_duty", root)
    rungs = ladder_of(folder)
    newest = rungs.iloc[-1]
    assert f"{newest['realised_pct']:.1f} %" in summary["finding"]
    steps = (
        rungs[["statutory_pct", "mix_pp", "transit_pp", "special_pp", "claims_pp"]].fillna(0.0).sum(axis=1)
    )
    assert steps.to_numpy() == pytest.approx(rungs["realised_pct"].to_numpy(), abs=1e-6)
    assert summary["checks"]["failed"] == 0

    alter(root, "us_imports_monthly", "duty_usd", lambda frame: frame["partner_iso3"] == "CHN", 0.5)
    changed, other = built("realised_duty", root, vessel_share=1.0)
    halved = ladder_of(changed)
    assert halved["realised_pct"].to_numpy() == pytest.approx(rungs["realised_pct"].to_numpy() / 2, rel=1e-6)
    assert other["finding"] != summary["finding"]
    assert f"{newest['realised_pct'] / 2:.1f} %" in other["finding"]
    # all goods by sea: more of them were on the water when the duties of spring 2025 began
    assert halved.loc["2025-04-01", "transit_pp"] < rungs.loc["2025-04-01", "transit_pp"]
    assert halved["statutory_pct"].to_numpy() == pytest.approx(rungs["statutory_pct"].to_numpy())


@pytest.mark.slow
def test_diversion_follows_its_tables_and_bins(root: Path) -> None:
    folder, summary = built("diversion", root)
    bins = pd.read_csv(folder / "tables" / "bins.csv")
    top = bins[bins["duty_up"] == "over 35 points"]
    lost = -top.loc[top["supplier"] == "China", "change_usd"].item() / 1e9
    groups = pd.read_csv(folder / "tables" / "groups.csv").set_index("group")
    rest = groups.loc["all other goods", "loss_usd"] / 1e9
    assert f"China lost {rest:,.0f} billion" in summary["finding"]
    assert summary["headlines"]["china_loss_top_bin"]["value"] == pytest.approx(lost, rel=1e-6)

    alter(
        root,
        "us_trade_hs6_annual",
        "value_usd",
        lambda frame: (
            (frame["partner_iso3"] == "CHN") & (frame["year"] == 2025) & (frame["flow"] == "imports")
        ),
        0.5,
    )
    other, changed = built("diversion", root, bins=[25.0])
    wider = pd.read_csv(other / "tables" / "bins.csv")
    assert set(wider["duty_up"]) <= {"up to 25 points", "over 25 points", "no duty known"}
    assert changed["headlines"]["china_loss_top_bin"]["value"] > lost
    assert changed["finding"] != summary["finding"]
