"""Parameters of the report `realised_duty`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trucewatch.params.types import Month, Section, between, or_word


class Parameters(Section):
    """Section `realised_duty` of params.yaml."""

    month: Annotated[Month, between("2023-09", "2025-11"), or_word("latest")] = Field(
        default="latest", description="month of the first waterfall; latest: the newest with industries"
    )
    figure_from: Annotated[Month, between("2018-02", "2025-06")] = Field(
        default="2024-01", description="first month of the figures over time"
    )
    base_year: int = Field(
        default=2024,
        ge=2018,
        le=2024,
        description="year whose industry mix the rung `mix` is measured against",
    )
    lens: Literal["as_collected", "as_finally_held"] = Field(
        default="as_collected", description="what the statutory rate of the first waterfall counts"
    )
    vessel_share: Literal["measured"] | Annotated[float, Field(ge=0, le=1)] = Field(
        default="measured",
        description="share of value that comes by sea: as the Census Bureau counts it by month, or a number",
    )
    lag_median_vessel_days: float = Field(
        default=25, ge=5, le=60, description="median days from loading to entry by sea"
    )
    lag_median_air_days: float = Field(
        default=3, ge=1, le=15, description="median days from loading to entry otherwise"
    )
    lag_sigma: float = Field(
        default=0.35, ge=0.05, le=1.5, description="standard deviation of the logarithm of these days"
    )
    check_wedge_pp: float = Field(
        default=2,
        ge=0.5,
        le=20,
        description="points between law and assessed duty that put a code on the list",
    )
    check_value_musd: float = Field(
        default=100, ge=10, le=5000, description="imports of the code at least this, million US dollars"
    )
