"""The purchase promise of Phase One: what was promised, what was bought, on both readings of the base.

The agreement of January 2020 (chapter 6, annex 6.1) promises purchases over a base, the trade of 2017, and
does not print the base. Two readings are in use: PIIE's, which holds civilian aircraft, and the plain list of
annex headings, which misses them because US statistics file aircraft under a code of their own. All amounts
are billions of US dollars.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import pandas as pd

from trucewatch.errors import DataError

Base = Literal["piie", "product_list"]
Season = Literal["seasonal", "equal"]

#: Goods categories of annex 6.1 in the annex's order; services have no table of purchases.
GOODS = ("manufactured goods", "agriculture", "energy")
SERVICES = "services"
BASE_YEAR = 2017
YEARS = (2020, 2021)
#: Schedule B files civilian aircraft, their engines and parts here; annex 6.1 names heading 8802.
AIRCRAFT_HS6 = "880000"
_BASE_COLUMN = {"piie": "baseline_2017_piie_bn_usd", "product_list": "baseline_2017_product_list_bn_usd"}
_WHOLE, _BOTH_YEARS = "all goods and services", "2020-21"
_BILLION = 1e9


def cell(frame: pd.DataFrame, row: object, column: str) -> float:
    """Return one number of a table."""
    return float(line(frame, row)[column])


def line(frame: pd.DataFrame, row: object) -> Any:
    """Return one row of a table."""
    return frame.loc[row]  # type: ignore[call-overload]


def promises(commitments: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Return what was promised of each goods category.

    By category: `base` (a year), `added_2020`, `added_2021`, `promised_2020`, `promised_2021`, and `added`,
    `promised` (both years).

    `commitments`: the table `phase_one_commitments`; `base`: which reading of the trade of 2017 the additions
    stand on.
    """
    rows = commitments.set_index("category").reindex(GOODS)
    column = _BASE_COLUMN[base]
    _refuse_missing(rows[[column, "added_2020_bn_usd", "added_2021_bn_usd"]], "phase_one_commitments")
    found = pd.DataFrame({"base": rows[column]})
    for year in YEARS:
        found[f"added_{year}"] = rows[f"added_{year}_bn_usd"]
        found[f"promised_{year}"] = found["base"] + found[f"added_{year}"]
    found["added"] = sum(found[f"added_{year}"] for year in YEARS)
    found["promised"] = sum(found[f"promised_{year}"] for year in YEARS)
    return found


