"""The average US duty on the goods of every large supplier but China, by day, as the ledger has it.

One average a supplier: the law of that origin on the mix of goods that it sold in 2024, with the preferences
that its sellers claimed. Members of the European Union share one law and one row of trade. The same by
industry, China among the suppliers, holds the claims of Canada and Mexico at those of the first month, so
that nothing importers did later is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trucewatch.duty.averages import joined
from trucewatch.duty.origin_panel import OriginPanel, build_origin_panel
from trucewatch.duty.panel import check_law
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.ledger.origins import EU, eu_members, preferences_of
from trucewatch.made import whole_parquet
from trucewatch.paths import project_root
from trucewatch.tables import read_table
from trucewatch.tables.concordance import NO_INDUSTRY, industry_of
from trucewatch.tables.io import write_parquet
from trucewatch.trade import preference, supplier_gap
from trucewatch.trade.weights import CONCORDANCE, IN_UNION, TRADE_2024, partner_shares

EU_MEMBER = "DEU"
"""The member whose law is read for all of the European Union."""

CHINA = "CHN"
COUNT = 12
"""How many suppliers count as China's rivals: the largest."""
FIRST = date(2025, 1, 1)
"""First day of the averages: of earlier years the ledger does not speak whole for every origin."""

FIRST_BY_INDUSTRY = date(2024, 1, 1)
"""First day of the averages by industry: a year before the duties, though the law of 2024 has gaps."""

COLUMNS = ("rate_pct", "low_pct", "high_pct")
"""The average and its bounds."""

INDUSTRIES = "hs10_concordance"
TABLES = (TRADE_2024, preference.TABLE, CONCORDANCE, INDUSTRIES)
FILE = "data/rivals/averages.parquet"
INDUSTRY_FILE = "data/rivals/industries.parquet"
GAP_FILE = "data/rivals/gaps.parquet"


def largest(trade: pd.DataFrame, count: int = COUNT) -> list[str]:
    """Return the partners other than China that sold most to the United States in 2024, largest first."""
    sums = trade[trade["partner_iso3"] != CHINA].groupby("partner_iso3")["value_usd"].sum()
    return [str(code) for code in sums.sort_values(ascending=False, kind="stable").index[:count]]


def averages(panel: OriginPanel, weights: pd.DataFrame) -> pd.DataFrame:
    """Return the average duty on the goods of every partner but China from `FIRST` on.

    Columns: `partner_iso3` (as the tables of trade name it, `EUU` for the European Union), `valid_from`,
    `valid_to` (half-open), `rate_pct` (percent of customs value, as collected), `low_pct`, `high_pct` (its
    bounds, over claims of preference and what codes do not show), one row a change.

    `panel`: the panel, with bounds, of the origins of these partners; `weights`: the first of `weights_of`.
    """
    found = panel.averages(weights[~weights["partner_iso3"].isin([CHINA, *IN_UNION])], COLUMNS)
    found = found[found["valid_to"] > FIRST]
    found["valid_from"] = found["valid_from"].where(found["valid_from"] > FIRST, FIRST)
    return found.reset_index(drop=True)


def levels(
    china: pd.DataFrame, suppliers: pd.DataFrame, column: str = "rate_pct"
) -> tuple[list[date], pd.DataFrame]:
    """Return the averages of China and all others side by side, one row an interval in which none changes.

    `china`: `valid_from`, `valid_to`, `rate_pct`, the average on Chinese goods; `suppliers`: as `averages`
    returns it; `column`: `rate_pct` or, if both have it, `low_pct`, `high_pct`.

    Returns `cuts`, `rates`: the first days of the rows and the day after the last; percent by partner.
    """
    both = pd.concat([suppliers, china.assign(partner_iso3=CHINA)], ignore_index=True)
    start, end = suppliers["valid_from"].min(), min(suppliers["valid_to"].max(), china["valid_to"].max())
    rates = both.pivot_table(column, "valid_from", "partner_iso3").ffill()
    rates = rates[(rates.index >= start) & (rates.index < end)]
    return [*rates.index, end], rates.reset_index(drop=True)


