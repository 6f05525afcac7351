"""The panel of all origins: what goods of every country pay, as intervals of equal total.

Three tables: the products with the group each is in, the origins with theirs, and the totals by product
group, origin group and interval. A product of a group owes on every day what the others of the group owe,
from whatever origin; so do origins.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trucewatch.duty.origin_groups import ABSENT, Grid, grid_of
from trucewatch.duty.panel import RATE, check_law, end_of, read_facts, runs, write_with_facts
from trucewatch.errors import DataError
from trucewatch.ledger.cell_types import ANY_ORIGIN
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.memory import uncollected
from trucewatch.made import whole_parquet

FIRST_DAY = date(2025, 1, 1)
"""Before this day the ledger speaks with gaps for origins other than China."""

BOUNDS = ("low_pct", "high_pct")
"""Columns of totals that only a panel with bounds has."""

PRODUCTS = pa.schema([("code", pa.string()), ("is_line", pa.bool_()), ("product_group", pa.int32())])
ORIGINS = pa.schema([("origin", pa.string()), ("origin_group", pa.int32())])
TOTALS = pa.schema(
    [
        ("product_group", pa.int32()),
        ("origin_group", pa.int32()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("rate_pct", RATE),
        ("held_pct", RATE),
        ("claimed_pct", RATE),
        *((name, RATE) for name in BOUNDS),
        ("is_complete", pa.bool_()),
        ("confidence", pa.dictionary(pa.int8(), pa.string())),
    ]
)
GAPS = pa.schema(
    [
        ("origin", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("what", pa.string()),
        ("citation", pa.string()),
    ]
)
_TABLES = {"products": PRODUCTS, "origins": ORIGINS, "totals": TOTALS, "gaps": GAPS}
_ROW_GROUP = 65_536
"""Rows that a question about one product reads: few enough to be quick, many enough to stay small."""
_DIGITS = 9
"""Averages are rounded to this many decimals: what is left below is noise of floating point."""


@dataclass(frozen=True)
class OriginPanel:
    """The duties of one importer on all products of all origins.

    - `importer`: ISO3
    - `first`, `end`: days covered, half-open
    - `products`: `code`, `is_line` (a line of the schedule; else a longer code that some list names),
      `product_group`. A code of ten digits that is not among them pays what the longest code that it begins
      with pays.
    - `origins`: `origin` (ISO3), `origin_group`
    - `totals`: `product_group`, `origin_group`, `valid_from`, `valid_to` (half-open), and in points of
      customs value as exact decimals `rate_pct`, what the law charges, `held_pct` without what was held
      unlawful later, and `claimed_pct`, what it charges if the preferences of the origin are claimed; in a
      panel with bounds `low_pct` and `high_pct`, the lowest and the highest over what the code does not show
      and what can be claimed (`stacking.readings`); `is_complete` (nothing the ledger cannot compute) and
      `confidence`, the worst of the rows that decide.
      Sorted by groups and day. A product has no row for days on which the schedule does not have it.
    - `ledger_hash`: SHA-256 of the ledger's files
    - `gaps`: what no total shows: `origin`, `valid_from`, `valid_to` (half-open, within the days covered),
      `what` the ledger does not hold of it then, such as an embargo, and `citation`
    """

    importer: str
    first: date
    end: date
    products: pa.Table
    origins: pa.Table
    totals: pa.Table
    ledger_hash: str = ""
    gaps: pa.Table = field(default_factory=GAPS.empty_table)

    def __str__(self) -> str:
        """Return what the panel covers."""
        last = self.end - timedelta(days=1)
        return (
            f"{self.importer}: {self.products.num_rows:,} products of {self.origins.num_rows:,} origins, "
            f"{self.first} to {last}: {self.totals.num_rows:,} intervals of equal total "
            f"for {len(self._starts) // max(self._width, 1):,} x {self._width:,} groups; the totals do not "
            f"show {self.gaps.num_rows:,} bans, lapses and other gaps, which `gaps` names"
        )

    __repr__ = __str__

    def at(self, code: str, origin: str, on: date) -> dict[str, Any] | None:
        """Return the row of `totals` for a code, an origin and a day; None where there is none."""
        group = next(
            (
                self._product_group[code[:size]]
                for size in range(len(code), 3, -1)
                if code[:size] in self._product_group
            ),
            None,
        )
        if group is None or origin not in self._origin_group:
            return None
        pair = group * self._width + self._origin_group[origin]
        start, end = map(int, self._starts[pair : pair + 2])
        for row in self.totals.slice(start, end - start).to_pylist():
            if row["valid_from"] <= on < row["valid_to"]:
                found: dict[str, Any] = row
                return found
        return None

    def to_frame(self, codes: Collection[str] = (), origins: Collection[str] = ()) -> pd.DataFrame:
        """Return the totals by `code` and `origin`, of all if none are named: then millions of rows.

        `codes`: digits that products begin with; `origins`: ISO3.
        """
        names = [code for code in self._product_group if not codes or code.startswith(tuple(codes))]
        chosen = [name for name in self._origin_group if not origins or name in origins]
        groups = np.array([self._product_group[code] for code in names], dtype=np.int64)
        places = np.array([self._origin_group[name] for name in chosen], dtype=np.int64)
        product, place = np.repeat(groups, len(places)), np.tile(places, len(groups))
        at, row = self._rows(product, place)
        frame = self.totals.select(self.totals.column_names[2:]).take(pa.array(row)).to_pandas()
        frame.insert(0, "code", np.repeat(np.array(names, dtype=object), len(places))[at])
        frame.insert(1, "origin", np.tile(np.array(chosen, dtype=object), len(groups))[at])
        return frame

    def averages(self, weights: pd.DataFrame, columns: Sequence[str] = ("rate_pct",)) -> pd.DataFrame:
        """Return the weighted average duty by day-interval of every partner of some weights.

        Columns: `partner_iso3`, `valid_from`, `valid_to` (half-open) and `columns`, percent of value.

        - `weights`: `partner_iso3`, `origin` (whose law), `code` (a product of the panel), `valid_from`,
          `valid_to` and `share`; `claimed_share`, if there is one, is weight whose rate is `claimed_pct`
        - `columns`: of `rate_pct`, `held_pct`, `claimed_pct`; with bounds `low_pct`, `high_pct` too
        """
        size = (self.end - self.first).days
        # names and days are looked up once for all partners, who may be many
        products, places = self._groups_of(weights)
        starts, ends = self._offset(weights["valid_from"]), self._offset(weights["valid_to"])
        shares, claims = _shares_of(weights)
        whose, partners = pd.factorize(weights["partner_iso3"])
        rows_of = np.split(np.argsort(whose, kind="stable"), np.cumsum(np.bincount(whose))[:-1])
        found = []
        for partner, own in zip(partners, rows_of, strict=True):
            at, row = self._rows(products[own], places[own])
            at = own[at]
            low = np.maximum(self._bounds["valid_from"][row], starts[at])
            high = np.minimum(self._bounds["valid_to"][row], ends[at])
            meets = low < high
            at, row = at[meets], row[meets]
            starts_at, ends_at = low[meets], high[meets]
            levels = {}
            for name in columns:
                added = shares[at] * self._values(name)[row]
                if claims is not None:
                    added += claims[at] * self._values(_CLAIMING.get(name, name))[row]
                steps = np.bincount(starts_at, added, size + 1) - np.bincount(ends_at, added, size + 1)
                levels[name] = np.round(np.cumsum(steps)[:-1], _DIGITS)
            moves = np.array([np.diff(level, prepend=np.nan) != 0 for level in levels.values()])
            cuts = np.flatnonzero(moves.any(axis=0))
            days = [self.first + timedelta(days=int(cut)) for cut in (*cuts, size)]
            found.append(
                pd.DataFrame(
                    {
                        "partner_iso3": partner,
                        "valid_from": days[:-1],
                        "valid_to": days[1:],
                        **{name: level[cuts] for name, level in levels.items()},
                    }
                )
            )
        return pd.concat(found, ignore_index=True)

    def sums(
        self,
        weights: pd.DataFrame,
        by: Sequence[str],
        windows: Sequence[tuple[date, date]],
        column: str = "rate_pct",
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the weighted duty of some columns of the weights, summed over the days of windows.

        Two frames, a row a group and a column a window: the sum of weight times percent, and of the weight.
        Their quotient is the mean duty, days counted the same; a weight of 0 is a group that no line of the
        schedule stands for then.

        `weights`, `column`: as `averages` takes them; `by`: columns of the weights; `windows`: first and last
        day of each, within the days covered.
        """
        groups = weights.groupby(list(by), sort=True)
        names, group = groups.size().index, groups.ngroup().to_numpy()
        at, row = self._rows(*self._groups_of(weights))
        starts, ends = (self._offset(weights[name])[at] for name in ("valid_from", "valid_to"))
        starts = np.maximum(self._bounds["valid_from"][row], starts)
        ends = np.minimum(self._bounds["valid_to"][row], ends)
        shares, claims = _shares_of(weights)
        added, weight = shares[at] * self._values(column)[row], shares[at]
        if claims is not None:
            added += claims[at] * self._values(_CLAIMING.get(column, column))[row]
            weight = weight + claims[at]
        found: dict[date, tuple[np.ndarray, np.ndarray]] = {}
        for first, last in windows:
            low, high = (first - self.first).days, (last - self.first).days + 1
            days = np.maximum(np.minimum(ends, high) - np.maximum(starts, low), 0)
            live = np.flatnonzero(days)
            whose, days = group[at[live]], days[live]
            found[first] = (
                np.bincount(whose, days * added[live], len(names)),
                np.bincount(whose, days * weight[live], len(names)),
            )
        return (
            pd.DataFrame({first: pair[0] for first, pair in found.items()}, index=names),
            pd.DataFrame({first: pair[1] for first, pair in found.items()}, index=names),
        )

    def on(self, day: date, origin: str) -> pd.DataFrame:
        """Return `code`, `rate_pct` and `claimed_pct` of all products of one origin on a day."""
        product = self.products["product_group"].to_numpy().astype(np.int64)
        at, row = self._rows(product, np.full(len(product), self._origin_group[origin]))
        offset = (day - self.first).days
        live = (self._bounds["valid_from"][row] <= offset) & (offset < self._bounds["valid_to"][row])
        at, row = at[live], row[live]
        rates = {name: self._values(name)[row] for name in ("rate_pct", "claimed_pct")}
        return pd.DataFrame({"code": self.products["code"].to_pandas().to_numpy()[at], **rates})

    def spans(self) -> pd.DataFrame:
        """Return the products as `trade.weights` spreads trade over them, with their days in the schedule."""
        found = self.totals.group_by("product_group", use_threads=False).aggregate(
            [("valid_from", "min"), ("valid_to", "max")]
        )
        days = found.to_pandas().set_index("product_group").set_axis(["valid_from", "valid_to"], axis=1)
        return self.products.to_pandas().join(days, "product_group", "inner").drop(columns="product_group")

    def write(self, folder: Path) -> None:
        """Write `products.parquet`, `origins.parquet`, `totals.parquet` and `gaps.parquet`, byte-stable.

        Raises `DataError` as `check_folder`.
        """
        check_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "importer": self.importer,
            "first": self.first.isoformat(),
            "end": self.end.isoformat(),
            "ledger_hash": self.ledger_hash,
        }
        for name in _TABLES:
            write_with_facts(
                getattr(self, name), facts, folder / f"{name}.parquet", row_group_size=_ROW_GROUP
            )

    @cached_property
    def _product_group(self) -> dict[str, int]:
        return dict(zip(*(self.products[name].to_pylist() for name in PRODUCTS.names[::2]), strict=True))

    @cached_property
    def _origin_group(self) -> dict[str, int]:
        return dict(zip(*(self.origins[name].to_pylist() for name in ORIGINS.names), strict=True))

    @cached_property
    def _starts(self) -> np.ndarray:
        """First row of each pair of product group and origin group, then the count of rows."""
        count = self.products.num_rows and max(self._product_group.values()) + 1
        place = self.totals["product_group"].to_numpy().astype(np.int64) * self._width
        place += self.totals["origin_group"].to_numpy()
        return np.searchsorted(place, np.arange(count * self._width + 1)).astype(np.int64)

    @cached_property
    def _width(self) -> int:
        return max(self._origin_group.values(), default=-1) + 1

    def _rows(self, product: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of pairs of groups: the position of the pair, and the row."""
        pair = product * self._width + place
        start, count = self._starts[pair], self._starts[pair + 1] - self._starts[pair]
        return runs(start, count)

    def _groups_of(self, weights: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return the groups of product and origin of each row of some weights."""
        products = weights["code"].map(self._product_group).to_numpy(dtype=np.int64)
        return products, weights["origin"].map(self._origin_group).to_numpy(dtype=np.int64)

    def _values(self, column: str) -> np.ndarray:
        """Return a column of `totals` as floats."""
        if column not in self._floats:
            self._floats[column] = self.totals[column].cast(pa.float64()).to_numpy()
        return self._floats[column]

    @cached_property
    def _floats(self) -> dict[str, np.ndarray]:
        return {}

    @cached_property
    def _bounds(self) -> dict[str, np.ndarray]:
        """First and end day of each row, counted from the first of the panel."""
        zero = np.datetime64(self.first, "D")
        return {
            name: (self.totals[name].to_numpy().astype("datetime64[D]") - zero).astype(np.int64)
            for name in ("valid_from", "valid_to")
        }

    def _offset(self, days: pd.Series) -> np.ndarray:
        """Return days counted from the first of the panel."""
        of = {day: day.toordinal() - self.first.toordinal() for day in days.unique()}
        return days.map(of).to_numpy(dtype=np.int64)


_CLAIMING = {"rate_pct": "claimed_pct"}
"""The column that takes the place of another where a preference is claimed."""


def _shares_of(weights: pd.DataFrame) -> tuple[np.ndarray, np.ndarray | None]:
    """Return weights as floats: without a claim, and with one where the weights tell."""
    claims = weights["claimed_share"].to_numpy(dtype=float) if "claimed_share" in weights else None
    return weights["share"].to_numpy(dtype=float), claims


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than a panel: it is left as it is.

    Raises `DataError` if it is a file, or neither empty nor a panel.
    """
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    is_panel = {f"{name}.parquet" for name in _TABLES if name != "gaps"} <= found
    if folder.is_file() or (found and not is_panel):
        raise DataError("there is something else in this place", remedy="name a new folder", file=folder)


def build_origin_panel(
    ledger: Ledger,
    importer: str = "USA",
    first: date = FIRST_DAY,
    last: date | None = None,
    origins: Sequence[str] = (),
    *,
    is_bounded: bool = False,
) -> OriginPanel:
    """Build the panel of all origins from the ledger.

    `ledger`: the law; an edited ledger gives the panel of a scenario; `importer`: ISO3; `first`, `last`:
    first and last day covered; to `law_asof` if not given; `origins`: only these, ISO3; every origin that the
    ledger speaks for if none is named; `is_bounded`: with bounds, which takes a fifth longer.
    """
    end = end_of(ledger, first, last)
    with uncollected():
        grid = grid_of(ledger, importer, first, end, origins, is_bounded=is_bounded)
    products, places, totals = _tables(grid, end)
    if not is_bounded:
        totals = totals.drop_columns(list(BOUNDS))
    gaps = _gaps(ledger, importer, places["origin"].to_pylist(), first, end)
    return OriginPanel(importer, first, end, products, places, totals, ledger.ledger_hash, gaps)


def _gaps(ledger: Ledger, importer: str, origins: Sequence[str], first: date, end: date) -> pa.Table:
    """Return what the ledger does not hold of each origin on the days from one to the day before another."""
    rows = []
    for gap in (gap for gap in ledger.gaps if gap.importer == importer):
        for member in ledger.members_of[gap.origin_set]:
            start = max(gap.valid_from, member.valid_from, first)
            until = min(gap.valid_to, member.valid_to, end)
            named = origins if member.iso3 == ANY_ORIGIN else [member.iso3]
            if start < until:
                rows += [(origin, start, until, gap.what, gap.citation) for origin in named]
    known = set(origins)
    kept = sorted(row for row in rows if row[0] in known)
    return pa.table([[row[at] for row in kept] for at in range(len(GAPS))], schema=GAPS)


def _tables(grid: Grid, end: date) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return the products, the origins and the totals of a grid."""
    products = [
        [product.code for product in grid.products],
        [product.is_line for product in grid.products],
        grid.product_group,
    ]
    shape = grid.course.shape
    course = grid.course.ravel()
    count = grid.starts[course + 1] - grid.starts[course]
    pair, step = runs(grid.starts[course], count)
    until = np.append(grid.day[1:], 0)
    until[grid.starts[1:] - 1] = end.toordinal()
    kept = grid.outcome[step] != ABSENT
    pair, step = pair[kept], step[kept]
    outcome = pa.array(grid.outcome[step])
    epoch = date(1970, 1, 1).toordinal()
    totals = {
        "product_group": pa.array((pair // shape[1]).astype(np.int32)),
        "origin_group": pa.array((pair % shape[1]).astype(np.int32)),
        "valid_from": pa.array((grid.day[step] - epoch).astype(np.int32)).cast(pa.date32()),
        "valid_to": pa.array((until[step] - epoch).astype(np.int32)).cast(pa.date32()),
    }
    for name, values in zip(TOTALS.names[4:], zip(*grid.totals, strict=True), strict=True):
        totals[name] = pa.array(values, TOTALS.field(name).type).take(outcome)
    return (
        pa.table(products, schema=PRODUCTS),
        pa.table([list(grid.origins), grid.origin_group], schema=ORIGINS),
        pa.table(totals, schema=TOTALS),
    )


def read_origin_panel(folder: Path, ledger: Ledger | None = None) -> OriginPanel:
    """Read the panel of all origins that `OriginPanel.write` wrote.

    `folder`: where it wrote; `ledger`: the law that the panel must be of; any if not given.

    Raises `DataError` if a file is missing, or the panel is of another state of the law.
    """
    tables = {}
    for name in _TABLES:
        path = folder / f"{name}.parquet"
        if not path.is_file():
            remedy = "run `trucewatch build inputs`, or `trucewatch panel FOLDER`"
            raise DataError("the panel of all origins is not there", remedy=remedy, file=path)
        with whole_parquet(path, "delete it and write the panel again"):
            tables[name] = pq.read_table(path)
    facts = read_facts(tables["totals"])
    check_law("panel was", facts["ledger_hash"], ledger, "run `trucewatch build inputs`", folder)
    return OriginPanel(
        facts["importer"],
        date.fromisoformat(facts["first"]),
        date.fromisoformat(facts["end"]),
        **{name: table.replace_schema_metadata() for name, table in tables.items()},
        ledger_hash=facts["ledger_hash"],
    )
