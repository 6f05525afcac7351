"""Tables: those of the project by name, the chronology of acts, and who gained what China lost."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from trucewatch.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pandas as pd

_OTHERS = {"ROW": "All others"}
ORIGIN = "CHN"


def table(name: str | None = None, columns: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return a table of the project, or the list of them.

    Parameters
    ----------
    name
        A table of docs/data_dictionary.md, such as `us_imports_monthly`; if not given, the list of all.
    columns
        Only these columns, in this order.

    Returns
    -------
    pandas.DataFrame
        Sorted by its key; units stand in the names of the columns (`value_usd`, `rate_pct`, `quantity_t`) and
        in `attrs["units"]`, the publishers with vintage and licence in `attrs["sources"]`. The list of
        tables: `layer`, `title`, `is_built` by `table`.

    Raises
    ------
    DataError
        If there is no such table (with the names most like it) or column, or it is not built yet.

    Examples
    --------
    >>> tw.table("us_imports_monthly", ["month", "value_usd"])  # doctest: +SKIP
    """
    from trucewatch.answers.inputs import listed
    from trucewatch.paths import project_root
    from trucewatch.tables import TABLES, read_provenance, read_table, table_path

    root = project_root()
    if name is None:
        return _list_of_tables()
    if str(name) not in TABLES:
        raise DataError("no such table", remedy=_similar_names(str(name), TABLES), value=name)
    path, definition = table_path(name, root), TABLES[name]
    if not path.is_file() and definition.layer != "input":
        raise DataError(
            "the table is not built yet", remedy="run `trucewatch build`", file=path.relative_to(root)
        )
    frame = read_table(name, root, None if columns is None else listed(columns))
    units = {column.name: column.unit for column in definition.columns if column.unit}
    frame.attrs = {
        "table": name,
        "title": definition.title,
        "units": {column: unit for column, unit in units.items() if column in frame},
        "sources": read_provenance(name, root) if path.suffix == ".parquet" else [],
    }
    return frame


def _list_of_tables() -> pd.DataFrame:
    import pandas as pd

    from trucewatch.tables import TABLES, table_path

    rows = [(item.name, item.layer, item.title, table_path(item.name).is_file()) for item in TABLES.values()]
    frame = pd.DataFrame(rows, columns=["table", "layer", "title", "is_built"])
    return frame.sort_values(["layer", "table"], ignore_index=True).set_index("table")


def _similar_names(name: str, names: Iterable[str]) -> str:
    """Return a remedy: the names that hold a word as part, else those spelt much alike."""
    known = sorted(names)
    held = [other for other in known if name and name.lower() in other]
    near = held or difflib.get_close_matches(name, known, 3, 0.6)
    offer = f"use {' or '.join(near[:5])}; " if near else ""
    return f"{offer}`tw.table()` lists all"


def acts(
    since: date | str | None = None,
    until: date | str | None = None,
    *,
    side: str | None = None,
    search: str = "",
) -> pd.DataFrame:
    """Return the chronology: official acts and events of both sides.

    Parameters
    ----------
    since, until
        First and last day, by the day of effect, or the day of announcement where there is none.
    side
        `USA` or `CHN` (acts of both sides are in either); all if not given.
    search
        Only acts in whose id, title, citation or detail this text stands, in capitals or not.

    Returns
    -------
    pandas.DataFrame
        One row an act, in order of `day`: `act_id`, `side`, `kind`, `title`, `citation`, `date_announced`,
        `date_effective`, `date_ended` (exclusive), `status`, `confidence`, `source`, `note`. Source:
        data/law/acts.csv.

    Raises
    ------
    DataError
        If a day cannot be, or there is no such side.
    """
    from trucewatch.answers.inputs import check_importer, current_ledger, read_day

    law = current_ledger()
    frame = law.frame("acts")
    frame.insert(0, "day", [act.date_effective or act.date_announced for act in law.acts])
    keep = frame["day"].notna() if since or until else frame["act_id"].notna()
    if since is not None:
        keep &= frame["day"] >= read_day(since, "since")
    if until is not None:
        keep &= frame["day"] <= read_day(until, "until")
    if side is not None:
        keep &= frame["side"].isin([check_importer(law, side), "both"])
    if search:
        words = frame[["act_id", "title", "citation", "instrument", "detail"]].agg(" ".join, axis=1)
        keep &= words.str.contains(str(search), case=False, regex=False)
    columns = [
        "day", "act_id", "side", "kind", "title", "citation", "date_announced", "date_effective",
        "date_ended", "status", "confidence", "source", "note",
    ]  # fmt: skip
    return frame.loc[keep, columns].sort_values(["day", "act_id"], ignore_index=True, na_position="last")