def mean(rates: pd.DataFrame, value_usd: pd.Series) -> pd.Series:
    """Return the mean of averages by partner (columns), weighted with what each sold."""
    weights = value_usd[rates.columns]
    return rates @ (weights / weights.sum())


def together(
    china: pd.DataFrame, suppliers: pd.DataFrame, trade: pd.DataFrame, *, others: bool
) -> pd.DataFrame:
    """Return the average on the imports from all partners, or from all but China.

    Columns: `valid_from`, `valid_to` (half-open), `rate_pct`, `low_pct`, `high_pct`.

    `china`, `suppliers`: as `levels` takes them; `trade`: `us_imports_hs10_partner_annual`: what each partner
    sold in the year of the weights; `others`: leave China out.
    """
    value_usd = trade[trade["year"] == preference.YEAR].groupby("partner_iso3")["value_usd"].sum()
    found = {}
    for name in COLUMNS:
        cuts, rates = levels(china, suppliers, name)
        found[name] = mean(rates.drop(columns=CHINA) if others else rates, value_usd)
    return joined(pd.DataFrame({"valid_from": cuts[:-1], "valid_to": cuts[1:], **found}))


def by_industry(panel: OriginPanel, weights: pd.DataFrame, industries: pd.DataFrame) -> pd.DataFrame:
    """Return the average duty on the goods of every partner, China too, by industry.

    Columns: `partner_iso3`, `naics3`, `valid_from`, `valid_to` (half-open), `rate_pct`, one row a change.

    `panel`: the panel of the origins of these partners; `weights`: the second of `weights_of`; `industries`:
    the clean table of that name.
    """
    codes = industry_of(pd.Series(sorted(set(weights["code"]))), industries)
    naics = weights["code"].map(dict(zip(codes["code"], codes["naics"], strict=True)))
    weights = weights.assign(naics3=naics)
    weights = weights[weights["naics3"] != NO_INDUSTRY]
    shares = weights[["share", "claimed_share"]]
    edition = [weights[name] for name in ("partner_iso3", "naics3", "valid_from", "valid_to")]
    whole = shares.sum(axis=1).groupby(edition).transform("sum")
    pair = weights["partner_iso3"] + " " + weights["naics3"]
    found = panel.averages(weights.assign(**shares.div(whole, axis=0), partner_iso3=pair))
    found[["partner_iso3", "naics3"]] = found["partner_iso3"].str.split(" ", expand=True)
    return found[["partner_iso3", "naics3", "valid_from", "valid_to", "rate_pct"]]


