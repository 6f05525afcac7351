"""Weight sets: what an average duty is weighted by, and how old codes of trade find today's lines.

A weight set gives every product of a panel a share of trade, for each edition of the schedule, so that a
change of codes between two editions moves no average by itself. What finds no line is counted, never dropped
in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise

import numpy as np
import pandas as pd

from trucewatch.duty.panel import Panel
from trucewatch.errors import DataError, check_choice
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger
from trucewatch.ledger.origins import EU, eu_members
from trucewatch.ledger.schema import SPECIAL_CHAPTERS

IMPORTS_2024, IMPORTS_2017, SIMPLE = "imports_2024", "imports_2017", "simple"
WEIGHTS = (IMPORTS_2024, IMPORTS_2017, SIMPLE)

CONCORDANCE = "hs6_2022_2017"
TRADE_2024 = "us_imports_hs10_partner_annual"
"""Clean table of US imports and duty collected by number and partner."""

IN_UNION = ("SVK",)
"""Members of the Union that the table also lists alone: their trade is in the Union's row."""

#: Table, column of codes and column of values behind each weight set.
SOURCES = {
    ("USA", IMPORTS_2024): (TRADE_2024, "hs10", "value_usd"),
    ("USA", IMPORTS_2017): ("us_trade_hs6_annual", "hs6", "cif_value_usd"),
    ("CHN", IMPORTS_2024): ("china_imports_from_us_hs6", "hs6", "value_usd"),
    ("CHN", IMPORTS_2017): ("china_imports_from_us_hs8", "hs8", "value_usd"),
}
DEFINITIONS = {
    ("USA", IMPORTS_2024): "US imports for consumption from China in 2024 by HTS10, customs value (Census)",
    (
        "USA",
        IMPORTS_2017,
    ): "US imports from China in 2017 by HS6, cost, insurance and freight included (UN Comtrade)",
    ("USA", SIMPLE): "every eight-digit line of the US schedule in force counts the same",
    (
        "CHN",
        IMPORTS_2024,
    ): "China's imports from the US in 2024 by HS6 (GACC), inside a subheading by the lines of 2017 (PIIE)",
    ("CHN", IMPORTS_2017): "China's imports from the US in 2017 by HS8 (PIIE)",
    ("CHN", SIMPLE): "every line of the Chinese schedule counts the same",
}


@dataclass(frozen=True)
class WeightSet:
    """Shares of trade by product.

    - `name`, `importer`, `definition`: which weights, whose imports, and what they are
    - `shares`: `code` (a product of the panel), `valid_from`, `valid_to` (an edition of the schedule,
      half-open) and `share` of the weight of that edition that found a line; they add up to 1 in each edition
    - `matching`: `valid_from`, `valid_to`, `method` and `share` of all weight: `direct` (the code is a
      product), `line` (its line is), `family` (spread evenly over the lines it contains), `concorded` (spread
      evenly over the lines its six digits had in the other edition of the Harmonized System), `none`. They
      add up to 1.
    - `value_usd`, `outside_usd`: trade behind the weights, and trade of chapters 98 and 99 left outside; None
      for simple weights.
    """

    name: str
    importer: str
    definition: str
    shares: pd.DataFrame
    matching: pd.DataFrame
    value_usd: float | None = None
    outside_usd: float | None = None


def weight_set(
    name: str,
    panel: Panel,
    tables: Mapping[str, pd.DataFrame],
    products: Sequence[str] = (),
    partner: str | None = None,
) -> WeightSet:
    """Build a weight set for the products of a panel.

    Raises `ParameterError` if there is no such weight set; `DataError` if the trade behind it is empty.

    - `name`: `imports_2024`, `imports_2017` or `simple`
    - `panel`: the panel whose products get the weights
    - `tables`: clean tables by name, as `SOURCES` and `CONCORDANCE` name them; simple weights need none
    - `products`: only trade in codes that start so, for a panel cut by `Panel.only`; all if empty
    - `partner`: whose trade weighs, as the tables name it; the origin of the panel if not given
    """
    check_choice("weights", name, WEIGHTS)
    lines = products_of(panel)
    definition = DEFINITIONS[panel.importer, name]
    partner = partner or panel.origin
    if partner != DEFAULT_ORIGIN[panel.importer]:  # the definitions speak of the pair
        definition = definition.replace("from China", f"from {partner}")
    if name == SIMPLE:
        shares, matching = _simple(lines)
        return WeightSet(name, panel.importer, definition, shares, matching)
    values = trade_values(name, panel.importer, partner, tables)
    if products:
        values = values[
            [any(code.startswith(p) or p.startswith(code) for p in products) for code in values.index]
        ]
    inside = values[~values.index.str[:2].isin(SPECIAL_CHAPTERS)]
    if not inside.sum() > 0:
        raise DataError(
            f"no trade with {partner} to weight by: only the largest partners are in it by product",
            remedy="use the weights `simple`",
            file=SOURCES[panel.importer, name][0],
        )
    shares, matching = spread(inside, lines, tables[CONCORDANCE])
    return WeightSet(
        name, panel.importer, definition, shares, matching,
        value_usd=float(inside.sum()), outside_usd=float(values.sum() - inside.sum()),
    )  # fmt: skip


