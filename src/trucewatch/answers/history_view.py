"""The duty on a line over time, for a terminal: one bar per stretch of days on which nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from trucewatch.answers.at_sea import AT_SEA
from trucewatch.answers.countries import route
from trucewatch.answers.exact import plain_values
from trucewatch.answers.history import frame_of, stretches
from trucewatch.answers.inputs import check_importer, check_origin, current_ledger
from trucewatch.answers.layout import aligned, bullets, paragraph
from trucewatch.answers.lookup_view import dotted
from trucewatch.answers.notes import NOT_A_RULING, column_2_of, missing, missing_text, number
from trucewatch.duty.matching import match
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import seen_from

if TYPE_CHECKING:
    import pandas as pd

_BAR = 30
_PARTS = " ▏▎▍▌▋▊▉█"
_FACTS = ("valid_from", "valid_to", "total_pct", "lower_pct", "upper_pct", "snapback_pct", "confidence")


@dataclass(frozen=True)
class History:
    """The duty on a line over time."""

    code: str
    importer: str
    origin: str
    stretches: list[dict[str, Any]]
    law_asof: date
    route: str
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per stretch of days, as `trucewatch.history`."""
        return frame_of(self.code, self.stretches)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; days half-open."""
        return {
            "code": self.code,
            "importer": self.importer,
            "origin": self.origin,
            "stretches": [plain_values(row) for row in self.stretches],
            "notes": list(self.notes),
            "law_asof": self.law_asof.isoformat(),
            "is_ruling": False,
        }

    def __str__(self) -> str:
        """Return a bar per stretch, and the points of each authority."""
        most = max((float(row["upper_pct"]) for row in self.stretches), default=0) or 1
        authorities = [name for name in self.stretches[0] if name not in _FACTS]
        rows, below = [], []
        for row in self.stretches:
            whole = row["total_pct"]
            is_one = whole is not None
            last = row["valid_to"] - timedelta(days=1)
            low, high = number(row["lower_pct"]), number(row["upper_pct"])
            shown = number(whole) if is_one else f"{low} to {high}"
            top = float(whole) if is_one else float(row["upper_pct"])
            rows.append((str(row["valid_from"]), str(last), shown, _bar(top / most)))
            parts = [f"{name} {number(row[name])}" for name in authorities if row[name] and is_one]
            doubt = "" if row["confidence"] == "verified" else f"[{row['confidence']}]"
            below.append(" ".join(filter(None, ("; ".join(parts), doubt))))
        heads = ("From", "To", "Total %", "")
        head = f"{dotted(self.code)} {self.route}, by day of entry:"
        return "\n".join(
            [
                *paragraph(head),
                "",
                *aligned(heads, rows, ("Total %",), below),
                "",
                *bullets(self.notes),
                *paragraph(f"Law as of {self.law_asof}. {NOT_A_RULING}"),
            ]
        )

    __repr__ = __str__


def history_of(
    code: str,
    first: str | None = None,
    last: str | None = None,
    importer: str = "USA",
    origin: str | None = None,
    lens: str = "as_collected",
) -> History:
    """Return the history of a line for the eye; parameters and errors as `trucewatch.history`."""
    law = current_ledger()
    side = check_importer(law, importer)
    goods_of = check_origin(law, side, origin or DEFAULT_ORIGIN[side])
    line, found = stretches(code, first, last, side, law, origin=goods_of, lens=lens)
    start, end = found[0]["valid_from"], found[-1]["valid_to"] - timedelta(days=1)
    gaps = map(missing_text, missing(law, side, goods_of, start, end))
    at_sea = _notes_at_sea(seen_from(law, side, goods_of), side, line, found)
    notes = (*at_sea, *column_2_of(law, side, goods_of, start, end), *gaps)
    return History(line, side, goods_of, found, law.law_asof, route(law, goods_of, side), notes)


def _notes_at_sea(law: Ledger, importer: str, line: str, found: list[dict[str, Any]]) -> Iterator[str]:
    """Say that goods loaded earlier paid another total, if a duty of some stretch had such a rule then."""
    if any(
        rule.entered_from < row["valid_to"] and row["valid_from"] < rule.entered_before
        for item in match(law, line, importer).measures
        for rule in law.transit_of.get(item.measure.measure_id, ())
        for row in found
        if row.get(item.measure.authority)
    ):
        yield (
            f"{AT_SEA} a duty began can pay the older one for some weeks: these totals are those of goods "
            "loaded later. Give a lookup the day of loading."
        )


def _bar(share: float) -> str:
    """Return a bar in eighths of a cell."""
    eighths = round(share * _BAR * 8)
    return "█" * (eighths // 8) + _PARTS[eighths % 8].strip()
