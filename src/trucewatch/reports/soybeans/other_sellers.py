"""Who sold soybeans to China instead, what the border paid for them, and what US exporters were left with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trucewatch.answers.lookup import lookup
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger
from trucewatch.trade.soybean_counts import marketing_year, monthly_to, year_start

HS6 = "120190"
#: China's line for soybeans other than seed, the ordinary duty and the waiver, as the ledger names them.
HS8, ORDINARY, WAIVER = "12019019", "CN_MFN", "cn_market_waiver"
ORIGINS = ("USA", "BRA", "ARG")
#: First year of the earlier tariff war, the yardstick for substitution.
EARLIER_WAR = 2018


def by_origin(customs: pd.DataFrame) -> pd.DataFrame:
    """China's soybean imports, months x origins (`USA`, `BRA`, `ARG`), tonnes."""
    table = customs[customs["partner_iso3"].isin(ORIGINS)].pivot_table(
        index="month", columns="partner_iso3", values="quantity_t", aggfunc="sum"
    )
    months = pd.date_range(table.index[0], table.index[-1], freq="MS")
    if len(table) != len(months):
        raise DataError(
            "a month is missing",
            file="china_soybean_imports_monthly",
            column="month",
            value=months[~months.isin(table.index)][0].date(),
            remedy="bring the month in, or end the series before it",
        )
    # Customs lists an origin only when it sold: no row among the months held is no import.
    return table[list(ORIGINS)].fillna(0.0)


def substitution(origins: pd.DataFrame) -> pd.DataFrame:
    """Measure how far Brazil and Argentina replaced what the United States no longer sold.

    Windows: the first year of the earlier tariff war; the newest year to date; the newest run of months in
    which nothing came from the United States. Each against the same months a year before.

    Columns: `window`, `first`, `last` (months), `usa_t`, `bra_t`, `arg_t` (changes on the year before,
    tonnes), `brazil_replaced` (change of Brazil over the fall of the United States; NaN where it did not
    fall), `both_replaced` (Brazil and Argentina).

    `origins`: from `by_origin`.
    """
    last = origins.index[-1]
    windows = [
        ("first year of the earlier tariff war", f"{EARLIER_WAR}-01-01", f"{EARLIER_WAR}-12-01"),
        ("newest year to date", f"{last.year}-01-01", last),
    ]
    idle = origins["USA"].iloc[::-1].cumsum().eq(0).sum()
    if idle:
        windows.append(("newest months without US beans", origins.index[-int(idle)], last))
    rows = []
    for name, start, end in windows:
        months = pd.date_range(start, end, freq="MS")
        before = months - pd.DateOffset(years=1)
        if not (months.isin(origins.index).all() and before.isin(origins.index).all()):
            continue
        change = origins.loc[months].sum() - origins.loc[before].sum()
        fall = -change["USA"] if change["USA"] < 0 else float("nan")
        rows.append(
            {
                "window": name,
                "first": months[0],
                "last": months[-1],
                **{f"{origin.lower()}_t": change[origin] for origin in ORIGINS},
                "brazil_replaced": change["BRA"] / fall,
                "both_replaced": (change["BRA"] + change["ARG"]) / fall,
            }
        )
    return pd.DataFrame(rows)


def net_of_others(exports: pd.DataFrame, base_years: Sequence[str]) -> pd.DataFrame:
    """What China did not take, and what other buyers took more, in the newest marketing year's months.

    Rows `China`, `other destinations`, `all destinations`: `destination`, `norm_t`, `actual_t`, `change_t`,
    `change`; and the months in `first`, `last`.

    `exports`: `us_soybean_exports_monthly`, with the world as `WLD`; `base_years`: marketing years whose same
    months make the norm.
    """
    china, world = monthly_to(exports, "CHN"), monthly_to(exports, "WLD")
    last = world.dropna().index[-1]
    year = marketing_year(last)
    count = (last.year - year_start(year).year) * 12 + last.month - year_start(year).month + 1
    series = {"China": china, "other destinations": world - china, "all destinations": world}
    rows = []
    for name, flow in series.items():
        actual = float(flow[pd.date_range(year_start(year), periods=count, freq="MS")].sum())
        past = [flow[pd.date_range(year_start(base), periods=count, freq="MS")].sum() for base in base_years]
        norm = float(pd.Series(past).mean())
        rows.append((name, norm, actual, actual - norm, actual / norm - 1))
    table = pd.DataFrame(rows, columns=["destination", "norm_t", "actual_t", "change_t", "change"])
    return table.assign(first=year_start(year), last=last)


