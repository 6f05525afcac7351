"""What changed between two days, or between two states of knowledge: by product, authority and act."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from trucewatch.answers import diff_view
from trucewatch.answers.causes import causes_of
from trucewatch.answers.countries import in_words
from trucewatch.answers.inputs import (
    check_day,
    check_importer,
    check_known,
    check_origin,
    current_ledger,
    read_day,
)
from trucewatch.answers.notes import missing, missing_text
from trucewatch.answers.trade_values import Values, trade_values
from trucewatch.duty.code_classes import LINE_DIGITS, products, with_splits
from trucewatch.duty.day_classes import DayClasses, Moment
from trucewatch.duty.lines import NOT_DECIDING, ZERO, Line, base_line, measure_line
from trucewatch.duty.matching import measure_match
from trucewatch.duty.product_groups import rules_name_base
from trucewatch.duty.stacking import (
    AS_COLLECTED,
    LENSES,
    entry_of,
    points_by_authority,
    resolve,
    rules_on,
)
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import BASE_AUTHORITY, DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import CHINA_AND_TERRITORIES, EU, eu_members, preferences_of, seen_from
from trucewatch.ledger.schema import Act, Measure, worst

if TYPE_CHECKING:
    import pandas as pd

Points = Mapping[str, Decimal]
_CHRONOLOGY = ("tariff_up", "tariff_down", "extension", "exemption", "truce", "agreement", "court")


@dataclass(frozen=True)
class Change:
    """The change of one group of products that owe the same duties.

    `before` and `after` hold the points by authority, in percent of customs value, exact; None where the line
    is not in the schedule of that day. `causes` gives the points of the change by what brought them: an act
    id, or the text that decided.
    """

    before: Points | None
    after: Points | None
    causes: Points
    confidence: str

    @property
    def is_comparable(self) -> bool:
        """Whether the line stands in both schedules."""
        return self.before is not None and self.after is not None

    @cached_property
    def from_pct(self) -> Decimal:
        """Total before."""
        return sum((self.before or {}).values(), ZERO)

    @cached_property
    def to_pct(self) -> Decimal:
        """Total after."""
        return sum((self.after or {}).values(), ZERO)

    @cached_property
    def change_pp(self) -> Decimal:
        """Change of the total in points; 0 for a line that stands in one schedule only."""
        return self.to_pct - self.from_pct if self.is_comparable else ZERO

    @cached_property
    def moved_pp(self) -> float:
        """`change_pp`, to multiply with."""
        return float(self.change_pp)

    @cached_property
    def by_authority(self) -> dict[str, Decimal]:
        """Change in points by authority; they sum to `change_pp` exactly."""
        if self.before is None or self.after is None:
            return {}
        names = sorted({*self.before, *self.after})
        moved = {name: self.after.get(name, ZERO) - self.before.get(name, ZERO) for name in names}
        return {name: points_ for name, points_ in moved.items() if points_}


class Product(NamedTuple):
    """One line of the schedule (or a longer code where the law splits one), its change and its trade."""

    code: str
    change: Change
    value_usd: float

    @property
    def cost_usd(self) -> float:
        """Static change of duty: points times trade, nothing reacts."""
        return self.change.moved_pp * self.value_usd / 100


@dataclass(frozen=True)
class Diff:
    """The difference between two states of the law.

    - `a`, `b`: days of entry compared; equal where two states of knowledge are compared
    - `known_a`, `known_b`: days up to which the texts are read
    - `products`: every line in force on either day, and every longer code at which the law splits one
    - `values`: the trade that weighs the lines; without codes if the clean tables are not built
    - `acts`: acts of the chronology in the window, `(a, b]` by legal date, or `(known_a, known_b]` by
      publication; for goods of other countries than China those that set a duty on them
    - `goods_of`: the origin in words; `doubts`: what the ledger does not hold about its goods, and which
      preferences are not counted
    """

    a: date
    b: date
    known_a: date
    known_b: date
    importer: str
    origin: str
    lens: str
    products: tuple[Product, ...]
    values: Values
    acts: tuple[Act, ...]
    act_titles: Mapping[str, str]
    goods_of: str
    doubts: tuple[str, ...]
    law_asof: date
    ledger_hash: str

    @property
    def is_of_knowledge(self) -> bool:
        """Whether two states of knowledge are compared, and not two days."""
        return self.a == self.b

    @cached_property
    def compared(self) -> tuple[Product, ...]:
        """The products that stand in both schedules."""
        return tuple(product for product in self.products if product.change.is_comparable)

    @cached_property
    def value_usd(self) -> float:
        """Trade of the products compared, US dollars."""
        return sum(product.value_usd for product in self.compared)

    @cached_property
    def cost_usd(self) -> float:
        """Static change of duty at the trade of 2024, US dollars a year."""
        return sum(product.cost_usd for product in self.compared)

    @cached_property
    def _lines(self) -> int:
        return sum(1 for item in self.compared if len(item.code) == LINE_DIGITS)

    @cached_property
    def average_pp(self) -> float:
        """Change of the average duty in points: weighted by trade, or simple where there are no values."""
        return sum(self.by("authority").values())

    def weight(self, product: Product) -> float:
        """Return the share of a product in the average; all products sum to 1."""
        if self.value_usd:
            return product.value_usd / self.value_usd
        return 1 / self._lines if len(product.code) == LINE_DIGITS else 0.0

    @cached_property
    def weights(self) -> tuple[tuple[Change, str, float], ...]:
        """Every change of the products compared by chapter, with the weight of all that share it."""
        sums: dict[tuple[int, str], float] = {}
        for product in self.compared:
            key = id(product.change), product.code[:2]
            sums[key] = sums.get(key, 0.0) + self.weight(product)
        changes = {id(product.change): product.change for product in self.compared}
        return tuple((changes[name], chapter, weight) for (name, chapter), weight in sums.items())

    def average(self, side: str = "after") -> float:
        """Return the average duty `before` or `after`, in percent, on the products compared."""
        name = "from_pct" if side == "before" else "to_pct"
        return sum(weight * float(getattr(change, name)) for change, _, weight in self.weights)

    def by(self, what: str = "authority") -> dict[str, float]:
        """Return the change of the average in points by `authority`, `chapter` or `cause`, summing to it."""
        sums: dict[str, float] = {}
        for change, chapter, weight in self.weights:
            if what == "chapter":
                parts: Points = {chapter: change.change_pp}
            elif what == "authority":
                parts = change.by_authority
            elif what == "cause":
                parts = change.causes
            else:
                raise DataError(
                    "no such split", remedy="use authority, chapter or cause", column="by", value=what
                )
            for name, moved in parts.items():
                if moved and weight:
                    sums[name] = sums.get(name, 0.0) + weight * float(moved)
        return dict(sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0])))

    def counts(self) -> dict[str, int]:
        """Return how many eight-digit lines went up, down, stayed, and stand in one schedule only."""
        found = {"up": 0, "down": 0, "same": 0, "new": 0, "ended": 0}
        for product in self.products:
            if len(product.code) != LINE_DIGITS:
                continue
            change = product.change
            if change.before is None:
                found["new"] += 1
            elif change.after is None:
                found["ended"] += 1
            else:
                moved = change.change_pp
                found["up" if moved > 0 else "down" if moved < 0 else "same"] += 1
        return found

    def movers(self, by: str = "usd", top: int = 25) -> tuple[Product, ...]:
        """Return the products that moved most, by dollars (`usd`) or points (`pp`)."""
        if by not in ("usd", "pp"):
            raise DataError("no such order", remedy="use usd or pp", column="by", value=by)

        def size(product: Product) -> tuple[float, float, str]:
            dollars, moved_pp = abs(product.cost_usd), abs(product.change.moved_pp)
            first, second = (dollars, moved_pp) if by == "usd" else (moved_pp, dollars)
            return -first, -second, product.code

        return tuple(heapq.nsmallest(top, self._moved, key=size))

    @cached_property
    def _moved(self) -> list[Product]:
        return [product for product in self.compared if product.change.change_pp]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a product: totals, change, points by authority (exact decimals), trade and cost."""
        return diff_view.frame(self)

    def to_dict(self, top: int = 25) -> dict[str, Any]:
        """Return the summary, the acts and the `top` movers as plain values."""
        return diff_view.plain(self, top)

    def text(self, by: str = "authority", top: int = 25) -> str:
        """Return the difference for a terminal, the finding first."""
        return diff_view.text(self, by, top)

    def __str__(self) -> str:
        """Return the difference for a terminal."""
        return self.text()

    def __repr__(self) -> str:
        """Return the finding alone."""
        return f"<Diff: {diff_view.headline(self)}>"

    def _repr_html_(self) -> str:
        return diff_view.html(self)


