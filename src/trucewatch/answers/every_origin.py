"""One code from everywhere: what goods of each origin pay, beside the origin's share of US imports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trucewatch.answers.at_sea import AT_SEA
from trucewatch.answers.countries import partner_name
from trucewatch.answers.inputs import current_ledger
from trucewatch.answers.layout import aligned, bullets, html_table
from trucewatch.answers.lookup import Lookup, lookup
from trucewatch.answers.notes import NOT_A_RULING, missing_of, named, number, total_text
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.origins import preferences_of

if TYPE_CHECKING:
    import pandas as pd

Duty = tuple[Decimal | None, Decimal | None, Decimal, Decimal, bool]
_HEADS = ("Total %", "If claimed %", "Lower %", "Upper %", "Share of imports %", "Origins")
_NOTES = (
    "If claimed: with the preference of the origin (USMCA, KORUS ...). Share: of all US imports of 2024, "
    "whatever the product.",
)


@dataclass(frozen=True)
class FromOrigin:
    """What goods of one origin pay: without a claim, and with the preference claimed if that helps."""

    origin: str
    name: str
    share_of_imports: float
    found: Lookup
    claimed_pct: Decimal | None
    claims: tuple[str, ...]


@dataclass(frozen=True)
class EveryOrigin:
    """One code on one day, from every origin, the dearest first; equal duties by share of imports."""

    code: str
    on: date
    rows: tuple[FromOrigin, ...]
    law_asof: date
    missing: tuple[str, ...] = ()
    """What the ledger does not hold about goods of some origins, and that goods at sea are left out."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.rows

    def to_frame(self) -> pd.DataFrame:
        """Return one row an origin."""
        import pandas as pd  # a lookup alone starts faster without it

        return pd.DataFrame(self.to_dict()["origins"])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: days ISO, percents as numbers."""
        return {
            "code": self.code,
            "on": self.on.isoformat(),
            "law_asof": self.law_asof.isoformat(),
            "origins": [
                {
                    "origin": row.origin,
                    "name": row.name,
                    "share_of_imports_2024": row.share_of_imports,
                    "total_pct": None if row.found.total_pct is None else float(row.found.total_pct),
                    "claimed_pct": None if row.claimed_pct is None else float(row.claimed_pct),
                    "claims": ", ".join(row.claims),
                    "lower_pct": float(row.found.lower_pct),
                    "upper_pct": float(row.found.upper_pct),
                    "is_complete": row.found.is_complete,
                    "confidence": row.found.confidence,
                }
                for row in self.rows
            ],
            "notes": list(self.missing),
        }

    def groups(self) -> dict[Duty, list[FromOrigin]]:
        """Return the origins by what they pay: total, total if claimed, bounds, and if that is all."""
        found: dict[Duty, list[FromOrigin]] = {}
        for row in self.rows:
            case = row.found
            duty = (case.total_pct, row.claimed_pct, case.lower_pct, case.upper_pct, case.is_complete)
            found.setdefault(duty, []).append(row)
        return found

    def _table(self) -> list[tuple[str, ...]]:
        return [
            (
                total_text(total, is_complete),
                "" if claimed is None else number(claimed),
                number(lower),
                number(upper),
                f"{100 * sum(row.share_of_imports for row in rows):.1f}",
                named([row.name for row in rows]),
            )
            for (total, claimed, lower, upper, is_complete), rows in self.groups().items()
        ]

    @property
    def _law(self) -> str:
        return f"Law as of {self.law_asof}. {NOT_A_RULING}"

    @property
    def _caption(self) -> str:
        return f"{self.code} into the United States, entered {self.on}, by origin"

    def __str__(self) -> str:
        """Return a ranked table for a terminal; origins that pay the same share a line."""
        table = aligned(_HEADS, self._table(), _HEADS[:-1])
        return "\n".join([self._caption, "", *table, "", *_NOTES, *bullets(self.missing), self._law])

    def _repr_html_(self) -> str:
        notes = [*_NOTES, *self.missing, self._law]
        return html_table(self._caption, _HEADS, self._table(), _HEADS[:-1], notes)

    __repr__ = __str__


def from_every_origin(
    code: str,
    on: date | str | None = None,
    origins: Iterable[str] = (),
    ledger: Ledger | None = None,
    **facts: Any,
) -> EveryOrigin:
    """Look up one code from every origin into the United States.

    `code`, `on`: as in `lookup`; `origins`: only these, as codes or names; every partner of the ledger if
    none is given; `ledger`: the law to use; that of the project if not given; `facts`: `known`, `content`,
    `lens` as in `lookup`.
    """
    law = ledger if ledger is not None else current_ledger()
    chosen = list(origins) or [row.iso3 for row in law.partners if row.iso3 in law.origins("USA")]
    imports = {row.iso3: float(row.imports_2024_usd) for row in law.partners}
    whole = sum(imports.values()) or 1.0
    rows = []
    for origin in chosen:
        found = lookup(code, origin, on, ledger=law, **facts)
        claims = tuple(
            sorted(
                {
                    row.claim
                    for row in preferences_of(law, "USA", found.origin)
                    if row.valid_from <= found.on < row.valid_to
                }
            )
        )
        claimed = lookup(code, found.origin, on, ledger=law, claims=claims, **facts) if claims else found
        helps = claims and claimed.total_pct != found.total_pct
        rows.append(
            FromOrigin(
                found.origin,
                partner_name(law, found.origin),
                imports.get(found.origin, 0.0) / whole,
                found,
                claimed.total_pct if helps else None,
                claims if helps else (),
            )
        )
    rows.sort(
        key=lambda row: (
            -(row.found.upper_pct if row.found.total_pct is None else row.found.total_pct),
            -row.share_of_imports,
            row.origin,
        )
    )
    day = rows[0].found.on if rows else law.law_asof
    at_sea = {note for row in rows for note in row.found.notes if note.startswith(AT_SEA)}
    said = (*sorted(at_sea)[-1:], *missing_of(law, "USA", [row.origin for row in rows], day, day))
    return EveryOrigin(code, day, tuple(rows), law.law_asof, said)
