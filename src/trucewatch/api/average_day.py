"""The average duty on one day as an answer: what it is of, its bounds, the parts by authority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from trucewatch.answers.countries import in_words
from trucewatch.answers.diff_view import DUTY_OF
from trucewatch.answers.inputs import check_importer, check_origin, current_ledger, listed, read_day
from trucewatch.answers.layout import aligned, bullets, paragraph
from trucewatch.answers.notes import NOT_A_RULING, column_2_of, missing, missing_of, missing_text
from trucewatch.api.average_rate import TOGETHER, average_rate
from trucewatch.ledger.ledger import DEFAULT_ORIGIN

_PREFERENCES = "Preferences: "
_TOGETHER_NAMES = {"all": "all imports", "others": "imports from all countries but China"}


@dataclass(frozen=True)
class AverageDay:
    """The average duty on one day of entry, in percent of customs value.

    Parameters
    ----------
    importer, origin
        ISO3 codes; the origin may be `all` or `others`.
    goods
        What the average is of, in words.
    on
        Day of entry.
    total_pct
        The law as read.
    lower_pct, upper_pct
        Bounds by the facts that codes do not show and by claims of preference.
    waived_pct
        The total as traded under China's waiver; None where there is no waiver.
    by_authority_pp
        The parts of the total; empty for several origins together.
    weights
        What the mean is weighted with.
    doubts
        What limits it: claims of preferences, and law that the ledger does not hold.
    """

    importer: str
    origin: str
    goods: str
    on: date
    total_pct: float
    lower_pct: float
    upper_pct: float
    waived_pct: float | None
    by_authority_pp: Mapping[str, float]
    weights: str
    doubts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "importer": self.importer,
            "origin": self.origin,
            "goods": self.goods,
            "on": self.on.isoformat(),
            "total_pct": self.total_pct,
            "lower_pct": self.lower_pct,
            "upper_pct": self.upper_pct,
            **({} if self.origin in TOGETHER else {"by_authority_pp": dict(self.by_authority_pp)}),
            **({} if self.waived_pct is None else {"waived_pct": self.waived_pct}),
            "weights": self.weights,
            "doubt": "; ".join(self.doubts) or None,
        }

    def __str__(self) -> str:
        """Return the answer for a terminal."""
        law = current_ledger()
        side = DUTY_OF[self.importer]
        found = f"{side} duty on {self.goods}, entered {self.on}: {self.total_pct:.1f} % on average"
        claims = any(doubt.startswith(_PREFERENCES) for doubt in self.doubts)
        open_facts = "what codes do not show" + (" and by claims of preference" if claims else "")
        found += f" ({self.lower_pct:.1f} to {self.upper_pct:.1f} by {open_facts})"
        if self.waived_pct is not None:
            found += f"; {self.waived_pct:.1f} % as traded under the waiver"
        lines = paragraph(f"{found}.")
        if self.by_authority_pp:
            rows = [(name, f"{points:.1f}") for name, points in self.by_authority_pp.items()]
            lines += ["", *aligned(("Authority", "Points"), rows, ("Points",))]
        lines += ["", *paragraph(f"Weights: {self.weights}. Law as of {law.law_asof}.")]
        return "\n".join([*lines, *bullets(self.doubts), *paragraph(NOT_A_RULING)])


def average_day(
    importer: str = "USA",
    on: date | str | None = None,
    origin: str | None = None,
    products: str | Iterable[str] = (),
    weights: str = "imports_2024",
    lens: str = "as_collected",
) -> AverageDay:
    """Return the average duty on one day: `average_rate` with its bounds and what it is of.

    Parameters
    ----------
    on
        Day of entry; the last that the ledger has followed if not given.
    importer, origin, products, weights, lens
        As for `average_rate`.

    Raises
    ------
    DataError, ParameterError
        As `average_rate`.
    """
    law = current_ledger()
    importer = check_importer(law, importer)
    together = origin in TOGETHER and importer == "USA"
    if not together:
        origin = check_origin(law, importer, origin or DEFAULT_ORIGIN[importer])
    day = law.law_asof if on is None else read_day(on, "on")
    codes = tuple(map(str, listed(products)))
    asked: dict[str, Any] = {"on": day, "origin": origin, "products": codes, "lens": lens}
    frame = average_rate(importer, weights, **asked)
    rates = frame.set_index("authority").round(3)
    total, parts = float(rates["rate_pct"]["total"]), rates["rate_pct"].drop("total")
    lower, upper = (float(rates[name]["total"]) for name in ("low_pct", "high_pct"))
    preferences = frame.attrs.get("preferences")
    return AverageDay(
        importer,
        str(origin),
        _goods(origin, codes, lens),
        day,
        total,
        lower,
        upper,
        float(rates["waived_pct"]["total"]) if "waived_pct" in rates else None,
        {str(name): float(points) for name, points in parts[parts != 0].items()},
        frame.attrs["weights"],
        (
            *((f"{_PREFERENCES}{preferences}",) if preferences else ()),
            *(_gaps_of_all(frame.attrs["origins"], day) if together else _gaps(importer, str(origin), day)),
        ),
    )


def _gaps(importer: str, origin: str, day: date) -> Iterable[str]:
    law = current_ledger()
    yield from column_2_of(law, importer, origin, day, day)
    yield from map(missing_text, missing(law, importer, origin, day, day))


def _gaps_of_all(origins: Iterable[str], day: date) -> list[str]:
    """Say what may be missing of the origins in an average; one member represents the European Union."""
    from trucewatch.trade.rivals import EU_MEMBER

    return missing_of(current_ledger(), "USA", origins, day, day, {EU_MEMBER: "the European Union"})


def _goods(origin: str | None, codes: tuple[str, ...], lens: str) -> str:
    """Say what an average is of."""
    law = current_ledger()
    goods = _TOGETHER_NAMES.get(str(origin)) or f"goods from {in_words(law, str(origin))}"
    goods += f" under {', '.join(codes)}" if codes else ""
    return goods + (", duties held unlawful not counted" if lens == "as_finally_held" else "")
