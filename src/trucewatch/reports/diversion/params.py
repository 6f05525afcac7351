"""Parameters of the report `diversion`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trucewatch.params.types import Month, Rising, Section, between


class Parameters(Section):
    """Section `diversion` of params.yaml."""

    bins: Annotated[list[Annotated[float, Field(ge=1, le=150)]], Rising] = Field(
        default=[10, 20, 35],
        min_length=1,
        max_length=5,
        description="edges, in points, of the bins of the rise",
    )
    post_first: Annotated[Month, between("2025-02", "2025-11")] = Field(
        default="2025-04", description="first month over which the duty after is averaged"
    )
    post_last: Annotated[Month, between("2025-02", "2026-10")] = Field(
        default="2025-12", description="last month of it"
    )
    base_year: Literal[2017, 2024] = Field(default=2024, description="year the shares are compared with")
    regression_first: Annotated[Month, between("2013-01", "2025-01")] = Field(
        default="2024-01", description="first month of the regressions of the newest period"
    )
    min_trade_musd: float = Field(
        default=1,
        ge=0,
        le=100,
        description="code families with less trade in both years are left out, million US dollars",
    )
    supplier_base_year: Literal[2024, 2025] = Field(
        default=2024,
        description="year whose same months imports by supplier are compared with; goods came early in 2025",
    )
    supplier_first: Annotated[Month, between("2026-01", "2026-10")] = Field(
        default="2026-01", description="first of the months of 2026 that are compared by supplier"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.post_last < self.post_first:
            raise ValueError("post_last must not lie before post_first")
        return self
