"""The cliffs: what lapses or starts next by the texts in the ledger, on which day, and what it would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trucewatch.answers.countries import in_words
from trucewatch.answers.diff import diff
from trucewatch.answers.exact import exact_frame, plain_values
from trucewatch.answers.inputs import (
    check_importer,
    check_known,
    check_origin,
    current_ledger,
    last_day,
    read_day,
)
from trucewatch.answers.layout import aligned, dollars, html_table, paragraph, signed
from trucewatch.answers.lookup_view import dotted
from trucewatch.answers.notes import NOT_A_RULING, missing, missing_text, number
from trucewatch.answers.trade_values import trade_values
from trucewatch.duty.matching import bounds
from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import CHINA_AND_TERRITORIES, seen_from
from trucewatch.ledger.schema import ALL_CODES, OPEN_END, Act, Measure, Rate, Suspension, worst

if TYPE_CHECKING:
    import pandas as pd

ZERO = Decimal(0)
KINDS = {
    "suspension ends": "a suspended duty comes back by the text",
    "rate ends": "a duty lapses",
    "rate starts": "a duty begins",
    "rate changes": "a duty moves to another rate",
    "exclusions end": "goods that claim an exclusion pay again",
    "list changes": "codes join or leave a list",
    "act ends": "a measure that is no rate ends",
    "act starts": "a measure that is no rate begins",
}


@dataclass(frozen=True, slots=True)
class Cliff:
    """One day on which something lapses or starts.

    `from_pct` and `to_pct` are the rates charged before and after, in percent of what the duty is charged on;
    None where the cliff is no rate. `doubt` says what is not certain. `change_pp` and `cost_usd` hold the
    change of the importer's average duty and its static cost on that day, all cliffs of the day together.
    """

    on: date
    side: str
    kind: str
    authority: str
    title: str
    from_pct: Decimal | None
    to_pct: Decimal | None
    what: str
    act_id: str
    citation: str
    confidence: str
    doubt: str
    change_pp: float | None = None
    cost_usd: float | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """The cliffs from a day on, by day; what the texts in the ledger say, not a forecast."""

    start: date
    known: date
    cliffs: tuple[Cliff, ...]
    notes: tuple[str, ...]
    law_asof: date
    ledger_hash: str

    @property
    def is_empty(self) -> bool:
        """Whether the ledger holds no cliff from the day on."""
        return not self.cliffs

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cliff; rates exact decimals, dates `datetime.date`, codes parted by blanks."""
        names = list(Cliff.__slots__)
        rows = [{name: getattr(cliff, name) for name in names} for cliff in self.cliffs]
        return exact_frame([row | {"codes": " ".join(row["codes"])} for row in rows], names)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "from": self.start.isoformat(),
            "known": self.known.isoformat(),
            "cliffs": [_plain(cliff) for cliff in self.cliffs],
            "notes": list(self.notes),
            "law_asof": self.law_asof.isoformat(),
            "ledger_hash": self.ledger_hash,
        }

    def headline(self) -> str:
        """Return the finding in one sentence."""
        if self.is_empty:
            return f"No cliff from {self.start} on in the law as known on {self.known}."
        first = self.cliffs[0].on
        same = sum(cliff.on == first for cliff in self.cliffs)
        return (
            f"{len(self.cliffs)} cliffs from {self.start} on; the next on {first} "
            f"({same} item{'' if same == 1 else 's'}), as known on {self.known}."
        )

    def __str__(self) -> str:
        """Return the calendar for a terminal of 80 columns."""
        table = aligned(
            _HEADS, [_cells(cliff) for cliff in self.cliffs], _NUMERIC, [_below(c) for c in self.cliffs]
        )
        body = ["", *table, ""] if self.cliffs else []
        return "\n".join(
            [*paragraph(self.headline()), *body, *(row for note in self.notes for row in paragraph(note))]
        )

    def __repr__(self) -> str:
        """Return the finding alone."""
        return f"<Calendar: {self.headline()}>"

    def _repr_html_(self) -> str:
        rows = [(*_cells(cliff), _below(cliff)) for cliff in self.cliffs]
        return html_table(self.headline(), (*_HEADS, "What"), rows, _NUMERIC, self.notes)