def trade_values(name: str, importer: str, origin: str, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the trade behind a weight set, US$ by code.

    Hong Kong and Macao are in no bundled table of 2017: for them the 2024 and the simple weights exist.
    """
    table, code, value = SOURCES[importer, name]
    frame = tables[table]
    year = int(name[-4:])
    frame = frame[frame["year"] == year]
    if "partner_iso3" in frame:
        frame = frame[frame["partner_iso3"] == (origin if importer == "USA" else importer)]
    if "flow" in frame:
        frame = frame[frame["flow"] == ("imports" if importer == "USA" else "exports")]
    values = frame.groupby(code)[value].sum().astype(float)
    if (importer, name) == ("CHN", IMPORTS_2024):
        return by_line(values, trade_values(IMPORTS_2017, importer, origin, tables))
    return values


def by_line(values: pd.Series, lines: pd.Series) -> pd.Series:
    """Split trade by subheading over longer codes, in proportion to older trade by line.

    `values`, `lines`: trade by code; a subheading without older trade stays whole.
    """
    subheading = pd.Series(lines.index.str[:6], index=lines.index)
    whole = lines.groupby(subheading).transform("sum")
    known = (whole > 0) & (lines > 0) & subheading.isin(values.index)
    split = (lines / whole * subheading.map(values))[known]
    return pd.concat([values[~values.index.isin(subheading[known])], split]).sort_index()


def partner_of(ledger: Ledger, origin: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the partner whose trade weighs the duties on an origin: itself, or the European Union."""
    known = set(tables[TRADE_2024]["partner_iso3"])
    return EU if origin in eu_members(ledger) and origin not in known else origin


def has_trade(name: str, importer: str, origin: str, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Return whether the tables hold trade for a weight set."""
    if name == SIMPLE:
        return True
    return bool(trade_values(name, importer, origin, tables).sum() > 0)


def products_of(panel: Panel) -> pd.DataFrame:
    """Return the products of a panel: `code`, `is_line`, `valid_from`, `valid_to` in the schedule."""
    totals = panel.totals.select(["code", "is_line", "valid_from", "valid_to"])
    found = totals.group_by(["code", "is_line"], use_threads=False).aggregate(
        [("valid_from", "min"), ("valid_to", "max")]
    )
    frame = found.to_pandas().rename(columns={"valid_from_min": "valid_from", "valid_to_max": "valid_to"})
    return frame.sort_values("code", ignore_index=True)


def editions(products: pd.DataFrame) -> list[tuple[date, date]]:
    """Return the intervals in which the set of products stays the same."""
    cuts = sorted(set(products["valid_from"]) | set(products["valid_to"]))
    return list(pairwise(cuts))


def spread(
    values: pd.Series, products: pd.DataFrame, concordance: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spread trade by code over the products of each edition.

    `values`: US$ by code of 6, 8 or 10 digits, chapters 98 and 99 left out; `products`: `code`, `is_line`,
    `valid_from`, `valid_to`; `concordance`: `hs6_2022`, `hs6_2017`.

    Returns `shares`, `matching`: see `WeightSet`.
    """
    kin = _codes_of_other_edition(concordance)
    shares, matching = [], []
    total = float(values.sum())
    for start, end in editions(products):
        live = products[(products["valid_from"] <= start) & (products["valid_to"] >= end)]
        find = _Finder(live, kin)
        by_code: dict[str, float] = {}
        by_method = dict.fromkeys(METHODS, 0.0)
        for code, value in values.items():
            targets, method = find(str(code))
            by_method[method] += value / total
            for target in targets:
                by_code[target] = by_code.get(target, 0.0) + value / len(targets)
        found = sum(by_code.values())
        shares.append(_edition(start, end, "code", {code: by_code[code] / found for code in sorted(by_code)}))
        matching.append(_edition(start, end, "method", by_method))
    return pd.concat(shares, ignore_index=True), pd.concat(matching, ignore_index=True)


def partner_shares(trade: pd.DataFrame, products: pd.DataFrame, concordance: pd.DataFrame) -> pd.DataFrame:
    """Spread the trade of many partners over the products of each edition, as `spread` does that of one.

    Columns: `partner_iso3`, `code`, `valid_from`, `valid_to`, `share`; the shares of a partner add up to 1 in
    each edition.

    `trade`: `partner_iso3`, `code` of 6, 8 or 10 digits, `value_usd`; chapters 98 and 99 are left out;
    `products`, `concordance`: as `spread` takes them.
    """
    kin = _codes_of_other_edition(concordance)
    trade = trade[~trade["code"].str[:2].isin(SPECIAL_CHAPTERS)]
    # names as numbers: a row a partner, code and product of every edition is millions of rows
    whose, partners = pd.factorize(trade["partner_iso3"], sort=True)
    sold, codes = pd.factorize(trade["code"])
    value = trade["value_usd"].to_numpy(dtype=float)
    names = np.array(sorted(products["code"].unique()), dtype=object)
    number = {name: at for at, name in enumerate(names)}
    parts = []
    for start, end in editions(products):
        find = _Finder(products[(products["valid_from"] <= start) & (products["valid_to"] >= end)], kin)
        found = [[number[target] for target in find(code)[0]] for code in codes]
        many = np.array([len(targets) for targets in found])
        targets = np.fromiter(chain.from_iterable(found), dtype=np.int64)
        count = many[sold]
        row = np.repeat(np.arange(len(sold)), count)
        within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        target = targets[(np.cumsum(many) - many)[sold[row]] + within]
        part = pd.Series(value[row] * (1 / count[row]))
        share = part.groupby(whose[row] * len(names) + target).sum()
        partner, product = np.divmod(share.index.to_numpy(), len(names))
        share /= share.groupby(partner).transform("sum")
        parts.append((partner, product, share.to_numpy(), start, end))
    sizes = [len(part[0]) for part in parts]
    days = [np.repeat(np.array([part[at] for part in parts], dtype=object), sizes) for at in (3, 4)]
    return pd.DataFrame(
        {
            "partner_iso3": np.concatenate([partners[part[0]] for part in parts]),
            "code": np.concatenate([names[part[1]] for part in parts]),
            "share": np.concatenate([part[2] for part in parts]),
            "valid_from": days[0],
            "valid_to": days[1],
        }
    )


METHODS = ("direct", "line", "family", "concorded", "none")


class _Finder:
    """Finds the products of one edition that stand for a code of trade."""

    def __init__(self, live: pd.DataFrame, kin: Mapping[str, set[str]]) -> None:
        self._codes = set(live["code"])
        self._lines = sorted(live.loc[live["is_line"], "code"])
        self._sixes: dict[str, list[str]] = {}
        for line in self._lines:
            self._sixes.setdefault(line[:6], []).append(line)
        self._kin = kin

    def __call__(self, code: str) -> tuple[list[str], str]:
        if code in self._codes:
            return [code], "direct"
        for size in range(len(code) - 1, 5, -1):
            if code[:size] in self._codes:
                return [code[:size]], "line"
        family = [line for line in self._sixes.get(code[:6], ()) if line.startswith(code)]
        if family:
            return family, "family"
        six = code[:6]
        kin = [
            line for other in sorted(self._kin.get(six, {six}) | {six}) for line in self._sixes.get(other, ())
        ]
        return (kin, "concorded") if kin else ([], "none")


def _codes_of_other_edition(concordance: pd.DataFrame) -> dict[str, set[str]]:
    """Return the codes of the other edition of the Harmonized System, by code, both ways."""
    kin: dict[str, set[str]] = {}
    for new, old in zip(concordance["hs6_2022"], concordance["hs6_2017"], strict=True):
        kin.setdefault(new, set()).add(old)
        kin.setdefault(old, set()).add(new)
    return kin


def _edition(start: date, end: date, label: str, shares: Mapping[str, float]) -> pd.DataFrame:
    frame = pd.DataFrame({label: list(shares), "share": np.array(list(shares.values()), dtype=float)})
    frame.insert(1, "valid_from", start)
    frame.insert(2, "valid_to", end)
    return frame


def _simple(products: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    shares, matching = [], []
    for start, end in editions(products):
        live = (products["valid_from"] <= start) & (products["valid_to"] >= end) & products["is_line"]
        lines = products.loc[live, "code"]
        shares.append(_edition(start, end, "code", dict.fromkeys(lines, 1 / len(lines))))
        matching.append(_edition(start, end, "method", {**dict.fromkeys(METHODS, 0.0), "direct": 1.0}))
    return pd.concat(shares, ignore_index=True), pd.concat(matching, ignore_index=True)
