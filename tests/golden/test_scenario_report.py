"""The report on scenarios against published figures; and it follows its inputs."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trucewatch.ledger import Ledger
from trucewatch.page.benchmarks import read_published
from trucewatch.page.runner import run_report
from trucewatch.paths import project_root
from trucewatch.reports.scenarios import validation_words
from trucewatch.reports.scenarios.validation import Backcast, Replay, backcast, hundred_points, replay_2018
from trucewatch.scenario.model import Elasticities, Market
from trucewatch.scenario.run import Setting, setting

PARAMETERS = {
    "name": "s2a_legal_lapse",
    "preset": "fgkk",
    "sigma": 2.53,
    "eta": 1.53,
    "kappa": 1.19,
    "pass_through": 0.92,
    "import_penetration": 0.3,
    "households_million": 132.0,
    "n_draws": 100,
    "seed": 1,
    "voyage_days": 25,
    "top_products": 10,
}


@pytest.fixture(scope="module")
def shared() -> Setting:
    return setting(n_draws=100)


def test_a_hundred_points_are_chinas_share_of_imports(shared: Setting) -> None:
    """Yale Budget Lab: 13.4 %; consumption or general imports give 13.2 to 13.5."""
    assert hundred_points(shared) == pytest.approx(13.4, abs=0.3)


def test_the_backcast_reads_what_came(shared: Setting) -> None:
    """UN Comtrade: US imports from China 438.9 and 308.4 billion dollars in 2024 and 2025, all chapters."""
    cast = backcast(shared)
    assert cast.actual == pytest.approx(308.4 / 438.9 - 1, abs=0.03), "chapters 98 and 99 are left out"


def test_the_backcast_of_a_made_market_is_that_of_the_worked_example(shared: Setting) -> None:
    """The model's worked example: 60 and 15 from China duty-paid fall by 70.73 and 74.40 %.

    30 and 3 came: half and a fifth of the year before, 44 % of both.
    """
    market = Market(
        ("111111", "222222"), np.array([0, 0]), ("11",), np.array([60, 15]) / 1.3, np.array([0.3, 0.3]),
        np.array([90.0, 135.0]), np.zeros(2), np.array([0.3]),
    )  # fmt: skip
    rows = [
        *((year, "imports", "CHN", code, value) for year, code, value in (
            (2024, "111111", 60.0), (2025, "111111", 30.0), (2024, "222222", 15.0), (2025, "222222", 3.0),
            (2024, "990000", 1e3), (2025, "990000", 1e3),
        )),
        *((year, "imports", "VNM", "111111", 1e3) for year in (2024, 2025)),
        *((year, "exports", "CHN", "111111", 1e3) for year in (2024, 2025)),
    ]  # fmt: skip
    trade = pd.DataFrame(rows, columns=["year", "flow", "partner_iso3", "hs6", "value_usd"])

    class Raised:
        def hs6(self, law: Ledger, importer: str, first: date, last: date) -> pd.Series:
            assert (importer, first, last) == ("USA", date(2025, 1, 1), date(2025, 12, 31))
            return pd.Series(1.3, index=["111111", "222222"])

    prices: Any = Raised()
    made = replace(
        shared,
        base=replace(shared.base, market=market),
        prices=prices,
        tables={"us_trade_hs6_annual": trade},
        centre=Elasticities(2.53, 1.53, 1.19, 1.0),
    )
    found = backcast(made)
    assert found.products["predicted"].tolist() == pytest.approx([-0.7073, -0.7440], abs=5e-5)
    assert found.products["actual"].tolist() == pytest.approx([-0.5, -0.8])
    assert found.predicted == pytest.approx(-(60 * 0.7073 + 15 * 0.7440) / 75, abs=5e-5)
    assert found.actual == pytest.approx(33 / 75 - 1)
    assert found.error_pp == pytest.approx(-71.464 + 56, abs=5e-3), "below what came"
    assert found.chapters["predicted"].tolist() == pytest.approx([-0.7073, -0.7440], abs=5e-5)
    assert found.chapters["base_usd"].tolist() == [60, 15]


def test_chapters_correlate_by_their_trade() -> None:
    """By hand: weights 1, 1, 2; means -0.225, -0.375; sums of products 0.0625, of squares 0.0275, 0.2075."""
    chapters = pd.DataFrame(
        {"base_usd": [1.0, 1.0, 2.0], "predicted": [-0.1, -0.2, -0.3], "actual": [-0.2, -0.1, -0.6]}
    )
    found = Backcast(2025, 0.0, 0.0, chapters, chapters)
    assert found.correlation == pytest.approx(0.0625 / (0.0275 * 0.2075) ** 0.5)


def test_the_miss_is_told_by_products(shared: Setting) -> None:
    """UN Comtrade: imports of laptops (8471.30) from China fell from 32.6 to 8.6 billion dollars in 2025."""
    cast = backcast(shared)
    worst = cast.overrated(2).set_index("hs6")["actual"]
    assert worst["847130"] == pytest.approx(8.6 / 32.6 - 1, abs=0.01)
    bands = cast.by_rise()
    assert bands["base_usd"].sum() == pytest.approx(cast.products["base_usd"].sum(), rel=1e-12)
    assert (bands["rise"].diff().dropna() > 0).all()
    text = validation_words.chapters_explained(cast, {"847130": "laptops"})
    assert "laptops (the duty rose" in text
    replay = validation_words.validated(cast, replay_2018(shared.ledger, shared.tables))
    assert "partial, and no gate" in replay


def test_the_first_round_is_part_of_what_others_count(shared: Setting) -> None:
    """USTR: lists 1 to 3 on about 34, 16 and 200 billion dollars at 25, 25 and 10 % by the year's end."""
    found = replay_2018(shared.ledger, shared.tables)
    assert found.listed_usd / 1e9 == pytest.approx(250, rel=0.05)
    raised = (34 * 25 + 16 * 25 + 200 * 10) / 250
    assert found.after_pct - found.before_pct == pytest.approx(raised, abs=1.0)