_MOST_CODES = 20
_HEADS = ("Date", "Side", "What happens", "Authority", "From %", "To %", "Confidence")
_NUMERIC = ("From %", "To %")


def _cells(cliff: Cliff) -> tuple[str, ...]:
    return (
        cliff.on.isoformat(),
        cliff.side,
        cliff.kind,
        cliff.authority,
        "" if cliff.from_pct is None else number(cliff.from_pct),
        "" if cliff.to_pct is None else number(cliff.to_pct),
        cliff.confidence,
    )


def _below(cliff: Cliff) -> str:
    cost = ""
    if cliff.change_pp is not None:
        money = "" if cliff.cost_usd is None else f", {dollars(cliff.cost_usd)} US dollars a year"
        cost = f"that day in all {signed(cliff.change_pp)} points of the average{money}"
    doubt = f"DOUBT: {cliff.doubt}" if cliff.doubt else ""
    named = ", ".join(map(dotted, cliff.codes)) if len(cliff.codes) <= _MOST_CODES else "--json has the codes"
    return "; ".join(
        part.rstrip(".") for part in (cliff.title, cliff.what, named, cliff.citation, cost, doubt) if part
    )


def _plain(cliff: Cliff) -> dict[str, Any]:
    values = {name: getattr(cliff, name) for name in Cliff.__slots__} | {"codes": list(cliff.codes)}
    return plain_values(values)


def calendar(
    start: date | str | None = None,
    importer: str | None = None,
    known: date | str | None = None,
    with_cost: bool = False,
    ledger: Ledger | None = None,
    origin: str | None = None,
) -> Calendar:
    """Return what lapses or starts from a day on, cliffs by day, as `trucewatch.calendar`.

    Printed ends that an announcement without an instrument would move are shown where the text prints them,
    with the announcement as a doubt. `with_cost` weighs with the trade of 2024. `origin`: goods of this
    origin; of the other side of the truce if not given. Into the United States unless the importer is given.
    """
    law = ledger if ledger is not None else current_ledger()
    first = law.law_asof if start is None else read_day(start, "from")
    clock = law.law_asof if known is None else check_known(law, read_day(known, "known"))
    if origin is not None and importer is None:
        importer = "USA"
    sides = law.importers if importer is None else (check_importer(law, importer),)
    cliffs: list[Cliff] = []
    for side in sides:
        goods_of = DEFAULT_ORIGIN[side] if origin is None else check_origin(law, side, origin)
        seen = seen_from(law, side, goods_of)
        cliffs += _rate_cliffs(seen, side, first, clock)
        cliffs += _exclusion_cliffs(seen, side, first)
        cliffs += _list_cliffs(seen, side, first, clock)
    is_of_truce = origin is None or goods_of in (*CHINA_AND_TERRITORIES, "USA")
    if is_of_truce:
        cliffs += _act_cliffs(law, sides, first, clock, cliffs)
    cliffs.sort(
        key=lambda cliff: (cliff.on, cliff.side, cliff.kind.startswith("act"), cliff.authority, cliff.title)
    )
    notes = [f"What the texts say, no forecast. Law as of {law.law_asof}. {NOT_A_RULING}"]
    if not is_of_truce:
        notes[:0] = [
            f"Goods of {in_words(law, goods_of)} into the United States: duties alone. What is no duty is "
            "followed between the United States and China only.",
            *map(missing_text, missing(law, "USA", goods_of, first, OPEN_END)),
        ]
    if with_cost:
        cliffs = _with_costs(law, cliffs)
        notes.insert(
            0, "Points and dollars are those of all cliffs of a side and day together, at 2024 trade."
        )
    return Calendar(first, clock, tuple(cliffs), tuple(notes), law.law_asof, law.ledger_hash)


