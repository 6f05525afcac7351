"""Duties on goods of any origins by HS6, for scenarios that price others than China alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pandas as pd

from trucewatch.answers.countries import in_words
from trucewatch.answers.inputs import check_origin, listed
from trucewatch.answers.notes import named
from trucewatch.duty.origin_panel import OriginPanel, build_origin_panel
from trucewatch.duty.stacking import AS_COLLECTED, AS_FINALLY_HELD
from trucewatch.errors import DataError
from trucewatch.ledger.cell_types import ALL_ORIGINS
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import EU, eu_members, seen_from
from trucewatch.ledger.schema import ANY_ORIGIN
from trucewatch.scenario.edits import idle, reached
from trucewatch.scenario.scenario_file import Scenario
from trucewatch.trade import preference
from trucewatch.trade.rivals import TABLES, origin_of, weights_of
from trucewatch.trade.weights import IN_UNION, TRADE_2024, partner_of

__all__ = ["CHINA", "TABLES", "OriginPrices", "goods_of", "members_of", "partners_priced"]

CHINA = (DEFAULT_ORIGIN["USA"],)
"""The partners whose goods are priced if nothing else is asked."""

_UNION = ("eu", EU.casefold(), "european union")

_MOST_NAMED = 4
"""Partners that a text names; of more it gives the number."""


class OriginPrices:
    """Duties by HS6 and partner under a ledger and its edits, into the United States.

    Lines are weighted with what the partner sold in 2024. A preference is claimed on the part of each line
    that claimed it, as in the averages by supplier.

    `ledger`: the law; `tables`: clean tables by name (`TABLES`); `partners`: as the tables name them.
    """

    def __init__(self, ledger: Ledger, tables: Mapping[str, pd.DataFrame], partners: Sequence[str]) -> None:
        self._ledger, self._tables, self._partners = ledger, tables, tuple(partners)
        self._panel = self._built(ledger, preference.MIDDLE, max(preference.MIDDLE, ledger.law_asof))
        self._weights = self._weighed(self._panel)

    def hs6(
        self, law: Ledger, first: date, last: date | None = None, lens: str = AS_COLLECTED
    ) -> pd.DataFrame:
        """Return the duty as a fraction of customs value, mean of the days of a window.

        A row an HS6, a column a partner; nan where no line that the partner sold in 2024 stands for it.

        `law`: the ledger given at the start, or an edit of it; `first`, `last`: first and last day; one day
        if only one is given; `lens`: `as_collected` or `as_finally_held`.
        """
        last = first if last is None else last
        panel, weights = self._panel, self._weights
        if law is not self._ledger or not panel.first <= first <= last < panel.end:
            panel = self._built(law, first, last)
            weights = self._weighed(panel)
        column = "held_pct" if lens == AS_FINALLY_HELD else "rate_pct"
        added, weight = panel.sums(weights, ["hs6", "partner_iso3"], [(first, last)], column)
        rate = (added / weight.where(weight > 0) / 100)[first].reset_index(name="rate")
        table = rate.pivot_table("rate", "hs6", "partner_iso3")
        return table.reindex(columns=list(self._partners))

    def _built(self, law: Ledger, first: date, last: date) -> OriginPanel:
        origins = sorted(set(map(origin_of, self._partners)))
        if len(origins) == 1:
            # far fewer measures to match codes with
            law = seen_from(law, "USA", origins[0])
        return build_origin_panel(law, "USA", first, last, origins)

    def _weighed(self, panel: OriginPanel) -> pd.DataFrame:
        weights, _ = weights_of(self._ledger, panel, self._tables, self._panel)
        own = weights[weights["partner_iso3"].isin(self._partners)]
        return own.assign(hs6=own["code"].str[:6])


def partners_priced(
    ledger: Ledger,
    tables: Mapping[str, pd.DataFrame],
    origins: str | Iterable[str] | None,
    scenarios: Iterable[Scenario] = (),
) -> tuple[str, ...]:
    """Return the partners of the tables whose goods scenarios are priced on, the largest first.

    `origins`: countries by code or name, or `all`; a member of the Union stands for the Union. If not given,
    China where an edit reaches its goods or edits China's duty; of an edit that reaches none, the goods that
    it does reach.

    Raises `DataError` if there is no such origin, or the tables have no trade of it; `LedgerError` with file
    and line, if there is no trade of what an edit reaches, or it reaches some members of the European Union,
    whose trade the tables have as one.
    """
    if origins is None:
        return _reached(ledger, tables, scenarios)
    known = _known(tables)
    if origins == ALL_ORIGINS:
        return known
    found = []
    for origin in map(str, listed(origins)):
        is_union = origin.strip().casefold() in _UNION
        partner = EU if is_union else partner_of(ledger, check_origin(ledger, "USA", origin), tables)
        if partner not in known:
            raise DataError(
                "the tables have no imports of 2024 from this country alone",
                remedy=f"use one of {', '.join(known)}, or all",
                column="origin",
                value=origin,
            )
        found.append(partner)
    return tuple(name for name in known if name in found)


def _reached(
    ledger: Ledger, tables: Mapping[str, pd.DataFrame], scenarios: Iterable[Scenario]
) -> tuple[str, ...]:
    known, union = _known(tables), eu_members(ledger)
    found: set[str] = set()
    for scenario in scenarios:
        for edit in scenario.edits:
            origins = frozenset[str]() if edit in idle(scenario) else reached(ledger, edit)
            if not origins or origins & {*CHINA, ANY_ORIGIN}:
                found.update(CHINA)
                continue
            partners = {partner_of(ledger, origin, tables) for origin in origins} & set(known)
            column = "origins" if edit.origins else "origin_set" if edit.kind == "add" else edit.kind
            value = ", ".join(sorted(origins)[:_MOST_NAMED])
            if not partners:
                problem = "reaches no country with a row of trade of its own"
                raise edit.fault(column, problem, f"name one of {', '.join(known)}", value)
            if origins & union and not union <= origins:
                problem = "reaches a part of the European Union, which the tables of trade have as one"
                raise edit.fault(column, problem, "use `origin_set: eu27`, or leave the Union out", value)
            found |= partners
    return tuple(name for name in known if name in found) or CHINA


def goods_of(ledger: Ledger, tables: Mapping[str, pd.DataFrame], partners: Sequence[str]) -> str:
    """Return partners as a sentence names them."""
    if len(partners) > _MOST_NAMED:
        which = "all " if len(partners) == len(_known(tables)) else ""
        return f"{which}{len(partners)} partners with a row of trade"
    return named(
        ["the European Union" if partner == EU else in_words(ledger, partner) for partner in partners]
    )


def members_of(ledger: Ledger, partners: Iterable[str]) -> frozenset[str]:
    """Return the origins behind partners, ISO3: the Union stands for its members."""
    return frozenset(
        iso3 for partner in partners for iso3 in (eu_members(ledger) if partner == EU else (partner,))
    )


def _known(tables: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Return the partners with trade, largest first; members of the Union that stand in its row left out."""
    trade = tables[TRADE_2024]
    trade = trade[(trade["year"] == preference.YEAR) & ~trade["partner_iso3"].isin(IN_UNION)]
    sums = trade.groupby("partner_iso3")["value_usd"].sum().sort_values(ascending=False, kind="stable")
    return tuple(map(str, sums.index))
