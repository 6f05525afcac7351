"""Elasticities with their sources, read from data/scenario; nothing about them stands in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trucewatch.errors import DataError, ParameterError, check_choice
from trucewatch.ledger.hand_kept import ASSUMPTIONS, ELASTICITIES, PARAMETERS, read_kept

USER, DEFAULT = "user", "fgkk"
"""The preset of a user's own numbers borrows the spreads of the default."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of the model.

    - `name`: `sigma`, `eta`, `kappa`, `rho` or `wedge`
    - `distribution`: `truncated_normal` (centre and sd of the normal, cut to [low, high]), `scaled_beta`
      (mean and sd, on [low, high]), `uniform` on [low, high], or `as_sigma`
    - `centre`: the value of the run without draws
    """

    name: str
    distribution: str
    centre: float
    sd: float = 0.0
    low: float = 0.0
    high: float = 0.0
    source: str = ""
    confidence: str = ""
    note: str = ""


Preset = Mapping[str, Parameter]


def presets(root: Path | None = None) -> dict[str, dict[str, Parameter]]:
    """Return every preset of data/scenario/elasticities.csv.

    Raises `DataError` with the row, if a cell cannot be used or a parameter is missing.
    """
    found: dict[str, dict[str, Parameter]] = {}
    for row in read_kept(ELASTICITIES, root):
        found.setdefault(row.preset, {})[row.parameter] = Parameter(
            row.parameter,
            row.distribution,
            centre=float(row.centre),
            sd=float(row.sd or 0),
            low=float(row.low or 0),
            high=float(row.high or 0),
            source=row.source,
            confidence=row.confidence,
            note=row.note,
        )
    for name, group in found.items():
        missing = [parameter for parameter in PARAMETERS if parameter not in group]
        if missing:
            raise DataError(
                f"preset {name} lacks {', '.join(missing)}",
                remedy="add the rows",
                file=ELASTICITIES,
                value=name,
            )
    return found


def preset(name: str, own: Mapping[str, float] | None = None, root: Path | None = None) -> Preset:
    """Return a preset by name.

    `name`: a preset of the file, or, where `own` is given, `user`; `own`: with `user`: centres of `sigma`,
    `eta`, `kappa` and `rho`; the spreads are those of the default.

    Raises `ParameterError` if there is none of this name, or the user's numbers are out of order or out of
    range.
    """
    known = presets(root)
    if name in known:
        return known[name]
    check_choice("preset", name, [*known, *([] if own is None else [USER])])
    given = dict(own or {})
    if set(given) != {"sigma", "eta", "kappa", "rho"}:
        raise ParameterError("preset user: give sigma, eta, kappa and pass_through")
    if not given["sigma"] >= given["eta"] >= given["kappa"] > 0 or not 0.5 <= given["rho"] <= 1:
        raise ParameterError("preset user: legal: sigma >= eta >= kappa > 0 and pass_through 0.5 to 1")
    return {key: _moved(item, given.get(key, item.centre)) for key, item in known[DEFAULT].items()}


def _moved(item: Parameter, centre: float) -> Parameter:
    """Return a parameter around another centre, with limits that hold it."""
    if centre == item.centre:
        return item
    if item.distribution == "scaled_beta":
        # the same spread in either direction, never above full pass-through
        return Parameter(
            item.name,
            "truncated_normal",
            centre,
            item.sd,
            max(0.5, centre - 3 * item.sd),
            1.0,
            "given by the user",
        )
    shift = centre / item.centre
    return Parameter(
        item.name,
        item.distribution,
        centre,
        item.sd,
        item.low * shift,
        item.high * shift,
        "given by the user",
    )


def assumptions(root: Path | None = None) -> dict[str, float]:
    """Return the numbers of the base year that no table gives, by key."""
    return {row.key: float(row.value) for row in read_kept(ASSUMPTIONS, root)}
