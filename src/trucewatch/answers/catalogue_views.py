"""A catalogue seen ahead, back and sideways: changes to come, changes in law, a scenario, other origins.

Each view compares what every row owes under two questions that differ in one thing.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trucewatch.answers.cases import Case, Cases
from trucewatch.answers.catalogue import Catalogue
from trucewatch.answers.inputs import check_day, check_known, check_origin, last_day, read_day
from trucewatch.answers.layout import aligned, paragraph, signed
from trucewatch.answers.lookup_view import dotted
from trucewatch.answers.notes import NOT_A_RULING, missing_of, number
from trucewatch.answers.paid_at import NUMBER_DIGITS, numbers_of, paid_at
from trucewatch.answers.user_table import counted
from trucewatch.duty.lines import Entry, Line
from trucewatch.errors import DataError, LedgerError
from trucewatch.ledger.origins import seen_from
from trucewatch.ledger.schema import ALL_CODES

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from trucewatch.ledger.ledger import Ledger

_SHOWN_ROWS = 40
_NUMBERS = ("_pct", "_pp", "_usd")


@dataclass(frozen=True)
class View:
    """Columns beside the user's, and what they come to.

    `found`: the catalogue; `columns`: a value for every row, by name; None where there is none; `sentences`:
    the outcome in words; `shown`: the columns a terminal shows.
    """

    found: Catalogue
    columns: dict[str, list[Any]]
    sentences: tuple[str, ...]
    shown: tuple[str, ...]

    def to_arrow(self) -> pa.Table:
        """Return the user's columns and those of the view; a name taken gets `tw_` before it."""
        arrays, names = list(self.found.table.columns), list(self.found.table.header)
        for name, values in self.columns.items():
            is_number = any(mark in name for mark in _NUMBERS)
            plain = [float(value) if isinstance(value, Decimal) else value for value in values]
            kind = pa.float64() if is_number else pa.string()
            arrays.append(pa.array(plain if is_number else [_text(value) for value in plain], kind))
            names.append(self.found.table.free(name))
        if refused := self.found.refused:
            arrays.append(pa.array([refused.get(row, "") for row in range(self.found.rows)]))
            names.append(self.found.table.free("error"))
        return pa.Table.from_arrays(arrays, names=names)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per row of the catalogue."""
        return self.to_arrow().to_pandas()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: the rows with something to tell."""
        keep = self._rows()
        return {
            "read": self.found.how(),
            "sentences": list(self.sentences),
            "refused": self.found.refusals(),
            "rows": [
                {
                    "row": self.found.table.rows[row].as_py(),
                    "code": self.found.code_of(row),
                    **{
                        name: float(values[row]) if isinstance(values[row], Decimal) else _text(values[row])
                        for name, values in self.columns.items()
                    },
                }
                for row in keep
            ],
            "law_asof": self.found.law.law_asof.isoformat(),
            "is_ruling": False,
        }

    def write(self, out: Path | str) -> Path:
        """Write a CSV or workbook with a last row of sums, under the same rules as `Catalogue.write`."""
        from trucewatch.answers.catalogue_file import with_sums, write_table

        table = self.to_arrow()
        if self.found.entries.values is not None:
            own = len(self.found.table.header)
            sums = {
                at: float(sum(usd for usd in values if usd is not None))
                for at, (name, values) in enumerate(self.columns.items(), own)
                if "_usd" in name
            }
            table = with_sums(table, self.found, sums)
        return write_table(table, self.found, Path(out))

    def _rows(self) -> list[int]:
        names = list(self.columns)
        return [
            row for row in range(self.found.rows) if any(_text(self.columns[name][row]) for name in names)
        ]

    def __str__(self) -> str:
        """Return how the list was read, the outcome and the first rows."""
        rows = self._rows()[:_SHOWN_ROWS]
        heads = ("Row", "Code", *self.shown)
        cells = [
            (
                str(self.found.table.rows[row]),
                dotted(self.found.code_of(row)),
                *(_shown(self.columns[name][row], name) for name in self.shown),
            )
            for row in rows
        ]
        numeric = [name for name in self.shown if any(mark in name for mark in _NUMBERS)]
        table = ["", *aligned(heads, cells, numeric), ""] if cells else [""]
        law = f"Law as of {self.found.law.law_asof}. {NOT_A_RULING}"
        told = (*self.found.how(), "", *self.sentences, *self.found.refusals())
        said = [line for text in told for line in paragraph(text, "  ", "")]
        return "\n".join([*said, *table, *paragraph(law)])

    __repr__ = __str__


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _shown(value: Any, name: str) -> str:
    if value is None:
        return ""
    if "_usd" in name:
        return f"{value:,.2f}"
    if isinstance(value, Decimal):
        return signed(float(value), 3) if "change" in name else number(value)
    return str(value)


