"""How new the data of a report are: a table that ends long before the date of the law is said so, on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from trucewatch.page.numbers import month_name
from trucewatch.tables.registry import get_table

#: Months behind the date of the law from which on a table is late: publishers need two or three.
LATE = 5
_TIMES = ("month", "week_ending", "period_from", "date_published")


def notice(frames: Mapping[str, pd.DataFrame], asof: date, late: int = LATE) -> str:
    """Return what a reader must know of the tables that ended long ago, in Markdown; "" if none did.

    Parameters
    ----------
    frames
        The clean tables of a report, by name.
    asof
        Date of the law the report stands on.
    late
        Months from which on a table is late.
    """
    said = []
    for name, frame in frames.items():
        table = get_table(name)
        column = next(time for time in _TIMES if time in frame)
        newest = pd.Timestamp(frame[column].max())
        behind = (asof.year - newest.year) * 12 + asof.month - newest.month
        if behind >= late:
            said.append(
                f"{table.title[0].upper()}{table.title[1:]}: the newest month is {month_name(newest)}, "
                f"{behind} months before the date of the law. What came since is not in these figures; it "
                f"would change {table.moves}."
            )
    if not said:
        return ""
    return f"**How new this is.** {' '.join(said)} `docs/data_sources.md` says what brings it further."
