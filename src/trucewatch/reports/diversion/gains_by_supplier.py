"""Who sold more where China sold less: imports by heading and supplier, other causes told apart.

Sums over all headings are swamped by trade that moved for reasons of its own. `CAUSES` names that trade; what
it leaves is where a gain may be China's loss. No more than may: a gain in the same heading is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from trucewatch.errors import DataError
from trucewatch.reports.diversion.measures import (
    NO_RISE,
    ORIGIN,
    balanced,
    bin_labels,
    by_bin,
    is_loss,
    replacement,
)

VEHICLES, ELECTRONICS = "vehicles", "computers, telephones and chips"
#: Trade that moved for reasons of its own: headings or chapters by cause. The choice is ours.
CAUSES: dict[str, tuple[str, ...]] = {
    ELECTRONICS: ("8471", "8473", "8517", "8523", "8541", "8542"),
    "gold": ("7108", "7115"),
    "medicines": ("2937", "30"),
    "goods returned, low value, not classified": ("98", "99"),
}
OTHER_GOODS = "all other goods"
REASONS = {
    ELECTRONICS: "exempt from the general duties of 2025 and 2026 for all origins or "
    "most; servers for artificial intelligence",
    "gold": "shipped to New York in early 2025 and back",
    "medicines": "stocked up in spring 2025 before a duty that was announced",
    "goods returned, low value, not classified": "no product, or not counted as one",
}


def cause_of(headings: pd.Series) -> pd.Series:
    """Return the cause of each heading, `OTHER_GOODS` where it has none."""
    found = pd.Series(OTHER_GOODS, index=headings.index, dtype="str")
    for cause, codes in CAUSES.items():
        found = found.mask(headings.str.startswith(codes), cause)
    return found


def changes(table: pd.DataFrame) -> pd.DataFrame:
    """Return the change of imports by heading and supplier between the two years of a table.

    Columns: `hs4`, `partner_iso3`, `base_usd`, `value_usd`, `change_usd`, `cause`; every heading has every
    supplier, zeros included.

    `table`: `us_imports_hs4_2026`: the same months of two years, all headings of some suppliers.

    Raises `DataError` if the table has not two years.
    """
    years = sorted(table["year"].unique())
    if len(years) != 2:
        raise DataError("two years are compared", value=years, remedy="restore the bundled table")
    sums = balanced(table.groupby(["hs4", "partner_iso3", "year"])["general_imports_usd"].sum())
    found = pd.DataFrame(
        {
            name: sums.xs(year, level="year")
            for name, year in zip(("base_usd", "value_usd"), years, strict=True)
        }
    )
    found["change_usd"] = found["value_usd"] - found["base_usd"]
    found = found.reset_index()
    return found.assign(cause=cause_of(found["hs4"]))


def fell(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the headings in which China sold less."""
    own = moved[(moved["partner_iso3"] == ORIGIN) & (moved["change_usd"] < 0)]
    return moved[moved["hs4"].isin(own["hs4"])]


def by_cause(moved: pd.DataFrame) -> pd.DataFrame:
    """Return, by cause, what China lost where it sold less, and the change of all others there.

    Columns: `cause`, `headings` (their number), `loss_usd`, `gain_usd`, `ratio`; the causes in their order,
    all other goods first.
    """
    rows = fell(moved)
    is_origin = rows["partner_iso3"] == ORIGIN
    found = pd.DataFrame(
        {
            "headings": rows[is_origin].groupby("cause")["hs4"].nunique(),
            "loss_usd": -rows[is_origin].groupby("cause")["change_usd"].sum(),
            "gain_usd": rows[~is_origin].groupby("cause")["change_usd"].sum(),
        }
    )
    found = found.reindex([name for name in (OTHER_GOODS, *CAUSES) if name in found.index])
    found["ratio"] = found["gain_usd"] / found["loss_usd"].where(is_loss(found["loss_usd"]))
    return found.rename_axis("cause").reset_index()


def gainers(moved: pd.DataFrame) -> pd.Series:
    """Return the change by supplier in the other goods, where China sold less, US dollars."""
    rows = fell(moved)
    sums = rows[rows["cause"] == OTHER_GOODS].groupby("partner_iso3")["change_usd"].sum()
    return sums.sort_values(ascending=False, kind="stable")