def diff(
    a: date | str | None = None,
    b: date | str | None = None,
    importer: str = "USA",
    origin: str | None = None,
    known: tuple[date | str, date | str] | None = None,
    on: date | str | None = None,
    lens: str = AS_COLLECTED,
    ledger: Ledger | None = None,
    values: Values | None = None,
) -> Diff:
    """Compare the duties on all products on two days, or on one day as known on two days.

    Returns products, averages, static cost and acts.

    Raises `DataError` if a day, the importer or the origin cannot be asked about.

    - `a`, `b`: days of entry, dates or ISO text; an earlier and a later one
    - `importer`, `origin`: whose duty on whose goods; the origin is the other side of the truce if not given
    - `known`, `on`: two days of knowledge and one day of entry, in place of `a` and `b`: what was learned
    - `lens`: `as_collected` or `as_finally_held`
    - `ledger`: the law to use; that of the project if not given
    - `values`: the trade to weigh with; that of 2024 from the clean tables if not given
    """
    law = ledger if ledger is not None else current_ledger()
    importer = check_importer(law, importer)
    origin = check_origin(law, importer, origin or DEFAULT_ORIGIN[importer])
    law = seen_from(law, importer, origin)
    if lens not in LENSES:
        raise DataError("no such lens", remedy=f"use {' or '.join(LENSES)}", column="lens", value=lens)
    days, clocks = _window(law, importer, a, b, known, on)
    weights = _trade(law, importer, origin) if values is None else values
    priced = _Priced(law, importer, origin, tuple(map(Moment, days, clocks)), lens)
    changes = {
        code: priced.change(code) for code in with_splits(law, importer, products(law, importer, *days))
    }
    dollars = weights.of(tuple(changes))
    return Diff(
        *days,
        *clocks,
        importer=importer,
        origin=origin,
        lens=lens,
        products=tuple(Product(code, changes[code], dollars[code]) for code in sorted(changes)),
        values=weights,
        acts=tuple(_acts(law, importer, origin, days, clocks)),
        act_titles={act.act_id: act.title for act in law.acts},
        goods_of=in_words(law, origin),
        doubts=tuple(_doubts(law, importer, origin, days)),
        law_asof=law.law_asof,
        ledger_hash=law.ledger_hash,
    )


