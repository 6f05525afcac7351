"""Parameters of the report `tariff_timeline`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trucewatch.params.types import CodePrefix, Day, Section, Unique, between


class Parameters(Section):
    """Section `tariff_timeline` of params.yaml."""

    weights: Literal["imports_2024", "imports_2017", "simple"] = Field(
        default="imports_2024", description="weight set of the headline and the figures"
    )
    lens: Literal["as_collected", "as_finally_held"] = Field(
        default="as_collected", description="duties later held unlawful count as paid at entry, or as zero"
    )
    origin: Literal["CHN", "HKG", "MAC"] = Field(
        default="CHN", description="whose goods the US side taxes; the China side is always US goods"
    )
    voyage_days: int = Field(
        default=0, ge=0, le=60, description="days from loading to entry; 0: loaded after every cut-off"
    )
    products: Annotated[list[CodePrefix], Unique] = Field(
        default=[], description="only codes that start so, on both sides; empty: all goods"
    )
    figure_from: Annotated[Day, between("2018-01-01", "2026-06-30")] = Field(
        default="2025-01-01", description="first day of the figure of the truce"
    )
    grid_dates: Annotated[list[Annotated[Day, between("2018-01-01", "2026-11-09")]], Unique] = Field(
        default=["2025-05-14", "2025-11-10", "2026-01-15"],
        min_length=1,
        description="days of the grid of definitions",
    )
    cliff_days: int = Field(
        default=800, ge=30, le=3660, description="days past the newest law the cliff calendar looks ahead"
    )
