"""A line of duty, and how the rows of the ledger become one on a day, before lines meet each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trucewatch.duty.exclusions import exclusions_of
from trucewatch.duty.matching import ListHit, Match, MeasureMatch, bounds, rate_days
from trucewatch.duty.specific import Quantity, exact_pct
from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import BASE_AUTHORITY, Ledger
from trucewatch.ledger.schema import (
    ALL_CODES,
    ALWAYS,
    ANY_ORIGIN,
    CONFIDENCE,
    METALS,
    ContentShare,
    Exclusion,
    Measure,
    OriginMember,
    Rate,
    ScopeRow,
    Suspension,
    TransitRule,
    general_id,
    worst,
)

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)

STATUSES = {
    "charged": "paid at entry",
    "void_refundable": "paid at entry, later held unlawful: counted as collected, not as finally held",
    "exempt": "on an exempt list, or kept free by a transit rule",
    "excluded": "lifted by an exclusion the importer claims",
    "conditional": "depends on a fact the code does not show: not in the total, in the upper bound",
    "suppressed": "gives way to another duty",
    "prohibited": "entry is refused: no duty buys the goods in",
    "suspended": "on the books, not charged",
    "threatened": "said, never signed: not charged",
    "announced": "announced without an instrument in force: not charged",
    "apart": "a fee or a tax, shown and never in the total",
    "not_modelled": "cannot be computed from the ledger: the text is shown, the total is incomplete",
}
"""Every status of a line, and what it means. Only `charged` and `void_refundable` carry points."""

CERTAIN = ("charged", "void_refundable")
NOT_DECIDING = ("threatened", "announced", "suspended", "apart", "conditional")
"""Statuses that do not bear on the total, nor on its confidence."""
COLUMN_2_TITLE = "Column 2 duty"
"""The schedule's line for goods that have no most-favored-nation treatment."""

PRESUMED = "presumed_"
"""Conditions of a row that start so are taken to hold unless the importer claims that they do not."""
_SURE = ("", ALWAYS)
"""Conditions of a row that leave nothing open."""
_WITHOUT_POINTS = ("suspended", "threatened", "announced", "prohibited")
"""Statuses of a rate that its line has too, without points."""