def _window(
    law: Ledger,
    importer: str,
    a: date | str | None,
    b: date | str | None,
    known: tuple[date | str, date | str] | None,
    on: date | str | None,
) -> tuple[tuple[date, date], tuple[date, date]]:
    """Return the two days of entry and the two days of knowledge."""
    if known is None:
        if a is None or b is None:
            raise DataError("two days are needed", remedy="give them as 2025-05-14 2025-11-10")
        first, second = (
            check_day(law, importer, read_day(day, name), name) for name, day in (("a", a), ("b", b))
        )
        return _ordered(first, second, "day", "a"), (law.law_asof, law.law_asof)
    if a is not None or b is not None or on is None:
        raise DataError("two days of knowledge need one day of entry", remedy="give `known` and `on` alone")
    first, second = (check_known(law, read_day(day, "known"), "known") for day in known[:2])
    clocks = _ordered(first, second, "day of knowledge", "known")
    day = check_day(law, importer, read_day(on, "on"))
    return (day, day), clocks


def _ordered(first: date, second: date, what: str, column: str) -> tuple[date, date]:
    if first >= second:
        raise DataError(
            f"the first {what} is not before the second, {second}",
            remedy="give the earlier day first",
            column=column,
            value=first,
        )
    return first, second


_Sides = tuple[tuple[Line, ...], ...]
"""Resolved lines at each of the two moments."""