def by_heading(moved: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return each heading in which China sold less, with who sold more of it.

    Columns: `hs4`, `cause`, `loss_usd`, `gain_usd` (change of all others), `ratio`, `base_share` and `share`
    (of China among all of the table), `took` (the three largest gains in words, billions of US dollars);
    largest loss first.

    `moved`: as `changes` returns it; `names`: reader's name by supplier.
    """
    rows = fell(moved)
    whole = rows.groupby("hs4")[["base_usd", "value_usd", "change_usd"]].sum()
    own = rows[rows["partner_iso3"] == ORIGIN].set_index("hs4")
    others = rows[(rows["partner_iso3"] != ORIGIN) & (rows["change_usd"] > 0)]
    top = others.sort_values("change_usd", ascending=False, kind="stable").groupby("hs4").head(3)
    said = top["partner_iso3"].map(names) + " " + (top["change_usd"] / 1e9).map("{:+.2f}".format)
    found = pd.DataFrame({"cause": own["cause"], "loss_usd": -own["change_usd"]})
    found["gain_usd"] = whole["change_usd"] + found["loss_usd"]
    found["ratio"] = found["gain_usd"] / found["loss_usd"]
    found["base_share"] = own["base_usd"] / whole["base_usd"]
    found["share"] = (own["value_usd"] / whole["value_usd"].where(whole["value_usd"] > 0)).fillna(0.0)
    found["took"] = said.groupby(top["hs4"]).agg(", ".join)
    found["took"] = found["took"].fillna("nobody")
    return found.sort_values("loss_usd", ascending=False, kind="stable").reset_index()


def since_base(totals: pd.DataFrame, first: str, last: pd.Timestamp, base_year: int) -> pd.DataFrame:
    """Return imports by supplier over some months, against the same months of a base year.

    By `partner_iso3`: `base_usd`, `value_usd`, `change_usd`; groups but the world left out.

    `totals`: `us_imports_monthly`; `first`: first month, YYYY-MM; `last`: last month, of the same year;
    `base_year`: year whose same months are the base.

    Raises `DataError` if the base year has not all of the months.
    """
    keep = totals[~totals["is_aggregate"] | (totals["partner_iso3"] == "WLD")]
    start = pd.Timestamp(first)
    back = pd.DateOffset(years=start.year - base_year)
    spans = {"base_usd": (start - back, last - back), "value_usd": (start, last)}
    found = pd.DataFrame(
        {
            name: keep[keep["month"].between(*span)].groupby("partner_iso3")["general_imports_usd"].sum()
            for name, span in spans.items()
        }
    )
    months = [keep.loc[keep["month"].between(*span), "month"].nunique() for span in spans.values()]
    if months[0] != months[1]:
        raise DataError(
            f"{base_year} has {months[0]} of the {months[1]} months from {first} on",
            remedy="choose a base year, or months, that the table of partners holds",
        )
    found["change_usd"] = found["value_usd"] - found["base_usd"]
    return found


def replaced_apart(
    table: pd.DataFrame, edges: Sequence[float], base_year: int, least_usd: float
) -> pd.DataFrame:
    """Return loss and gain by rise of the duty, with goods that moved for reasons of their own apart.

    Vehicles pay a duty of their own from everyone; computers, telephones and chips were exempt from the
    general duties for everyone. Both swamp the sum of a bin.

    Columns: `bin`, `goods` (`all goods`, `all goods but vehicles`, `vehicles`, `computers, telephones and
    chips`, `all other goods`), `loss_usd`, `gain_usd`, `ratio` (empty without a loss).

    `table`, `edges`, `base_year`, `least_usd`: as `measures.by_bin` takes them.
    """
    is_vehicle = table["family"].str.startswith("87")
    is_electronic = table["family"].str.startswith(CAUSES[ELECTRONICS])
    parts = {
        "all goods": table,
        "all goods but vehicles": table[~is_vehicle],
        VEHICLES: table[is_vehicle],
        ELECTRONICS: table[is_electronic],
        OTHER_GOODS: table[~is_vehicle & ~is_electronic],
    }
    rows = [
        replacement(by_bin(part, edges, base_year, least_usd)).assign(goods=name)
        for name, part in parts.items()
        if len(part)
    ]
    found = pd.concat(rows, ignore_index=True)
    order = {name: place for place, name in enumerate([*bin_labels(edges), NO_RISE])}
    found["ratio"] = found["ratio"].where(is_loss(found["loss_usd"]))
    found = found.sort_values("bin", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return found[["bin", "goods", "loss_usd", "gain_usd", "ratio"]]


def weighty(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `replaced_apart` in which at least a hundredth of China's loss moved, duty known."""
    whole = table.loc[table["goods"] == "all goods", "loss_usd"].abs().sum()
    moved = table[["loss_usd", "gain_usd"]].abs().max(axis=1)
    kept = table[(table["bin"] != NO_RISE) & (moved >= whole / 100)]
    return kept[kept["goods"] != "all goods but vehicles"].reset_index(drop=True)