def gains(
    partner: str | None = None, *, since: date | str = "2025-04", base_year: int = 2024
) -> pd.DataFrame:
    """Return by industry what US imports from China lost, and what those from others gained.

    Both happened in the same goods; that one replaced the other is a reading, not a measurement.

    Parameters
    ----------
    partner
        ISO3 of one partner, `ROW` for all that the table does not name; every partner if not given.
    since
        First month (YYYY-MM), at most twelve before the last of the table.
    base_year
        Year whose same months are the base.

    Returns
    -------
    pandas.DataFrame
        One row an industry and partner, China's largest loss first: `naics3`, `industry`, `partner_iso3`,
        `partner`, `base_usd`, `value_usd`, `change_usd`, `china_change_usd` (imports for consumption, customs
        value, US dollars of the months compared). `attrs["months"]` holds first and last month. Source: the
        clean table `us_imports_naics3_monthly`.

    Raises
    ------
    DataError
        If the partner is none of the table's, or the table is not built.
    ParameterError
        If the months do not fit the table.
    """
    import pandas as pd

    from trucewatch.page.census_names import country_names, industry_names
    from trucewatch.reports.diversion.measures import industries

    monthly = table("us_imports_naics3_monthly")
    first = _month(since, monthly["month"].max())
    if base_year not in range(monthly["month"].dt.year.min(), first.year):
        raise ParameterError(
            f"base_year: found {base_year!r}; legal: {monthly['month'].dt.year.min()} to {first.year - 1}"
        )
    found = industries(monthly, first, base_year)
    china = found[found["partner_iso3"] == ORIGIN].set_index("naics3")["change_usd"]
    found["china_change_usd"] = found["naics3"].map(china)
    found = found[found["partner_iso3"] != ORIGIN]
    if partner is not None:
        legal = sorted(found["partner_iso3"].unique())
        if str(partner).upper() not in legal:
            raise DataError(
                "the table has no such partner",
                remedy="use " + ", ".join(legal),
                column="partner",
                value=partner,
            )
        found = found[found["partner_iso3"] == str(partner).upper()]
    names = industry_names(table("naics3_names"))
    partners = country_names(table("partners")) | _OTHERS
    found.insert(1, "industry", found["naics3"].map(names).fillna(found["naics3"]))
    found.insert(3, "partner", found["partner_iso3"].map(partners))
    result = found.sort_values(["china_change_usd", "naics3", "partner_iso3"], ignore_index=True)
    result.attrs = {"months": (first, pd.Timestamp(monthly["month"].max())), "base_year": base_year}
    return result


def _month(text: date | str, last: pd.Timestamp) -> pd.Timestamp:
    import pandas as pd

    try:
        month = pd.Timestamp(text).replace(day=1).normalize()
    except ValueError:
        raise ParameterError(f"since: found {text!r}; write a month as 2025-04") from None
    earliest = last - pd.DateOffset(months=11)
    if not earliest <= month <= last:
        raise ParameterError(f"since: found {month:%Y-%m}; legal: {earliest:%Y-%m} to {last:%Y-%m}")
    return month