class _Base(NamedTuple):
    """The column 1 duty at each of the two moments, and whether a line of the schedule is in force there."""

    lines: tuple[Line, ...]
    stands: tuple[bool, ...]
    change: Change


class _Priced:
    """Works out the change of a code, once for all that are charged alike at both moments."""

    def __init__(
        self, law: Ledger, importer: str, origin: str, moments: tuple[Moment, ...], lens: str
    ) -> None:
        self._law, self._importer, self._lens = law, importer, lens
        self._classes = DayClasses(law, importer, moments)
        self._entries = [entry_of(law, origin, on, known_on=known) for on, known in moments]
        self._rules = [rules_on(law, entry.on) for entry in self._entries]
        self._names_base = rules_name_base(law, importer)
        self._bases: dict[Hashable, _Base] = {}
        self._sums: dict[Hashable, Change] = {}
        self._met: dict[Hashable, tuple[int, ...] | None] = {}
        self._numbers: dict[Hashable, int] = {}
        self._lines: list[tuple[Line | None, ...]] = []
        self._others: dict[tuple[int, ...], tuple[_Sides, Change]] = {}
        self._changes: dict[Hashable, Change] = {}

    def change(self, code: str) -> Change:
        """Return the change of a code."""
        base_key, key = self._classes.keys(code)
        if base_key not in self._bases:
            self._bases[base_key] = self._base(code)
        if key not in self._met:
            self._met[key] = self._numbers_of_lines(code)
        base, met = self._bases[base_key], self._met[key]
        # where nothing looks at the column 1 duty it adds to everything: what it comes to is enough
        question = (key, base_key) if met is None else (met, id(base.change))
        if question not in self._changes:
            self._changes[question] = (
                self._with(code, base) if met is None else self._change_beside_base(base, met)
            )
        return self._changes[question]

    def _base(self, code: str) -> _Base:
        """Return the column 1 duty of a code; what comes to the same has one change."""
        found = self._classes.base(code)
        lines = tuple(base_line(found, entry.on) for entry in self._entries)
        stands = tuple(
            any(row.valid_from <= entry.on < row.valid_to for row in found.base) for entry in self._entries
        )
        own = (stands, *((line.pp, line.status, line.confidence) for line in lines))
        if own not in self._sums:
            self._sums[own] = self._changed([(line,) for line in lines], stands)
        return _Base(lines, stands, self._sums[own])

    def _numbers_of_lines(self, code: str) -> tuple[int, ...] | None:
        """Return the numbers of the lines of all measures; None where one meets the column 1 duty."""
        asked = list(self._classes.measures(code))
        if self._names_base or any(measure.mode == "floor" for measure, _ in asked):
            return None
        numbers = []
        for measure, said in asked:
            key = (measure.measure_id, said)
            if key not in self._numbers:
                self._numbers[key] = len(self._lines)
                self._lines.append(self._lines_of_measure(code, measure, self._base(code)))
            numbers.append(self._numbers[key])
        return tuple(numbers)

    def _lines_of_measure(self, code: str, measure: Measure, base: _Base) -> tuple[Line | None, ...]:
        """Return the line of a measure, before it meets others; None where it does not reach the code."""
        found, item = self._classes.base(code), measure_match(self._law, code, measure)
        return tuple(
            None if item is None else measure_line(self._law, found, item, line, entry)
            for line, entry in zip(base.lines, self._entries, strict=True)
        )

    def _with(self, code: str, base: _Base) -> Change:
        """Return the change of a code where the column 1 duty is among those that meet."""
        lines = [self._lines_of_measure(code, measure, base) for measure, _ in self._classes.measures(code)]
        return self._changed(self._resolved([base.lines, *lines]), base.stands)

    def _change_beside_base(self, base: _Base, met: tuple[int, ...]) -> Change:
        """Return the change of a column 1 duty and of lines that do not look at it."""
        if met not in self._others:
            sides = self._resolved([self._lines[number] for number in met])
            self._others[met] = sides, self._changed(sides, (True, True))
        sides, others = self._others[met]
        own = base.change
        if own.before is None or own.after is None:
            both = [(line, *rest) for line, rest in zip(base.lines, sides, strict=True)]
            return self._changed(both, base.stands)
        assert others.before is not None and others.after is not None
        return Change(
            {**own.before, **others.before},
            {**own.after, **others.after},
            {**own.causes, **others.causes},
            worst(own.confidence, others.confidence),
        )

    def _resolved(self, lines: Sequence[tuple[Line | None, ...]]) -> _Sides:
        """Return what is left of lines of each moment when they have met, the column 1 duty first."""
        sides = []
        for at, rules in enumerate(self._rules):
            reached = [line for both in lines if (line := both[at]) is not None]
            base = BASE_AUTHORITY[self._importer]
            reached.sort(key=lambda line: (line.authority != base, line.authority, line.measure_id))
            sides.append(resolve(reached, rules))
        return tuple(sides)

    def _changed(self, sides: Sequence[tuple[Line, ...]], stands: Sequence[bool]) -> Change:
        before, after = (lines if is_there else None for lines, is_there in zip(sides, stands, strict=True))
        law, lens = self._law, self._lens
        deciding = [
            line for side in (before, after) for line in side or () if line.status not in NOT_DECIDING
        ]
        return Change(
            None if before is None else points_by_authority(before, lens),
            None if after is None else points_by_authority(after, lens),
            {} if before is None or after is None else causes_of(law, self._importer, before, after, lens),
            worst(*(line.confidence for line in deciding)),
        )


