"""What must hold between the cells of a row, by the name that `tables.csv` gives it."""

from __future__ import annotations

import pandas as pd

from trucewatch.tables.model import Check


def _is_month_start(frame: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(frame["month"]).dt.day == 1


def _is_half_open(frame: pd.DataFrame) -> pd.Series:
    return (frame["period_from"] < frame["period_to"]) | frame["period_from"].isna()


def _groups_are_flagged(frame: pd.DataFrame) -> pd.Series:
    groups = frame["partner_iso3"].isin(["WLD", "EUU", "USM"]) | frame["partner_iso3"].str.startswith("X")
    return groups == frame["is_aggregate"]


def _part_of(name: str, parts: list[str], whole: str) -> Check:
    return Check(
        name=name,
        description=f"{' and '.join(parts)} are no more than {whole}",
        holds=lambda frame: frame[parts].sum(axis=1) <= frame[whole],
    )


CHECKS = {
    check.name: check
    for check in (
        Check(name="first_of_month", description="month is the first day of a month", holds=_is_month_start),
        Check(name="half_open", description="period_from is before period_to", holds=_is_half_open),
        Check(
            name="groups_flagged",
            description="a partner group, and nothing else, carries is_aggregate",
            holds=_groups_are_flagged,
        ),
        _part_of("transport_part", ["air_value_usd", "vessel_value_usd"], "general_imports_usd"),
        _part_of("usmca_part", ["usmca_value_usd"], "value_usd"),
        _part_of("dutiable_part", ["dutiable_value_usd"], "value_usd"),
    )
}