def _entries(found: Catalogue) -> list[Entry | None]:
    """Return the facts of every row; None for one refused."""
    entries = found.entries
    return [
        None
        if row in found.refused
        else entries.entry(row, found.law, found.on[0] if found.on else entries.days[entries.day_at[row]])
        for row in range(found.rows)
    ]


def _case(cases: Cases, code: str, entry: Entry) -> Case | None:
    try:
        return cases.of(code, entry)
    except LedgerError:
        return None


def _change(
    found: Catalogue, pairs: Sequence[tuple[Case | None, Case | None]]
) -> tuple[dict[str, list[Any]], Decimal, int]:
    """Return before, after and the change of every row, the sum in dollars, and how many rows change."""
    columns: dict[str, list[Any]] = {
        name: [] for name in ("before_pct", "after_pct", "change_pp", "change_usd", "why")
    }
    total, changed = Decimal(0), 0
    for row, (before, after) in enumerate(pairs):
        cells: tuple[Any, ...] = (None,) * len(columns)
        if before is not None and after is not None and _differs(before, after):
            changed += 1
            one, other = before.total_pct, after.total_pct
            points = None if one is None or other is None else other - one
            value = found.value_of(row)
            dollars = None if points is None or value is None else round(value * points / 100, 2)
            total += dollars or 0
            cells = (one, other, points, dollars, _why(before, after))
        for name, cell in zip(columns, cells, strict=True):
            columns[name].append(cell)
    return columns, total, changed


def _differs(before: Case, after: Case) -> bool:
    return (before.total_pct, before.lower_pct, before.upper_pct) != (
        after.total_pct,
        after.lower_pct,
        after.upper_pct,
    )


def _why(before: Case, after: Case) -> str:
    """Return the lines of duty that differ."""
    old = {line.measure_id: line for line in before.lines}
    new = {line.measure_id: line for line in after.lines}
    parts = []
    for name in sorted(old.keys() | new.keys()):
        was, now = (side[name].pp if name in side else Decimal(0) for side in (old, new))
        if was != now:
            authority = (new.get(name) or old[name]).authority
            parts.append(
                f"{authority} {number(was)} to {number(now)}{_exemption_moved(old.get(name), new.get(name))}"
            )
    return "; ".join(parts) or f"range {number(after.lower_pct)} to {number(after.upper_pct)} %"


def _exemption_moved(was: Line | None, now: Line | None) -> str:
    """Return which exemption a line of duty has lost or won, where the law names its heading."""
    for line, other, word in ((was, now, "no longer"), (now, was, "now")):
        if line is not None and line.status == "exempt" and (other is None or other.status != "exempt"):
            headings = sorted(set(re.findall(r"heading (\d{4}\.\d\d\.\d\d)", line.reason)))
            return f" ({word} exempt by {', '.join(headings)})" if headings else ""
    return ""


def _sum_of(found: Catalogue, total: Decimal) -> str:
    return f", {signed(float(total), 2)} US dollars in all" if found.entries.values is not None else ""


