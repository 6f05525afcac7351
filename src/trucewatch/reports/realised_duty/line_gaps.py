"""Law against assessed duty by statistical number, for the one year with every number at hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from trucewatch.duty.panel import Panel
from trucewatch.errors import DataError
from trucewatch.ledger.schema import SPECIAL_CHAPTERS

#: Partners without a trade agreement that frees most goods: what they pay shows the column 1 duty in
#: practice.
MFN_PARTNERS = ("CHE", "EUU", "GBR", "IDN", "IND", "JPN", "MYS", "THA", "TUR", "TWN", "VNM")
LEAST_VALUE = 1e6
"""US dollars of imports below which what was paid is no evidence."""

SECTION_232 = "S232_"
"""How the names of the duties of section 232 start."""

_VARIANTS = ("rate", "met", "unmet", "claimed")
_CONFIDENCES = ("verified", "inferred", "unverified")


def law_of_year(panel: Panel, year: int) -> pd.DataFrame:
    """Return the duties of every product over a year.

    By `code`: `rate_pct`, `met_pct`, `unmet_pct`, `claimed_pct` (means over the days), `lowest_pct` and
    `highest_pct` (of the law as read), `lowest_claimed_pct`, `column_1_pct`, `section_232_pct`, `confidence`
    (the worst of the duties charged on top of column 1; empty where there are none).
    """
    start, stop = date(year, 1, 1), date(year + 1, 1, 1)
    totals = _days_in(panel.totals, start, stop, [f"{name}_pct" for name in _VARIANTS])
    groups = totals.groupby("code")
    weighted = (
        totals[[f"{name}_pct" for name in _VARIANTS]]
        .mul(totals["days"], axis=0)
        .groupby(totals["code"])
        .sum()
    )
    law = weighted.div(groups["days"].sum(), axis=0)
    law["lowest_pct"], law["highest_pct"] = groups["rate_pct"].min(), groups["rate_pct"].max()
    law["lowest_claimed_pct"] = groups["claimed_pct"].min()
    duties = _days_in(panel.duties, start, stop, ["rate_pct"], ["authority", "confidence"])
    days = groups["days"].sum()
    for name, own in (
        ("column_1_pct", duties["authority"] == "MFN"),
        ("section_232_pct", duties["authority"].str.startswith(SECTION_232)),
    ):
        points = duties["rate_pct"].where(own, 0.0) * duties["days"]
        law[name] = (points.groupby(duties["code"]).sum() / days).reindex(law.index).fillna(0.0)
    added = duties[(duties["authority"] != "MFN") & (duties["rate_pct"] > 0)]
    worst = added["confidence"].map(_CONFIDENCES.index).groupby(added["code"]).max()
    law["confidence"] = worst.reindex(law.index).map(dict(enumerate(_CONFIDENCES)))
    return law


def _days_in(
    table: pa.Table, start: date, stop: date, numbers: list[str], words: Iterable[str] = ()
) -> pd.DataFrame:
    days = [table[name].cast(pa.int32()).to_numpy() for name in ("valid_from", "valid_to")]
    first, last = (np.datetime64(day).astype(int) for day in (start, stop))
    live = np.minimum(days[1], last) - np.maximum(days[0], first)
    part = table.filter(pa.array(live > 0))
    frame = part.select(["code", *words]).to_pandas()
    for name in numbers:
        frame[name] = part[name].cast(pa.float64()).to_numpy()
    return frame.assign(days=live[live > 0])


def line_wedges(imports: pd.DataFrame, law: pd.DataFrame, origin: str, year: int) -> pd.DataFrame:
    """Return law, assessed duty and wedge by statistical number, chapters 98 and 99 left out.

    By `hs10`: `value_usd`, `duty_usd`, `assessed_pct`, the columns of the law, `wedge_pp` (law less
    assessed), `wedge_usd` and `others_pct` (what `MFN_PARTNERS` paid, empty where they sold less than
    `LEAST_VALUE`).

    `imports`: `year`, `partner_iso3`, `hs10`, `value_usd`, `duty_usd` of all partners; `law`: as
    `law_of_year` returns it; a number takes the product with its longest prefix; `origin`, `year`: whose
    goods, and when.

    Raises `DataError` if there are no imports.
    """
    rows = imports[(imports["year"] == year) & ~imports["hs10"].str[:2].isin(SPECIAL_CHAPTERS)]
    own = rows[rows["partner_iso3"] == origin].set_index("hs10")[["value_usd", "duty_usd"]]
    if own.empty:
        raise DataError(f"no imports from {origin} in {year}", remedy="choose a year the table holds")
    known = own.index.to_series()
    code = known.where(known.isin(law.index), known.str[:8])
    found = own.join(law.reindex(code.to_numpy()).set_index(own.index))
    found["assessed_pct"] = 100 * found["duty_usd"] / found["value_usd"]
    found["wedge_pp"] = found["rate_pct"] - found["assessed_pct"]
    found["wedge_usd"] = found["wedge_pp"] / 100 * found["value_usd"]
    others = rows[rows["partner_iso3"].isin(MFN_PARTNERS)].groupby("hs10")[["value_usd", "duty_usd"]].sum()
    others = others[others["value_usd"] >= LEAST_VALUE]
    found["others_pct"] = (100 * others["duty_usd"] / others["value_usd"]).reindex(found.index)
    return found[found["value_usd"] > 0]
