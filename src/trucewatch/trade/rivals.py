"""The average US duty on the goods of China's rivals, by day, as the ledger has it.

One average an origin: the law of that origin on the mix of goods that it sold in 2024, with the preferences
that its sellers claimed. Members of the European Union share one law and one row of trade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from trucewatch.duty.averages import TOTAL, average_rate, joined, summed
from trucewatch.duty.panel import build_panel
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.ledger.origins import preferences_of
from trucewatch.paths import project_root
from trucewatch.tables import read_table
from trucewatch.tables.io import write_parquet
from trucewatch.trade import preference
from trucewatch.trade.weights import CONCORDANCE, EU, IMPORTS_2024, TRADE_2024, trade_values, weight_set

EU_MEMBER = "DEU"
"""The member whose law is read for all of the European Union."""

COUNT = 12
FIRST = date(2025, 1, 1)
"""First day of the averages: of earlier years the ledger does not speak whole for every origin."""

TABLES = (TRADE_2024, preference.TABLE, CONCORDANCE)
FILE = "data/rivals/averages.parquet"


def largest(trade: pd.DataFrame, count: int = COUNT) -> list[str]:
    """Return the partners other than China that sold most to the United States in 2024, largest first."""
    sums = trade[trade["partner_iso3"] != "CHN"].groupby("partner_iso3")["value_usd"].sum()
    return [str(code) for code in sums.sort_values(ascending=False, kind="stable").index[:count]]


def average(ledger: Ledger, partner: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the average duty on the goods of one partner from `FIRST` to `law_asof`.

    Parameters
    ----------
    ledger
        The law.
    partner
        ISO3 as the tables of trade name it, `EUU` for the European Union.
    tables
        Clean tables, as `TABLES` names them.

    Returns
    -------
    pandas.DataFrame
        `partner_iso3`, `valid_from`, `valid_to` (half-open), `rate_pct` (percent of customs value, as
        collected), one row a change.
    """
    origin = EU_MEMBER if partner == EU else partner
    programs = [row for row in preferences_of(ledger, "USA", origin) if row.valid_to > FIRST]
    is_derived = bool(programs) and partner not in preference.COUNTED
    sold = frozenset(trade_values(IMPORTS_2024, "USA", partner, tables).index.str[:6])
    first = preference.MIDDLE if is_derived else FIRST
    panel_of = partial(build_panel, ledger, "USA", origin, first, subheadings=sold)
    general = panel_of()
    shares = weight_set(IMPORTS_2024, general, tables, partner=partner).shares
    parts = [(general, shares)]
    if programs:
        claiming = panel_of(claims=frozenset(row.claim for row in programs))
        parts = preference.used(general, claiming, shares, partner, tables)
    found = summed([average_rate(panel, own, by=TOTAL) for panel, own in parts])
    found = found[found["valid_to"] > FIRST].assign(partner_iso3=partner)
    found["valid_from"] = found["valid_from"].where(found["valid_from"] > FIRST, FIRST)
    return joined(found[["partner_iso3", "valid_from", "valid_to", "rate_pct"]])


def run(root: Path, progress: Callable[[str], None]) -> None:
    """Write the averages of a project (the stage `rivals`)."""
    partners = largest(read_table(TRADE_2024, root))
    with ProcessPoolExecutor() as pool:
        found = pd.concat(pool.map(partial(_average, root), partners), ignore_index=True)
    path = root / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    write_parquet(pa.Table.from_pandas(found, preserve_index=False), temporary)
    temporary.replace(path)
    last = found["valid_to"].max() - timedelta(days=1)
    progress(f"averages of {len(partners)} rivals of China, {FIRST} to {last}")


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
