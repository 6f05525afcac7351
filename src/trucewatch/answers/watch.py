"""A list of products, watched: what changed since the last look, and what lapses or starts soon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from trucewatch.answers import catalogue_views as views
from trucewatch.answers.calendar import Cliff
from trucewatch.answers.catalogue import Catalogue, catalogue
from trucewatch.answers.feeds import News, news
from trucewatch.answers.inputs import check_known, current_ledger, read_day
from trucewatch.answers.layout import aligned, paragraph
from trucewatch.answers.lookup_view import dotted
from trucewatch.answers.notes import NOT_A_RULING, at_least, number
from trucewatch.errors import DataError
from trucewatch.ledger.hand_kept import CORRECTIONS, Correction, read_kept
from trucewatch.paths import project_root, write_whole

_MARK = "trucewatch watch"


@dataclass(frozen=True)
class Told:
    """One thing to tell of a product: what changed, from and to in percent, when, and why."""

    what: str
    code: str
    origin: str
    on: str
    before: str
    after: str
    why: str

    def __str__(self) -> str:
        """Return it in one line."""
        moved = self.why if self.before == self.after else f"{self.before} to {self.after} %"
        return f"{dotted(self.code)} from {self.origin}: {moved}"


@dataclass(frozen=True)
class Watch:
    """What a look at a list tells.

    `found`: the list, answered for the last day of the law; `changed`, `ahead`: products that pay otherwise
    than at the last look; and those that will, up to `until`; `corrections`: corrections since the last look
    that touch a product of the list; `looked`: last day of the law at the last look; None at the first.
    """

    found: Catalogue
    changed: tuple[Told, ...]
    ahead: tuple[Told, ...]
    corrections: tuple[Correction, ...]
    looked: date | None
    until: date

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.changed or self.ahead or self.corrections)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "changed": [vars(item) for item in self.changed],
            "ahead": [vars(item) for item in self.ahead],
            "corrections": [
                {"on": row.on.isoformat(), "title": row.title, "detail": row.detail}
                for row in self.corrections
            ],
            "looked": self.looked and self.looked.isoformat(),
            "until": self.until.isoformat(),
            "rows": self.found.rows,
            "refused": len(self.found.refused),
            "law_asof": self.found.law.law_asof.isoformat(),
            "is_ruling": False,
        }

    def __str__(self) -> str:
        """Return what there is to tell, for a terminal."""
        since = f"since the look at the law of {self.looked}" if self.looked else "at this first look"
        head = (
            f"{self.found.answered:,} of {self.found.rows:,} rows answered; {len(self.changed)} products "
            f"changed {since}, {len(self.ahead)} change by {self.until}."
        )
        told = [*self.changed, *self.ahead]
        rows = [
            (item.what, dotted(item.code), item.origin, item.on, item.before, item.after) for item in told
        ]
        heads = ("", "Code", "Origin", "On", "From %", "To %")
        table = ["", *aligned(heads, rows, heads[4:], [item.why for item in told])] if rows else []
        mended = [f"{row.on}: {row.title}. {row.detail}" for row in self.corrections]
        foot = f"Law as of {self.found.law.law_asof}. {NOT_A_RULING}"
        body = [line for text in (*mended, foot) for line in ("", *paragraph(text))]
        return "\n".join([*paragraph(head), *table, *body])

    def cliffs(self) -> list[Cliff]:
        """Return the changes to come as cliffs, one a day and reason, for a calendar program."""
        groups: dict[tuple[str, str], list[Told]] = {}
        for item in self.ahead:
            groups.setdefault((item.on, item.why), []).append(item)
        return [
            Cliff(
                on=date.fromisoformat(on),
                side=self.found.importer,
                kind="duty changes",
                authority="",
                title=f"{len(items)} of my products",
                from_pct=None,
                to_pct=None,
                what="; ".join(map(str, items)),
                act_id="",
                citation=why,
                confidence="as the texts say, no forecast",
                doubt="",
            )
            for (on, why), items in groups.items()
        ]

    def news(self) -> list[News]:
        """Return the corrections and changes as entries of a feed."""
        mended = {f"correction/{row.correction_id}" for row in self.corrections}
        kept = [item for item in news(self.found.law, project_root()) if item.key in mended]
        asof = self.found.law.law_asof
        return kept + [
            News(
                key=f"product/{item.origin}/{item.code}/{item.on}",
                on=min(asof, date.fromisoformat(item.on)),
                title=f"{item.on}: {item}",
                text=item.why,
            )
            for item in (*self.changed, *self.ahead)
        ]


def watch(
    source: str | Path,
    *,
    state: str | Path | None = None,
    days: int = 60,
    today: date | None = None,
    **reading: Any,
) -> Watch:
    """Look at a list and remember it.

    Raises `DataError` if the list cannot be read, or the state is a file that was not written here.

    - `source`: the list, as `trucewatch.catalogue` reads it; all rows are asked for the last day of the law
    - `state`: where the last look is kept; `<list>.watch.json` if not given
    - `days`: how many days after today a change is told before it comes
    - `today`: the day of the look; today if not given
    - `reading`: as in `trucewatch.catalogue`
    """
    law = current_ledger()
    place = Path(state) if state is not None else Path(f"{source}.watch.json")
    last = _read(place)
    found = catalogue(source, **reading, on=law.law_asof, ledger=law)
    until = max(today or date.today(), law.law_asof) + timedelta(days=days)
    rows = {
        (found.code_of(row), found.entries.origins[found.entries.origin_at[row]]): row
        for row in range(found.rows)
        if row not in found.refused
    }
    now = {"|".join(key): _range(found, row) for key, row in rows.items()}
    looked, changed, mended = None, [], []
    if last is not None:
        looked = check_known(law, read_day(last["law_asof"]))
        why = views.since(found, looked).columns["why"]
        for (code, origin), row in rows.items():
            before, after = last["rows"].get(f"{code}|{origin}"), now[f"{code}|{origin}"]
            if before not in (None, after):
                reason = why[row] or "a later edition answers otherwise"
                changed.append(Told("changed", code, origin, law.law_asof.isoformat(), before, after, reason))
        mended = [
            row
            for row in read_kept(CORRECTIONS, project_root())
            if row.correction_id not in last["corrections"]
            and any(row.touches(found.importer, code) for code, _ in rows)
        ]
    _write(place, found, now)
    return Watch(found, tuple(changed), tuple(_ahead(found, rows, until)), tuple(mended), looked, until)


def _range(found: Catalogue, row: int) -> str:
    """Return what a row pays, in percent: the total, and its bounds where they differ."""
    answers = found.answers[-1]
    case = answers.cases[answers.case_at[row]]
    low, high, total = map(number, (case.lower_pct, case.upper_pct, case.total_pct))
    if case.total_pct is None:
        return f"{low} to {high}"
    least = at_least(total, case.is_complete)
    return least if low == high == total else f"{least} ({low} to {high})"


def _ahead(found: Catalogue, rows: dict[tuple[str, str], int], until: date) -> Iterator[Told]:
    """Yield what changes for each product up to a day, by the texts."""
    columns = views.ahead(found).columns
    for (code, origin), row in rows.items():
        day = columns["next"][row]
        if day is not None and day <= until.isoformat():
            before, after = number(columns["before_pct"][row]), number(columns["after_pct"][row])
            yield Told("ahead", code, origin, day, before, after, columns["why"][row])


def _read(place: Path) -> dict[str, Any] | None:
    """Return what the last look noted; None at the first."""
    if not place.exists() and not place.is_symlink():
        return None
    try:
        noted = json.loads(place.read_text(encoding="utf-8"))
        if noted["made_by"] == _MARK:
            return {name: noted[name] for name in ("law_asof", "rows", "corrections")}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    remedy = "move it away, or name another with --state"
    raise DataError("this file is no note of an earlier look", remedy=remedy, file=place)


def _write(place: Path, found: Catalogue, now: dict[str, str]) -> None:
    noted = {
        "made_by": _MARK,
        "law_asof": found.law.law_asof.isoformat(),
        "ledger_hash": found.law.ledger_hash,
        "corrections": [row.correction_id for row in read_kept(CORRECTIONS, project_root())],
        "rows": now,
    }
    write_whole(place, json.dumps(noted, indent=1, ensure_ascii=False) + "\n")
