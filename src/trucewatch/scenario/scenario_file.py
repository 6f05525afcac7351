"""Scenario files: a list of edits of the ledger in YAML, read and refused cell by cell like the ledger."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from trucewatch.duty.stacking import AS_COLLECTED, LENSES
from trucewatch.errors import LedgerError, nearest
from trucewatch.ledger.cell_types import CODE, OPEN_END, Kind
from trucewatch.ledger.schema import Rate, kinds_of
from trucewatch.paths import project_root
from trucewatch.scenario.nodes import Section, Text, read_sections

KINDS = ("add", "replace", "suspend", "restore")
_HEAD = ("title", "question", "day", "lens", "note")
_CELLS = (
    "from", "to", "rate_pct", "cover", "exempt", "gives_way_to",
    "importer", "origin_set", "origins", "title", "lifts", "source", "note",
)  # fmt: skip
_ONLY = {
    "rate_pct": ("add", "replace"),
    "cover": ("add", "replace"),
    "exempt": ("add", "replace", "restore"),
    "gives_way_to": ("add", "replace", "restore"),
    "importer": ("add",),
    "origin_set": ("add",),
    "origins": ("add",),
    "title": ("add",),
    "lifts": ("restore",),
}
"""Cells that only some kinds of edit have."""

_DIGITS = re.compile(r"[0-9][0-9. ]*")


@dataclass(frozen=True)
class Edit:
    """One edit of the ledger.

    - `kind`: `add` a measure that no law knows; `replace` the rate, the scope or both of a measure; `suspend`
      it; `restore` what is suspended, threatened or void (or, with `lifts`, the rate of a suspension)
    - `name`: a measure id; for `suspend` also an authority or stack group, a trailing `*` for all that start
      so
    - `start`, `end`: half-open interval of days of entry
    - `rate_pct`: percent of customs value, exact; None keeps the rate.
    - `cover`, `exempt`: codes or ids of lists (`all`: every code) the measure reaches, and those it spares;
      None keeps them.
    - `gives_way_to`: authorities or measures on whose share of value it is not charged
    - `importer`: whose duty a new measure is; `origin_set`, `origins`: a set of the ledger, or countries
      by code or name: whose goods it reaches; those of the other side of the truce if neither is given
    - `lifts`: `legal` or `political`: the kind of suspension whose rate comes back
    - `source`: where rate and dates come from
    - `file`, `line`, `lines`: the file as errors call it, the line, and that of each cell
    """

    kind: str
    name: str
    start: date
    end: date
    source: str
    rate_pct: Decimal | None = None
    cover: tuple[str, ...] | None = None
    exempt: tuple[str, ...] = ()
    gives_way_to: tuple[str, ...] = ()
    importer: str = "USA"
    origin_set: str = ""
    origins: tuple[str, ...] = ()
    title: str = ""
    lifts: str = ""
    note: str = ""
    file: str = field(default="", compare=False)
    line: int = 0
    lines: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def fault(self, column: str, problem: str, remedy: str, value: str | None = None) -> LedgerError:
        """Return the error that the edit, or one of its cells, cannot be carried out."""
        return LedgerError(
            problem,
            remedy=remedy,
            file=self.file,
            row=self.lines.get(column, self.line),
            column=column,
            value=self.name if value is None else value,
        )


@dataclass(frozen=True)
class Scenario:
    """A question about the law, priced on one day.

    - `name`: the file's name without suffix
    - `title`, `question`: what is supposed, in a few words and in a sentence
    - `day`: the day of entry that is priced
    - `lens`: `as_collected` or `as_finally_held`
    - `edits`: in the order of the file; none: the law of that day
    - `file`, `text_hash`: the file as errors call it, and the SHA-256 of its bytes
    """

    name: str
    title: str
    question: str
    day: date
    edits: tuple[Edit, ...] = ()
    lens: str = AS_COLLECTED
    note: str = ""
    file: str = ""
    text_hash: str = ""


def scenarios_dir(root: Path | None = None) -> Path:
    """Return the folder of the scenarios of a project."""
    return (root or project_root()) / "scenarios"


def scenario_names(root: Path | None = None) -> tuple[str, ...]:
    """Return the names of the scenarios of a project, sorted."""
    return tuple(sorted(path.stem for path in scenarios_dir(root).glob("*.yaml")))


def read_scenario(name: str | Path, root: Path | None = None) -> Scenario:
    """Read a scenario and check every cell (`edited` checks it against the ledger).

    `name`: a path that ends in `.yaml` or `.yml`, or the name of a file in scenarios/.

    Raises `LedgerError` with file, line, column, value and remedy of the first fault.
    """
    path = Path(name)
    shown = path.name
    if path.suffix not in (".yaml", ".yml"):
        path = scenarios_dir(root) / f"{name}.yaml"
        shown = f"scenarios/{name}.yaml"
        if not path.is_file():
            raise LedgerError(
                "no such scenario", remedy=nearest(str(name), scenario_names(root)), value=str(name)[:60]
            )
    head, groups = read_sections(path, shown)
    _known(head, _HEAD)
    lens = _value(head, "lens", AS_COLLECTED)
    if lens not in LENSES:
        raise head.cells["lens"].fault("no such lens", "use " + " or ".join(LENSES))
    return Scenario(
        name=path.stem,
        title=_value(head, "title"),
        question=_value(head, "question", ""),
        day=_day(head, "day"),
        edits=tuple(_edit(group) for group in groups),
        lens=lens,
        note=_value(head, "note", ""),
        file=shown,
        text_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _edit(group: Section) -> Edit:
    kinds = [name for name in group.cells if name in KINDS]
    if len(kinds) != 1:
        raise LedgerError(
            "an edit has one of " + ", ".join(KINDS),
            remedy="write, for example, `suspend: us_s122`",
            file=group.file,
            row=group.line,
            column="edits",
            value=", ".join(group.cells) or "nothing",
        )
    kind = kinds[0]
    _known(group, (kind, *_CELLS))
    for name, legal in _ONLY.items():
        if name in group.cells and kind not in legal:
            raise group.cells[name].fault(f"{kind} has no {name}", "it goes with " + " or ".join(legal))
    start, end = _day(group, "from"), _day(group, "to", OPEN_END)
    if end <= start:
        raise group.cells["to"].fault(
            "the edit ends before it starts",
            f"`to` is the first day on which it no longer holds: later than {start}",
        )
    edit = Edit(
        kind=kind,
        name=_value(group, kind),
        start=start,
        end=end,
        source=_value(group, "source"),
        rate_pct=_rate(group),
        cover=_list(group, "cover") or None,
        exempt=_list(group, "exempt"),
        gives_way_to=_list(group, "gives_way_to"),
        importer=_value(group, "importer", "USA"),
        origin_set=_value(group, "origin_set", ""),
        origins=_list(group, "origins"),
        title=_value(group, "title", ""),
        lifts=_value(group, "lifts", ""),
        note=_value(group, "note", ""),
        file=group.file,
        line=group.line,
        lines={name: cell.line for name, cell in group.cells.items()},
    )
    _check_complete(edit, group)
    return edit


def _check_complete(edit: Edit, group: Section) -> None:
    """Refuse an edit that says too little to be carried out."""
    if edit.kind == "add":
        for name in ("rate_pct", "cover"):
            if name not in group.cells:
                raise _missing(group, name)
    if edit.kind == "replace" and not any(name in group.cells for name in ("rate_pct", *_SCOPE)):
        raise _missing(group, "rate_pct")
    if edit.origins and edit.origin_set:
        raise group.cells["origin_set"].fault("origins and origin_set both say whose goods", "keep one")
    if edit.lifts not in ("", "legal", "political"):
        raise group.cells["lifts"].fault("no such kind of suspension", "use legal or political")


_SCOPE = ("cover", "exempt", "gives_way_to")


def _known(section: Section, names: tuple[str, ...]) -> None:
    for name, cell in section.cells.items():
        if name not in names:
            origins = (
                "an `add` names whom it reaches: `origins: [VNM]`; `--origin` says whose goods are priced"
            )
            raise cell.fault(
                "unknown name", origins if name in ("origin", "origins") else nearest(name, names)
            )


def _value(section: Section, name: str, default: str | None = None) -> str:
    cell = section.cells.get(name)
    if cell is None or cell.value == "":
        if default is None:
            raise _missing(section, name)
        return default
    if not isinstance(cell.value, str):
        raise cell.fault("one text is wanted here", "give one")
    return " ".join(cell.value.split())


def _list(section: Section, name: str) -> tuple[str, ...]:
    cell = section.cells.get(name)
    if cell is None:
        return ()
    items = cell.items
    for item in items:
        if _DIGITS.fullmatch(item) and not CODE.fullmatch(item):
            remedy = "write 2, 4, 6, 8 or 10 digits, without dots and in quotes"
            raise cell.fault("not a commodity code", remedy, item)
    if not items or "" in items or len(set(items)) < len(items):
        raise cell.fault("an empty or repeated entry", "name each code or list once")
    return items


_DAY: Kind = kinds_of(Rate)["valid_from"]
_RATE: Kind = kinds_of(Rate)["rate_pct"]


def _day(section: Section, name: str, default: date | None = None) -> date:
    if name not in section.cells and default is not None:
        return default
    found: date = _cell(_value(section, name), _DAY, section.cells[name])
    return found


def _rate(section: Section) -> Decimal | None:
    if "rate_pct" not in section.cells:
        return None
    cell = section.cells["rate_pct"]
    rate: Decimal = _cell(_value(section, "rate_pct"), _RATE, cell)
    if rate > _HIGHEST:
        raise cell.fault("not a duty", f"write percent of customs value, 0 to {_HIGHEST}")
    return rate


_HIGHEST = 1000
"""A guard against slips (12.5 written as 1250); no duty of the ledger comes near."""


def _cell(text: str, kind: Kind, cell: Text) -> Any:
    try:
        return kind.read(text)
    except (ValueError, KeyError):
        raise cell.fault("illegal value", f"write {kind.wanted}") from None


def _missing(section: Section, name: str) -> LedgerError:
    return LedgerError(
        f"{name} is missing",
        remedy=f"add `{name}:`; see docs/scenarios.md",
        file=section.file,
        row=section.line,
        column=name,
    )