def monthly_purchases(exports: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Return US exports of each goods category by month.

    On PIIE's reading civilian aircraft count as manufactured goods, as they do in its base.

    Months by category, and `not covered`.

    `exports`: the table `us_exports_hs6_monthly`; `base`: reading of the base.
    """
    category = exports["phase_one_category"]
    if base == "piie":
        category = category.mask(exports["hs6"] == AIRCRAFT_HS6, "manufactured goods")
    table = exports.assign(category=category).pivot_table(
        index="month", columns="category", values="value_usd", aggfunc="sum"
    )
    for name in GOODS:
        if name not in table:
            raise DataError(
                "a category of the promise has no exports in any month",
                remedy="rebuild the clean tables",
                file="us_exports_hs6_monthly",
                column="phase_one_category",
                value=name,
            )
    return table.reindex(columns=[*GOODS, "not covered"]).fillna(0) / _BILLION


def aircraft(exports: pd.DataFrame) -> pd.Series:
    """Return US exports of civilian aircraft by calendar year, for years with all twelve months."""
    months = exports.groupby(exports["month"].dt.year)["month"].nunique()
    flown = exports[exports["hs6"] == AIRCRAFT_HS6]
    by_year = flown.groupby(flown["month"].dt.year)["value_usd"].sum() / _BILLION
    return by_year[by_year.index.isin(months.index[months == 12])]


def purchases(annual: pd.DataFrame, base: Base, planes: pd.Series) -> pd.DataFrame:
    """Return what was bought of each goods category in the two years of the promise.

    By category: `bought_2020`, `bought_2021`, `bought`, and `is_floor`, true where a part of the promise is
    missing from the table, so that more was bought than the number says.

    - `annual`: the table `phase_one_exports_annual`, matched on four-digit headings
    - `base`: reading of the base. On PIIE's, aircraft are added for the years that `planes` knows.
    - `planes`: exports of civilian aircraft by year (`aircraft`)
    """
    table = annual.pivot_table(index="category", columns="year", values="value_usd", aggfunc="sum") / _BILLION
    missing = [year for year in YEARS if year not in table]
    if missing:
        raise DataError(
            "a year of the promise is missing",
            remedy="rebuild the clean tables from a source that holds it",
            file="phase_one_exports_annual",
            column="year",
            value=missing[0],
        )
    found = pd.DataFrame({f"bought_{year}": table[year].reindex(GOODS) for year in YEARS})
    _refuse_missing(found, "phase_one_exports_annual")
    found["is_floor"] = False
    if base == "piie":
        made = found.index == "manufactured goods"
        for year in YEARS:
            found[f"bought_{year}"] += made * float(planes.get(year, 0.0))
        found["is_floor"] = made & any(year not in planes for year in YEARS)
    found.insert(2, "bought", sum(found[f"bought_{year}"] for year in YEARS))
    return found


def scorecard(promised: pd.DataFrame, bought: pd.DataFrame) -> pd.DataFrame:
    """Set what was bought against what was promised, for each goods category and for all goods.

    By category and `all goods`: `base` (two years), `promised`, `bought`, `share_met` (bought over promised),
    `added`, `added_bought` (bought less two years of the base), `added_met` (its share of `added`) and
    `is_floor`.
    """
    sums = promised[["base", "promised", "added"]].join(bought[["bought", "is_floor"]])
    sums["base"] *= len(YEARS)
    whole = sums.drop(columns="is_floor").sum().rename("all goods")
    table = pd.concat([sums, whole.to_frame().T])
    table["is_floor"] = [*sums["is_floor"], bool(sums["is_floor"].any())]
    numbers = ["base", "promised", "added", "bought"]
    table[numbers] = table[numbers].astype(float)
    table["share_met"] = table["bought"] / table["promised"]
    table["added_bought"] = table["bought"] - table["base"]
    table["added_met"] = table["added_bought"] / table["added"]
    table.index.name = "category"
    return table[
        ["base", "promised", "bought", "share_met", "added", "added_bought", "added_met", "is_floor"]
    ]


class Whole(NamedTuple):
    """The whole promise, services included, as PIIE counts it; billions of US dollars, two years."""

    promised: float
    bought: float
    added: float

    @property
    def share_met(self) -> float:
        """Share of the promise that was bought."""
        return self.bought / self.promised

    @property
    def base(self) -> float:
        """Two years of the base: the promise less its additions."""
        return self.promised - self.added

    @property
    def added_bought(self) -> float:
        """What was bought over the base; below zero if less."""
        return self.bought - self.base


def whole(outcomes: pd.DataFrame, commitments: pd.DataFrame) -> Whole:
    """Return PIIE's count of the whole promise: no table here holds services.

    `outcomes`, `commitments`: the tables `phase_one_outcomes` and `phase_one_commitments`.
    """
    row = outcomes[(outcomes["category"] == _WHOLE) & (outcomes["period"] == _BOTH_YEARS)]
    if len(row) != 1 or row[["commitment_bn_usd", "purchased_bn_usd"]].isna().any(axis=None):
        problem = f"no row {_WHOLE!r} of {_BOTH_YEARS} with promise and purchases"
        remedy = "restore PIIE's total in data/sources/piie/phase_one_outcomes.csv"
        raise DataError(problem, remedy=remedy, file="phase_one_outcomes")
    return Whole(
        promised=float(row["commitment_bn_usd"].iloc[0]),
        bought=float(row["purchased_bn_usd"].iloc[0]),
        added=float(commitments["added_total_bn_usd"].sum()),
    )


def printed_share(outcomes: pd.DataFrame, category: str) -> float:
    """Return the share of a promise that PIIE prints as bought, a fraction."""
    row = outcomes[(outcomes["category"] == category) & (outcomes["period"] == _BOTH_YEARS)]
    if len(row) != 1 or row["fulfilment_pct"].isna().any():
        problem = "no share printed for this category"
        remedy = f"one of {', '.join(sorted(outcomes['category'].unique()))}"
        raise DataError(problem, remedy=remedy, file="phase_one_outcomes", column="category", value=category)
    return float(row["fulfilment_pct"].iloc[0]) / 100


def services_promise(total: Whole, commitments: pd.DataFrame) -> float:
    """Return the promise of services over two years: the whole less goods on PIIE's base."""
    return total.promised - float(promises(commitments, "piie")["promised"].sum())


def rolling_year(purchased: pd.DataFrame) -> pd.DataFrame:
    """Return sums over the twelve months that end in each month."""
    return purchased[list(GOODS)].rolling(12).sum().dropna()


def first_year(purchased: pd.DataFrame, promised: pd.DataFrame, season: Season) -> pd.DataFrame:
    """Set purchases of the first year against the promise of that year, spread over its months.

    The agreement sets targets for years only; the spread is an aid to reading, as in PIIE's tracker.

    By `category` and `month`: `bought`, `promised` and both summed from January on (`…_so_far`), with
    `share_so_far`.

    `purchased`: `monthly_purchases`; `promised`: `promises`; `season`: `seasonal` spreads each target like
    the category's trade of 2017, `equal` in twelfths.
    """
    year = YEARS[0]
    rows = []
    for category in GOODS:
        months: Any = purchased.loc[str(year), category]
        if len(months) != 12:
            problem = f"{len(months)} months of {year}; twelve are wanted"
            remedy = "rebuild the clean tables from a source that holds the year"
            raise DataError(problem, remedy=remedy, file="us_exports_hs6_monthly", column="month")
        pattern: Any = purchased.loc[str(BASE_YEAR), category]
        weights = pattern.to_numpy() / pattern.sum() if season == "seasonal" else 1 / 12
        table = pd.DataFrame(
            {"bought": months, "promised": cell(promised, category, f"promised_{year}") * weights}
        )
        table[["bought_so_far", "promised_so_far"]] = table[["bought", "promised"]].cumsum()
        table["share_so_far"] = table["bought_so_far"] / table["promised_so_far"]
        rows.append(table.rename_axis("month").reset_index().assign(category=category))
    found = pd.concat(rows, ignore_index=True)
    return found[
        ["category", "month", "bought", "promised", "bought_so_far", "promised_so_far", "share_so_far"]
    ]


def import_base(imports: pd.DataFrame, products: pd.DataFrame) -> pd.Series:
    """Return the base on China's own count: its imports of 2017 of the goods annex 6.1 names, by category.

    Codes of annex 6.1 with more than six digits are US tariff lines: they match China's lines on six digits.

    `imports`, `products`: the tables `china_imports_from_us_hs8` and `phase_one_products`.
    """
    found = {}
    for category in GOODS:
        codes = products.loc[products["category"] == category, "code"].str[:6]
        covered = imports["hs8"].str[:4].isin(codes) | imports["hs8"].str[:6].isin(codes)
        found[category] = float(imports.loc[covered, "value_usd"].sum()) / _BILLION
    return pd.Series(found, name="base")


def part_promise(part_base: float, promised: pd.Series) -> float:
    """Return the promise of a part of a category, both years, if all parts were to grow alike.

    The annex promises categories only; PIIE spreads a category's promise in this way.

    `part_base`: trade of the part in 2017; `promised`: the category's row of `promises`.
    """
    return part_base * float(promised["promised"] / promised["base"])


def sub_category(annual: pd.DataFrame, name: str) -> pd.Series:
    """Return exports of one sub-category of the annex by year."""
    rows = annual[annual["sub_category"] == name]
    return rows.set_index("year")["value_usd"] / _BILLION


def checked_numbers(
    commitments: pd.DataFrame,
    outcomes: pd.DataFrame,
    annual: pd.DataFrame,
    exports: pd.DataFrame,
    china_imports: pd.DataFrame,
    products: pd.DataFrame,
) -> dict[str, float | pd.Series]:
    """Return what the rows of the report in data/benchmarks/published.csv are held against.

    The published figures rest on a stated base, so the report's parameters do not move these numbers.
    """
    piie, listed = promises(commitments, "piie"), promises(commitments, "product_list")
    card = scorecard(piie, purchases(annual, "piie", aircraft(exports)))
    total = whole(outcomes, commitments)
    vehicles = sub_category(annual, "Vehicles")
    promised_vehicles = part_promise(float(vehicles[BASE_YEAR]), line(piie, "manufactured goods"))
    year = YEARS[0]
    billions = {
        "added": total.added,
        "bought_over_base": total.added_bought,
        "exports_target": float(piie[f"promised_{year}"].sum()),
        "listed_exports_target": float(listed[f"promised_{year}"].sum()),
        "imports_target": float(import_base(china_imports, products).sum() + piie[f"added_{year}"].sum()),
    }
    months = _BILLION * monthly_purchases(exports, "product_list")
    return {
        **{f"{name}_usd": _BILLION * value for name, value in billions.items()},
        **{f"{_key(name)}_met_pct": 100 * share for name, share in card["share_met"].items()},
        "vehicles_met_pct": 100 * float(sum(vehicles[year] for year in YEARS)) / promised_vehicles,
        "total_met_pct": 100 * total.share_met,
        **{f"exports_of_{_key(name)}_usd": of_one for name, of_one in months.items()},
        "exports_of_all_goods_usd": months[list(GOODS)].sum(axis=1),
    }


def _key(category: object) -> str:
    return str(category).replace(" ", "_")


def _refuse_missing(frame: pd.DataFrame, table: str) -> None:
    for column in frame:
        if frame[column].isna().any():
            raise DataError(
                "no value for a category of the promise",
                remedy="restore the row in the source table",
                file=table,
                row=frame.index[frame[column].isna()][0],
                column=column,
            )
