"""The command `scenario`: answers, refusals and exit codes."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from trucewatch.cli import main
from trucewatch.scenario import scenario_names
from trucewatch.scenario.market import on_products
from trucewatch.scenario.run import setting

OWN = """title: no duty on toys
day: 2026-11-09
edits:
  - replace: us_s301_fl
    exempt: ['950300']
    from: 2026-07-24
    source: the test
"""


def ask(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["scenario", *arguments])
    return result.exit_code, result.output


def test_the_list_names_every_scenario() -> None:
    code, output = ask()
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == list(scenario_names())


def test_a_file_is_checked_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    assert ask(str(path), "--check") == (0, "own: sound, 1 edits, priced on 2026-11-09\n")


@pytest.mark.parametrize("flag", [["--check"], []])
def test_a_broken_file_is_refused_before_anything_runs(
    tmp_path: Path, flag: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trucewatch.scenario.market.Prices", None)  # what prices would fail
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("us_s301_fl", "us_s301_xl"))
    code, output = ask(str(path), *flag)
    assert code == 2
    assert "own.yaml, row 4, column replace: no such measure; found 'us_s301_xl'" in output


def test_a_name_and_a_comparison_do_not_go_together() -> None:
    assert ask("s3_busan", "--compare", "s3_busan", "s0_law_today")[0] == 2


def test_an_unknown_preset_is_refused() -> None:
    assert ask("s3_busan", "--preset", "guess")[0] == 2


@pytest.mark.slow
def test_own_numbers_are_priced_and_named() -> None:
    """Those of the preset, given by hand, are that preset: sigma 2.53, eta 1.53, kappa 1.19, rho 0.92."""
    given = ("s3_busan", "--draws", "100", "--json")
    code, own = ask(*given, "--own", "2.53", "1.53", "1.19", "0.92")
    assert code == 0
    ours, known = json.loads(own), json.loads(ask(*given)[1])
    assert (ours.pop("preset"), known.pop("preset")) == ("user", "fgkk")
    assert ours == known
    dearer = json.loads(ask(*given, "--own", "1.5", "1.4", "1.3", "1")[1])
    assert dearer["buyer_cost_usd"] > known["buyer_cost_usd"], "harder to turn away, all in the price"


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (("--own", "1", "2", "3", "0.9"), "sigma >= eta >= kappa"),
        (("--own", "3", "2", "1", "0.9", "--preset", "long_run"), "--preset or --own, not both"),
        (("--preset", "user"), "give --own SIGMA ETA KAPPA PASS_THROUGH instead"),
    ],
)
def test_own_numbers_that_can_not_be_are_refused(slip: tuple[str, ...], said: str) -> None:
    code, output = ask("s3_busan", *slip)
    assert code == 2
    assert said in output


@pytest.mark.parametrize("slip", [("--seed", "-1"), ("--draws", "99"), ("--draws", "many")])
def test_draws_and_seed_out_of_range_are_refused_before_anything_is_priced(slip: tuple[str, str]) -> None:
    code, output = ask("s3_busan", *slip)
    assert code == 2
    assert f"'{slip[0]}': " in output and slip[1] in output


def test_a_name_that_fits_several_scenarios_is_answered_with_them() -> None:
    code, output = ask("s2")
    assert code == 2
    assert "use s2a_legal_lapse or s2b_political_snapback" in output


@pytest.mark.slow
def test_a_users_own_file_is_priced(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    code, output = ask(str(path), "--json", "--draws", "100", "--top", "3")
    found = json.loads(output)
    assert code == 0
    assert found["idle_edits"] == []
    assert found["buyer_cost_usd_p5"] < found["buyer_cost_usd_p95"]
    assert len(found["products"]) <= 3


@pytest.mark.slow
def test_the_comparison_of_equals_has_nothing_to_tell(tmp_path: Path) -> None:
    code, output = ask("--compare", "s3_busan", "s3_busan", "--draws", "100")
    assert code == 1
    assert "+0.00 points" in output


@pytest.mark.slow
def test_the_same_day_under_another_lens_has_something_to_tell(tmp_path: Path) -> None:
    path = tmp_path / "held.yaml"
    path.write_text("title: Busan, as finally held\nday: 2025-11-10\nlens: as_finally_held\n")
    code, output = ask("--compare", "s3_busan", str(path), "--base", "2024", "--draws", "100")
    assert code == 0
    assert "Priced on 2025-11-10, as_collected  →  2025-11-10, as_finally_held" in output
    assert "At the trade of 2024, brought to the law of 2026-11-09" in output
    average = re.search(r"at the trade of 2024: ([\d.]+) % to ([\d.]+) %, -([\d.]+) points", output)
    assert average
    # two ways to the same averages: by line of the schedule, and by product of six digits
    shared = setting(n_draws=100, base="2024")
    for ours, lens in zip(average.groups(), ("as_collected", "as_finally_held"), strict=False):
        prices = shared.prices.hs6(shared.ledger, "USA", date(2025, 11, 10), lens=lens)
        year = shared.base.observed
        theirs = (on_products(prices, year) * year.value_usd).sum() / year.value_usd.sum()
        assert float(ours) == pytest.approx(100 * theirs, abs=0.01)


def test_the_example_of_the_docs_is_sound(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text()
    path = tmp_path / "docs.yaml"
    path.write_text(page.split("```yaml file=my.yaml\n")[1].split("```")[0])
    code, output = ask(str(path), "--check")
    assert (code, output) == (0, "docs: sound, 5 edits, priced on 2026-11-09\n")
