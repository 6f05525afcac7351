"""The average US duty on the goods of China's rivals, by day, as the ledger has it.

One average an origin: the law of that origin on the mix of goods that it sold in 2024, with the preferences
that its sellers claimed. Members of the European Union share one law and one row of trade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache, partial
from pathlib import Path

import pandas as pd

from trucewatch.duty.averages import TOTAL, average_rate, summed
from trucewatch.duty.panel import build_panel
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.ledger.origins import preferences_of
from trucewatch.paths import project_root
from trucewatch.tables import read_table
from trucewatch.trade import preference
from trucewatch.trade.weights import CONCORDANCE, IMPORTS_2024, weight_set

EU, EU_SET, EU_MEMBER = "EUU", "eu27", "DEU"
"""The European Union in tables of trade, its set in the ledger, and the member whose law is read for all."""

COUNT = 12
FIRST = date(2025, 1, 1)
"""First day of the averages: of earlier years the ledger does not speak whole for every origin."""

WEIGHTS = "us_imports_hs10_partner_annual"
TABLES = (WEIGHTS, preference.TABLE, CONCORDANCE)
FILE = "data/rivals/averages.parquet"


def partner_of(ledger: Ledger, origin: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the partner whose trade weighs the duties on an origin: itself, or the European Union."""
    known = set(tables[WEIGHTS]["partner_iso3"])
    members = {row.iso3 for row in ledger.members_of.get(EU_SET, ())}
    return EU if origin in members and origin not in known else origin


def largest(trade: pd.DataFrame, count: int = COUNT) -> list[str]:
    """Return the partners other than China that sold most to the United States in 2024, largest first."""
    sums = trade[trade["partner_iso3"] != "CHN"].groupby("partner_iso3")["value_usd"].sum()
    return [str(code) for code in sums.sort_values(ascending=False, kind="stable").index[:count]]


def average(
    ledger: Ledger, partner: str, tables: Mapping[str, pd.DataFrame], last: date | None = None
) -> pd.DataFrame:
    """Return the average duty on the goods of one partner from `FIRST` on.

    Parameters
    ----------
    ledger
        The law.
    partner
        ISO3 as the tables of trade name it, `EUU` for the European Union.
    tables
        Clean tables, as `TABLES` names them.
    last
        Last day; `law_asof` if not given.

    Returns
    -------
    pandas.DataFrame
        `partner_iso3`, `valid_from`, `valid_to` (half-open), `rate_pct` (percent of customs value, as
        collected), one row a change.
    """
    origin = EU_MEMBER if partner == EU else partner
    programs = [row for row in preferences_of(ledger, "USA", origin) if row.valid_to > FIRST]
    is_derived = bool(programs) and partner not in preference.COUNTED
    trade = tables[WEIGHTS]
    sold = frozenset(trade.loc[trade["partner_iso3"] == partner, "hs10"].str[:6])
    first = preference.MIDDLE if is_derived else FIRST
    panel_of = partial(build_panel, ledger, "USA", origin, first, last, subheadings=sold)
    general = panel_of()
    shares = weight_set(IMPORTS_2024, general, tables, partner=partner).shares
    parts = [(general, shares)]
    if programs:
        claiming = panel_of(claims=frozenset(row.claim for row in programs))
        parts = preference.used(general, claiming, shares, partner, tables)
    found = summed([average_rate(panel, own, by=TOTAL) for panel, own in parts])
    found = found[found["valid_to"] > FIRST].assign(partner_iso3=partner)
    found["valid_from"] = found["valid_from"].where(found["valid_from"] > FIRST, FIRST)
    moved = found["rate_pct"].diff().abs().fillna(1.0) > 0
    rows = found[moved].reset_index(drop=True)
    rows["valid_to"] = [*rows["valid_from"].iloc[1:], found["valid_to"].iloc[-1]]
    return rows[["partner_iso3", "valid_from", "valid_to", "rate_pct"]]


def run(root: Path, progress: Callable[[str], None]) -> None:
    """Write the averages of a project (the stage `rivals`)."""
    partners = largest(read_table(WEIGHTS, root))
    with ProcessPoolExecutor() as pool:
        found = pd.concat(pool.map(partial(_average, root), partners), ignore_index=True)
    path = root / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    found.to_parquet(path, index=False)
    progress(f"averages of {len(partners)} rivals of China, {FIRST} to {load_ledger(root).law_asof}")


def _average(root: Path, partner: str) -> pd.DataFrame:
    ledger, tables = _inputs(root)
    return average(ledger, partner, tables)


@cache
def _inputs(root: Path) -> tuple[Ledger, dict[str, pd.DataFrame]]:
    """Return law and tables, read once a process."""
    return load_ledger(root), {name: read_table(name, root) for name in TABLES}


def read(root: Path | None = None) -> pd.DataFrame:
    """Return the averages that the stage `rivals` wrote, as `average` describes them.

    Raises
    ------
    DataError
        If the stage has not run.
    """
    path = (root or project_root()) / FILE
    if not path.is_file():
        raise DataError(
            "the averages of the rivals are not built",
            remedy="run `trucewatch build inputs` or `dvc repro rivals`",
            file=FILE,
        )
    return pd.read_parquet(path)