def _rate_cliffs(law: Ledger, side: str, first: date, known: date) -> Iterator[Cliff]:
    for measure in law.measures_of.get(side, ()):
        rows = [r for r in law.rates_of.get(measure.measure_id, ()) if r.known_from <= known < r.known_to]
        legal = [
            row
            for row in law.suspensions_of.get(measure.measure_id, ())
            if row.kind == "legal" and _published(law.act.get(row.act_id)) <= known
        ]
        days = bounds(rows) | {row.valid_to for row in legal}
        for day in sorted(days):
            if first <= day < OPEN_END:
                yield from _rate_cliff(measure, rows, legal, day)


def _rate_cliff(measure: Measure, rows: list[Rate], legal: list[Suspension], day: date) -> Iterator[Cliff]:
    before, after = _at(rows, day - timedelta(days=1)), _at(rows, day)
    ending = next((row for row in legal if row.valid_to == day), None)
    was, now = (None if row is None else row.charged_pct for row in (before, after))
    follows = next((row for row in legal if row.valid_from == day), None)
    doubts = [row.note for row in (after or before, ending) if row is not None and row.note]
    if was is None or ending is None:
        if (was or ZERO) == (now or ZERO):
            return
        kind, what = _move(was, now)
    else:
        kind, what = "suspension ends", _end_text(ending, was, now)
    if measure.conditional_default in ("conditional", "exceptional") and measure.condition:
        what += f", only for: {measure.condition.replace('_', ' ')}"
    if follows is not None:
        doubts.insert(
            0, f"a suspension to {follows.valid_to} is in the ledger ({follows.confidence}): {follows.note}"
        )
    involved = [row for row in (after or before, ending) if row is not None]
    source = involved[0]
    yield Cliff(
        day, measure.importer, kind, measure.authority, measure.title, was or ZERO, now or ZERO, what,
        source.act_id or measure.act_id, source.citation,
        worst(measure.confidence, *(row.confidence for row in involved)),
        "; ".join(dict.fromkeys(doubts)),
    )  # fmt: skip


def _move(was: Decimal | None, now: Decimal | None) -> tuple[str, str]:
    """Return the kind of a move of a rate, and the move in words."""
    if was is None:
        return "rate starts", f"{number(now)} % begins"
    if now is None:
        return "rate ends", f"{number(was)} % lapses"
    return "rate changes", f"{number(was)} % becomes {number(now)} %"


def _end_text(ending: Suspension, was: Decimal, now: Decimal | None) -> str:
    """Return what comes when a suspension ends; one that is extended beyond the day would end later."""
    lifted = number(ending.rate_if_lifted_pct)
    if was == now:
        return f"the suspension would end, if it is extended until then: {lifted} %"
    return f"rises from {number(was)} to {lifted} % if the suspension is not extended"


def _published(act: Act | None) -> date:
    """Return the first day anyone could know of an act; the beginning of time if no source gives it."""
    return (act and act.known_on) or date.min


def _at(rows: list[Rate], day: date) -> Rate | None:
    return next((row for row in rows if row.valid_from <= day < row.valid_to), None)


def _exclusion_cliffs(law: Ledger, side: str, first: date) -> Iterator[Cliff]:
    groups: dict[tuple[date, str], list[Any]] = {}
    for row in law.exclusions:
        if first <= row.valid_to < OPEN_END:
            names = named_measures(law, row.measure_group)
            if any(law.measure[name].importer == side for name in names):
                groups.setdefault((row.valid_to, _authority(law, row.measure_group)), []).append(row)
    for (day, authority), rows in groups.items():
        headings = ", ".join(sorted({row.heading for row in rows if row.heading}))
        citations = "; ".join(sorted({row.citation for row in rows}))
        short = citations if len(citations) <= 120 else f"{citations[:119].rsplit(';', 1)[0]}; and others"
        codes = {row.code for row in rows}
        reach = "that an importer claims" if ALL_CODES in codes else f"on {len(codes)} codes"
        title = f"Exclusions {reach}" + (f" ({headings})" if headings else "")
        yield Cliff(
            day, side, "exclusions end", authority, title,
            None, None, "goods that claim one pay the full rate again", "", short,
            worst(*(row.confidence for row in rows)), "", codes=tuple(sorted(codes - {ALL_CODES})),
        )  # fmt: skip