def test_every_published_row_is_answered() -> None:
    rows = read_published(project_root() / "data" / "benchmarks" / "published.csv", "scenarios")
    frame = pd.DataFrame({"base_usd": [1.0, 2.0], "predicted": [0.1, 0.2], "actual": [0.1, 0.3]})
    cast = Backcast(2025, -0.3, -0.3, frame, frame)
    ours = validation_words.checks(13.4, cast, Replay(1.0, 2.0, 3.0, 4.0))
    assert set(ours) == set(rows)


@pytest.mark.pipeline
@pytest.mark.slow
def test_the_report_follows_its_tables_parameters_and_scenarios(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    here = project_root()
    for marker in ("dvc.yaml", "params.yaml"):
        shutil.copy(here / marker, root)
    for part in ("src", "notebooks", "data/law", "data/benchmarks", "data/scenario"):
        (root / part).symlink_to(here / part)
    shutil.copytree(here / "data" / "clean", root / "data" / "clean")
    (root / "scenarios").mkdir()
    for name in ("s0_law_today", "s2a_legal_lapse"):
        shutil.copy(here / "scenarios" / f"{name}.yaml", root / "scenarios")
    before = _run(root, tmp_path / "before", {**PARAMETERS, "name": "legal_lapse"})
    path = root / "data" / "clean" / "us_imports_hs10_partner_annual.parquet"
    table = pq.read_table(path)
    china = [partner == "CHN" for partner in table.column("partner_iso3").to_pylist()]
    values = [
        2 * value if is_china else value
        for value, is_china in zip(table.column("value_usd").to_pylist(), china, strict=True)
    ]
    place = table.schema.get_field_index("value_usd")
    field = table.schema.field(place)
    pq.write_table(table.set_column(place, field, pa.array(values, field.type)), path)
    own = root / "own.yaml"
    own.write_text((root / "scenarios" / "s2a_legal_lapse.yaml").read_text().replace("The truce", "My truce"))
    after = _run(root, tmp_path / "after", {**PARAMETERS, "name": own.name, "households_million": 66.0})

    cost, household = (
        [summary["headlines"][key]["value"] for summary in (before, after)]
        for key in ("added_cost", "added_household_cost")
    )
    # twice the trade is taxed, and a larger share of each product, so there is less to turn to: a little more
    assert 2 * cost[0] < cost[1] < 2.5 * cost[0]
    assert household[1] / cost[1] == pytest.approx(2 * household[0] / cost[0])
    assert before["finding"].startswith("The truce")
    assert after["finding"].startswith("My truce")
    for name in ("products_by_scenario", "notice"):
        assert (tmp_path / "before" / "figures" / f"{name}.svg").is_file()
    rows = [pd.read_csv(tmp_path / run / "tables" / "scenarios.csv") for run in ("before", "after")]
    assert [len(frame) for frame in rows] == [2, 3], "the user's own file stands beside the shipped ones"


def _run(root: Path, folder: Path, parameters: dict) -> dict:
    run_report("scenarios", parameters, folder, root=root)
    found: dict = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found
