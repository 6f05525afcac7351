"""The report, run as the pipeline runs it, with other weights than the default."""

from __future__ import annotations

import csv
import json

import pytest

from trucewatch.duty.averages import value_on
from trucewatch.duty.panel import panel_dir, read_panel, run
from trucewatch.ledger.ledger import load_ledger
from trucewatch.page import run_report
from trucewatch.params import load_params
from trucewatch.paths import project_root
from trucewatch.trade import duty_averages as timeline
from trucewatch.trade.weights import SIMPLE, weight_set

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    root = project_root()
    if not (panel_dir(root) / "USA.ahead.totals.parquet").is_file():
        run(root, lambda _: None)
    values = load_params().tariff_timeline.model_dump(mode="json") | {"weights": SIMPLE}
    out = tmp_path_factory.mktemp("reports") / "tariff_timeline"
    run_report("tariff_timeline", values, out, root)
    return out


def test_the_parameter_reaches_headline_and_figures(folder) -> None:  # type: ignore[no-untyped-def]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    last = load_ledger().law_asof
    for importer in timeline.SIDES:
        panel = read_panel(importer)
        one = timeline.side(panel, [weight_set(SIMPLE, panel, {})])
        expected = value_on(one.total(SIMPLE), last)
        assert summary["headlines"][f"average_{importer.lower()}"]["value"] == pytest.approx(expected)
        assert f"{expected:.1f}" in summary["finding"]
    assert {figure["name"] for figure in summary["figures"]} >= {"truce", "since_first_list", "bounds"}
    assert "every tariff line alike" in summary["figures"][0]["subtitle"]
    assert all("weights: simple" in figure["subtitle"] for figure in summary["figures"][1:3])


def test_the_daily_table_has_every_weight_set_and_day(folder) -> None:  # type: ignore[no-untyped-def]
    with (folder / "tables" / "average_rate_daily.csv").open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        assert reader.fieldnames == ["date", "importer", "weights", "authority", "rate_pct", "run_of"]
        days: dict[tuple[str, str], set[str]] = {}
        for row in reader:
            assert row["run_of"].startswith("settings changed: ")
            if row["authority"] == "total":
                days.setdefault((row["importer"], row["weights"]), set()).add(row["date"])
                assert float(row["rate_pct"]) > 0
    assert len(days) == 6
    assert {(min(found), max(found)) for found in days.values()} == {
        ("2018-01-01", load_ledger().law_asof.isoformat())
    }


def test_every_gate_is_judged_and_every_gap_has_one_cause(folder) -> None:  # type: ignore[no-untyped-def]
    checks = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    verdicts = {check["check_id"]: check["verdict"] for check in checks}
    assert "not_computed" not in verdicts.values()
    weight_free = [name for name in verdicts if name.startswith(("law_addon", "step_", "uibe"))]
    assert len(weight_free) >= 19
    assert {verdicts[name] for name in weight_free} == {"pass"}
    with (folder / "tables" / "published_gaps.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            assert (row["cause"] != "") == (row["verdict"] == "differs")
            assert row["verdict"] != "differs" or row["evidence"]


def test_the_weights_named_beside_an_average_are_those_it_was_made_with(folder) -> None:  # type: ignore[no-untyped-def]
    """Every average of ours is found in the table of all days, under the weights and the day it names."""
    with (folder / "tables" / "average_rate_daily.csv").open(encoding="utf-8", newline="") as handle:
        daily = {
            (row["date"], row["importer"], row["weights"]): float(row["rate_pct"])
            for row in csv.DictReader(handle)
            if row["authority"] == "total"
        }
    with (folder / "tables" / "published_gaps.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["date"] <= max(daily)[0]]
    assert {row["weights"] for row in rows} == {"", "imports_2017", "imports_2024", SIMPLE}
    for row in rows:
        assert (row["weights"] == "") == (row["ours_pct"] == "")
        if row["weights"]:
            assert float(row["ours_pct"]) == pytest.approx(
                daily[row["date"], row["importer"], row["weights"]]
            )