def ahead(found: Catalogue) -> View:
    """Return what lapses or starts next for each row after its day of entry, by the texts: no forecast."""
    cases = Cases(found.law, found.importer, found.lens)
    end = last_day(found.law)
    pairs: list[tuple[Case | None, Case | None]] = []
    days: list[str | None] = []
    ending: list[str | None] = []
    saved: list[Decimal | None] = []
    for row, entry in enumerate(_entries(found)):
        before = after = None
        day: date | None = None
        if entry is not None:
            code = found.code_of(row)
            before = _case(cases, code, entry)
            cuts = cases.cuts(code, entry.origin, is_plain=True)
            for cut in cuts[bisect.bisect_right(cuts, entry.on) :]:
                later = _case(cases, code, replace(entry, on=cut)) if cut <= end else None
                if before is not None and later is not None and _differs(before, later):
                    day, after = cut, later
                    break
        pairs.append((before if day else None, after))
        days.append(None if day is None else day.isoformat())
        text, points = (None, None) if entry is None else _ending(found, cases, found.code_of(row), entry)
        value = found.value_of(row)
        ending.append(text)
        saved.append(None if points is None or value is None else round(value * points / 100, 2))
    columns, total, changed = _change(found, pairs)
    lapsing = sum(text is not None for text in ending)
    worth = sum((usd for usd in saved if usd is not None), Decimal(0))
    first = min(filter(None, days), default="")
    said = [
        f"{changed:,} of {found.rows:,} rows have a change after their day by the texts, the first on {first}"
        f"{_sum_of(found, total)}."
        if first
        else "No published text changes a duty on these rows. What may end without one is in `calendar`."
    ]
    if first and first <= found.law.law_asof.isoformat():
        said.append(
            f"Counted from the day of entry of each row; --on {found.law.law_asof} looks ahead from that day."
        )
    if lapsing:
        cost = f"; where it is claimed, the end costs {worth:,.2f} US dollars" if worth else ""
        said.append(f"{counted(lapsing, 'row')} may lose an exclusion: column exclusion_ends{cost}.")
    shown = ("next", "before_pct", "after_pct", "change_usd", "exclusion_ends", "exclusion_usd")
    columns = {"next": days, **columns, "exclusion_ends": ending, "exclusion_usd": saved}
    return View(found, columns, tuple(said), shown)


def _ending(found: Catalogue, cases: Cases, code: str, entry: Entry) -> tuple[str | None, Decimal | None]:
    """Return the exclusions that name a code and end next after the day of entry, and the points one saves.

    A number that has ended loses those of its successors. No points where the row claims one, whose total
    has them, or for a code shorter than the exclusion's.
    """
    known = numbers_of(found.law, found.importer)
    named: tuple[str, ...] = (code,)
    if known is not None and len(code) == NUMBER_DIGITS and not known.exists(code, entry.on):
        named = (code, *paid_at(found.law, found.importer, code, entry.on).codes)
    rows = [
        (row.valid_to, row.exclusion_id)
        for row in seen_from(found.law, found.importer, entry.origin).exclusions
        if row.code != ALL_CODES
        and any(one.startswith(row.code) or row.code.startswith(one) for one in named)
        and row.valid_from <= entry.on < row.valid_to < date.max
        and row.valid_to <= last_day(found.law)
    ]
    if not rows:
        return None, None
    day = min(rows)[0]
    ids = [name for end, name in rows if end == day]
    text = f"{day}: {', '.join(sorted({name.partition('/')[0] for name in ids}))}"
    if not entry.claims.isdisjoint(ids):
        return text, None
    charged = _case(cases, code, entry)
    freed = [_case(cases, code, replace(entry, claims=entry.claims | {name})) for name in ids]
    points = [
        charged.total_pct - case.total_pct
        for case in freed
        if charged is not None
        and charged.total_pct is not None
        and case is not None
        and case.total_pct is not None
    ]
    return text, max(points, default=None)


