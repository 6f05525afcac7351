"""The panel: every duty on every product as intervals, one row a change, never product by day.

Products whose rows in the ledger do the same are one group (`matching.signature`); the stacking of
`trucewatch.duty.stacking` is called once a group and interval, and the answers are spread over the products
by index. The column 1 duty adds to everything and meets nothing, so groups are formed without it wherever no
rule and no floor looks at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trucewatch.duty.day_duties import VARIANTS, Grid
from trucewatch.duty.product_groups import Product, groups_of, products_of
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger, load_ledger
from trucewatch.ledger.memory import uncollected
from trucewatch.ledger.origins import seen_from
from trucewatch.made import whole_parquet
from trucewatch.paths import project_root

FIRST_DAY = date(2018, 1, 1)
"""The panel starts here; the ledger's lists do."""

AHEAD_DAYS = 3660
"""How many days past `law_asof` the panel of what is to come covers."""

RATE = pa.decimal128(15, 9)
RATE_COLUMNS = tuple(f"{name}_pct" for name in VARIANTS)
DUTIES = pa.schema(
    [
        ("importer", pa.string()),
        ("origin", pa.string()),
        ("code", pa.string()),
        ("authority", pa.string()),
        ("is_void", pa.bool_()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        *((name, RATE) for name in RATE_COLUMNS),
        ("confidence", pa.string()),
    ]
)
TOTALS = pa.schema(
    [
        ("importer", pa.string()),
        ("origin", pa.string()),
        ("code", pa.string()),
        ("is_line", pa.bool_()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        *((name, RATE) for name in RATE_COLUMNS),
        ("held_pct", RATE),
        ("is_complete", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Panel:
    """The duties of one importer on the goods of one origin.

    - `importer`, `origin`: ISO3 codes
    - `first`, `end`: days covered, half-open; `end` is the day after the ledger's `law_asof`
    - `duties`: one row a change: importer, origin, code, authority, is_void, valid_from, valid_to, then
      points of customs value as exact decimals: `rate_pct` what the law charges, `met_pct` with every
      condition of a duty met that a code does not show, `unmet_pct` with none of them met and every condition
      of an exemption met, `claimed_pct` with every exclusion claimed that the ledger knows, `snapback_pct`
      with dated legal suspensions lifted, `political_pct` with the return to former peaks. `is_void` marks
      duties collected and later held unlawful. Keys: code, authority, is_void, valid_from.
    - `totals`: the same summed over authorities, with `held_pct` (without what was held unlawful), `is_line`
      (a line of the schedule; else a longer code that some list names) and `is_complete` (nothing the ledger
      can not compute). It has a row for every day on which the product stands in the schedule. Keys: code,
      valid_from.
    - `ledger_hash`: SHA-256 of the ledger's files
    """

    importer: str
    origin: str
    first: date
    end: date
    duties: pa.Table
    totals: pa.Table
    ledger_hash: str = ""

    def only(self, prefixes: tuple[str, ...] | list[str]) -> Panel:
        """Return the panel of the codes that start with one of some prefixes; of all if there is none."""
        if not prefixes:
            return self
        return Panel(
            self.importer,
            self.origin,
            self.first,
            self.end,
            self.duties.filter(_starts(self.duties["code"], prefixes)),
            self.totals.filter(_starts(self.totals["code"], prefixes)),
            self.ledger_hash,
        )


def _starts(codes: pa.ChunkedArray, prefixes: tuple[str, ...] | list[str]) -> pa.ChunkedArray:
    return pc.match_substring_regex(codes, f"^({'|'.join(prefixes)})")


def build_panel(
    ledger: Ledger,
    importer: str = "USA",
    origin: str | None = None,
    first: date = FIRST_DAY,
    last: date | None = None,
    voyage_days: int = 0,
    claims: frozenset[str] = frozenset(),
    subheadings: frozenset[str] | None = None,
) -> Panel:
    """Build the panel of one importer from the ledger.

    Origins other than the other side get the products of the panel of all origins, so that their averages are
    the same: trade by number falls on the same products.

    Raises `ParameterError` if the last day comes before the first, or the voyage is negative.

    - `ledger`: the law; an edited ledger gives the panel of a scenario
    - `importer`, `origin`: ISO3; the origin is the other side if not given
    - `first`, `last`: first and last day covered; from 2018 to `law_asof` if not given
    - `voyage_days`: days from loading to entry. 0: loaded after every cut-off, so that no transit rule
      applies
    - `claims`: what every entry claims, such as a preference (`usmca_claim`)
    - `subheadings`: only products that start with one of these six digits; all if not given
    """
    end = end_of(ledger, first, last)
    if voyage_days < 0:
        raise ParameterError(f"voyage_days: found {voyage_days}; legal: 0 or more")
    origin = DEFAULT_ORIGIN[importer] if origin is None else origin
    told_apart = () if origin == DEFAULT_ORIGIN[importer] else products_of(ledger, importer)
    ledger = seen_from(ledger, importer, origin)
    grid = Grid(ledger, importer, origin, first, end, voyage_days, claims, subheadings)
    with uncollected():
        products, groups, positions = groups_of(grid, told_apart)
    member = np.array(positions, dtype=np.int64)
    return Panel(
        importer,
        origin,
        grid.first,
        grid.end,
        _spread([group.duties for group in groups], products, member, grid, DUTIES),
        _spread([group.totals for group in groups], products, member, grid, TOTALS),
        ledger.ledger_hash,
    )


def end_of(ledger: Ledger, first: date, last: date | None) -> date:
    """Return the day after the last of a panel, `law_asof` if none is given; refuse one before the first."""
    last = ledger.law_asof if last is None else last
    if last < first:
        raise ParameterError(f"the panel would end on {last}, before it starts on {first}")
    return last + timedelta(days=1)


def days_of(ledger: Ledger, *, ahead: bool) -> tuple[date, date]:
    """Return the first and the last day of a panel of what was, or of what the texts say is to come."""
    last = ledger.law_asof
    return (last, last + timedelta(days=AHEAD_DAYS)) if ahead else (FIRST_DAY, last)


def _spread(
    tables: list[list[tuple]], products: list[Product], member: np.ndarray, grid: Grid, schema: pa.Schema
) -> pa.Table:
    """Give every product the rows of its group, in the order of the products."""
    counts = np.array([len(rows) for rows in tables], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    owner, place = runs(starts[member], counts[member])
    product, index = pa.array(owner), pa.array(place)
    rows = [row for rows in tables for row in rows]
    columns = {
        "importer": pa.repeat(grid.importer, len(owner)),
        "origin": pa.repeat(grid.origin, len(owner)),
        "code": pa.array([item.code for item in products]).take(product),
        "is_line": pa.array([item.is_line for item in products]).take(product),
    }
    own = [field for field in schema if field.name not in columns]
    for field, values in zip(own, zip(*rows, strict=True), strict=True):
        columns[field.name] = pa.array(values, field.type).take(index)
    return pa.table([columns[field.name] for field in schema], schema=schema)


def runs(start: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places that runs of some start and length cover: the number of the run, and the place."""
    at = np.repeat(np.arange(len(start)), count)
    return at, np.arange(len(at)) + np.repeat(start - (np.cumsum(count) - count), count)


def panel_dir(root: Path | None = None) -> Path:
    """Return the folder of the panels, data/panel."""
    return (root or project_root()) / "data" / "panel"


def run(root: Path, progress: Callable[[str], None]) -> None:
    """Build both panels of a project and write data/panel (the stage `panel`)."""
    ledger = load_ledger(root)
    folder = panel_dir(root)
    folder.mkdir(parents=True, exist_ok=True)
    with uncollected():
        for importer in ledger.importers:
            panel = build_panel(ledger, importer)
            write_panel(panel, folder)
            first, last = days_of(ledger, ahead=True)
            write_panel(build_panel(ledger, importer, None, first, last), folder, ahead=True)
            progress(
                f"panel {importer}: {panel.duties.num_rows:,} duties, "
                f"{len(pc.unique(panel.totals['code'])):,} products, {panel.first} to {ledger.law_asof}"
            )


def write_panel(panel: Panel, folder: Path, ahead: bool = False) -> None:
    """Write a panel as `<importer>.duties.parquet` and `<importer>.totals.parquet`, byte-stable.

    With `ahead`, the names are `<importer>.ahead.….parquet`.
    """
    facts = {
        "importer": panel.importer,
        "origin": panel.origin,
        "first": panel.first.isoformat(),
        "end": panel.end.isoformat(),
        "ledger_hash": panel.ledger_hash,
    }
    for name, table in (("duties", panel.duties), ("totals", panel.totals)):
        write_with_facts(table, facts, folder / _file(panel.importer, name, ahead))


def write_with_facts(table: pa.Table, facts: Mapping[str, str], path: Path, **options: int) -> None:
    """Write a table of a panel with what the whole panel is about; the file is there whole or not at all."""
    temporary = path.with_suffix(".tmp")
    pq.write_table(table.replace_schema_metadata(dict(facts)), temporary, compression="zstd", **options)
    temporary.replace(path)


def read_facts(table: pa.Table) -> dict[str, str]:
    """Return what `write_with_facts` wrote beside a table."""
    return {key.decode(): value.decode() for key, value in table.schema.metadata.items()}


def _file(importer: str, name: str, ahead: bool) -> str:
    return f"{importer}.ahead.{name}.parquet" if ahead else f"{importer}.{name}.parquet"


def check_law(what: str, of: str, ledger: Ledger | None, remedy: str, file: Path | str) -> None:
    """Refuse what was built from the law of another hash than the ledger's; nothing if no ledger is given.

    Raises `DataError` with the file and the remedy.
    """
    if ledger is not None and of != ledger.ledger_hash:
        raise DataError(
            f"the {what} built from another state of the law than data/law has now", remedy=remedy, file=file
        )


def read_panel(
    importer: str, root: Path | None = None, ahead: bool = False, ledger: Ledger | None = None
) -> Panel:
    """Read the panel of an importer that the stage `panel` wrote.

    `importer`: `USA` or `CHN`; `ahead`: the panel from `law_asof` on instead: what the texts say about days
    to come, not a forecast; `ledger`: the law that the panel must be of; any if not given.

    Raises `DataError` if the stage has not run, or not since the ledger changed.
    """
    folder = panel_dir(root)
    tables = {}
    for name in ("duties", "totals"):
        path = folder / _file(importer, name, ahead)
        if not path.is_file():
            raise DataError(
                "the panel is not built", remedy="run `trucewatch build` or `dvc repro panel`", file=path.name
            )
        with whole_parquet(path, "delete it and run `dvc repro panel`"):
            tables[name] = pq.read_table(path)
    facts = read_facts(tables["duties"])
    check_law(
        "panel was", facts["ledger_hash"], ledger, "run `trucewatch build` or `dvc repro panel`", path.name
    )
    return Panel(
        facts["importer"],
        facts["origin"],
        date.fromisoformat(facts["first"]),
        date.fromisoformat(facts["end"]),
        tables["duties"],
        tables["totals"],
        facts["ledger_hash"],
    )
