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

from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.phases import phases
from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.page.runner import run_report
from trucewatch.paths import project_root
from trucewatch.reports.scenarios import facts
from trucewatch.reports.scenarios.validation import (
    Backcast,
    HouseholdShock,
    Regimes,
    Replay,
    backcast,
    base_at,
    household_shock,
    hundred_points,
    regimes,
    replay_2018,
)
from trucewatch.scenario.equilibrium import Elasticities, Market
from trucewatch.scenario.market import Base
from trucewatch.scenario.run import Setting, run, setting

PARAMETERS = {
    "name": "s2a_legal_lapse",
    "base": "last_12_months",
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


@pytest.fixture(scope="module")
def known(shared: Setting) -> Base:
    return base_at(shared, date(2025, 5, 14))


def test_a_hundred_points_are_chinas_share_of_imports(shared: Setting) -> None:
    """Yale Budget Lab: 13.4 %; consumption or general imports give 13.2 to 13.5."""
    assert hundred_points(shared) == pytest.approx(13.4, abs=0.3)


def test_the_backcast_reads_what_came(shared: Setting, known: Base) -> None:
    """UN Comtrade: US imports from China 438.9 and 308.4 billion dollars in 2024 and 2025, all chapters."""
    cast = backcast(shared, known.observed)
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
        prices=prices,
        tables={"us_trade_hs6_annual": trade},
        centre=Elasticities(2.53, 1.53, 1.19, 1.0),
    )
    found = backcast(made, market)
    assert found.products["predicted"].tolist() == pytest.approx([-0.7073, -0.7440], abs=5e-5)
    assert found.products["actual"].tolist() == pytest.approx([-0.5, -0.8])
    assert found.predicted == pytest.approx(-(60 * 0.7073 + 15 * 0.7440) / 75, abs=5e-5)
    assert found.actual == pytest.approx(33 / 75 - 1)
    assert found.chapters["predicted"].tolist() == pytest.approx([-0.7073, -0.7440], abs=5e-5)
    assert found.chapters["base_usd"].tolist() == [60, 15]


def test_chapters_correlate_by_their_trade() -> None:
    """By hand: weights 1, 1, 2; means -0.225, -0.375; sums of products 0.0625, of squares 0.0275, 0.2075."""
    chapters = pd.DataFrame(
        {"base_usd": [1.0, 1.0, 2.0], "predicted": [-0.1, -0.2, -0.3], "actual": [-0.2, -0.1, -0.6]}
    )
    found = Backcast(2025, 0.0, 0.0, chapters, chapters)
    assert found.correlation == pytest.approx(0.0625 / (0.0275 * 0.2075) ** 0.5)


def test_the_miss_is_shown_by_products(shared: Setting, known: Base) -> None:
    """UN Comtrade: imports of laptops (8471.30) from China fell from 32.6 to 8.6 billion dollars in 2025."""
    cast = backcast(shared, known.observed)
    worst = cast.overrated(2).set_index("hs6")["actual"]
    assert worst["847130"] == pytest.approx(8.6 / 32.6 - 1, abs=0.01)
    bands = cast.by_rise()
    assert bands["base_usd"].sum() == pytest.approx(cast.products["base_usd"].sum(), rel=1e-12)
    assert (bands["rise"].diff().dropna() > 0).all()
    found = facts.misses(cast, {"847130": "laptops"})
    assert {row["label"] for row in found.products} >= {"laptops"}
    assert found.share == pytest.approx(cast.overrated(2)["base_usd"].sum() / cast.products["base_usd"].sum())


def test_the_first_round_is_part_of_what_others_count(shared: Setting) -> None:
    """USTR: lists 1 to 3 on about 34, 16 and 200 billion dollars at 25, 25 and 10 % by the year's end."""
    found = replay_2018(shared.ledger, shared.tables)
    assert found.listed_usd / 1e9 == pytest.approx(250, rel=0.05)
    raised = (34 * 25 + 16 * 25 + 200 * 10) / 250
    assert found.after_pct - found.before_pct == pytest.approx(raised, abs=1.0)


def test_every_published_row_is_answered() -> None:
    rows = read_published("scenarios")
    frame = pd.DataFrame({"base_usd": [1.0, 2.0], "predicted": [0.1, 0.2], "actual": [0.1, 0.3]})
    cast = Backcast(2025, -0.3, -0.3, frame, frame)
    shock = HouseholdShock(1.0, 2.0, 3.0, 4.0)
    ours = answers(rows, facts.checked_numbers(13.4, cast, Replay(1.0e9, 2.0, 3.0, 4.0), shock))
    assert ours["fajgelbaum_raised_imports_2018"] == 1.0
    assert {check for check, number in ours.items() if number is None} == {
        check for check, row in rows.items() if row.status == "not_reproducible"
    }


