"""The ledger in memory: read from `data/law`, refused if it cannot be used, never changed afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trucewatch.errors import LedgerError
from trucewatch.ledger import checks, seal
from trucewatch.ledger.cell_types import DAY
from trucewatch.ledger.chronicle import ChronologyEntry, Deviation, Phase, SpecialEntry, Stance
from trucewatch.ledger.memory import per_ledger
from trucewatch.ledger.reading import (
    Chapters,
    CodeSheet,
    Sheet,
    Source,
    checked_sheet,
    read_sheet,
    sheet_from_rows,
    text_sheet,
)
from trucewatch.ledger.schema import (
    ALL_CODES,
    ANY_ORIGIN,
    SIDED_TABLES,
    SINGLE_TABLES,
    Act,
    BaseRate,
    ClaimName,
    ContentShare,
    EditionFact,
    Exclusion,
    ExpectedAuthority,
    Gap,
    Measure,
    MeasureScope,
    OriginMember,
    Partner,
    Preference,
    Rate,
    ReducedRate,
    Row,
    ScopeRow,
    SpecialRate,
    StackRule,
    Suspension,
    TransitRule,
    VatRate,
)
from trucewatch.paths import law_dir

if TYPE_CHECKING:
    import pandas as pd

BASE_AUTHORITY = {"USA": "MFN", "CHN": "CN_MFN"}
"""Authority and measure id of the column 1 duty, by importer."""

DEFAULT_ORIGIN = {"USA": "CHN", "CHN": "USA"}
"""Whose goods a question is about that names no origin, by importer."""

R = TypeVar("R", bound=Row)
Rows = Mapping[str, Sequence[dict[str, str]]]


@dataclass(frozen=True)
class SeenAs:
    """Of which ledger one is a view, for which importer, and as goods of which kind of origin meet it."""

    whole: Ledger
    importer: str
    kind: frozenset[tuple[str, date, date]]


@dataclass(frozen=True)
class Ledger:
    """Typed tables of the law. Short tables are tuples of rows, long ones are indexed by code.

    Build one with `load_ledger` or `build_ledger`; edit one with `dataclasses.replace` (a scenario is an
    edited ledger). `ledger_hash` is the SHA-256 of names and bytes of all files of the ledger, "" for one
    built in memory.
    """

    edition: tuple[EditionFact, ...]
    acts: tuple[Act, ...]
    partners: tuple[Partner, ...]
    origin_sets: tuple[OriginMember, ...]
    measures: tuple[Measure, ...]
    rates: tuple[Rate, ...]
    measure_scopes: tuple[MeasureScope, ...]
    stack_rules: tuple[StackRule, ...]
    suspensions: tuple[Suspension, ...]
    transit_rules: tuple[TransitRule, ...]
    exclusions: tuple[Exclusion, ...]
    preferences: tuple[Preference, ...]
    gaps: tuple[Gap, ...]
    expected_authorities: tuple[ExpectedAuthority, ...]
    phases: tuple[Phase, ...]
    stances: tuple[Stance, ...]
    chronology: tuple[ChronologyEntry, ...]
    special_entries: tuple[SpecialEntry, ...]
    deviations: tuple[Deviation, ...]
    claim_names: tuple[ClaimName, ...]
    scopes: Mapping[str, CodeSheet]
    base_rates: Mapping[str, CodeSheet]
    content_shares: CodeSheet
    vat: Mapping[str, CodeSheet]
    reduced_rates: Mapping[str, CodeSheet]
    special_rates: Mapping[str, CodeSheet]
    column_2_rates: Mapping[str, CodeSheet]
    ledger_hash: str = ""
    memory: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Kept by `memory.per_ledger` alone."""
    seen_as: SeenAs | None = field(default=None, init=False, repr=False, compare=False)
    """For a ledger as goods of one origin meet it: how it came about."""

    @property
    def whole(self) -> Ledger:
        """The ledger that this one is a view of; itself if it is none."""
        return self if self.seen_as is None else self.seen_as.whole

    @cached_property
    def _claim_names(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in self.claim_names:
            found.setdefault(row.name, set()).add(row.means)
        for exclusion in self.exclusions:
            if exclusion.heading and exclusion.heading != exclusion.exclusion_id:
                found.setdefault(exclusion.heading, set()).add(exclusion.exclusion_id)
        return found

    def meanings(self, claim: str) -> frozenset[str]:
        """Return the claims that a usual name can stand for; `not:` before it turns each around.

        The heading of exclusions means each of them.
        """
        name = claim.removeprefix("not:")
        found = self._claim_names.get(name, ())
        return frozenset(found if name == claim else map(_opposite, found))

    @cached_property
    def law_asof(self) -> date:
        """The day up to which the ledger has followed the law."""
        day = self.edition_day("law_asof")
        if day is None:
            raise LedgerError("no row `law_asof`", remedy="add one", file="edition.csv", column="key")
        return day

    def schedules_from(self, importer: str) -> date:
        """Return the day from which an importer's schedules were read one after another.

        A rate that reaches back before it is inferred there: an earlier edition stands in for those between.
        """
        return self.edition_day(f"{importer.lower()}_schedules_from") or date.min

    def edition_day(self, key: str) -> date | None:
        """Return the day that a fact of the edition gives; None where the ledger has no such fact."""
        facts = [fact for fact in self.edition if fact.key == key]
        if len(facts) != 1:
            return None
        return read_day(facts[0].value, facts[0])

    @cached_property
    def measure(self) -> dict[str, Measure]:
        """Measures by id."""
        return {row.measure_id: row for row in self.measures}

    @cached_property
    def act(self) -> dict[str, Act]:
        """Acts by id."""
        return {row.act_id: row for row in self.acts}

    @cached_property
    def measures_of(self) -> dict[str, list[Measure]]:
        """Measures by importer, by id."""
        return _grouped(sorted(self.measures, key=lambda row: row.measure_id), "importer")

    @cached_property
    def rates_of(self) -> dict[str, list[Rate]]:
        """Rate rows by measure id."""
        return _grouped(self.rates, "measure_id")

    def rate_on(self, measure_id: str, on: date) -> Rate | None:
        """Return the rate of a measure on a day, by what is known at `law_asof`; None if it has none."""
        return next(
            (
                row
                for row in self.rates_of.get(measure_id, ())
                if row.valid_from <= on < row.valid_to and row.known_from <= self.law_asof < row.known_to
            ),
            None,
        )

    @cached_property
    def scopes_of(self) -> dict[str, list[MeasureScope]]:
        """Scope assignments by measure id."""
        return _grouped(self.measure_scopes, "measure_id")

    @cached_property
    def suspensions_of(self) -> dict[str, list[Suspension]]:
        """Suspensions by measure id."""
        return _grouped(self.suspensions, "measure_id")

    @cached_property
    def transit_of(self) -> dict[str, list[TransitRule]]:
        """Transit rules by measure id."""
        return _grouped(self.transit_rules, "measure_id")

    @cached_property
    def members_of(self) -> dict[str, list[OriginMember]]:
        """Members by origin set."""
        return _grouped(self.origin_sets, "origin_set")

    @property
    def importers(self) -> tuple[str, ...]:
        """Importers for which base rates are at hand."""
        return tuple(sorted(self.base_rates))

    @per_ledger
    def origins(self, importer: str) -> tuple[str, ...]:
        """Return the origins that the measures of an importer name."""
        sets = {row.origin_set for row in self.measures_of.get(importer, [])}
        named = {row.iso3 for row in self.origin_sets if row.origin_set in sets}
        if ANY_ORIGIN in named:
            named |= {row.iso3 for row in self.partners}
        return tuple(sorted(named - {ANY_ORIGIN, importer}))

    def frame(self, table: str) -> pd.DataFrame:
        """Return a short table, or `scopes/<id>`, `base_rates/<importer>`, `content_shares`, as a DataFrame.

        Columns as in docs/design.md; dates are `datetime.date`, rates are `Decimal`.
        """
        room, _, name = table.partition("/")
        found = getattr(self, room, None)
        if isinstance(found, Mapping) and name in found:
            found = found[name]
        rows = found.sheet.rows if isinstance(found, CodeSheet) else found
        if not isinstance(rows, tuple):
            remedy = "ask for " + ", ".join([*SINGLE_TABLES, *SIDED_TABLES])
            raise LedgerError("no such table", remedy=remedy, value=table)
        import pandas as pd  # slow to import, and a lookup needs none

        frame = pd.DataFrame([dataclasses.asdict(row) for row in rows])
        return frame.drop(columns=["file", "line"], errors="ignore")


def read_day(text: str, fact: EditionFact) -> date:
    """Return the day that a fact of the edition gives."""
    try:
        day: date = DAY.read(text)
    except ValueError:
        raise LedgerError(
            f"{fact.key} is not a date",
            remedy=f"write {DAY.wanted}",
            file=fact.file,
            row=fact.line,
            column="value",
            value=text,
        ) from None
    return day


def _grouped(rows: Iterable[R], name: str) -> dict[str, list[R]]:
    groups: dict[str, list[R]] = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return groups


def load_ledger(root: Path | str | None = None) -> Ledger:
    """Read and check the ledger of a project.

    Returns the tables, with the references between them checked.

    Raises `LedgerError` on the first fault that makes the ledger unusable, with file, row, column, value and
    remedy, and if a file is missing or has changed since the ledger was sealed. `trucewatch doctor` lists all
    faults, and the ones that do not prevent use.
    """
    folder = law_dir(Path(root) if root is not None else None)
    contents = seal.contents(folder)
    hashes = {name: seal.hash_in(content) for name, content in contents.items()}
    try:
        breach = next(seal.breaches(folder, hashes), None)
    except LedgerError as error:
        breach = error
    # what is sealed was checked then: its long sheets are typed when a question first needs them
    ledger = _checked(_read_all(folder, seal.hash_of(hashes), {} if breach else contents))
    if breach is not None:
        raise breach
    return ledger


def read_unchecked(root: Path | str | None = None) -> Ledger:
    """Read a ledger with sound cells, without looking at references between tables (for `doctor`)."""
    return _read_all(law_dir(Path(root) if root is not None else None), "")


def build_ledger(tables: Rows) -> Ledger:
    """Build a ledger from rows of text, under the same rules as files.

    - `tables`: rows by table name as in docs/design.md (`measures`, `rates`, `scopes/<id>`, `base_rates/USA`,
      …); tables not given are empty
    """
    sheets: dict[str, list[Sheet | Source]] = {}
    for name, rows in tables.items():
        sheets[name] = [sheet_from_rows(rows, row_type_of(name), f"{name}.csv")]
    return _checked(_assemble(sheets, ""))


def ledger_files(folder: Path) -> list[tuple[Path, str, str]]:
    """Return every file of a ledger: its path, the table it belongs to, and its name for messages.

    Raises `LedgerError` if a table has no file at all.
    """
    found = [(folder / f"{name}.csv", name) for name in (*SINGLE_TABLES, "content_shares")]
    for name in SIDED_TABLES:
        sides = sorted(folder.glob(f"{name}.*.csv"))
        if not sides:
            raise LedgerError("the file is missing", remedy=_RESTORE, file=f"data/law/{name}.usa.csv")
        found += [(path, name) for path in sides]
    found += [(path, f"scopes/{path.stem}") for path in sorted((folder / "scopes").glob("*.csv"))]
    found += [
        (path, f"base_rates/{path.stem.upper()}") for path in sorted((folder / "base_rates").glob("*.csv"))
    ]
    for room in _SIDED_ROOMS:
        found += [
            (path, f"{room}/{path.suffixes[0][1:].upper()}") for path in sorted(folder.glob(f"{room}.*.csv"))
        ]
    return [(path, name, f"data/law/{path.relative_to(folder).as_posix()}") for path, name in found]


_RESTORE = "restore it from version control"

_SIDED_ROOMS: dict[str, type[Row]] = {
    "vat": VatRate,
    "reduced_rates": ReducedRate,
    "special_rates": SpecialRate,
    "column_2_rates": BaseRate,
}
"""Sheets by code that a side may have: `<room>.<side>.csv`."""


def _read_all(folder: Path, ledger_hash: str, sealed: Mapping[str, bytes] | None = None) -> Ledger:
    """Read the files of a ledger, all of them now but the long sheets whose content is `sealed`."""
    sheets: dict[str, list[Sheet | Source]] = {}
    for path, name, shown in ledger_files(folder):
        content = (sealed or {}).get(path.relative_to(folder).as_posix()) if "/" in name else None
        row_type = row_type_of(name)
        given = read_sheet(path, row_type, shown) if content is None else _Sealed(content, row_type, shown)
        sheets.setdefault(name, []).append(given)
    return _assemble(sheets, ledger_hash)


@dataclass(frozen=True)
class _Sealed:
    """A long sheet, typed when a question needs it, from the bytes that were sealed."""

    content: bytes
    row_type: type[Row]
    shown: str

    def whole(self) -> Sheet:
        return checked_sheet(text_sheet(self.content, self.row_type, self.shown))

    def chapter(self, digits: str) -> Sheet | None:
        return self._chapters.take(digits)

    def least(self, column: str) -> str | None:
        return self._chapters.least(column)

    def codes(self) -> set[str] | None:
        return self._chapters.codes()

    @cached_property
    def _chapters(self) -> Chapters:
        return Chapters(self.content, self.row_type, self.shown)


def row_type_of(name: str) -> type[Row]:
    """Return the type of the rows of a table."""
    if name.startswith("scopes/"):
        return ScopeRow
    if name.startswith("base_rates/"):
        return BaseRate
    room = name.partition("/")[0]
    if room in _SIDED_ROOMS:
        return _SIDED_ROOMS[room]
    known = {**SINGLE_TABLES, **SIDED_TABLES, "content_shares": ContentShare}
    if name not in known:
        raise LedgerError("no such table in the ledger", remedy="use " + ", ".join(known), value=name)
    return known[name]


def _assemble(sheets: Mapping[str, Sequence[Sheet | Source]], ledger_hash: str) -> Ledger:
    def rows(name: str) -> tuple[Any, ...]:
        return tuple(row for sheet in sheets.get(name, ()) if isinstance(sheet, Sheet) for row in sheet.rows)

    def rooms(room: str) -> dict[str, CodeSheet]:
        return {
            name.partition("/")[2]: CodeSheet(group[0])
            for name, group in sorted(sheets.items())
            if name.startswith(room + "/")
        }

    content = sheets.get("content_shares") or [sheet_from_rows([], ContentShare, "content_shares.csv")]
    short = {name: rows(name) for name in (*SINGLE_TABLES, *SIDED_TABLES)}
    return Ledger(
        **short,
        scopes=rooms("scopes"),
        base_rates=rooms("base_rates"),
        content_shares=CodeSheet(content[0]),
        vat=rooms("vat"),
        reduced_rates=rooms("reduced_rates"),
        special_rates=rooms("special_rates"),
        column_2_rates=rooms("column_2_rates"),
        ledger_hash=ledger_hash,
    )


def _opposite(claim: str) -> str:
    return claim.removeprefix("not:") if claim.startswith("not:") else f"not:{claim}"


def _checked(ledger: Ledger) -> Ledger:
    for check in checks.AT_LOAD:
        for finding in check(ledger):
            if finding.severity == "error":
                raise finding.error()
    _ = ledger.law_asof
    return ledger


__all__ = ["ALL_CODES", "BASE_AUTHORITY", "Ledger", "build_ledger", "load_ledger", "read_unchecked"]
