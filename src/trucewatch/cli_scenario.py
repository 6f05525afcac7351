"""The command `scenario`: one scenario, two side by side, or the list of those shipped.

Exit codes: 0 answered; 1 nothing to tell (two scenarios with the same duties); 2 unusable input.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from trucewatch.ledger.ledger import Ledger
    from trucewatch.scenario.run import Result
    from trucewatch.scenario.scenario_file import Scenario


@click.command(
    epilog="Exit codes: 0 answered, 1 the two scenarios charge the same, 2 the input cannot be used."
)
@click.argument("name", required=False)
@click.option("--compare", nargs=2, metavar="A B", help="Two scenarios side by side, in place of NAME.")
@click.option("--preset", show_default="fgkk", help="Elasticities: fgkk, one_year, long_run, estimated.")
@click.option(
    "--own",
    nargs=4,
    type=float,
    metavar="SIGMA ETA KAPPA PASS_THROUGH",
    help="Your own numbers, in place of --preset.",
)
@click.option(
    "--base",
    type=click.Choice(["last_12_months", "2024"]),
    default="last_12_months",
    show_default=True,
    help="The trade to start from.",
)
@click.option(
    "--origin",
    help="Countries whose goods are priced, by commas, or all; if not given, those the edits reach.",
)
@click.option(
    "--draws",
    "n_draws",
    type=click.IntRange(100, 100_000),
    default=2000,
    show_default=True,
    help="Draws over the parameters.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=20251110,
    show_default=True,
    help="Seed of the draws.",
)
@click.option("--top", type=click.IntRange(0, 200), default=10, show_default=True, help="Products shown.")
@click.option("--check", "only_check", is_flag=True, help="Only check the file against the ledger.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scenario(
    name: str | None,
    compare: tuple[str, str] | None,
    preset: str | None,
    own: tuple[float, float, float, float] | None,
    base: str,
    origin: str | None,
    n_draws: int,
    seed: int,
    top: int,
    only_check: bool,
    as_json: bool,
) -> None:
    """Price scenario NAME: one of scenarios/, or the path of your own YAML file. Without NAME: list them.

    A short name will do: s1 or threat_100 for s1_threat_100.
    """
    from trucewatch.ledger.cell_types import ALL_ORIGINS
    from trucewatch.scenario.presets import DEFAULT, USER

    if name and compare:
        raise click.UsageError("give NAME or --compare A B, not both")
    if preset and own:
        raise click.UsageError("give --preset or --own, not both")
    if preset == USER:
        raise click.UsageError(
            "--preset user has no numbers; give --own SIGMA ETA KAPPA PASS_THROUGH instead"
        )
    if not name and not compare:
        _list_names()
        return
    from trucewatch.ledger.ledger import load_ledger

    law = load_ledger()
    scenarios = _read_and_check(compare or (name or "",), law)
    if only_check:
        for item in scenarios:
            click.echo(f"{item.name}: sound, {len(item.edits)} edits, priced on {item.day}")
        return
    from trucewatch.scenario.run import run, setting

    numbers = dict(zip(("sigma", "eta", "kappa", "rho"), own, strict=True)) if own else None
    shared = setting(
        USER if own else preset or DEFAULT,
        numbers,
        n_draws=n_draws,
        seed=seed,
        base=base,
        ledger=law,
        origins=origin if origin is None or origin == ALL_ORIGINS else origin.split(","),
        scenarios=scenarios,
    )
    found = [run(item, shared) for item in scenarios]
    if compare:
        _show_comparison(scenarios, found, top, as_json)
    else:
        from trucewatch.scenario import view

        _show(found[0].to_dict(top), as_json, lambda: view.text(found[0], top))


_MOST_COMPARED = 4
"""Origins, the largest first, whose duties a comparison shows line by line."""


def _list_names() -> None:
    from trucewatch.scenario import read_scenario, scenario_names

    for name in scenario_names():
        click.echo(f"{name:<26} {read_scenario(name).title}")


def _read_and_check(names: Iterable[str], law: Ledger) -> list[Scenario]:
    """Read scenarios and try their edits on the law, so that a fault is told before anything is priced."""
    from trucewatch.scenario import edited, read_scenario
    from trucewatch.scenario.naming import find_scenario

    found = [read_scenario(find_scenario(name)) for name in names]
    for item in found:
        edited(law, item)
    return found


def _show_comparison(scenarios: Sequence[Scenario], found: Sequence[Result], top: int, as_json: bool) -> None:
    """Show two scenarios beside each other; exit with 1 if their duties are the same on every product."""
    from trucewatch.scenario import view
    from trucewatch.scenario.compare import compare
    from trucewatch.trade.rivals import origin_of

    shared = found[0].setting
    duties = [
        compare(scenarios[0], scenarios[1], shared.ledger, "USA", origin=origin_of(partner))
        for partner in shared.origins[:_MOST_COMPARED]
    ]
    if shared.is_of_china:
        duties.append(compare(scenarios[0], scenarios[1], shared.ledger, "CHN"))
    values = {
        "first": found[0].to_dict(top),
        "second": found[1].to_dict(top),
        "duties": [item.to_dict(top) for item in duties],
    }
    _show(values, as_json, lambda: view.comparison(found[0], found[1], duties, top))
    if not any(item.change.change_pp for difference in duties for item in difference.products):
        raise SystemExit(1)


def _show(values: dict[str, Any], as_json: bool, text: Callable[[], str]) -> None:
    if as_json:
        click.echo(json.dumps(_finite(values), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(text())


def _finite(value: object) -> object:
    """Return plain values in which a number that is none is null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value