def since(found: Catalogue, day: date | str) -> View:
    """Return what the law known since a day changed for each row, its day of entry held fixed."""
    then = check_known(found.law, read_day(day, "since"), "since")
    cases = Cases(found.law, found.importer, found.lens)
    pairs = [
        (None, None)
        if entry is None
        else (
            _case(cases, found.code_of(row), replace(entry, known=then)),
            _case(cases, found.code_of(row), entry),
        )
        for row, entry in enumerate(_entries(found))
    ]
    columns, total, changed = _change(found, pairs)
    text = f"{changed:,} of {found.rows:,} rows changed by law known since {then}{_sum_of(found, total)}."
    return View(found, columns, (text,), ("before_pct", "after_pct", "change_pp", "change_usd", "why"))


def under(found: Catalogue, supposed_law: Ledger, title: str, on: date) -> View:
    """Return what another law, a scenario, would charge on each row on a day, against the law of that day.

    `found`: the list, answered; `supposed_law`: the ledger as the scenario edits it; `title`, `on`: what the
    scenario is called, and its day.
    """
    day = check_day(found.law, found.importer, on)
    cases = Cases(found.law, found.importer, found.lens)
    supposed = Cases(supposed_law, found.importer, found.lens)
    pairs = [
        (None, None)
        if entry is None
        else (
            _case(cases, found.code_of(row), replace(entry, on=day)),
            _case(supposed, found.code_of(row), replace(entry, on=day)),
        )
        for row, entry in enumerate(_entries(found))
    ]
    columns, total, changed = _change(found, pairs)
    text = (
        f"{title}: on {day}, {changed:,} of {found.rows:,} rows would pay another duty than by the "
        f"law as it stands for that day{_sum_of(found, total)}. Duty alone, nothing reacting."
    )
    return View(found, columns, (text,), ("before_pct", "after_pct", "change_pp", "change_usd", "why"))


def elsewhere(found: Catalogue, origins: Sequence[str]) -> View:
    """Return what each row would pay if the goods came from other countries."""
    chosen = [check_origin(found.law, found.importer, origin) for origin in origins]
    if not chosen:
        raise DataError("no origins", remedy="give some, as CHN,VNM,MEX", column="origins")
    cases = Cases(found.law, found.importer, found.lens)
    columns: dict[str, list[Any]] = {}
    entries = _entries(found)
    for origin in chosen:
        answers = [
            None if entry is None else _case(cases, found.code_of(row), replace(entry, origin=origin))
            for row, entry in enumerate(entries)
        ]
        columns[f"{origin}_pct"] = [None if case is None else case.total_pct for case in answers]
        columns[f"{origin}_lower_pct"] = [None if case is None else case.lower_pct for case in answers]
        columns[f"{origin}_upper_pct"] = [None if case is None else case.upper_pct for case in answers]
        columns[f"{origin}_usd"] = [
            None
            if case is None or case.total_pct is None or (value := found.value_of(row)) is None
            else round(value * case.total_pct / 100, 2)
            for row, case in enumerate(answers)
        ]
    sums = [
        f"{origin} {sum((usd for usd in columns[f'{origin}_usd'] if usd is not None), Decimal(0)):,.2f}"
        for origin in chosen
    ]
    said = [f"The same goods from {', '.join(chosen)}; what may be claimed counts only in the bounds."]
    if found.entries.values is not None:
        said.append(f"Duty, US dollars: {'; '.join(sums)}.")
    days = sorted({entry.on for entry in entries if entry is not None})
    if gaps := missing_of(found.law, found.importer, chosen, days[0], days[-1]) if days else []:
        said += gaps
        by_day = {day: " ".join(missing_of(found.law, found.importer, chosen, day, day)) for day in days}
        columns["not_in_ledger"] = [None if entry is None else by_day[entry.on] or None for entry in entries]
    shown = []
    for origin in chosen:
        shown.append(f"{origin}_pct")
        if columns[f"{origin}_lower_pct"] != columns[f"{origin}_pct"]:  # a claim lowers some of them
            shown.append(f"{origin}_lower_pct")
    return View(found, columns, tuple(said), tuple(shown))
