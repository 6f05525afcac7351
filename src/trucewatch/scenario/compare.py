"""Two scenarios side by side: the difference of duties by the law's own diff, then what each does."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

from trucewatch.answers.countries import in_words
from trucewatch.answers.diff import Change, Diff, Product
from trucewatch.answers.trade_values import Values, trade_values
from trucewatch.duty.code_classes import grouper, products, with_splits
from trucewatch.duty.lines import NOT_DECIDING, Line
from trucewatch.duty.matching import match
from trucewatch.duty.stacking import duties, entry_of, points_by_authority
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import worst
from trucewatch.scenario.edits import edited
from trucewatch.scenario.scenario_file import Scenario


def compare(
    one: Scenario,
    other: Scenario,
    ledger: Ledger,
    importer: str = "USA",
    values: Values | None = None,
    origin: str | None = None,
) -> Diff:
    """Return the difference of the duties of two scenarios, product by product.

    As `law.diff` gives it, without acts and causes: what differs is supposed. Its `lens` names both where
    they differ.

    `one`, `other`: from `read_scenario`; duties are those of each one's day and lens; `ledger`: the law both
    edit; `importer`: `USA` or `CHN`; `values`: the trade to weigh with; that of 2024 from the clean tables if
    not given; `origin`: ISO3; the other side if not given.
    """
    origin = DEFAULT_ORIGIN[importer] if origin is None else origin
    laws = tuple(seen_from(edited(ledger, side), importer, origin) for side in (one, other))
    days, lenses = (one.day, other.day), (one.lens, other.lens)
    codes = {
        code
        for law, day in zip(laws, days, strict=True)
        for code in with_splits(law, importer, products(law, importer, day))
    }
    changes: dict[Hashable, Change] = {}
    by_code: dict[str, Change] = {}
    for code in sorted(codes):
        key = tuple(grouper(law, importer).key(code) for law in laws)
        if key not in changes:
            changes[key] = _change(laws, code, importer, origin, days, lenses)
        by_code[code] = changes[key]
    weights = trade_values(importer, origin) if values is None else values
    dollars = weights.of(tuple(by_code))
    return Diff(
        *days,
        ledger.law_asof,
        ledger.law_asof,
        importer=importer,
        origin=origin,
        lens=" to ".join(dict.fromkeys(lenses)),
        products=tuple(Product(code, by_code[code], dollars[code]) for code in by_code),
        values=weights,
        acts=(),
        act_titles={},
        goods_of=in_words(ledger, origin),
        doubts=(),
        law_asof=ledger.law_asof,
        ledger_hash=ledger.ledger_hash,
    )


def _change(
    laws: tuple[Ledger, ...],
    code: str,
    importer: str,
    origin: str,
    days: tuple[date, date],
    lenses: tuple[str, str],
) -> Change:
    sides: list[tuple[Line, ...] | None] = []
    for law, day in zip(laws, days, strict=True):
        found = match(law, code, importer)
        stands = any(row.valid_from <= day < row.valid_to for row in found.base)
        sides.append(duties(law, found, entry_of(law, origin, day)) if stands else None)
    deciding = [line for side in sides for line in side or () if line.status not in NOT_DECIDING]
    before, after = (
        None if side is None else points_by_authority(side, lens)
        for side, lens in zip(sides, lenses, strict=True)
    )
    return Change(before, after, {}, worst(*(line.confidence for line in deciding)))