def _trade(law: Ledger, importer: str, origin: str) -> Values:
    """Return the trade to weigh with; of a member of the European Union that of the Union."""
    partner, name = origin, in_words(law, origin)
    found = trade_values(importer, partner)
    if importer == "USA" and not found.by_code and origin in eu_members(law):
        partner, name = EU, "the European Union"
        found = trade_values(importer, partner)
    return replace(
        found,
        title=found.title.replace(f"from {partner}", f"from {name}"),
        note=found.note.replace(f"trade of {partner} with {importer}", f"trade with {name} by product"),
    )


def _doubts(law: Ledger, importer: str, origin: str, days: tuple[date, date]) -> Iterable[str]:
    programs = {
        row.program
        for row in preferences_of(law, importer, origin)
        if row.valid_from <= days[1] and days[0] < row.valid_to
    }
    if programs:
        yield f"No preference is claimed here: {'; '.join(sorted(programs))}. An average counts their use."
    yield from map(missing_text, missing(law, importer, origin, *days))


def _acts(
    law: Ledger, importer: str, origin: str, days: tuple[date, date], clocks: tuple[date, date]
) -> Iterable[Act]:
    """Return the acts of this side, or of both, that took or lost effect (or became known) in the window.

    The chronology is that of the truce: for goods of another country only acts that set a duty on them.
    """
    setting = {row.act_id for row in law.measures}
    setting |= {row.act_id for measure in law.measures for row in law.rates_of.get(measure.measure_id, ())}
    is_of_truce = importer != "USA" or origin in CHINA_AND_TERRITORIES
    for act in sorted(
        law.acts, key=lambda row: (row.date_effective or row.date_announced or date.max, row.act_id)
    ):
        if act.side not in (importer, "both") or act.kind not in _CHRONOLOGY:
            continue
        if not is_of_truce and act.act_id not in setting:
            continue
        if days[0] == days[1]:
            dates, (start, end) = (act.known_on,), clocks
        else:
            dates, (start, end) = (act.date_effective, act.date_ended), days  # type: ignore[assignment]
        if any(day is not None and start < day <= end for day in dates):
            yield act