def weights_of(
    ledger: Ledger,
    panel: OriginPanel,
    tables: Mapping[str, pd.DataFrame],
    middle: OriginPanel | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the weights of all partners whose origin the panel has, as `OriginPanel.averages` takes them.

    Once as they are, and once with what is claimed held at the first month that is counted (Canada and
    Mexico) or at 2024 (all others).

    `panel`: the panel of the origins of these partners; `tables`: clean tables, as `TABLES` names them;
    `middle`: a panel of the same origins that covers `preference.MIDDLE`, where the first does not.
    """
    middle = panel if middle is None else middle
    trade = tables[TRADE_2024]
    known = set(panel.origins["origin"].to_pylist())
    trade = trade[(trade["year"] == preference.YEAR) & trade["partner_iso3"].map(origin_of).isin(known)]
    shares = partner_shares(trade.rename(columns={"hs10": "code"}), panel.spans(), tables[CONCORDANCE])
    claims = tables[preference.TABLE]
    first = claims[claims["month"] == claims["month"].min()]
    parts, held = [], []
    for partner, own in shares.groupby("partner_iso3"):
        parts.append(_with_claims(ledger, middle, str(partner), own, trade, claims))
        is_counted = partner in preference.COUNTED
        held.append(
            _with_claims(ledger, middle, str(partner), own, trade, first) if is_counted else parts[-1]
        )
    return pd.concat(parts, ignore_index=True), pd.concat(held, ignore_index=True)


def _with_claims(
    ledger: Ledger,
    middle: OriginPanel,
    partner: str,
    shares: pd.DataFrame,
    trade: pd.DataFrame,
    claims: pd.DataFrame,
) -> pd.DataFrame:
    """Return the weights of one partner, those that claimed a preference apart."""
    origin = origin_of(partner)
    if partner in preference.COUNTED:
        general, claiming = preference.split(shares, claims, partner)
        return general.assign(claimed_share=claiming["share"], origin=origin)
    claimed: pd.Series | dict[str, float] = {}
    if any(row.valid_to > FIRST for row in preferences_of(ledger, "USA", origin)):
        on = middle.on(preference.MIDDLE, origin)
        lines = on.groupby(on["code"].str[:8])[["rate_pct", "claimed_pct"]].mean()
        own = trade[trade["partner_iso3"] == partner]
        claimed = preference.part_claimed(lines["rate_pct"], lines["claimed_pct"], own)
    part = shares["code"].str[:8].map(claimed).astype(float).fillna(0.0)
    return shares.assign(
        share=shares["share"] * (1 - part), claimed_share=shares["share"] * part, origin=origin
    )


def origin_of(partner: str) -> str:
    """Return the origin whose law is read for a partner."""
    return EU_MEMBER if partner == EU else partner


def run(root: Path, progress: Callable[[str], None]) -> None:
    """Write the averages of a project (the stage `rivals`)."""
    ledger = load_ledger(root)
    tables = {name: read_table(name, root) for name in (*TABLES, *supplier_gap.TABLES)}
    origins = sorted({origin_of(partner) for partner in tables[TRADE_2024]["partner_iso3"]})
    panel = build_origin_panel(ledger, first=FIRST_BY_INDUSTRY, origins=origins, is_bounded=True)
    weights, held = weights_of(ledger, panel, tables)
    found = averages(panel, weights)
    gaps = supplier_gap.by_year(panel, weights, tables, eu_members(ledger))
    industries = by_industry(panel, held, tables[INDUSTRIES])
    for name, frame in ((FILE, found), (INDUSTRY_FILE, industries), (GAP_FILE, gaps)):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        table = pa.Table.from_pandas(frame, preserve_index=False)
        write_parquet(table.replace_schema_metadata({"ledger_hash": ledger.ledger_hash}), temporary)
        temporary.replace(path)
    last = found["valid_to"].max() - timedelta(days=1)
    progress(f"averages of {found['partner_iso3'].nunique()} suppliers, {FIRST} to {last}")


def read(root: Path | None = None, ledger: Ledger | None = None) -> pd.DataFrame:
    """Return the averages that the stage `rivals` wrote, as `averages` describes them.

    `ledger`: the law that the averages must be of; any if not given.

    Raises `DataError` if the stage has not run, or not since the ledger changed.
    """
    return _read(root, FILE, ledger)


def read_by_industry(root: Path | None = None) -> pd.DataFrame:
    """Return the averages by industry that the stage `rivals` wrote, as `by_industry` describes them.

    Raises `DataError` if the stage has not run.
    """
    return _read(root, INDUSTRY_FILE)


def read_gaps(root: Path | None = None) -> pd.DataFrame:
    """Return what `supplier_gap.by_year` found when the stage `rivals` ran.

    Raises `DataError` if the stage has not run.
    """
    return _read(root, GAP_FILE)


def _read(root: Path | None, name: str, ledger: Ledger | None = None) -> pd.DataFrame:
    path = (root or project_root()) / name
    remedy = "run `trucewatch build inputs` or `dvc repro rivals`"
    if not path.is_file():
        raise DataError("the averages of the rivals are not built", remedy=remedy, file=name)
    with whole_parquet(path, "delete it and run `dvc repro rivals`"):
        table = pq.read_table(path)
    of = (table.schema.metadata or {}).get(b"ledger_hash", b"").decode()
    check_law("averages were", of, ledger, remedy, name)
    frame: pd.DataFrame = table.to_pandas()
    return frame
