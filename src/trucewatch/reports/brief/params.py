"""Parameters of the report `brief`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from trucewatch.params.types import Day, Month, Section, between, or_word


class Parameters(Section):
    """Section `brief` of params.yaml."""

    since: Annotated[Day, between("2018-01-01", "9999-12-31"), or_word("newest")] = Field(
        default="newest", description="changes are told since this day; newest: the day before the newest act"
    )
    cliff_days: int = Field(default=5, ge=1, le=20, description="days of the cliff calendar shown")
    calm_day: Annotated[Day, between("2018-01-01", "2025-05-31")] = Field(
        default="2025-01-20", description="day of the duties that count as calm"
    )
    worst_first: Annotated[Month, between("2018-01", "2026-12")] = Field(
        default="2025-01", description="first of the worst months, which set the scale"
    )
    worst_last: Annotated[Month, between("2018-01", "2026-12")] = Field(
        default="2025-05", description="last of them"
    )
    at_risk_days: int = Field(
        default=90, ge=7, le=365, description="a suspension is at risk so many days before its end"
    )
    acts_days: int = Field(default=30, ge=7, le=180, description="days over which acts are counted")
    outside_index: str = Field(
        default="",
        description="a CSV (month, value) of an index made by others, relative to the project; empty: none",
    )
    n_weightings: int = Field(default=10000, ge=100, le=100000, description="random weightings of the dials")
    seed: int = Field(default=20251030, ge=0, description="seed of the weightings")

    @model_validator(mode="after")
    def _months_in_order(self) -> Self:
        if self.worst_last < self.worst_first:
            raise ValueError("worst_last comes before worst_first")
        return self
