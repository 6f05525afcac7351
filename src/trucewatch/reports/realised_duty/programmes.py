"""Duty held unlawful, by programme, against what customs printed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trucewatch.duty.panel import Panel
from trucewatch.trade.realised import law_by_group, void_part

#: The row of published.csv in which customs printed the first of them.
CUSTOMS_PRINT = "cbp_ieepa_fentanyl_china_2025_12_14"
#: Reader's name of each programme that was held unlawful.
NAMES = {"IEEPA_FENT": "fentanyl duty", "IEEPA_RECIP": "reciprocal duty"}


def void_by_programme(
    panel: Panel,
    weights: pd.DataFrame,
    group_of: Mapping[str, str],
    periods: Sequence[tuple[date, date]],
    relief_by_day: Mapping[str, np.ndarray],
    values: pd.DataFrame,
    base: pd.Series,
    duty: pd.Series,
) -> pd.DataFrame:
    """Split the estimate of `void_part` by programme.

    Months x programmes, US dollars; they add up to `void_part` of all of them.

    `panel`, `weights`, `group_of`, `periods`, `relief_by_day`: as `law_by_group` takes them; `values`,
    `base`, `duty`: as `void_part` takes them.
    """
    found = {}
    for authority in NAMES:
        law = law_by_group(_only_void(panel, authority), weights, group_of, periods, relief_by_day)
        found[authority] = void_part(law, values, base, duty)["void_usd"]
    return pd.DataFrame(found).fillna(0.0).rename_axis("month")


def _only_void(panel: Panel, authority: str) -> Panel:
    """Return a panel in which the duties of one programme alone were held unlawful."""
    duties: pa.Table = panel.duties
    is_void = pc.and_(duties["is_void"], pc.equal(duties["authority"], authority))
    place = duties.schema.get_field_index("is_void")
    return replace(panel, duties=duties.set_column(place, duties.schema.field(place), is_void))


def up_to(by_month: pd.Series, day: date) -> float:
    """Sum months up to a day, the last one by its share of days."""
    month = pd.Timestamp(day).replace(day=1)
    whole = by_month[by_month.index < month].sum()
    return float(whole + by_month.get(month, 0.0) * day.day / pd.Timestamp(day).days_in_month)
