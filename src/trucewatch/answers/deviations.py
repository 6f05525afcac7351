"""What each departure from the letter of the law does to the average, where claims can undo it.

A departure that takes a fact as given is undone by claiming the fact for every entry: the average with the
claim less the one without is what the presumption could be worth at most. What no claim undoes is said not to
be computed.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import fmean

import pandas as pd

from trucewatch.answers.trade_values import imports_by_code
from trucewatch.duty.code_classes import grouper
from trucewatch.duty.lines import CERTAIN
from trucewatch.duty.matching import match, schedule_lines
from trucewatch.duty.stacking import entry_of, lines_of, resolve, rules_on
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from

EVERY_EXCLUSION, EVERY_REDUCTION = "every_exclusion", "every_reduction"
"""Words that stand for all exclusions, or all lower column 1 rates, of the day."""
NOT_COMPUTED = "not computed: no claim undoes it"


@dataclass(frozen=True)
class Effects:
    """The effect of every departure.

    - `table`: `deviation_id`, `side`, `kind`, `on`, `undone_by`, `average_pct` (as the ledger charges),
      `undone_pct` (with the claims for every entry) and `effect_pp` (their difference), empty where no claim
      undoes it
    """

    table: pd.DataFrame

    def __str__(self) -> str:
        """Return the table as text."""
        rows = []
        for row in self.table.to_dict("records"):
            if pd.isna(row["effect_pp"]):
                rows.append(f"{row['deviation_id']} ({row['side']}): {NOT_COMPUTED}")
            else:
                means = f"{row['average_pct']:.2f} to {row['undone_pct']:.2f} percent"
                rows.append(
                    f"{row['deviation_id']} ({row['side']}, {row['on']}): {row['effect_pp']:+.2f} points, "
                    f"from {means} with {row['undone_by']}"
                )
        return "\n".join(rows)


def effects(ledger: Ledger, root: Path | None = None) -> Effects:
    """Compute what the departures of the ledger do to the average of their side, on the imports of 2024.

    `root`: the project, for the weights; found if not given.
    """
    rows: list[tuple] = []
    known: dict[str, dict[str, float]] = {}
    for row in ledger.deviations:
        day = row.undone_on
        told = (row.deviation_id, row.side, row.kind, day, row.undone_by)
        if day is None:
            rows.append((*told, float("nan"), float("nan")))
            continue
        if row.side not in known:
            known[row.side] = imports_by_code(row.side, DEFAULT_ORIGIN[row.side], root)
        claims = _claims(ledger, row.undone_by, row.side, day)
        law = seen_from(ledger, row.side, DEFAULT_ORIGIN[row.side])
        averages = [_average(law, row.side, day, known[row.side], how) for how in (frozenset(), claims)]
        rows.append((*told, *averages))
    names = ["deviation_id", "side", "kind", "on", "undone_by", "average_pct", "undone_pct"]
    table = pd.DataFrame(rows, columns=names)
    return Effects(table.assign(effect_pp=table["undone_pct"] - table["average_pct"]))


def _claims(ledger: Ledger, text: str, importer: str, day: date) -> frozenset[str]:
    """Return the claims that a cell names."""
    named = set(text.split(";"))
    if EVERY_EXCLUSION in named:
        named |= {row.exclusion_id for row in ledger.exclusions if row.valid_from <= day < row.valid_to}
    if EVERY_REDUCTION in named:
        sheet = ledger.reduced_rates[importer]
        named |= {row.condition for code in sheet.codes for row in sheet.at(code)}
    return frozenset(named - {EVERY_EXCLUSION, EVERY_REDUCTION})


def _average(
    ledger: Ledger, importer: str, day: date, weights: dict[str, float], claims: frozenset[str]
) -> float:
    """Return the mean duty in percent over the codes that the schedule of the day holds."""
    keys, rules = grouper(ledger, importer), rules_on(ledger, day)
    entry = entry_of(ledger, DEFAULT_ORIGIN[importer], day, claims=claims)
    names_codes = any("/" in claim for claim in claims)  # the id of an exclusion
    found: dict[Hashable, Decimal | None] = {}

    def rate(code: str) -> Decimal | None:
        key: Hashable = code if names_codes else keys.key(code)
        if key not in found:
            product = match(ledger, code, importer)
            stands = any(row.valid_from <= day < row.valid_to for row in product.base)
            lines = resolve(lines_of(ledger, product, entry), rules) if stands else ()
            charged = (line.pp for line in lines if line.status in CERTAIN)
            found[key] = sum(charged, Decimal(0)) if stands else None
        return found[key]

    duty = value = 0.0
    for code, usd in weights.items():
        below = (code,) if len(code) > 6 else _lines(ledger, importer, code, day)
        rates = [float(own) for line in below if (own := rate(line)) is not None]
        if rates:
            duty, value = duty + usd * fmean(rates), value + usd
    return duty / value if value else float("nan")


def _lines(ledger: Ledger, importer: str, subheading: str, day: date) -> tuple[str, ...]:
    return tuple(line for line in schedule_lines(ledger, subheading, importer, day) if len(line) == 8)