def test_the_model_at_the_newest_law_is_near_what_came(shared: Setting) -> None:
    """Census Bureau: imports from China in August 2026 were 33 % below August 2024, March to July 34 %."""
    found = regimes(shared, phases(shared.ledger))
    rows = found.table.set_index("regime")
    assert rows["actual"].iloc[-1] == pytest.approx(26.26 / 39.11 - 1, abs=0.001)
    assert rows["months"].sum() == 12 + 20, "2024, and every month since"
    assert abs(rows["predicted"].iloc[-1] - rows["actual"].iloc[-1]) < 0.05
    assert found.error_of(found.law_now) == 0
    assert found.error_of(2.0) == found.error


def test_the_error_of_the_backcast_by_hand() -> None:
    """Misses of 0.3 and 0.1 over four and three months: root of 0.05; the short regime does not count."""
    rows = pd.DataFrame({"months": [4, 3, 1], "law": [0.32, 0.32, 3.0], "miss": [0.3, -0.1, 2.0]})
    found = Regimes(rows, 0.2)
    assert found.error == pytest.approx(0.05**0.5)
    assert found.error_of(0.32) == pytest.approx(found.error)
    assert found.error_of(0.2 * 1.1**0.5 + 1.1**0.5 - 1) == pytest.approx(found.error / 2)


def test_the_bill_of_the_cut_of_may_2025(shared: Setting, known: Base) -> None:
    """By hand: 104.5 points less on 403 billion dollars outside chapters 98 and 99, 132 million households.

    The Budget Lab at Yale has 2,100 dollars at unchanged spending (15 April less 12 May 2025).
    """
    found = household_shock(shared, known, date(2025, 4, 15))
    assert found.static_usd == pytest.approx(2100, rel=0.12)
    assert 300 < found.model_usd < found.static_usd
    assert found.actual_share_pct == pytest.approx(8.3, abs=0.1), "June to October 2025, Census Bureau"


def test_the_texts_alone_bring_back_chinas_24_points(shared: Setting) -> None:
    """Tariff Commission 2025 No. 10 suspends 24 points on all US goods to 10 November 2026."""
    found = facts.texts_alone(shared, date(2027, 1, 10))
    assert found is not None
    assert found.china_pp == pytest.approx(24, abs=0.5), "and exclusions that end with the year"
    assert found.us_pp == pytest.approx(0, abs=0.2)
    assert found.citation == "Tariff Commission 2025 No. 10"
    assert facts.texts_alone(shared, date(2025, 11, 10)) is None


def test_the_models_error_widens_the_band_and_leaves_the_median(shared: Setting) -> None:
    found = run("s8b_truce_ends_both", shared)
    value, rate = shared.base.observed.value_usd, shared.base.market.rate
    now = float((rate * value).sum() / value.sum())
    cast = Regimes(pd.DataFrame({"months": [4], "law": [now + 0.02], "miss": [0.2]}), now)
    plain, wide = facts.effect(found), facts.effect(found, cast)
    for name in ("cost_usd", "imports_usd"):
        one, other = plain.band(name), wide.band(name)
        assert other.low < one.low < one.high < other.high
        assert other.median == pytest.approx(one.median, rel=0.03)
    same = facts.effect(run("s0_law_today", shared), cast)
    assert np.abs(same.imports_change).max() < 1e-9


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
    path = root / "data" / "clean" / "us_imports_monthly.parquet"
    table = pq.read_table(path)
    frame = table.to_pandas()
    china = frame["partner_iso3"] == "CHN"
    more = frame[china].set_index("month")["value_usd"]
    world = frame["partner_iso3"] == "WLD"
    frame.loc[world, "value_usd"] += frame.loc[world, "month"].map(more)
    frame.loc[china, "value_usd"] *= 2
    values = pa.array(frame["value_usd"], table.schema.field("value_usd").type)
    place = table.schema.get_field_index("value_usd")
    pq.write_table(table.set_column(place, table.schema.field("value_usd"), values), path)
    (path.parent / ".sha256").unlink(missing_ok=True)  # the table is altered on purpose
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
    assert "“The truce" in before["finding"]
    assert "“My truce" in after["finding"]
    for name in ("products_by_scenario", "notice"):
        assert (tmp_path / "before" / "figures" / f"{name}.svg").is_file()
    rows = [pd.read_csv(tmp_path / run / "tables" / "scenarios.csv") for run in ("before", "after")]
    assert [len(frame) for frame in rows] == [2, 3], "the user's own file stands beside the shipped ones"


def _run(root: Path, folder: Path, parameters: dict) -> dict:
    run_report("scenarios", parameters, folder, root=root)
    found: dict = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found
