"""What a claim can be measured by: a short text names a number or a day, and is looked up here.

`docs/claims.md` lists the references; `READERS` holds the reader of each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from trucewatch.duty.averages import value_on
from trucewatch.errors import ReportError, nearest
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.schema import Act
from trucewatch.page.benchmarks import Published
from trucewatch.page.numbers import day_name, period_text
from trucewatch.page.report_tables import cell_text
from trucewatch.tables import TABLES, get_table
from trucewatch.trade.definitions import BLANKET, blanket_rates
from trucewatch.trade.weights import SIMPLE

UNVERIFIED = "unverified"
_PERCENT, _POINTS = "percent", "percentage points"
_OR = " or "
_LEDGER, _AVERAGES = "trucewatch, the ledger of acts", "trucewatch, average duties by the ledger"
_FIELDS = (
    "date_announced", "date_signed", "date_published", "date_effective", "date_ended",
    "tariff_pp", "status", "title",
)  # fmt: skip
_FILTERS = ("side", "kind", "words", "from", "to")


class UnresolvedError(ValueError):
    """A reference that cannot be looked up; the caller knows the row it stands in."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


@dataclass(frozen=True)
class Evidence:
    """All that claims are tested against.

    - `ledger`: the law
    - `averages`: by importer and weights, the total average duty: `valid_from`, `valid_to`, `rate_pct`
    - `tables`: clean tables by name
    - `published`: rows of data/benchmarks/published.csv by check_id
    - `summary`: returns what a finished report says of itself (`page.summaries.read_summary`)
    - `publishers`: by table, who published its rows
    """

    ledger: Ledger
    averages: Mapping[tuple[str, str], pd.DataFrame]
    tables: Mapping[str, pd.DataFrame]
    published: Mapping[str, Published]
    summary: Callable[[str], Mapping[str, Any]]
    publishers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a reference points at.

    `value`: a number, a day, or a text; `text`: as a reader sees it, without the unit; `unit`, `label`,
    `source`: its unit (empty for a day), a few words that name it, and what it was read from; `is_verified`:
    whether no row of the ledger behind it is `unverified`.
    """

    value: float | date | str
    text: str
    unit: str
    label: str
    source: str
    is_verified: bool = True


def resolve(reference: str, evidence: Evidence) -> Found:
    """Look up a reference.

    Raises `UnresolvedError` if it has no known form, or names what does not exist.
    """
    for sign, join in ((" / ", _quotient), (" + ", _sum)):
        first, found, second = reference.partition(sign)
        if found:
            return join(resolve(first, evidence), resolve(second, evidence))
    kind, colon, rest = reference.strip().partition(":")
    if not colon or kind not in READERS:
        raise UnresolvedError(
            f"no reference {reference!r}", "begin it with " + ", ".join(f"{name}:" for name in READERS)
        )
    return READERS[kind](rest, evidence)


def act_of(act_id: str, evidence: Evidence) -> Act:
    """Return an act of the ledger, or raise UnresolvedError with the nearest names."""
    acts = evidence.ledger.act
    if act_id not in acts:
        raise UnresolvedError(f"no act {act_id!r} in data/law/acts.csv", nearest(act_id, acts))
    return acts[act_id]


def act_text(act: Act) -> str:
    """Return what the ledger says of an act, in lower case."""
    return " ".join((act.title, act.detail, act.scope_note, act.note)).lower()


def act_source(act: Act) -> str:
    """Return an act by its id, with the legal instrument or where it was read."""
    return f"{act.act_id} ({act.citation or act.source})"


def as_day(text: str, evidence: Evidence) -> date:
    """Read a day of a reference: an ISO day, or a date of an act as `<act_id>.<field>`."""
    text = text.strip()
    if "." in text and not text[:1].isdigit():
        found = _act(text, evidence)
        if isinstance(found.value, date):
            return found.value
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnresolvedError(f"{text!r} is no day", "write YYYY-MM-DD or <act_id>.<date>") from None


def number(found: Found, reference: str) -> float:
    """Return the number of a reference, refused if it is a day or a text."""
    if isinstance(found.value, (date, str)):
        raise UnresolvedError(f"{reference!r} is no number", "name a reference that is one")
    return found.value


def _act(rest: str, evidence: Evidence) -> Found:
    act_id, _, name = rest.rpartition(".")
    if name not in _FIELDS:
        raise UnresolvedError(f"no field {name!r} of an act", nearest(name, _FIELDS))
    act = act_of(act_id, evidence)
    value = getattr(act, name)
    if value is None or value == "":
        raise UnresolvedError(f"the act {act_id} has no {name}", "name another field, or fill it in acts.csv")
    words = (act.title, act_source(act), act.confidence != UNVERIFIED)
    if isinstance(value, date):
        return Found(value, day_name(value), "", *words)
    if isinstance(value, str):
        return Found(value, value.replace("_", " "), "", *words)
    return Found(float(value), f"{float(value):g}", _POINTS, *words)


def _days(rest: str, evidence: Evidence) -> Found:
    act = act_of(rest, evidence)
    if act.date_effective is None:
        raise UnresolvedError(f"the act {rest} has no date_effective", "name another act")
    is_open = act.date_ended is None
    count = math.inf if act.date_ended is None else float((act.date_ended - act.date_effective).days)
    return Found(
        count, "no end" if is_open else f"{count:,.0f}", "days", act.title, act_source(act),
        act.confidence != UNVERIFIED,
    )  # fmt: skip


def _acts(rest: str, evidence: Evidence) -> Found:
    return _counted(len(_days_of_acts(rest, evidence)), "acts", "acts of the ledger")


def _act_days(rest: str, evidence: Evidence) -> Found:
    return _counted(len(set(_days_of_acts(rest, evidence))), "days", "days with acts of the ledger")


def _counted(count: int, unit: str, label: str) -> Found:
    return Found(float(count), f"{count}" if count else "no", unit, label, _LEDGER)


def _days_of_acts(rest: str, evidence: Evidence) -> list[date]:
    """Return the first day each act that passes the filters could be known."""
    given = _pairs(rest.split(","))
    unknown = sorted(set(given) - set(_FILTERS))
    if unknown:
        raise UnresolvedError(f"no filter {unknown[0]!r} of acts", nearest(unknown[0], _FILTERS))
    asof = evidence.ledger.law_asof
    start = as_day(given["from"], evidence) if "from" in given else date.min
    end = as_day(given["to"], evidence) if "to" in given else asof + timedelta(days=1)
    kinds = given.get("kind", "").split(_OR)
    known = {act.kind for act in evidence.ledger.acts}
    for kind in filter(None, kinds):
        if kind not in known:
            raise UnresolvedError(f"no act of kind {kind!r}", nearest(kind, known))
    words = [word.strip().lower() for word in given.get("words", "").split(_OR)]
    return [
        day
        for act in evidence.ledger.acts
        if act.side in (given.get("side", act.side), "both")
        and (not kinds[0] or act.kind in kinds)
        and any(word in act_text(act) for word in words)
        and start <= (day := act.stands_on or date.min) < end
    ]


def _average(rest: str, evidence: Evidence) -> Found:
    importer, weights, day = _arguments(rest, ("importer", "weights", "day"))
    frame = _series(importer, weights, evidence)
    on = as_day(day, evidence)
    if not frame["valid_from"].min() <= on < frame["valid_to"].max():
        raise UnresolvedError(
            f"the averages hold no {day}", "name a day between the first and the newest law"
        )
    return _rate(value_on(frame, on), importer, weights)


def _peak(rest: str, evidence: Evidence) -> Found:
    importer, weights, since = _arguments(rest, ("importer", "weights", "from"))
    frame = _series(importer, weights, evidence)
    later = frame[frame["valid_to"] > as_day(since, evidence)]
    if later.empty:
        raise UnresolvedError(f"the averages hold nothing from {since} on", "name an earlier day")
    return _rate(float(later["rate_pct"].max()), importer, weights)


def _last_above(rest: str, evidence: Evidence) -> Found:
    importer, weights, level, before = _arguments(rest, ("importer", "weights", "level", "before"))
    frame, end = _series(importer, weights, evidence), as_day(before, evidence)
    high = frame[(frame["rate_pct"] >= _float(level)) & (frame["valid_from"] < end)]
    if high.empty:
        raise UnresolvedError(f"the average never reached {level} before {before}", "name a lower level")
    last = min(max(high["valid_to"]), end) - timedelta(days=1)
    return Found(last, day_name(last), "", _average_label(importer, weights), _AVERAGES)


def _blanket(rest: str, evidence: Evidence) -> Found:
    importer, day = _arguments(rest, ("importer", "day"))
    if importer not in BLANKET:
        raise UnresolvedError(f"no importer {importer!r}", nearest(importer, BLANKET))
    total = sum(blanket_rates(evidence.ledger, importer, as_day(day, evidence)).values())
    return Found(total, f"{total:g}", _POINTS, "duties on all goods, added up", _LEDGER)


def _rate_of(rest: str, evidence: Evidence) -> Found:
    measure_id, day = _arguments(rest, ("measure_id", "day"))
    law, on = evidence.ledger, as_day(day, evidence)
    if measure_id not in law.measure:
        raise UnresolvedError(f"no measure {measure_id!r} in data/law", nearest(measure_id, law.measure))
    row = law.rate_on(measure_id, on)
    if row is None:
        raise UnresolvedError(f"{measure_id} has no rate on {day}", "name a day with a rate")
    rate, title = float(row.charged_pct), law.measure[measure_id].title
    return Found(rate, f"{rate:g}", _POINTS, title, row.citation, row.confidence != UNVERIFIED)


def _headline(rest: str, evidence: Evidence) -> Found:
    report, _, key = rest.partition(".")
    try:
        told = evidence.summary(report)
        headlines = told["headlines"]
    except ReportError:
        raise UnresolvedError(
            f"no built report {report!r}", f"name a report, or build it: dvc repro report@{report}"
        ) from None
    if key not in headlines:
        raise UnresolvedError(f"no headline {key!r} in the report {report!r}", nearest(key, headlines))
    fact = headlines[key]
    value = fact["value"] if isinstance(fact["value"], str) else float(fact["value"])
    return Found(value, fact["text"], fact["unit"], fact["definition"], f"trucewatch, {told['title']}")


def _published(rest: str, evidence: Evidence) -> Found:
    if rest not in evidence.published:
        raise UnresolvedError(
            f"no check {rest!r} in data/benchmarks/published.csv", nearest(rest, evidence.published)
        )
    row = evidence.published[rest]
    value = float(row.value)
    text = cell_text(value, ",.0f" if value.is_integer() else ",.1f")
    return Found(
        value, text, row.unit, f"{row.publisher}, {period_text(row.date)}: {row.series}", row.publisher
    )


def _table(rest: str, evidence: Evidence) -> Found:
    name, column, *filters = (part.strip() for part in rest.split(","))
    if name not in evidence.tables:
        raise UnresolvedError(
            f"no table {name!r} in the notebook",
            f"{nearest(name, evidence.tables)}; or add read_table({name!r}) to notebooks/claim_check.ipynb",
        )
    frame = evidence.tables[name]
    for key, value in {column: "", **_pairs(filters)}.items():
        if key not in frame:
            raise UnresolvedError(f"no column {key!r} in {name}", nearest(key, frame.columns))
        if key != column:
            frame = frame[[_cell(item) == value for item in frame[key]]]
    if frame.empty:
        raise UnresolvedError(f"no row of {name} matches {', '.join(filters)}", "name values that occur")
    if not pd.api.types.is_numeric_dtype(frame[column]):
        raise UnresolvedError(f"the column {column} of {name} holds no numbers", "name one that does")
    total = float(frame[column].sum())
    title = get_table(name).title if name in TABLES else name
    return Found(total, cell_text(total, ",.0f"), "", title, evidence.publishers.get(name, title))


def _quotient(first: Found, second: Found) -> Found:
    above, below = number(first, first.label), number(second, second.label)
    share = 100 * above / below if below else math.copysign(math.inf, above) if above else math.nan
    text = cell_text(share, ",.0f") if math.isfinite(share) else "no base to compare with"
    return _joined(first, second, share, text, _PERCENT, " / ")


def _sum(first: Found, second: Found) -> Found:
    total = number(first, first.label) + number(second, second.label)
    return _joined(first, second, total, cell_text(total, ",.1f"), first.unit, " + ")


def _joined(first: Found, second: Found, value: float, text: str, unit: str, sign: str) -> Found:
    sources = dict.fromkeys((first.source, second.source))
    return Found(
        value, text, unit, first.label if first.label == second.label else first.label + sign + second.label,
        "; ".join(sources), first.is_verified and second.is_verified,
    )  # fmt: skip


def _series(importer: str, weights: str, evidence: Evidence) -> pd.DataFrame:
    if (importer, weights) not in evidence.averages:
        known = [",".join(pair) for pair in evidence.averages]
        raise UnresolvedError(f"no average {importer},{weights}", nearest(f"{importer},{weights}", known))
    return evidence.averages[importer, weights]


def _rate(value: float, importer: str, weights: str) -> Found:
    return Found(value, f"{value:.1f}", _PERCENT, _average_label(importer, weights), _AVERAGES)


def _average_label(importer: str, weights: str) -> str:
    whose = {"USA": "US", "CHN": "China's"}[importer]
    by = "every line the same" if weights == SIMPLE else f"{weights.replace('_', ' ')} weights"
    return f"{whose} average, {by}"


def _arguments(rest: str, names: tuple[str, ...]) -> list[str]:
    parts = [part.strip() for part in rest.split(",")]
    if len(parts) != len(names):
        raise UnresolvedError(f"{rest!r} has {len(parts)} parts", "give " + ",".join(f"<{n}>" for n in names))
    return parts


def _pairs(parts: Iterable[str]) -> dict[str, str]:
    found = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals:
            raise UnresolvedError(f"{part.strip()!r} is no filter", "write <column>=<value>")
        found[key.strip()] = value.strip()
    return found


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UnresolvedError(f"{text!r} is no number", "write a plain number") from None


def _cell(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


READERS: dict[str, Callable[[str, Evidence], Found]] = {
    "act": _act,
    "days": _days,
    "acts": _acts,
    "act_days": _act_days,
    "average": _average,
    "peak": _peak,
    "last_above": _last_above,
    "blanket": _blanket,
    "rate": _rate_of,
    "headline": _headline,
    "published": _published,
    "table": _table,
}