def _authority(law: Ledger, group: str) -> str:
    names = {law.measure[name].authority for name in named_measures(law, group)}
    return ", ".join(sorted(names))


#: What it means for a code to join or leave a list, by the role of the list.
_MOVES = {
    ("cover", "join"): "start to pay",
    ("cover", "leave"): "no longer pay",
    ("exempt", "join"): "become exempt",
    ("exempt", "leave"): "are no longer exempt",
}


def _list_cliffs(law: Ledger, side: str, first: date, known: date) -> Iterator[Cliff]:
    for measure in law.measures_of.get(side, ()):
        moves: Counter[tuple[date, str, str]] = Counter()
        doubts: dict[tuple[date, str, str], list[str]] = {}
        codes: dict[tuple[date, str, str], list[str]] = {}
        for link in law.scopes_of.get(measure.measure_id, ()):
            rows = [link, *(law.scopes[link.scope_id].sheet.rows if link.scope_id in law.scopes else ())]
            for row in rows:
                if getattr(row, "known_from", date.min) <= known < getattr(row, "known_to", OPEN_END):
                    for day, verb in ((row.valid_from, "join"), (row.valid_to, "leave")):  # type: ignore[attr-defined]
                        if first <= day < OPEN_END:
                            key = (day, _MOVES[link.role, verb], link.scope_id)
                            moves[key] += 1
                            codes.setdefault(key, []).extend(filter(None, [getattr(row, "code", "")]))
                            doubts.setdefault(key, []).append(getattr(row, "confidence", "verified"))
        rates = [r for r in law.rates_of.get(measure.measure_id, ()) if r.known_from <= known < r.known_to]
        for (day, happens, scope), count in moves.items():
            if _at(rates, day - timedelta(days=1)) is None or _at(rates, day) is None:
                continue  # the whole measure starts or ends that day, and says so itself
            yield Cliff(
                day, side, "list changes", measure.authority, measure.title, None, None,
                f"{count} codes {happens}", measure.act_id, measure.citation,
                worst(measure.confidence, *doubts[day, happens, scope]), "",
                codes=tuple(sorted(codes[day, happens, scope])),
            )  # fmt: skip


def _act_cliffs(
    law: Ledger, sides: tuple[str, ...], first: date, known: date, told: list[Cliff]
) -> Iterator[Cliff]:
    """Yield the acts that end or start and are not told by a rate: controls, rules, fees, announcements."""
    seen = {(cliff.on, cliff.act_id) for cliff in told}
    for act in law.acts:
        if act.side not in (*sides, "both") or _published(act) > known:
            continue
        for day, kind in ((act.date_ended, "act ends"), (act.date_effective, "act starts")):
            if day is None or not first <= day < OPEN_END or (day, act.act_id) in seen:
                continue
            status = "" if act.status == "in_force" else f"status: {act.status}"
            yield Cliff(
                day, act.side, kind, "", act.title, None, None, act.scope_note, act.act_id,
                act.citation or act.instrument, act.confidence, "; ".join(filter(None, (status, act.note))),
            )  # fmt: skip


def _with_costs(law: Ledger, cliffs: list[Cliff]) -> list[Cliff]:
    costs: dict[tuple[str, date], tuple[float, float | None]] = {}
    for side in law.importers:
        days = {cliff.on for cliff in cliffs if cliff.side == side and cliff.to_pct is not None}
        if days:
            values = trade_values(side, "CHN" if side == "USA" else "USA")
        for day in sorted(days):
            if day <= last_day(law):
                change = diff(day - timedelta(days=1), day, side, ledger=law, values=values)
                costs[side, day] = change.average_pp, change.cost_usd if values.by_code else None
    return [
        replace(cliff, change_pp=costs[cliff.side, cliff.on][0], cost_usd=costs[cliff.side, cliff.on][1])
        if cliff.to_pct is not None and (cliff.side, cliff.on) in costs
        else cliff
        for cliff in cliffs
    ]
