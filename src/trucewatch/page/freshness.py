"""How new the data of a report are: a table that ends long before the date of the law is said so, on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from trucewatch.page.numbers import day_name, month_name
from trucewatch.tables.registry import get_table

#: Months behind the date of the law from which on a table is late: publishers need two or three.
LATE = 5
_TIMES = ("month", "week_ending", "date_published")


def notice(frames: Mapping[str, pd.DataFrame], asof: date, late: int = LATE) -> str:
    """Return what a reader must know of the tables that ended long ago, in Markdown; "" if none did.

    `frames`: the clean tables of a report, by name; `asof`: date of the law the report stands on; `late`:
    months from which on a table is late.
    """
    said = []
    for name, frame in frames.items():
        newest = _newest(frame)
        if (asof.year - newest.year) * 12 + asof.month - newest.month >= late:
            table = get_table(name)
            said.append(
                f"- {table.title}: to {month_name(newest)}. A later month would change {table.moves}."
            )
    if not said:
        return ""
    return (
        f"**How new this is.** Some tables end long before the law, which is that of {day_name(asof)}; what "
        "came since is not in the figures. `docs/data_sources.md` says what brings each further.\n\n"
        + "\n".join(said)
    )


def _newest(frame: pd.DataFrame) -> pd.Timestamp:
    """Return a day of the newest month of a table."""
    if "period_to" in frame:  # half-open
        return pd.Timestamp(frame["period_to"].max()) - pd.Timedelta(days=1)
    column = next(time for time in _TIMES if time in frame)
    return pd.Timestamp(frame[column].max())