_BY_UNIT = ("specific", "compound")
ON_QUANTITY = "on the quantity given, exact"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of duty.

    `rate_pct` is in percent of the value it is charged on, `value_share` that part of customs value (0-1),
    `pp` the points of customs value it adds to the total: exact decimals. `valid_from`, `valid_to` bound the
    rate (half-open), `next_change` is the next day on which a row behind the line changes.
    """

    authority: str
    measure_id: str
    heading: str
    title: str
    rate_pct: Decimal | None
    value_share: Decimal
    pp: Decimal
    status: str
    reason: str
    valid_from: date
    valid_to: date
    next_change: date | None
    act_id: str
    citation: str
    confidence: str
    litigation: str = ""
    suppressed_by: tuple[str, ...] = ()
    condition: str = ""
    """What a code does not show and the line is charged only if; empty once a claim has settled it."""
    is_estimate: bool = False
    rate_text: str = ""
    stack_rank: Decimal = ZERO
    metal_share: Decimal | None = None
    """Part of customs value that is metal where it is not what the duty is charged on."""
    pp_if_met: Decimal = ZERO
    """Points the line would add if it stood alone and every condition were met."""
    exempt_if: str = ""
    """What a code does not show and an importer can claim: the line is then exempt, or has a lower rate."""
    pp_if_exempt: Decimal = ZERO
    """Points left where `exempt_if` holds."""
    pp_if_lower: Decimal | None = None
    """Points of a floor where the column 1 duty is its lower rate."""
    is_floor: bool = False
    """Fills column 1 up to its rate: at 0 it is a duty that adds nothing, no exemption."""
    is_least: bool = False
    """A floor over a column 1 duty that is not known: its points are the least that the two pay."""
    is_relief: bool = False
    """Takes the place of a dearer duty if the importer claims its condition."""
    is_exceptional: bool = False
    """Its condition is met by so few entries that the bounds leave it out; only a claim charges it."""
    is_listed_exempt: bool = False
    """A list of the measure exempts the code."""
    metals: tuple[str, ...] = ()
    """Metals whose share of value bears on the line and was not given."""
    pp_if_metal: Decimal | None = None
    """Points of a line charged on metal if the goods were nothing else; None where no content counts."""
    waiver: str = ""
    """The exclusion open to every code that would lift the line, where none is claimed."""

    @property
    def name(self) -> str:
        """What a sentence calls the duty: its title quoted; a base duty, whose id is a name, by that."""
        return self.measure_id if self.measure_id == self.authority else f"“{self.title}”"

    def but(self, status: str, reason: str, **changes: object) -> Line:
        """Return the line with another status; one that is not charged has no points."""
        if status not in (*CERTAIN, "apart"):
            changes["pp"] = ZERO
        return dataclasses.replace(self, status=status, reason=reason, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Entry:
    """The facts of an entry that the law asks for.

    - `origin`: ISO3 of the country of origin
    - `on`: day of entry, in the importing country
    - `known`: day as of which the published texts are read
    - `loaded`: day of loading on the final vessel, if transit rules shall apply
    - `claims`: exclusion ids claimed; a measure id or condition that is known to be met, or `not:` and one
      that is not
    - `content`: metal shares of customs value given by the user (0-1)
    - `lifted`: kinds of dated suspensions to lift (`legal`, `political`); empty for the law as it stands
    - `quantity`: what a duty that counts units is worked out on; if not given, its average equivalent stands
      for it
    """

    origin: str
    on: date
    known: date
    loaded: date | None = None
    claims: Set[str] = frozenset()
    content: Mapping[str, Decimal] = dataclasses.field(default_factory=dict)
    lifted: frozenset[str] = frozenset()
    quantity: Quantity | None = None


def counts_units(found: Match) -> bool:
    """Return whether the column 1 duty of a code counts units on any day."""
    return any(row.kind in _BY_UNIT for row in found.base)


def base_line(
    found: Match, on: date, claims: Set[str] = frozenset(), quantity: Quantity | None = None
) -> Line:
    """Return the column 1 (MFN) line of a code on a day.

    A specific duty is exact where the quantity is given, else an average equivalent. Where part of a line can
    have a lower rate, the line says what must hold, or has the rate if claimed.

    Raises `DataError` if the quantity is in a unit that the duty does not count in.
    """
    line = _full_line(found, on, quantity)
    lower = [
        row
        for row in found.reduced
        if row.valid_from <= on < row.valid_to
        and f"not:{row.condition}" not in claims
        and (line.rate_pct is None or row.rate_pct < line.pp)
    ]
    if not lower:
        return line
    change = _day_after(on, bounds((*found.base, *found.reduced)))
    claimed = [row for row in lower if row.condition in claims]
    row = min(claimed or lower, key=lambda row: (row.rate_pct, row.condition))
    if not claimed:
        return dataclasses.replace(
            line, exempt_if=row.condition, pp_if_exempt=row.rate_pct, next_change=change
        )
    return dataclasses.replace(
        line, status="charged", rate_pct=row.rate_pct, pp=row.rate_pct,
        reason=f"claimed: {row.condition.replace('_', ' ')}",
        valid_from=row.valid_from, valid_to=row.valid_to, next_change=change, citation=row.citation,
        confidence=row.confidence, is_estimate=False, rate_text="",
    )  # fmt: skip


def _full_line(found: Match, on: date, quantity: Quantity | None) -> Line:
    authority = BASE_AUTHORITY[found.importer]
    row = next((row for row in found.base if row.valid_from <= on < row.valid_to), None)
    if row is None:
        return Line(
            authority, authority, "", "Column 1 duty", None, ONE, ZERO, "not_modelled",
            "no line of the schedule in force contains this code",
            date.min, date.max, None, "", "", "unverified",
        )  # fmt: skip
    exact = exact_pct(row.rate_text, quantity) if quantity is not None and row.kind in _BY_UNIT else None
    rate, is_estimate = (row.ave_pct, True) if row.ave_pct is not None else (row.rate_pct, False)
    if exact is not None:
        rate, is_estimate = exact, False
        status, reason = "charged", f"{row.rate_text} {ON_QUANTITY}"
    elif rate is None or (row.kind in _BY_UNIT and row.ave_pct is None):
        rate, status, reason = None, "not_modelled", f"specific duty {row.rate_text} without an equivalent"
    elif is_estimate:
        status, reason = "charged", row.ave_method
        if row.rate_text:
            reason = f"ad valorem equivalent of {row.rate_text} ({row.ave_method})"
    else:
        status, reason = "charged", ""
    confidence = "unverified" if status == "not_modelled" else row.confidence
    if exact is not None and row.ave_pct is not None:  # the doubt is that of the equivalent
        confidence = "inferred"
    if on < found.schedules_from < row.valid_to:
        confidence = worst(confidence, "inferred")
        reason = "; ".join(filter(None, (reason, f"no edition of {on.year} was read")))
    title = COLUMN_2_TITLE if row.edition.endswith("column 2") else "Column 1 duty"
    return Line(
        authority, authority, row.code, title, rate, ONE, rate or ZERO, status, reason,
        row.valid_from, row.valid_to, _day_after(on, bounds(found.base)), "", row.edition,
        confidence,
        is_estimate=is_estimate, rate_text=row.rate_text,
    )  # fmt: skip


def measure_line(ledger: Ledger, found: Match, item: MeasureMatch, base: Line, entry: Entry) -> Line | None:
    """Return the line of one measure for an entry, or None if the measure does not reach it."""
    measure = item.measure
    rate = _rate(ledger.rates_of.get(measure.measure_id, []), entry)
    member = _member(ledger.members_of[measure.origin_set], entry) if rate else None
    cover = _decision(item.covers, entry) if member else None
    if rate is None or member is None or cover is None:
        return None
    share, sure = _value_share(measure.basis, found, entry)
    is_estimate = sure == CONFIDENCE[-1]
    percent, reason = rate.rate_pct, rate.note if rate.status != "in_force" else ""
    confidence = worst(measure.confidence, member.confidence, cover.confidence, rate.confidence, sure)
    if is_estimate:  # a share of value that no text states
        reason = f"{measure.basis} content is our estimate"
    elif sure != CONFIDENCE[0]:
        reason = f"no {measure.basis} content given: the whole value is charged"
    charged = "void_refundable" if rate.status == "void" else "charged"
    status = rate.status if rate.status in _WITHOUT_POINTS else charged
    act_id, citation = rate.act_id or measure.act_id, rate.citation
    lifted = _suspension(ledger.suspensions_of.get(measure.measure_id, []), entry)
    if lifted is not None:
        percent, reason = lifted.rate_if_lifted_pct, f"suspension of {lifted.valid_from} lifted"
        status = status if status in CERTAIN else "charged"
        confidence = worst(confidence, lifted.confidence)
    transit = _transit(ledger.transit_of.get(measure.measure_id, []), entry)
    if transit is not None:
        percent, reason, citation = transit.rate_pct, f"in transit ({transit.rule_id})", transit.citation
        confidence = worst(confidence, transit.confidence)
    if measure.mode == "apart":
        status = "apart"
    points = _points(measure.mode, percent, base, share)
    is_least = measure.mode == "floor" and base.rate_pct is None
    if is_least:
        confidence = CONFIDENCE[-1]
        reason = "; ".join(
            filter(None, (reason, "with the column 1 duty, which is not known, at least this"))
        )
    line = Line(
        measure.authority, measure.measure_id, _heading(ledger, measure, rate), measure.title, percent,
        ONE if share is None else share, (points or ZERO) if status in (*CERTAIN, "apart") else ZERO,
        status, reason, rate.valid_from, rate.valid_to, _next_change(ledger, item, entry.on),
        act_id, citation, confidence,
        litigation="held unlawful" if rate.status == "void" else "",
        is_estimate=is_estimate or (measure.mode == "floor" and base.is_estimate),
        is_floor=measure.mode == "floor",
        is_least=is_least,
        stack_rank=measure.stack_rank or ZERO, metal_share=_spared(measure.basis, entry),
        pp_if_met=points or ZERO,
        pp_if_lower=_points_on_lower(measure.mode, percent, base, share),
        metals=() if entry.content else metals_of(measure.basis),
        pp_if_metal=_points(measure.mode, percent, base, ONE) if _is_on_metal(measure.basis) else None,
    )  # fmt: skip
    if entry.content and not share and _is_on_metal(measure.basis):
        return line.but("exempt", f"the goods hold no {measure.basis}")
    line = _with_condition(line, measure, measure_names(ledger, measure), cover, entry)
    if points is None and line.status in CERTAIN:
        missing = "quantity" if measure.basis == "quantity" else "metal content"
        line = line.but("not_modelled", f"the {missing} is not known", confidence="unverified", rate_pct=None)
    return _released(ledger, line, found, item, entry, is_free=transit is not None and not transit.rate_pct)


def _heading(ledger: Ledger, measure: Measure, rate: Rate) -> str:
    """Return the heading to enter the goods under: of several, those the text of the rate names.

    All of them where some heading stands in the text of no rate.
    """
    listed = measure.heading.split("; ")
    texts = [row.citation for row in ledger.rates_of[measure.measure_id]]
    if len(listed) > 1 and all(any(name in text for text in texts) for name in listed):
        return "; ".join(name for name in listed if name in rate.citation) or measure.heading
    return measure.heading


def _released(
    ledger: Ledger, line: Line, found: Match, item: MeasureMatch, entry: Entry, *, is_free: bool
) -> Line:
    """Return the line after exempt lists, transit and claimed exclusions."""
    exempt = _exempting(item.exempts, entry)
    is_presumed = exempt is not None and exempt.condition.startswith(PRESUMED)
    if exempt is not None and (is_presumed or exempt.condition in (*_SURE, *entry.claims)):
        return line.but(
            "exempt", exempt.citation or "exempt", confidence=exempt.confidence, citation=exempt.citation,
            condition=exempt.condition if is_presumed and exempt.condition not in entry.claims else "",
            is_listed_exempt=True,
        )  # fmt: skip
    if exempt is not None:
        hint = f"exempt if {exempt.condition.replace('_', ' ')} ({exempt.citation})"
        reason = "; ".join(filter(None, (line.reason, hint)))
        line = dataclasses.replace(line, reason=reason, exempt_if=exempt.condition)
    if is_free:
        return line.but("exempt", line.reason, condition="")
    claimed = _claimed(ledger, found.code, line.measure_id, entry)
    if claimed is not None:
        return line.but(
            "excluded",
            f"exclusion {claimed.exclusion_id} claimed",
            confidence=claimed.confidence,
            citation=claimed.citation,
        )
    waiver = next(
        (
            row.exclusion_id
            for row in exclusions_of(ledger, found.code, line.measure_id, entry.on)
            if row.code == ALL_CODES and f"not:{row.exclusion_id}" not in entry.claims
        ),
        "",
    )
    return dataclasses.replace(line, waiver=waiver) if waiver and line.status in CERTAIN else line


def _with_condition(line: Line, measure: Measure, ids: Sequence[str], cover: ScopeRow, entry: Entry) -> Line:
    """Return the line as conditional where a fact the code does not show decides and no claim settles it."""
    condition, default = measure.condition, measure.conditional_default
    is_relief = default == "relief"
    if cover.condition == ALWAYS and not is_relief:
        return line
    is_presumed = cover.condition.startswith(PRESUMED) and not is_relief
    of_row = "" if is_relief or (is_presumed and condition) else cover.condition
    names = [name for name in (condition, of_row) if name]
    if not names:
        return line
    label = ", ".join(name.replace("_", " ") for name in names)
    asked = {*ids, *names, *([cover.condition] if is_presumed else [])}
    if entry.claims & {f"not:{name}" for name in asked}:
        return line.but("exempt", f"claimed: not {label}")
    if entry.claims & asked:
        return line
    line = dataclasses.replace(
        line, condition=", ".join(names), is_relief=is_relief, is_exceptional=default == "exceptional"
    )
    if is_relief and line.status in CERTAIN:
        return line.but("conditional", f"in place of a dearer duty only if claimed: {label}")
    if default == "charged" or is_presumed or line.status not in CERTAIN:
        return line
    return line.but("conditional", f"charged only if: {label}")


def measure_names(ledger: Ledger, measure: Measure) -> tuple[str, ...]:
    """Return the ids that claim a measure: its own, and that of the general act where both ask the same.

    The name of a duty says that it applies, not that a relief from it does or that customs found against it.
    """
    own, general = measure.measure_id, ledger.measure.get(general_id(measure.measure_id))
    if general is None or general.condition != measure.condition:
        return (own,)
    return own, general.measure_id


def _member(members: list[OriginMember], entry: Entry) -> OriginMember | None:
    return next(
        (
            row
            for row in members
            if row.iso3 in (entry.origin, ANY_ORIGIN) and row.valid_from <= entry.on < row.valid_to
        ),
        None,
    )


def _decision(hits: tuple[ListHit, ...], entry: Entry) -> ScopeRow | None:
    """Return the including row of the longest prefix of all lists, one without condition before one with."""
    return min(
        _including(hits, entry), key=lambda row: (row.condition not in _SURE, -len(row.code)), default=None
    )


def _exempting(hits: tuple[ListHit, ...], entry: Entry) -> ScopeRow | None:
    """Return the row that exempts: one that holds first, one that could hold else, none claimed not to."""
    open_rows = [row for row in _including(hits, entry) if f"not:{row.condition}" not in entry.claims]
    return min(
        open_rows,
        key=lambda row: (row.condition not in _SURE, row.condition not in entry.claims, -len(row.code)),
        default=None,
    )


def _including(hits: tuple[ListHit, ...], entry: Entry) -> list[ScopeRow]:
    return [row for hit in hits if (row := hit.including(entry.on, entry.known)) is not None]


def _rate(rows: list[Rate], entry: Entry) -> Rate | None:
    return next(
        (
            row
            for row in rows
            if row.valid_from <= entry.on < row.valid_to and row.known_from <= entry.known < row.known_to
        ),
        None,
    )


def _suspension(rows: list[Suspension], entry: Entry) -> Suspension | None:
    """Return the dated suspension that is lifted: an open-ended one does not end by itself."""
    return next(
        (
            row
            for row in rows
            if row.kind in entry.lifted and row.valid_from <= entry.on < row.valid_to < date.max
        ),
        None,
    )


def _transit(rules: list[TransitRule], entry: Entry) -> TransitRule | None:
    if entry.loaded is None:
        return None
    found = [
        rule
        for rule in rules
        if rule.entered_from <= entry.on < rule.entered_before
        and (rule.loaded_from or date.min) <= entry.loaded < rule.loaded_before
    ]
    if len(found) > 1:
        raise LedgerError(
            f"two transit rules reach one entry (the other is {found[0].rule_id})",
            remedy="make their loading or entry bounds exclude each other",
            file=found[1].file,
            row=found[1].line,
            column="rule_id",
            value=found[1].rule_id,
        )
    return found[0] if found else None


def _claimed(ledger: Ledger, code: str, measure_id: str, entry: Entry) -> Exclusion | None:
    if not entry.claims:
        return None
    return next(
        (
            row
            for row in exclusions_of(ledger, code, measure_id, entry.on)
            if row.exclusion_id in entry.claims
        ),
        None,
    )


def metals_of(basis: str) -> tuple[str, ...]:
    """Return the metals whose share of value bears on a duty of this basis."""
    named = basis.removeprefix("full_")
    return METALS if named == "metal" else tuple(metal for metal in METALS if metal == named)


def _is_on_metal(basis: str) -> bool:
    """Return whether a duty is charged on the metal in the goods, not on their whole value."""
    return bool(metals_of(basis)) and not basis.startswith("full_")


def _value_share(basis: str, found: Match, entry: Entry) -> tuple[Decimal | None, str]:
    """Return the share of value a duty is charged on, and how sure it is.

    A content that is given replaces every estimate: a metal it does not name is nil. Without one an article
    of a chapter of metal counts as metal throughout, as Customs charges it; any other share is an estimate.
    """
    if basis.startswith("full"):
        return ONE, CONFIDENCE[0]
    source = entry.content or found.content
    if source is None or basis == "quantity":
        return None, CONFIDENCE[0]
    share = min(ONE, sum((_share(source, metal) for metal in metals_of(basis)), ZERO))
    if entry.content:
        return share, CONFIDENCE[0]
    return share, CONFIDENCE[1 if share == ONE else -1]


def _spared(basis: str, entry: Entry) -> Decimal | None:
    """Return the metal in an article charged on the full value, if it was given."""
    metals = metals_of(basis) if basis.startswith("full_") and entry.content else ()
    return sum((_share(entry.content, metal) for metal in metals), ZERO) if metals else None


def _share(source: Mapping[str, Decimal] | ContentShare, metal: str) -> Decimal:
    found: Decimal = source.get(metal, ZERO) if isinstance(source, Mapping) else getattr(source, metal)
    return found


def _points(mode: str, percent: Decimal, base: Line, share: Decimal | None) -> Decimal | None:
    if share is None:
        return None
    if mode == "floor":
        return max(ZERO, percent - (base.rate_pct or ZERO)) * share
    return percent * share


def _points_on_lower(mode: str, percent: Decimal, base: Line, share: Decimal | None) -> Decimal | None:
    """Return the points of a floor over the lower column 1 rate that may be claimed; None where none can."""
    if mode != "floor" or not base.exempt_if or share is None:
        return None
    return max(ZERO, percent - base.pp_if_exempt) * share


def _next_change(ledger: Ledger, item: MeasureMatch, on: date) -> date | None:
    """Return the next day on which a row behind a measure's line starts or ends."""
    return _day_after(on, (*rate_days(ledger, item.measure.measure_id), *item.list_days))


def _day_after(on: date, days: Iterable[date]) -> date | None:
    return min((day for day in days if on < day < date.max), default=None)