def unit_value(annual: pd.DataFrame, exports: pd.DataFrame) -> tuple[int, float]:
    """Unit value of US soybeans exported to China, US dollars a tonne, newest year both tables hold whole.

    Returns the year, and free-alongside-ship value over net weight: no market price.

    `annual`: `us_trade_hs6_annual`; `exports`: `us_soybean_exports_monthly`.
    """
    rows = annual[
        (annual["hs6"] == HS6) & (annual["flow"] == "exports") & (annual["partner_iso3"] == "CHN")
    ].set_index("year")["value_usd"]
    china = monthly_to(exports, "CHN")
    for year in sorted(rows.index, reverse=True):
        months = pd.date_range(f"{year}-01-01", periods=12, freq="MS")
        if months.isin(china.dropna().index).all():
            return int(year), float(rows[year] / china[months].sum())
    raise DataError(
        "no calendar year is complete in both tables",
        file="us_trade_hs6_annual",
        column="year",
        value=", ".join(map(str, rows.index)),
        remedy="bring in a year of exports for which all twelve months of tonnes are there",
    )


_LEAST_T = 100_000
"""A month counts in `border_values` only if both origins sold at least this much."""


def border_values(customs: pd.DataFrame) -> pd.DataFrame:
    """Unit values at China's border and the duty handicap at which both beans would have cost the same.

    By `year`: `months` counted, `usa_cny_t`, `bra_cny_t` (yuan a tonne, weighted), `break_even`: Brazil's
    unit value over the US one, less one. Positive: US beans could bear that much more duty.

    `customs`: `china_soybean_imports_monthly`, CIF value in yuan where the collection has it.
    """
    valued = customs[customs["value_cny"].notna()].set_index("month")
    both = {
        origin: valued.loc[
            (valued["partner_iso3"] == origin) & (valued["quantity_t"] >= _LEAST_T),
            ["quantity_t", "value_cny"],
        ]
        for origin in ("USA", "BRA")
    }
    kept = pd.DatetimeIndex(both["USA"].index.intersection(both["BRA"].index))
    table = pd.DataFrame({"months": pd.Series(1, index=kept).groupby(kept.year).sum()})
    for origin, rows in both.items():
        sums = rows.loc[kept].groupby(kept.year).sum()
        table[f"{origin.lower()}_cny_t"] = sums["value_cny"] / sums["quantity_t"]
    table["break_even"] = table["bra_cny_t"] / table["usa_cny_t"] - 1
    return table.rename_axis("year").reset_index()


@dataclass(frozen=True)
class Duties:
    """Duty on US soybeans in China, percent: all that is in force, with the older duties waived, ordinary."""

    charged_pct: float
    waived_pct: float
    ordinary_pct: float
    confidence: str

    @property
    def handicap(self) -> float:
        """Least extra duty against an origin that pays the ordinary one, points."""
        return self.waived_pct - self.ordinary_pct


def duties(ledger: Ledger, on: pd.Timestamp) -> Duties:
    """Look up the duty on US soybeans on a day, with and without the waiver importers can apply for."""
    day = on.date()
    whole = lookup(HS8, origin="USA", importer="CHN", on=day, ledger=ledger)
    waived = lookup(HS8, origin="USA", importer="CHN", on=day, claims=[WAIVER], ledger=ledger)
    if whole.total_pct is None or waived.total_pct is None:
        remedy = "name a full tariff line"
        raise DataError("the duty on soybeans is no single rate", file="data/law", value=HS8, remedy=remedy)
    ordinary = [line.pp for line in whole.lines if line.authority == ORDINARY]
    return Duties(float(whole.total_pct), float(waived.total_pct), float(sum(ordinary)), whole.confidence)
