"""A lookup as the desk asks it: with a customs value, and with what was believed on the day of entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import TYPE_CHECKING, Any, Unpack

from trucewatch.answers import lookup_view as present
from trucewatch.answers.exact import exact, plain_number
from trucewatch.answers.hts_numbers import short_name
from trucewatch.answers.layout import paragraph
from trucewatch.answers.lookup import Lookup, answer_to
from trucewatch.answers.notes import NOT_A_RULING, at_least, number, span
from trucewatch.answers.paid_at import numbers_of
from trucewatch.answers.question import Facts, read_question

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.duty.lines import Line
    from trucewatch.ledger.ledger import Ledger

_CENT = Decimal("0.01")
_NAME_SHOWN = 150
NOT_MODELLED = {
    "USA": ("antidumping and countervailing duties", "quotas", "merchandise processing and harbor fees"),
    "CHN": ("antidumping and countervailing duties", "quotas", "consumption tax"),
}
"""What no total of this package holds, by importer."""


@dataclass(frozen=True)
class Answer:
    """A lookup with its money.

    - `found`: the lookup
    - `believed_pct`: the total as the texts published by the day of entry had it; None if `known` was asked
      for, if the entry lies after `law_asof`, or if the code has no single total.
    - `value_usd`: Customs value, US dollars; None if not given.
    - `name`: what the schedule calls the goods; for goods into China the words of the US schedule for the
      subheading. Empty where it has none.
    """

    found: Lookup
    believed_pct: Decimal | None
    value_usd: Decimal | None
    name: str = ""

    @property
    def total_pct(self) -> Decimal | None:
        """Percent of customs value; None where the numbers below the code pay different duties."""
        return exact(self.found.total_pct)

    @property
    def bounds_pct(self) -> tuple[Decimal, Decimal]:
        """Lower and upper bound of the total."""
        return exact(self.found.lower_pct), exact(self.found.upper_pct)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Lines of duty with status, act and reason; empty for a range."""
        return self.found.lines

    @property
    def refundable_pp(self) -> Decimal | None:
        """Points collected and later held unlawful; None for a range."""
        return exact(self.found.refundable_pp)

    @property
    def confidence(self) -> str:
        """The worst confidence of the lines that decide."""
        return self.found.confidence

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before quoting the total."""
        return self.found.notes

    def usd(self, percent: Decimal | None) -> Decimal | None:
        """Return a percentage of the customs value, to the cent; None if either is not known."""
        if percent is None or self.value_usd is None:
            return None
        return exact((self.value_usd * percent / 100).quantize(_CENT, ROUND_HALF_UP))

    @property
    def duty_usd(self) -> Decimal | None:
        """Duty on the value."""
        return self.usd(self.found.total_pct)

    def sentences(self) -> list[str]:
        """Return the money, and what was believed, in words."""
        found, said = self.found, []
        if found.on > found.law_asof:
            said.append(f"The entry is after {found.law_asof}: the law as then scheduled, not as it will be.")
        low, high = found.refundable_bounds
        refund = f"{self.usd(low):,}" if low == high and self.value_usd else ""
        if self.value_usd is not None and low != high:
            refund = f"{self.usd(low):,} to {self.usd(high):,}"
        of_it = f", {refund} of it refundable" if high and refund else ""
        if self.duty_usd is not None:
            duty = at_least(f"{self.duty_usd:,}", found.is_complete)
            said.append(f"Duty: {duty} US dollars on a value of {self.value_usd:,}{of_it}.")
        elif self.value_usd is not None:
            lowest, most = (f"{self.usd(bound):,}" for bound in found.bounds)
            duty = span(lowest, most, found.is_complete)
            said.append(f"Duty: {duty} US dollars on a value of {self.value_usd:,}{of_it}.")
        if self.believed_pct is not None and self.believed_pct != found.total_pct:
            said.append(f"As believed on the day of entry: {number(self.believed_pct)} %.")
        return said

    def _named(self) -> list[str]:
        return [short_name(self.name, _NAME_SHOWN)] if self.name else []

    def to_frame(self) -> pd.DataFrame:
        """Return one row a line of duty, as `Lookup.to_frame`."""
        return self.found.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: rates and points numbers, days ISO text."""
        plain = self.found.to_dict()
        _call_entry_dates_on(plain["parts"])
        return {
            "code": plain.pop("code"),
            "name": self.name,
            "importer": plain.pop("importer"),
            "origin": plain.pop("origin"),
            "on": plain.pop("entry_date"),
            "loaded": plain.pop("loaded_date"),
            "known": plain.pop("known_on"),
            "total_pct": plain.pop("total_pct"),
            "as_believed_pct": _number(self.believed_pct),
            "value_usd": _number(self.value_usd),
            "duty_usd": _number(self.duty_usd),
            **plain,
            "not_modelled": list(NOT_MODELLED[self.found.importer]),
            "is_ruling": False,
        }

    def __str__(self) -> str:
        """Return the answer for a terminal of 80 columns."""
        gaps = f"Not modeled: {', '.join(NOT_MODELLED[self.found.importer])}. {NOT_A_RULING}"
        table = present.text(self.found, [*self._named(), *self.sentences()]).replace(
            f"\n- {NOT_A_RULING}", ""
        )
        return "\n".join([table, *paragraph(gaps)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in (*self._named(), *self.sentences()))
        return said + present.html(self.found)


def _call_entry_dates_on(parts: list[dict[str, Any]]) -> None:
    for part in parts:
        part["on"] = part.pop("entry_date")
        _call_entry_dates_on(part["parts"])


def _number(value: Decimal | None) -> int | float | None:
    return None if value is None else plain_number(value)


def ask(
    code: str,
    origin: str | None = None,
    on: date | str | None = None,
    importer: str = "USA",
    ledger: Ledger | None = None,
    **facts: Unpack[Facts],
) -> Answer:
    """Look up the duties on a code, with their money.

    Returns the lookup, the duty on the value, the total as believed on the day of entry. Not a customs
    ruling.

    `code`, `origin`, `on`, `importer`, `ledger`, `facts`: as in `trucewatch.answers.question.read_question`.

    Raises `DataError`, `ParameterError` as `trucewatch.answers.lookup`.
    """
    question = read_question(code, origin, on, importer, ledger, **facts)
    found, entry = answer_to(question), question.entry
    believed = None
    if not question.is_known_told and entry.on <= question.law.law_asof:
        believed = answer_to(replace(question, entry=replace(entry, known=entry.on))).total_pct
    return Answer(found, exact(believed), exact(question.value), _name(question.law, found))


def _name(law: Ledger, found: Lookup) -> str:
    """Return what goods are called; eight digits of China's schedule are other goods than those of the US."""
    known = numbers_of(law, "USA")
    code = found.code if found.importer == "USA" else found.code[:6]
    return "" if known is None else known.name(code)
